"""`--recipe`, and `spectral-film recipe`: the settings of a picture as a text that travels."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from spectral_film.app.terminal import say
from spectral_film.errors import InputError
from spectral_film.path.settings import Settings, typed

if TYPE_CHECKING:
    from collections.abc import Iterator


def take_recipe(context: typer.Context, path: Path | None) -> Path | None:
    """Make what a recipe says the defaults of a command, so that options given beside it win."""
    if path is None:
        return None
    from spectral_film.path.recipe import read_recipe

    said = read_recipe(path)
    named = dict(settings_among(context.command))
    context.default_map = {
        named[field]: typed(value) for field, value in said.items() if field in named
    }
    return path


RecipeFile = Annotated[
    Path | None,
    typer.Option(
        "--recipe",
        metavar="TOML",
        is_eager=True,
        callback=take_recipe,
        help="Settings from a file; options beside it win. See `recipe`.",
    ),
]


def recipe(
    context: typer.Context,
    made: Annotated[
        Path, typer.Argument(metavar="PICTURE|PACK", help="What render or bake pack wrote.")
    ],
    target: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="TOML", help="Default: written to stdout."),
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace an existing file.")
    ] = False,
) -> None:
    """Write the recipe of a picture or a pack: the settings that made it, to be used again.

    Rendering the same input with it gives the same pixels.
    """
    from spectral_film.pages.writing import check_place, write_text
    from spectral_film.path.recipe import write_recipe

    if target is not None:
        check_place(target, suffixes=(".toml",), overwrite=overwrite)
    told = _of_a_pack(made) if made.is_dir() or made.suffix == ".zip" else _of_a_picture(made)
    for sentence in _other_films(told):
        say(sentence)
    render: Any = context.find_root().command
    text = write_recipe(
        told.settings, comments_of(render.commands["render"]), f"{made.name}, {told.by}"
    )
    if target is None:
        typer.echo(text, nl=False)
        return
    write_text(target, text)
    typer.echo(target)


class Told(NamedTuple):
    """What a picture or a pack says of itself.

    Attributes:
        settings: That made it, by the fields of `Settings`.
        films: Hashes of the contents of its films, camera film first.
        by: What made it, in words.
    """

    settings: dict[str, Any]
    films: tuple[str, ...]
    by: str


def _of_a_picture(path: Path) -> Told:
    from spectral_film.files.labels import read_provenance
    from spectral_film.path.recipe import settings_of

    if not path.is_file():
        raise InputError(f"{path}: no such file; expected a picture that render wrote, or a pack")
    said = read_provenance(path)
    if said is None or not said.keys() >= {"film", "print_film", "engine"}:
        raise InputError(
            f"{path}: does not say how it was made; expected a picture that render wrote, or a pack"
        )
    try:
        settings = settings_of(said)
        Settings(**settings)
    except (TypeError, ValueError) as reason:  # a header that somebody changed
        raise InputError(f"{path}: says of itself what no render does: {reason}") from None
    films = (str(said["film"]), str(said["print_film"]))
    return Told(settings, tuple(film for film in films if film != "none"), str(said["engine"]))


def _of_a_pack(path: Path) -> Told:
    from bake.opening import open_pack

    with open_pack(path) as pack:
        said = pack.manifest
    settings = {
        "film": said.negative.id,
        "print_film": said.print_film and said.print_film.id,
        "display": said.output.display,
        **said.settings.model_dump(),
        "grain": "on" if said.settings.grain else "off",
    }
    if said.chain.printer:
        settings["printer_points"] = said.chain.printer.points
    given = {field: value for field, value in settings.items() if value is not None}
    films = tuple(stock.sha256 for stock in said.stocks)
    return Told(given | {"print_film": settings["print_film"]}, films, said.engine)


def _other_films(told: Told) -> "Iterator[str]":
    """A sentence for each film that is not here as it was there."""
    from spectral_film.errors import SpectralFilmError
    from spectral_film.path.films import camera_film_of, print_of

    settings = Settings(**told.settings)
    for stock, was in zip((camera_film_of, print_of), told.films, strict=False):
        try:
            here = stock(settings)
        except SpectralFilmError as reason:
            yield f"{reason}; write the name of its file into the recipe"
            continue
        if here is not None and here.sha256[:12] not in was:
            yield (
                f"it was made on another {here.id}, {was}, and here is {here.label}; write the "
                "name of the other's file into the recipe"
            )


def comments_of(command: Any) -> dict[str, str]:
    """What a command says of each setting, by field."""
    helps = {parameter.name: parameter.help for parameter in command.params}
    return {field: helps[name] for field, name in settings_among(command)}


def settings_among(command: Any) -> "Iterator[tuple[str, str]]":
    """Which parameters of a command are settings: field, and name of the parameter."""
    from spectral_film.path.recipe import KEYS

    for parameter in command.params:
        for option in parameter.opts:
            if option.startswith("--") and option[2:] in KEYS:
                yield KEYS[option[2:]], parameter.name
