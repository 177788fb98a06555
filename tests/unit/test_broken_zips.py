"""A zip that is none, or whose names are none, is refused as a pack in one sentence."""

import io
import random
import zipfile

import pytest

from bake.opening import open_pack
from spectral_film.errors import InputError


def archive() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("pack.json", '{"schema": 1}' * 50, zipfile.ZIP_DEFLATED)
        packed.writestr("luts/é.cube", "1 2 3\n" * 100, zipfile.ZIP_LZMA)
        packed.writestr("grain", bytes(300), zipfile.ZIP_BZIP2)
    return file.getvalue()


def refused(path, content):
    path.write_bytes(content)
    with pytest.raises(InputError) as why, open_pack(path):
        pass
    assert path.name in str(why.value)


def test_a_name_that_is_no_text(tmp_path):
    name = "é".encode()
    whole = archive()
    assert whole.count(name) == 2  # beside the file, and in the directory at the end
    refused(tmp_path / "a.zip", whole.replace(name, b"\xa0\xa0", 1))
    refused(tmp_path / "b.zip", whole.replace(name, b"\xa0\xa0"))


def test_any_byte_may_be_wrong(tmp_path):
    chance = random.Random(5207)
    whole = archive()
    for _ in range(300):
        rotten = bytearray(whole)
        for _ in range(chance.choice((1, 2, 8))):
            rotten[chance.randrange(len(rotten))] = chance.randrange(256)
        refused(tmp_path / "a.zip", bytes(rotten))
