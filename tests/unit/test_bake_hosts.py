"""What a pack says to OCIO, Nuke, Resolve and Blender, all checked that can be without them.

A small film stands in for a real one: smooth functions in small tables, so that what a host is
told can be compared with numpy.
"""

import math
import re
import runpy
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import ClassVar, NamedTuple

import numpy as np
import OpenImageIO
import pyopencl as cl
import PyOpenColorIO
import pytest
from scipy.ndimage import gaussian_filter
from scipy.signal import fftconvolve
from scipy.special import ndtri

from bake.chain import OnPrint, film_chain
from bake.hosts import ocio, write_all
from bake.hosts.readme import readme_text
from bake.lattice import Lattice
from bake.manifest import MANIFEST, SCHEMA, Manifest
from bake.parts import Kernel, KernelImage, Table, digest
from bake.replay import mixed
from bake.table_files import Contract, Curves, clf_text, group, scaling, table_transform
from spectral_film.device.device import Device

LAYERS = ("R", "G", "B")
OFFSET = 1e-3  # lux s
COUPLING = np.array([[0.02, 0.06, 0.01], [0.05, 0.02, 0.07], [0.01, 0.04, 0.02]])
LOG_EXPOSURE = (-3.5, 2.5)
PRINT_LOG_EXPOSURE = (2.4, 2.5, 2.6)
PRINT_RANGE = (-1.0, 3.0)
POINTS = (25.0, 26.0, 24.5)
PER_POINT = 0.025
PITCHES = ((12.0, 2048), (6.0, 4096))
TILE = 64  # pixels


def dye(h: np.ndarray) -> np.ndarray:
    """F: a soft step, a little different in each layer."""
    return 2.4 / (1 + 10 ** (0.7 * (np.array([-0.2, 0.0, 0.1]) - h)))


def print_dye(h: np.ndarray) -> np.ndarray:
    return 3.0 / (1 + 10 ** (2.0 * (np.array([1.1, 1.0, 0.9]) - h)))


def layer_log_exposure(code: np.ndarray) -> np.ndarray:
    return -3 + 4.5 * code @ np.array([[0.8, 0.1, 0.05], [0.15, 0.8, 0.1], [0.05, 0.1, 0.85]])


def density(dyes: np.ndarray) -> np.ndarray:
    mixed = dyes @ np.array([[0.9, 0.1, 0.05], [0.1, 0.95, 0.1], [0.0, 0.1, 0.9]])
    return np.array([0.15, 0.5, 0.7]) + mixed - 0.02 * mixed**2


def screen(print_dyes: np.ndarray) -> np.ndarray:
    seen = print_dyes @ np.array([[0.9, 0.05, 0.02], [0.08, 0.9, 0.06], [0.02, 0.05, 0.92]])
    return np.asarray(10 ** (-seen / 2.4))


class Pack(NamedTuple):
    """A folder with a manifest, and what each table was made from."""

    folder: Path
    manifest: Manifest


def table(pack: Pack, wire: str) -> Table:
    """The table that makes a wire."""
    return pack.manifest.chain.making(wire).table


def kernel(pack: Pack, wire: str) -> Kernel:
    """The kernel that makes a wire."""
    return pack.manifest.chain.making(wire).kernel


def nodes(function: Callable[[np.ndarray], np.ndarray], size: int, domain: tuple) -> Lattice:
    axis = np.linspace(*domain, size)
    grid = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1)
    return Lattice(function(grid).astype(np.float32), domain)


def curves(function: Callable[[np.ndarray], np.ndarray], size: int, domain: tuple) -> Curves:
    axis = np.linspace(*domain, size)[:, None].repeat(3, axis=1)
    return Curves(function(axis).astype(np.float32), domain)


def codomain(table: Lattice | Curves) -> tuple[float, float]:
    """Ends of what it gives; display codes stay as they are."""
    values = table.values if isinstance(table, Curves) else table.nodes
    low, high = float(values.min()), float(values.max())
    return (0.0, 1.0) if 0 <= low < high <= 1 else (low - 0.1, high + 0.1)


def cube_text(table: Lattice | Curves) -> str:
    """Red runs fastest."""
    low, high = codomain(table)
    if isinstance(table, Curves):
        head, rows = f"LUT_1D_SIZE {table.size}", table.values
    else:
        head, rows = f"LUT_3D_SIZE {table.size}", table.nodes.transpose(2, 1, 0, 3).reshape(-1, 3)
    rows = (rows - low) / (high - low)
    return "\n".join([head, *(" ".join(f"{value:.7g}" for value in row) for row in rows), ""])


def save_table(folder: Path, name: str, table: Lattice | Curves) -> dict:
    contract = Contract(name, "its wire", "the next wire")
    (folder / f"luts/{name}.clf").write_text(clf_text(table_transform(table), name, contract))
    (folder / f"luts/{name}.cube").write_text(cube_text(table))
    return {
        "clf": f"luts/{name}.clf",
        "cube": f"luts/{name}.cube",
        "dimensions": 1 if isinstance(table, Curves) else 3,
        "size": table.size,
        "domain": table.domain,
        "codomain": codomain(table),
        "error": {"mean": 0, "p99": 0, "largest": 0, "unit": "of the wire"},
    }


def gaussian_kernel(sigmas_px: tuple, radius: int) -> np.ndarray:
    y, x = np.mgrid[-radius : radius + 1, -radius : radius + 1]
    planes = [np.exp(-(x**2 + y**2) / (2 * sigma**2)) for sigma in sigmas_px]
    return np.stack([plane / plane.sum() for plane in planes], axis=-1).astype(np.float32)


def save_image(path: Path, pixels: np.ndarray, x: int = 0, names: tuple = ("R", "G", "B")) -> None:
    height, width, channels = pixels.shape
    spec = OpenImageIO.ImageSpec(width, height, channels, "float")
    spec.channelnames = names
    spec.x = spec.y = spec.full_x = spec.full_y = x
    output = OpenImageIO.ImageOutput.create(str(path))
    assert output.open(str(path), spec)
    assert output.write_image(np.ascontiguousarray(pixels))
    output.close()


def save_kernel(folder: Path, name: str, acts_on: str, sigmas_um: tuple) -> dict:
    images = []
    for pitch, width in PITCHES:
        kernel = gaussian_kernel(tuple(s / pitch for s in sigmas_um), radius := 4)
        rgb = f"kernels/{name}_{pitch:g}um.exr"
        layers = {layer: f"kernels/{name}_{pitch:g}um_{layer}.exr" for layer in LAYERS}
        save_image(folder / rgb, kernel, x=-radius)
        for channel, layer in enumerate(LAYERS):
            save_image(folder / layers[layer], kernel[..., [channel]], names=("R",))
        images.append(
            {"gate": "super35", "pitch_um": pitch, "width": width, "radius_px": radius,
             "rgb": rgb, "layers": layers,
             "centre": kernel[radius, radius].tolist(), "energy_outside": (0.0, 0.0, 0.0)}
        )  # fmt: skip
    layers_of = [
        {
            "spreads": [{"weight": 1.0, "form": "gaussian", "sigma_um": sigma}],
            "gaussians": [{"weight": 0.75, "sigma_um": sigma}, {"weight": 0.25, "sigma_um": 0.0}],
            "gaussian_error": 0.0,
        }
        for sigma in sigmas_um
    ]
    return {"acts_on": acts_on, "layers": layers_of, "images": images}


def grain_linear(dyes: np.ndarray) -> np.ndarray:
    """Less where all is dye, and where there is none."""
    return 0.01 * np.array([1.0, 1.2, 1.5]) * (1.05 - (dyes / 1.6 - 1) ** 2)


def grain_square(dyes: np.ndarray) -> np.ndarray:
    return grain_linear(dyes) * (0.2 - 0.1 * dyes)


def grain_filter(pitch_um: float, radius: int) -> np.ndarray:
    """Wider where pixels are finer; its squares sum to 1."""
    kernel = gaussian_kernel(tuple(s / pitch_um for s in (4.0, 5.0, 7.0)), radius)
    return kernel / np.sqrt((kernel**2).sum((0, 1)))


