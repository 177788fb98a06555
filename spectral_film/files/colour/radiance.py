"""What the header of a Radiance picture says of its colours.

Source: the Radiance file formats, 'Picture file format'. Without `PRIMARIES` its own default has
the white of equal energy; what the world writes without that line is linear Rec.709, though.
"""

from pathlib import Path

from spectral_film.errors import InputError
from spectral_film.files.colour_spaces import Conversion, from_chromaticities

MOST = 1 << 16  # bytes of a header


def header(path: Path) -> dict[str, list[str]]:
    """Values of each variable, in their order."""
    with path.open("rb") as file:
        lines = file.read(MOST).decode("latin-1").partition("\n\n")[0].splitlines()
    said: dict[str, list[str]] = {}
    for line in lines[1:]:
        name, _, value = line.partition("=")
        if not line.startswith("\t"):  # commands that have made the picture stand indented
            said.setdefault(name.strip().upper(), []).append(value.strip())
    return said


def radiance_space(path: Path) -> tuple[Conversion, str] | None:
    """The decoder by `PRIMARIES`; None where there is no such line.

    Raises:
        InputError: the line holds no primaries, or the light is coded.
    """
    said = header(path)
    for gamma in said.get("GAMMA", ()):
        if gamma != "1" and gamma.rstrip("0") != "1.":
            raise InputError(
                f"{path}: its header says GAMMA={gamma[:20]}, which the format does not know; say "
                "what the numbers are with --input-space"
            )
    if "PRIMARIES" not in said:
        return None
    try:
        eight = [float(number) for number in said["PRIMARIES"][-1].split()]
    except ValueError:
        eight = []
    if len(eight) != 8:
        raise InputError(
            f"{path}: its PRIMARIES are no eight numbers; say what the numbers of the picture are "
            "with --input-space"
        )
    return from_chromaticities(eight, path), "by its PRIMARIES"


def undone_factors(path: Path) -> tuple[str, ...]:
    """A note of factors in the light that the header tells of, which stay in it."""
    said = header(path)
    factors = [f"{name} {' x '.join(said[name])[:60]}" for name in ("EXPOSURE", "COLORCORR")
               if name in said]  # fmt: skip
    if not factors:
        return ()
    return (f"the light is taken as it is stored; not undone: {', '.join(factors)}",)
