"""NBF's two networks behind each other, on pictures."""

from dataclasses import asdict, replace

import numpy as np
import pytest
import torch

from vhlib.cameras import Crop
from vhlib.core.errors import InputError
from vhlib.nets import PixelsToBody
from vhlib.training import nbf, segmentation
from vhlib.training.checkpoints import write_network
from vhlib.training.nbf_figures import smpl24_joints
from vhlib.training.nbf_reading import Reader, load_reader, read
from vhlib.training.prediction import MARGIN, cut

SEEING = segmentation.SegmentationTraining(parts=3, width=4, decoder=4, size=64)
FITTING = nbf.NBFTraining(parts=3, width=4, size=32, camera="predicted")


def files(folder, seeing=SEEING, fitting=FITTING):
    first, second = folder / "segmentation.safetensors", folder / "nbf.safetensors"
    write_network(first, segmentation.network(seeing), asdict(seeing))
    net = nbf.network(fitting, torch.eye(3).repeat(24, 1, 1), torch.zeros(10))
    write_network(second, net, asdict(fitting))
    return first, second


@pytest.fixture
def reader(tmp_path):
    return load_reader(*files(tmp_path))


def test_the_files_decide_the_sizes(reader):
    assert (reader.size, reader.net.size, reader.parts) == (64, 32, 3)
    assert not reader.net.training


def test_the_body_lies_in_the_picture_where_training_saw_it_in_the_crop(reader, body):
    image, box = np.random.default_rng(0).integers(0, 255, (90, 120, 3), np.uint8), (20.0, 10.0, 60.0, 70.0)
    with torch.no_grad():
        reader.net.segmentation.scores.bias[2] = 1e3  # somebody is there
        reader.net.fitting.residual.bias[-3:] = torch.tensor([0.1, 0.2, -0.3])
    found = read(reader, body, image, box=box)
    window = Crop.around(torch.tensor([box]), size=64, margin=MARGIN)
    with torch.no_grad():
        _, estimate = reader.net(cut(image, window))
    wanted = window.to_image((estimate.camera.project(smpl24_joints(estimate, body)) + 1) * 32)
    pixels = found.prediction.camera.project(body.joints(**found.prediction.parameters))
    # Weak perspective leaves depth out: half a metre of it, seen from 50 m.
    assert (pixels - wanted).norm(dim=-1).max() < 0.02 * window.side


def test_labels_lie_in_the_picture_where_the_crop_was(reader, body):
    class Left(PixelsToBody):
        def forward(self, images):
            _, estimate = super().forward(images)
            scores = torch.zeros(1, 4, 64, 64)
            scores[:, 2, :, :32] = 9.0  # the crop's left half is of part 2
            scores[:, 0, :, 32:] = 9.0
            return scores, estimate

    left = Reader(Left(reader.net.segmentation, reader.net.fitting, size=32).eval(), 64, 3)
    image = np.zeros((60, 100, 3), np.uint8)
    found = read(left, body, image, box=(40.0, 10.0, 20.0, 20.0), focal_length=100.0)
    labels = found.labels_in(image)  # the crop: 24 pixels around (50, 20)
    assert (labels[8:32, 38:50] == 2).all()
    assert labels.sum() == 2 * 24 * 12
    torch.testing.assert_close(found.probabilities.sum(0), torch.ones(64, 64))
    assert body.joints(**found.prediction.parameters).isfinite().all()


def test_refusals(tmp_path, reader, body):
    with pytest.raises(InputError, match=r"takes 6 parts, and .*segmentation.safetensors finds 3"):
        load_reader(*files(tmp_path, fitting=replace(FITTING, parts=6)))
    with pytest.raises(InputError, match="train with --camera predicted"):
        load_reader(*files(tmp_path, fitting=replace(FITTING, camera="given")))
    with pytest.raises(InputError, match="none"):
        load_reader(tmp_path / "none.safetensors")
    with torch.no_grad():
        reader.net.segmentation.scores.bias[0] = 1e6
    with pytest.raises(InputError, match="nbf finds nobody in this picture; say where"):
        read(reader, body, np.zeros((40, 40, 3), np.uint8))
