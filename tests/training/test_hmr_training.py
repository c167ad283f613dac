from dataclasses import asdict, replace

import pytest
import torch
from torch import nn

from vhlib.body import load_body
from vhlib.core.errors import InputError
from vhlib.core.paths import shipped
from vhlib.core.random import generator
from vhlib.data.mocap import Capture, write_capture
from vhlib.data.synthetic import SyntheticPeople, collate
from vhlib.geometry import axis_angle_to_matrix
from vhlib.nets import Discriminators, RegressorConfig, ResNet
from vhlib.nets.resnet import IMAGENET_WIDTH
from vhlib.training import hmr
from vhlib.training.adversarial import Supervision, judges_loss, network_terms
from vhlib.training.augmentation import Augmentation
from vhlib.training.checkpoints import finished
from vhlib.training.crops import People, neutral_betas
from vhlib.training.hmr import HMRTask, HMRTraining, load_hmr, mean_estimate, network, real_bodies, train_hmr
from vhlib.training.hmr_figures import FIGURES
from vhlib.training.segmentation import load_segmentation

TINY = HMRTraining(
    width=4, size=32, people=6, real=64, batch=4, steps=4, regressor=RegressorConfig(width=32), rate=1e-3
)


@pytest.fixture(scope="module")
def samples():
    source = SyntheticPeople("train", seed=0, size=TINY.size)
    return collate([source[index] for index in range(TINY.people)])


@pytest.fixture(scope="module")
def people(samples):
    return People.of(samples).pairing(0.5)


def test_labels_of_a_crop_are_the_samples_in_the_crops_measure(samples, people):
    crops = people.crops(torch.arange(6))
    assert crops.paired.tolist() == [True, True, True, False, False, False]
    torch.testing.assert_close((crops.keypoints + 1) * (TINY.size / 2), samples.keypoints_2d["lsp14"])
    torch.testing.assert_close((255 * crops.images[2]).round().byte().movedim(0, -1), samples.image[2])
    inside = samples.visibility["lsp14"] > 0
    assert ((crops.keypoints.abs() <= 1).all(-1) == inside).all()


def test_neutral_betas_make_the_closest_neutral_body():
    betas = torch.tensor([[1.0, -0.5, 0.3, 0, 0, 0, 0, 0, 0, 0]]).repeat(3, 1)
    found = neutral_betas(betas, ["neutral", "male", "female"])
    torch.testing.assert_close(found[0], betas[0], atol=1e-4, rtol=0)
    neutral, male = (load_body(gender, source="standin") for gender in ("neutral", "male"))
    truth = male(betas=betas[:1]).vertices
    offsets = {
        shift: (neutral(betas=found[1:2] + shift).vertices - truth).square().sum() for shift in (0.0, 0.05, -0.05)
    }
    assert min(offsets, key=lambda shift: float(offsets[shift])) == 0
    with pytest.raises(InputError, match="gender: expected one of"):
        neutral_betas(betas[:1], ["other"])


def test_the_network_begins_with_an_upright_person_of_average_shape():
    mean = mean_estimate()
    head = load_body("neutral", source="standin").joints(body_pose=mean.body_pose, global_orient=mean.global_orient)[0]
    assert head[15, 1] < head[0, 1] - 0.4  # y points down: the head is above the pelvis
    assert mean.betas.abs().max() == 0


def test_keypoints_alone_leave_what_is_paired_out(samples):
    crops = People.of(samples).crops(torch.arange(6))
    estimates = network(TINY, mean_estimate())(crops.images)
    terms = network_terms(estimates, crops, load_body("neutral", source="standin"), Discriminators())
    assert terms["joints"] == 0
    assert terms["parameters"] == 0
    assert terms["reprojection"] > 0
    assert terms["adversarial"] > 0


def test_no_gradient_of_the_judges_loss_reaches_the_network(people):
    net, judges = network(TINY, mean_estimate()), Discriminators()
    estimates = net(people.crops(torch.arange(4)).images)
    loss, balance = judges_loss(estimates, real_bodies(12, seed=0), judges)
    loss.backward()
    assert all(parameter.grad is None for parameter in net.parameters())
    assert all(parameter.grad is not None for parameter in judges.parameters())
    assert set(balance) == {"score of real", "score of fake"}


def test_a_step_moves_network_and_judges_and_leaves_torchs_numbers_alone(people):
    task = HMRTask(TINY, people, real_bodies(TINY.real, seed=0))
    before = {name: module.state_dict()["regressor.mean" if name == "hmr" else "shape.0.weight"].clone()
              for name, module in task.modules.items()}  # fmt: skip
    torch_state = torch.random.get_rng_state()
    losses = task.step(0)
    assert torch.equal(torch.random.get_rng_state(), torch_state)
    assert all(torch.isfinite(value) for value in losses.values())
    assert (task.net.state_dict()["regressor.mean"] != before["hmr"]).any()
    assert (task.judges.state_dict()["shape.0.weight"] != before["discriminators"]).any()


