import torch
from torch.testing import assert_close

from vhlib.fitting import BodyParameters
from vhlib.fitting.capsules import COLLIDING, PARTS
from vhlib.fitting.objective import prepared
from vhlib.fitting.penetration import penetration_depth
from vhlib.geometry.rotations import axis_angle_to_matrix
from vhlib.geometry.skeletons import SMPL24


def parameters(body, **angles: tuple[float, float, float]) -> BodyParameters:
    pose = torch.zeros(1, 23, 3)
    for joint, values in angles.items():
        pose[:, SMPL24.index(joint) - 1] = torch.tensor(values)
    return BodyParameters(torch.zeros(1, 3), pose, torch.zeros(1, body.num_betas), torch.zeros(1, 3))


def depth(body, pair: tuple[str, str], **angles: tuple[float, float, float]) -> float:
    return float(penetration_depth(body, parameters(body, **angles))[0, COLLIDING.index(pair)])


def test_nothing_meets_in_the_t_pose(body):
    assert penetration_depth(body, parameters(body)).max() == 0


def test_legs_turned_inwards_meet(body):
    legs = {"left_hip": (0.0, 0.0, -0.3), "right_hip": (0.0, 0.0, 0.3)}
    assert depth(body, ("left_calf", "right_calf"), **legs) > 50
    further = {"left_hip": (0.0, 0.0, -0.1), "right_hip": (0.0, 0.0, 0.1)}
    assert depth(body, ("left_calf", "right_calf"), **further) < depth(body, ("left_calf", "right_calf"), **legs)


def test_depth_is_both_radii_less_the_distance_of_the_axes(body):
    """A forearm's axis against the chest's, by hand, with the arm folded onto the chest."""
    folded = parameters(body, left_shoulder=(0.0, -1.5, 0.0), left_elbow=(0.0, -2.4, 0.0))
    found = penetration_depth(body, folded)[0, COLLIDING.index(("left_forearm", "chest"))]
    _, capsules = prepared(body.files, body.num_betas)
    world, points = body(**vars(folded)), []
    rest = body.joint_template
    for name in ("left_forearm", "chest"):
        number, joint = list(PARTS).index(name), PARTS[name].joints[0]
        index = SMPL24.index(joint)
        ends = torch.from_numpy(capsules.ends[number]).float() - rest[index]
        chain = list[int]()
        while index >= 0:
            chain, index = [index, *chain], int(body.parents[index])
        turn = torch.eye(3)
        for each in chain[1:]:
            turn = turn @ axis_angle_to_matrix(folded.body_pose[0, each - 1])
        ends = ends @ turn.T + world.joints[0, chain[-1]]
        points.append(ends[0] + torch.linspace(0, 1, 401)[:, None] * (ends[1] - ends[0]))
    numbers = [list(PARTS).index(name) for name in ("left_forearm", "chest")]
    radii = float(capsules.radius[numbers].sum())
    expected = 1000 * max(0.0, radii - float(torch.cdist(*points).min()))
    assert expected > 0
    assert_close(float(found), expected, atol=0.5, rtol=0)


def test_where_the_body_stands_plays_no_part(body):
    here = parameters(body, left_hip=(0.0, 0.0, -0.3), right_hip=(0.0, 0.0, 0.3))
    there = BodyParameters(torch.ones(1, 3), here.body_pose, here.betas, torch.full((1, 3), 5.0))
    assert_close(penetration_depth(body, there), penetration_depth(body, here), atol=0.01, rtol=0)
