"""The plan: a frozen value that says what apply will do."""
