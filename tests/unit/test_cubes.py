"""Spectral cubes: ENVI, the layout of Fichet et al., channels with wavelengths told."""

import hashlib
from pathlib import Path

import colour
import numpy as np
import OpenImageIO
import pytest
from spectral.io import envi

from spectral_film.errors import InputError, UsageError
from spectral_film.files.pictures import read_scene
from spectral_film.files.spectral_exr import is_spectral, named_layout
from spectral_film.files.wavelengths import parse_wavelengths

SAMPLES = Path(colour.__file__).parent / "io" / "tests" / "resources"
WAVELENGTH = np.arange(400, 701, 50.0)


def cube():
    planes = np.random.default_rng(3).uniform(0.1, 0.9, (len(WAVELENGTH), 5, 4))
    return planes.astype(np.float32)


def save_envi(path, planes, interleave="bil", **metadata):
    metadata = {"wavelength": list(WAVELENGTH), "wavelength units": "Nanometers"} | metadata
    metadata = {name: value for name, value in metadata.items() if value is not None}
    pixels = np.ascontiguousarray(planes.transpose(1, 2, 0))
    envi.save_image(str(path), pixels, dtype=planes.dtype, interleave=interleave, ext="img",
                    force=True, metadata=metadata)  # fmt: skip
    return path


def test_provenance_knows_header_and_data_of_a_cube(tmp_path):
    path = save_envi(tmp_path / "a.hdr", np.full((len(WAVELENGTH), 3, 4), 0.18, np.float32))
    content = path.read_bytes() + path.with_suffix(".img").read_bytes()
    assert read_scene(path).source == ("a.hdr", hashlib.sha256(content).hexdigest())


def save_exr(path, channels, **attributes):
    """Channels: name -> (y, x)."""
    planes = np.stack(list(channels.values()), axis=-1).astype(np.float32)
    spec = OpenImageIO.ImageSpec(planes.shape[1], planes.shape[0], len(channels), "float")
    spec.channelnames = tuple(channels)
    for name, value in attributes.items():
        spec[name] = value
    image = OpenImageIO.ImageBuf(spec)
    image.set_pixels(image.roi, planes)
    assert image.write(str(path)), image.geterror()
    return path


# ENVI


@pytest.mark.parametrize("interleave", ["bil", "bip", "bsq"])
def test_envi_of_every_interleave(tmp_path, interleave):
    planes = cube()
    scene = read_scene(save_envi(tmp_path / "a.hdr", planes, interleave))
    np.testing.assert_array_equal(scene.planes, planes)
    np.testing.assert_array_equal(scene.wavelength_nm, WAVELENGTH)
    assert scene.kind == "reflectance"
    assert scene.planes.flags.c_contiguous
    assert any("reflectance" in note for note in scene.notes)


def test_envi_integers_are_divided_by_their_scale_factor(tmp_path):
    counts = np.rint(cube() * 10000).astype(np.uint16)
    path = save_envi(tmp_path / "a.hdr", counts, **{"reflectance scale factor": 10000})
    np.testing.assert_allclose(read_scene(path).planes, counts / 1e4, rtol=2e-7)


def test_envi_gains_and_offsets(tmp_path):
    counts = np.rint(cube() * 100).astype(np.int16)
    gains, offsets = np.linspace(0.5, 2, 7), np.linspace(-3, 3, 7)
    calibration = {"data gain values": list(gains), "data offset values": list(offsets)}
    path = save_envi(tmp_path / "a.hdr", counts, **calibration)
    expected = counts * gains[:, None, None] + offsets[:, None, None]
    np.testing.assert_allclose(read_scene(path).planes, expected, rtol=1e-5, atol=1e-5)


def test_envi_micrometres_in_any_order_come_out_rising(tmp_path):
    planes = cube()
    shuffled = np.random.default_rng(4).permutation(7)
    path = save_envi(tmp_path / "a.hdr", planes[shuffled],
                     **{"wavelength": [f"{w / 1000} " for w in WAVELENGTH[shuffled]],
                        "wavelength units": "Micrometers"})  # fmt: skip
    scene = read_scene(path)
    np.testing.assert_allclose(scene.wavelength_nm, WAVELENGTH)
    np.testing.assert_array_equal(scene.planes, planes)


