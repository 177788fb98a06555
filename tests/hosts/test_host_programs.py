"""Other programs, run where they are installed: what they make of our tables and set-ups.

`make hosts` puts releases of OpenColorIO and Blender's module into build/hosts; the others are
packages of the system. Every picture is held to the engine, by what the table itself is off and
the arithmetic of the host.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import OpenImageIO
import pytest

from bake.colour_path import ColourPath
from bake.lut import bake_lut
from bake.pack import bake_pack
from bake.recipe import Grid, Recipe
from bake.reference_scene import reference_codes
from bake.replay import replay
from spectral_film import Settings, open_device
from spectral_film.files.colour_spaces import to_named_space

pytestmark = [pytest.mark.hosts, pytest.mark.slow]
HOSTS = Path(__file__).parents[2] / "build/hosts"
RELEASES = ("2.2.0", "2.3.0", "2.4.2", "2.5.0")
WIDTH = 2048
LOG = Recipe(settings=Settings(display="Rec.709"))
SCREEN = Recipe(settings=Settings(display="sRGB"), input_space="sRGB")
FILM = "ACEScct", "Rec.1886 Rec.709 - Display", "Film"
ROOM_OF_A_TABLE = 0.23, 1.0  # CIEDE2000, mean and 99 %: a photograph through 33 nodes, .15 / .5


class Apart(NamedTuple):
    """CIEDE2000 of pixels."""

    mean: float
    p99: float


def program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def imagemagick() -> str:
    """Its `convert`; other programs have that name too (GraphicsMagick's, a stand-in)."""
    found = program("convert")
    said = subprocess.run([found, "-version"], capture_output=True, text=True, check=False)
    if "Version: ImageMagick" not in said.stdout:
        pytest.skip(f"{found} is not ImageMagick's")
    return found


def run(*command: object, **more: object) -> None:
    done = subprocess.run(
        list(map(str, command)), capture_output=True, text=True, check=False, **more
    )
    assert done.returncode == 0, done.stderr[-2000:]


def save(path: Path, pixels: np.ndarray, kind: str) -> Path:
    height, width, _ = pixels.shape
    picture = OpenImageIO.ImageBuf(OpenImageIO.ImageSpec(width, height, 3, kind))
    picture.set_pixels(OpenImageIO.ROI(), np.ascontiguousarray(pixels, np.float32))
    assert picture.write(str(path)), picture.geterror()
    return path


def pixels_of(path: Path) -> np.ndarray:
    return OpenImageIO.ImageBuf(str(path)).get_pixels(OpenImageIO.FLOAT)[..., :3]


@pytest.fixture(scope="module")
def photograph() -> np.ndarray:
    """Codes of sRGB, (y, x, 3)."""
    return pytest.importorskip("skimage.data").astronaut()[::2, ::2] / np.float32(255)


@pytest.fixture(scope="module", params=["photograph", "scene with lamps"])
def codes(request, photograph) -> np.ndarray:
    """Codes of ACEScct, (y, x, 3)."""
    if request.param != "photograph":
        return np.ascontiguousarray(reference_codes("ACEScct")[::2, ::2])
    x = photograph
    light = np.where(x > 0.04045, ((x + 0.055) / 1.055) ** 2.4, x / 12.92)
    pixels = np.ascontiguousarray(light, np.float32)
    to_named_space("ACEScct")(pixels)
    return pixels


@pytest.fixture(scope="module")
def apart() -> Callable[[Recipe, np.ndarray, np.ndarray], Apart]:
    """How far a picture is from the engine's print of some codes."""

    def measure(recipe: Recipe, codes: np.ndarray, shown: np.ndarray) -> Apart:
        path = ColourPath(recipe, open_device())
        wanted = path.film(np.ascontiguousarray(codes.reshape(-1, 3), np.float32))
        differences = path.difference(wanted, shown.reshape(-1, 3))
        return Apart(float(differences.mean()), float(np.percentile(differences, 99)))

    return measure


@pytest.fixture
def tell(request, record_property) -> Callable[[str, Apart], None]:
    """Figures go into the report of the test, and out with `-rP`."""

    def say(host: str, found: Apart) -> None:
        figures = f"mean {found.mean:.3f}, 99 % {found.p99:.2f}"
        record_property(host, figures)  # as text: workers of a parallel run hand over no objects
        print(f"{host}: {figures}")

    return say


@pytest.fixture(scope="module")
def pack(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("hosts") / "film"
    assert not bake_pack(LOG, folder, Grid(("super35",), (WIDTH,)), open_device()).failures
    return folder


@pytest.fixture(scope="module")
def looks(tmp_path_factory) -> Path:
    """A folder with a photographer's look.png, and film.cube of a log coding."""
    folder = tmp_path_factory.mktemp("looks")
    bake_lut(SCREEN, open_device(), 64).save(folder / "look.png")
    bake_lut(LOG, open_device(), 33).save(folder / "film.cube")
    return folder


OPEN_AND_PLAY = """
import sys
import numpy as np
import PyOpenColorIO as ocio
assert ocio.__version__.startswith(sys.argv[1]), ocio.__version__
config = ocio.Config.CreateFromFile(sys.argv[2])
config.validate()
for space in config.getColorSpaceNames():
    config.getProcessor("ACES2065-1", space)
pixels = np.load(sys.argv[3])
source, display, view = sys.argv[5:]
processor = config.getProcessor(source, display, view, ocio.TRANSFORM_DIR_FORWARD)
processor.getDefaultCPUProcessor().apply(
    ocio.PackedImageDesc(pixels, pixels.shape[1], pixels.shape[0], 3)
)
np.save(sys.argv[4], pixels)
"""


# Hosts come before what is baked for them, so that nothing is baked for one that is not there.


@pytest.fixture(scope="module", params=RELEASES)
def release(request) -> str:
    """Of an OpenColorIO."""
    if not (HOSTS / f"opencolorio-{request.param}").exists():
        pytest.skip(f"no OpenColorIO {request.param} in build/hosts; make hosts brings it")
    return request.param


@pytest.fixture(scope="module")
def ffmpeg() -> str:
    return program("ffmpeg")


@pytest.fixture(scope="module", params=["convert", "rawtherapee-cli", "ffmpeg"])
def haldclut_host(request) -> str:
    """A program that plays a HaldCLUT."""
    return imagemagick() if request.param == "convert" else program(request.param)


@pytest.fixture(scope="module")
def blender() -> Path:
    """The Python that has bpy."""
    python = HOSTS / "blender/bin/python"
    if not python.exists():
        pytest.skip("no bpy in build/hosts; make hosts brings it")
    return python


@pytest.mark.parametrize("name", ["config.ocio", "config.ocioz"])
def test_opencolorio_of_old_shows_the_film(release, name, pack, codes, tmp_path, apart, tell):
    folder = HOSTS / f"opencolorio-{release}"
    np.save(tmp_path / "in.npy", codes)
    run(
        sys.executable, "-c", OPEN_AND_PLAY, release, pack / name, tmp_path / "in.npy",
        tmp_path / "out.npy", *FILM, env=os.environ | {"PYTHONPATH": str(folder)},
    )  # fmt: skip
    found = apart(LOG, codes, np.load(tmp_path / "out.npy"))
    tell(f"OpenColorIO {release}", found)
    assert found.mean <= ROOM_OF_A_TABLE[0]
    assert found.p99 <= ROOM_OF_A_TABLE[1]


def test_ffmpeg_plays_a_cube(ffmpeg, looks, codes, tmp_path, apart, tell):
    # 16 bits hold the codes; of the lamps those beyond 1, which a table ends before.
    save(tmp_path / "in.png", codes.clip(0, 1), "uint16")
    lut = looks / "film.cube"
    run(
        ffmpeg, "-v", "error", "-i", tmp_path / "in.png", "-vf",
        f"format=gbrp16le,lut3d={lut}:interp=tetrahedral", "-pix_fmt", "rgb48be",
        tmp_path / "out.png",
    )  # fmt: skip
    found = apart(LOG, codes.clip(0, 1), pixels_of(tmp_path / "out.png"))
    tell("ffmpeg lut3d", found)
    assert found.mean <= ROOM_OF_A_TABLE[0]
    assert found.p99 <= ROOM_OF_A_TABLE[1]


PP3 = """[Version]
AppVersion=5.9
Version=349
[Film Simulation]
Enabled=true
ClutFilename={look}
Strength=100
[Color Management]
OutputProfile=RTv4_sRGB
"""


def test_a_haldclut_shows_the_film(haldclut_host, looks, photograph, tmp_path, apart, tell):
    there, out, look = tmp_path / "in.png", tmp_path / "out.png", looks / "look.png"
    save(there, photograph, "uint16")
    host = Path(haldclut_host).name
    if host == "convert":
        run(haldclut_host, there, look, "-hald-clut", out)
    elif host == "rawtherapee-cli":
        settings = tmp_path / "look.pp3"
        settings.write_text(PP3.format(look=look))
        run(haldclut_host, "-a", "-Y", "-p", settings, "-n", "-b16", "-o", out, "-c", there)
    else:
        run(
            haldclut_host, "-v", "error", "-i", there, "-i", look, "-filter_complex",
            "[0][1]haldclut=interp=tetrahedral", "-pix_fmt", "rgb48be", out,
        )  # fmt: skip
    found = apart(SCREEN, photograph, pixels_of(out))
    tell(host, found)
    assert found.mean <= 0.03  # 64 nodes are off by .006, a host by its working space
    assert found.p99 <= 0.15


COMPOSE = """
import runpy, sys
import bpy
script, source, target, width, space, grain = sys.argv[1:]
scene, picture = bpy.context.scene, bpy.data.images.load(source)
picture.colorspace_settings.name = space
render = scene.render
render.resolution_x, render.resolution_y = picture.size
group = runpy.run_path(script)["build"](None, int(width))
tree = bpy.data.node_groups.new("whole", "CompositorNodeTree")
tree.interface.new_socket("Image", in_out="OUTPUT", socket_type="NodeSocketColor")
node, end = tree.nodes.new("CompositorNodeImage"), tree.nodes.new("NodeGroupOutput")
film = tree.nodes.new("CompositorNodeGroup")
node.image, film.node_tree = picture, group
film.inputs["Grain"].default_value = float(grain)
tree.links.new(node.outputs["Image"], film.inputs["Image"])
tree.links.new(film.outputs["Image"], end.inputs["Image"])
scene.compositing_node_group = tree
render.engine, scene.cycles.samples = "CYCLES", 1
render.compositor_precision = "FULL"
scene.view_settings.view_transform = "Raw"
render.image_settings.file_format = "OPEN_EXR"
render.image_settings.color_depth = "32"
render.image_settings.color_mode = "RGB"
render.filepath = target
bpy.ops.render.render(write_still=True)
"""


def composed(blender: Path, pack: Path, target: Path, grain: int) -> np.ndarray:
    """The reference scene through the group in Blender."""
    scene = pack / json.loads((pack / "pack.json").read_text())["reference"]["scene"]
    run(
        blender, "-c", COMPOSE, pack / "blender/build_film_group.py", scene, target, WIDTH,
        "ACEScct", grain, env=os.environ | {"OCIO": f"{pack}/config.ocio"},
    )  # fmt: skip
    return pixels_of(target)


def test_blender_executes_the_group(blender, pack, tmp_path, tell):
    """Kernels and all, to the edge of the picture."""
    said = json.loads((pack / "pack.json").read_text())
    shown = composed(blender, pack, tmp_path / "out.exr", 0)
    wanted = pixels_of(pack / said["reference"]["render"])
    path = ColourPath(LOG, open_device())
    differences = path.difference(wanted.reshape(-1, 3), shown.reshape(-1, 3))
    found = Apart(float(differences.mean()), float(np.percentile(differences, 99)))
    tell("Blender", found)
    assert found.mean <= 0.09
    assert found.p99 <= 0.3
    by_pixel = differences.reshape(shown.shape[:2])
    rim = np.ones(by_pixel.shape, bool)
    rim[10:-10, 10:-10] = False
    assert by_pixel[rim].mean() <= 0.15  # 1.2 where black comes in

    grain = composed(blender, pack, tmp_path / "grain.exr", 1) - shown
    codes, pitch = pixels_of(pack / said["reference"]["scene"]), said["reference"]["pitch_um"]
    plain, grainy = (
        replay(said, pack, codes, pitch, frame=frame)["display"] for frame in (None, 1)
    )
    # Half a million pixels of clumped noise: a thousandth, and the tile comes back.
    np.testing.assert_allclose(grain.std((0, 1)), (grainy - plain).std((0, 1)), rtol=0.02)
