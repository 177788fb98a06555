"""Projection: dyes of the print under the lamp -> XYZ on the screen."""

from jaxtyping import Array, Float64

from reference.stages.transmission import transmitted

FLARE = 0.001  # of the open gate; theatres have 0.0005 to 0.002 (assumed)


def project(
    dyes: Float64[Array, "dye y x"],
    *,
    dye_density: Float64[Array, "dye wavelength"],
    dmin_density: Float64[Array, " wavelength"],
    projector_lamp: Float64[Array, " wavelength"],
    observer: Float64[Array, "xyz wavelength"],
    flare: float | Float64[Array, ""] = FLARE,
) -> Float64[Array, "xyz y x"]:
    """CIE 1931 XYZ of the screen, Y = 1 for the open gate.

        XYZ' = (XYZ + k XYZ_open) / (1 + k)
        XYZ = sum_w lamp(w) T(w) cmf(w) / sum_w lamp(w) ybar(w)

    Args:
        dyes: Dye amounts of the print.
        dye_density, dmin_density: Of the print.
        projector_lamp: Spectral power, any unit.
        observer: Colour matching functions xbar, ybar, zbar.
        flare: k, stray light of the theatre over open gate.
    """
    seen = projector_lamp[None] * observer
    seen = seen / seen[1].sum()
    screen = transmitted(dyes, dye_density=dye_density, dmin_density=dmin_density, response=seen)
    return (screen + flare * seen.sum(axis=1)[:, None, None]) / (1 + flare)