def test_envi_without_unit_is_judged_by_its_numbers(tmp_path):
    header = {"wavelength": list(WAVELENGTH / 1000), "wavelength units": None}
    path = save_envi(tmp_path / "a.hdr", cube(), **header)
    scene = read_scene(path)
    np.testing.assert_allclose(scene.wavelength_nm, WAVELENGTH)
    assert "micrometers are assumed" in scene.notes[0]


def test_envi_bad_bands_are_left_out(tmp_path):
    planes = cube()
    path = save_envi(tmp_path / "a.hdr", planes, bbl=[1, 1, 0, 1, 1, 1, 0])
    scene = read_scene(path)
    np.testing.assert_array_equal(scene.wavelength_nm, [400, 450, 550, 600, 650])
    np.testing.assert_array_equal(scene.planes, planes[[0, 1, 3, 4, 5]])
    assert "2 bands are marked bad" in scene.notes[0]


@pytest.mark.parametrize("value", [-9999.0, np.nan])
def test_envi_ignore_value_is_black_and_counted(tmp_path, value):
    planes = cube()
    planes[:, 2, 3] = value
    scene = read_scene(save_envi(tmp_path / "a.hdr", planes, **{"data ignore value": value}))
    assert (scene.planes[:, 2, 3] == 0).all()
    np.testing.assert_array_equal(scene.planes[:, 0], planes[:, 0])
    assert any("1 pixels hold" in note for note in scene.notes)


def test_envi_ignore_value_outside_the_type_hits_nothing(tmp_path):
    counts = np.full((7, 2, 2), 65536 - 9999, np.uint16)  # what -9999 would wrap to
    scene = read_scene(save_envi(tmp_path / "a.hdr", counts, **{"data ignore value": -9999}))
    assert (scene.planes == 65536 - 9999).all()


def test_envi_as_radiance_and_with_told_wavelengths(tmp_path):
    path = save_envi(tmp_path / "a.hdr", cube(), wavelength=None)
    with pytest.raises(InputError, match="--wavelengths"):
        read_scene(path)
    scene = read_scene(path, spectra="radiance", wavelengths="400:700:50")
    assert scene.kind == "radiance"
    np.testing.assert_array_equal(scene.wavelength_nm, WAVELENGTH)


def test_envi_with_not_numbers(tmp_path):
    planes = cube()
    planes[3, 4, 1] = np.inf
    path = save_envi(tmp_path / "a.hdr", planes)
    with pytest.raises(InputError, match=r"1 NaN .* x=1, y=4 in channel 550 nm"):
        read_scene(path)
    assert (read_scene(path, nan="zero").planes[:, 4, 1] == 0).all()


def test_envi_data_cut_short(tmp_path):
    path = save_envi(tmp_path / "a.hdr", cube())
    data = tmp_path / "a.img"
    data.write_bytes(data.read_bytes()[:-1])
    with pytest.raises(InputError, match="cut short"):
        read_scene(path)
    data.unlink()
    with pytest.raises(InputError, match="data file is missing"):
        read_scene(path)


