"""The trusted checks of 06_hmr: references in numpy and scipy, in float64, that share no code with the library.

Only `read_body` is the kit's: it gives arrays, which are data and not what is asked.
"""

from collections.abc import Iterator

import numpy as np
from scipy.linalg import block_diag
from scipy.spatial.transform import Rotation

from vhlib.body import read_body
from vhlib.core.paths import shipped
from vhlib.course.questions import Assignment, Case, Criterion, Perceptron, Question, Written

Generator = np.random.Generator

SINGLE = "float32 carries seven digits of numbers around one"
DOUBLE = "float64 carries sixteen digits; sums of some dozen terms keep ten and more of them"


# --- 1 · A step of the feedback ---------------------------------------------------------------------------------------


class Layers:
    """Linear layers with ReLUs between: forward, and the gradients of everything backward, written out."""

    def __init__(self, arrays: list[np.ndarray]) -> None:
        self.weights, self.biases = arrays[::2], arrays[1::2]

    def __call__(self, x: np.ndarray) -> np.ndarray:
        self.seen = []
        for number, (weight, bias) in enumerate(zip(self.weights, self.biases, strict=True)):
            x = np.maximum(x, 0) if number else x
            self.seen.append(x)
            x = x @ weight.T + bias
        return x

    def back(self, slope: np.ndarray) -> tuple[np.ndarray, list[np.ndarray]]:
        """Of (slope * output).sum(): by the input of the last call, and by each weight and bias."""
        by_arrays = []
        for number in reversed(range(len(self.weights))):
            by_arrays = [slope.T @ self.seen[number], slope.sum(0), *by_arrays]
            slope = slope @ self.weights[number]
            slope = slope * (self.seen[number] > 0) if number else slope
        return slope, by_arrays

    def descend(self, by_arrays: list[np.ndarray], rate: float) -> None:
        self.weights = [w - rate * g for w, g in zip(self.weights, by_arrays[::2], strict=True)]
        self.biases = [b - rate * g for b, g in zip(self.biases, by_arrays[1::2], strict=True)]


def network(generator: Generator, features: int, numbers: int, width: int = 7) -> Perceptron:
    sizes = [(width, features + numbers), (numbers, width)]
    return Perceptron(tuple(generator.normal(size=shape) for size in sizes for shape in (size, size[:1])))


def steps(generator: Generator) -> Iterator[Case]:
    for people, features, numbers in ((2, 3, 3), (4, 6, 5)):
        theta, phi = generator.normal(size=(people, numbers)), generator.normal(size=(people, features))
        correct = network(generator, features, numbers)
        wanted = theta + Layers(list(correct.arrays))(np.hstack([phi, theta]))
        yield Case((theta, phi, correct), (wanted,))


def through_a_step(generator: Generator) -> Iterator[Case]:
    theta, phi, slope = (generator.normal(size=(3, size)) for size in (4, 6, 4))
    correct = network(generator, 6, 4)
    layers = Layers(list(correct.arrays))
    layers(np.hstack([phi, theta]))
    yield Case((theta, phi, correct), (slope + layers.back(slope)[0][:, 6:],), weights=slope)


FEEDBACK_STEP = Question(
    "feedback_step",
    (
        Criterion("guess", 2, steps, 1e-9, DOUBLE, "The next guess is not the last one plus its correction."),
        Criterion("gradient", 1, through_a_step, 1e-9, DOUBLE, "Gradients do not go back through guess and network."),
    ),
)


# --- 2 · Weak perspective ---------------------------------------------------------------------------------------------


def orthographic(points: np.ndarray, scale: np.ndarray, translation: np.ndarray) -> np.ndarray:
    """By a 2 x 4 matrix and homogeneous coordinates, one person after the other."""
    seen = []
    for person, s, (tx, ty) in zip(points, scale, translation, strict=True):
        matrix = np.array([[s, 0, 0, s * tx], [0, s, 0, s * ty]])
        seen.append(np.column_stack([person, np.ones(len(person))]) @ matrix.T)
    return np.array(seen)


