"""Views: plans, states, diagnostics and events as text for people and as JSON. Pure functions only."""
