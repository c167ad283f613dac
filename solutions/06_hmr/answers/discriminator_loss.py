# Planted answers to `discriminator_loss`.


# %% wrong, loses 1.0: real and fake the other way round
def discriminator_loss(real, fake):
    return real.square().sum(1).mean() + (fake - 1).square().sum(1).mean()


# %% wrong, loses 1.0: forgets the fakes
def discriminator_loss(real, fake):
    return (real - 1).square().sum(1).mean()


# %% wrong, loses 1.0: forgets the real ones
def discriminator_loss(real, fake):
    return fake.square().sum(1).mean()


# %% wrong, loses 0.3: one mean over both kinds, twice
def discriminator_loss(real, fake):
    return 2 * torch.cat([real - 1, fake]).square().sum(1).mean()


# %% wrong, loses 1.0: everybody should be real
def discriminator_loss(real, fake):
    return (real - 1).square().sum(1).mean() + (fake - 1).square().sum(1).mean()


# %% wrong, loses 1.0: means over the judges
def discriminator_loss(real, fake):
    return (real - 1).square().mean() + fake.square().mean()


# %% wrong, loses 1.0: fakes should get -1
def discriminator_loss(real, fake):
    return (real - 1).square().sum(1).mean() + (fake + 1).square().sum(1).mean()


# %% wrong, loses 1.0: leaves it to the library
def discriminator_loss(real, fake):
    return losses.discriminator_loss(real, fake)


# %% alternative: judge by judge
def discriminator_loss(real, fake):
    total = 0
    for on_real, on_fake in zip(real.T, fake.T, strict=True):
        total = total + ((1 - on_real) ** 2).mean() + (on_fake**2).mean()
    return total


# %% alternative: matrix products
def discriminator_loss(real, fake):
    off = real - torch.ones_like(real)
    return torch.trace(off @ off.mT) / len(real) + torch.einsum("nd,nd->", fake, fake) / len(fake)
