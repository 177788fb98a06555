"""Where RGB misleads: film from the spectra of a picture, beside film from the RGB of it.

The camera is an ideal one. It records what the eye of 1931 sees, white balanced for the taking
light; so what is found here is not the fault of a camera, and no better one removes it: the colours
were taken for spectra again, and those were others.
Source: docs/physics.md, Film from RGB.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy import ndimage

from spectral_film.device.device import Device
from spectral_film.errors import UsageError
from spectral_film.light.camera import rec709_of_radiance
from spectral_film.light.difference import ciede2000
from spectral_film.light.scene import Scene
from spectral_film.light.spectra import equal_luminance, illuminant, resampling
from spectral_film.metamerism.printed import by_itself, lab_of_print
from spectral_film.path.films import camera_film_of
from spectral_film.path.rendering import LightTable
from spectral_film.path.settings import Settings

DARKEST = 2.0**-10  # of the exposure of a grey card: below, light is counted as that much
WORST = 0.99  # quantile that a worst region begins at
SMALLEST = 16  # pixels of one
BORDER = 2.0  # pixels that differences are smoothed over, to find regions and not noise


@dataclass(frozen=True, kw_only=True, eq=False)
class FromRgb:
    """Film from RGB less film from spectra, over a picture.

    Attributes:
        stops: Of the exposure of each layer, (layer, y, x).
        difference: CIEDE2000 of the prints, (y, x).
        upsampling: What RGB was taken for.
    """

    stops: np.ndarray
    difference: np.ndarray
    upsampling: str

    def largest_stops(self) -> np.ndarray:
        """Of the layer that is farthest off, without its sign, (y, x)."""
        return np.asarray(np.abs(self.stops).max(axis=0))


@dataclass(frozen=True)
class Region:
    """A piece of a picture, in pixels from the left and the top, and the mean difference in it."""

    x: int
    y: int
    width: int
    height: int
    mean: float


def film_from_rgb(scene: Scene, settings: Settings, device: Device) -> FromRgb:
    """Render a scene from its spectra and from its RGB, and compare.

    Args:
        scene: Reflectance or radiance, by wavelength.
        settings: Films, light, exposure, up-sampling, viewing; nothing happens between pixels.
        device: Runs the engine.

    Raises:
        UsageError: the scene is RGB already.
    """
    check_spectral(scene)
    settings = by_itself(settings)
    table = LightTable(device)
    rgb = recorded(scene, settings)
    exposures, prints = (
        [table.render(s, replace(settings, to=to)).planes.astype(np.float64) for s in (scene, rgb)]
        for to in ("exposure", "xyz")
    )
    grey = camera_film_of(settings).grey_lux_s(settings.ei)
    lit = [np.log2(np.maximum(planes, DARKEST * grey)) for planes in exposures]
    one, other = (lab_of_print(xyz.reshape(3, -1), settings) for xyz in prints)
    difference = np.linalg.norm(ciede2000(one, other), axis=0)
    return FromRgb(
        stops=lit[1] - lit[0],
        difference=difference.reshape(lit[0].shape[1:]),
        upsampling=settings.upsampling,
    )


def check_spectral(scene: Scene) -> None:
    """Refuse a picture that is RGB already.

    Raises:
        UsageError: it is.
    """
    if scene.wavelength_nm is None:
        raise UsageError(
            "this picture is RGB, of which nobody knows the spectra; give a hyperspectral cube or "
            "a spectral EXR"
        )


def recorded(scene: Scene, settings: Settings) -> Scene:
    """What an ideal camera records of a spectral scene: linear Rec.709, a white of 1 in its light.

    Args:
        scene: Reflectance, lit by the taking light; or radiance, which is balanced for it.
        settings: Whose taking light.
    """
    assert scene.wavelength_nm is not None  # whoever records has asked
    taking = settings.illuminant or camera_film_of(settings).balance
    light = equal_luminance(illuminant(taking))
    seen = rec709_of_radiance(light) * (light if scene.kind == "reflectance" else 1)
    weight = seen @ resampling(scene.wavelength_nm)
    planes = np.tensordot(weight.astype(np.float32), scene.planes, 1)
    return replace(scene, planes=planes, kind="rgb", wavelength_nm=None)


def worst_regions(difference: np.ndarray, count: int = 5) -> list[Region]:
    """Where a difference is largest: connected pieces of its highest hundredth, none where it is 0.

    Args:
        difference: Of any kind, 0 or more, (y, x).
        count: So many at most, the farthest off first.
    """
    smooth = ndimage.gaussian_filter(difference, BORDER)
    pieces, _ = ndimage.label((smooth >= np.quantile(smooth, WORST)) & (smooth > 0))
    found = []
    for number, (rows, columns) in enumerate(ndimage.find_objects(pieces), start=1):
        inside = pieces[rows, columns] == number
        if inside.sum() >= SMALLEST:
            mean = float(difference[rows, columns][inside].mean())
            size = columns.stop - columns.start, rows.stop - rows.start
            found.append(Region(columns.start, rows.start, *size, mean))
    return sorted(found, key=lambda region: -region.mean)[:count]
