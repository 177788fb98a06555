"""Pictures and cubes in, pictures out: everything that knows a file format."""
