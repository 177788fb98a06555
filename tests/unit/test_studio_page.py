"""The page of the studio in a real browser: what a colourist does there, held to the engine."""

import base64
import re
import time
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np
import pytest
import skimage.data
from browser import chromium, shown_in
from PIL import Image
from playwright.sync_api import Browser
from running_studio import Running, running

from spectral_film.files.pictures import read_scene
from spectral_film.light.shrinking import shrunk
from spectral_film.path.rendering import render
from spectral_film.path.settings import Settings

pytestmark = pytest.mark.slow

WINDOW = {"width": 1280, "height": 720}
SIZES = [WINDOW, {"width": 2560, "height": 1440}]
MINUS = "\N{MINUS SIGN}"
WAIT = 90_000  # ms: kernels may have to be built, on a busy machine


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("page")
    light = Image.fromarray(skimage.data.astronaut()).resize((1200, 900))
    light.save(folder / "portrait.png")
    Image.fromarray(skimage.data.coffee()[:200, :300]).save(folder / "coffee.png")
    (folder / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n and then nothing")
    return folder


class Open(NamedTuple):
    """A studio that runs, and the browser that shows it."""

    studio: Running
    browser: Browser


@pytest.fixture(scope="module")
def studio(folder):
    with chromium() as browser, running(folder, "portrait.png") as started:
        yield Open(started, browser)


@contextmanager
def at_work(studio, folder, refused=0, **context):
    """The page on the portrait, drawn; whatever the browser complains of fails the test.

    Args:
        studio, folder: Where.
        refused: How many questions the studio refuses, as the test means it to.
        context: As of `opened`.
    """
    running, browser = studio
    running.ask("open", path=str(folder / "portrait.png"))
    context = {"viewport": WINDOW, **context}
    with shown_in(browser, running.address, **context) as (page, complaints):
        page.set_default_timeout(WAIT)
        settled(page)
        yield page
        # The browser itself notes each answer that refuses something.
        assert [said for said in complaints if "400 (Bad Request)" not in said] == []
        assert len(complaints) == refused


def settled(page):
    """Wait until nothing is asked any more."""
    for _ in range(3):  # a pointer or another size of the window may ask once more
        until(page, "document.body.dataset.drawn > 0 && document.body.ariaBusy === 'false'")
        page.wait_for_timeout(50)


def until(page, expression):
    """Wait until something holds; a page that evaluates no texts cannot be told to watch one."""
    end = time.monotonic() + WAIT / 1000
    while not page.evaluate(f"() => {expression}"):
        assert time.monotonic() < end, expression
        page.wait_for_timeout(20)


def change(page, do):
    """Do something that shows another picture, and wait for it."""
    before = int(page.evaluate("document.body.dataset.drawn"))
    do()
    until(page, f"document.body.dataset.drawn > {before}")
    settled(page)


def pixels(page, canvas="a"):
    """What a canvas shows, (y, x, 3)."""
    width, height, drawn = page.evaluate(
        """(name) => { const c = document.getElementById(name);
        const copy = new OffscreenCanvas(c.width, c.height);
        const pen = copy.getContext('2d', {willReadFrequently: true});
        pen.drawImage(c, 0, 0);
        const d = pen.getImageData(0, 0, c.width, c.height).data;
        let text = ''; for (let i = 0; i < d.length; i += 8192)
          text += String.fromCharCode(...d.subarray(i, i + 8192));
        return [c.width, c.height, btoa(text)]; }""",
        canvas,
    )
    flat = np.frombuffer(base64.b64decode(drawn), np.uint8)
    return flat.reshape(height, width, 4)[..., :3]


def rendered(folder, width, **settings):
    scene = shrunk(read_scene(folder / "portrait.png"), width)
    done = render(scene, Settings(**settings), encode=True)
    return np.rint(np.clip(done.image, 0, 1) * 255).astype(np.uint8)


def expose(page, stops):
    field = page.locator("#set-exposure")
    field.fill(str(stops))
    field.press("Enter")


def test_a_picture_is_exposed_probed_and_exported(studio, folder, command, tmp_path):
    with at_work(studio, folder) as page:
        first = pixels(page)
        assert np.array_equal(first, rendered(folder, first.shape[1]))
        change(page, lambda: expose(page, 1.3))
        brighter = pixels(page)
        assert brighter.mean() > first.mean() + 10
        assert np.array_equal(brighter, rendered(folder, first.shape[1], exposure=1.3))

        page.locator("#stage").click(position=middle(page, 0.4, 0.3))
        until(page, "document.querySelectorAll('#numbers td').length > 9")
        settled(page)
        place = page.locator("#place").text_content()
        x, y = map(int, re.findall(r"\d+", place))
        table = numbers(page)
        scene = shrunk(read_scene(folder / "portrait.png"), first.shape[1])
        for row, to in (("negative, D", "negative"), ("print, D", "print")):
            tapped = render(scene, Settings(exposure=1.3, to=to)).planes[:, y, x]
            assert table[row] == pytest.approx(tapped, abs=0.0051), row  # two digits are written
        assert table["code of 255"] == pytest.approx(brighter[y, x], abs=0.51)

        target = tmp_path / "print.png"
        page.keyboard.press("e")
        page.locator("#target").fill(str(target))
        page.locator("#bits").select_option("8")
        until(page, f"document.querySelector('#text').textContent.includes('{target}')")
        until(page, "document.querySelector('#text').textContent.includes('--bits 8')")
        line = page.locator("#text").text_content()
        page.locator("#write").click()
        until(page, "document.querySelector('#said').textContent.includes('is written')")
    typed = line.replace(str(target), str(tmp_path / "typed.png")).split()
    assert typed[0] == "spectral-film"
    assert "--exposure" in typed
    assert command(*typed[1:]).code == 0
    written, asked = (np.asarray(Image.open(tmp_path / n)) for n in ("print.png", "typed.png"))
    assert np.array_equal(written, asked)
    assert written.shape == (900, 1200, 3)


def middle(page, across=0.5, down=0.5):
    """A place on the picture, within the stage."""
    sheet, stage = (page.locator(name).bounding_box() for name in ("#sheet", "#stage"))
    return {
        "x": sheet["x"] - stage["x"] + across * sheet["width"],
        "y": sheet["y"] - stage["y"] + down * sheet["height"],
    }


def numbers(page):
    """The table of the pixel: name -> its three numbers."""
    rows = page.evaluate(
        "[...document.querySelectorAll('#numbers tbody tr')].map((row) => "
        "[row.cells[0].textContent, ...[...row.cells].slice(1, 4).map((cell) => cell.textContent)])"
    )
    return {name: [float(n.replace(MINUS, "-")) for n in three] for name, *three in rows}


@pytest.mark.parametrize(("key", "zoom"), [("h", 1), ("j", 2)])
def test_a_piece_at_its_own_size_is_that_of_render(studio, folder, command, key, zoom):
    with at_work(studio, folder) as page:
        change(page, lambda: page.keyboard.press(key))
        shown = pixels(page)
        room = page.evaluate("(({clientWidth: w, clientHeight: h}) => [w, h])(stage)")
        width, height = (side // zoom for side in room)
        lies = page.evaluate("(({left, top}) => [left, top])(a.getBoundingClientRect())")
        assert lies == [round(side) for side in lies]  # on the pixels of the screen
        assert shown.shape == (min(900, height), min(1200, width), 3)
        page.keyboard.press("e")
        page.locator("input[value=piece]").check()
        until(page, "document.querySelector('#text').textContent.includes('--crop')")
        crop = re.search(r"--crop (\S+)", page.locator("#text").text_content()).group(1)
    done = command("render", folder / "portrait.png", "x.png", "--bits", 8, "--crop", crop)
    assert done.code == 0, done.stderr
    assert np.array_equal(shown, np.asarray(Image.open("x.png")))


def test_a_piece_is_moved_by_hand_and_by_keys(studio, folder):
    with at_work(studio, folder) as page:
        change(page, lambda: page.keyboard.press("j"))
        at = page.locator("#stage").bounding_box()
        before = pixels(page)
        page.mouse.move(at["x"] + 300, at["y"] + 200)
        page.mouse.down()
        change(page, lambda: page.mouse.move(at["x"] + 200, at["y"] + 160))
        page.mouse.up()
        moved = pixels(page)
        # 100 pixels of the screen are 50 of the picture; grain goes with it.
        assert np.array_equal(moved[:-20, :-50], before[20:, 50:])
        page.locator("#stage").focus()
        for _ in range(30):
            page.keyboard.press("Shift+ArrowLeft")
        settled(page)
        assert not np.array_equal(moved, pixels(page))


def test_undo_goes_back_a_move_at_a_time(studio, folder):
    with at_work(studio, folder) as page:
        first = pixels(page)
        change(page, lambda: expose(page, 1))
        change(page, lambda: page.locator("#set-print").select_option("none, on the light box"))
        negative = pixels(page)
        assert not np.array_equal(first, negative)
        page.locator("#stage").focus()
        change(page, lambda: page.keyboard.press("Control+z"))
        change(page, lambda: page.keyboard.press("Control+z"))
        assert np.array_equal(first, pixels(page))
        assert page.locator("#undo").is_disabled()
        change(page, lambda: page.keyboard.press("Control+Shift+z"))
        change(page, lambda: page.locator("#redo").click())
        assert np.array_equal(negative, pixels(page))
        change(page, lambda: page.locator("#usual").click())
        assert np.array_equal(first, pixels(page))


def test_two_settings_are_compared_across_a_line(studio, folder):
    with at_work(studio, folder) as page:
        first = pixels(page)
        page.keyboard.press("b")
        change(page, lambda: page.keyboard.press("]"))
        settled(page)
        assert np.array_equal(pixels(page, "b"), first)
        assert not np.array_equal(pixels(page), first)
        split = page.locator("#split")
        for _ in range(3):
            split.press("Shift+ArrowRight")
        assert split.get_attribute("aria-valuenow") == "80"
        assert "80%" in page.locator("#b").evaluate("(one) => one.style.clipPath")
        page.keyboard.press("c")
        settled(page)
        came = shrunk(read_scene(folder / "portrait.png"), first.shape[1]).planes
        shown = pixels(page, "b")
        decoded = np.where(shown > 10, ((shown / 255 + 0.055) / 1.055) ** 2.4, shown / 255 / 12.92)
        assert decoded == pytest.approx(np.moveaxis(came, 0, -1), abs=0.006)
        page.keyboard.press("c")
        settled(page)
        assert page.locator("#b").is_hidden()


def test_the_negative_lies_on_the_light_box_and_the_scene_is_seen(studio, folder):
    with at_work(studio, folder) as page:
        first = pixels(page)
        change(page, lambda: page.keyboard.press("2"))
        assert np.array_equal(pixels(page), rendered(folder, first.shape[1], print_film=None))
        assert page.locator("#print-name").text_content() == "not printed"
        page.keyboard.press("e")  # what is seen is what is written; a table is of the whole look
        until(page, "document.querySelector('#text').textContent.includes('--print none')")
        page.locator("input[value='bake lut']").check()
        until(page, "document.querySelector('#text').textContent.includes('bake lut')")
        assert "--print" not in page.locator("#text").text_content()
        page.keyboard.press("Escape")
        change(page, lambda: page.keyboard.press("3"))
        change(page, lambda: page.keyboard.press("1"))
        assert np.array_equal(pixels(page), first)


def test_a_print_is_chosen_from_a_wedge(studio, folder):
    with at_work(studio, folder) as page:
        width = pixels(page).shape[1]
        page.keyboard.press("w")
        until(page, "document.querySelectorAll('#strip button').length == 7")
        words = page.locator("#strip button").all_text_contents()
        assert words[3] == "+0 stops, as it is"
        change(page, lambda: page.locator("#strip button", has_text=f"{MINUS}1 stops").click())
        assert np.array_equal(pixels(page), rendered(folder, width, exposure=-1.0))
        page.keyboard.press("w")
        page.locator("#wedge-of input[value=printer-points]").check()
        until(page, "document.querySelectorAll('#strip button').length == 7")
        change(page, lambda: page.locator("#strip button", has_text="29 29 29").click())
        expected = rendered(folder, width, exposure=-1.0, printer_points=(29, 29, 29))
        assert np.array_equal(pixels(page), expected)


def test_printer_lights_move_together_and_alone(studio, folder):
    with at_work(studio, folder) as page:
        width = pixels(page).shape[1]
        change(page, lambda: fill(page, "#set-printer-points-red", 27))
        change(page, lambda: fill(page, "#set-printer-points", 30))
        three = [page.locator(f"#set-printer-points-{c}").input_value()
                 for c in ("red", "green", "blue")]  # fmt: skip
        lights = tuple(map(float, three))
        assert sum(lights) / 3 == pytest.approx(30, abs=1e-3)
        assert lights[0] - lights[1] == pytest.approx(2)
        assert np.array_equal(pixels(page), rendered(folder, width, printer_points=lights))


def fill(page, name, value):
    page.locator(name).fill(str(value))
    page.locator(name).press("Enter")


def test_two_pins_tell_their_difference(studio, folder):
    with at_work(studio, folder) as page:
        page.locator("#stage").focus()
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Enter")
        for _ in range(6):
            page.keyboard.press("Shift+ArrowDown")
        page.keyboard.press("Shift+Enter")
        until(
            page, f"document.querySelector('#numbers thead')?.textContent.includes('2 {MINUS} 1')"
        )
        settled(page)
        one, two = numbers_of_pins(page)
        cells = page.evaluate(
            "[...document.querySelectorAll('#numbers tbody tr')].map((row) => "
            "[...row.cells].slice(4).map((cell) => cell.textContent))"
        )
        told = [float(cell.replace(MINUS, "-")) for cell in cells[1]]
        assert told == pytest.approx(np.subtract(two, one), abs=0.0051)
        page.keyboard.press("Delete")
        settled(page)
        assert page.locator("#pin1").is_hidden()


def numbers_of_pins(page):
    """Stops at the two pins, from the instruments themselves."""
    return page.evaluate("import('./studio.js').then(({ instruments }) => "
                         "instruments.read.slice(1).map((one) => one.exposure.stops))")  # fmt: skip


def test_pictures_are_opened_and_broken_ones_are_told(studio, folder):
    with at_work(studio, folder, refused=1) as page:
        page.keyboard.press("o")
        page.locator("#path").fill(str(folder / "broken.png"))
        page.locator("#open-go").click()
        until(page, "document.querySelector('#open-error').textContent.includes('broken')")
        page.locator("#files").set_input_files(folder / "coffee.png")
        change(page, lambda: page.locator("#open-go").click())
        assert page.locator("#name").text_content() == "coffee.png"
        assert pixels(page).shape == (200, 300, 3)
        page.keyboard.press("o")
        change(page, lambda: page.locator("#built-in").click())
        assert "85 bands" in page.locator("#size").text_content()


def test_what_is_dropped_is_opened(studio, folder):
    with at_work(studio, folder) as page:
        width = pixels(page).shape[1]
        drop(page, "look.toml", b"recipe = 1\nexposure = -0.5\n")
        until(page, "document.querySelector('#set-exposure').value == '-0.5'")
        settled(page)
        assert np.array_equal(pixels(page), rendered(folder, width, exposure=-0.5))
        drop(page, "coffee.png", (folder / "coffee.png").read_bytes())
        until(page, "document.querySelector('#name').textContent == 'coffee.png'")
        settled(page)


def test_what_another_window_opens_is_shown_here_too(studio, folder):
    with at_work(studio, folder, refused=1) as page:  # what it asked of the last
        studio.studio.ask("open", path=str(folder / "coffee.png"))
        change(page, lambda: page.keyboard.press("]"))
        assert page.locator("#name").text_content() == "coffee.png"
        assert pixels(page).shape == (200, 300, 3)


def drop(page, name, content):
    page.evaluate(
        """([name, bytes]) => { const carried = new DataTransfer();
        carried.items.add(new File([new Uint8Array(bytes)], name));
        document.body.dispatchEvent(new DragEvent('drop', {dataTransfer: carried, bubbles: true,
        cancelable: true})); }""",
        [name, list(content)],
    )


def test_settings_that_cannot_be_are_told_and_the_page_goes_on(studio, folder):
    with at_work(studio, folder, refused=1) as page:
        fill(page, "#set-exposure", 99)
        until(page, "document.querySelector('#status').textContent.includes('-30 to 30')")
        change(page, lambda: expose(page, 0.5))
        assert "stops over grey" in page.locator("#status").text_content()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size['width']}x{size['height']}")
def test_all_of_it_is_seen_at_every_size(studio, folder, scheme, size):
    with at_work(studio, folder, viewport=size, color_scheme=scheme) as page:
        page.locator("#stage").click(position=middle(page))
        settled(page)
        assert page.evaluate(
            "document.documentElement.scrollWidth <= innerWidth && "
            "document.documentElement.scrollHeight <= innerHeight"
        )
        hidden = page.evaluate(
            """[...document.querySelectorAll('header *, #stage, #instruments figure, #status')]
            .filter((one) => !one.hidden && one.id !== 'legend').filter((one) => {
              const box = one.getBoundingClientRect();
              return box.right > innerWidth + 1 || box.bottom > innerHeight + 1; })
            .map((one) => one.id || one.outerHTML.slice(0, 60))"""
        )
        assert hidden == []
        stage = page.locator("#stage").bounding_box()
        assert stage["width"] * stage["height"] > 0.35 * size["width"] * size["height"]


# What is no text for a reader, or lies over the picture.
CONTRAST = """() => {
  const light = (colour) => { const [r, g, b] = colour.match(/[\\d.]+/g).map(Number).map((one) => {
    const c = one / 255; return c > 0.04045 ? ((c + 0.055) / 1.055) ** 2.4 : c / 12.92; });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const under = (one) => { for (let at = one; at; at = at.parentElement) {
    const colour = getComputedStyle(at).backgroundColor;
    if (!/, 0\\)$/.test(colour)) return colour; } return 'rgb(255, 255, 255)'; };
  const found = [];
  for (const one of document.querySelectorAll('header *, aside *, #instruments *, #status')) {
    const words = [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!words || one.closest('[hidden], option, :disabled')) continue;
    if (!one.getClientRects().length) continue;
    const style = getComputedStyle(one);
    const text = light(one.closest('svg') ? style.fill : style.color), paper = light(under(one));
    const ratio = (Math.max(text, paper) + 0.05) / (Math.min(text, paper) + 0.05);
    if (ratio < 4.5) found.push([one.textContent.slice(0, 30), ratio.toFixed(2)]);
  }
  return found; }"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_word_stands_against_its_paper(studio, folder, scheme):
    with at_work(studio, folder, color_scheme=scheme) as page:
        page.locator("#stage").click(position=middle(page))
        settled(page)
        assert page.evaluate(CONTRAST) == []


def test_all_can_be_reached_by_keys_and_seen_to_be(studio, folder):
    with at_work(studio, folder) as page:
        wanted = page.evaluate(
            """[...document.querySelectorAll('button, input, select, summary, [tabindex="0"]')]
            .filter((one) => !one.closest('dialog, [hidden]') && !one.disabled
              && one.getClientRects().length && getComputedStyle(one).visibility === 'visible')
            .map((one) => (one.type === 'radio' ? one.name
              : one.id || one.ariaLabel || one.textContent))"""
        )
        reached = set()
        for _ in range(3 * len(wanted)):
            page.keyboard.press("Tab")
            name, outlined = page.evaluate(
                """(() => { const one = document.activeElement;
                return [one.type === 'radio' ? one.name
                  : one.id || one.ariaLabel || one.textContent,
                  getComputedStyle(one).outlineStyle !== 'none']; })()"""
            )
            if name in reached and len(reached) >= len(set(wanted)):
                break
            reached.add(name)
            assert outlined or name == page.evaluate("document.body.textContent"), name
        assert set(wanted) <= reached
        for control in page.evaluate(
            "[...document.querySelectorAll('aside input, aside select')].map((one) => "
            "one.ariaLabel || document.querySelector(`label[for='${one.id}']`)?.textContent "
            "|| one.outerHTML)"
        ):
            assert not control.startswith("<"), f"nobody is told what {control} is"


def test_a_slider_that_is_dragged_never_queues(studio, folder):
    with at_work(studio, folder) as page:
        asked = []
        page.on("request", lambda request: asked.append(request.url.rsplit("/", 1)[-1]))
        slider = page.locator("#set-exposure").locator("xpath=preceding-sibling::input")
        slider.evaluate(
            """async (one) => { for (let at = 0; at <= 60; at += 1) {
            one.value = -1.5 + at / 20; one.dispatchEvent(new Event('input'));
            await new Promise((done) => setTimeout(done, 5)); }
            one.dispatchEvent(new Event('change')); }"""
        )
        settled(page)
        # Sixty moves in a third of a second: but few are rendered, and the last one is seen.
        assert 1 <= asked.count("picture") < 40
        width = pixels(page).shape[1]
        assert np.array_equal(pixels(page), rendered(folder, width, exposure=1.5))
        page.locator("#stage").focus()
        change(page, lambda: page.keyboard.press("Control+z"))
        assert np.array_equal(pixels(page), rendered(folder, width))  # one move, undone as one
