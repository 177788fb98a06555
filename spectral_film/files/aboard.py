"""What goes into a format beside its three planes: alpha, passengers, the place in the window."""

from pathlib import Path

import numpy as np

from spectral_film.files.formats import format_of
from spectral_film.light.displays import DisplayStandard
from spectral_film.light.scene import Scene

LIGHT = (
    "display",
    "exposure",
    "scene",
    "xyz",
)  # quantities that coverage weighs; densities are data
ALPHA_STEP = 1 / 512  # half a code of 8 bits: less is no difference


def bits_for_alpha(target: Path, bits: int, scene: Scene) -> tuple[int, list[str]]:
    """The depth at which the alpha is not changed: R, G, B and A have to be of one type.

    Readers refuse a picture whose four differ. Half floats tell the codes of 8 bits apart.
    """
    alpha = scene.passengers.get("A")
    if alpha is None or format_of(target).types[bits] != "half" or alpha.dtype == np.float16:
        return bits, []
    with np.errstate(over="ignore"):
        halved = alpha.astype(np.float16).astype(np.float32)
    eight = np.rint(alpha * 255) / np.float32(255)
    if ((halved == alpha) | (np.abs(eight - alpha) <= 1e-7)).all():
        return bits, []
    return 32, ["alpha does not fit into half floats; R, G, B, A are written as 32 bits"]


def aboard(target: Path, scene: Scene) -> tuple[dict[str, np.ndarray], list[str]]:
    """The passengers that the format takes, and a warning that names the others."""
    if target.suffix.lower() == ".exr":
        return dict(scene.passengers), []
    takes = format_of(target).alpha is not None
    taken = {name: plane for name, plane in scene.passengers.items() if name == "A" and takes}
    left = [name for name in scene.passengers if name not in taken]
    if not left:
        return taken, []
    return taken, [f"{target.suffix} cannot take {', '.join(left)}; an .exr would"]


def weighed(
    target: Path,
    planes: np.ndarray,
    scene: Scene,
    quantity: str,
    display: DisplayStandard,
) -> tuple[np.ndarray, list[str]]:
    """The planes as the format wants them beside an alpha, and a warning of what that loses.

    Associated: light times coverage, which is over black where there is no alpha. Straight: as
    they are.
    """
    share = scene.coverage
    if share is None or quantity not in LIGHT:
        return planes, []
    if format_of(target).alpha == "associated":
        return planes * share, []
    if format_of(target).alpha is None:
        laid = display.encode(display.decode(planes) * share).astype(np.float32)
        return laid, ["the picture lies over black where its alpha does not cover"]
    alpha = scene.passengers.get("A", share)
    brighter = np.count_nonzero(share > alpha + ALPHA_STEP)
    return planes, [
        f"{brighter} pixels shed more light than their alpha covers, such as a glow; the straight "
        f"alpha of {target.suffix} shows them too dark, an .exr does not"
    ][:brighter]


def lost_window(target: Path, planes: np.ndarray, scene: Scene) -> list[str]:
    """A warning where a place in a display window is lost."""
    height, width = planes.shape[1:]
    whole = (0, 0), (0, 0), (width, height)
    window = scene.origin, scene.display_origin, tuple(scene.display_size)
    if target.suffix.lower() == ".exr" or window == whole:
        return []
    return [
        f"{target.suffix} has no display window: the place of the {width} x {height} pixels at "
        f"{scene.origin} in {scene.display_size[0]} x {scene.display_size[1]} from "
        f"{scene.display_origin} is lost"
    ]
