"""`spectral-film metamerism` from outside: what it writes, what it refuses, how it ends."""

import json

import numpy as np
import pytest
from small_study import chart_scene

from spectral_film.light.spectra import WAVELENGTH
from spectral_film.metamerism import chart_mismatch
from spectral_film.metamerism.lights import light
from spectral_film.metamerism.limits import METRICS, limit
from spectral_film.metamerism.observers import camera


def write_camera(path, *, nm=WAVELENGTH, channels=3):
    rows = np.exp(-(((nm[:, None] - [610, 540, 450][:channels]) / 40) ** 2))
    lines = [",".join(f"{v:g}" for v in (at, *row)) for at, row in zip(nm, rows, strict=True)]
    path.write_text("wavelength,red,green,blue\n" + "\n".join(lines) + "\n")


def write_envi(path, scene):
    """Reflectance, band by band, as ENVI has it."""
    planes = scene.planes
    path.with_suffix(".img").write_bytes(planes.tobytes())
    bands, height, width = planes.shape
    path.write_text(
        f"ENVI\nsamples = {width}\nlines = {height}\nbands = {bands}\nheader offset = 0\n"
        "data type = 4\ninterleave = bsq\nbyte order = 0\nwavelength units = nm\n"
        f"wavelength = {{{', '.join(f'{nm:g}' for nm in WAVELENGTH)}}}\n"
    )


@pytest.mark.slow
def test_the_whole_command(command, tmp_path, monkeypatch):
    """One camera of one's own and one light of one's own, on a cube of one's own."""
    monkeypatch.setattr(chart_mismatch, "DIRECTIONS", 4)
    write_camera(tmp_path / "mine.csv")
    lamp = light("LED-B3").power
    (tmp_path / "lamp.csv").write_text(
        "".join(f"{nm:g},{power:.9g}\n" for nm, power in zip(WAVELENGTH, lamp, strict=True))
    )
    write_envi(tmp_path / "chart.hdr", chart_scene())
    arguments = (
        "metamerism", "--camera", "mine.csv", "--light", "lamp.csv", "--light", "3200K",
        "--cube", "chart.hdr", "-o", "report.html",
    )  # fmt: skip
    done = command(*arguments, "--fail-over", "chart_dE_max=100")
    assert done.code == 0, done.stderr
    assert done.stdout == "report.html\n"
    record = json.loads((tmp_path / "report.json").read_text())
    assert record["cameras"] == ["mine"]
    assert [one["name"] for one in record["lights"]] == ["lamp", "3200K"]
    assert record["lights"][0]["rf"] == pytest.approx(
        85.3, abs=0.05
    )  # as colour-science has LED-B3
    assert record["lights"][0]["cri"] == pytest.approx(84.8, abs=0.05)
    assert record["image"]["picture"] == "chart.hdr"
    for sentence in record["findings"]:
        assert sentence in done.stderr

    again = command(*arguments)
    assert again.code == 2
    assert "--overwrite" in again.complaints[0]
    over = command(
        *arguments, "--overwrite", "--fail-over", "chart_dE_max=0.01", "--fail-over", "dE_p95=99"
    )
    assert over.code == 1
    largest = max(one["chart_dE_max"] for one in record["lights"])
    assert f"chart_dE_max is {largest:.4g}, at most 0.01" in over.stderr
    assert "dE_p95" not in over.stderr
    assert json.loads((tmp_path / "report.json").read_text()) == record


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--camera", "Nikon D500"), "did you mean Nikon D5100"),
        (
            ("--camera", "two.csv"),
            "2 values beside the wavelength, expected 3",
        ),
        (("--camera", "short.csv"), "known from 450 to 780 nm, expected 400 to 700"),
        (("--camera", "none.csv"), "none.csv: the camera cannot be read"),
        (("--camera", "words.csv"), "words.csv, line 3: 'x,y,z,w' is no line of numbers"),
        (("--light", "LED-B33"), "did you mean LED-B3"),
        (("--light", "gap.csv"), "covers 450 to 780 nm"),
        (("--light", "hole.csv"), "nothing is known between 500 and 600 nm"),
        (("--camera", "hole-cam.csv"), "nothing is known between 500 and 600 nm"),
        (("--light", "dark.csv"), "black to the eye"),
        (("--film", "vision3-250"), "vision3-250d"),
        (("--print", "none"), "give one by --print"),
        (("--cube", "grey.exr"), "this picture is RGB"),
        (("--cube", "none.hdr"), "none.hdr"),
        (("--spectra", "radiance"), "name it with --cube"),
        (("--fail-over", "chart_de_max=1"), "did you mean chart_dE_max"),
        (("--fail-over", "rf=1"), "expected METRIC=VALUE with one of"),
        (("--fail-over", "dE_p95"), "'' is no limit"),
        (("--fail-over", "dE_p95=nan"), "'nan' is no limit"),
        (("--fail-over", "dE_p95=-1"), "a number of 0 or more"),
        (
            ("--camera", "semicolons.csv"),
            "no line of numbers in it; expected wavelength in nm, red, green, blue, with commas",
        ),
        (("--camera", "mine.csv", "--camera", "mine.csv"), "two of the cameras are called mine"),
        (("--light", "D55", "--light", "D55"), "two of the lights are called D55"),
        (("--camera", "x-vora.csv", "-o", "x.html"), "x-vora.csv: is read for the report"),
        (("-o", "report.pdf"), "end its name in .html"),
        (("-o", "no/report.html"), "no place for a file"),
    ],
)
def test_bad_input_gets_one_sentence(command, tmp_path, grey, arguments, said):
    del grey  # is there to be read
    write_camera(tmp_path / "two.csv", channels=2)
    write_camera(tmp_path / "short.csv", nm=WAVELENGTH[WAVELENGTH >= 450])
    (tmp_path / "words.csv").write_text("nm,r,g,b\n400,1,1,1\nx,y,z,w\n")
    (tmp_path / "semicolons.csv").write_text("nm;r;g;b\n400;1;1;1\n700;1;1;1\n")
    write_camera(tmp_path / "mine.csv")
    write_camera(tmp_path / "x-vora.csv")
    write_camera(
        tmp_path / "hole-cam.csv", nm=WAVELENGTH[(WAVELENGTH <= 500) | (WAVELENGTH >= 600)]
    )
    holed = [*range(400, 501, 5), *range(600, 701, 5)]
    (tmp_path / "hole.csv").write_text("".join(f"{nm},1\n" for nm in holed))
    (tmp_path / "gap.csv").write_text("450,1\n780,1\n")
    (tmp_path / "dark.csv").write_text("360,0\n780,0\n")
    before = sorted(tmp_path.iterdir())
    done = command("metamerism", *arguments)
    assert done.code == 2
    (complaint,) = done.complaints
    assert said in complaint
    assert done.stdout == ""
    assert sorted(tmp_path.iterdir()) == before


