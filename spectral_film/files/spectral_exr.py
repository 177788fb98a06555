"""Spectra among the channels of an OpenEXR file.

Layout of Fichet et al., "An OpenEXR Layout for Spectral Images", JCGT 10(3), 2021:
`S0.550,000000nm` is emitted light (the comma is the decimal sign), `S1`-`S3` its polarisation;
`T.` or `M00.` a reflectance, other `M` the polarisation of that; `T.380nm.550nm` fluorescence.
Older renderers name a band by its ends: `12.34-56.78nm`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from spectral_film.errors import InputError
from spectral_film.files.wavelengths import checked_wavelengths
from spectral_film.light.scene import SceneKind

# After the reference reader, with the paper's T beside the M of later files.
FICHET = re.compile(
    r"(S[0-3]|T|M[0-3][0-3])\.(\d*,?\d*(?:[Ee][+-]?\d+)?)(Y|Z|E|P|T|G|M|k|h|da|d|c|m|u|n|p)?(m|Hz)"
)
FLUORESCENT = re.compile(r"T\.[\d,]+nm\.[\d,]+nm")
BAND = re.compile(r"(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)nm")
PREFIX = {
    "Y": 1e24, "Z": 1e21, "E": 1e18, "P": 1e15, "T": 1e12, "G": 1e9, "M": 1e6, "k": 1e3, "h": 1e2,
    "da": 1e1, "": 1.0, "d": 1e-1, "c": 1e-2, "m": 1e-3, "u": 1e-6, "n": 1e-9, "p": 1e-12,
}  # fmt: skip
SPEED_OF_LIGHT = 299_792_458.0  # m/s
PREVIEW = ("R", "G", "B", "Y", "RY", "BY")


@dataclass(frozen=True, kw_only=True)
class SpectralLayout:
    """Which channels of a file are the spectrum.

    Attributes:
        light: Index of each channel of the spectrum, by rising wavelength.
        wavelength_nm: Their wavelengths, (channel,).
        kind: What they hold.
        passengers: Index of each channel that rides along.
        notes: What was chosen or left, a sentence each.
    """

    light: list[int]
    wavelength_nm: np.ndarray
    kind: SceneKind
    passengers: list[int]
    notes: tuple[str, ...]


def is_spectral(names: Sequence[str]) -> bool:
    """Whether channels of these names hold spectra that name their own wavelengths."""
    return any(_component(name) in ("S0", "T", "M00", "band") for name in names)


def named_layout(names: Sequence[str], spectra: SceneKind | None, path: object) -> SpectralLayout:
    """The layout of channels that name their own wavelengths.

    A file with both emitted light and reflectances gives its light, unless `spectra` asks for the
    other; else `spectra` replaces what the names say.

    Raises:
        InputError: the wavelengths make no spectrum.
    """
    components: dict[str, list[int]] = {}
    passengers: list[int] = []
    previews: list[int] = []
    for index, name in enumerate(names):
        if (component := _component(name)) is not None:
            components.setdefault(component, []).append(index)
        else:
            (previews if name in PREVIEW else passengers).append(index)

    notes = []
    emitted = components.pop("S0", None) or components.pop("band", None)
    reflected = components.pop("T", None) or components.pop("M00", None)
    if emitted and reflected:
        kind: SceneKind = spectra or "radiance"
        light = emitted if kind == "radiance" else reflected
        other = "reflectance" if kind == "radiance" else "radiance"
        notes.append(
            f"the file holds emitted light and reflectances; the {kind} is taken "
            f"(--spectra {other} takes the other)"
        )
    else:
        light = emitted or reflected or []
        own: SceneKind = "radiance" if emitted else "reflectance"
        kind = spectra or own
        if kind != own:
            notes.append(f"channels named as {own} are taken as {kind}, as asked")
    if components:
        left = sum(map(len, components.values()))
        notes.append(
            f"{left} channels of polarisation or fluorescence "
            f"({', '.join(sorted(components))}) are left out: film counts all light alike"
        )
    if previews:
        notes.append(f"the preview {', '.join(names[at] for at in previews)} is left out")

    wavelength_nm = np.array([_wavelength_nm(names[at]) for at in light])
    checked_wavelengths(wavelength_nm, path, InputError)
    order = np.argsort(wavelength_nm)  # names sort as text: S0.1000nm before S0.400nm
    return SpectralLayout(
        light=[light[at] for at in order],
        wavelength_nm=wavelength_nm[order],
        kind=kind,
        passengers=passengers,
        notes=tuple(notes),
    )


def told_layout(
    names: Sequence[str], wavelength_nm: np.ndarray, spectra: SceneKind | None, path: object
) -> SpectralLayout:
    """The layout of channels whose wavelengths the user gives, in the order of their names.

    Numbers in names count as numbers: `w400, w1000`. When there are more channels than
    wavelengths, R, G, B, Y (a preview), A and Z are not of the spectrum.

    Raises:
        InputError: the counts differ.
    """
    light = list(range(len(names)))
    if len(names) != len(wavelength_nm):
        light = [at for at in light if names[at] not in (*PREVIEW, "A", "Z")]
    if len(light) != len(wavelength_nm):
        raise InputError(
            f"{path}: {len(light)} channels of spectrum ({_some(names, light)}) and "
            f"{len(wavelength_nm)} wavelengths; give one wavelength for each channel"
        )
    light.sort(key=lambda at: _natural(names[at]))
    order = np.argsort(wavelength_nm)
    notes = [
        f"channels {_some(names, light)} are taken in this order as {wavelength_nm[0]:g} to "
        f"{wavelength_nm[-1]:g} nm"
    ]
    if spectra is None:
        notes.append("the spectra are taken as reflectance (--spectra radiance if they are light)")
    return SpectralLayout(
        light=[light[at] for at in order],
        wavelength_nm=wavelength_nm[order],
        kind=spectra or "reflectance",
        passengers=[at for at, name in enumerate(names) if at not in light and name not in PREVIEW],
        notes=tuple(notes),
    )


def _component(name: str) -> str | None:
    if match := FICHET.fullmatch(name):
        return match[1] if re.search(r"\d", match[2]) else None
    if FLUORESCENT.fullmatch(name):
        return "T.T"
    return "band" if BAND.fullmatch(name) else None


def _wavelength_nm(name: str) -> float:
    if match := BAND.fullmatch(name):
        return (float(match[1]) + float(match[2])) / 2
    match = FICHET.fullmatch(name)
    assert match is not None  # `_component` found it
    value = float(match[2].replace(",", ".")) * PREFIX[match[3] or ""]
    if match[4] == "Hz":
        value = SPEED_OF_LIGHT / value if value else np.inf
    return round(value * 1e9, 6)


def _natural(name: str) -> list[tuple[float, str]]:
    parts = re.split(r"(\d+(?:[.,]\d+)?)", name)
    texts, numbers = parts[::2], [*(float(n.replace(",", ".")) for n in parts[1::2]), 0.0]
    return [
        pair
        for text, number in zip(texts, numbers, strict=True)
        for pair in ((0.0, text), (number, ""))
    ]


def _some(names: Sequence[str], chosen: Sequence[int]) -> str:
    if len(chosen) > 4:
        return f"{names[chosen[0]]}, {names[chosen[1]]} ... {names[chosen[-1]]}"
    return ", ".join(names[at] for at in chosen)
