"""The studio, asked as its page asks: what it shows is the engine, what it says is measured."""

import asyncio
import json
import re
import sys
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest
import skimage.data
from browser import opened as opened_page
from PIL import Image
from running_studio import running
from test_cubes import save_envi

from spectral_film.files.pictures import read_scene
from spectral_film.light.shrinking import shrunk
from spectral_film.light.spectra import WAVELENGTH, illuminant, status_response
from spectral_film.path.recipe import KEYS, read_recipe, setting_of
from spectral_film.path.rendering import render
from spectral_film.path.settings import Settings
from spectral_film.studio import controls
from spectral_film.studio.server import FILES, Studio
from spectral_film.studio.turns import Overtaken, Turns

LOOK = {
    "exposure": 0.7,
    "printer-points": [27, 25, 22.5],
    "halation": 2.0,
    "film": "portra-400",
    "gate": "super16",
    "filter": "81A",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("studio")
    Image.fromarray(skimage.data.astronaut()[:240, 60:380]).save(folder / "portrait.0042.png")
    (folder / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n and then nothing")
    return folder


@pytest.fixture(scope="module")
def studio(folder):
    with running(folder, "portrait.0042.png") as started:
        yield started


@pytest.fixture
def opened(studio, folder):
    studio.ask("open", path=str(folder / "portrait.0042.png"))
    return studio


def settings(said):
    return Settings(**dict(setting_of(key, value) for key, value in said.items()), frame=42)


def codes(rendering):
    return np.rint(np.clip(rendering.image, 0, 1) * 255).astype(np.uint8)


def test_the_page_is_all_there_and_fetches_nothing_from_elsewhere(studio):
    status, headers, _ = studio.send("GET", studio.path)
    assert status == 200
    assert headers["content-security-policy"].startswith("default-src 'none'")
    asked = {name for text in FILES.values() for name in referred(text)}
    assert asked >= {"studio.css", "studio.js", "palette.css", "view.js"}
    for name in asked:
        status, headers, body = studio.send("GET", studio.path + name)
        assert status == 200, name
        assert body, name
    for text in FILES.values():
        assert not re.findall(r"https?://(?!www\.w3\.org/2000/svg)", text.read_text("utf-8")), text


def referred(path: Path) -> list[str]:
    """Names of files that a file of the page asks for."""
    text = path.read_text(encoding="utf-8")
    return re.findall(r'(?:href|src)="([\w.]+)"', text) + re.findall(r'from "\./([\w.]+)"', text)


def test_every_setting_has_a_control_and_every_choice_is_a_setting():
    panels = [control for panel in controls.PANELS.values() for control in panel]
    assert sorted(control.key for control in panels) == sorted(set(KEYS) - {"to"})
    for control in panels:
        assert control.about.endswith(".")
        for value, shown in control.choices:
            assert shown
            if value is not None:
                setting_of(control.key, value)
        if control.kind == "number":
            setting_of(control.key, control.low)
            setting_of(control.key, control.high)
    defaults = controls.usual()
    assert Settings(**{KEYS[key]: value for key, value in defaults.items()}) == Settings()


def test_what_depends_on_the_stock_is_what_the_stock_has():
    stocks = {stock["id"]: stock for stock in controls.stocks()}
    assert not any("push" in name for name in stocks)
    assert stocks["portra-800"]["pushes"] == [1, 2]
    assert stocks["vision3-250d"]["usual_print"] == "2383"
    assert stocks["velvia-50"]["positive"]
    for name, stock in stocks.items():
        role = "film" if stock["role"] == "camera" else "print"
        how = "development" if role == "film" else "print-development"
        for development in stock["developments"]:
            setting_of(how, development)
        setting_of(role, name)


@pytest.mark.parametrize("width", [160, 320, 900])
def test_the_preview_is_the_engine_at_the_size_of_the_window(opened, folder, width):
    shown, told = opened.picture(settings=LOOK, width=width)
    scene = shrunk(read_scene(folder / "portrait.0042.png"), width)
    expected = render(scene, settings(LOOK), encode=True)
    assert np.array_equal(shown, codes(expected))
    assert told["width"] == min(width, 320)
    assert told["pitch_um"] == pytest.approx(expected.metadata["pitch_um"])


def test_a_piece_is_bit_for_bit_what_render_writes_there(opened, folder, command):
    crop = [101, 57, 120, 90]
    recipe = folder / "look.toml"
    recipe.write_text(opened.ask("recipe", settings=LOOK)["text"])
    shown, _ = opened.picture(settings=LOOK, crop=crop)
    done = command("render", folder / "portrait.0042.png", "piece.png", "--bits", 8, "--recipe",
                   recipe, "--crop", ",".join(map(str, crop)))  # fmt: skip
    assert done.code == 0, done.stderr
    assert np.array_equal(shown, np.asarray(Image.open("piece.png")))
    # After another look, and seen again: what the table kept is still this piece.
    opened.picture(settings=LOOK | {"printer-points": [20, 25, 25]}, crop=crop)
    again, _ = opened.picture(settings=LOOK, crop=crop)
    assert np.array_equal(shown, again)


def test_another_side_does_not_disturb_the_first(opened):
    first, _ = opened.picture(settings=LOOK, width=200)
    other, _ = opened.picture(settings={"exposure": -1}, width=200, side="b")
    again, _ = opened.picture(settings=LOOK, width=200)
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


# A negative printed, a slide, silver, one that fails in reciprocity, one on the light box.
PATHS = [
    {},
    {"film": "velvia-50"},
    {"film": "double-x-5222", "development": "9min"},
    {"shutter": 30.0, "grain": "off"},
    {"print": "none", "exposure": 1.5},
]


@pytest.mark.parametrize(
    "said", PATHS, ids=lambda said: said.get("film", "-".join(said) or "usual")
)
def test_the_path_of_a_pixel_is_what_the_taps_read(opened, folder, said):
    x, y, width = 77, 101, 320
    read = opened.ask("pixel", settings=said, width=width, x=x, y=y)
    scene = read_scene(folder / "portrait.0042.png")
    chosen = settings(said)
    layers = len(read["exposure"]["lux_s"])
    assert layers == (1 if said.get("film") == "double-x-5222" else 3)

    def tap(to):
        return render(scene, replace(chosen, to=to)).planes[:, y, x]

    # What failed in reciprocity did not reach the curve: there the path's own tap lies before it.
    exposure = tap("exposure")[:layers]
    got = np.array(read["exposure"]["lux_s"])
    if said.get("shutter"):
        assert (got < exposure).all()
    else:
        assert got == pytest.approx(exposure, rel=1e-6)
    # Sums over 85 wavelengths in float32 are good to some 1e-6 of a density.
    assert read["negative"]["dyes"] == pytest.approx(tap("dyes")[:layers], rel=1e-6)
    assert read["negative"]["density"] == pytest.approx(tap("negative")[:layers], abs=1e-5)
    assert read["xyz"] == pytest.approx(tap("xyz"), rel=1e-6)
    if read["print"] is not None:
        assert read["print"]["density"] == pytest.approx(
            tap("print")[: len(read["print"]["density"])], abs=1e-5
        )
    assert (read["print"] is None) == (said.get("print") == "none" or "velvia" in str(said))
    shown, _ = opened.picture(settings=said, width=width)
    assert np.rint(255 * np.clip(read["codes"], 0, 1)) == pytest.approx(shown[y, x])
    assert read["scene"]["rgb"] == pytest.approx(scene.planes[:, y, x], rel=1e-6)


def test_a_pixel_s_densities_are_those_of_its_spectra(opened):
    read = opened.ask("pixel", settings={}, width=320, x=40, y=40)
    for film, response in (("negative", "status-m"), ("print", "status-a")):
        transmittance = 10 ** -np.array(read[film]["spectral_density"])
        seen = -np.log10(status_response(response) @ transmittance)
        assert read[film]["density"] == pytest.approx(seen, abs=1e-6)


def test_the_curves_are_those_of_the_sheet(opened):
    told = opened.ask("curves", settings={"film": "vision3-250d"})
    for film in ("negative", "print"):
        curve = told[film]
        sheet = curve["published"]
        for model, printed in zip(curve["density"], sheet["density"], strict=True):
            at = np.interp(sheet["log_exposure"], curve["log_exposure"], model)
            known = [i for i, value in enumerate(printed) if value is not None]
            assert known
            assert max(abs(at[i] - printed[i]) for i in known) < 0.0085  # the fits miss by .0075
    assert told["negative"]["grey"] is not None
    assert opened.ask("curves", settings={"film": "velvia-50"})["print"] is None
    for how in ("4min", "12min"):
        told = opened.ask("curves", settings={"film": "double-x-5222", "development": how})
        silver, sheet = told["negative"], told["negative"]["published"]
        (printed,), (model,) = sheet["density"], silver["density"]
        model = np.interp(sheet["log_exposure"], silver["log_exposure"], model)
        assert np.nanmax(abs(model - np.array(printed, float))) < 0.012  # rms .002


def test_the_histogram_counts_every_pixel_where_it_lies(opened, folder):
    told = opened.ask("histogram", settings={"exposure": 1}, width=320)
    scene = read_scene(folder / "portrait.0042.png")
    exposure = render(scene, settings({"exposure": 1, "to": "exposure"})).planes
    edges = np.array(told["edges"])
    held = np.clip(np.log10(np.maximum(exposure, 1e-10)), edges[0], edges[-1] - 1e-9)
    for layer, count in zip(held, told["count"], strict=True):
        assert sum(count) == layer.size
        expected, _ = np.histogram(layer, edges)
        # A pixel on an edge falls to either side.
        assert abs(np.array(count) - expected).sum() <= 4


def test_the_scene_itself_is_shown_as_it_came(opened, folder):
    shown, _ = opened.picture("scene", settings={}, width=320)
    came = np.asarray(Image.open(folder / "portrait.0042.png").convert("RGB"))
    assert abs(shown.astype(int) - came).max() <= 1  # decoded to light and coded again


def test_the_built_in_scene_opens_and_has_a_spectrum(studio):
    told = studio.ask("open", built_in=True)
    assert (told["bands"], told["kind"]) == (85, "radiance")
    shown, _ = studio.picture("scene", settings={}, width=120)
    assert 20 < shown.mean() < 235
    read = studio.ask("pixel", settings={}, width=120, x=60, y=30)
    assert len(read["scene"]["spectrum"]) == 85
    assert read["scene"]["rgb"] is None


def test_a_cube_is_dropped_with_its_header_and_read_as_it_was_measured(opened, tmp_path):
    nm = np.arange(400, 701, 20.0)
    rng = np.random.default_rng(3)
    cube = rng.uniform(0.1, 0.9, (len(nm), 30, 40)).astype(np.float32)
    save_envi(tmp_path / "leaf.hdr", cube, wavelength=nm.tolist())
    for at, name in enumerate(("leaf.hdr", "leaf.img")):
        first = "?first=1" if at == 0 else ""
        body = (tmp_path / name).read_bytes()
        assert opened.send("PUT", f"{opened.path}drop/{name}{first}", body)[0] == 200
    told = opened.ask("open", dropped="leaf.hdr", spectra="reflectance")
    assert (told["bands"], told["kind"], told["width"]) == (len(nm), "reflectance", 40)
    shown, _ = opened.picture(settings={"illuminant": "A"}, width=40)
    scene = read_scene(tmp_path / "leaf.hdr", spectra="reflectance")
    expected = render(scene, Settings(illuminant="A"), encode=True)
    assert np.array_equal(shown, codes(expected))
    read = opened.ask("pixel", settings={"illuminant": "A"}, width=40, x=7, y=9)["scene"]
    lamp = np.interp(nm, WAVELENGTH, illuminant("A"))
    assert read["wavelength_nm"] == pytest.approx(nm)
    assert read["spectrum"] == pytest.approx(cube[:, 9, 7] * lamp, rel=1e-5)


def test_a_recipe_travels_both_ways(opened, tmp_path):
    text = opened.ask("recipe", settings=LOOK)["text"]
    path = tmp_path / "look.toml"
    path.write_text(text)
    assert Settings(**read_recipe(path), frame=42) == settings(LOOK)
    assert "# Stops over the meter." in text
    back = opened.ask("recipe/read", text=text)["settings"]
    assert settings(back) == settings(LOOK)
    assert "recipe = 1" in opened.refused("recipe/read", text="exposure = 1")
    assert "TOML" in opened.refused("recipe/read", text="exposure 1")
    assert "exposure" in opened.refused("recipe/read", text='recipe = 1\nexposure = "lots"')


def test_a_studio_begins_with_a_recipe_and_may_use_the_files_it_names(folder, tmp_path):
    lamp = tmp_path / "lamp.csv"
    lamp.write_text("\n".join(f"{nm},{1 + nm / 1000}" for nm in range(380, 781, 10)))
    (tmp_path / "look.toml").write_text('recipe = 1\nilluminant = "lamp.csv"\nprint = "none"\n')
    with running(tmp_path, folder / "portrait.0042.png", "--recipe", "look.toml") as studio:
        start = studio.state()["start"]
        assert start == {"illuminant": str(lamp), "print": "none"}
        shown, _ = studio.picture(settings=start, width=100)
        assert shown.std() > 5


def test_what_is_ordered_is_what_the_command_line_makes(opened, folder, command, tmp_path):
    told = opened.ask("command", what="render", settings=LOOK, target=str(tmp_path / "a.png"))
    words = told["command"].split()
    assert words[:2] == ["spectral-film", "render"]
    done = opened.order(what="render", settings=LOOK, target=str(tmp_path / "b.png"))
    assert (done["state"], done["target"]) == ("done", str(tmp_path / "b.png"))
    assert command(*words[1:]).code == 0
    mine, theirs = (np.asarray(Image.open(tmp_path / name)) for name in ("a.png", "b.png"))
    assert np.array_equal(mine, theirs)
    assert np.array_equal(theirs, np.asarray(Image.open(tmp_path / "a.png")))
    again = opened.order(what="render", settings=LOOK, target=str(tmp_path / "b.png"))
    assert again["state"] == "failed"
    assert "exists" in again["said"][-1]


def test_a_table_is_ordered_with_what_a_table_can_be_told(opened, tmp_path):
    target = tmp_path / "look.cube"
    said = LOOK | {"grain-size": 2.0}
    told = opened.ask("command", what="bake lut", settings=said, target=str(target))["command"]
    assert "--film portra-400" in told
    assert not re.search("halation|grain|gate", told)
    done = opened.order(what="bake lut", settings={"film": "portra-400"}, target=str(target))
    assert done["state"] == "done", done
    assert target.read_text().count("\n") > 30_000


def test_an_order_can_be_stopped_and_leaves_nothing(opened, tmp_path):
    opened.ask("order", what="bake pack", settings={}, target=str(tmp_path / "pack"))
    assert "being carried out" in opened.refused(
        "order", what="render", settings={}, target=str(tmp_path / "x.png")
    )
    status, _, body = opened.send("DELETE", opened.path + "order")
    assert (status, json.loads(body)["state"]) == (200, "cancelled")
    assert list(tmp_path.iterdir()) == []


def test_what_is_shown_stays_when_another_drop_fails(opened, folder, tmp_path):
    dropped = (folder / "portrait.0042.png").read_bytes()
    for name, body in (("good.png", dropped), ("broken.png", b"nothing")):
        assert opened.send("PUT", f"{opened.path}drop/{name}?first=1", body)[0] == 200
        if name == "good.png":
            opened.ask("open", dropped=name)
        else:
            opened.refused("open", dropped=name)
    done = opened.order(what="render", settings={}, target=str(tmp_path / "x.png"))
    assert done["state"] == "done", done


def test_a_question_about_another_picture_is_refused(opened, tmp_path):
    before = opened.state()["picture"]["number"]
    opened.picture(settings={}, width=64, opened=before)
    opened.ask("open", built_in=True)
    view = {"settings": {}, "width": 64, "opened": before}
    for name in ("picture", "scene", "pixel", "histogram"):
        assert "another window" in opened.refused(name, x=1, y=1, **view)
    target = str(tmp_path / "x.png")
    assert "another window" in opened.refused("order", what="render", target=target, **view)


def test_an_order_without_a_place_is_refused(opened):
    for target in ("a\0b.png", "a\ud800.png", "~nobodyatall/x.png"):
        assert opened.refused("order", what="render", settings={}, target=target)
    assert "where to write" in opened.refused("order", what="render", settings={}, target=" ")
    assert "where to write" in opened.refused("order", what="render", settings={}, target="--help")
    assert "no order" in opened.refused("order", what="fit", settings={}, target="x.h5")


def test_what_cannot_be_opened_is_said_and_changes_nothing(opened, folder):
    before, _ = opened.picture(settings={}, width=64)
    assert "no such file" in opened.refused("open", path=str(folder / "none.exr"))
    assert "broken.png" in opened.refused("open", path=str(folder / "broken.png"))
    assert opened.refused("open", path=str(folder))
    assert opened.refused("open", path="")
    said = opened.refused("open", path=str(folder / "portrait.0042.png"), input_space="none such")
    assert "none such" in said
    after, _ = opened.picture(settings={}, width=64)
    assert np.array_equal(before, after)


def test_a_picture_may_be_dropped(opened, folder, tmp_path):
    dropped = (folder / "portrait.0042.png").read_bytes()
    expected, _ = opened.picture(settings=LOOK, width=320)
    status, _, _ = opened.send(
        "PUT", f"{opened.path}drop/holiday%20photo.0042.png?first=1", dropped
    )
    assert status == 200
    told = opened.ask("open", dropped="holiday photo.0042.png")
    assert told["name"] == "holiday photo.0042.png"
    shown, _ = opened.picture(settings=LOOK, width=320)
    assert np.array_equal(shown, expected)
    command = opened.ask("command", what="render", settings={}, target=str(tmp_path / "x.png"))
    assert "'holiday photo.0042.png'" in command["command"]  # where it lies here is nobody's matter
    done = opened.order(what="render", settings={}, target=str(tmp_path / "x.png"))
    assert done["state"] == "done", done


def test_settings_that_make_no_sense_are_said(opened):
    for said, told in (
        ({"exposure": 99}, "--exposure is 99"),
        ({"exposur": 1}, "did you mean exposure"),
        ({"film": "kodachrom-64"}, "kodachrome-64"),
        ({"film": "velvia-50", "print": "2383"}, "--print none"),
        ({"to": "xyz"}, "the display"),
        ({"grain": "boolean"}, "minutes"),
    ):
        assert told in opened.refused("picture", settings=said, width=64)
    assert "width" in opened.refused("picture", settings={}, width=1_000_000)
    assert "width" in opened.refused("picture", settings={}, width="wide")
    assert "crop" in opened.refused("picture", settings={}, crop=[0, 0, 1e9, 2])
    assert "crop" in opened.refused("picture", settings={}, crop=[300, 0, 100, 100])
    assert "outside" in opened.refused("pixel", settings={}, width=64, x=64, y=0)


def test_the_browser_is_shown_the_page_by_a_file_that_only_its_user_reads(folder):
    shown = []
    with pytest.MonkeyPatch.context() as patch, running(folder) as studio:
        patch.setattr("webbrowser.open", shown.append)
        page = Studio(None, {}, {}, {})
        page.open_browser(studio.address)
        (door,) = (Path(urlsplit(one).path) for one in shown)
        assert studio.path.strip("/") not in shown[0]
        assert door.parent.stat().st_mode & 0o077 == 0
        with opened_page(door) as (window, complaints):
            window.wait_for_url(studio.address)
            assert window.title().endswith("studio")
            assert complaints == []
        page.close()
    assert not door.exists()


def test_a_taken_port_is_said(studio, command):
    done = command("studio", "--no-browser", "--port", studio.port)
    assert done.code == 2
    assert f"--port {studio.port} cannot be had" in done.complaints[0]


def test_what_cannot_be_started_is_said(command, tmp_path, monkeypatch):
    for arguments, told in (
        (("none.exr",), "no such file"),
        (("--recipe", "none.toml"), "none.toml"),
        (("--port", "99999"), "65535"),
    ):
        done = command("studio", "--no-browser", *arguments)
        assert done.code == 2
        assert told in done.stderr
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    monkeypatch.delitem(sys.modules, "spectral_film.studio.serving", raising=False)
    done = command("studio", "--no-browser")
    assert done.code == 2
    assert "pip install 'spectral-film[studio]'" in done.complaints[0]


async def take_turns():
    turns, begun = Turns(("first", "second")), []

    def work(name):
        def do():
            begun.append(name)
            if name == "fails":
                raise ValueError(name)
            return name

        return do

    async def ask(kind, name):
        try:
            return await turns.take(kind, work(name))
        except (Overtaken, ValueError) as why:
            return type(why).__name__

    asked = [("second", "a"), ("second", "b"), ("second", "c"), ("first", "d"), ("first", "fails"),
             ("second", "e")]  # fmt: skip
    ended = await asyncio.gather(*(ask(*one) for one in asked))
    return ended, begun


def test_nothing_queues_and_the_newest_of_each_kind_is_done():
    ended, begun = asyncio.run(take_turns())
    assert ended == ["a", "Overtaken", "Overtaken", "Overtaken", "ValueError", "e"]
    assert begun == ["a", "fails", "e"]  # the most urgent kind first
