"""The trusted checks of 04_smplify: references in numpy and scipy, in float64, that share no code with the library.

Only `read_body` is the kit's, and the mixture's file: they give arrays, which are data and not what is asked.
"""

import functools
from collections.abc import Iterator

import numpy as np
from scipy.linalg import solve_triangular
from scipy.optimize import least_squares
from scipy.spatial.transform import Rotation

from vhlib.body import read_body
from vhlib.core.paths import shipped
from vhlib.course.questions import Assignment, Case, Criterion, Question, Written

Generator = np.random.Generator

SINGLE = "float32 carries seven digits of numbers up to some thousand"
DOUBLE = "float64 carries sixteen digits; sums of some dozen terms keep ten and more of them"


# --- 1 · The pinhole --------------------------------------------------------------------------------------------------


def pinhole(points: np.ndarray, focal_length: np.ndarray, principal_point: np.ndarray) -> np.ndarray:
    """By the camera's matrix and homogeneous coordinates, one person after the other."""
    pixels = []
    for person, (fx, fy), (cx, cy) in zip(points, focal_length, principal_point, strict=True):
        homogeneous = person @ np.array([[fx, 0, cx], [0, fy, cy], [0, 0, 1]]).T
        pixels.append(homogeneous[:, :2] / homogeneous[:, 2:])
    return np.stack(pixels)


def camera_case(generator: Generator, *, centred: bool) -> Case:
    points = generator.uniform((-1, -1, 2), (1, 1, 8), (3, 6, 3))
    focal_length = generator.uniform(400, 1500, (3, 2))
    principal_point = np.zeros((3, 2)) if centred else generator.uniform(100, 500, (3, 2))
    arguments = (points, focal_length, principal_point)
    return Case(arguments, (pinhole(*arguments),))


def on_the_axis(generator: Generator) -> Iterator[Case]:
    yield camera_case(generator, centred=True)


def in_the_image(generator: Generator) -> Iterator[Case]:
    yield camera_case(generator, centred=False)
    case = camera_case(generator, centred=False)
    yield Case(tuple(value.astype(np.float32) for value in case.arguments), (case.expected[0].astype(np.float32),))


PROJECT_POINTS = Question(
    "project_points",
    (
        Criterion("axis", 1, on_the_axis, 1e-9, DOUBLE, "Points are not seen where similar triangles put them."),
        Criterion("image", 1, in_the_image, 2e-3, SINGLE, "The principal point is left out, or x and y are mixed up."),
    ),
)


# --- 2 · The data term ------------------------------------------------------------------------------------------------


def geman_mcclure(error: np.ndarray, sigma: float) -> np.ndarray:
    """ρ as the square of the residual that SMPLify's code returns: σ e / √(σ² + e²)."""
    return (sigma * error / np.hypot(sigma, error)) ** 2


def data_energy(projected: np.ndarray, keypoints_2d: np.ndarray, weight: np.ndarray, sigma: float) -> np.ndarray:
    energies = np.zeros(len(projected))
    for person, joint in np.argwhere(weight > 0):
        error = projected[person, joint] - keypoints_2d[person, joint]
        energies[person] += weight[person, joint] ** 2 * geman_mcclure(error, sigma).sum()
    return energies


def data_case(generator: Generator, errors: float, sigma: float, weight: np.ndarray) -> Case:
    seen = generator.uniform(0, 500, (*weight.shape, 2))
    projected = seen + errors * generator.normal(size=seen.shape)
    seen[weight == 0] = np.nan
    return Case((projected, seen, weight, np.array(sigma)), (data_energy(projected, seen, weight, sigma),))


def small_errors(generator: Generator) -> Iterator[Case]:
    yield data_case(generator, 1e-3, 100.0, np.ones((2, 5)))


def outliers(generator: Generator) -> Iterator[Case]:
    for sigma in (100.0, 30.0):
        yield data_case(generator, 2 * sigma, sigma, np.ones((3, 5)))


def weighted(generator: Generator) -> Iterator[Case]:
    yield data_case(generator, 50.0, 100.0, generator.uniform(0.1, 2, (3, 5)))


def missing(generator: Generator) -> Iterator[Case]:
    weight = generator.uniform(0.5, 1, (2, 6))
    weight[[0, 1, 1], [2, 0, 5]] = 0
    yield data_case(generator, 50.0, 100.0, weight)


