"""What `render` promises, checked from outside: files go in, files come out, numbers are read."""

import hashlib
import json
import resource
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import colour
import h5py
import numpy as np
import OpenImageIO
import pytest
from conftest import save_picture

import spectral_film
from spectral_film.device.device import open_device
from spectral_film.emulsion.stocks import shipped_films
from spectral_film.light.scene import Scene

GREY_LUX_S = 12.5 / 250  # where a meter puts an 18 % grey
PANORAMAS = Path("/usr/share/blender/datafiles/studiolights/world")
SPECTRAL_SAMPLES = Path(colour.__file__).parent / "io/tests/resources"


def read(path, number=OpenImageIO.FLOAT):
    """The file's own numbers, (y, x, channel), and its header."""
    wanted = OpenImageIO.ImageSpec()
    wanted["oiio:UnassociatedAlpha"] = 1
    source = OpenImageIO.ImageInput.open(str(path), wanted)
    pixels, spec = source.read_image(number), source.spec()
    source.close()
    return pixels, spec


@pytest.fixture
def render(command, tmp_path):
    """Render to a file, without grain unless asked; its pixels, its header and what was said."""

    def run(source, *options, to="out.exr"):
        bits = ("--bits=32",) if to.endswith(".exr") else ()
        grainless = () if any(o.startswith("--grain") for o in options) else ("--grain=off",)
        done = command("render", source, to, "--overwrite", *bits, *grainless, *options)
        assert done.code == 0, done.stderr
        assert done.stdout == f"{to}\n"
        return *read(tmp_path / to), done.stderr

    return run


@pytest.fixture
def photo(tmp_path, rng):
    """Ten stops of colours with a lamp among them, 40 x 30."""
    pixels = rng.uniform(0.3, 1, (30, 40, 3)) * np.geomspace(0.004, 4, 40)[None, :, None]
    pixels[10:12, 8:10] = 300, 220, 90
    save_picture(tmp_path / "photo.exr", pixels)
    return "photo.exr"


@pytest.fixture
def five(tmp_path):
    """Flat patches from black to far beyond the film, each a picture: name -> 18 % times stops."""
    for stops in (None, -3, 0, 3, 12):
        level = 0 if stops is None else 0.18 * 2.0**stops
        save_picture(tmp_path / f"flat{stops}.exr", np.full((4, 4, 3), level))
    return lambda stops: f"flat{stops}.exr"


def sensitivity():
    with h5py.File(shipped_films()["vision3-250d"]) as file:
        return file["exposure/spectral_sensitivity"][()], file["wavelength"][()]


def at_equal_luminance(sd):
    """A light of colour-science on the film's grid, with the luminance of equal energy 1.0."""
    s, wavelength = sensitivity()
    grid = colour.SpectralShape(360, 780, 5)
    assert np.array_equal(wavelength, grid.wavelengths)
    power = sd.copy().align(grid).values
    ybar = colour.MSDS_CMFS["CIE 1931 2 Degree Standard Observer"].copy().align(grid).values[:, 1]
    return s, wavelength, power * ybar.sum() / (power @ ybar)


# Scale and exposure


def test_grey_lands_where_the_meter_puts_it(render, grey):
    exposure, spec, said = render(grey.name, "--to=exposure")
    np.testing.assert_allclose(exposure, GREY_LUX_S, rtol=1e-5)
    assert spec.get_string_attribute("film:unit") == "lux s"
    assert "mean +0.00 stops" in said


@pytest.mark.parametrize(
    ("options", "stops"),
    [
        (("--ei=500",), -1),
        (("--ei=125", "--exposure=-1"), 0),
        (("--exposure=4",), 4),
        (("--shutter=10",), 0),  # exposure is light, not its effect
        (("--gate=16mm", "--backing=none"), 0),
    ],
)
def test_exposure_scales_exactly(render, grey, options, stops):
    exposure, *_ = render(grey.name, "--to=exposure", *options)
    np.testing.assert_allclose(exposure, GREY_LUX_S * 2.0**stops, rtol=1e-5)


def test_ei_and_exposure_are_one_thing(render, photo):
    at_500, *_ = render(photo, "--ei=500")
    stop_under, *_ = render(photo, "--exposure=-1")
    np.testing.assert_array_equal(at_500, stop_under)


