"""Damage files of a kind and read each as the program does: the working half of fuzz.py.

Says a line of JSON before each input and after it, so that whoever started it knows at which one it
died. Its memory is bounded here, its time by who started it.
"""

import contextlib
import json
import resource
import shutil
import sys
import traceback
import warnings
from pathlib import Path
from random import Random

from fuzz_damage import damaged

from spectral_film.errors import SpectralFilmError, printable

CAP = 2 << 30  # bytes of address space, beside what the libraries take when they are loaded
TEXTS = ("sheet", "light")
SPACES = (None, None, "sRGB", "ACEScg")
LARGEST = 1 << 20  # samples of a picture that is written again
LONGEST = 4000  # letters of what is said


def read(kind: str, path: Path, chance: Random) -> None:
    """Read an input in the way of its kind."""
    if kind == "film":
        from spectral_film.emulsion.description import describe
        from spectral_film.emulsion.reader import read_film

        list(describe(read_film(path)))
    elif kind == "sheet":
        from reference.fit.sheet import read_sheet

        read_sheet(path)
    elif kind == "light":
        from spectral_film.light.spectra import illuminant
        from spectral_film.metamerism.observers import camera

        camera(path) if "camera" in path.name else illuminant(path)
    elif kind == "pack":
        read_pack(path)
    else:
        read_picture(kind, path, chance)


def read_picture(kind: str, path: Path, chance: Random) -> None:
    """Read it, and write what was read beside it, with all that it says of itself."""
    from spectral_film.files.labels import read_provenance
    from spectral_film.files.output import write_picture
    from spectral_film.files.pictures import read_scene

    with contextlib.suppress(SpectralFilmError):
        read_provenance(path)
    space = chance.choice(SPACES)
    if kind in ("spectral", "envi", "raw"):
        space = None
    elif kind == "dpx":
        space = "LogC4"
    scene = read_scene(
        path,
        input_space=space,
        nan=chance.choice(("refuse", "zero")),
    )
    if scene.planes.size > LARGEST or scene.display_size[0] * scene.display_size[1] > LARGEST:
        return
    suffix, bits = chance.choice(((".exr", 16), (".png", 8), (".tif", 16), (".dpx", 10)))
    shown = scene.planes[:3].clip(0, 1) if len(scene.planes) >= 3 else scene.planes[[0, 0, 0]]
    write_picture(path.with_name(f"again{suffix}"), shown, bits=bits, scene=scene, overwrite=True)


def read_pack(path: Path) -> None:
    """Open it and make its tables ready to be played."""
    from bake.opening import open_pack

    with open_pack(path) as pack:
        pack.manifest.tables()


def input_of(kind: str, seeds: Path, folder: Path, chance: Random) -> Path:
    """A damaged copy of one of the seeds; what lies beside it comes along."""
    seed = chance.choice(sorted(p for p in seeds.iterdir() if p.suffix != ".img"))
    beside = [seed.with_suffix(".img")] if kind == "envi" else []
    text = kind in TEXTS
    if seed.is_dir():
        path = Path(shutil.copytree(seed, folder / seed.name))
        part = chance.choice(sorted(p for p in path.rglob("*") if p.is_file()))
        part.write_bytes(damaged(part.read_bytes(), chance, text=text))
        return path
    path = folder / seed.name
    for whole in beside:
        shutil.copy(whole, folder)
    if beside and chance.random() < 0.3:
        path.write_bytes(seed.read_bytes())
        path = folder / beside[0].name
        path.write_bytes(damaged(path.read_bytes(), chance, text=False))
        return folder / seed.name
    path.write_bytes(damaged(seed.read_bytes(), chance, text=text or kind == "envi"))
    return path


def outcome_of(kind: str, path: Path, chance: Random) -> str:
    """`read`, `refused`, or what went wrong."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            read(kind, path, chance)
    except SpectralFilmError as refused:
        said = str(refused)
        if said != printable(said) or len(said) > LONGEST:
            return f"fault: said in {len(said)} letters: {said[:200]}"
        return "refused"
    except BaseException as wrong:
        where = traceback.extract_tb(wrong.__traceback__)[-1]
        ours = [
            f
            for f in traceback.extract_tb(wrong.__traceback__)
            if "/site-packages/" not in f.filename
        ]
        at = ours[-1] if ours else where
        said = printable(str(wrong))[:200]
        return f"fault: {type(wrong).__name__}: {said} ({Path(at.filename).name}:{at.lineno})"
    return "read"


def main(kind: str, seeds: str, work: str, numbers: list[int]) -> None:
    read_all = Path("/proc/self/statm").read_text().split()[0]
    most = int(read_all) * resource.getpagesize() + CAP
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    for number in numbers:
        print(json.dumps({"begins": number}), flush=True)
        chance = Random(f"{kind}:{number}")
        folder = Path(work) / f"{kind}-{number}"
        folder.mkdir(parents=True)
        outcome = outcome_of(kind, input_of(kind, Path(seeds), folder, chance), chance)
        if not outcome.startswith("fault"):
            shutil.rmtree(folder)
        print(json.dumps({"ends": number, "outcome": outcome}), flush=True)


if __name__ == "__main__":
    kind, seeds, work, *numbers = sys.argv[1:]
    main(kind, seeds, work, list(map(int, numbers)))
