# Planted answers to `damped_step`.


# %% wrong, loses 0.6: adds λ to the diagonal
def damped_step(gradient, curvature, damping):
    identity = torch.eye(curvature.shape[-1], dtype=curvature.dtype)
    return -torch.linalg.solve(curvature + damping[:, None, None] * identity, gradient[..., None])[..., 0]


# %% wrong, loses 1.0: goes uphill
def damped_step(gradient, curvature, damping):
    diagonal = torch.diag_embed(curvature.diagonal(dim1=1, dim2=2))
    return torch.linalg.solve(curvature + damping[:, None, None] * diagonal, gradient[..., None])[..., 0]


# %% wrong, loses 0.6: forgets the damping
def damped_step(gradient, curvature, damping):
    return -torch.linalg.solve(curvature, gradient[..., None])[..., 0]


# %% wrong, loses 0.6: damps all of the curvature
def damped_step(gradient, curvature, damping):
    return -torch.linalg.solve((1 + damping[:, None, None]) * curvature, gradient[..., None])[..., 0]


# %% wrong, loses 0.6: takes everybody for the first one
def damped_step(gradient, curvature, damping):
    diagonal = torch.diag_embed(curvature.diagonal(dim1=1, dim2=2))
    return -torch.linalg.solve(curvature + damping[0] * diagonal, gradient[..., None])[..., 0]


# %% wrong, loses 1.0: divides by the diagonal alone
def damped_step(gradient, curvature, damping):
    return -gradient / ((1 + damping[:, None]) * curvature.diagonal(dim1=1, dim2=2))


# %% wrong, loses 1.0: a step down the gradient
def damped_step(gradient, curvature, damping):
    return -gradient / (1 + damping[:, None])


# %% wrong, loses 0.6: puts λ times the diagonal in the diagonal's place
def damped_step(gradient, curvature, damping):
    diagonal = curvature.diagonal(dim1=1, dim2=2)
    damped = curvature + torch.diag_embed((damping[:, None] - 1) * diagonal * (damping[:, None] > 1e-6))
    return -torch.linalg.solve(damped, gradient[..., None])[..., 0]


# %% wrong, loses 1.0: leaves it to the library
def damped_step(gradient, curvature, damping):
    from vhlib.fitting.solve import damped_step

    return damped_step(gradient, curvature, damping)


# %% alternative: by Cholesky's factors
def damped_step(gradient, curvature, damping):
    scale = 1 + damping[:, None, None] * torch.eye(curvature.shape[-1], dtype=curvature.dtype)
    factor = torch.linalg.cholesky(curvature * scale)
    return torch.cholesky_solve(-gradient[..., None], factor).squeeze(-1)


# %% alternative: one person after the other, by the inverse
def damped_step(gradient, curvature, damping):
    steps = []
    for g, h, lam in zip(gradient, curvature, damping, strict=True):
        steps.append(-torch.linalg.inv(h + lam * torch.diag(torch.diag(h))) @ g)
    return torch.stack(steps)