def test_reciprocity_fails_beyond_a_second(render, grey):
    short, *_ = render(grey.name, "--to=negative", "--shutter=1")
    long, *_ = render(grey.name, "--to=negative", "--shutter=100")
    usual, *_ = render(grey.name, "--to=negative")
    np.testing.assert_array_equal(short, usual)
    assert (long < short - 0.02).all()  # p = 0.8..0.9: at 100 s 0.2 to 0.4 log H are lost


@pytest.mark.parametrize("name", ["A", "LED-B3"])
def test_taking_light(render, grey, tmp_path, name):
    """Grey under another light, worked out from the film's table and colour-science's lights."""
    sd = {**colour.SDS_ILLUMINANTS}[name]
    s, wavelength, balance = at_equal_luminance(colour.SDS_ILLUMINANTS["D55"])
    *_, light = at_equal_luminance(sd)
    expected = GREY_LUX_S * (s @ light) / (s @ balance)
    by_name, *_ = render(grey.name, "--to=exposure", f"--illuminant={name}")
    # Tables on other grids are interpolated there and here in ways of their own.
    np.testing.assert_allclose(by_name[0, 0], expected, rtol=5e-3)
    rows = "\n".join(f"{w:g},{p:.9g}" for w, p in zip(wavelength, 7 * light, strict=True))
    (tmp_path / "light.csv").write_text(f"nm,power\n{rows}\n")
    measured, *_ = render(grey.name, "--to=exposure", "--illuminant=light.csv")
    np.testing.assert_allclose(measured[0, 0], expected, rtol=1e-5)


def test_tungsten_is_orange_on_daylight_film(render, grey):
    red, green, blue = render(grey.name, "--to=exposure", "--illuminant=3200K")[0][0, 0]
    assert red > 1.2 * green > 1.2 * 1.2 * blue


# Spectra


BANDS = np.arange(360, 785, 5)


def save_cube(path, planes, prefix):
    names = tuple(f"{prefix}.{nm},000000nm" for nm in BANDS)
    return save_picture(path, np.moveaxis(planes, 0, -1), names)


def test_a_grey_is_a_grey_in_spectra_and_rgb(render, tmp_path):
    flat = np.full((85, 4, 6), 0.18, np.float32)
    save_cube(tmp_path / "t.exr", flat, "T")
    from spectral.io import envi

    envi.save_image(
        str(tmp_path / "cube.hdr"), np.moveaxis(flat, 0, -1), interleave="bil", ext="img",
        metadata={"wavelength": [f"{w / 1000}" for w in BANDS],
                  "wavelength units": "Micrometers"},
    )  # fmt: skip
    save_picture(tmp_path / "w.exr", np.moveaxis(flat, 0, -1), tuple(f"w{b}" for b in BANDS))
    for source, *options in (["t.exr"], ["cube.hdr"], ["w.exr", "--wavelengths=360:780:5"]):
        exposure, *_ = render(source, "--to=exposure", *options)
        np.testing.assert_allclose(exposure, GREY_LUX_S, rtol=1e-5)


def test_scale_of_radiance(render, tmp_path):
    """0.18 of the balance light, at the luminance of an equal-energy 0.18, is the grey card."""
    _, _, light = at_equal_luminance(colour.SDS_ILLUMINANTS["D55"])
    planes = np.broadcast_to(0.18 * light[:, None, None], (85, 4, 6)).astype(np.float32)
    save_cube(tmp_path / "s.exr", planes, "S0")
    exposure, *_ = render("s.exr", "--to=exposure")
    np.testing.assert_allclose(exposure, GREY_LUX_S, rtol=1e-4)  # D55 as tabulated in two places
    no_light, *_ = render("s.exr", "--to=exposure", "--illuminant=A")
    np.testing.assert_array_equal(no_light, exposure)  # it brings its own


@pytest.mark.parametrize("name", ["D65.exr", "Ohta1997.exr", "Polarised.exr", "BiSpectral.exr"])
def test_spectral_pictures_of_others(render, name):
    path = SPECTRAL_SAMPLES / name
    if not path.exists():
        pytest.skip(f"{name} does not come with this colour-science")
    exposure, *_ = render(path, "--to=exposure")
    assert np.isfinite(exposure).all()
    assert exposure.max() > 0


# Taps


@pytest.mark.parametrize("quantity", ["exposure", "dyes", "scene", "negative", "printing-density",
                                      "cineon", "print", "xyz", "display"])  # fmt: skip
