"""`report.html` of a pack: what it does to a picture, how far it is off, how to load it."""

import base64
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import OpenImageIO

from bake.error import CIEDE2000
from bake.kernels import FREQUENCIES, mixture, transfer
from bake.manifest import Manifest
from bake.parts import LAYERS, Kernel, Statistic, Table
from bake.reference_scene import LAMPS
from bake.replay import pixels_of, through
from bake.steps import Lookup
from bake.verify import Verification
from spectral_film.files.colour_spaces import named_space, to_named_space
from spectral_film.pages.drawing import RECORDS, svg
from spectral_film.pages.page import Markup, figure, page, paragraph, section, table, verdict

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WORST_SHOWN = 1.0  # CIEDE2000 that is white in the map of errors


def write_report(folder: Path, manifest: Manifest, proof: Verification) -> None:
    """Write the page beside the pack's parts."""
    (folder / "report.html").write_text(to_html(folder, manifest, proof), encoding="utf-8")


def to_html(folder: Path, said: Manifest, proof: Verification) -> str:
    """The page as text."""
    films = f"{said.negative.name}, printed on {said.print_film.name}"
    good = not proof.failures
    lead = [
        paragraph(
            f"{films}. Takes {said.input.space}, where an 18 % grey sits at code "
            f"{said.input.grey_code:.4f}; gives {said.output.encoding}."
        ),
        paragraph(
            verdict(good, "The pack does what the engine does." if good else proof.failures[0])
        ),
    ]
    body = [
        _pictures(folder, said, proof),
        _errors(said.errors),
        _kernels(said),
        _curves(folder, said),
        _loading(),
        _contents(said),
    ]
    return page(
        f"{said.negative.id} on {said.print_film.id}", lead, body, f"Made by {said.engine}."
    )


def _pictures(folder: Path, said: Manifest, proof: Verification) -> Markup:
    codes = pixels_of(folder / said.reference.scene)[..., :3]
    film = through(folder / said.film.clf, codes)
    full, map_of_errors = proof.pictures["replay"], np.clip(proof.difference / WORST_SHOWN, 0, 1)
    return section(
        "A picture",
        figure(_image(_plain(codes, said.input.space)), "The scene, cut off at white."),
        figure(_image(full), "Played by OpenColorIO, numpy and scipy: every stage of the pack."),
        figure(
            _image(np.repeat(map_of_errors[..., None], 3, axis=2)),
            f"How far that is from the engine: white is a {CIEDE2000} of {WORST_SHOWN:g}.",
        ),
        figure(_image(_crop(film), 2), "Two lamps, the colour path alone (film), at 200 %."),
        figure(
            _image(_crop(full), 2), "The same with scatter, halation and edge effects, at 200 %."
        ),
    )


def _errors(errors: dict[str, Statistic]) -> Markup:
    return section(
        "Errors",
        paragraph(
            "Stages and pictures: on the pack's own scene, against the engine. Tables: on 20000 "
            "colours of each kind between their nodes, as OpenColorIO interpolates."
        ),
        table(
            ("what", "mean", "p99", "largest", "unit"),
            [
                (name, f"{e.mean:.4g}", f"{e.p99:.4g}", f"{e.largest:.4g}", e.unit)
                for name, e in errors.items()
            ],
        ),
    )


def _kernels(said: Manifest) -> Markup:
    parts: list[str] = []
    for kernel in said.chain.kernels:
        parts.append(figure(svg(partial(_draw_kernel, kernel)), f"Acts on {kernel.acts_on}."))
        rows = [
            (
                layer,
                "; ".join(f"{g.weight:g} of {g.sigma_um:g} um" for g in part.gaussians),
                f"{part.gaussian_error:.1g}",
            )
            for layer, part in zip(LAYERS, kernel.layers, strict=True)
        ]
        parts.append(table(("layer", "as Gaussians: weight, sigma", "largest error of OTF"), rows))
        parts.append(
            table(
                ("pitch, um", "picture width", "radius, px", "centre R, G, B", "energy outside"),
                [
                    (
                        f"{i.pitch_um:.3f}", i.width, i.radius_px,
                        ", ".join(f"{c:.4f}" for c in i.centre),
                        ", ".join(f"{e:.1e}" for e in i.energy_outside),
                    )
                    for i in kernel.images
                ],
            )
        )  # fmt: skip
    return section("Kernels", *parts)


