"""What cannot be used is refused: one sentence, exit 2 (3 for devices), nothing written or lost."""

import contextlib
import errno
import os
import resource
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from conftest import save_picture

from spectral_film import Settings, render
from spectral_film.device import device
from spectral_film.errors import SpectralFilmError, UsageError
from spectral_film.files import output
from spectral_film.files.pictures import read_scene

COMMAND = (sys.executable, "-c", "from spectral_film.app.main import main; main()")


@pytest.fixture
def refused(command, tmp_path):
    """Run a command that must fail, and check all that is promised of a failure."""

    def check(*arguments, said=(), code=2):
        before = {path: path.lstat() for path in tmp_path.rglob("*")}
        done = command(*arguments)
        assert done.code == code, done.stderr
        assert done.stdout == ""
        assert "Traceback" not in done.stderr
        assert len(done.complaints) == 1, done.stderr
        assert done.stderr.splitlines()[-1] == done.complaints[0]
        for words in (said,) if isinstance(said, str) else said:
            assert words in done.complaints[0]
        after = {path: path.lstat() for path in tmp_path.rglob("*")}  # hidden ones too
        assert {p: (s.st_size, s.st_mtime_ns) for p, s in after.items()} == {
            p: (s.st_size, s.st_mtime_ns) for p, s in before.items()
        }
        return done.complaints[0]

    return check


# Options


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("--exposure=nan", "--exposure is nan, expected -30 to 30 stops"),
        ("--exposure=-inf", "--exposure is -inf"),
        ("--exposure=1e9", "expected -30 to 30"),
        ("--exposure=bright", "--exposure"),
        ("--shutter=0", "--shutter is 0, expected 1e-06 to 1e+06 seconds"),
        ("--shutter=-1/50", "--shutter is -0.02"),
        ("--shutter=nan", "--shutter is nan"),
        ("--shutter=1/0", "such as 1/50"),
        ("--shutter=1/", "such as 1/50"),
        ("--shutter=abc", "such as 1/50"),
        ("--ei=0", "--ei is 0, expected 0.1"),
        ("--ei=nan", "--ei is nan"),
        ("--ei=-250", "--ei is -250"),
        ("--printer-points=25,25", "expected 3 numbers"),
        ("--printer-points=a,b,c", "expected 3 numbers"),
        ("--printer-points=25,nan,25", "--printer-points is nan"),
        ("--printer-points=25,25,1e9", "expected -100 to 150"),
        ("--crop=", "expected 4 numbers"),
        ("--crop=0,0,4", "expected 4 numbers"),
        ("--crop=a,b,c,d", "expected 4 numbers"),
        ("--crop=0.5,0,4,4", "expected 4 numbers"),
        ("--crop=0,0,0,4", "within the 12 x 8 pixels"),
        ("--crop=-1,0,4,4", "within the 12 x 8 pixels"),
        ("--crop=9,0,4,4", "within the 12 x 8 pixels"),
        ("--crop=0,0,99999999999999999999,1", "within the 12 x 8 pixels"),
        ("--gate=0x0", "0.5 to 500"),
        ("--gate=nanx9", "super35"),
        ("--gate=1e9x9", "super35"),
        ("--gate=", "super35"),
        ("--gate=imax2", "super35"),
        ("--bits=12", "give --bits 16 or 32"),
        ("--bits=many", "--bits"),
        ("--film=velvia", ("velvia", "vision3-250d")),
        ("--film=2383", ("print film", "give a camera film")),
        ("--film=.", "shipped id"),
        (f"--film={'x' * 300}", "File name too long"),
        ("--print=velvia", ("velvia", "2383")),
        ("--print=vision3-250d", ("negative film", "give a print stock")),
        ("--input-space=chroma", ("chroma", "ACEScg")),
        ("--input-space=", "ACEScg"),
        ("--backing=velvet", ("velvet", "rem-jet, ahu, none")),
        ("--display=CRT", ("CRT", "Rec.709")),
        ("--white=paper", "print, lamp"),
        ("--balance=grey", "neutral, lad"),
        ("--flare=-1", "0 to 10 percent"),
        ("--flare=11", "0 to 10 percent"),
        ("--to=paper", "printing-density"),
        ("--grain=coarse", "off"),
        ("--halation=maybe", "expected on, off, or a factor such as 0.5"),
        ("--halation=25", "--halation is 25, expected 0 to 20 times the film's own"),
        ("--halation=-1", "expected 0 to 20"),
        ("--halation=nan", "expected 0 to 20"),
        ("--scatter=", "expected on or off"),
        ("--adjacency=1", "expected on, off or pde"),
        ("--nan=ignore", "expected refuse or zero"),
        ("--spectra=light", "expected reflectance or radiance"),
        ("--spectra=reflectance", "no spectra"),
        ("--wavelengths=400", "400:700:10"),
        ("--wavelengths=400:700:0", "step above 0"),
        ("--wavelengths=0.4,0.5,0.6", "give nanometres"),
        ("--wavelengths=400,nan,600", "between 100 and 20000 nm"),
        ("--illuminant=candle9", ("candle9", "3200K")),
        ("--illuminant=", "3200K"),
        ("--illuminant=0K", "500K to 50000K"),
        ("--illuminant=nowhere.csv", "nowhere.csv"),
        ("--no-such-option", "--no-such-option"),
    ],
)
def test_options(refused, grey, option, said):
    refused("render", grey.name, "out.exr", option, said=said)


