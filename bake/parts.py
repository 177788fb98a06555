"""Parts of a pack: files, tables, kernels, and how far off each is."""

import hashlib
from pathlib import Path, PurePosixPath
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

UNCODED = (0.0, 1.0)  # ends of a wire that is 0..1 by itself

Triple = tuple[float, float, float]
Layer = Literal["R", "G", "B"]
LAYERS: tuple[Layer, ...] = ("R", "G", "B")


def _inside(path: str) -> str:
    """A relative path that stays in the pack."""
    parts = PurePosixPath(path).parts
    if not parts or path.startswith("/") or "\\" in path or ":" in path or ".." in parts:
        raise ValueError(f"{path!r} does not lie inside the pack")
    return path


def _rising(ends: tuple[float, float]) -> tuple[float, float]:
    if not ends[0] < ends[1]:
        raise ValueError(f"{ends[0]:g}, {ends[1]:g} is no range")
    return ends


Ends = Annotated[tuple[float, float], AfterValidator(_rising)]
Weight = Annotated[float, Field(ge=0, le=1)]
ActsOn = Literal["exposure", "inhibitor", "print exposure"]


PackPath = Annotated[str, AfterValidator(_inside)]


class Part(BaseModel):
    """Anything in `pack.json`; what it does not know is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Statistic(Part):
    """How far apart two things are over many samples."""

    mean: float
    p99: float
    largest: float
    unit: str


class File(Part):
    """One file of the pack."""

    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    bytes: int = Field(ge=0)


class Table(Part):
    """A look-up table, 1-D for each channel or 3-D."""

    clf: PackPath
    cube: PackPath
    dimensions: Literal[1, 3]
    size: int = Field(ge=2)
    domain: Ends
    codomain: Ends  # of the `.cube`; 0, 1 means uncoded
    error: Statistic


class Gaussian(Part):
    """exp(-r^2 / 2 sigma^2), of weight in a sum; of sigma 0, no blur."""

    form: Literal["gaussian"] = "gaussian"
    weight: Weight
    sigma_um: float = Field(ge=0, le=10_000)


class Exponential(Part):
    """exp(-r / length)."""

    form: Literal["exponential"] = "exponential"
    weight: Weight
    length_um: float = Field(gt=0, le=200)


class Cauchy(Part):
    """(1 + (r / radius)^2)^(-3/2), ending about 200 radii as `Halo` does about its reach."""

    form: Literal["cauchy"] = "cauchy"
    weight: Weight
    radius_um: float = Field(gt=0, le=20)


class Halo(Part):
    """cos^4(th) R(th) E(r / reach), tan th = r / 2 base; R by Fresnel (ring) or 1 (diffuse).

    E is 1 to .8 and 0 from 1.3 on; between, with t from 0 to 1, 1 - t^3 (10 - 15 t + 6 t^2).
    """

    form: Literal["ring", "diffuse"]
    weight: Weight
    base_um: float = Field(gt=0, le=1000)
    base_index: float = Field(ge=1, le=3)
    reach_um: float = Field(gt=0, le=10_000)


class BareBase(Part):
    """The ring, all that a plate behind the base and the emulsion send back after it, and an end.

    (cos^4(th) R(th) + 1/2 Int (F / (1 - s F) - G) J0(k t) k dk) E(r / reach), t = tan th

        G = k K1(k) - T(1, 0),    F = G + n^2 p / (1 - p M) T(1/2, g/2)^2
        M = g k K1(g k) - n^2 T(0, g)
        T(a, b) = Int 2 sin cos (1 - R) J0(k (a tan th + b tan th')) dth,    sin th' = n sin th

    n is `base_index`, p `plate_reflectance`, g `plate_gap_um` over `base_um`, s `rescattered`.
    """

    form: Literal["bare base"] = "bare base"
    weight: Weight
    base_um: float = Field(gt=0, le=1000)
    base_index: float = Field(ge=1, le=3)
    reach_um: float = Field(gt=0, le=10_000)
    plate_reflectance: float = Field(ge=0, le=1)
    plate_gap_um: float = Field(ge=0, le=1000)
    rescattered: float = Field(ge=0, le=0.9)


Spread = Annotated[Gaussian | Exponential | Cauchy | Halo | BareBase, Field(discriminator="form")]


def _whole(parts: tuple) -> tuple:
    total = sum(part.weight for part in parts)
    if abs(total - 1) > 1e-5:
        raise ValueError(f"the weights sum to {total:g}, not to 1")
    return parts


class KernelLayer(Part):
    """The kernel of one layer: its analytic form, and the same as a sum of Gaussians.

    `gaussian_error` is the largest difference of the two OTFs up to 100 cycles/mm.
    """

    spreads: Annotated[tuple[Spread, ...], AfterValidator(_whole)] = Field(min_length=1)
    gaussians: Annotated[tuple[Gaussian, ...], AfterValidator(_whole)] = Field(min_length=1)
    gaussian_error: float = Field(ge=0)


class KernelImage(Part):
    """The kernel at one pixel pitch.

    `rgb` has three channels and a data window centred on the origin; `layers` are single channels
    whose windows begin at it. All are float32, odd squares, nowhere negative, of sum 1.
    """

    gate: str
    width: int = Field(gt=0)  # of the picture that has this pitch in the gate
    pitch_um: float = Field(gt=0)
    radius_px: int = Field(ge=0)
    rgb: PackPath
    layers: dict[Layer, PackPath]
    centre: Triple  # value of the middle pixel
    energy_outside: Triple  # of the uncut form, lost at each part's own end and shared out again


class Kernel(Part):
    """A blur, the same in every direction, each layer by its own kernel; edges go on outside."""

    acts_on: ActsOn
    layers: tuple[KernelLayer, KernelLayer, KernelLayer]
    images: tuple[KernelImage, ...]


def digest(path: Path) -> File:
    """What a manifest says of a file."""
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        return File(sha256=sha256, bytes=file.tell())
