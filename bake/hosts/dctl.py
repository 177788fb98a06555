"""Steps of a pack as the body of a DCTL, in `float3`.

A blur within a node is gathered: the steps from the node's picture to what is blurred are taken at
every pixel around, and summed by the kernel's Gaussians. Grain is made in its place: its noise
counts pixels and frames, and is filtered around the pixel, whose own dye says how much there is.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np

from bake.chain import Chain
from bake.parts import UNCODED, Kernel, Table
from bake.steps import (
    Arithmetic,
    AtLeast,
    Blur,
    Grain,
    HoldBack,
    Logarithm,
    Lookup,
    Power,
    Printer,
    Step,
)  # fmt: skip

AXES = "xyz"
Filters = Mapping[str, np.ndarray]  # by wire: (picture, layer, row, column), the middle first
# 625 look-ups a pixel. In a 4096 frame that cuts the tails of the widest terms of 5207's
# inhibitor, 0.6 % of the whole, which is given back to the rest.
WIDEST_GATHER_PX = 12
DECODED = """__DEVICE__ float3 decoded(float3 v, float low, float high)
{
    float range = high - low;
    return make_float3(low + range * v.x, low + range * v.y, low + range * v.z);
}"""


# Noise, as replay.py has it but for what its keys are made of: DCTL knows no 64 bits. Its normal
# quantile is M. Giles' (GPU Computing Gems 2, 2011), within 3e-7.
NOISE = """__DEVICE__ unsigned int mixed(unsigned int v)
{
    v = (v ^ (v >> 16)) * 0x7feb352du;
    v = (v ^ (v >> 15)) * 0x846ca68bu;
    return v ^ (v >> 16);
}

