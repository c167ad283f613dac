# Planted answers to `reprojection_loss`.


# %% wrong, loses 0.2: multiplies, so that NaN stays NaN
def reprojection_loss(predicted, truth, visible):
    distance = (predicted - truth).abs().sum(-1)
    return (visible * distance).sum() / visible.sum().clamp(min=1e-9)


# %% wrong, loses 0.8: squares
def reprojection_loss(predicted, truth, visible):
    distance = torch.where(visible[..., None] > 0, predicted - truth, 0.0).square().sum(-1)
    return (visible * distance).sum() / visible.sum().clamp(min=1e-9)


# %% wrong, loses 0.6: Euclid's length
def reprojection_loss(predicted, truth, visible):
    distance = torch.where(visible[..., None] > 0, predicted - truth, 0.0).norm(dim=-1)
    return (visible * distance).sum() / visible.sum().clamp(min=1e-9)


# %% wrong, loses 0.4: divides by all keypoints
def reprojection_loss(predicted, truth, visible):
    distance = torch.where(visible[..., None] > 0, predicted - truth, 0.0).abs().sum(-1)
    return (visible * distance).mean()


# %% wrong, loses 0.4: counts confidences as one
def reprojection_loss(predicted, truth, visible):
    seen = (visible > 0).to(predicted)
    distance = torch.where(visible[..., None] > 0, predicted - truth, 0.0).abs().sum(-1)
    return (seen * distance).sum() / seen.sum().clamp(min=1e-9)


# %% wrong, loses 0.4: each person's mean first
def reprojection_loss(predicted, truth, visible):
    distance = torch.where(visible[..., None] > 0, predicted - truth, 0.0).abs().sum(-1)
    return ((visible * distance).sum(1) / visible.sum(1).clamp(min=1e-9)).mean()


# %% wrong, loses 0.2: 0 / 0 where nothing is visible
def reprojection_loss(predicted, truth, visible):
    distance = torch.where(visible[..., None] > 0, predicted - truth, 0.0).abs().sum(-1)
    return (visible * distance).sum() / visible.sum()


# %% wrong, loses 0.8: means over x and y
def reprojection_loss(predicted, truth, visible):
    distance = torch.where(visible[..., None] > 0, predicted - truth, 0.0).abs().mean(-1)
    return (visible * distance).sum() / visible.sum().clamp(min=1e-9)


# %% wrong, loses 0.2: a number through which no gradient goes
def reprojection_loss(predicted, truth, visible):
    distance = torch.where(visible[..., None] > 0, predicted - truth, 0.0).abs().sum(-1).detach()
    return (visible * distance).sum() / visible.sum().clamp(min=1e-9)


# %% wrong, loses 1.0: leaves it to the library
def reprojection_loss(predicted, truth, visible):
    return losses.reprojection_loss(predicted, truth, visible)


# %% alternative: picks what is visible
def reprojection_loss(predicted, truth, visible):
    seen = visible > 0
    if not seen.any():
        return (0 * predicted).sum()
    weight = visible[seen]
    return torch.dot(weight, (predicted[seen] - truth[seen]).abs().sum(-1)) / weight.sum()


# %% alternative: labels that are missing become the prediction
def reprojection_loss(predicted, truth, visible):
    filled = torch.where((visible == 0).unsqueeze(-1), predicted.detach(), truth)
    total = torch.einsum("bk,bkc->", visible, (predicted - filled).abs())
    return total / max(visible.sum(), torch.finfo(visible.dtype).tiny)
