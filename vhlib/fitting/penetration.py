"""How deep a body is in itself: what the interpenetration term of a fit is judged by.

The term itself sums Gaussians of spheres, numbers without a unit. This is a length: by how far two capsules overlap.
"""

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from vhlib.body import SMPL
from vhlib.fitting.articulation import Articulation
from vhlib.fitting.capsules import COLLIDING, PARTS
from vhlib.fitting.objective import prepared
from vhlib.fitting.parameters import BodyParameters
from vhlib.geometry.segments import segment_distance
from vhlib.geometry.skeletons import SMPL24

_MILLIMETRES = 1000.0


def penetration_depth(body: SMPL, parameters: BodyParameters) -> Float[Tensor, "B N"]:
    """For each pair of `capsules.COLLIDING`, how far the two would have to be pulled apart to touch only; millimetres.

    The sum of the two radii less the distance of the two axes: 0 for parts that do not meet. Capsules are stouter than
    limbs in places, so a hand on the hip counts some millimetres too: compare with the truth's own.

    Args:
        body: the body model.
        parameters: pose and shape; where the body stands plays no part.
    """
    betas = parameters.betas
    files, capsules = prepared(body.files, betas.shape[-1])
    motion = Articulation(files, like=betas).move(parameters.pose, betas)

    def grown(values: np.ndarray, slopes: np.ndarray) -> Tensor:
        return torch.from_numpy(values).to(betas) + torch.einsum(
            "...s,bs->b...", torch.from_numpy(slopes).to(betas), betas
        )

    joints = list(SMPL24.indices(*(part.joints[0] for part in PARTS.values())))
    ends, radius = grown(capsules.ends, capsules.ends_by_betas), grown(capsules.radius, capsules.radius_by_betas)
    turned = (ends - motion.rest[:, joints, None]) @ motion.rotations[:, joints].mT
    ends = turned + motion.joints[:, joints, None]
    names = list(PARTS)
    first, second = ([names.index(name) for name in side] for side in zip(*COLLIDING, strict=True))
    gap = segment_distance(ends[:, first], ends[:, second]) - radius[:, first] - radius[:, second]
    return _MILLIMETRES * (-gap).clamp_min(0)
