"""Physically based, spectral emulation of photographic film.

`render(image, Settings(exposure=+1)).image`: linear Rec.709 (y, x, 3) in, display-linear out.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from spectral_film.device.device import Device, open_device
    from spectral_film.emulsion.film import Film
    from spectral_film.emulsion.stocks import load_film
    from spectral_film.errors import SpectralFilmError
    from spectral_film.light.scene import Scene
    from spectral_film.path.pipeline import Pipeline
    from spectral_film.path.rendering import LightTable, Rendering, render
    from spectral_film.path.settings import Settings

__all__ = [
    "Device",
    "Film",
    "LightTable",
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
    "Device": "device.device",
    "Film": "emulsion.film",
    "LightTable": "path.rendering",
    "Pipeline": "path.pipeline",
    "Rendering": "path.rendering",
    "Scene": "light.scene",
    "Settings": "path.settings",
    "SpectralFilmError": "errors",
    "load_film": "emulsion.stocks",
    "open_device": "device.device",
    "render": "path.rendering",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return __all__