@pytest.mark.parametrize("to", ["o.exr", "o.tif", "o.png", "o.dpx"])
def test_every_tap_in_every_format(command, tmp_path, photo, quantity, to):
    done = command("render", photo, to, f"--to={quantity}")
    if quantity in ("exposure", "scene", "xyz") and to != "o.exr":
        assert done.code == 2
        assert "no integer coding" in done.complaints[0]
        return
    assert done.code == 0, done.stderr
    pixels, spec = read(tmp_path / to)
    assert spec.channelnames == ("R", "G", "B")
    assert np.isfinite(pixels).all()
    assert pixels.std() > 0
    if to == "o.exr":
        assert spec.get_string_attribute("film:quantity") == quantity
        assert spec.get_string_attribute("film:unit") != ""


def test_densities_in_integer_files(render, photo):
    for quantity in ("dyes", "negative", "printing-density", "print"):
        density, *_ = render(photo, f"--to={quantity}")
        for to, steps in (("o.png", 65535), ("o.tif", 65535), ("o.dpx", 65535)):
            coded, *_ = render(photo, f"--to={quantity}", to=to)
            np.testing.assert_allclose(coded * 4, np.clip(density, 0, 4), atol=2.01 / steps)


def test_cineon_codes(render, five, tmp_path):
    """CV = 95 + (PD - PD of the unexposed film) / 0.002, from the tap before it."""
    unexposed, *_ = render(five(None), "--to=printing-density")
    np.testing.assert_allclose(render(five(None), "--to=cineon")[0], 95, atol=0.01)
    for stops in (-3, 0, 3):
        density, *_ = render(five(stops), "--to=printing-density")
        expected = 95 + (density - unexposed) / 0.002
        code, *_ = render(five(stops), "--to=cineon")
        np.testing.assert_allclose(code, np.clip(expected, 0, 1023), atol=0.01)
        render(five(stops), "--to=cineon", "--bits=10", to="o.dpx")
        ten_bits, spec = read(tmp_path / "o.dpx", OpenImageIO.UINT16)
        np.testing.assert_array_equal(ten_bits >> 6, np.rint(code))
        assert spec.get_int_attribute("oiio:BitsPerSample") == 10
    # Kodak's LAD grey is 445; ours lies within a stop of it, 90 codes at a gamma of 0.6.
    np.testing.assert_allclose(render(five(0), "--to=cineon")[0], 445, atol=90)


DECODED = {
    "sRGB": colour.models.eotf_sRGB,
    "Rec.709": lambda code: code**2.4,
    "P3-D65": lambda code: code**2.6,
    "P3-DCI": lambda code: code**2.6,
    "Rec.2020": lambda code: code**2.4,
}
SPACES = {"Rec.709": "ITU-R BT.709", "P3-D65": "P3-D65", "Rec.2020": "ITU-R BT.2020",
          "ACEScg": "ACEScg", "ACES2065-1": "ACES2065-1"}  # fmt: skip


@pytest.mark.parametrize("display", DECODED)
def test_float_files_hold_light_and_integer_files_its_code(render, photo, display):
    light, *_ = render(photo, f"--display={display}")
    code, *_ = render(photo, f"--display={display}", to="o.png")
    inside = (light > 0) & (light < 1)
    assert inside.mean() > 0.5
    step = 1 / 65535
    slack = np.abs(DECODED[display](code + step) - DECODED[display](np.maximum(code - step, 0)))
    assert (np.abs(DECODED[display](code) - light) <= slack + 1e-6)[inside].all()


def test_one_picture_on_every_display(render, photo):
    """The same light in other primaries, by colour-science's matrices; each shows what it can."""
    reference, *_ = render(photo, "--gamut=clip")
    for display, name in SPACES.items():
        light, *_ = render(photo, f"--display={display}", "--gamut=clip")
        back = colour.RGB_to_RGB(
            light, colour.RGB_COLOURSPACES[name], colour.RGB_COLOURSPACES["sRGB"],
            chromatic_adaptation_transform="CAT16" if "ACES" in display else None,
        )  # fmt: skip
        # colour-science rounds the standards' matrices to four digits.
        np.testing.assert_allclose(back, reference, atol=5e-4)


