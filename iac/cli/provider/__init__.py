"""The commands of `iac provider`."""
