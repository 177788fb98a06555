"""`pack.json`: what is in a pack, in which unit, and how far off it is.

A film baked into pieces that any software can play. The pieces in order, with what travels between
them; R, G, B are the red-, green- and blue-sensitive layers and their cyan, magenta, yellow dyes:

    scene                   RGB in `input.space`, code values
      layer_exposure        table: code -> x, exposure H = max(10^x - exposure_offset, 0)
    exposure                lux s, linear
      optics                kernel per layer: scatter and halation
      h = log10 max(exposure, `log_exposure` low end)
      development           dye F(h) and G(h) by tables; inhibitor b = kernel * F(h);
                            h' = G(h) - coupling @ b;  dyes = F(h')
    dyes                    amounts, 1 = peak density 1.0
      grain                 its place; nothing ships yet
      printing              table: dyes -> printing density D
    printing density        as the print stock sees it, base included
      print_optics          kernel per layer on 10^-D, and back: D' = -log10
      view                  h = print_log_exposure + per_point (points - 25) - D', print dyes by a
                            table, print dyes -> display code by a table
    display                 code values of `output.display`

Without what happens between pixels, `film` is all of it in one table; `scene_to_cineon` and
`cineon_to_display` are its halves, with printing density as a 10-bit Cineon code over 1023 between
them; and `aces_look` is a look that an ACES output transform shows as the print.

Tables come twice. A `.clf` takes a wire and gives the next as they are. A `.cube` has both coded
to 0..1, for hosts that hold tables to that: it takes (value - low) / (high - low) with `domain` =
low, high, and gives (value - low) / (high - low) with `codomain` = low, high.
"""

import hashlib
from pathlib import Path, PurePosixPath
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from spectral_film.light.displays import DISPLAYS

SCHEMA: Literal["spectral-film/pack"] = "spectral-film/pack"
SCHEMA_VERSION: Literal[1] = 1
MANIFEST = "pack.json"
UNCODED = (0.0, 1.0)  # ends of a wire that is 0..1 by itself
SCHEMA_FILE = "pack.schema.json"

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


def _known(display: str) -> str:
    if display not in DISPLAYS:
        raise ValueError(f"{display!r} is none of {', '.join(DISPLAYS)}")
    return display


