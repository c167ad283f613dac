"""How good a pose prior is, on poses that its training never saw."""

import torch
from jaxtyping import Float
from torch import Tensor

from vhlib.body import load_body
from vhlib.core.random import generator
from vhlib.geometry.limits import implausible
from vhlib.geometry.rotations import axis_angle_to_matrix, geodesic_angle
from vhlib.losses import kl_to_standard_normal
from vhlib.metrics import coverage, pve
from vhlib.nets.vae import JOINTS, PoseVAE
from vhlib.priors import VAEPrior

BODIES = 500
"""Poses whose vertices are compared."""

ACTIVE = 0.01
"""A latent coordinate is in use where its mean varies by more than this over the data (Burda et al., ICLR 2016)."""


@torch.no_grad()
def figures(
    prior: VAEPrior, held_out: Float[Tensor, "N 23 3"], seen: Float[Tensor, "M 23 3"], *, seed: int
) -> dict[str, float]:
    """Everything that a card says about a prior.

    Reconstructions are of the encoder's mean, after projection to rotations. Samples are as many as the held-out
    poses, of z from N(0, I). Coverage compares rotation matrices, and `coverage_by_library` is what as many poses of
    the training set reach: no sampler can be expected to do better.

    Args:
        prior: the prior.
        held_out: axis-angle, radians.
        seen: poses that it was trained on, axis-angle, radians.
        seed: of the samples.

    Returns:
        By name, with the unit in it.
    """
    code, angles = prior.encode(held_out), joint_angles(prior, held_out)
    samples, as_vectors = prior.sample(len(held_out), generator=generator(seed, "samples")), _as_vectors(held_out)
    result: dict[str, float | Tensor] = {
        "joint_angle_deg": angles.mean(),
        "joint_angle_95th_deg": angles.flatten().quantile(0.95),
        "vertices_mm": vertex_distances(prior, held_out[:BODIES]).mean(),
        "kl_nats": kl_to_standard_normal(code.mean, code.std).mean(),
        "active_latents": (code.mean.var(0) > ACTIVE).sum(),
        "energy": code.mean.square().sum(-1).mean(),
        "samples_joints_outside_limits": implausible(samples).mean(),
        "coverage": coverage(as_vectors, _as_vectors(samples)),
        "coverage_by_library": coverage(as_vectors, _as_vectors(seen[: len(held_out)])),
    }
    numbers = {name: round(float(value), 4) for name, value in result.items()}
    return numbers | unprojected(prior.net, held_out, seed=seed) if isinstance(prior.net, PoseVAE) else numbers


@torch.no_grad()
def joint_angles(prior: VAEPrior, body_pose: Float[Tensor, "N 23 3"]) -> Float[Tensor, "N 21"]:
    """The angle between each joint's rotation and what the prior makes of it again, degrees; not of the hands.

    Args:
        prior: encodes the pose and decodes the mean.
        body_pose: axis-angle, radians.
    """
    again = prior.decode_rotations(prior.encode(body_pose).mean)
    return geodesic_angle(again[:, :JOINTS], axis_angle_to_matrix(body_pose[:, :JOINTS])).rad2deg()


@torch.no_grad()
def vertex_distances(prior: VAEPrior, body_pose: Float[Tensor, "N 23 3"]) -> Float[Tensor, "N"]:
    """The mean distance between a body's vertices and those of the pose that the prior makes again, millimetres.

    Of the average body on the same pelvis; the hands, which the prior does not know, are at rest in both.

    Args:
        prior: encodes the pose and decodes the mean.
        body_pose: axis-angle, radians.
    """
    body, errors = load_body("neutral", source="standin"), []
    for poses in body_pose.split(50):
        again = prior.decode_rotations(prior.encode(poses).mean)
        truth = torch.cat([axis_angle_to_matrix(poses[:, :JOINTS]), again[:, JOINTS:]], 1)
        errors.append(pve(body(body_pose=again).vertices, body(body_pose=truth).vertices, align="none"))
    return torch.cat(errors)


@torch.no_grad()
def unprojected(net: PoseVAE, held_out: Float[Tensor, "N 23 3"], *, seed: int) -> dict[str, float]:
    """How far from rotations the decoder's own matrices are, of reconstructions and of samples; means per joint.

    Args:
        net: encoder and decoder.
        held_out: axis-angle, radians.
        seed: of the samples.

    Returns:
        ``orthogonality``, ‖R̂R̂ᵀ - I‖; ``determinant``, det R̂; ``reflections``, the share with det R̂ < 0.
    """
    means = net.encode(axis_angle_to_matrix(held_out[:, :JOINTS])).mean
    draws = torch.randn(means.shape, generator=generator(seed, "samples")).to(means)
    result: dict[str, Tensor] = {}
    for name, z in (("reconstructed", means), ("sampled", draws)):
        matrices = net.decode(z)
        off = (matrices @ matrices.mT - torch.eye(3).to(matrices)).norm(dim=(-2, -1))
        volume = torch.linalg.det(matrices)
        result |= {
            f"{name}_orthogonality": off.mean(),
            f"{name}_determinant": volume.mean(),
            f"{name}_reflections": (volume < 0).double().mean(),
        }
    return {name: round(float(value), 6) for name, value in result.items()}


def _as_vectors(body_pose: Float[Tensor, "N 23 3"]) -> Float[Tensor, "N D"]:
    return axis_angle_to_matrix(body_pose[:, :JOINTS]).flatten(1)
