"""A compiled rasterizer for the CPU: loops over faces and the pixels of their boxes, compiled by numba.

Same results as `torch_backend`, the same analytic backward pass, a fraction of the time. Images, and in the soft pass
bands of rows, are shared out among torch's number of threads, so no two of them write to one pixel. Numba keeps the
compiled code on disk: the first call on a machine takes some seconds.
"""

import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, no_type_check

import numba
import numpy as np
import torch
from jaxtyping import Float, Int64
from torch import Tensor
from torch.autograd.function import once_differentiable

from vhlib.render.coverage import REACH, log_uncovered
from vhlib.render.screen import clipped_polygons, fragments, in_image, smallest_area, softness, to_screen
from vhlib.render.types import Camera, Fragments

# Exact in float32, and no wider: an expression of theirs has the type of what they meet.
ZERO, HALF, ONE, INFINITE = np.float32(0), np.float32(0.5), np.float32(1), np.float32(np.inf)

_compiled = numba.njit(nogil=True, cache=True, error_model="numpy", fastmath={"contract", "arcp", "nsz"})


class NumbaRasterizer:
    """Compiled loops on the CPU."""

    name = "numba"

    def rasterize(
        self,
        vertices: Float[Tensor, "B V 3"],
        faces: Int64[Tensor, "F 3"],
        camera: Camera,
        size: tuple[int, int],
        *,
        cull_backfaces: bool = False,
    ) -> Fragments:
        """The nearest face of each pixel: see `vhlib.render.Rasterizer`."""
        screen = to_screen(vertices, faces, camera, size)
        corners, depth, triangles = (_array(t) for t in (screen.homogeneous, screen.depth, faces))
        shape = (len(depth), *size)
        found = np.empty(shape, np.int64), np.empty(shape, depth.dtype), np.empty((*shape, 3), depth.dtype)
        limits = tuple(np.array([screen.near, smallest_area(size)], depth.dtype))

        def image(index: int, _number: int, _start: int, _stop: int) -> None:
            outputs = (array[index] for array in found)
            _fill(corners[:, index], depth[index], triangles, screen.perspective, cull_backfaces, limits, *outputs)

        _share(image, len(depth), 1, size[0])
        pix_to_face, pixel_depth, barycentrics = (torch.from_numpy(array) for array in found)
        if screen.homogeneous.requires_grad:
            return fragments(pix_to_face, faces, screen)
        return Fragments(pix_to_face, pixel_depth, barycentrics)

    def silhouette(
        self,
        vertices: Float[Tensor, "B V 3"],
        faces: Int64[Tensor, "F 3"],
        camera: Camera,
        size: tuple[int, int],
        *,
        sigma: float = 1e-4,
    ) -> Float[Tensor, "B H W"]:
        """How surely each pixel is covered: see `vhlib.render.Rasterizer`."""
        screen = to_screen(vertices, faces, camera, size)
        unit = softness(sigma, size)
        seen = screen.homogeneous[2].detach() >= screen.near
        uncovered: Tensor = _Uncovered.apply(in_image(screen), seen, faces, size, unit)
        for polygons, image in clipped_polygons(screen, faces, size):
            uncovered = uncovered * log_uncovered(polygons, image, len(screen.depth), size, unit).exp()
        return 1 - uncovered


class _Uncovered(torch.autograd.Function):
    """Probability that a pixel is covered by none of the faces whose three vertices are seen."""

    @staticmethod
    def forward(ctx: Any, points: Tensor, seen: Tensor, faces: Tensor, size: tuple[int, int], unit: float) -> Tensor:
        corners, in_front, triangles = (_array(t) for t in (points, seen, faces))
        uncovered = np.ones((len(in_front), *size), corners.dtype)
        limits = _soft_limits(size, unit, corners.dtype)

        def band(index: int, _number: int, start: int, stop: int) -> None:
            _cover(corners[:, index], in_front[index], triangles, limits, start, uncovered[index, start:stop])

        _share(band, len(in_front), _bands(len(in_front), size[0]), size[0])
        result = torch.from_numpy(uncovered)
        ctx.save_for_backward(points, seen, faces, result)
        ctx.size, ctx.unit = size, unit
        return result

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        points, seen, faces, uncovered = ctx.saved_tensors
        corners, in_front, triangles = (_array(t) for t in (points, seen, faces))
        weights = _array(grad * uncovered)
        limits = _soft_limits(ctx.size, ctx.unit, corners.dtype)
        count = _bands(len(in_front), ctx.size[0])
        total = np.zeros((count, *corners.shape), corners.dtype)  # threads share vertices: each adds up its own

        def band(index: int, number: int, start: int, stop: int) -> None:
            rows = weights[index, start:stop]
            _cover_backward(corners[:, index], in_front[index], triangles, limits, start, rows, total[number, :, index])

        _share(band, len(in_front), count, ctx.size[0])
        return torch.from_numpy(total.sum(0)), None, None, None, None


