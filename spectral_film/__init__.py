"""Physically based, spectral emulation of photographic film.

`render(image, Settings(exposure=+1)).image`: linear Rec.709 (y, x, 3) in, display-linear out.
`lab` puts a film under instruments; `metamerism` compares it with cameras and eyes; `bake` makes
tables of it for other software.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from spectral_film.lazy import lazily

if TYPE_CHECKING:
    from spectral_film import lab, metamerism
    from spectral_film.device.device import Device, open_device
    from spectral_film.emulsion.film import Film
    from spectral_film.emulsion.stocks import load_film
    from spectral_film.errors import SpectralFilmError
    from spectral_film.files.pictures import read_scene
    from spectral_film.light.scene import Scene
    from spectral_film.path.pipeline import Pipeline
    from spectral_film.path.rendering import LightTable, Rendering, render
    from spectral_film.path.settings import Settings

    bake: Any

__all__ = [
    "Device",
    "Film",
    "LightTable",
    "Pipeline",
    "Rendering",
    "Scene",
    "Settings",
    "SpectralFilmError",
    "bake",
    "lab",
    "load_film",
    "metamerism",
    "open_device",
    "read_scene",
    "render",
]

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
    "read_scene": "files.pictures",
    "render": "path.rendering",
}
# Packages that stand beside the engine and see it, while it does not see them.
_BESIDE = {
    "bake": "bake",
    "lab": "spectral_film.lab",
    "metamerism": "spectral_film.metamerism",
}


_of_engine, _names = lazily(__name__, _HOME)


def __getattr__(name: str) -> Any:
    return import_module(_BESIDE[name]) if name in _BESIDE else _of_engine(name)


def __dir__() -> list[str]:
    return sorted([*_names(), *_BESIDE])
