"""Notes: what the user of a render should know, a sentence each."""

import numpy as np

from spectral_film.light.scene import Scene
from spectral_film.light.spectra import WAVELENGTH
from spectral_film.path.order import Steps, films_on
from spectral_film.path.pipeline import Exposed, Pipeline
from spectral_film.path.settings import Settings
from spectral_film.path.survey import Colours, Gamut
from spectral_film.stages.densitometry import CINEON_LAST_CODE
from spectral_film.stages.quadrature import FewerWavelengths
from spectral_film.stages.transmission import Transmission
from spectral_film.stages.undevelopment import Undevelopment

ALL_LOST = 20.0  # stops: a layer that gets less is as good as unexposed
HIGHEST_REFLECTANCE = 2.0  # of matter, glints aside; a tilted white tile comes to some 1.2


def notes_on(pipeline: Pipeline, scene: Scene, steps: Steps, done: Exposed) -> list[str]:
    """All there is to say of a scene, its way through the steps and what came out."""
    settings = pipeline.settings
    return [
        *scene.notes,
        *_on_colours(scene, done.colours),
        *_on_range(pipeline, scene),
        *_on_level(scene),
        *_on_light(settings, scene),
        *_on_filter(pipeline),
        *_on_backing(pipeline),
        *_on_grain(pipeline),
        *_on_shortcuts(settings, steps),
        *_on_gamut(pipeline, done.gamut),
        *_on_codes(settings, done.planes),
        *_on_return(pipeline, scene, steps, done),
    ]


def notes_before(pipeline: Pipeline) -> list[str]:
    """What to say before a picture is begun: why it will take long."""
    job = pipeline.job()
    if pipeline.settings.grain != "on":
        return []
    return [
        f"at this pitch the grain of {film.id} is thrown disc by disc, which takes long; "
        "--grain net is some forty times as quick, its error above what is accepted"
        for film in films_on(job)
        if film.grain is not None and job.grain_method(film) == "boolean"
    ]


def _on_light(settings: Settings, scene: Scene) -> list[str]:
    if scene.kind != "radiance" or settings.illuminant is None:
        return []
    return ["radiance brings its own light; --illuminant was not used"]


def _on_codes(settings: Settings, planes: np.ndarray) -> list[str]:
    if settings.to != "cineon":
        return []
    clipped = np.count_nonzero((planes <= 0) | (planes >= CINEON_LAST_CODE))
    return [f"{clipped} Cineon codes are clipped to 0..{CINEON_LAST_CODE}"][:clipped]


def _on_return(pipeline: Pipeline, scene: Scene, steps: Steps, done: Exposed) -> list[str]:
    """In which light the scene comes back, and what of it does not come back as it was."""
    if done.held is None:
        return []
    taken = "" if scene.kind == "rgb" else ", the colours that expose film as the spectra did"
    notes = [f"the scene comes back as {scene.space.name}{taken}"]
    if done.held.above:
        (back,) = (step.stage for step in steps if isinstance(step.stage, Undevelopment))
        stops = np.log2(back.highest_exposure.min() / pipeline.job().camera.grey_lux_s)
        notes.append(
            f"{done.held.above:.2%} of the pixels have a layer that is held at {stops:.1f} stops "
            "over grey, where its curve is flat"
        )
    if done.held.below:
        notes.append(
            f"{done.held.below:.2%} of the pixels have a layer with less than no dye, and light "
            "below 0 for it, so that black stays black in the mean"
        )
    return notes


def _on_colours(scene: Scene, count: Colours) -> list[str]:
    if scene.kind != "rgb":
        return [f"{count.negative} samples of the spectra are negative light"][: count.negative]
    notes = []
    if count.negative:
        notes.append(f"{count.negative} pixels have a negative component, outside Rec.709")
    if count.outside:
        notes.append(
            f"{count.outside} pixels hold colours outside the spectral locus; they were moved "
            "towards D65 at constant luminance"
        )
    if count.dark:
        notes.append(f"{count.dark} pixels have no luminance above zero and are taken as black")
    return notes


def _on_gamut(pipeline: Pipeline, gamut: Gamut | None) -> list[str]:
    if gamut is None or gamut.outside == 0:
        return []
    settings = pipeline.settings
    if settings.gamut == "compress":
        fate = "rolled in, keeping their hue"
    else:
        fate = "cut" if pipeline.encode else "kept as they are"
    return [
        f"{gamut.outside:.2%} of the pixels are outside {settings.display}, by up to "
        f"{gamut.farthest:.2g} of its white, and are {fate}"
    ]


def _on_range(pipeline: Pipeline, scene: Scene) -> list[str]:
    if scene.wavelength_nm is None:
        return []
    note = pipeline.job().camera.check_range(scene.wavelength_nm)
    return [note] if note else []


def _on_filter(pipeline: Pipeline) -> list[str]:
    """What a filter costs, since nobody has opened the lens for it."""
    job = pipeline.job()
    if pipeline.settings.filter is None:
        return []
    stops = [f"{lost:.1f}" if lost < ALL_LOST else "all" for lost in job.camera.light_lost()]
    layers = "red-, green- and blue-sensitive layers"
    taken = f"{', '.join(stops)} stops from the {layers}"
    if pipeline.negative.layers == 1:
        taken = f"{stops[0]} stops"
    return [f"the filter takes {taken}, which the meter did not see; --exposure gives light back"]


def _on_backing(pipeline: Pipeline) -> list[str]:
    """What an undercoat is taken for, which no sheet has numbers of."""
    film, settings = pipeline.negative, pipeline.settings
    known, backing = film.halation, settings.backing or film.backing
    if backing != "ahu" or not settings.halation or known["ahu"] != known.get("rem-jet"):
        return []
    return [
        "backing ahu throws back what rem-jet does (assumed: nobody publishes either, and under "
        "both the base borders on what absorbs, so that nothing is totally reflected)"
    ]


def _on_grain(pipeline: Pipeline) -> list[str]:
    """Films whose sheets say nothing of the grain asked for."""
    if pipeline.settings.grain == "off":
        return []
    return [
        f"{film.id} has no granularity, so it was rendered without grain"
        for film in films_on(pipeline.job())
        if film.grain is None
    ]


def _on_level(scene: Scene) -> list[str]:
    """Numbers that are no reflectances: more than the odd glint is far above a perfect white."""
    if scene.kind != "reflectance":
        return []
    step = 1 + max(scene.size) // 256  # some of them tell
    high = np.quantile(scene.planes[:, ::step, ::step], 0.9)
    if high <= HIGHEST_REFLECTANCE:
        return []
    return [
        f"a tenth of the reflectances are above {high:.4g}, where a perfect white is 1: if they "
        "are counts or percent, the file lacks its scale; if light, give --spectra radiance"
    ]


def _on_shortcuts(settings: Settings, steps: Steps) -> list[str]:
    if not settings.fast:
        return []
    notes = [
        f"{step.name} summed {short.dye_density.shape[1]} of {len(WAVELENGTH)} wavelengths: "
        f"its light is within {1e-5 * np.ceil(1e5 * short.error):.5f} density"
        for step in steps
        if isinstance(step.stage, Transmission)
        and isinstance(short := step.stage.receivers, FewerWavelengths)
    ]
    return notes or ["--fast has no shortcut on this path; every wavelength was summed"]
