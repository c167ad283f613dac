"""The official VPoser's weights: files of the right names and shapes, written here; its own come under a licence."""

import inspect
import pickle

import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torch.testing import assert_close

from vhlib.core.errors import InputError
from vhlib.core.random import generator
from vhlib.geometry.rotations import axis_angle_to_matrix
from vhlib.nets import VPoser, VPoserConfig, read_vposer

WIDTH, LATENT = 24, 6
ENDS = ("weight", "bias", "running_mean", "running_var")


def norm(name: str, size: int, draw: torch.Generator) -> dict[str, torch.Tensor]:
    shift, scale, mean, spread = torch.rand(4, size, generator=draw)
    return {
        f"{name}.weight": 0.5 + scale,
        f"{name}.bias": shift,
        f"{name}.running_mean": mean,
        f"{name}.running_var": 0.5 + spread,
        f"{name}.num_batches_tracked": torch.tensor(7),
    }


def linear(name: str, inputs: int, outputs: int, draw: torch.Generator) -> dict[str, torch.Tensor]:
    weight, bias = torch.randn(outputs, inputs, generator=draw), torch.randn(outputs, generator=draw)
    return {f"{name}.weight": weight / inputs**0.5, f"{name}.bias": bias}


def version_1() -> dict[str, torch.Tensor]:
    draw = generator(1)
    return {
        **norm("bodyprior_enc_bn1", 63, draw),
        **linear("bodyprior_enc_fc1", 63, WIDTH, draw),
        **norm("bodyprior_enc_bn2", WIDTH, draw),
        **linear("bodyprior_enc_fc2", WIDTH, WIDTH, draw),
        **linear("bodyprior_enc_mu", WIDTH, LATENT, draw),
        **linear("bodyprior_enc_logvar", WIDTH, LATENT, draw),
        **linear("bodyprior_dec_fc1", LATENT, WIDTH, draw),
        **linear("bodyprior_dec_fc2", WIDTH, WIDTH, draw),
        **linear("bodyprior_dec_out", WIDTH, 126, draw),
    }


def version_2() -> dict[str, torch.Tensor]:
    draw = generator(2)
    return {
        **norm("vp_model.encoder_net.1", 63, draw),
        **linear("vp_model.encoder_net.2", 63, WIDTH, draw),
        **norm("vp_model.encoder_net.4", WIDTH, draw),
        **linear("vp_model.encoder_net.6", WIDTH, WIDTH, draw),
        **linear("vp_model.encoder_net.7", WIDTH, WIDTH, draw),
        **linear("vp_model.encoder_net.8.mu", WIDTH, LATENT, draw),
        **linear("vp_model.encoder_net.8.logvar", WIDTH, LATENT, draw),
        **linear("vp_model.decoder_net.0", LATENT, WIDTH, draw),
        **linear("vp_model.decoder_net.3", WIDTH, WIDTH, draw),
        **linear("vp_model.decoder_net.5", WIDTH, 126, draw),
    }


class Settings:
    """Something of Lightning's that lies in a checkpoint beside the weights."""

    touched = False

    def __setstate__(self, state: object) -> None:
        Settings.touched = True


@pytest.fixture
def files(tmp_path):
    paths = {1: tmp_path / "TR00_E096.pt", 2: tmp_path / "V02_05.ckpt"}
    torch.save(version_1(), paths[1])
    settings = Settings()
    settings.__dict__["lr"] = 1e-3
    torch.save({"state_dict": version_2(), "hyper_parameters": settings, "epoch": 13}, paths[2])
    return paths


def forward(weights: dict[str, torch.Tensor], names: list[str], slope: float, x: torch.Tensor) -> torch.Tensor:
    """Layers by name, as the authors' code applies them: a name with ``>`` is followed by a leaky rectifier."""
    for name in names:
        w = {end: weights[key] for end in ENDS if (key := f"{name.rstrip('>')}.{end}") in weights}
        if "running_mean" in w:
            x = F.batch_norm(x, w["running_mean"], w["running_var"], w["weight"], w["bias"])
        else:
            x = F.linear(x, w["weight"], w["bias"])
        x = F.leaky_relu(x, slope) if name.endswith(">") else x
    return x


