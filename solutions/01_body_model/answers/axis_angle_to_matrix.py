# Planted answers to `axis_angle_to_matrix`.


# %% wrong, loses 1.0: transposed, so that it turns the other way
def axis_angle_to_matrix(axis_angle):
    x, y, z = axis_angle.unbind(-1)
    zero = torch.zeros_like(x)
    skew = torch.stack([zero, z, -y, -z, zero, x, y, -x, zero], -1).unflatten(-1, (3, 3))
    angle = axis_angle.norm(dim=-1)[..., None, None]
    sine, cosine = torch.sinc(angle / torch.pi), torch.sinc(angle / 2 / torch.pi).square() / 2
    return torch.eye(3, dtype=axis_angle.dtype) + sine * skew + cosine * skew @ skew


# %% wrong, loses 0.8: takes the angle for degrees
def axis_angle_to_matrix(axis_angle):
    axis_angle = torch.deg2rad(axis_angle)
    x, y, z = axis_angle.unbind(-1)
    zero = torch.zeros_like(x)
    skew = torch.stack([zero, -z, y, z, zero, -x, -y, x, zero], -1).unflatten(-1, (3, 3))
    angle = axis_angle.norm(dim=-1)[..., None, None]
    sine, cosine = torch.sinc(angle / torch.pi), torch.sinc(angle / 2 / torch.pi).square() / 2
    return torch.eye(3, dtype=axis_angle.dtype) + sine * skew + cosine * skew @ skew


# %% wrong, loses 0.8: K is symmetric instead of skew
def axis_angle_to_matrix(axis_angle):
    x, y, z = axis_angle.unbind(-1)
    zero = torch.zeros_like(x)
    skew = torch.stack([zero, z, y, z, zero, x, y, x, zero], -1).unflatten(-1, (3, 3))
    angle = axis_angle.norm(dim=-1)[..., None, None]
    sine, cosine = torch.sinc(angle / torch.pi), torch.sinc(angle / 2 / torch.pi).square() / 2
    return torch.eye(3, dtype=axis_angle.dtype) + sine * skew + cosine * skew @ skew


# %% wrong, loses 0.4: divides by the angle, which gives NaN at zero
def axis_angle_to_matrix(axis_angle):
    angle = axis_angle.norm(dim=-1, keepdim=True)
    x, y, z = (axis_angle / angle).unbind(-1)
    zero = torch.zeros_like(x)
    skew = torch.stack([zero, -z, y, z, zero, -x, -y, x, zero], -1).unflatten(-1, (3, 3))
    angle = angle[..., None]
    return torch.eye(3, dtype=axis_angle.dtype) + angle.sin() * skew + (1 - angle.cos()) * skew @ skew


# %% wrong, loses 0.2: adds 1e-8 to the angle: finite everywhere, but half of the digits are gone
def axis_angle_to_matrix(axis_angle):
    angle = axis_angle.norm(dim=-1, keepdim=True) + 1e-8
    x, y, z = (axis_angle / angle).unbind(-1)
    zero = torch.zeros_like(x)
    skew = torch.stack([zero, -z, y, z, zero, -x, -y, x, zero], -1).unflatten(-1, (3, 3))
    angle = angle[..., None]
    return torch.eye(3, dtype=axis_angle.dtype) + angle.sin() * skew + (1 - angle.cos()) * skew @ skew


# %% wrong, loses 0.2: replaces the NaN after the division, where it still reaches the gradient
def axis_angle_to_matrix(axis_angle):
    angle = axis_angle.norm(dim=-1, keepdim=True)
    axis = torch.where(angle > 0, axis_angle / angle, torch.zeros_like(axis_angle))
    x, y, z = axis.unbind(-1)
    zero = torch.zeros_like(x)
    skew = torch.stack([zero, -z, y, z, zero, -x, -y, x, zero], -1).unflatten(-1, (3, 3))
    angle = angle[..., None]
    return torch.eye(3, dtype=axis_angle.dtype) + angle.sin() * skew + (1 - angle.cos()) * skew @ skew


