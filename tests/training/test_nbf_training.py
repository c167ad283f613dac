import inspect
from dataclasses import replace

import pytest
import torch

from vhlib.body import load_body
from vhlib.core.errors import InputError
from vhlib.data.synthetic import SyntheticPeople, collate
from vhlib.training.augmentation import STILL
from vhlib.training.nbf import NBFTask, NBFTraining, load_nbf, mean_body, nbf_terms, people_for, train_nbf
from vhlib.training.nbf_figures import figures, project_given, smpl24_joints
from vhlib.training.nbf_inputs import channels, heat_maps, shown
from vhlib.training.part_people import bare_people

TINY = NBFTraining(width=4, size=32, people=6, batch=4, steps=4, rate=1e-3)


@pytest.fixture(scope="module")
def people():
    return bare_people("train", TINY.people, size=TINY.size)


@pytest.fixture(scope="module")
def samples():
    source = SyntheticPeople("train", seed=0, size=TINY.size, pictures=False)
    return collate([source[index] for index in range(TINY.people)])


def test_bare_people_are_the_synthetic_sets_own_without_their_clothes(people, samples):
    labels = people.labels
    torch.testing.assert_close((labels.keypoints + 1) * (TINY.size / 2), samples.keypoints_2d["smpl24"])
    torch.testing.assert_close(labels.joints, samples.keypoints_3d["smpl24"])
    assert torch.equal(labels.visible > 0, samples.visibility["smpl24"] > 0)
    naked, dressed = people.parts > 0, samples.mask
    assert (naked & dressed).sum() > 0.8 * naked.sum()  # all but what somebody stands behind
    same = (people.parts == samples.parts)[naked & dressed].float().mean()
    assert same > 0.6  # a skirt hides thighs, and hair shoulders


def test_the_true_body_through_the_true_camera_is_where_the_labels_are(people):
    body = load_body("neutral", source="standin")
    truth = replace(mean_estimate(people), rotations=people.labels.rotations, betas=people.labels.betas)
    joints = smpl24_joints(truth, body)
    # Men and women are labelled with the neutral betas that come closest: some millimetres off.
    assert (project_given(joints, people) - people.labels.keypoints).abs().mean() < 0.01


def mean_estimate(people):
    return NBFTask(TINY, people).net.eval()(people.maps(12))


@pytest.mark.parametrize("parts", [1, 3, 6, 12, 24])
def test_maps_have_a_channel_for_each_part_and_one_for_nothing(people, parts):
    maps = people.maps(parts)
    assert maps.shape == (6, parts + 1, 32, 32)
    assert torch.equal(maps[:, 0] > 0, people.parts == 0)


def test_those_without_labels_in_3d_leave_two_losses_out(people):
    body, task = load_body("neutral", source="standin"), NBFTask(TINY, people)
    terms = nbf_terms(task.net, task.net.numbers(people.maps(12)), people.paired(0.0), body)
    assert terms["latent"] == terms["joints"] == 0
    assert terms["reprojection"] > 0
    assert people.paired(0.5).labels.paired.tolist() == [True] * 3 + [False] * 3


def test_a_loss_in_3d_is_a_mean_over_the_batch_so_that_few_labels_weigh_little(people):
    body, net = load_body("neutral", source="standin"), NBFTask(TINY, people).net.eval()
    terms = [nbf_terms(net, net.numbers(some.maps(12)), some, body) for some in (people.paired(0.5), people[:3])]
    for name in ("latent", "joints"):
        torch.testing.assert_close(terms[0][name], terms[1][name] / 2)


def test_those_with_labels_are_in_every_batch(people):
    task = NBFTask(replace(TINY, paired=1 / 6, labelled=0.5), people)
    first = [(task._drawn(number) == 0).sum().item() for number in range(20)]
    assert min(first) == 2
    assert max(first) > 2


def test_people_move_otherwise_in_each_step_and_the_same_way_again(people, monkeypatch):
    monkeypatch.setattr(NBFTask, "_drawn", lambda self, number: torch.arange(4))  # the same people in all steps
    turning = replace(TINY, augmentation=replace(STILL, turn=30.0, upright=0.0, flip=0.5))

    def losses(config, *numbers):
        task = NBFTask(config, people)
        return [task.step(number)["loss"].item() for number in numbers]

    assert losses(turning, 0, 1) == losses(turning, 0, 1)
    assert len({*losses(TINY, 0), *losses(turning, 0), *losses(turning, 1)}) == 3
    assert losses(TINY, 0) == losses(TINY, 1)  # weights of the same start, nobody moves


