"""What the texture of a film is: its model, its methods, what an instrument reads of it."""
