"""The judges' explorer, driven as the browser drives it, but without one."""

import ipywidgets
import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose

from vhlib.core.errors import InputError
from vhlib.geometry.limits import BODY_JOINTS
from vhlib.geometry.rotations import axis_angle_to_matrix
from vhlib.nets import Discriminators
from vhlib.widgets import JudgesExplorer, judges_explorer


@pytest.fixture
def judges(generator):
    """Small ones that have learned nothing, and have an opinion on everything."""
    net = Discriminators(width=8)
    for parameter in net.parameters():
        parameter.data = 0.1 * torch.randn(parameter.shape, generator=generator)
    return net


@pytest.fixture
def explorer(judges, body):
    return judges_explorer(judges, body)


def control(explorer: JudgesExplorer, description: str) -> ipywidgets.Widget:
    found = [c for c in walk(explorer) if getattr(c, "description", None) == description]
    assert len(found) == 1, f"{len(found)} controls called {description!r}"
    return found[0]


def walk(widget: ipywidgets.Widget):
    yield widget
    for child in getattr(widget, "children", ()):
        yield from walk(child)


def drawn(explorer: JudgesExplorer):
    [mesh] = [part for part in explorer.plot.objects if part.type == "Mesh"]
    return mesh


def says(explorer: JudgesExplorer) -> str:
    return next(part for part in walk(explorer) if isinstance(part, ipywidgets.HTML)).value


def test_scores_are_the_judges_own(explorer, judges):
    control(explorer, "joint").value = "left_elbow"
    control(explorer, "y °").value = -90.0
    control(explorer, "beta 1").value = 2.0
    pose = torch.zeros(1, 23, 3)
    pose[0, BODY_JOINTS.index("left_elbow"), 1] = -torch.pi / 2
    betas = torch.zeros(1, 10)
    betas[0, 1] = 2.0
    wanted = judges(axis_angle_to_matrix(pose), betas)[0].detach()
    torch.testing.assert_close(explorer.verdict.scores(), wanted, atol=1e-5, rtol=0)
    assert f"shape {float(wanted[-1]):.2f}" in says(explorer)


def test_a_slider_bends_the_body_and_paints_it(explorer):
    before = drawn(explorer).attribute.copy()
    control(explorer, "x °").value = -70.0  # the left knee's, which comes first
    assert_allclose(drawn(explorer).vertices, explorer.verdict.vertices(), atol=1e-6)
    assert_allclose(drawn(explorer).attribute, explorer.verdict.doubt(), atol=1e-6)
    assert np.abs(drawn(explorer).attribute - before).max() > 1e-4


def test_sliders_follow_the_joint_and_the_pose(explorer):
    control(explorer, "pose").value = "a knee backwards"
    assert control(explorer, "x °").value == -70
    control(explorer, "joint").value = "head"
    assert control(explorer, "x °").value == 0
    control(explorer, "natural pose").click()
    assert control(explorer, "seed").value == 1
    angles = explorer.verdict.angles[BODY_JOINTS.index("head")]
    assert control(explorer, "y °").value == pytest.approx(float(angles[1]), abs=1e-4)


def test_least_believed_comes_first(explorer):
    names, scores = zip(*explorer.verdict.doubtful(23), strict=True)
    assert list(scores) == sorted(scores)
    assert set(names) == {joint.replace("_", " ") for joint in BODY_JOINTS}


def test_poses_that_there_are_not_are_refused(explorer):
    with pytest.raises(InputError, match="'flying' is no pose to judge; there are at rest, arms down"):
        explorer.verdict.preset("flying")


def test_where_no_widget_lives_there_is_a_picture(explorer):
    bundle = explorer._repr_mimebundle_()
    assert {"application/vnd.jupyter.widget-view+json", "image/png"} <= bundle.keys()
    assert bundle["text/plain"].startswith("Judges' explorer: all joints")
    assert explorer.picture(height=120).size == (120, 120)
