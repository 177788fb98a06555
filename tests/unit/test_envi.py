"""ENVI as instruments and programs write it: one picture, however its header puts it.

The cube is a staircase, so that a value tells its band; what a header makes of it is worked out
here.
"""

import gzip
from pathlib import Path

import numpy as np
import pytest

from spectral_film.errors import InputError
from spectral_film.files.envi import in_reach
from spectral_film.files.pictures import read_scene
from spectral_film.light.spectra import WAVELENGTH, resampling

LINES, SAMPLES = 3, 5
VISIBLE = np.arange(400, 701, 50.0)
HOLDS = np.arange(1, 8) / 10  # what the visible bands hold, 0.1 ... 0.7
AXES = {"bsq": (0, 1, 2), "bil": (1, 0, 2), "bip": (1, 2, 0)}
CODE = {"u1": 1, "i2": 2, "i4": 3, "f4": 4, "f8": 5, "u2": 12, "u4": 13, "i8": 14, "u8": 15}


def staircase(values=HOLDS, dtype="f4"):
    """Planes (band, y, x), each of one value."""
    return np.broadcast_to(
        np.asarray(values, dtype)[:, None, None], (len(values), LINES, SAMPLES)
    ).copy()


def header_of(planes, nm, interleave="bsq", **fields):
    fields = {
        "samples": planes.shape[2], "lines": planes.shape[1], "bands": len(planes),
        "header offset": 0, "file type": "ENVI Standard",
        "data type": CODE[planes.dtype.str[1:]], "interleave": interleave, "byte order": 0,
        "wavelength units": "Nanometers", "wavelength": listed(f"{w:g}" for w in nm),
    } | fields  # fmt: skip
    said = [f"{key} = {value}" for key, value in fields.items() if value is not None]
    return "\n".join(["ENVI", *said, ""])


def listed(numbers):
    return f"{{{', '.join(map(str, numbers))}}}"


def save(folder: Path, planes, nm=VISIBLE, *, name="a.img", **fields) -> Path:
    interleave = fields.get("interleave", "bsq")
    (folder / name).write_bytes(planes.transpose(AXES[interleave.lower()[:3]]).tobytes())
    path = folder / "a.hdr"
    path.write_text(header_of(planes, nm, **fields))
    return path


def told(scene, *words):
    return any(all(word in note for word in words) for note in scene.notes)


# Bands that film cannot see


def full_range():
    """Visible bands, and what lies beyond on both sides, some of it water vapour."""
    nm = np.array([300, 340, *VISIBLE, 800, 900, 1350, 1400, 2500])
    return nm, staircase([9, 0.1, *HOLDS, 0.7, 0.7, -9999, -9999, 9])


@pytest.mark.parametrize("ignored", [-9999, "nan"])
def test_bands_that_film_cannot_see_do_not_decide(tmp_path, ignored):
    nm, planes = full_range()
    planes[planes == -9999] = float(ignored)
    scene = read_scene(save(tmp_path, planes, nm, **{"data ignore value": ignored}))
    np.testing.assert_array_equal(scene.wavelength_nm, [340, *VISIBLE, 800])
    np.testing.assert_array_equal(scene.planes[:, 0, 0], np.float32([0.1, *HOLDS, 0.7]))
    assert not told(scene, "ignore value")


def test_nor_do_not_numbers_gains_or_doubles_out_there(tmp_path):
    nm, planes = full_range()
    planes[-2:] = np.nan
    nm[-1] = nm[-2]  # two detectors that overlap
    gains = np.where(nm > 1000, np.nan, 2)
    fields = {"data reflectance gain values": listed(gains)}
    scene = read_scene(save(tmp_path, planes, nm, **fields))
    np.testing.assert_array_equal(scene.planes[1:-1, 0, 0], np.float32(2 * HOLDS))


@pytest.mark.parametrize("value", [-9999, np.nan, np.inf])
def test_a_neighbour_out_of_sight_without_data_is_held(tmp_path, value):
    nm, planes = full_range()
    planes[1, 0, 0] = planes[9, 0, 0] = value  # 340 and 800 nm
    scene = read_scene(save(tmp_path, planes, nm, **{"data ignore value": -9999}))
    spectrum = resampling(scene.wavelength_nm) @ scene.planes[:, 0, 0]
    # As of a cube that begins at 400 nm and ends at 700: straight lines, and the ends held.
    np.testing.assert_allclose(spectrum, np.interp(WAVELENGTH, VISIBLE, HOLDS), atol=1e-6)


def test_a_pixel_without_data_in_any_band_in_sight_is_black(tmp_path):
    nm, planes = full_range()
    planes[4, 1, 2] = -9999  # 500 nm
    scene = read_scene(save(tmp_path, planes, nm, **{"data ignore value": "-9999.0"}))
    assert (scene.planes[:, 1, 2] == 0).all()
    assert (scene.planes[1:, 1, 3] > 0).all()
    assert told(scene, "1 pixels", "-9999")


