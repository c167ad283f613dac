"""The explorer's controls, driven as the browser drives them, but without one."""

import json

import ipywidgets
import numpy as np
import pytest
from numpy.testing import assert_allclose
from PIL import Image

from vhlib.core.errors import InputError
from vhlib.geometry import SMPL24
from vhlib.widgets import BodyExplorer, ExplorerState, body_explorer


@pytest.fixture
def explorer(body):
    return body_explorer(body)


def control(explorer: BodyExplorer, description: str) -> ipywidgets.Widget:
    found = [c for c in walk(explorer) if getattr(c, "description", None) == description]
    assert len(found) == 1, f"{len(found)} controls called {description!r}"
    return found[0]


def walk(widget: ipywidgets.Widget):
    yield widget
    for child in getattr(widget, "children", ()):
        yield from walk(child)


def drawn(explorer: BodyExplorer) -> np.ndarray:
    """The vertices that k3d draws."""
    [mesh] = [part for part in explorer.plot.objects if part.type == "Mesh"]
    return mesh.vertices


def test_a_slider_moves_the_mesh(explorer, body):
    control(explorer, "beta 2").value = 1.0
    assert explorer.state.setting.betas[2] == 1.0
    assert_allclose(drawn(explorer), explorer.state.vertices(), atol=1e-6)
    assert np.abs(drawn(explorer) - body.v_template.numpy()).max() > 1e-3


def test_sliders_read_round_numbers(explorer):
    slider = control(explorer, "beta 0")
    slider.value = 0.1 + 0.2
    assert explorer.state.setting.betas[0] == 0.3


def test_picking_a_joint_sets_the_angle_sliders(explorer):
    control(explorer, "joint").value = "left_knee"
    bend = control(explorer, "swing x °")
    assert (bend.min, bend.max) == (-10, 153)  # Boone and Azen's 0 to 143 degrees, and 10 more
    bend.value = 90
    control(explorer, "joint").value = "head"
    control(explorer, "joint").value = "left_knee"
    assert control(explorer, "swing x °").value == pytest.approx(90)
    assert control(explorer, "twist y °").value == 0


def test_undo_brings_the_sliders_back(explorer):
    control(explorer, "beta 0").value = 2.0
    control(explorer, "undo").click()
    assert control(explorer, "beta 0").value == 0
    control(explorer, "redo").click()
    assert control(explorer, "beta 0").value == 2.0
    control(explorer, "reset").click()
    assert control(explorer, "beta 0").value == 0


def test_random_pose_moves_on_to_the_next_seed(explorer):
    control(explorer, "random pose").click()
    first = explorer.state.setting
    control(explorer, "random pose").click()
    assert control(explorer, "seed").value == 2
    assert explorer.state.setting != first
    control(explorer, "seed").value = 0
    control(explorer, "random pose").click()
    assert explorer.state.setting == first


def test_each_view_draws_one_mesh_of_the_same_shape(explorer, body):
    control(explorer, "pose").value = "A-pose"
    views = next(c for c in walk(explorer) if isinstance(c, ipywidgets.ToggleButtons))
    for view in views.options:
        views.value = view
        [mesh] = [part for part in explorer.plot.objects if part.type == "Mesh"]
        corners = mesh.vertices[mesh.indices]
        assert_allclose(corners, explorer.state.vertices()[body.faces.numpy()], atol=1e-6)
        visible = {part.type for part in explorer.plot.objects if part.visible}
        assert visible == ({"Mesh", "Lines", "Points", "Text"} if view == "skeleton" else {"Mesh"})


def test_a_click_on_the_skin_picks_a_joint(explorer, body):
    [mesh] = [part for part in explorer.plot.objects if part.type == "Mesh"]
    face = int(body.weights[:, 15][body.faces].mean(1).argmax())
    mesh.click_callback({"face_index": face})
    assert control(explorer, "joint").value == "head"


