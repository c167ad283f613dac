# Planted answers to `coverage`.


# %% wrong, loses 0.4: edges without ends
def coverage(polygons, pixels):
    start = polygons[:, :, None, None]
    edge = start.roll(-1, 1) - start
    offset = pixels - start
    part = (offset * edge).sum(-1, keepdim=True) / edge.square().sum(-1, keepdim=True)
    d2 = (offset - part * edge).square().sum(-1).amin(1)
    side = edge[..., 0] * offset[..., 1] - edge[..., 1] * offset[..., 0]
    inside = (side > 0).all(1) | (side < 0).all(1)
    return torch.sigmoid(torch.where(inside, d2, -d2))


# %% wrong, loses 1.0: forgets the square
def coverage(polygons, pixels):
    start = polygons[:, :, None, None]
    edge = start.roll(-1, 1) - start
    offset = pixels - start
    part = ((offset * edge).sum(-1, keepdim=True) / edge.square().sum(-1, keepdim=True)).clamp(0, 1)
    d2 = (offset - part * edge).norm(dim=-1).amin(1)
    side = edge[..., 0] * offset[..., 1] - edge[..., 1] * offset[..., 0]
    inside = (side > 0).all(1) | (side < 0).all(1)
    return torch.sigmoid(torch.where(inside, d2, -d2))


# %% wrong, loses 1.0: swaps the sign
def coverage(polygons, pixels):
    start = polygons[:, :, None, None]
    edge = start.roll(-1, 1) - start
    offset = pixels - start
    part = ((offset * edge).sum(-1, keepdim=True) / edge.square().sum(-1, keepdim=True)).clamp(0, 1)
    d2 = (offset - part * edge).square().sum(-1).amin(1)
    side = edge[..., 0] * offset[..., 1] - edge[..., 1] * offset[..., 0]
    inside = (side > 0).all(1) | (side < 0).all(1)
    return torch.sigmoid(torch.where(inside, -d2, d2))


# %% wrong, loses 0.8: loses the sign outside
def coverage(polygons, pixels):
    start = polygons[:, :, None, None]
    edge = start.roll(-1, 1) - start
    offset = pixels - start
    part = ((offset * edge).sum(-1, keepdim=True) / edge.square().sum(-1, keepdim=True)).clamp(0, 1)
    d2 = (offset - part * edge).square().sum(-1).amin(1)
    return torch.sigmoid(d2)


# %% wrong, loses 1.0: adds up the distances to all edges
def coverage(polygons, pixels):
    start = polygons[:, :, None, None]
    edge = start.roll(-1, 1) - start
    offset = pixels - start
    part = ((offset * edge).sum(-1, keepdim=True) / edge.square().sum(-1, keepdim=True)).clamp(0, 1)
    d2 = (offset - part * edge).square().sum(-1).sum(1)
    side = edge[..., 0] * offset[..., 1] - edge[..., 1] * offset[..., 0]
    inside = (side > 0).all(1) | (side < 0).all(1)
    return torch.sigmoid(torch.where(inside, d2, -d2))


# %% wrong, loses 0.2: only one orientation is inside
def coverage(polygons, pixels):
    start = polygons[:, :, None, None]
    edge = start.roll(-1, 1) - start
    offset = pixels - start
    part = ((offset * edge).sum(-1, keepdim=True) / edge.square().sum(-1, keepdim=True)).clamp(0, 1)
    d2 = (offset - part * edge).square().sum(-1).amin(1)
    side = edge[..., 0] * offset[..., 1] - edge[..., 1] * offset[..., 0]
    inside = (side > 0).all(1)
    return torch.sigmoid(torch.where(inside, d2, -d2))


# %% wrong, loses 1.0: hard, without a rim
def coverage(polygons, pixels):
    start = polygons[:, :, None, None]
    edge = start.roll(-1, 1) - start
    offset = pixels - start
    side = edge[..., 0] * offset[..., 1] - edge[..., 1] * offset[..., 0]
    inside = (side > 0).all(1) | (side < 0).all(1)
    return inside.to(polygons.dtype)


# %% wrong, loses 0.4: distances are cut off from the gradient
def coverage(polygons, pixels):
    start = polygons[:, :, None, None]
    edge = start.roll(-1, 1) - start
    offset = pixels - start
    part = ((offset * edge).sum(-1, keepdim=True) / edge.square().sum(-1, keepdim=True)).clamp(0, 1)
    d2 = (offset - part * edge).square().sum(-1).amin(1).detach()
    side = edge[..., 0] * offset[..., 1] - edge[..., 1] * offset[..., 0]
    inside = (side > 0).all(1) | (side < 0).all(1)
    return torch.sigmoid(torch.where(inside, d2, -d2))


# %% wrong, loses 0.6: distances of the corners alone
def coverage(polygons, pixels):
    start = polygons[:, :, None, None]
    edge = start.roll(-1, 1) - start
    offset = pixels - start
    part = torch.zeros_like(offset[..., :1])
    d2 = (offset - part * edge).square().sum(-1).amin(1)
    side = edge[..., 0] * offset[..., 1] - edge[..., 1] * offset[..., 0]
    inside = (side > 0).all(1) | (side < 0).all(1)
    return torch.sigmoid(torch.where(inside, d2, -d2))


# %% wrong, loses 1.0: leaves it to the library
def coverage(polygons, pixels):
    return reference.coverage(polygons, pixels)


# %% alternative: one edge after the other
def coverage(polygons, pixels):
    d2, left, right = torch.inf, True, True
    for number in range(polygons.shape[1]):
        a = polygons[:, number, None, None]
        b = polygons[:, (number + 1) % polygons.shape[1], None, None]
        along, away = b - a, pixels - a
        part = ((away * along).sum(-1) / (along * along).sum(-1)).clamp(0, 1)
        nearest = a + part[..., None] * along
        own = (pixels - nearest).square().sum(-1)
        d2 = own if number == 0 else torch.minimum(d2, own)
        turn = along[..., 0] * away[..., 1] - along[..., 1] * away[..., 0]
        left, right = left & (turn > 0), right & (turn < 0)
    return torch.sigmoid(d2 * torch.where(left | right, 1.0, -1.0))


# %% alternative: distance across the edge and beyond its ends, apart
def coverage(polygons, pixels):
    following = polygons.roll(-1, 1)
    length = (following - polygons).norm(dim=-1)
    tangent = (following - polygons) / length[..., None]
    normal = torch.stack([-tangent[..., 1], tangent[..., 0]], -1)
    offset = pixels - polygons[:, :, None, None]
    across = (offset * normal[:, :, None, None]).sum(-1)
    along = (offset * tangent[:, :, None, None]).sum(-1)
    beyond = torch.relu(-along) + torch.relu(along - length[:, :, None, None])
    d2 = (across**2 + beyond**2).amin(1)
    inside = (across > 0).all(1) | (across < 0).all(1)
    return 1 / (1 + torch.exp(torch.where(inside, -d2, d2)))
