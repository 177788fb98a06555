"""Reflectances of surfaces that somebody measured: what RGB is taken to be a picture of.

All of them come with colour-science (BSD-3-Clause), which names their sources: skin, fruit, leaves
and paint of the charts of BabelColor and PMC, the test colours of the CIE and of NIST (Munsell
papers), and the 190 surfaces that the Academy trains cameras with [@dyer2017], plants, skin and
textiles among them.

The 99 samples of CIE 224 [@cie224] are for judging, and are kept apart.
"""

import warnings
from collections.abc import Iterable

import numpy as np

from spectral_film.light.spectra import WAVELENGTH

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # colour-science speaks of the plotting it lacks
    import colour
    from colour.characterisation import read_training_data_rawtoaces_v1
    from colour.quality.cfi2017 import load_TCS_CIE2017
    from colour.quality.datasets import SDS_TCS, SDS_VS

# A surface this near to one of the 99, rms over wavelength, is the same paint or the same leaf
# once more. Their own instruments repeat to a fifth of that.
SAME_SURFACE = 0.02

BRIGHTEST = 1.05  # beyond, the sample shines by itself, or the measurement does not hold


def measured_surfaces() -> np.ndarray:
    """What there is to learn from, apart from the 99 and whatever looks like one of them.

    Returns:
        Reflectance 0..1, (surface, wavelength).
    """
    charts = colour.SDS_COLOURCHECKERS
    found = np.concatenate(
        [
            _on_grid(charts["BabelColor Average"].values()),
            _on_grid(charts["PMC"].values()),
            _on_grid(SDS_TCS["CIE 2024"].values()),
            _on_grid(SDS_VS["NIST CQS 7.4"].values()),
            _on_grid(SDS_VS["NIST CQS 9.0"].values()),
            _on_grid(read_training_data_rawtoaces_v1().to_sds()),
        ]
    )
    found = found[found.max(1) <= BRIGHTEST].clip(0, 1)
    return found[distance_to(judging_surfaces(), found) > SAME_SURFACE]


def judging_surfaces() -> np.ndarray:
    """The 99 samples of CIE 224, (99, wavelength); nothing is learnt from them."""
    return _on_grid(load_TCS_CIE2017(colour.SpectralShape(380, 780, 5)).to_sds())


def distance_to(known: np.ndarray, surface: np.ndarray) -> np.ndarray:
    """Root mean square difference to the nearest known surface, over wavelength, (surface,)."""
    visible = WAVELENGTH >= 380  # below, nobody measured
    apart = (surface[:, None] - known)[..., visible]
    return np.sqrt((apart**2).mean(-1)).min(1)


def _on_grid(surfaces: Iterable[colour.SpectralDistribution]) -> np.ndarray:
    """At the engine's wavelengths; end values are held."""
    return np.stack([np.interp(WAVELENGTH, s.wavelengths, s.values) for s in surfaces])
