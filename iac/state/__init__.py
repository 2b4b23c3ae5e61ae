"""The state: which configuration address is bound to which object, and what was last applied."""
