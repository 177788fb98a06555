"""Zips that hold no clock: the same files give the same bytes."""

import zipfile
from collections.abc import Iterable
from pathlib import Path

DATE = (1980, 1, 1, 0, 0, 0)
COMPRESSION = 3  # of 9; more takes seven times as long for 2 % less


def write_zip(path: Path, folder: Path, names: Iterable[str]) -> None:
    """Write files of a folder, named by their places in it."""
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(
                zipfile.ZipInfo(name, DATE),
                (folder / name).read_bytes(),
                zipfile.ZIP_DEFLATED,
                COMPRESSION,
            )
