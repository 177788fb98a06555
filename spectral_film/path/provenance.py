"""Provenance: what made a picture, as its file says it."""

import hashlib
from pathlib import Path
from typing import Any

from spectral_film.device.device import Device
from spectral_film.light.scene import Scene
from spectral_film.path.pipeline import Crop, Pipeline, gate_of
from spectral_film.path.survey import Gamut
from spectral_film.version import made_by


def provenance(
    pipeline: Pipeline, device: Device, scene: Scene, crop: Crop | None, gamut: Gamut | None
) -> dict[str, Any]:
    """What made the picture, flat and typed: enough to make it again. What is not set is `none`."""
    settings = pipeline.settings
    job = pipeline.job()
    said = {name: typed(getattr(settings, name)) for name in settings.__dataclass_fields__}
    said["film"] = pipeline.negative.label
    said["flare"] = 100 * job.projector.flare
    said["print_film"] = pipeline.print_film.label if pipeline.print_film else "none"
    # What was left to the film, as it was taken.
    light = job.camera.illuminant
    said["illuminant"] = "none" if scene.kind == "radiance" else _named(str(light))
    said["filter"] = "none" if settings.filter is None else _named(str(settings.filter))
    said["upsampling"] = settings.upsampling if scene.kind == "rgb" else "none"
    said["ei"] = settings.ei or pipeline.negative.exposure_index
    said["gate"] = gate_of(settings)
    said["backing"] = settings.backing or pipeline.negative.backing or "none"
    return {
        "quantity": settings.to,
        "unit": pipeline.unit,
        "engine": made_by(),
        "device": device.name,
        "input": scene.source.name if scene.source else "an array",
        "input_sha256": scene.source.sha256 if scene.source else "none",
        "input_kind": scene.kind,
        "input_notes": "; ".join(scene.notes),
        "crop": crop or "none",
        **({"space": scene.space.name} if settings.to == "scene" else {}),
        **said,
        "grain_negative": job.grain_method(job.negative) or "none",
        "grain_print": job.grain_method(job.print_film) or "none",
        "pitch_um": tuple(float(pitch) for pitch in pipeline.frame.pitch_um),
        **_shares(gamut),
    }


def typed(setting: object) -> str | float | tuple[float, ...]:
    """A setting as provenance holds it."""
    match setting:
        case bool() | int() | float() | str():
            return setting
        case tuple() if all(isinstance(number, int | float) for number in setting):
            return tuple(map(float, setting))
        case None:
            return "none"
        case _:
            return str(setting)


def _named(light: str) -> str:
    """A light or a filter; a file of one by its name and what it holds, wherever it lies."""
    path = Path(light)
    if path.suffix.lower() != ".csv":
        return light
    return f"{path.name} (sha256 {hashlib.sha256(path.read_bytes()).hexdigest()[:12]})"


def _shares(gamut: Gamut | None) -> dict[str, float]:
    """What the provenance says of the colours outside the display."""
    if gamut is None:
        return {}
    return {
        "outside_gamut": round(gamut.outside, 6),
        "farthest_outside_gamut": round(gamut.farthest, 6),
    }
