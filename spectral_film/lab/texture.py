"""The grain as it is seen: a grey ramp and even greys on the screen, pixel by pixel."""

from dataclasses import dataclass

import numpy as np

from spectral_film.emulsion.film import CameraFilm, PrintStock
from spectral_film.emulsion.frame import Frame
from spectral_film.lab.darkroom import Darkroom, neutral_aim
from spectral_film.lab.densitometer import spectral_density
from spectral_film.lab.granularity import PITCH_UM
from spectral_film.lab.projection import to_codes
from spectral_film.light.metering import GREY
from spectral_film.light.scene import Scene
from spectral_film.light.spectra import WAVELENGTH, illuminant, observer
from spectral_film.path.pipeline import Pipeline, Settings

STOP = np.log10(2)
RAMP_STOPS, RAMP_SIZE = (-5.0, 4.0), (128, 640)  # rows and columns
EVEN_STOPS, EVEN_SIZE = (-2, -1, 0, 2), (64, 80)
ENLARGED = 4


@dataclass(frozen=True, kw_only=True)
class Crop:
    """A piece of a picture.

    Attributes:
        said: What it shows.
        codes: 0..1 in sRGB, (y, x, 3).
        times: How large a pixel is drawn.
    """

    said: str
    codes: np.ndarray
    times: int


def crops(darkroom: Darkroom, print_film: PrintStock | None) -> tuple[Crop, ...]:
    """A ramp at 100 % and even greys at 400 %, as a render in 4K of super35 has their pixels.

    Args:
        darkroom: With the film, and the grain.
        print_film: What a negative is printed on; a print stock is exposed by itself, so that its
            own grain alone is seen.
    """
    film = darkroom.film
    rows, columns = RAMP_SIZE
    ramp = np.broadcast_to(np.linspace(*RAMP_STOPS, columns), (rows, columns))
    evens = [np.full(EVEN_SIZE, float(stops)) for stops in EVEN_STOPS]

    def seen(stops: np.ndarray) -> np.ndarray:
        if isinstance(film, PrintStock):
            return _print(darkroom, stops)
        assert isinstance(film, CameraFilm)
        return _printed(darkroom, film, print_film, stops)

    low, high = RAMP_STOPS
    said = f"From {low:+.0f} to {high:+.0f} stops over grey, at 100 %"
    greys = (
        Crop(
            said=f"{stops[0, 0]:+.0f} stops over grey" if stops[0, 0] else "Grey",
            codes=seen(stops),
            times=ENLARGED,
        )
        for stops in evens
    )
    return Crop(said=said, codes=seen(ramp), times=1), *greys


def _printed(
    darkroom: Darkroom, film: CameraFilm, print_film: PrintStock | None, stops: np.ndarray
) -> np.ndarray:
    """A neutral picture as it is rendered, (y, x) -> (y, x, 3)."""
    planes = np.repeat((GREY * 2.0**stops).astype(np.float32)[None], 2, axis=0)
    scene = Scene(planes=planes, kind="reflectance", wavelength_nm=WAVELENGTH[[0, -1]])
    settings = Settings(film=film, print_film=print_film, grain=darkroom.grain, seed=darkroom.seed)
    frame = Frame(PITCH_UM * stops.shape[1] / 1000, stops.shape[1])
    shown = Pipeline(settings=settings, frame=frame, encode=True)(darkroom.device, scene).planes
    return np.moveaxis(shown, 0, -1)


def _print(darkroom: Darkroom, stops: np.ndarray) -> np.ndarray:
    """A print stock exposed to a picture by itself and projected, (y, x) -> (y, x, 3)."""
    film = darkroom.film
    assert isinstance(film, PrintStock)
    # A negative of gamma .5 halves the stops, and turns them round.
    strip = darkroom.expose(neutral_aim(film) - STOP / 2 * stops, (PITCH_UM, PITCH_UM))
    lamp = illuminant(film.projector_lamp)
    eye = observer() * lamp / (observer()[1] @ lamp)
    clear = eye @ 10**-film.dmin_density
    rows = [eye @ 10 ** -spectral_density(film, row) for row in np.moveaxis(strip.dyes, 1, 0)]
    codes = [to_codes(row / clear[1], clear / clear[1]) for row in rows]
    return np.stack(codes).transpose(0, 2, 1)
