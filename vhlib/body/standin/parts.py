"""Which of the 24 parts each face belongs to, with short, smooth borders.

The part with the largest skinning weight alone leaves saw teeth. A Potts energy trades the weight that a face gives up
against the length of the borders, and alpha-expansion (Boykov, Veksler & Zabih 2001) finds a strong minimum: each move
lets one label grow wherever that lowers the energy, by a minimum cut.
"""

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import breadth_first_order, maximum_flow

_SMOOTH = 0.012  # metres: how far a border may leave the place where two weights are equal, to become straighter
_ROUNDS = 4
_SCALE = 1e9  # square metres to the whole numbers that scipy's maximum_flow wants


def part_of_faces(points: np.ndarray, triangles: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """(F,) the part of each face.

    Args:
        points: (V, 3) the body.
        triangles: (F, 3) its faces.
        weights: (V, J) skinning weights.
    """
    corners = points[triangles]
    areas = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1) / 2
    price = areas[:, None] * (1 - weights[triangles].mean(1))
    pairs, lengths = _borders(points, triangles)
    labels = price.argmin(1)
    for _ in range(_ROUNDS):
        before = labels
        for label in range(weights.shape[1]):
            labels = _expanded(labels, label, price, pairs, _SMOOTH * lengths)
        if (labels == before).all():
            break
    return labels


def _borders(points: np.ndarray, triangles: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(E, 2) faces that share an edge, and the edge's length."""
    ends = np.sort(np.stack([triangles, np.roll(triangles, -1, 1)], -1).reshape(-1, 2), 1)
    order = np.lexsort(ends.T)
    same = (ends[order[1:]] == ends[order[:-1]]).all(1)
    first, second = order[:-1][same], order[1:][same]
    lengths = np.linalg.norm(points[ends[first, 0]] - points[ends[first, 1]], axis=1)
    return np.stack([first, second], 1) // 3, lengths


def _expanded(labels: np.ndarray, label: int, price: np.ndarray, pairs: np.ndarray, cost: np.ndarray) -> np.ndarray:
    """The best labelling in which each face keeps its label or takes the given one.

    Args:
        labels: (F,) before.
        label: the one that may grow.
        price: (F, J) what each label costs a face.
        pairs: (E, 2) neighbours.
        cost: (E,) what different labels cost them.
    """
    count = len(labels)
    every = np.arange(count)
    keep, take = price[every, labels], price[:, label].copy()
    a, b = pairs.T
    # Energy of a pair by (a takes, b takes): (0, 0) keeps, (1, 1) costs nothing. Kolmogorov & Zabih 2004, section 4.
    both_keep = cost * (labels[a] != labels[b])
    a_keeps, b_keeps = cost * (labels[a] != label), cost * (labels[b] != label)
    # E = both_keep + (b_keeps - both_keep) x_a - b_keeps x_b + (a_keeps + b_keeps - both_keep) (1 - x_a) x_b
    np.add.at(take, a, b_keeps - both_keep)
    np.add.at(take, b, -b_keeps)
    inner = a_keeps + b_keeps - both_keep
    least = np.minimum(keep, take)
    source, sink = count, count + 1
    # Faces on the sink's side of the cut take the label: then the edge from the source is cut.
    rows = np.concatenate([np.full(count, source), every, a])
    columns = np.concatenate([every, np.full(count, sink), b])
    capacity = np.rint(np.concatenate([take - least, keep - least, inner]) * _SCALE).astype(np.int32)
    graph = sparse.csr_array((capacity, (rows, columns)), shape=(count + 2,) * 2)
    left = graph - maximum_flow(graph, source, sink).flow
    left.data[left.data < 0] = 0
    left.eliminate_zeros()
    reached = breadth_first_order(left, source, return_predecessors=False)
    keeps = np.isin(every, reached)
    return np.where(keeps, labels, label)
