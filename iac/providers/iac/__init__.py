"""The provider `iac`: clusters, environments and services of the platform."""
