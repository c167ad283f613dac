"""The trusted checks of 01_body_model: references in numpy and scipy, in float64, that share no code with the library.

Only `read_body` is the kit's: it gives the body's arrays, which are data and not what is asked.
"""

from collections.abc import Iterator

import numpy as np
from scipy.spatial.transform import Rotation

from vhlib.body import read_body
from vhlib.core.paths import shipped
from vhlib.course.questions import Assignment, Case, Criterion, Question, Written

Generator = np.random.Generator

SINGLE = "float32 carries seven digits; a chain of some dozen products keeps five of them"
DOUBLE = "float64 carries sixteen digits; what went through float32, or had 1e-8 added to an angle, is off by 1e-8"


# --- 1 · Rodrigues' formula -------------------------------------------------------------------------------------------


def matrices(axis_angle: np.ndarray) -> np.ndarray:
    """Rotation matrices by scipy, which goes by way of quaternions."""
    turns = Rotation.from_rotvec(axis_angle.reshape(-1, 3)).as_matrix()
    return turns.reshape(*axis_angle.shape, 3)


def axis_angles(generator: Generator, shape: tuple[int, ...], largest: float = np.pi) -> np.ndarray:
    """Any axis, any angle up to the largest."""
    axis = generator.normal(size=(*shape, 3))
    return axis / np.linalg.norm(axis, axis=-1, keepdims=True) * generator.uniform(0.1, largest, (*shape, 1))


def turns(generator: Generator) -> Iterator[Case]:
    for shape in ((), (7,), (2, 3)):
        axis_angle = axis_angles(generator, shape, 3 * np.pi).astype(np.float32)
        yield Case((axis_angle,), (matrices(axis_angle.astype(np.float64)).astype(np.float32),))


def small_turns(generator: Generator) -> Iterator[Case]:
    axis_angle = axis_angles(generator, (9,)) * np.array([0, *10.0 ** np.arange(-12, -4)])[:, None]
    yield Case((axis_angle,), (matrices(axis_angle),))
    yield Case((np.zeros((2, 3), np.float32),), (np.broadcast_to(np.eye(3, dtype=np.float32), (2, 3, 3)),))


def turns_in_double(generator: Generator) -> Iterator[Case]:
    axis_angle = axis_angles(generator, (8,))
    yield Case((axis_angle,), (matrices(axis_angle),))


def gradients(generator: Generator) -> Iterator[Case]:
    axis_angle = axis_angles(generator, (4,))
    axis_angle[0] = 0
    weights = generator.normal(size=(4, 3, 3))
    step, gradient = 1e-6, np.zeros_like(axis_angle)
    for axis, shift in enumerate(step * np.eye(3)):
        slope = (matrices(axis_angle + shift) - matrices(axis_angle - shift)) / (2 * step)
        gradient[:, axis] = (weights * slope).sum((1, 2))
    yield Case((axis_angle,), (gradient,), weights=weights)


AXIS_ANGLE_TO_MATRIX = Question(
    "axis_angle_to_matrix",
    (
        Criterion("turns", 2, turns, 2e-5, SINGLE, "Rotations by ordinary angles come out wrong."),
        Criterion("zero", 1, small_turns, 1e-11, DOUBLE, "At angle zero, or close to it, the matrix is not right."),
        Criterion(
            "gradient",
            1,
            gradients,
            1e-7,
            "central differences with a step of 1e-6 are good to 1e-9",
            "The derivative is wrong or NaN, at angle zero or elsewhere: fitting a body would stop there.",
        ),
        Criterion("precision", 1, turns_in_double, 1e-12, DOUBLE, "In float64 it is only as good as float32."),
    ),
)


# --- 2 · Blend shapes -------------------------------------------------------------------------------------------------


def offsets(betas: np.ndarray, shapedirs: np.ndarray) -> np.ndarray:
    return np.tensordot(betas, shapedirs, axes=(1, 2))


def single_directions(generator: Generator) -> Iterator[Case]:
    shapedirs = generator.normal(size=(5, 3, 4)).astype(np.float32)
    yield Case((np.eye(4, dtype=np.float32), shapedirs), (np.moveaxis(shapedirs, 2, 0),))