def test_the_ignore_value_is_meant_before_gains(tmp_path):
    planes = staircase(range(1, 8), "i2")
    planes[:, 0, 0] = 0  # not -32768, though the gain makes it that
    planes[:, 0, 1] = -32768
    fields = {"data ignore value": -32768, "data reflectance gain values": listed([0.1] * 7),
              "data reflectance offset values": listed([-32768] * 7)}  # fmt: skip
    scene = read_scene(save(tmp_path, planes, **fields))
    np.testing.assert_allclose(scene.planes[0, 0, :3], [-32768, 0, -32767.9], atol=0.01)
    assert told(scene, "1 pixels")


def test_a_band_in_sight_without_any_data_is_left_out(tmp_path):
    planes = staircase()
    planes[2] = -9999  # 500 nm, as where oxygen is masked
    scene = read_scene(save(tmp_path, planes, **{"data ignore value": -9999}))
    np.testing.assert_array_equal(scene.wavelength_nm, np.delete(VISIBLE, 2))
    assert (scene.planes > 0).all()
    assert told(scene, "1 bands hold nothing but")


def test_a_picture_without_any_data_is_black(tmp_path):
    planes = staircase()
    planes[:] = -9999
    scene = read_scene(save(tmp_path, planes, **{"data ignore value": -9999}))
    assert (scene.planes == 0).all()
    assert told(scene, f"{LINES * SAMPLES} pixels")


def test_a_value_no_number_of_the_file_can_be_hits_nothing(tmp_path):
    for value in ("-1e308", "-9999", "0.35"):
        planes = staircase(range(1, 8), "u2")
        scene = read_scene(save(tmp_path, planes, **{"data ignore value": value}))
        assert (scene.planes > 0).all()


def test_what_is_read_is_all_that_the_grid_is_made_from(rng):
    """Columns beyond the slice are 0 in the matrix, and the slice alone makes the same matrix."""
    for _ in range(50):
        nm = np.cumsum(rng.uniform(5, 60, 40)) + rng.uniform(200, 500)
        part = in_reach(nm)
        whole = resampling(nm)
        outside = np.delete(whole, np.arange(40)[part], axis=1)
        assert not outside.any()
        np.testing.assert_allclose(whole[:, part], resampling(nm[part]), atol=1e-12)


def test_a_huge_cube_is_read_where_film_sees(tmp_path):
    # 640 MB, most beyond sight, in a file with holes.
    nm = np.concatenate([VISIBLE, 1000 + np.arange(4000.0)])
    (tmp_path / "a.img").touch()
    with (tmp_path / "a.img").open("r+b") as data:
        data.truncate(4007 * 200 * 200 * 4)
    text = header_of(np.empty((1, 200, 200), "f4"), nm, bands=4007)
    (tmp_path / "a.hdr").write_text(text)
    assert read_scene(tmp_path / "a.hdr").planes.shape == (8, 200, 200)


# Bad bands


def test_bad_bands_go_before_their_wavelengths_are_judged(tmp_path):
    nm = [0, 400, 0, 450, 500, 500, 550, 600, 650, 700]
    bbl = listed([0, 1, 0, 1, 1, 0, 1, "1.0", 1, 1])
    planes = staircase([9, 0.1, 9, 0.2, 0.3, 9, 0.4, 0.5, 0.6, 0.7])
    scene = read_scene(save(tmp_path, planes, nm, bbl=bbl))
    np.testing.assert_array_equal(scene.wavelength_nm, VISIBLE)
    np.testing.assert_array_equal(scene.planes[:, 0, 0], np.float32(HOLDS))
    text = (tmp_path / "a.hdr").read_text().replace("{0, 400, 0,", "{no, 400, -1,")
    (tmp_path / "a.hdr").write_text(text)
    np.testing.assert_array_equal(read_scene(tmp_path / "a.hdr").wavelength_nm, VISIBLE)


def test_bands_at_0_nm_were_not_active(tmp_path):
    scene = read_scene(save(tmp_path, staircase([9, 9, *HOLDS]), [0, 0, *VISIBLE]))
    np.testing.assert_array_equal(scene.wavelength_nm, VISIBLE)
    assert told(scene, "2 bands have the wavelength 0")


def test_bands_out_of_order_are_sorted_with_their_gains(tmp_path, rng):
    order = rng.permutation(7)
    bbl = np.where(VISIBLE == 550, 0, 1)
    fields = {
        "data reflectance gain values": listed((10 * HOLDS)[order]),
        "bbl": listed(bbl[order]),
    }
    scene = read_scene(save(tmp_path, staircase(HOLDS)[order], VISIBLE[order], **fields))
    np.testing.assert_allclose(scene.planes[:, 0, 0], np.delete(10 * HOLDS**2, 3), rtol=1e-6)


