"""Numbers and units as a printer sets them."""

import math
from decimal import Decimal

MINUS, TIMES, THIN = "\u2212", "\u00d7", "\u202f"  # the last is a thin space that breaks no line
RAISED = str.maketrans(
    "-0123456789", "\u207b\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079"
)


def number(
    value: float, *, digits: int = 4, places: int | None = None, signed: bool = False
) -> str:
    """A number as it is read.

    Args:
        value: What is not finite is an en dash.
        digits: That are significant, at most.
        places: After the point, all of them written; overrules `digits`.
        signed: A plus before what is above zero.
    """
    if not math.isfinite(value):
        return "\u2013"
    if places is None:
        mantissa, power = f"{value:.{digits - 1}e}".split("e")
        if value and not -4 <= int(power) < 6:
            return f"{number(float(mantissa), digits=digits, signed=signed)}{_power(int(power))}"
        text = f"{value:.{max(digits - 1 - int(power), 0)}f}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
    else:
        text = f"{value:.{places}f}"
    amount = text.removeprefix("-")
    if not amount.strip("0."):  # no zero has a sign
        return amount
    return f"{MINUS if text != amount else '+' * signed}{amount}"


def quantity(
    value: float,
    unit: str,
    *,
    digits: int = 4,
    places: int | None = None,
    signed: bool = False,
) -> str:
    """A number and its unit, which stay together; arguments as in `number`."""
    return f"{number(value, digits=digits, places=places, signed=signed)}{THIN}{unit}"


def reading(value: float, tolerance: float) -> str:
    """A reading with one place more than the tolerance it is held to."""
    exponent = Decimal(f"{tolerance:.6g}").normalize().as_tuple().exponent
    assert isinstance(exponent, int)
    return number(value, places=max(0, -exponent) + 1)


def _power(exponent: int) -> str:
    return f"{THIN}{TIMES}{THIN}10{raised(exponent)}"


def raised(exponent: int) -> str:
    """An exponent, as small figures that stand high."""
    return str(exponent).translate(RAISED)
