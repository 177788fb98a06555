"""The laboratory on a slide, on silver and on a paper: each is read as its sheet has it.

Their sheets are computed from their tables without the engine (`other_kinds`), so readings miss
them by what float32 and an instrument lose, far less than the tolerances of sheets on paper.
"""

from dataclasses import replace

import numpy as np
import other_kinds
import pytest

from spectral_film.emulsion.film import Provenance
from spectral_film.lab.darkroom import Darkroom
from spectral_film.lab.edges import knife_edge, scan_edge
from spectral_film.lab.halation import point_source
from spectral_film.lab.mtf_bench import modulation_transfer
from spectral_film.lab.projection import grey_scale, laboratory_aim, slide_greys
from spectral_film.lab.readings import records_of
from spectral_film.lab.report import to_html
from spectral_film.lab.sensitometry import characteristic_curves
from spectral_film.lab.session import measure
from spectral_film.lab.spectrophotometry import dye_densities, spectral_sensitivity
from spectral_film.light.spectra import WAVELENGTH

KINDS = ["reversal", "silver_negative", "silver_print", "paper"]
LOST = 1e-4  # density: float32 of exposures and dyes up to 3


def failures(*measurements) -> list[str]:
    return [c.label for made in measurements for c in made.checks if not c.passed]


@pytest.fixture(params=KINDS)
def stock(request):
    return request.getfixturevalue(request.param)


def test_curves_are_those_of_the_sheet_whatever_the_densitometer(device, stock):
    made = characteristic_curves(Darkroom(device=device, film=stock))
    assert [curve.name for curve in made.curves] == list(records_of(stock))
    for curve in made.curves:
        assert curve.residual == pytest.approx(0, abs=LOST)
    assert not failures(made)
    assert stock.densitometry_name in made.title


def test_sensitivities_are_those_of_the_sheet(device, stock):
    made = spectral_sensitivity(Darkroom(device=device, film=stock))
    assert len(made.curves) == stock.layers
    assert not failures(made)


@pytest.mark.parametrize(
    ("kind", "columns"),
    [
        ("reversal", ("R_pct", "G_pct", "B_pct")),
        ("reversal", ("visual_pct",)),
        ("silver_negative", ("V_pct",)),
    ],
)
def test_sines_are_taken_back_through_curves_that_rise_or_fall(device, request, kind, columns):
    """Layers that scatter alike answer as their light is scattered: known in closed form."""
    film = other_kinds.with_mtf(request.getfixturevalue(kind), *columns)
    made = modulation_transfer(Darkroom(device=device, film=film))
    assert len(made.curves) == len(columns)
    for curve in made.curves:
        # The skirt ends after 16 of its lengths, and a target is read every micrometre.
        assert curve.residual == pytest.approx(0, abs=0.004)
    assert not failures(made)


def test_a_slide_has_its_fringes_on_the_side_of_less_light(device, reversal):
    """Where a negative gets darker along the bright side of an edge, a slide gets lighter."""
    film = replace(reversal, halation={}, backing=None, scatter=None)
    density = scan_edge(Darkroom(device=device, film=film))
    left, right = density[:, 20], density[:, -20]
    assert (left > right).all()
    assert (density.max(axis=1) > left + 1e-3).all()
    assert (density.min(axis=1) < right - 1e-3).all()
    assert not failures(knife_edge(Darkroom(device=device, film=film)))


def test_an_aim_is_of_as_many_records_as_a_print_has(device, silver_print, paper):
    for film in (silver_print, paper):
        made = laboratory_aim(Darkroom(device=device, film=film))
        assert len(made.checks) == film.layers
        assert not failures(made)


def test_the_greys_of_a_slide_are_looked_at_in_the_slide(device, reversal):
    made = slide_greys(device, reversal)
    luminance, _ = made.numbers["18 % grey, luminance"]
    # Slide sheets put a metered grey at .184 to .196 of the clear film; this one was set there.
    assert luminance == pytest.approx(0.19, abs=0.01)


def test_silver_prints_on_silver_and_on_paper_and_says_what_is_no_check(
    device, silver_negative, silver_print, paper
):
    for print_film in (silver_print, paper):
        made = grey_scale(device, silver_negative, print_film)
        assert not failures(made)
        assert any("assumed" in note for note in made.notes) != any(
            check.name.startswith("one printer point") for check in made.checks
        )


def test_a_session_of_a_print_of_silver_draws_a_page(device, silver_print):
    """The shortest of sessions, whole."""
    session = measure(device, silver_print)
    assert not session.failures
    page = to_html(session)
    assert "silver print" in page
    assert "silver: no sheet prints it" in page


def test_colours_that_a_sheet_does_not_print_are_not_compared(device, reversal):
    dyes = reversal.published["spectral_dye_density"]
    nm = dyes["wavelength_nm"]
    neutral = np.full(len(nm), np.nan)
    clear = np.full(len(nm), np.nan)
    inside = (nm >= 400) & (nm <= 700)
    made = reversal.dmin_density + 0.5 * reversal.dye_density.sum(axis=0)
    neutral[inside] = np.interp(nm[inside], WAVELENGTH, made)
    clear[inside] = np.interp(nm[inside], WAVELENGTH, reversal.dmin_density)
    chart = {"wavelength_nm": nm, "min_density": clear, "midscale_neutral": neutral}
    film = replace(reversal, published={**reversal.published, "spectral_dye_density": chart})
    read = dye_densities(Darkroom(device=device, film=film))
    assert [curve.name for curve in read.curves] == ["D-min", "midscale neutral"]
    assert not failures(read)


@pytest.mark.parametrize("kind", ["reversal", "silver_negative"])
def test_light_around_a_lamp_is_read_from_film_that_falls_or_is_of_one_layer(device, request, kind):
    film = request.getfixturevalue(kind)
    film = replace(film, halation={"none": film.halation["none"]}, backing="none")
    made = point_source(Darkroom(device=device, film=film))
    assert len(made.checks) == 2
    assert not failures(made)


def test_a_page_says_what_was_given_and_what_supplied(device, silver_print):
    said = {
        "published/characteristic_curves/D_V": ("published", "its chart, by a reader"),
        "dyes/dye_density": ("assumed", "nearly flat"),
    }
    provenance = {
        path: Provenance(unit="1", origin=origin, source=source, uncertainty="")
        for path, (origin, source) in said.items()
    }
    film = replace(silver_print, grade="C", provenance=provenance)
    page = to_html(measure(device, film))
    assert "its chart, by a reader" in page
    assert "nearly flat" in page
    assert "Grade C" in page
