"""Make docs/pictures: what the README and the other documents show.

    python scripts/make_pictures.py [FOLDER]

Everything is rendered from the built-in scene or drawn from the shipped film models.
"""

import sys
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image

from reference.fit.model import fit_film
from reference.fit.page import draw as draw_fit
from reference.fit.report import comparisons
from reference.fit.sheet import read_sheet
from spectral_film import Settings, load_film, open_device, render
from spectral_film.emulsion.stocks import load_camera_film, load_print
from spectral_film.files.strip import strip_of
from spectral_film.lab.report import draw as draw_chart
from spectral_film.lab.session import measure
from spectral_film.lab.stock_drawing import draw
from spectral_film.light.demo_scene import demo_scene
from spectral_film.light.shrinking import shrunk
from spectral_film.metamerism.lights import USUAL, light
from spectral_film.metamerism.observers import CAMERAS, camera
from spectral_film.metamerism.report.page import chapters
from spectral_film.metamerism.study import compare
from spectral_film.pages.drawing import with_paper, write_drawing

ROOT = Path(__file__).parents[1]
PICTURES, SHEETS = ROOT / "docs/pictures", ROOT / "reference/sheets"
JPEG_QUALITY = 90
CHART_IN, COMPARED_IN = (6.4, 3.3), (6.4, 4.4)
CHECKER_AND_WEDGE = (30, 280, 450, 255)  # x, y, width, height
STRIP = (40, 385, 880, 145)  # charts, skins, wedge
OF_THE_REPORT = ("sensitivities", "floor-histogram", "mismatch-ab", "chart-vectors")
WEDGE_PX = 320  # of each print
GATE_OF_2K = "11.66x6.56"  # of the scene's 960 pixels, at the pitch of 2048 on super35


def main(folder: Path) -> None:
    device, scene = open_device(), demo_scene()

    def picture(name: str, settings: Settings, crop: tuple[int, int, int, int] | None = None):
        planes = render(scene, settings, device=device, crop=crop, encode=True).planes
        codes = np.rint(255 * np.clip(np.moveaxis(planes, 0, -1), 0, 1)).astype(np.uint8)
        Image.fromarray(codes).save(folder / name, quality=JPEG_QUALITY, subsampling=0)

    folder.mkdir(parents=True, exist_ok=True)
    picture("print.jpg", Settings())
    picture("negative.jpg", Settings(print_film=None))
    picture("grain.jpg", Settings(gate=GATE_OF_2K), STRIP)
    picture("white-print.jpg", Settings(exposure=1), CHECKER_AND_WEDGE)
    laboratory = Settings(white="lamp", balance="lad", exposure=1)
    picture("white-lamp.jpg", laboratory, CHECKER_AND_WEDGE)
    steps = {f"{light:g} {light:g} {light:g}": light for light in (19.0, 22.0, 25.0, 28.0, 31.0)}
    prints = [
        render(shrunk(scene, WEDGE_PX), Settings(printer_points=(light,) * 3), encode=True).planes
        for light in steps.values()
    ]
    strip = np.rint(255 * np.clip(np.moveaxis(strip_of(prints, list(steps)), 0, -1), 0, 1))
    Image.fromarray(strip.astype(np.uint8)).save(folder / "wedge.jpg", quality=JPEG_QUALITY)
    for film in ("vision3-250d", "2383"):
        draw(device, load_film(film), folder / f"{film}.png", overwrite=True)
    session = measure(device, load_camera_film("vision3-250d"), load_print("2383"))
    for title, name in (("Knife edge", "lab-edge"), ("Lines and spots", "lab-eberhard")):
        (measurement,) = (m for m in session.measurements if m.title.startswith(title))
        chart = partial(draw_chart, measurement=measurement)
        write_drawing(folder / f"{name}.svg", chart, title, CHART_IN)
    study = compare(Settings(), list(map(camera, CAMERAS)), list(map(light, USUAL)), None, device)
    for exhibit in (exhibit for part in chapters(study) for exhibit in part.exhibits):
        if exhibit.name in OF_THE_REPORT:
            element = with_paper(exhibit.drawn.element)
            (folder / f"metamerism-{exhibit.name}.svg").write_text(element, encoding="utf-8")
    model = fit_film(read_sheet(SHEETS / "vision3-250d"))
    for compared in comparisons(model):
        if len(compared.x) == 1:  # three numbers make no picture
            continue
        name = compared.quantity.replace(" ", "-")
        chart = partial(draw_fit, c=compared)
        label = f"{compared.quantity}: the fit over its sheet"
        write_drawing(folder / f"fit-{name}.svg", chart, label, COMPARED_IN)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else PICTURES)
