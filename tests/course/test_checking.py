"""Whether an assignment is fit to be released: each thing that must hold is broken once and must be reported."""

import json
import shutil

import pytest

from vhlib.core.errors import InputError
from vhlib.course import checking
from vhlib.course.building import build_aside


@pytest.fixture
def release(toy, tmp_path):
    return build_aside(toy.root, "99_toy", tmp_path / "release")


def problems(toy, release):
    return checking.problems(toy.source, release, seed=3)


def only(found):
    assert len(found) == 1, found
    return found[0]


def test_a_sound_assignment_has_no_problems(toy):
    assert checking.check(toy.root, "99_toy", seed=0) == ()


def test_building_aside_leaves_the_course_alone(toy, release):
    assert sorted(path.name for path in toy.root.iterdir()) == ["grading", "nbgrader_config.py", "solutions"]
    assert list((toy.root / "grading").iterdir()) == []
    assert [path.name for path in release.iterdir()] == ["99_toy.ipynb"]


def test_an_unknown_assignment_is_refused_with_those_there_are(toy):
    with pytest.raises(InputError, match=r"98_none: no such assignment in .*there are: 99_toy"):
        checking.check(toy.root, "98_none", seed=0)


def test_a_solution_that_loses_points_is_reported_by_both_scorers(toy, release):
    toy.change("toy_double", lambda source: source.replace("2 * x", "2 * x.abs()"))
    found = "\n".join(problems(toy, release))
    assert "the solution fails in 'Test: toy_double': at [0] expected -2, got 2" in found
    assert "checks.py take 1 points from the solution: Negative numbers are not doubled. (off by" in found


def test_an_oracle_that_asks_for_something_else_is_reported(toy, release):
    toy.replace("checks.py", "scaled(4, 1)", "scaled(5, 1)")
    assert "toy_total: checks.py take 2 points from the solution" in "\n".join(problems(toy, release))


def test_a_test_that_cannot_fail_is_reported(toy, tmp_path):
    toy.change("toy_double-positive", lambda _: "# Test: nothing\ndef test():\n    pass\n\ntest()")
    found = checking.check(toy.root, "99_toy", seed=0)
    assert "toy_double-positive: the release passes this test without an answer" in found


def test_an_oracle_that_pays_for_nothing_is_reported(toy, release):
    toy.replace("checks.py", "yield Case((x,), (factor * x,))", "yield from ()")
    found = "\n".join(problems(toy, release))
    assert "toy_double-positive: checks.py give the release 1 points" in found
    assert "the wrong answer 'triples' should lose 100%, checks.py take 0%" in found


def test_a_wrong_answer_that_loses_too_little_is_reported(toy, release):
    toy.replace("answers/toy_double.py", "loses 0.5: forgets", "loses 0.75: forgets")
    assert problems(toy, release) == (
        "toy_double: the wrong answer 'forgets the sign' should lose 75%, checks.py take 50%",
        "toy_double: the wrong answer 'forgets the sign' should lose 75%, the notebook's tests take 50%",
    )


def test_an_alternative_that_loses_is_reported_with_the_reason(toy, release):
    toy.replace("answers/toy_double.py", "return x + x", "return (x + x).float()")
    found = only(problems(toy, release))
    assert found.startswith("toy_double: checks.py take 100% from the alternative 'adds': Positive numbers are not")
    assert found.endswith("(expected float64, as the input is, got float32)")


def test_too_few_planted_answers_are_reported(toy, release):
    toy.replace("answers/toy_total.py", "# %% wrong, loses 1.0: nothing\ndef toy_total(x): return x\n", "")
    assert only(problems(toy, release)) == (
        "toy_total: it needs 4 wrong answers and 2 alternatives in answers/, it has 3 and 2"
    )


def test_answers_to_no_question_are_reported(toy, release):
    shutil.copy(toy.source / "answers" / "toy_total.py", toy.source / "answers" / "toy_totall.py")
    assert only(problems(toy, release)) == "answers/toy_totall.py: no auto question has this name"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('"points": 2', '"points": 3', "toy_total-value: checks.py gives it 2 points, the notebook 3 points"),
        ("toy_total-value", "toy_total-worth", "toy_total-value: checks.py gives it 2 points, the notebook nothing"),
        (
            "| `toy_total` | 2 |",
            "| `toy_total` | 3 |",
            "toy_total: the notebook's table has no row that gives it 2 points",
        ),
        ("**5** |", "**6** |", "the notebook's table should end with a total of **5**"),
        (
            '"grade_id": "toy_essay"',
            '"grade_id": "toy_words"',
            "checks.py declares ['toy_double', 'toy_total', 'toy_essay'], "
            "the notebook asks ['toy_double', 'toy_total', 'toy_words']",
        ),
    ],
)
def test_points_and_questions_that_disagree_are_reported(toy, release, old, new, says):
    toy.replace("99_toy.ipynb", old, new)
    assert says in problems(toy, release)


