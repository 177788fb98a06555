"""Questions: what a page sends, taken apart. Nothing of it is believed before it was looked at."""

import json
import re
from pathlib import Path
from typing import Any

from starlette.requests import Request

from spectral_film.errors import UsageError, printable
from spectral_film.path.pipeline import Crop
from spectral_film.studio.bench import SIDES, View


async def asked_of(request: Request) -> dict[str, Any]:
    """The question, an object of JSON.

    Raises:
        UsageError: it is none.
        TooLarge: it is longer than a question is.
    """
    try:
        asked = json.loads(await request.body())
    except (ValueError, RecursionError):
        asked = None
    if not isinstance(asked, dict) or not isinstance(asked.get("settings", {}), dict):
        raise UsageError("a question is an object of JSON, and its settings are another")
    return asked


def view_of(asked: dict[str, Any]) -> View:
    """Which pixels are asked about: `width`, or `crop`, and `side`."""
    crop, side = asked.get("crop"), str(asked.get("side", "a"))
    if side not in SIDES:
        raise UsageError(f"side is {side!r}, expected {', '.join(SIDES)}")
    return View(
        width=whole(asked, "width") if crop is None else 0,
        crop=None if crop is None else crop_of(crop),
        side=side,
    )


def crop_of(said: Any) -> Crop:
    """A piece, [x, y, width, height]; whether it lies in the picture, a render finds out."""
    if isinstance(said, list) and len(said) == 4 and all(type(one) is int for one in said):
        x, y, width, height = said
        return x, y, width, height
    raise UsageError(f"crop {said!r} is no piece; expected [x, y, width, height] in whole pixels")


def whole(asked: dict[str, Any], name: str) -> int:
    """A whole number of a question."""
    value = asked.get(name)
    if type(value) is not int:
        raise UsageError(f"{name} is {value!r}, expected a whole number")
    return value


def path_of(text: str) -> Path:
    """A path that somebody typed, ~ being their folder.

    Raises:
        UsageError: of somebody who is not known here.
    """
    try:
        return Path(text).expanduser()
    except RuntimeError:
        raise UsageError(f"{printable(text)}: nobody of that name has a folder here") from None


def plain_name(name: str) -> str:
    """The name of a file, which is nothing else.

    Raises:
        UsageError: it would lead somewhere, or hide.
    """
    if not re.fullmatch(r"[^/\\\x00-\x1f]{1,200}", name) or name.startswith("."):
        raise UsageError(f"{printable(name)!r} is no name of a picture; rename it")
    return name
