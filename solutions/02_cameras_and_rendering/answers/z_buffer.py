# Planted answers to `z_buffer`.


# %% wrong, loses 0.5: takes the farthest face
def z_buffer(weights, depths):
    barycentrics = weights / weights.sum(-1, keepdim=True)
    depth = (barycentrics * depths[:, None, None]).sum(-1)
    depth = depth.where((weights >= 0).all(-1), -torch.inf)
    nearest, face = depth.max(0)
    seen = nearest > -torch.inf
    barycentrics = barycentrics.take_along_dim(face[None, ..., None], 0)[0]
    return face.where(seen, -1), nearest.where(seen, 0), barycentrics.where(seen[..., None], 0)


# %% wrong, loses 0.5: takes the last of several at one depth
def z_buffer(weights, depths):
    barycentrics = weights / weights.sum(-1, keepdim=True)
    depth = (barycentrics * depths[:, None, None]).sum(-1)
    depth = depth.where((weights >= 0).all(-1), torch.inf)
    nearest, face = ((value := depth.flip(0).min(0)).values, len(depths) - 1 - value.indices)
    seen = nearest < torch.inf
    barycentrics = barycentrics.take_along_dim(face[None, ..., None], 0)[0]
    return face.where(seen, -1), nearest.where(seen, 0), barycentrics.where(seen[..., None], 0)


# %% wrong, loses 0.5: does not ask whether a face covers the pixel
def z_buffer(weights, depths):
    barycentrics = weights / weights.sum(-1, keepdim=True)
    depth = (barycentrics * depths[:, None, None]).sum(-1)
    depth = depth.where(weights.isfinite().all(-1), torch.inf)
    nearest, face = depth.min(0)
    seen = nearest < torch.inf
    barycentrics = barycentrics.take_along_dim(face[None, ..., None], 0)[0]
    return face.where(seen, -1), nearest.where(seen, 0), barycentrics.where(seen[..., None], 0)


# %% wrong, loses 0.5: leaves out pixels on an edge
def z_buffer(weights, depths):
    barycentrics = weights / weights.sum(-1, keepdim=True)
    depth = (barycentrics * depths[:, None, None]).sum(-1)
    depth = depth.where((weights > 0).all(-1), torch.inf)
    nearest, face = depth.min(0)
    seen = nearest < torch.inf
    barycentrics = barycentrics.take_along_dim(face[None, ..., None], 0)[0]
    return face.where(seen, -1), nearest.where(seen, 0), barycentrics.where(seen[..., None], 0)


# %% wrong, loses 0.5: does not divide by the sum
def z_buffer(weights, depths):
    barycentrics = weights
    depth = (barycentrics * depths[:, None, None]).sum(-1)
    depth = depth.where((weights >= 0).all(-1), torch.inf)
    nearest, face = depth.min(0)
    seen = nearest < torch.inf
    barycentrics = barycentrics.take_along_dim(face[None, ..., None], 0)[0]
    return face.where(seen, -1), nearest.where(seen, 0), barycentrics.where(seen[..., None], 0)


# %% wrong, loses 0.5: sorts by the mean depth of a face, as painters do
def z_buffer(weights, depths):
    barycentrics = weights / weights.sum(-1, keepdim=True)
    depth = (barycentrics * depths[:, None, None]).sum(-1)
    depth = depth.where((weights >= 0).all(-1), torch.inf)
    nearest, face = depths.mean(1)[:, None, None].expand_as(depth).where(depth < torch.inf, torch.inf).min(0)
    seen = nearest < torch.inf
    barycentrics = barycentrics.take_along_dim(face[None, ..., None], 0)[0]
    return (
        face.where(seen, -1),
        depth.take_along_dim(face[None], 0)[0].where(seen, 0),
        barycentrics.where(seen[..., None], 0),
    )


# %% wrong, loses 0.5: calls nobody face 0
def z_buffer(weights, depths):
    barycentrics = weights / weights.sum(-1, keepdim=True)
    depth = (barycentrics * depths[:, None, None]).sum(-1)
    depth = depth.where((weights >= 0).all(-1), torch.inf)
    nearest, face = depth.min(0)
    seen = nearest < torch.inf
    barycentrics = barycentrics.take_along_dim(face[None, ..., None], 0)[0]
    return face.where(seen, 0), nearest.where(seen, 0), barycentrics.where(seen[..., None], 0)


# %% wrong, loses 0.5: leaves infinity where there is nobody
def z_buffer(weights, depths):
    barycentrics = weights / weights.sum(-1, keepdim=True)
    depth = (barycentrics * depths[:, None, None]).sum(-1)
    depth = depth.where((weights >= 0).all(-1), torch.inf)
    nearest, face = depth.min(0)
    seen = nearest < torch.inf
    barycentrics = barycentrics.take_along_dim(face[None, ..., None], 0)[0]
    return face.where(seen, -1), nearest, barycentrics.where(seen[..., None], 0)


# %% wrong, loses 1.0: leaves it to the library
def z_buffer(weights, depths):
    return reference.z_buffer(weights, depths)


# %% alternative: one face after the other
def z_buffer(weights, depths):
    face = torch.full(weights.shape[1:3], -1)
    depth = torch.full(weights.shape[1:3], torch.inf, dtype=weights.dtype)
    barycentrics = torch.zeros(weights.shape[1:], dtype=weights.dtype)
    for index in range(len(depths)):
        own = weights[index] / weights[index].sum(-1, keepdim=True)
        here = own @ depths[index]
        nearer = (weights[index] >= 0).all(-1) & (here < depth)
        face, depth = face.where(~nearer, index), torch.where(nearer, here, depth)
        barycentrics = torch.where(nearer[..., None], own, barycentrics)
    return face, depth.where(face >= 0, 0), barycentrics


# %% alternative: decides first, divides after
def z_buffer(weights, depths):
    covers = weights.amin(-1) >= 0
    total = weights.sum(-1).where(covers, 1)
    depth = (torch.einsum("fhwk,fk->fhw", weights, depths) / total).where(covers, 1e30)
    face = depth.argmin(0)
    rows, columns = torch.meshgrid(*(torch.arange(n) for n in face.shape), indexing="ij")
    seen = covers[face, rows, columns]
    own = weights[face, rows, columns] / total[face, rows, columns][..., None]
    return face.where(seen, -1), depth[face, rows, columns] * seen, own * seen[..., None]