def save_grain(folder: Path, of: str) -> dict:
    images = []
    for pitch, width in PITCHES:
        kernel = grain_filter(pitch, radius := 3)
        rgb = f"grain/{of}_{pitch:g}um.exr"
        layers = {layer: f"grain/{of}_{pitch:g}um_{layer}.exr" for layer in LAYERS}
        save_image(folder / rgb, kernel, x=-radius)
        for channel, layer in enumerate(LAYERS):
            save_image(folder / layers[layer], kernel[..., [channel]], names=("R",))
        # Another amount at another pitch, so that one cannot stand for the other.
        amounts = {
            "linear": curves(lambda d, pitch=pitch: grain_linear(d) * pitch / 6, 129, (-0.1, 3.2)),
            "square": curves(lambda d, pitch=pitch: grain_square(d) * pitch / 6, 129, (-0.1, 3.2)),
        }
        tables = {
            name: save_table(folder, f"{of}_{name}_{pitch:g}um", table)
            for name, table in amounts.items()
        }
        images.append(
            {"gate": "super35", "pitch_um": pitch, "width": width, "radius_px": radius,
             "rgb": rgb, "layers": layers, "errors": {}, **tables}
        )  # fmt: skip
    names = ("radius_um", "density_range", "log_exposure_mid", "log_exposure_spread", "exponent")
    clouds = {name: [[1.0, 1.0, 1.0]] * 3 for name in names}
    clouds |= {name: [[0.0, 3.0]] * 3 for name in ("dye_amount", "rms", "dye_density")}
    clouds |= {"densitometry": "status-m", "dmin_density": [0.0, 3.0]}
    return {"of": of, "clouds": clouds, "noise": "grain/noise.exr", "tile_px": TILE,
            "images": images}  # fmt: skip


def save_noise(folder: Path) -> None:
    z = np.random.default_rng(2383).standard_normal((TILE, TILE, 3))
    save_image(folder / "grain/noise.exr", z.astype(np.float32))


def play_without_kernels(code: np.ndarray, points: tuple = POINTS) -> np.ndarray:
    """The functions behind the tables, in float64."""
    return show(density(dye(held_back(code))), points)


def cineon(code: np.ndarray) -> np.ndarray:
    """Scene code -> Cineon code / 1023, kernels left out."""
    above_base = density(dye(held_back(code))) - density(np.zeros((1, 3)))
    return (95 + above_base / 0.002) / 1023


def held_back(code: np.ndarray) -> np.ndarray:
    exposure = np.maximum(10 ** layer_log_exposure(code) - OFFSET, 0)
    h = np.log10(np.maximum(exposure, 10 ** LOG_EXPOSURE[0]))
    return np.asarray(h + dye(h) @ (np.diag(0.1 * np.ones(3))) - dye(h) @ COUPLING.T)


def show(printing_density: np.ndarray, points: tuple = POINTS) -> np.ndarray:
    more = PER_POINT * (np.asarray(points) - 25)
    return screen(print_dye(np.array(PRINT_LOG_EXPOSURE) + more - printing_density))


def make_pack(folder: Path) -> Pack:
    for name in ("luts", "kernels", "reference", "grain"):
        (folder / name).mkdir(parents=True)
    tables = {
        "layer_exposure": nodes(layer_log_exposure, 9, (0.0, 1.0)),
        "curve": curves(dye, 513, LOG_EXPOSURE),
        "compensated": curves(lambda h: h + 0.1 * dye(h), 513, LOG_EXPOSURE),
        "printing": nodes(density, 9, (-0.1, 3.0)),
        "print_curve": curves(print_dye, 513, PRINT_RANGE),
        "view": nodes(screen, 9, (0.0, 3.2)),
        "film": nodes(play_without_kernels, 33, (0.0, 1.0)),
        "scene_to_cineon": nodes(cineon, 33, (0.0, 1.0)),
        "cineon_to_display": nodes(lambda code: 1 - code, 5, (0.0, 1.0)),
        "aces_look": nodes(lambda code: 0.1 + 0.8 * code**1.2, 9, (0.0, 1.0)),
    }
    made = {name: save_table(folder, name, table) for name, table in tables.items()}
    whole = group(
        scaling(-1.0, np.array(PRINT_LOG_EXPOSURE) + PER_POINT * (np.array(POINTS) - 25)),
        table_transform(tables["print_curve"]),
        table_transform(tables["view"]),
    )
    (folder / "luts/print.clf").write_text(
        clf_text(whole, "print", Contract("print", "printing density", "display code"))
    )
    kernels = {
        "optics": save_kernel(folder, "optics", "exposure", (9.0, 7.0, 5.0)),
        "inhibitor": save_kernel(folder, "inhibitor", "inhibitor", (12.0, 10.0, 9.0)),
        "print_optics": save_kernel(folder, "print_optics", "print exposure", (4.0, 4.0, 5.0)),
    }
    save_noise(folder)
    for name in ("scene", "render"):
        save_image(folder / f"reference/{name}.exr", np.full((4, 6, 3), 0.4, np.float32))
    stock = {"sha256": "0" * 64}
    manifest = Manifest.model_validate(
        {
            "schema": SCHEMA,
            "schema_version": 5,
            "layers": 3,
            "engine": "spectral-film 0.1.0",
            "negative": stock | {"id": "small-negative", "name": "Small Negative"},
            "print_film": stock | {"id": "small-print", "name": "Small Print"},
            "settings": {
                "exposure": 0.0, "ei": None, "illuminant": None, "backing": None, "white": "lamp",
                "filter": None, "development": None, "print_development": None,
                "balance": "lad", "flare": 0.1, "gamut": "compress", "upsampling": "jakob-hanika",
                "grain": True, "grain_size": 1.0,
            },
            "sources": ["a test"],
            "input": {"space": "ACEScct", "grey_code": 0.4135884},
            "output": {"display": "Rec.709", "encoding": "Rec.709, full range, a gamma of 2.4"},
            "gates": [{"name": "super35", "width_mm": 24.576}],
            "chain": film_chain(
                takes="ACEScct code",
                gives="Rec.709 code",
                layer_exposure=made["layer_exposure"],
                exposure_offset=OFFSET,
                optics=kernels["optics"],
                lowest_log_exposure=LOG_EXPOSURE[0],
                curve=made["curve"],
                compensated=made["compensated"],
                inhibitor=kernels["inhibitor"],
                coupling=COUPLING.tolist(),
                grain=save_grain(folder, "negative"),
                printed=OnPrint(
                    printing=made["printing"],
                    optics=kernels["print_optics"],
                    log_exposure=PRINT_LOG_EXPOSURE,
                    per_point=PER_POINT,
                    points=POINTS,
                    curve=made["print_curve"],
                    grain=save_grain(folder, "print"),
                ),
                view=made["view"],
            ),
            "to_scene": None,
            "film": made["film"],
            "halves": {
                "base_density": density(np.zeros((1, 3)))[0].tolist(),
                "scene_to_cineon": made["scene_to_cineon"],
                "cineon_to_display": made["cineon_to_display"],
                "print_clf": "luts/print.clf",
            },
            "aces_look": made["aces_look"],
            "reference": {
                "scene": "reference/scene.exr", "render": "reference/render.exr", "pitch_um": 6.0,
            },
            "errors": {},
            "files": {
                path.relative_to(folder).as_posix(): digest(path)
                for path in sorted(folder.rglob("*"))
                if path.is_file()
            },
        }
    )  # fmt: skip
    return Pack(folder, manifest)


@pytest.fixture(scope="module")
def pack(tmp_path_factory) -> Pack:
    made = make_pack(tmp_path_factory.mktemp("hosts") / "pack")
    (made.folder / MANIFEST).write_text(made.manifest.model_dump_json(by_alias=True))
    written = write_all(*made)
    assert len(set(written)) == len(written)
    assert all((made.folder / path).is_file() for path in written)
    return made


def colours(count: int = 400) -> np.ndarray:
    """Codes of ACEScct from deep shadow to a lamp, (count, 3)."""
    return np.random.default_rng(5207).uniform(0.1, 0.95, (count, 3)).astype(np.float32)


def apply(processor: PyOpenColorIO.Processor, values: np.ndarray) -> np.ndarray:
    pixels = np.array(values, np.float32, order="C")
    cpu = processor.getOptimizedCPUProcessor(PyOpenColorIO.OPTIMIZATION_LOSSLESS)
    cpu.apply(PyOpenColorIO.PackedImageDesc(pixels, len(pixels), 1, 3))
    return pixels


def table_by_hand(pack: Pack, path: str, values: np.ndarray) -> np.ndarray:
    transform = PyOpenColorIO.FileTransform(str(pack.folder / path))
    return apply(PyOpenColorIO.Config.CreateRaw().getProcessor(transform), values)


def scene_linear(code: np.ndarray) -> np.ndarray:
    """ACEScct -> ACES2065-1, by a config that knows nothing of the film."""
    config = PyOpenColorIO.Config.CreateFromBuiltinConfig(LATER)
    return apply(config.getProcessor("ACEScct", "ACES2065-1"), code)


