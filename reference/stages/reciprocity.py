"""Reciprocity: long exposures count for less than their lux seconds."""

from jaxtyping import Array, Float64

ONE_SECOND = 1.0  # the law of reciprocity holds up to here, on every sheet of this family


def reciprocity(
    exposure: Float64[Array, "layer y x"],
    *,
    exponent: Float64[Array, " layer"],
    shutter_s: float,
) -> Float64[Array, "layer y x"]:
    """Effective exposure in lux s; unchanged for shutters up to one second.

        H_eff = H max(t / 1 s, 1)^(exponent - 1)     (Schwarzschild, continuous at 1 s)

    Args:
        exposure: H in lux s.
        exponent: Schwarzschild exponent of each layer.
        shutter_s: Exposure time t in seconds.
    """
    loss = max(shutter_s / ONE_SECOND, 1.0) ** (exponent - 1)
    return exposure * loss[:, None, None]