def test_a_test_that_leaves_names_behind_is_reported(toy, release):
    toy.change("toy_double-positive", lambda source: "helper = 3\n" + source)
    assert only(problems(toy, release)) == (
        "'helper = 3': write it as `def test(): …` and `test()`; other names could hide a student's own"
    )


def test_a_question_the_library_has_no_exercise_for_is_reported(toy, release):
    toy.replace("checks.py", ", together=True", "")
    assert only(problems(toy, release)) == "toy_total: the library has no such exercise"


def test_an_exercise_that_nobody_asks_is_reported(toy, release, tmp_path):
    library = tmp_path / "toy_library.py"
    library.write_text(library.read_text() + '\n@exercise("99_toy")\ndef toy_half(x):\n    return x / 2\n')
    try:
        assert only(problems(toy, release)) == "toy_half: no question asks for this exercise"
    finally:
        checking.exercises._SLOTS.pop("toy_half")


def test_a_question_that_leans_on_an_earlier_cell_is_reported(toy, release):
    toy.change("toy_double", lambda source: source + "\n\ndef helper(x):\n    return 4 * x")
    toy.change("toy_total", lambda source: source.replace("return toy_library.toy_chain(x)", "return helper(x)"))
    found = problems(toy, release)
    assert any("the library's answers to earlier questions" in problem and "'helper'" in problem for problem in found)


def leak(toy, release):
    return list(checking.leaks(toy.source, release))


def add_to_release(release, text, kind="markdown"):
    path = release / "99_toy.ipynb"
    content = json.loads(path.read_text())
    output = {"output_type": "stream", "name": "stdout", "text": [text]}
    code = {"execution_count": None, "outputs": [output], "source": ""}
    content["cells"].append(
        {"cell_type": kind, "id": "more", "metadata": {}, **({"source": text} if kind == "markdown" else code)}
    )
    path.write_text(json.dumps(content))


HIDDEN = "expect(mine.toy_total(torch.tensor([0.5])), torch.tensor([2.0]), within=1e-6)"


@pytest.mark.parametrize(
    "secret",
    [
        HIDDEN,
        "twice_as_much_as_x = 2 * x",
        "once = toy_double(x)",
        "x = sign * np.abs(generator.normal(size=3))",
        "Because the model answer says so.",
    ],
    ids=["hidden test", "solution", "planted answer", "check", "model answer"],
)
@pytest.mark.parametrize("kind", ["markdown", "code"])
def test_secret_text_in_a_cell_or_an_output_is_reported(toy, release, secret, kind):
    assert leak(toy, release) == []
    add_to_release(release, f"see: {secret}", kind)
    assert only(leak(toy, release)) == f"99_toy.ipynb: it shows students the line {secret!r}"


def test_secret_text_in_a_file_beside_the_notebook_is_reported(toy, release):
    (release / "notes.txt").write_text(HIDDEN)
    assert only(leak(toy, release)) == f"notes.txt: it shows students the line {HIDDEN!r}"


def test_a_release_with_a_hidden_region_is_reported(toy, release):
    shutil.copy(toy.notebook, release / "99_toy.ipynb")
    found = leak(toy, release)
    assert "99_toy.ipynb: it still has a region 'BEGIN HIDDEN TESTS'" in found
    assert "99_toy.ipynb: it still has a region 'BEGIN SOLUTION'" in found


@pytest.mark.parametrize(("ignored", "leaks"), [("checks.py", "checks.py"), ("answers", "answers/toy_double.py")])
def test_what_nbgrader_copies_when_it_is_not_ignored_is_reported(toy, ignored, leaks):
    config = toy.root / "nbgrader_config.py"
    config.write_text(config.read_text().replace(f'"{ignored}"', '"nothing"'))
    found = checking.check(toy.root, "99_toy", seed=0)
    assert f"{leaks}: this file must not reach students" in found


def test_hidden_tests_that_nbgrader_does_not_cut_are_reported(toy):
    config = toy.root / "nbgrader_config.py"
    config.write_text(config.read_text() + '\nc.ClearHiddenTests.begin_test_delimeter = "HIDE FROM HERE"\n')
    config.write_text(config.read_text() + 'c.ClearHiddenTests.end_test_delimeter = "HIDE TO HERE"\n')
    found = checking.check(toy.root, "99_toy", seed=0)
    assert "99_toy.ipynb: it still has a region 'BEGIN HIDDEN TESTS'" in found


def test_a_source_that_nbgrader_refuses_is_refused_with_its_words(toy):
    toy.change("toy_double", lambda source: source.replace("### END SOLUTION", ""))
    with pytest.raises(InputError, match=r"99_toy: nbgrader could not build it: .*no end solution statement"):
        checking.check(toy.root, "99_toy", seed=0)
