"""``vh fit``: one picture to a body."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vhlib.cli import app
from vhlib.core.errors import InputError

NETWORKS = ("hmr", "nbf")
"""Methods that look at the picture and need no keypoints."""

if TYPE_CHECKING:
    import numpy as np

    from vhlib.data.keypoints import Keypoints


@app.command()
def fit(
    image: Annotated[
        Path | None, typer.Argument(help="A picture; without one, the person that comes with the kit.")
    ] = None,
    keypoints: Annotated[
        Path | None, typer.Option(help="Its keypoints: LSP .npy, OpenPose .json or COCO .json.")
    ] = None,
    box: Annotated[str | None, typer.Option(help="x,y,w,h in pixels: fit the person in this box.")] = None,
    method: Annotated[
        str,
        typer.Option(
            help="smplify: fit to the keypoints; hmr: a network that looks at the picture alone; nbf: by way of parts."
        ),
    ] = "smplify",
    refine: Annotated[
        bool,
        typer.Option(
            "--refine",
            help="Go on from what the network says: with SMPLify, to the keypoints; nbf: else to its parts and joints.",
        ),
    ] = False,
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
    """Fit a body to one picture: fit.json, fit.npz, mesh.obj, overlay.png, report.html; nbf: parts.png too."""
    if method not in NETWORKS and method != "smplify":
        raise InputError(f"--method {method}: this version fits with smplify, {', '.join(NETWORKS)}")
    if refine and method not in NETWORKS:
        raise InputError(f"--refine: {method} starts from nothing; name a network, for example --method hmr --refine")
    if refine and prior in {"vae", "both"}:
        raise InputError(
            f"--prior {prior}: a search of its latent space cannot start from a pose; refine with gmm or none"
        )
    if method in NETWORKS and body not in {"auto", "standin"}:
        raise InputError(f"--body {body}: {method} learned the stand-in's shapes; leave --body out")
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
    from vhlib.report import picture as draw_picture
    from vhlib.report import write_fit
    from vhlib.report.methods import METHODS, Request

    people: tuple[Keypoints, ...] = ()
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
        if keypoints is not None:
            people = read_keypoints(keypoints)
        elif method not in NETWORKS or (refine and method != "nbf"):
            needs = "--refine" if refine else method
            raise InputError(f"{image}: {needs} needs its keypoints; give them with --keypoints FILE (.npy or .json)")
    request = Request(
        image=pixels,
        name=name,
        body=load_body(source="standin" if method in NETWORKS else body),
        keypoints=_in_picture(people, pixels, region, name) if people else None,
        box=region,
        prior=prior,
        focal_length=focal_length,
        refine=refine,
    )
    console = Console(highlight=False)
    with console.status(f"fitting {request.body.name}"):
        fitted = METHODS[method](request)
    paths = write_fit(fitted, out)
    if picture is not None:
        picture.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(draw_picture(fitted)).save(picture, optimize=True)
    height = fitted.person_height_px
    if fitted.reprojection_px is None:
        console.print(f"a person {height:.0f} px tall, in {fitted.seconds:.2f} s; without keypoints there is no error")
    else:
        share = 100 * fitted.reprojection_px / height
        console.print(
            f"{fitted.reprojection_px:.1f} px from the keypoints, {share:.1f} % of the person's height "
            f"({height:.0f} px), in {fitted.seconds:.2f} s"
        )
    console.print(f"{', '.join(paths)} are in {out}{'' if str(out).endswith('/') else '/'}", soft_wrap=True)


def _box(text: str) -> tuple[float, float, float, float]:
    try:
        x, y, width, height = (float(part) for part in text.split(","))
    except ValueError as error:
        raise InputError(f"--box {text}: expected x,y,w,h in pixels, for example 40,20,180,400") from error
    if not (width > 0 and height > 0):
        raise InputError(f"--box {text}: expected a positive width and height")
    return x, y, width, height


def _in_picture(
    people: "tuple[Keypoints, ...]", image: "np.ndarray", region: tuple[float, float, float, float] | None, name: str
) -> "Keypoints":
    """The most confident person, in the box if there is one; refused where the keypoints belong to another picture."""
    height, width = image.shape[:2]
    left, top, wide, high = region or (0.0, 0.0, float(width), float(height))

    def inside(person: "Keypoints") -> bool:
        x, y = person.positions[person.confidence > 0].mean(0).tolist()
        return left <= x <= left + wide and top <= y <= top + high

    if found := next((person for person in people if inside(person)), None):
        return found
    where = "in the box" if region else f"within its {width} x {height} pixels"
    raise InputError(f"{name}: nobody's keypoints lie {where}; do they belong to this picture, in its pixels?")
