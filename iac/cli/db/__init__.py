"""`iac db`."""