ENCODERS = {
    1: ["bodyprior_enc_bn1", "bodyprior_enc_fc1>", "bodyprior_enc_bn2", "bodyprior_enc_fc2>"],
    2: [f"vp_model.encoder_net.{layer}" for layer in ("1", "2>", "4", "6", "7")],
}
HEADS = {
    1: ("bodyprior_enc_mu", "bodyprior_enc_logvar"),
    2: ("vp_model.encoder_net.8.mu", "vp_model.encoder_net.8.logvar"),
}
DECODERS = {
    1: ["bodyprior_dec_fc1>", "bodyprior_dec_fc2>", "bodyprior_dec_out"],
    2: [f"vp_model.decoder_net.{layer}" for layer in ("0>", "3>", "5")],
}


@pytest.mark.parametrize("version", [1, 2])
def test_it_computes_what_the_authors_layers_compute(files, version):
    net = read_vposer(files[version])
    weights, slope = {1: version_1, 2: version_2}[version](), {1: 0.2, 2: 0.01}[version]
    pose = 0.5 * torch.randn(4, 21, 3, generator=generator(3))
    hidden = forward(weights, ENCODERS[version], slope, pose.flatten(1))
    mean, raw = (forward(weights, [head], slope, hidden) for head in HEADS[version])
    code = net.encode(axis_angle_to_matrix(pose))
    assert_close(code.mean, mean, atol=1e-5, rtol=1e-4)
    assert_close(code.std, F.softplus(raw), atol=1e-5, rtol=1e-4)  # not exp(raw / 2), whatever the layer's name says

    # Their ContinousRotReprDecoder: rows of a 3 x 2 matrix, Gram-Schmidt of its columns.
    numbers = forward(weights, DECODERS[version], slope, mean).view(-1, 3, 2)
    first = F.normalize(numbers[:, :, 0], dim=1)
    dot = (first * numbers[:, :, 1]).sum(1, keepdim=True)
    second = F.normalize(numbers[:, :, 1] - dot * first, dim=-1)
    expected = torch.stack([first, second, torch.linalg.cross(first, second)], -1).view(-1, 21, 3, 3)
    assert_close(net.rotations_from(net.decoder(mean)), expected, atol=1e-5, rtol=1e-4)


def test_what_lies_beside_the_weights_is_not_run(files):
    read_vposer(files[2])
    assert not Settings.touched


def test_a_file_that_would_run_something_does_not(tmp_path):
    class Hostile:
        def __reduce__(self):
            return (exec, (f"open({str(tmp_path / 'ran')!r}, 'w').close()",))

    path = tmp_path / "hostile.pt"
    torch.save({**version_1(), "more": Hostile()}, path, pickle_module=pickle)
    read_vposer(path)
    assert not (tmp_path / "ran").exists()


def test_other_files_are_refused(tmp_path, files):
    with pytest.raises(InputError, match="no such file"):
        read_vposer(tmp_path / "none.pt")
    (tmp_path / "text.pt").write_text("hello")
    with pytest.raises(InputError, match=r"text.pt: not a file of torch.save"):
        read_vposer(tmp_path / "text.pt")
    torch.save(nn.Linear(2, 2).state_dict(), tmp_path / "other.pt")
    with pytest.raises(InputError, match="expected VPoser's weights, version 1 or 2, but found weight, bias"):
        read_vposer(tmp_path / "other.pt")
    short = {name: value for name, value in version_1().items() if name != "bodyprior_dec_out.bias"}
    torch.save(short, tmp_path / "short.pt")
    with pytest.raises(InputError, match=r"short.pt: these are not the weights .* decoder.4.bias"):
        read_vposer(tmp_path / "short.pt")


def test_another_number_of_joints_is_refused():
    with pytest.raises(ValueError, match=r"rotations: expected \(B, 21, 3, 3\)"):
        inspect.unwrap(VPoser.encode)(VPoser(VPoserConfig(1)), torch.zeros(1, 23, 3, 3))
