"""The engine: evaluates a configuration in dependency order, plans changes, applies plans."""
