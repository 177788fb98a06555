"""Optics of the emulsion and its base: scatter and halation, on linear exposure.

Light spreads in the turbid emulsion (scatter) and a little of it goes through the base, turns
round at its back and exposes the layers a second time (halation). Both keep the light:

    OTF_c(f) = (S_c(f) + a_c H(f)) / (1 + a_c),     a_c = veil_ratio

On a bare base a_c is that of the ring, and what follows it comes on top.
S and H are given as densities in `emulsion/spread.py` and `emulsion/bare_base.py`; `blur/` makes
kernels of them, positive and of sum 1. Beyond the border the edge goes on.
Reference: reference/stages/optics.py, reference/stages/bare_base.py.
Source: docs/physics.md, Scatter, Halation, Bare base.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from spectral_film.blur.blur import Blur, PreparedBlur
from spectral_film.device.site import Site
from spectral_film.emulsion import spread
from spectral_film.emulsion.film import CameraFilm, PrintStock
from spectral_film.emulsion.parts import (
    Cauchy,
    CoreSkirt,
    Halation,
)
from spectral_film.emulsion.spread import Exponential, Gaussian, Mixture, Spread
from spectral_film.stages.signals import EXPOSURE, PRINT_EXPOSURE, Signal

SCENE_CONTRAST = 1e8  # a lamp of 1e6 among shadows of .01
PRINT_CONTRAST = 1e3  # light through the clearest base and the densest picture: three densities


@dataclass(frozen=True, kw_only=True)
class Spreading:
    """The blur of each layer, on one sampling of the film; light is kept.

    Attributes:
        layers: What becomes of the light of each layer.
        pitch_um: Distance of the pixels across and down.
        contrast: How much brighter the brightest may be than what matters beside it.
        of, to: What is spread, and what it is then.
    """

    layers: tuple[Mixture, ...]
    pitch_um: tuple[float, float]
    contrast: float
    of: Signal = EXPOSURE
    to: Signal = EXPOSURE

    @property
    def takes(self) -> Mapping[str, Signal]:
        """See `Stage`."""
        return {"source": self.of}

    @property
    def gives(self) -> Mapping[str, Signal]:
        """See `Stage`."""
        return {"target": self.to}

    @property
    def reach_um(self) -> float:
        """Where the widest layer ends."""
        return max(layer.reach_um for layer in self.layers)

    @cached_property
    def blur(self) -> Blur:
        """The blur as a device does it."""
        return Blur(self.layers, self.pitch_um, self.contrast)

    @property
    def reach(self) -> tuple[int, int]:
        """See `Stage`."""
        return self.blur.reach

    @property
    def margin(self) -> tuple[int, int]:
        """See `Stage`."""
        return self.blur.margin

    def prepare(self, site: Site) -> PreparedBlur:
        """See `Stage`."""
        return self.blur.prepare(site)


def of_negative(
    film: CameraFilm,
    pitch_um: tuple[float, float],
    *,
    backing: str | None,
    halation: float,
    scatter: bool,
) -> Spreading | None:
    """Optics of a camera stock.

    Args:
        film: The stock.
        pitch_um: Distance of the pixels across and down.
        backing: Its anti-halation; None: its own.
        halation: Factor on what the base throws back.
        scatter: Whether light spreads in the emulsion.
    """
    halo = film.halation.get(backing or film.backing or "") if halation else None
    if halo is not None:
        halo = replace(halo, veil_ratio=halation * halo.veil_ratio)
    return _optics(film.scatter if scatter else None, halo, pitch_um, SCENE_CONTRAST)


def of_print(film: PrintStock, pitch_um: tuple[float, float], *, scatter: bool) -> Spreading | None:
    """Optics of a print stock, contact printed: its sheet's MTF holds all there is."""
    spreading = _optics(film.scatter if scatter else None, None, pitch_um, PRINT_CONTRAST)
    return spreading and replace(spreading, of=PRINT_EXPOSURE, to=PRINT_EXPOSURE)


def _optics(
    scatter: CoreSkirt | Cauchy | None,
    halation: Halation | None,
    pitch_um: tuple[float, float],
    contrast: float,
) -> Spreading | None:
    if scatter is None and halation is None:
        return None
    layers = []
    for layer in range(3):
        parts = _scattered(scatter, layer)
        if halation:
            veil, halo = halation.thrown_back(layer)
            parts = [(weight / (1 + veil), part) for weight, part in parts]
            parts.append((veil / (1 + veil), halo))
        layers.append(Mixture(tuple(parts)))
    return Spreading(layers=tuple(layers), pitch_um=pitch_um, contrast=contrast)


def _scattered(scatter: CoreSkirt | Cauchy | None, layer: int) -> list[tuple[float, Spread]]:
    """S of one layer, part by part."""
    if scatter is None:
        return [(1.0, Gaussian(0.0))]
    if isinstance(scatter, Cauchy):
        return [(1.0, spread.Cauchy(float(scatter.cauchy_radius_um[layer])))]
    weight = float(scatter.skirt_weight[layer])
    core = Gaussian(float(scatter.core_sigma_um[layer]))
    skirt = Exponential(float(scatter.skirt_length_um[layer]))
    if scatter.second_share is None or scatter.second_length_um is None:
        return [(1 - weight, core), (weight, skirt)]
    second = Exponential(float(scatter.second_length_um[layer]))
    share = float(scatter.second_share[layer])
    return [(1 - weight, core), (weight * (1 - share), skirt), (weight * share, second)]