def chain_by_tables(pack: Pack, code: np.ndarray) -> np.ndarray:
    """Scene code -> printing density from the .clf files and numpy, kernels left out."""
    x = table_by_hand(pack, table(pack, "coded exposure").clf, code).astype(float)
    exposure = np.maximum(10**x - OFFSET, 0)
    h = np.log10(np.maximum(exposure, 10 ** LOG_EXPOSURE[0]))
    f, g = (
        table_by_hand(pack, t.clf, h)
        for t in (table(pack, "developed"), table(pack, "compensated"))
    )
    dyes = table_by_hand(pack, table(pack, "developed").clf, g - f @ COUPLING.T)
    return table_by_hand(pack, table(pack, "printing density").clf, dyes)


DISPLAY = "Rec.1886 Rec.709 - Display"


def viewed(config: PyOpenColorIO.Config, values: np.ndarray, view: str, **context) -> np.ndarray:
    transform = PyOpenColorIO.DisplayViewTransform(src="ACES2065-1", display=DISPLAY, view=view)
    given = config.getCurrentContext()
    for name, value in context.items():
        given[name] = value
    forward = PyOpenColorIO.TRANSFORM_DIR_FORWARD
    return apply(config.getProcessor(given, transform, forward), values)


FIRST = "studio-config-v1.0.0_aces-v1.3_ocio-v2.1"
LATER = "studio-config-v4.0.0_aces-v2.0_ocio-v2.5"


@pytest.fixture(params=["config.ocio", "config.ocioz", "config_aces2.ocio"])
def config(request, pack, tmp_path, monkeypatch) -> PyOpenColorIO.Config:
    """Opened from a folder elsewhere; the archive away from its pack, too."""
    monkeypatch.chdir(tmp_path)
    path = pack.folder / request.param
    if request.param == ocio.ARCHIVE:
        path = Path(shutil.copy(path, tmp_path))
    return PyOpenColorIO.Config.CreateFromFile(str(path))


def test_config_is_valid_and_keeps_what_it_extends(config):
    config.validate()
    version = (config.getMajorVersion(), config.getMinorVersion())
    plain = PyOpenColorIO.Config.CreateFromBuiltinConfig({(2, 1): FIRST, (2, 5): LATER}[version])
    assert list(config.getRoles()) == list(plain.getRoles())
    assert set(plain.getColorSpaceNames()) < set(config.getColorSpaceNames())
    for display in plain.getDisplays():
        assert set(plain.getViews(display)) < set(config.getViews(display))
    assert config.getDefaultDisplay() == DISPLAY
    assert config.getDefaultView(DISPLAY) == "Film"


@pytest.mark.parametrize("name", ["config.ocio", "config.ocioz"])
def test_config_asks_for_no_more_than_the_first_studio_config(pack, name):
    """A release refuses a config of a later profile, and hosts have had 2.1 since 2021."""
    made = PyOpenColorIO.Config.CreateFromFile(str(pack.folder / name))
    assert (made.getMajorVersion(), made.getMinorVersion()) == (2, 1)
    assert "ocio_profile_version: 2.1\n" in (pack.folder / "config.ocio").read_text()
    assert "Film before an ACES view" not in made.getLookNames()  # there is no such view


@pytest.mark.parametrize("space", ["Apple Log", "D-Log D-Gamut", "CanonLog2 CinemaGamut D55"])
def test_config_gets_an_input_space_that_is_younger_than_it(tmp_path, pack, space):
    folder = Path(shutil.copytree(pack.folder, tmp_path / "younger"))
    said = pack.manifest.input.model_copy(update={"space": space})
    ocio.write_ocio(folder, pack.manifest.model_copy(update={"input": said}))
    archive = shutil.copy(folder / "config.ocioz", tmp_path)
    made = PyOpenColorIO.Config.CreateFromFile(archive)
    made.validate()
    later = PyOpenColorIO.Config.CreateFromBuiltinConfig(LATER)
    wanted = apply(later.getProcessor(space, "ACES2065-1"), colours())
    linear = apply(made.getProcessor(space, "ACES2065-1"), colours())
    np.testing.assert_allclose(linear, wanted, rtol=1e-5, atol=1e-6)
    # And back, through curves of 65536 steps.
    np.testing.assert_allclose(
        apply(made.getProcessor("ACES2065-1", space), wanted), colours(), atol=5e-5
    )


def test_view_shows_what_the_table_gives_by_hand(config, pack):
    shown = viewed(config, scene_linear(colours()), "Film")
    by_hand = table_by_hand(pack, pack.manifest.film.clf, colours())
    # Code -> light -> code in float32: 2e-5 in the shadows, where a power of 1/2.4 is steep.
    np.testing.assert_allclose(shown, by_hand, atol=3e-5)


def test_look_is_applied_in_the_input_space(pack):
    config = PyOpenColorIO.Config.CreateFromFile(str(pack.folder / "config_aces2.ocio"))
    look = PyOpenColorIO.LookTransform(
        src="ACES2065-1", dst="ACEScct", looks="Film before an ACES view"
    )
    shown = apply(config.getProcessor(look), scene_linear(colours()))
    by_hand = table_by_hand(pack, pack.manifest.aces_look.clf, colours())
    # Beside a lamp in one channel, float32 keeps five digits of a shadow in another.
    np.testing.assert_allclose(shown, by_hand, atol=4e-5)


def density_by_cineon(pack: Pack, code: np.ndarray) -> np.ndarray:
    """Scene code -> printing density by the table to Cineon codes."""
    base = np.array(pack.manifest.halves.base_density)
    codes = 1023 * table_by_hand(pack, pack.manifest.halves.scene_to_cineon.clf, code)
    return base + 0.002 * (codes - 95)


def test_printing_density_is_that_of_the_cineon_codes(config, pack):
    found, codes = (
        apply(config.getProcessor("ACES2065-1", space), scene_linear(colours()))
        for space in ("Film printing density", "Film printing density (Cineon)")
    )
    wanted = density_by_cineon(pack, colours())
    # Beside a lamp in one channel, float32 keeps five digits of a shadow in another.
    np.testing.assert_allclose(found, wanted, atol=1e-4)
    base = np.array(pack.manifest.halves.base_density)
    np.testing.assert_allclose(codes * 1023, 95 + (wanted - base) / 0.002, atol=0.05)
    # The steps of the pack say the same, but for nodes that lie apart: a Cineon code is 2e-3.
    assert np.abs(wanted - chain_by_tables(pack, colours())).mean() < 2e-3


def test_named_transform_prints_a_density(config, pack):
    density = chain_by_tables(pack, colours())
    named = config.getNamedTransform("Film printing density to display code")
    assert "aim film" in named.getDescription()
    printed = apply(config.getProcessor(named, PyOpenColorIO.TRANSFORM_DIR_FORWARD), density)
    np.testing.assert_allclose(
        printed, table_by_hand(pack, pack.manifest.halves.print_clf, density), atol=1e-6
    )


@pytest.mark.parametrize("points", [POINTS, (31.0, 20.0, 25.0)])
def test_printer_points_of_the_view_are_those_of_the_printer(config, pack, points):
    variables = zip(("FILM_POINTS_R", "FILM_POINTS_G", "FILM_POINTS_B"), points, strict=True)
    context = {name: f"{value:g}" for name, value in variables} if points != POINTS else {}
    shown = viewed(config, scene_linear(colours()), "Film at printer points", **context)
    more = PER_POINT * (np.array(points) - np.array(POINTS))
    by_hand = table_by_hand(
        pack, pack.manifest.halves.print_clf, density_by_cineon(pack, colours()) - more
    )
    # 1e-4 of density in float32, times a print gamma of 3, in display code.
    np.testing.assert_allclose(shown, by_hand, atol=5e-4)


@pytest.mark.parametrize("name", ["config.ocio", "config.ocioz"])
def test_oiiotool_shows_the_film(pack, tmp_path, name):
    tool = Path(sys.executable).with_name("oiiotool")
    if not tool.exists():
        pytest.skip("no oiiotool beside this Python")
    path = shutil.copy(pack.folder / name, tmp_path) if name.endswith("z") else pack.folder / name
    save_image(tmp_path / "in.exr", scene_linear(colours()).reshape(20, 20, 3))
    subprocess.run(
        [tool, "--colorconfig", path, "in.exr", "--iscolorspace", "ACES2065-1", "--ociodisplay",
         DISPLAY, "Film", "-d", "float", "-o", "out.exr"],
        cwd=tmp_path, check=True,
    )  # fmt: skip
    shown = OpenImageIO.ImageBuf(str(tmp_path / "out.exr")).get_pixels().reshape(-1, 3)
    by_hand = table_by_hand(pack, pack.manifest.film.clf, colours())
    np.testing.assert_allclose(shown, by_hand, atol=2e-4)  # its fast logarithms


def test_config_names_no_place_of_this_machine(pack):
    for path in pack.folder.rglob("*"):
        if path.suffix in (".ocio", ".nk", ".dctl", ".py", ".md", ".ccc", ".clf"):
            assert str(pack.folder.parent) not in path.read_text(), path.name
    with zipfile.ZipFile(pack.folder / "config.ocioz") as archive:
        beside = {"config.ocio", "ocio/printer_points.ccc"}
        assert set(archive.namelist()) == beside | set(ocio.tables(pack.manifest))


