"""What stands around a process that runs other people's code: bubblewrap, a container, or nothing.

Inside there is no network, a system and an environment that can only be read, an empty private ``/tmp``, and of the
course nothing but what students have as well: the library, its data, and the files beside the released notebook. Each
submission gets a sandbox of its own, so that nothing which one leaves behind can reach another.
"""

import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

import matplotlib as mpl

import vhlib
from vhlib.core.errors import InputError

_PACKAGE = Path(vhlib.__file__).resolve().parent
_SCRATCH = 256 * 2**20
"""Bytes of every folder that can be written to; they live in memory."""


@dataclass(frozen=True)
class Limits:
    """How much a submission may take. Defaults are generous: they are there for what never ends."""

    seconds: float = 30.0
    """By the clock: for all calls of one question, and for each cell of the notebook."""
    memory: int = 4 * 2**30
    """Bytes, of all its processes together."""
    processes: int = 64
    """How many at once."""
    file_size: int = 64 * 2**20
    """Bytes of the largest file it may write."""
    output: int = 2**20
    """Bytes of what one cell shows; the rest is dropped as it comes."""


@runtime_checkable
class Sandbox(Protocol):
    """Something that can stand around a process."""

    @property
    def warning(self) -> str:
        """What every record must say; empty if nothing is missing."""
        ...

    def command(self, inside: Sequence[str], folder: Path, limits: Limits, name: str) -> list[str]:
        """The command line that runs ``python inside…`` in it.

        Args:
            inside: arguments of Python.
            folder: its files, but for notebooks, can be read in the working directory.
            limits: for what the sandbox itself can bound; the rest is bounded by the worker.
            name: what to call it, where it has a name; no other one may be called so.
        """
        ...

    def ending(self, name: str) -> list[str]:
        """The command line that ends it, if it can outlive the process that started it; empty if it cannot."""
        ...


@dataclass(frozen=True)
class Bubblewrap:
    """Linux namespaces, by the program ``bwrap``."""

    warning: str = ""

    def command(self, inside: Sequence[str], folder: Path, limits: Limits, name: str) -> list[str]:
        """See `Sandbox`."""
        return ["bwrap", *_namespaces(), *_system(), *_kit(folder), *_environment(), sys.executable, *inside]

    def ending(self, name: str) -> list[str]:
        """See `Sandbox`."""
        return []


@dataclass(frozen=True)
class Container:
    """Docker or podman, with an image that holds Python and the kit's requirements."""

    image: str
    program: str = "docker"
    warning: str = ""

    def command(self, inside: Sequence[str], folder: Path, limits: Limits, name: str) -> list[str]:
        """See `Sandbox`."""
        caps = ["--cap-drop=ALL", "--security-opt=no-new-privileges", "--network=none", "--read-only"]
        # Above the limit, so that what starts too many is seen to, and ends; its threads count here as well.
        most = 2 * limits.processes
        bounds = [f"--memory={limits.memory}", f"--memory-swap={limits.memory}", f"--pids-limit={most}"]
        places = [f"--tmpfs=/tmp:size={_SCRATCH}", f"--tmpfs=/submission:size={_SCRATCH}", "--workdir=/submission"]
        if self.program == "podman":
            places.append("--read-only-tmpfs=false")  # else there are two more of them, without bounds
        seen = [(_PACKAGE, "/kit/vhlib"), *_data(), *((path, f"/submission/{path.name}") for path in _public(folder))]
        mounts = [f"--volume={path}:{place}:ro" for path, place in seen]
        # Where its programs are, the image knows.
        settings = [f"--env={key}={value}" for key, value in _VARIABLES.items() if key != "PATH"]
        # A user of its own, not root, and no process 1 of docker's: the worker is that.
        who = ["--user=65534:65534"]
        run = [self.program, "run", "--rm", "--interactive", "--pull=never", f"--name={name}", *caps, *bounds, *places]
        return [*run, *mounts, *settings, *who, self.image, "python", *inside]

    def ending(self, name: str) -> list[str]:
        """See `Sandbox`."""
        return [self.program, "kill", "--signal=KILL", name]


@dataclass(frozen=True)
class Unguarded:
    """Nothing: a submission can read and change what whoever grades can."""

    warning: str = "it ran without a sandbox: it could read and change everything that its grader can"

    def command(self, inside: Sequence[str], folder: Path, limits: Limits, name: str) -> list[str]:
        """See `Sandbox`."""
        settings = [f"{key}={value}" for key, value in _VARIABLES.items() if key not in ("HOME", "PATH")]
        path = os.pathsep.join([str(_PACKAGE.parent), str(folder)])
        return ["env", "--chdir", str(folder), *settings, f"PYTHONPATH={path}", sys.executable, *inside]

    def ending(self, name: str) -> list[str]:
        """See `Sandbox`."""
        return []


