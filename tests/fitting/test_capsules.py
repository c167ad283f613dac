from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from vhlib.body import SMPL
from vhlib.fitting.articulation import Articulation
from vhlib.fitting.capsules import COLLIDING, PARTS, Interpenetration, fit_capsules
from vhlib.geometry.skeletons import SMPL24

DOUBLE: dict[str, Any] = {"dtype": torch.float64}


@pytest.fixture(scope="module")
def files(body):
    return body.files


@pytest.fixture(scope="module")
def capsules(files):
    return fit_capsules(files)


def distances(points, ends):
    """Of points from a segment."""
    axis = ends[1] - ends[0]
    along = np.clip((points - ends[0]) @ axis / (axis @ axis), 0, 1)
    return np.linalg.norm(points - ends[0] - along[:, None] * axis, axis=1)


def own(files, name):
    return np.isin(files.weights.argmax(1), [SMPL24.index(joint) for joint in PARTS[name].joints])


def test_a_capsule_is_found_again_from_points_on_it(files):
    numbers = np.random.default_rng(0)
    left, right = np.array([[0.0, 0.1, 0.0], [0.0, 0.5, 0.1]]), 0.07
    thigh = own(files, "left_thigh")
    along, around = numbers.random(thigh.sum()), numbers.standard_normal((thigh.sum(), 3))
    axis = (left[1] - left[0]) / np.linalg.norm(left[1] - left[0])
    around -= (around @ axis)[:, None] * axis
    around /= np.linalg.norm(around, axis=1, keepdims=True)
    template, shapes = files.v_template.astype(float), np.zeros_like(files.shapedirs, dtype=float)
    template[thigh] = left[0] + along[:, None] * (left[1] - left[0]) + right * around
    shapes[thigh, :, 0] = 0.01 * around  # the first coefficient makes it thicker by 1 cm
    fitted = fit_capsules(replace(files, v_template=template, shapedirs=shapes))
    number = list(PARTS).index("left_thigh")
    assert fitted.radius[number] == pytest.approx(right, abs=2e-3)
    assert fitted.radius_by_betas[number, 0] == pytest.approx(0.01, abs=1e-3)
    across = distances(left, fitted.ends[number])
    assert across.max() < right  # a tube has no ends to find, and the capsule has round ones


def test_capsules_hug_the_body(files, capsules):
    for number, name in enumerate(PARTS):
        skin = distances(files.v_template[own(files, name)], capsules.ends[number]) - capsules.radius[number]
        assert np.abs(skin).mean() < 0.35 * capsules.radius[number], name


def test_slopes_follow_a_refit_of_another_shape(files, capsules):
    beta = 0.5
    other = fit_capsules(replace(files, v_template=files.v_template + beta * files.shapedirs[..., 0]))
    predicted = capsules.radius + beta * capsules.radius_by_betas[:, 0]
    np.testing.assert_allclose(predicted, other.radius, atol=1e-3)
    # Half a deviation of the first coefficient moves the feet by 2 cm.
    ends = capsules.ends + beta * capsules.ends_by_betas[..., 0]
    np.testing.assert_allclose(ends, other.ends, atol=7e-3)
    np.testing.assert_allclose(ends.mean(1), other.ends.mean(1), atol=3e-3)


def test_the_two_sides_are_alike(files, capsules):
    names = list(PARTS)
    for name in (name for name in names if name.startswith("left_")):
        left, right = names.index(name), names.index(name.replace("left_", "right_"))
        assert capsules.radius[left] == pytest.approx(capsules.radius[right], abs=2e-3)


def touching(files, like, pose):
    arm = Articulation(files, like=like)
    term = Interpenetration(files, fit_capsules(files), like=like)
    motion = arm.move(pose, torch.zeros(len(pose), files.shapedirs.shape[2], **DOUBLE))
    return dict(zip(COLLIDING, term.overlaps(motion)[0].tolist(), strict=True))


def test_a_t_pose_touches_nothing_and_a_hand_in_the_belly_does(files):
    pose = torch.zeros(1, 24, 3, **DOUBLE)
    apart = touching(files, pose, pose)
    assert max(apart.values()) < 1e-6
    pose[0, SMPL24.index("left_shoulder"), 2] = -2.2  # down, and on through the belly
    inside = touching(files, pose, pose)
    assert sum(inside.values()) > 0.1
    deepest = max(inside, key=inside.__getitem__)
    assert deepest[0] in ("left_forearm", "left_hand")


def test_turning_the_whole_body_changes_nothing(body, files):
    numbers = torch.Generator().manual_seed(0)
    pose = 0.8 * torch.randn(1, 24, 3, generator=numbers, **DOUBLE)
    turned = pose.clone()
    turned[:, 0] = torch.tensor([0.3, -2.0, 1.0])
    here, there = touching(files, pose, pose), touching(files, pose, turned)
    assert list(here.values()) == pytest.approx(list(there.values()))


def test_every_name_is_a_part_and_pairs_are_mirrored():
    def mirrored(name):
        for side, other in (("left_", "right_"), ("right_", "left_")):
            if name.startswith(side):
                return other + name.removeprefix(side)
        return name

    assert {name for pair in COLLIDING for name in pair} <= set(PARTS)
    pairs = {frozenset(pair) for pair in COLLIDING}
    assert pairs == {frozenset(map(mirrored, pair)) for pair in pairs}
    assert len(PARTS) == 20
    assert sorted(joint for part in PARTS.values() for joint in part.joints) == sorted(SMPL24.names)


def test_a_body_without_a_part_is_refused(toy_body):
    with pytest.raises(ValueError, match="pelvis: 2 vertices follow this part"):
        fit_capsules(toy_body.files)


def test_shape_slims_no_sphere_to_nothing(body):
    person = SMPL(body.files, dtype=torch.float64)
    pose, betas = torch.zeros(1, 24, 3, **DOUBLE), torch.full((1, 10), -60.0, **DOUBLE)
    arm = Articulation(person.files, like=pose)
    term = Interpenetration(person.files, fit_capsules(person.files), like=pose)
    assert term.overlaps(arm.move(pose, betas)).isfinite().all()
