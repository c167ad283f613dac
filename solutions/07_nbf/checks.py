"""The trusted checks of 07_nbf: references in numpy and scipy, in float64, that share no code with the library.

Only `read_body` is the kit's: it gives arrays, which are data and not what is asked.
"""

from collections.abc import Iterator

import numpy as np
from scipy.linalg import solve_sylvester
from scipy.spatial import KDTree
from scipy.spatial.transform import Rotation

from vhlib.body import read_body
from vhlib.core.paths import shipped
from vhlib.course.questions import Assignment, Case, Criterion, Question, Written

Generator = np.random.Generator

EXACT = "ones, zeros and labels are exact"
DOUBLE = "float64 carries sixteen digits; sums of some dozen terms keep ten and more of them"
SOLVED = "float64 loses a few digits where sums of singular values are small, and keeps nine"


# --- 1 · One channel for each part ------------------------------------------------------------------------------------


def channels(labels: np.ndarray, classes: int) -> np.ndarray:
    """Pixel by pixel."""
    found = np.zeros((len(labels), classes, *labels.shape[1:]), dtype=np.float32)
    for place in np.ndindex(labels.shape):
        person, y, x = place
        found[person, labels[place], y, x] = 1
    return found


def part_maps(generator: Generator) -> Iterator[Case]:
    for people, side, classes in ((1, 4, 4), (3, 5, 7)):  # as many classes as rows: what is turned has the right shape
        labels = generator.integers(classes, size=(people, side, side))
        yield Case((labels, classes), (channels(labels, classes),))


def absent_parts(generator: Generator) -> Iterator[Case]:
    labels = generator.choice([0, 3, 7], size=(2, 4, 5)).astype(np.uint8)
    yield Case((labels, 13), (channels(labels, 13),))
    yield Case((0 * labels, 4), (channels(0 * labels, 4),))


ONE_HOT = Question(
    "one_hot",
    (
        Criterion("channels", 2, part_maps, 0.0, EXACT, "The channels do not say which label is where."),
        Criterion("absent", 1, absent_parts, 0.0, EXACT, "It goes wrong with bytes, or with parts that nobody shows."),
    ),
)


# --- 2 · The closest colour -------------------------------------------------------------------------------------------


def closest_label(pictures: np.ndarray, colours: np.ndarray) -> np.ndarray:
    return KDTree(colours).query(np.moveaxis(pictures, 1, -1))[1].astype(np.int64)


def painted(generator: Generator) -> Iterator[Case]:
    colours = generator.random((6, 3))
    labels = generator.integers(6, size=(3, 4, 5))
    yield Case((np.moveaxis(colours[labels], -1, 1), colours), (labels,))


def mixed(generator: Generator) -> Iterator[Case]:
    for count in (3, 13):  # as many colours as channels, too
        colours, pictures = generator.random((count, 3)), generator.random((2, 3, 9, 8))
        yield Case((pictures, colours), (closest_label(pictures, colours),))


FROM_COLOURS = Question(
    "from_colours",
    (
        Criterion("exact", 1, painted, 0.0, EXACT, "A part's own colour does not come back as that part."),
        Criterion("closest", 2, mixed, 0.0, EXACT, "A colour in between does not become the closest one."),
    ),
)


# --- 3 · Back through the projection ----------------------------------------------------------------------------------


def back(matrix: np.ndarray, rotation: np.ndarray, slope: np.ndarray) -> np.ndarray:
    """Matrix by matrix: how R moves with each of M's nine numbers, by the Sylvester equation ΩS + SΩ = RᵀdM - dMᵀR."""
    found = np.empty_like(matrix)
    for place in np.ndindex(matrix.shape[:-2]):
        turn, stretch = rotation[place], rotation[place].T @ matrix[place]
        for row, column in np.ndindex(3, 3):
            step = np.zeros((3, 3))
            step[row, column] = 1
            flat = turn.T @ step
            found[(*place, row, column)] = np.sum(
                slope[place] * (turn @ solve_sylvester(stretch, stretch, flat - flat.T))
            )
    return found


