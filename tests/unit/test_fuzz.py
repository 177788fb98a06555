"""A short run of `scripts/fuzz.py`, and that it would tell of a fault."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
KINDS = ("exr", "spectral", "png", "tiff", "dpx", "hdr", "jpeg", "others", "envi", "film", "sheet",
         "light")  # fmt: skip  # a pack would have to be baked first


def fuzz(*arguments):
    command = [sys.executable, str(ROOT / "scripts/fuzz.py"), *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_damaged_files_are_read_or_refused(tmp_path):
    done = fuzz("--count", 480, "--seed", 1, "--keep", tmp_path, "--kind", *KINDS)
    assert done.returncode == 0, done.stdout + done.stderr
    *kinds, last = done.stdout.splitlines()
    assert last.startswith("480 inputs in ")
    told = [line.split() for line in kinds]
    assert tuple(name for name, *_ in told) == KINDS
    # Damage is neither so mild that nothing is refused, nor such that nothing is reached.
    assert all(int(refused) > 0 for _, _, _, refused, *_ in told)
    assert sum(int(read) for _, read, *_ in told) > 50


@pytest.mark.slow
@pytest.mark.parametrize(("said", "fault"), [
    ("raise KeyError('x')", "fault: KeyError"),
    ("import os; os.abort()", "fault: dies, -6"),
    ("bytearray(1 << 33)", "fault: MemoryError"),
    ("import warnings; warnings.warn('x')", "fault: UserWarning"),
    ("from spectral_film.errors import InputError; raise InputError('fine')", "refused"),
    ("pass", "read"),
])  # fmt: skip
def test_every_kind_of_fault_is_told(tmp_path, said, fault):
    """The worker, with a reader in the place of ours."""
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds/a.csv").write_text("1,2\n")
    worker = (
        f"import sys; sys.path.insert(0, {str(ROOT / 'scripts')!r})\n"
        "import fuzz_try\n"
        f"def read(*_):\n    {said}\n"
        "fuzz_try.read = read\n"
        f"fuzz_try.main('light', {str(tmp_path / 'seeds')!r}, {str(tmp_path / 'work')!r}, [7])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", worker], cwd=ROOT, capture_output=True, text=True, check=False
    )
    first, *rest = map(json.loads, done.stdout.splitlines())
    assert first == {"begins": 7}
    if "dies" in fault:
        assert (rest, done.returncode) == ([], -6)
    else:
        assert rest[0]["outcome"].startswith(fault)
    assert (tmp_path / "work/light-7").exists() == fault.startswith("fault")  # a faulty one is kept


def test_the_same_number_is_the_same_input():
    code = (
        f"import sys; sys.path.insert(0, {str(ROOT / 'scripts')!r})\n"
        "from random import Random\nfrom fuzz_damage import damaged\nimport hashlib\n"
        "made = [damaged(bytes(range(256)) * 4, Random(f'exr:{n}'), text=n % 2 == 0)"
        " for n in range(200)]\n"
        "print(len(set(made)), hashlib.sha256(b''.join(made)).hexdigest())"
    )
    one, other = (subprocess.check_output([sys.executable, "-c", code], text=True) for _ in "ab")
    assert one == other
    assert int(one.split()[0]) > 190
