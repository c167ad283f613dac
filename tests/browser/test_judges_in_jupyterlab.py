"""The judges' explorer in a real JupyterLab: a bent joint moves the body, and the judges change their mind."""

import pytest

from tests.browser.cells import canvas_of, run_cell

pytestmark = pytest.mark.browser

JUDGES = """from vhlib.priors import load_adversary
from vhlib.widgets import judges_explorer
judges_explorer(load_adversary().judges)"""


def test_a_joint_bent_by_keyboard_changes_the_body_and_the_verdict(visit):
    seen = visit("judges.ipynb", JUDGES)
    page = seen.page
    output = run_cell(page, 0)
    canvas = canvas_of(page)
    verdict = output.locator("small")
    before, picture = verdict.inner_text(), canvas.screenshot()
    assert "all joints" in before

    page.locator(".noUi-handle").first.focus()
    page.keyboard.press("End")
    page.wait_for_function(
        "before => document.querySelector('.jp-OutputArea small').innerText !== before", arg=before, timeout=60_000
    )
    page.wait_for_timeout(1500)
    assert canvas.screenshot() != picture
    assert verdict.inner_text() != before

    assert seen.outside == []
    assert seen.complaints == []
