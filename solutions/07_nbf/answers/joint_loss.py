# Planted answers to `joint_loss`.


# %% wrong, loses 0.5: does not move bodies to their hips
def joint_loss(predicted, truth, known, hips):
    difference = torch.where(known[:, None, None], predicted - truth, 0.0)
    return 0.5 * difference.square().sum(-1).mean(1).sum() / known.sum().clamp(min=1)


# %% wrong, loses 0.5: squares first and masks afterwards
def joint_loss(predicted, truth, known, hips):
    one, other = (points - points[:, list(hips)].mean(1, keepdim=True) for points in (predicted, truth))
    each = 0.5 * (one - other).square().sum(-1).mean(1)
    return (known * each).sum() / known.sum().clamp(min=1)


# %% wrong, loses 0.25: masks after squaring, with where
def joint_loss(predicted, truth, known, hips):
    one, other = (points - points[:, list(hips)].mean(1, keepdim=True) for points in (predicted, truth))
    each = torch.where(known, 0.5 * (one - other).square().sum(-1).mean(1), 0.0)
    return each.sum() / known.sum().clamp(min=1)


# %% wrong, loses 1.0: forgets the half
def joint_loss(predicted, truth, known, hips):
    one, other = (points - points[:, list(hips)].mean(1, keepdim=True) for points in (predicted, truth))
    difference = torch.where(known[:, None, None], one - other, 0.0)
    return difference.square().sum(-1).mean(1).sum() / known.sum().clamp(min=1)


# %% wrong, loses 1.0: does not square the distances
def joint_loss(predicted, truth, known, hips):
    one, other = (points - points[:, list(hips)].mean(1, keepdim=True) for points in (predicted, truth))
    difference = torch.where(known[:, None, None], one - other, 0.0)
    return 0.5 * difference.norm(dim=-1).mean(1).sum() / known.sum().clamp(min=1)


# %% wrong, loses 1.0: averages over x, y and z
def joint_loss(predicted, truth, known, hips):
    one, other = (points - points[:, list(hips)].mean(1, keepdim=True) for points in (predicted, truth))
    difference = torch.where(known[:, None, None], one - other, 0.0)
    return 0.5 * difference.square().mean((1, 2)).sum() / known.sum().clamp(min=1)


# %% wrong, loses 0.5: divides by everybody
def joint_loss(predicted, truth, known, hips):
    one, other = (points - points[:, list(hips)].mean(1, keepdim=True) for points in (predicted, truth))
    return 0.5 * torch.where(known[:, None, None], one - other, 0.0).square().sum(-1).mean()


# %% wrong, loses 0.25: no gradient through the hips
def joint_loss(predicted, truth, known, hips):
    one, other = (points - points[:, list(hips)].mean(1, keepdim=True).detach() for points in (predicted, truth))
    difference = torch.where(known[:, None, None], one - other, 0.0)
    return 0.5 * difference.square().sum(-1).mean(1).sum() / known.sum().clamp(min=1)


# %% wrong, loses 1.0: leaves it to the library
def joint_loss(predicted, truth, known, hips):
    return losses.joint_loss(predicted, truth, known, hips)


# %% alternative: moves the difference instead of both bodies
def joint_loss(predicted, truth, known, hips):
    apart = (predicted - truth)[known]
    if len(apart) == 0:
        return (0 * predicted).sum()
    apart = apart - apart[:, torch.tensor(hips)].mean(dim=1, keepdim=True)
    return torch.einsum("bkc,bkc->", apart, apart) / (2 * apart.shape[1] * len(apart))


# %% alternative: labels that are missing become the prediction
def joint_loss(predicted, truth, known, hips):
    filled = torch.where(known.reshape(-1, 1, 1), truth, predicted.detach())
    centre = torch.eye(predicted.shape[1], dtype=predicted.dtype)
    centre[:, list(hips)] -= 0.5
    apart = centre @ (predicted - filled)
    return (apart**2).sum() / predicted.shape[1] / 2 / max(known.sum().item(), 1)
