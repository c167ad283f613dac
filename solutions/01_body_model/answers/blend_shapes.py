# Planted answers to `blend_shapes`.


# %% wrong, loses 1.0: reshapes the directions instead of turning their axes
def blend_shapes(betas, shapedirs):
    count = betas.shape[1]
    return torch.einsum("bs,svc->bvc", betas, shapedirs.reshape(count, -1, 3))


# %% wrong, loses 0.6: uses the first body's coefficients for all of them
def blend_shapes(betas, shapedirs):
    return (shapedirs @ betas[0]).expand(len(betas), -1, -1)


# %% wrong, loses 1.0: averages over the coefficients instead of adding up
def blend_shapes(betas, shapedirs):
    return (betas[:, None, None, :] * shapedirs).mean(-1)


# %% wrong, loses 0.6: takes the size of each coefficient and forgets its sign
def blend_shapes(betas, shapedirs):
    return torch.einsum("bs,vcs->bvc", betas.abs(), shapedirs)


# %% wrong, loses 0.6: keeps the strongest direction of the first body alone
def blend_shapes(betas, shapedirs):
    strongest = betas.abs().argmax(-1)
    return shapedirs[..., strongest[0]] * betas[:, strongest[0], None, None]


# %% wrong, loses 0.6: always works in float32
def blend_shapes(betas, shapedirs):
    return torch.einsum("bs,vcs->bvc", betas.float(), shapedirs.float())


# %% wrong, loses 1.0: leaves it to the library
def blend_shapes(betas, shapedirs):
    from vhlib.body import blend_shapes

    return blend_shapes(betas, shapedirs)


# %% alternative: one matrix product
def blend_shapes(betas, shapedirs):
    return (shapedirs @ betas.T).permute(2, 0, 1)


# %% alternative: one direction after the other
def blend_shapes(betas, shapedirs):
    moved = torch.zeros(len(betas), *shapedirs.shape[:2], dtype=betas.dtype)
    for number in range(betas.shape[1]):
        moved = moved + betas[:, number, None, None] * shapedirs[..., number]
    return moved


# %% alternative: broadcasting
def blend_shapes(betas, shapedirs):
    return (betas[:, None, None, :] * shapedirs).sum(-1)
