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
