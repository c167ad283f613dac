import pytest

from vhlib.fitting.stages import SMPLIFY, Stage, without


def test_weights_are_the_papers_code():
    # SMPLify's fit_3d.py: (404, 100), (404, 50), (57.4, 10), (4.78, 5); the angle prior is 0.317 · 10 of the first.
    camera, *stages = SMPLIFY
    assert [(stage.weights["pose"], stage.weights["shape"]) for stage in stages] == [
        (404.0, 100.0),
        (404.0, 50.0),
        (57.4, 10.0),
        (4.78, 5.0),
    ]
    assert stages[-1].weights["angle"] == pytest.approx(15.15, abs=0.01)
    assert {stage.weights["interpenetration"] for stage in stages} == {1e3}
    assert all(stage.free == ("global_orient", "body_pose", "betas") for stage in stages)
    assert camera.free == ("global_orient", "transl")
    assert camera.weights == {"torso": 1.0, "depth": 100.0}


def test_without_leaves_a_term_out_of_every_stage_and_the_rest_alone():
    changed = without(SMPLIFY, "pose", "angle")
    assert not any({"pose", "angle"} & set(stage.weights) for stage in changed)
    assert [stage.name for stage in changed] == [stage.name for stage in SMPLIFY]
    assert changed[0] == SMPLIFY[0]
    assert "pose" in SMPLIFY[1].weights


@pytest.mark.parametrize(
    ("free", "weights", "sentence"),
    [
        (("pose",), {}, "stage x: there is no pose; there is global_orient, body_pose, betas, transl"),
        (("betas",), {"gmm": 1.0}, "stage x: there is no gmm; there is torso, depth"),
        ((), {"pose": 1.0}, "stage x: nothing is free"),
    ],
)
def test_a_stage_of_things_that_do_not_exist_is_refused(free, weights, sentence):
    with pytest.raises(ValueError, match=sentence):
        Stage("x", free, weights)


def test_a_term_that_no_stage_has_cannot_be_left_out():
    with pytest.raises(ValueError, match="no stage has silhouette; they have torso"):
        without(SMPLIFY, "silhouette")
