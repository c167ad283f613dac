# Planted answers to `keypoint_energy`.


# %% wrong, loses 0.8: plain squares
def keypoint_energy(projected, keypoints_2d, weight, sigma):
    error = torch.where(weight[..., None] > 0, projected - keypoints_2d, 0.0)
    return (weight**2 * error.square().sum(-1)).sum(-1)


# %% wrong, loses 1.0: forgets σ² in front
def keypoint_energy(projected, keypoints_2d, weight, sigma):
    square = torch.where(weight[..., None] > 0, projected - keypoints_2d, 0.0).square()
    return (weight**2 * (square / (sigma**2 + square)).sum(-1)).sum(-1)


# %% wrong, loses 0.3: does not square the weights
def keypoint_energy(projected, keypoints_2d, weight, sigma):
    square = torch.where(weight[..., None] > 0, projected - keypoints_2d, 0.0).square()
    return (weight * (sigma**2 * square / (sigma**2 + square)).sum(-1)).sum(-1)


# %% wrong, loses 0.5: takes ρ of the distance
def keypoint_energy(projected, keypoints_2d, weight, sigma):
    square = torch.where(weight[..., None] > 0, projected - keypoints_2d, 0.0).square().sum(-1)
    return (weight**2 * sigma**2 * square / (sigma**2 + square)).sum(-1)


# %% wrong, loses 0.3: multiplies by weights of zero, which leaves NaN what it is
def keypoint_energy(projected, keypoints_2d, weight, sigma):
    square = (projected - keypoints_2d).square()
    return (weight**2 * (sigma**2 * square / (sigma**2 + square)).sum(-1)).sum(-1)


# %% wrong, loses 0.16: masks after squaring, which mends the value alone
def keypoint_energy(projected, keypoints_2d, weight, sigma):
    square = (projected - keypoints_2d).square()
    rho = torch.where(weight[..., None] > 0, sigma**2 * square / (sigma**2 + square), 0.0)
    return (weight**2 * rho.sum(-1)).sum(-1)


# %% wrong, loses 0.3: takes σ for 100, whatever is given
def keypoint_energy(projected, keypoints_2d, weight, sigma):
    square = torch.where(weight[..., None] > 0, projected - keypoints_2d, 0.0).square()
    return (weight**2 * (100**2 * square / (100**2 + square)).sum(-1)).sum(-1)


# %% wrong, loses 1.0: averages over the joints
def keypoint_energy(projected, keypoints_2d, weight, sigma):
    square = torch.where(weight[..., None] > 0, projected - keypoints_2d, 0.0).square()
    return (weight**2 * (sigma**2 * square / (sigma**2 + square)).sum(-1)).mean(-1)


# %% wrong, loses 0.8: adds up everybody's energy
def keypoint_energy(projected, keypoints_2d, weight, sigma):
    square = torch.where(weight[..., None] > 0, projected - keypoints_2d, 0.0).square()
    return (weight**2 * (sigma**2 * square / (sigma**2 + square)).sum(-1)).sum()


# %% wrong, loses 0.3: weighs the errors before ρ
def keypoint_energy(projected, keypoints_2d, weight, sigma):
    error = torch.where(weight[..., None] > 0, projected - keypoints_2d, 0.0) * weight[..., None]
    return (sigma**2 * error**2 / (sigma**2 + error**2)).sum((1, 2))


# %% wrong, loses 1.0: leaves it to the library
def keypoint_energy(projected, keypoints_2d, weight, sigma):
    return fitting.keypoint_energy(projected, keypoints_2d, weight, sigma=sigma)


# %% alternative: the square of SMPLify's residual
def keypoint_energy(projected, keypoints_2d, weight, sigma):
    seen = (weight > 0)[..., None].expand_as(projected)
    error = (projected - keypoints_2d).masked_fill(~seen, 0.0)
    residual = weight[..., None] * sigma * error / (sigma**2 + error**2).sqrt()
    return residual.square().flatten(1).sum(1)


# %% alternative: keypoints that are missing are put where the body is
def keypoint_energy(projected, keypoints_2d, weight, sigma):
    places = torch.where(weight[..., None] > 0, keypoints_2d, projected)
    ratio = ((projected - places) / sigma) ** 2
    return torch.einsum("bk,bkc->b", weight**2, sigma**2 * ratio / (1 + ratio))


# %% alternative: joint by joint
def keypoint_energy(projected, keypoints_2d, weight, sigma):
    energies = []
    for places, wanted, weights in zip(projected, keypoints_2d, weight, strict=True):
        energy = 0 * weights.sum()
        for place, aim, w in zip(places, wanted, weights, strict=True):
            if w > 0:
                square = (place - aim).square()
                energy = energy + w**2 * (sigma**2 * square / (sigma**2 + square)).sum()
        energies.append(energy)
    return torch.stack(energies)