def test_declared_white(render, five):
    """The clear print has luminance 1.0; `print` makes it neutral, `lamp` keeps its tint."""
    luminance = colour.RGB_COLOURSPACES["sRGB"].matrix_RGB_to_XYZ[1]
    by_lamp = render(five(12), "--white=lamp")[0][0, 0]
    by_print = render(five(12))[0][0, 0]
    # Twelve stops over grey is not quite clear: the toe of the print holds a hundredth.
    np.testing.assert_allclose(by_print, 1, atol=0.02)
    assert luminance @ by_lamp == pytest.approx(1, abs=0.02)
    assert np.ptp(by_lamp) > 3 * np.ptp(by_print)


def test_the_negative_on_a_light_box(render, five):
    base = render(five(None), "--print=none")[0][0, 0]
    grey = render(five(0), "--print=none")[0][0, 0]
    assert base[0] > base[1] > base[2]  # the orange mask
    assert (grey < base).all()  # dense where there was light
    for declared in ("--white=lamp", "--white=print", "--balance=lad"):  # of prints
        np.testing.assert_array_equal(render(five(0), "--print=none", declared)[0][0, 0], grey)
    xyz = render(five(None), "--print=none", "--to=xyz")[0][0, 0]
    assert 0 < xyz[1] < 1


# Switches


def test_switches_of_spread(render, tmp_path):
    pixels = np.full((33, 33, 3), 0.02)
    pixels[16, 16] = 500
    save_picture(tmp_path / "lamp.exr", pixels)
    off = ("--scatter=off", "--halation=off", "--to=exposure", "--gate=2x2")  # pitch 61 um
    alone, *_ = render("lamp.exr", *off)
    around = np.delete(alone.reshape(-1, 3), 16 * 33 + 16, axis=0)
    np.testing.assert_array_equal(around, np.broadcast_to(alone[0, 0], around.shape))
    np.testing.assert_allclose(alone[16, 16], alone[0, 0] * 500 / 0.02, rtol=1e-5)
    halo, *_ = render("lamp.exr", *off, "--halation=on")
    ring, *_ = render("lamp.exr", *off, "--halation=on", "--backing=none")
    assert (halo[16, 20] > alone[16, 20]).all()
    assert (ring[16, 20] - alone[16, 20] > 5 * (halo[16, 20] - alone[16, 20])).all()
    spread, *_ = render("lamp.exr", *off, "--scatter=on", "--gate=0.5x0.5")
    assert (spread[16, 17] > 1.01 * alone[16, 17]).all()


def test_adjacency_off_leaves_flat_fields_alone(render, grey, photo):
    np.testing.assert_allclose(
        render(grey.name, "--to=negative")[0],
        render(grey.name, "--to=negative", "--adjacency=off")[0],
        atol=1e-5,
    )
    near = ("--gate=1x1", "--to=negative")  # pixels of 25 um; the inhibitor goes half as far
    on, off = (render(photo, *near, f"--adjacency={switch}")[0] for switch in ("on", "off"))
    assert np.abs(on - off).max() > 0.005


def test_printer_points(render, grey):
    """More blue light makes a yellower print; a point is 0.025 log exposure, so the print moves."""
    lad = ("--to=print", "--balance=lad")
    as_is, *_ = render(grey.name, *lad)
    np.testing.assert_allclose(as_is[0, 0], [1.09, 1.06, 1.03], atol=2e-3)
    moved, *_ = render(grey.name, *lad, "--printer-points=25,25,31")
    assert (moved - as_is)[0, 0, 2] > 0.2
    assert abs((moved - as_is)[0, 0, 0]) < 0.1


# Provenance


