"""Printing: light through the negative exposes the print stock.

    log H_p,c = log10 E_c + offset_c + 0.025 (points_c - 25)
    E_c = sum_w lamp(w) S_c(w) 10^-D_negative(w)

The offset gives the print, at 25-25-25, the exposure that the balance wants of the negative's
18 % grey at stop 0 (`balance.py`), exactly. More points are more light and a darker print. The
print's own scatter works on the linear H_p.
Reference: reference/stages/printing.py.
Source: docs/physics.md, Printing.
"""

from dataclasses import dataclass

import numpy as np

from spectral_film.emulsion.film import CameraFilm, PrintStock
from spectral_film.stages.signals import DYES, PRINT_EXPOSURE
from spectral_film.stages.transmission import Receivers, Transmission, looking_through

LOG_EXPOSURE_PER_POINT = 0.025
NORMAL_POINTS = 25.0


@dataclass(frozen=True, kw_only=True)
class Printer:
    """A printer with a negative and a print stock in it.

    Attributes:
        negative: The camera film.
        print_film: The print stock.
        aim_log_exposure: What the 18 % grey gives each layer of the print at 25, (layer,).
        printer_points: Printer lights for the red-, green- and blue-sensitive layers.
    """

    negative: CameraFilm
    print_film: PrintStock
    aim_log_exposure: np.ndarray
    printer_points: tuple[float, float, float]

    def layers(self) -> Receivers:
        """The layers of the print behind the negative, balanced."""
        lit = self.print_film.spectral_sensitivity * self.print_film.printer_light()
        grey = looking_through(self.negative, lit).light(grey_card_dyes(self.negative))
        points = np.asarray(self.printer_points) - NORMAL_POINTS
        log_exposure = self.aim_log_exposure + LOG_EXPOSURE_PER_POINT * points
        return looking_through(self.negative, lit * (10**log_exposure / grey)[:, None])

    def stage(self) -> Transmission:
        """Exposure of the print's layers, linear, 10^h on its own h axis."""
        return Transmission(receivers=self.layers(), of=DYES, to=PRINT_EXPOSURE)


def grey_card_dyes(negative: CameraFilm) -> np.ndarray:
    """Dyes of an 18 % grey at stop 0 under the film's own balance light, (3,)."""
    dyes: np.ndarray = negative.tone_curve.dye(np.log10([negative.grey_lux_s()]))[:, 0]
    return dyes
