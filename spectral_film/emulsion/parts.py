"""What a film is made of: curves, scatter, halation, inhibitor, grain, the laboratory's aim.

Datasets of the film file, fields here, kernel arguments and keywords of the reference share one
name each.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from spectral_film.emulsion.bare_base import BareBase
from spectral_film.emulsion.schema import Profile
from spectral_film.emulsion.spread import Halo, Spread
from spectral_film.emulsion.value import Value
from spectral_film.errors import FilmModelError

LEAST_SPREAD = 0.01  # log10 exposure; a steeper curve overflows kernels


@dataclass(frozen=True, kw_only=True, eq=False)
class ToneCurve(Value):
    """H&D curves in dye amounts, (layer, sublayer); see `stages/tone_curve.py`.

    A spread below 0 makes dye fall with exposure, c_max - F(h): the dye of a reversal film.
    """

    density_range: np.ndarray
    log_exposure_mid: np.ndarray
    log_exposure_spread: np.ndarray
    exponent: np.ndarray

    def developed(self, log_exposure: np.ndarray) -> np.ndarray:
        """Share of the dye of each sublayer that even patches form, 0 to 1, in float64.

        Args:
            log_exposure: log10 lux s, (patch,) where the layers get the same, or (layer, patch).

        Returns:
            (layer, sublayer, patch).
        """
        mid, spread, exponent = (
            table[:, :, None]
            for table in (self.log_exposure_mid, self.log_exposure_spread, self.exponent)
        )
        reached = (np.atleast_2d(log_exposure)[:, None, :] - mid) / spread
        share: np.ndarray = np.exp(-exponent * np.logaddexp(0, -np.log(10) * reached))
        return share

    def dye(self, log_exposure: np.ndarray) -> np.ndarray:
        """Dye of even patches in float64, as `developed` -> (layer, patch)."""
        dye: np.ndarray = (self.density_range[:, :, None] * self.developed(log_exposure)).sum(1)
        return dye


@dataclass(frozen=True, kw_only=True, eq=False)
class Developed(ToneCurve):
    """What becomes of the film in another development than its usual one.

    Attributes:
        dmin_density: Its fog and base, (wavelength,).
        aim_log_exposure: Log exposure of a print at its aim, (layer,); None for camera film.
    """

    dmin_density: np.ndarray
    aim_log_exposure: np.ndarray | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class CoreSkirt(Value):
    """Spread of light in the emulsion: a Gaussian core and an exponential skirt, (layer,) each.

    Of the skirt's light a share may go into another of its own length, where the MTF shows two.
    """

    form: ClassVar = "core-skirt"

    core_sigma_um: np.ndarray
    skirt_weight: np.ndarray
    skirt_length_um: np.ndarray
    second_share: np.ndarray | None = None
    second_length_um: np.ndarray | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if (self.second_share is None) != (self.second_length_um is None):
            raise FilmModelError("optics/second_share and second_length_um go together")


@dataclass(frozen=True, kw_only=True, eq=False)
class Cauchy(Value):
    """Spread of light in the emulsion: a 2-D Cauchy kernel, (layer,)."""

    form: ClassVar = "cauchy"

    cauchy_radius_um: np.ndarray


@dataclass(frozen=True, kw_only=True, eq=False)
class Halation(Value):
    """Light thrown back by the base under one backing; see `stages/optics.py`.

    Attributes:
        profile: `ring` for a bare base (total reflection), `diffuse` for a matched backing.
        veil_ratio: Exposure that the back of the base reflects over direct exposure, (layer,).
        base_um: Thickness of the base.
        base_index: Its refractive index.
        reach_um: Where the halo ends: it falls to nothing from .8 to 1.3 of this.
        plate_reflectance: Of what lies behind a bare base; None: nothing does.
        plate_gap_um: How far behind it that lies; None: it touches.
        rescattered: Share of what comes back that the emulsion over a bare base sends down again,
            (layer,); None: none.
    """

    profile: Profile
    veil_ratio: np.ndarray
    base_um: float
    base_index: float
    reach_um: float
    plate_reflectance: float | None = None
    plate_gap_um: float | None = None
    rescattered: np.ndarray | None = None

    def thrown_back(self, layer: int) -> tuple[float, Spread]:
        """Exposure of a layer by light thrown back, over direct exposure, and where it falls."""
        veil = float(self.veil_ratio[layer])
        halo = Halo(self.profile, self.base_um, self.base_index, self.reach_um)
        if self.profile == "diffuse":
            return veil, halo
        again = 0.0 if self.rescattered is None else float(self.rescattered[layer])
        bare = BareBase(halo, self.plate_reflectance or 0.0, self.plate_gap_um or 0.0, again)
        return veil * bare.over_ring, bare


@dataclass(frozen=True, kw_only=True, eq=False)
class Interlayer(Value):
    """Inhibitor diffusing between layers: loss of log10 exposure per dye, (layer, from layer)."""

    form: ClassVar = "interlayer"

    coupling: np.ndarray
    length_um: float


@dataclass(frozen=True, kw_only=True, eq=False)
class ClassicalAdjacency(Value):
    """The edge effect on density, D + gain (D - b * D), (layer,)."""

    form: ClassVar = "density"

    gain: np.ndarray
    length_um: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Grain(Value):
    """How uneven the dye of an even patch is; see docs/physics.md, Granularity.

    Attributes:
        radius_um: Of the dye clouds of each sublayer, (layer, sublayer). One aperture does not
            tell it: assumed.
        dye_amount: Where the next table has its nodes, rising, (layer, node).
        rms: Of that layer's dye amount through an aperture of 48 um, (layer, node); beyond the
            nodes it stays as it is at the last one.
    """

    radius_um: np.ndarray
    dye_amount: np.ndarray
    rms: np.ndarray


@dataclass(frozen=True, kw_only=True, eq=False)
class Lad(Value):
    """The laboratory aim of a print stock (Laboratory Aim Density).

    Attributes:
        aim_density: Status A densities the 18 % grey prints to, (record,).
        log_exposure: The print's own log exposure that reads so, (layer,).
    """

    aim_density: np.ndarray
    log_exposure: np.ndarray
