"""Physically based, spectral emulation of photographic film.

`render(image, Settings(exposure=+1)).image`: linear Rec.709 (y, x, 3) in, display-linear out.
"""

from spectral_film.device import Device, open_device
from spectral_film.errors import SpectralFilmError
from spectral_film.film import Film, load_film
from spectral_film.pipeline import Pipeline, Settings
from spectral_film.render import Rendering, render
from spectral_film.scene import Scene

__all__ = [
    "Device",
    "Film",
    "Pipeline",
    "Rendering",
    "Scene",
    "Settings",
    "SpectralFilmError",
    "load_film",
    "open_device",
    "render",
]