def people_at(generator: Generator, people: int) -> tuple[np.ndarray, ...]:
    points = generator.normal(size=(people, 5, 3)) + np.array([0.0, 0.0, 3.0])
    return points, generator.uniform(0.4, 1.6, people), generator.normal(0, 0.3, (people, 2))


def scaled(generator: Generator) -> Iterator[Case]:
    for people in (3, 5):  # as many people as points, too: what goes along the wrong axis does not fail by itself
        points, scale, translation = people_at(generator, people)
        yield Case((points, scale, 0 * translation), (orthographic(points, scale, 0 * translation),))


def shifted(generator: Generator) -> Iterator[Case]:
    for people in (2, 5):
        arguments = tuple(value.astype(np.float32) for value in people_at(generator, people))
        wanted = orthographic(*(value.astype(np.float64) for value in arguments))
        yield Case(arguments, (wanted.astype(np.float32),))


PROJECT_WEAKLY = Question(
    "project_weakly",
    (
        Criterion("scale", 1, scaled, 1e-9, DOUBLE, "Without a translation, points are not scaled as they should be."),
        Criterion("shift", 1, shifted, 1e-5, SINGLE, "The translation does not move points as it should."),
    ),
)


# --- 3 · The reprojection loss ----------------------------------------------------------------------------------------


def keypoint_loss(predicted: np.ndarray, truth: np.ndarray, visible: np.ndarray) -> np.ndarray:
    """Keypoint by keypoint; those that are not visible are never looked at."""
    total, weight = 0.0, 0.0
    for person, keypoint in np.argwhere(visible > 0):
        total += visible[person, keypoint] * np.abs(predicted[person, keypoint] - truth[person, keypoint]).sum()
        weight += visible[person, keypoint]
    return np.array(total / weight if weight else 0.0)


def keypoints(generator: Generator, people: int) -> tuple[np.ndarray, np.ndarray]:
    return generator.uniform(-1, 1, (people, 6, 2)), generator.uniform(-1, 1, (people, 6, 2))


def all_visible(generator: Generator) -> Iterator[Case]:
    predicted, truth = keypoints(generator, 3)
    yield Case((predicted, truth, np.ones((3, 6))), (keypoint_loss(predicted, truth, np.ones((3, 6))),))


def some_visible(generator: Generator) -> Iterator[Case]:
    for visible in (generator.permuted(np.tile([0.0, 1, 1, 0, 1, 1], (4, 1)), axis=1), generator.random((4, 6))):
        visible[0, 1:] = 0  # somebody of whom little is seen: a mean of people's means is another number
        predicted, truth = keypoints(generator, 4)
        yield Case((predicted, truth, visible), (keypoint_loss(predicted, truth, visible),))


def unlabelled(generator: Generator) -> Iterator[Case]:
    predicted, truth = keypoints(generator, 3)
    visible = generator.permuted(np.tile([0.0, 1, 1, 0, 1, 1], (3, 1)), axis=1)
    for seen in (visible, 0 * visible):
        lost = np.where(seen[..., None] > 0, truth, np.nan)
        yield Case((predicted, lost, seen), (keypoint_loss(predicted, lost, seen),))


def slopes_of_the_loss(generator: Generator) -> Iterator[Case]:
    predicted, truth = keypoints(generator, 3)
    visible = generator.permuted(np.tile([0.0, 1, 0.5, 0, 1, 1], (3, 1)), axis=1)
    wanted = np.sign(predicted - truth) * visible[..., None] / visible.sum()
    lost = np.where(visible[..., None] > 0, truth, np.nan)
    yield Case((predicted, lost, visible), (3 * wanted,), weights=np.array(3.0))


