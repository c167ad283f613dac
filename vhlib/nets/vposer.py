"""The official VPoser, versions 1 and 2, from the weights that its authors give to those who register with them.

Both take axis-angles, standardise them by what training saw, and end in 6-D rotations. They differ in their layers and
in the names of their weights; what is common to both traps people: the layer called ``logvar`` holds no logarithm of
a variance, σ is its softplus; and the 6-D numbers are interleaved, rows of a 3 x 2 matrix whose columns are the two
vectors.

Layouts: human_body_prior, branch cvpr19, ``train/vposer_smpl.py`` (version 1), and ``models/vposer_model.py`` of
V02_05 (version 2).
"""

import collections
import io
import pickle
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import torch
from jaxtyping import Float
from torch import Tensor, nn

from vhlib.core.errors import InputError
from vhlib.core.shapes import check
from vhlib.geometry.rotations import matrix_to_axis_angle, rotation_6d_to_matrix
from vhlib.nets.vae import JOINTS, Latent
from vhlib.nets.weights import fill


@dataclass(frozen=True)
class VPoserConfig:
    """Which version, and its sizes."""

    version: Literal[1, 2]
    """1: SMPL-X (CVPR 2019). 2: V02_05."""
    latent: int = 32
    """Coordinates of z."""
    width: int = 512
    """Of the hidden layers."""


class VPoser(nn.Module):
    """The official network with its weights under our names.

    Args:
        config: which version.
    """

    def __init__(self, config: VPoserConfig):
        super().__init__()
        self.config = config
        width, slope = config.width, {1: 0.2, 2: 0.01}[config.version]
        # Version 2 has no rectifier before its third layer, version 1 no third layer.
        last: list[nn.Module] = [nn.LeakyReLU(slope)] if config.version == 1 else [nn.Linear(width, width)]
        self.encoder = nn.Sequential(
            nn.BatchNorm1d(3 * JOINTS),
            nn.Linear(3 * JOINTS, width),
            nn.LeakyReLU(slope),
            nn.BatchNorm1d(width),
            nn.Linear(width, width),
            *last,
        )
        self.mean = nn.Linear(width, config.latent)
        self.spread = nn.Linear(width, config.latent)
        self.decoder = nn.Sequential(
            nn.Linear(config.latent, width),
            nn.LeakyReLU(slope),
            nn.Linear(width, width),
            nn.LeakyReLU(slope),
            nn.Linear(width, 6 * JOINTS),
        )

    def encode(self, rotations: Float[Tensor, "B 21 3 3"]) -> Latent:
        """q(z|R).

        Args:
            rotations: of the 21 joints, relative to their parents.

        Raises:
            ValueError: another shape.
        """
        check(rotations=(rotations, f"B {JOINTS} 3 3"))
        hidden = self.encoder(matrix_to_axis_angle(rotations).flatten(1))
        return Latent(self.mean(hidden), nn.functional.softplus(self.spread(hidden)))

    def rotations_from(self, numbers: Float[Tensor, "B N"]) -> Float[Tensor, "B 21 3 3"]:
        """Gram-Schmidt of the decoder's interleaved numbers.

        Args:
            numbers: what the decoder puts out.
        """
        columns = numbers.unflatten(-1, (JOINTS, 3, 2)).mT
        return rotation_6d_to_matrix(columns.flatten(-2))


def read_vposer(path: Path) -> VPoser:
    """The official network from its weights; nothing else in the file is run.

    Args:
        path: ``.pt`` of version 1, ``.ckpt`` of version 2.

    Raises:
        InputError: no such file, or weights of something else.
    """
    tensors = _tensors(path)
    names = {version: _names(ours, tensors) for version, ours in _OFFICIAL.items()}
    version = next((version for version, found in names.items() if found), None)
    if version is None:
        raise InputError(f"{path}: expected VPoser's weights, version 1 or 2, but found {', '.join(list(tensors)[:3])}")
    translated = {ours: tensors[theirs] for theirs, ours in names[version].items()}
    latent, width = tuple(translated["mean.weight"].shape)
    net = VPoser(VPoserConfig(version, latent=latent, width=width))
    fill(net, translated, path)
    return net.eval()


