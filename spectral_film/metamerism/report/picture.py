"""Where RGB misleads in a picture: film from its spectra beside film from its RGB."""

import numpy as np

from spectral_film.metamerism.image import WORST, FromRgb, Region
from spectral_film.metamerism.observers import RGB
from spectral_film.metamerism.report.exhibit import Chapter, Exhibit
from spectral_film.metamerism.report.percentiles import percentiles
from spectral_film.metamerism.report.raster import Panel, Scale, averaged, rasters, shown_block
from spectral_film.metamerism.study import ImageStudy, Study
from spectral_film.pages.figures import alone
from spectral_film.pages.markup import abreast, paragraph, table
from spectral_film.pages.numbers import number

GRID = (96, 54)  # blocks of a table across and down, at most
SEEN = 99.5  # percentile of a map that its colours end at: beyond it lie lamps and specks
PURER = 1e-3  # of a white: RGB further below 0 is no rounding


def chapter(study: Study) -> Chapter | None:
    """Of the picture that was looked at; None: there was none."""
    if (image := study.image) is None:
        return None
    film = study.film.id
    return Chapter(
        "Where RGB misleads",
        [
            paragraph(
                f"{film} shoots one picture twice, {image.name}: from its spectra, and from the "
                "RGB that a camera keeps of them, for which spectra have to be assumed. Maps show "
                "film from RGB less film from spectra."
            ),
            paragraph(
                "The camera here is an ideal one: it records what the eye of 1931 sees, without "
                "noise. Nothing here would be cured by a camera of truer colours; what is missing "
                "was never recorded." + _purer(image)
            ),
            _picture(image),
            _stops(study, image),
            percentiles(image),
            _regions(image),
            paragraph(
                "Fluorescence is not modelled: surfaces reflect. Beyond the bands of the picture, "
                "in the ultraviolet below 380 or 400 nm most of all, its end values are held, "
                "which is assumed; the blue layer sees some of that."
            ),
        ],
    )


def _purer(image: ImageStudy) -> str:
    share = 100 * float((image.rgb < -PURER).any(axis=0).mean())
    if not share:
        return ""
    return (
        f" RGB is below 0 in {number(share, digits=2)} % of the pixels, as of coloured lamps, "
        "whose light is purer than Rec.709 can hold; there a layer may be many stops off."
    )


def _picture(image: ImageStudy) -> Exhibit:
    default = image.by_prior[0]
    size = _size(default)
    block = shown_block(size[0])
    scale = Scale(
        colours="cividis",
        low=0.0,
        high=_end(default.difference),
        counts="CIEDE2000 of film as seen",
    )
    seen, differing = (
        alone(rasters([panel], label, size=size, regions=image.regions, scale=colours))
        for panel, label, colours in (
            (
                Panel(codes=_codes(image.rgb, block), title="The picture, as the camera has it"),
                f"{image.name}, as an ideal camera has it; the worst regions are boxed",
                None,
            ),
            (
                Panel(
                    codes=scale.codes(averaged(default.difference, block)),
                    title="Film from RGB less film from spectra",
                ),
                f"Map of CIEDE2000 over {image.name}, from 0 to {number(scale.high, digits=3)}; "
                "the worst regions are boxed",
                scale,
            ),
        )
    )
    return Exhibit(
        name="picture",
        drawn=abreast(seen, differing),
        says="CIEDE2000 between two films as seen, pixel by pixel: from the spectra of the "
        f"picture, and from RGB by the up-sampling called {default.upsampling}. {_beyond(scale)} "
        f"Boxes: the worst regions, by their numbers in the table below. {_whole(block)} The table "
        f"holds means of blocks of {_grid(size)} x {_grid(size)} pixels.",
        columns=_map_columns(),
        rows=_map_rows(default),
    )