def choose(*, guarded: bool = True, image: str = "") -> Sandbox:
    """The sandbox to use.

    Args:
        guarded: whether there must be one.
        image: a container image to use instead of bubblewrap.

    Raises:
        InputError: there must be one, and there is none here, or the image does not run.
    """
    if not guarded:
        return Unguarded()
    if image:
        return _container(image)
    if why := _bubblewrap_fails():
        raise InputError(
            f"submissions are graded in a sandbox, and {why}; install it (`apt-get install bubblewrap`), use a "
            "container (--image NAME), or grade people whom you trust with --no-sandbox"
        )
    return Bubblewrap()


def fresh_name() -> str:
    """A name for one sandbox."""
    return f"vh-{secrets.token_hex(8)}"


def _container(image: str) -> Container:
    """The image in the first program here that runs it."""
    containers = [Container(image, program) for program in ("docker", "podman") if shutil.which(program)]
    if not containers:
        raise InputError(f"--image {image}: neither docker nor podman is installed here; install one of them")
    reasons = {}
    for container in containers:
        if not (why := _container_fails(container)):
            return container
        reasons[container.program] = why
    said = "; ".join(f"{program} says: {why}" for program, why in reasons.items())
    raise InputError(f"--image {image}: expected an image of this machine that holds requirements.lock ({said})")


def _container_fails(container: Container) -> str:
    """Why submissions cannot run in it; empty if they can."""
    with tempfile.TemporaryDirectory() as empty:
        trial = container.command(["-c", "import vhlib.course.grading.inside"], Path(empty), Limits(), fresh_name())
        ran = subprocess.run(trial, capture_output=True, text=True, check=False)
    return " ".join(ran.stderr.split())[-300:] or "nothing" if ran.returncode else ""


def _bubblewrap_fails() -> str:
    """Why bubblewrap cannot be used here; empty if it can."""
    if not shutil.which("bwrap"):
        return "bubblewrap (the program bwrap) is not installed"
    trial = ["bwrap", *_namespaces(), *_system(), "/usr/bin/true"]
    ran = subprocess.run(trial, capture_output=True, text=True, check=False)
    return f"bubblewrap does not work here ({ran.stderr.strip()})" if ran.returncode else ""


def _namespaces() -> list[str]:
    return ["--unshare-all", "--die-with-parent", "--new-session", "--clearenv", "--cap-drop", "ALL"]


def _system() -> Iterator[str]:
    """Small private folders, and programs and libraries, which can only be read.

    In this order: Python, or a course with its environment, may itself lie under ``/tmp``, and what is mounted later
    stands above what was mounted before.
    """
    for place in ("/tmp", "/submission"):
        yield from ("--size", str(_SCRATCH), "--tmpfs", place)
    yield from ("--ro-bind", "/usr", "/usr")
    for name in ("/bin", "/sbin", "/lib", "/lib64"):
        if os.path.islink(name):
            yield from ("--symlink", os.readlink(name), name)
        elif os.path.isdir(name):
            yield from ("--ro-bind", name, name)
    for name in ("/etc/ld.so.cache", "/etc/alternatives", "/etc/fonts"):
        yield from ("--ro-bind-try", name, name)
    for prefix in dict.fromkeys([os.path.realpath(sys.base_prefix), os.path.realpath(sys.prefix), sys.prefix]):
        if not Path(prefix).is_relative_to("/usr"):
            yield from ("--ro-bind", prefix, prefix)
    yield from ("--proc", "/proc", "--dev", "/dev")
    yield from ("--size", str(_SCRATCH), "--tmpfs", "/dev/shm", "--remount-ro", "/dev")


def _kit(folder: Path) -> Iterator[str]:
    """The library, its data and the assignment's open files."""
    for path, place in ((_PACKAGE, "/kit/vhlib"), *_data()):
        yield from ("--ro-bind", str(path), place)
    for path in _public(folder):
        yield from ("--ro-bind", str(path), f"/submission/{path.name}")
    # Else every sandbox would look for all fonts again.
    for path in Path(mpl.get_cachedir()).glob("fontlist-*.json"):
        yield from ("--ro-bind", str(path), f"{_VARIABLES['MPLCONFIGDIR']}/{path.name}")
    yield from ("--remount-ro", "/", "--chdir", "/submission")


def _data() -> list[tuple[Path, str]]:
    """The kit's data, where it does not lie in the package."""
    data = _PACKAGE.parent / "data"
    return [] if (_PACKAGE / "shipped").is_dir() or not data.is_dir() else [(data, "/kit/data")]


def _public(folder: Path) -> list[Path]:
    """What students get beside the notebook."""
    return [path for path in sorted(folder.iterdir()) if path.suffix != ".ipynb" and not path.name.startswith(".")]


def _environment() -> Iterator[str]:
    for name, value in _VARIABLES.items():
        yield from ("--setenv", name, value)


_VARIABLES = {
    "HOME": "/tmp",
    "PATH": "/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "USER": "student",
    "PYTHONPATH": "/kit:/submission",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONHASHSEED": "0",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "MPLCONFIGDIR": "/tmp/matplotlib",
    "IPYTHONDIR": "/tmp/ipython",
    "OMP_NUM_THREADS": "1",
}