def test_people_whose_camera_is_known_are_not_moved_aside(people):
    with pytest.raises(ValueError, match=r"augmentation\.shift: expected 0.*got 0\.1"):
        NBFTask(replace(TINY, augmentation=replace(STILL, shift=0.1)), people)


@pytest.mark.parametrize("what", ["parts", "joints", "joints and parts", "picture"])
def test_the_network_takes_what_it_is_shown(what):
    config = replace(TINY, shown=what, dressed=True, people=4)
    dressed = people_for(config, "train", 4)
    task = NBFTask(config, dressed)
    assert set(task.step(0)) == {"loss", "latent", "joints", "reprojection"}
    seen = shown(dressed, what, 12)
    assert seen.shape == (4, channels(what, 12), 32, 32)
    assert seen.min() >= -1
    assert seen.max() <= 1


def test_a_blob_is_highest_where_its_joint_is(people):
    labels = people.labels
    maps = heat_maps(labels.keypoints, labels.visible, 32)
    highest = maps.flatten(2).argmax(-1)
    found = torch.stack([highest % 32, highest // 32], -1)
    where = ((labels.keypoints + 1) * 16).floor().long()
    assert torch.equal(found[labels.visible > 0], where[labels.visible > 0])
    assert (maps[labels.visible == 0] == 0).all()
    with pytest.raises(ValueError, match=r"keypoints: expected \(B, K, 2\)"):
        inspect.unwrap(heat_maps)(labels.keypoints[0], labels.visible, 32)  # without the tests' own shape checks


@pytest.mark.parametrize("camera", ["given", "predicted"])
@pytest.mark.parametrize("name", ["latent", "joints", "reprojection"])
def test_each_loss_alone_reaches_the_first_layer(people, name, camera):
    task = NBFTask(TINY, people)
    body = load_body("neutral", source="standin")
    nbf_terms(task.net, task.net.numbers(people.maps(12)), people, body, camera=camera)[name].backward()
    first, last = task.net.encoder.conv1.weight.grad, task.net.residual.weight.grad
    assert first is not None
    assert last is not None
    assert first.abs().max() > 0
    own_camera = last[-3:].abs().max() > 0
    assert own_camera == (name == "reprojection" and camera == "predicted")


def test_means_are_of_the_networks_own_kind_of_rotations(people):
    absolute, relative = (mean_body(people, absolute=kind)[0] for kind in (True, False))
    torch.testing.assert_close(absolute[0], relative[0])
    assert (absolute[20] - relative[20]).abs().max() > 0.1


def test_it_learns_the_few_people_that_it_sees(people):
    config, state = replace(TINY, width=8, batch=6, steps=60, rate=3e-3), torch.random.get_rng_state()
    task, body = NBFTask(config, people), load_body("neutral", source="standin")
    before = figures(task.net, people, body, parts=12)
    losses = [task.step(number)["loss"].item() for number in range(config.steps)]
    assert torch.equal(torch.random.get_rng_state(), state)
    assert sum(losses[-5:]) < 0.4 * sum(losses[:5])
    assert figures(task.net, people, body, parts=12)["rotation_rad"] < 0.8 * before["rotation_rad"]


def test_mixed_precision_looks_a_little_less_closely_and_keeps_full_weights(people):
    full, mixed = (NBFTask(replace(TINY, precision=kind), people) for kind in ("32-true", "bf16-mixed"))
    one, other = full.step(0), mixed.step(0)
    for name, loss in one.items():
        torch.testing.assert_close(other[name], loss, rtol=0.05, atol=0.0)
        assert other[name].dtype == torch.float32
    assert {weight.dtype for weight in mixed.net.parameters()} == {torch.float32}


def test_the_same_seed_trains_the_same_network_and_it_is_read_back(tmp_path, people):
    cards = [
        train_nbf(tmp_path / name, TINY, command="vh train nbf", people=people, held_out=people)
        for name in ("one", "other")
    ]
    assert cards[0]["figures"] == cards[1]["figures"]
    net = load_nbf(tmp_path / "one" / "nbf.safetensors")
    assert net(people.maps(12)).rotations.shape == (6, 24, 3, 3)
    assert not (tmp_path / "one" / "nbf.state").exists()


def test_refusals(people, tmp_path):
    with pytest.raises(InputError, match=r"nbf\.safetensors: no such file"):
        load_nbf(tmp_path / "nbf.safetensors")
    with pytest.raises(InputError, match="groups: expected 24, 14, 12, 6, 3, 1, got 5"):
        people.maps(5)
