"""Printing: light through the negative exposes the print stock.

    log H_p,c = log10 E_c + offset_c + 0.025 (points_c - 25)
    E_c = sum_w lamp(w) S_c(w) 10^-D_negative(w)

The offset makes the negative's 18 % grey at stop 0 print on the LAD aim at 25-25-25, exactly.
More points are more light and a darker print. The print's own scatter works on the linear H_p.
Reference: reference/stages/printing.py. Source: PHYSICS g; LAD: Kodak H-1-2383, H-61B.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from spectral_film.device.device import Device
from spectral_film.emulsion.film import Negative, PrintStock, ToneCurve
from spectral_film.stages.transmission import Receivers, looking_through, transmit

LOG_EXPOSURE_PER_POINT = 0.025
NORMAL_POINTS = 25.0


@dataclass(frozen=True, kw_only=True)
class Printing:
    """A printer with a negative and a print stock in it.

    Attributes:
        negative: The camera film.
        print_film: The print stock.
        printer_points: Printer lights for the red-, green- and blue-sensitive layers.
    """

    negative: Negative
    print_film: PrintStock
    printer_points: tuple[float, float, float]

    def __call__(self, device: Device, dyes: np.ndarray) -> np.ndarray:
        """Exposure of the print's layers, linear, 10^h on its own h axis, (layer, y, x)."""
        return transmit(device, dyes, self.receivers)

    @cached_property
    def receivers(self) -> Receivers:
        """The layers of the print behind the negative, balanced."""
        lit = self.print_film.spectral_sensitivity * self.print_film.printer_light()
        grey = looking_through(self.negative, lit).light(grey_card_dyes(self.negative))
        points = np.asarray(self.printer_points) - NORMAL_POINTS
        log_exposure = self.print_film.lad.log_exposure + LOG_EXPOSURE_PER_POINT * points
        return looking_through(self.negative, lit * (10**log_exposure / grey)[:, None])


def grey_card_dyes(negative: Negative) -> np.ndarray:
    """Dyes of an 18 % grey at stop 0 under the film's own balance light, (3,)."""
    return characteristic_dyes(negative.tone_curve, np.full(3, np.log10(negative.grey_lux_s())))


def characteristic_dyes(curve: ToneCurve, log_exposure: np.ndarray) -> np.ndarray:
    """Tone curve of one patch in float64: h (layer,) -> dye amounts (layer,)."""
    steps = 10 ** ((curve.log_exposure_mid - log_exposure[:, None]) / curve.log_exposure_spread)
    return (curve.density_range / (1 + steps) ** curve.exponent).sum(axis=1)