REPROJECTION_LOSS = Question(
    "reprojection_loss",
    (
        Criterion("all", 1, all_visible, 1e-9, DOUBLE, "With everything visible it is not the mean distance."),
        Criterion("visible", 2, some_visible, 1e-9, DOUBLE, "What is not visible counts, or not as it should."),
        Criterion("unlabelled", 1, unlabelled, 1e-9, DOUBLE, "Keypoints without a label spoil the loss."),
        Criterion("gradient", 1, slopes_of_the_loss, 1e-9, DOUBLE, "The gradient is not what it should be."),
    ),
)


# --- 4, 5 · The game --------------------------------------------------------------------------------------------------


def missed(scores: np.ndarray, wanted: float) -> float:
    """Judge by judge: the mean square of how far scores are from what is wanted."""
    return sum(float(np.mean((column - wanted) ** 2)) for column in scores.T)


def one_body(generator: Generator) -> Iterator[Case]:
    scores = generator.normal(0.5, 1, (1, 7))
    yield Case((scores,), (np.array(missed(scores, 1)),))


def several_bodies(generator: Generator) -> Iterator[Case]:
    for people in (6, 12):
        scores = generator.normal(0.5, 1, (people, 25))
        yield Case((scores,), (np.array(missed(scores, 1)),))


GENERATOR_LOSS = Question(
    "generator_loss",
    (
        Criterion("one", 1, one_body, 1e-9, DOUBLE, "Of one body, it is not the sum of the judges' squares."),
        Criterion("several", 1, several_bodies, 1e-9, DOUBLE, "Of several bodies, it is not the mean."),
    ),
)


def both_kinds(generator: Generator, people: int, others: int) -> Case:
    real, fake = generator.normal(0.7, 1, (people, 25)), generator.normal(0.3, 1, (others, 25))
    return Case((real, fake), (np.array(missed(real, 1) + missed(fake, 0)),))


def as_many(generator: Generator) -> Iterator[Case]:
    yield both_kinds(generator, 4, 4)


def more_of_one(generator: Generator) -> Iterator[Case]:
    yield both_kinds(generator, 3, 9)
    yield both_kinds(generator, 8, 2)


DISCRIMINATOR_LOSS = Question(
    "discriminator_loss",
    (
        Criterion("even", 2, as_many, 1e-9, DOUBLE, "It is not what the judges want of real bodies and of fakes."),
        Criterion("uneven", 1, more_of_one, 1e-9, DOUBLE, "It goes wrong with more fakes than real bodies."),
    ),
)


# --- 6 · What the judges see ------------------------------------------------------------------------------------------


def matrices(pose: np.ndarray) -> np.ndarray:
    return Rotation.from_rotvec(pose.reshape(-1, 3)).as_matrix().reshape(*pose.shape[:2], 9)


def moderate(generator: Generator) -> Iterator[Case]:
    for people, joints in ((2, 24), (9, 10)):  # nine people, nine joints: what is only reshaped has the right shape
        pose = generator.normal(0, 0.7, (people, joints, 3))
        pose[:, 0] = 0
        yield Case((pose,), (matrices(pose)[:, 1:],))


def from_anywhere(generator: Generator) -> Iterator[Case]:
    pose = generator.normal(0, 0.7, (1, 24, 3)).repeat(3, axis=0)
    pose[:, 0] = Rotation.random(3, random_state=generator).as_rotvec()
    yield Case((pose,), (matrices(pose)[:, 1:],))


def whole_turns(generator: Generator) -> Iterator[Case]:
    pose = generator.normal(0, 0.7, (3, 24, 3))
    length = np.linalg.norm(pose, axis=-1, keepdims=True)
    again = pose * (1 + generator.choice([-2, -1, 1, 2], (3, 24, 1)) * 2 * np.pi / length)
    again[0, 5] = pose[0, 5] = 0
    yield Case((again,), (matrices(pose)[:, 1:],))


ROTATION_FEATURES = Question(
    "rotation_features",
    (
        Criterion("order", 2, moderate, 1e-9, DOUBLE, "The numbers are not each joint's matrix, row by row."),
        Criterion("root", 1, from_anywhere, 1e-9, DOUBLE, "The root is among the joints, or another one is not."),
        Criterion("turns", 1, whole_turns, 1e-9, DOUBLE, "A joint that turns once more is another one to the judges."),
    ),
)


