"""Grain of a pack at one pixel pitch: the engine's fast form as filters and curves.

Source: docs/physics.md, Grain fast form.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from bake.texture import Clouds
from spectral_film.emulsion.film import Densitometry, Film
from spectral_film.emulsion.parts import (
    Grain,
    ToneCurve,
)
from spectral_film.grain.orbits import square
from spectral_film.grain.textures import Filtered, filtered

TONE_CURVE = ("density_range", "log_exposure_mid", "log_exposure_spread", "exponent")
GRAIN = ("radius_um", "dye_amount", "rms")
SPECTRA = ("dye_density", "dmin_density")


@dataclass(frozen=True, eq=False)
class Emulsion:
    """What grain is made of, as far as a pack knows its film."""

    tone_curve: ToneCurve
    grain: Grain
    densitometry: Densitometry
    dye_density: np.ndarray
    dmin_density: np.ndarray


@lru_cache(maxsize=4)
def emulsion(clouds: Clouds) -> Emulsion:
    """As the engine takes it."""

    def tables(names: tuple[str, ...]) -> dict[str, np.ndarray]:
        return {name: np.array(getattr(clouds, name)) for name in names}

    return Emulsion(
        ToneCurve(**tables(TONE_CURVE)),
        Grain(**tables(GRAIN)),
        densitometry=clouds.densitometry,
        **tables(SPECTRA),
    )


def clouds_of(film: Film, size: float) -> Clouds:
    """Of a film that has grain, `size` times as large as it is assumed."""
    assert film.grain is not None
    said = {name: getattr(film.tone_curve, name) for name in TONE_CURVE}
    said |= {name: getattr(film.grain, name) for name in GRAIN}
    said |= {name: getattr(film, name) for name in SPECTRA}
    said["radius_um"] = size * said["radius_um"]
    tables = {name: values.tolist() for name, values in said.items()}
    return Clouds(densitometry=film.densitometry, **tables)


@dataclass(frozen=True)
class Grained:
    """Grain at one pitch: `filters * (linear z + square (z^2 - 1))` of noise z.

    Attributes:
        fast: As the engine has it.
    """

    fast: Filtered

    @property
    def filters(self) -> np.ndarray:
        """Of the noise of each layer, float32, (layer, row, column)."""
        return square(self.fast.filter).astype(np.float32)

    def linear(self, dye: np.ndarray) -> np.ndarray:
        """What noise is multiplied by, (dye,) -> (layer, dye)."""
        return self._over(dye, self.fast.amplitude) / np.sqrt(1 + 2 * self._kappa(dye) ** 2)

    def square(self, dye: np.ndarray) -> np.ndarray:
        """What its square less 1 is multiplied by, (dye,) -> (layer, dye)."""
        return self._kappa(dye) * self.linear(dye)

    def _kappa(self, dye: np.ndarray) -> np.ndarray:
        return self._over(dye, self.fast.kappa)

    def _over(self, dye: np.ndarray, tables: np.ndarray) -> np.ndarray:
        fast, share = self.fast, np.linspace(0, 1, tables.shape[1]) ** 2
        return np.array(
            [
                np.interp(dye, lowest + span * share, table)
                for lowest, span, table in zip(fast.lowest, fast.span, tables, strict=True)
            ]
        )


def grained(clouds: Clouds, pitch_um: tuple[float, float]) -> Grained:
    """The grain of these clouds on pixels of a pitch, across and down."""
    return Grained(filtered(emulsion(clouds), pitch_um, 1.0))
