"""The trusted checks of 02_cameras_and_rendering: references in numpy and scipy that share no code with the library."""

from collections.abc import Callable, Iterator

import numpy as np
from scipy.spatial.transform import Rotation
from scipy.special import expit

from vhlib.course.questions import Assignment, Case, Criterion, Question, Written

Generator = np.random.Generator

SINGLE = "float32 carries seven digits; a few products and one division keep five of them"
DOUBLE = "float64 carries sixteen digits; a few products and one division keep twelve of them"
DIFFERENCES = "central differences with a step of 1e-6 are good to 1e-9"


# --- 1 · Where a camera stands ----------------------------------------------------------------------------------------


def motion(eye: np.ndarray, target: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """By heading and pitch: a camera that looks along -z has the rows x, -y, -z, and is then turned."""
    x, y, z = ((target - eye) / np.linalg.norm(target - eye, axis=1, keepdims=True)).T
    turned = Rotation.from_euler("YX", np.stack([np.arctan2(-x, -z), np.arcsin(y)], 1)).as_matrix()
    rotation = np.diag([1.0, -1.0, -1.0]) @ turned.swapaxes(1, 2)
    return rotation, -np.einsum("bij,bj->bi", rotation, eye)


def stance(generator: Generator, dtype: type, *, level: bool) -> Case:
    eye, step = generator.normal(0, 2, (5, 3)), generator.normal(0, 1, (5, 3))
    step[:, 1] = 0 if level else np.where(step[:, 1] < 0, -1, 1) * generator.uniform(0.3, 1, 5)
    step[:, 0] += np.where(step[:, 0] < 0, -0.3, 0.3)
    eye, target = eye.astype(dtype), (eye + step).astype(dtype)
    if level:
        target[:, 1] = eye[:, 1]
    return Case((eye, target), tuple(one.astype(dtype) for one in motion(eye.astype(float), target.astype(float))))


def level(generator: Generator) -> Iterator[Case]:
    yield stance(generator, np.float32, level=True)


def tilted(generator: Generator) -> Iterator[Case]:
    yield stance(generator, np.float32, level=False)
    yield stance(generator, np.float64, level=False)


LOOK_AT = Question(
    "look_at",
    (
        Criterion("level", 2, level, 2e-5, SINGLE, "A camera level with what it looks at stands or points elsewhere."),
        Criterion("tilted", 2, tilted, 2e-5, SINGLE, "A camera that looks up or down has the wrong axes."),
    ),
)


# --- 2 · From the world to pixels -------------------------------------------------------------------------------------


def pixels_of(
    points: np.ndarray,
    rotation: np.ndarray,
    translation: np.ndarray,
    focal_length: np.ndarray,
    principal_point: np.ndarray,
) -> np.ndarray:
    """By the 3 x 4 matrix of the camera, K (R | T), and homogeneous coordinates, image by image."""
    images = []
    for image, R, T, (f_x, f_y), (c_x, c_y) in zip(
        points, rotation, translation, focal_length, principal_point, strict=True
    ):
        matrix = np.array([[f_x, 0, c_x], [0, f_y, c_y], [0, 0, 1]]) @ np.column_stack([R, T])
        rays = np.column_stack([image, np.ones(len(image))]) @ matrix.T
        images.append(rays[:, :2] / rays[:, 2:])
    return np.stack(images)


def view(generator: Generator, depths: tuple[float, float], *, moved: bool, dtype: type = np.float64) -> Case:
    """Points between two depths before three cameras, which stand at the origin or anywhere."""
    rotation, translation = np.broadcast_to(np.eye(3), (3, 3, 3)).copy(), np.zeros((3, 3))
    if moved:
        rotation, translation = Rotation.random(3, random_state=generator).as_matrix(), generator.normal(0, 2, (3, 3))
    local = generator.uniform((-1, -1, depths[0]), (1, 1, depths[1]), (3, 6, 3))
    points = np.einsum("bji,bnj->bni", rotation, local - translation[:, None])
    lens = (generator.uniform(30, 90, (3, 2)), generator.uniform(5, 40, (3, 2)))
    arguments = tuple(value.astype(dtype) for value in (points, rotation, translation, *lens))
    return Case(arguments, (pixels_of(*(value.astype(float) for value in arguments)).astype(dtype),))


def at_the_origin(generator: Generator) -> Iterator[Case]:
    yield view(generator, (2, 6), moved=False)


def anywhere(generator: Generator) -> Iterator[Case]:
    yield view(generator, (2, 6), moved=True)
    yield view(generator, (2, 6), moved=True, dtype=np.float32)


def before_and_behind(generator: Generator) -> Iterator[Case]:
    yield view(generator, (-6, -2), moved=False)
    yield view(generator, (-6, -2), moved=True)


WORLD_TO_PIXELS = Question(
    "world_to_pixels",
    (
        Criterion("lens", 1, at_the_origin, 1e-9, DOUBLE, "A camera at the origin sees points at other pixels."),
        Criterion("pose", 2, anywhere, 1e-3, SINGLE, "A camera that was moved and turned sees points elsewhere."),
        Criterion("behind", 1, before_and_behind, 1e-9, DOUBLE, "Points behind the camera get other pixels."),
    ),
)


# --- 3 · Where a pixel's ray meets a face -----------------------------------------------------------------------------


def area(a: np.ndarray, b: np.ndarray, c: np.ndarray) -> np.ndarray:
    """Twice the signed area of the triangle."""
    return (b[..., 0] - a[..., 0]) * (c[..., 1] - a[..., 1]) - (b[..., 1] - a[..., 1]) * (c[..., 0] - a[..., 0])


def weights_of(points: np.ndarray, depths: np.ndarray, pixels: np.ndarray) -> np.ndarray:
    """By areas: the weights in the image, each divided by its corner's depth."""
    a, b, c = (corner[:, None, None] for corner in points.swapaxes(0, 1))
    parts = [area(pixels, b, c), area(a, pixels, c), area(a, b, pixels)]
    return np.stack(parts, -1) / area(a, b, c)[..., None] / depths[:, None, None]


def triangles(generator: Generator, count: int) -> np.ndarray:
    """Corners around circles, so that no triangle is thin."""
    angles = np.sort(generator.uniform(0, 2 * np.pi / 4, (count, 3)) + np.array([0, 2, 4]) * np.pi / 3, axis=1)
    round_ = np.stack([np.cos(angles), np.sin(angles)], -1) * generator.uniform(2, 6, (count, 1, 1))
    round_ = round_ + generator.uniform(2, 8, (count, 1, 2))
    return np.where(np.arange(count)[:, None, None] % 2 == 0, round_, round_[:, ::-1])  # both orientations


def rays(generator: Generator, *, perspective: bool) -> Case:
    points, pixels = triangles(generator, 5), generator.uniform(0, 10, (3, 4, 2))
    depths = generator.uniform(1, 4, (5, 3)) if perspective else np.ones((5, 3))
    corners = np.concatenate([points * depths[..., None], depths[..., None]], -1)
    return Case((corners, pixels), (weights_of(points, depths, pixels),))


def without_perspective(generator: Generator) -> Iterator[Case]:
    yield rays(generator, perspective=False)


def with_perspective(generator: Generator) -> Iterator[Case]:
    yield rays(generator, perspective=True)


RAY_WEIGHTS = Question(
    "ray_weights",
    (
        Criterion("image", 2, without_perspective, 1e-7, DOUBLE, "The weights of the corners in the image are wrong."),
        Criterion("depth", 2, with_perspective, 1e-7, DOUBLE, "With corners at several depths, the weights are wrong."),
    ),
)


# --- 4 · What is in front ---------------------------------------------------------------------------------------------


def nearest(weights: np.ndarray, depths: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Pixel by pixel, face by face."""
    _, height, width, _ = weights.shape
    face = np.full((height, width), -1)
    depth, barycentrics = np.zeros((height, width)), np.zeros((height, width, 3))
    for pixel in np.ndindex(height, width):
        for index in range(len(weights)):
            if (own := weights[(index, *pixel)]).min() < 0:
                continue
            own = own / own.sum()
            if face[pixel] < 0 or own @ depths[index] < depth[pixel]:
                face[pixel], depth[pixel], barycentrics[pixel] = index, own @ depths[index], own
    return face, depth, barycentrics


def shares(generator: Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Weights that sum to one, most of them inside, some on an edge, some outside."""
    inside = generator.dirichlet(np.ones(3), shape)
    kind = generator.uniform(size=shape)
    inside[kind < 0.15] = (0.25, 0.75, 0)
    inside[kind > 0.6] = (-0.5, 0.75, 0.75)
    return inside


def walls(generator: Generator) -> Iterator[Case]:
    weights = shares(generator, (6, 5, 7))
    weights[3] = weights[:, 0, 0] = (1.5, -0.25, -0.25)  # nobody
    weights[:, 1, 1] = (0.5, 0.25, 0.25)  # everybody, two of them nearest
    weights[:, 2, 2], weights[:3, 2, 2] = (0.5, -0.5, 0), (0.5, 0.5, 0)  # edges; and rays that run along a face
    depths = np.array([3.0, 2.0, 5.0, 2.0, 4.0, 6.0])[:, None] * np.ones(3)
    yield Case((weights, depths), nearest(weights, depths))


def slopes(generator: Generator) -> Iterator[Case]:
    weights = shares(generator, (6, 5, 7)) * generator.uniform(0.2, 3, (6, 5, 7, 1))
    depths = generator.uniform(1, 5, (6, 3))
    yield Case((weights, depths), nearest(weights, depths))


Z_BUFFER = Question(
    "z_buffer",
    (
        Criterion(
            "nearest", 2, walls, 1e-9, DOUBLE, "Among faces across the axis, another one than the nearest shows."
        ),
        Criterion("depth", 2, slopes, 1e-9, DOUBLE, "On slanting faces, depth or barycentrics are wrong."),
    ),
)


# --- 5 · A soft face --------------------------------------------------------------------------------------------------


def probability(polygons: np.ndarray, pixels: np.ndarray) -> np.ndarray:
    """Polygon by polygon, pixel by pixel."""
    result = np.zeros((len(polygons), *pixels.shape[:2]))
    for index, *place in np.ndindex(*result.shape):
        pixel, corners = pixels[tuple(place)], polygons[index]
        distances, turns = [], []
        for a, b in zip(corners, np.roll(corners, -1, axis=0), strict=True):
            part = np.clip((pixel - a) @ (b - a) / ((b - a) @ (b - a)), 0, 1)
            distances.append(np.linalg.norm(pixel - a - part * (b - a)))
            turns.append(area(a, b, pixel))
        inside = min(turns) > 0 or max(turns) < 0
        d2 = min(distances) ** 2
        result[(index, *place)] = expit(d2 if inside else -d2)
    return result


def gradient(function: Callable[[np.ndarray], np.ndarray], point: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Of the weighted sum of what the function returns, by central differences."""
    slope = np.zeros_like(point)
    for place in np.ndindex(*point.shape):
        step = np.zeros_like(point)
        step[place] = 1e-6
        slope[place] = (weights * (function(point + step) - function(point - step))).sum() / 2e-6
    return slope


def inside_faces(generator: Generator) -> Iterator[Case]:
    faces = triangles(generator, 4) / 3
    middle = faces.mean(1)
    pixels = middle[:, None] + generator.uniform(-0.1, 0.1, (4, 3, 2))
    for index in range(4):
        face, near = faces[index : index + 1], pixels[index : index + 1]
        yield Case((face, near), (probability(face, near),))


def around_faces(generator: Generator) -> Iterator[Case]:
    faces, pixels = triangles(generator, 4) / 3, generator.uniform(-1, 5, (5, 6, 2))
    yield Case((faces, pixels), (probability(faces, pixels),))
    square = np.array([[[0.0, 0.0], [2.0, 0.0], [2.0, 2.0], [0.0, 2.0]]])
    corners = np.array([[[-0.5, -0.5], [2.4, 2.7], [1.0, -0.6], [-1.0, 3.0]]])
    yield Case((square, corners), (probability(square, corners),))


def moved_faces(generator: Generator) -> Iterator[Case]:
    faces, pixels = triangles(generator, 2) / 3, generator.uniform(0, 4, (3, 4, 2))
    weights = generator.normal(size=(2, 3, 4))
    slope = gradient(lambda moved: probability(moved, pixels), faces, weights)
    yield Case((faces, pixels), (slope,), weights=weights)


COVERAGE = Question(
    "coverage",
    (
        Criterion("inside", 1, inside_faces, 1e-9, DOUBLE, "Inside a face, the probability is wrong."),
        Criterion("outside", 2, around_faces, 1e-9, DOUBLE, "Outside, beside an edge or beyond a corner, it is wrong."),
        Criterion("gradient", 2, moved_faces, 1e-7, DIFFERENCES, "When a corner moves, the derivative is wrong."),
    ),
)


# --- 6 · A soft silhouette --------------------------------------------------------------------------------------------


def events(generator: Generator) -> Iterator[Case]:
    chance = generator.uniform(size=(4, 3, 5))
    chance[0, 0], chance[:, 1, 1] = 1, 0
    nobody = np.ones((3, 5))
    for each in chance:
        nobody = nobody * (1 - each)
    yield Case((chance,), (1 - nobody,))


def others(generator: Generator) -> Iterator[Case]:
    chance, weights = generator.uniform(size=(4, 3, 5)), generator.normal(size=(3, 5))
    chance[0, 0], chance[:2, 1, 1], chance[2, 2] = 1, 1, 0
    slope = np.stack([np.prod(1 - np.delete(chance, index, axis=0), axis=0) for index in range(4)])
    yield Case((chance,), (weights * slope,), weights=weights)


UNION = Question(
    "union",
    (
        Criterion("events", 1, events, 1e-9, DOUBLE, "The chance that any face covers a pixel is wrong."),
        Criterion("gradient", 2, others, 1e-9, DOUBLE, "The derivative is wrong or NaN, where a face is certain, too."),
    ),
)


# --- 7 · Together -----------------------------------------------------------------------------------------------------

SIZE, FOCAL, SIGMA = (24, 32), 40.0, 2e-3
FAINTEST = 1e-4  # what the library leaves out


def picture(
    vertices: np.ndarray, faces: np.ndarray, eye: np.ndarray, target: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Image by image, with the functions above."""
    height, width = SIZE
    x, y = np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5)
    pixels, unit = np.stack([x, y], -1), np.sqrt(SIGMA) * height / 2
    images = []
    for points, rotation, translation in zip(vertices, *motion(eye, target), strict=True):
        local = points @ rotation.T + translation
        lens = np.array([[FOCAL, FOCAL]]), np.array([[width / 2, height / 2]])
        seen = pixels_of(points[None], rotation[None], translation[None], *lens)[0]
        weights = weights_of(seen[faces], local[faces][..., 2], pixels)
        chance = probability(seen[faces] / unit, pixels / unit)
        soft = 1 - np.prod(1 - chance * (chance > FAINTEST), axis=0)
        images.append((seen, nearest(weights, local[faces][..., 2])[1], soft))
    found, depth, soft = (np.stack(each) for each in zip(*images, strict=True))
    return found, depth, soft


def gem(centre: np.ndarray, radius: float) -> np.ndarray:
    return centre + radius * np.concatenate([np.eye(3), -np.eye(3)])


GEM = np.array([[0, 1, 2], [1, 3, 2], [3, 4, 2], [4, 0, 2], [1, 0, 5], [3, 1, 5], [4, 3, 5], [0, 4, 5]])


def scene(generator: Generator, gems: int, cameras: int) -> Case:
    middles = generator.uniform(-0.6, 0.6, (gems, 3))
    points = np.concatenate([gem(middle, generator.uniform(0.5, 0.8)) for middle in middles])
    faces = np.concatenate([GEM + 6 * index for index in range(gems)])
    heading, height = generator.uniform(-3, 3, cameras), generator.uniform(-1.5, 1.5, cameras)
    eye = np.stack([4 * np.sin(heading), height, 4 * np.cos(heading)], 1)
    arguments = (
        np.broadcast_to(points, (cameras, *points.shape)).copy(),
        faces,
        eye,
        generator.normal(0, 0.1, eye.shape),
    )
    return Case(arguments, picture(*arguments))


def one_gem(generator: Generator) -> Iterator[Case]:
    yield scene(generator, 1, 1)


def two_gems(generator: Generator) -> Iterator[Case]:
    yield scene(generator, 2, 2)


MY_PICTURE = Question(
    "my_picture",
    (
        Criterion("gem", 1, one_gem, 1e-6, DOUBLE, "Of one body, your functions do not make the picture."),
        Criterion("scene", 2, two_gems, 1e-6, DOUBLE, "Of two bodies and two cameras, they do not make the pictures."),
    ),
    together=True,
)


# --- 8 · In words -----------------------------------------------------------------------------------------------------

GRADIENT = Written(
    "gradient",
    (
        (1, "Says that a mask is constant but for jumps, so that its derivative is zero almost everywhere."),
        (1, "Says that depth and barycentrics do have gradients, but that which face is seen was a comparison."),
        (1, "Says how far the soft gradient reaches, and what a larger and a smaller sigma buy and cost."),
        (1, "Names something that a soft silhouette does not see, with a reason or an example."),
    ),
)

ASSIGNMENT = Assignment(
    "02_cameras_and_rendering",
    (LOOK_AT, WORLD_TO_PIXELS, RAY_WEIGHTS, Z_BUFFER, COVERAGE, UNION, MY_PICTURE, GRADIENT),
)
