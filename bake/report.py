"""`report.html` of a pack: what it does to a picture, how far it is off, how to load it."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bake.error import CIEDE2000
from bake.kernels import mixture, transfer
from bake.manifest import Manifest
from bake.parts import LAYERS, Kernel, Statistic
from bake.reference_scene import LAMPS
from bake.replay import pixels_of, through
from bake.steps import Lookup
from bake.texture import Texture
from bake.verify import Verification
from spectral_film.files.colour_spaces import named_space, to_named_space
from spectral_film.pages.chart import logarithmic
from spectral_film.pages.drawing import RECORDS, svg
from spectral_film.pages.figures import figure, pair, picture, shown
from spectral_film.pages.markup import (
    Markup,
    abreast,
    code,
    listing,
    note,
    paragraph,
    table,
    verdict,
)
from spectral_film.pages.numbers import number
from spectral_film.pages.page import Section, page, section

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DRAWN = np.geomspace(1e-4, 0.1, 121)  # cycles/um
WORST_SHOWN = 1.0  # CIEDE2000 that is white in the map of errors


def write_report(folder: Path, manifest: Manifest, proof: Verification) -> None:
    """Write the page beside the pack's parts."""
    (folder / "report.html").write_text(to_html(folder, manifest, proof), encoding="utf-8")


def to_html(folder: Path, said: Manifest, proof: Verification) -> str:
    """The page as text."""
    good = not proof.failures
    lead = [
        paragraph(
            f"{said.title}. Takes {said.input.space}, where an 18 % grey sits at code "
            f"{number(said.input.grey_code, places=4)}; gives {said.output.encoding}."
        ),
        paragraph(
            verdict(good, "The pack does what the engine does." if good else proof.failures[0])
        ),
    ]
    body = [
        _pictures(folder, said, proof),
        _errors(said.errors, proof),
        _kernels(said),
        *([_grain(folder, said, proof)] if said.chain.grains else []),
        _curves(folder, said),
        _loading(),
        _contents(said),
    ]
    return page(said.ids, lead, body, f"Made by {said.engine}.")


def _pictures(folder: Path, said: Manifest, proof: Verification) -> Section:
    codes = pixels_of(folder / said.reference.scene)[..., :3]
    film = through(folder / said.film.clf, codes)
    full, engine = proof.pictures["replay"], proof.pictures["engine"]
    errors = np.clip(proof.difference / WORST_SHOWN, 0, 1)
    scene = picture(_plain(codes, said.input.space), "the scene, cut off at white", exact=False)
    return section(
        "A picture",
        abreast(
            pair(scene, picture(full, "through the pack", exact=False)),
            pair(
                picture(engine, "the engine"),
                picture(full, "the pack, played by OpenColorIO, numpy and scipy"),
            ),
            shown(
                picture(np.repeat(errors[..., None], 3, axis=2), "difference of engine and pack"),
                f"How far the pack is from the engine: white is a {CIEDE2000} of {WORST_SHOWN:g}.",
            ),
            pair(
                picture(_crop(film), "the colour path alone (film)", times=3),
                picture(_crop(full), "with scatter, halation and edge effects", times=3),
                "Two lamps; each pixel drawn 3 x 3.",
            ),
        ),
    )


def _errors(errors: dict[str, Statistic], proof: Verification) -> Section:
    played = {name: error for name, error in errors.items() if name in proof.errors}
    tables = {name: error for name, error in errors.items() if name not in proof.errors}
    return section(
        "Errors",
        paragraph(
            "Stages and pictures: on the pack's own scene, against the engine. Tables: on 20000 "
            "colours of each kind between their nodes, as OpenColorIO interpolates."
        ),
        _statistics(played, "Stages and pictures"),
        beside=[_statistics(tables, "Tables")],
    )


def _statistics(errors: dict[str, Statistic], caption: str) -> Markup:
    rows = [
        (name, *(number(v, places=4) for v in (e.mean, e.p99, e.largest)), e.unit)
        for name, e in errors.items()
    ]
    return table(("what", "mean", "p99", "largest", "unit"), rows, caption)


def _kernels(said: Manifest) -> Section:
    parts: list[str] = []
    tables: list[str] = []
    for kernel in said.chain.kernels:
        label = f"OTF of the kernel on {kernel.acts_on}, exact and as Gaussians, by cycles/mm"
        parts.append(
            figure(svg(partial(_draw_kernel, kernel), label), f"Acts on {kernel.acts_on}.")
        )
        rows = [
            (
                layer,
                "; ".join(f"{g.weight:g} of {g.sigma_um:g} um" for g in part.gaussians),
                number(part.gaussian_error, digits=1),
            )
            for layer, part in zip(LAYERS, kernel.layers, strict=True)
        ]
        tables.append(
            table(
                ("layer", "as Gaussians: weight, sigma", "largest error of OTF"),
                rows,
                f"On {kernel.acts_on}",
            )
        )
        tables.append(
            table(
                ("pitch, um", "picture width", "radius, px", "centre R, G, B", "energy outside"),
                [
                    (
                        number(i.pitch_um, places=3), number(i.width), number(i.radius_px),
                        ", ".join(number(c, places=4) for c in i.centre),
                        ", ".join(number(e, digits=2) for e in i.energy_outside),
                    )
                    for i in kernel.images
                ],
            )
        )  # fmt: skip
    return section("Kernels", *parts, beside=tables)


