"""What a study found, in five sentences for whoever lights a set."""

import numpy as np

from spectral_film.metamerism.change_of_light import STANDARD_EYE
from spectral_film.metamerism.study import Study
from spectral_film.metamerism.under_lights import UnderLight

LAYERS = ("red", "green", "blue")
SEEN = 3.0  # CIEDE2000 of two patches that anybody tells apart beside each other


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

    def unlike(one: UnderLight) -> np.ndarray:
        return np.abs(one.shift_stops[film] - one.shift_stops[camera])

    worst = max(study.lights, key=lambda one: float(unlike(one).max()))
    layer = int(np.argmax(unlike(worst)))
    by_film, by_camera = (worst.shift_stops[name][layer] for name in (film, camera))
    points = worst.film.printer_points[layer] - study.settings.printer_points[layer]
    left = worst.film.difference
    return (
        f"Under {worst.light.name} {film} {_gains(by_film)} of {LAYERS[layer]} where the {camera} "
        f"{_gains(by_camera)}: {abs(points):.1f} points {'more' if points > 0 else 'less'} of "
        f"printer {LAYERS[layer]}, after which {int((left > SEEN).sum())} of {len(left)} patches "
        f"of the chart stay more than {SEEN:g} dE off, the worst {left.max():.1f}."
    )


def _gains(stops: float) -> str:
    unit = "stop" if abs(stops) < 1 else "stops"
    return f"{'gains' if stops > 0 else 'loses'} {abs(stops):.2f} {unit}"


def _floor(study: Study) -> str:
    """What no map can mend: of the largest set, which knows it best, in the light it is most in."""
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
        f"No matrix and no LUT brings the {camera}'s picture nearer to {study.film.id} than "
        f"{stops}, in stops rms, on the {worst.data.name} surfaces in {worst.light}; prints stay "
        f"{worst.difference.mean():.1f} dE apart on average, one in twenty more than "
        f"{np.percentile(worst.difference, 95):.1f}."
    )


def _pair(study: Study) -> str:
    """The measured pair that a camera takes for one and film tells apart most in the print."""
    film, camera = study.film.id, study.cameras[0].name
    pairs = [
        one
        for one in study.pairs
        if one.how == "found" and one.same_to == camera and one.apart_to == film
    ]
    if not pairs:
        return (
            f"Among the measured surfaces there are no two that the {camera} takes for one and "
            f"{film} tells apart, in {study.reference.name}."
        )
    worst = max(pairs, key=lambda one: one.apart_stops)
    return (
        f"In {study.reference.name} the {camera} takes {worst.first} and {worst.second} for one, "
        f"within {worst.alike_stops:.2f} stop; to {film} they are {worst.apart_stops:.2f} stop "
        f"apart, and {worst.difference[film]:.1f} dE in the print."
    )


def _steadiness(study: Study) -> str:
    """Who holds the chart's colours when the light changes and everyone adapts."""
    film, shifts = study.film.id, study.shifts
    rms = shifts.rms()
    by_film, by_eye = (rms[:, shifts.observers.index(name)] for name in (film, STANDARD_EYE))
    others = [name != study.reference.name for name in shifts.lights]
    steadier = int((by_film < by_eye)[others].sum())
    worst = int(np.argmax(by_film))
    return (
        f"Balanced to a white, {film} holds the chart's colours of {study.reference.name} better "
        f"than the eye in {steadier} of {sum(others)} other lights; {shifts.lights[worst]} moves "
        f"them most, by {by_film[worst]:.2f} stop rms, {by_eye[worst]:.2f} to the eye."
    )


def _picture(study: Study) -> str:
    """What RGB costs in the picture."""
    image = study.image
    assert image is not None
    found = image.by_prior[0]
    half, twentieth = np.percentile(found.difference, (50, 95))
    at = (
        f", the worst at x {image.regions[0].x}, y {image.regions[0].y}, by "
        f"{image.regions[0].mean:.0f}"
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
        f"What the {camera} records of {one.colour} may be any smooth surface from {-least:.1f} "
        f"stops less to {most:.1f} stops more red exposure on {study.film.id}: a limit of physics, "
        "which pigments rarely come near."
    )
