# Planted answers to `determinant`.


# %% wrong, loses 0.5: takes the determinant's absolute value, so that mirrors cost nothing
def determinant(matrices):
    return (matrices.det().abs() - 1).abs().sum(-1)


# %% wrong, loses 1.0: squares the difference
def determinant(matrices):
    return (matrices.det() - 1).square().sum(-1)


# %% wrong, loses 1.0: forgets the absolute value
def determinant(matrices):
    return (matrices.det() - 1).sum(-1)


# %% wrong, loses 1.0: averages over the joints
def determinant(matrices):
    return (matrices.det() - 1).abs().mean(-1)


# %% wrong, loses 1.0: forgets to subtract one
def determinant(matrices):
    return matrices.det().abs().sum(-1)


# %% wrong, loses 0.5: takes the absolute value of the sum
def determinant(matrices):
    return (matrices.det() - 1).sum(-1).abs()


# %% wrong, loses 1.0: leaves it to the library
def determinant(matrices):
    from vhlib.losses import determinant

    return determinant(matrices)


# %% alternative: the triple product of the columns
def determinant(matrices):
    first, second, third = matrices.unbind(-1)
    return (torch.linalg.cross(first, second) * third).sum(-1).sub(1).abs().sum(1)


# %% alternative: by the rule of Sarrus
def determinant(matrices):
    (a, b, c), (d, e, f), (g, h, i) = (row.unbind(-1) for row in matrices.unbind(-2))
    volume = a * e * i + b * f * g + c * d * h - c * e * g - b * d * i - a * f * h
    return torch.where(volume > 1, volume - 1, 1 - volume).sum(-1)
