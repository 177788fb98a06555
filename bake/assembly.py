"""What goes into a pack, and the manifest that says so."""

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
import OpenImageIO

from bake import hosts, replay
from bake.colour_path import ACES_VIEWS, ColourPath
from bake.kernel_images import write_images
from bake.kernels import kernel_layer
from bake.lattice import Lattice
from bake.lut import bake_lut, codings
from bake.manifest import (
    MANIFEST,
    SCHEMA,
    SCHEMA_FILE,
    SCHEMA_VERSION,
    Development,
    Gate,
    Input,
    Kernel,
    LayerExposure,
    Manifest,
    Output,
    Printing,
    Reference,
    Statistic,
    Stock,
    Table,
    View,
    digest,
)
from bake.opening import open_pack
from bake.recipe import Form, Grid, Recipe, display_coding, engine
from bake.reference_scene import reference_rgb
from bake.report import write_report
from bake.stage_tables import StageTable, StageTables, stage_tables
from bake.table_files import (
    Contract,
    Curves,
    clf_text,
    curves_text,
    group,
    lattice_text,
    scaling,
    table_transform,
)
from bake.verify import Verification, settings_of, verify
from spectral_film.device import Device
from spectral_film.errors import OutputError
from spectral_film.files.colour_spaces import to_named_space
from spectral_film.film import Film, Interlayer
from spectral_film.frame import gate_size_mm
from spectral_film.rendering import render
from spectral_film.scene import Scene
from spectral_film.spread import Exponential, Mixture
from spectral_film.stages import optics
from spectral_film.stages.exposure import GREY
from spectral_film.stages.printing import LOG_EXPOSURE_PER_POINT

NAMES: dict[Form, str] = {
    "film": "film",
    "negative": "scene_to_cineon",
    "print": "cineon_to_display",
    "lmt": "aces_look",
}


