"""``vh train``: fit priors and networks."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from vhlib.cli import app
from vhlib.core.errors import InputError

train = typer.Typer(no_args_is_help=True, help="Fit priors and networks.")
app.add_typer(train, name="train")

_Curves = Annotated[bool, typer.Option("--tensorboard", help="Write the losses for TensorBoard, too, into the folder.")]


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
    curves: _Curves = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Begin again, whatever the folder holds.")] = False,
) -> None:
    """Train the pose prior's autoencoder on the pose library; interrupted, it goes on where it was."""
    from vhlib.training.checkpoints import finished
    from vhlib.training.vae import PROFILES, train_vae

    config = _configured(
        *(PROFILES, profile, out, "vae", fresh), {"net.output": output, "steps": steps, "poses": poses, "seed": seed}
    )
    if (card := finished(out, "vae", asdict(config))) is None:
        command = _command(out, "vae", profile, {"output": output, "seed": seed, "steps": steps, "poses": poses})
        with _bars({"poses": config.poses, "vae": config.steps}) as (making, training):
            card = train_vae(
                *(out, config),
                command=command,
                making=making,
                progress=_told(training, "loss", curves, out),
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
    profile: Annotated[str, typer.Option(help="fast: twenty minutes on a core; full: an hour.")] = "fast",
    steps: Annotated[int | None, typer.Option(min=1, help="Instead of the profile's.")] = None,
    people: Annotated[int | None, typer.Option(min=1, help="Synthetic, instead of the profile's.")] = None,
    paired: Annotated[float | None, typer.Option(min=0, max=1, help="Share of people whose bodies are known.")] = None,
    depth: Annotated[int | None, typer.Option(help="Of the ResNet: 18, 34 or 50, as in the paper.")] = None,
    size: Annotated[int | None, typer.Option(min=32, help="Side of the crops, pixels; 224 in the paper.")] = None,
    imagenet: Annotated[
        Path | None, typer.Option(help="Start the encoder from torchvision's weights, for example resnet50-*.pth.")
    ] = None,
    capture: Annotated[
        Path | None, typer.Option(help="Half of the unpaired poses: a file of `vh data cmu`, or a folder of AMASS.")
    ] = None,
    devices: Annotated[int, typer.Option(min=1, help="GPUs, or processes where there is none.")] = 1,
    seed: Annotated[int, typer.Option(help="Of weights, batches, augmentation and dropout.")] = 0,
    curves: _Curves = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Begin again, whatever the folder holds.")] = False,
) -> None:
    """Train HMR and its adversary on synthetic people; interrupted, it goes on where it was."""
    from vhlib.nets.resnet import DEPTHS, IMAGENET_WIDTH
    from vhlib.training.checkpoints import finished
    from vhlib.training.hmr import PROFILES, train_hmr

    if depth is not None and depth not in DEPTHS:
        raise InputError(f"--depth {depth}: expected one of {', '.join(map(str, DEPTHS))}")
    if imagenet is not None and not imagenet.is_file():
        raise InputError(f"--imagenet {imagenet}: no such file; torchvision's resnet50-*.pth is one")
    motion = None if capture is None else str(capture)
    changes = {"steps": steps, "people": people, "paired": paired, "depth": depth, "size": size, "capture": motion}
    theirs = {} if imagenet is None else {"width": IMAGENET_WIDTH, "pooled": True}
    # The kit's own weights are of one network only.
    start = str(imagenet) if imagenet is not None else "noise" if depth is not None else None
    config = _configured(PROFILES, profile, out, "hmr", fresh, {**changes, **theirs, "start": start, "seed": seed})
    if (card := finished(out, "hmr", asdict(config))) is None:
        several = devices if devices > 1 else None
        command = _command(out, "hmr", profile, {"seed": seed, **changes, "imagenet": imagenet, "devices": several})
        with _bars({"people": config.people, "hmr": config.steps}) as (making, training):
            card = train_hmr(
                *(out, config),
                command=command,
                devices=devices,
                making=making,
                progress=_told(training, "reprojection", curves, out),
            )
    if not card:  # of several processes the first one speaks
        return
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
    segmentation: Annotated[
        Path | None, typer.Option(help="Learn from the parts that this segmentation.safetensors finds in pictures.")
    ] = None,
    end_to_end: Annotated[
        bool, typer.Option("--end-to-end", help="Half of the steps, that network learns too, and is written beside.")
    ] = False,
    seed: Annotated[int, typer.Option(help="Of weights and batches.")] = 0,
    curves: _Curves = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Begin again, whatever the folder holds.")] = False,
) -> None:
    """Train NBF's fitting network on part maps of synthetic people; interrupted, it goes on where it was."""
    from vhlib.body.parts import PARTS
    from vhlib.training.checkpoints import finished
    from vhlib.training.nbf import PROFILES, train_nbf
    from vhlib.training.nbf_chain import PROFILES as CHAINS
    from vhlib.training.nbf_chain import train_chain

    if parts is not None and parts not in PARTS:
        raise InputError(f"--parts {parts}: expected one of {', '.join(map(str, PARTS))}")
    changes = {"parts": parts, "paired": paired, "camera": camera, "steps": steps, "people": people}
    if end_to_end and segmentation is None:
        raise InputError("--end-to-end: two networks learn together; name the first with --segmentation FILE")
    if segmentation is None:
        config = _configured(PROFILES, profile, out, "nbf", fresh, {**changes, "seed": seed})
        whole, teach = asdict(config), partial(train_nbf, out, config)
    else:
        second = {f"nbf.{name}": value for name, value in {**changes, "seed": seed}.items()}
        first = {"segmentation": str(segmentation), "together": 0.5 if end_to_end else 0.0}
        chain = _configured(CHAINS, profile, out, "nbf", fresh, {**second, **first})
        config, whole, teach = chain.nbf, asdict(chain), partial(train_chain, out, chain)
    if (card := finished(out, "nbf", whole)) is None:
        command = _command(out, "nbf", profile, {"seed": seed, **changes, "segmentation": segmentation})
        with _bars({"people": config.people, "nbf": config.steps}) as (making, training):
            card = teach(
                command=command + (" --end-to-end" if end_to_end else ""),
                making=making,
                progress=_told(training, "loss", curves, out),
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
    curves: _Curves = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Begin again, whatever the folder holds.")] = False,
) -> None:
    """Train the part segmentation on synthetic people; interrupted, it goes on where it was."""
    from vhlib.body.parts import PARTS
    from vhlib.training.checkpoints import finished
    from vhlib.training.segmentation import PROFILES, train_segmentation

    if parts is not None and parts not in PARTS:
        raise InputError(f"--parts {parts}: expected one of {', '.join(map(str, PARTS))}")
    changes = {"parts": parts, "steps": steps, "people": people}
    config = _configured(PROFILES, profile, out, "segmentation", fresh, {**changes, "seed": seed})
    if (card := finished(out, "segmentation", asdict(config))) is None:
        command = _command(out, "segmentation", profile, {"seed": seed, **changes})
        with _bars({"people": config.people, "segmentation": config.steps}) as (making, training):
            card = train_segmentation(
                *(out, config),
                command=command,
                making=making,
                progress=_told(training, "loss", curves, out),
            )
    figures = card["figures"]
    typer.echo(
        f"{out}/segmentation.safetensors: on held-out pictures {figures['accuracy']:.1%} of the pixels are right, "
        f"mean IoU {figures['mean_iou']:.3f}, mean F1 {figures['mean_f1']:.3f}"
    )


