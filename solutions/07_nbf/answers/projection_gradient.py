# Planted answers to `projection_gradient`.


# %% wrong, loses 0.3: through the factors of the SVD
def projection_gradient(matrix, rotation, slope):
    leaf = matrix.detach().requires_grad_()
    left, _, right = torch.linalg.svd(leaf)
    sign = torch.linalg.det(left @ right)[..., None, None]
    closest = torch.cat([left[..., :2], left[..., 2:] * sign], dim=-1) @ right
    return torch.autograd.grad(closest, leaf, slope)[0]


# %% wrong, loses 0.6: through the factors, and without the determinant
def projection_gradient(matrix, rotation, slope):
    leaf = matrix.detach().requires_grad_()
    left, _, right = torch.linalg.svd(leaf)
    return torch.autograd.grad(left @ right, leaf, slope)[0]


# %% wrong, loses 0.6: divides by the differences
def projection_gradient(matrix, rotation, slope):
    values, axes = torch.linalg.eigh(rotation.mT @ matrix)
    turn = axes.mT @ (rotation.mT @ slope - slope.mT @ rotation) @ axes
    apart = values[..., :, None] - values[..., None, :]
    return rotation @ axes @ (turn / (apart + torch.eye(3, dtype=apart.dtype))) @ axes.mT


# %% wrong, loses 0.3: all singular values positive
def projection_gradient(matrix, rotation, slope):
    values, axes = torch.linalg.eigh(rotation.mT @ matrix)
    turn = axes.mT @ (rotation.mT @ slope - slope.mT @ rotation) @ axes
    return rotation @ axes @ (turn / (values[..., :, None].abs() + values[..., None, :].abs())) @ axes.mT


# %% wrong, loses 1.0: lets the slope through unchanged
def projection_gradient(matrix, rotation, slope):
    return slope


# %% wrong, loses 0.6: takes every matrix for a rotation
def projection_gradient(matrix, rotation, slope):
    turn = rotation.mT @ slope
    return rotation @ (turn - turn.mT) / 2


# %% wrong, loses 1.0: turns the sign round
def projection_gradient(matrix, rotation, slope):
    values, axes = torch.linalg.eigh(rotation.mT @ matrix)
    turn = axes.mT @ (slope.mT @ rotation - rotation.mT @ slope) @ axes
    return rotation @ axes @ (turn / (values[..., :, None] + values[..., None, :])) @ axes.mT


# %% wrong, loses 1.0: forgets the rotation at the end
def projection_gradient(matrix, rotation, slope):
    values, axes = torch.linalg.eigh(rotation.mT @ matrix)
    turn = axes.mT @ (rotation.mT @ slope - slope.mT @ rotation) @ axes
    return axes @ (turn / (values[..., :, None] + values[..., None, :])) @ axes.mT


# %% wrong, loses 1.0: puts the rotation on the other side at the end
def projection_gradient(matrix, rotation, slope):
    values, axes = torch.linalg.eigh(rotation.mT @ matrix)
    turn = axes.mT @ (rotation.mT @ slope - slope.mT @ rotation) @ axes
    return axes @ (turn / (values[..., :, None] + values[..., None, :])) @ axes.mT @ rotation


# %% wrong, loses 1.0: does not turn the slope first
def projection_gradient(matrix, rotation, slope):
    values, axes = torch.linalg.eigh(rotation.mT @ matrix)
    turn = axes.mT @ (slope - slope.mT) @ axes
    return rotation @ axes @ (turn / (values[..., :, None] + values[..., None, :])) @ axes.mT


# %% wrong, loses 1.0: solves with S itself
def projection_gradient(matrix, rotation, slope):
    turn = rotation.mT @ slope
    turn = turn - turn.mT
    vector = torch.stack([turn[..., 2, 1], turn[..., 0, 2], turn[..., 1, 0]], dim=-1)
    x, y, z = torch.linalg.solve(rotation.mT @ matrix, vector).unbind(-1)
    none = torch.zeros_like(x)
    return rotation @ torch.stack([none, -z, y, z, none, -x, -y, x, none], dim=-1).unflatten(-1, (3, 3))


# %% wrong, loses 1.0: leaves it to the library
def projection_gradient(matrix, rotation, slope):
    return geometry.projection_gradient(matrix, rotation, slope)


# %% wrong, loses 1.0: leaves it to the library, by way of the projection
def projection_gradient(matrix, rotation, slope):
    leaf = matrix.detach().requires_grad_()
    return torch.autograd.grad(project_to_rotation(leaf), leaf, slope)[0]


# %% alternative: along the axes of S, divided by the sums
def projection_gradient(matrix, rotation, slope):
    stretch = rotation.mT @ matrix
    values, axes = torch.linalg.eigh((stretch + stretch.mT) / 2)
    turn = rotation.mT @ slope
    along = axes.mT @ (turn - turn.mT) @ axes
    return rotation @ axes @ (along / (values.unsqueeze(-1) + values.unsqueeze(-2))) @ axes.mT


# %% alternative: nine equations for the nine numbers of Ω
def projection_gradient(matrix, rotation, slope):
    stretch = (rotation.mT @ matrix).reshape(-1, 3, 3)
    turn = (rotation.mT @ slope - slope.mT @ rotation).reshape(-1, 9, 1)
    identity = torch.eye(3, dtype=matrix.dtype)
    found = []
    for each, right in zip(stretch, turn, strict=True):
        system = torch.kron(each, identity) + torch.kron(identity, each)
        found.append((torch.linalg.pinv(system) @ right).reshape(3, 3))
    return rotation @ torch.stack(found).reshape(matrix.shape)