def test_options_that_do_not_go_together(refused, grey):
    refused("render", grey.name, "o.exr", "--print=none", "--to=print", said="--print 2383")
    refused("render", grey.name, "o.exr", "--print=none", "--to=cineon", said="--print")
    refused("render", grey.name, "o.png", "--to=exposure", said="write an .exr")
    refused("render", grey.name, "o.png", "--bits=32", said="--bits 8 or 16")


def test_an_unknown_device_is_a_device_failure(refused, grey):
    there = device.open_device().name
    refused("render", grey.name, "o.exr", "--device=abacus", said=("abacus", there), code=3)
    refused("demo", "folder", "--device=abacus", said="abacus", code=3)
    refused("show", "2383", "--device=abacus", said="abacus", code=3)


def test_a_machine_without_devices(refused, grey, monkeypatch):
    monkeypatch.setattr(device, "all_devices", list)
    device._opened.cache_clear()
    refused("render", grey.name, "o.exr", said="no OpenCL device", code=3)
    refused("devices", said="pip install", code=3)
    device._opened.cache_clear()


@pytest.mark.parametrize("arguments", [
    ("render",), ("render", "grey.exr"), ("render", "grey.exr", "o.exr", "more"), ("show",),
    ("bake-a-cake",), ("films", "more"), ("show", "velvia"), ("show", "2383", "-o", "a.jpg"),
    ("show", "2383", "-o", "nowhere/a.png"), ("demo", "grey.exr"),
])  # fmt: skip
def test_usage(refused, grey, arguments):
    refused(*arguments)


def test_options_are_refused_before_the_picture_is_read(refused, tmp_path):
    (tmp_path / "broken.exr").write_bytes(b"not a picture")
    for option in ("--film=velvia", "--print=velvia", "--gate=huge", "--illuminant=candle9",
                   "--backing=velvet"):  # fmt: skip
        refused("render", "broken.exr", "o.exr", option, said=option.partition("=")[2])


# Pictures (what the reader itself refuses: test_bad_files.py)


def test_pictures_that_are_none(refused, grey, tmp_path):
    (tmp_path / "empty.exr").touch()
    (tmp_path / "text.png").write_text("hello\n" * 99)
    (tmp_path / "cut.exr").write_bytes(grey.read_bytes()[:-40])
    save_picture(tmp_path / "a.png", np.zeros((4, 4, 3)), number="uint8")
    (tmp_path / "a.png").rename(tmp_path / "wrong.jpg")
    save_picture(tmp_path / "one.exr", np.zeros((4, 4, 1)), ("Z",))
    save_picture(tmp_path / "five.exr", np.zeros((4, 4, 5)), ("a", "b", "c", "d", "e"))
    save_picture(tmp_path / "log.dpx", np.zeros((4, 4, 3)), number="uint16")
    for name, said in [
        ("missing.exr", "no such file"), (".", "is a folder"), ("empty.exr", "is empty"),
        ("text.png", "no picture"), ("cut.exr", "cut short"), ("wrong.jpg", "holds png"),
        ("one.exr", "--chnames Y"), ("five.exr", "--wavelengths"), ("log.dpx", "--input-space"),
        ("x" * 300, "File name too long"), ("/dev/zero", "no regular file"),
        (os.fsdecode(b"\xff.exr"), ".exr"),
    ]:  # fmt: skip
        refused("render", name, "out.exr", said=said)


