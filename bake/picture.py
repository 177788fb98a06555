"""A picture file through the player: into the pack's coding, through it, and out to a file."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bake.manifest import End
from bake.opening import Pack
from bake.plain_player import PlainPlayer
from bake.player import Player
from spectral_film.device.device import Device
from spectral_film.emulsion.frame import Frame, gate_size_mm
from spectral_film.errors import InputError, UsageError
from spectral_film.files.colour_spaces import named_space, to_named_space
from spectral_film.files.output import write_picture
from spectral_film.light.displays import DISPLAYS
from spectral_film.light.scene import LinearSpace, Scene
from spectral_film.path.plan import Announce
from spectral_film.path.provenance import typed
from spectral_film.version import made_by


@dataclass(frozen=True, kw_only=True)
class Played:
    """What came out.

    Attributes:
        planes: RGB, code values or linear light, (3, y, x).
        device: Where it was played.
        notes: What the user should know, a sentence each.
        to: What it is.
        display: The display it is for, if it is for one.
        metadata: Provenance.
        scene: Where the picture lies in its window, and what rides along.
    """

    planes: np.ndarray
    device: str
    notes: tuple[str, ...]
    to: End
    display: str
    metadata: dict[str, Any]
    scene: Scene

    def save(self, path: Path, *, bits: int | None, overwrite: bool) -> tuple[str, ...]:
        """Write it, as a render is written."""
        return write_picture(
            path,
            self.planes,
            bits=bits,
            quantity=self.to,
            display=self.display,
            metadata=self.metadata,
            scene=self.scene,
            overwrite=overwrite,
        )


def player_of(pack: Pack, device: Device | None) -> Player | PlainPlayer:
    """What plays a pack: on a device, or slowly where there is none."""
    return Player(pack, device) if device else PlainPlayer(pack)


def play_picture(
    player: Player | PlainPlayer,
    scene: Scene,
    *,
    gate: str | None,
    spatial: bool,
    linear: bool,
    to: End = "display",
    frame: int | None = None,
    seed: int = 0,
    announce: Announce | None = None,
) -> Played:
    """Play a scene through a pack.

    Args:
        player: What plays, which keeps what the next picture can use.
        scene: RGB, linear Rec.709; its codes are made here.
        gate: Camera aperture; None: the pack's first.
        spatial: Whether light spreads, inhibitor diffuses and dye is grainy.
        linear: Give display-linear light rather than code values.
        to: The display, or the scene: light in the primaries of the picture, with the texture of
            the negative.
        frame, seed: Of the grain; None: there is none.
        announce: Called with the name of each stage, its number and their count.

    Raises:
        InputError: the scene is spectral.
        UsageError: no such gate; or there is no device, and the pack has no kernels for the pitch;
            or there is no way back to the scene, or no texture was asked for on it.
    """
    if scene.kind != "rgb":
        raise InputError(
            f"a pack plays RGB, and this is {scene.kind} in {len(scene.planes)} bands; render it "
            "with the engine, which takes spectra"
        )
    if to == "scene" and not spatial:
        raise UsageError(
            "--to scene gives texture, which --spatial off leaves out; give one of them"
        )
    said = player.pack.manifest
    camera = _camera(player.pack, scene, gate)

    pixels = np.ascontiguousarray(np.moveaxis(scene.planes, 0, -1))
    to_named_space(said.input.space)(pixels)
    codes = np.ascontiguousarray(np.moveaxis(pixels, -1, 0))
    if spatial:
        planes = player.play(
            codes, camera.pitch_um, announce, to=to, frame=frame, seed=seed, origin=scene.origin
        )
    else:
        planes = player.play_colours(codes)

    low, high = (said.chain.lookups[0].table if spatial else said.film).domain
    beyond = int(((codes < low) | (codes > high)).any(axis=0).sum())
    notes = [*scene.notes]
    if beyond:
        notes.append(
            f"{beyond} pixels have codes outside {low:g}..{high:g} of {said.input.space}, where "
            "the pack ends; they were held there"
        )
    display = said.output.display
    if to == "scene":
        planes = _light(planes, said.input.space, scene.space)
        notes.append(f"the scene comes back as {scene.space.name}")
    elif linear:
        planes = DISPLAYS[display].decode(planes).astype(np.float32)
    return Played(
        planes=planes,
        device=player.name,
        notes=tuple(notes),
        to=to,
        display=display,
        metadata=provenance_of(
            player.pack, scene, gate=gate, spatial=spatial, to=to, frame=frame, seed=seed
        ),
        scene=scene,
    )


def provenance_of(
    pack: Pack,
    scene: Scene,
    *,
    gate: str | None,
    spatial: bool,
    to: End,
    frame: int | None,
    seed: int,
) -> dict[str, Any]:
    """How a picture is made that plays so, as its file says it; arguments as of `play_picture`."""
    said = pack.manifest
    printed = said.print_film
    grainy = spatial and frame is not None and bool(said.chain.grains)
    return {
        "engine": made_by(),
        "pack": f"{said.ids}, baked by {said.engine}",
        "negative": f"{said.negative.id} (sha256 {said.negative.sha256[:12]})",
        "print_film": f"{printed.id} (sha256 {printed.sha256[:12]})" if printed else "none",
        "input": scene.source.name if scene.source else "none",
        "input_sha256": scene.source.sha256 if scene.source else "none",
        "input_notes": "; ".join(scene.notes),
        "pack_sha256": hashlib.sha256(said.model_dump_json().encode()).hexdigest(),
        "pitch_um": tuple(float(pitch) for pitch in _camera(pack, scene, gate).pitch_um),
        "to": to,
        "spatial": spatial,
        "grain": f"frame {frame}, seed {seed}" if grainy else "none",
        **{f"baked_{name}": typed(v) for name, v in said.settings if v is not None},
    }


def _camera(pack: Pack, scene: Scene, gate: str | None) -> Frame:
    width_mm = gate_size_mm(gate)[0] if gate else pack.manifest.gates[0].width_mm
    if not 0 < width_mm / scene.display_size[0] < 1:
        raise UsageError(f"a gate of {width_mm:g} mm is no size for this picture; give --gate")
    return Frame(width_mm, scene.display_size[0], scene.pixel_aspect)


def _light(codes: np.ndarray, space: str, wanted: LinearSpace) -> np.ndarray:
    """Scene codes as linear light in other primaries, (3, y, x) both."""
    pixels = np.ascontiguousarray(np.moveaxis(codes, 0, -1))
    named_space(space)(pixels)
    to_wanted = np.linalg.inv(wanted.to_rec709).astype(np.float32)
    return np.ascontiguousarray(np.tensordot(to_wanted, pixels, (1, 2)))