__DEVICE__ float noise(int x, int y, unsigned int key)
{
    unsigned int across = mixed((unsigned int)x + key), down = mixed((unsigned int)y + mixed(key));
    float u = ((float)(mixed(across ^ down) >> 8) + 0.5f) / 8388608.0f - 1.0f;
    float w = -_logf((1.0f - u) * (1.0f + u));
    if (w < 5.0f) {
        w = w - 2.5f;
        return 1.41421356f * u * (1.50140941f + w * (0.246640727f + w * (-0.00417768164f
            + w * (-0.00125372503f + w * (0.00021858087f + w * (-4.39150654e-06f
            + w * (-3.5233877e-06f + w * (3.43273939e-07f + w * 2.81022636e-08f))))))));
    }
    w = _sqrtf(w) - 3.0f;
    return 1.41421356f * u * (2.83297682f + w * (1.00167406f + w * (0.00943887047f
        + w * (-0.0076224613f + w * (0.00573950773f + w * (-0.00367342844f
        + w * (0.00134934322f + w * (0.000100950558f + w * -0.000200214257f))))))));
}"""
# What tells the fields of noise apart, of negative and print and of R, G and B.
KEYS = {
    "negative": (0x9E3779B9, 0x3C6EF372, 0xDAA66D2B),
    "print": (0x78DDE6E4, 0x1715609D, 0xB54CDA56),
}


def body(
    chain: Chain, first: str, last: str, *, gather: bool, filters: Filters | None = None
) -> list[str]:
    """Lines that make one wire of another, `float3` each, by their names.

    Args:
        chain: Of the pack.
        first, last: The wires.
        gather: Sum blurs over the pixels around; or else leave them out.
        filters: Of the noise of each grain between them.
    """
    steps = chain.way(first, last)
    gathered = [s for s in steps if gather and isinstance(s, Blur) and s.kernel]
    here = _needed(steps, {blur.gives for blur in gathered}, last)
    lines: list[str] = []
    for step in steps:
        if isinstance(step, Blur) and step in gathered:
            assert step.kernel is not None
            lines += _gather(chain, step, step.kernel, first)
        elif isinstance(step, Grain):
            assert filters is not None
            lines += _grain(step, filters[step.gives])
        elif step.gives in here:
            lines += _lines(chain, step)
    return lines


def _needed(steps: Sequence[Step], given: set[str], last: str) -> set[str]:
    """Wires that `last` is made of where those given are there already."""
    making = {step.gives: step for step in steps}
    needed, seen = [last], set()
    while needed:
        wire = needed.pop()
        if wire in making and wire not in given and wire not in seen:
            seen.add(wire)
            needed += making[wire].inputs
    return seen


def _lines(chain: Chain, step: Step, suffix: str = "") -> Iterator[str]:
    """One step, its wires with a suffix to their names."""
    yield _line(step, suffix)
    if step.gives == chain.stops_on:
        wire = identifier(step.gives) + suffix
        each = ", ".join(f"{wire}.{axis} * _exp2f(stops)" for axis in AXES)
        yield f"{wire} = make_float3({each});"


def _line(step: Step, suffix: str) -> str:
    x, gives = identifier(step.takes) + suffix, identifier(step.gives) + suffix
    if isinstance(step, Lookup):
        return f"float3 {gives} = {_table(x, step.table)};"
    if isinstance(step, Blur | Grain):  # where it is left out
        return f"float3 {gives} = {x};"
    return f"float3 {gives} = make_float3({', '.join(_arithmetic(step, x, suffix))});"


def _arithmetic(step: Arithmetic, x: str, suffix: str) -> list[str]:
    """What becomes of each component of x."""
    match step:
        case Power():
            sign = "-" if step.direction < 0 else ""
            return [f"_fmaxf(_exp10f({sign}{x}.{a}) - {number(step.offset)}, 0.0f)" for a in AXES]
        case Logarithm():
            return [f"_log10f(_fmaxf({x}.{axis}, {number(step.floor)}))" for axis in AXES]
        case Printer():
            return [
                f"_log10f(_fmaxf({x}.{axis}, {number(step.floor)})) + {number(log_exposure)} "
                f"+ {number(step.per_point)} * (points_{layer} - 25.0f)"
                for axis, layer, log_exposure in zip(AXES, "rgb", step.log_exposure, strict=True)
            ]
        case HoldBack():
            b = identifier(step.inhibitor) + suffix
            taken = (
                " + ".join(f"{number(c)} * {b}.{of}" for c, of in zip(row, AXES, strict=True))
                for row in step.coupling
            )
            return [f"{x}.{axis} - ({sum_})" for axis, sum_ in zip(AXES, taken, strict=True)]
        case AtLeast():
            return [f"_fmaxf({x}.{axis}, {number(step.low)})" for axis in AXES]


PITCH = "float pitch = gate_width * 1000.0f / (float)p_Width;"


def _gather(chain: Chain, blur: Blur, kernel: Kernel, first: str) -> Iterator[str]:
    """Sums of Gaussians around the pixel, each of sum 1 over the window.

    A Gaussian of a tenth of a pixel is the pixel itself.
    """
    sigmas = sorted({term.sigma_um for layer in kernel.layers for term in layer.gaussians})
    gives, taken, near = (identifier(wire) for wire in (blur.gives, blur.takes, first))
    reach = f"_ceilf(3.0f * {number(sigmas[-1])} / pitch)"
    yield f"int reach = (int)_fminf({reach}, {number(WIDEST_GATHER_PX)});"
    for n, sigma in enumerate(sigmas):
        yield f"float s{n} = _fmaxf({number(sigma)} / pitch, 0.1f);"
        yield f"float k{n} = -0.5f / (s{n} * s{n});"
        yield f"float n{n} = 0.0f;"
    yield "for (int i = -reach; i <= reach; i++) {"
    for n in range(len(sigmas)):
        yield f"    n{n} += _expf(k{n} * (float)(i * i));"
    yield "}"
    yield f"float3 {gives} = make_float3(0.0f, 0.0f, 0.0f);"
    yield "for (int j = -reach; j <= reach; j++) {"
    yield "    for (int i = -reach; i <= reach; i++) {"
    yield "        int at_x = (int)_clampf((float)(p_X + i), 0.0f, (float)(p_Width - 1));"
    yield "        int at_y = (int)_clampf((float)(p_Y + j), 0.0f, (float)(p_Height - 1));"
    yield "        float away = (float)(i * i + j * j);"
    for n in range(len(sigmas)):
        yield f"        float e{n} = _expf(k{n} * away) / (n{n} * n{n});"
    yield f"        float3 {near}_near = {texel('at_x', 'at_y')};"
    for step in chain.way(first, blur.takes):
        for text in _lines(chain, step, "_near"):
            yield f"        {text}"
    for axis, layer in zip(AXES, kernel.layers, strict=True):
        weights = " + ".join(
            f"{number(term.weight)} * e{sigmas.index(term.sigma_um)}" for term in layer.gaussians
        )
        yield f"        {gives}.{axis} += ({weights}) * {taken}_near.{axis};"
    yield "    }"
    yield "}"


def _grain(step: Grain, filters: np.ndarray) -> Iterator[str]:
    """Noise filtered around the pixel, by what its own dye multiplies it by.

    Of the pack's pictures the one whose pixels are most like these is taken.
    """
    x, gives = identifier(step.takes), identifier(step.gives)
    images = step.texture.images
    reach = filters.shape[-1] - 1
    yield f"float3 {gives} = {x};"
    yield "if (grain) {"
    coarser = [math.sqrt(a.pitch_um * b.pitch_um) for a, b in pairwise(images)]
    number_of = " + ".join(f"(pitch < {number(limit)})" for limit in coarser) or "0"
    yield f"    int picture = {number_of};"
    values = ", ".join(number(value) for value in filters.ravel())
    yield f"    const float filter[{filters.size}] = {{{values}}};"
    for curve in ("linear", "square"):
        tables = [image.curves[curve] for image in images]
        yield f"    float3 {curve} = {_table(x, tables[0])};"
        for n, table in enumerate(tables[1:], 1):
            yield f"    if (picture == {n})"
            yield f"        {curve} = {_table(x, table)};"
    for axis, key in zip(AXES, KEYS[step.texture.of], strict=True):
        frame = f"mixed((unsigned int)TIMELINE_FRAME_INDEX + {key}u)"
        yield f"    unsigned int key_{axis} = mixed({frame} + (unsigned int)seed);"
    yield f"    for (int j = -{reach}; j <= {reach}; j++) {{"
    yield f"        for (int i = -{reach}; i <= {reach}; i++) {{"
    side = reach + 1
    away = f"{side} * (j < 0 ? -j : j) + (i < 0 ? -i : i)"
    yield f"            int at = {3 * side * side} * picture + {away};"
    for n, axis in enumerate(AXES):
        z = f"z_{axis}"
        yield f"            float {z} = noise(p_X + i, p_Y + j, key_{axis});"
        yield f"            {gives}.{axis} += filter[at + {n * side * side}]"
        yield f"                * (linear.{axis} * {z} + square.{axis} * ({z} * {z} - 1.0f));"
    yield "        }"
    yield "    }"
    yield "}"


def _table(x: str, table: Table) -> str:
    """What a table makes of a wire."""
    coded = ", ".join(_coded(f"{x}.{axis}", table) for axis in AXES)
    return _decoded(f"APPLY_LUT({coded}, {lut(table)})", table)


def texel(x: str, y: str) -> str:
    """A pixel of the picture."""
    return "make_float3(" + ", ".join(f"_tex2D(p_Tex{c}, {x}, {y})" for c in "RGB") + ")"


def identifier(wire: str) -> str:
    """A wire's name in C."""
    return wire.replace(" ", "_")


def lut(table: Table) -> str:
    """A table's name in a DCTL: its file's, without the number that sorts it."""
    return "lut_" + re.sub(r"^[\d_]+", "", Path(table.cube).stem)


def number(value: float) -> str:
    """A float literal."""
    text = f"{value:.9g}"
    literal = text if "." in text or "e" in text else text + ".0"
    return f"({literal}f)" if value < 0 else f"{literal}f"


def _decoded(looked_up: str, table: Table) -> str:
    """What a `.cube` gives, 0..1, as the wire is."""
    if table.codomain == UNCODED:
        return looked_up
    return f"decoded({looked_up}, {', '.join(map(number, table.codomain))})"


def _coded(value: str, table: Table) -> str:
    """A `.cube` takes 0..1 and a host may read beyond its ends: clamp."""
    low, high = table.domain
    if (low, high) == UNCODED:
        return f"_saturatef({value})"
    return f"_saturatef(({value} - {number(low)}) * {number(1 / (high - low))})"
