"""From a person and a camera to a sample: set the stage, dress the actor, photograph, label."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float, UInt8

from vhlib.body import GENDERS
from vhlib.cameras.perspective import project_points
from vhlib.data.poses import FAMILIES
from vhlib.data.synthetic.clutter import clutter
from vhlib.data.synthetic.coiffure import complexion, put_on_hair
from vhlib.data.synthetic.draws import Draws
from vhlib.data.synthetic.figure import Figure, Stance, dummy
from vhlib.data.synthetic.framing import View
from vhlib.data.synthetic.labels import keypoints, visibility
from vhlib.data.synthetic.lens import Lens, lens
from vhlib.data.synthetic.light import Illumination, illumination
from vhlib.data.synthetic.paint import Surface
from vhlib.data.synthetic.picture import Drawing, drawing, picture, seen
from vhlib.data.synthetic.sample import Sample
from vhlib.data.synthetic.scenery import Backdrop, backdrop
from vhlib.data.synthetic.wardrobe import Dressing, put_on_clothes
from vhlib.render import Rasterizer


@dataclass(frozen=True, eq=False)
class Stage:
    """Everything about a picture but the person."""

    draws: Draws
    """Chance, for the person's looks too."""
    view: View
    """The camera."""
    family: str
    """Of motions."""
    behind: Backdrop
    """What is far away."""
    things: Sequence[Surface]
    """What stands around."""
    light: Illumination
    """Lights all."""
    through: Lens
    """The camera's faults."""


@dataclass(frozen=True, eq=False)
class Actor:
    """Somebody on a stage, dressed."""

    stance: Stance
    """Shape, pose and place."""
    figure: Figure
    """The naked body, camera frame."""
    worn: Bool[np.ndarray, "G"]
    """Which garments."""
    drawn: Drawing
    """All triangles: of the person, and of the things around."""


def set_stage(draws: Draws, view: View, points: Float[np.ndarray, "N 3"], family: str) -> Stage:
    """Set up a scene.

    Args:
        draws: chance.
        view: the camera.
        points: of the naked body, whole meshes after each other if there are several moments; camera frame.
        family: of motions: who sits needs a seat.
    """
    behind = backdrop(view, float(points[:, 2].max()), draws.stream("scene"))
    things = clutter(dummy(), points, view, family, behind.kind, draws.stream("clutter"))
    light = illumination(behind.outdoors, draws.stream("light"))
    return Stage(draws, view, family, behind, things, light, lens(draws.stream("lens")))


def dress(stage: Stage, stance: Stance, person: Figure) -> Actor:
    """Put clothes and hair on somebody; the same ones at every moment.

    Args:
        stage: the scene.
        stance: the person, camera frame.
        person: the same, posed.
    """
    skin, hair = complexion(stance.gender, stage.draws.stream("skin"))
    dressing = Dressing(dummy(), person, skin)
    put_on_clothes(dressing, stance.gender, stage.draws.stream("outfit"))
    put_on_hair(dressing, stance.gender, hair, stage.draws.stream("hair"))
    return Actor(stance, person, dressing.worn, drawing([*dressing.surfaces, *stage.things]))


def photograph(stage: Stage, actor: Actor, rasterizer: Rasterizer, *, take: int = 0) -> UInt8[np.ndarray, "H W 3"]:
    """The picture.

    Args:
        stage: the scene.
        actor: the person.
        rasterizer: finds the nearest faces.
        take: number of the moment; only the noise depends on it.
    """
    noise = stage.draws.stream(f"noise {take}")
    return picture(actor.drawn, stage.view, stage.behind, stage.light, stage.through, rasterizer, noise)


def labelled(stage: Stage, actor: Actor, image: UInt8[np.ndarray, "H W 3"], rasterizer: Rasterizer) -> Sample:
    """A picture with everything known about it.

    Args:
        stage: the scene.
        actor: the person.
        image: the picture.
        rasterizer: finds the nearest faces.
    """
    view, stance = stage.view, actor.stance
    shown = seen(actor.drawn, view, rasterizer)
    points = keypoints(actor.figure, stance.gender)
    focal, principal = torch.full((2,), view.focal_length), torch.full((2,), view.size / 2)
    pixels = {name: project_points(at[None], focal[None], principal[None])[0] for name, at in points.items()}
    return Sample(
        image=torch.from_numpy(image),
        parts=torch.from_numpy(shown.parts),
        mask=torch.from_numpy(shown.mask),
        depth=torch.from_numpy(shown.depth),
        keypoints_2d=pixels,
        keypoints_3d=points,
        visibility=visibility(points, pixels, shown),
        betas=stance.betas,
        body_pose=stance.body_pose,
        global_orient=stance.global_orient,
        transl=stance.transl,
        focal_length=focal,
        principal_point=principal,
        gender=torch.tensor(GENDERS.index(stance.gender)),
        garments=torch.from_numpy(actor.worn),
        family=torch.tensor(tuple(FAMILIES).index(stage.family)),
        seed=torch.tensor(stage.draws.seed),
        index=torch.tensor(stage.draws.index),
    )
