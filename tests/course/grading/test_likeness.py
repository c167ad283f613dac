import ast
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vhlib.course import planted
from vhlib.course.grading.likeness import LIKE, pairs, runs

ANSWERS = Path(__file__).parents[3] / "solutions" / "01_body_model" / "answers"

LONG = '''
def forward(rotations, joints, parents):
    """Pose the joints."""
    turned, places = [], []
    for joint, parent in enumerate(parents):
        if parent < 0:
            turned.append(rotations[:, joint])
            places.append(joints[:, joint])
        else:
            offset = joints[:, joint] - joints[:, parent]
            turned.append(turned[parent] @ rotations[:, joint])
            places.append(places[parent] + (turned[parent] @ offset[..., None])[..., 0])
    return torch.stack(turned, 1), torch.stack(places, 1)
'''
DISGUISED = LONG.replace("turned", "a").replace("places", "b").replace('"""Pose the joints."""', "# mine")
OTHER = """
def forward(rotations, joints, parents):
    motions = torch.eye(4).repeat(*joints.shape[:2], 1, 1)
    motions[..., :3, :3] = rotations
    motions[:, 0, :3, 3] = joints[:, 0]
    motions[:, 1:, :3, 3] = joints[:, 1:] - joints[:, list(parents[1:])]
    world = [motions[:, 0]]
    for joint in range(1, len(parents)):
        world.append(world[parents[joint]].matmul(motions[:, joint]))
    world = torch.stack(world, dim=1)
    return world[..., :3, :3], world[..., :3, 3]
"""


def test_a_copy_in_disguise_is_found_and_other_work_is_not():
    class_ = {"ann": {"q": LONG}, "ben": {"q": DISGUISED}, "cem": {"q": OTHER}}
    (pair,) = pairs(class_)
    assert (pair.first, pair.second, pair.overlap) == ("ann", "ben", 1.0)


def test_the_planted_alternatives_are_not_alike():
    """Ten honest ways to the same functions: none is taken for a copy of another."""
    right = [answer for answer in planted.read(ANSWERS) if answer.loses is None]
    questions = {answer.question for answer in right}
    ways = {q: [answer.source for answer in right if answer.question == q] for q in questions}
    class_ = {f"student {n}": {q: sources[n % len(sources)] for q, sources in ways.items()} for n in range(2)}
    assert pairs(class_) == ()


def test_short_answers_are_not_compared():
    assert pairs({name: {"q": "def double(x):\n    return 2 * x"} for name in ("ann", "ben")}) == ()


def test_what_everybody_has_says_nothing():
    assert pairs({f"student {number}": {"q": LONG} for number in range(8)}) == ()
    assert len(pairs({"ann": {"q": LONG}, "ben": {"q": LONG}} | {f"s{n}": {"q": OTHER} for n in range(8)})) == 1


NAMES = st.sampled_from(["first", "second", "third", "x", "theta", "ω"])


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from(["joint", "parent", "offset", "turned", "places"]), NAMES))
def test_names_do_not_count(renamed):
    class Rename(ast.NodeTransformer):
        def visit_Name(self, node):
            node.id = renamed.get(node.id, node.id)
            return node

    assert runs(ast.unparse(Rename().visit(ast.parse(LONG)))) == runs(LONG)


def test_code_that_does_not_parse_is_compared_word_by_word():
    broken = "def f(:\n" + " ".join(f"word{number}" for number in range(80))
    (pair,) = pairs({"ann": {"q": broken}, "ben": {"q": broken}})
    assert pair.overlap == 1
    assert LIKE < 1
