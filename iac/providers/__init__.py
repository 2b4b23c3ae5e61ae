"""Providers: what turns planned changes into real ones. The engine knows them by one protocol."""