# Gains

RADIANCE = {"data gain values": listed([0.05] * 7), "data offset values": listed([1] * 7)}
REFLECTANCE = {"data reflectance gain values": listed([0.0002] * 7),
               "data reflectance offset values": listed([-0.01] * 7)}  # fmt: skip
FACTOR = {"reflectance scale factor": 5000}


@pytest.mark.parametrize(
    ("fields", "kind", "expected", "note"),
    [
        # 900 by each: 900 x 0.05 + 1, 900 x 0.0002 - 0.01, 900 / 5000.
        (RADIANCE, "radiance", 46, ""),
        (REFLECTANCE, "reflectance", 0.17, ""),
        (FACTOR, "reflectance", 0.18, ""),
        (RADIANCE | REFLECTANCE, "radiance", 46, ""),
        (RADIANCE | REFLECTANCE, "reflectance", 0.17, ""),
        (RADIANCE | FACTOR, "radiance", 46, ""),
        (RADIANCE | FACTOR, "reflectance", 0.18, ""),
        (RADIANCE, "reflectance", 46, "as a rule makes radiance"),
        (REFLECTANCE, "radiance", 0.17, "as a rule makes reflectance"),
        (FACTOR, "radiance", 0.18, "as a rule makes reflectance"),
        ({"data gain values": listed([1] * 7), "data offset values": listed([0] * 7)} | FACTOR,
         "radiance", 0.18, "as a rule makes reflectance"),
        ({}, "radiance", 900, ""),
    ],
)  # fmt: skip
def test_each_kind_has_its_gains(tmp_path, fields, kind, expected, note):
    scene = read_scene(save(tmp_path, staircase([900] * 7, "u2"), **fields), spectra=kind)
    np.testing.assert_allclose(scene.planes, expected, rtol=1e-6)
    assert told(scene, "as a rule") == bool(note)
    assert not note or told(scene, note)


# The text of the header


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "utf-16"])
def test_the_header_in_any_encoding(tmp_path, encoding, newline):
    path = save(tmp_path, staircase(), VISIBLE / 1000, **{"wavelength units": "µm"})
    text = path.read_text().replace("ENVI\n", "ENVI\ndescription = {23 °C, Büro}\n")
    path.write_bytes(text.replace("\n", newline).encode(encoding))
    np.testing.assert_allclose(read_scene(path).wavelength_nm, VISIBLE)


@pytest.mark.parametrize(
    ("unit", "in_nm"),
    [
        ("Nanometers", 1), ("nm", 1), ("NANOMETRES", 1),
        ("Micrometers", 1e3), ("um", 1e3), ("\u00b5m", 1e3), ("\u03bcm", 1e3), ("Microns", 1e3),
        ("Angstroms", 0.1), ("\u00c5", 0.1), ("\u212b", 0.1),
    ],
)  # fmt: skip
def test_units_of_wavelength(tmp_path, unit, in_nm):
    path = save(tmp_path, staircase(), VISIBLE / in_nm)
    text = path.read_text().replace("Nanometers", unit)
    path.write_text(text, encoding="utf-8")
    np.testing.assert_allclose(read_scene(path).wavelength_nm, VISIBLE)


@pytest.mark.parametrize("unit", ["Wavenumber", "cm-1", "GHz", "MHz", "Index"])
def test_what_is_no_length_is_refused(tmp_path, unit):
    with pytest.raises(InputError, match="--wavelengths in nm"):
        read_scene(save(tmp_path, staircase(), **{"wavelength units": unit}))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("wavelength = {", "; wavelength = {1}\n  ; 9 = 9\nWAVELENGTH  =  {\n; twice, 9\n"),
        ("400, 450, 500,", "400,\n450 ,500 ,\n"),
        ("700}", "700, }"),
        ("700}", "700\n}  "),
        ("400, 450, 500, 550, 600, 650, 700", "400,0; 450,0; 500,0; 550,0; 600,0; 650,0; 700,0"),
        ("400, 450, 500, 550, 600, 650, 700", "400,0, 450,0, 500,0, 550,0, 600,0, 650,0, 700,0"),
        ("400, 450, 500, 550, 600, 650, 700", "400 450 500 550 600 650 700"),
        ("file type = ENVI Standard\n", ""),
        ("header offset = 0\n", ""),
        ("header offset = 0", "header offset ="),
        ("byte order = 0\n", ""),
        ("interleave = bsq", "Interleave = BSQ ; by band"),
        ("interleave = bsq", "interleave = Bsq"),
        ("interleave = bsq", "interleave = Band Sequential"),
        ("ENVI\n", "ENVI\nx start = 41\ny start = -7\n\ndescription = {\n  samples = 9}\n"),
        ("ENVI\n", "ENVI\nmap info = {UTM, 1, 1, 7e5, 4e6}\nmajor frame offsets = {0, 0}\n"),
    ],
)
def test_one_header_many_ways(tmp_path, old, new):
    path = save(tmp_path, staircase())
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    scene = read_scene(path)
    np.testing.assert_array_equal(scene.wavelength_nm, VISIBLE)
    np.testing.assert_array_equal(scene.planes, staircase())
    assert scene.origin == (0, 0)


