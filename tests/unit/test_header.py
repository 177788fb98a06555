"""What a file says of the shot is in the output, as far as its format can hold it."""

import json

import numpy as np
import OpenImageIO
import pytest
from conftest import save_picture

from spectral_film.files.output import write_picture
from spectral_film.files.pictures import read_scene
from spectral_film.light.scene import Scene

PIXELS = np.full((4, 6, 3), 0.25)
# 10:20:30:04, each pair of digits in a byte (SMPTE 12M).
TIME_CODE = ("timecode", (0x10203004, 0))
SHOT = {
    "smpte:TimeCode": TIME_CODE,
    "smpte:KeyCode": ("keycode", (1, 2, 3, 4, 5, 4, 64)),
    "framesPerSecond": ("rational", (24000, 1001)),
    "cameraMake": ("string", "ARRI"),
    "lensModel": ("string", "Signature 35"),
    "isoSpeed": ("float", 800.0),
    "ExposureTime": ("float", 0.5),
    "FNumber": ("float", 2.75),
    "DateTime": ("string", "2026:11:01 10:11:12"),
    "Copyright": ("string", "the owner"),
    "ImageDescription": ("string", "take 3, good"),
    "interim.clip.reel": ("string", "A001"),
    "shutterAngle": ("float", 172.8),
    "imageCounter": ("int", 1234),
    "worldToCamera": ("matrix", tuple(map(float, range(16)))),
    "nodes": ("string[2]", ("a", "b")),
    "sensor": ("vector2i", (4096, 2160)),
    "originalDataWindow": ("vector2i[2]", (0, 0, 4095, 2159)),
}
OF_THE_FILE = {
    "compression": ("string", "piz"),
    "Software": ("string", "another"),
    "chromaticities": ("float[8]", (0.708, 0.292, 0.17, 0.797, 0.131, 0.046, 0.3127, 0.329)),
    "Exif:ColorSpace": ("int", 1),
    "whiteLuminance": ("float", 100.0),
    "film:exposure": ("float", 3.0),
    "Orientation": ("int", 1),
    "view": ("string", "left"),
}


def save(path, header, number="half"):
    spec = OpenImageIO.ImageSpec(6, 4, 3, number)
    for name, (kind, value) in header.items():
        made_of = {"vector2i": "int[2]", "vector2i[2]": "box2i"}.get(kind, kind)
        spec.attribute(name, OpenImageIO.TypeDesc(made_of), value)
    output = OpenImageIO.ImageOutput.create(str(path))
    assert output.open(str(path), spec), output.geterror()
    output.write_image(PIXELS.astype(np.float32))
    output.close()
    return path


def header_of(path):
    spec = OpenImageIO.ImageInput.open(str(path)).spec()
    return {field.name: (str(field.type), field.value) for field in spec.extra_attribs}


def sent_on(source, target, **options):
    """Read, and write as a render does: the header there, and what was said."""
    scene = read_scene(source, **options)
    notes = write_picture(target, scene.planes, scene=scene)
    return header_of(target), notes


def test_exr_to_exr_keeps_every_field_and_its_type(tmp_path):
    header, notes = sent_on(save(tmp_path / "a.exr", SHOT | OF_THE_FILE), tmp_path / "o.exr")
    assert notes == ()
    for name, (kind, value) in SHOT.items():
        assert header[name][0] == kind, name
        assert header[name][1] == (pytest.approx(value) if kind == "float" else value)
    for name, (_, value) in OF_THE_FILE.items():
        assert header.get(name, ("", None))[1] != value or name == "Orientation", name


def test_dpx_keeps_time_code_and_rate_both_ways(tmp_path):
    header, notes = sent_on(save(tmp_path / "a.exr", SHOT), tmp_path / "o.dpx")
    assert header["smpte:TimeCode"] == TIME_CODE
    assert header["smpte:KeyCode"][1][:5] == (1, 2, 3, 4, 5)
    assert header["dpx:FrameRate"][1] == header["dpx:TemporalFrameRate"][1]
    assert header["dpx:FrameRate"][1] == pytest.approx(24000 / 1001)
    (lost,) = notes
    assert lost.startswith(".dpx cannot hold what the input says in")
    assert "cameraMake" in lost
    assert "smpte" not in lost
    assert "framesPerSecond" not in lost
    back, notes = sent_on(tmp_path / "o.dpx", tmp_path / "back.exr", input_space="Rec.709")
    assert notes == ()
    assert back["smpte:TimeCode"] == TIME_CODE
    assert back["framesPerSecond"] == ("rational", (24000, 1001))
    assert not [name for name in back if name.startswith("dpx:")]


def test_dpx_keeps_its_slate(tmp_path):
    slate = {"dpx:FrameId": ("string", "f17"), "dpx:SlateInfo": ("string", "12/3"),
             "dpx:Packing": ("string", "Packed")}  # fmt: skip
    path = save(tmp_path / "a.dpx", slate, "uint16")
    header, _ = sent_on(path, tmp_path / "o.dpx", input_space="Rec.709")
    assert header["dpx:FrameId"][1] == "f17"
    assert header["dpx:SlateInfo"][1] == "12/3"
    assert header["dpx:Packing"][1] == "Filled, method A"
    header, notes = sent_on(path, tmp_path / "o.exr", input_space="Rec.709")
    assert header["frameId"][1] == "f17"
    assert header["slateInfo"][1] == "12/3"
    assert notes == ()


@pytest.mark.parametrize(("rate", "fraction"), [(24, (24, 1)), (25, (25, 1)), (30, (30, 1)),
    (23.976, (24000, 1001)), (29.97, (30000, 1001)), (59.94, (60000, 1001)), (12.5, (25, 2)),
])  # fmt: skip
def test_a_rate_in_decimals_is_the_fraction_it_stands_for(tmp_path, rate, fraction):
    path = save(tmp_path / "a.dpx", {"dpx:FrameRate": ("float", float(rate))}, "uint16")
    header, _ = sent_on(path, tmp_path / "o.exr", input_space="Rec.709")
    assert header["framesPerSecond"] == ("rational", fraction)


