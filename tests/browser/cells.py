"""What tests do in an open notebook: run a cell, wait for a 3D view."""

import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

ATTEMPTS = 10  # at most: a busy JupyterLab may not listen to the keyboard yet, and one presses again
TAKEN = re.compile(r"\[(\*|\d+)\]")  # the prompt of a cell that runs or has run


def run_cell(page: "Page", number: int) -> "Locator":
    """Run a cell and return where its output goes."""
    playwright = pytest.importorskip("playwright.sync_api")
    cell = page.locator(".jp-Notebook .jp-CodeCell").nth(number)
    started = cell.locator(".jp-InputPrompt").filter(has_text=TAKEN)
    for _ in range(ATTEMPTS):
        cell.locator(".cm-content").click()
        page.keyboard.press("Control+Enter")
        try:
            started.wait_for(timeout=10_000)
        except playwright.TimeoutError:
            continue
        return cell.locator(".jp-OutputArea")
    pytest.fail(f"cell {number} does not start, however often one presses Control and Enter")


def canvas_of(page: "Page") -> "Locator":
    """The canvas of the 3D view, once it is drawn."""
    canvas = page.locator("canvas").first
    canvas.wait_for(timeout=120_000)
    canvas.scroll_into_view_if_needed()
    page.wait_for_timeout(2000)
    return canvas
