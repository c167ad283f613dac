"""``vh train``: fit priors and networks."""

from pathlib import Path
from typing import Annotated

import typer

from vhlib.cli import app
from vhlib.core.errors import InputError

train = typer.Typer(no_args_is_help=True, help="Fit priors and networks.")
app.add_typer(train, name="train")


@train.command()
def gmm(
    out: Annotated[Path, typer.Option(help="Folder for gmm_08.npz and its card, gmm_08.json.")],
    poses: Annotated[int, typer.Option(min=1000, help="How many poses of the library to fit to.")] = 25_000,
    seed: Annotated[int, typer.Option(help="Of the poses.")] = 0,
) -> None:
    """Fit the pose prior's mixture of Gaussians to the pose library: minutes on two cores."""
    from rich.console import Console

    from vhlib.training.gmm import GMMConfig, train_gmm

    config = GMMConfig(poses=poses, seed=seed)
    console = Console()
    with console.status("making poses") as status:
        card = train_gmm(
            out,
            config,
            lambda iteration, likelihood: status.update(
                f"iteration {iteration} of at most {config.iterations}, mean log likelihood {likelihood:.3f}"
            ),
        )
    figures = card["negative_log_likelihood"]
    console.print(
        f"{out}: negative log likelihood {figures['train']:.2f} on the poses it was fitted to, "
        f"{figures['held_out']:.2f} on held-out ones, {card['seconds']} s"
    )


