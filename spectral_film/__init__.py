"""Physically based, spectral emulation of photographic film.

`render(image, Settings(exposure=+1)).image`: linear Rec.709 (y, x, 3) in, display-linear out.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from spectral_film.device import Device, open_device
    from spectral_film.errors import SpectralFilmError
    from spectral_film.film import Film, load_film
    from spectral_film.pipeline import Pipeline, Settings
    from spectral_film.rendering import Rendering, render
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

# Imported when first asked for: `spectral-film --help` needs none of them, and they take half a
# second. No name here may be that of a module, which would hide it.
_HOME = {
    "Device": "device",
    "Film": "film",
    "Pipeline": "pipeline",
    "Rendering": "rendering",
    "Scene": "scene",
    "Settings": "pipeline",
    "SpectralFilmError": "errors",
    "load_film": "film",
    "open_device": "device",
    "render": "rendering",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return __all__