def _stops(study: Study, image: ImageStudy) -> Exhibit:
    default = image.by_prior[0]
    size = _size(default)
    block = shown_block(size[0], 2)
    end = _end(np.abs(default.stops))
    scale = Scale(
        colours="PuOr", low=-end, high=end,
        counts="stops; below 0, the layer got less light from RGB than from spectra",
    )  # fmt: skip
    panels = [
        Panel(codes=_codes(image.rgb, block), title="the picture"),
        *(
            Panel(codes=scale.codes(averaged(stops, block)), title=layer)
            for layer, stops in zip(RGB, default.stops, strict=True)
        ),
    ]
    return Exhibit(
        name="picture-stops",
        drawn=rasters(
            panels,
            f"{image.name}, and for each layer of {study.film.id} a map of what it got from RGB "
            "less what it got from spectra, in stops",
            size=size,
            scale=scale,
            columns=2,
        ),
        says=f"What each layer of {study.film.id} got from RGB less what it got from the spectra, "
        f"in stops of its exposure, by the up-sampling called {default.upsampling}; 0 is white. "
        f"{_beyond(scale)} {_whole(block)} The table holds means of blocks.",
        columns=_map_columns(),
        rows=_map_rows(default),
    )


def _regions(image: ImageStudy) -> Exhibit:
    default = image.by_prior[0]
    rows = [
        (at, one.x, one.y, one.width, one.height, one.mean, *_within(default, one))
        for at, one in enumerate(image.regions, start=1)
    ]
    head = (
        "number", "x, pixels", "y, pixels", "width, pixels", "height, pixels", "mean CIEDE2000",
        *(f"mean {layer}, stops" for layer in RGB),
    )  # fmt: skip
    return Exhibit(
        name="picture-regions",
        drawn=table(
            head,
            [
                (
                    *(number(value) for value in row[:5]),
                    number(row[5], places=1),
                    *(number(value, places=2, signed=True) for value in row[6:]),
                )
                for row in rows
            ],
        ),
        says=f"Connected pieces of the {100 * (1 - WORST):.0f} % of the picture that are farthest "
        "off, the farthest first; x and y of their upper left corner. CIEDE2000: mean over the "
        "piece; stops: mean over its box, with sign.",
        columns=head,
        rows=rows,
    )


def _within(one: FromRgb, region: Region) -> np.ndarray:
    rows = slice(region.y, region.y + region.height)
    columns = slice(region.x, region.x + region.width)
    return np.asarray(one.stops[:, rows, columns].mean(axis=(1, 2)))


def _size(one: FromRgb) -> tuple[int, int]:
    height, width = one.difference.shape
    return width, height


def _end(values: np.ndarray) -> float:
    """Where a scale ends, in two digits; above 0 where nothing differs."""
    return float(f"{np.percentile(values, SEEN):.2g}") or 1.0


def _codes(rgb: np.ndarray, block: int) -> np.ndarray:
    """Of linear Rec.709, (3, y, x) -> (y, x, 3): what is beyond 0 and 1 is cut off."""
    from colour.models import eotf_inverse_sRGB  # two seconds, as in `observers`

    return np.asarray(eotf_inverse_sRGB(np.moveaxis(averaged(np.clip(rgb, 0, 1), block), 0, 2)))


def _beyond(scale: Scale) -> str:
    return f"What is beyond {number(scale.high, digits=3)} is shown as that."


def _whole(block: int) -> str:
    """How much of the picture a page has, and where all of it is."""
    scaled = f" A pixel here is the mean of {block} x {block}." if block > 1 else ""
    return f"The whole map is in the EXR beside this page, whose name ends in -image.exr.{scaled}"


def _grid(size: tuple[int, int]) -> int:
    return max(-(-size[at] // GRID[at]) for at in (0, 1))


def _map_columns() -> tuple[str, ...]:
    return ("x, pixels", "y, pixels", "CIEDE2000", *(f"{layer}, stops" for layer in RGB))


def _map_rows(one: FromRgb) -> list[tuple[float, ...]]:
    """Means of blocks, with the middle of each in pixels from the left and the top."""
    width, height = _size(one)
    block = _grid((width, height))
    planes = averaged(np.stack([one.difference, *one.stops]), block)
    x, y = ((np.arange(0, end, block) + np.minimum(np.arange(0, end, block) + block, end)) / 2
            for end in (width, height))  # fmt: skip
    return [
        (x[column], y[row], *planes[:, row, column])
        for row in range(len(y))
        for column in range(len(x))
    ]
