# Planted answers to `project_weakly`.


# %% wrong, loses 0.5: the paper's equation, which adds after scaling
def project_weakly(points, scale, translation):
    return scale[:, None, None] * points[..., :2] + translation[:, None]


# %% wrong, loses 1.0: divides by depth
def project_weakly(points, scale, translation):
    return scale[:, None, None] * (points[..., :2] / points[..., 2:] + translation[:, None])


# %% wrong, loses 0.5: subtracts the translation
def project_weakly(points, scale, translation):
    return scale[:, None, None] * (points[..., :2] - translation[:, None])


# %% wrong, loses 0.5: scales everybody by the first one's scale
def project_weakly(points, scale, translation):
    return scale[0] * (points[..., :2] + translation[:, None])


# %% wrong, loses 1.0: drops x instead of the depth
def project_weakly(points, scale, translation):
    return scale[:, None, None] * (points[..., 1:] + translation[:, None])


# %% wrong, loses 1.0: turns y round
def project_weakly(points, scale, translation):
    seen = scale[:, None, None] * (points[..., :2] + translation[:, None])
    return seen * torch.tensor([1.0, -1.0], dtype=points.dtype)


# %% wrong, loses 1.0: leaves it to the library
def project_weakly(points, scale, translation):
    return WeakPerspectiveCamera(scale, translation).project(points)


# %% alternative: coordinate by coordinate
def project_weakly(points, scale, translation):
    x = (points[:, :, 0] + translation[:, 0, None]) * scale[:, None]
    y = (points[:, :, 1] + translation[:, 1, None]) * scale[:, None]
    return torch.stack([x, y], dim=-1)


# %% alternative: scales both, then adds
def project_weakly(points, scale, translation):
    flat = torch.einsum("b,bkc->bkc", scale, points[..., :2])
    return flat + (scale[:, None] * translation).unsqueeze(1)