@pytest.mark.parametrize(("name", "number"), [("a.exr", "half"), ("a.tif", "uint16"),
                                              ("a.png", "uint8"), ("a.dpx", "uint16")])  # fmt: skip
def test_pictures_that_have_rotted(tmp_path, rng, name, number):
    """Whatever the bytes become, the reader gives finite light or says what is wrong."""
    pixels = rng.uniform(0, 1, (16, 24, 3))
    whole = np.fromfile(save_picture(tmp_path / name, pixels, number=number), np.uint8)
    for _ in range(40):
        rotten = whole.copy()
        start = rng.integers(0, min(whole.size, 600) - 8)  # headers are in front
        rotten[start : start + 8] = rng.integers(0, 256, 8)
        rotten.tofile(tmp_path / name)
        with contextlib.suppress(SpectralFilmError):
            assert np.isfinite(read_scene(tmp_path / name, input_space="sRGB").planes).all()


def test_light_that_is_not_finite_is_counted_and_placed(refused, command, tmp_path):
    pixels = np.full((8, 12, 3), 0.18)
    pixels[3, 4, 1], pixels[7, 7, 0] = np.nan, np.inf
    save_picture(tmp_path / "a.exr", pixels)
    refused("render", "a.exr", "out.exr", said=("2 NaN", "x=4, y=3", "channel G", "--nan zero"))
    assert command("render", "a.exr", "out.exr", "--nan=zero").code == 0


@pytest.mark.parametrize("exposure", [0, 30])
def test_light_beyond_numbers_is_not_rendered_as_nonsense(refused, tmp_path, exposure):
    save_picture(tmp_path / "a.exr", np.full((8, 12, 3), 3e38))
    refused("render", "a.exr", "o.exr", f"--exposure={exposure}", "--to=exposure", said="lux s")


def test_colours_without_light_are_black_and_counted(command, tmp_path):
    pixels = np.full((8, 12, 3), 0.18)
    pixels[0, 0] = 5, -4, -4  # luminance below zero
    pixels[0, 1] = -1, -1, -1
    pixels[0, 2] = 0.5, -0.005, 0.5  # a purple outside Rec.709, inside the locus
    pixels[0, 3] = -1.537, 1.876, -0.204  # XYZ 0, 1, 0: no light has this colour
    save_picture(tmp_path / "a.exr", pixels)
    done = command("render", "a.exr", "o.exr")
    assert done.code == 0
    assert "4 pixels have a negative component" in done.stderr
    assert "1 pixels hold colours outside the spectral locus" in done.stderr
    assert "2 pixels have no luminance" in done.stderr


def test_spectra_that_miss_the_film(refused, tmp_path):
    bands = [f"T.{nm}nm" for nm in range(500, 600, 10)]
    save_picture(tmp_path / "a.exr", np.full((4, 4, len(bands)), 0.18), tuple(bands))
    refused("render", "a.exr", "out.exr", said=("500 to 590 nm", "blue", "360 to 780 nm"))


def test_negative_light_in_spectra_is_counted(command, tmp_path):
    bands = tuple(f"S0.{nm}nm" for nm in range(360, 790, 10))
    pixels = np.full((4, 4, len(bands)), 0.18)
    pixels[1, 2, 5:8] = -0.01
    save_picture(tmp_path / "a.exr", pixels, bands)
    done = command("render", "a.exr", "out.exr")
    assert done.code == 0
    assert "3 samples of the spectra are negative" in done.stderr


def test_a_frame_finer_than_light(refused, tmp_path):
    save_picture(tmp_path / "a.exr", np.full((4, 4, 3), 0.18), full_width=10**6, full_height=10**6)
    refused("render", "a.exr", "out.exr", said=("0.025 um", "larger --gate"))


@pytest.mark.parametrize(("text", "said"), [
    ("", "no line of numbers"), ("nm,power\n", "no line of numbers"), ("400 1\n700 1\n", "no line"),
    ("400,1\n700,nan\n", "line 2"), ("400,1\n700,-1\n", "line 2"), ("400,1e308\n700,1\n", "line 1"),
    ("400,0\n700,0\n", "black"), ("400,1e-320\n700,1e-320\n", "black"), ("\0\0", "no line"),
    ("500,1\n600,1\n", "500 to 600 nm"), ("0.4,1\n0.7,1\n", "in nm"),
    ("400,1\n400,2\n700,1\n", "twice"), ("400,1\n" + "4" * 200_000 + ",1\n700,1", "line 2"),
])  # fmt: skip
def test_measured_lights(refused, grey, tmp_path, text, said):
    (tmp_path / "light.csv").write_text(text)
    refused("render", grey.name, "o.exr", "--illuminant=light.csv", said=("light.csv", said))


