"""The surfaces that no map gets right, as eye, camera and film have them."""

from spectral_film.light.spectra import WAVELENGTH
from spectral_film.metamerism.change_of_light import LEARNT, STANDARD_EYE
from spectral_film.metamerism.irreducible import Worst
from spectral_film.metamerism.observers import RGB
from spectral_film.metamerism.report.exhibit import Exhibit
from spectral_film.metamerism.report.swatches import spectra, swatches
from spectral_film.metamerism.study import Study
from spectral_film.pages.markup import table
from spectral_film.pages.numbers import number

LAB = ("L*", "a*", "b*")


def worst(study: Study) -> Exhibit:
    """The farthest off in the reference light, the farthest first."""
    return Exhibit(
        name="worst",
        drawn=table(
            (
                "", "surface", "camera", "reflectance", "eye, camera, film from it, film",
                "R", "G", "B", "CIEDE2000",
            ),
            [_shown(rank, one) for rank, one in enumerate(study.worst, start=1)],
        ),
        says=f"The {len(study.worst)} that are farthest apart in the {study.positive}, in "
        f"{study.reference.name}, by the best map of each camera and set that never met them. "
        f"Reflectance, {WAVELENGTH[0]:g} to {WAVELENGTH[-1]:g} nm, from 0 to 1 or a peak beyond. "
        f"Colours, edge to edge: the eye of {STANDARD_EYE}; the camera, by the matrix that is best "
        f"for the surfaces of {LEARNT}; the {study.positive} of what the map makes of the camera's "
        f"picture; the {study.positive} of film that saw the surface. Each beside its own white, "
        "shown on the white of this screen. R, G, B: stops that the map is above film.",
        columns=(
            "rank", "surfaces", "name", "camera", "light", *(f"{layer}, stops" for layer in RGB),
            *(f"{axis} {whose}" for whose in ("eye", "camera", "film from camera", "film")
              for axis in LAB),
            "CIEDE2000", *(f"reflectance at {nm:g} nm" for nm in WAVELENGTH),
        ),
        rows=[
            (
                rank, one.data, one.name, one.camera, one.light, *one.stops, *one.eye_lab,
                *one.camera_lab, *one.mapped_lab, *one.film_lab, one.difference, *one.reflectance,
            )
            for rank, one in enumerate(study.worst, start=1)
        ],
    )  # fmt: skip


def _shown(rank: int, one: Worst) -> tuple[object, ...]:
    surface = one.name if one.data in one.name else f"{one.name}, {one.data}"
    colours = {
        "eye": one.eye_lab,
        "camera": one.camera_lab,
        "film from the camera's picture": one.mapped_lab,
        "film": one.film_lab,
    }
    return (
        str(rank),
        surface,
        one.camera,
        spectra([one.reflectance], f"Reflectance of {surface}"),
        swatches(colours, f"{surface} to {', '.join(colours)}"),
        *(number(float(stops), places=2, signed=True) for stops in one.stops),
        number(one.difference, places=1),
    )
