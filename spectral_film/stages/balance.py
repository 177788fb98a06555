"""Balance: the exposure on which a print shows an 18 % grey as a neutral.

What the eye sees of the grey, flare included, has the chromaticity of the white it has adapted to.
A projected print by itself lets a tenth of the open gate through, visual density 1.00; a paper
sends back 18 % of what it does where it is bare:

    XYZ' = XYZ_white / Y_white (Y + k) / (1 + k),    Y = .1, or .18 Y_paper

Silver has one layer, which finds the luminance; its chromaticity is what it is. Newton's method
finds it in float64 through the print's own curves, dyes and base. The other balance, the
laboratory's aim, stands in the film file.
Reference: reference/stages/balance.py. Source: docs/physics.md, Printing.
"""

import numpy as np

from spectral_film.emulsion.film import PrintStock
from spectral_film.errors import FilmModelError
from spectral_film.light.metering import GREY
from spectral_film.stages.projection import Projector

GREY_DENSITY = 1.0  # visual, without flare: that of the laboratory aim, a neutral too
MOST_STEPS, ENOUGH = 30, 1e-12  # density; five steps do, from the laboratory aim
DIFFERENCE = 1e-4  # log exposure, for slopes right to 1e-8


def neutral_log_exposure(
    print_film: PrintStock, projector: Projector, white: np.ndarray
) -> np.ndarray:
    """Log exposure of each layer of the print, (layer,).

    Args:
        print_film: The print.
        projector: Shows it.
        white: XYZ that the eye has adapted to, (3,).

    Raises:
        FilmModelError: no exposure of this print looks so.
    """
    eye, flare, curve = projector.eye(), projector.flare, print_film.tone_curve
    seen = 10**-GREY_DENSITY
    if print_film.viewing == "reflection":
        seen = GREY * (projector.clear_film()[1] * (1 + flare) - flare)
    aim = white / white[1] * (seen + flare) / (1 + flare)
    silver = print_film.process == "silver"
    log_exposure = print_film.lad.log_exposure
    for _ in range(MOST_STEPS):
        low, dyes, high = (
            np.diag(curve.dye(log_exposure + moved)) for moved in (-DIFFERENCE, 0, DIFFERENCE)
        )
        light = eye.light(dyes)
        missing = np.log10(light / aim)
        if silver:
            missing = missing[1:2]
        if np.abs(missing).max() < ENOUGH:
            return log_exposure
        through = eye.response_through_base * 10 ** -(dyes @ eye.dye_density)
        density_per_dye = through @ eye.dye_density.T / light[:, None]
        density = density_per_dye * (high - low) / (2 * DIFFERENCE)
        if silver:  # all planes are one layer
            density = density.sum(axis=1)[1:2, None]
        try:
            log_exposure = log_exposure + np.linalg.solve(density, missing)
        except np.linalg.LinAlgError:  # off the curve: no exposure changes a layer any more
            break
    raise FilmModelError(
        f"{print_film.label}: no exposure of this print shows an 18 % grey neutral at a luminance "
        f"of {seen:.3f}; print it on its laboratory aim with --balance lad"
    )
