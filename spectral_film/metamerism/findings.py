"""What a study found, in five sentences for whoever lights a set."""

import numpy as np

from spectral_film.metamerism.study import Study
from spectral_film.metamerism.under_lights import UnderLight

LAYERS = ("red", "green", "blue")
SEEN = 3.0  # CIEDE2000 of two patches that anybody tells apart beside each other
PRINTER = 50  # points; the printer's lights go from 1 to there


def findings(study: Study) -> list[str]:
    """The sentences; of cameras, the first is spoken of."""
    return [
        _light(study),
        _floor(study),
        _pair(study),
        _steadiness(study),
        _picture(study) if study.image else _mismatch(study),
    ]


def _light(study: Study) -> str:
    """The light and the layer in which film and camera differ most before any balance."""
    film, camera = study.film.id, study.cameras[0].name
    others = _other_lights(study)
    if not others:
        return f"{film} is balanced for {study.reference.name}, so it has nothing to make up for."

    def unlike(one: UnderLight) -> np.ndarray:
        return np.abs(one.shift_stops[film] - one.shift_stops[camera])

    worst = max(others, key=lambda one: float(unlike(one).max()))
    layer = int(np.argmax(unlike(worst)))
    by_film, by_camera = (worst.shift_stops[name][layer] for name in (film, camera))
    left = worst.film.difference
    far = int((left > SEEN).sum())
    timed = "no printer stands behind a slide, and"
    if worst.film.printer_points is not None:
        points = worst.film.printer_points[layer]
        moved = points - study.settings.printer_points[layer]
        beyond = "" if 0 <= points <= PRINTER else ", which no printer has"
        more = "more" if moved > 0 else "less"
        timed = f"{abs(moved):.1f} points {more} of printer {LAYERS[layer]}{beyond}, after which"
    return (
        f"Under {worst.light.name} {film} {_gains(by_film)} of {LAYERS[layer]} where "
        f"{camera} {_gains(by_camera)}: {timed} {far} of {len(left)} patches of the "
        f"chart {'stays' if far == 1 else 'stay'} more than {SEEN:g} dE off, the worst "
        f"{left.max():.1f}."
    )


def _other_lights(study: Study) -> list[UnderLight]:
    return [one for one in study.lights if one.light.name != study.reference.name]


def _gains(stops: float) -> str:
    return f"{'gains' if stops > 0 else 'loses'} {_stops(abs(stops))}"


def _stops(stops: float) -> str:
    return f"{stops:.2f} {'stop' if stops < 1 else 'stops'}"


def _floor(study: Study) -> str:
    """What maps leave, of the largest set, which knows it best, in the light it is most in."""
    camera = study.cameras[0].name
    largest = max(study.data, key=lambda data: len(data.names))
    worst = max(
        (one for one in study.floor if one.camera == camera and one.data is largest),
        key=lambda one: float(one.difference.mean()),
    )
    stops = ", ".join(
        f"{rms:.2f} of {layer}" for rms, layer in zip(worst.errors.rms, LAYERS, strict=True)
    )
    return (
        f"From what {camera} records in {worst.light}, the best of three kinds of map, LUTs among "
        f"them, misses {study.film.id} by {stops}, in stops rms, on the {worst.data.name} "
        f"surfaces; {study.positive}s stay {worst.difference.mean():.1f} dE apart on average, one "
        f"in twenty more than {np.percentile(worst.difference, 95):.1f}."
    )


def _pair(study: Study) -> str:
    """The measured pair that a camera takes for one and film tells apart most."""
    film, camera = study.film.id, study.cameras[0].name
    pairs = [
        one
        for one in study.pairs
        if one.how == "found" and one.same_to == camera and one.apart_to == film
    ]
    if not pairs:
        return (
            f"Among the measured surfaces there are no two that {camera} takes for one colour and "
            f"{film} tells apart, in {study.reference.name}."
        )
    worst = max(pairs, key=lambda one: one.difference[film])
    return (
        f"In {study.reference.name} {camera} takes {worst.first} and {worst.second} for one "
        f"colour, {worst.difference[camera]:.1f} dE apart with one {_stops(abs(worst.level_stops))}"
        f" deeper in the shade; {film} parts them by {_stops(worst.apart_stops)}, the "
        f"{study.positive} by {worst.difference[film]:.1f} dE."
    )


def _steadiness(study: Study) -> str:
    """The light that changes the chart most though everyone adapts."""
    others = _other_lights(study)
    if not others:
        return f"No light but {study.reference.name} was looked at, so no colour had to change."
    worst = max(others, key=lambda one: float(one.film.difference.mean()))
    return (
        f"Balanced on a grey card, {worst.light.name} changes the chart's colours most: from "
        f"{study.reference.name} by {worst.film.difference.mean():.1f} dE in the mean on the "
        f"{study.positive} of {study.film.id}, by {worst.eye_difference.mean():.1f} dE to an eye "
        "that adapts."
    )


def _picture(study: Study) -> str:
    """What RGB costs in the picture."""
    image = study.image
    assert image is not None
    found = image.by_prior[0]
    half, twentieth = np.percentile(found.difference, (50, 95))
    at = (
        f", in the worst region, at x {image.regions[0].x}, y {image.regions[0].y}, by "
        f"{image.regions[0].mean:.0f} in the mean"
        if image.regions
        else ""
    )
    return (
        f"In {image.name}, film from the RGB of an ideal camera is {half:.1f} dE or more from film "
        f"from spectra in half of the pixels, {twentieth:.1f} or more in one of twenty{at}."
    )


def _mismatch(study: Study) -> str:
    """What physics would allow, of the first patch: skin."""
    camera = study.cameras[0].name
    one = next(one for one in study.mismatches if one.same_to == camera)
    least, most = (
        np.log2(end[0] / one.responses[0]) for end in (one.smooth.least, one.smooth.most)
    )
    return (
        f"What {camera} records of {one.colour} may be any smooth surface from {-least:.1f} "
        f"stops less to {most:.1f} stops more red exposure on {study.film.id}: a limit of physics, "
        "which pigments rarely come near."
    )