def _array(tensor: Tensor) -> np.ndarray:
    if tensor.device.type != "cpu":
        raise ValueError(f'vertices, faces: expected them on the CPU, got {tensor.device}; use backend("torch") there')
    array: np.ndarray = tensor.detach().contiguous().numpy()
    return array


def _soft_limits(size: tuple[int, int], unit: float, dtype: np.dtype) -> tuple[np.floating, ...]:
    return tuple(np.array([unit, REACH, smallest_area(size)], dtype))


def _bands(batch: int, height: int) -> int:
    """Into how many bands each image is cut, to have work for every thread."""
    return min(height, math.ceil(torch.get_num_threads() / batch))


def _share(work: Callable[[int, int, int, int], None], batch: int, bands: int, height: int) -> None:
    """Call ``work(image, band, first row, row after the last)`` for all bands of all images, in torch's threads."""
    rows = [round(height * band / bands) for band in range(bands + 1)]
    tasks = [(image, band, rows[band], rows[band + 1]) for image in range(batch) for band in range(bands)]
    threads = min(torch.get_num_threads(), len(tasks))
    if threads == 1:
        for task in tasks:
            work(*task)
        return
    # Threads of one call alone: a pool that outlives it would hang in a forked data loader.
    with ThreadPoolExecutor(threads) as pool:
        for done in [pool.submit(work, *task) for task in tasks]:
            done.result()


@_compiled
@no_type_check
def _fill(corners, depths, faces, perspective, cull_backfaces, limits, face_of_pixel, depth_of_pixel, weights):
    """Hard pass over one image; the algebra is that of `torch_backend`."""
    near, smallest = limits
    height, width = face_of_pixel.shape
    most = ONE / near if perspective else INFINITE
    nearest = np.full((height, width), -INFINITE, depths.dtype)
    pixel_x, pixel_y = corners[0] / corners[2], corners[1] / corners[2]
    face_of_pixel[:] = -1
    depth_of_pixel[:] = 0
    weights[:] = 0
    for face in range(len(faces)):
        ia, ib, ic = faces[face, 0], faces[face, 1], faces[face, 2]
        wa, wb, wc = corners[2, ia], corners[2, ib], corners[2, ic]
        if wa >= near and wb >= near and wc >= near:
            low_x, high_x = _range(pixel_x[ia], pixel_x[ib], pixel_x[ic])
            low_y, high_y = _range(pixel_y[ia], pixel_y[ib], pixel_y[ic])
        elif wa >= near or wb >= near or wc >= near:
            low_x, high_x, low_y, high_y = _box_before_near(corners, faces[face], near)
        else:
            continue
        left, right = _pixels(low_x, high_x, width)
        top, bottom = _pixels(low_y, high_y, height)
        if not (left <= right and top <= bottom):
            continue
        xa, xb, xc = corners[0, ia], corners[0, ib], corners[0, ic]
        ya, yb, yc = corners[1, ia], corners[1, ib], corners[1, ic]
        x, y = left + HALF, top + HALF
        xa, xb, xc, ya, yb, yc = xa - x * wa, xb - x * wb, xc - x * wc, ya - y * wa, yb - y * wb, yc - y * wc
        ea, eb, ec = xb * yc - yb * xc, xc * ya - yc * xa, xa * yb - ya * xb
        determinant = wa * ea + wb * eb + wc * ec
        area = determinant / abs(wa * wb * wc)
        if not smallest < (-area if cull_backfaces else abs(area)) < INFINITE:
            continue
        scale = ONE / determinant
        ea, ea_x, ea_y = ea * scale, (yb * wc - wb * yc) * scale, (wb * xc - xb * wc) * scale
        eb, eb_x, eb_y = eb * scale, (yc * wa - wc * ya) * scale, (wc * xa - xc * wa) * scale
        ec, ec_x, ec_y = ec * scale, (ya * wb - wa * yb) * scale, (wa * xb - xa * wb) * scale
        za, zb, zc = depths[ia], depths[ib], depths[ic]
        for row in range(int(top), int(bottom) + 1):
            down = np.float32(row) - top
            for column in range(int(left), int(right) + 1):
                along = np.float32(column) - left
                a, b, c = (
                    ea + down * ea_y + along * ea_x,
                    eb + down * eb_y + along * eb_x,
                    ec + down * ec_y + along * ec_x,
                )
                if not (a >= ZERO and b >= ZERO and c >= ZERO):
                    continue
                total = a + b + c
                nearness = total if perspective else -(a * za + b * zb + c * zc)
                if nearest[row, column] < nearness <= most:
                    nearest[row, column] = nearness
                    face_of_pixel[row, column] = face
                    a, b, c = a / total, b / total, c / total
                    weights[row, column, 0], weights[row, column, 1], weights[row, column, 2] = a, b, c
                    depth_of_pixel[row, column] = a * za + b * zb + c * zc