class NukeNode(NamedTuple):
    kind: str
    knobs: dict[str, str]
    inputs: list[str]


def read_nuke(text: str) -> dict[str, NukeNode]:
    """The nodes of the group by name, by running the script's stack."""
    body = text[text.index("\n}\n", text.index("Group {")) + 3 : text.index("end_group")]
    nodes: dict[str, NukeNode] = {}
    stack: list[str] = []
    lines = iter(body.splitlines())
    for line in lines:
        words = line.split()
        if words[0] == "push":
            stack.append(words[1].removeprefix("$"))
            assert stack[-1] in nodes, f"{stack[-1]} is pushed before it is there"
        elif words[0] == "set":
            assert words[2:] == ["[stack", "0]"]
            assert stack[-1] == words[1]
        else:
            knobs = {}
            assert words[1] == "{"
            while (inner := next(lines).strip()) != "}":
                knob, _, value = inner.partition(" ")
                knobs[knob] = value
            taken = [stack.pop() for _ in range(int(knobs["inputs"]))]
            nodes[knobs["name"]] = NukeNode(words[0], knobs, taken)
            stack.append(knobs["name"])
    return nodes


def test_nuke_group_is_the_chain_of_the_manifest(pack):
    text = (pack.folder / "nuke/film.nk").read_text()
    assert text.count("{") == text.count("}")
    assert "NOT run in Nuke" in text
    nodes = read_nuke(text)
    for path in re.findall(r"\[value parent\.pack\]/([^\"]+)", text):
        assert (pack.folder / path).is_file(), path

    wanted = [
        table(pack, "coded exposure").clf, "exposure", table(pack, "developed").clf, "inhibitor",
        table(pack, "dyes").clf, table(pack, "printing density").clf, "print_light",
        table(pack, "print dyes").clf, table(pack, "shown").clf,
    ]  # fmt: skip
    walked, name = [], "Output1"
    while nodes[name].inputs:
        # Of two inputs the sum goes on through the inhibitor; a convolution through its picture.
        name = nodes[name].inputs[1 if nodes[name].kind == "Merge2" else 0]
        node = nodes[name]
        if node.kind == "OCIOFileTransform":
            walked.append(node.knobs["file"].strip('"').partition("]/")[2])
        elif name in ("exposure", "inhibitor", "print_light"):
            walked.append(name)
    assert walked[::-1] == wanted
    assert nodes[name].kind == "Input"


def test_nuke_convolves_each_layer_by_its_own_kernel(pack):
    nodes = read_nuke((pack.folder / "nuke/film.nk").read_text())
    for wire in ("exposure", "inhibitor", "print light"):
        name, images = wire.replace(" ", "_"), kernel(pack, wire).images
        for layer, channel in zip(LAYERS, ("red", "green", "blue"), strict=True):
            node = nodes[f"{name}_{layer}"]
            assert node.kind == "Convolve2"
            on = [c for c in node.knobs["channels"].strip("{}").split() if not c.startswith("-")]
            assert on == [f"rgba.{channel}"]
            reads = [nodes[read] for read in nodes[node.inputs[1]].inputs]
            assert [read.knobs["file"].strip('"').partition("]/")[2] for read in reads] == [
                image.layers[layer] for image in images
            ]


@pytest.mark.parametrize("number", [0, 1])
@pytest.mark.parametrize(
    ("wire", "before"),
    [("exposure", "stops"), ("inhibitor", "developed"), ("print_light", "light_through")],
)
def test_nuke_blurs_as_if_the_last_pixels_went_on(pack, rng, wire, before, number):
    picture = rng.random((21, 30, 3)).astype(np.float32)
    made = play_nuke(pack, {before: picture}, wire, pitch=number)
    wanted = blurred_with_edges(pack, picture, kernel(pack, wire.replace("_", " ")).images[number])
    np.testing.assert_allclose(made, wanted, atol=1e-6)


def blurred_with_edges(pack: Pack, picture: np.ndarray, image: KernelImage) -> np.ndarray:
    """By its RGB file, the last pixels going on as far as it reaches."""
    kernels = OpenImageIO.ImageBuf(str(pack.folder / image.rgb)).get_pixels()
    room = [(image.radius_px, image.radius_px)] * 2
    planes = [
        fftconvolve(np.pad(picture[..., c], room, mode="edge"), kernels[..., c], mode="valid")
        for c in range(3)
    ]
    return np.stack(planes, axis=-1)


def nuke_value(formula: str, **names: float) -> float:
    """A Nuke expression is C's arithmetic, and Python's where it is this plain."""
    formula = formula.strip('"').replace("parent.", "")
    return eval(formula, {"max": max, "pow": pow, "log10": math.log10} | names)


def test_nuke_expressions_are_the_arithmetic_of_the_chain(pack):
    nodes = read_nuke((pack.folder / "nuke/film.nk").read_text())
    linear = nuke_value(nodes["layer_exposure"].knobs["expr1"], g=-1.0)
    assert linear == pytest.approx(0.1 - OFFSET)
    assert nodes["stops"].inputs == ["layer_exposure"]
    assert nuke_value(nodes["stops"].knobs["expr1"], g=0.1, exposure=2.0) == pytest.approx(0.4)
    log = nodes["log_exposure"].knobs["expr0"]
    assert nuke_value(log, r=0.0) == pytest.approx(LOG_EXPOSURE[0])
    assert nuke_value(nodes["light_through"].knobs["expr2"], b=1.5) == pytest.approx(10**-1.5)
    printed = nodes["print_log_exposure"].knobs["expr1"]
    for points in (25, 29):  # four points more are 0.1 more log exposure
        wanted = -1.5 + PRINT_LOG_EXPOSURE[1] + PER_POINT * (points - 25)
        assert nuke_value(printed, g=10**-1.5, points_G=points) == pytest.approx(wanted)
    matrix = np.array(
        [row.split() for row in re.findall(r"{([^{}]+)}", nodes["coupling"].knobs["matrix"])], float
    )
    np.testing.assert_allclose(matrix, -COUPLING)


class Piece(NamedTuple):
    """Pixels of a picture of Nuke's, and where the first one lies."""

    x: int
    y: int
    pixels: np.ndarray

    def over(self, other: "Piece") -> np.ndarray:
        """What it has where the other lies: black where it has nothing."""
        height, width, _ = other.pixels.shape
        found = np.zeros((height, width, self.pixels.shape[2]))
        rows = np.arange(other.y, other.y + height) - self.y
        columns = np.arange(other.x, other.x + width) - self.x
        there = np.ix_(
            (rows >= 0) & (rows < self.pixels.shape[0]),
            (columns >= 0) & (columns < self.pixels.shape[1]),
        )
        mine = np.ix_(rows[there[0].ravel()], columns[there[1].ravel()])
        found[there] = self.pixels[mine]
        return found


