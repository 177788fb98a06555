"""Remake the pictures of the studio in docs/pictures: its page, as a browser shows it."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import OpenImageIO
from playwright.sync_api import Page, sync_playwright

PICTURES = Path(__file__).parents[1] / "docs/pictures"
PROGRAM = (sys.executable, "-c", "from spectral_film.app.main import main; main()")
WINDOW = {"width": 1600, "height": 900}
WAIT = 120_000  # ms


def main() -> None:
    command = [*PROGRAM, "studio", "--no-browser"]
    studio = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert studio.stdout is not None
    try:
        address = studio.stdout.readline().strip()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=["--no-sandbox"]
            )
            for name, scheme, look in (
                ("studio", "dark", _print),
                ("studio-piece", "light", _piece),
            ):
                page = browser.new_context(viewport=WINDOW, color_scheme=scheme).new_page()
                page.set_default_timeout(WAIT)
                page.goto(address)
                page.wait_for_selector("body[data-drawn][aria-busy=false]")
                look(page)
                _settle(page)
                _keep(page.screenshot(), PICTURES / f"{name}.jpg")
            browser.close()
    finally:
        studio.terminate()
        studio.wait()


def _print(page: Page) -> None:
    """The print, two places pinned."""
    at = page.locator("#sheet").bounding_box()
    assert at is not None
    for (across, down), keys in (((0.49, 0.55), ""), ((0.78, 0.78), "Shift")):
        if keys:
            page.keyboard.down(keys)
        page.mouse.click(at["x"] + across * at["width"], at["y"] + down * at["height"])
        if keys:
            page.keyboard.up(keys)
    page.mouse.move(at["x"] + 0.6 * at["width"], at["y"] + 0.3 * at["height"])


def _piece(page: Page) -> None:
    """At 200 % on 16 mm, printed warmer, beside the scene."""
    for name, value in {
        "exposure": 0.5, "printer-points-red": 24, "printer-points-blue": 27,
    }.items():  # fmt: skip
        page.locator(f"#set-{name}").fill(str(value))
        page.locator(f"#set-{name}").press("Enter")
    page.locator("#set-gate").select_option("16mm, 10.26 mm")
    page.locator("#stage").focus()
    for key in ("j", "c", "c"):
        page.keyboard.press(key)
        _settle(page)


def _settle(page: Page) -> None:
    for _ in range(4):
        page.wait_for_timeout(200)
        page.wait_for_selector("body[aria-busy=false]")


def _keep(png: bytes, path: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        drawn = Path(folder) / "drawn.png"
        drawn.write_bytes(png)
        image = OpenImageIO.ImageBuf(str(drawn))
        rgb = OpenImageIO.ImageBufAlgo.channels(image, (0, 1, 2))
    rgb.specmod()["Compression"] = "jpeg:88"
    assert np.asarray(rgb.get_pixels()).std() > 0.05, "the page is empty"
    assert rgb.write(str(path)), rgb.geterror()
    print(path)


if __name__ == "__main__":
    main()
