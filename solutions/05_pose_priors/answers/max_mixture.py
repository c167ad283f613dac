# Planted answers to `max_mixture`.


# %% wrong, loses 0.6: takes the largest energy
def max_mixture(whitened, constants):
    return (whitened.square().sum(-1) + constants).amax(-1)


# %% wrong, loses 1.0: halves the distance
def max_mixture(whitened, constants):
    return (whitened.square().sum(-1) / 2 + constants).amin(-1)


# %% wrong, loses 0.6: the sum of the mixture
def max_mixture(whitened, constants):
    return -torch.logsumexp(-whitened.square().sum(-1) - constants, -1)


# %% wrong, loses 0.3: chooses by the distance alone
def max_mixture(whitened, constants):
    distances = whitened.square().sum(-1)
    best = distances.argmin(-1, keepdim=True)
    return (distances + constants).gather(-1, best)[:, 0]


# %% wrong, loses 0.6: forgets the constants
def max_mixture(whitened, constants):
    return whitened.square().sum(-1).amin(-1)


# %% wrong, loses 1.0: takes lengths for their squares
def max_mixture(whitened, constants):
    return (whitened.norm(dim=-1) + constants).amin(-1)


# %% wrong, loses 1.0: returns the component
def max_mixture(whitened, constants):
    return (whitened.square().sum(-1) + constants).argmin(-1)


# %% wrong, loses 0.3: cuts the gradient off
def max_mixture(whitened, constants):
    return (whitened.detach().square().sum(-1) + constants).amin(-1)


# %% wrong, loses 1.0: leaves it to the library
def max_mixture(whitened, constants):
    from vhlib.priors.gmm import max_mixture

    return max_mixture(whitened, constants)


# %% alternative: the residuals of the best component
def max_mixture(whitened, constants):
    best = (whitened.square().sum(-1) + constants).argmin(-1)
    rows = torch.arange(len(whitened))
    return torch.linalg.vector_norm(whitened[rows, best], dim=-1) ** 2 + constants[best]


# %% alternative: component by component
def max_mixture(whitened, constants):
    lowest = None
    for component, constant in zip(whitened.unbind(1), constants, strict=True):
        energy = torch.einsum("bd,bd->b", component, component) + constant
        lowest = energy if lowest is None else torch.minimum(lowest, energy)
    return lowest
