"""`iac workspace`: one module each for looking and for changing."""