def play_nuke(pack: Pack, given: dict[str, np.ndarray], last: str, **knobs: int) -> np.ndarray:
    """What a node makes of pictures that other nodes have, (y, x, 3): grain and what is around."""
    nodes = read_nuke((pack.folder / "nuke/film.nk").read_text())
    made = {name: Piece(0, 0, pixels) for name, pixels in given.items()}

    def number(formula: str, **names: object) -> object:
        functions = {"sin": np.sin, "fmod": math.fmod, "int": int, "abs": abs}
        plain = formula.strip('"').replace("parent.", "")
        return eval(plain, functions | knobs | names)

    def piece(name: str) -> Piece:
        if name not in made:
            made[name] = make(nodes[name])
        return made[name]

    def make(node: NukeNode) -> Piece:
        knobs_of, inputs = node.knobs, node.inputs
        if node.kind == "Read":
            path = knobs_of["file"].strip('"').partition("]/")[2]
            return Piece(0, 0, OpenImageIO.ImageBuf(str(pack.folder / path)).get_pixels())
        if node.kind == "Switch":
            return piece(inputs[int(number(knobs_of["which"].strip("{}")))])
        first = piece(inputs[0])
        if node.kind == "BlackOutside":
            return first
        if node.kind == "AdjBBox":  # what is beyond a box is its last pixels
            more, same = map(int, knobs_of["numpixels"].strip("{}").split())
            assert more == same
            room = [(more, more), (more, more), (0, 0)]
            return Piece(first.x - more, first.y - more, np.pad(first.pixels, room, mode="edge"))
        if node.kind == "CopyBBox":
            second = piece(inputs[1])
            return second._replace(pixels=first.over(second))
        if node.kind == "Transform":
            parts = re.fullmatch(r"{({.*}|\S+) ({.*}|\S+)}", knobs_of["translate"])
            x, y = (number(part.strip("{}")) for part in parts.groups())
            assert knobs_of["filter"] == "Impulse"
            return Piece(first.x + x, first.y + y, first.pixels)
        if node.kind == "OCIOFileTransform":
            path = knobs_of["file"].strip('"').partition("]/")[2]
            flat = table_by_hand(pack, path, first.pixels.reshape(-1, 3))
            return first._replace(pixels=flat.reshape(first.pixels.shape))
        if node.kind == "Expression":
            channels = [
                number(knobs_of[f"expr{n}"], **{s: first.pixels[..., n]})
                for n, s in enumerate("rgb")
            ]
            return first._replace(pixels=np.stack(channels, axis=-1))
        second = piece(inputs[1])
        if node.kind == "Merge2":
            below = first
            if knobs_of.get("bbox") != "B":  # both of them
                x, y = min(first.x, second.x), min(first.y, second.y)
                right, bottom = (
                    max(p.x + p.pixels.shape[1] for p in (first, second)),
                    max(p.y + p.pixels.shape[0] for p in (first, second)),
                )
                below = Piece(x, y, np.zeros((bottom - y, right - x, 3)))
            one, other = first.over(below), second.over(below)
            kind = knobs_of["operation"]
            return below._replace(pixels={"plus": one + other, "multiply": one * other}[kind])
        assert node.kind == "Convolve2"
        assert knobs_of["normalize"] == "false"
        pixels = np.array(first.pixels)
        on = re.search(r"rgba\.(\w+) -", knobs_of["channels"]).group(1)
        channel = ("red", "green", "blue").index(on)
        pixels[..., channel] = fftconvolve(
            first.pixels[..., channel], second.pixels[..., 0], mode="same"
        )
        return first._replace(pixels=pixels)

    return piece(last).over(Piece(0, 0, next(iter(given.values()))))


GRAIN_PX, EDGE = 96, 3  # a picture larger than the tile; where hosts have no grain from outside


def dyes_of_a_ramp() -> np.ndarray:
    """Amounts of dye from nothing to nearly all, another in each layer, (y, x, 3)."""
    across, down = np.meshgrid(np.linspace(0, 2.2, GRAIN_PX), np.linspace(0, 1, GRAIN_PX))
    return np.stack([across, 2.2 - across, 2 * down], axis=-1)


def grain_by_hand(dyes: np.ndarray, z: np.ndarray, pitch: float) -> np.ndarray:
    """What is added to dyes, of noise of the same size; edges apart."""
    scale = pitch / 6
    bent = scale * (grain_linear(dyes) * z + grain_square(dyes) * (z**2 - 1))
    kernel = grain_filter(pitch, 3)
    return np.stack(
        [fftconvolve(bent[..., c], kernel[..., c], mode="same") for c in range(3)], axis=-1
    )


def inside(pixels: np.ndarray) -> np.ndarray:
    return pixels[EDGE:-EDGE, EDGE:-EDGE]


def noise_at(pack: Pack, x: int, y: int) -> np.ndarray:
    """The tile, repeated for ever, as it lies on a picture when it is moved."""
    tile = OpenImageIO.ImageBuf(str(pack.folder / "grain/noise.exr")).get_pixels()
    rows, columns = (np.arange(GRAIN_PX)[:, None] - y) % TILE, (np.arange(GRAIN_PX) - x) % TILE
    return tile[rows, columns]


@pytest.mark.parametrize("wire", ["dyes", "print_dyes"])
@pytest.mark.parametrize("picture", [0, 1])
def test_nuke_adds_the_grain_of_the_chain(pack, wire, picture):
    dyes, name = dyes_of_a_ramp(), f"{wire}_with_grain"
    knobs = {"pitch": picture, "seed": 3, "frame": 1001, "grain": 1}
    added = play_nuke(pack, {wire: dyes}, name, **knobs) - dyes
    of = "print" if wire == "print_dyes" else "negative"
    salts = {"negative": (1.7, 4.1), "print": (2.9, 5.3)}[of]
    x, y = (
        -int(TILE * math.fmod(abs(math.sin(1001 * 12.9898 + 3 * 78.233 + salt) * 43758.5453), 1))
        for salt in salts
    )
    wanted = grain_by_hand(dyes, noise_at(pack, x, y), PITCHES[picture][0])
    # Parabolas in tables of 129 nodes over 3.3: off by 1e-4, and z^2 makes thrice that of it.
    np.testing.assert_allclose(inside(added), inside(wanted), atol=3e-4 * abs(wanted).max())
    assert not (play_nuke(pack, {wire: dyes}, name, **(knobs | {"grain": 0})) - dyes).any()


SHIM = """
#define __DEVICE__ static
#define __TEXTURE__ __global const float*
#define _tex2D(plane, x, y) ((plane)[(y) * p_Width + (x)])
#define make_float3(x, y, z) ((float3)((x), (y), (z)))
#define _exp10f exp10
#define _exp2f exp2
#define _expf exp
#define _log10f log10
#define _fmaxf fmax
#define _fminf fmin
#define _ceilf ceil
#define _logf log
#define _sqrtf sqrt
#define _clampf clamp
#define _saturatef(x) clamp((x), 0.0f, 1.0f)
#define APPLY_LUT(r, g, b, name) name##_lut(r, g, b, name##_data, name##_size)

static float line(float v, __global const float *data, int size, int channel) {
    float at = v * (size - 1);
    int i = min((int)at, size - 2);
    return mix(data[3 * i + channel], data[3 * i + 3 + channel], at - i);
}
static float3 lut_1d(float r, float g, float b, __global const float *data, int size) {
    return (float3)(line(r, data, size, 0), line(g, data, size, 1), line(b, data, size, 2));
}
static float3 node(int r, int g, int b, __global const float *data, int n) {
    return vload3(r + n * (g + n * b), data);
}
static float3 lut_3d(float r, float g, float b, __global const float *data, int n) {
    float3 at = (float3)(r, g, b) * (n - 1);
    int3 i = min(convert_int3(at), n - 2);
    float3 t = at - convert_float3(i);
    float3 a = node(i.x, i.y, i.z, data, n), z = node(i.x + 1, i.y + 1, i.z + 1, data, n);
    /* Tetrahedral: one axis after the other, the longest first. */
    int first = t.x >= t.y ? (t.x >= t.z ? 0 : 2) : (t.y >= t.z ? 1 : 2);
    int last = t.x < t.y ? (t.x < t.z ? 0 : 2) : (t.y < t.z ? 1 : 2);
    if (first == last) last = (first + 1) % 3;
    float w[3] = {t.x, t.y, t.z};
    int middle = 3 - first - last;
    int3 p = i + (int3)(first == 0, first == 1, first == 2);
    int3 q = i + (int3)(last != 0, last != 1, last != 2);
    return a * (1 - w[first]) + node(p.x, p.y, p.z, data, n) * (w[first] - w[middle])
         + node(q.x, q.y, q.z, data, n) * (w[middle] - w[last]) + z * w[last];
}
"""


def read_cube(path: Path) -> tuple[np.ndarray, int, int]:
    """Rows, size and dimensions, by a reader of its own."""
    lines = [line.split() for line in path.read_text().splitlines()]
    size = {w[0]: int(w[1]) for w in lines if w and w[0] in ("LUT_1D_SIZE", "LUT_3D_SIZE")}
    rows = [w for w in lines if len(w) == 3 and re.match(r"[-+.\d]", w[0])]
    ((kind, count),) = size.items()
    return np.array(rows, np.float32), count, int(kind[4])