@pytest.mark.parametrize(("old", "new", "match"), [
    ("bands = 7", "", "`bands` is missing"),
    ("bands = 7", "bands = seven", "`bands` is 'seven', expected a whole number"),
    ("bands = 7", "bands = 1", "no spectral picture"),
    ("bands = 7", "bands = 6", "should be 6 numbers"),
    ("samples = 4", "samples = 0", "`samples` is '0', expected a whole number of 1"),
    ("data type = 4", "data type = 6", "real numbers"),
    ("data type = 4", "data type = 77", "expected one of 1, 2,"),
    ("interleave = bil", "interleave = bli", "expected bsq, bil or bip"),
    ("byte order = 0", "byte order = 2", "byte order 2"),
    ("header offset = 0", "header offset = -8", "whole number of 0 or more"),
    ("ENVI Standard", "ENVI Classification", "'envi classification' with 7 bands"),
    ("byte order", "major frame offsets = {0, 128}\nbyte order", "major frame offsets"),
    ("Nanometers", "Wavenumber", "not understood"),
    ("450.0", "400.0", "comes twice"),
    ("450.0", "-450.0", "no wavelength between"),
    ("450.0", "many", "should be 7 numbers"),
    ("byte order", "reflectance scale factor = 0\nbyte order", "above 0"),
    ("byte order", "bbl = {0,0,0,0,0,0,1}\nbyte order", "all but 1 bands"),
    ("byte order", "data ignore value = none\nbyte order", "expected a number"),
    ("}", "", "never closed"),
])  # fmt: skip
def test_broken_envi_headers(tmp_path, old, new, match):
    path = save_envi(tmp_path / "a.hdr", cube())
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    with pytest.raises(InputError, match=match) as caught:
        read_scene(path)
    assert "\n" not in str(caught.value)


def test_spectra_take_no_input_space(tmp_path):
    with pytest.raises(UsageError, match="no space or view of RGB"):
        read_scene(save_envi(tmp_path / "a.hdr", cube()), input_space="ACEScg")
    with pytest.raises(UsageError, match="no space or view of RGB"):
        read_scene(SAMPLES / "Ohta1997.exr", input_space="ACEScg")


# Fichet et al.


def test_shipped_reflectance_sample_agrees_with_colour_science():
    path = SAMPLES / "Ohta1997.exr"
    scene = read_scene(path)
    components = colour.read_spectral_image_Fichet2021(str(path))
    wavelength_nm, values = components["T"]
    np.testing.assert_allclose(scene.wavelength_nm, wavelength_nm, rtol=1e-6)
    np.testing.assert_allclose(scene.planes, np.moveaxis(values, -1, 0), rtol=1e-6)
    assert scene.kind == "reflectance"


@pytest.mark.parametrize(("name", "kind", "bands", "note"), [
    ("D65.exr", "radiance", 97, "+15.75 EV"),
    ("Polarised.exr", "radiance", 8, "polarisation"),
    ("BiSpectral.exr", "reflectance", 41, "fluorescence"),
])  # fmt: skip
def test_shipped_samples(name, kind, bands, note):
    scene = read_scene(SAMPLES / name)
    assert (scene.kind, len(scene.planes)) == (kind, bands)
    assert (np.diff(scene.wavelength_nm) > 0).all()
    assert note in " ".join(scene.notes)


def test_shipped_d65_has_the_shape_of_d65():
    scene = read_scene(SAMPLES / "D65.exr")
    d65 = colour.SDS_ILLUMINANTS["D65"][scene.wavelength_nm]
    relative = scene.planes[:, 0, 0] / np.interp(560, scene.wavelength_nm, scene.planes[:, 0, 0])
    np.testing.assert_allclose(relative, d65 / 100, atol=1e-3)  # half floats


def test_wavelengths_sort_as_numbers_and_in_any_unit(tmp_path):
    # The same nanometres four ways: 400 nm, 0.5 um, 1000 nm, and 500 THz = 599.58 nm.
    names = ["S0.400,0nm", "S0.0,5um", "S0.1000nm", "S0.500,0THz"]
    order = [400, 500, 1000, 599.584916]
    scene = read_scene(save_exr(tmp_path / "a.exr", {
        name: np.full((2, 2), nm) for name, nm in zip(names, order, strict=True)
    }))  # fmt: skip
    np.testing.assert_allclose(scene.wavelength_nm, sorted(order), rtol=1e-8)
    np.testing.assert_allclose(scene.planes[:, 0, 0], sorted(order), rtol=1e-6)


def test_mueller_and_old_band_names_are_read(tmp_path):
    mueller = save_exr(tmp_path / "m.exr", {f"M00.{w:g}nm": np.ones((2, 2)) for w in WAVELENGTH})
    assert read_scene(mueller).kind == "reflectance"
    bands = {f"{w - 25:.2f}-{w + 25:.2f}nm": np.full((2, 2), w) for w in WAVELENGTH}
    scene = read_scene(save_exr(tmp_path / "b.exr", bands))
    assert scene.kind == "radiance"
    np.testing.assert_allclose(scene.planes[:, 0, 0], scene.wavelength_nm)


