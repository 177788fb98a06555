"""Work that the host does for a device: fetched, done in numpy, and put back."""

from collections.abc import Callable

import numpy as np

from spectral_film.device.planes import Planes, Region, fetch, fill


class HostWork:
    """A function of numpy arrays in the place of a kernel.

    Args:
        compute: What it makes of planes, (channel, y, x): as many of the same size.
        source, target: The names of what is taken and given.
    """

    def __init__(
        self, compute: Callable[[np.ndarray], np.ndarray], source: str, target: str
    ) -> None:
        self._compute, self._source, self._target = compute, source, target

    def over(self, region: Region, **planes: Planes) -> None:
        """Fill the planes given over a region, from all of those taken."""
        source = planes[self._source]
        x, y = region.x - source.region.x, region.y - source.region.y
        made = self._compute(fetch(source))
        there = Region(x, y, region.width, region.height)
        fill(planes[self._target].over(region), made[there.cut])