# %% wrong, loses 0.6: forgets to divide the axis by its length
def axis_angle_to_matrix(axis_angle):
    angle = axis_angle.norm(dim=-1)[..., None, None]
    x, y, z = axis_angle.unbind(-1)
    zero = torch.zeros_like(x)
    skew = torch.stack([zero, -z, y, z, zero, -x, -y, x, zero], -1).unflatten(-1, (3, 3))
    return torch.eye(3, dtype=axis_angle.dtype) + angle.sin() * skew + (1 - angle.cos()) * skew @ skew


# %% wrong, loses 0.4: computes in float32 whatever comes in
def axis_angle_to_matrix(axis_angle):
    dtype, axis_angle = axis_angle.dtype, axis_angle.float()
    x, y, z = axis_angle.unbind(-1)
    zero = torch.zeros_like(x)
    skew = torch.stack([zero, -z, y, z, zero, -x, -y, x, zero], -1).unflatten(-1, (3, 3))
    angle = axis_angle.norm(dim=-1)[..., None, None]
    sine, cosine = torch.sinc(angle / torch.pi), torch.sinc(angle / 2 / torch.pi).square() / 2
    return (torch.eye(3) + sine * skew + cosine * skew @ skew).to(dtype)


# %% wrong, loses 0.8: takes one rotation only, no leading axes
def axis_angle_to_matrix(axis_angle):
    x, y, z = axis_angle
    zero = torch.zeros_like(x)
    skew = torch.stack([zero, -z, y, z, zero, -x, -y, x, zero]).reshape(3, 3)
    angle = axis_angle.norm()
    sine, cosine = torch.sinc(angle / torch.pi), torch.sinc(angle / 2 / torch.pi).square() / 2
    return torch.eye(3, dtype=axis_angle.dtype) + sine * skew + cosine * skew @ skew


# %% wrong, loses 1.0: leaves it to the library
def axis_angle_to_matrix(axis_angle):
    from vhlib.geometry import axis_angle_to_matrix

    return axis_angle_to_matrix(axis_angle)


# %% alternative: the matrix exponential
def axis_angle_to_matrix(axis_angle):
    basis = torch.zeros(3, 3, 3, dtype=axis_angle.dtype)
    for i, j, k in ((0, 1, 2), (1, 2, 0), (2, 0, 1)):
        basis[i, k, j], basis[i, j, k] = 1, -1
    return torch.linalg.matrix_exp(torch.einsum("...i,ijk->...jk", axis_angle, basis))


# %% alternative: by way of the quaternion
def axis_angle_to_matrix(axis_angle):
    half = axis_angle.norm(dim=-1, keepdim=True) / 2
    w = half.cos()
    x, y, z = (axis_angle * torch.sinc(half / torch.pi) / 2).unbind(-1)
    w = w[..., 0]
    rows = (
        (1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)),
        (2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)),
        (2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)),
    )
    return torch.stack([torch.stack(row, -1) for row in rows], -2)


# %% alternative: a Taylor series close to zero, with the outer product for K²
def axis_angle_to_matrix(axis_angle):
    squared = axis_angle.square().sum(-1)[..., None, None]
    small = squared < 1e-4
    angle = torch.where(small, torch.ones_like(squared), squared).sqrt()
    sine = torch.where(small, 1 - squared / 6 * (1 - squared / 20 * (1 - squared / 42)), angle.sin() / angle)
    cosine = torch.where(
        small, 0.5 - squared / 24 * (1 - squared / 30 * (1 - squared / 56)), (1 - angle.cos()) / angle.square()
    )
    identity = torch.eye(3, dtype=axis_angle.dtype)
    skew = torch.linalg.cross(identity.expand(*axis_angle.shape, 3), axis_angle[..., None, :])
    outer = axis_angle[..., :, None] * axis_angle[..., None, :]
    return identity + sine * skew + cosine * (outer - squared * identity)