class Assembly:
    """A pack while it is put together in a folder of its own."""

    def __init__(
        self, recipe: Recipe, folder: Path, grid: Grid, device: Device, say: Callable[[str], None]
    ) -> None:
        self.recipe, self.folder, self.grid = recipe, folder, grid
        self.device, self.say = device, say
        self.display = display_coding(recipe.settings.display)
        (folder / "luts").mkdir()
        (folder / "reference").mkdir()

    def assemble(self) -> Verification:
        """Everything, in order; the manifest last, since it has the hashes."""
        tables = stage_tables(ColourPath(self.recipe, self.device), self.say)
        manifest = self.manifest(tables)
        self.say("reference")
        self.reference(manifest)
        shutil.copy(replay.__file__, self.folder / "replay.py")
        schema = json.dumps(Manifest.model_json_schema(), indent=1)
        (self.folder / SCHEMA_FILE).write_text(schema + "\n", encoding="utf-8")
        self.sign(manifest)
        self.say("proof")
        with open_pack(self.folder) as pack:
            proof = verify(pack, self.device)
        manifest = manifest.model_copy(update={"errors": manifest.errors | proof.errors})
        self.say("report")
        write_report(self.folder, manifest, proof)
        self.say("hosts")
        hosts.write_all(self.folder, manifest)
        self.sign(manifest)
        return proof

    def manifest(self, tables: StageTables) -> Manifest:
        """What the pack holds; files are listed by `sign`."""
        recipe, settings = self.recipe, self.recipe.settings
        takes, _ = codings(recipe)
        film, errors = self.lut("film")
        pixel = np.full((1, 1, 3), GREY, np.float32)
        to_named_space(recipe.input_space)(pixel)
        curve = self.table("02_curve", tables.curve, "log10 exposure, lux s", "dye amounts")
        said = {
            "film": str(settings.film),
            "print_film": str(settings.print_film),
            "display": settings.display,
            "white": settings.white,
            "exposure": repr(settings.exposure),
        }
        optional = {
            "illuminant": settings.illuminant, "ei": settings.ei, "backing": settings.backing,
        }  # fmt: skip
        said |= {name: str(value) for name, value in optional.items() if value is not None}
        return Manifest(
            schema=SCHEMA,
            schema_version=SCHEMA_VERSION,
            engine=engine(),
            negative=_stock(recipe.negative),
            print_film=_stock(recipe.print_film),
            settings=said,
            sources=tuple(_sources(recipe.negative) + _sources(recipe.print_film)),
            input=Input(space=recipe.input_space, grey_code=round(float(pixel[0, 0, 1]), 6)),
            output=Output(display=settings.display, encoding=self.display),
            gates=tuple(Gate(name=g, width_mm=gate_size_mm(g)[0]) for g in self.grid.gates),
            layer_exposure=LayerExposure(
                table=self.table(
                    "01_layer_exposure", tables.layer_exposure, takes,
                    f"log10(exposure + {tables.exposure_offset:g}), lux s",
                ),
                exposure_offset_lux_s=tables.exposure_offset,
            ),
            optics=self.optics(),
            development=Development(
                log_exposure=tables.curve.table.domain,
                curve=curve,
                compensated=self.table(
                    "02_compensated", tables.compensated, "log10 exposure, lux s",
                    "log10 exposure and what the inhibitor of an even patch takes of it",
                ),
                coupling=self.coupling(),
                inhibitor=self.inhibitor(),
            ),
            grain=None,
            printing=Printing(
                table=self.table(
                    "04_printing", tables.printing, "dye amounts", "printing density, base included"
                )
            ),
            print_optics=self.print_optics(),
            view=self.view(tables),
            film=film,
            scene_to_cineon=self.lut("negative")[0],
            cineon_to_display=self.lut("print")[0],
            aces_look=self.lut("lmt")[0] if settings.display in ACES_VIEWS else None,
            reference=Reference(
                scene="reference/scene.exr",
                render="reference/render.exr",
                pitch_um=self.grid.pitches()[0][0],
            ),
            errors=errors,
            files={},
        )  # fmt: skip

    def table(self, name: str, found: StageTable, takes: str, gives: str) -> Table:
        """Write a table of a stage in both forms."""
        low, high = found.table.domain
        e = found.error
        known = f"error: mean {e.mean:g}, p99 {e.p99:g}, largest {e.largest:g} {e.unit}"
        recipe = self.recipe
        title = f"{name} of {recipe.negative.label}, printed on {recipe.print_film.label}"
        clf = clf_text(table_transform(found.table), name, Contract(title, takes, gives, [known]))
        codomain = (0.0, 1.0) if gives == self.display else _ends(found.table)
        bottom, top = codomain
        coded = Contract(
            title, _coded(takes, low, high), _coded(gives, bottom, top),
            [known, f"made by {engine()}"],
        )  # fmt: skip
        if isinstance(found.table, Curves):
            values = (found.table.values - bottom) / (top - bottom)
            cube = curves_text(replace(found.table, values=values), coded)
        else:
            nodes = (found.table.nodes - bottom) / (top - bottom)
            cube = lattice_text(replace(found.table, nodes=nodes), ".cube", coded)
        return self.both(
            name, clf, cube, found.table.size,
            dimensions=1 if isinstance(found.table, Curves) else 3, domain=(low, high),
            codomain=codomain, error=e,
        )  # fmt: skip

    def lut(self, form: Form) -> tuple[Table, dict[str, Statistic]]:
        """Bake the whole path, or half of it, in one table; and its errors by kind."""
        self.say(f"table {form}")
        baked = bake_lut(replace(self.recipe, form=form), self.device, self.grid.size)
        name = NAMES[form]
        errors = {f"{name}, {j.interpolation}, {j.kind}": j.statistic for j in baked.judged}
        table = self.both(
            name, baked.text(Path(f"{name}.clf")), baked.text(Path(f"{name}.cube")),
            baked.lattice.size, dimensions=3, domain=(0.0, 1.0),
            error=errors[f"{name}, tetrahedral, photograph"],
        )  # fmt: skip
        return table, errors

    def both(
        self, name: str, clf: str, cube: str, size: int, *, dimensions: int,
        domain: tuple[float, float], codomain: tuple[float, float] = (0.0, 1.0), error: Statistic,
    ) -> Table:  # fmt: skip
        """Write a table as .clf and .cube."""
        for suffix, text in ((".clf", clf), (".cube", cube)):
            (self.folder / f"luts/{name}{suffix}").write_text(text, encoding="utf-8")
        return Table(
            clf=f"luts/{name}.clf", cube=f"luts/{name}.cube",
            dimensions=dimensions,  # type: ignore[arg-type]  # 1 or 3
            size=size, domain=domain, codomain=codomain, error=error,
        )  # fmt: skip

    def view(self, tables: StageTables) -> View:
        """The print and the screen: offset, curves and table, apart and in one."""
        path = ColourPath(self.recipe, self.device)
        points = np.array(self.recipe.settings.printer_points)
        printed = path.print_log_exposure
        at_25 = printed - LOG_EXPOSURE_PER_POINT * (points - 25)
        whole = group(
            scaling(-1.0, printed.tolist()),
            *table_transform(tables.print_curve.table),
            *table_transform(tables.view.table),
        )
        name = "05_print_and_view"
        contract = Contract(
            f"{name} of {self.recipe.print_film.label}", "printing density, base included",
            self.display,
        )  # fmt: skip
        (self.folder / f"luts/{name}.clf").write_text(clf_text(whole, name, contract), "utf-8")
        red, green, blue = (float(f"{h:.7g}") for h in at_25)
        return View(
            print_log_exposure=(red, green, blue),
            per_point=LOG_EXPOSURE_PER_POINT,
            printer_points=self.recipe.settings.printer_points,
            curve=self.table(
                "05_print_curve", tables.print_curve, "log10 exposure of the print", "print dyes"
            ),
            table=self.table("05_view", tables.view, "print dyes", self.display),
            pack_clf=f"luts/{name}.clf",
        )

    def coupling(self) -> tuple:
        """Of the layers, 0 where the film has none."""
        edges = self.recipe.negative.adjacency
        rows = edges.coupling if isinstance(edges, Interlayer) else np.zeros((3, 3))
        return tuple(tuple(float(f"{a:.7g}") for a in row) for row in rows)

    def inhibitor(self) -> Kernel | None:
        """What diffuses while the film develops."""
        edges = self.recipe.negative.adjacency
        if not isinstance(edges, Interlayer) or edges.length_um == 0:
            return None
        mixture = Mixture(((1.0, Exponential(edges.length_um)),))
        return self.kernel("02_inhibitor", "inhibitor", [mixture] * 3)

    def optics(self) -> Kernel | None:
        """Scatter and halation."""
        spread = optics.of_negative(
            self.recipe.negative, (1.0, 1.0), backing=self.recipe.settings.backing, halation=True,
            scatter=True,
        )  # fmt: skip
        return None if spread is None else self.kernel("01_optics", "exposure", spread.layers)

    def print_optics(self) -> Kernel | None:
        """The spread of the print stock."""
        spread = optics.of_print(self.recipe.print_film, (1.0, 1.0), scatter=True)
        if spread is None:
            return None
        return self.kernel("04_print_optics", "print exposure", spread.layers)

    def kernel(self, name: str, acts_on: str, mixtures: Sequence[Mixture]) -> Kernel:
        """The kernels of three layers at every pitch."""
        self.say(f"kernels {acts_on}")
        by_mixture = {m: kernel_layer(m) for m in mixtures}
        images = tuple(
            write_images(
                self.folder, name, mixtures, pitch, width, acts_on=acts_on,
                provenance={"engine": engine(), "negative": self.recipe.negative.label},
            )
            for pitch, width in self.grid.pitches()
        )  # fmt: skip
        red, green, blue = (by_mixture[m] for m in mixtures)
        return Kernel(
            acts_on=acts_on,  # type: ignore[arg-type]
            layers=(red, green, blue),
            images=images,
        )

    def reference(self, said: Manifest) -> None:
        """The picture, and what the engine makes of it."""
        scene = reference_rgb()
        codes = np.ascontiguousarray(np.moveaxis(scene, 0, -1))
        to_named_space(said.input.space)(codes)
        width = scene.shape[2]
        settings = settings_of(said, gate=f"{width * said.reference.pitch_um / 1000!r}x10")
        picture = render(Scene(planes=scene), settings, device=self.device, encode=True)
        for name, pixels in ((said.reference.scene, codes), (said.reference.render, picture.image)):
            _write_exr(self.folder / name, pixels)

    def sign(self, said: Manifest) -> None:
        """Write the manifest with a hash of every file."""
        files = {
            part.relative_to(self.folder).as_posix(): digest(part)
            for part in sorted(self.folder.rglob("*"))
            if part.is_file() and part.name != MANIFEST
        }
        signed = said.model_copy(update={"files": files})
        text = signed.model_dump_json(indent=1, by_alias=True, exclude_none=False)
        (self.folder / MANIFEST).write_text(text + "\n", encoding="utf-8")


