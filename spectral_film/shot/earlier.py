"""Frames of an earlier run: whether a file was made by the settings of this one."""

import math
from collections.abc import Mapping
from pathlib import Path

from spectral_film.files.labels import read_provenance

# What a file says that is no setting: where it ran, and what came out.
NO_SETTING = {"device", "unit", "coding", "outside_gamut", "farthest_outside_gamut", "comments"}
SAME = 1e-6  # relative, of numbers: an EXR keeps them as float32


def unlike(path: Path, wanted: Mapping[str, object]) -> list[str]:
    """What a file was made with that is not wanted now, a clause each; empty: it can stay.

    Args:
        path: A picture that is there.
        wanted: The provenance that this run would give it.
    """
    said = read_provenance(path)
    if said is None:
        return ["it does not say how it was made"]
    found = []
    for name, value in wanted.items():
        if name in NO_SETTING:
            continue
        if name not in said and value in ("", ()):  # which an EXR does not keep
            continue
        if name not in said:
            found.append(f"it says nothing of {name}")
        elif _same(said[name], value):
            continue
        elif name == "input_notes":
            found.append(_unlike_notes(said[name], value))
        else:
            found.append(f"{name} was {_short(said[name])}, not {_short(value)}")
    return found


def _same(said: object, value: object) -> bool:
    if isinstance(value, bool | int) and isinstance(said, bool | int | str):
        return str(int(said) if isinstance(said, bool) else said) == str(int(value))
    if isinstance(value, int | float) and isinstance(said, int | float):
        return math.isclose(said, value, rel_tol=SAME)
    if isinstance(value, tuple | list):
        if not isinstance(said, tuple | list) or len(said) != len(value):
            return False
        return all(map(_same, said, value))
    return str(said) == str(value)


def _unlike_notes(said: object, value: object) -> str:
    """Of what the reader took the input for, what is different: the options of reading."""
    was, now = (set(str(notes).split("; ")) for notes in (said, value))
    before, after = ("; ".join(sorted(notes)) or "nothing" for notes in (was - now, now - was))
    return f"the input was read otherwise ({_short(before)}; now {_short(after)})"


def _short(value: object) -> str:
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return text if len(text) <= 100 else f"{text[:97]}..."