def test_the_skeleton_marks_the_picked_joint(explorer):
    [points] = [part for part in explorer.plot.objects if part.type == "Points"]
    for joint in ("left_elbow", "right_knee"):
        control(explorer, "joint").value = joint
        marked = [index for index, colour in enumerate(points.colors) if colour != points.colors[0]]
        assert marked == [SMPL24.index(joint)]


def test_the_steps_change_what_is_drawn(explorer, body):
    control(explorer, "beta 0").value = 2.0
    steps = [c for c in walk(explorer) if isinstance(c, ipywidgets.ToggleButtons)][1]
    steps.value = "template"
    assert_allclose(drawn(explorer), body.v_template, atol=1e-6)
    steps.value = "shape"
    assert np.abs(drawn(explorer) - body.v_template.numpy()).max() > 0.01


def test_no_geometry_becomes_widget_state(explorer):
    """What a notebook saves is the widgets' state: no vertex of a licensed template may be in it."""
    models = ipywidgets.Widget.get_manager_state()["state"].values()
    kinds = {model["state"].get("_kind") for model in models}
    assert "plot" in kinds
    assert "object" not in kinds  # a mesh, as k3d would have it saved
    with_buffers = {model["state"].get("_model_name") for model in models if "buffers" in model}
    assert with_buffers <= {"ImageModel"}  # a picture is no geometry
    assert max(len(json.dumps(model)) for model in models) < 20_000


def test_where_no_widget_lives_there_is_a_picture(explorer):
    bundle = explorer._repr_mimebundle_()
    assert {"application/vnd.jupyter.widget-view+json", "image/png", "text/plain"} <= bundle.keys()
    assert explorer.state.body.name in bundle["text/plain"]


def test_each_view_has_its_own_picture(body):
    state = ExplorerState(body)
    pictures = []
    for state.view in ("shaded", "parts", "weights", "skeleton"):
        pictures.append(np.asarray(BodyExplorer(state).picture(height=120)))
    assert all(picture.shape == (120, 120, 3) for picture in pictures)
    assert all((a != b).any() for i, a in enumerate(pictures) for b in pictures[:i])
    assert (pictures[0] != 255).any(2).mean() > 0.1  # the body fills a good part of it


def test_npz_holds_the_body_s_arguments(explorer, body, tmp_path):
    control(explorer, "beta 1").value = -1.0
    control(explorer, "pose").value = "A-pose"
    with np.load(explorer.save(tmp_path / "me.npz")) as saved:
        assert str(saved["model"]) == body.name
        betas, pose = saved["betas"], saved["body_pose"]
    assert betas.shape == (1, 10)
    assert betas[0, 1] == -1.0
    assert pose.shape == (1, 23, 3)


def test_obj_holds_the_mesh(explorer, body, tmp_path):
    lines = explorer.save(tmp_path / "me.obj").read_text().splitlines()
    vertices = np.array([line.split()[1:] for line in lines if line.startswith("v ")], float)
    faces = np.array([line.split()[1:] for line in lines if line.startswith("f ")], int)
    assert_allclose(vertices, explorer.state.vertices(), atol=1e-6)
    assert (faces == body.faces.numpy() + 1).all()


def test_png_holds_the_picture(explorer, tmp_path):
    with Image.open(explorer.save(tmp_path / "me.png")) as image:
        assert image.size == (960, 960)


def test_saving_says_where_or_why_not(explorer, tmp_path):
    status = next(c for c in walk(explorer) if isinstance(c, ipywidgets.HTML))
    control(explorer, "save as").value = str(tmp_path / "me")
    control(explorer, "npz").click()
    assert "wrote" in status.value
    control(explorer, "save as").value = str(tmp_path / "nowhere" / "me")
    control(explorer, "obj").click()
    assert "there is no folder" in status.value


def test_another_ending_is_refused(explorer, tmp_path):
    with pytest.raises(InputError, match=r"\.npz, \.obj, \.png"):
        explorer.save(tmp_path / "me.blend")
