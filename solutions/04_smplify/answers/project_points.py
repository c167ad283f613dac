# Planted answers to `project_points`.


# %% wrong, loses 1.0: forgets to divide by the depth
def project_points(points, focal_length, principal_point):
    return focal_length[:, None] * points[..., :2] + principal_point[:, None]


# %% wrong, loses 0.5: leaves the principal point out
def project_points(points, focal_length, principal_point):
    return focal_length[:, None] * points[..., :2] / points[..., 2:]


# %% wrong, loses 1.0: divides by the distance instead of the depth
def project_points(points, focal_length, principal_point):
    return focal_length[:, None] * points[..., :2] / points.norm(dim=-1, keepdim=True) + principal_point[:, None]


# %% wrong, loses 1.0: matches focal lengths with joints
def project_points(points, focal_length, principal_point):
    return focal_length * points[..., :2] / points[..., 2:] + principal_point


# %% wrong, loses 1.0: takes one focal length for both axes
def project_points(points, focal_length, principal_point):
    return focal_length[:, None, :1] * points[..., :2] / points[..., 2:] + principal_point[:, None]


# %% wrong, loses 1.0: everybody has the first one's camera
def project_points(points, focal_length, principal_point):
    return focal_length[0] * points[..., :2] / points[..., 2:] + principal_point[0]


# %% wrong, loses 0.5: computes in whole numbers of pixels
def project_points(points, focal_length, principal_point):
    return (focal_length[:, None] * points[..., :2] / points[..., 2:] + principal_point[:, None]).round()


# %% wrong, loses 1.0: leaves it to the library
def project_points(points, focal_length, principal_point):
    from vhlib.cameras.perspective import project_points

    return project_points(points, focal_length, principal_point)


# %% alternative: by coordinates
def project_points(points, focal_length, principal_point):
    x, y, z = points.unbind(-1)
    u = focal_length[:, :1] * x / z + principal_point[:, :1]
    v = focal_length[:, 1:] * y / z + principal_point[:, 1:]
    return torch.stack([u, v], dim=-1)


# %% alternative: the camera's matrix and homogeneous coordinates
def project_points(points, focal_length, principal_point):
    matrix = torch.zeros(len(points), 3, 3, dtype=points.dtype)
    matrix[:, [0, 1], [0, 1]], matrix[:, :2, 2], matrix[:, 2, 2] = focal_length, principal_point, 1
    seen = points @ matrix.mT
    return seen[..., :2] / seen[..., 2:]
