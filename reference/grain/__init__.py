"""Grain by its definition, disc by disc; the network that is trained on it; the battery that judges."""
