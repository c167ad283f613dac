"""People as NBF's second network meets them: part maps, and labels in the crop's own measure, with the camera's focal.

`bare_people` are the people of the synthetic set in its own cameras, undressed and without a world around them: what a
perfect segmentation would see of their bodies, hundreds in a second.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace

import torch
from jaxtyping import Float, UInt8
from torch import Tensor

from vhlib.body.parts import grouped
from vhlib.cameras import PerspectiveCamera
from vhlib.data.synthetic.casting import cast
from vhlib.data.synthetic.draws import Draws
from vhlib.data.synthetic.figure import Figure, dummy, figure, regressor
from vhlib.data.synthetic.framing import framed, placed
from vhlib.data.synthetic.people import one_thread
from vhlib.geometry.rotations import axis_angle_to_matrix
from vhlib.geometry.skeletons import LSP14
from vhlib.nets.part_maps import one_hot
from vhlib.render import Rasterizer, backend
from vhlib.training.crops import Crops, neutral_betas


@dataclass(frozen=True)
class PartPeople:
    """A set of them that fits into memory, or a batch."""

    parts: UInt8[Tensor, "B H W"]
    """The 24 parts, counted from 1, and 0 where nobody is."""
    labels: Crops
    """Of SMPL's 24 joints, in the camera's frame and about its centre, with pictures of no size."""
    focal_length: Float[Tensor, " B"]
    """In half crops: (x, y, z) is seen at focal · (x, y) / z, in the crop's [-1, 1]."""
    head: Float[Tensor, " B"]
    """From LSP's neck to its top of the head as seen, in the crop's measure: what PCKh measures by."""

    def __len__(self) -> int:
        return len(self.parts)

    def __getitem__(self, chosen: Tensor | slice) -> "PartPeople":
        """Some of them.

        Args:
            chosen: which.
        """
        labels = Crops(**{field.name: getattr(self.labels, field.name)[chosen] for field in fields(Crops)})
        return PartPeople(self.parts[chosen], labels, self.focal_length[chosen], self.head[chosen])

    def to(self, device: torch.device | str) -> "PartPeople":
        """The same on another device.

        Args:
            device: where to.
        """
        labels = Crops(**{field.name: getattr(self.labels, field.name).to(device) for field in fields(Crops)})
        return PartPeople(self.parts.to(device), labels, self.focal_length.to(device), self.head.to(device))

    def maps(self, groups: int) -> Float[Tensor, "B C H W"]:
        """Their part maps, one-hot, the background first.

        Args:
            groups: how many parts: 24, 14, 12, 6, 3 or 1.
        """
        return one_hot(grouped(self.parts, groups), groups + 1)

    def paired(self, share: float) -> "PartPeople":
        """The same people, of whom only the first share has labels in 3D.

        Args:
            share: from 0 to 1.
        """
        known = torch.arange(len(self)) < round(share * len(self))
        return replace(self, labels=replace(self.labels, paired=known.to(self.parts.device)))


def bare_people(
    split: str, count: int, *, size: int, seed: int = 0, progress: Callable[[int], None] = lambda made: None
) -> PartPeople:
    """The first people of a synthetic set, undressed; all with labels in 3D.

    Args:
        split: "train", "val" or "test".
        count: how many.
        size: side of the crops, pixels.
        seed: of the set.
        progress: told how many there are.
    """
    people, rasterizer = [], backend()
    with one_thread(), torch.no_grad():
        for index in range(count):
            people.append(_bare(Draws(seed, split, index), size, rasterizer))
            progress(index + 1)
    columns = [torch.stack(column) for column in list(zip(*people, strict=True))[:-1]]
    parts, pose, betas, joints, focal, neck_and_head = columns
    focal = focal * (2 / size)
    seen, ends = (focal[:, None, None] * points[..., :2] / points[..., 2:] for points in (joints, neck_and_head))
    labels = Crops(
        images=torch.empty(count, 3, 0, 0),
        keypoints=seen,
        visible=(seen.abs() <= 1).all(-1).float(),
        joints=joints,
        rotations=axis_angle_to_matrix(pose),
        betas=neutral_betas(betas, [gender for *_, gender in people]),
        paired=torch.ones(count, dtype=torch.bool),
    )
    return PartPeople(parts, labels, focal, (ends[:, 0] - ends[:, 1]).norm(dim=-1))


def _bare(
    draws: Draws, size: int, rasterizer: Rasterizer
) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, str]:
    """Part map, pose, betas, joints, focal length in pixels, neck and top of the head, gender."""
    upright, _ = cast(draws)
    person = figure(upright)
    view = framed(person.vertices, size, draws.stream("camera"))
    there = person.moved(view.rotation, view.translation)
    stance = placed(upright, person.joints_rest[0].astype("float64"), view)
    pose = torch.cat([stance.global_orient[None], stance.body_pose])
    focal = torch.tensor(view.focal_length)
    head = regressor(stance.gender, "lsp14")[list(LSP14.indices("neck", "head_top"))] @ torch.from_numpy(there.vertices)
    return _parts(there, focal, size, rasterizer), pose, stance.betas, there.joints[0], focal, head, stance.gender


def _parts(person: Figure, focal: Tensor, size: int, rasterizer: Rasterizer) -> UInt8[Tensor, "H W"]:
    camera = replace(PerspectiveCamera.simple(1.0, (size, size)), focal_length=focal.expand(1, 2))
    faces, of_face = torch.from_numpy(dummy().faces), torch.from_numpy(dummy().parts)
    found = rasterizer.rasterize(torch.from_numpy(person.vertices)[None], faces, camera, (size, size)).pix_to_face[0]
    return torch.where(found >= 0, of_face[found], 0).to(torch.uint8)
