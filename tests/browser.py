"""A real browser on a page: Chromium, without a window, driven by Playwright."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

# Debian's, and what others call it. Playwright's own would be fetched from the network.
NAMES = ("chromium", "chromium-browser", "google-chrome")


@contextmanager
def opened(page: Path | str, **context) -> Iterator[tuple[Page, list[str]]]:
    """A page, and what the browser complains of while it is open.

    Args:
        page: A file, or an address.
        context: What Playwright's `new_context` takes: viewport, color_scheme ...
    """
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        pytest.skip(f"no browser: none of {', '.join(NAMES)} is installed")
    with sync_playwright() as playwright:
        # In a container there is no sandbox to be had; the pages are our own.
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        window = browser.new_context(**context).new_page()
        complaints: list[str] = []
        window.on("console", lambda said: complaints.append(said.text))
        window.on("pageerror", lambda error: complaints.append(str(error)))
        window.on("requestfailed", lambda asked: complaints.append(f"not found: {asked.url}"))
        window.goto(page if isinstance(page, str) else page.resolve().as_uri())
        yield window, complaints
        browser.close()
