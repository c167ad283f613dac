"""The body explorer in a real JupyterLab: a slider moved by keyboard moves the body on the screen."""

import statistics

import pytest

from tests.browser.cells import canvas_of, run_cell

pytestmark = pytest.mark.browser

STEPS = 30
CLICKS = 10  # at most: a busy browser may not have the body of the last button yet, and the click misses it

# From the key press to the first draw call after new vertices have arrived at the graphics card, in milliseconds.
STOPWATCH = """
(() => {
    const gl = WebGL2RenderingContext.prototype;
    const watch = window.stopwatch = { pressed: null, arrived: false, times: [] };
    for (const name of ['bufferData', 'bufferSubData']) {
        const original = gl[name];
        gl[name] = function (...args) {
            if (args.some(a => a && a.byteLength >= 6890 * 12)) watch.arrived = true;
            return original.apply(this, args);
        };
    }
    const draw = gl.drawElements;
    gl.drawElements = function (...args) {
        const result = draw.apply(this, args);
        if (watch.pressed !== null && watch.arrived && args[1] >= 13776 * 3) {
            watch.times.push(performance.now() - watch.pressed);
            watch.pressed = null;
        }
        return result;
    };
    window.addEventListener('keydown', event => {
        if (event.key.startsWith('Arrow')) { watch.pressed = performance.now(); watch.arrived = false; }
    }, true);
})()
"""


EXPLORER = "from vhlib.widgets import body_explorer\nexplorer = body_explorer()\nexplorer"


def test_a_slider_moved_by_keyboard_moves_the_body(lab, visit, record_property):
    seen = visit("slider.ipynb", EXPLORER, script=STOPWATCH)
    page = seen.page
    run_cell(page, 0)
    canvas = canvas_of(page)
    page.wait_for_function("document.querySelectorAll('.jupyter-widgets .noUi-handle').length >= 13")

    before = canvas.screenshot()
    page.locator(".noUi-handle").first.focus()
    for step in range(1, STEPS + 1):
        page.keyboard.press("ArrowRight" if step <= STEPS // 2 else "ArrowLeft")
        page.wait_for_function(f"window.stopwatch.times.length >= {step}", timeout=10_000)
        page.wait_for_timeout(50)
        if step == STEPS // 2:
            page.wait_for_timeout(300)
            taller = canvas.screenshot()
    page.wait_for_timeout(300)
    times = sorted(page.evaluate("window.stopwatch.times"))
    record_property("key press to new frame, median (ms)", round(statistics.median(times)))
    record_property("key press to new frame, p95 (ms)", round(times[int(0.95 * STEPS) - 1]))
    assert taller != before
    assert canvas.screenshot() == before  # 15 steps up and 15 down again

    assert seen.outside == []
    assert seen.complaints == []


def test_clicks_pick_joints_and_views_change_the_picture(visit):
    """Also: no control answers back. A slider whose range changes once sent the old joint's angle to the new one."""
    at_rest = "explorer.state.setting == type(explorer.state.setting)((0.0,) * 10)"
    tell = f"print(explorer.state.joint, {at_rest})"
    seen = visit("clicks.ipynb", EXPLORER, tell)
    page = seen.page
    run_cell(page, 0)
    canvas = canvas_of(page)

    pictures = [canvas.screenshot()]
    for button in ("random pose", "parts", "weights", "skeleton"):
        page.get_by_role("button", name=button, exact=True).click()
        page.wait_for_timeout(1500)
        pictures.append(canvas.screenshot())
    assert len(set(pictures)) == len(pictures)

    for button in ("shaded", "reset"):
        page.get_by_role("button", name=button, exact=True).click()
        page.wait_for_timeout(1500)
    box = canvas.bounding_box()
    assert box is not None
    for _ in range(CLICKS):
        page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.13 * box["height"])  # the face
        page.wait_for_timeout(300)
        page.mouse.down()
        page.mouse.up()
        page.wait_for_timeout(1500)
        told = run_cell(page, 1)
        told.get_by_text("True").or_(told.get_by_text("False")).first.wait_for(timeout=60_000)
        if "head" in told.inner_text():
            break
    assert told.inner_text().strip() == "head True"

    assert seen.outside == []
    assert seen.complaints == []
