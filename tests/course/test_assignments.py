"""The course's own assignments: fit to be released, released as their source stands, and nothing secret in them."""

from pathlib import Path

import pytest

from vhlib import exercises
from vhlib.course import checking, colab, notebook, planted, questions
from vhlib.course.building import assignments, build_aside
from vhlib.course.release import contents
from vhlib.course.running import Session

REPOSITORY = Path(__file__).parents[2]
NAMES = assignments(REPOSITORY)


@pytest.mark.parametrize("name", NAMES)
def test_it_may_be_released(name):
    release = REPOSITORY / "assignments" / name
    # The oracles' inputs are drawn with this seed; `vh course check` takes a fresh one each time.
    assert checking.problems(REPOSITORY / "solutions" / name, release, seed=0) == ()


@pytest.mark.parametrize("name", NAMES)
def test_it_is_released_as_its_source_stands_byte_for_byte(name, tmp_path):
    assert contents(REPOSITORY / "assignments" / name) == contents(build_aside(REPOSITORY, name, tmp_path))


def test_there_is_a_source_for_each_release_and_a_release_for_each_source():
    assert {path.name for path in (REPOSITORY / "assignments").iterdir()} == set(NAMES)


def test_no_check_and_no_planted_answer_stands_among_the_releases():
    names = [path.name for path in (REPOSITORY / "assignments").rglob("*")]
    assert not {"checks.py", "answers", "solutions"} & set(names)
    text = b"\n".join(contents(REPOSITORY / "assignments").values()).decode()
    for secret in ("Criterion(", "ASSIGNMENT =", "# %% wrong", "# %% alternative", "HIDDEN TESTS", "BEGIN SOLUTION"):
        assert secret not in text


def test_exercises_and_questions_match_one_to_one():
    import vhlib.body
    import vhlib.geometry

    assert vhlib.body
    assert vhlib.geometry
    declared = (questions.load(REPOSITORY / "solutions" / name) for name in NAMES)
    asked = {(a.name, question.name) for a in declared for question in a.auto if not question.together}
    assert asked == {(exercise.assignment, exercise.name) for exercise in exercises.listing()}


@pytest.mark.parametrize("name", NAMES)
def test_the_first_code_cell_is_that_of_every_notebook(name):
    cells = notebook.read(REPOSITORY / "solutions" / name / f"{name}.ipynb")
    assert next(cell.source for cell in cells if cell.kind != "text") == colab.cell()


# What the visible tests say to a wrong answer, by words in its title. A student who reads this knows where to look.
SAID = [
    ("axis_angle_to_matrix", "transposed", "it was transposed: look at the signs in K"),
    ("axis_angle_to_matrix", "takes the angle for degrees", "the angle was taken for degrees"),
    ("axis_angle_to_matrix", "symmetric instead of skew", "K was symmetric"),
    ("axis_angle_to_matrix", "which gives NaN at zero", "9 of 9 numbers are NaN or infinite: a division by 0?"),
    ("axis_angle_to_matrix", "reaches the gradient", "3 of 3 numbers are NaN or infinite"),
    ("axis_angle_to_matrix", "forgets to divide the axis", "K was not divided by θ"),
    ("axis_angle_to_matrix", "leaves it to the library", "must not call the library's axis_angle_to_matrix"),
    ("blend_shapes", "reshapes", "shapedirs was reshaped: that mixes its axes up"),
    ("blend_shapes", "averages", "the offsets were averaged"),
    ("blend_shapes", "first body's coefficients", "every body got the first one's coefficients"),
    ("blend_shapes", "forgets its sign", "the signs of the coefficients were lost"),
    ("forward_kinematics", "wrong order", "the order was swapped"),
    ("forward_kinematics", "forgets to subtract", "the parent's place at rest was not subtracted"),
    ("forward_kinematics", "at the origin", "the root was put at the origin"),
    ("forward_kinematics", "rotation is missing", "the root's rotation was left out"),
    ("forward_kinematics", "its own joint", "each bone turned with its own joint"),
    ("forward_kinematics", "the one before it", "each joint hung on the one before it: use `parents`"),
    ("forward_kinematics", "local rotations as they came", "came back as they were, relative to the parent"),
    ("forward_kinematics", "transposes", "the rotations were transposed"),
    ("linear_blend_skinning", "forgets to subtract", "the joints at rest were not subtracted"),
    ("linear_blend_skinning", "every joint counts alike", "all joints counted alike"),
    ("linear_blend_skinning", "strongest joint", "only the largest weight counted"),
    ("linear_blend_skinning", "transposed", "the rotations were transposed"),
    ("linear_blend_skinning", "leaves them there", "the posed joints were not used"),
    ("my_body", "none of the student's", "must not call the library's axis_angle_to_matrix"),
    ("my_body", "forgets the shape", "the shape was left out"),
    ("my_body", "forgets the pose", "the pose was left out"),
    ("my_body", "returns the joints", "expected the shape (2, 6890, 3), got (2, 24, 3)"),
]


@pytest.fixture(scope="module")
def released():
    return notebook.read(REPOSITORY / "assignments" / "01_body_model" / "01_body_model.ipynb")


@pytest.fixture(scope="module")
def session(released):
    """The released notebook with its set-up run and every question answered by the solution."""
    solved = notebook.read(REPOSITORY / "solutions" / "01_body_model" / "01_body_model.ipynb")
    session = Session()
    for cell in solved:
        if cell.kind in ("setup", "answer"):
            session.run(cell.source, cell.title)
    return session


@pytest.mark.parametrize(("question", "title", "words"), SAID, ids=[f"{q}: {t}" for q, t, _ in SAID])
def test_the_visible_tests_say_in_words_what_is_wrong(released, session, question, title, words):
    answers = planted.read(REPOSITORY / "solutions" / "01_body_model" / "answers")
    (wrong,) = (answer for answer in answers if answer.question == question and title in answer.title)
    with session.aside():
        session.run(wrong.source, question)
        tests = [cell for cell in released if cell.kind == "test" and cell.question == question]
        said = [session.test(cell.source, cell.title) for cell in tests]
    assert any(words in line for line in said), said
