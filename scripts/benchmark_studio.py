"""How long the studio takes from a move of a hand to the picture: measured in a browser, on a page
whose picture is 960 x 540, everything on. Beside it a whole render of the same pixels, so that the
figures mean something on another machine.

    python scripts/benchmark_studio.py photo.exr
"""

import json
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from spectral_film.device.device import open_device
from spectral_film.files.pictures import read_scene
from spectral_film.light.shrinking import shrunk
from spectral_film.path.rendering import LightTable
from spectral_film.path.settings import Settings

SHOWN = (960, 540)
MOVES = 15
# What is moved, from the first stage of the path to the last.
HANDS = {
    "exposure": ("exposure", lambda n: 0.05 * (1 + n % 7)),
    "halation": ("halation", lambda n: 1.05 + 0.05 * (n % 7)),
    "size of grain": ("grain-size", lambda n: 1.05 + 0.05 * (n % 7)),
    "a printer light": ("printer-points", lambda n: [25 + 0.25 * (1 + n % 7), 25, 25]),
    "flare": ("flare", lambda n: 0.15 + 0.05 * (n % 7)),
    "gamut": ("gamut", lambda n: ("clip", "compress")[n % 2]),
}
# From the move until the canvas has been painted anew.
MOVE = """async ([key, value]) => {
  const { settings } = await import('./studio.js');
  const before = Number(document.body.dataset.drawn), start = performance.now();
  settings.set(key, value);
  while (Number(document.body.dataset.drawn) === before)
    await new Promise((done) => setTimeout(done, 1));
  await new Promise(requestAnimationFrame);
  const took = performance.now() - start;
  while (document.body.ariaBusy === 'true') await new Promise((done) => setTimeout(done, 5));
  return took; }"""


def main() -> None:
    picture = Path(sys.argv[1])
    whole = _whole(picture, SHOWN[0])
    program = [sys.executable, "-c", "from spectral_film.app.main import main; main()"]
    studio = subprocess.Popen([*program, "studio", "--no-browser", str(picture)],
                              stdout=subprocess.PIPE, text=True)  # fmt: skip
    assert studio.stdout is not None
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=["--no-sandbox"]
            )
            page = browser.new_page()
            page.goto(studio.stdout.readline().strip())
            _fit(page)
            took = {
                name: statistics.median(page.evaluate(MOVE, [key, value(n)]) for n in range(MOVES))
                for name, (key, value) in HANDS.items()
            }
            width = page.evaluate("document.getElementById('a').width")
            browser.close()
    finally:
        studio.terminate()
        studio.wait()
    print(f"{width} columns on {open_device().name}; a whole render {whole:.0f} ms")
    for name, milliseconds in took.items():
        print(f"{name:16} {milliseconds:6.0f} ms  {milliseconds / whole:.2f} of a render")
    Path("build").mkdir(exist_ok=True)
    Path("build/benchmark-studio.json").write_text(json.dumps({"whole": whole, **took}))


def _fit(page: Page) -> None:
    """Make the window so large that the picture is as large as it is to be."""
    page.wait_for_selector("body[data-drawn]", timeout=120_000)
    for _ in range(2):  # a wider page may have a lower head
        size, at = page.viewport_size, page.locator("#stage").bounding_box()
        assert size is not None
        assert at is not None
        wider, higher = SHOWN[0] - at["width"], SHOWN[1] - at["height"]
        page.set_viewport_size(
            {"width": size["width"] + round(wider), "height": size["height"] + round(higher)}
        )
        time.sleep(1)


def _whole(picture: Path, width: int) -> float:
    """Milliseconds of all stages, on a table that has been used."""
    table, scene = LightTable(), shrunk(read_scene(picture), width)
    took = []
    for n in range(MOVES):
        start = time.perf_counter()
        table.render(scene, Settings(exposure=0.01 * n), encode=True)
        took.append(1000 * (time.perf_counter() - start))
    return statistics.median(took[2:])


if __name__ == "__main__":
    main()
