"""Remakes the shelf: every stock whose film reads as its sheet, from reference/sheets.

    python scripts/make_shelf.py            all of them, two at a time
    python scripts/make_shelf.py velvia-50  these

A film that leaves its tolerances is not written, and what it leaves is said.
"""

import argparse
import os
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

ROOT = Path(__file__).parents[1]
SHEETS = ROOT / "reference/sheets"
FILMS = ROOT / "assets/films"


def made(name: str, folder: Path = FILMS) -> str:
    """Fit one stock into a folder; what became of it, in a line."""
    os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false")
    from reference.fit.film_file import write_film
    from reference.fit.model import fit_film
    from reference.fit.report import missed
    from reference.fit.sheet import read_sheet
    from spectral_film.errors import InputError

    start = time.monotonic()
    try:
        model = fit_film(read_sheet(SHEETS / name))
        if lacking := missed(model):
            outcome = f"off: {'; '.join(lacking)}"
        else:
            write_film(folder / f"{name}.h5", model)
            outcome = f"grade {model.sheet.grade}"
    except InputError as reason:
        outcome = f"refused: {reason}"
    return f"{name:24} {time.monotonic() - start:4.0f} s   {outcome}"


def shelf() -> list[str]:
    """Names of all sheets."""
    return sorted(path.parent.name for path in SHEETS.glob("*/sheet.toml"))


def lines(names: list[str]) -> Iterator[str]:
    """What became of each, in order."""
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        yield from pool.map(made, names)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("stocks", nargs="*", help="default: all")
    for line in lines(parser.parse_args().stocks or shelf()):
        print(line, flush=True)
