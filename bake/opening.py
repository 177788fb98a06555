"""Open a pack, folder or zip, and refuse what is not whole."""

import json
import lzma
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from bake.manifest import MANIFEST, SCHEMA, SCHEMA_VERSION, Manifest
from bake.older import as_version_2, as_version_3, as_version_4, as_version_5
from bake.parts import digest
from spectral_film.errors import InputError, printable
from spectral_film.text_files import read_text

# What zipfile raises of a damaged archive: names that are no text, and sizes that are none, too.
BROKEN = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error,
    OSError, EOFError, RuntimeError, ValueError, OverflowError, LookupError,
)  # fmt: skip
LARGEST_BYTES = 4 * 2**30  # of a pack, unpacked: forty times one of two pitches
LARGEST_MANIFEST = 16 << 20  # bytes: a hundred times that of two pitches
MOST_FILES = 10_000
LONGEST_NAME = 200  # letters, of which a file system takes 255 and more bytes


@dataclass(frozen=True)
class Pack:
    """An open pack.

    Attributes:
        path: As it was named.
        folder: Where its files lie.
        manifest: What it says of itself.
    """

    path: Path
    folder: Path
    manifest: Manifest

    def file(self, name: str) -> Path:
        """A file of the pack."""
        return self.folder / name


def must_be_there(path: Path) -> None:
    """Refuse a name that no pack has.

    Raises:
        InputError: neither a folder nor a file.
    """
    if not path.is_dir() and not path.is_file():
        raise InputError(f"{path}: no such pack; expected a folder or a .zip with {MANIFEST}")


@contextmanager
def open_pack(path: Path) -> Iterator[Pack]:
    """A pack whose every part is what its manifest says.

    Raises:
        InputError: no pack, another version of the schema, or a part that is missing, exchanged
            or damaged; it is named.
    """
    if path.is_dir():
        yield _checked(path, path)
        return
    must_be_there(path)
    with tempfile.TemporaryDirectory(prefix="spectral-film-") as unpacked:
        _unpack(path, Path(unpacked))
        yield _checked(path, Path(unpacked))


def _unpack(path: Path, folder: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            if len(archive.infolist()) > MOST_FILES:
                raise InputError(f"{path}: holds more than {MOST_FILES} files; no pack does")
            size = sum(member.file_size for member in archive.infolist())
            if size > LARGEST_BYTES:
                raise InputError(
                    f"{path}: would unpack to {size / 2**30:.1f} GiB; no pack is so large"
                )
            for member in archive.infolist():
                target = (folder / member.filename).resolve()
                if not target.is_relative_to(folder.resolve()) or "\\" in member.filename:
                    raise InputError(
                        f"{path}: {member.filename!r} would lie outside the pack; it was not made "
                        "by bake pack, do not trust it"
                    )
            archive.extractall(folder)
    except InputError:
        raise
    except BROKEN as reason:
        raise InputError(f"{path}: is no zip that can be read ({reason}); copy it again") from None


def _checked(path: Path, folder: Path) -> Pack:
    manifest = _manifest(path, folder)
    size = sum(wanted.bytes for wanted in manifest.files.values())
    if size > LARGEST_BYTES:
        raise InputError(f"{path}: would have {size / 2**30:.1f} GiB; no pack is so large")
    for name, wanted in manifest.files.items():
        part = folder / name
        if len(name) > LONGEST_NAME:
            raise InputError(f"{path}: {name[:40]} ... is no name of a file; bake it again")
        if not part.is_file():
            raise InputError(f"{path}: {name} is missing; copy the whole pack again")
        if not part.resolve().is_relative_to(folder.resolve()):
            raise InputError(f"{path}: {name} leads out of the pack; put the file itself there")
        if part.stat().st_size != wanted.bytes or digest(part) != wanted:
            raise InputError(
                f"{path}: {name} is not the file the pack was made with (sha256 differs); parts of "
                "two packs do not mix, copy the whole pack again"
            )
    unlisted = [n for n in _named(manifest) if n not in manifest.files]
    if unlisted:
        raise InputError(
            f"{path}: {MANIFEST} names {unlisted[0]} but gives no hash of it; bake again"
        )
    return Pack(path, folder, manifest)


def _manifest(path: Path, folder: Path) -> Manifest:
    if not (folder / MANIFEST).exists():
        raise InputError(f"{path}: holds no {MANIFEST}; give a pack")
    try:
        text = read_text(folder / MANIFEST, "manifest", "that of a pack", LARGEST_MANIFEST)
        said = json.loads(text)
    except InputError as reason:
        raise InputError(str(reason).replace(str(folder), str(path))) from None
    except (ValueError, RecursionError) as reason:
        raise InputError(f"{path}: {MANIFEST} is no JSON ({reason}); copy the pack again") from None
    said = said if isinstance(said, dict) else {}
    for text in _texts(said):
        if text != printable(text):
            raise InputError(f"{path}: {MANIFEST} holds {text[:80]!r}, no line of text; bake again")
    if said.get("schema") != SCHEMA:
        raise InputError(
            f"{path}: {MANIFEST} has the schema {said.get('schema')!r}, expected {SCHEMA!r}; this "
            "is no pack of spectral-film"
        )
    version = said.get("schema_version")
    if not isinstance(version, int) or not 1 <= version <= SCHEMA_VERSION:
        raise InputError(
            f"{path}: its schema_version is {version!r}, this program reads 1 to "
            f"{SCHEMA_VERSION}; bake it again with this version"
        )
    try:
        if version == 1:
            said = as_version_2(said)
        if version < 3:
            said = as_version_3(said)
        if version < 4:
            said = as_version_4(said)
        if version < SCHEMA_VERSION:
            said = as_version_5(said)
        return Manifest.model_validate(said)
    except KeyError as reason:
        raise InputError(f"{path}: {MANIFEST} lacks {reason}; bake it again") from None
    except TypeError:
        raise InputError(
            f"{path}: {MANIFEST} is none of version {version}; bake it again"
        ) from None
    except ValidationError as reason:
        first = reason.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise InputError(f"{path}: {MANIFEST}, {where}: {first['msg']}; bake it again") from None


def _texts(said: object) -> Iterator[str]:
    """Every name and text in JSON."""
    if isinstance(said, str):
        yield said
    elif isinstance(said, list):
        for one in said:
            yield from _texts(one)
    elif isinstance(said, dict):
        for name, one in said.items():
            yield name
            yield from _texts(one)


def _named(manifest: Manifest) -> Iterator[str]:
    """Every file that a manifest plays."""
    for table in manifest.tables().values():
        yield table.clf
        yield table.cube
    for kernel in manifest.chain.kernels:
        for image in kernel.images:
            yield image.rgb
            yield from image.layers.values()
    for grain in manifest.chain.grains:
        yield grain.texture.noise
        for grained in grain.texture.images:
            yield grained.rgb
            yield from grained.layers.values()
    if manifest.halves:
        yield manifest.halves.print_clf
    yield manifest.reference.scene
    yield manifest.reference.render
