"""The coding-independent code points of ITU-T H.273, by which PNG and JPEG XL name a space."""

from collections.abc import Sequence

from spectral_film.errors import InputError
from spectral_film.files.colour.curves import BT709, SMPTE240, SRGB, Curve, hlg, power, pq
from spectral_film.files.colour_spaces import Conversion, from_chromaticities

D65, C = (0.3127, 0.3290), (0.310, 0.316)
SMPTE_C = (0.630, 0.340, 0.310, 0.595, 0.155, 0.070, *D65)
P3 = (0.680, 0.320, 0.265, 0.690, 0.150, 0.060)
PRIMARIES = {
    1: (0.640, 0.330, 0.300, 0.600, 0.150, 0.060, *D65),
    4: (0.670, 0.330, 0.210, 0.710, 0.140, 0.080, *C),
    5: (0.640, 0.330, 0.290, 0.600, 0.150, 0.060, *D65),
    6: SMPTE_C,
    7: SMPTE_C,
    8: (0.681, 0.319, 0.243, 0.692, 0.145, 0.049, *C),
    9: (0.708, 0.292, 0.170, 0.797, 0.131, 0.046, *D65),
    11: (*P3, 0.314, 0.351),
    12: (*P3, *D65),
    22: (0.630, 0.340, 0.295, 0.605, 0.155, 0.077, *D65),
}
# Of the cameras' curves the inverse, which is the light of the scene.
CURVES: dict[int, tuple[str, Curve | None]] = {
    1: ("BT.709-coded RGB", BT709),
    4: ("RGB of gamma 2.2", power(2.2)),
    5: ("RGB of gamma 2.8", power(2.8)),
    6: ("BT.709-coded RGB", BT709),
    7: ("SMPTE-240-coded RGB", SMPTE240),
    8: ("linear RGB", None),
    13: ("sRGB-coded RGB", SRGB),
    14: ("BT.709-coded RGB", BT709),
    15: ("BT.709-coded RGB", BT709),
    16: ("PQ-coded RGB (203 cd/m2 = 1.0)", pq),
    18: ("HLG-coded RGB (signal 0.75 = 1.0)", hlg),
}
HIGH_RANGE = (16, 18)  # transfers that no ICC curve holds exactly


def coded_space(code_points: Sequence[int], path: object) -> Conversion:
    """The decoder of RGB that code points name: primaries, transfer, matrix, whether full range.

    Raises:
        InputError: they name no RGB of the full range, or one that is not known here.
    """
    primaries, transfer, matrix, full_range = code_points
    codes = f"{path}: its code points ({primaries}, {transfer}, {matrix}, {full_range})"
    try_this = "say what the numbers are with --input-space"
    if matrix != 0 or full_range != 1:
        raise InputError(f"{codes} say that it is no RGB of the full range; {try_this}")
    if primaries not in PRIMARIES or transfer not in CURVES:
        what = "primaries" if primaries not in PRIMARIES else "transfer"
        raise InputError(f"{codes} have {what} that this program does not know; {try_this}")
    name, curve = CURVES[transfer]
    curves = None if curve is None else [curve] * 3
    return from_chromaticities(PRIMARIES[primaries], path, curves=curves, name=name)
