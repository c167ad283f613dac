# Planted answers to `mixture_constants`.


# %% wrong, loses 0.5: takes the determinant for its root
def mixture_constants(factors, weights):
    two_pi = torch.log(2 * torch.pi * torch.ones((), dtype=factors.dtype))
    root = 2 * factors.diagonal(dim1=1, dim2=2).log().sum(1)
    return factors.shape[-1] / 2 * two_pi + root - root.min() - weights.log()


# %% wrong, loses 1.0: leaves 2π out
def mixture_constants(factors, weights):
    root = factors.diagonal(dim1=1, dim2=2).log().sum(1)
    return root - root.min() - weights.log()


# %% wrong, loses 1.0: does not subtract the smallest determinant
def mixture_constants(factors, weights):
    two_pi = torch.log(2 * torch.pi * torch.ones((), dtype=factors.dtype))
    root = factors.diagonal(dim1=1, dim2=2).log().sum(1)
    return factors.shape[-1] / 2 * two_pi + root - weights.log()


# %% wrong, loses 1.0: adds the logarithm of the weights
def mixture_constants(factors, weights):
    two_pi = torch.log(2 * torch.pi * torch.ones((), dtype=factors.dtype))
    root = factors.diagonal(dim1=1, dim2=2).log().sum(1)
    return factors.shape[-1] / 2 * two_pi + root - root.min() + weights.log()


# %% wrong, loses 0.25: multiplies before it takes the logarithm
def mixture_constants(factors, weights):
    two_pi = torch.log(2 * torch.pi * torch.ones((), dtype=factors.dtype))
    root = factors.diagonal(dim1=1, dim2=2).prod(1).log()
    return factors.shape[-1] / 2 * two_pi + root - root.min() - weights.log()


# %% wrong, loses 0.25: computes the covariances' determinants
def mixture_constants(factors, weights):
    two_pi = torch.log(2 * torch.pi * torch.ones((), dtype=factors.dtype))
    root = 0.5 * torch.linalg.det(factors @ factors.mT).log()
    return factors.shape[-1] / 2 * two_pi + root - root.min() - weights.log()


# %% wrong, loses 0.5: takes wide Gaussians for cheaper
def mixture_constants(factors, weights):
    two_pi = torch.log(2 * torch.pi * torch.ones((), dtype=factors.dtype))
    root = factors.diagonal(dim1=1, dim2=2).log().sum(1)
    return factors.shape[-1] / 2 * two_pi - root + root.max() - weights.log()


# %% wrong, loses 0.5: subtracts the first one's determinant, not the smallest
def mixture_constants(factors, weights):
    two_pi = torch.log(2 * torch.pi * torch.ones((), dtype=factors.dtype))
    root = factors.diagonal(dim1=1, dim2=2).log().sum(1)
    return factors.shape[-1] / 2 * two_pi + root - root[0] - weights.log()


# %% wrong, loses 1.0: leaves it to the library
def mixture_constants(factors, weights):
    from vhlib.priors.gmm import mixture_constants

    return mixture_constants(factors, weights)


# %% alternative: by slogdet of the covariances
def mixture_constants(factors, weights):
    root = torch.linalg.slogdet(factors @ factors.mT).logabsdet / 2
    size = factors.shape[1]
    two_pi = torch.as_tensor(2 * torch.pi, dtype=factors.dtype)
    return 0.5 * size * two_pi.log() + (root - root.amin()) - weights.log()


# %% alternative: by PyTorch's own Gaussian, at its mean
def mixture_constants(factors, weights):
    nought = torch.zeros_like(factors[:, 0])
    peaks = torch.distributions.MultivariateNormal(nought, scale_tril=factors).log_prob(nought)
    smallest = factors.diagonal(dim1=-2, dim2=-1).log().sum(-1).min()
    return -peaks - smallest - torch.log(weights)
