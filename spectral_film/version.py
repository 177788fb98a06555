"""What the program calls itself in what it writes."""

from functools import cache
from importlib.metadata import version


@cache
def made_by() -> str:
    """The program and its version."""
    return f"spectral-film {version('spectral-film')}"
