"""The configuration: a directory of files read into modules, variables, resources and outputs."""
