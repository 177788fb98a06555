"""Grain in a pack: what is known of a film's dye clouds, and what adds them at one pixel pitch.

The same three things make it everywhere: white noise z of variance 1, different in every pixel,
layer and frame; two curves over the amount of dye; and a filter, which gives the noise the grain
of the film and the reading of the published granularity.

    n = filter * (linear(dye) z + square(dye) (z^2 - 1))

Its mean is none, whatever the picture. `linear` and `square` are 1-D tables, `filter` is an image
like those of kernels, but for its sum and sign. Noise comes from the place on the film and the
number of the frame, so that it never repeats; hosts that cannot count have a tile of it, whose
edges join.
"""

from typing import Annotated, Literal

from pydantic import Field

from bake.parts import Layer, PackPath, Part, Statistic, Table
from spectral_film.emulsion.film import Densitometry

Row = Annotated[tuple[float, ...], Field(min_length=1)]
PerLayer = tuple[Row, Row, Row]
Strip = Literal["negative", "print"]


class Clouds(Part):
    """What grain of any pitch is made of, as a film file has it, and its grain size in `radius_um`.

    Of each layer and sublayer, the radius of the clouds, which is assumed, and the curve of their
    dye; of each layer, over amounts of its dye, the standard deviation that a disc of 48 um reads,
    and the density spectra of dyes and base at the engine's wavelengths, for a disc averages light.
    """

    radius_um: PerLayer
    density_range: PerLayer
    log_exposure_mid: PerLayer
    log_exposure_spread: PerLayer
    exponent: PerLayer
    dye_amount: PerLayer
    rms: PerLayer
    densitometry: Densitometry
    dye_density: PerLayer
    dmin_density: Row


class GrainImage(Part):
    """Grain at one pixel pitch, for hosts.

    `rgb` and `layers` are images of the filter, as of `KernelImage`; `errors` are how far grain
    made by them is from the dye clouds, over amounts of dye.
    """

    gate: str
    width: int = Field(gt=0)
    pitch_um: float = Field(gt=0)
    radius_px: int = Field(ge=0)
    rgb: PackPath
    layers: dict[Layer, PackPath]
    linear: Table
    square: Table
    errors: dict[str, Statistic]

    @property
    def curves(self) -> dict[str, Table]:
        """What noise is multiplied by, over the amount of dye, by name."""
        return {"linear": self.linear, "square": self.square}


class Texture(Part):
    """The grain of one film; `noise` is a tile of white noise, R, G and B apart, `tile_px` wide."""

    of: Strip
    clouds: Clouds
    noise: PackPath
    tile_px: int = Field(gt=0)
    images: tuple[GrainImage, ...]