@_compiled
@no_type_check
def _cover(points, seen, faces, limits, start, uncovered):
    """Soft pass over some rows of one image, from row `start` on: multiply 1 - p of each face into `uncovered`."""
    reach2 = limits[1] * limits[1]
    for face in range(len(faces)):
        left, right, top, bottom, ea, eb, ec = _edges(points, seen, faces[face], limits, start, uncovered.shape)
        for row in range(int(top), int(bottom) + 1):
            for column in range(int(left), int(right) + 1):
                down, along = np.float32(row) - top, np.float32(column) - left
                across_a, _, _, d2_a = _look(ea, down, along)
                across_b, _, _, d2_b = _look(eb, down, along)
                across_c, _, _, d2_c = _look(ec, down, along)
                d2 = min(d2_a, min(d2_b, d2_c))
                if across_a > ZERO and across_b > ZERO and across_c > ZERO:
                    uncovered[row, column] /= ONE + math.exp(d2)
                elif d2 < reach2:
                    uncovered[row, column] /= ONE + math.exp(-d2)


@_compiled
@no_type_check
def _cover_backward(points, seen, faces, limits, start, weights, gradient):
    """Add to `gradient` what each face's corners do, given the uncovered probability times its gradient.

    The vector v from the nearest point to the pixel is across * normal + along * tangent, and that point lies at a
    fraction t between corners a and b: d(d2)/da = -2 (1 - t) v, d(d2)/db = -2 t v.
    """
    reach2, scale = limits[1] * limits[1], np.float32(2) / limits[0]
    for face in range(len(faces)):
        left, right, top, bottom, ea, eb, ec = _edges(points, seen, faces[face], limits, start, weights.shape)
        xa = xb = xc = ya = yb = yc = scale * ZERO
        for row in range(int(top), int(bottom) + 1):
            for column in range(int(left), int(right) + 1):
                down, along = np.float32(row) - top, np.float32(column) - left
                across_a, part_a, beyond_a, d2_a = _look(ea, down, along)
                across_b, part_b, beyond_b, d2_b = _look(eb, down, along)
                across_c, part_c, beyond_c, d2_c = _look(ec, down, along)
                d2 = min(d2_a, min(d2_b, d2_c))
                if across_a > ZERO and across_b > ZERO and across_c > ZERO:
                    slope = weights[row, column] / (ONE + math.exp(-d2))
                elif d2 < reach2:
                    slope = -weights[row, column] / (ONE + math.exp(d2))
                else:
                    continue
                if d2 == d2_a:
                    x, y = _from_nearest(ea, across_a, beyond_a, slope)
                    xa, ya = xa + (ONE - part_a) * x, ya + (ONE - part_a) * y
                    xb, yb = xb + part_a * x, yb + part_a * y
                elif d2 == d2_b:
                    x, y = _from_nearest(eb, across_b, beyond_b, slope)
                    xb, yb = xb + (ONE - part_b) * x, yb + (ONE - part_b) * y
                    xc, yc = xc + part_b * x, yc + part_b * y
                else:
                    x, y = _from_nearest(ec, across_c, beyond_c, slope)
                    xc, yc = xc + (ONE - part_c) * x, yc + (ONE - part_c) * y
                    xa, ya = xa + part_c * x, ya + part_c * y
        for corner, x, y in ((0, xa, ya), (1, xb, yb), (2, xc, yc)):
            gradient[0, faces[face, corner]] += scale * x
            gradient[1, faces[face, corner]] += scale * y


