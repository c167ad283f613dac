"""The part painter in a real JupyterLab: what the mouse paints moves the body; undo and reset bring it back."""

from typing import TYPE_CHECKING

import pytest

from tests.browser.cells import canvas_of, run_cell

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = pytest.mark.browser

PAINTER = """from vhlib.body.parts import grouped
from vhlib.data.synthetic import synthetic_sample
from vhlib.training.nbf_reading import load_reader
from vhlib.widgets import part_painter
reader = load_reader()
labels = grouped(synthetic_sample().parts[0, ::2, ::2], reader.parts).numpy()
part_painter(reader.net.fitting, labels, reader.parts)"""

CLICKS = 10  # at most: a busy browser may not have the map of the last change yet, and the click misses it
AS_IT_WAS = "joints moved by 0 mm"


def test_what_the_mouse_paints_moves_the_body_and_undo_and_reset_bring_it_back(visit):
    seen = visit("painter.ipynb", PAINTER)
    page = seen.page
    output = run_cell(page, 0)
    canvas = canvas_of(page)
    words = output.locator("small", has_text="joints moved")
    assert AS_IT_WAS in words.inner_text()
    picture = canvas.screenshot()

    output.locator("select").select_option(label="nobody")
    output.locator(".noUi-handle").focus()
    page.keyboard.press("End")  # the widest brush
    for button in ("undo", "reset"):
        _paint_in_the_middle(page, canvas, words)
        assert canvas.screenshot() != picture
        page.get_by_role("button", name=button, exact=True).click()
        words.filter(has_text=AS_IT_WAS).wait_for(timeout=60_000)
        page.wait_for_timeout(1500)
        assert canvas.screenshot() == picture

    assert seen.outside == []
    assert seen.complaints == []


def _paint_in_the_middle(page: "Page", canvas: "Locator", words: "Locator") -> None:
    """Click on the map's middle, left of the body, until the joints have moved."""
    box = canvas.bounding_box()
    assert box is not None
    for _ in range(CLICKS):
        page.mouse.move(box["x"] + box["width"] / 2 - 0.4 * box["height"], box["y"] + box["height"] / 2)
        page.wait_for_timeout(300)
        page.mouse.down()
        page.mouse.up()
        page.wait_for_timeout(1500)
        if AS_IT_WAS not in words.inner_text():
            break
    assert AS_IT_WAS not in words.inner_text()
    page.mouse.move(box["x"] + 2, box["y"] + 2)
