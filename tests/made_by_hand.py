"""Files written byte by byte, where no library writes what a test needs: profiles, tags, chunks."""

import struct
import zlib

import colour
import numpy as np
import OpenImageIO

D50_OF_ICC = np.array([0.9642, 1.0, 0.8249])
D65 = (0.3127, 0.3290)
REC709 = ((0.64, 0.33), (0.30, 0.60), (0.15, 0.06))
PROPHOTO = ((0.734699, 0.265301), (0.159597, 0.840403), (0.036598, 0.000105))  # ISO 22028-2
ADOBE = ((0.64, 0.33), (0.21, 0.71), (0.15, 0.06))
D50 = (0.345704, 0.358540)


def xyz_of(white):
    return colour.xy_to_XYZ(white)


def primaries_to_xyz(primaries, white):
    return colour.normalised_primary_matrix(np.ravel(primaries), np.array(white))


def adapted(source, to):
    return colour.adaptation.matrix_chromatic_adaptation_VonKries(source, to, "Bradford")


def linear_rec709(linear, primaries, white):
    """What light of these primaries is in linear Rec.709/D65; (..., 3)."""
    to_d65 = adapted(xyz_of(white), xyz_of(D65)) @ primaries_to_xyz(primaries, white)
    return linear @ np.linalg.solve(primaries_to_xyz(REC709, D65), to_d65).T


def curv(*values):
    return b"curv" + struct.pack(f">II{len(values)}H", 0, len(values), *values)


def para(kind, *numbers):
    return b"para" + struct.pack(f">IHH{len(numbers)}i", 0, kind, 0, *fixed(*numbers))


def fixed(*numbers):
    return [round(number * 65536) for number in numbers]


def profile(curve=None, primaries=REC709, white=D65, *, name="a profile", space=b"RGB ",
            kind=b"mntr", connection=b"XYZ ", version=2, extra=None):  # fmt: skip
    """An ICC profile of a curve, or of three, and of primaries that are adapted to D50."""
    curve = curv() if curve is None else curve
    curves = curve if isinstance(curve, tuple) else (curve,) * 3
    if version == 2:
        text = b"desc" + struct.pack(">II", 0, len(name) + 1) + name.encode() + bytes(80)
    else:
        wide = name.encode("utf-16-be")
        text = b"mluc" + struct.pack(">IIIHHII", 0, 1, 12, 0x656E, 0x5553, len(wide), 28) + wide
    tags = {b"desc": text, b"wtpt": b"XYZ " + struct.pack(">I3i", 0, *fixed(*D50_OF_ICC))}
    if space == b"GRAY":
        tags[b"kTRC"] = curves[0]
    else:
        to_d50 = adapted(xyz_of(white), D50_OF_ICC) @ primaries_to_xyz(primaries, white)
        for at, channel in enumerate((b"r", b"g", b"b")):
            tags[channel + b"XYZ"] = b"XYZ " + struct.pack(">I3i", 0, *fixed(*to_d50[:, at]))
            tags[channel + b"TRC"] = curves[at]
    tags |= extra or {}
    table, data = struct.pack(">I", len(tags)), b""
    for signature, content in tags.items():
        start = 128 + 4 + 12 * len(tags) + len(data)
        table += struct.pack(">4sII", signature, start, len(content))
        data += content + bytes(-len(content) % 4)
    size = 128 + len(table) + len(data)
    header = struct.pack(">IIB3x4s4s4s12x4s", size, 0, version, kind, space, connection, b"acsp")
    return header.ljust(128, b"\0") + table + data


def save(path, pixels, number, icc=None, names=None, **attributes):
    """Write (y, x, channel); attributes are (type, value) or a value, ':' written as '__'."""
    pixels = np.ascontiguousarray(pixels, np.float32)
    height, width, channels = pixels.shape
    spec = OpenImageIO.ImageSpec(width, height, channels, number)
    if names:
        spec.channelnames = tuple(names)
    if icc is not None:
        content = np.frombuffer(icc, np.uint8)
        spec.attribute("ICCProfile", OpenImageIO.TypeDesc(f"uint8[{len(content)}]"), content)
    for name, value in attributes.items():
        if isinstance(value, tuple):
            spec.attribute(name.replace("__", ":"), OpenImageIO.TypeDesc(value[0]), value[1])
        else:
            spec[name.replace("__", ":")] = value
    output = OpenImageIO.ImageOutput.create(str(path))
    assert output.open(str(path), spec), output.geterror()
    assert output.write_image(pixels), output.geterror()
    output.close()
    return path


