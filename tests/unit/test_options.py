"""Settings stand in one place: a command that is told nothing decides what `Settings()` decides."""

import sys
from dataclasses import replace

import pytest

from spectral_film import Settings
from spectral_film.path.films import settled
from spectral_film.path.settings import typed


@pytest.fixture
def told(monkeypatch):
    """What a command hands to `worker` instead of its work."""

    def listen(worker: str) -> list:
        heard: list = []

        def stop(*arguments, **_):
            heard.extend(arguments)
            sys.exit()

        monkeypatch.setattr(worker, stop)
        return heard

    return listen


def test_render_decides_what_settings_decide(command, grey, told):
    heard = told("spectral_film.path.rendering.LightTable.render")
    command("render", grey, "print.png")
    assert heard[2] == Settings()


@pytest.mark.parametrize("of", [("render",), ("bake", "lut"), ("bake", "pack")])
def test_help_all_lists_what_help_leaves_out(command, of):
    assert "--flare" in command(*of, "--help-all").stdout
    assert "--balance" in command(*of, "--help").stdout


@pytest.mark.parametrize(("form", "target"), [("lut", "film.cube"), ("pack", "film-pack")])
def test_baking_decides_the_same_for_another_screen(command, form, target, told):
    heard = told(f"bake.{form}.bake_{form}")
    command("bake", form, "-o", target)
    # A table holds nothing of what happens between pixels, so a recipe turns that off.
    off = {"scatter": False, "halation": False, "adjacency": False, "grain": "off"}
    assert heard[0].settings == settled(replace(Settings(), display="Rec.709", **off))


@pytest.mark.parametrize(
    ("setting", "text"),
    [
        (None, "none"),
        (True, "on"),
        (False, "off"),
        ("pde", "pde"),
        ((25.0, 24.5, 26.0), "25,24.5,26"),
    ],
)
def test_a_setting_as_one_types_it(setting, text):
    assert typed(setting) == text
