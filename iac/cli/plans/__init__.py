"""`iac plans` and its subcommands: one module each, imported when it is called."""
