"""Values: frozen dataclasses whose arrays nobody can write on, equal and hashed by content.

A film is handed round, cached and used as a key of what was computed from it. So what it holds
cannot change under those who hold it, and two films that say the same are the same film.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import fields
from functools import cached_property, partial
from numbers import Real
from typing import Any, TypeVar

import numpy as np

V = TypeVar("V")


class Value:
    """Base of such dataclasses, which are declared with `frozen=True, eq=False`.

    Arrays are copied, contiguous and in float64, and locked; mappings become `Locked`; also where
    `dataclasses.replace` makes the value. Fields with `compare=False` are no part of the content.
    """

    def __post_init__(self) -> None:
        for name, value in self._fields():
            object.__setattr__(self, name, _locked(value))

    @cached_property
    def content_sha256(self) -> str:
        """Hash of all that the value says."""
        return _digest(self).hex()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Value):
            return NotImplemented
        return self.content_sha256 == other.content_sha256

    def __hash__(self) -> int:
        return hash(self.content_sha256)

    def __reduce__(self) -> tuple[Any, ...]:
        # A pickled array comes back writeable, so a copy is made as the first one was.
        return partial(type(self), **dict(self._fields())), ()

    def _fields(self) -> Iterator[tuple[str, Any]]:
        for field in fields(self):  # type: ignore[arg-type]  # each subclass is a dataclass
            yield field.name, getattr(self, field.name)


class Locked(Mapping[str, V]):
    """A mapping of names that stays as it was made, arrays in it too."""

    def __init__(self, items: Mapping[str, V]) -> None:
        self._items = {name: _locked(value) for name, value in items.items()}

    def __getitem__(self, name: str) -> V:
        value: V = self._items[name]
        return value

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Mapping):
            return NotImplemented
        return _digest(self) == _digest(Locked(other))

    def __hash__(self) -> int:
        return hash(_digest(self))

    def __repr__(self) -> str:
        return f"Locked({self._items!r})"


def _locked(value: Any) -> Any:
    if isinstance(value, Real) and not isinstance(value, bool):
        return float(value)  # 250 and numpy's 250.0 are one number
    if isinstance(value, np.ndarray | list | tuple):
        array = np.array(value, np.float64, order="C")
        array.flags.writeable = False
        return array if array.ndim else float(array)
    return Locked(value) if isinstance(value, Mapping) else value


def _digest(value: Any) -> bytes:
    """Hash by content. Each part is of a length that what stands before it fixes."""
    if isinstance(value, np.ndarray):
        parts = [b"array", repr(value.shape).encode(), value.astype("<f8").tobytes()]
    elif isinstance(value, Mapping):
        parts = [b"mapping", *sorted(_digest(name) + _digest(v) for name, v in value.items())]
    elif isinstance(value, Value):
        said = (getattr(value, f.name) for f in fields(value) if f.compare)  # type: ignore[arg-type]
        parts = [type(value).__name__.encode(), *map(_digest, said)]
    else:
        parts = [b"fact", repr(value).encode()]
    return hashlib.sha256(b"\0".join(parts)).digest()
