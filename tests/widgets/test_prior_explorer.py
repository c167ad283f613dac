"""The prior explorer, driven as the browser drives it, but without one."""

import ipywidgets
import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose
from torch.testing import assert_close

from vhlib.core.errors import InputError
from vhlib.priors import load_vae
from vhlib.widgets import PriorExplorer, prior_explorer


@pytest.fixture
def explorer(body):
    return prior_explorer(body=body)


def control(explorer: PriorExplorer, description: str) -> ipywidgets.Widget:
    found = [c for c in walk(explorer) if getattr(c, "description", None) == description]
    assert len(found) == 1, f"{len(found)} controls called {description!r}"
    return found[0]


def walk(widget: ipywidgets.Widget):
    yield widget
    for child in getattr(widget, "children", ()):
        yield from walk(child)


def drawn(explorer: PriorExplorer) -> np.ndarray:
    [mesh] = [part for part in explorer.plot.objects if part.type == "Mesh"]
    return mesh.vertices


def says(explorer: PriorExplorer) -> str:
    return next(part for part in walk(explorer) if isinstance(part, ipywidgets.HTML)).value


def test_it_starts_at_the_origin(explorer, body):
    expected = body(body_pose=load_vae().mean_pose[None]).vertices[0].numpy()
    assert_allclose(drawn(explorer), expected, atol=1e-5)
    assert "‖z‖² = 0.0" in says(explorer)


def test_a_slider_walks_along_its_direction(explorer):
    control(explorer, "direction 2").value = 2.0
    assert explorer.state.coordinates.tolist()[:4] == [0, 0, 2, 0]
    assert_allclose(drawn(explorer), explorer.state.vertices(), atol=1e-6)
    assert "‖z‖² = 4.0" in says(explorer)


def test_turned_axes_keep_lengths_and_the_first_moves_the_body_most(explorer):
    state, moved = explorer.state, []
    start = state.body_pose()
    for direction in (0, 7, 31):
        state.origin()
        state.move(direction, 0.1)
        assert_close(state.z.norm(), torch.tensor(0.1))
        moved.append(float((state.body_pose() - start).norm()))
    assert moved[0] > moved[1] > moved[2]


def test_a_sample_moves_the_sliders_and_the_seed(explorer):
    control(explorer, "sample").click()
    first = explorer.state.coordinates.clone()
    assert control(explorer, "direction 0").value == pytest.approx(float(first[0].clamp(-3, 3)), abs=1e-5)
    assert control(explorer, "seed").value == 1
    control(explorer, "sample").click()
    assert not torch.equal(explorer.state.coordinates, first)
    control(explorer, "z = 0").click()
    assert explorer.state.energy() == 0


def test_a_pose_of_the_library_is_encoded(explorer):
    control(explorer, "a pose of").value = "sitting"
    control(explorer, "encode it").click()
    assert explorer.state.energy() > 0
    with pytest.raises(InputError, match="flying"):
        explorer.state.encode("flying", 0)


def test_where_no_widget_lives_there_is_a_picture(explorer):
    bundle = explorer._repr_mimebundle_()
    assert {"application/vnd.jupyter.widget-view+json", "image/png"} <= bundle.keys()
    assert bundle["text/plain"] == "Prior explorer: ‖z‖² = 0.0"
