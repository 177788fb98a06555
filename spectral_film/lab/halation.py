"""Point source: what light does around a lamp, read from the developed film."""

from dataclasses import replace

import numpy as np

from spectral_film.emulsion.film import CameraFilm
from spectral_film.lab.darkroom import Darkroom, neutral_aim
from spectral_film.lab.densitometer import status_density
from spectral_film.lab.readings import Check, Curve, Measurement
from spectral_film.lab.sensitometry import exposure_by, read_tablet

PITCH_UM, SIZE = 10.0, 301  # 1.5 mm to each side
LAMP = 3.5  # log10 exposure over the grey card, of one sample
# Of all the rest: on the foot of a negative, where little light tells most; a slide is close to its
# D-max there, and tells nothing.
GROUND = {"negative": -1.5, "silver": -1.5, "reversal": -0.6}
STRIP = np.arange(-2.0, 3.01, 0.05)
LAMP_UM = 70.0  # what lies within is the lamp itself
RADII_UM = np.arange(20.0, 1450.0, PITCH_UM)


def point_source(darkroom: Darkroom) -> Measurement:
    """Exposure around a lamp with each backing the film's model knows."""
    film = darkroom.film
    assert isinstance(film, CameraFilm)
    curves, numbers, checks = [], {}, []
    for backing in film.halation:
        profile = _profile(replace(darkroom, backing=backing))
        curves.append(Curve(name=backing, x=RADII_UM, y=np.log10(np.maximum(profile[0], 1e-9))))
        if len(profile) == 3:
            red_over_blue = float(profile[0, _at(300)] / profile[2, _at(300)])
            numbers[f"{backing}: red over blue at 300 um"] = (red_over_blue, "1")
        if film.halation[backing].profile == "ring":
            alone = replace(darkroom, backing=backing, scatter=False, adjacency=False)
            checks += _checks_of_ring(film, backing, _profile(alone)[0])
    return Measurement(
        title="Point source: halation",
        method=f"One sample of {PITCH_UM:g} um, {LAMP - GROUND[film.process]:.1f} in log exposure "
        "over its ground; densities taken back to exposure through large areas, averaged around "
        "the lamp, less the ground. The ring is checked on film that neither scatters nor develops "
        "edges: the lamp's own light may reach as far as the ring.",
        axes=("distance from the lamp, um", "log10 of lux s over the ground, first record"),
        curves=curves,
        checks=checks,
        numbers=numbers,
        notes=("Nothing is published of halation: the strengths are assumed.",),
    )


def _checks_of_ring(film: CameraFilm, backing: str, red: np.ndarray) -> list[Check]:
    """Where the ring lies, and how much of the light falls within it."""
    model = film.halation[backing]
    edge = 2 * model.base_um / np.sqrt(model.base_index**2 - 1)
    about = np.abs(RADII_UM - edge) < edge / 3  # brighter than the ring is the middle of its disc
    ring = RADII_UM[about][red[about].argmax()]
    _, thrown_back = model.thrown_back(0)

    def within(light: np.ndarray) -> float:
        """Light within the ring over that beyond, a sample left out on either side of its edge."""
        light = light * RADII_UM
        away = np.abs(RADII_UM - edge) > 1.5 * PITCH_UM
        beyond = edge < RADII_UM
        inside = ~beyond & (RADII_UM > LAMP_UM)
        return float(light[away & inside].sum() / light[away & beyond].sum())

    read, expected = within(red), within(thrown_back.density(RADII_UM))
    return [
        Check(
            name=f"halation ring, {backing}",
            detail=f"at {ring:.0f} um, total reflection begins at {edge:.0f} um",
            value=float(ring - edge),
            tolerance=1.5 * PITCH_UM,
            unit="um",
            reason="a sample of the scan, and half a ring: the edge rises to its top beyond where "
            "the law of refraction has it begin",
        ),
        Check(
            name=f"light within the ring, {backing}",
            detail=f"{read:.3f} of that beyond it, the film's model says {expected:.3f}",
            value=read / expected - 1,
            tolerance=0.08,
            unit="1",
            reason="densities of the foot, read to .002 of a slope of .1 to .5; and a halo is "
            "redder than the grey steps it is read by, so that other layers hold it back less",
        ),
    ]


def _profile(darkroom: Darkroom) -> np.ndarray:
    """Mean exposure over the ground by distance, lux s, (record, radius)."""
    aim, ground = neutral_aim(darkroom.film), GROUND[darkroom.film.process]
    target = np.full((SIZE, SIZE), ground)
    target[SIZE // 2, SIZE // 2] = LAMP
    density = status_density(darkroom.expose(aim + target, (PITCH_UM, PITCH_UM)))
    large_areas = read_tablet(darkroom, aim[:, 0] + STRIP)
    axis = (np.arange(SIZE) - SIZE // 2) * PITCH_UM
    radius = np.hypot(axis[:, None], axis)
    rings = [np.abs(radius - r) <= PITCH_UM / 2 for r in RADII_UM]
    profile = []
    for record, large_area in enumerate(large_areas):
        back = exposure_by(large_area, aim[0, 0, 0] + STRIP)
        exposure = 10 ** back(density[record])
        profile.append([float(exposure[ring].mean()) for ring in rings])
    return np.array(profile) - 10 ** (aim[0, 0, 0] + ground)


def _at(radius_um: float) -> int:
    return int(np.abs(RADII_UM - radius_um).argmin())
