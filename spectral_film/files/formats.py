"""The formats that are written: what a suffix stands for."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from spectral_film.errors import UsageError


@dataclass(frozen=True)
class Format:
    """What a suffix stands for.

    Attributes:
        types: OpenImageIO's number type for each bit depth.
        alpha: What its R, G, B beside an alpha are (`files.alpha`); None: it has no alpha.
    """

    types: dict[int, str]
    alpha: Literal["associated", "straight"] | None

    @property
    def bits(self) -> int:
        """The depth that is written unless another is asked for."""
        return 16 if 16 in self.types else max(self.types)


TIFF = Format({8: "uint8", 16: "uint16", 32: "float"}, "straight")
JPEG = Format({8: "uint8"}, None)
FORMATS = {
    ".exr": Format({16: "half", 32: "float"}, "associated"),
    ".tif": TIFF,
    ".tiff": TIFF,
    ".png": Format({8: "uint8", 16: "uint16"}, "straight"),
    ".jpg": JPEG,
    ".jpeg": JPEG,
    ".dpx": Format({10: "uint16", 16: "uint16"}, None),
}


def format_of(path: Path) -> Format:
    """The format of a file by its suffix.

    Raises:
        UsageError: nothing is written under that suffix.
    """
    try:
        return FORMATS[path.suffix.lower()]
    except KeyError:
        raise UsageError(
            f"{path}: cannot write {path.suffix or 'a file without suffix'}; "
            "name it .exr, .tif, .png, .jpg or .dpx"
        ) from None
