"""What tests do in an open notebook: run a cell, wait for a 3D view."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page


def run_cell(page: "Page", number: int) -> "Locator":
    """Run a cell and return where its output goes."""
    cell = page.locator(".jp-Notebook .jp-CodeCell").nth(number)
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+Enter")
    return cell.locator(".jp-OutputArea")


def canvas_of(page: "Page") -> "Locator":
    """The canvas of the 3D view, once it is drawn."""
    canvas = page.locator("canvas").first
    canvas.wait_for(timeout=120_000)
    canvas.scroll_into_view_if_needed()
    page.wait_for_timeout(2000)
    return canvas