def sums(generator: Generator) -> Iterator[Case]:
    for batch, vertices, count, dtype in ((1, 7, 10, np.float32), (3, 4, 3, np.float32), (2, 6, 5, np.float64)):
        betas = generator.normal(size=(batch, count)).astype(dtype)
        shapedirs = generator.normal(size=(vertices, 3, count)).astype(dtype)
        yield Case((betas, shapedirs), (offsets(betas, shapedirs),))


BLEND_SHAPES = Question(
    "blend_shapes",
    (
        Criterion("directions", 1, single_directions, 1e-6, SINGLE, "One coefficient alone moves the wrong vertices."),
        Criterion("sum", 2, sums, 1e-5, SINGLE, "Several coefficients, or several bodies, are not added up right."),
    ),
)


# --- 3 · Forward kinematics -------------------------------------------------------------------------------------------


def chain(rotations: np.ndarray, joints: np.ndarray, parents: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """The paper's 4 x 4 matrices, multiplied from the root outwards (eq. 3 and 4)."""
    batch, count = joints.shape[:2]
    motions = np.tile(np.eye(4), (batch, count, 1, 1))
    motions[..., :3, :3] = rotations
    for joint, parent in enumerate(parents):
        motions[:, joint, :3, 3] = joints[:, joint] - (joints[:, parent] if parent >= 0 else 0)
        if parent >= 0:
            motions[:, joint] = motions[:, parent] @ motions[:, joint]
    return motions[..., :3, :3], motions[..., :3, 3]


def posed_tree(
    generator: Generator, parents: tuple[int, ...], batch: int, turning: slice = slice(None), dtype: type = np.float32
) -> Case:
    count = len(parents)
    joints = generator.normal(0, 0.3, (batch, count, 3)).astype(dtype)
    rotations = np.tile(np.eye(3, dtype=dtype), (batch, count, 1, 1))
    rotations[:, turning] = matrices(axis_angles(generator, (batch, count)))[:, turning]
    expected = chain(rotations.astype(np.float64), joints.astype(np.float64), parents)
    return Case((rotations, joints, parents), tuple(value.astype(dtype) for value in expected))


def turned_roots(generator: Generator) -> Iterator[Case]:
    yield posed_tree(generator, (-1, 0, 1), 2, slice(0, 1))


def chains(generator: Generator) -> Iterator[Case]:
    yield posed_tree(generator, (-1, 0), 1)
    yield posed_tree(generator, tuple(range(-1, 5)), 3)


def trees(generator: Generator) -> Iterator[Case]:
    yield posed_tree(generator, (-1, 0, 0, 0, 1, 2, 3, 4, 4), 2)
    yield posed_tree(
        generator, (-1, *(int(generator.integers(0, joint)) for joint in range(1, 24))), 2, dtype=np.float64
    )


FORWARD_KINEMATICS = Question(
    "forward_kinematics",
    (
        Criterion("root", 1, turned_roots, 2e-5, SINGLE, "When only the root turns, the body does not follow it."),
        Criterion("chain", 2, chains, 2e-5, SINGLE, "Along a chain of joints, rotations do not add up."),
        Criterion("tree", 2, trees, 2e-5, SINGLE, "Where the tree branches, joints hang on the wrong parent."),
    ),
)


# --- 4 · Linear blend skinning ----------------------------------------------------------------------------------------


def skinned(
    vertices: np.ndarray, rotations: np.ndarray, positions: np.ndarray, joints: np.ndarray, weights: np.ndarray
) -> np.ndarray:
    """Vertex by vertex, joint by joint, as the sum is written (eq. 2)."""
    moved = np.zeros_like(vertices)
    for joint in range(weights.shape[1]):
        local = vertices - joints[:, None, joint]
        world = local @ rotations[:, joint].swapaxes(1, 2) + positions[:, None, joint]
        moved += weights[:, joint, None] * world
    return moved


def skinning_case(generator: Generator, kind: str, dtype: type = np.float32) -> Case:
    batch, count, joints = 2, 9, 4
    vertices = generator.normal(size=(batch, count, 3))
    rest = generator.normal(size=(batch, joints, 3))
    turned, positions = matrices(axis_angles(generator, (batch, joints))), generator.normal(size=(batch, joints, 3))
    weights = generator.dirichlet(np.ones(joints), size=count)
    if kind == "rest":
        turned, positions = np.tile(np.eye(3), (batch, joints, 1, 1)), rest
    if kind == "bone":
        weights = np.eye(joints)[generator.integers(0, joints, count)]
    arguments = tuple(value.astype(dtype) for value in (vertices, turned, positions, rest, weights))
    return Case(arguments, (skinned(*(value.astype(np.float64) for value in arguments)).astype(dtype),))


def at_rest(generator: Generator) -> Iterator[Case]:
    yield skinning_case(generator, "rest")


def on_one_bone(generator: Generator) -> Iterator[Case]:
    yield skinning_case(generator, "bone")


def on_several_bones(generator: Generator) -> Iterator[Case]:
    yield skinning_case(generator, "blend")
    yield skinning_case(generator, "blend", np.float64)


LINEAR_BLEND_SKINNING = Question(
    "linear_blend_skinning",
    (
        Criterion("rest", 1, at_rest, 1e-5, SINGLE, "A body that is not posed does not stay as it is."),
        Criterion("bone", 2, on_one_bone, 2e-5, SINGLE, "A vertex that hangs on one joint does not follow it."),
        Criterion("blend", 2, on_several_bones, 2e-5, SINGLE, "A vertex between joints is not moved by its weights."),
    ),
)


# --- 5 · Together -----------------------------------------------------------------------------------------------------

BODY = read_body(shipped("body", "neutral.npz"))


def posed_body(betas: np.ndarray, body_pose: np.ndarray) -> np.ndarray:
    """SMPL's equations from the body's arrays: shape, joints, pose correctives, chain, skin."""
    directions, parents = BODY.shapedirs[..., : betas.shape[1]], tuple(BODY.parents.tolist())
    shaped = BODY.v_template + offsets(betas, directions)
    joints = BODY.joint_regressor @ shaped
    root = np.zeros((len(body_pose), 1, 3))
    rotations = matrices(np.concatenate([root, body_pose], axis=1))
    bends = (rotations[:, 1:] - np.eye(3)).reshape(len(body_pose), -1)
    shaped = shaped + np.tensordot(bends, BODY.posedirs, axes=(1, 2))
    return skinned(shaped, *chain(rotations, joints, parents), joints, BODY.weights.astype(np.float64))


def body_case(betas: np.ndarray, body_pose: np.ndarray) -> Case:
    betas, body_pose = betas.astype(np.float32), body_pose.astype(np.float32)
    vertices = posed_body(betas.astype(np.float64), body_pose.astype(np.float64))
    return Case((betas, body_pose), (vertices.astype(np.float32),))


def shaped_bodies(generator: Generator) -> Iterator[Case]:
    yield body_case(generator.normal(0, 2, (2, 10)), np.zeros((2, 23, 3)))


def posed_bodies(generator: Generator) -> Iterator[Case]:
    yield body_case(generator.normal(size=(2, 10)), generator.normal(0, 0.3, (2, 23, 3)))


MY_BODY = Question(
    "my_body",
    (
        Criterion("shape", 1, shaped_bodies, 2e-5, SINGLE, "Without a pose, your functions do not make the body."),
        Criterion("pose", 2, posed_bodies, 2e-5, SINGLE, "With a pose, your functions do not make the body."),
    ),
    together=True,
)


# --- 6 · In words -----------------------------------------------------------------------------------------------------

COLLAPSE = Written(
    "collapse",
    (
        (1, "Says that skinning averages matrices, and that an average of rotations is in general no rotation."),
        (1, "Works out an example: half of a turn by 0 and half of a turn by 180° takes the cross-section to zero."),
        (1, "Says what the pose blend shapes do: offsets, learned from scans, added before skinning."),
        (1, "Names something that they cannot mend, or another cure, with its reason."),
    ),
)

ASSIGNMENT = Assignment(
    "01_body_model",
    (AXIS_ANGLE_TO_MATRIX, BLEND_SHAPES, FORWARD_KINEMATICS, LINEAR_BLEND_SKINNING, MY_BODY, COLLAPSE),
)
