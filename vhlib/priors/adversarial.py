"""What HMR's adversary thinks of a pose, as a prior (Kanazawa et al., CVPR 2018, section 3.3)."""

from pathlib import Path

from jaxtyping import Float
from torch import Tensor

from vhlib.core.paths import shipped
from vhlib.core.shapes import check
from vhlib.geometry.rotations import axis_angle_to_matrix
from vhlib.nets import Discriminators, fill, read_tensors


class AdversarialPrior:
    """Σ_i (D_i - 1)² over the discriminators of the pose, one for each joint and one for all: 0 if all call it real.

    Args:
        judges: trained; the shape's is not asked.
    """

    def __init__(self, judges: Discriminators) -> None:
        self.judges = judges.eval().requires_grad_(False)
        self._betas = next(judges.shape.parameters()).shape[1]

    def residuals(self, body_pose: Float[Tensor, "B 23 3"]) -> Float[Tensor, "B R"]:
        """D_i - 1 for each joint, then for all together.

        Args:
            body_pose: axis-angle, radians, relative to the parent.

        Raises:
            ValueError: another shape.
        """
        check(body_pose=(body_pose, "B 23 3"))
        rotations = axis_angle_to_matrix(body_pose).to(next(self.judges.parameters()))
        scores = self.judges(rotations, rotations.new_zeros(len(rotations), self._betas))
        return (scores[:, :-1] - 1).to(body_pose)

    def energy(self, body_pose: Float[Tensor, "B 23 3"]) -> Float[Tensor, "B"]:
        """The sum of squares of `residuals`.

        Args:
            body_pose: axis-angle, radians, relative to the parent.

        Raises:
            ValueError: another shape.
        """
        return self.residuals(body_pose).square().sum(-1)


def load_adversary(path: Path | None = None) -> AdversarialPrior:
    """The discriminators of a trained HMR.

    Args:
        path: ``discriminators.safetensors``; None: those that come with the kit.

    Raises:
        InputError: no such file, or that of other networks.
    """
    path = shipped("checkpoints", "discriminators.safetensors") if path is None else path
    tensors, _ = read_tensors(path)
    # The file's own shapes say how wide they are.
    widths = {name: tensors[name].shape for name in ("all_joints.2.weight", "shape.0.weight") if name in tensors}
    sizes = [shape[1] for shape in widths.values()] if len(widths) == 2 else [1024, 10]
    judges = Discriminators(width=sizes[0], betas=sizes[1])
    fill(judges, tensors, path)
    return AdversarialPrior(judges)