@pytest.mark.parametrize("suffix", [".jpg", ".tif", ".png"])
def test_stills_know_the_camera_by_their_own_names(tmp_path, suffix):
    header, notes = sent_on(save(tmp_path / "a.exr", SHOT), tmp_path / f"o{suffix}")
    assert header["Make"][1] == "ARRI"
    assert header["Exif:LensModel"][1] == "Signature 35"
    assert header["FNumber"][1] == 2.75
    assert header["ExposureTime"][1] == 0.5
    assert header["DateTime"][1] == "2026:11:01 10:11:12"
    assert header["Copyright"][1] == "the owner"
    assert json.loads(header["ImageDescription"][1])["comments"] == "take 3, good"
    if suffix != ".tif":
        assert header["Exif:PhotographicSensitivity"][1] == 800
    (lost,) = notes
    assert "smpte:TimeCode" in lost
    assert "framesPerSecond" in lost
    assert "Make" not in lost


def test_a_photograph_keeps_its_camera_in_exr(tmp_path):
    photo = {
        "Make": ("string", "Canon"), "Exif:DateTimeOriginal": ("string", "2026:01:02 03:04:05"),
        "FNumber": ("float", 5.5), "Exif:PhotographicSensitivity": ("int", 200),
        "Exif:ColorSpace": ("uint16", 1), "Exif:PixelXDimension": ("uint32", 6),
        "XResolution": ("float", 300.0), "ResolutionUnit": ("string", "in"),
    }  # fmt: skip
    header, notes = sent_on(save(tmp_path / "a.jpg", photo, "uint8"), tmp_path / "o.exr")
    assert notes == ()
    assert header["Make"][1] == "Canon"
    assert header["Exif:DateTimeOriginal"][1] == "2026:01:02 03:04:05"
    assert header["FNumber"][1] == 5.5
    assert header["Exif:PhotographicSensitivity"][1] == 200
    stale = {"Exif:ColorSpace", "Exif:PixelXDimension", "XResolution", "ResolutionUnit",
             "jpeg:subsampling", "oiio:ColorSpace", "ICCProfile"}  # fmt: skip
    assert not stale & set(header)


def test_our_own_output_is_not_told_of_twice(tmp_path):
    planes = PIXELS.transpose(2, 0, 1).astype(np.float32)
    said = {"engine": "spectral-film 9", "exposure": 3.0}
    write_picture(tmp_path / "a.png", planes, metadata=said)
    write_picture(tmp_path / "a.exr", planes, metadata=said)
    for name in ("a.png", "a.exr"):
        header, _ = sent_on(tmp_path / name, tmp_path / f"{name}.exr")
        assert "film:exposure" not in header
        assert "ImageDescription" not in header
        assert header["Software"][1] == "spectral-film"


def test_nothing_of_the_clock_gets_in(tmp_path):
    path = save_picture(tmp_path / "a.exr", PIXELS)  # OpenImageIO dates what it writes
    dated = header_of(path)["DateTime"]
    assert sent_on(path, tmp_path / "o.exr")[0]["DateTime"] == dated
    planes = PIXELS.transpose(2, 0, 1).astype(np.float32)
    write_picture(tmp_path / "b.exr", planes, scene=Scene(planes=planes))
    assert "DateTime" not in header_of(tmp_path / "b.exr")


def test_layout_of_spectra_does_not_outlive_them(tmp_path):
    spec = OpenImageIO.ImageSpec(6, 4, 3, "float")
    spec.channelnames = ("S0.400,0nm", "S0.550,0nm", "S0.700,0nm")
    said = {"spectralLayoutVersion": "1.0", "emissiveUnits": "W.m^-2.sr^-1",
            "S0.400,0nm": "400.0nm:1;", "EV": 0.0, "cameraMake": "X"}  # fmt: skip
    for name, value in said.items():
        spec[name] = value
    output = OpenImageIO.ImageOutput.create(str(tmp_path / "a.exr"))
    output.open(str(tmp_path / "a.exr"), spec)
    output.write_image(PIXELS.astype(np.float32))
    output.close()
    header = read_scene(tmp_path / "a.exr").header
    assert "cameraMake" in header
    assert not {"spectralLayoutVersion", "emissiveUnits", "S0.400,0nm", "EV"} & set(header)


def test_provenance_is_typed_in_exr(tmp_path):
    planes = PIXELS.transpose(2, 0, 1).astype(np.float32)
    said = {"exposure": 0.5, "fast": False, "halation": True, "seed": 7, "film": "5207",
            "printer_points": (25.0, 26.5, 24.0), "pitch_um": (6.0, 3.0)}  # fmt: skip
    write_picture(tmp_path / "a.exr", planes, metadata=said)
    header = header_of(tmp_path / "a.exr")
    for name, field in {
        "exposure": ("float", 0.5), "fast": ("int", 0), "halation": ("int", 1), "seed": ("int", 7),
        "film": ("string", "5207"), "printer_points": ("vector", (25.0, 26.5, 24.0)),
        "pitch_um": ("float2", (6.0, 3.0)),
    }.items():  # fmt: skip
        assert header[f"film:{name}"] == field
    write_picture(tmp_path / "a.png", planes, metadata=said)
    read = json.loads(header_of(tmp_path / "a.png")["ImageDescription"][1])
    assert read["fast"] is False
    assert read["halation"] is True
    assert (read["exposure"], read["printer_points"]) == (0.5, [25.0, 26.5, 24.0])
