import dataclasses

import pytest
import torch

from vhlib.body import PARTS, SMPL, grouped, part_labels
from vhlib.core.errors import InputError
from vhlib.geometry.skeletons import SMPL24


@pytest.mark.parametrize("groups", PARTS)
def test_every_joint_belongs_to_one_part_and_every_part_has_faces(body, groups):
    assert len(PARTS[groups]) == groups
    assert sorted(joint for joints in PARTS[groups].values() for joint in joints) == sorted(SMPL24.names)
    labels = part_labels(body, groups)
    assert labels.names == tuple(PARTS[groups])
    assert labels.faces.shape == (13776,)
    assert labels.vertices.shape == (6890,)
    assert labels.faces.unique().tolist() == labels.vertices.unique().tolist() == list(range(groups))


def test_24_parts_are_the_joints_that_vertices_follow_most(body):
    labels = part_labels(body)
    assert labels.names == SMPL24.names
    assert torch.equal(labels.vertices, body.weights.argmax(1))


def test_12_parts_are_in_nbf_s_order():
    assert list(PARTS[12])[:3] == ["head", "upper_torso", "left_forearm"]
    assert list(PARTS[12])[-1] == "right_shin"


@pytest.mark.parametrize(("fine", "coarse"), [(24, 14), (24, 12), (14, 6), (12, 6), (6, 3), (3, 1)])
def test_no_part_straddles_two_coarser_ones(fine, coarse):
    outer = [set(joints) for joints in PARTS[coarse].values()]
    assert all(sum(not part.isdisjoint(joints) for part in outer) == 1 for joints in PARTS[fine].values())


@pytest.mark.parametrize("groups", PARTS)
def test_the_mirrored_vertex_is_in_the_part_of_the_other_side(body, groups):
    labels = part_labels(body, groups)

    def other_side(name):
        swapped = name.replace("left_", "LEFT_").replace("right_", "left_").replace("LEFT_", "right_")
        return labels.names.index(swapped)

    across = torch.tensor([other_side(name) for name in labels.names])
    mirrored = labels.vertices[torch.as_tensor(body.files.mirror)]
    # On the midline a vertex is its own mirror image and belongs to a side only by a tie.
    paired = torch.as_tensor(body.files.mirror) != torch.arange(6890)
    assert torch.equal(mirrored[paired], across[labels.vertices][paired])


def test_a_face_takes_the_part_that_its_corners_follow_most(body):
    files = dataclasses.replace(body.files, part_of_face=None)
    labels = part_labels(SMPL(files))
    corners = labels.vertices[body.faces]
    alike = (corners == corners[:, :1]).all(1)
    assert torch.equal(labels.faces[alike], corners[alike][:, 0])
    assert (corners == labels.faces[:, None]).any(1).float().mean() > 0.99


def test_a_subset_has_labels_too(body):
    chosen = body.faces[:50].unique().tolist()
    few = body.subset(chosen)
    assert torch.equal(part_labels(few, 6).vertices, part_labels(body, 6).vertices[chosen])
    assert part_labels(few, 6).faces.shape == few.faces.shape[:1]


def test_another_number_of_parts_is_refused(body):
    with pytest.raises(InputError, match="groups: expected 24, 14, 12, 6, 3, 1, got 7"):
        part_labels(body, 7)


@pytest.mark.parametrize("groups", PARTS)
def test_a_grouped_map_labels_faces_as_the_grouping_itself_does(body, groups):
    fine, coarse = part_labels(body, 24).faces, part_labels(body, groups).faces
    maps = torch.cat([torch.zeros(1, dtype=torch.uint8), (fine + 1).to(torch.uint8)])[None]
    assert torch.equal(grouped(maps, groups)[0, 1:].long(), coarse + 1)
    assert grouped(maps, groups)[0, 0] == 0


def test_maps_of_other_labels_or_groups_are_refused():
    with pytest.raises(InputError, match="groups: expected 24, 14, 12, 6, 3, 1, got 5"):
        grouped(torch.zeros(1, 1, dtype=torch.uint8), 5)
    with pytest.raises(ValueError, match="maps: expected labels from 0 to 24, got 25"):
        grouped(torch.full((1, 1), 25, dtype=torch.uint8), 24)