def chunk(kind, content):
    return (
        struct.pack(">I", len(content))
        + kind
        + content
        + struct.pack(">I", zlib.crc32(kind + content))
    )


def iccp(icc):
    return chunk(b"iCCP", b"any name\0\0" + zlib.compress(icc))


def gama(exponent):
    return chunk(b"gAMA", struct.pack(">I", round(100000 / exponent)))


def chrm(primaries, white=D65):
    return chunk(b"cHRM", struct.pack(">8I", *(
        round(number * 100000) for number in (*white, *np.ravel(primaries))
    )))  # fmt: skip


def png(path, codes, *chunks):
    """A PNG of 16-bit codes (y, x, channel) with nothing but these chunks before its pixels."""
    height, width, channels = codes.shape
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in codes)
    head = struct.pack(">IIBBBBB", width, height, 16, {1: 0, 2: 4, 3: 2, 4: 6}[channels], 0, 0, 0)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + b"".join(chunks)
        + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    )  # fmt: skip
    return path


def tiff(path, *pages, order="<", big=False):
    """A TIFF of pages (codes, photometric, tags); tags: number -> (type, values).

    Types are those of TIFF 6.0: 2 text, 3 short, 4 long, 5 fraction.
    """
    places = "Q" if big else "I"
    wide = 8 if big else 4
    content = {"<": b"II", ">": b"MM"}[order] + struct.pack(order + "H", 43 if big else 42)
    content += struct.pack(order + "HHQ", 8, 0, 0) if big else struct.pack(order + "I", 0)
    link = len(content) - wide
    for codes, photometric, tags in pages:
        height, width, channels = codes.shape
        pixels = codes.astype(codes.dtype.newbyteorder(order)).tobytes()
        bits = codes.dtype.itemsize * 8
        start = len(content)
        content += pixels
        fields = {
            256: (4, [width]), 257: (4, [height]), 258: (3, [bits] * channels), 259: (3, [1]),
            262: (3, [photometric]), 273: (4, [start]), 277: (3, [channels]), 278: (4, [height]),
            279: (4, [len(pixels)]), 339: (3, [3 if codes.dtype.kind == "f" else 1] * channels),
        } | tags  # fmt: skip
        if channels == 2:
            fields[338] = (3, [2])  # alpha, not multiplied
        entries = b""
        for tag, (kind, values) in sorted(fields.items()):
            letters = {2: "B", 3: "H", 4: "I", 5: "I"}[kind] * len(values)
            data = struct.pack(order + letters, *values)
            count = len(values) // 2 if kind == 5 else len(values)
            if len(data) > wide:
                place, content = len(content), content + data
                data = struct.pack(order + places, place)
            entries += struct.pack(f"{order}HH{places}", tag, kind, count) + data.ljust(wide, b"\0")
        directory = len(content)
        content = content[:link] + struct.pack(order + places, directory) + content[link + wide :]
        content += struct.pack(order + ("Q" if big else "H"), len(fields)) + entries
        link = len(content)
        content += bytes(wide)
    path.write_bytes(content)
    return path


def exif(colour_space, index=None):
    """A segment of Exif with the field ColorSpace and the index of interoperability."""
    fields = [struct.pack("<HHIHH", 0xA001, 3, 1, colour_space, 0)]
    if index is not None:
        fields.append(struct.pack("<HHII", 0xA005, 4, 1, 56))
    inner = struct.pack("<H", len(fields)) + b"".join(fields) + bytes(4)
    outer = b"II*\0" + struct.pack("<IH", 8, 1) + struct.pack("<HHIII", 0x8769, 4, 1, 26, 0)
    content = (outer + inner).ljust(56, b"\0")
    if index is not None:
        content += struct.pack("<HHHI4sI", 1, 1, 2, 4, index.encode() + b"\0", 0)
    return b"Exif\0\0" + content


def with_segments(jpeg, *segments):
    """Put (kind, content) behind the start of a JPEG file."""
    start, rest = jpeg.read_bytes()[:2], jpeg.read_bytes()[2:]
    made = b"".join(
        bytes([0xFF, kind]) + struct.pack(">H", len(content) + 2) + content
        for kind, content in segments
    )
    jpeg.write_bytes(start + made + rest)
    return jpeg
