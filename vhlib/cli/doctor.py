"""`vh doctor`: what is here, and what to do about what is not."""

import importlib
import importlib.metadata
import importlib.util
import json
import platform
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Literal

import typer

from vhlib import __version__
from vhlib.cli import app

OLDEST_PYTHON = (3, 11)

_AGAIN = "install the kit again, or `git checkout data`"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked for."""

    name: str
    """What, in a word or two."""
    state: Literal["ok", "absent", "broken"]
    """``broken``: it is here and does not work."""
    found: str
    """Its version, its file, or what is wrong with it."""
    next_step: str = ""
    """What to do when it is not ``ok``."""
    needed: bool = False
    """Whether the kit cannot run without it."""


@app.command()
def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Say what is here (Python, torch, GPU, viewer, body models, …) and what to do about what is not."""
    findings = examine()
    if as_json:
        typer.echo(json.dumps({"ok": healthy(findings), "findings": [asdict(f) for f in findings]}, indent=2))
    else:
        report(findings)
    if not healthy(findings):
        raise typer.Exit(1)


def examine() -> tuple[Finding, ...]:
    """Look for everything that the kit uses."""
    return tuple(finding for look in _LOOKS for finding in look())


def healthy(findings: tuple[Finding, ...]) -> bool:
    """Whether everything that the kit cannot run without is here and works."""
    return all(finding.state == "ok" for finding in findings if finding.needed)


def report(findings: tuple[Finding, ...] | None = None) -> None:
    """Show the findings as a table, in a terminal or a notebook.

    Args:
        findings: what `examine` returned; default: look now.
    """
    from rich.console import Console
    from rich.table import Table

    findings = examine() if findings is None else findings
    console = Console()
    table = Table("", "state", "found", "next step", box=None, pad_edge=False, header_style="bold")
    for f in findings:
        # Words carry the state; colour only repeats it.
        state = {"ok": "[green]ok[/]", "absent": "not here", "broken": "[bold red]broken[/]"}[f.state]
        if f.needed and f.state == "absent":
            state = "[bold red]missing[/]"
        table.add_row(f.name, state, f.found, f.next_step if f.state != "ok" else "")
    console.print(table)
    if not healthy(findings):
        broken = ", ".join(f.name for f in findings if f.needed and f.state != "ok")
        console.print(f"[bold red]The kit does not run until this is mended:[/] {broken}")
    elif all(f.state == "ok" for f in findings):
        console.print("Everything is here.")
    else:
        console.print("All that is needed is here; the rest is optional.")


def _python() -> Iterator[Finding]:
    version = platform.python_version()
    fine = sys.version_info >= OLDEST_PYTHON
    wanted = ".".join(map(str, OLDEST_PYTHON))
    yield Finding("Python", "ok" if fine else "broken", version, f"install Python {wanted} or newer", needed=True)
    yield Finding("vhlib", "ok", f"{__version__} in {Path(__file__).resolve().parents[1]}", needed=True)


def _torch() -> Iterator[Finding]:
    torch_found = _package("torch", "torch", "pip install torch", needed=True)
    yield torch_found
    if torch_found.state != "ok":
        return
    import torch

    advice = "nothing: all runs without one, only slower; on Colab: Runtime > Change runtime type"
    if torch.cuda.is_available():
        names = ", ".join(torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count()))
        yield Finding("GPU", "ok", names)
    else:
        yield Finding("GPU", "absent", f"{torch.get_num_threads()} CPU threads", advice)


def _packages() -> Iterator[Finding]:
    lab = 'pip install "vhlib[lab]"'
    yield _package("browser viewer", "k3d", "pip install k3d ipywidgets", needed=True)
    yield _package("widgets", "ipywidgets", "pip install ipywidgets", needed=True)
    yield _package("JupyterLab", "jupyterlab", lab)
    yield _package("nbgrader", "nbgrader", f"{lab} (instructors only)")
    yield _package("numba", "numba", lab)
    conda = "nothing: the kit has its own rasterizer; conda env create -f environment.yml brings it"
    yield _package("PyTorch3D", "pytorch3d", conda)
    yield _package("smplx", "smplx", 'pip install "vhlib[smplx]" to compare with it (non-commercial licence)')


def _package(name: str, module: str, next_step: str, *, needed: bool = False) -> Finding:
    if importlib.util.find_spec(module) is None:
        return Finding(name, "absent", f"no package {module}", next_step, needed)
    try:
        importlib.import_module(module)
        version = importlib.metadata.version(module)
    except Exception as error:  # a package built for another torch fails with whatever it likes
        return Finding(name, "broken", f"{module}: {_first_line(error)}", f"install it again: {next_step}", needed)
    return Finding(name, "ok", f"{module} {version}", needed=needed)


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]


def _bodies() -> Iterator[Finding]:
    from vhlib.body import GENDERS, load_body, official_file, read_body
    from vhlib.core import paths

    standins = {gender: partial(load_body, gender, source="standin") for gender in GENDERS}
    yield _read_all("stand-in bodies", standins, _AGAIN, needed=True)
    official = {f"{gender} ({path.name})": path for gender in GENDERS if (path := official_file(gender))}
    if official:
        readers = {name: partial(read_body, path) for name, path in official.items()}
        yield _read_all("official SMPL", readers, "get that file again and `vh body install FILE`")
    else:
        advice = "nothing: the stand-in takes its place; smpl.is.tue.mpg.de has the files, `vh body install FILE`"
        yield Finding("official SMPL", "absent", f"none in {paths.user('body')}", advice)


def _fitted() -> Iterator[Finding]:
    from safetensors.numpy import load_file

    from vhlib.core import paths
    from vhlib.priors import load_gmm

    yield _read_all("pose prior", {"mixture of Gaussians": load_gmm}, _AGAIN, needed=True)
    root = paths.shipped() / "checkpoints"
    files = sorted(root.rglob("*.safetensors"))
    checkpoints = {path.relative_to(root).with_suffix("").as_posix(): partial(load_file, path) for path in files}
    if checkpoints:
        yield _read_all("checkpoints", checkpoints, _AGAIN)
    else:
        yield Finding("checkpoints", "absent", f"none in {root}", "train one: `vh train --help`")


def _read_all(
    name: str, readers: Mapping[str, Callable[[], object]], next_step: str, *, needed: bool = False
) -> Finding:
    """Read each: one finding for all, which says why those that cannot be read cannot."""
    complaints = []
    for read in readers.values():
        try:
            read()
        except Exception as error:  # whatever a damaged file makes its reader raise, the report goes on
            complaints.append(_first_line(error))
    if complaints:
        return Finding(name, "broken", "; ".join(complaints), next_step, needed)
    return Finding(name, "ok", ", ".join(readers), needed=needed)


_LOOKS: tuple[Callable[[], Iterator[Finding]], ...] = (_python, _torch, _packages, _bodies, _fitted)
