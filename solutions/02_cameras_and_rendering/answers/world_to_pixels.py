# Planted answers to `world_to_pixels`.


# %% wrong, loses 1.0: forgets to divide by the depth
def world_to_pixels(points, rotation, translation, focal_length, principal_point):
    local = points @ rotation.mT + translation[:, None]
    return focal_length[:, None] * local[..., :2] + principal_point[:, None]


# %% wrong, loses 1.0: divides by the distance instead of the depth
def world_to_pixels(points, rotation, translation, focal_length, principal_point):
    local = points @ rotation.mT + translation[:, None]
    return focal_length[:, None] * local[..., :2] / local.norm(dim=-1, keepdim=True) + principal_point[:, None]


# %% wrong, loses 1.0: leaves the principal point out
def world_to_pixels(points, rotation, translation, focal_length, principal_point):
    local = points @ rotation.mT + translation[:, None]
    return focal_length[:, None] * local[..., :2] / local[..., 2:]


# %% wrong, loses 1.0: takes one focal length for both axes
def world_to_pixels(points, rotation, translation, focal_length, principal_point):
    local = points @ rotation.mT + translation[:, None]
    return focal_length[:, None, :1] * local[..., :2] / local[..., 2:] + principal_point[:, None]


# %% wrong, loses 1.0: turns y over once more
def world_to_pixels(points, rotation, translation, focal_length, principal_point):
    local = points @ rotation.mT + translation[:, None]
    across = focal_length[:, None] * local[..., :2] / local[..., 2:]
    return across * torch.tensor([1.0, -1.0], dtype=points.dtype) + principal_point[:, None]


# %% wrong, loses 0.5: transposes the rotation
def world_to_pixels(points, rotation, translation, focal_length, principal_point):
    local = points @ rotation + translation[:, None]
    return focal_length[:, None] * local[..., :2] / local[..., 2:] + principal_point[:, None]


# %% wrong, loses 0.5: leaves the rotation out
def world_to_pixels(points, rotation, translation, focal_length, principal_point):
    local = points + translation[:, None]
    return focal_length[:, None] * local[..., :2] / local[..., 2:] + principal_point[:, None]


# %% wrong, loses 0.5: leaves the translation out
def world_to_pixels(points, rotation, translation, focal_length, principal_point):
    local = points @ rotation.mT
    return focal_length[:, None] * local[..., :2] / local[..., 2:] + principal_point[:, None]


# %% wrong, loses 0.5: takes T for the camera's place
def world_to_pixels(points, rotation, translation, focal_length, principal_point):
    local = (points - translation[:, None]) @ rotation.mT
    return focal_length[:, None] * local[..., :2] / local[..., 2:] + principal_point[:, None]


# %% wrong, loses 0.5: moves before it turns
def world_to_pixels(points, rotation, translation, focal_length, principal_point):
    local = (points + translation[:, None]) @ rotation.mT
    return focal_length[:, None] * local[..., :2] / local[..., 2:] + principal_point[:, None]


# %% wrong, loses 0.5: gives every image the first camera's place
def world_to_pixels(points, rotation, translation, focal_length, principal_point):
    local = points @ rotation[0].mT + translation[0]
    return focal_length[:, None] * local[..., :2] / local[..., 2:] + principal_point[:, None]


# %% wrong, loses 0.25: cuts the depth off at a millimetre
def world_to_pixels(points, rotation, translation, focal_length, principal_point):
    local = points @ rotation.mT + translation[:, None]
    return focal_length[:, None] * local[..., :2] / local[..., 2:].clamp(min=1e-3) + principal_point[:, None]


# %% wrong, loses 0.25: takes the depth without its sign
def world_to_pixels(points, rotation, translation, focal_length, principal_point):
    local = points @ rotation.mT + translation[:, None]
    return focal_length[:, None] * local[..., :2] / local[..., 2:].abs() + principal_point[:, None]


# %% wrong, loses 0.25: NaN for what is behind
def world_to_pixels(points, rotation, translation, focal_length, principal_point):
    local = points @ rotation.mT + translation[:, None]
    pixels = focal_length[:, None] * local[..., :2] / local[..., 2:] + principal_point[:, None]
    return pixels.where(local[..., 2:] > 0, torch.nan)


# %% wrong, loses 1.0: leaves it to the library's camera
def world_to_pixels(points, rotation, translation, focal_length, principal_point):
    return PerspectiveCamera(focal_length, principal_point, rotation, translation).project(points)


# %% alternative: one matrix, K (R | T), and homogeneous coordinates
def world_to_pixels(points, rotation, translation, focal_length, principal_point):
    intrinsics = torch.diag_embed(torch.cat([focal_length, torch.ones_like(focal_length[:, :1])], dim=1))
    intrinsics[:, :2, 2] = principal_point
    matrix = intrinsics @ torch.cat([rotation, translation[..., None]], dim=2)
    seen = torch.cat([points, torch.ones_like(points[..., :1])], dim=2) @ matrix.mT
    return seen[..., :2] / seen[..., 2:]


# %% alternative: by coordinates, camera after camera
def world_to_pixels(points, rotation, translation, focal_length, principal_point):
    images = []
    for image, R, T, (f_x, f_y), (c_x, c_y) in zip(
        points, rotation, translation, focal_length, principal_point, strict=True
    ):
        x, y, z = torch.einsum("ij,nj->in", R, image) + T[:, None]
        images.append(torch.stack([f_x * (x / z) + c_x, f_y * (y / z) + c_y], dim=1))
    return torch.stack(images)
