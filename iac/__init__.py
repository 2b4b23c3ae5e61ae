"""`iac`: Terraform-style infrastructure as code with an audit log."""

__version__ = "0.1.0"
