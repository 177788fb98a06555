"""What goes into a pack, and the manifest that says so."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from bake import hosts, replay
from bake.chain import Chain, OnPrint, WayBack, film_chain, way_back
from bake.colour_path import ACES_VIEWS, ColourPath
from bake.grain_images import OverDye, write_texture
from bake.kernel_images import write_images
from bake.kernels import kernel_layer
from bake.lattice import Lattice
from bake.lut import bake_lut, codings, grey_code
from bake.manifest import (
    MANIFEST,
    SCHEMA,
    SCHEMA_FILE,
    SCHEMA_VERSION,
    Exposed,
    Gate,
    Halves,
    Input,
    Manifest,
    Output,
    Reference,
    Stock,
)
from bake.opening import open_pack
from bake.parts import UNCODED, ActsOn, Kernel, Statistic, Table, Triple, digest
from bake.pieces import Mixtures, Pieces, pieces_of
from bake.recipe import Form, Grid, Recipe, display_coding
from bake.reference_scene import gate_of, reference_codes, scene_of_codes, write_exr
from bake.report import write_report
from bake.stage_tables import (
    STEPS_OVER_DYE,
    BackTables,
    PrintTables,
    StageTable,
    StageTables,
    curve_table,
    most_dye,
    stage_tables,
)
from bake.table_files import (
    Contract,
    Curves,
    clf_text,
    cube_text,
    group,
    scaling,
    table_transform,
)
from bake.texture import Strip, Texture
from bake.verify import Verification, verify
from spectral_film.device.device import Device
from spectral_film.emulsion.film import Film
from spectral_film.emulsion.frame import gate_size_mm
from spectral_film.emulsion.parts import (
    ToneCurve,
)
from spectral_film.emulsion.three_planes import in_three_planes
from spectral_film.path.rendering import render
from spectral_film.stages.printing import LOG_EXPOSURE_PER_POINT, NORMAL_POINTS
from spectral_film.version import made_by

Whole = dict[Form, tuple[Table, dict[str, Statistic]]]  # tables and their errors by kind
NAMES: dict[Form, str] = {
    "film": "film",
    "negative": "scene_to_cineon",
    "print": "cineon_to_display",
    "lmt": "aces_look",
}


class Assembly:
    """A pack while it is put together in a folder of its own.

    Attributes:
        recipe, grid: What to bake, for which pictures.
        folder: Where its files go.
        device: Runs the engine.
        say: Called with the name of each step.
    """

    def __init__(
        self, recipe: Recipe, folder: Path, grid: Grid, device: Device, say: Callable[[str], None]
    ) -> None:
        self.recipe, self.folder, self.grid = recipe, folder, grid
        self.device, self.say = device, say
        self.engine = ColourPath(recipe, device)
        self.display = display_coding(recipe.settings.display)
        (folder / "luts").mkdir()
        (folder / "reference").mkdir()

    def assemble(self) -> Verification:
        """Make every file, prove the pack, and sign it; the signature has the hashes."""
        manifest = self.bake()
        self.say("reference")
        self.reference(manifest)
        shutil.copy(replay.__file__, self.folder / "replay.py")
        schema = json.dumps(Manifest.model_json_schema(), indent=1)
        (self.folder / SCHEMA_FILE).write_text(schema + "\n", encoding="utf-8")
        self.sign(manifest)
        self.say("proof")
        with open_pack(self.folder) as pack:
            settings = self.recipe.settings
            proof = verify(pack, self.device, settings.film, settings.print_film)
        manifest = manifest.model_copy(update={"errors": manifest.errors | proof.errors})
        self.say("report")
        write_report(self.folder, manifest, proof)
        self.say("hosts")
        hosts.write_all(self.folder, manifest)
        self.sign(manifest)
        return proof

    def bake(self) -> Manifest:
        """Make tables and kernels; what the pack holds then, its files listed later by `sign`."""
        recipe, settings = self.recipe, self.recipe.settings
        pieces = pieces_of(recipe)
        tables = stage_tables(self.engine, pieces, self.say)
        whole: Whole = {form: self.whole(form) for form in self.forms()}
        chain = self.chain(pieces, tables)
        return Manifest(
            schema=SCHEMA,
            schema_version=SCHEMA_VERSION,
            engine=made_by(),
            layers=1 if recipe.negative.process == "silver" else 3,
            negative=_stock(recipe.negative),
            print_film=None if recipe.print_film is None else _stock(recipe.print_film),
            settings=Exposed(
                exposure=settings.exposure,
                ei=settings.ei,
                illuminant=None if settings.illuminant is None else str(settings.illuminant),
                filter=None if settings.filter is None else str(settings.filter),
                upsampling=settings.upsampling,
                backing=settings.backing,
                development=settings.development,
                print_development=settings.print_development,
                white=settings.white,
                balance=settings.balance,
                flare=recipe.flare,
                gamut=settings.gamut,
                grain=bool(chain.grains),
                grain_size=settings.grain_size,
            ),
            sources=tuple(chart for film in recipe.films for chart in film.charts),
            input=Input(space=recipe.input_space, grey_code=grey_code(recipe.input_space)),
            output=Output(display=settings.display, encoding=self.display),
            gates=tuple(Gate(name=g, width_mm=gate_size_mm(g)[0]) for g in self.grid.gates),
            chain=chain,
            to_scene=self.way_back(chain, tables.back),
            film=whole["film"][0],
            halves=self.halves(whole, tables),
            aces_look=whole["lmt"][0] if "lmt" in whole else None,
            reference=Reference(
                scene="reference/scene.exr",
                render="reference/render.exr",
                pitch_um=self.grid.samplings()[0].pitch_um,
            ),
            errors={name: e for _, errors in whole.values() for name, e in errors.items()},
            files={},
        )

    def chain(self, pieces: Pieces, tables: StageTables) -> Chain:
        """Write every table and kernel, and put them in order."""
        takes, _ = codings(self.recipe)
        log_exposure = "log10 exposure, lux s"
        dyes = "dye amounts" if tables.printed is None else "print dyes"
        return film_chain(
            takes=f"{self.recipe.input_space} code",
            gives=f"{self.recipe.settings.display} code",
            layer_exposure=self.table(
                "01_layer_exposure",
                tables.layer_exposure,
                takes,
                f"log10(exposure + {tables.exposure_offset:g}), lux s",
            ),
            exposure_offset=tables.exposure_offset,
            optics=self.kernel("01_optics", "exposure", pieces.optics),
            lowest_log_exposure=tables.curve.table.domain[0],
            curve=self.table("02_curve", tables.curve, log_exposure, "dye amounts"),
            compensated=self.table(
                "02_compensated",
                tables.compensated,
                log_exposure,
                "log10 exposure and what the inhibitor of an even patch takes of it",
            ),
            inhibitor=self.kernel("02_inhibitor", "inhibitor", pieces.inhibitor),
            coupling=_rows(pieces.coupling),
            grain=self.grain("negative", self.recipe.negative, pieces.curve),
            printed=self.on_print(pieces, tables.printed),
            view=self.table("05_view", tables.view, dyes, self.display),
        )

    def on_print(self, pieces: Pieces, tables: PrintTables | None) -> OnPrint | None:
        """Write what a print adds, where there is one."""
        print_film = self.recipe.print_film
        if tables is None or print_film is None or pieces.print_curve is None:
            return None
        points = self.recipe.settings.printer_points
        at_25 = self.engine.print_log_exposure - LOG_EXPOSURE_PER_POINT * (
            np.array(points) - NORMAL_POINTS
        )
        return OnPrint(
            printing=self.table(
                "04_printing", tables.printing, "dye amounts", "printing density, base included"
            ),
            optics=self.kernel("04_print_optics", "print exposure", pieces.print_optics),
            log_exposure=_triple(at_25),
            per_point=LOG_EXPOSURE_PER_POINT,
            points=points,
            curve=self.table(
                "05_print_curve", tables.curve, "log10 exposure of the print", "print dyes"
            ),
            grain=self.grain("print", print_film, pieces.print_curve),
        )

    def way_back(self, chain: Chain, tables: BackTables | None) -> WayBack | None:
        """Write the tables from the dyes of the camera film back to the scene."""
        if tables is None:
            return None
        held = "log10 exposure of even film"
        takes, _ = codings(self.recipe)
        return way_back(
            chain,
            gives=f"{self.recipe.input_space} code",
            undeveloped=self.table("06_undeveloped", tables.undeveloped, "dye amounts", held),
            scene=self.table("06_scene", tables.scene, held, takes),
        )

    def forms(self) -> list[Form]:
        """Of the tables that hold the whole path, or half of it."""
        if self.recipe.print_film is None:
            return ["film"]
        looks: list[Form] = ["lmt"] if self.recipe.settings.display in ACES_VIEWS else []
        return ["film", "negative", "print", *looks]

    def halves(self, whole: Whole, tables: StageTables) -> Halves | None:
        """The path before and behind printing density, where there is a print."""
        if tables.printed is None:
            return None
        return Halves(
            base_density=_triple(self.engine.base_density),
            scene_to_cineon=whole["negative"][0],
            cineon_to_display=whole["print"][0],
            print_clf=self.print(tables.printed, tables.view),
        )

    def table(self, name: str, found: StageTable, takes: str, gives: str) -> Table:
        """Write a table of a stage in both forms."""
        table, e = found.table, found.error
        codomain = UNCODED if gives == self.display else _ends(table)
        known = f"error: mean {e.mean:g}, p99 {e.p99:g}, largest {e.largest:g} {e.unit}"
        title = f"{name} of {self.recipe.label}"
        plain = Contract(title, takes, gives, [known])
        coded = Contract(
            title,
            _coded(takes, table.domain),
            _coded(gives, codomain),
            [known, f"made by {made_by()}"],
        )
        return self.both(
            name,
            clf_text(table_transform(table), name, plain),
            cube_text(table.within(codomain), coded),
            Table(
                clf=f"luts/{name}.clf",
                cube=f"luts/{name}.cube",
                dimensions=table.dimensions,
                size=table.size,
                domain=table.domain,
                codomain=codomain,
                error=e,
            ),
        )

    def whole(self, form: Form) -> tuple[Table, dict[str, Statistic]]:
        """Bake the whole path, or half of it, in one table; and its errors by kind."""
        self.say(f"table {form}")
        # The halves must make the whole: its grey keeps the code that the negative gives it.
        recipe = replace(self.recipe, form=form, aim="film" if form == "print" else None)
        baked = bake_lut(recipe, self.device, self.grid.size)
        name = NAMES[form]
        errors = {f"{name}, {j.interpolation}, {j.kind}": j.statistic for j in baked.judged}
        table = Table(
            clf=f"luts/{name}.clf",
            cube=f"luts/{name}.cube",
            dimensions=3,
            size=baked.lattice.size,
            domain=UNCODED,
            codomain=UNCODED,
            error=errors[f"{name}, tetrahedral, photograph"],
        )
        clf, cube = (baked.text(Path(f"{name}{suffix}")) for suffix in (".clf", ".cube"))
        return self.both(name, clf, cube, table), errors

    def both(self, name: str, clf: str, cube: str, table: Table) -> Table:
        """Write a table as .clf and .cube, and hand it on."""
        for suffix, text in ((".clf", clf), (".cube", cube)):
            (self.folder / f"luts/{name}{suffix}").write_text(text, encoding="utf-8")
        return table

    def print(self, tables: PrintTables, view: StageTable) -> str:
        """Write the print and the screen in one: printing density to display code."""
        whole = group(
            scaling(-1.0, self.engine.print_log_exposure.tolist()),
            *table_transform(tables.curve.table),
            *table_transform(view.table),
        )
        name = "05_print_and_view"
        title = f"{name} of {self.recipe.films[-1].label}"
        contract = Contract(title, "printing density, base included", self.display)
        (self.folder / f"luts/{name}.clf").write_text(clf_text(whole, name, contract), "utf-8")
        return f"luts/{name}.clf"

    def kernel(self, name: str, acts_on: ActsOn, mixtures: Mixtures | None) -> Kernel | None:
        """Write the kernels of three layers at every pitch."""
        if mixtures is None:
            return None
        self.say(f"kernels of {acts_on}")
        known = {mixture: kernel_layer(mixture) for mixture in mixtures}
        provenance = {"engine": made_by(), "negative": self.recipe.negative.label}
        images = tuple(
            write_images(self.folder, name, mixtures, s, acts_on=acts_on, provenance=provenance)
            for s in self.grid.samplings()
        )
        red, green, blue = (known[mixture] for mixture in mixtures)
        return Kernel(acts_on=acts_on, layers=(red, green, blue), images=images)

    def grain(self, of: Strip, film: Film, curve: ToneCurve) -> Texture | None:
        """Write the grain of a film, where its granularity is known."""
        if not self.recipe.grain or film.grain is None:
            return None
        self.say(f"grain of the {of}")
        film = in_three_planes(film)

        def write_table(name: str, over: OverDye) -> Table:
            made = curve_table(over, (0.0, most_dye(curve)), "dye amount", STEPS_OVER_DYE)
            return self.table(name, made, "dye amounts", "dye amount for a noise of 1")

        return write_texture(
            self.folder,
            of,
            film,
            self.grid.samplings(),
            size=self.recipe.settings.grain_size,
            write_table=write_table,
            provenance={"engine": made_by(), of: film.label},
        )

    def reference(self, said: Manifest) -> None:
        """The picture, and what the engine makes of it."""
        codes = reference_codes(said.input.space)
        settings = replace(
            self.recipe.settings,
            scatter=True,
            halation=True,
            adjacency=True,
            gate=gate_of(codes, said.reference.pitch_um),
        )
        scene = scene_of_codes(codes, said.input.space)
        picture = render(scene, settings, device=self.device, encode=True)
        write_exr(self.folder / said.reference.scene, codes)
        write_exr(self.folder / said.reference.render, picture.image)

    def sign(self, said: Manifest) -> None:
        """Write the manifest with a hash of every file."""
        files = {
            part.relative_to(self.folder).as_posix(): digest(part)
            for part in sorted(self.folder.rglob("*"))
            if part.is_file() and part.name != MANIFEST
        }
        text = said.model_copy(update={"files": files}).model_dump_json(indent=1, by_alias=True)
        (self.folder / MANIFEST).write_text(text + "\n", encoding="utf-8")


def _rows(matrix: np.ndarray) -> tuple[Triple, Triple, Triple]:
    red, green, blue = map(_triple, matrix)
    return red, green, blue


def _triple(values: np.ndarray) -> Triple:
    """Three numbers to seven digits."""
    red, green, blue = (float(f"{value:.7g}") for value in values)
    return red, green, blue


def _ends(table: Lattice | Curves) -> tuple[float, float]:
    """Round numbers that hold all a table gives."""
    values = table.values if isinstance(table, Curves) else table.nodes
    return float(np.floor(10 * values.min()) / 10), float(np.ceil(10 * values.max()) / 10)


def _coded(what: str, ends: tuple[float, float]) -> str:
    return what if ends == UNCODED else f"{what}, {ends[0]:g}..{ends[1]:g} coded as 0..1"


def _stock(film: Film) -> Stock:
    return Stock(id=film.id, name=film.name, sha256=film.sha256)
