"""`pack.json`: what is in a pack, in which unit, and how far off it is.

A film baked into pieces that any software can play: `chain` holds them in order, with what travels
between them (`steps.py` says what each kind does). Without what happens between pixels, `film` is
all of it in one table; `to_scene` goes on from the dyes of the negative to scene codes that have
its texture; `scene_to_cineon` and `cineon_to_display` are its halves, with printing
density as a 10-bit Cineon code over 1023 between them, where an 18 % grey has the codes that the
negative gives it, and not 445 (`bake lut --aim`); `print_clf` goes from printing density to
display code at the pack's printer points; and `aces_look` is a look that an ACES output transform
shows as the print.

Tables come twice. A `.clf` takes a wire and gives the next as they are. A `.cube` has both coded
to 0..1, for hosts that hold tables to that: it takes (value - low) / (high - low) with `domain` =
low, high, and gives (value - low) / (high - low) with `codomain` = low, high.
"""

from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field

from bake.chain import Chain, WayBack, Wire
from bake.parts import File, PackPath, Part, Statistic, Table, Triple
from bake.steps import Step
from spectral_film.emulsion.row import ID
from spectral_film.errors import UsageError
from spectral_film.light.displays import DISPLAYS

SCHEMA: Literal["spectral-film/pack"] = "spectral-film/pack"
SCHEMA_VERSION: Literal[4] = 4
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
    filter: str | None = None  # packs of before there were filters do not say
    upsampling: Literal["measured", "jakob-hanika"]
    backing: str | None
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


class Manifest(Part):
    """The whole of `pack.json`."""

    schema_: Literal["spectral-film/pack"] = Field(alias="schema")
    schema_version: Literal[4]
    engine: str
    negative: Stock
    print_film: Stock
    settings: Exposed
    sources: tuple[str, ...]
    input: Input
    output: Output
    gates: tuple[Gate, ...] = Field(min_length=1)
    chain: Chain
    to_scene: WayBack | None  # None: packs through a filter, and before version 4, have none
    base_density: Triple  # printing density of the unexposed film: Cineon code 95
    film: Table
    scene_to_cineon: Table
    cineon_to_display: Table
    print_clf: PackPath
    aces_look: Table | None  # None: the ACES config has no output for this display
    reference: Reference
    errors: dict[str, Statistic]  # pack against engine, by stage and class of colours
    files: dict[PackPath, File]

    model_config = ConfigDict(populate_by_name=True)

    def path(self, to: End) -> tuple[tuple[Step, ...], tuple[Wire, ...]]:
        """Steps in order and what travels: the chain, or its negative and the way back from there.

        Raises:
            UsageError: there is no way back.
        """
        chain, back = self.chain, self.to_scene
        if to == "display":
            return chain.steps, chain.wires
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
        found |= {
            "the whole film without kernels": self.film,
            "scene to Cineon code / 1023, without kernels": self.scene_to_cineon,
            "Cineon code / 1023 to display code, aim film": self.cineon_to_display,
        }
        look = "look before an ACES output transform"
        return found | ({look: self.aces_look} if self.aces_look else {})
