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
def opened(path: Path, **context) -> Iterator[tuple[Page, list[str]]]:
    """A page of a file, and what the browser complains of while it is open.

    Args:
        path: The page.
        context: What Playwright's `new_context` takes: viewport, color_scheme ...
    """
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        pytest.skip(f"no browser: none of {', '.join(NAMES)} is installed")
    with sync_playwright() as playwright:
        # In a container there is no sandbox to be had; the pages are our own.
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        page = browser.new_context(**context).new_page()
        complaints: list[str] = []
        page.on("console", lambda said: complaints.append(said.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("requestfailed", lambda asked: complaints.append(f"not found: {asked.url}"))
        page.goto(path.resolve().as_uri())
        yield page, complaints
        browser.close()
