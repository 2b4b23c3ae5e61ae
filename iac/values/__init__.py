"""Types and values of the language: the vocabulary that every other layer speaks."""