# Places


def test_places_that_cannot_be_written(refused, grey, tmp_path):
    (tmp_path / "dir.exr").mkdir()
    (tmp_path / "mine.exr").write_bytes(b"mine")
    (tmp_path / "loop.exr").symlink_to("loop.exr")
    for name, said in [
        ("dir.exr", "is a folder"), ("no/o.exr", "no folder"), ("grey.exr/o.exr", "no folder"),
        ("/proc/o.exr", "nothing can be written"), ("mine.exr", "--overwrite"), ("o.gif", ".png"),
        ("o", "without suffix"), (".exr", "without suffix"), ("x" * 300 + ".exr", "too long"),
        ("loop.exr", "no name for a file"), (os.fsdecode(b"\xff.png"), "no name for a file"),
    ]:  # fmt: skip
        refused("render", grey.name, name, said=said)


def test_the_input_is_never_overwritten(refused, grey, tmp_path):
    (tmp_path / "link.exr").symlink_to(grey)
    for name in ("grey.exr", "link.exr", "../" + tmp_path.name + "/grey.exr"):
        refused("render", "grey.exr", name, "--overwrite", said="is the input itself")


def test_the_longest_name_a_disk_takes(command, grey, tmp_path):
    name = "x" * 251 + ".exr"
    assert command("render", grey.name, name).code == 0
    assert {path.name for path in tmp_path.iterdir()} == {"grey.exr", name}


def test_the_disk_gives_way(refused, grey, monkeypatch):
    def fail(*arguments):
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(output, "_write", fail)
    refused("render", grey.name, "o.exr", said=("o.exr", "cannot be written"))


# Stopping


def test_traceback_shows_more_and_changes_nothing_else(command, grey):
    done = command("--traceback", "render", grey.name, "o.exr", "--film=velvia")
    assert done.code == 2
    assert "Traceback" in done.stderr
    assert len(done.complaints) == 1


def test_help_instead_of_a_command(command):
    done = command()
    assert "render" in done.stdout
    assert done.stderr == ""


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_a_render_that_is_stopped_leaves_nothing_half(tmp_path, stop):
    """Stopped while it writes: the writer waits after its first half."""
    save_picture(tmp_path / "a.exr", np.full((8, 12, 3), 0.18))
    (tmp_path / "out.exr").write_bytes(b"mine")
    slow = (
        "import time\n"
        "from spectral_film.files import output\n"
        "def half(path, *arguments):\n"
        "    path.write_bytes(b'half'); time.sleep(60)\n"
        "output._write = half\n"
        "from spectral_film.app.main import main; main()"
    )
    run = subprocess.Popen(
        [sys.executable, "-c", slow, "render", "a.exr", "out.exr", "--overwrite"],
        cwd=tmp_path, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    deadline = time.monotonic() + 60
    while not any(tmp_path.glob(".*")) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert any(tmp_path.glob(".*"))
    run.send_signal(stop)
    _, said = run.communicate(timeout=30)
    assert run.returncode == 130
    assert "interrupted" in said
    assert "Traceback" not in said
    assert {path.name for path in tmp_path.iterdir()} == {"a.exr", "out.exr"}
    assert (tmp_path / "out.exr").read_bytes() == b"mine"


def test_a_reader_that_has_seen_enough(tmp_path):
    """As `spectral-film films | head -0`."""
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run([*COMMAND, "films"], stdout=write, stderr=subprocess.PIPE, check=False)
    os.close(write)
    assert done.returncode != 0
    assert done.stderr == b""


def test_a_real_process_says_one_sentence(tmp_path):
    done = subprocess.run(
        [*COMMAND, "render", "no.exr", "o.exr"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.splitlines()[-1] == (
        "spectral-film: error: no.exr: no such file; check the name and the folder"
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("size", "gate"), [((1920, 1080), "0.5x0.5"), ((58381, 17), "super35")])
def test_a_ring_that_would_fill_the_memory_is_refused_before_it_does(size, gate):
    """Tens of GB, for what lies around pixels finer than the wavelength of light."""
    scene = np.full((*size[::-1], 3), 0.18, np.float32)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(UsageError, match=r"bare base.* GiB for what lies around .*--backing"):
        render(scene, Settings(gate=gate, backing="none", grain="off"))
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 600 * 1024  # kB
