"""The HCL language: syntax, expressions, functions. Knows nothing of resources or plans."""