def pulls(generator: Generator) -> Iterator[Case]:
    weight = generator.uniform(0.5, 1, (2, 4))
    weight[1, 2] = 0
    case = data_case(generator, 80.0, 100.0, weight)
    projected, seen, _, _ = case.arguments
    error, mix = projected - seen, generator.normal(size=2)
    # ρ'(e) = 2 e σ⁴ / (σ² + e²)²
    slope = mix[:, None, None] * weight[..., None] ** 2 * 2 * error * 100.0**4 / (100.0**2 + error**2) ** 2
    yield Case(case.arguments, (np.where(weight[..., None] > 0, slope, 0),), weights=mix)


KEYPOINT_ENERGY = Question(
    "keypoint_energy",
    (
        Criterion("near", 1, small_errors, 1e-12, DOUBLE, "Small errors do not count by their squares."),
        Criterion("outlier", 2, outliers, 1e-6, DOUBLE, "Large errors are not damped as Geman and McClure do it."),
        Criterion("weight", 1, weighted, 1e-6, DOUBLE, "Weights are not those of residuals, squared in the energy."),
        Criterion("missing", 1, missing, 1e-6, DOUBLE, "A joint of weight zero is looked at all the same."),
        Criterion("gradient", 1, pulls, 1e-8, DOUBLE, "The derivative is wrong or NaN: a fit would stop there."),
    ),
)


# --- 3 · Depth --------------------------------------------------------------------------------------------------------


def depth(ends_2d: np.ndarray, ends_3d: np.ndarray, seen: np.ndarray, focal_length: np.ndarray) -> np.ndarray:
    """f · mean ‖3D edges‖ / mean ‖2D edges‖, edge by edge, as in SMPLify's code."""
    depths = []
    for person, focal in enumerate(focal_length):
        edges = [edge for edge in range(len(ends_3d)) if seen[person, edge].all()]
        true = [np.linalg.norm(np.subtract(*ends_3d[edge])) for edge in edges]
        flat = [np.linalg.norm(np.subtract(*ends_2d[person, edge])) for edge in edges]
        depths.append(focal * np.mean(true) / np.mean(flat))
    return np.array(depths)


def depth_case(generator: Generator, seen: np.ndarray) -> Case:
    people, edges = seen.shape[:2]
    ends_2d = generator.uniform(0, 300, (people, edges, 2, 2))
    ends_2d[~seen] = generator.uniform(1e3, 1e4, (int((~seen).sum()), 2))
    ends_3d = generator.normal(0, 0.3, (edges, 2, 3))
    arguments = (ends_2d, ends_3d, seen, generator.uniform(500, 5000, people))
    return Case(arguments, (depth(*arguments),))


def one_edge(generator: Generator) -> Iterator[Case]:
    yield depth_case(generator, np.ones((4, 1, 2), bool))


def torsos(generator: Generator) -> Iterator[Case]:
    for people in (1, 5):
        yield depth_case(generator, np.ones((people, 2, 2), bool))


def hidden_ends(generator: Generator) -> Iterator[Case]:
    seen = np.ones((3, 2, 2), bool)
    seen[0, 0, 1] = seen[1, 1, 0] = False
    yield depth_case(generator, seen)


TORSO_DEPTH = Question(
    "torso_depth",
    (
        Criterion("edge", 1, one_edge, 1e-8, DOUBLE, "The depth of one edge is not that of similar triangles."),
        Criterion("torso", 2, torsos, 1e-8, DOUBLE, "Two edges are not joined as SMPLify joins them."),
        Criterion("seen", 1, hidden_ends, 1e-8, DOUBLE, "An edge with a missing end is not left out."),
    ),
)


# --- 4 · The angle prior ----------------------------------------------------------------------------------------------

# Entries 55, 58, 12 and 15 of SMPL's 72 pose numbers, and their signs, as SMPLify's fit_3d.py has them.
ENTRIES, SIGNS = np.array([55, 58, 12, 15]), np.array([1.0, -1.0, -1.0, -1.0])


def hinges(body_pose: np.ndarray) -> np.ndarray:
    pose = np.concatenate([np.zeros((len(body_pose), 3)), body_pose.reshape(len(body_pose), -1)], axis=1)
    return np.exp(SIGNS * pose[:, ENTRIES])


def straight(generator: Generator) -> Iterator[Case]:
    body_pose = generator.normal(0, 0.5, (2, 23, 3))
    body_pose.reshape(2, -1)[:, ENTRIES - 3] = 0
    yield Case((body_pose,), (hinges(body_pose),))


def bent(generator: Generator) -> Iterator[Case]:
    body_pose = generator.normal(0, 0.7, (4, 23, 3))
    yield Case((body_pose,), (hinges(body_pose),))
    single = body_pose.astype(np.float32)
    yield Case((single,), (hinges(single.astype(np.float64)).astype(np.float32),))