def stretched(generator: Generator, count: int, values: np.ndarray) -> Case:
    """M = R S with S of the given eigenvalues, in directions drawn."""
    rotation, axes = (Rotation.random(count, random_state=generator).as_matrix() for _ in range(2))
    matrix = rotation @ axes @ (values[:, :, None] * axes.swapaxes(-1, -2))
    slope = generator.normal(size=(count, 3, 3))
    return Case((matrix, rotation, slope), (back(matrix, rotation, slope),))


def all_different(generator: Generator) -> Iterator[Case]:
    case = stretched(generator, 6, np.array([2.5, 1.5, 0.5]) + generator.uniform(-0.4, 0.4, (6, 3)))
    yield Case(
        tuple(argument.reshape(2, 3, 3, 3) for argument in case.arguments), (case.expected[0].reshape(2, 3, 3, 3),)
    )


def alike(generator: Generator) -> Iterator[Case]:
    turns = Rotation.random(4, random_state=generator).as_matrix()
    turns[0] = np.eye(3)
    slope = generator.normal(size=(4, 3, 3))
    for size in (1.0, 3.0):
        yield Case((size * turns, turns, slope), (back(size * turns, turns, slope),))
    two = turns * np.array([2.0, 2.0, 0.5])
    yield Case((two, turns, slope), (back(two, turns, slope),))


def mirrored(generator: Generator) -> Iterator[Case]:
    yield stretched(generator, 5, np.array([2.5, 1.7, -0.8]) + generator.uniform(-0.3, 0.3, (5, 3)))


PROJECTION_GRADIENT = Question(
    "projection_gradient",
    (
        Criterion(
            "different", 2, all_different, 1e-8, SOLVED, "With singular values that differ, it is another matrix."
        ),
        Criterion("alike", 2, alike, 1e-8, SOLVED, "Where singular values coincide, it is not finite, or not right."),
        Criterion("mirror", 2, mirrored, 1e-8, SOLVED, "Of a matrix with a negative determinant, it is not right."),
    ),
)


# --- 4 · Against the parent -------------------------------------------------------------------------------------------

BODY = read_body(shipped("body", "neutral.npz"))
PARENTS = BODY.parents.tolist()


def against_parents(rotations: np.ndarray, parents: tuple[int, ...]) -> np.ndarray:
    """By scipy's rotations, joint by joint."""
    found = rotations.copy()
    for joint, parent in enumerate(parents):
        if parent >= 0:
            own, above = (Rotation.from_matrix(rotations[:, each]) for each in (joint, parent))
            found[:, joint] = (above.inv() * own).as_matrix()
    return found


def turned(generator: Generator, people: int, joints: int) -> np.ndarray:
    drawn = Rotation.random(people * joints, random_state=generator).as_matrix()
    return drawn.reshape(people, joints, 3, 3)


def bodies(generator: Generator) -> Iterator[Case]:
    for people in (1, 4):
        rotations = turned(generator, people, 24)
        yield Case((rotations, tuple(PARENTS)), (against_parents(rotations, tuple(PARENTS)),))


def any_tree(generator: Generator) -> Iterator[Case]:
    for parents in ((3, 0, 1, -1, 3), (1, -1, 0)):
        rotations = turned(generator, 3, len(parents))
        yield Case((rotations, parents), (against_parents(rotations, parents),))


GLOBAL_TO_LOCAL = Question(
    "global_to_local",
    (
        Criterion("chain", 2, bodies, 1e-9, DOUBLE, "Joints are not turned against their parents as they should be."),
        Criterion("tree", 1, any_tree, 1e-9, DOUBLE, "It goes wrong where the root is not the first of the joints."),
    ),
)


# --- 5, 6 · Where something is known ----------------------------------------------------------------------------------


def of_known(losses: list[float], known: np.ndarray) -> np.ndarray:
    counted = [loss for loss, yes in zip(losses, known, strict=True) if yes]
    return np.array(np.mean(counted) if counted else 0.0)


def latent_loss(said: np.ndarray, truth: np.ndarray, known: np.ndarray) -> np.ndarray:
    return of_known([float(np.mean((one - other) ** 2)) / 2 for one, other in zip(said, truth, strict=True)], known)


