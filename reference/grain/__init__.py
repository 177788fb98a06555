"""Grain by definition, disc by disc; the network trained on it; the battery that judges."""
