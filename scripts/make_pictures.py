"""Make docs/pictures: what the README and the FAQ show.

    python scripts/make_pictures.py [FOLDER]

Everything is rendered from the built-in scene or drawn from the shipped film models.
"""

import sys
from pathlib import Path

import numpy as np
from PIL import Image

from spectral_film import Settings, load_film, open_device, render
from spectral_film.demo_scene import demo_scene
from spectral_film.show import draw

PICTURES = Path(__file__).parents[1] / "docs/pictures"
JPEG_QUALITY = 90
CHECKER_AND_WEDGE = (30, 280, 450, 255)  # x, y, width, height


def main(folder: Path) -> None:
    device, scene = open_device(), demo_scene()

    def picture(name: str, settings: Settings, crop: tuple[int, int, int, int] | None = None):
        planes = render(scene, settings, device=device, crop=crop, encode=True).planes
        codes = np.rint(255 * np.clip(np.moveaxis(planes, 0, -1), 0, 1)).astype(np.uint8)
        Image.fromarray(codes).save(folder / name, quality=JPEG_QUALITY, subsampling=0)

    folder.mkdir(parents=True, exist_ok=True)
    picture("print.jpg", Settings())
    picture("negative.jpg", Settings(print_film=None))
    picture("white-lamp.jpg", Settings(white="lamp", exposure=1), CHECKER_AND_WEDGE)
    picture("white-print.jpg", Settings(white="print", exposure=1), CHECKER_AND_WEDGE)
    for film in ("vision3-250d", "2383"):
        draw(device, load_film(film), folder / f"{film}.png", overwrite=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else PICTURES)
