# Planted answers to `project_to_rotation`.


# %% wrong, loses 0.5: does not look at the determinant
def project_to_rotation(matrix):
    left, _, right = torch.linalg.svd(matrix)
    return left @ right


# %% wrong, loses 0.5: turns the whole matrix round
def project_to_rotation(matrix):
    left, _, right = torch.linalg.svd(matrix)
    closest = left @ right
    return closest * torch.linalg.det(closest)[..., None, None]


# %% wrong, loses 0.75: transposes V once more
def project_to_rotation(matrix):
    left, _, right = torch.linalg.svd(matrix)
    sign = torch.linalg.det(left @ right.mT)[..., None, None]
    return torch.cat([left[..., :2], left[..., 2:] * sign], -1) @ right.mT


# %% wrong, loses 0.5: gives up the direction that the matrix is surest of
def project_to_rotation(matrix):
    left, _, right = torch.linalg.svd(matrix)
    sign = torch.linalg.det(left @ right)[..., None, None]
    return torch.cat([left[..., :1] * sign, left[..., 1:]], -1) @ right


# %% wrong, loses 0.75: Gram and Schmidt
def project_to_rotation(matrix):
    first = torch.nn.functional.normalize(matrix[..., 0], dim=-1)
    second = matrix[..., 1] - (first * matrix[..., 1]).sum(-1, keepdim=True) * first
    second = torch.nn.functional.normalize(second, dim=-1)
    return torch.stack([first, second, torch.linalg.cross(first, second)], dim=-1)


# %% wrong, loses 0.75: makes the columns one long
def project_to_rotation(matrix):
    return matrix / matrix.norm(dim=-2, keepdim=True)


# %% wrong, loses 0.5: flips a row of the result
def project_to_rotation(matrix):
    left, _, right = torch.linalg.svd(matrix)
    closest = left @ right
    sign = torch.linalg.det(closest)[..., None, None]
    return torch.cat([closest[..., :2, :], closest[..., 2:, :] * sign], -2)


# %% wrong, loses 0.5: decides for all matrices by the first one's determinant
def project_to_rotation(matrix):
    left, _, right = torch.linalg.svd(matrix)
    sign = torch.linalg.det((left @ right).reshape(-1, 3, 3)[0])
    return torch.cat([left[..., :2], left[..., 2:] * sign], -1) @ right


# %% wrong, loses 1.0: leaves it to the library
def project_to_rotation(matrix):
    return geometry.project_to_rotation(matrix)


# %% alternative: the sign in the third row of Vᵀ
def project_to_rotation(matrix):
    left, _, right = torch.linalg.svd(matrix)
    mirrored = torch.linalg.det(left) * torch.linalg.det(right) < 0
    flipped = torch.cat([right[..., :2, :], -right[..., 2:, :]], dim=-2)
    return left @ torch.where(mirrored[..., None, None], flipped, right)


# %% alternative: by the quaternion that fits best (Davenport)
def project_to_rotation(matrix):
    trace = matrix.diagonal(dim1=-2, dim2=-1).sum(-1)
    skew = matrix - matrix.mT
    axis = torch.stack([skew[..., 2, 1], skew[..., 0, 2], skew[..., 1, 0]], dim=-1)
    block = matrix + matrix.mT - trace[..., None, None] * torch.eye(3, dtype=matrix.dtype)
    upper = torch.cat([trace[..., None, None], axis[..., None, :]], dim=-1)
    lower = torch.cat([axis[..., None], block], dim=-1)
    _, vectors = torch.linalg.eigh(torch.cat([upper, lower], dim=-2))
    return geometry.quaternion_to_matrix(vectors[..., -1])
