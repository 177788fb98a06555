"""Draw assets/scenes/demo.h5: a camera test at dusk, in spectra.

    python scripts/make_demo_scene.py [OUTPUT]

What a cinematographer would put before a film to learn it, arranged as a picture: measured fruit
and skin, a colour checker, a focus chart, a step wedge of 16 stops, leaves, a sky from 2200 K to
25000 K, and a string of lamps of every kind, the brightest 10000 times white.

Every surface is a measured reflectance under two or three real lights, every lamp a measured or
physical spectrum; a pixel is their sum. So the file holds some spectra and how much of each is in
every pixel: `spectral_film/light/demo_scene.py` multiplies them. Shapes are ellipsoids and flat
cards, painted front to back at three times the resolution.

Needs colour-science (the extra `dev`) for its measured surfaces. Coordinates: y runs down from 0
to 1, x from 0 to 16/9; in space z comes towards the camera.
"""

import sys
from collections.abc import Iterable
from pathlib import Path

import colour
import h5py
import numpy as np

from spectral_film.light.spectra import WAVELENGTH, equal_luminance, illuminant, resampling

DEMO = Path(__file__).parents[1] / "assets/scenes/demo.h5"
WIDTH, HEIGHT, OVERSAMPLING = 960, 540, 3
LEVELS = 2047  # of a cube root: a step is 0.15 % of white, 4 % in a shadow of 14 stops

Map = np.ndarray | float
Shades = dict[str, Map]  # spectrum name -> how much of it

# ---------------------------------------------------------------- lights and surfaces


def narrow(centre_nm: float, width_nm: float) -> np.ndarray:
    """A line of Gaussian shape, full width at half maximum `width_nm`."""
    return np.exp(-4 * np.log(2) * ((WAVELENGTH - centre_nm) / width_nm) ** 2)


LIGHTS = {  # all at the luminance of an equal-energy spectrum of 1
    "key": illuminant("D55"),
    "sky": illuminant("D120"),
    "warm": illuminant("2700K"),
    "zenith": illuminant("D250"),
    "ember": illuminant("2000K"),
}
LIGHTS = {name: equal_luminance(power) for name, power in LIGHTS.items()}
LIGHTS["rose"] = 0.55 * LIGHTS["ember"] + 0.45 * LIGHTS["zenith"]
LIGHTS["window"] = 0.80 * LIGHTS["key"] + 0.10 * LIGHTS["sky"]  # on a card that faces it

LAMPS = {  # name: spectrum, times white
    "tungsten": (illuminant("2700K"), 10_000),
    "halogen": (illuminant("3200K"), 10_000),
    "candle": (illuminant("1900K"), 1_500),
    "white LED": (illuminant("LED-B3"), 6_000),
    "RGB LED": (illuminant("LED-RGB1"), 3_000),
    "high-pressure sodium": (illuminant("HPS"), 4_000),
    "low-pressure sodium": (illuminant("LPS"), 2_000),
    "mercury": (illuminant("Mercury"), 4_000),
    "fluorescent": (illuminant("FL11"), 2_500),
    "xenon": (illuminant("Kinoton 75P"), 8_000),
    "red laser": (narrow(638, 10), 600),
    "green laser": (narrow(532, 10), 1_500),
    "blue laser": (narrow(450, 10), 250),
}


def surfaces() -> dict[str, np.ndarray]:
    """Measured reflectances on the grid."""
    charts = colour.SDS_COLOURCHECKERS
    tables = {f"checker {name}": sd for name, sd in charts["BabelColor Average"].items()}
    tables |= charts["PMC"].items()
    tables["leaf"] = colour.quality.SDS_TCS["CIE 1995"]["TCS14"]
    return {name: resampling(sd.wavelengths) @ sd.values for name, sd in tables.items()}


def spectra() -> dict[str, np.ndarray]:
    """Every spectrum that can be in a pixel: light, lamp, or `surface under light`."""
    lamps = {name: level * equal_luminance(power) for name, (power, level) in LAMPS.items()}
    lit = {
        f"{surface} under {light}": reflectance * LIGHTS[light]
        for surface, reflectance in surfaces().items()
        for light in ("key", "sky", "warm", "window")
    }
    return LIGHTS | lamps | lit


