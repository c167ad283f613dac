"""``vh data``: what the kit's data files are made with."""

from pathlib import Path
from typing import Annotated

import typer

from vhlib.cli import app
from vhlib.core.errors import InputError

data = typer.Typer(no_args_is_help=True, help="Make data files.")
app.add_typer(data, name="data")


@data.command()
def sample(out: Annotated[Path, typer.Option(help="Folder.")] = Path("data/samples")) -> None:
    """Draw the synthetic person that comes with the kit again."""
    from vhlib.data.sample import draw_sample

    for path in draw_sample(out):
        typer.echo(path)


@data.command()
def cmu(
    folder: Annotated[
        Path, typer.Argument(help="Takes (.amc) of the CMU database, their skeletons (.asf) beside them.")
    ],
    out: Annotated[
        Path | None, typer.Option(help="The .npz; default: in your own folder, for the experiments.")
    ] = None,
    fps: Annotated[float, typer.Option(help="Frames per second to keep.")] = 30.0,
    rate: Annotated[float, typer.Option(help="Frames per second that the takes were recorded with.")] = 120.0,
) -> None:
    """Turn takes of motion capture into a file of SMPL poses."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from vhlib.body import load_body
    from vhlib.core import paths
    from vhlib.data.mocap import find_takes, read_cmu, write_capture
    from vhlib.data.mocap.capture import FILE

    path = paths.user(FILE) if out is None else out
    if path.suffix != ".npz" or path.is_dir():
        raise InputError(f"--out {path}: expected the name of an .npz file")
    joints_rest = load_body("neutral", source="standin").joint_template
    count = len(find_takes(folder))
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("takes", total=count)
        begin = lambda take, number: progress.update(task, description=take, completed=number)  # noqa: E731
        capture, close = read_cmu(folder, joints_rest, fps=fps, rate=rate, begin=begin)
        progress.update(task, description="takes", completed=count)
    write_capture(path, capture)
    typer.echo(
        f"{path}: {len(capture.body_pose)} poses of {len(capture.takes)} takes, {fps:g} per second; limbs point "
        f"{float(close.limb_angles.mean()):.1f} degrees and joints lie {float(close.joint_errors.mean()):.0f} mm from "
        "the takes' own skeletons, on average"
    )


@data.command()
def make(
    n: Annotated[int, typer.Option("--n", min=1, help="How many samples.")],
    out: Annotated[Path, typer.Option(help="Folder; a set that is there already is continued.")],
    size: Annotated[int, typer.Option(help="Side of the images, pixels.")] = 128,
    seed: Annotated[int, typer.Option(help="Of the set.")] = 0,
    split: Annotated[str, typer.Option(help="train, val or test.")] = "train",
    workers: Annotated[int | None, typer.Option(min=0, help="Processes; default: one for each core.")] = None,
) -> None:
    """Make synthetic people: pictures with part maps, depth, keypoints and SMPL parameters, in checked archives."""
    import os

    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from vhlib.data.synthetic import SyntheticPeople, write_shards

    people = SyntheticPeople(split, seed=seed, size=size)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(f"{split}, seed {seed}", total=n)
        shards = write_shards(
            people,
            n,
            out,
            workers=os.cpu_count() or 1 if workers is None else workers,
            progress=lambda done: bar.update(task, completed=done),
        )
    typer.echo(f"{out}: {n} samples in {len(shards.shards)} shards")


@data.command("contact-sheet")
def contact_sheet(
    out: Annotated[Path, typer.Option(help="Picture to write.")] = Path("data/pictures/synthetic.png"),
    n: Annotated[int, typer.Option("--n", min=1, help="How many samples.")] = 64,
    size: Annotated[int, typer.Option(help="Side of each image, pixels.")] = 128,
    seed: Annotated[int, typer.Option(help="Of the set.")] = 0,
    start: Annotated[int, typer.Option(min=0, help="Index of the first.")] = 0,
    columns: Annotated[int, typer.Option(min=1, help="Images in a row.")] = 8,
) -> None:
    """Draw many synthetic people into one picture."""
    from PIL import Image

    from vhlib.data.synthetic import SyntheticPeople
    from vhlib.viz import contact_sheet as sheet

    people = SyntheticPeople("train", seed=seed, size=size)
    images = [people[index].image.numpy() for index in range(start, start + n)]
    out.parent.mkdir(parents=True, exist_ok=True)
    # Every sixth level will do: half of the bytes are noise.
    coarse = (sheet(images, columns).astype(int) + 3) // 6 * 6
    Image.fromarray(coarse.clip(0, 255).astype("uint8")).save(out, optimize=True)
    typer.echo(out)


@data.command("benchmark")
def check_benchmark(
    split: Annotated[str, typer.Option(help="train, val or test.")] = "test",
    blocks: Annotated[int, typer.Option(min=1, help="How many blocks of 50 samples to check.")] = 1,
    write: Annotated[Path | None, typer.Option(help="Make the recipe again and write it to this file.")] = None,
    workers: Annotated[int | None, typer.Option(min=0, help="Processes; default: one for each core.")] = None,
) -> None:
    """Check that this machine makes the benchmark's labels: those that every experiment reports on."""
    import os

    from rich.console import Console

    from vhlib.data.synthetic.benchmark import BLOCK, benchmark, differences, write_benchmark
    from vhlib.data.synthetic.stream import loader

    workers = os.cpu_count() or 1 if workers is None else workers
    with Console(stderr=True).status("making people") as status:
        if write is not None:
            counts = {"train": 50_000, "val": 1_000, "test": 1_000}
            write_benchmark(
                write,
                seed=2026,
                size=128,
                counts=counts,
                workers=workers,
                progress=lambda done: status.update(f"{done} blocks"),
            )
            typer.echo(write)
            return
        recipe, failed = benchmark(), False
        batches = loader(recipe.people(split, pictures=False), batch=BLOCK, stop=blocks * BLOCK, workers=workers)
        for block, samples in enumerate(batches):
            wrong = differences(recipe, split, block, samples)
            typer.echo(f"{split} {block * BLOCK} to {block * BLOCK + BLOCK - 1}: {', '.join(wrong) or 'the same'}")
            failed = failed or bool(wrong)
    if failed:
        raise typer.Exit(1)
