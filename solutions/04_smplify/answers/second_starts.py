# Planted answers to `second_starts`.


# %% wrong, loses 0.6: turns about the camera's axis
def second_starts(orient, shoulders_2d, seen):
    apart = (shoulders_2d[:, 0] - shoulders_2d[:, 1]).norm(dim=-1)
    people = ((apart < 25) | ~seen.all(-1)).nonzero().flatten()
    return torch.diag(orient.new_tensor([-1.0, 1.0, -1.0])) @ orient[people], people


# %% wrong, loses 0.6: measures the shoulders along x alone
def second_starts(orient, shoulders_2d, seen):
    apart = (shoulders_2d[:, 0, 0] - shoulders_2d[:, 1, 0]).abs()
    people = ((apart < 25) | ~seen.all(-1)).nonzero().flatten()
    return orient[people] @ torch.diag(orient.new_tensor([-1.0, 1.0, -1.0])), people


# %% wrong, loses 0.3: does not ask what was seen
def second_starts(orient, shoulders_2d, seen):
    apart = (shoulders_2d[:, 0] - shoulders_2d[:, 1]).norm(dim=-1)
    people = (apart < 25).nonzero().flatten()
    return orient[people] @ torch.diag(orient.new_tensor([-1.0, 1.0, -1.0])), people


# %% wrong, loses 0.3: asks for one shoulder only
def second_starts(orient, shoulders_2d, seen):
    apart = (shoulders_2d[:, 0] - shoulders_2d[:, 1]).norm(dim=-1)
    people = ((apart < 25) | ~seen.any(-1)).nonzero().flatten()
    return orient[people] @ torch.diag(orient.new_tensor([-1.0, 1.0, -1.0])), people


# %% wrong, loses 0.6: compares the squared distance with 25
def second_starts(orient, shoulders_2d, seen):
    apart = (shoulders_2d[:, 0] - shoulders_2d[:, 1]).square().sum(-1)
    people = ((apart < 25) | ~seen.all(-1)).nonzero().flatten()
    return orient[people] @ torch.diag(orient.new_tensor([-1.0, 1.0, -1.0])), people


# %% wrong, loses 1.0: starts everybody twice
def second_starts(orient, shoulders_2d, seen):
    return orient * orient.new_tensor([-1.0, 1.0, -1.0]), torch.arange(len(orient))


# %% wrong, loses 1.0: returns the first starts again
def second_starts(orient, shoulders_2d, seen):
    apart = (shoulders_2d[:, 0] - shoulders_2d[:, 1]).norm(dim=-1)
    people = ((apart < 25) | ~seen.all(-1)).nonzero().flatten()
    return orient[people], people


# %% wrong, loses 1.0: a quarter turn
def second_starts(orient, shoulders_2d, seen):
    apart = (shoulders_2d[:, 0] - shoulders_2d[:, 1]).norm(dim=-1)
    people = ((apart < 25) | ~seen.all(-1)).nonzero().flatten()
    quarter = geometry.axis_angle_to_matrix(orient.new_tensor([0.0, torch.pi / 2, 0.0]))
    return orient[people] @ quarter, people


# %% wrong, loses 1.0: leaves it to the library
def second_starts(orient, shoulders_2d, seen):
    from vhlib.fitting.smplify import second_starts

    return second_starts(orient, shoulders_2d, seen)


# %% alternative: by the axis-angle of half a turn
def second_starts(orient, shoulders_2d, seen):
    left, right = shoulders_2d.unbind(1)
    unclear = ((left - right).square().sum(-1) < 625) | ~(seen[:, 0] & seen[:, 1])
    people = torch.arange(len(orient))[unclear]
    half = geometry.axis_angle_to_matrix(torch.tensor([0.0, torch.pi, 0.0], dtype=orient.dtype))
    return torch.einsum("bij,jk->bik", orient[unclear], half), people


# %% alternative: one person after the other
def second_starts(orient, shoulders_2d, seen):
    people = []
    for number, ((left, right), (knows_left, knows_right)) in enumerate(zip(shoulders_2d, seen, strict=True)):
        if not (knows_left and knows_right) or torch.linalg.norm(left - right) < 25:
            people.append(number)
    turned = orient.clone()
    turned[:, :, 0] *= -1
    turned[:, :, 2] *= -1
    return turned[people], torch.tensor(people, dtype=torch.long)
