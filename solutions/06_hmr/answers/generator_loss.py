# Planted answers to `generator_loss`.


# %% wrong, loses 1.0: wants to be taken for a fake
def generator_loss(fake):
    return fake.square().sum(1).mean()


# %% wrong, loses 1.0: the mean over everything
def generator_loss(fake):
    return (fake - 1).square().mean()


# %% wrong, loses 0.5: the sum over everything
def generator_loss(fake):
    return (fake - 1).square().sum()


# %% wrong, loses 0.5: sums over bodies, means over judges
def generator_loss(fake):
    return (fake - 1).square().sum(0).mean()


# %% wrong, loses 1.0: the first GAN's logarithm
def generator_loss(fake):
    return -torch.nn.functional.logsigmoid(fake).sum(1).mean()


# %% wrong, loses 1.0: absolute values
def generator_loss(fake):
    return (fake - 1).abs().sum(1).mean()


# %% wrong, loses 1.0: leaves it to the library
def generator_loss(fake):
    return losses.generator_loss(fake)


# %% alternative: means first, then the sum
def generator_loss(fake):
    return ((fake - 1) ** 2).mean(dim=0).sum()


# %% alternative: PyTorch's mean square, times the judges
def generator_loss(fake):
    return fake.shape[1] * torch.nn.functional.mse_loss(fake, torch.ones_like(fake))