_OFFICIAL: Final[dict[Literal[1, 2], dict[str, str]]] = {
    1: {
        "bodyprior_enc_bn1": "encoder.0",
        "bodyprior_enc_fc1": "encoder.1",
        "bodyprior_enc_bn2": "encoder.3",
        "bodyprior_enc_fc2": "encoder.4",
        "bodyprior_enc_mu": "mean",
        "bodyprior_enc_logvar": "spread",
        "bodyprior_dec_fc1": "decoder.0",
        "bodyprior_dec_fc2": "decoder.2",
        "bodyprior_dec_out": "decoder.4",
    },
    2: {
        "encoder_net.1": "encoder.0",
        "encoder_net.2": "encoder.1",
        "encoder_net.4": "encoder.3",
        "encoder_net.6": "encoder.4",
        "encoder_net.7": "encoder.5",
        "encoder_net.8.mu": "mean",
        "encoder_net.8.logvar": "spread",
        "decoder_net.0": "decoder.0",
        "decoder_net.3": "decoder.2",
        "decoder_net.5": "decoder.4",
    },
}
"""Their layers and ours; the layers between have no weights."""


def _names(layers: Mapping[str, str], tensors: Mapping[str, Tensor]) -> dict[str, str]:
    """Their names and ours of every weight of these layers; empty where a layer is missing."""
    pairs = {
        name: f"{ours}.{end}" for name in tensors for theirs, ours in layers.items() if (end := _end(name, theirs))
    }
    return pairs if len({name.rpartition(".")[0] for name in pairs.values()}) == len(layers) else {}


def _end(name: str, layer: str) -> str:
    """``weight`` of ``vp_model.LAYER.weight``: Lightning puts the module's name in front."""
    front, found, end = name.rpartition(f"{layer}.")
    return end if found and front in ("", "vp_model.") and "." not in end else ""


def _tensors(path: Path) -> dict[str, Tensor]:
    """The state dict in a file of torch.save; Lightning keeps it under ``state_dict``, beside much else."""
    if not path.is_file():
        raise InputError(f"{path}: no such file; expected the weights of VPoser, .pt or .ckpt")
    try:
        content = torch.load(path, map_location="cpu", weights_only=False, pickle_module=_InertPickle)
    except Exception as error:  # a damaged file can fail in any way at all
        raise InputError(f"{path}: not a file of torch.save, or a damaged one ({error}); get it again") from error
    content = content.get("state_dict", content) if isinstance(content, dict) else {}
    return {name: value for name, value in content.items() if isinstance(value, Tensor)}


class _Inert(dict):
    """What stands for every object that is not a tensor: it takes whatever it is given, and does nothing with it."""

    def __init__(self, *_: object) -> None:
        super().__init__()

    def __setstate__(self, _: object) -> None:
        pass


class _InertUnpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        return _TENSORS.get(f"{module}.{name}", _Inert)


class _InertPickle:
    """A pickle module for torch.load: it rebuilds tensors, and imports nothing that a file names."""

    Unpickler = _InertUnpickler

    @staticmethod
    def load(file: io.BufferedIOBase, *_: object, **__: object) -> Any:
        """As `pickle.load`: torch reads the header of its oldest format with it."""
        return _InertUnpickler(file).load()


_TENSORS: Final[dict[str, Any]] = {
    "torch._utils._rebuild_tensor_v2": torch._utils._rebuild_tensor_v2,
    "torch._utils._rebuild_parameter": torch._utils._rebuild_parameter,
    "collections.OrderedDict": collections.OrderedDict,
}
"""What a state dict is made of; torch itself finds the storages before asking."""
