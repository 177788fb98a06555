"""Recipes: what is decided about a render, as a text that travels.

    recipe = 1
    film = "portra-400"
    exposure = 0.5
    printer-points = [25, 26, 24.5]

Keys are the options of `render` that are settings; what a recipe does not say is as ever. Files it
names lie beside it, or where their full name says.
"""

import re
import textwrap
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from spectral_film.errors import InputError, UsageError, meant, printable
from spectral_film.path.settings import Settings
from spectral_film.text_files import read_text

VERSION = 1
# A frame is the number of a picture, which its name tells.
KEYS = {
    {"print_film": "print"}.get(field, field.replace("_", "-")): field
    for field in Settings.__dataclass_fields__
    if field != "frame"
}
FILES = {"film": ".h5", "print_film": ".h5", "illuminant": ".csv", "filter": ".csv"}
SWITCHES = {"halation", "scatter", "adjacency", "fast"}
# Which have no value of their own by that name: a backing has, and so has a print.
UNLESS_NONE = {"development", "print_development", "illuminant", "filter", "upsampling"}


def read_recipe(path: Path | str) -> dict[str, Any]:
    """What a recipe decides, as `Settings` takes it: `Settings(**read_recipe("look.toml"))`.

    Raises:
        InputError: it is no recipe, or a line of it makes no sense; file, line and what was
            expected are said.
    """
    path = Path(path)
    text = read_text(path, "recipe", "TOML as `spectral-film recipe` writes it")
    said = said_in(text, str(path)).items()
    return dict(_beside(path, *setting_of(key, value)) for key, value in said)


def said_in(text: str, name: str) -> dict[str, Any]:
    """What the text of a recipe says, by its keys; each was looked at.

    Args:
        text: Of the recipe.
        name: How to call it where it makes no sense.

    Raises:
        InputError: as `read_recipe`.
    """
    try:
        said = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as problem:
        raise InputError(f"{name}: is no TOML: {problem}; expected lines such as exposure = 0.5") \
            from None  # fmt: skip
    version = said.pop("recipe", None)
    if version != VERSION:
        raise InputError(
            f"{name}: says recipe = {version!r}, expected recipe = {VERSION}; a newer one needs a "
            "newer spectral-film"
        )
    for key, value in said.items():
        try:
            setting_of(key, value)
        except UsageError as problem:
            told = str(problem).removeprefix("--")
            raise InputError(f"{name}: line {_line(text, key)}: {told}") from None
    return said


def write_recipe(settings: Mapping[str, Any], comments: Mapping[str, str], about: str) -> str:
    """The text of a recipe.

    Args:
        settings: Fields of `Settings`, those that are to be said.
        comments: By field, what to say of it.
        about: What it is of, in a line.
    """
    lines = [f"# {printable(about)}", f"recipe = {VERSION}"]
    for key, field in KEYS.items():
        if field in settings:
            lines += textwrap.wrap(comments.get(field, ""), 98, initial_indent="# ",
                                   subsequent_indent="# ")  # fmt: skip
            lines.append(f"{key} = {_toml(settings[field])}")
    return "\n".join(lines) + "\n"


def settings_of(provenance: Mapping[str, Any]) -> dict[str, Any]:
    """What the provenance of a picture says was decided, as `Settings` takes it.

    Numbers are rounded to the seven digits that every file keeps.
    """
    found = {}
    for field in KEYS.values():
        value = provenance.get(field)
        if value is None or (value == "none" and field in UNLESS_NONE):
            continue
        found[field] = _as_set(field, value)
    for stock in ("film", "print_film"):  # said as an id and what its content hashes to
        if found.get(stock):
            found[stock] = re.split("[ ,]", found[stock])[0]
    if found.get("push"):  # the film is the pushed one
        del found["push"]
    return found


def _as_set(field: str, value: Any) -> Any:
    """A value of a file, which may keep a switch as a number and all numbers as float32."""
    if field == "print_film" and value == "none":
        return None
    if field in SWITCHES and value in (0, 1):
        return bool(value)
    if field in ("push", "seed"):
        return int(value)
    if isinstance(value, tuple | list):
        return tuple(float(f"{number:.7g}") for number in value)
    return value if isinstance(value, str | bool) else float(f"{value:.7g}")


def setting_of(key: str, value: Any) -> tuple[str, Any]:
    """A field of `Settings` and its value, checked by itself, from what a recipe says.

    Raises:
        UsageError: there is no such key, or no such value of it.
    """
    field = KEYS.get(key)
    if field is None:
        raise UsageError(
            f"{key!r} is no setting{meant(key, KEYS)}; expected some of {', '.join(KEYS)}"
        )
    if field in SWITCHES and value in ("on", "off"):
        value = value == "on"
    if field == "grain" and isinstance(value, bool):
        value = "on" if value else "off"
    if field == "print_film" and value == "none":
        value = None
    if isinstance(value, list):
        value = tuple(value)
    Settings(**{field: value})
    return field, value


def _beside(path: Path, field: str, value: Any) -> tuple[str, Any]:
    """A setting of a recipe; a file that it names lies where the recipe does."""
    if field in FILES and isinstance(value, str) and Path(value).suffix == FILES[field]:
        value = str(path.parent.absolute() / value)
    return field, value


def _line(text: str, key: str) -> int:
    """Where a key stands, counted from 1."""
    says = re.compile(rf"""\s*["']?{re.escape(key)}["']?\s*[=.]|\s*\[\s*{re.escape(key)}\b""")
    return next((at for at, line in enumerate(text.splitlines(), 1) if says.match(line)), 1)


def _toml(value: Any) -> str:
    match value:
        case None:
            return '"none"'
        case bool():
            return "true" if value else "false"
        case tuple():
            return f"[{', '.join(map(_toml, value))}]"
        case float():
            return repr(float(f"{value:.7g}"))
        case int():
            return str(value)
    escaped = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{printable(escaped)}"'
