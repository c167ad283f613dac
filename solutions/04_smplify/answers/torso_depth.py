# Planted answers to `torso_depth`.


# %% wrong, loses 0.5: averages the depths of the edges
def torso_depth(ends_2d, ends_3d, seen, focal_length):
    flat = (ends_2d[:, :, 0] - ends_2d[:, :, 1]).norm(dim=-1)
    true = (ends_3d[:, 0] - ends_3d[:, 1]).norm(dim=-1)
    counts = seen.all(-1).to(flat)
    return focal_length * (counts * true / flat).sum(-1) / counts.sum(-1)


# %% wrong, loses 1.0: turns the quotient upside down
def torso_depth(ends_2d, ends_3d, seen, focal_length):
    flat = (ends_2d[:, :, 0] - ends_2d[:, :, 1]).norm(dim=-1)
    true = (ends_3d[:, 0] - ends_3d[:, 1]).norm(dim=-1)
    counts = seen.all(-1).to(flat)
    return focal_length * (counts * flat).sum(-1) / (counts * true).sum(-1)


# %% wrong, loses 0.25: does not look at what was seen
def torso_depth(ends_2d, ends_3d, seen, focal_length):
    flat = (ends_2d[:, :, 0] - ends_2d[:, :, 1]).norm(dim=-1)
    true = (ends_3d[:, 0] - ends_3d[:, 1]).norm(dim=-1)
    return focal_length * true.sum() / flat.sum(-1)


# %% wrong, loses 0.25: counts an edge with one end that was seen
def torso_depth(ends_2d, ends_3d, seen, focal_length):
    flat = (ends_2d[:, :, 0] - ends_2d[:, :, 1]).norm(dim=-1)
    true = (ends_3d[:, 0] - ends_3d[:, 1]).norm(dim=-1)
    counts = seen.any(-1).to(flat)
    return focal_length * (counts * true).sum(-1) / (counts * flat).sum(-1)


# %% wrong, loses 0.25: leaves the missing edge out of the image alone
def torso_depth(ends_2d, ends_3d, seen, focal_length):
    flat = (ends_2d[:, :, 0] - ends_2d[:, :, 1]).norm(dim=-1)
    true = (ends_3d[:, 0] - ends_3d[:, 1]).norm(dim=-1)
    return focal_length * true.sum() / (seen.all(-1) * flat).sum(-1)


# %% wrong, loses 1.0: forgets the focal length
def torso_depth(ends_2d, ends_3d, seen, focal_length):
    flat = (ends_2d[:, :, 0] - ends_2d[:, :, 1]).norm(dim=-1)
    true = (ends_3d[:, 0] - ends_3d[:, 1]).norm(dim=-1)
    counts = seen.all(-1).to(flat)
    return (counts * true).sum(-1) / (counts * flat).sum(-1)


# %% wrong, loses 0.75: measures heights in the image
def torso_depth(ends_2d, ends_3d, seen, focal_length):
    flat = (ends_2d[:, :, 0, 1] - ends_2d[:, :, 1, 1]).abs()
    true = (ends_3d[:, 0] - ends_3d[:, 1]).norm(dim=-1)
    counts = seen.all(-1).to(flat)
    return focal_length * (counts * true).sum(-1) / (counts * flat).sum(-1)


# %% wrong, loses 0.5: measures the first edge alone
def torso_depth(ends_2d, ends_3d, seen, focal_length):
    flat = (ends_2d[:, 0, 0] - ends_2d[:, 0, 1]).norm(dim=-1)
    return focal_length * (ends_3d[0, 0] - ends_3d[0, 1]).norm() / flat


# %% wrong, loses 1.0: leaves it to the library
def torso_depth(ends_2d, ends_3d, seen, focal_length):
    from vhlib.fitting.people import torso_depth

    return torso_depth(ends_2d, ends_3d, seen, focal_length)


# %% alternative: means over the edges that count
def torso_depth(ends_2d, ends_3d, seen, focal_length):
    both = seen[..., 0] & seen[..., 1]
    flat = torch.where(both, torch.linalg.vector_norm(ends_2d[..., 1, :] - ends_2d[..., 0, :], dim=-1), torch.nan)
    true = torch.where(both, torch.linalg.vector_norm(ends_3d[..., 1, :] - ends_3d[..., 0, :], dim=-1), torch.nan)
    return focal_length * true.nanmean(-1) / flat.nanmean(-1)


# %% alternative: one person after the other
def torso_depth(ends_2d, ends_3d, seen, focal_length):
    depths = []
    for places, known, focal in zip(ends_2d, seen, focal_length, strict=True):
        edges = known.all(-1)
        flat = places[edges].diff(dim=1).square().sum((1, 2)).sqrt().sum()
        true = ends_3d[edges].diff(dim=1).square().sum((1, 2)).sqrt().sum()
        depths.append(focal * true / flat)
    return torch.stack(depths)