# --- 7 · Together -----------------------------------------------------------------------------------------------------

BODY = read_body(shipped("body", "neutral.npz"))
PARENTS = BODY.parents.tolist()
DIRECTIONS = BODY.shapedirs[..., :10].astype(np.float64)
REST = BODY.joint_regressor.astype(np.float64) @ BODY.v_template
BY_SHAPE = np.einsum("jv,vcs->jcs", BODY.joint_regressor.astype(np.float64), DIRECTIONS)
# LSP's points are weighted means of vertices, and vertices of what joints make of them: shares of points by joints.
LSP = BODY.regressors["lsp14"].astype(np.float64)
SHARES = np.einsum("kv,vj->kjv", LSP, BODY.weights.astype(np.float64))
POINTS = SHARES @ BODY.v_template
POINTS_BY_SHAPE = np.einsum("kjv,vcs->kjcs", SHARES, DIRECTIONS, optimize=True)
POINTS_BY_POSE = np.einsum("kjv,vcp->kjcp", SHARES, BODY.posedirs.astype(np.float64), optimize=True)

ROUNDS, NETWORK_RATE, JUDGES_RATE = 5, 1e-4, 1e-3  # the notebook's
TINY = 1e-30  # of complex steps


def rodrigues(turns: np.ndarray) -> np.ndarray:
    """Matrices (..., 3, 3) of axis-angles (..., 3), which may be complex."""
    square = (turns**2).sum(-1)[..., None, None]
    small = np.abs(square) < 1e-8
    angle = np.sqrt(np.where(small, 1, square))
    across = np.where(small, 1 - square / 6, np.sin(angle) / angle)
    twice = np.where(small, 0.5 - square / 24, (1 - np.cos(angle)) / angle**2)
    x, y, z = np.moveaxis(turns, -1, 0)
    none = np.zeros_like(x)
    hat = np.stack([none, -z, y, z, none, -x, -y, x, none], -1).reshape(*turns.shape, 3)
    return np.eye(3) + across * hat + twice * (hat @ hat)


def lsp14(theta: np.ndarray) -> np.ndarray:
    """LSP's points (N, 14, 3) of bodies (N, 85), which may be complex."""
    turns, betas = rodrigues(theta[:, :72].reshape(-1, 24, 3)), theta[:, 72:82]
    rest = REST + np.einsum("ns,jcs->njc", betas, BY_SHAPE)
    bent = (turns[:, 1:] - np.eye(3)).reshape(len(theta), -1)
    points = POINTS + np.einsum("ns,kjcs->nkjc", betas, POINTS_BY_SHAPE)
    points = points + np.einsum("np,kjcp->nkjc", bent, POINTS_BY_POSE)
    world, joints = [turns[:, 0]], [rest[:, 0]]
    for joint in range(1, 24):
        parent = PARENTS[joint]
        joints.append(joints[parent] + np.einsum("nij,nj->ni", world[parent], rest[:, joint] - rest[:, parent]))
        world.append(world[parent] @ turns[:, joint])
    where, place = np.stack(world, 1), np.stack(joints, 1)
    shares, offset = SHARES.sum(2), place - np.einsum("njab,njb->nja", where, rest)
    return np.einsum("njab,nkjb->nka", where, points) + np.einsum("kj,nja->nka", shares, offset)


def seen_at(theta: np.ndarray) -> np.ndarray:
    points, scale, translation = lsp14(theta), theta[:, 82], theta[:, 83:]
    return scale[:, None, None] * (points[..., :2] + translation[:, None])


def slopes(function: object, theta: np.ndarray) -> np.ndarray:
    """The derivative of each body's numbers by its own θ, (N, ..., P), by complex steps: exact but for rounding."""
    count, size = theta.shape
    steps = theta[:, None] + 1j * TINY * np.eye(size)
    values = function(steps.reshape(-1, size)).imag / TINY
    return np.moveaxis(values.reshape(count, size, *values.shape[1:]), 1, -1)


