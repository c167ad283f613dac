"""The trusted checks of 05_pose_priors: references in numpy and scipy, in float64, that share no code with the library.

Only the mixture's file is the kit's: it gives arrays, which are data and not what is asked.
"""

from collections.abc import Iterator

import numpy as np
from scipy.spatial.transform import Rotation
from scipy.stats import multivariate_normal

from vhlib.core.paths import shipped
from vhlib.course.questions import Assignment, Case, Criterion, Question, Written

Generator = np.random.Generator

SINGLE = "float32 carries seven digits of numbers up to some hundred"
DOUBLE = "float64 carries sixteen digits; sums of some dozen terms keep ten and more of them"


# --- 1 · The constants of a mixture -----------------------------------------------------------------------------------


def constants(covariances: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """-log ŵ from each Gaussian's density at its own mean, and the smallest determinant."""
    size = covariances.shape[-1]
    peaks = np.array([multivariate_normal(np.zeros(size), c).logpdf(np.zeros(size)) for c in covariances])
    smallest = min(np.linalg.slogdet(c)[1] for c in covariances)
    return -peaks - np.log(weights) - smallest / 2


def mixture_case(generator: Generator, components: int, size: int, *, alike: bool = False) -> Case:
    factors = np.tril(generator.normal(size=(components, size, size)), -1)
    factors += np.eye(size) * generator.uniform(0.3, 2, (components, size, 1))
    narrowest = np.linalg.det(factors).argmin()
    factors[[1, narrowest]] = factors[[narrowest, 1]]  # neither the first nor, of several, the last
    if alike:
        factors = np.broadcast_to(factors[:1], factors.shape).copy()
    weights = np.full(components, 1 / components) if not alike else generator.dirichlet(np.ones(components))
    return Case((factors, weights), (constants(factors @ factors.swapaxes(1, 2), weights),))


def unequal_weights(generator: Generator) -> Iterator[Case]:
    yield mixture_case(generator, 3, 4, alike=True)


def unequal_widths(generator: Generator) -> Iterator[Case]:
    yield mixture_case(generator, 4, 3)
    yield mixture_case(generator, 2, 6)


def many_dimensions(generator: Generator) -> Iterator[Case]:
    diagonal = np.exp(generator.uniform(-9, -5, (2, 300)))  # |Σ|^½ is some 10⁻⁹⁰⁰
    weights = generator.dirichlet(np.ones(2) * 5)
    sums = np.log(diagonal).sum(1)
    wanted = 150 * np.log(2 * np.pi) + sums - sums.min() - np.log(weights)
    yield Case((diagonal[:, :, None] * np.eye(300), weights), (wanted,))


MIXTURE_CONSTANTS = Question(
    "mixture_constants",
    (
        Criterion(
            "weights", 1, unequal_weights, 1e-9, DOUBLE, "Components of one width do not differ by their weights."
        ),
        Criterion("widths", 2, unequal_widths, 1e-9, DOUBLE, "Wide and narrow Gaussians are not told apart."),
        Criterion(
            "range", 1, many_dimensions, 1e-8, DOUBLE, "In many dimensions a determinant leaves what a float holds."
        ),
    ),
)


# --- 2 · Max-mixture --------------------------------------------------------------------------------------------------


def energies(whitened: np.ndarray, constants: np.ndarray) -> np.ndarray:
    every = [[np.dot(r, r) + c for r, c in zip(person, constants, strict=True)] for person in whitened]
    return np.array([min(row) for row in every])


def energy_case(generator: Generator, components: int, dtype: type = np.float64) -> Case:
    whitened = generator.normal(size=(6, components, 4)).astype(dtype)
    offsets = generator.uniform(1, 8, components).astype(dtype)
    wanted = energies(whitened.astype(np.float64), offsets.astype(np.float64))
    return Case((whitened, offsets), (wanted.astype(dtype),))


def one_gaussian(generator: Generator) -> Iterator[Case]:
    yield energy_case(generator, 1)


def several_gaussians(generator: Generator) -> Iterator[Case]:
    yield energy_case(generator, 5)
    yield energy_case(generator, 8, np.float32)


def slopes(generator: Generator) -> Iterator[Case]:
    whitened, offsets = energy_case(generator, 4).arguments
    best = ((whitened**2).sum(2) + offsets).argmin(1)
    mix, slope = generator.normal(size=6), np.zeros_like(whitened)
    slope[np.arange(6), best] = 2 * mix[:, None] * whitened[np.arange(6), best]
    yield Case((whitened, offsets), (slope,), weights=mix)


MAX_MIXTURE = Question(
    "max_mixture",
    (
        Criterion("one", 1, one_gaussian, 1e-9, DOUBLE, "With one component it is not that component's energy."),
        Criterion("several", 1, several_gaussians, 1e-4, SINGLE, "It is not the best component's energy."),
        Criterion("gradient", 1, slopes, 1e-9, DOUBLE, "The gradient does not come from the best component alone."),
    ),
)


# --- 3 · KL -----------------------------------------------------------------------------------------------------------


def divergence(mean: np.ndarray, std: np.ndarray) -> np.ndarray:
    """∫ q log(q / p), coordinate by coordinate, on a grid of 12 standard deviations to each side."""
    grid = np.linspace(-12, 12, 2001)[:, None, None]
    z = mean + std * grid
    log_q, log_p = -(grid**2) / 2 - np.log(std), -(z**2) / 2
    q = np.exp(-(grid**2) / 2) / np.sqrt(2 * np.pi)
    return (q * (log_q - log_p)).sum((0, 2)) * (grid[1, 0, 0] - grid[0, 0, 0])


def latent_case(mean: np.ndarray, std: np.ndarray) -> Case:
    return Case((mean, std), (divergence(mean, std),))


def moved(generator: Generator) -> Iterator[Case]:
    yield latent_case(generator.normal(0, 2, (3, 5)), np.ones((3, 5)))


def widened(generator: Generator) -> Iterator[Case]:
    yield latent_case(np.zeros((3, 5)), generator.uniform(0.1, 3, (3, 5)))
    yield latent_case(generator.normal(size=(2, 32)), generator.uniform(0.1, 3, (2, 32)))


KL_TO_STANDARD_NORMAL = Question(
    "kl_to_standard_normal",
    (
        Criterion(
            "mean", 1, moved, 1e-9, "the integral's grid is good to 1e-12", "A shifted Gaussian is not that far off."
        ),
        Criterion("spread", 2, widened, 1e-9, "the integral's grid is good to 1e-12", "σ is not used as it should be."),
    ),
)


# --- 4 · Reparametrisation --------------------------------------------------------------------------------------------


def draws(generator: Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return generator.normal(size=(3, 4)), generator.uniform(0.2, 2, (3, 4)), generator.normal(size=(3, 4))


def samples(generator: Generator) -> Iterator[Case]:
    mean, std, noise = draws(generator)
    yield Case((mean, std, noise), (np.add(mean, np.multiply(std, noise)),))


def through_the_sample(generator: Generator) -> Iterator[Case]:
    weights = generator.normal(size=(3, 4))
    yield Case(draws(generator), (weights,), weights=weights)


REPARAMETRISE = Question(
    "reparametrise",
    (
        Criterion(
            "sample", 1, samples, 1e-12, DOUBLE, "The sample has not the mean and the spread that it should have."
        ),
        Criterion("gradient", 1, through_the_sample, 1e-12, DOUBLE, "No gradient comes back through the sample."),
    ),
)


# --- 5, 6 · How far from a rotation -----------------------------------------------------------------------------------


def rotations(generator: Generator, *shape: int) -> np.ndarray:
    count = int(np.prod(shape))
    return Rotation.random(count, random_state=generator).as_matrix().reshape(*shape, 3, 3)


def mirrors(generator: Generator, *shape: int) -> np.ndarray:
    return rotations(generator, *shape) @ np.diag([1.0, 1.0, -1.0])


def stretched(matrices: np.ndarray) -> np.ndarray:
    """Σ (s² - 1)² over singular values and joints: ‖R̂R̂ᵀ - I‖² without the product."""
    return ((np.linalg.svd(matrices, compute_uv=False) ** 2 - 1) ** 2).sum((1, 2))


def volumes(matrices: np.ndarray) -> np.ndarray:
    return np.abs(np.linalg.det(matrices) - 1).sum(1)


def orthogonal(generator: Generator) -> Iterator[Case]:
    for matrices in (rotations(generator, 2, 4), mirrors(generator, 2, 4)):
        yield Case((matrices,), (np.zeros(2),))


def crooked(generator: Generator) -> Iterator[Case]:
    for joints in (1, 5):
        matrices = generator.normal(0, 0.7, (3, joints, 3, 3))
        yield Case((matrices,), (stretched(matrices),))


ORTHOGONALITY = Question(
    "orthogonality",
    (
        Criterion("zero", 1, orthogonal, 1e-12, DOUBLE, "A rotation, or a mirror, costs something."),
        Criterion("value", 1, crooked, 1e-8, DOUBLE, "Matrices that are not orthogonal do not cost what they should."),
    ),
)


def unit_volumes(generator: Generator) -> Iterator[Case]:
    yield Case((rotations(generator, 2, 4),), (np.zeros(2),))
    yield Case((mirrors(generator, 2, 4),), (np.full(2, 8.0),))


def any_volumes(generator: Generator) -> Iterator[Case]:
    for joints in (1, 5):
        matrices = generator.normal(0, 0.8, (3, joints, 3, 3))
        # Too large and too small side by side, so that differences without their absolute values would cancel.
        matrices[:, :2] = rotations(generator, 3, min(joints, 2)) * np.array([1.5, 0.5])[:joints, None, None]
        yield Case((matrices,), (volumes(matrices),))


DETERMINANT = Question(
    "determinant",
    (
        Criterion("mirror", 1, unit_volumes, 1e-12, DOUBLE, "A rotation does not cost 0, or a mirror not 2."),
        Criterion("value", 1, any_volumes, 1e-9, DOUBLE, "Other matrices do not cost what they should."),
    ),
)


# --- 7 · The closest rotation -----------------------------------------------------------------------------------------


def closest(matrices: np.ndarray) -> np.ndarray:
    """By Davenport's q-method: the quaternion is an eigenvector of a symmetric 4 x 4 matrix; no SVD, no determinant."""
    found = []
    for m in matrices.reshape(-1, 3, 3):
        z = np.array([m[2, 1] - m[1, 2], m[0, 2] - m[2, 0], m[1, 0] - m[0, 1]])
        k = np.block([[m + m.T - np.trace(m) * np.eye(3), z[:, None]], [z[None], np.trace(m)]])
        found.append(Rotation.from_quat(np.linalg.eigh(k)[1][:, -1]).as_matrix())
    return np.array(found).reshape(matrices.shape)


def from_singular_values(generator: Generator, signs: tuple[int, ...], *shape: int) -> np.ndarray:
    """Matrices whose closest rotation is unique: singular values 0.5 and more apart, the last with a sign."""
    values = np.array([2.5, 1.5, 0.6]) * generator.uniform(0.9, 1.1, (*shape, 3))
    values[..., 2] *= np.reshape(signs, shape)
    return rotations(generator, *shape) * values[..., None, :] @ rotations(generator, *shape)


def stay(generator: Generator) -> Iterator[Case]:
    matrices = rotations(generator, 2, 3)
    yield Case((matrices,), (matrices,))


def right_handed(generator: Generator) -> Iterator[Case]:
    for shape in ((), (4,), (2, 3)):
        matrices = from_singular_values(generator, (1,) * int(np.prod(shape)), *shape)
        yield Case((matrices,), (closest(matrices),))


def left_handed(generator: Generator) -> Iterator[Case]:
    for signs, shape in (((-1, -1, 1, -1, 1), (5,)), ((1, 1, -1, -1, 1, -1), (2, 3))):
        matrices = from_singular_values(generator, signs, *shape)
        yield Case((matrices,), (closest(matrices),))


PROJECT_TO_ROTATION = Question(
    "project_to_rotation",
    (
        Criterion("stay", 1, stay, 1e-9, DOUBLE, "A rotation does not stay as it is."),
        Criterion("closest", 1, right_handed, 1e-9, DOUBLE, "The result is not the closest rotation."),
        Criterion("mirror", 2, left_handed, 1e-9, DOUBLE, "Of a matrix with a negative determinant it makes a mirror."),
    ),
)


# --- 8 · Together -----------------------------------------------------------------------------------------------------

with np.load(shipped("priors", "gmm_08.npz")) as file:
    MIXTURE = dict(file)
SIZES = [(16, 189), (16, 16), (4, 16), (4, 16), (16, 4), (16, 16), (189, 16)]  # of the notebook's network


def layers() -> list[tuple[np.ndarray, np.ndarray]]:
    """The weights that the notebook's set-up makes up."""
    made = []
    for number, (rows, columns) in enumerate(SIZES):
        weight = np.sin(2 * number + 0.7 * np.arange(rows * columns)).reshape(rows, columns) / np.sqrt(columns)
        made.append((weight, np.sin(2 * number + 1 + 0.7 * np.arange(rows)) / np.sqrt(rows)))
    made[-1][1][:] += np.tile(np.eye(3).ravel(), 21)
    return made


def leaky(x: np.ndarray) -> np.ndarray:
    return np.maximum(x, 0.2 * x)


def whole_loss(matrices: np.ndarray, noise: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The training loss of each pose, and the mixture's energy of what comes out, made a rotation."""
    first, second, mean_of, spread_of, third, fourth, last = layers()

    def apply(layer: tuple[np.ndarray, np.ndarray], x: np.ndarray) -> np.ndarray:
        return x @ layer[0].T + layer[1]

    hidden = leaky(apply(second, leaky(apply(first, matrices.reshape(len(matrices), -1)))))
    mean, std = apply(mean_of, hidden), np.logaddexp(0, apply(spread_of, hidden))
    decoded = apply(last, leaky(apply(fourth, leaky(apply(third, mean + std * noise)))))
    decoded = decoded.reshape(-1, 21, 3, 3)
    rebuilt = ((decoded - matrices) ** 2).sum((1, 2, 3))
    loss = 0.005 * divergence(mean, std) + 4 * rebuilt + stretched(decoded) + 0.5 * volumes(decoded)

    turns = Rotation.from_matrix(closest(decoded).reshape(-1, 3, 3)).as_rotvec().reshape(len(matrices), 63)
    pose = np.concatenate([turns, np.zeros((len(matrices), 6))], axis=1)
    means, covars, weights = (MIXTURE[name].astype(np.float64) for name in ("means", "covars", "weights"))
    apart = pose[:, None] - means
    distances = np.einsum("nki,kij,nkj->nk", apart, np.linalg.inv(covars), apart) / 2
    half = np.linalg.slogdet(covars)[1] / 2
    offsets = 0.5 * 69 * np.log(2 * np.pi) + half - half.min() - np.log(weights)
    return loss, (distances + offsets).min(1)


def poses_case(generator: Generator, noise: float) -> Case:
    turns = Rotation.from_rotvec(generator.normal(0, 0.3, (3 * 21, 3))).as_matrix().reshape(3, 21, 3, 3)
    arguments = (turns, noise * generator.normal(size=(3, 4)))
    return Case(arguments, whole_loss(*arguments))


def without_noise(generator: Generator) -> Iterator[Case]:
    yield poses_case(generator, 0)


def with_noise(generator: Generator) -> Iterator[Case]:
    yield poses_case(generator, 1)


MIXED = "the library keeps the mixture in float32: seven digits of an energy of some hundred"

MY_PRIORS = Question(
    "my_priors",
    (
        Criterion("mean", 2, without_noise, 1e-4, MIXED, "Without noise, your functions do not make loss and energy."),
        Criterion("sample", 2, with_noise, 1e-4, MIXED, "With noise, your functions do not make loss and energy."),
    ),
    together=True,
)


# --- 9 · In words -----------------------------------------------------------------------------------------------------

WHICH_PRIOR = Written(
    "which_prior",
    (
        (1, "Says what the KL term and the reconstruction each want, and what happens when either wins."),
        (1, "Says what L_orth alone lets through and why L_det is needed, or why neither is with another output."),
        (1, "Says what the mixture's minimum does where two Gaussians meet, and what ‖z‖² does far from all data."),
        (1, "Names something that no prior of this kind knows, with an example of a body that it lets through."),
    ),
)

ASSIGNMENT = Assignment(
    "05_pose_priors",
    (
        MIXTURE_CONSTANTS,
        MAX_MIXTURE,
        KL_TO_STANDARD_NORMAL,
        REPARAMETRISE,
        ORTHOGONALITY,
        DETERMINANT,
        PROJECT_TO_ROTATION,
        MY_PRIORS,
        WHICH_PRIOR,
    ),
)
