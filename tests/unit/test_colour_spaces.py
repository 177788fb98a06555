"""Colour spaces: one colour lands on one linear Rec.709, whatever space it came in."""

import colour
import numpy as np
import pytest

from spectral_film.errors import InputError, UsageError
from spectral_film.files.colour_spaces import (
    REC709_CHROMATICITIES,
    SHORT_NAMES,
    canonical_name,
    from_chromaticities,
    named_space,
)

# Short name -> colour-science's gamut and the function from code value to scene-linear.
INDEPENDENT = {
    "ACES2065-1": ("ACES2065-1", None),
    "ACEScg": ("ACEScg", None),
    "ACEScc": ("ACEScg", colour.models.log_decoding_ACEScc),
    "ACEScct": ("ACEScg", colour.models.log_decoding_ACEScct),
    "sRGB": ("sRGB", colour.models.eotf_sRGB),
    "Rec.709": ("ITU-R BT.709", lambda code: np.asarray(code) ** 2.4),
    "Display-P3": ("Display P3", colour.models.eotf_sRGB),
    "AdobeRGB": ("Adobe RGB (1998)", lambda code: np.asarray(code) ** (563 / 256)),
    "linear-rec709": ("ITU-R BT.709", None),
    "linear-sRGB": ("ITU-R BT.709", None),
    "linear-rec2020": ("ITU-R BT.2020", None),
    "linear-p3": ("P3-D65", None),
    "LogC3": ("ARRI Wide Gamut 3", colour.models.log_decoding_ARRILogC3),
    "LogC4": ("ARRI Wide Gamut 4", colour.models.log_decoding_ARRILogC4),
    "S-Log3": ("S-Gamut3", colour.models.log_decoding_SLog3),
    "S-Log3.Cine": ("S-Gamut3.Cine", colour.models.log_decoding_SLog3),
    "V-Log": ("V-Gamut", colour.models.log_decoding_VLog),
    "Log3G10": ("REDWideGamutRGB", colour.models.log_decoding_Log3G10),
    "DaVinci-Intermediate": (
        "DaVinci Wide Gamut",
        colour.models.oetf_inverse_DaVinciIntermediate,
    ),
    "BMDFilm-Gen5": ("Blackmagic Wide Gamut", colour.models.oetf_inverse_BlackmagicFilmGeneration5),
    "Apple-Log": ("ITU-R BT.2020", colour.models.log_decoding_AppleLogProfile),
    "D-Log": ("DJI D-Gamut", colour.models.log_decoding_DJIDLog),
}
# Cameras whose ACES input transform adapts their white by CAT02.
CAT02 = ("LogC3", "LogC4", "S-Log3", "S-Log3.Cine", "DaVinci-Intermediate", "BMDFilm-Gen5", "D-Log")
# colour-science decodes Canon's logs as IRE or needs their white (D55); their neutral is checked.
NEUTRAL_ONLY = {
    "CLog2": lambda code: colour.models.log_decoding_CanonLog2(code),
    "CLog3": lambda code: colour.models.log_decoding_CanonLog3(code),
}


def decode(name, pixels):
    decoded = np.array(pixels, np.float32).reshape(1, -1, 3)
    named_space(name)(decoded)
    return decoded[0]


def independent(name, pixels):
    gamut, curve = INDEPENDENT[name]
    linear = pixels if curve is None else curve(pixels)
    aces, rec709 = (colour.RGB_COLOURSPACES[key] for key in ("ACES2065-1", "ITU-R BT.709"))
    to_aces = colour.matrix_RGB_to_RGB(
        colour.RGB_COLOURSPACES[gamut], aces, "CAT02" if name in CAT02 else "Bradford"
    )
    matrix = colour.matrix_RGB_to_RGB(aces, rec709, "Bradford") @ to_aces
    return linear @ (matrix / matrix.sum(axis=1, keepdims=True)).T


def test_every_short_name_is_compared_with_an_independent_source():
    assert set(SHORT_NAMES) == set(INDEPENDENT) | set(NEUTRAL_ONLY)