def wave(number: int, *shape: int) -> list[np.ndarray]:
    """A layer's weight and bias, as the notebook's set-up makes them up."""
    rows, columns = shape[0], int(np.prod(shape[1:]))
    weight = np.sin(2 * number + 0.7 * np.arange(rows * columns)).reshape(rows, columns) / np.sqrt(columns)
    return [weight, np.sin(2 * number + 1 + 0.7 * np.arange(rows)) / np.sqrt(rows)]


class Judges:
    """HMR's discriminators as four perceptrons, and their gradients by hand."""

    def __init__(self) -> None:
        self.shared = Layers(wave(0, 32, 9) + wave(1, 32, 32))
        each, bias = wave(2, 23, 32)
        # One joint's judge sees that joint alone: a block of the diagonal.
        self.each = Layers([block_diag(*each), bias])
        self.together = Layers(wave(3, 1024, 736) + wave(4, 1024, 1024) + wave(5, 1, 1024))
        self.shape = Layers(wave(6, 10, 10) + wave(7, 5, 10) + wave(8, 1, 5))

    def __call__(self, features: np.ndarray, betas: np.ndarray) -> np.ndarray:
        hidden = self.shared(features.reshape(-1, 9))
        self.hidden = hidden
        joints = np.maximum(hidden, 0).reshape(len(betas), -1)
        return np.hstack([self.each(joints), self.together(joints), self.shape(betas)])

    def back(self, slope: np.ndarray) -> tuple[np.ndarray, np.ndarray, list[list[np.ndarray]]]:
        by_each, each = self.each.back(slope[:, :23])
        by_all, together = self.together.back(slope[:, 23:24])
        by_betas, shape = self.shape.back(slope[:, 24:])
        each[0] = each[0] * block_diag(*np.ones((23, 1, 32)))
        by_hidden = (by_each + by_all).reshape(-1, 32) * (self.hidden > 0)
        by_features, shared = self.shared.back(by_hidden)
        return by_features.reshape(len(slope), 23, 9), by_betas, [shared, each, together, shape]

    def descend(self, by_arrays: list[list[np.ndarray]], rate: float) -> None:
        for layers, arrays in zip((self.shared, self.each, self.together, self.shape), by_arrays, strict=True):
            layers.descend(arrays, rate)


