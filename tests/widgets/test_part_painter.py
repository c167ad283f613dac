"""The part painter, driven as the browser drives it, but without one."""

import ipywidgets
import numpy as np
import pytest
import torch

from vhlib.body.parts import PARTS
from vhlib.core.errors import InputError
from vhlib.nets import NBF, ResNet, one_hot
from vhlib.widgets import Painting, PartPainter, part_painter

SIDE = 32


@pytest.fixture
def fit(generator):
    """A small network that has learned nothing, and sees every pixel."""
    net = NBF(
        ResNet(18, width=4, channels=13), mean_rotations=torch.eye(3).repeat(24, 1, 1), mean_betas=torch.zeros(10)
    )
    net.residual.weight.data = 0.2 * torch.randn(net.residual.weight.shape, generator=generator)
    return net.eval()


@pytest.fixture
def labels():
    """A head above a torso, between two arms."""
    names, labels = ["nobody", *PARTS[12]], np.zeros((SIDE, SIDE), np.uint8)
    labels[2:8, 13:19], labels[8:24, 11:21] = names.index("head"), names.index("lower_torso")
    labels[10:14, 2:11], labels[10:14, 21:30] = names.index("right_forearm"), names.index("left_forearm")
    return labels


@pytest.fixture
def painting(fit, labels, body):
    return Painting(fit, labels, 12, body)


@pytest.fixture
def painter(fit, labels, body):
    return part_painter(fit, labels, 12, body)


def count(painting: Painting, part: str) -> int:
    return int((painting.labels == painting.names.index(part)).sum())


def control(painter: PartPainter, description: str) -> ipywidgets.Widget:
    def walk(widget):
        yield widget
        for child in getattr(widget, "children", ()):
            yield from walk(child)

    return next(each for each in walk(painter) if getattr(each, "description", None) == description)


def drawn(painter: PartPainter, faces: int):
    """The mesh of so many faces: the map's, or the body's."""
    [mesh] = [part for part in painter.plot.objects if part.type == "Mesh" and len(part.indices) == faces]
    return mesh


def test_a_part_is_erased_and_undone(painting, labels):
    painting.erase("head")
    assert count(painting, "head") == 0
    assert count(painting, "nobody") == int((labels == 0).sum()) + 36
    assert painting.moved_mm() > 0
    painting.undo()
    np.testing.assert_array_equal(painting.labels, labels)
    assert painting.moved_mm() == 0


def test_a_part_grows_by_its_rim_and_shrinks_back_where_it_was_free(painting):
    painting.grow("head")  # 6 x 6, and a row of 6 on each side
    assert count(painting, "head") == 36 + 24
    assert count(painting, "lower_torso") == 160 - 6
    painting.shrink("head")
    assert count(painting, "head") == 36


def test_sides_change_places_and_again_are_as_they_were(painting, labels):
    painting.swap()
    names = painting.names
    assert (painting.labels[10:14, 2:11] == names.index("left_forearm")).all()
    assert (painting.labels[2:8, 13:19] == names.index("head")).all()
    painting.swap()
    np.testing.assert_array_equal(painting.labels, labels)


def test_a_part_moves_over_others_and_out_of_the_map(painting):
    painting.shift("head", "down")
    assert (painting.labels[8, 13:19] == painting.names.index("head")).all()
    assert (painting.labels[2, 13:19] == 0).all()
    for _ in range(3):
        painting.shift("right_forearm", "left")
    assert count(painting, "right_forearm") == 4 * 8  # one column went over the edge
    assert (painting.labels[:, -1] == 0).all()  # and did not come in on the other side
    painting.reset()
    assert count(painting, "right_forearm") == 36
    painting.undo()
    assert count(painting, "right_forearm") == 4 * 8


def test_the_body_is_the_networks_own(painting, fit, body):
    painting.dab(20, 20, "left_shin", 2.0)
    assert count(painting, "left_shin") == 13
    estimate = fit(one_hot(torch.from_numpy(painting.labels.copy())[None], 13))
    torch.testing.assert_close(painting.estimate().rotations, estimate.rotations)
    pose = {"body_pose": estimate.body_pose, "global_orient": estimate.global_orient, "betas": estimate.betas}
    posed = body(**pose)
    wanted = (posed.vertices - posed.joints[:, :1])[0].detach().numpy() * [1, -1, -1]
    np.testing.assert_allclose(painting.vertices(), wanted, atol=1e-5)


def test_a_click_paints_the_pixel_that_was_hit_and_moves_the_body(painter):
    control(painter, "part").value = "left_shin"
    control(painter, "brush, px").value = 0.0
    before = drawn(painter, 13776).vertices.copy()
    for half in (0, 1):
        painter._clicked(2 * (3 * SIDE + 5) + half)
        assert np.argwhere(painter.painting.labels == painter.painting.names.index("left_shin")).tolist() == [[3, 5]]
    assert drawn(painter, 2 * SIDE * SIDE).click_callback is not None
    assert np.abs(drawn(painter, 13776).vertices - before).max() > 0


def test_every_button_acts_on_the_map_and_reset_takes_it_back(painter, labels):
    control(painter, "part").value = "right_forearm"
    for name in ("erase", "grow", "shrink", "up", "left", "swap left and right"):
        control(painter, name).click()
        assert (painter.painting.labels != labels).any(), name
        control(painter, "reset").click()
        np.testing.assert_array_equal(painter.painting.labels, labels)


def test_where_no_widget_lives_there_is_a_picture(painter, labels):
    bundle = painter._repr_mimebundle_()
    assert {"application/vnd.jupyter.widget-view+json", "image/png"} <= bundle.keys()
    assert bundle["text/plain"].startswith("Part painter: joints moved by 0 mm")
    np.testing.assert_array_equal(painter.painting.labels, labels)
    assert painter.picture(height=100).size == (200, 100)


def test_refusals(fit, labels, body, painting):
    with pytest.raises(InputError, match="'tail' is no part; there are nobody, head"):
        painting.erase("tail")
    with pytest.raises(InputError, match="parts: expected 24, 14, 12, 6, 3, 1, got 5"):
        Painting(fit, labels, 5, body)
    with pytest.raises(InputError, match="labels: expected 0 to 3, got 10"):
        Painting(fit, labels, 3, body)
