"""The engine on a slide, on silver and on paper, against the reference's way there in float64.

The stages are those of a negative in colour, which the twins hold to their references one by one.
What the kinds change is what they are given: curves that fall, one layer in three planes, density
that a projector multiplies. Even patches, so that nothing spreads.
"""

from dataclasses import replace

import jax.numpy as jnp
import numpy as np
import pytest
from side_by_side import assert_planes_agree

from reference.stages.densitometry import read_density
from reference.stages.printing import balance, print_onto
from reference.stages.projection import project
from reference.stages.tone_curve import tone_curve
from spectral_film.emulsion.frame import Frame
from spectral_film.emulsion.parts import (
    ToneCurve,
)
from spectral_film.light.metering import GREY
from spectral_film.light.scene import Scene
from spectral_film.light.spectra import WAVELENGTH, illuminant, observer, status_response
from spectral_film.path.pipeline import Pipeline, Settings

LIGHT = 10 ** np.linspace(-2.5, 2.0, 10)  # over grey
GREY_PATCH = 5
RTOL = 2e-5  # float32 through exp and log, some ten of them


def double(table) -> jnp.ndarray:
    return jnp.asarray(table, jnp.float64)


def curve(film) -> dict[str, jnp.ndarray]:
    tables = ("density_range", "log_exposure_mid", "log_exposure_spread", "exponent")
    assert isinstance(film.tone_curve, ToneCurve)
    return {name: double(getattr(film.tone_curve, name)) for name in tables}


def looked_at(film, times: float = 1.0) -> dict[str, jnp.ndarray]:
    """What light goes through, as a projector has it that multiplies density."""
    return {
        "dye_density": double(times * film.dye_density),
        "dmin_density": double(times * film.dmin_density),
    }


def rendered(device, to, film, print_film=None, **settings) -> np.ndarray:
    """A row of even greys as the engine has them, (channel, y, x)."""
    planes = np.repeat((GREY * LIGHT).astype(np.float32)[None, None], 2, axis=0)
    scene = Scene(planes=planes, kind="reflectance", wavelength_nm=WAVELENGTH[[0, -1]])
    settings = Settings(film=film, print_film=print_film, to=to, grain="off", **settings)
    frame = Frame(10.0 * len(LIGHT), len(LIGHT))
    return Pipeline(settings=settings, frame=frame)(device, scene).planes


def dyes_of(film) -> jnp.ndarray:
    """Dyes of the row, (layer, y, x): all layers get the light that the meter says."""
    light = double(film.grey_lux_s() * LIGHT)[None, None]
    return tone_curve(jnp.broadcast_to(light, (film.layers, 1, len(LIGHT))), **curve(film))


@pytest.mark.parametrize("kind", ["reversal", "silver_negative"])
def test_a_film_develops_as_its_reference(device, request, kind):
    film = request.getfixturevalue(kind)
    expected = dyes_of(film)
    got = rendered(device, "dyes", film)
    assert_planes_agree(got[: film.layers], expected, rtol=RTOL, atol=2e-6)
    density = read_density(
        expected, response=double(status_response(film.densitometry)), **looked_at(film)
    )
    got = rendered(device, "negative", film)
    # Planes of one layer are equal to the last bit.
    for plane in got if film.layers == 1 else ():
        assert np.array_equal(plane, got[0])
    assert_planes_agree(got[: film.layers], density, rtol=RTOL, atol=2e-6)


def test_a_slide_falls_with_light_and_its_grey_lies_where_slides_have_it(device, reversal):
    dyes = rendered(device, "dyes", reversal)[:, 0]
    assert (np.diff(dyes, axis=1) <= 0).all()
    assert dyes[:, 0] == pytest.approx(reversal.tone_curve.density_range.sum(axis=1), rel=0.05)


def test_a_slide_is_looked_at_itself(device, reversal):
    film = reversal
    screen = {
        "projector_lamp": double(illuminant(film.projector_lamp)),
        "observer": double(observer()),
        "flare": film.viewing_flare / 100,
    }
    expected = project(dyes_of(film), **looked_at(film), **screen)
    assert_planes_agree(rendered(device, "xyz", film), expected, rtol=RTOL)


def test_silver_is_printed_on_silver_and_projected(device, silver_negative, silver_print):
    film, print_film = silver_negative, silver_print
    printer = looked_at(film) | {
        "printer_lamp": double(print_film.printer_light()),
        "spectral_sensitivity": double(print_film.spectral_sensitivity),
    }
    grey = tone_curve(jnp.full((1, 1, 1), film.grey_lux_s()), **curve(film))[:, 0, 0]
    aim = double(print_film.lad.log_exposure)
    exposure = print_onto(
        dyes_of(film),
        offset=balance(grey, log_exposure=aim, **printer),
        printer_points=jnp.full(1, 25.0),
        **printer,
    )
    dyes = tone_curve(exposure, **curve(print_film))
    read = read_density(dyes, response=double(status_response("visual")), **looked_at(print_film))
    got = rendered(device, "print", film, print_film, balance="lad")
    assert_planes_agree(got[:1], read, rtol=RTOL, atol=1e-5)
    seen = project(
        dyes,
        **looked_at(print_film, print_film.callier_factor),
        projector_lamp=double(illuminant(print_film.projector_lamp)),
        observer=double(observer()),
    )
    got = rendered(device, "xyz", film, print_film, balance="lad", flare=0.1)
    assert_planes_agree(got, seen, rtol=1e-4)  # of 1e-5 in densities up to 3, raised to powers


def test_the_exposure_of_silver_is_the_sum_of_its_light(device, silver_negative):
    """Log exposure of one layer is the logarithm of all the light it sees, so filters act."""
    film = silver_negative
    sensitivity = double(film.spectral_sensitivity)
    reflectance = double(np.linspace(0.05, 0.9, len(WAVELENGTH)))
    light = double(illuminant(film.balance))
    scene = Scene(
        planes=np.asarray(reflectance, np.float32)[:, None, None],
        kind="reflectance",
        wavelength_nm=WAVELENGTH,
    )
    settings = Settings(film=film, print_film=None, to="exposure", grain="off")
    got = Pipeline(settings=settings, frame=Frame(10.0, 1))(device, scene).planes
    grey = sensitivity @ (GREY * light)
    expected = film.grey_lux_s() * (sensitivity @ (reflectance * light)) / grey
    assert got[0, 0, 0] == pytest.approx(float(expected[0]), rel=RTOL)


def test_a_paper_shows_its_grey_at_eighteen_percent_of_bare_paper(device, silver_negative, paper):
    """Without flare: in a colour of the eye's white, as balanced."""
    seen = rendered(device, "xyz", silver_negative, paper, flare=0.0)[1, 0]
    bare = 10 ** -read_density(
        jnp.zeros((3, 1, 1)),
        response=double(observer()[1:2] * illuminant("D50") / (observer()[1] @ illuminant("D50"))),
        **looked_at(paper),
    )
    assert seen[GREY_PATCH] == pytest.approx(GREY * float(bare[0, 0, 0]), rel=1e-3)


def test_a_chart_of_one_line_tells_the_level_of_films_of_any_layers(
    device, reversal, silver_negative
):
    """What a fit noted of a chart goes with a film into the three planes that it runs in."""
    noted = {"fit/mtf/level": np.array([1.05])}
    assert replace(reversal, notes=noted).layers == 3
    silver = replace(silver_negative, notes=noted)
    assert rendered(device, "dyes", silver).shape == (3, 1, len(LIGHT))