def test_a_factor_with_a_decimal_comma(tmp_path):
    path = save(tmp_path, staircase([900] * 7, "u2"), **{"reflectance scale factor": "5000,0"})
    np.testing.assert_allclose(read_scene(path).planes, 0.18, rtol=1e-6)


# The file of the numbers


@pytest.mark.parametrize("interleave", ["bsq", "bil", "bip", "BIL", "Bip"])
@pytest.mark.parametrize("dtype", ["u1", ">i2", "<u2", ">f4", "<f8", ">i8", "<u4"])
def test_every_order_and_type(tmp_path, rng, dtype, interleave):
    planes = rng.integers(1, 99, (7, LINES, SAMPLES)).astype(dtype)
    order = 1 if dtype.startswith(">") else 0
    path = save(tmp_path, planes, interleave=interleave, **{"byte order": order})
    np.testing.assert_array_equal(read_scene(path).planes, planes.astype(float))


@pytest.mark.parametrize("name", ["a", "a.img", "a.dat", "a.raw", "a.bil", "a.bsq", "a.bip",
                                  "A.IMG", "a.Dat", "A"])  # fmt: skip
def test_data_files_by_any_name(tmp_path, name):
    np.testing.assert_array_equal(
        read_scene(save(tmp_path, staircase(), name=name)).planes, staircase()
    )


def test_the_header_of_a_named_data_file(tmp_path):
    save(tmp_path, staircase()).rename(tmp_path / "a.img.HDR")
    (tmp_path / "a.hdr.aux.xml").touch()
    np.testing.assert_array_equal(read_scene(tmp_path / "a.img.HDR").planes, staircase())


def test_numbers_after_an_offset(tmp_path):
    path = save(tmp_path, staircase(), **{"header offset": 13})
    data = tmp_path / "a.img"
    data.write_bytes(bytes(13) + data.read_bytes())
    np.testing.assert_array_equal(read_scene(path).planes, staircase())


@pytest.mark.parametrize("compression", [1, 0, None])
def test_packed_by_gzip_whether_it_says_so_or_not(tmp_path, compression):
    path = save(tmp_path, staircase(), **{"file compression": compression})
    data = tmp_path / "a.img"
    data.write_bytes(gzip.compress(data.read_bytes() + bytes(99)))
    np.testing.assert_array_equal(read_scene(path).planes, staircase())
    assert {p.name for p in tmp_path.iterdir()} == {"a.hdr", "a.img"}


def test_unpacked_though_it_says_packed(tmp_path):
    path = save(tmp_path, staircase(), **{"file compression": 1})
    np.testing.assert_array_equal(read_scene(path).planes, staircase())


@pytest.mark.parametrize(
    ("broken", "match"),
    [
        (lambda plain: gzip.compress(plain)[:-20], "gzip cannot unpack"),
        (lambda plain: gzip.compress(plain[:-4]), "unpacks to 416 bytes .* announces 420"),
        (lambda plain: gzip.compress(plain)[:10] + b"\xff" * 40, "gzip cannot unpack"),
        (lambda plain: plain[:40], "gzip did not pack it"),
    ],
)
def test_packed_and_broken(tmp_path, broken, match):
    path = save(tmp_path, staircase(), **{"file compression": 1})
    data = tmp_path / "a.img"
    data.write_bytes(broken(data.read_bytes()))
    with pytest.raises(InputError, match=match):
        read_scene(path)


def test_a_bomb_is_not_unpacked_beyond_what_is_announced(tmp_path):
    path = save(tmp_path, staircase(), **{"file compression": 1})
    (tmp_path / "a.img").write_bytes(gzip.compress(staircase().tobytes() + bytes(10**8)))
    np.testing.assert_array_equal(read_scene(path).planes, staircase())
    path.write_text(path.read_text().replace("lines = 3", f"lines = {10**12}"))
    with pytest.raises(InputError, match="would unpack to"):
        read_scene(path)


def test_a_file_without_end_is_no_header(tmp_path):
    with (tmp_path / "a.hdr").open("wb") as file:
        file.write(b"ENVI\n")
        file.truncate(10**10)
    with pytest.raises(InputError, match="10000 MB"):
        read_scene(tmp_path / "a.hdr")