def run_dctl(device: Device, path: Path, planes: np.ndarray, **controls: float) -> np.ndarray:
    """Compile a DCTL as OpenCL C and run it on (3, y, x); what is not C is taken out by hand."""
    text = path.read_text()
    luts = re.findall(r"^DEFINE_LUT\((\w+), (.+)\)$", text, re.M)
    sliders = re.findall(
        r"^DEFINE_UI_PARAMS\((\w+), [^,]+, DCTLUI_SLIDER_FLOAT, ([^,]+),", text, re.M
    )
    whole_numbers = re.findall(
        r"^DEFINE_UI_PARAMS\((\w+), [^,]+, DCTLUI_(?:CHECK_BOX|SLIDER_INT), (\d+)", text, re.M
    )
    text = re.sub(r"^DEFINE_(LUT|UI_PARAMS)\(.*\)$", "", text, flags=re.M)
    assert "DEFINE" not in text
    known = {name for name, _ in sliders + whole_numbers}
    assert known >= set(controls) - {"grain", "TIMELINE_FRAME_INDEX"}
    defines = {name: float(controls.get(name, default)) for name, default in sliders}
    cubes = {name: read_cube((path.parent / where).resolve()) for name, where in luts}
    head = "".join(f"#define {name} {value!r}f\n" for name, value in defines.items())
    counts = {"TIMELINE_FRAME_INDEX": 0} | {name: int(value) for name, value in whole_numbers}
    head += "".join(f"#define {n} {int(controls.get(n, value))}\n" for n, value in counts.items())
    head += SHIM + "".join(
        f"#define {name}_size {size}\n#define {name}_lut lut_{dimensions}d\n"
        for name, (_, size, dimensions) in cubes.items()
    )
    extra = "".join(f", __global const float *{name}_data" for name in cubes)
    passed = "".join(f", {name}_data" for name in cubes)
    whole = "__TEXTURE__" in text
    text = re.sub(r"(transform\([^)]*)\)", rf"\1{extra})", text, count=1)
    pixel = "r, g, b" if whole else "r[i], g[i], b[i]"
    kernel = f"""
    __kernel void run(int w, int h, __global const float *r, __global const float *g,
                      __global const float *b, __global float *out{extra}) {{
        int i = get_global_id(0);
        float3 made = transform(w, h, i % w, i / w, {pixel}{passed});
        vstore3(made, i, out);
    }}"""
    program = cl.Program(device.context, head + text + kernel).build()
    _, height, width = planes.shape
    flags = cl.mem_flags.READ_ONLY | cl.mem_flags.COPY_HOST_PTR

    def buffer(array: np.ndarray) -> cl.Buffer:
        return cl.Buffer(device.context, flags, hostbuf=np.ascontiguousarray(array, np.float32))

    out = np.empty((height, width, 3), np.float32)
    target = cl.Buffer(device.context, cl.mem_flags.WRITE_ONLY, out.nbytes)
    program.run(
        device.queue, (height * width,), None, np.int32(width), np.int32(height),
        *map(buffer, planes), target, *(buffer(rows) for rows, _, _ in cubes.values()),
    )  # fmt: skip
    cl.enqueue_copy(device.queue, out, target)
    return out.transpose(2, 0, 1)


def planes_of(values: np.ndarray) -> np.ndarray:
    return values.T.reshape(3, 20, 20)


def test_dctl_of_the_layer_exposure(device, pack):
    path = pack.folder / "resolve/1_layer_exposure.dctl"
    x = table_by_hand(pack, table(pack, "coded exposure").clf, colours()).astype(float)
    for stops in (0.0, 1.5):
        made = run_dctl(device, path, planes_of(colours()), stops=stops)
        by_hand = np.maximum(10**x - OFFSET, 0) * 2**stops
        # Seven digits in the .cube, of a logarithm.
        np.testing.assert_allclose(made, planes_of(by_hand), rtol=1e-5, atol=1e-7)


def test_dctl_of_the_whole_film_and_of_the_print(device, pack):
    density = chain_by_tables(pack, colours())
    for change in (0.0, 3.0):
        points = dict(
            zip(("points_r", "points_g", "points_b"), np.array(POINTS) + change, strict=True)
        )
        by_hand = planes_of(
            table_by_hand(pack, pack.manifest.halves.print_clf, density - PER_POINT * change)
        )
        whole = run_dctl(
            device, pack.folder / "resolve/film_without_blurs.dctl", planes_of(colours()),
            grain=0, **points,
        )  # fmt: skip
        printed = run_dctl(
            device, pack.folder / "resolve/3_display.dctl", planes_of(10.0**-density),
            grain=0, **points,
        )  # fmt: skip
        # float32 through a print gamma of 3 to 4.
        np.testing.assert_allclose(whole, by_hand, atol=3e-5)
        np.testing.assert_allclose(printed, by_hand, atol=3e-5)
    assert np.isfinite(
        run_dctl(device, pack.folder / "resolve/3_display.dctl", np.zeros((3, 2, 2)))
    ).all()


def test_dctl_develops_an_even_field_and_an_edge(device, pack):
    path = pack.folder / "resolve/2_light_through.dctl"
    pitch, size = 6.0, 48
    gate = pitch * size / 1000  # mm, so that the slider says this pitch
    exposure = np.full((3, size, size), 0.05)
    exposure[:, :, size // 2 :] = 1.0
    made = run_dctl(device, path, exposure, gate_width=gate, grain=0)

    def plain(table, values):
        return table_by_hand(pack, table.clf, values.reshape(3, -1).T).T.reshape(values.shape)

    h = np.log10(exposure)
    f, g = plain(table(pack, "developed"), h), plain(table(pack, "compensated"), h)
    # Sums of Gaussians as the manifest has them, by scipy, edges going on.
    blurred = np.stack([
        sum(term.weight * gaussian_filter(f[c], term.sigma_um / pitch, mode="nearest", truncate=3.0)
            if term.sigma_um else term.weight * f[c] for term in layer.gaussians)
        for c, layer in enumerate(kernel(pack, "inhibitor").layers)
    ])  # fmt: skip
    held = g - np.einsum("ij,jyx->iyx", COUPLING, blurred)
    density = plain(table(pack, "printing density"), plain(table(pack, "developed"), held))
    # The window is cut at 3 sigma rounded up, scipy's at 3 sigma rounded: 1e-3 of the weight.
    np.testing.assert_allclose(-np.log10(made), density, atol=1e-3)
    even = planes_of(chain_by_tables(pack, colours()))[:, :1, :1]
    x = table_by_hand(pack, table(pack, "coded exposure").clf, colours()[:1])
    field = np.maximum(10 ** x.T[:, :, None] - OFFSET, 0) * np.ones((3, 16, 16))
    np.testing.assert_allclose(
        -np.log10(run_dctl(device, path, field, grain=0)), even * np.ones((3, 16, 16)), atol=2e-5
    )


def noise_of_dctl(of: str, frame: int, seed: int, shape: tuple[int, int]) -> np.ndarray:
    """The white noise of a DCTL by whole numbers of numpy and the quantile of scipy, (y, x, 3)."""
    constants = {
        "negative": (0x9E3779B9, 0x3C6EF372, 0xDAA66D2B),
        "print": (0x78DDE6E4, 0x1715609D, 0xB54CDA56),
    }[of]
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.uint32)
    planes = []
    for constant in constants:
        with np.errstate(over="ignore"):
            key = mixed(mixed(np.uint32(frame) + np.uint32(constant)) + np.uint32(seed))
            counted = mixed(mixed(x + key) ^ mixed(y + mixed(key)))
        planes.append(ndtri(((counted >> np.uint32(8)) + 0.5) / 2**24))
    return np.stack(planes, axis=-1)


@pytest.mark.parametrize(("pitch", "taken"), [(12.0, 0), (8.6, 0), (8.3, 1), (5.0, 1)])
def test_dctl_makes_grain_of_the_print_in_its_place(device, pack, pitch, taken):
    """Of the picture whose pixels are most like these: 8.49 um lie halfway from 12 to 6."""
    path = pack.folder / "resolve/3_display.dctl"
    size, light = 64, 10**-1.2
    controls = {"gate_width": pitch * size / 1000, "TIMELINE_FRAME_INDEX": 86399, "seed": 7}
    made = run_dctl(device, path, np.full((3, size, size), light), **controls)
    log_exposure = np.array(PRINT_LOG_EXPOSURE) + PER_POINT * (np.array(POINTS) - 25) - 1.2
    dyes = table_by_hand(pack, table(pack, "print dyes").clf, log_exposure[None]) * np.ones(
        (size, size, 1)
    )
    z = noise_of_dctl("print", 86399, 7, (size, size))
    grainy = dyes + grain_by_hand(dyes, z, PITCHES[taken][0])
    view = table(pack, "shown").clf
    wanted = table_by_hand(pack, view, grainy.reshape(-1, 3)).reshape(grainy.shape)
    plain = table_by_hand(pack, view, dyes.reshape(-1, 3)).reshape(grainy.shape)
    assert abs(wanted - plain).std() > 5e-4
    # float32, through tables of 129 nodes that a parabola leaves by 1e-4 of the grain.
    np.testing.assert_allclose(
        inside(made.transpose(1, 2, 0)), inside(wanted), atol=5e-4 * abs(wanted - plain).max()
    )