@pytest.mark.parametrize("name", INDEPENDENT)
def test_decoding_agrees_with_colour_science(name):
    # Codes of mid tones and of highlights; saturated enough to show a wrong gamut.
    codes = np.array(
        [[0.4, 0.4, 0.4], [0.5, 0.4, 0.3], [0.3, 0.5, 0.4], [0.35, 0.3, 0.55], [0.6, 0.6, 0.5]]
    )
    expected = independent(name, codes)
    # Makers round the constants of their curves, and colour-science the matrices of some gamuts,
    # to four digits; AdobeRGB's power is 2.2 in the config and 2.19922 in the standard.
    tolerance = 3e-3 if name in ("AdobeRGB",) else 1e-3
    scale = np.abs(expected).max(axis=1, keepdims=True)
    np.testing.assert_allclose(decode(name, codes) / scale, expected / scale, atol=tolerance)


@pytest.mark.parametrize("name", NEUTRAL_ONLY)
def test_neutral_of_canon_logs_agrees_with_colour_science(name):
    codes = np.array([0.3, 0.4, 0.55])
    expected = NEUTRAL_ONLY[name](codes)
    # The config tabulates these curves with 4096 entries.
    np.testing.assert_allclose(decode(name, np.repeat(codes, 3))[:, 1], expected, rtol=2e-3)


@pytest.mark.parametrize("name", SHORT_NAMES)
def test_grey_stays_grey(name):
    codes = np.linspace(0.02, 0.98, 25)
    decoded = decode(name, np.repeat(codes, 3))
    spread = np.ptp(decoded, axis=1) / np.abs(decoded).max(axis=1)
    assert spread.max() < 1e-6  # a few roundings of float32


def test_curves_are_not_approximated():
    codes = np.linspace(0.05, 1, 1000)
    expected = colour.models.eotf_sRGB(codes)
    # Some roundings of float32; OCIO's faster power is off by 2e-5.
    np.testing.assert_allclose(decode("sRGB", np.repeat(codes, 3))[:, 0], expected, rtol=2e-6)


def test_adx_keeps_grey_within_its_rounded_matrix():
    decoded = decode("ADX10", np.repeat(np.linspace(0.15, 0.9, 20), 3))
    assert (np.ptp(decoded, axis=1) / decoded.max(axis=1)).max() < 3e-5


def test_names_aliases_and_case_mean_the_same():
    assert named_space("acescg").name == named_space("lin_ap1").name == "ACEScg"
    assert named_space(" LOGC3 ").name == "ARRI LogC3 (EI800)"
    assert canonical_name("Input - Sony - S-Log3 - S-Gamut3") == "S-Log3 S-Gamut3"


@pytest.mark.parametrize("name", ["", "scene_linear", "Raw", "no such space"])
def test_names_of_no_colour_space_are_refused(name):
    with pytest.raises(UsageError, match="unknown input space"):
        named_space(name)


def test_a_misspelt_name_finds_its_neighbours():
    with pytest.raises(UsageError, match="ACEScg"):
        named_space("ACESgc")


def test_chromaticities_agree_with_the_named_space():
    ap1 = (0.713, 0.293, 0.165, 0.830, 0.128, 0.044, 0.32168, 0.33767)
    pixels = np.random.default_rng(1).uniform(0, 4, (1, 50, 3)).astype(np.float32)
    by_numbers, by_name = pixels.copy(), pixels.copy()
    from_chromaticities(ap1, "a.exr")(by_numbers)
    named_space("ACEScg")(by_name)
    np.testing.assert_allclose(by_numbers, by_name, atol=4e-6)  # float32 at 4


def test_chromaticities_of_rec709_change_nothing():
    pixels = np.random.default_rng(2).uniform(-1, 1, (1, 50, 3)).astype(np.float32)
    decoded = pixels.copy()
    from_chromaticities(REC709_CHROMATICITIES, "a.exr")(decoded)
    np.testing.assert_allclose(decoded, pixels, atol=1e-6)


@pytest.mark.parametrize("eight", [(0,) * 8, (0.3, 0.3) * 4, (np.nan,) * 8])
def test_chromaticities_without_area_are_refused(eight):
    with pytest.raises(InputError, match="no set of primaries"):
        from_chromaticities(eight, "a.exr")
