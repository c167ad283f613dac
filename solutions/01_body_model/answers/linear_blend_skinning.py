# Planted answers to `linear_blend_skinning`.


# %% wrong, loses 1.0: forgets to subtract the joints at rest
def linear_blend_skinning(vertices, rotations, positions, joints_rest, weights):
    turned = torch.einsum("bkij,bvj->bvki", rotations, vertices) + positions[:, None]
    return torch.einsum("vk,bvki->bvi", weights, turned)


# %% wrong, loses 0.8: does not apply the weights: every joint counts alike
def linear_blend_skinning(vertices, rotations, positions, joints_rest, weights):
    local = vertices[:, :, None] - joints_rest[:, None]
    return (torch.einsum("bkij,bvkj->bvki", rotations, local) + positions[:, None]).mean(2)


# %% wrong, loses 0.4: each vertex follows its strongest joint alone
def linear_blend_skinning(vertices, rotations, positions, joints_rest, weights):
    owner = weights.argmax(1)
    local = vertices - joints_rest[:, owner]
    return (rotations[:, owner] @ local[..., None])[..., 0] + positions[:, owner]


# %% wrong, loses 0.8: turns by the transposed rotations
def linear_blend_skinning(vertices, rotations, positions, joints_rest, weights):
    local = vertices[:, :, None] - joints_rest[:, None]
    turned = torch.einsum("bkji,bvkj->bvki", rotations, local) + positions[:, None]
    return torch.einsum("vk,bvki->bvi", weights, turned)


# %% wrong, loses 0.8: turns about the joints at rest and leaves them there
def linear_blend_skinning(vertices, rotations, positions, joints_rest, weights):
    local = vertices[:, :, None] - joints_rest[:, None]
    turned = torch.einsum("bkij,bvkj->bvki", rotations, local) + joints_rest[:, None]
    return torch.einsum("vk,bvki->bvi", weights, turned)


# %% wrong, loses 0.8: puts the weights through a softmax, though they sum to one already
def linear_blend_skinning(vertices, rotations, positions, joints_rest, weights):
    local = vertices[:, :, None] - joints_rest[:, None]
    turned = torch.einsum("bkij,bvkj->bvki", rotations, local) + positions[:, None]
    return torch.einsum("vk,bvki->bvi", weights.softmax(1), turned)


# %% wrong, loses 1.0: adds the posed joints without weighting them
def linear_blend_skinning(vertices, rotations, positions, joints_rest, weights):
    local = vertices[:, :, None] - joints_rest[:, None]
    turned = torch.einsum("bkij,bvkj->bvki", rotations, local)
    return torch.einsum("vk,bvki->bvi", weights, turned) + positions.mean(1, keepdim=True)


# %% wrong, loses 1.0: leaves it to the library
def linear_blend_skinning(vertices, rotations, positions, joints_rest, weights):
    from vhlib.body import linear_blend_skinning

    return linear_blend_skinning(vertices, rotations, positions, joints_rest, weights)


# %% alternative: moves every vertex with every joint, then weights
def linear_blend_skinning(vertices, rotations, positions, joints_rest, weights):
    local = vertices[:, :, None] - joints_rest[:, None]
    moved = (rotations[:, None] @ local[..., None])[..., 0] + positions[:, None]
    return (weights[..., None] * moved).sum(2)


# %% alternative: one joint after the other
def linear_blend_skinning(vertices, rotations, positions, joints_rest, weights):
    moved = torch.zeros_like(vertices)
    for joint in range(weights.shape[1]):
        local = vertices - joints_rest[:, joint, None]
        world = local @ rotations[:, joint].mT + positions[:, joint, None]
        moved = moved + weights[:, joint, None] * world
    return moved


# %% alternative: 4 x 4 matrices and homogeneous coordinates
def linear_blend_skinning(vertices, rotations, positions, joints_rest, weights):
    shifts = positions - (rotations @ joints_rest[..., None])[..., 0]
    motions = torch.zeros(*rotations.shape[:2], 4, 4, dtype=vertices.dtype)
    motions[..., :3, :3], motions[..., :3, 3], motions[..., 3, 3] = rotations, shifts, 1
    blended = torch.einsum("vk,bkij->bvij", weights, motions)
    homogeneous = torch.nn.functional.pad(vertices, (0, 1), value=1)
    return (blended @ homogeneous[..., None])[..., :3, 0]