def test_dctl_makes_grain_of_the_negative_and_leaves_it_out(device, pack):
    path = pack.folder / "resolve/2_light_through.dctl"
    size = 64
    field = np.full((3, size, size), 0.3)
    controls = {"gate_width": 6.0 * size / 1000}
    plain = run_dctl(device, path, field, grain=0, **controls)
    frames = [
        -np.log10(run_dctl(device, path, field, TIMELINE_FRAME_INDEX=n, **controls) / plain)
        for n in range(3)
    ]
    assert not np.ptp(plain, axis=(1, 2)).any()
    z = noise_of_dctl("negative", 1, 0, (size, size))
    h = np.full((1, 3), np.log10(0.3))
    f, g = (table_by_hand(pack, table(pack, name).clf, h) for name in ("developed", "compensated"))
    even = table_by_hand(pack, table(pack, "dyes").clf, g - f @ COUPLING.T)
    dyes = even * np.ones((size, size, 1))
    grainy = dyes + grain_by_hand(dyes, z, 6.0)
    densities = [
        table_by_hand(pack, table(pack, "printing density").clf, d.reshape(-1, 3))
        for d in (grainy, dyes)
    ]
    wanted = (densities[0] - densities[1]).reshape(dyes.shape)
    np.testing.assert_allclose(
        inside(frames[1].transpose(1, 2, 0)), inside(wanted), atol=1e-3 * abs(wanted).max()
    )
    # Grain that is alike over 3 pixels: 4096 of them are 400 apart, and .16 is three deviations.
    alike = np.corrcoef([frame[1].ravel() for frame in frames])[np.triu_indices(3, 1)]
    assert abs(alike).max() < 0.16


def test_node_tree_counts_sigmas_in_pixels(pack):
    page = (pack.folder / "resolve/node_tree.md").read_text()
    # 9 um on a gate of 24.576 mm is 1.5 pixels of 4096.
    assert "| R | 0.75000 | 9.000 | 0.703 | 0.750 | 1.406 | 1.500 |" in page
    for name in re.findall(r"`([^`]+\.(?:dctl|cube))`", page):
        assert (pack.folder / name).exists() or (pack.folder / "resolve" / name).exists(), name


class Sockets(list):
    """Sockets by place or by name, as Blender has them."""

    def __getitem__(self, key):
        if isinstance(key, str):
            return next(socket for socket in self if socket.name == key)
        return super().__getitem__(key)


class FakeNode:
    """A node of the imitation compositor; sockets as in Blender 5.0's source."""

    KINDS: ClassVar = {
        "CompositorNodeConvertColorSpace": (["Image"], ["Image"]),
        "CompositorNodeSeparateColor": (["Image"], ["Red", "Green", "Blue", "Alpha"]),
        "CompositorNodeCombineColor": (["Red", "Green", "Blue", "Alpha"], ["Image"]),
        "CompositorNodeImage": ([], ["Image", "Alpha"]),
        "CompositorNodeSceneTime": ([], ["Seconds", "Frame"]),
        "CompositorNodeTranslate": (
            ["Image", "X", "Y", "Interpolation", "Extension X", "Extension Y"], ["Image"],
        ),
        "CompositorNodeConvolve": (
            ["Image", "Kernel Data Type", "Kernel:Float Kernel", "Kernel:Color Kernel",
             "Normalize Kernel"], ["Image"],
        ),
        "CompositorNodeImageInfo": (["Image"], ["Dimensions"]),
        "CompositorNodeScale": (["Image", "Type", "X", "Y"], ["Image"]),
        "ShaderNodeSeparateXYZ": (["Vector"], ["X", "Y", "Z"]),
        "ShaderNodeMath": (["Value", "Value", "Value"], ["Value"]),
        "ShaderNodeMix": (
            ["Factor:Factor_Float", "A:A_Color", "B:B_Color"], ["Result:Result_Color"],
        ),
    }  # fmt: skip

    def __init__(self, kind, inputs, outputs):
        self.kind = kind
        self.inputs = Sockets(FakeSocket(self, name) for name in inputs)
        self.outputs = Sockets(FakeSocket(self, name) for name in outputs)


class FakeSocket:
    def __init__(self, node, name):
        self.node, (self.name, _, identifier) = node, name.partition(":")
        self.identifier = identifier or self.name
        self.default_value, self.source, self.linked = None, None, None


class FakeTree:
    """Takes nodes and links, and refuses links that join no sockets."""

    def __init__(self, name, kind):
        assert kind == "CompositorNodeTree"
        self.made, self.links_made = [], 0
        self.sides = {"INPUT": [], "OUTPUT": []}
        self.nodes = self.links = self.interface = self

    def new_socket(self, name, *, in_out, socket_type):
        assert socket_type in ("NodeSocketColor", "NodeSocketFloat")
        self.sides[in_out].append(name)
        return FakeSocket(None, name)

    def new(self, *arguments):
        if len(arguments) == 2:
            source, target = arguments
            assert source in source.node.outputs
            assert target in target.node.inputs
            assert target.source is None
            target.source, target.linked = source.node, source
            self.links_made += 1
            return None
        (kind,) = arguments
        sides = {"NodeGroupInput": ([], self.sides["INPUT"]),
                 "NodeGroupOutput": (self.sides["OUTPUT"], [])}  # fmt: skip
        node = FakeNode(kind, *(sides | FakeNode.KINDS)[kind])
        self.made.append(node)
        return node


def run_blender(pack: Pack, monkeypatch, width: int = 2048) -> tuple[FakeTree, list[str]]:
    """The tree that the pack's script builds, and the pictures that it loads, in order."""
    loaded, trees = [], []
    render = SimpleNamespace(resolution_x=2 * width, resolution_percentage=50)

    def load(path, *, check_existing):
        loaded.append(path)
        return SimpleNamespace(path=path, colorspace_settings=SimpleNamespace(is_data=False))

    def new_tree(*arguments):
        trees.append(FakeTree(*arguments))
        return trees[-1]

    bpy = SimpleNamespace(
        data=SimpleNamespace(
            images=SimpleNamespace(load=load), node_groups=SimpleNamespace(new=new_tree)
        ),
        context=SimpleNamespace(scene=SimpleNamespace(render=render)),
    )
    monkeypatch.setitem(sys.modules, "bpy", bpy)
    runpy.run_path(str(pack.folder / "blender/build_film_group.py"), run_name="__main__")
    (tree,) = trees
    return tree, loaded


def test_blender_script_builds_the_chain(pack, monkeypatch, config):
    tree, loaded = run_blender(pack, monkeypatch)
    optics, inhibitor, print_optics = (
        list(kernel.images[0].layers.values()) for kernel in pack.manifest.chain.kernels
    )
    grain, print_grain = (
        ["grain/noise.exr", *step.texture.images[0].layers.values()]
        for step in pack.manifest.chain.grains
    )
    assert [Path(path).relative_to(pack.folder).as_posix() for path in loaded] == [
        *optics, *inhibitor, *grain, *print_optics, *print_grain
    ]  # fmt: skip
    assert all(Path(path).is_file() for path in loaded)

    spaces = set(config.getColorSpaceNames())
    steps = [node for node in tree.made if node.kind == "CompositorNodeConvertColorSpace"]
    assert {n.from_color_space for n in steps} | {n.to_color_space for n in steps} <= spaces
    (end,) = (node for node in tree.made if node.kind == "NodeGroupOutput")
    front, seen = [end], set()
    while front:  # every node that the output needs
        node = front.pop()
        for socket in node.inputs:
            if socket.source is not None and socket.source not in seen:
                seen.add(socket.source)
                front.append(socket.source)
    assert seen | {end} == set(tree.made)


def test_blender_refuses_a_width_that_no_kernel_is_for(pack, monkeypatch):
    with pytest.raises(ValueError, match="no kernels for 800 pixels across super35: this pack has"):
        run_blender(pack, monkeypatch, 800)


class Moved(NamedTuple):
    """A picture that goes on for ever, moved by pixels."""

    pixels: np.ndarray
    x: int
    y: int
    how: str


def is_picture(value: object) -> bool:
    return isinstance(value, Moved) or (isinstance(value, np.ndarray) and value.ndim == 3)


def as_large_as(picture: np.ndarray | Moved, like: np.ndarray) -> np.ndarray:
    """Where the other one lies, their middles on each other."""
    if isinstance(picture, np.ndarray):
        picture = Moved(picture, 0, 0, "Clip")
    at = [
        np.arange(size) - (size - mine) // 2 - moved
        for size, mine, moved in zip(
            like.shape, picture.pixels.shape, (int(picture.y), int(picture.x)), strict=False
        )
    ]
    mine = picture.pixels.shape[:2]
    held = [
        where % size if picture.how == "Repeat" else where.clip(0, size - 1)
        for where, size in zip(at, mine, strict=True)
    ]
    found = picture.pixels[np.ix_(*held)]
    if picture.how == "Clip":
        outside = [where != there for where, there in zip(at, held, strict=True)]
        found[outside[0]] = 0
        found[:, outside[1]] = 0
    return found