# ---------------------------------------------------------------- painting


def smooth(low: float, high: float, value: Map) -> np.ndarray:
    """0 at `low`, 1 at `high`, a smooth step between."""
    t = np.clip((np.asarray(value) - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def unit(*direction: float) -> np.ndarray:
    return np.array(direction) / np.linalg.norm(direction)


KEY = unit(-0.62, -0.60, 0.50)  # a large window high on the left
WARM = unit(0.85, -0.25, -0.10)  # the lamps, behind on the right
PIXEL = 1 / HEIGHT
Y, X = (
    (np.indices((HEIGHT * OVERSAMPLING, WIDTH * OVERSAMPLING)) + 0.5) / (HEIGHT * OVERSAMPLING)
).astype(np.float32)


Window = tuple[slice, slice]
EVERYWHERE: Window = (slice(None), slice(None))


def around(x: float, y: float, reach: float) -> Window:
    """The part of the canvas within `reach` of a point, in whole pixels."""

    def span(centre: float, pixels: int) -> slice:
        first, last = int((centre - reach) * HEIGHT), int((centre + reach) * HEIGHT) + 1
        return slice(max(first, 0) * OVERSAMPLING, min(max(last, 0), pixels) * OVERSAMPLING)

    return span(y, HEIGHT), span(x, WIDTH)


class Canvas:
    """Front to back: what is painted later shows only through what is still clear."""

    def __init__(self) -> None:
        self.clear = np.ones_like(X)
        self.coverage: dict[str, np.ndarray] = {}

    def paint(self, cover: np.ndarray, shades: Shades, where: Window = EVERYWHERE) -> None:
        """Cover by `cover` (0..1) with the given amounts of spectra."""
        seen = self.clear[where] * cover
        rows, columns = (side // OVERSAMPLING for side in seen.shape)
        coarse = tuple(
            slice(None)
            if side == slice(None)
            else slice(side.start // OVERSAMPLING, side.stop // OVERSAMPLING)
            for side in where
        )
        for name, amount in shades.items():
            fine = (seen * amount).reshape(rows, OVERSAMPLING, columns, OVERSAMPLING)
            whole = self.coverage.setdefault(name, np.zeros((HEIGHT, WIDTH), np.float32))
            whole[coarse] += fine.mean((1, 3))
        self.clear[where] *= 1 - cover


def turned(
    x: float, y: float, degrees: float, where: Window = EVERYWHERE
) -> tuple[np.ndarray, np.ndarray]:
    """Coordinates from a point, along axes turned by `degrees`."""
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    dx, dy = X[where] - x, Y[where] - y
    return c * dx + s * dy, c * dy - s * dx


def box(u: np.ndarray, v: np.ndarray, width: float, height: float) -> np.ndarray:
    """1 inside a rectangle about the origin."""
    return ((abs(u) < width / 2) & (abs(v) < height / 2)).astype(np.float32)


def ball(
    canvas: Canvas,
    surface: str,
    centre: tuple[float, float],
    radius: tuple[float, float],
    gloss: float = 1.0,
    degrees: float = 0.0,
) -> None:
    """An ellipsoid under window, sky and lamps, with the window mirrored in its skin."""
    where = around(*centre, max(radius) + PIXEL)
    u, v = turned(*centre, degrees, where)
    u, v = u / radius[0], v / radius[1]
    inside = u * u + v * v < 1
    normal = np.stack([u, v, np.sqrt(np.maximum(1 - u * u - v * v, 0))])
    angle = np.radians(degrees)
    normal[:2] = (
        np.cos(angle) * normal[0] - np.sin(angle) * normal[1],
        np.sin(angle) * normal[0] + np.cos(angle) * normal[1],
    )
    facing_key = np.tensordot(KEY, normal, 1)
    facing_warm = np.tensordot(WARM, normal, 1)
    sunk = 0.55 + 0.45 * smooth(1.0, 0.10, normal[1])  # the table takes the light from below
    bounce = 0.20 * smooth(-0.2, 0.9, normal[1]) * smooth(1.05, 0.75, normal[1])  # and gives some

    # The direction seen in the mirror, and the window there: four panes.
    mirror = 2 * normal[2] * normal - np.array([0, 0, 1.0])[:, None, None]
    across, up = unit(0.6, 0, 0.8), np.cross(unit(0.6, 0, 0.8), KEY)
    s, t = np.tensordot(across, mirror, 1), np.tensordot(up, mirror, 1)
    pane = smooth(0.30, 0.24, abs(s)) * smooth(0.30, 0.24, abs(t))
    pane = pane * smooth(0.015, 0.035, abs(s)) * smooth(0.015, 0.035, abs(t))
    window = pane * (np.tensordot(KEY, mirror, 1) > 0)
    grazing = (1 - normal[2]) ** 4

    canvas.paint(
        inside.astype(np.float32),
        {
            f"{surface} under key": 0.95 * np.maximum(facing_key + 0.08, 0) / 1.08 * sunk,
            f"{surface} under sky": 0.16 * (0.6 - 0.4 * normal[1]) * sunk,
            f"{surface} under warm": 0.55 * np.maximum(facing_warm, 0) ** 1.3 + bounce,
            "key": gloss * (0.75 * window + 0.05 * np.maximum(facing_key, 0) ** 24),
            "sky": gloss * 0.10 * grazing * (normal[1] < 0),
            "warm": gloss * 0.20 * grazing * np.maximum(facing_warm, 0),
        },
        where,
    )


def lit_card(surface: str, amount: Map) -> Shades:
    """A flat surface turned to the window."""
    return {f"{surface} under window": amount}


# ---------------------------------------------------------------- the picture, front to back

BALLS: list[tuple[str, tuple[float, float], tuple[float, float], float, float]] = [
    # surface, centre, radii, gloss, degrees; the nearer ones first
    ("Caucasian", (0.665, 0.790), (0.050, 0.062), 0.35, 18),
    ("Oriental", (0.785, 0.812), (0.049, 0.060), 0.35, -10),
    ("South Asian", (0.905, 0.808), (0.050, 0.061), 0.35, 12),
    ("African", (1.022, 0.788), (0.050, 0.062), 0.45, -16),
    ("Purple", (0.612, 0.668), (0.066, 0.064), 0.8, 0),
    ("Orange", (0.760, 0.632), (0.100, 0.097), 0.6, 0),
    ("Green Apple", (0.945, 0.628), (0.098, 0.095), 1.0, 0),
    ("Unitary red", (1.098, 0.668), (0.074, 0.071), 1.0, 0),
    ("Banana", (0.856, 0.520), (0.092, 0.078), 0.7, -8),
]
STEMS = [(0.945, 0.541, 14), (1.098, 0.603, -12)]
TABLE = 0.560  # y of its far edge


def step_wedge(canvas: Canvas) -> None:
    """A light box with 16 fields, one stop apart, from 8 times white down to 1/4096."""
    u, v = turned(8 / 9, 0.945, 0)
    fields, width = 16, 0.088
    index = np.floor(u / width + fields / 2)
    field = box(u, v, fields * width, 0.052) * (abs(u / width - np.round(u / width)) > 0.02)
    canvas.paint(field, {"key": 8.0 * 0.5 ** np.clip(index, 0, fields - 1)})
    canvas.paint(box(u, v, fields * width + 0.016, 0.068), lit_card("checker black 2 (1.5 D)", 1))


def colour_checker(canvas: Canvas) -> None:
    u, v = turned(0.300, 0.700, -4)
    pitch = 0.0725
    column, row = np.floor(u / pitch + 3), np.floor(v / pitch + 2)
    in_patch = (abs(u / pitch - column + 2.5) < 0.42) & (abs(v / pitch - row + 1.5) < 0.42)
    light = 1.0 - 0.25 * (u + 0.2)
    names = [name for name in surfaces() if name.startswith("checker ")]
    for at, name in enumerate(names):
        patch = in_patch & (column == at % 6) & (row == at // 6)
        canvas.paint(patch.astype(np.float32), lit_card(name, light))
    canvas.paint(
        box(u, v, 6 * pitch + 0.016, 4 * pitch + 0.016),
        lit_card("checker black 2 (1.5 D)", light),
    )


def focus_chart(canvas: Canvas) -> None:
    """Siemens star, line wedges and a slanted edge on a white card."""
    u, v = turned(1.475, 0.700, 5)
    light = 0.98 + 0.2 * (u + 0.2)
    radius, angle = np.hypot(u + 0.075, v), np.arctan2(v, u + 0.075)
    star = (radius < 0.105) & (radius > 0.004) & (np.sin(36 * angle) > 0)
    ring = abs(radius - 0.112) < 0.0015

    # Lines that close up downwards, from 6 to 1.5 pixels a pair at the frame's resolution.
    along = np.clip((v + 0.105) / 0.21, 0, 1)
    wedge_half = 0.050 - 0.0375 * along
    wedge = (abs(u - 0.095) < wedge_half) & (abs(v) < 0.105)
    lines = wedge & (np.floor((u - 0.095) / wedge_half * 9 + 0.5) % 2 == 0)
    edge_u, edge_v = turned(1.475 + 0.171, 0.715, 10)
    edge = box(edge_u, edge_v, 0.030, 0.19) > 0

    ink = (star | ring | lines | edge).astype(np.float32)
    card = box(u, v, 0.405, 0.262)
    canvas.paint(ink * card, lit_card("checker black 2 (1.5 D)", light))
    canvas.paint(card, lit_card("checker white 9.5 (.05 D)", light))
    canvas.paint(box(u, v, 0.413, 0.270), lit_card("checker neutral 3.5 (1.05 D)", light))


def shadow(x: float, y: float, width: float, depth: float, softness: float = 0.8) -> np.ndarray:
    """1 in the middle of a soft ellipse, 0 outside."""
    return smooth(1.0, 1.0 - softness, np.hypot((X - x) / width, (Y - y) / depth))


def table(canvas: Canvas) -> None:
    """Dark wood under the window, with what stands on it throwing its shadow to the right."""
    depth = np.clip((Y - TABLE) / (1 - TABLE), 0, 1)
    # Boards run towards a vanishing point; the grain follows them.
    board = (X - 8 / 9) / (0.35 + depth)
    tone = np.sin(12.9898 * np.floor(board * 4)) * 0.5 + 0.5  # one of its own for every board
    grain = 0.52 + 0.16 * tone + 0.05 * np.sin(31 * board + 2.2 * np.sin(5 * board) + depth)
    grain = grain * (1 - 0.7 * smooth(0.488, 0.496, abs((board * 4) % 1 - 0.5)))

    umbra = np.zeros_like(X)
    contact = np.zeros_like(X)
    for _, (x, y), (width, height), _, _ in BALLS:
        foot = y + 0.90 * height
        cast = shadow(x + 1.05 * width, foot - 0.10 * height, 1.75 * width, 0.42 * height)
        umbra = np.maximum(umbra, cast)
        contact = np.maximum(contact, shadow(x, foot, 1.15 * width, 0.34 * height))
    for x, y, half in ((0.300, 0.853, 0.235), (1.475, 0.838, 0.215)):  # the two cards
        umbra = np.maximum(umbra, shadow(x + 0.05, y, half + 0.02, 0.050))

    pool = 0.30 + 0.70 * np.exp(-(((X - 0.72) / 0.75) ** 2) - ((Y - 0.80) / 0.40) ** 2)
    mirror = (1 - depth) ** 5
    canvas.paint(
        (Y > TABLE).astype(np.float32),
        {
            "checker dark skin under key": pool * grain * (1 - 0.88 * umbra) * (1 - 0.8 * contact),
            "checker dark skin under sky": 0.20 * (1 - 0.75 * contact) * (1 - 0.3 * umbra),
            "checker dark skin under warm": 0.35 * smooth(0.4, 1.7, X) * (1 - contact),
            "rose": 0.20 * mirror * (1 - contact),
            "ember": 0.22 * mirror * np.exp(-(((X - 1.16) / 0.30) ** 2)) * (1 - contact),
        },
    )
    canvas.paint((abs(Y - TABLE) < 0.006).astype(np.float32), lit_card("checker dark skin", 0.25))


def lamp_string(canvas: Canvas) -> None:
    """Bulbs on a wire across the evening, in two bows."""
    posts = (-0.02, 0.93, 1.80)
    heights = (0.050, 0.075, 0.030)
    sags = (0.135, 0.150)
    names = list(LAMPS)
    order = [8, 0, 3, 5, 11, 1, 7, 4, 2, 9, 10, 6, 12]  # so that neighbours differ

    def wire(x: Map) -> np.ndarray:
        left = np.asarray(x) < posts[1]
        p0, p1 = np.where(left, posts[0], posts[1]), np.where(left, posts[1], posts[2])
        h0, h1 = np.where(left, heights[0], heights[1]), np.where(left, heights[1], heights[2])
        t = (x - p0) / (p1 - p0)
        return h0 + (h1 - h0) * t + 4 * np.where(left, *sags) * t * (1 - t)

    for at, index in enumerate(order):
        x = 0.075 + at * 0.1365
        y = float(wire(x)) + 0.019
        where = around(x, y, 0.03)
        u, v = turned(x, y, 0, where)
        canvas.paint((np.hypot(u, v / 1.2) < 0.0038).astype(np.float32), {names[index]: 1.0}, where)
        canvas.paint(box(u, v + 0.012, 0.007, 0.014), {"sky": 0.004}, where)
    canvas.paint((abs(Y - wire(X)) < 0.0011).astype(np.float32), {"sky": 0.004})


def leaves(canvas: Canvas, random: np.random.Generator) -> None:
    """Two bushes that frame the picture, each leaf turned its own way to window and dusk."""
    kinds = ["leaf", "Summer Grass", "checker foliage"]
    places: list[tuple[float, float, float]] = []
    for _ in range(150):
        side = random.random() < 0.5
        reach = random.random() ** 1.6
        x = 0.02 + 0.30 * reach if side else 16 / 9 - 0.02 - 0.27 * reach
        y = TABLE + 0.03 - (0.34 * (1 - reach) ** 0.8 + 0.02) * random.random() ** 0.7
        places.append((x, y, random.random()))
    for x, y, fate in places:
        lean = 180 * random.random()
        where = around(x, y, 0.085)
        u, v = turned(x, y, lean, where)
        length, width = 0.050 + 0.030 * random.random(), 0.012 + 0.010 * random.random()
        blade = (abs(v) < width * (1 - (u / length) ** 2)) & (abs(u) < length)
        rib = 1 - 0.35 * smooth(0.0016, 0.0006, abs(v))
        turn = 0.10 + 0.55 * fate**2
        fold = np.where(v > 0, 1.0, 0.72) * rib
        kind = kinds[int(3 * random.random())]
        canvas.paint(
            blade.astype(np.float32),
            {
                f"{kind} under window": turn * fold,
                f"{kind} under warm": 0.04 + 0.20 * (1 - fate) * fold * (x > 1),
                "zenith": 0.006 * fold,
            },
            where,
        )


def town(canvas: Canvas, random: np.random.Generator) -> None:
    """Lights across the bay, out of focus, before two ranges of hills."""
    lamps = [
        "high-pressure sodium",
        "tungsten",
        "mercury",
        "candle",
        "low-pressure sodium",
        "RGB LED",
    ]
    spots = random.random((34, 4))
    for place, height, size, kind in spots:
        x, y = 0.30 + 1.20 * place, 0.468 + 0.062 * height
        name = lamps[int(len(lamps) * kind)]
        radius = 0.006 + 0.010 * size
        where = around(x, y, 0.02)
        off_centre = np.hypot(*turned(x, y, 0, where)) / radius
        disc = 0.6 * smooth(1.0, 0.8, off_centre)
        canvas.paint(
            disc, {name: (1.7 - 0.9 * size) / LAMPS[name][1] * (0.75 + 0.25 * off_centre**4)}, where
        )

    near = (
        0.492 + 0.018 * np.sin(4.1 * X + 0.6) + 0.008 * np.sin(11 * X + 2) + 0.03 * (X - 0.9) ** 2
    )
    far = 0.452 - 0.034 * np.exp(-(((X - 0.52) / 0.16) ** 2)) + 0.014 * np.sin(5.2 * X + 4.2)
    far = far - 0.022 * np.exp(-(((X - 1.50) / 0.12) ** 2))
    mist = smooth(0.0, 0.12, Y - near)
    canvas.paint(
        smooth(-0.001, 0.001, Y - near), {"zenith": 0.010 + 0.02 * mist, "rose": 0.02 * mist}
    )
    mist = smooth(0.0, 0.10, Y - far)
    canvas.paint(smooth(-0.001, 0.001, Y - far), {"zenith": 0.040, "rose": 0.035 + 0.10 * mist})


def evening_sky(canvas: Canvas) -> None:
    """From the last light over the hills to the first of the night."""
    up = np.clip((0.46 - Y) / 0.46, 0, 1)
    glow = np.exp(-(((X - 1.16) / 0.42) ** 2))
    streak = np.exp(-(((Y - 0.335 - 0.03 * (X - 1.2)) / 0.012) ** 2)) * smooth(0.55, 1.2, X)
    streak += 0.7 * np.exp(-(((Y - 0.392 + 0.02 * (X - 0.5)) / 0.008) ** 2)) * smooth(1.5, 0.7, X)
    canvas.paint(
        np.ones_like(X),
        {
            "ember": (0.42 + 0.95 * glow) * np.exp(-up / 0.13) + 0.14 * streak,
            "rose": (0.16 + 0.16 * glow) * np.exp(-up / 0.34) + 0.05 * streak,
            "zenith": 0.045 + 0.13 * np.exp(-(((up - 0.42) / 0.40) ** 2)),
        },
    )


def draw() -> dict[str, np.ndarray]:
    """Amount of every spectrum in every pixel, by name, (y, x)."""
    random = np.random.default_rng(5207)
    canvas = Canvas()
    step_wedge(canvas)
    for surface, centre, radius, gloss, degrees in BALLS[:4]:
        ball(canvas, surface, centre, radius, gloss, degrees)
    for x, y, degrees in STEMS:
        u, v = turned(x, y, degrees)
        stem = box(u - 6 * v**2, v, 0.007 + 0.02 * abs(v), 0.044)
        canvas.paint(stem, lit_card("checker dark skin", 0.5))
    for surface, centre, radius, gloss, degrees in BALLS[4:]:
        ball(canvas, surface, centre, radius, gloss, degrees)
    colour_checker(canvas)
    focus_chart(canvas)
    lamp_string(canvas)
    leaves(canvas, random)
    table(canvas)
    town(canvas, random)
    evening_sky(canvas)
    return canvas.coverage


# ---------------------------------------------------------------- the file


def encode(coverage: Iterable[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Cube roots in 4096 levels, as differences along x, which compress well.

    Returns:
        code: (spectrum, y, x), uint16; the running sum along x is the level.
        largest: Coverage of the top level, (spectrum,).
    """
    maps = np.stack(list(coverage))
    largest = maps.max((1, 2))
    level = np.rint(LEVELS * np.cbrt(maps / largest[:, None, None])).astype(np.uint16)
    return np.diff(level, axis=2, prepend=np.uint16(0)), largest


def make(output: Path) -> None:
    """Write the scene to `output`."""
    drawn = {name: amount for name, amount in draw().items() if amount.max() > 0}
    power = spectra()
    code, largest = encode(drawn.values())
    with h5py.File(output, "w") as scene:
        scene.attrs["made_by"] = "scripts/make_demo_scene.py"
        scene.attrs["source"] = (
            f"surfaces and lamps of colour-science {colour.__version__}: BabelColor ColorChecker, "
            "PMC chart, CIE 1995 test colours, CIE and manufacturers' light sources"
        )
        scene["name"] = np.array(list(drawn), "S")
        scene["wavelength"] = WAVELENGTH
        radiance = np.stack([largest[i] * power[name] for i, name in enumerate(drawn)])
        scene["radiance"] = np.float32(radiance)
        scene.create_dataset(
            "coverage",
            data=code,
            chunks=(1, HEIGHT, WIDTH),
            compression="gzip",
            compression_opts=9,
            shuffle=True,
            track_times=False,
        )
        scene["coverage"].attrs["levels"] = LEVELS
        for name, unit_, axes in (
            ("name", "", "spectrum"),
            ("wavelength", "nm", "wavelength"),
            ("radiance", "1 = luminance of an equal-energy spectrum of 1", "spectrum, wavelength"),
            (
                "coverage",
                "difference of levels along x; amount = (level / levels)^3",
                "spectrum, y, x",
            ),
        ):
            scene[name].attrs.update(unit=unit_, axes=axes)


if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else DEMO)