def _draw_kernel(kernel: Kernel, drawing: "Figure") -> None:
    axes = drawing.subplots()
    for layer, part in zip(LAYERS, kernel.layers, strict=True):
        exact = transfer(mixture(part), FREQUENCIES)
        weights = np.array([g.weight for g in part.gaussians])
        sigmas = np.array([g.sigma_um for g in part.gaussians])
        gaussians = np.exp(-2 * (np.pi * FREQUENCIES[:, None] * sigmas) ** 2) @ weights
        axes.plot(1000 * FREQUENCIES[1:], exact[1:], color=RECORDS[layer], label=layer)
        axes.plot(1000 * FREQUENCIES[1:], gaussians[1:], "--", color=RECORDS[layer], linewidth=0.7)
    axes.set(xscale="log", xlim=(0.1, 100), xlabel="cycles/mm", ylabel="OTF; dashed: Gaussians")
    axes.legend()


def _curves(folder: Path, said: Manifest) -> Markup:
    """Every table of one value in and one out, layer by layer, once."""
    units = {wire.name: wire.unit for wire in said.chain.wires}
    steps: dict[str, Lookup] = {}
    for step in said.chain.lookups:
        if step.table.dimensions == 1:
            steps.setdefault(step.table.clf, step)

    def draw(drawing: "Figure") -> None:
        panels = drawing.subplots(1, len(steps), squeeze=False)[0]
        for axes, step in zip(panels, steps.values(), strict=True):
            _draw_curves(axes, folder, step.table)
            axes.set(xlabel=f"{step.takes}, {units[step.takes]}", ylabel=step.gives)

    return section("Curves", figure(svg(draw)))


def _draw_curves(axes: "Axes", folder: Path, curve: Table) -> None:
    x = np.linspace(*curve.domain, 400)
    y = through(folder / curve.clf, np.repeat(x[None, :, None], 3, axis=2))[0]
    for layer, dye in zip(LAYERS, y.T, strict=True):
        axes.plot(x, dye, color=RECORDS[layer], label=layer)
    axes.legend()


def _loading() -> Markup:
    return section(
        "How to load it",
        table(
            ("host", "how"),
            [
                ("any with LUTs", "luts/film.cube or luts/film.clf: the colour path in one table"),
                ("OpenColorIO", "config.ocio, or config.ocioz alone: a view of every display"),
                ("Nuke", "nuke/: a group with every stage"),
                ("DaVinci Resolve", "resolve/: DCTLs and the node tree; film.cube without Studio"),
                ("Blender 5", "blender/: a script that builds the compositor nodes"),
                ("your own", "replay.py: every stage in plain Python; README.md has the wires"),
            ],
        ),
        paragraph("README.md says which of these were run, and which were only checked."),
    )


def _contents(said: Manifest) -> Markup:
    return section(
        "What it was made of",
        table(
            ("setting", "value"),
            [(name, value) for name, value in said.settings if value is not None],
        ),
        table(("source",), [(source,) for source in said.sources]),
        table(
            ("film", "sha256"),
            [(s.id, s.sha256) for s in (said.negative, said.print_film)],
        ),
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


def _image(pixels: np.ndarray, times: int = 1) -> Markup:
    """Display codes as an `<img>` that carries its own data."""
    codes = np.uint8(np.rint(255 * np.clip(pixels, 0, 1)))
    height, width = pixels.shape[:2]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "picture.png"
        picture = OpenImageIO.ImageBuf(OpenImageIO.ImageSpec(width, height, 3, "uint8"))
        picture.set_pixels(OpenImageIO.ROI(), codes)
        picture.write(str(path))
        data = base64.b64encode(path.read_bytes()).decode()
    style = "image-rendering:pixelated;max-width:100%"
    return Markup(
        f'<img width="{times * width}" style="{style}" src="data:image/png;base64,{data}" alt="">'
    )
