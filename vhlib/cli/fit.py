"""``vh fit``: one picture to a body."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vhlib.cli import app
from vhlib.core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np

    from vhlib.body import SMPL
    from vhlib.data.keypoints import Keypoints
    from vhlib.fitting import PriorChoice
    from vhlib.report import FittedPerson


@app.command()
def fit(
    image: Annotated[
        Path | None, typer.Argument(help="A picture; without one, the person that comes with the kit.")
    ] = None,
    keypoints: Annotated[
        Path | None, typer.Option(help="Its keypoints: LSP .npy, OpenPose .json or COCO .json.")
    ] = None,
    box: Annotated[str | None, typer.Option(help="x,y,w,h in pixels: fit the person in this box.")] = None,
    method: Annotated[str, typer.Option(help="How to fit.")] = "smplify",
    prior: Annotated[
        str, typer.Option(help="What SMPLify takes for a natural pose: gmm, vae (search its latent space), both, none.")
    ] = "gmm",
    focal_length: Annotated[float | None, typer.Option(help="In pixels, if you know it.")] = None,
    body: Annotated[
        str, typer.Option(help="A body file; or auto: SMPL's own where installed, else the stand-in.")
    ] = "auto",
    out: Annotated[Path, typer.Option(help="Folder for the results.")] = Path("out"),
    picture: Annotated[Path | None, typer.Option(help="Also draw three views side by side into this .png.")] = None,
) -> None:
    """Fit a body to one picture: fit.json, fit.npz, mesh.obj, overlay.png and report.html."""
    methods: dict[str, Callable[..., FittedPerson]] = {"smplify": _smplify}
    if method not in methods:
        raise InputError(f"--method {method}: this version fits with {', '.join(methods)}")
    if focal_length is not None and not 0 < focal_length < float("inf"):
        raise InputError(f"--focal-length {focal_length}: expected a positive number of pixels")
    if out.exists() and not out.is_dir():
        raise InputError(f"--out {out}: this is a file; name a folder")
    if picture is not None and picture.suffix != ".png":
        raise InputError(f"--picture {picture}: expected a name that ends in .png")
    region = None if box is None else _box(box)

    from PIL import Image
    from rich.console import Console

    from vhlib.body import load_body
    from vhlib.data.images import read_image
    from vhlib.data.keypoints import read_keypoints
    from vhlib.data.sample import load_sample
    from vhlib.fitting import choose_prior
    from vhlib.report import picture as draw_picture
    from vhlib.report import write_fit

    people: tuple[Keypoints, ...]
    if image is None:
        if keypoints is not None:
            raise InputError(
                f"--keypoints {keypoints}: of which picture? name it: vh fit IMAGE --keypoints {keypoints}"
            )
        sample = load_sample()
        pixels, people, name = sample.image, (sample.keypoints,), "the person that comes with the kit"
        focal_length = focal_length or float(sample.focal_length[0])
    else:
        pixels, name = read_image(image), str(image)
        if keypoints is None:
            raise InputError(f"{image}: {method} needs its keypoints; give them with --keypoints FILE (.npy or .json)")
        people = read_keypoints(keypoints)
    person = _in_picture(people, pixels, region, name)
    model, natural = load_body(source=body), choose_prior(prior)

    console = Console(highlight=False)
    with console.status(f"fitting {model.name} to {int((person.confidence > 0).sum())} keypoints"):
        fitted = methods[method](pixels, person, model, natural, focal_length, name)
    paths = write_fit(fitted, out)
    if picture is not None:
        picture.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(draw_picture(fitted)).save(picture, optimize=True)
    share = 100 * fitted.reprojection_px / fitted.person_height_px
    console.print(
        f"{fitted.reprojection_px:.1f} px from the keypoints, {share:.1f} % of the person's height "
        f"({fitted.person_height_px:.0f} px), in {fitted.seconds:.2f} s"
    )
    console.print(f"{', '.join(paths)} are in {out}{'' if str(out).endswith('/') else '/'}", soft_wrap=True)


def _smplify(
    image: "np.ndarray",
    keypoints: "Keypoints",
    body: "SMPL",
    prior: "PriorChoice",
    focal_length: float | None,
    name: str,
) -> "FittedPerson":
    import torch

    from vhlib.fitting import fit_smplify
    from vhlib.report import FittedPerson

    height, width = image.shape[:2]
    started = time.perf_counter()
    result = fit_smplify(
        body,
        keypoints.positions[None],
        keypoints.confidence[None],
        focal_length=None if focal_length is None else torch.full((1, 2), focal_length),
        principal_point=torch.tensor([[width / 2, height / 2]]),
        skeleton=keypoints.skeleton.name,
        **vars(prior),
    )
    seconds = time.perf_counter() - started
    energy = {
        stage.stage.name: {term: float(value[0]) for term, value in stage.energies.items()} for stage in result.stages
    }
    settings = {
        "image": name,
        "method": "smplify",
        "keypoints": keypoints.skeleton.name,
        "focal length": f"{focal_length:g} px" if focal_length else "unknown: 5000 px where the person is 300 px tall",
        "size": f"{width} x {height} px",
        "faced both ways": bool(result.both_ways[0]),
    }
    return FittedPerson(
        image=image,
        keypoints=keypoints,
        body=body,
        parameters={
            "betas": result.parameters.betas,
            "body_pose": result.parameters.body_pose,
            "global_orient": result.parameters.global_orient,
            "transl": result.parameters.transl,
        },
        focal_length=result.focal_length[0],
        principal_point=result.principal_point[0],
        reprojection_px=float(result.reprojection_px[0]),
        person_height_px=float(result.person_height_px[0]),
        energy=energy,
        seconds=seconds,
        settings=settings,
    )


def _box(text: str) -> tuple[float, float, float, float]:
    try:
        x, y, width, height = (float(part) for part in text.split(","))
    except ValueError as error:
        raise InputError(f"--box {text}: expected x,y,w,h in pixels, for example 40,20,180,400") from error
    if not (width > 0 and height > 0):
        raise InputError(f"--box {text}: expected a positive width and height")
    return x, y, x + width, y + height


def _in_picture(
    people: "tuple[Keypoints, ...]", image: "np.ndarray", region: tuple[float, float, float, float] | None, name: str
) -> "Keypoints":
    """The most confident person, in the box if there is one; refused where the keypoints belong to another picture."""
    height, width = image.shape[:2]
    x0, y0, x1, y1 = region or (0.0, 0.0, float(width), float(height))

    def inside(person: "Keypoints") -> bool:
        x, y = person.positions[person.confidence > 0].mean(0).tolist()
        return x0 <= x <= x1 and y0 <= y <= y1

    if found := next((person for person in people if inside(person)), None):
        return found
    where = "in the box" if region else f"within its {width} x {height} pixels"
    raise InputError(f"{name}: nobody's keypoints lie {where}; do they belong to this picture, in its pixels?")
