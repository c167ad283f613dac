"""nbgrader itself on the first assignment: release, autograde, feedback, and formgrader in a browser."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from html.parser import HTMLParser
from pathlib import Path

import pytest

from vhlib.course import notebook, planted
from vhlib.course.building import build, config

REPOSITORY = Path(__file__).parents[2]
NAME = "01_body_model"
SOLUTION = REPOSITORY / "solutions" / NAME
CHROMIUM = shutil.which("chromium")

pytestmark = [
    pytest.mark.slow,
    # nbgrader, SQLAlchemy and the kernels warn of what is theirs: open databases and sockets, deprecated names.
    pytest.mark.filterwarnings("ignore"),
]


def fill(release: Path, submitted: Path, answers: dict[str, str]) -> None:
    """Hand a release in with these answers, by cell id."""
    content = json.loads(release.read_text())
    for cell in content["cells"]:
        cell["source"] = answers.get(cell["id"], cell["source"])
    submitted.parent.mkdir(parents=True)
    submitted.write_text(json.dumps(content))


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """The course with three submissions, autograded by nbgrader as it is configured."""
    from nbgrader.apps import NbGraderAPI

    root = tmp_path_factory.mktemp("course")
    shutil.copy(REPOSITORY / "nbgrader_config.py", root)
    shutil.copytree(SOLUTION, root / "solutions" / NAME)
    release = build(root, NAME) / f"{NAME}.ipynb"
    solved = {
        cell.question: cell.source
        for cell in notebook.read(SOLUTION / f"{NAME}.ipynb")
        if cell.kind in ("answer", "written")
    }
    wrong = {answer.title: answer.source for answer in planted.read(SOLUTION / "answers")}
    swapped = next(source for title, source in wrong.items() if "wrong order" in title)
    noisy = "import warnings\nwarnings.warn('only a warning')\n" + solved["blend_shapes"]
    submissions = {
        "ada": solved | {"blend_shapes": noisy},
        "ben": {},
        "eve": solved | {"forward_kinematics": swapped, "linear_blend_skinning": "def linear_blend_skinning(:\n"},
    }
    api = NbGraderAPI(config=config(root))
    for student, answers in submissions.items():
        fill(release, root / "grading" / "submitted" / student / NAME / f"{NAME}.ipynb", answers)
        outcome = api.autograde(NAME, student)
        assert outcome["success"], outcome.get("error")
    outcome = api.generate_feedback(NAME)
    assert outcome["success"], outcome.get("error")
    return root


def scores(course: Path, student: str) -> dict[str, float | None]:
    """What nbgrader gave each graded cell."""
    from nbgrader.api import Gradebook

    with Gradebook(config(course).CourseDirectory.db_url) as gradebook:
        submission = gradebook.find_submission_notebook(NAME, NAME, student)
        return {grade.name: grade.auto_score for grade in submission.grades}


POINTS = {
    f"{cell.question}-{cell.criterion}".rstrip("-"): cell.points
    for cell in notebook.read(SOLUTION / f"{NAME}.ipynb")
    if cell.kind in ("test", "written")
}


def test_a_perfect_submission_gets_every_point_and_waits_for_a_person(course):
    assert scores(course, "ada") == POINTS | {"collapse": None}
    assert sum(POINTS.values()) == 25


def test_an_empty_submission_gets_nothing(course):
    assert scores(course, "ben") == dict.fromkeys(POINTS, 0)


def test_a_partial_submission_loses_each_mistake_once(course):
    lost = {name: points for name, points in POINTS.items() if scores(course, "eve")[name] != points}
    assert set(lost) == {
        "forward_kinematics-chain",
        "forward_kinematics-tree",
        "linear_blend_skinning-rest",
        "linear_blend_skinning-bone",
        "linear_blend_skinning-blend",
        "my_body-shape",
        "my_body-pose",
        "collapse",
    }


def test_what_is_graded_holds_no_checks_and_no_planted_answers(course):
    graded = {path.name for path in (course / "grading" / "autograded").rglob("*") if path.is_file()}
    assert graded == {f"{NAME}.ipynb"}
    assert {path.name for path in (course / "assignments").rglob("*") if path.is_file()} == {f"{NAME}.ipynb"}


def test_feedback_says_what_was_wrong_and_shows_no_hidden_test(course):
    hidden = {
        line.strip()
        for cell in notebook.read(SOLUTION / f"{NAME}.ipynb")
        for line in notebook.inside(cell.source, "HIDDEN TESTS").split("\n")
        if len(line.strip()) > 30
    }
    assert len(hidden) > 30
    for student in ("ada", "ben", "eve"):
        page = (course / "grading" / "feedback" / student / NAME / f"{NAME}.html").read_text()
        text = _plain(page)
        assert "Further checks are not shown." in text
        assert "HIDDEN TESTS" not in text
        assert not [line for line in hidden if line in text]
    assert "the order was swapped" in text


class _Text(HTMLParser):
    """The text of an HTML page."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []

    def handle_data(self, data: str) -> None:
        self.pieces.append(data)


def _plain(page: str) -> str:
    parser = _Text()
    parser.feed(page)
    return "".join(parser.pieces)


@pytest.fixture
def formgrader(course, tmp_path):
    """The address of a Jupyter server in the course's folder."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    places = {f"JUPYTER_{kind}_DIR": str(tmp_path / kind.lower()) for kind in ("CONFIG", "DATA", "RUNTIME")}
    command = [sys.executable, "-m", "jupyter_server", "--no-browser", "--allow-root", f"--port={port}"]
    command += ["--ServerApp.ip=127.0.0.1", "--IdentityProvider.token=", "--ServerApp.password="]
    command += ["--ServerApp.jpserver_extensions={'nbgrader.server_extensions.formgrader': True}"]
    with (tmp_path / "log").open("w") as log:
        server = subprocess.Popen(command, cwd=course, env=os.environ | places, stdout=log, stderr=subprocess.STDOUT)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(400):
            if _answers(address):
                break
            time.sleep(0.3)
        else:
            pytest.fail(f"the Jupyter server did not start:\n{(tmp_path / 'log').read_text()[-2000:]}")
        yield address
    finally:
        server.terminate()
        server.wait(30)


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/api/status", timeout=2):
            return True
    except (urllib.error.URLError, OSError):
        return False


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="needs Debian's chromium: apt-get install chromium")
def test_formgrader_opens_a_submission_and_takes_a_mark(course, formgrader):
    driver = pytest.importorskip("playwright.sync_api", reason="needs the Python package playwright")
    with driver.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page()
        page.set_default_timeout(60_000)
        page.goto(f"{formgrader}/formgrader/gradebook/{NAME}/{NAME}")
        page.get_by_role("link", name="Submission #1").click()
        page.wait_for_load_state("networkidle")
        mark = page.locator("input.score#collapse")
        with page.expect_response(lambda answer: "/api/grade/" in answer.url and answer.request.method == "PUT"):
            mark.fill("3")
            mark.press("Tab")
        browser.close()
    from nbgrader.api import Gradebook

    with Gradebook(config(course).CourseDirectory.db_url) as gradebook:
        given = [
            gradebook.find_submission_notebook(NAME, NAME, student).written_score for student in ("ada", "ben", "eve")
        ]
    assert sorted(given) == [0, 0, 3]
