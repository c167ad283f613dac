"""Clips: the camera stays, and flow says where everything goes."""

import pytest
import torch

from vhlib.body import load_body
from vhlib.core.errors import InputError
from vhlib.data.synthetic import Clip, SyntheticPeople, make_clip
from vhlib.data.synthetic.clips import grounded
from vhlib.data.synthetic.figure import Stance, figure

SIZE = 64


@pytest.fixture(scope="module")
def clip() -> Clip:
    return make_clip(SyntheticPeople("train", seed=1, size=SIZE), 2, frames=4, fps=10.0)


def test_one_person_before_one_camera(clip):
    assert len(clip.frames) == 4
    assert clip.frames.focal_length.unique(dim=0).shape == (1, 2)
    assert clip.frames.betas.unique(dim=0).shape[0] == 1
    assert clip.frames.garments.unique(dim=0).shape[0] == 1
    assert not torch.equal(clip.frames.body_pose[0], clip.frames.body_pose[1])


def test_vertices_are_the_bodys_own(clip):
    body = load_body(clip.frames.genders[0], source="standin")
    names = ("betas", "body_pose", "global_orient", "transl")
    vertices = body(**{name: getattr(clip.frames, name) for name in names}).vertices
    torch.testing.assert_close(clip.vertices, vertices, atol=1e-4, rtol=0)


def test_flow_of_vertices_is_the_motion_of_their_projections(clip):
    pixels = clip.frames.camera.project(clip.vertices)
    torch.testing.assert_close(clip.vertex_flow, pixels[1:] - pixels[:-1], atol=1e-4, rtol=0)


def test_flow_of_pixels_agrees_with_that_of_the_visible_vertices(clip):
    """Cloth goes with the skin under it: the flow at a vertex's pixel is nearly the vertex's own."""
    pixels = clip.frames.camera.project(clip.vertices)
    for frame in range(3):
        seen = clip.vertex_seen[frame]
        column, row = pixels[frame][seen].floor().long().unbind(1)
        apart = (clip.flow[frame, row, column] - clip.vertex_flow[frame][seen]).norm(dim=-1)
        assert seen.float().mean() > 0.1
        assert apart.median() < 0.15 * clip.vertex_flow[frame][seen].norm(dim=-1).median() + 0.1


def test_flow_is_of_the_person_only_and_leads_to_the_person(clip):
    assert (clip.flow[~clip.frames.mask[:-1]] == 0).all()
    for frame in range(3):
        row, column = clip.frames.mask[frame].nonzero().unbind(1)
        at = torch.stack([column, row], 1) + 0.5 + clip.flow[frame, row, column]
        inside = ((at >= 0) & (at < SIZE)).all(1)
        x, y = at[inside].floor().long().unbind(1)
        assert clip.frames.mask[frame + 1, y, x].float().mean() > 0.85


def test_what_stands_on_the_floor_stays():
    """A body that only moves up and down in its own frame is lowest at its soles, which do not slide."""
    stances = [
        Stance("neutral", torch.zeros(10), torch.zeros(23, 3), torch.tensor([0.0, 0.2 * turn, 0.0]), torch.zeros(3))
        for turn in range(3)
    ]
    points = torch.stack([torch.from_numpy(figure(stance).vertices) for stance in grounded(stances)])
    assert points[..., 1].amin(1).abs().max() < 1e-5
    soles = points[0, :, 1] < 0.01
    middle = points[:, soles].mean(1)
    assert (middle - middle[0]).abs().max() < 0.01


def test_a_clip_is_the_same_again(clip):
    again = make_clip(SyntheticPeople("train", seed=1, size=SIZE), 2, frames=4, fps=10.0)
    assert torch.equal(again.frames.image, clip.frames.image)
    assert torch.equal(again.flow, clip.flow)


def test_refusals():
    people = SyntheticPeople(size=SIZE)
    with pytest.raises(InputError, match="at least 2 and a positive rate, got 1 and 15"):
        make_clip(people, 0, frames=1)
    with pytest.raises(IndexError, match="0 or more"):
        make_clip(people, -1)
