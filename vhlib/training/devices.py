"""Where a training runs: one device or several side by side, in full or in mixed precision, through Lightning Fabric.

Convention:
    Several devices are as many processes, started by Fabric with the same command line. All begin with the weights of
    the same seed; each draws its own share of every batch, and gradients are averaged over all, so that the weights
    stay the same (data parallel). Batch norm's running means are each one's own. The first process alone writes and
    speaks.
"""

import logging
import os
from typing import Literal, cast

import torch
from lightning_fabric import Fabric
from torch import Tensor, nn
from torch.nn.utils import parameters_to_vector, vector_to_parameters

from vhlib.core.errors import InputError

logging.getLogger("lightning_fabric").setLevel(logging.WARNING)  # it greets whoever begins a training

Precision = Literal["32-true", "bf16-mixed"]
"""Of a network's forward pass: full, or bfloat16 where it does no harm and the device can. Weights stay full."""


def launch(count: int = 1, *, precision: Precision = "32-true") -> Fabric:
    """Start on GPUs where there are any, else on the CPU.

    Args:
        count: how many devices, or processes on the CPU.
        precision: mixed only where the device has instructions for it: new GPUs, and CPUs with AVX-512 BF16, on which
            a step then takes half as long.

    Raises:
        InputError: more devices than there are GPUs.
    """
    gpus = torch.cuda.device_count()
    able = torch.cuda.is_bf16_supported() if gpus else torch.cpu.get_capabilities().get("avx512_bf16", False)
    if gpus and count > gpus:
        raise InputError(f"devices: expected at most {gpus}, as many GPUs as there are, got {count}")
    fabric = Fabric(
        accelerator="cuda" if gpus else "cpu",
        devices=count,
        strategy="ddp" if count > 1 else "auto",
        precision=precision if able else "32-true",
    )
    fabric.launch()
    return fabric


def best_device() -> torch.device:
    """For what runs on one device: a GPU where there is one, else the CPU."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def share(fabric: Fabric, batch: int) -> int:
    """How much of a batch each device takes.

    Args:
        fabric: of `launch`.
        batch: of all together.

    Raises:
        InputError: a batch that cannot be shared out evenly.
    """
    if batch % fabric.world_size:
        raise InputError(f"devices: a batch of {batch} cannot be shared out among {fabric.world_size}; choose another")
    return batch // fabric.world_size


def average_gradients(fabric: Fabric, module: nn.Module) -> None:
    """Let all devices have the mean of their gradients, in one message.

    Args:
        fabric: of `launch`.
        module: after its backward pass.
    """
    if fabric.world_size == 1:
        return
    gradients = [parameter.grad for parameter in module.parameters() if parameter.grad is not None]
    means = cast(Tensor, fabric.all_reduce(parameters_to_vector(gradients), reduce_op="mean"))
    vector_to_parameters(means, gradients)


def first() -> bool:
    """Whether this process is the one that writes and speaks."""
    return os.environ.get("LOCAL_RANK", "0") == "0"
