"""What the texture of a film is: its model, its methods, and what an instrument reads of it. No pixels."""
