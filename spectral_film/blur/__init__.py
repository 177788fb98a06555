"""Blurs on the film: sums of positive terms, on the device."""