ANGLE_RESIDUALS = Question(
    "angle_residuals",
    (
        Criterion("straight", 1, straight, 1e-9, DOUBLE, "A straight hinge does not cost 1, or another joint counts."),
        Criterion("bent", 2, bent, 1e-5, SINGLE, "A bent elbow or knee costs the wrong way round, or too much."),
    ),
)


# --- 5 · A step -------------------------------------------------------------------------------------------------------


def step(gradient: np.ndarray, curvature: np.ndarray, damping: np.ndarray) -> np.ndarray:
    """As a least squares problem: with H = KᵀK, the δ that makes ‖K δ + K⁻ᵀ g‖² + λ ‖diag(H)^½ δ‖² least."""
    steps = []
    for g, h, lam in zip(gradient, curvature, damping, strict=True):
        root = np.linalg.cholesky(h).T
        rows = np.concatenate([root, np.sqrt(lam) * np.diag(np.sqrt(np.diag(h)))])
        wanted = np.concatenate([-solve_triangular(root, g, trans="T"), np.zeros(len(g))])
        steps.append(np.linalg.lstsq(rows, wanted, rcond=None)[0])
    return np.stack(steps)


def step_case(generator: Generator, damping: np.ndarray) -> Case:
    jacobian = generator.normal(size=(len(damping), 9, 5)) * np.array([1.0, 3.0, 0.5, 2.0, 1.0])
    arguments = (generator.normal(size=(len(damping), 5)), 2 * jacobian.swapaxes(1, 2) @ jacobian, damping)
    return Case(arguments, (step(*arguments),))


def undamped(generator: Generator) -> Iterator[Case]:
    yield step_case(generator, np.full(3, 1e-9))


def damped(generator: Generator) -> Iterator[Case]:
    for size in (1.0, 30.0):
        yield step_case(generator, size * generator.uniform(0.5, 2, 4))


DAMPED_STEP = Question(
    "damped_step",
    (
        Criterion(
            "newton",
            1,
            undamped,
            1e-6,
            "λ = 1e-9 itself changes a step by 1e-8",
            "Without damping it misses the bottom.",
        ),
        Criterion("damping", 2, damped, 1e-8, DOUBLE, "λ does not scale the curvature's diagonal, person by person."),
    ),
)


# --- 6 · Two starts ---------------------------------------------------------------------------------------------------


def shoulder_case(generator: Generator, apart: np.ndarray, seen: np.ndarray) -> Case:
    people = len(apart)
    first = Rotation.random(people, random_state=generator)
    left, direction = generator.uniform(50, 250, (people, 2)), generator.uniform(0, 2 * np.pi, people)
    direction[apart.argmax()] = np.pi / 2  # one above the other: far apart, though not in x
    right = left + apart[:, None] * np.stack([np.cos(direction), np.sin(direction)], axis=1)
    unclear = np.flatnonzero((apart < 25) | ~seen.all(1))
    turned = first[unclear] * Rotation.from_euler("y", 180, degrees=True)
    arguments = (first.as_matrix(), np.stack([left, right], axis=1), seen)
    return Case(arguments, (turned.as_matrix(), unclear))


def sideways(generator: Generator) -> Iterator[Case]:
    apart = np.array([24.5, 25.5, *generator.uniform(0, 20, 2), *generator.uniform(30, 90, 2)])
    yield shoulder_case(generator, generator.permutation(apart), np.ones((6, 2), bool))
    yield shoulder_case(generator, np.array([80.0, 60.0]), np.ones((2, 2), bool))


def unseen(generator: Generator) -> Iterator[Case]:
    seen = np.array([[True, True], [False, True], [True, False], [False, False]])
    yield shoulder_case(generator, np.full(4, 70.0), generator.permutation(seen))


SECOND_STARTS = Question(
    "second_starts",
    (
        Criterion("sideways", 2, sideways, 1e-9, DOUBLE, "The wrong people start again, or turned the wrong way."),
        Criterion("unseen", 1, unseen, 1e-9, DOUBLE, "A shoulder that is not seen is taken for one that is."),
    ),
)


# --- 7 · Together -----------------------------------------------------------------------------------------------------

BODY = read_body(shipped("body", "neutral.npz"))
with np.load(shipped("priors", "gmm_08.npz")) as file:
    MIXTURE = dict(file)
PARENTS = BODY.parents.tolist()
TOP = 411 if BODY.head_top is None else BODY.head_top
DIRECTIONS = BODY.shapedirs[..., :10].astype(np.float64)
REGRESSOR = BODY.joint_regressor.astype(np.float64)
REST, BY_SHAPE = REGRESSOR @ BODY.v_template, np.einsum("jv,vcs->jcs", REGRESSOR, DIRECTIONS)
STATURE = float(np.ptp(BODY.v_template[:, 1]))

