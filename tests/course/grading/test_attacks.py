"""What hostile code reaches from inside: nothing. One submission that tries everything, in a real sandbox."""

import hashlib
import re
import socket
import threading

import psutil
import pytest

from vhlib.course.building import config
from vhlib.course.grading.marking import Job, grade
from vhlib.course.grading.sandbox import Limits

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),  # nbgrader, SQLAlchemy: open databases, deprecated names
]

TRY = """
def attempt(what, do):
    try:
        print("REACHED", what, do())
    except BaseException as error:
        print("blocked", what, type(error).__name__)
"""

ATTACKS = {
    "read": """
import os
for path in {paths!r}:
    attempt(f"read {{path}}", lambda: open(path, "rb").read()[:20])
    attempt(f"list {{path}}", lambda: os.listdir(path))
    attempt(f"write {{path}}", lambda: open(path, "ab").write(b"x"))
names = ["/proc/1/environ", f"/proc/{{os.getppid()}}/environ", "/proc/self/environ"]
attempt("environment", lambda: [name for name in names if b"VH_CANARY" in open(name, "rb").read()] or 1 / 0)
""",
    "gradebook": """
import sqlite3
def change():
    connection = sqlite3.connect("{root}/grading/gradebook.db")
    connection.execute("update grade set manual_score = 3.0")
    connection.commit()
attempt("gradebook", change)
""",
    "network": """
import socket
for host in [("127.0.0.1", {port}), ("1.1.1.1", 53), ("169.254.169.254", 80)]:
    attempt(f"network {{host}}", lambda: socket.create_connection(host, 2))
""",
    "system": """
import ctypes, subprocess
for place in ("/usr/vh-was-here", "/kit/vhlib/vh-was-here", "/vh-was-here", "/dev/vh-was-here"):
    attempt(f"write {{place}}", lambda: open(place, "w"))
attempt("mount", lambda: ctypes.CDLL(None).mount(b"none", b"/usr", b"tmpfs", 0, None) and 1 / 0 or 1)
attempt("setuid", lambda: os.setuid(os.getuid() + 1))
attempt("larger limits", lambda: __import__("resource").setrlimit(__import__("resource").RLIMIT_DATA, (-1, -1)))
""",
    "large file": """
def fill():
    with open("/tmp/large", "wb") as file:
        for _ in range(200):
            file.write(bytes(2**20))
import signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
attempt("large file", fill)
""",
    "daemon": """
import subprocess
subprocess.Popen(["setsid", "sleep", "98765"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
print("REACHED nothing, but started a daemon")
""",
}


@pytest.fixture
def listener():
    """A socket that nobody must reach; counts who does."""
    came: list[object] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        over = threading.Event()

        def listen():
            while not over.is_set():
                try:
                    connection, _ = server.accept()
                except TimeoutError:
                    continue
                connection.close()
                came.append(connection)

        thread = threading.Thread(target=listen)
        thread.start()
        yield server.getsockname()[1], came
        over.set()
        thread.join()


def test_nothing_outside_is_read_or_changed(school, guard, listener, tmp_path, monkeypatch):
    monkeypatch.setenv("VH_CANARY", "a token of whoever grades")
    port, came = listener
    canary = tmp_path / "canary.txt"
    canary.write_text("the canary sings")
    gradebook = school.root / "grading" / "gradebook.db"
    other = school.hand_in("ada", school.notebook())
    paths = [canary, school.root, other, gradebook, school.root / "solutions" / "01_body_model" / "checks.py"]
    content = school.notebook()
    for name, source in reversed({"attempt": TRY, **ATTACKS}.items()):
        filled = (
            source
            if name == "attempt"
            else source.format(paths=[str(path) for path in paths], root=school.root, port=port)
        )
        content["cells"].insert(4, {"cell_type": "code", "id": name, "metadata": {}, "source": filled, "outputs": []})
    school.hand_in("eve", content)
    before = {path: path.read_bytes() for path in school.root.rglob("*") if path.is_file()}

    graded = grade(Job(school.root, "01_body_model", "eve", guard, Limits(seconds=60.0), seed=1))

    after = {path: path.read_bytes() for path in school.root.rglob("*") if path.is_file()}
    assert after == before
    assert hashlib.md5(gradebook.read_bytes()).digest() == hashlib.md5(before[gradebook]).digest()
    assert canary.read_text() == "the canary sings"
    assert came == []
    assert not [p for p in psutil.process_iter(["cmdline"]) if "98765" in (p.info["cmdline"] or [])]
    said = "".join(output.get("text", "") for cell in graded.notebook["cells"] for output in cell.get("outputs", []))
    assert re.findall("^REACHED.*", said, re.MULTILINE) == ["REACHED nothing, but started a daemon"]
    assert len(re.findall("^blocked", said, re.MULTILINE)) == 3 * len(paths) + 1 + 1 + 3 + 4 + 3 + 1
    # Nothing of this is a reason to take points away.
    assert graded.record.earned == 21
    assert config(school.root).CourseDirectory.db_url.endswith(str(gradebook))