def test_without_the_adversary_the_judges_stay_as_they_are(people):
    config = replace(TINY, supervision=Supervision(adversarial=0.0))
    task = HMRTask(config, people, real_bodies(TINY.real, seed=0))
    before = task.judges.state_dict()["shape.0.weight"].clone()
    task.step(0)
    torch.testing.assert_close(task.judges.state_dict()["shape.0.weight"], before, atol=0, rtol=0)


def test_the_same_seed_trains_the_same_network_and_it_is_read_back(tmp_path, people):
    for name in ("one", "other"):
        card = train_hmr(tmp_path / name, TINY, command="vh train hmr", people=people, held_out=people)
    assert finished(tmp_path / "other", "hmr", asdict(TINY)) == card
    assert finished(tmp_path / "other", "hmr", asdict(replace(TINY, steps=5))) is None
    assert set(card["figures"]) == set(FIGURES)
    assert card["config"]["size"] == 32
    one, other = (load_hmr(tmp_path / name / "hmr.safetensors") for name in ("one", "other"))
    images = people.crops(torch.arange(2)).images
    torch.testing.assert_close(one(images)[-1].rotations, other(images)[-1].rotations, atol=0, rtol=0)
    assert not (tmp_path / "one" / "hmr.state").exists()
    assert (tmp_path / "one" / "hmr.csv").read_text().startswith("step,")


def test_the_encoder_can_begin_as_one_that_has_learned_to_see_parts(people):
    teacher = load_segmentation(shipped("checkpoints", "segmentation.safetensors"))
    seeing = network_like(teacher)
    task = HMRTask(replace(seeing, start="parts"), people, real_bodies(seeing.real, seed=0))
    for name, value in teacher.encoder.state_dict().items():
        assert torch.equal(task.net.encoder.state_dict()[name], value)
    with pytest.raises(InputError, match="these are not the weights of this ResNet"):
        HMRTask(replace(TINY, start="parts"), people, real_bodies(TINY.real, seed=0))


def test_the_encoder_can_begin_with_weights_of_torchvision(people, tmp_path):
    theirs = ResNet(18)
    file = tmp_path / "resnet18.pth"
    torch.save(theirs.state_dict() | {"fc.weight": torch.zeros(1000, 512), "fc.bias": torch.zeros(1000)}, file)
    config = replace(TINY, width=IMAGENET_WIDTH, start=str(file))
    task = HMRTask(config, people, real_bodies(config.real, seed=0))
    for name, value in theirs.state_dict().items():
        assert torch.equal(task.net.encoder.state_dict()[name], value)
    with pytest.raises(InputError, match=r"resnet18.pth: expected torchvision's weights for this network"):
        HMRTask(replace(config, width=8), people, real_bodies(config.real, seed=0))


def network_like(teacher):
    width, pooled = teacher.encoder.conv1.out_channels, isinstance(teacher.encoder.maxpool, nn.MaxPool2d)
    return replace(TINY, width=width, pooled=pooled)


def test_it_learns_the_few_people_that_it_sees(people):
    config = replace(
        TINY,
        width=8,
        batch=6,
        steps=100,
        regressor=RegressorConfig(width=64, dropout=0.0),
        supervision=Supervision(adversarial=0.0),
        augmentation=Augmentation(scale=0.0, shift=0.0, upright=1.0, flip=0.0, colour=0.0),
    )
    task = HMRTask(config, people, real_bodies(TINY.real, seed=0))
    losses = [task.step(number)["reprojection"].item() for number in range(100)]
    assert sum(losses[-10:]) < 0.6 * sum(losses[:10])


def test_half_of_the_pool_can_be_captured(tmp_path):
    frames = Capture(
        torch.full((4, 23, 3), 0.5), torch.zeros(4, 3), torch.zeros(4, 3), torch.zeros(4).long(), ("a",), 30.0
    )
    write_capture(tmp_path / "cmu.npz", frames)
    pool, library = (real_bodies(7, seed=0, capture=where) for where in (str(tmp_path / "cmu.npz"), ""))
    captured = (pool.body_pose - axis_angle_to_matrix(frames.body_pose[0])).abs().amax((1, 2, 3)) < 1e-6
    assert captured.tolist() == [False] * 4 + [True] * 3
    assert torch.equal(pool.body_pose[:4], library.body_pose[:4])
    assert torch.equal(pool.betas, library.betas)


def test_missing_motion_capture_is_refused_before_people_are_made(tmp_path, monkeypatch):
    monkeypatch.setattr(hmr, "synthetic_people", lambda *_, **__: pytest.fail("made people first"))
    with pytest.raises(InputError, match="none: no such file or folder"):
        train_hmr(tmp_path, replace(TINY, capture=str(tmp_path / "none")), command="vh train hmr")


def test_pools_and_parts_that_do_not_fit_are_refused(samples, tmp_path):
    with pytest.raises(InputError, match="paired: expected a part between 0 and 1, got 2"):
        People.of(samples).pairing(2.0)
    with pytest.raises(InputError, match=r"hmr\.safetensors: no such file"):
        load_hmr(tmp_path / "hmr.safetensors")
    drawn = real_bodies(3, seed=0).draw(5, generator=generator(0))
    assert drawn.body_pose.shape == (5, 23, 3, 3)
