"""Pages and drawings that a reader opens."""
