"""A study as numbers: everything that was found, in one JSON file for scripts."""

import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from spectral_film.metamerism.chart_mismatch import ColourMismatch
from spectral_film.metamerism.irreducible import Irreducible
from spectral_film.metamerism.mismatch import Mismatch
from spectral_film.metamerism.pair_book import Pair
from spectral_film.metamerism.study import ImageStudy, Study
from spectral_film.metamerism.under_lights import UnderLight
from spectral_film.version import made_by

SCHEMA = "spectral-film metamerism 1"
DIGITS = 7  # as in the tables beside it


def record_of(study: Study, findings: Sequence[str], image_map: str | None) -> dict[str, Any]:
    """The study as what JSON holds; what is no number is null.

    Args:
        study: What was found.
        findings: The same in sentences.
        image_map: Name of the file that holds the differences of the picture.
    """
    best = set(map(id, study.floor))
    return {
        "schema": SCHEMA,
        "engine": made_by(),
        "device": study.device,
        "film": study.film.id,
        "print": None if study.print_film is None else study.print_film.id,
        "sha256": {film.id: film.sha256 for film in study.stocks},
        "reference_light": study.reference.name,
        "cameras": [one.name for one in study.cameras],
        "observers": [
            {"name": o.name, "kind": o.kind, "known_nm": list(o.known_nm), "source": o.source}
            for o in study.observers
        ],
        "data": [
            {"name": d.name, "surfaces": len(d.names), "known_nm": list(d.known_nm),
             "source": d.source}
            for d in study.data
        ],
        "findings": list(findings),
        "lights": [_light(one) for one in study.lights],
        "irreducible": [_irreducible(one, id(one) in best) for one in study.irreducible],
        "pairs": [_pair(one) for one in study.pairs],
        "mismatch_volumes": [_mismatch(one) for one in study.mismatches],
        "luther": [
            {
                "observer": one.observer,
                "against": one.against,
                "vora": _number(one.vora),
                "angles_deg": _list(one.angles_deg),
                "error": _list(one.error),
            }
            for one in study.kinships
        ],
        "change_of_light": [
            {"light": light, "observer": observer, "index_dE": _list(study.changes.index[i, j])}
            for i, light in enumerate(study.changes.lights)
            for j, observer in enumerate(study.changes.observers)
        ],
    } | ({} if study.image is None else {"image": _image(study.image, image_map)})  # fmt: skip


def to_json(record: dict[str, Any]) -> str:
    """The record as text; nothing in it depends on time."""
    return json.dumps(record, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _light(one: UnderLight) -> dict[str, Any]:
    rating, film = one.rating, one.film
    points = film.printer_points
    return {
        "name": one.light.name,
        "cct_k": _number(rating.cct_k),
        "duv": _number(rating.duv),
        "nearest": rating.nearest,
        "ssi_nearest": _number(rating.ssi_nearest),
        "ssi_3200k": _number(rating.ssi_3200k),
        "ssi_5500k": _number(rating.ssi_5500k),
        "rf": _number(rating.rf),
        "cri": _number(rating.cri),
        "layer_shift_stops": _list(film.layer_shift_stops),
        "printer_points": None if points is None else _list(points),
        "chart_dE_mean": _number(film.difference.mean()),
        "chart_dE_max": _number(film.difference.max()),
        "eye_dE_mean": _number(one.eye_difference.mean()),
        "shift_stops": {name: _list(stops) for name, stops in one.shift_stops.items()},
    }


def _irreducible(one: Irreducible, best: bool) -> dict[str, Any]:
    return {
        "camera": one.camera,
        "light": one.light,
        "data": one.data.name,
        "map": one.errors.kind,
        "best": best,
        "residual_stops": _list(one.errors.rms),
        "residual_stops_p95": _list(one.errors.p95),
        "print_dE_mean": _number(one.difference.mean()),
        "print_dE_p95": _number(np.percentile(one.difference, 95)),
    }


def _pair(one: Pair) -> dict[str, Any]:
    return {
        "how": one.how,
        "same_to": one.same_to,
        "apart_to": one.apart_to,
        "first": one.first,
        "second": one.second,
        "level_stops": _number(one.level_stops),
        "alike_stops": _number(one.alike_stops),
        "apart_stops": _number(one.apart_stops),
        "dE": {name: _number(value) for name, value in one.difference.items()},
    }


def _mismatch(one: ColourMismatch) -> dict[str, Any]:
    return {"same_to": one.same_to, "seen_by": one.seen_by, "colour": one.colour} | {
        name: _body(body) for name, body in (("smooth", one.smooth), ("any", one.any))
    }


def _body(body: Mismatch) -> dict[str, Any]:
    return {
        "least": _list(body.least),
        "most": _list(body.most),
        "stops": _list(body.stops),
        "volume": [_number(body.inner), _number(body.outer)],
        "share_of_solid": _list(np.array(body.share)),
    }


def _image(image: ImageStudy, image_map: str | None) -> dict[str, Any]:
    """Of the default up-sampling, and beside it of each."""
    each = {}
    for one in image.by_prior:
        stops, apart = (
            np.percentile(values, (50, 95)) for values in (one.largest_stops(), one.difference)
        )
        each[one.upsampling] = {
            "stops_p50": _number(stops[0]),
            "stops_p95": _number(stops[1]),
            "dE_p50": _number(apart[0]),
            "dE_p95": _number(apart[1]),
        }
    return each[image.by_prior[0].upsampling] | {
        "map": image_map,
        "picture": image.name,
        "upsampling": each,
        "regions": [
            {"x": r.x, "y": r.y, "width": r.width, "height": r.height, "dE": _number(r.mean)}
            for r in image.regions
        ],
    }


def _list(values: np.ndarray) -> list[float | None]:
    return [_number(value) for value in values]


def _number(value: float) -> float | None:
    return float(f"{value:.{DIGITS}g}") if np.isfinite(value) else None
