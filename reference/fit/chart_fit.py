"""A film moved, as little as its datasheet allows, to show the colours of a measured chart.

A datasheet says how much dye the layers make of a grey, and leaves open how they hold each other
back in a colour, and what its readings are off by. A chart tells. What is free is a short list,
each number with a prior that stands for the sheet; the printer stays balanced on the film's own
grey card throughout, and even greys keep their curve but for its shift and contrast.
"""

from dataclasses import dataclass, replace
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float64

from reference.fit.chart import Chart, open_gate
from reference.fit.curves import CURVE
from reference.fit.granularity import fit_granularity
from reference.fit.model import FilmModel
from reference.fit.priors import Parameter, Values
from reference.fit.sheet import Sheet
from reference.fit.solve import LAYERS, Number, Solution, keep, solve
from reference.stages.adjacency import adjacency
from reference.stages.common import characteristic_curve
from reference.stages.exposure import expose_spectra
from reference.stages.printing import balance, print_onto
from reference.stages.projection import project
from reference.stages.tone_curve import tone_curve
from spectral_film.emulsion.film import PrintStock
from spectral_film.errors import InputError
from spectral_film.light.difference import ciede2000, cielab
from spectral_film.light.spectra import WAVELENGTH, equal_luminance, illuminant, observer

Lab = Float64[Array, "3 patch"]

GREY = 0.18  # reflectance that normal exposure is metered on
# The sensitivity of a layer is moved by three bumps about its middle: so broad, and so near, that
# alike they raise it evenly.
BUMPS_NM = {"short": -40.0, "middle": 0.0, "long": 40.0}
BUMP_SIGMA_NM = 30.0
# What holds back a layer in a colour: the others, (layer, from layer).
COUPLED = {
    (i, j): f"coupling_{layer}_from_{other}"
    for i, layer in enumerate(LAYERS)
    for j, other in enumerate(LAYERS)
    if i != j
}


@dataclass(frozen=True, kw_only=True)
class ChartFit:
    """What a chart made of a film.

    Attributes:
        model: The film with its curves, coupling and spectral sensitivity moved.
        solution: Every number that was free: its prior, value, standard deviation, and the share
            of it that the prior holds; and how it was found.
        patches: Their names.
        before, after: CIEDE2000 of each patch, (patch,).
    """

    model: FilmModel
    solution: Solution
    patches: tuple[str, ...]
    before: np.ndarray
    after: np.ndarray

    def most_moved(self) -> list[Number]:
        """The numbers that the chart moved by more than twice what it leaves them uncertain by."""
        return [n for n in self.solution.numbers() if abs(n.value - n.start) > 2 * n.sd]


class Emulsion(NamedTuple):
    """What a chart may move of a negative.

    Attributes:
        curve: Keywords of `characteristic_curve`.
        coupling: Of the layers, (layer, layer).
        spectral_sensitivity: (layer, wavelength).
    """

    curve: Values
    coupling: Float64[Array, "layer layer"]
    spectral_sensitivity: Float64[Array, "layer wavelength"]


def must_be_photographed_on(sheet: Sheet, chart: Chart) -> None:
    """Refuse, before any work is done, a chart for a film that takes no photographs.

    Raises:
        InputError: the film is a print.
    """
    if sheet.kind != "negative":  # of colour: on silver there is none to fit
        is_print = sheet.kind in ("print", "silver print")
        instead = "name it under print, and fit the negative" if is_print else "leave out --chart"
        raise InputError(
            f"{chart.path}: a chart is photographed on a negative of colour and printed, and "
            f"{sheet.id} is a {sheet.kind} film; {instead}"
        )


def fit_chart(model: FilmModel, chart: Chart) -> ChartFit:
    """Fit a negative to a chart, with its datasheet as prior.

    Raises:
        InputError: the film is a print, or none near its sheet shows these colours.
    """
    must_be_photographed_on(model.sheet, chart)
    parameters = free_numbers(model)
    measured, uncertainty = jnp.asarray(chart.lab), jnp.asarray(chart.uncertainty)

    @jax.jit
    def apart(measured: Lab, values: Values) -> Lab:
        return ciede2000(measured, on_screen(model, moved(model, values), chart))

    def residuals(measured: Lab, uncertainty: Array, values: Values) -> Float64[Array, " residual"]:
        return (apart(measured, values) / uncertainty).ravel()

    def difference(values: Values) -> np.ndarray:
        return np.linalg.norm(apart(measured, values), axis=0)

    # What was measured is data: the same program fits any chart of these patches.
    solution = solve(parameters, jax.tree_util.Partial(residuals, measured, uncertainty))
    if solution is None:
        raise InputError(
            f"{chart.path}: no film near the sheet of {model.sheet.id} shows these colours; check "
            "light, exposure and printer_points, and that patches are not exchanged"
        )
    found: Values = {name: jnp.asarray(value) for name, value in solution.values.items()}
    emulsion = moved(model, found)
    curves = replace(
        model.curves,
        density_range=keep(emulsion.curve["density_range"]),
        log_exposure_mid=keep(emulsion.curve["log_exposure_mid"]),
    )
    coupled = model.adjacency and replace(model.adjacency, coupling=keep(emulsion.coupling))
    return ChartFit(
        model=replace(
            model,
            curves=curves,
            adjacency=coupled,
            grain=fit_granularity(model.sheet, curves),
            spectral_sensitivity=keep(emulsion.spectral_sensitivity),
            chart=solution,
        ),
        solution=solution,
        patches=chart.patches,
        before=difference({n: jnp.asarray(p.start) for n, p in parameters.items()}),
        after=difference(found),
    )


