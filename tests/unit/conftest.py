"""The command line run inside the test's own process, and pictures to run it on."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import OpenImageIO
import pytest

from spectral_film.app import main as cli


class Done(NamedTuple):
    """How a command ended, and what it said."""

    code: int
    stdout: str
    stderr: str

    @property
    def complaints(self) -> list[str]:
        """Lines that begin as an error does."""
        return [s for s in self.stderr.splitlines() if s.startswith("spectral-film: error: ")]


@pytest.fixture
def command(monkeypatch, capsys, tmp_path) -> Callable[..., Done]:
    """`spectral-film` with these arguments, in `tmp_path`."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: object) -> Done:
        monkeypatch.setattr("sys.argv", ["spectral-film", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as stop:
            cli.main()
        said = capsys.readouterr()
        return Done(stop.value.code or 0, said.out, said.err)

    return run


@pytest.fixture
def few_colours(monkeypatch) -> None:
    """Tables of a pack are solved and judged with a twentieth of the colours: in half the time."""
    from bake import stage_tables

    monkeypatch.setattr(stage_tables, "COLOURS_OF_A_KIND", 2000)
    monkeypatch.setattr(stage_tables, "JUDGED_OF_A_KIND", 500)
    monkeypatch.setattr(stage_tables, "COLOURS_OF_A_NODE", 2)


def save_picture(
    path: Path, pixels: np.ndarray, names: tuple[str, ...] | None = None, number="float", **header
) -> Path:
    """Write (y, x, channel) as it is; `header` may hold x, y, full_width ... and attributes."""
    height, width, channels = pixels.shape
    spec = OpenImageIO.ImageSpec(width, height, channels, number)
    if names:
        spec.channelnames = names
    for name, value in header.items():
        if hasattr(spec, name):
            setattr(spec, name, value)
        else:
            spec[name.replace("__", ":")] = value
    output = OpenImageIO.ImageOutput.create(str(path))
    assert output.open(str(path), spec), output.geterror()
    assert output.write_image(np.ascontiguousarray(pixels, np.float32)), output.geterror()
    output.close()
    return path


@pytest.fixture
def grey(tmp_path) -> Path:
    """An 18 % grey of 12 x 8 pixels, `grey.exr`."""
    return save_picture(tmp_path / "grey.exr", np.full((8, 12, 3), 0.18))
