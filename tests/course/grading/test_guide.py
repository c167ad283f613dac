"""The instructor's guide, word for word, and formgrader on the gradebook that comes of it."""

import csv
import functools
import io
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from vhlib.course.grading import batch, records

REPOSITORY = Path(__file__).parents[3]
GUIDE = REPOSITORY / "solutions" / "README.md"
NAME = "01_body_model"
CHROMIUM = shutil.which("chromium")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not shutil.which("bwrap"), reason="needs Debian's bubblewrap: apt-get install bubblewrap"),
    pytest.mark.filterwarnings("ignore"),  # of nbgrader, SQLAlchemy and Dask: open databases and sockets
]


def commands():
    blocks = re.findall(r"^```sh\n(.*?)^```$", GUIDE.read_text(), re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.strip().split("\n")]


def environment():
    """Programs of this Python, and this copy of the kit."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return os.environ | {"PATH": path, "PYTHONPATH": str(REPOSITORY), "OMP_NUM_THREADS": "1"}


@pytest.fixture(scope="module")
def term(big_school, tmp_path_factory):
    """A course's repository after a term: what each command of the guide printed."""
    root = tmp_path_factory.mktemp("term") / "course"
    git = ["git", "-c", "user.name=Teacher", "-c", "user.email=teacher@example.org"]
    files = subprocess.run([*git, "ls-files"], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    for name in files.stdout.split("\n"):
        if (REPOSITORY / name).is_file():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(REPOSITORY / name, root / name)
    for other in (path for path in (root / "solutions").glob("*/") if path.name != NAME):
        shutil.rmtree(other)  # one assignment is enough to show it
        shutil.rmtree(root / "assignments" / other.name, ignore_errors=True)
    for step in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "--message", "The course"]):
        subprocess.run([*git, *step], cwd=root, check=True)
    (root / "students.csv").write_text(
        "id,first_name,last_name,email,lms_user_id\n"
        'ada,"Ada, Countess",Lovelace,ada@example.org,17\nben,Ben,Broken,ben@example.org,18\n'
    )
    big_school.root = root
    big_school.hand_in("ada", big_school.notebook(blend_shapes="def blend_shapes(betas, shapedirs): return 0"))
    big_school.hand_in("ben", b"")
    printed = {}
    for command in commands():
        ran = subprocess.run(
            command.split(), cwd=root, env=environment(), capture_output=True, text=True, check=False, timeout=900
        )
        printed[command] = (ran.returncode, ran.stdout + ran.stderr)
    return root, printed


def test_the_guide_has_ten_commands_that_do_what_it_says(term):
    root, printed = term
    assert len(commands()) == 10
    for command, (code, said) in printed.items():
        ungraded = command == f"vh course autograde {NAME}"  # ben's file is empty: the command says so and exits 1
        assert code == (1 if ungraded else 0), (command, said)
    assert "ben: not graded: the file is empty" in printed[f"vh course autograde {NAME}"][1]
    assert "1 of 1 submissions" in printed[f"vh course autograde {NAME} --student ada --force"][1]
    assert "- `ben`: not graded: the file is empty" in printed[f"vh course report {NAME}"][1]
    assert "2 pages in" in printed[f"vh course feedback {NAME}"][1]
    rows = list(csv.reader(io.StringIO((root / "marks.csv").read_text())))
    assert rows[2] == ["Lovelace, Ada, Countess", "17", "", "ada", "", "15"]
    assert rows[3] == ["Broken, Ben", "18", "", "ben", "", "0"]
    students = root.parent / "virtual-humans-students"
    assert (students / "assignments" / NAME / f"{NAME}.ipynb").is_file()
    assert not (students / "solutions").exists()


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="needs Debian's chromium: apt-get install chromium")
def test_formgrader_opens_and_shows_marks_and_comments(term, tmp_path):
    driver = pytest.importorskip("playwright.sync_api", reason="needs the Python package playwright")
    root, _ = term
    with Server(root, tmp_path) as address, driver.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page()
        page.set_default_timeout(60_000)
        page.goto(f"{address}/formgrader/gradebook/{NAME}/{NAME}")
        page.get_by_role("link", name="Submission #1").wait_for()
        rows = page.locator("table tbody tr").all_inner_texts()
        assert any("15" in row for row in rows), rows
        number = next(place for place, row in enumerate(rows) if "15" in row)
        page.locator("table tbody tr").nth(number).get_by_role("link").first.click()
        rubric = "[...document.querySelectorAll('textarea.comment')].some(box => box.placeholder.startsWith('Rubric:'))"
        page.wait_for_function(rubric)
        assert page.locator("input.score").count() == 15
        comments = page.locator("textarea.comment")
        # An automatic comment stands there in grey until a person writes another one.
        said = [comments.nth(place).get_attribute("placeholder") or "" for place in range(comments.count())]
        assert any("are not added up right" in words for words in said), said
        browser.close()


class Server:
    """A Jupyter server with formgrader, in a course's folder."""

    def __init__(self, root, scratch):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        places = {f"JUPYTER_{kind}_DIR": str(scratch / kind.lower()) for kind in ("CONFIG", "DATA", "RUNTIME")}
        command = [sys.executable, "-m", "jupyter_server", "--no-browser", "--allow-root", f"--port={port}"]
        command += ["--ServerApp.ip=127.0.0.1", "--IdentityProvider.token=", "--ServerApp.password="]
        command += ["--ServerApp.jpserver_extensions={'nbgrader.server_extensions.formgrader': True}"]
        self._log = (scratch / "log").open("w")
        self._process = subprocess.Popen(
            command, cwd=root, env=environment() | places, stdout=self._log, stderr=subprocess.STDOUT
        )
        self._address = f"http://127.0.0.1:{port}"

    def __enter__(self):
        for _ in range(400):
            try:
                with urllib.request.urlopen(f"{self._address}/api/status", timeout=2):
                    return self._address
            except (urllib.error.URLError, OSError):
                time.sleep(0.3)
        self.__exit__()
        pytest.fail("the Jupyter server did not start")

    def __exit__(self, *_):
        self._process.terminate()
        self._process.wait(30)
        self._log.close()


def test_a_batch_that_is_stopped_goes_on_where_it_stopped(school):
    for number in range(3):
        school.hand_in(f"broken{number}", b"<html>")
    school.hand_in("endless", school.notebook(blend_shapes="while True: pass"))
    vh = [sys.executable, "-m", "vhlib", "course", "autograde", NAME, "--seconds", "300"]
    # Tests that run in the background of a shell ignore the key, and so would their children.
    heeds = functools.partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    with subprocess.Popen(vh, cwd=school.root, env=environment(), stderr=subprocess.DEVNULL, preexec_fn=heeds) as ran:
        deadline = time.monotonic() + 400
        while sum(records.read(school.root, NAME, f"broken{n}") is not None for n in range(3)) < 3:
            assert time.monotonic() < deadline
            assert ran.poll() is None
            time.sleep(0.5)
        ran.send_signal(signal.SIGINT)
        assert ran.wait(120) == 130
    assert batch.plan(school.root, NAME) == ("endless",)
    assert batch.plan(school.root, NAME, force=True) == ("broken0", "broken1", "broken2", "endless")