@train.command()
def vae(
    out: Annotated[Path, typer.Option(help="Folder for vae.safetensors, its card vae.json and its log vae.csv.")],
    profile: Annotated[str, typer.Option(help="fast: minutes on two cores; full: for a GPU.")] = "fast",
    output: Annotated[str, typer.Option(help="The decoder's rotations: matrix (nine free numbers) or 6d.")] = "matrix",
    steps: Annotated[int | None, typer.Option(min=1, help="Instead of the profile's.")] = None,
    poses: Annotated[int | None, typer.Option(min=1000, help="Of the library, instead of the profile's.")] = None,
    seed: Annotated[int, typer.Option(help="Of poses, weights, batches and noise.")] = 0,
    fresh: Annotated[bool, typer.Option("--fresh", help="Begin again, whatever the folder holds.")] = False,
) -> None:
    """Train the pose prior's autoencoder on the pose library; interrupted, it goes on where it was."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    from vhlib.core.config import with_overrides
    from vhlib.training.vae import PROFILES, finished, train_vae

    if profile not in PROFILES:
        raise InputError(f"--profile {profile}: expected {' or '.join(PROFILES)}")
    if out.exists() and not out.is_dir():
        raise InputError(f"--out {out}: this is a file; name a folder")
    changes = {"net.output": output, "steps": steps, "poses": poses, "seed": seed}
    config = with_overrides(PROFILES[profile], {name: value for name, value in changes.items() if value is not None})
    if fresh:
        for name in ("vae.state", "vae.json"):
            (out / name).unlink(missing_ok=True)
    if (card := finished(out, config)) is None:
        options = [f"--{name} {value}" for name, value in (("steps", steps), ("poses", poses)) if value is not None]
        command = " ".join([f"vh train vae --profile {profile} --output {output} --seed {seed}", *options])
        text = TextColumn("{task.description}")
        columns = (text, BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
        with Progress(*columns, console=Console(stderr=True)) as progress:
            making = progress.add_task("poses", total=config.poses)
            task = progress.add_task("vae", total=config.steps)
            card = train_vae(
                *(out, config),
                command=f"{command} --out {out}",
                making=lambda made: progress.update(making, completed=made),
                progress=lambda done, losses: progress.update(
                    task, completed=done, description=f"loss {losses['loss']:.3f}" if losses else "vae"
                ),
            )
    figures = card["figures"]
    typer.echo(
        f"{out}/vae.safetensors: on held-out poses {figures['joint_angle_deg']:.2f} degrees per joint and "
        f"{figures['vertices_mm']:.1f} mm per vertex; samples cover {figures['coverage']:.0%} of them, and "
        f"{figures['samples_joints_outside_limits']:.1%} of their joints are outside the limits"
    )


@train.command()
def hmr(
    out: Annotated[Path, typer.Option(help="Folder for hmr and discriminators .safetensors, the card and the log.")],
    profile: Annotated[str, typer.Option(help="fast: minutes on two cores; full: for a GPU.")] = "fast",
    steps: Annotated[int | None, typer.Option(min=1, help="Instead of the profile's.")] = None,
    people: Annotated[int | None, typer.Option(min=1, help="Synthetic, instead of the profile's.")] = None,
    paired: Annotated[float | None, typer.Option(help="Which part of the people has known bodies.")] = None,
    imagenet: Annotated[
        Path | None, typer.Option(help="Start the encoder from torchvision's weights, for example resnet50-*.pth.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Of weights, batches, augmentation and dropout.")] = 0,
    fresh: Annotated[bool, typer.Option("--fresh", help="Begin again, whatever the folder holds.")] = False,
) -> None:
    """Train HMR and its adversary on synthetic people; interrupted, it goes on where it was."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    from vhlib.core.config import with_overrides
    from vhlib.training.hmr import PROFILES, finished, train_hmr

    if profile not in PROFILES:
        raise InputError(f"--profile {profile}: expected {' or '.join(PROFILES)}")
    if out.exists() and not out.is_dir():
        raise InputError(f"--out {out}: this is a file; name a folder")
    changes = {"steps": steps, "people": people, "paired": paired, "seed": seed}
    config = with_overrides(PROFILES[profile], {name: value for name, value in changes.items() if value is not None})
    if fresh:
        for name in ("hmr.state", "hmr.json"):
            (out / name).unlink(missing_ok=True)
    if (card := finished(out, config)) is None:
        given = {"steps": steps, "people": people, "paired": paired, "imagenet": imagenet}
        options = [f"--{name} {value}" for name, value in given.items() if value is not None]
        command = " ".join([f"vh train hmr --profile {profile} --seed {seed}", *options])
        text = TextColumn("{task.description}")
        columns = (text, BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
        with Progress(*columns, console=Console(stderr=True)) as progress:
            making = progress.add_task("people", total=config.people)
            task = progress.add_task("hmr", total=config.steps)
            card = train_hmr(
                *(out, config),
                command=f"{command} --out {out}",
                imagenet=imagenet,
                making=lambda made: progress.update(making, completed=made),
                progress=lambda done, losses: progress.update(
                    task, completed=done, description=f"2D {losses['reprojection']:.3f}" if losses else "hmr"
                ),
            )
    figures = card["figures"]
    typer.echo(
        f"{out}/hmr.safetensors: on held-out people PCKh {figures['pckh']:.0%}, PA-MPJPE {figures['pa_mpjpe_mm']:.0f} "
        f"mm, MPJPE {figures['mpjpe_mm']:.0f} mm; {figures['implausible_joints']:.1%} of joints outside the limits"
    )


@train.command()
def nbf(
    out: Annotated[Path, typer.Option(help="Folder for nbf.safetensors, its card nbf.json and its log nbf.csv.")],
    profile: Annotated[str, typer.Option(help="fast: minutes on two cores; full: for a GPU.")] = "fast",
    parts: Annotated[int | None, typer.Option(help="In the part maps: 24, 14, 12, 6, 3 or 1.")] = None,
    paired: Annotated[float | None, typer.Option(min=0, max=1, help="Share of people with labels in 3D.")] = None,
    camera: Annotated[str | None, typer.Option(help="given: the true one; predicted: for photographs.")] = None,
    steps: Annotated[int | None, typer.Option(min=1, help="Instead of the profile's.")] = None,
    people: Annotated[int | None, typer.Option(min=1, help="Synthetic, instead of the profile's.")] = None,
    seed: Annotated[int, typer.Option(help="Of weights and batches.")] = 0,
    fresh: Annotated[bool, typer.Option("--fresh", help="Begin again, whatever the folder holds.")] = False,
) -> None:
    """Train NBF's fitting network on part maps of synthetic people; interrupted, it goes on where it was."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    from vhlib.body.parts import PARTS
    from vhlib.core.config import with_overrides
    from vhlib.training.nbf import PROFILES, finished, train_nbf

    if profile not in PROFILES:
        raise InputError(f"--profile {profile}: expected {' or '.join(PROFILES)}")
    if parts is not None and parts not in PARTS:
        raise InputError(f"--parts {parts}: expected one of {', '.join(map(str, PARTS))}")
    if out.exists() and not out.is_dir():
        raise InputError(f"--out {out}: this is a file; name a folder")
    given = {"parts": parts, "paired": paired, "camera": camera, "steps": steps, "people": people}
    changes = {name: value for name, value in given.items() if value is not None}
    config = with_overrides(PROFILES[profile], {**changes, "seed": seed})
    if fresh:
        for name in ("nbf.state", "nbf.json"):
            (out / name).unlink(missing_ok=True)
    if (card := finished(out, config)) is None:
        options = [f"--{name} {value}" for name, value in changes.items()]
        command = " ".join([f"vh train nbf --profile {profile} --seed {seed}", *options])
        text = TextColumn("{task.description}")
        columns = (text, BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
        with Progress(*columns, console=Console(stderr=True)) as progress:
            making = progress.add_task("people", total=config.people)
            task = progress.add_task("nbf", total=config.steps)
            card = train_nbf(
                *(out, config),
                command=f"{command} --out {out}",
                making=lambda made: progress.update(making, completed=made),
                progress=lambda done, losses: progress.update(
                    task, completed=done, description=f"loss {losses['loss']:.3f}" if losses else "nbf"
                ),
            )
    figures = card["figures"]
    typer.echo(
        f"{out}/nbf.safetensors: on held-out part maps and through the true camera, 3D error "
        f"{figures['joints_mm']:.0f} mm, PCKh {figures['pckh']:.0f}%, rotation error {figures['rotation_rad']:.2f} rad"
    )


@train.command()
def segmentation(
    out: Annotated[Path, typer.Option(help="Folder for segmentation.safetensors, its card .json and its log .csv.")],
    profile: Annotated[str, typer.Option(help="fast: minutes on two cores; full: for a GPU.")] = "fast",
    parts: Annotated[int | None, typer.Option(help="To tell apart: 24, 14, 12, 6, 3 or 1.")] = None,
    steps: Annotated[int | None, typer.Option(min=1, help="Instead of the profile's.")] = None,
    people: Annotated[int | None, typer.Option(min=1, help="Synthetic, instead of the profile's.")] = None,
    seed: Annotated[int, typer.Option(help="Of weights and batches.")] = 0,
    fresh: Annotated[bool, typer.Option("--fresh", help="Begin again, whatever the folder holds.")] = False,
) -> None:
    """Train the part segmentation on synthetic people; interrupted, it goes on where it was."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    from vhlib.body.parts import PARTS
    from vhlib.core.config import with_overrides
    from vhlib.training.segmentation import PROFILES, finished, train_segmentation

    if profile not in PROFILES:
        raise InputError(f"--profile {profile}: expected {' or '.join(PROFILES)}")
    if parts is not None and parts not in PARTS:
        raise InputError(f"--parts {parts}: expected one of {', '.join(map(str, PARTS))}")
    if out.exists() and not out.is_dir():
        raise InputError(f"--out {out}: this is a file; name a folder")
    given = {"parts": parts, "steps": steps, "people": people}
    changes = {name: value for name, value in given.items() if value is not None}
    config = with_overrides(PROFILES[profile], {**changes, "seed": seed})
    if fresh:
        for name in ("segmentation.state", "segmentation.json"):
            (out / name).unlink(missing_ok=True)
    if (card := finished(out, config)) is None:
        options = [f"--{name} {value}" for name, value in changes.items()]
        command = " ".join([f"vh train segmentation --profile {profile} --seed {seed}", *options])
        text = TextColumn("{task.description}")
        columns = (text, BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
        with Progress(*columns, console=Console(stderr=True)) as progress:
            making = progress.add_task("people", total=config.people)
            task = progress.add_task("segmentation", total=config.steps)
            card = train_segmentation(
                *(out, config),
                command=f"{command} --out {out}",
                making=lambda made: progress.update(making, completed=made),
                progress=lambda done, losses: progress.update(
                    task, completed=done, description=f"loss {losses['loss']:.3f}" if losses else "segmentation"
                ),
            )
    figures = card["figures"]
    typer.echo(
        f"{out}/segmentation.safetensors: on held-out pictures {figures['accuracy']:.1%} of the pixels are right, "
        f"mean IoU {figures['mean_iou']:.3f}, mean F1 {figures['mean_f1']:.3f}"
    )
