"""The path of light: which stages a picture goes through, in which order, and what runs it."""
