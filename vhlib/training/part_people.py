"""People as NBF's second network meets them: part maps, and labels in the crop's own measure, with the camera's focal.

`dressed_people` are those of the synthetic set. `bare_people` are the same in the same cameras, undressed and without a
world around them: what a perfect segmentation would see of their bodies, made in a tenth of the time.
"""

from collections.abc import Callable, Mapping
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
from vhlib.training.crops import LABELLED, Crops, dressed, labels_of, neutral_betas
from vhlib.training.kept import kept


@dataclass(frozen=True)
class PartPeople:
    """A set of them that fits into memory, or a batch."""

    images: UInt8[Tensor, "B 3 H1 W1"]
    """RGB; of no size where there are no pictures."""
    parts: UInt8[Tensor, "B H W"]
    """The 24 parts, counted from 1, and 0 where nobody is."""
    labels: Crops
    """Of SMPL's 24 joints, in the camera's frame and about its centre, with pictures of no size."""
    focal_length: Float[Tensor, " B"]
    """In half crops: (x, y, z) is seen at focal · (x, y) / z, in the crop's [-1, 1]."""
    head: Float[Tensor, " B"]
    """From LSP's neck to its top of the head as seen, in the crop's measure: what PCKh measures by."""

    @classmethod
    def of(cls, known: Mapping[str, Tensor]) -> "PartPeople":
        """Everybody with labels in 3D.

        Args:
            known: of `vhlib.training.crops.described`; pictures may be missing.
        """
        neck, top = LSP14.indices("neck", "head_top")
        ends = known["lsp14/keypoints"]
        nothing = torch.empty(len(ends), 3, 0, 0, dtype=torch.uint8)
        return cls(
            images=known.get("images", nothing),
            parts=known["parts"],
            labels=labels_of(known, "smpl24", paired=True),
            focal_length=known["focal_length"],
            head=(ends[:, neck] - ends[:, top]).norm(dim=-1),
        )

    def __len__(self) -> int:
        return len(self.parts)

    def __getitem__(self, chosen: Tensor | slice) -> "PartPeople":
        """Some of them.

        Args:
            chosen: which.
        """
        return self._each(lambda tensor: tensor[chosen])

    def to(self, device: torch.device | str) -> "PartPeople":
        """The same on another device.

        Args:
            device: where to.
        """
        return self._each(lambda tensor: tensor.to(device))

    def _each(self, change: Callable[[Tensor], Tensor]) -> "PartPeople":
        labels = Crops(**{field.name: change(getattr(self.labels, field.name)) for field in fields(Crops)})
        others = {each.name: change(getattr(self, each.name)) for each in fields(self) if each.name != "labels"}
        return PartPeople(**others, labels=labels)

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


def dressed_people(
    split: str, count: int, *, size: int, seed: int = 0, progress: Callable[[int], None] = lambda made: None
) -> PartPeople:
    """The first people of a synthetic set, with pictures; all with labels in 3D.

    Args:
        split: "train", "val" or "test".
        count: how many.
        size: side of the crops, pixels.
        seed: of the set.
        progress: told how many there are.
    """
    return PartPeople.of(dressed(split, count, size=size, seed=seed, progress=progress))


def bare_people(
    split: str, count: int, *, size: int, seed: int = 0, progress: Callable[[int], None] = lambda made: None
) -> PartPeople:
    """The same people undressed, without pictures.

    Args:
        split: "train", "val" or "test".
        count: how many.
        size: side of the crops, pixels.
        seed: of the set.
        progress: told how many there are.
    """
    return PartPeople.of(kept("bare", _bare, split, count, size=size, seed=seed, progress=progress))


def _bare(split: str, seed: int, size: int, start: int, stop: int) -> dict[str, Tensor]:
    """As `vhlib.training.crops.described`."""
    rasterizer = backend()
    with one_thread(), torch.no_grad():
        people = [_person(Draws(seed, split, index), size, rasterizer) for index in range(start, stop)]
    known = {name: torch.stack([person[name] for person, _ in people]) for name in people[0][0]}
    pose, betas = known.pop("pose"), known.pop("betas")
    known |= {"rotations": axis_angle_to_matrix(pose), "betas": neutral_betas(betas, [gender for _, gender in people])}
    for name in LABELLED:
        points = known[f"{name}/joints"]
        seen = known["focal_length"][:, None, None] * points[..., :2] / points[..., 2:]
        known |= {f"{name}/keypoints": seen, f"{name}/visible": (seen.abs() <= 1).all(-1).float()}
    return known


def _person(draws: Draws, size: int, rasterizer: Rasterizer) -> tuple[dict[str, Tensor], str]:
    """What is known of one of them, and the gender."""
    upright, _ = cast(draws)
    person = figure(upright)
    view = framed(person.vertices, size, draws.stream("camera"))
    there = person.moved(view.rotation, view.translation)
    stance = placed(upright, person.joints_rest[0].astype("float64"), view)
    focal = torch.tensor(view.focal_length)
    known = {
        "parts": _parts(there, focal, size, rasterizer),
        "pose": torch.cat([stance.global_orient[None], stance.body_pose]),
        "betas": stance.betas,
        "focal_length": focal * (2 / size),
        "smpl24/joints": there.joints[0],
        "lsp14/joints": regressor(stance.gender, "lsp14") @ torch.from_numpy(there.vertices),
    }
    return known, stance.gender


def _parts(person: Figure, focal: Tensor, size: int, rasterizer: Rasterizer) -> UInt8[Tensor, "H W"]:
    camera = replace(PerspectiveCamera.simple(1.0, (size, size)), focal_length=focal.expand(1, 2))
    faces, of_face = torch.from_numpy(dummy().faces), torch.from_numpy(dummy().parts)
    found = rasterizer.rasterize(torch.from_numpy(person.vertices)[None], faces, camera, (size, size)).pix_to_face[0]
    return torch.where(found >= 0, of_face[found], 0).to(torch.uint8)
