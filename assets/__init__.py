"""Data of the package: film models, tables and scenes, each made by a script."""
