"""Metamerism: what film sees that a camera or an eye does not, and the reverse."""