def free_numbers(model: FilmModel) -> dict[str, Parameter]:
    """What a chart may move, and how far the sheet lets it; a film as fitted is the start.

    How a layer holds itself back is not among them: over an even patch it cancels. It makes up for
    what the others do, so that the edges of a neutral stay as the sheet's MTF has them. A film
    without adjacency has no coupling to move.
    """
    free = {
        "log_exposure_mid_shift": Parameter(
            unit="log10(lux s)",
            start=np.zeros(3),
            sd=0.02,
            why="reading of the sheet's exposure axis",
        ),
        "density_range_factor": Parameter(
            unit="1",
            start=np.ones(3),
            sd=0.01,
            lowest=0,
            why="reading of the sheet's density axis",
        ),
    }
    if model.adjacency:
        for (layer, other), name in COUPLED.items():
            free[name] = Parameter(
                unit="log10(lux s) per dye amount",
                start=model.adjacency.coupling[layer, other],
                sd=0.5,
                lowest=0,
                why="patents give ranges, within a factor of 1.6",
            )
    for bump in BUMPS_NM:
        free[f"log_sensitivity_{bump}"] = Parameter(
            unit="log10",
            start=np.zeros(3),
            sd=0.02,
            why=f"reading of the sheet, over {BUMP_SIGMA_NM:g} nm",
        )
    return free


def moved(model: FilmModel, values: Values) -> Emulsion:
    """The film at these values of its free numbers."""
    curve = model.curves.curve()
    curve["log_exposure_mid"] += values["log_exposure_mid_shift"][:, None]
    curve["density_range"] *= values["density_range_factor"][:, None]
    coupling = jnp.zeros((3, 3))
    if model.adjacency:
        for place, name in COUPLED.items():
            coupling = coupling.at[place].set(values[name])
        gain = jnp.asarray(model.adjacency.coupling) @ _slope_at_grey(model, model.curves.curve())
        slope = _slope_at_grey(model, curve)
        own = jnp.maximum(gain - coupling @ slope, 0.0) / slope
        coupling += jnp.diag(own)
    sensitivity = jnp.asarray(model.spectral_sensitivity)
    middle = sensitivity @ WAVELENGTH / sensitivity.sum(axis=1)
    for bump, off in BUMPS_NM.items():
        away = (WAVELENGTH - middle[:, None] - off) / BUMP_SIGMA_NM
        raised = values[f"log_sensitivity_{bump}"][:, None] * jnp.exp(-(away**2) / 2)
        sensitivity = sensitivity * 10**raised
    return Emulsion(curve=curve, coupling=coupling, spectral_sensitivity=sensitivity)


def _slope_at_grey(model: FilmModel, curve: Values) -> Float64[Array, " layer"]:
    """Dye per log10 exposure of the grey card."""

    def dye(log_exposure: Float64[Array, "layer 1 1"]) -> Float64[Array, "layer 1 1"]:
        return characteristic_curve(log_exposure, **curve)

    grey = jnp.asarray(model.mid_log_exposure)[:, None, None]
    return jax.jvp(dye, (grey,), (jnp.ones_like(grey),))[1][:, 0, 0]


def on_screen(model: FilmModel, emulsion: Emulsion, chart: Chart) -> Lab:
    """The chart photographed, printed and projected: L*, a*, b*, the open gate as white."""
    sheet, stock = model.sheet, chart.print_film
    grey = sheet.grey_card_log_exposure()
    taking, made_for = (
        jnp.asarray(equal_luminance(illuminant(light)))
        for light in (chart.light or sheet.balance, sheet.balance)
    )
    sensitivity = emulsion.spectral_sensitivity
    metered = 10**grey * 2**chart.exposure / (GREY * (sensitivity @ made_for))
    exposure = expose_spectra(
        jnp.asarray(chart.reflectance)[:, None, :],
        exposure_weight=sensitivity * taking * metered[:, None],
    )
    inhibited = adjacency(
        exposure,
        coupling=emulsion.coupling,
        length_um=jnp.zeros(()),
        reach_um=0.0,
        detail_um=1.0,
        pitch_um=(1.0, 1.0),
        **emulsion.curve,
    )
    dyes = tone_curve(inhibited, **emulsion.curve)
    grey_card = tone_curve(jnp.full((3, 1, 1), 10**grey), **emulsion.curve)[:, 0, 0]

    printer = {
        "dye_density": jnp.asarray(model.curves.dye_density),
        "dmin_density": jnp.asarray(model.curves.dmin_density),
        "printer_lamp": jnp.asarray(stock.printer_light()),
        "spectral_sensitivity": jnp.asarray(stock.spectral_sensitivity),
    }
    offset = balance(grey_card, log_exposure=jnp.asarray(stock.lad.log_exposure), **printer)
    points = jnp.asarray(chart.printer_points)
    printed = print_onto(dyes, offset=offset, printer_points=points, **printer)
    xyz = project(
        tone_curve(printed, **_curve(stock)),
        dye_density=jnp.asarray(stock.dye_density),
        dmin_density=jnp.asarray(stock.dmin_density),
        projector_lamp=jnp.asarray(illuminant(stock.projector_lamp)),
        observer=jnp.asarray(observer()),
    )
    return cielab(xyz[:, 0], jnp.asarray(open_gate(stock)))


def _curve(stock: PrintStock) -> Values:
    return {name: jnp.asarray(getattr(stock.tone_curve, name)) for name in CURVE}
