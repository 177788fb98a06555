"""What a film is: its model as it is stored, its curves, how light spreads in it. No pixels."""
