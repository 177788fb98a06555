"""Planes out of an open picture, strip by strip, so that a frame is in memory about once.

Strips decode side by side with the reading of the next: both libraries let go of the interpreter.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import OpenImageIO

from spectral_film.errors import InputError
from spectral_film.files.alpha import Alpha
from spectral_film.files.memory import check_memory

STRIP_ROWS = 256  # 12 MB of 4K RGB: enough rows for the file libraries' own threads
NanPolicy = Literal["refuse", "zero"]


@dataclass
class NotNumbers:
    """The NaN and infinite samples of the light in a file.

    Attributes:
        path: The file, for the message.
        channels: Names of the channels of light.
        policy: `refuse` them, or make their pixels black: `zero`.
    """

    path: object
    channels: Sequence[str]
    policy: NanPolicy
    _found: list[tuple[int, tuple[int, int, int]]] = field(default_factory=list)

    def blacken(self, light: np.ndarray, bad: np.ndarray, first_row: int) -> None:
        """Make the pixels of `light` (y, x, channel) with `bad` samples black; remember where."""
        if bad.any():
            y, x, channel = np.unravel_index(bad.argmax(), bad.shape)
            self._found.append((int(bad.sum()), (int(y) + first_row, int(x), int(channel))))
            light[bad.any(axis=-1)] = 0

    def verdict(self) -> tuple[str, ...]:
        """A note of what was found, if anything.

        Raises:
            InputError: something was found and the policy is to refuse it.
        """
        if not self._found:
            return ()
        count = sum(number for number, _ in self._found)
        y, x, channel = min(position for _, position in self._found)
        first = f"the first at x={x}, y={y} in channel {self.channels[channel]}"
        found = f"{count} NaN or infinite samples, {first}"
        if self.policy == "refuse":
            raise InputError(
                f"{self.path}: {found}; light must be finite: repair the picture, or make such "
                "pixels black with --nan zero"
            )
        return (f"{found}; their pixels are black",)


def load_planes(
    source: OpenImageIO.ImageInput,
    path: object,
    light: Sequence[int],
    passengers: Sequence[int],
    not_numbers: NotNumbers,
    decode: Callable[[np.ndarray], None] | None = None,
    alpha: Alpha | None = None,
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """Read channels of the current part of `source`.

    Args:
        source: An open picture.
        path: Its name, for messages.
        light: Index of each channel of light, in the order wanted.
        passengers: Index of each channel to take as it is.
        not_numbers: Collects samples that are not finite, before or after decoding.
        decode: Makes linear light of the light channels, (y, x, channel), in place.
        alpha: How far the light covers its pixels; None: all of them.

    Returns:
        The light and the passengers, float32, (channel, y, x); the share of each pixel that the
        light fills, (y, x), None without alpha.

    Raises:
        InputError: the file cannot be read to its end, or is larger than the memory.
    """
    spec = source.spec()
    count = len(light) + len(passengers) + (alpha is not None)
    size = f"a picture of {spec.width} x {spec.height} pixels, {count} planes,"
    check_memory(4 * count * spec.width * spec.height, f"{path}: {size}")
    planes = np.empty((len(light), spec.height, spec.width), np.float32)
    riding = np.empty((len(passengers), spec.height, spec.width), np.float32)
    share = None if alpha is None else np.empty((spec.height, spec.width), np.float32)
    wanted = [*light, *passengers, *(alpha.channels if alpha else ())]
    first, last = min(wanted), max(wanted) + 1
    columns = [channel - first for channel in light]
    in_order = columns == list(range(last - first))

    def take(row: int, strip: np.ndarray) -> None:
        rows = slice(row, row + len(strip))
        for plane, channel in zip(riding, passengers, strict=True):
            plane[rows] = strip[..., channel - first]
        pixels = strip if in_order else np.ascontiguousarray(strip[..., columns])
        bad = ~np.isfinite(pixels)
        if alpha is not None and share is not None:
            covers = strip[..., [channel - first for channel in alpha.channels]].mean(axis=-1)
            if alpha.coded:
                share[rows] = alpha.uncover(pixels, covers)
        if decode is not None:
            decode(pixels)  # a log curve may overflow, another may hide a NaN: look twice
            overflown = ~np.isfinite(pixels)
            overflown[bad.any(axis=-1)] = False  # the matrix has only spread what came in
            bad |= overflown
        not_numbers.blacken(pixels, bad, row)
        if alpha is not None and share is not None and not alpha.coded:
            share[rows] = alpha.uncover(pixels, covers)
        for channel, plane in enumerate(planes):
            plane[rows] = pixels[..., channel]

    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
        strips = _strips(source, path, first, last)
        for done in [pool.submit(take, row, strip) for row, strip in strips]:
            done.result()
    return planes, riding, share


def _strips(
    source: OpenImageIO.ImageInput, path: object, first: int, last: int
) -> Iterator[tuple[int, np.ndarray]]:
    """Rows of the data window and their pixels, (y, x, channel), channels first .. last - 1."""
    spec = source.spec()
    tile = spec.tile_height or 1
    step = -(-STRIP_ROWS // tile) * tile
    end = spec.y + spec.height
    for y in range(spec.y, end, step):
        rows = y, min(y + step, end)
        if spec.tile_width:
            columns = spec.x, spec.x + spec.width
            strip = source.read_tiles(*columns, *rows, 0, 1, first, last, OpenImageIO.FLOAT)
        else:
            strip = source.read_scanlines(*rows, 0, first, last, OpenImageIO.FLOAT)
        complaint = source.geterror()
        # A JPEG that ends too soon still gives pixels, grey ones, and says so on the side.
        if strip is None or "premature end" in complaint.casefold():
            reason = complaint.splitlines()[0] if complaint else "no reason given"
            raise InputError(
                f"{path}: the pixels from row {y - spec.y} on cannot be read ({reason}); "
                "the file is damaged or cut short: export or copy it again"
            )
        yield y - spec.y, strip.reshape(rows[1] - rows[0], spec.width, last - first)
