"""Lay two benchmarks beside each other, figure by figure.

    python scripts/compare_benchmarks.py BEFORE.json AFTER.json

Milliseconds of two runs differ by whatever else the machine did; ratios and shares do not.
"""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path


def lines(before: dict, after: dict) -> Iterator[str]:
    """A Markdown table: the figures of both, and after / before."""
    for name, said in (("before", before), ("after", after)):
        yield f"{name}: {said['date']}, {said['device']}, {said['size']}"
    yield ""
    yield "| | | before | after | after / before |"
    yield "|---|---|---|---|---|"
    one, other = before["figures"], after["figures"]
    for row in dict.fromkeys([*one, *other]):
        for column in dict.fromkeys([*one.get(row, {}), *other.get(row, {})]):
            was, now = one.get(row, {}).get(column), other.get(row, {}).get(column)
            cells = ("" if value is None else f"{value:.3g}" for value in (was, now))
            ratio = f"{now / was:.2f}" if was and now is not None else ""
            yield f"| {row} | {column} | {' | '.join(cells)} | {ratio} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    given = parser.parse_args()
    for line in lines(*(json.loads(p.read_text("utf-8")) for p in (given.before, given.after))):
        print(line)


if __name__ == "__main__":
    main()