C = TypeVar("C")


def _configured(
    profiles: Mapping[str, C], profile: str, out: Path, name: str, fresh: bool, changes: Mapping[str, Any]
) -> C:
    """A profile with what was typed in its place; where asked, an earlier run in the folder is forgotten."""
    from vhlib.core.config import with_overrides

    if profile not in profiles:
        raise InputError(f"--profile {profile}: expected {' or '.join(profiles)}")
    if out.exists() and not out.is_dir():
        raise InputError(f"--out {out}: this is a file; name a folder")
    config = with_overrides(profiles[profile], {key: value for key, value in changes.items() if value is not None})
    if fresh:
        for ending in ("state", "json"):
            (out / f"{name}.{ending}").unlink(missing_ok=True)
    return config


def _command(out: Path, name: str, profile: str, options: Mapping[str, Any]) -> str:
    """What to type to train the same again; for the card."""
    typed = [f"--{option} {value}" for option, value in options.items() if value is not None]
    return " ".join([f"vh train {name} --profile {profile}", *typed, f"--out {out}"])


def _told(bar: Callable[..., None], term: str, curves: bool, out: Path) -> Callable[[int, Mapping[str, float]], None]:
    """What a training is told to call: its bar, which shows one of the losses, and where asked TensorBoard's curves."""
    from vhlib.training.board import tensorboard

    draw = tensorboard(out) if curves else None

    def progress(done: int, losses: Mapping[str, float]) -> None:
        bar(done, f"{term} {losses[term]:.3f}" if losses else None)
        if draw is not None:
            draw(done, losses)

    return progress


@contextmanager
def _bars(totals: Mapping[str, int]) -> Iterator[list[Callable[..., None]]]:
    """A progress bar for each total; told how much is done, and what to say instead of its name."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TaskID,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    from vhlib.training.devices import first

    text = TextColumn("{task.description}")
    columns = (text, BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True, quiet=not first())) as progress:

        def bar(task: TaskID) -> Callable[..., None]:
            return lambda done, says=None: progress.update(task, completed=done, description=says)

        yield [bar(progress.add_task(name, total=total)) for name, total in totals.items()]