@pytest.mark.parametrize("to", ["o.exr", "o.tif", "o.png", "o.dpx"])
def test_every_file_says_how_to_make_it_again(command, tmp_path, photo, to):
    command("render", photo, to, "--exposure=0.5", "--to=negative")
    _, spec = read(tmp_path / to)
    if to == "o.exr":
        said = {a.name[5:]: a.value for a in spec.extra_attribs if a.name.startswith("film:")}
    elif to == "o.dpx":
        said = json.loads(bytes(np.asarray(spec.getattribute("dpx:UserData"), np.uint8)))
    else:
        said = json.loads(spec.get_string_attribute("ImageDescription"))
    assert said["engine"] == f"spectral-film {version('spectral-film')}"
    assert said["device"] == open_device().name
    for key, name in (("film", "vision3-250d"), ("print_film", "2383")):
        digest = hashlib.sha256(shipped_films()[name].read_bytes()).hexdigest()
        assert said[key] == f"{name} (sha256 {digest[:12]})"
    assert said["quantity"] == "negative"
    assert said["unit"].startswith("status M density")
    content = (tmp_path / photo).read_bytes()
    expected = {"exposure": 0.5, "ei": 250, "shutter": 0.02, "illuminant": "D55",
                "upsampling": "measured",
                "gate": "super35", "backing": "rem-jet", "halation": True, "scatter": True,
                "adjacency": True, "fast": False, "grain": "on", "grain_size": 1.0,
                "grain_negative": "fast", "frame": 0, "printer_points": (25, 25, 25),
                "white": "print", "balance": "neutral", "flare": 0.1, "display": "sRGB",
                "gamut": "compress", "crop": "none", "input": photo,
                "input_sha256": hashlib.sha256(content).hexdigest(), "input_kind": "rgb",
                "seed": 0}  # fmt: skip
    for name, value in expected.items():
        found = tuple(said[name]) if isinstance(value, tuple) else said[name]
        assert found == (pytest.approx(value) if isinstance(value, float) else value), name
        # A switch is 1 or 0 where a header knows no truth; what is a number is one everywhere.
        kinds = {bool: int, int: (int, float)} if to == "o.exr" else {int: (int, float)}
        assert isinstance(found, kinds.get(type(value), type(value))), name


@pytest.mark.parametrize("to", ["a.png", "a.exr"])
def test_the_same_command_gives_the_same_pixels(render, photo, to):
    first, *_ = render(photo, "--grain=on", to=to)
    second, *_ = render(photo, "--grain=on", to=to)
    np.testing.assert_array_equal(first, second)


# Windows and passengers


def test_pitch_comes_from_the_display_window(command, tmp_path):
    """An overscan of 10 pixels around 40 x 30, anamorphic: the gate is 40 pixels wide."""
    save_picture(tmp_path / "a.exr", np.full((50, 60, 3), 0.18), x=-10, y=-10, full_x=0, full_y=0,
                 full_width=40, full_height=30, PixelAspectRatio=2.0)  # fmt: skip
    assert command("render", "a.exr", "o.exr", "--gate=20x15").code == 0
    _, spec = read(tmp_path / "o.exr")
    window = (spec.x, spec.y, spec.width, spec.height)
    assert window == (-10, -10, 60, 50)
    assert (spec.full_x, spec.full_y, spec.full_width, spec.full_height) == (0, 0, 40, 30)
    assert spec.get_float_attribute("PixelAspectRatio") == 2.0
    assert spec.getattribute("film:pitch_um") == (500, 250)


def test_a_crop_is_a_piece_of_the_whole(render, photo):
    whole, *_ = render(photo)
    piece, spec, _ = render(photo, "--crop=5,7,11,9", to="piece.exr")
    np.testing.assert_array_equal(piece, whole[7:16, 5:16])
    assert (spec.x, spec.y, spec.width, spec.height) == (5, 7, 11, 9)
    assert (spec.full_width, spec.full_height) == (40, 30)
    np.testing.assert_array_equal(spec.getattribute("film:crop"), [5, 7, 11, 9])
    *_, said = render(photo, "--crop=5,7,11,9", to="piece.png")
    assert "no display window" in said


def test_alpha_that_covers_all_changes_nothing(render, tmp_path, rng):
    pixels = rng.uniform(0, 1, (8, 12, 4)).astype(np.float32)
    pixels[..., 3] = 1
    save_picture(tmp_path / "a.exr", pixels, ("R", "G", "B", "A"))
    alone = save_picture(tmp_path / "rgb.exr", pixels[..., :3])
    np.testing.assert_array_equal(render("a.exr")[0][..., :3], render(alone)[0])


def test_alpha_and_other_channels(render, tmp_path, rng):
    pixels = rng.uniform(0, 1, (8, 12, 5)).astype(np.float32)
    save_picture(tmp_path / "a.exr", pixels, ("R", "G", "B", "A", "Z"))
    out, spec, _ = render("a.exr", "--crop=2,3,6,4")
    at = {name: i for i, name in enumerate(spec.channelnames)}
    for name, plane in (("A", pixels[..., 3]), ("Z", pixels[..., 4])):
        np.testing.assert_array_equal(out[..., at[name]], plane[3:7, 2:8])
    out, spec, said = render("a.exr", to="a.png")
    assert ".png cannot take Z" in said
    np.testing.assert_allclose(out[..., 3], pixels[..., 3], atol=1 / 65535)
    *_, said = render("a.exr", to="a.dpx")
    assert ".dpx cannot take A, Z" in said
    again, spec, _ = render("a.png", to="b.png")
    np.testing.assert_array_equal(again[..., 3], out[..., 3])


