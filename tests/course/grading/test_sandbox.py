"""Sandboxes as command lines, and what a worker makes of what happens in one."""

import contextlib
import dataclasses
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

import numpy as np
import psutil
import pytest

import vhlib
from vhlib.core.errors import InputError
from vhlib.course.grading import sandbox
from vhlib.course.grading.frames import Frame, pack, unpack
from vhlib.course.grading.process import FailedError
from vhlib.course.grading.sandbox import Bubblewrap, Container, Limits, Unguarded, choose
from vhlib.course.grading.worker import INSIDE, SandboxError, Worker
from vhlib.course.questions import Case, Perceptron
from vhlib.course.words import WrongAnswer

LIMITS = Limits(seconds=20.0)


def after(command, *words):
    """The argument that follows these."""
    return next(
        command[place + len(words)]
        for place in range(len(command))
        if tuple(command[place : place + len(words)]) == words
    )


def test_bubblewrap_shows_the_kit_and_nothing_of_the_course(tmp_path):
    (tmp_path / "points.csv").write_text("1,2")
    (tmp_path / "notebook.ipynb").write_text("{}")
    command = Bubblewrap().command(["-m", "inside"], tmp_path, LIMITS, "one")
    assert {"--unshare-all", "--die-with-parent", "--new-session", "--clearenv"} <= set(command)
    assert after(command, "--cap-drop") == "ALL"
    bound = {command[place + 1] for place, word in enumerate(command) if word.startswith(("--ro-bind", "--bind"))}
    assert not [word for word in command if word in ("--bind", "--dev-bind")]  # nothing that can be written to
    assert str(tmp_path / "points.csv") in bound
    assert not [path for path in bound if path.endswith(("solutions", "grading", ".ipynb")) or path == str(tmp_path)]
    assert command[-2:] == ["-m", "inside"]
    assert Bubblewrap().ending("one") == []


def test_a_container_has_the_same_bounds(tmp_path):
    command = Container("kit", "podman").command(["-m", "inside"], tmp_path, LIMITS, "one")
    assert command[:6] == ["podman", "run", "--rm", "--interactive", "--pull=never", "--name=one"]
    bounds = {"--network=none", "--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges"}
    assert bounds | {f"--memory={LIMITS.memory}", f"--pids-limit={2 * LIMITS.processes}"} <= set(command)
    assert not [word for word in command if word.startswith("--env=PATH=")]  # Python need not lie in /usr/bin
    assert [word for word in command if word.startswith("--volume=")]
    assert all(word.endswith(":ro") for word in command if word.startswith("--volume="))
    assert command[-4:] == ["kit", "python", "-m", "inside"]


