"""Plans and applies of Terraform and OpenTofu, recorded into the audit log of iac."""
