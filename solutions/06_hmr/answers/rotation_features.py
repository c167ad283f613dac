# Planted answers to `rotation_features`.


# %% wrong, loses 1.0: keeps the root
def rotation_features(pose):
    return geometry.axis_angle_to_matrix(pose).flatten(2)


# %% wrong, loses 0.5: column by column
def rotation_features(pose):
    return geometry.axis_angle_to_matrix(pose[:, 1:]).mT.flatten(2)


# %% wrong, loses 0.7: leaves the last joint out
def rotation_features(pose):
    return geometry.axis_angle_to_matrix(pose[:, :-1]).flatten(2)


# %% wrong, loses 0.5: numbers before joints, by a reshape
def rotation_features(pose):
    matrices = geometry.axis_angle_to_matrix(pose[:, 1:]).flatten(2)
    return matrices.mT.reshape(matrices.shape)


# %% wrong, loses 1.0: the axis-angles themselves, three times
def rotation_features(pose):
    return pose[:, 1:].repeat(1, 1, 3)


# %% wrong, loses 0.2: turns the joints with the root
def rotation_features(pose):
    matrices = geometry.axis_angle_to_matrix(pose)
    return (matrices[:, :1] @ matrices[:, 1:]).flatten(2)


# %% wrong, loses 0.2: small turns only
def rotation_features(pose):
    short = pose * (3.0 / pose.norm(dim=-1, keepdim=True).clamp(min=3.0))
    return geometry.axis_angle_to_matrix(short[:, 1:]).flatten(2)


# %% wrong, loses 1.0: matrices minus the identity, as the pose correctives take them
def rotation_features(pose):
    matrices = geometry.axis_angle_to_matrix(pose[:, 1:])
    return (matrices - torch.eye(3, dtype=pose.dtype)).flatten(2)


# %% wrong, loses 1.0: leaves it to the library
def rotation_features(pose):
    return nets.rotation_features(pose)


# %% alternative: the matrix exponential
def rotation_features(pose):
    x, y, z = pose[:, 1:].unbind(-1)
    none = torch.zeros_like(x)
    hat = torch.stack([none, -z, y, z, none, -x, -y, x, none], dim=-1)
    return torch.linalg.matrix_exp(hat.unflatten(-1, (3, 3))).flatten(-2)


# %% alternative: by way of the quaternion
def rotation_features(pose):
    angle = pose[:, 1:].norm(dim=-1, keepdim=True)
    w = (angle / 2).cos()
    x, y, z = (pose[:, 1:] * 0.5 * torch.sinc(angle / (2 * torch.pi))).unbind(-1)
    w = w[..., 0]
    rows = [
        1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y),
        2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x),
        2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y),
    ]  # fmt: skip
    return torch.stack(rows, dim=-1)
