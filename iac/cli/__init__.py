"""The command line: one file a command. Arguments in, an operation of `iac.project`, a view out; no logic."""
