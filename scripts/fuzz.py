"""Damage files of every kind that is read, and see that nothing but our own errors comes of it.

    python scripts/fuzz.py [--count 5000] [--seed 1] [--kind exr ...] [--keep build/fuzz]

Each input is one of the small files of `fuzz_seeds.py` after accidents of `fuzz_damage.py`, known
by its kind and a number: the same number is the same input. Readers run in processes of their own,
a batch of inputs each. A fault is an error that is not ours, a process that dies, is silent for
25 s, or wants more than 2 GiB of memory. Faulty inputs stay, and the number that makes each is
printed. Exits with 1 where there are any.
"""

import argparse
import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from fuzz_pack import pack
from fuzz_seeds import SEEDS

HERE = Path(__file__).parent
BATCH = 100  # inputs a process: its start takes as long as reading fifty
PATIENCE = 25.0  # s for one input; a film is given up after 10
KINDS = {**SEEDS, "pack": pack}


def arguments() -> argparse.Namespace:
    known = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    known.add_argument("--count", type=int, default=5000, help="inputs, over all kinds")
    known.add_argument("--seed", type=int, default=1, help="number of the first of each kind")
    known.add_argument("--kind", nargs="+", choices=KINDS, default=list(KINDS))
    known.add_argument("--keep", type=Path, default=Path("build/fuzz"), help="for faulty inputs")
    return known.parse_args()


def outcomes(kind: str, numbers: list[int], seeds: Path, work: Path) -> Iterator[tuple[int, str]]:
    """What came of each input; a process that dies or is silent is replaced."""
    left = list(numbers)
    while left:
        command = [sys.executable, str(HERE / "fuzz_try.py"), kind, str(seeds), str(work)]
        worker = subprocess.Popen(
            [*command, *map(str, left)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        assert worker.stdout is not None
        at = left[0]
        while True:
            ready, _, _ = select.select([worker.stdout], [], [], PATIENCE)
            said = worker.stdout.readline() if ready else b""
            if not said:
                break
            if not said.startswith(b"{"):  # a library's
                continue
            line = json.loads(said)
            if "begins" in line:
                at = line["begins"]
            else:
                left.remove(line["ends"])
                yield line["ends"], line["outcome"]
        worker.kill()
        code = worker.wait()
        if at in left:
            left.remove(at)
            yield at, f"fault: silent for {PATIENCE:g} s" if not ready else f"fault: dies, {code}"


def main() -> int:
    asked = arguments()
    start = time.monotonic()
    each = -(-asked.count // len(asked.kind))
    told: Counter[str] = Counter()
    faults: list[str] = []
    shutil.rmtree(asked.keep / "inputs", ignore_errors=True)
    asked.keep.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as made, ThreadPoolExecutor(os.cpu_count()) as pool:
        batches = []
        for kind in asked.kind:
            seeds = Path(made) / kind
            seeds.mkdir()
            KINDS[kind](seeds)
            every = list(range(asked.seed, asked.seed + each))
            batches += [(kind, every[at : at + BATCH], seeds) for at in range(0, each, BATCH)]

        def run(batch: tuple[str, list[int], Path]) -> list[tuple[str, int, str]]:
            kind, numbers, seeds = batch
            done = outcomes(kind, numbers, seeds, asked.keep / "inputs")
            return [(kind, number, outcome) for number, outcome in done]

        for found in pool.map(run, batches):
            for kind, number, outcome in found:
                told[f"{kind} {outcome.partition(':')[0]}"] += 1
                if outcome.startswith("fault"):
                    faults.append(f"--kind {kind} --seed {number} --count 1: {outcome}")
                    print(faults[-1], flush=True)
    for kind in asked.kind:
        counts = (f"{told[f'{kind} {how}']:6} {how}" for how in ("read", "refused", "fault"))
        print(f"{kind:10}", *counts)
    seconds = time.monotonic() - start
    print(f"{sum(told.values())} inputs in {seconds:.0f} s, {len(faults)} faults")
    if faults:
        (asked.keep / "faults.txt").write_text("\n".join(faults) + "\n")
        print(f"{asked.keep / 'inputs'} holds them, {asked.keep / 'faults.txt'} how to make them")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