def latent(generator: Generator, known: np.ndarray, *, missing: float | None = None, joints: int = 24) -> Case:
    """The loss of what a layer might have said; labels that nobody knows are `missing`, if that is given."""
    count = len(known)
    said, truth = (generator.normal(size=(count, 9 * joints + 10)) for _ in range(2))
    expected = latent_loss(said, truth, known)
    if missing is not None:
        truth[~known] = missing
    parts = [(x[:, : 9 * joints].reshape(count, joints, 3, 3), x[:, 9 * joints :]) for x in (said, truth)]
    return Case((*parts[0], *parts[1], known), (expected,))


def bodies_known(generator: Generator) -> Iterator[Case]:
    yield latent(generator, np.ones(3, dtype=bool))


def flags(generator: Generator) -> Iterator[np.ndarray]:
    yield generator.permuted(np.array([True, False, False, True, False]))
    yield np.zeros(3, dtype=bool)


def bodies_half_known(generator: Generator) -> Iterator[Case]:
    for known in flags(generator):
        yield latent(generator, known, joints=3)


def bodies_missing(generator: Generator) -> Iterator[Case]:
    for known in flags(generator):
        yield latent(generator, known, missing=np.nan, joints=3)


def slopes_of_latent(generator: Generator) -> Iterator[Case]:
    for known in flags(generator):
        case = latent(generator, known, missing=np.nan, joints=3)
        difference = np.where(known[:, None, None, None], case.arguments[0] - case.arguments[2], 0)
        yield Case(case.arguments, (3 * difference / 37 / max(known.sum(), 1),), weights=np.array(3.0))


MISSING = "A label that is NaN spoils the loss of those that are not."

PARAMETER_LOSS = Question(
    "parameter_loss",
    (
        Criterion("all", 1, bodies_known, 1e-9, DOUBLE, "Of known bodies, it is not half the mean square."),
        Criterion(
            "flags", 2, bodies_half_known, 1e-9, DOUBLE, "Bodies that are not known count, or known ones do not."
        ),
        Criterion("missing", 1, bodies_missing, 1e-9, DOUBLE, MISSING),
        Criterion("gradient", 1, slopes_of_latent, 1e-9, DOUBLE, "The gradient is wrong, or NaN where a label is."),
    ),
)


def spatial_loss(
    predicted: np.ndarray, truth: np.ndarray, known: np.ndarray, hips: tuple[int, ...]
) -> tuple[np.ndarray, np.ndarray]:
    """The loss and its gradient by what was predicted, body by body."""
    count = predicted.shape[1]
    centre = np.eye(count) - np.isin(np.arange(count), hips) / 2  # takes the hips' middle from every joint
    losses, slope = [], np.zeros_like(predicted)
    for person, (one, other) in enumerate(zip(predicted, truth, strict=True)):
        apart = centre @ (one - other)
        losses.append(float((apart**2).sum()) / 2 / count)
        if known[person]:
            slope[person] = centre.T @ apart / count / known.sum()
    return of_known(losses, known), slope


def spatial(generator: Generator, known: np.ndarray, *, missing: float | None = None, slope: bool = False) -> Case:
    joints, hips = 7, tuple(generator.choice(7, 2, replace=False).tolist())
    predicted, truth = (generator.normal(size=(len(known), joints, 3)) for _ in range(2))
    loss, gradient = spatial_loss(predicted, truth, known, hips)
    if missing is not None:
        truth[~known] = missing
    arguments = (predicted, truth, known, hips)
    return Case(arguments, (3 * gradient,), weights=np.array(3.0)) if slope else Case(arguments, (loss,))


def joints_known(generator: Generator) -> Iterator[Case]:
    for _ in range(2):
        yield spatial(generator, np.ones(3, dtype=bool))


def joints_half_known(generator: Generator) -> Iterator[Case]:
    for known in flags(generator):
        yield spatial(generator, known)


def joints_missing(generator: Generator) -> Iterator[Case]:
    for known in flags(generator):
        yield spatial(generator, known, missing=np.nan)


def slopes_of_spatial(generator: Generator) -> Iterator[Case]:
    for known in flags(generator):
        yield spatial(generator, known, missing=np.nan, slope=True)