def whole_game(
    features: np.ndarray, truth: np.ndarray, visible: np.ndarray, poses: np.ndarray, betas: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Both losses of each round."""
    people, judges = len(features), Judges()
    mean = np.zeros((1, 85))
    mean[0, 0], mean[0, 82] = 3.0, 0.9
    layers = Layers(wave(0, 16, 93) + wave(1, 16, 16) + wave(2, 85, 16))
    layers.weights[-1], layers.biases[-1] = 0.1 * layers.weights[-1], 0.1 * layers.biases[-1]
    real = matrices(poses)[:, 1:]
    history = []
    for _ in range(ROUNDS):
        guesses, passes = [mean.repeat(people, 0)], []
        for _ in range(3):
            guesses.append(guesses[-1] + layers(np.hstack([features, guesses[-1]])))
            passes.append(layers.seen)
        fakes, last = np.concatenate(guesses[1:]), guesses[-1]
        turned = rodrigues(fakes[:, 3:72].reshape(-1, 23, 3)).reshape(-1, 23, 9)

        weight = np.broadcast_to(visible[..., None], truth.shape) / visible.sum()
        error = np.where(visible[..., None] > 0, seen_at(last) - truth, 0)
        by_last = 60 * np.einsum("nkc,nkcp->np", weight * np.sign(error), slopes(seen_at, last))
        scores = judges(turned, fakes[:, 72:82])
        by_features, by_betas, _ = judges.back(2 * (scores - 1) / len(fakes))
        by_turn = slopes(lambda turns: rodrigues(turns).reshape(-1, 9), fakes[:, 3:72].reshape(-1, 3))
        by_fakes = np.zeros_like(fakes)
        by_fakes[:, 3:72] = np.einsum("nf,nfp->np", by_features.reshape(-1, 9), by_turn).reshape(-1, 69)
        by_fakes[:, 72:82] = by_betas

        slope, total = np.zeros_like(last), None
        for number in reversed(range(3)):
            slope = slope + by_fakes[number * people : (number + 1) * people] + (by_last if number == 2 else 0)
            layers.seen = passes[number]
            by_input, by_arrays = layers.back(slope)
            total = by_arrays if total is None else [one + other for one, other in zip(total, by_arrays, strict=True)]
            slope = slope + by_input[:, 8:]
        layers.descend(total, NETWORK_RATE)
        mean = mean - NETWORK_RATE * slope.sum(0)

        on_real = judges(real, betas)
        *_, by_real = judges.back(2 * (on_real - 1) / len(real))
        on_fake = judges(turned, fakes[:, 72:82])
        *_, by_fake = judges.back(2 * on_fake / len(fakes))
        judges.descend(
            [[a + b for a, b in zip(*pair, strict=True)] for pair in zip(by_real, by_fake, strict=True)], JUDGES_RATE
        )
        history.append(((weight * np.abs(error)).sum(), missed(on_real, 1) + missed(on_fake, 0)))
    reprojection, judged = np.array(history).T
    return reprojection, judged


def players(generator: Generator, visible: np.ndarray) -> Case:
    people = len(visible)
    theta = generator.normal(0, 0.2, (people, 85))
    theta[:, :3] = Rotation.from_euler("xy", generator.uniform((160, -40), (200, 40), (people, 2)), True).as_rotvec()
    theta[:, 82:] = np.array([0.9, 0, 0]) + generator.normal(0, 0.05, (people, 3))
    truth = np.where(visible[..., None] > 0, seen_at(theta), np.nan)
    poses = generator.normal(0, 0.3, (3 * people, 24, 3))
    poses[:, 0] = Rotation.random(3 * people, random_state=generator).as_rotvec()
    betas = generator.normal(size=(3 * people, 10))
    arguments = (generator.normal(size=(people, 8)), truth, visible, poses, betas)
    return Case(arguments, whole_game(*arguments))


def people_seen(generator: Generator) -> Iterator[Case]:
    yield players(generator, np.ones((2, 14)))


def people_half_seen(generator: Generator) -> Iterator[Case]:
    yield players(generator, generator.permuted(np.tile([0.0] * 4 + [1.0] * 10, (3, 1)), axis=1))


PLAYED = "float64 through five rounds: two ways to add up agree to ten digits, and one slip shows in the second"

MY_TRAINING = Question(
    "my_training",
    (
        Criterion("seen", 2, people_seen, 1e-6, PLAYED, "Your functions do not play HMR's game."),
        Criterion("hidden", 3, people_half_seen, 1e-6, PLAYED, "With hidden keypoints the game goes otherwise."),
    ),
    together=True,
)


# --- 8 · In words -----------------------------------------------------------------------------------------------------

WHY_UNPAIRED = Written(
    "why_unpaired",
    (
        (1, "Says what keypoints determine and what they leave open, and that the discriminators judge what is open."),
        (
            1,
            "Says why no body of the pool needs a picture: the game compares sets of bodies, not pairs.",
        ),
        (1, "Says what splitting the judge into 25 does for how much data it needs and how well it generalises."),
        (
            1,
            "Names what it cannot do: natural bodies that fit and are wrong, or what the pool never shows.",
        ),
    ),
)

ASSIGNMENT = Assignment(
    "06_hmr",
    (
        FEEDBACK_STEP,
        PROJECT_WEAKLY,
        REPROJECTION_LOSS,
        GENERATOR_LOSS,
        DISCRIMINATOR_LOSS,
        ROTATION_FEATURES,
        MY_TRAINING,
        WHY_UNPAIRED,
    ),
)