# LSP's points in SMPL's numbers: right and left leg, right and left arm; the neck has none, the head's top is no joint.
LSP = [8, 5, 2, 1, 4, 7, 21, 19, 17, 16, 18, 20]
TORSO, HIPS = [(9, 3), (8, 2)], [2, 3]
POSE, SHAPE, DEPTH, SIGMA = 57.4, 10.0, 100.0, 100.0


def posed(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The joints (N, 24, 3) and the top of the head (N, 3) of bodies in the camera's frame, metres."""
    count = len(x)
    turns = Rotation.from_rotvec(x[:, :72].reshape(-1, 3)).as_matrix().reshape(count, 24, 3, 3)
    betas, transl = x[:, 72:82], x[:, 82:]
    rest = REST + np.einsum("ns,jcs->njc", betas, BY_SHAPE)
    world, joints = [turns[:, 0]], [rest[:, 0]]
    for joint in range(1, 24):
        parent = PARENTS[joint]
        bone = rest[:, joint] - rest[:, parent]
        joints.append(joints[parent] + np.einsum("nij,nj->ni", world[parent], bone))
        world.append(world[parent] @ turns[:, joint])
    top = BODY.v_template[TOP] + betas @ DIRECTIONS[TOP].T
    top = top + (turns[:, 1:] - np.eye(3)).reshape(count, -1) @ BODY.posedirs[TOP].T.astype(np.float64)
    moved = sum(
        weight * (np.einsum("nij,nj->ni", world[joint], top - rest[:, joint]) + joints[joint])
        for joint, weight in enumerate(BODY.weights[TOP].astype(np.float64))
        if weight
    )
    return np.stack(joints, axis=1) + transl[:, None], moved + transl


@functools.cache
def gaussians() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Means, the inverses of the covariances' Cholesky factors, and -log ŵ of the mixture."""
    means, covars, weights = (MIXTURE[name].astype(np.float64) for name in ("means", "covars", "weights"))
    half_log_det = 0.5 * np.linalg.slogdet(covars)[1]
    constants = 0.5 * means.shape[1] * np.log(2 * np.pi) + half_log_det - half_log_det.min() - np.log(weights)
    return means, np.linalg.inv(np.linalg.cholesky(covars)), constants


def pose_residuals(pose: np.ndarray) -> np.ndarray:
    """Of the Gaussian that explains a pose best: squares sum to min_k [½ ‖θ - μ_k‖²_Σk - log ŵ_k]."""
    means, whitening, constants = gaussians()
    whitened = np.einsum("kij,nkj->nki", whitening, pose[:, None] - means) * np.sqrt(0.5)
    best = ((whitened**2).sum(2) + constants).argmin(1)
    rows = np.arange(len(pose))
    return np.concatenate([whitened[rows, best], np.sqrt(constants[best])[:, None]], axis=1)


class Person:
    """One person's keypoints in the image that the fit works in, and the residuals of the stage.

    People here stand upright, so that the library's rule for torsos that look too short does not come into play.
    """

    def __init__(
        self, keypoints: np.ndarray, confidence: np.ndarray, focal_length: np.ndarray, principal_point: np.ndarray
    ) -> None:
        edges = [edge for edge in TORSO if confidence[list(edge)].all()]
        flat = sum(np.linalg.norm(keypoints[upper] - keypoints[lower]) for upper, lower in edges)
        true = sum(np.linalg.norm(REST[LSP[upper]] - REST[LSP[lower]]) for upper, lower in edges)
        scale = 300 / (STATURE * flat / true)
        self.depth = focal_length.mean() * true / flat
        self.focal_length, self.principal_point = focal_length * scale, principal_point * scale
        points = [*range(12), 13]  # without the neck
        self.keypoints = keypoints[points] * scale
        self.weight = confidence[points].copy()
        self.weight[HIPS] = 0
        left, right = keypoints[9] * scale, keypoints[8] * scale
        self.unclear = not confidence[[8, 9]].all() or np.linalg.norm(left - right) < 25

    def residuals(self, x: np.ndarray) -> np.ndarray:
        joints, top = posed(x)
        points = np.concatenate([joints[:, LSP], top[:, None]], axis=1)
        error = self.focal_length * points[..., :2] / points[..., 2:] + self.principal_point - self.keypoints
        data = self.weight[:, None] * SIGMA * error / np.hypot(SIGMA, error)
        parts = (
            data.reshape(len(x), -1),
            DEPTH * (x[:, 84:] - self.depth),
            POSE * pose_residuals(x[:, 3:72]),
            0.317 * 10 * POSE * hinges(x[:, 3:72]),
            SHAPE * x[:, 72:82],
        )
        return np.concatenate(parts, axis=1)

    def slope(self, x: np.ndarray) -> np.ndarray:
        shifts = 1e-6 * np.eye(85)
        return ((self.residuals(x + shifts) - self.residuals(x - shifts)) / 2e-6).T

    def fit(self, start: Rotation) -> np.ndarray:
        """The joints (24, 3) at the bottom of the valley that a start lies in, by scipy's MINPACK."""
        pose = MIXTURE["weights"].astype(np.float64) @ MIXTURE["means"].astype(np.float64)
        x = np.concatenate([start.as_rotvec(), pose, np.zeros(12), [self.depth]])
        found = least_squares(
            lambda x: self.residuals(x[None])[0], x, self.slope, method="lm", xtol=1e-9, ftol=1e-13, gtol=1e-13
        )
        return posed(found.x[None])[0][0]


def people_case(generator: Generator, headings: np.ndarray, confidence: np.ndarray) -> Case:
    people = len(confidence)
    upright = Rotation.from_euler("x", 180, degrees=True)
    turns = upright * Rotation.from_euler(
        "y", headings[:, None] + generator.uniform(-10, 10, (people, 1)), degrees=True
    )
    pose = MIXTURE["weights"] @ MIXTURE["means"] + generator.normal(0, 0.05, (people, 69))
    transl = generator.uniform((-0.2, -0.2, 3.5), (0.2, 0.2, 4.5), (people, 3))
    x = np.concatenate([turns.as_rotvec(), pose, generator.normal(0, 0.5, (people, 10)), transl], axis=1)
    joints, top = posed(x)
    neck = joints[:, [16, 17]].mean(1)
    points = np.concatenate([joints[:, LSP], neck[:, None], top[:, None]], axis=1)
    focal_length, principal_point = np.full((people, 2), 1100.0), np.full((people, 2), 400.0)
    keypoints = pinhole(points, focal_length, principal_point)
    arguments = (keypoints, confidence, focal_length, principal_point)
    return Case(arguments, (fitted(*(value.tobytes() for value in arguments)),))


@functools.cache
def fitted(*arguments: bytes) -> np.ndarray:
    """The joints of every start, first ones first; the same for every answer, so worked out once."""
    shapes = ((-1, 14, 2), (-1, 14), (-1, 2), (-1, 2))
    arrays = (np.frombuffer(value).reshape(shape) for value, shape in zip(arguments, shapes, strict=True))
    people = [Person(*person) for person in zip(*arrays, strict=True)]
    facing = Rotation.from_euler("x", 180, degrees=True)
    turned = facing * Rotation.from_euler("y", 180, degrees=True)
    starts = [(person, facing) for person in people] + [(person, turned) for person in people if person.unclear]
    return np.stack([person.fit(start) for person, start in starts])


def facing_people(generator: Generator) -> Iterator[Case]:
    yield people_case(generator, np.array([15.0, -15.0]), generator.uniform(0.5, 1, (2, 14)))


def people_from_the_side(generator: Generator) -> Iterator[Case]:
    yield people_case(generator, np.array([0.0, generator.choice([-90, 90])]), np.ones((2, 14)))


CONVERGED = "where the energy has stopped falling, joints still move by some tenths of a millimetre"

MY_STAGE = Question(
    "my_stage",
    (
        Criterion("stage", 3, facing_people, 2e-3, CONVERGED, "The stage does not end at the bottom of its energy."),
        Criterion("start", 2, people_from_the_side, 2e-3, CONVERGED, "A person from the side does not start twice."),
    ),
    together=True,
)


# --- 8 · In words -----------------------------------------------------------------------------------------------------

LOCAL_MINIMA = Written(
    "local_minima",
    (
        (1, "Says that from one start a minimiser finds one valley, and names a reason why this energy has several."),
        (1, "Explains why the pixels cannot tell the valleys apart: what projection loses, with an example."),
        (1, "Says what staging and strong early priors do to the energy, and what they cost."),
        (1, "Proposes a way out, other than two starts, and says where it would fail."),
    ),
)

ASSIGNMENT = Assignment(
    "04_smplify",
    (
        PROJECT_POINTS,
        KEYPOINT_ENERGY,
        TORSO_DEPTH,
        ANGLE_RESIDUALS,
        DAMPED_STEP,
        SECOND_STARTS,
        MY_STAGE,
        LOCAL_MINIMA,
    ),
)