def test_without_bubblewrap_grading_is_refused_in_one_sentence(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(InputError, match=r"bwrap\) is not installed; install it .* or grade .* with --no-sandbox"):
        choose()
    with pytest.raises(InputError, match="neither docker nor podman is installed"):
        choose(image="kit")
    assert choose(guarded=False) == Unguarded()
    assert "without a sandbox" in choose(guarded=False).warning


PODMAN = """#!{python}
# Takes podman's place: notes how it is called, and runs here what a container would run, as a child of nobody.
import json, os, psutil, select, sys
from pathlib import Path
arguments, notes = sys.argv[1:], Path(__file__).parent
with open(notes / "calls.jsonl", "a") as calls:
    calls.write(json.dumps(arguments) + "\\n")
if arguments[0] == "kill":
    process = psutil.Process(int((notes / arguments[-1]).read_text()))
    for each in [*process.children(recursive=True), process]:
        each.kill()
    sys.exit()
name = next(word.partition("=")[2] for word in arguments if word.startswith("--name="))
inside = arguments[arguments.index("kit") + 2 :]
if not (first := os.fork()):
    os.setsid()
    if container := os.fork():
        (notes / name).write_text(str(container))
        os._exit(0)
    os.execve(sys.executable, [sys.executable, *inside], {{**os.environ, "PYTHONPATH": {path!r}}})
os.waitpid(first, 0)
select.select([os.pidfd_open(int((notes / name).read_text()))], [], [])
"""


@pytest.fixture
def podman(tmp_path, monkeypatch):
    """Another program of that name, first in the path; gives what it was called with."""
    program = tmp_path / "podman"
    program.write_text(PODMAN.format(python=sys.executable, path=os.pathsep.join(sys.path)))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setattr(shutil, "which", lambda name: str(program) if name == "podman" else None)
    return lambda: [json.loads(line) for line in (tmp_path / "calls.jsonl").read_text().splitlines()]


def test_a_container_is_tried_first_and_ended_by_its_name(podman, tmp_path):
    box = choose(image="kit")
    assert box == Container("kit", "podman")
    (trial,) = podman()
    assert trial[-4:] == ["kit", "python", "-c", "import vhlib.course.grading.inside"]
    (tmp_path / "release").mkdir()
    with Worker(box, "99_none", SETUP, tmp_path / "release", LIMITS) as worker:
        with worker.copy() as copy:
            assert copy.show("ready", 10.0)[0]["data"] == {"text/plain": "1"}
        assert fails(worker, "while True: pass") == "it took more than 20 seconds"
    _, run, kill = podman()
    assert f"--name={kill[-1]}" in run
    assert kill == ["kill", "--signal=KILL", kill[-1]]
    assert not is_alive(int((tmp_path / kill[-1]).read_text()))


def is_alive(pid):
    """Whether a process runs; what has just been killed may take a moment."""
    with contextlib.suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        return process.status() != psutil.STATUS_ZOMBIE and bool(psutil.wait_procs([process], timeout=10.0)[1])
    return False


def test_an_image_that_does_not_run_is_refused_with_the_reason(podman, tmp_path):
    with pytest.raises(InputError, match=r"--image other: .* holds requirements\.lock \(podman says: .*ValueError"):
        choose(image="other")


def test_where_bubblewrap_may_not_run_that_is_said(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: "/usr/bin/false")
    monkeypatch.setattr(sandbox, "_namespaces", lambda: ["--no-such-option"])
    monkeypatch.setattr(sandbox.subprocess, "run", lambda *a, **k: Ran())
    with pytest.raises(InputError, match=r"bubblewrap does not work here \(no permission\)"):
        choose()


class Ran:
    returncode, stderr = 1, ["bwrap: x", "no permission", ""][1]


SETUP = [("set-up", "import torch\nimport os\nready = 1")]


@pytest.fixture(scope="module")
def worker(tmp_path_factory, guard):
    with Worker(guard, "99_none", SETUP, tmp_path_factory.mktemp("release"), LIMITS) as worker:
        yield worker


def fails(worker, source):
    """How a cell fails that ends its process."""
    with worker.copy() as copy, pytest.raises(FailedError) as failed:
        copy.run("cell", source, 3.0)
    return str(failed.value)


def test_answers_are_called_with_arrays_and_give_arrays(worker):
    with worker.copy() as copy:
        assert copy.run("cell", "def scale(x, shape): return ready * 2 * x, torch.tensor(shape)", 10.0) == ""
        x = np.array([[1.5, -2.0]])
        double, shape = copy.call("scale", Case((x, (3, 4)), ()), 10.0)
        np.testing.assert_array_equal(double, 2 * x)
        np.testing.assert_array_equal(shape, [3, 4])
        assert copy.run("cell", "def through(x, net, y): return net(x) + y", 10.0) == ""
        halves = Perceptron((np.array([[1.0, 0.0], [0.0, -1.0]]), np.array([0.0, 1.0])))
        (seen,) = copy.call("through", Case((x, halves, x), ()), 10.0)
        np.testing.assert_array_equal(seen, [[3.0, 1.0]])
        (slope,) = copy.call("square", case_of_square(copy), 10.0)
        np.testing.assert_array_equal(slope, [4.0, 12.0])
        with pytest.raises(WrongAnswer, match="there is no other yet"):
            copy.call("other", Case((x,), ()), 10.0)
        assert copy.run("cell", "1 / 0", 10.0) == "ZeroDivisionError in line 1: division by zero"
        assert copy.run("cell", "raise ValueError('\\x1b[2J' + 'x' * 1000)", 10.0).count("x") <= 500
        assert copy.show("print(ready)", 10.0) == [{"output_type": "stream", "name": "stdout", "text": "1\n"}]


def case_of_square(copy):
    copy.run("cell", "def square(x): return x**2", 10.0)
    return Case((np.array([1.0, 2.0]),), (), weights=np.array([2.0, 3.0]))


def test_only_the_copy_itself_answers(worker):
    with worker.copy() as copy:
        assert copy.run("cell", "os.fork(); os.fork()", 10.0) == ""
        for number in range(3):  # what others had said would be heard here
            assert copy.show(f"print({number})", 10.0)[0]["text"] == f"{number}\n"


def test_copies_know_nothing_of_each_other(worker):
    with worker.copy() as copy:
        assert copy.run("cell", "ready = 2; open('/tmp/left', 'w').close()", 10.0) == ""
    with worker.copy() as copy:
        assert copy.show("ready", 10.0)[0]["data"] == {"text/plain": "1"}


def test_whatever_ends_a_copy_has_a_reason_and_the_next_one_works(worker):
    assert fails(worker, "os._exit(3)") == "its process ended with exit code 3"
    assert fails(worker, "os.kill(os.getpid(), 9)") == "its process was killed by signal 9"
    assert re.search("signal 9|processes|memory|took more", fails(worker, "while True: os.fork()"))
    garbage = "for fd in range(3, 12):\n    try: os.write(fd, b'\\xff' * 99)\n    except OSError: pass"
    assert fails(worker, garbage).startswith("it answered with something else than arrays")
    start = time.monotonic()
    assert fails(worker, "while True: pass") == "it took more than 20 seconds"  # says the limit, not what is left of it
    assert time.monotonic() - start > 2.9
    with worker.copy() as copy:
        assert copy.run("cell", "ready", 10.0) == ""


def test_what_a_copy_started_ends_with_it(worker):
    with worker.copy() as copy:
        copy.run("cell", "import subprocess; subprocess.Popen(['setsid', 'sleep', '76543'])", 10.0)
        deadline = time.monotonic() + 10
        while not (asleep := sleepers()) and time.monotonic() < deadline:
            time.sleep(0.05)  # between two programs a process has no command line
        assert asleep
    assert not sleepers()


def sleepers():
    return [process for process in psutil.process_iter(["cmdline"]) if "76543" in (process.info["cmdline"] or [])]


def test_neither_the_network_nor_other_files_are_there(worker, tmp_path):
    """The short form of test_attacks.py."""
    canary = tmp_path / "canary.txt"
    canary.write_text("the canary sings")
    with socket.create_server(("127.0.0.1", 0)) as server, worker.copy() as copy:
        port = server.getsockname()[1]
        dial = f"import socket; socket.create_connection(('127.0.0.1', {port}), 2)"
        assert copy.run("cell", dial, 10.0).startswith("ConnectionRefusedError")
        assert copy.run("cell", f"open({str(canary)!r})", 10.0).startswith("FileNotFoundError")
        assert copy.run("cell", f"open({vhlib.__file__!r})", 10.0).startswith("FileNotFoundError")
        refused = copy.run("cell", "open('/kit/vhlib/__init__.py', 'a')", 10.0)
        assert refused.startswith(("OSError", "PermissionError"))


@pytest.mark.skipif(not shutil.which("bwrap"), reason="needs Debian's bubblewrap: apt-get install bubblewrap")
def test_a_course_and_its_environment_may_lie_under_tmp(monkeypatch):
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        root = Path(folder)
        venv.create(root / ".venv", symlinks=True)
        (root / "solutions").mkdir()
        (root / "release").mkdir()
        (root / "release" / "points.csv").write_text("1,2")
        monkeypatch.setattr(sys, "prefix", str(root / ".venv"))
        monkeypatch.setattr(sys, "executable", str(root / ".venv" / "bin" / "python"))
        look = f"import os, sys; print(sys.prefix, os.listdir({folder!r}), os.listdir('.'))"
        spoil = f"open({str(root / '.venv' / 'pyvenv.cfg')!r}, 'a')"
        seen, refused = (
            subprocess.run(
                choose().command(["-c", code], root / "release", LIMITS, "one"),
                capture_output=True,
                text=True,
                check=False,
            )
            for code in (look, spoil)
        )
    assert seen.stderr == ""
    prefix, rest = seen.stdout.split(maxsplit=1)
    assert prefix == str(root / ".venv")
    assert rest.strip() == "['.venv'] ['points.csv']"  # of the course, nothing but the environment
    assert "Read-only file system" in refused.stderr


def test_when_whoever_asks_is_gone_nothing_goes_on(tmp_path):
    """Only a container outlives its starter, but what ends it is inside, and the same everywhere."""
    inside = [*INSIDE, json.dumps(dataclasses.asdict(LIMITS))]
    command = Unguarded().command(inside, tmp_path, LIMITS, "one")
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        endless = {"do": "run", "title": "cell", "source": "while True: pass"}
        assert process.stdin is not None
        assert process.stdout is not None
        for head in ({"assignment": "99_none", "setup": []}, {"do": "copy"}, endless):
            process.stdin.write(pack(Frame(head)))
            process.stdin.flush()
        assert unpack(process.stdout.read).head == {"ready": []}
        while not (copies := psutil.Process(process.pid).children()):
            time.sleep(0.01)
        process.stdin.close()
        assert process.wait(timeout=60.0) == 0
    assert not is_alive(copies[0].pid)


def test_set_up_cells_that_fail_are_nobodys_answer(tmp_path, guard):
    broken = Worker(guard, "99_none", [("set-up", "import nowhere")], tmp_path, LIMITS)
    said = "set-up cells fail in the sandbox: ModuleNotFoundError"
    with broken, pytest.raises(SandboxError, match=said), broken.copy():
        pass


def test_a_sandbox_that_does_not_start_says_why(tmp_path):
    class Broken:
        warning = ""

        def command(self, inside, folder, limits, name):
            return ["sh", "-c", "echo no such luck >&2; exit 1"]

        def ending(self, name):
            return []

    worker = Worker(Broken(), "99_none", SETUP, tmp_path, LIMITS)
    with worker, pytest.raises(SandboxError, match="the sandbox did not start: no such luck"), worker.copy():
        pass
