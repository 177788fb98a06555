"""`pack.json`: what is in a pack, in which unit, and how far off it is.

A film baked into pieces that any software can play: `chain` holds them in order, with what travels
between them (`steps.py` says what each kind does). Without what happens between pixels, `film` is
all of it in one table; `to_scene` goes on from the dyes of the negative to scene codes that have
its texture; `halves` are what lies before and behind printing density; and `aces_look` is a look
that an ACES output transform shows as the print. A film that is looked at itself, a slide, has no
print stock, no halves and no look; one of silver has one layer, whose planes R, G and B are equal,
of which light goes through the first, and no way back to the scene.

Tables come twice. A `.clf` takes a wire and gives the next as they are. A `.cube` has both coded
to 0..1, for hosts that hold tables to that: it takes (value - low) / (high - low) with `domain` =
low, high, and gives (value - low) / (high - low) with `codomain` = low, high.
"""

from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from bake.chain import Chain, WayBack, Wire
from bake.parts import File, PackPath, Part, Statistic, Table, Triple
from bake.steps import Step
from spectral_film.emulsion.row import ID
from spectral_film.errors import UsageError
from spectral_film.light.displays import DISPLAYS

SCHEMA: Literal["spectral-film/pack"] = "spectral-film/pack"
SCHEMA_VERSION: Literal[5] = 5
MANIFEST = "pack.json"
End = Literal["display", "scene"]
SCHEMA_FILE = "pack.schema.json"


def _known(display: str) -> str:
    if display not in DISPLAYS:
        raise ValueError(f"{display!r} is none of {', '.join(DISPLAYS)}")
    return display


class Exposed(Part):
    """How the film was exposed and is seen: options of `render`, None where left to the film."""

    exposure: float
    ei: float | None
    illuminant: str | None
    filter: str | None
    upsampling: Literal["measured", "jakob-hanika"]
    backing: str | None
    development: str | None
    print_development: str | None
    white: Literal["print", "lamp"]
    balance: Literal["neutral", "lad"]
    flare: float  # percent of the open gate
    gamut: Literal["compress", "clip"]
    grain: bool  # whether the chain has any, which a film without granularity has not
    grain_size: float


class Stock(Part):
    """A film that was baked."""

    id: str = Field(pattern=f"^{ID.pattern}$")
    name: str
    sha256: str


class Input(Part):
    """What the pack takes."""

    space: str
    grey_code: float  # where an 18 % grey sits


class Output(Part):
    """What the pack gives."""

    display: Annotated[str, AfterValidator(_known)]
    encoding: str


class Gate(Part):
    """The camera aperture a picture fills."""

    name: str
    width_mm: float = Field(gt=0)


class Reference(Part):
    """A picture, and what the engine made of it."""

    scene: PackPath
    render: PackPath
    pitch_um: float = Field(gt=0)


class Halves(Part):
    """What lies before printing density and behind it.

    `scene_to_cineon` and `cineon_to_display` have it as a 10-bit Cineon code over 1023, where an
    18 % grey has the codes that the negative gives it, and not 445 (`bake lut --aim`); `print_clf`
    goes from printing density to display code at the pack's printer points.
    """

    base_density: Triple  # printing density of the unexposed film: Cineon code 95
    scene_to_cineon: Table
    cineon_to_display: Table
    print_clf: PackPath


class Manifest(Part):
    """The whole of `pack.json`."""

    schema_: Literal["spectral-film/pack"] = Field(alias="schema")
    schema_version: Literal[5]
    engine: str
    layers: Literal[1, 3]  # of the camera film
    negative: Stock  # the camera film, which may be a slide
    print_film: Stock | None
    settings: Exposed
    sources: tuple[str, ...]
    input: Input
    output: Output
    gates: tuple[Gate, ...] = Field(min_length=1)
    chain: Chain
    to_scene: WayBack | None  # None: of silver, through a filter, and before version 4
    film: Table
    halves: Halves | None
    aces_look: Table | None  # None: nothing is printed, or ACES has no output for this display
    reference: Reference
    errors: dict[str, Statistic]  # pack against engine, by stage and class of colours
    files: dict[PackPath, File]

    model_config = ConfigDict(populate_by_name=True)

    @model_validator(mode="after")
    def _has_halves_where_it_prints(self) -> "Manifest":
        if len({part is None for part in (self.print_film, self.halves, self.chain.printer)}) > 1:
            raise ValueError("print_film, halves and a printer in the chain go together")
        return self

    @property
    def stocks(self) -> tuple[Stock, ...]:
        """In the order of the light."""
        return (self.negative, self.print_film) if self.print_film else (self.negative,)

    @property
    def title(self) -> str:
        """What film this is."""
        return " printed on ".join(stock.name for stock in self.stocks)

    @property
    def ids(self) -> str:
        """What films these are, in short."""
        return " on ".join(stock.id for stock in self.stocks)

    def path(self, to: End) -> tuple[tuple[Step, ...], tuple[Wire, ...]]:
        """Steps in order and what travels: the chain, or its film and the way back from there.

        Raises:
            UsageError: there is no way back.
        """
        chain, back = self.chain, self.to_scene
        if to == "display":
            return chain.steps, chain.wires
        if back is None and self.layers == 1:
            raise UsageError(
                f"{self.negative.id} is of one layer and tells no colours apart, so its pack has "
                "no way back to the scene; leave out --to"
            )
        if back is None:
            raise UsageError(
                f"this pack, {self._without_a_way_back}, has no way back to the scene; bake it "
                "again, or render --to scene"
            )
        there = chain.way(chain.wires[0].name, back.steps[0].takes)
        return (*there, *back.steps), (*chain.wires, *back.wires)

    @property
    def _without_a_way_back(self) -> str:
        # A layer that a filter blinds says nothing of the scene.
        through = self.settings.filter
        return f"baked through filter {through}" if through else "of an older version"

    def tables(self) -> dict[str, Table]:
        """Every table, by what it makes of what."""
        found: dict[str, Table] = {}
        for step in (*self.chain.lookups, *(self.to_scene.steps if self.to_scene else ())):
            found.setdefault(f"{step.takes} to {step.gives}", step.table)
        for grain, image, curve, table in self.chain.grain_curves():
            found[f"{grain.takes} to {curve} noise at {image.pitch_um:.3f} um"] = table
        found["the whole film without kernels"] = self.film
        if self.halves:
            found |= {
                "scene to Cineon code / 1023, without kernels": self.halves.scene_to_cineon,
                "Cineon code / 1023 to display code, aim film": self.halves.cineon_to_display,
            }
        look = "look before an ACES output transform"
        return found | ({look: self.aces_look} if self.aces_look else {})
