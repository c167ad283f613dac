"""The generator: seed, split and index in, a sample out."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import get_args

import torch

from vhlib.body import GENDERS
from vhlib.cameras.perspective import project_points
from vhlib.core.errors import InputError
from vhlib.data.poses import FAMILIES
from vhlib.data.poses.library import Split
from vhlib.data.synthetic.casting import cast
from vhlib.data.synthetic.clutter import clutter
from vhlib.data.synthetic.coiffure import complexion, put_on_hair
from vhlib.data.synthetic.draws import Draws
from vhlib.data.synthetic.figure import dummy, figure
from vhlib.data.synthetic.framing import seen as framed
from vhlib.data.synthetic.labels import keypoints, visibility
from vhlib.data.synthetic.lens import lens
from vhlib.data.synthetic.light import illumination
from vhlib.data.synthetic.picture import drawing, picture, seen
from vhlib.data.synthetic.sample import Sample
from vhlib.data.synthetic.scenery import backdrop
from vhlib.data.synthetic.wardrobe import Dressing, put_on_clothes
from vhlib.geometry.skeletons import SKELETONS
from vhlib.render import Rasterizer, backend

SMALLEST, LARGEST = 32, 1024
"""Sides of an image, pixels."""


class SyntheticPeople:
    """Any number of pictures of people that never were; picture i of a seed is the same in any order and batch.

    Args:
        split: "train", "val" or "test"; they share no motion and no other draw.
        seed: of the whole set.
        size: side of the images, pixels.
        rasterizer: default: numba's where it is installed. Another one may differ in the last digit at edges.

    Raises:
        InputError: an unknown split, a size that is too small or too large.

    >>> people = SyntheticPeople("val", seed=0, size=32)
    >>> tuple(people[5].image.shape)
    (32, 32, 3)
    """

    def __init__(
        self, split: str = "train", *, seed: int = 0, size: int = 128, rasterizer: Rasterizer | None = None
    ) -> None:
        if split not in get_args(Split):
            raise InputError(f"split: expected one of {', '.join(get_args(Split))}, got {split!r}")
        if not SMALLEST <= size <= LARGEST:
            raise InputError(f"size: expected {SMALLEST} to {LARGEST} pixels, got {size}")
        self.split, self.seed, self.size = split, seed, size
        self.rasterizer = rasterizer or backend()

    def __getitem__(self, index: int) -> Sample:
        """Sample number `index`, from 0 on without end."""
        return self.make(index)

    def make(self, index: int, lap: Callable[[str], None] = lambda step: None) -> Sample:
        """Sample number `index`, step by step.

        Args:
            index: from 0 on.
            lap: is told the name of each step when it is done.

        Raises:
            IndexError: a negative index.
        """
        if index < 0:
            raise IndexError(f"index: expected 0 or more, got {index}")
        draws = Draws(self.seed, self.split, index)
        with _one_thread(), torch.no_grad():
            upright, family = cast(draws)
            lap("pose")
            stance, view = framed(upright, self.size, draws.stream("camera"))
            person = figure(
                stance.gender,
                betas=stance.betas,
                body_pose=stance.body_pose,
                global_orient=stance.global_orient,
                transl=stance.transl,
            )
            vertices = person.skinned(person.rest + person.bulges, dummy().weights)
            lap("body")
            looks = draws.stream("looks")
            skin, hair = complexion(stance.gender, looks)
            dressing = Dressing(dummy(), person, vertices, skin)
            put_on_clothes(dressing, stance.gender, draws.stream("outfit"))
            put_on_hair(dressing, stance.gender, hair, looks)
            lap("clothes")
            scene = draws.stream("scene")
            behind = backdrop(view, float(vertices[:, 2].max()), scene)
            things = clutter(dummy(), vertices, view, family, behind.kind, draws.stream("clutter"))
            light = illumination(behind.outdoors, draws.stream("light"))
            lap("scene")
            drawn = drawing([*dressing.surfaces, *things])
            labels = seen(drawn, view, self.rasterizer)
            lap("labels")
            through = lens(draws.stream("lens"))
            image = picture(drawn, view, behind, light, through, self.rasterizer, draws.stream("noise"))
            lap("picture")
            focal, principal = torch.full((2,), view.focal_length), torch.full((2,), view.size / 2)
            points = keypoints(person, torch.from_numpy(vertices), stance.gender)
            pixels = {name: project_points(at[None], focal[None], principal[None])[0] for name, at in points.items()}
            shown = {name: visibility(SKELETONS[name].names, points[name], at, labels) for name, at in pixels.items()}
            lap("keypoints")
        return Sample(
            image=torch.from_numpy(image),
            parts=torch.from_numpy(labels.parts),
            mask=torch.from_numpy(labels.mask),
            depth=torch.from_numpy(labels.depth),
            keypoints_2d=pixels,
            keypoints_3d=points,
            visibility=shown,
            betas=stance.betas,
            body_pose=stance.body_pose,
            global_orient=stance.global_orient,
            transl=stance.transl,
            focal_length=focal,
            principal_point=principal,
            gender=torch.tensor(GENDERS.index(stance.gender)),
            garments=torch.from_numpy(dressing.worn),
            family=torch.tensor(tuple(FAMILIES).index(family)),
            seed=torch.tensor(self.seed),
            index=torch.tensor(index),
        )


@contextmanager
def _one_thread() -> Iterator[None]:
    """Sums in another number of threads round otherwise; workers are what makes many samples at once."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
