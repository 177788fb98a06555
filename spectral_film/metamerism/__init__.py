"""Film, cameras and eyes beside each other: what one sees and another does not.

    observers.py     who sees: film, cameras, eyes;  luther.py  how much two have in common
    surfaces.py      what they see, as measured;  lights.py  in which lights, as others rate them
    maps.py          from camera to film, out of fold;  irreducible.py  what the best of them leaves
    pairs.py         metamers, found and constructed;  pair_book.py  how they look to everybody
    mismatch.py      all that one colour may hide;  chart_mismatch.py  for the patches of a chart
    film_in_light.py, under_lights.py, shifts.py   what a light does to film, cameras and eyes
    change_of_light.py  pairs that part in another light;  image.py  where RGB misleads
    printed.py       layers -> the colours of the print
    study.py         all of it, one after the other;  findings.py  in five sentences
    record.py        as JSON;  limits.py  for scripts;  report/  as a page with its tables

Every part is a function of tables that returns tables. From Python: `compare` for a whole study,
`write_report` for its files, the others for a question of one's own.
"""

from typing import TYPE_CHECKING

from spectral_film.lazy import lazily

if TYPE_CHECKING:
    from spectral_film.metamerism.lights import Light, light, rate
    from spectral_film.metamerism.luther import vora
    from spectral_film.metamerism.maps import map_errors
    from spectral_film.metamerism.observers import Observer, camera, eye, film_observer
    from spectral_film.metamerism.pairs import constructed_pair, metamer_pairs
    from spectral_film.metamerism.report.files import write_report
    from spectral_film.metamerism.shifts import channel_shift
    from spectral_film.metamerism.study import Study, compare
    from spectral_film.metamerism.surfaces import Surfaces, surface_set

__all__ = [
    "Light",
    "Observer",
    "Study",
    "Surfaces",
    "camera",
    "channel_shift",
    "compare",
    "constructed_pair",
    "eye",
    "film_observer",
    "light",
    "map_errors",
    "metamer_pairs",
    "rate",
    "surface_set",
    "vora",
    "write_report",
]

_HOME = {
    "Light": "lights",
    "Observer": "observers",
    "Study": "study",
    "Surfaces": "surfaces",
    "camera": "observers",
    "channel_shift": "shifts",
    "compare": "study",
    "constructed_pair": "pairs",
    "eye": "observers",
    "film_observer": "observers",
    "light": "lights",
    "map_errors": "maps",
    "metamer_pairs": "pairs",
    "rate": "lights",
    "surface_set": "surfaces",
    "vora": "luther",
    "write_report": "report.files",
}
__getattr__, __dir__ = lazily(__name__, _HOME)