PackPath = Annotated[str, AfterValidator(_inside)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Statistic(_Part):
    """How far apart two things are over many samples."""

    mean: float
    p99: float
    largest: float
    unit: str


class File(_Part):
    """One file of the pack."""

    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    bytes: int = Field(ge=0)


class Table(_Part):
    """A look-up table, 1-D for each channel or 3-D."""

    clf: PackPath
    cube: PackPath
    dimensions: Literal[1, 3]
    size: int = Field(ge=2)
    domain: Ends
    codomain: Ends  # of the `.cube`; 0, 1 means uncoded
    error: Statistic


class Gaussian(_Part):
    """exp(-r^2 / 2 sigma^2), of weight in a sum; of sigma 0, no blur."""

    form: Literal["gaussian"] = "gaussian"
    weight: Weight
    sigma_um: float = Field(ge=0, le=10_000)


class Exponential(_Part):
    """exp(-r / length)."""

    form: Literal["exponential"] = "exponential"
    weight: Weight
    length_um: float = Field(gt=0, le=200)


class Cauchy(_Part):
    """(1 + (r / radius)^2)^(-3/2), ending about 200 radii as a halo does about its reach."""

    form: Literal["cauchy"] = "cauchy"
    weight: Weight
    radius_um: float = Field(gt=0, le=20)


class Halo(_Part):
    """cos^4(th) R(th), tan th = r / 2 base; R by Fresnel (ring) or 1 (diffuse).

    It ends by a factor 1 - t^3 (10 - 15 t + 6 t^2), t from 0 to 1 as r goes from .8 to 1.3 of
    `reach_um`. To packs made before, the reach was where it was cut off. They are read as the
    others: the light that moves is .2 % of a diffuse halo, .4 % of a ring.
    """

    form: Literal["ring", "diffuse"]
    weight: Weight
    base_um: float = Field(gt=0, le=1000)
    base_index: float = Field(ge=1, le=3)
    reach_um: float = Field(gt=0, le=10_000)


Spread = Annotated[Gaussian | Exponential | Cauchy | Halo, Field(discriminator="form")]


def _whole(parts: tuple) -> tuple:
    total = sum(part.weight for part in parts)
    if abs(total - 1) > 1e-5:
        raise ValueError(f"the weights sum to {total:g}, not to 1")
    return parts


class KernelLayer(_Part):
    """The kernel of one layer: its analytic form, and the same as a sum of Gaussians.

    `gaussian_error` is the largest difference of the two OTFs up to 100 cycles/mm.
    """

    spreads: Annotated[tuple[Spread, ...], AfterValidator(_whole)] = Field(min_length=1)
    gaussians: Annotated[tuple[Gaussian, ...], AfterValidator(_whole)] = Field(min_length=1)
    gaussian_error: float = Field(ge=0)


class KernelImage(_Part):
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
    energy_outside: Triple  # that forms without an end have more; it is shared out again


class Kernel(_Part):
    """A blur, the same in every direction, each layer by its own kernel; edges go on outside."""

    acts_on: ActsOn
    layers: tuple[KernelLayer, KernelLayer, KernelLayer]
    images: tuple[KernelImage, ...]


class LayerExposure(_Part):
    """Scene code -> log10(exposure + exposure_offset), lux s."""

    table: Table
    exposure_offset_lux_s: float = Field(gt=0)


class Development(_Part):
    """Exposure -> dyes, with the inhibitor that diffuses between layers."""

    log_exposure: Ends  # ends of both curves, log10 lux s
    curve: Table  # F: h -> dye
    compensated: Table  # G: h -> h + sum_j coupling_cj F_j(h)
    coupling: tuple[Triple, Triple, Triple]  # (layer held back, layer developing)
    inhibitor: Kernel | None  # None: nothing diffuses, b = F(h)


class View(_Part):
    """Printing density -> display code."""

    print_log_exposure: Triple  # log10 exposure of the print where D' = 0, at 25-25-25 points
    per_point: float
    printer_points: Triple
    curve: Table  # log10 exposure of the print -> print dyes
    table: Table  # print dyes -> display code
    pack_clf: PackPath  # offset, curve and table in one, at `printer_points`


class Printing(_Part):
    """Dyes of the negative -> printing density."""

    table: Table
    base_density: Triple  # printing density of the unexposed film: Cineon code 95


class Exposed(_Part):
    """How the film was exposed and is seen: options of `render`, None where left to the film."""

    exposure: float
    ei: float | None
    illuminant: str | None
    backing: str | None
    white: Literal["lamp", "print"]


class Stock(_Part):
    """A film that was baked."""

    id: str
    name: str
    sha256: str


class Input(_Part):
    """What the pack takes."""

    space: str
    grey_code: float  # where an 18 % grey sits


class Output(_Part):
    """What the pack gives."""

    display: Annotated[str, AfterValidator(_known)]
    encoding: str


class Gate(_Part):
    """The camera aperture a picture fills."""

    name: str
    width_mm: float = Field(gt=0)


class Reference(_Part):
    """A picture, and what the engine made of it."""

    scene: PackPath
    render: PackPath
    pitch_um: float = Field(gt=0)


class Manifest(_Part):
    """The whole of `pack.json`."""

    schema_: Literal["spectral-film/pack"] = Field(alias="schema")
    schema_version: Literal[1]
    engine: str
    negative: Stock
    print_film: Stock
    settings: Exposed
    sources: tuple[str, ...]
    input: Input
    output: Output
    gates: tuple[Gate, ...] = Field(min_length=1)
    layer_exposure: LayerExposure
    optics: Kernel | None
    development: Development
    grain: None
    printing: Printing
    print_optics: Kernel | None
    view: View
    film: Table
    scene_to_cineon: Table
    cineon_to_display: Table
    aces_look: Table | None  # None: the ACES config has no output for this display
    reference: Reference
    errors: dict[str, Statistic]  # pack against engine, by stage and class of colours
    files: dict[PackPath, File]

    model_config = ConfigDict(populate_by_name=True)

    def tables(self) -> dict[str, Table]:
        """Every table, by what it is."""
        development, view = self.development, self.view
        found = {
            "layer exposure": self.layer_exposure.table,
            "curve F": development.curve,
            "compensated G": development.compensated,
            "printing": self.printing.table,
            "print curve": view.curve,
            "view": view.table,
            "the whole film without kernels": self.film,
            "scene to Cineon code / 1023, without kernels": self.scene_to_cineon,
            "Cineon code / 1023 to display code": self.cineon_to_display,
        }
        look = "look before an ACES output transform"
        return found | ({look: self.aces_look} if self.aces_look else {})

    def kernels(self) -> tuple[Kernel, ...]:
        """Those the film has, in the order of the stages."""
        found = (self.optics, self.development.inhibitor, self.print_optics)
        return tuple(kernel for kernel in found if kernel)


def digest(path: Path) -> File:
    """What a manifest says of a file."""
    content = path.read_bytes()
    return File(sha256=hashlib.sha256(content).hexdigest(), bytes=len(content))