JOINT_LOSS = Question(
    "joint_loss",
    (
        Criterion("all", 1, joints_known, 1e-9, DOUBLE, "Of known bodies, it is not half the squared distance."),
        Criterion(
            "flags", 1, joints_half_known, 1e-9, DOUBLE, "Bodies that are not known count, or known ones do not."
        ),
        Criterion("missing", 1, joints_missing, 1e-9, DOUBLE, MISSING),
        Criterion("gradient", 1, slopes_of_spatial, 1e-9, DOUBLE, "The gradient is wrong, or NaN where a label is."),
    ),
)


# --- 7 · Together -----------------------------------------------------------------------------------------------------

REGRESSOR = BODY.joint_regressor.astype(np.float64)
REST = REGRESSOR @ BODY.v_template
BY_SHAPE = np.einsum("jv,vcs->jcs", REGRESSOR, BODY.shapedirs[..., :10].astype(np.float64))

COLOURS = np.array([[0.0, 0.0, 0.0], [0.9, 0.6, 0.0], [0.35, 0.7, 0.9], [0.8, 0.4, 0.0]])  # the notebook's
HIPS = (1, 2)
FACING = np.diag([1.0, -1.0, -1.0])
STEPS, RATE, SMALL = 5, 0.05, 0.2  # the notebook's
TINY = 1e-30  # of complex steps
NEWTON = 30  # steps to the polar factor; each doubles the digits


def wave(number: int, rows: int, columns: int) -> list[np.ndarray]:
    """A layer's weight and bias, as the notebook's set-up makes them up."""
    weight = np.sin(2 * number + 0.7 * np.arange(rows * columns)).reshape(rows, columns) / np.sqrt(columns)
    return [weight, np.sin(2 * number + 1 + 0.7 * np.arange(rows)) / np.sqrt(rows)]


def joints_of(numbers: np.ndarray) -> np.ndarray:
    """Joints (N, 24, 3) around the pelvis of a layer's numbers (N, 226), which may be complex.

    The closest rotation by Newton's iteration for the polar factor, which has no singular values in it; the matrices
    are near rotations here, so it never comes to a mirror.
    """
    turns = numbers[:, :216].reshape(-1, 24, 3, 3)
    for _ in range(NEWTON):
        turns = (turns + np.linalg.inv(turns).swapaxes(-1, -2)) / 2
    rest = REST + np.einsum("ns,jcs->njc", numbers[:, 216:], BY_SHAPE)
    places = [np.zeros((len(numbers), 3))]
    for joint in range(1, 24):
        parent = PARENTS[joint]
        bone = np.einsum("nij,nj->ni", turns[:, parent], rest[:, joint] - rest[:, parent])
        places.append(places[parent] + bone)
    return np.stack(places, 1)


def slopes(numbers: np.ndarray) -> np.ndarray:
    """The joints' derivative by each body's own numbers, (N, 24, 3, 226), by complex steps: exact but for rounding."""
    count, size = numbers.shape
    values = joints_of((numbers[:, None] + 1j * TINY * np.eye(size)).reshape(-1, size)).imag / TINY
    return np.moveaxis(values.reshape(count, size, 24, 3), 1, -1)


def trained(
    pictures: np.ndarray,
    keypoints: np.ndarray,
    visible: np.ndarray,
    pelvis: np.ndarray,
    focal: np.ndarray,
    known: np.ndarray,
    truth: np.ndarray,
    true_joints: np.ndarray,
) -> np.ndarray:
    """The three losses of each step."""
    maps = channels(closest_label(pictures, COLOURS), 4).reshape(len(pictures), -1).astype(np.float64)
    (first, first_bias), (second, second_bias) = wave(0, 12, 256), wave(1, 226, 12)
    mean = np.concatenate([np.tile(FACING.ravel(), 24), np.zeros(10)])
    share = np.broadcast_to(visible[..., None], keypoints.shape) / visible.sum()
    history = []
    for _ in range(STEPS):
        hidden = maps @ first.T + first_bias
        numbers = SMALL * (np.maximum(hidden, 0) @ second.T + second_bias) + mean
        joints, jacobian = joints_of(numbers), slopes(numbers)

        lat = latent_loss(numbers, truth, known)
        off = np.where(known[:, None], numbers - truth, 0) / 226 / max(known.sum(), 1)
        space, by_joints = spatial_loss(joints, true_joints, known, HIPS)
        x, y, z = np.moveaxis(joints + pelvis[:, None], -1, 0)
        f = focal[:, None]
        seen = np.stack([f * x / z, f * y / z], -1)
        error = np.where(visible[..., None] > 0, seen - keypoints, 0)
        sign = share * np.sign(error)
        by_depth = -(sign[..., 0] * f * x + sign[..., 1] * f * y) / z**2
        by_joints = 10 * by_joints + 0.5 * np.stack([sign[..., 0] * f / z, sign[..., 1] * f / z, by_depth], -1)
        by_numbers = SMALL * (off + np.einsum("njc,njcp->np", by_joints, jacobian))

        by_hidden = (by_numbers @ second) * (hidden > 0)
        second, second_bias = (
            second - RATE * by_numbers.T @ np.maximum(hidden, 0),
            second_bias - RATE * by_numbers.sum(0),
        )
        first, first_bias = first - RATE * by_hidden.T @ maps, first_bias - RATE * by_hidden.sum(0)
        history.append((lat, space, (share * np.abs(error)).sum()))
    return np.array(history, dtype=np.float64)


