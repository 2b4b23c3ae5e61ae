"""Compiling syntax nodes to closures; `iac.hcl.evaluate` is the door to it."""
