"""Lights as they are rated: by their spectrum alone, and by what the eye sees of surfaces in them.

SSI has no observer: it counts how unlike a reference the spectrum is. Rf and CRI see surfaces with
the eye of the CIE; neither knows of film. All three are colour-science's.
Source: docs/physics.md, Lights rated.
"""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from spectral_film.light.spectra import (
    WAVELENGTH,
    MeasuredLight,
    daylight,
    equal_luminance,
    illuminant,
    observer,
    planckian,
)

# Whoever lights a set has these: tungsten, daylights, tubes, white LEDs, colours mixed, discharge.
USUAL = (
    "A", "3200K", "ISO 7589 Studio Tungsten", "D55", "D65", "FL2", "FL11", "LED-B3", "LED-B5",
    "LED-RGB1", "LED-V2", "HP5",
)  # fmt: skip
TUNGSTEN, DAYLIGHT = "3200K", "D55"
FIRST_DAYLIGHT = 4000.0  # K; below, no phase of daylight is defined
FARTHEST = 0.05  # of a light from the black body, in CIE 1960 u, v, that has a temperature
LAST_BLACK_BODY = 7000.0  # K; above, nobody compares with one


@dataclass(frozen=True, kw_only=True, eq=False)
class Light:
    """A light, scaled to the luminance of an equal-energy spectrum of 1.

    Attributes:
        name: What it is called.
        power: Relative spectral power, (wavelength,).
    """

    name: str
    power: np.ndarray


@dataclass(frozen=True, kw_only=True)
class Rating:
    """What a light is worth to those who do not know of film.

    Attributes:
        cct_k: Correlated colour temperature, K; nan beyond `FARTHEST` from the black body, where
            CIE 15 gives none.
        duv: Distance from the black body in CIE 1960 u, v; above it if positive.
        nearest: The black body or daylight of its temperature that its spectrum is most like.
        ssi_nearest, ssi_3200k, ssi_5500k: Spectral similarity index to that, to 3200 K and to D55;
            100 is alike.
        rf: Fidelity index of CIE 224:2017, 0 to 100.
        cri: General colour rendering index R_a of CIE 13.3, 100 and less.
    """

    cct_k: float
    duv: float
    nearest: str
    ssi_nearest: float
    ssi_3200k: float
    ssi_5500k: float
    rf: float
    cri: float


def light(spec: str | MeasuredLight) -> Light:
    """A light by what `illuminant` takes: a name, a temperature, a CSV, whose name it has then."""
    name = str(spec)
    if name.lower().endswith(".csv"):
        name = Path(name).stem
    return Light(name=name, power=equal_luminance(illuminant(spec)))


def rate(light: Light) -> Rating:
    """Rate a light."""
    import colour  # two seconds, as in `observers`

    cct, duv = _temperature(light)
    references = []
    if cct >= FIRST_DAYLIGHT:
        references.append((f"daylight of {cct:.0f} K", daylight(min(cct, 25_000.0))))
    if cct <= LAST_BLACK_BODY:
        references.append((f"black body of {cct:.0f} K", planckian(max(cct, 500.0))))
    similar = [(_similarity(light.power, power), name) for name, power in references]
    ssi, nearest = max(similar)
    sd = _distribution(light.power)
    with colour.utilities.suppress_warnings(colour_runtime_warnings=True):  # of tables aligned
        rf: Any = colour.colour_fidelity_index(sd)
        cri: Any = colour.colour_rendering_index(sd)
    return Rating(
        cct_k=cct if abs(duv) <= FARTHEST else math.nan,
        duv=duv,
        nearest=nearest,
        ssi_nearest=ssi,
        ssi_3200k=_similarity(light.power, illuminant(TUNGSTEN)),
        ssi_5500k=_similarity(light.power, illuminant(DAYLIGHT)),
        rf=float(rf),
        cri=float(cri),
    )


def _temperature(light: Light) -> tuple[float, float]:
    import colour

    xyz = observer() @ light.power
    x, y = xyz[:2] / xyz.sum()
    uv = colour.UCS_to_uv(colour.XYZ_to_UCS([x / y, 1.0, (1 - x - y) / y]))
    cct, duv = colour.temperature.uv_to_CCT_Ohno2013(uv)
    return float(cct), float(duv)


def _similarity(power: np.ndarray, reference: np.ndarray) -> float:
    """SSI of Academy TB-2020-001 and SMPTE ST 2122, a whole number."""
    import colour

    return float(colour.spectral_similarity_index(_distribution(power), _distribution(reference)))


def _distribution(power: np.ndarray) -> Any:
    import colour

    # Joined by straight lines, as everywhere here; Sprague's curves, which it takes else, overshoot
    # at the lines of a tube, by .3 of the CRI.
    return colour.SpectralDistribution(power, WAVELENGTH, interpolator=colour.LinearInterpolator)