def people(generator: Generator, visible: np.ndarray, known: np.ndarray) -> Case:
    count = len(known)
    labels = generator.integers(4, size=(count, 8, 8))
    pictures = np.moveaxis(COLOURS[labels], -1, 1) + generator.uniform(-0.05, 0.05, (count, 3, 8, 8))
    pelvis = np.column_stack([generator.normal(0, 0.2, (count, 2)), generator.uniform(4, 7, count)])
    focal = generator.uniform(4, 7, count)
    near = Rotation.from_rotvec(generator.normal(0, 0.3, (count * 24, 3))).as_matrix().reshape(count, 24, 3, 3)
    truth = np.hstack([(near @ FACING).reshape(count, -1), generator.normal(size=(count, 10))])
    joints = joints_of(truth)
    there = joints + pelvis[:, None]
    keypoints = focal[:, None, None] * there[..., :2] / there[..., 2:] + generator.normal(0, 0.02, (count, 24, 2))
    keypoints[visible == 0] = truth[~known] = joints[~known] = np.nan
    facts = (keypoints, visible, pelvis, focal, known)
    expected = trained(pictures, *facts, truth, joints)
    rotations = truth[:, :216].reshape(count, 24, 3, 3)
    return Case((pictures, *facts, rotations, truth[:, 216:], joints), (expected,))


def people_known(generator: Generator) -> Iterator[Case]:
    yield people(generator, np.ones((2, 24)), np.ones(2, dtype=bool))


def people_half_known(generator: Generator) -> Iterator[Case]:
    visible = generator.permuted(np.tile([0.0] * 7 + [1.0] * 17, (3, 1)), axis=1)
    yield people(generator, visible, generator.permuted(np.array([True, False, True])))
    yield people(generator, visible[:2], np.zeros(2, dtype=bool))


TRAINED = "float64 through five steps: two ways to add up agree to ten digits, and one slip shows in the second"

MY_TRAINING = Question(
    "my_training",
    (
        Criterion("known", 2, people_known, 1e-7, TRAINED, "Your functions do not make NBF's training."),
        Criterion("half", 3, people_half_known, 1e-7, TRAINED, "With labels missing, the training goes otherwise."),
    ),
    together=True,
)


# --- 8 · In words -----------------------------------------------------------------------------------------------------

ABLATION_ROW = Written(
    "ablation_row",
    (
        (1, "Gives the row's figures with steps, people and device, beside another row of the table."),
        (1, "Explains the 3D error by what the row's losses say about depth and what they do not."),
        (1, "Explains the rotation error: a twist moves no joint, and L_lat alone compares rotations."),
        (1, "Explains PCKh: right in space is right in the picture too, and what its own row was trained for."),
        (1, "Says how much of a difference to believe, and that other seeds or longer training would show it."),
    ),
)

ASSIGNMENT = Assignment(
    "07_nbf",
    (
        ONE_HOT,
        FROM_COLOURS,
        PROJECTION_GRADIENT,
        GLOBAL_TO_LOCAL,
        PARAMETER_LOSS,
        JOINT_LOSS,
        MY_TRAINING,
        ABLATION_ROW,
    ),
)