def test_light_goes_before_reflectance_unless_asked(tmp_path):
    channels = {f"S0.{w:g}nm": np.full((2, 2), 5.0) for w in WAVELENGTH}
    channels |= {f"T.{w:g}nm": np.full((2, 2), 0.5) for w in WAVELENGTH}
    channels |= {"A": np.full((2, 2), 0.25), "R": np.zeros((2, 2))}
    path = save_exr(tmp_path / "a.exr", channels)
    light = read_scene(path)
    assert (light.kind, light.planes[0, 0, 0]) == ("radiance", 5)
    assert list(light.passengers) == ["A"]
    assert "emitted light and reflectances" in light.notes[0]
    assert read_scene(path, spectra="reflectance").planes[0, 0, 0] == 0.5


def test_spectra_option_replaces_what_the_names_say(tmp_path):
    path = save_exr(tmp_path / "a.exr", {f"T.{w:g}nm": np.ones((2, 2)) for w in WAVELENGTH})
    scene = read_scene(path, spectra="radiance")
    assert scene.kind == "radiance"
    assert "as asked" in scene.notes[0]


def test_one_wavelength_is_no_spectrum(tmp_path):
    with pytest.raises(InputError, match="two wavelengths or more"):
        read_scene(save_exr(tmp_path / "a.exr", {"S0.550,0nm": np.ones((2, 2))}))


def test_names_of_ordinary_layers_are_not_spectral():
    assert not is_spectral(["R", "S0.R", "T.x", "S0.nm", "M00.5", "crypto00.r", "S0.5nmx"])
    assert is_spectral(["R", "S0.550,000000nm"])


def test_polarisation_alone_is_no_spectrum():
    assert not is_spectral(["S1.550nm", "S2.550nm"])
    layout = named_layout(["S0.500nm", "S1.500nm", "S0.400nm"], None, "a.exr")
    assert layout.light == [2, 0]


# Wavelengths told


def test_told_wavelengths_make_a_cube_of_any_exr(tmp_path):
    channels = {f"w{w:g}": np.full((2, 3), w) for w in (1000, 400, 700)} | {"A": np.ones((2, 3))}
    path = save_exr(tmp_path / "a.exr", channels)
    scene = read_scene(path, wavelengths="400,700,1000", spectra="radiance")
    np.testing.assert_array_equal(scene.planes[:, 0, 0], [400, 700, 1000])  # not as text sorts
    assert list(scene.passengers) == ["A"]
    assert scene.kind == "radiance"
    with pytest.raises(InputError, match=r"3 channels .* 2 wavelengths"):
        read_scene(path, wavelengths="400,700")


def test_named_wavelengths_are_not_told_again():
    with pytest.raises(UsageError, match="leave out --wavelengths"):
        read_scene(SAMPLES / "Ohta1997.exr", wavelengths="400:700:20")


def test_wavelengths_are_written_three_ways(tmp_path):
    file = tmp_path / "w.txt"
    file.write_text("# centres\n400 450\n500, 550 # green\n600\n650\n700\n")
    for text in ("400:700:50", "400,450,500,550,600,650,700", str(file), list(WAVELENGTH)):
        np.testing.assert_array_equal(parse_wavelengths(text), WAVELENGTH)
    np.testing.assert_allclose(parse_wavelengths("360:360.2:0.2"), [360, 360.2])  # as floats: 0.99


@pytest.mark.parametrize("text", ["", "550", "700:400:10", "400:700:0", "400:700:nan", "1,2,3",
                                  "400,400", "400,x", "no-such-file.txt", "400:inf:10",
                                  "0.4,0.5,0.6"])  # fmt: skip
def test_wavelengths_that_are_none(text):
    with pytest.raises(UsageError, match="--wavelengths"):
        parse_wavelengths(text)
