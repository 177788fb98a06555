"""What a stage says of itself: what it takes and gives, how far it looks, and how it runs.

A stage is a frozen dataclass of numbers. It keeps nothing between calls and knows no other stage;
`path/order.py` says which follows which, and `path/plan.py` runs them where the planes are.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from types import FunctionType
from typing import Protocol

import numpy as np

from spectral_film.device.device import Device
from spectral_film.device.planes import Region, fetch, fill, make_planes, make_result
from spectral_film.device.site import Site
from spectral_film.emulsion.value import Value
from spectral_film.stages.signals import Signal

POINT = (0, 0)  # the reach of a stage that looks at no other pixel


class Work(Protocol):
    """A stage made ready on a device: kernels built, tables uploaded."""

    @property
    def over(self) -> Callable[..., None]:
        """Fill the planes it gives over a region, from those it takes: `over(region, **planes)`.

        Planes go by argument name. Those taken hold the region and what lies within the stage's
        reach of it, as far as the frame goes. Where the reach is nothing they may be those given.
        """


class Stage(Protocol):
    """One stage of the path of light."""

    @property
    def takes(self) -> Mapping[str, Signal]:
        """By the name of the kernel's argument."""

    @property
    def gives(self) -> Mapping[str, Signal]:
        """By the name of the kernel's argument."""

    @property
    def reach_um(self) -> float:
        """How far on the film it looks around; 0: at a point alone."""

    @property
    def reach(self) -> tuple[int, int]:
        """Rows and columns of pixels that its arithmetic touches beyond a region."""

    @property
    def margin(self) -> tuple[int, int]:
        """Rows and columns that it wants free in the buffer around what it takes."""

    def prepare(self, site: Site) -> Work:
        """Make it ready for pieces of a frame on a device."""


class PointStage:
    """A stage that looks at no other pixel."""

    reach_um = 0.0
    reach = POINT
    margin = POINT


def fingerprint(value: object) -> bytes:
    """What tells a stage, or any frozen value made of numbers, from one that does other work."""
    if isinstance(value, np.ndarray):
        return repr((value.shape, value.dtype.str)).encode() + value.tobytes()
    if isinstance(value, Value):
        return value.content_sha256.encode()
    if is_dataclass(value):
        parts = (fingerprint(getattr(value, field.name)) for field in fields(value))
        return b"".join((type(value).__name__.encode(), b"(", *parts, b")"))
    if isinstance(value, Mapping):
        return fingerprint(tuple(value.items()))
    if isinstance(value, FunctionType):
        return value.__qualname__.encode()
    if isinstance(value, tuple | list):
        return b"".join((b"[", *map(fingerprint, value), b"]"))
    if value is None or isinstance(value, str | int | float | np.generic):
        return f"{value!r};".encode()
    raise TypeError(f"a {type(value).__name__} has no content to tell it from another by")


def apply(device: Device, stage: Stage, *given: np.ndarray) -> np.ndarray:
    """What a stage makes of whole frames: arrays in the order of `takes`, (channel, y, x).

    For instruments and tests; a render keeps its planes on the device.
    """
    frame = Region(0, 0, given[0].shape[2], given[0].shape[1])
    planes = {}
    for name, array in zip(stage.takes, given, strict=True):
        planes[name] = make_planes(device, len(array), frame, stage.margin)
        fill(planes[name], array)
    results = {name: make_result(device, 3, frame) for name in stage.gives}
    work = stage.prepare(Site(device, frame))  # held until it is done
    work.over(frame, **planes, **results)
    return fetch(next(iter(results.values())))
