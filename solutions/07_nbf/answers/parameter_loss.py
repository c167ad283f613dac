# Planted answers to `parameter_loss`.


# %% wrong, loses 0.4: squares first and masks afterwards, so that NaN times 0 stays in the gradient
def parameter_loss(rotations, betas, true_rotations, true_betas, known):
    said = torch.cat([rotations.flatten(1), betas], dim=1)
    truth = torch.cat([true_rotations.flatten(1), true_betas], dim=1)
    each = 0.5 * (said - truth).square().mean(1)
    return (known * each).sum() / known.sum().clamp(min=1)


# %% wrong, loses 0.2: masks after squaring, with where
def parameter_loss(rotations, betas, true_rotations, true_betas, known):
    said = torch.cat([rotations.flatten(1), betas], dim=1)
    truth = torch.cat([true_rotations.flatten(1), true_betas], dim=1)
    each = torch.where(known, 0.5 * (said - truth).square().mean(1), 0.0)
    return each.sum() / known.sum().clamp(min=1)


# %% wrong, loses 1.0: forgets the half
def parameter_loss(rotations, betas, true_rotations, true_betas, known):
    said = torch.cat([rotations.flatten(1), betas], dim=1)
    truth = torch.cat([true_rotations.flatten(1), true_betas], dim=1)
    return torch.where(known[:, None], said - truth, 0.0).square().mean(1).sum() / known.sum().clamp(min=1)


# %% wrong, loses 1.0: adds up instead of averaging
def parameter_loss(rotations, betas, true_rotations, true_betas, known):
    said = torch.cat([rotations.flatten(1), betas], dim=1)
    truth = torch.cat([true_rotations.flatten(1), true_betas], dim=1)
    return 0.5 * torch.where(known[:, None], said - truth, 0.0).square().sum() / known.sum().clamp(min=1)


# %% wrong, loses 1.0: two means, one of matrices and one of betas
def parameter_loss(rotations, betas, true_rotations, true_betas, known):
    turned = torch.where(known[:, None], (rotations - true_rotations).flatten(1), 0.0).square().mean(1)
    shaped = torch.where(known[:, None], betas - true_betas, 0.0).square().mean(1)
    return 0.5 * (turned + shaped).sum() / known.sum().clamp(min=1)


# %% wrong, loses 1.0: absolute differences
def parameter_loss(rotations, betas, true_rotations, true_betas, known):
    said = torch.cat([rotations.flatten(1), betas], dim=1)
    truth = torch.cat([true_rotations.flatten(1), true_betas], dim=1)
    return torch.where(known[:, None], said - truth, 0.0).abs().mean(1).sum() / known.sum().clamp(min=1)


# %% wrong, loses 0.4: divides by everybody
def parameter_loss(rotations, betas, true_rotations, true_betas, known):
    said = torch.cat([rotations.flatten(1), betas], dim=1)
    truth = torch.cat([true_rotations.flatten(1), true_betas], dim=1)
    return 0.5 * torch.where(known[:, None], said - truth, 0.0).square().mean()


# %% wrong, loses 0.4: does not look at who is known
def parameter_loss(rotations, betas, true_rotations, true_betas, known):
    said = torch.cat([rotations.flatten(1), betas], dim=1)
    truth = torch.cat([true_rotations.flatten(1), true_betas], dim=1)
    return 0.5 * (said - truth).square().mean()


# %% wrong, loses 0.4: the mean of nobody, which is NaN
def parameter_loss(rotations, betas, true_rotations, true_betas, known):
    said = torch.cat([rotations.flatten(1), betas], dim=1)[known]
    truth = torch.cat([true_rotations.flatten(1), true_betas], dim=1)[known]
    return 0.5 * (said - truth).square().mean()


# %% wrong, loses 1.0: leaves it to the library
def parameter_loss(rotations, betas, true_rotations, true_betas, known):
    return losses.parameter_loss(rotations, betas, true_rotations, true_betas, known)


# %% alternative: picks who is known
def parameter_loss(rotations, betas, true_rotations, true_betas, known):
    if not known.any():
        return 0.0 * (rotations.sum() + betas.sum())
    turned, shaped = (rotations - true_rotations)[known], (betas - true_betas)[known]
    count = turned[0].numel() + shaped[0].numel()
    return (turned.square().sum() + shaped.square().sum()) / (2 * count * known.sum())


# %% alternative: labels that are missing become what was said
def parameter_loss(rotations, betas, true_rotations, true_betas, known):
    total = 0.0
    for said, truth in ((rotations.flatten(1), true_rotations.flatten(1)), (betas, true_betas)):
        filled = torch.where(known.unsqueeze(1), truth, said.detach())
        total = total + (said - filled).pow(2).sum()
    numbers = rotations[0].numel() + betas.shape[1]
    return total / (2 * numbers) / max(int(known.sum()), 1)