def _draw_kernel(kernel: Kernel, drawing: "Figure") -> None:
    axes = drawing.subplots()
    for layer, part in zip(LAYERS, kernel.layers, strict=True):
        exact = transfer(mixture(part), DRAWN)
        weights = np.array([g.weight for g in part.gaussians])
        sigmas = np.array([g.sigma_um for g in part.gaussians])
        gaussians = np.exp(-2 * (np.pi * DRAWN[:, None] * sigmas) ** 2) @ weights
        axes.plot(1000 * DRAWN, exact, color=RECORDS[layer], label=layer)
        axes.plot(1000 * DRAWN, gaussians, "--", color=RECORDS[layer], linewidth=0.7)
    axes.set(xlabel="cycles/mm", ylabel="OTF; dashed: Gaussians")
    logarithmic(axes, 1000 * DRAWN)
    axes.legend()


def _grain(folder: Path, said: Manifest, proof: Verification) -> Section:
    parts: list[str] = []
    tables: list[str] = []
    for step in said.chain.grains:
        texture = step.texture
        label = f"Grain of the {texture.of}: dye amount for a noise of 1, by amount of dye"
        drawing = svg(partial(_draw_grain, folder, texture), label)
        parts.append(figure(drawing, f"The {texture.of}, at {texture.images[0].pitch_um:.3f} um."))
        rows = [
            (
                number(image.pitch_um, places=3),
                name,
                *(number(v, digits=2) for v in (e.mean, e.p99, e.largest)),
                e.unit,
            )
            for image in texture.images
            for name, e in image.errors.items()
        ]
        heads = ("pitch, um", "what", "mean", "p99", "largest", "unit")
        tables.append(table(heads, rows, f"Of the {texture.of}, against clouds of dye"))
    return section(
        "Grain",
        paragraph(
            "Noise, filtered, as much of it as the amount of dye says. Errors are over layers and "
            "amounts of dye: what pixels show against discs that lie anywhere, both as strong as "
            "a disc of 48 um reads them. Noise that counts pixels and frames never repeats; a tile "
            f"of it, for hosts that cannot count, comes back after "
            f"{said.chain.grains[0].texture.tile_px} pixels, elsewhere in every frame."
        ),
        pair(
            picture(_crop(proof.pictures["player"]), "without grain", times=3),
            picture(_crop(proof.pictures["with grain"]), "with grain", times=3),
            f"At {number(said.reference.pitch_um, places=1)} um; each pixel drawn 3 x 3.",
        ),
        abreast(*parts),
        beside=tables,
    )


def _draw_grain(folder: Path, texture: Texture, drawing: "Figure") -> None:
    axes = drawing.subplots()
    image = texture.images[0]
    dye = np.linspace(*image.linear.domain, 400)
    for name, style in (("linear", "-"), ("square", "--")):
        curve = through(folder / image.curves[name].clf, np.repeat(dye[None, :, None], 3, axis=2))[
            0
        ]
        for layer, amount in zip(LAYERS, curve.T, strict=True):
            axes.plot(dye, amount, style, color=RECORDS[layer], label=f"{layer}, {name}")
    axes.set(xlabel="dye amount", ylabel="of noise; dashed: of its square")
    axes.legend()


def _curves(folder: Path, said: Manifest) -> Section:
    """Every table of one value in and one out, layer by layer, once."""
    units = {wire.name: wire.unit for wire in said.chain.wires}
    steps: dict[str, Lookup] = {}
    for step in said.chain.lookups:
        if step.table.dimensions == 1:
            steps.setdefault(step.table.clf, step)

    figures = []
    for step in steps.values():
        along = f"{step.takes}, {units[step.takes]}"
        drawing = svg(partial(_draw_curves, folder, step, along), f"{step.gives} by {along}")
        figures.append(figure(drawing))
    return section("Curves", abreast(*figures))


def _draw_curves(folder: Path, step: Lookup, along: str, drawing: "Figure") -> None:
    axes = drawing.subplots()
    x = np.linspace(*step.table.domain, 400)
    y = through(folder / step.table.clf, np.repeat(x[None, :, None], 3, axis=2))[0]
    for layer, dye in zip(LAYERS, y.T, strict=True):
        axes.plot(x, dye, color=RECORDS[layer], label=layer)
    axes.set(xlabel=along, ylabel=step.gives)
    axes.legend()


def _loading() -> Section:
    hosts = {
        "any with LUTs": ("luts/film.cube or luts/film.clf", "the colour path in one table"),
        "OpenColorIO": ("config.ocio, or config.ocioz alone", "a view of every display"),
        "Nuke": ("nuke/", "a group with every stage"),
        "DaVinci Resolve": ("resolve/", "DCTLs and the node tree; film.cube without Studio"),
        "Blender 5": ("blender/", "a script that builds the compositor nodes"),
        "your own": ("replay.py", "every stage in plain Python; README.md has the wires"),
    }
    return section(
        "How to load it",
        table(
            ("host", "file", "what it is"),
            [(host, code(files), what) for host, (files, what) in hosts.items()],
        ),
        paragraph("README.md says which of these were run, and which were only checked."),
    )


def _contents(said: Manifest) -> Section:
    settings = [(name, value) for name, value in said.settings if value is not None]
    films = [(s.id, code(s.sha256)) for s in said.stocks]
    return section(
        "What it was made of",
        table(("setting", "value"), settings),
        beside=[table(("film", "sha256"), films), note("Sources"), listing(said.sources)],
    )


def _plain(codes: np.ndarray, space: str) -> np.ndarray:
    """A scene of code values as sRGB, cut off at white."""
    pixels = np.array(codes, np.float32, order="C")
    named_space(space)(pixels)
    pixels = np.ascontiguousarray(np.clip(pixels, 0, 1))
    to_named_space("sRGB")(pixels)
    return pixels


def _crop(pixels: np.ndarray) -> np.ndarray:
    x, y, width, height = LAMPS
    return pixels[y : y + height, x : x + width]