def play_blender(config, socket, known: dict[str, object]) -> object:
    """What a socket gives: a number, or a picture (y, x, 3) as large as the known ones."""
    node = socket.node
    taken = {
        s.identifier: s.default_value if s.linked is None else play_blender(config, s.linked, known)
        for s in node.inputs
        if not (node.kind == "CompositorNodeConvertColorSpace" and node.label in known)
    }
    values = list(taken.values())
    match node.kind:
        case "CompositorNodeConvertColorSpace" if node.label in known:
            return known[node.label]
        case "CompositorNodeConvertColorSpace":
            (picture,) = values
            given = apply(
                config.getProcessor(node.from_color_space, node.to_color_space),
                picture.reshape(-1, 3),
            )
            return given.reshape(picture.shape)
        case "NodeGroupInput" | "CompositorNodeSceneTime":
            return known[socket.name]
        case "CompositorNodeImage":
            return OpenImageIO.ImageBuf(node.image.path).get_pixels()
        case "CompositorNodeTranslate":
            picture, x, y, interpolation, how, same = values
            assert interpolation == "Nearest"
            assert how == same
            return Moved(picture, x or 0, y or 0, how)
        case "CompositorNodeImageInfo":
            height, width, *_ = values[0].shape
            return (width, height, 0)
        case "ShaderNodeSeparateXYZ":
            return values[0]["XYZ".index(socket.name)]
        case "CompositorNodeScale":
            picture, kind, x, y = values
            assert kind == "Absolute"
            return np.full((int(y), int(x), *picture.shape[2:]), np.nan)  # a size, and no more
        case "CompositorNodeSeparateColor":
            return values[0][..., ("Red", "Green", "Blue").index(socket.name)]
        case "CompositorNodeCombineColor":
            return np.stack(values[:3], axis=-1)
        case "CompositorNodeConvolve":
            assert taken["Normalize Kernel"] is False
            return fftconvolve(taken["Image"], taken["Float Kernel"][..., 0], mode="same")
        case "ShaderNodeMath":
            one, other = (
                s.default_value if s.linked is None else play_blender(config, s.linked, known)
                for s in node.inputs[:2]
            )
            return {
                "ADD": lambda: one + other, "MULTIPLY": lambda: one * other,
                "SINE": lambda: math.sin(one), "ABSOLUTE": lambda: abs(one),
                "FRACT": lambda: one % 1, "POWER": lambda: one**other,
                "SUBTRACT": lambda: one - other, "FLOOR": lambda: math.floor(one),
            }[node.operation]()  # fmt: skip
        case "ShaderNodeMix":
            assert not node.clamp_result
            assert not node.clamp_factor
            factor, one, other = values
            one, other = (
                as_large_as(value, one) if is_picture(value) else value for value in (one, other)
            )
            if node.blend_type == "MIX":
                assert factor == 1.0
                return other
            whole = {"ADD": one + other, "SUBTRACT": one - other, "MULTIPLY": one * other}
            return (1 - factor) * one + factor * whole[node.blend_type]
    raise AssertionError(node.kind)


@pytest.mark.parametrize("name", ["dyes", "print dyes"])
def test_blender_adds_the_grain_of_the_chain(pack, monkeypatch, config, name):
    tree, _ = run_blender(pack, monkeypatch)
    after = {"dyes": "light through", "print dyes": "display"}[name]
    (behind,) = (n for n in tree.made if getattr(n, "label", "") == f"Film step: {after}")
    dyes = dyes_of_a_ramp()
    known = {f"Film step: {name}": dyes, "Frame": 1001, "Seed": 3, "Grain": 1.0}
    grainy = behind.inputs["Image"].linked
    added = play_blender(config, grainy, known) - dyes
    salts = {"print dyes": (2.9, 5.3), "dyes": (1.7, 4.1)}[name]
    x, y = (
        int(TILE * math.fmod(abs(math.sin(1001 * 12.9898 + 3 * 78.233 + salt) * 43758.5453), 1))
        for salt in salts
    )
    middle = (GRAIN_PX - TILE) // 2
    z = noise_at(pack, x + middle, y + middle)
    wanted = grain_by_hand(dyes, z, PITCHES[0][0])
    np.testing.assert_allclose(inside(added), inside(wanted), atol=3e-4 * abs(wanted).max())
    assert not (play_blender(config, grainy, known | {"Grain": 0.0}) - dyes).any()


@pytest.mark.parametrize(
    ("wire", "before", "after"),
    [
        ("exposure", "layer exposure", "compensated"),
        ("inhibitor", "developed", "held back"),
        ("print light", "light through", "print dyes"),
    ],
)
def test_blender_blurs_as_if_the_last_pixels_went_on(
    pack, monkeypatch, config, rng, wire, before, after
):
    tree, _ = run_blender(pack, monkeypatch)
    (behind,) = (n for n in tree.made if getattr(n, "label", "") == f"Film step: {after}")
    picture = rng.random((21, 30, 3)).astype(np.float32)
    points = {f"Printer points {layer}": p for layer, p in zip(LAYERS, POINTS, strict=True)}
    known = {f"Film step: {before}": picture, "Exposure": 0.0} | points
    made = play_blender(config, behind.inputs["Image"].linked, known)
    wanted = blurred_with_edges(pack, picture, kernel(pack, wire).images[0])
    np.testing.assert_allclose(made, wanted, atol=1e-6)


def test_blender_steps_are_the_chain(config, pack):
    """What the group does where nothing is blurred, step by step in OCIO."""

    def step(values, to):
        return apply(config.getProcessor("ACES2065-1", to), values)

    exposure = step(scene_linear(colours()), "Film step: layer exposure")
    held = step(exposure, "Film step: compensated") + step(
        step(exposure, "Film step: developed"), "Film step: held back"
    )
    light = step(step(held, "Film step: dyes"), "Film step: light through")
    density = chain_by_tables(pack, colours())
    np.testing.assert_allclose(-np.log10(light), density, atol=2e-5)
    for points in (0.0, 4.0):
        print_dyes = step(light * 10 ** (PER_POINT * points), "Film step: print dyes")
        shown = step(print_dyes, "Film step: display")
        by_hand = table_by_hand(pack, pack.manifest.halves.print_clf, density - PER_POINT * points)
        np.testing.assert_allclose(shown, by_hand, atol=5e-5)


def test_readme_names_every_file_and_what_was_not_run(pack):
    text = (pack.folder / "README.md").read_text()
    for path in pack.folder.rglob("*"):
        if path.is_file():
            name = path.relative_to(pack.folder).as_posix()
            assert re.search(rf"^\| `{re.escape(name)}` \| .+ \|$", text, re.M), name
    assert "Not run: Nuke, Resolve, windows of Blender" in text
    assert re.search(r"^\| ffmpeg [\d.]+, `lut3d` \| .+ \| [\d.]+ / [\d.]+ \|", text, re.M)
    assert f"reference scene, {pack.manifest.input.space} codes" in text


def test_readme_says_where_the_printer_light_lies(pack):
    moved = changed(pack.manifest, "printer", points=(27.0, 25.0, 23.0))
    red, green, blue = PRINT_LOG_EXPOSURE
    said = f"here\n{red + 0.05:.5g}, {green:.5g}, {blue - 0.05:.5g}."
    assert said in readme_text(pack.folder, moved)


def changed(manifest: Manifest, kind: str, **fields) -> Manifest:
    """With other numbers in every step of a kind."""
    chain = manifest.chain
    steps = tuple(
        step.model_copy(update=fields) if step.kind == kind else step for step in chain.steps
    )
    return manifest.model_copy(update={"chain": chain.model_copy(update={"steps": steps})})


def test_a_pack_without_kernels_has_hosts_too(tmp_path, pack, device):
    folder = Path(shutil.copytree(pack.folder, tmp_path / "plain"))
    m = pack.manifest
    plain = changed(m, "blur", kernel=None).model_copy(
        update={"output": m.output.model_copy(update={"display": "P3-DCI"})}
    )
    (folder / MANIFEST).write_text(plain.model_dump_json(by_alias=True))
    write_all(folder, plain)
    read_nuke((folder / "nuke/film.nk").read_text())
    made = PyOpenColorIO.Config.CreateFromFile(str(folder / "config.ocio"))
    made.validate()
    assert made.getDefaultDisplay() == "P3-DCI of the film - Display"
    shown = apply(
        made.getProcessor(
            "ACES2065-1",
            "P3-DCI of the film - Display",
            "Film",
            PyOpenColorIO.TRANSFORM_DIR_FORWARD,
        ),
        scene_linear(colours()),
    )
    np.testing.assert_allclose(shown, table_by_hand(pack, m.film.clf, colours()), atol=3e-5)
    x = table_by_hand(pack, table(pack, "coded exposure").clf, colours()).astype(float)
    light = run_dctl(
        device, folder / "resolve/2_light_through.dctl", planes_of(np.maximum(10**x - OFFSET, 0)),
        grain=0,
    )  # fmt: skip
    np.testing.assert_allclose(
        -np.log10(light), planes_of(chain_by_tables(pack, colours())), atol=2e-5
    )