def test_a_light_in_which_a_layer_sees_nothing_is_named(command, tmp_path):
    (tmp_path / "sodium.csv").write_text("360,0\n584,0\n589,1\n594,0\n780,0\n")
    done = command("metamerism", "--light", "sodium.csv")
    assert done.code == 2
    (complaint,) = done.complaints
    assert "sees nothing of sodium," in complaint


def test_limits_hold_what_the_record_names():
    record = {
        "lights": [
            {"layer_shift_stops": [0.1, -0.9, 0], "chart_dE_mean": 1.0, "chart_dE_max": 2.0},
            {"layer_shift_stops": [0.2, None, 0], "chart_dE_mean": 3.0, "chart_dE_max": 2.5},
        ],
        "irreducible": [
            {"best": False, "residual_stops": [9, 9, 9], "print_dE_mean": 9, "print_dE_p95": 9},
            {"best": True, "residual_stops": [0.1, 0.3, 0.2], "print_dE_mean": 4.0,
             "print_dE_p95": 5},
        ],
        "image": {"stops_p50": 0.1, "stops_p95": 0.4, "dE_p50": 1.0, "dE_p95": 6.0},
    }  # fmt: skip
    largest = {name: limit(f"{name}=1").largest(record) for name in METRICS}
    assert largest == {
        "layer_shift_stops": 0.9, "chart_dE_mean": 3.0, "chart_dE_max": 2.5, "residual_stops": 0.3,
        "print_dE_mean": 4.0, "print_dE_p95": 5, "stops_p50": 0.1, "stops_p95": 0.4, "dE_p50": 1.0,
        "dE_p95": 6.0,
    }  # fmt: skip


def test_cameras_of_a_file_see_as_they_were_written(tmp_path):
    write_camera(tmp_path / "mine.csv")
    mine = camera(tmp_path / "mine.csv")
    # Six figures are written.
    np.testing.assert_allclose(
        mine.sensitivity, np.exp(-(((WAVELENGTH - [[610], [540], [450]]) / 40) ** 2)), atol=1e-6
    )
