# Planted answers to `kl_to_standard_normal`.


# %% wrong, loses 1.0: takes σ for log σ²
def kl_to_standard_normal(mean, std):
    return ((mean**2 + std.exp() - 1 - std) / 2).sum(-1)


# %% wrong, loses 0.6: takes σ for the variance
def kl_to_standard_normal(mean, std):
    return ((mean**2 + std - 1 - std.log()) / 2).sum(-1)


# %% wrong, loses 1.0: forgets the one half
def kl_to_standard_normal(mean, std):
    return (mean**2 + std**2 - 1 - 2 * std.log()).sum(-1)


# %% wrong, loses 0.6: halves the logarithm, too
def kl_to_standard_normal(mean, std):
    return ((mean**2 + std**2 - 1 - std.log()) / 2).sum(-1)


# %% wrong, loses 1.0: averages over the coordinates
def kl_to_standard_normal(mean, std):
    return ((mean**2 + std**2 - 1) / 2 - std.log()).mean(-1)


# %% wrong, loses 1.0: turns the sign round
def kl_to_standard_normal(mean, std):
    return (std.log() - (mean**2 + std**2 - 1) / 2).sum(-1)


# %% wrong, loses 0.6: takes the divergence the other way round
def kl_to_standard_normal(mean, std):
    return ((1 + mean**2) / std**2 / 2 - 0.5 + std.log()).sum(-1)


# %% wrong, loses 0.6: adds the logarithm
def kl_to_standard_normal(mean, std):
    return ((mean**2 + std**2 - 1) / 2 + std.log()).sum(-1)


# %% wrong, loses 1.0: leaves it to the library
def kl_to_standard_normal(mean, std):
    from vhlib.losses import kl_to_standard_normal

    return kl_to_standard_normal(mean, std)


# %% alternative: by PyTorch's distributions
def kl_to_standard_normal(mean, std):
    normal = torch.distributions.Normal
    standard = normal(torch.zeros_like(mean), torch.ones_like(std))
    return torch.distributions.kl_divergence(normal(mean, std), standard).sum(-1)


# %% alternative: by log σ², as Kingma and Welling write it
def kl_to_standard_normal(mean, std):
    log_variance = 2 * torch.log(std)
    return -0.5 * torch.sum(1 + log_variance - mean.pow(2) - log_variance.exp(), dim=1)
