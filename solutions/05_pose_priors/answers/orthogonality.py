# Planted answers to `orthogonality`.


# %% wrong, loses 1.0: forgets the transpose
def orthogonality(matrices):
    return (matrices @ matrices - torch.eye(3, dtype=matrices.dtype)).square().sum((1, 2, 3))


# %% wrong, loses 0.5: averages over entries and joints
def orthogonality(matrices):
    return (matrices @ matrices.mT - torch.eye(3, dtype=matrices.dtype)).square().mean((1, 2, 3))


# %% wrong, loses 0.5: takes the norm without its square
def orthogonality(matrices):
    return (matrices @ matrices.mT - torch.eye(3, dtype=matrices.dtype)).norm(dim=(2, 3)).sum(1)


# %% wrong, loses 0.5: adds absolute values
def orthogonality(matrices):
    return (matrices @ matrices.mT - torch.eye(3, dtype=matrices.dtype)).abs().sum((1, 2, 3))


# %% wrong, loses 0.5: compares lengths alone
def orthogonality(matrices):
    return (matrices.square().sum(-1) - 1).square().sum((1, 2))


# %% wrong, loses 1.0: adds up everybody
def orthogonality(matrices):
    return (matrices @ matrices.mT - torch.eye(3, dtype=matrices.dtype)).square().sum()


# %% wrong, loses 1.0: forgets the identity
def orthogonality(matrices):
    return (matrices @ matrices.mT).square().sum((1, 2, 3))


# %% wrong, loses 1.0: leaves it to the library
def orthogonality(matrices):
    from vhlib.losses import orthogonality

    return orthogonality(matrices)


# %% alternative: columns instead of rows
def orthogonality(matrices):
    gram = torch.einsum("bjki,bjkl->bjil", matrices, matrices)
    return torch.linalg.matrix_norm(gram - torch.eye(3, dtype=matrices.dtype)).pow(2).sum(-1)


# %% alternative: by traces
def orthogonality(matrices):
    gram = matrices.mT @ matrices
    squares = gram.square().sum((-2, -1)) - 2 * gram.diagonal(dim1=-2, dim2=-1).sum(-1) + 3
    return squares.sum(-1)