# Real files


@pytest.mark.parametrize("name", ["night", "sunset"])
def test_panoramas(render, name):
    path = PANORAMAS / f"{name}.exr"
    if not path.exists():
        pytest.skip("blender-data is not installed")
    pixels, _, said = render(path, "--crop=0,0,64,64")
    assert np.isfinite(pixels).all()
    assert "above the published curve" in said


def test_radiance_pictures(render, tmp_path):
    """RGBE keeps 8 bits of the brightest component."""
    save_picture(tmp_path / "a.hdr", np.full((8, 12, 3), 0.18))
    exposure, _, said = render("a.hdr", "--to=exposure")
    np.testing.assert_allclose(exposure, GREY_LUX_S, rtol=1 / 128)
    assert "Linear Rec.709" in said


def test_log_pictures_must_say_what_they_are(command, render, tmp_path):
    save_picture(tmp_path / "a.dpx", np.full((8, 12, 3), 400 / 1023), number="uint16")
    assert "--input-space" in command("render", "a.dpx", "o.exr").complaints[0]
    exposure, _, said = render("a.dpx", "--to=exposure", "--input-space=LogC3")
    # ARRI's own table puts an 18 % grey on code 400 of 1023 at EI 800.
    np.testing.assert_allclose(exposure, GREY_LUX_S, rtol=0.01)
    assert "LogC3" in said


# From Python


def test_arrays_and_scenes_that_cannot_be_are_refused():
    grey = np.full((4, 6, 3), 0.18)
    planes, bands = np.full((31, 4, 6), 0.18, np.float32), np.arange(400, 710, 10.0)
    rgb = planes[:3]
    refusals = [
        lambda: spectral_film.render(grey[..., 0]),
        lambda: spectral_film.render(np.dstack([grey, grey])),
        lambda: spectral_film.render(grey * np.nan),
        lambda: spectral_film.render(grey, crop=(0, 0, 7, 4)),
        lambda: spectral_film.render(grey, crop=(0, 0, 4)),
        lambda: spectral_film.render(grey, crop=(0.5, 0, 4, 4)),
        lambda: Scene(planes=planes, kind="light", wavelength_nm=bands),
        lambda: Scene(planes=planes, kind="rgb", wavelength_nm=bands),
        lambda: Scene(planes=rgb, kind="radiance"),
        lambda: Scene(planes=planes, kind="radiance", wavelength_nm=bands[::-1]),
        lambda: Scene(planes=planes, kind="radiance", wavelength_nm=bands[:-1]),
        lambda: Scene(planes=rgb, display_size=(0, 4)),
        lambda: Scene(planes=rgb, pixel_aspect=0.0),
        lambda: Scene(planes=rgb[:, :0]),
    ]
    for refusal in refusals:
        with pytest.raises(spectral_film.SpectralFilmError) as caught:
            refusal()
        assert isinstance(caught.value, ValueError)
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize("dtype", [np.float16, np.float64, "fortran"])
def test_any_array_of_floats_is_the_same_picture(dtype):
    image = np.ones((4, 6, 3), np.float32)
    given = np.asfortranarray(image) if dtype == "fortran" else image.astype(dtype)
    np.testing.assert_array_equal(
        spectral_film.render(given).planes, spectral_film.render(image).planes
    )


# The command itself


def test_help_is_quick_and_names_every_option_and_unit(command):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, "-c", "from spectral_film.app.main import main; main()", "--help"],
        capture_output=True, check=True,
    )  # fmt: skip
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 0.5  # seconds
    said = command("render", "--help-all").stdout
    options = (
        "film print input-space spectra wavelengths illuminant exposure ei shutter gate crop "
        "backing halation scatter adjacency grain seed printer-points to white display bits nan "
        "device fast overwrite"
    )
    for option in options.split():
        assert f"--{option} " in said
    for unit in ("Stops", "nm", "in s", "mm"):
        assert unit in said


def test_from_any_folder(command, grey, tmp_path, monkeypatch):
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    done = subprocess.run(
        [sys.executable, "-c", "from spectral_film.app.main import main; main()",
         "render", "../grey.exr", "o.png"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert [path.name for path in (tmp_path / "elsewhere").iterdir()] == ["o.png"]
