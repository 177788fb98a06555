"""A real browser on a page: Chromium, without a window, driven by Playwright."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

# Debian's, and what others call it. Playwright's own would be fetched from the network.
NAMES = ("chromium", "chromium-browser", "google-chrome")


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser, for several pages; the test is skipped where there is none."""
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        pytest.skip(f"no browser: none of {', '.join(NAMES)} is installed")
    with sync_playwright() as playwright:
        # In a container there is no sandbox to be had; the pages are our own.
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


@contextmanager
def opened(page: Path | str, **context) -> Iterator[tuple[Page, list[str]]]:
    """A page in a browser of its own, as `shown_in`."""
    with chromium() as browser, shown_in(browser, page, **context) as shown:
        yield shown


@contextmanager
def shown_in(browser: Browser, page: Path | str, **context) -> Iterator[tuple[Page, list[str]]]:
    """A page, and what the browser complains of while it is open.

    Args:
        browser: As `chromium` gives it.
        page: A file, or an address.
        context: What Playwright's `new_context` takes: viewport, color_scheme ...
    """
    window = browser.new_context(**context)
    shown = window.new_page()
    complaints: list[str] = []
    shown.on("console", lambda said: complaints.append(said.text))
    shown.on("pageerror", lambda error: complaints.append(str(error)))
    shown.on("requestfailed", lambda asked: complaints.append(f"not found: {asked.url}"))
    shown.goto(page if isinstance(page, str) else page.resolve().as_uri())
    yield shown, complaints
    window.close()
