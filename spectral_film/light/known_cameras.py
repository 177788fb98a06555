"""Cameras whose sensitivities were measured, and what their channels say of surfaces.

The tables come from `assets/tables/standards.h5`, made by `scripts/make_tables.py`.
"""

import numpy as np

from spectral_film.light.camera import rec709_of_radiance
from spectral_film.light.spectra import (
    daylight,
    equal_luminance,
    illuminant,
    observer,
    planckian,
    standard,
)

DAYLIGHT_FROM = 4000.0  # K; the CIE has none below


def sensitivity_of(model: str) -> tuple[str, np.ndarray] | None:
    """A measured camera by its model, as files have it: `NIKON D5100`.

    Returns:
        What its measurement is called, and the sensitivities of red, green and blue to radiance,
        (3, wavelength); None: it was not measured.

    Source: colour-science 0.4.7: Nikon D5100 by the NPL, Canon EOS 5D Mark II of RAW to ACES.
    """
    names = [name.decode() for name in standard("camera/name")]
    for name, sensitivity in zip(names, standard("camera/sensitivity"), strict=True):
        model_alone = _words(name)[1:]  # makers are spelt in many ways
        if _words(model)[-len(model_alone) :] == model_alone:
            return name, sensitivity
    return None


def light_of(kelvin: float) -> np.ndarray:
    """The light that a white of that temperature is likely lit by: a lamp, else daylight.

    Args:
        kelvin: Correlated colour temperature; held to 2000 to 20000 K.

    Returns:
        Its power, (wavelength,).
    """
    kelvin = min(max(kelvin, 2000.0), 20_000.0)
    return planckian(kelvin) if kelvin < DAYLIGHT_FROM else daylight(kelvin)


def rec709_of_surfaces(sensitivity: np.ndarray, light: np.ndarray) -> np.ndarray:
    """Balanced channels of a camera -> linear Rec.709, (3, 3), its rows adding up to 1.

    Least squares over the 190 surfaces of RAW to ACES, seen by the camera in the light it was in,
    and as what Rec.709 stands for here: the surface in D65. A white stays white. An error counts
    by the slope of CIE lightness at the surface.

    Args:
        sensitivity: Of the channels, (3, wavelength).
        light: Power of the light, (wavelength,).

    Source: docs/physics.md, Camera RAW.
    """
    surfaces = standard("camera/surfaces")
    white = sensitivity @ light
    seen = surfaces @ (sensitivity * light).T / white
    d65 = equal_luminance(illuminant("D65"))
    wanted = (surfaces * d65) @ rec709_of_radiance(d65).T
    luminance = surfaces @ (d65 * observer()[1]) / (d65 @ observer()[1])
    weight = np.cbrt(np.maximum(luminance, 0.01)) ** -2
    chroma = (seen - seen[:, 1:2])[:, [0, 2]]  # so that a grey gives a grey, whatever is fitted
    fitted = np.linalg.lstsq(
        chroma * weight[:, None], (wanted - seen[:, 1:2]) * weight[:, None], rcond=None
    )[0].T
    return np.stack([fitted[:, 0], 1 - fitted.sum(axis=1), fitted[:, 1]], axis=1)


def _words(name: str) -> list[str]:
    return name.casefold().split()