def _ends(table: Lattice | Curves) -> tuple[float, float]:
    """Round numbers that hold all a table gives."""
    values = table.values if isinstance(table, Curves) else table.nodes
    return float(np.floor(10 * values.min()) / 10), float(np.ceil(10 * values.max()) / 10)


def _coded(what: str, low: float, high: float) -> str:
    return what if (low, high) == (0.0, 1.0) else f"{what}, {low:g}..{high:g} coded as 0..1"


def _stock(film: Film) -> Stock:
    return Stock(id=film.id, name=film.name, sha256=film.sha256)


def _sources(film: Film) -> list[str]:
    """Every chart a film was made from, and who read it: some ask to be named."""
    with h5py.File(film.path) as file:
        columns = [c for table in file["published"].values() for c in table.values()]
        return list(dict.fromkeys(str(column.attrs["source"]) for column in columns))


def _write_exr(path: Path, pixels: np.ndarray) -> None:
    height, width, _ = pixels.shape
    picture = OpenImageIO.ImageBuf(OpenImageIO.ImageSpec(width, height, 3, "float"))
    picture.specmod()["compression"] = "zip"
    picture.specmod()["DateTime"] = ""  # else the clock is in it
    picture.set_pixels(OpenImageIO.ROI(), np.ascontiguousarray(pixels, np.float32))
    if not picture.write(str(path)):
        raise OutputError(f"{path}: cannot be written ({picture.geterror()}); is the disk full?")
