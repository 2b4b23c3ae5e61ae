"""The provider for the real Terraform: plugin protocol 6 over the providers that iac itself uses."""