@_compiled
@no_type_check
def _edges(points, seen, face, limits, start, shape):
    """The pixels that a face may cover (left, right, top, bottom; top counted from row `start`) and its three edges.

    An edge is: signed distance from its line in units of sqrt(sigma), positive inside, at the first pixel, its steps
    per row and column; place along it from 0 to 1, its steps; then length, normal and tangent.
    """
    unit, reach, smallest = limits
    first_row, step, margin = np.float32(start), ONE / unit, reach * unit
    xa, xb, xc = points[0, face[0]], points[0, face[1]], points[0, face[2]]
    ya, yb, yc = points[1, face[0]], points[1, face[1]], points[1, face[2]]
    low_x, high_x = _range(xa, xb, xc)
    low_y, high_y = _range(ya, yb, yc)
    left, right = _pixels(low_x - margin, high_x + margin, shape[1])
    top, bottom = _pixels(low_y - margin - first_row, high_y + margin - first_row, shape[0])
    x, y = (left + HALF) * step, (top + HALF + first_row) * step
    area = (xb - xa) * (yc - ya) - (yb - ya) * (xc - xa)  # in pixels: scaled, corners in one line may no longer be
    xa, xb, xc, ya, yb, yc = xa * step, xb * step, xc * step, ya * step, yb * step, yc * step
    if not (seen[face[0]] and seen[face[1]] and seen[face[2]] and smallest < abs(area) < INFINITE):
        top, bottom = top * ZERO, -ONE + top * ZERO  # no pixel
    side = math.copysign(ONE, area)
    ea = _edge(xa, ya, xb, yb, x, y, side, step)
    eb = _edge(xb, yb, xc, yc, x, y, side, step)
    ec = _edge(xc, yc, xa, ya, x, y, side, step)
    return left, right, top, bottom, ea, eb, ec


@_compiled
@no_type_check
def _edge(x1, y1, x2, y2, x, y, side, step):
    dx, dy = x2 - x1, y2 - y1
    length = math.sqrt(dx * dx + dy * dy)
    tx, ty = dx / length, dy / length
    nx, ny = -ty * side, tx * side
    across, place = (x - x1) * nx + (y - y1) * ny, ((x - x1) * tx + (y - y1) * ty) / length
    return across, ny * step, nx * step, place, ty * step / length, tx * step / length, length, nx, ny, tx, ty


@_compiled
@no_type_check
def _look(edge, down, along):
    """From a pixel: distance from the edge's line, nearest place on it, how far beyond its end, squared distance."""
    across = edge[0] + down * edge[1] + along * edge[2]
    place = edge[3] + down * edge[4] + along * edge[5]
    part = min(max(place, ZERO), ONE)
    beyond = (place - part) * edge[6]
    return across, part, beyond, across * across + beyond * beyond


@_compiled
@no_type_check
def _from_nearest(edge, across, beyond, slope):
    """Vector from the nearest point of an edge to the pixel, times a slope."""
    return slope * (across * edge[7] + beyond * edge[9]), slope * (across * edge[8] + beyond * edge[10])


@_compiled
@no_type_check
def _range(a, b, c):
    return min(a, min(b, c)), max(a, max(b, c))


@_compiled
@no_type_check
def _pixels(low, high, size):
    """First and last pixel whose centre lies between two coordinates, as whole floats; last < first if none does."""
    end = np.float32(size)
    return min(max(np.ceil(low - HALF), ZERO), end), max(min(np.floor(high - HALF), end - ONE), -ONE)


@_compiled
@no_type_check
def _box_before_near(corners, face, near):
    """Lowest and highest x, y of the part of a face that lies beyond the near plane."""
    low_x = low_y = INFINITE * near
    high_x = high_y = -low_x
    for k in range(3):
        p, q = corners[:, face[k]], corners[:, face[(k + 1) % 3]]
        if p[2] >= near:
            x, y = p[0] / p[2], p[1] / p[2]
            low_x, high_x, low_y, high_y = min(low_x, x), max(high_x, x), min(low_y, y), max(high_y, y)
        if (p[2] >= near) != (q[2] >= near):
            part = (near - p[2]) / (q[2] - p[2])
            x, y = (p[0] + part * (q[0] - p[0])) / near, (p[1] + part * (q[1] - p[1])) / near
            low_x, high_x, low_y, high_y = min(low_x, x), max(high_x, x), min(low_y, y), max(high_y, y)
    return low_x, high_x, low_y, high_y
