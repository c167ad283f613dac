# Planted answers to `global_to_local`.


# %% wrong, loses 1.0: multiplies in the other order
def global_to_local(rotations, parents):
    each = [r if p == -1 else r @ rotations[:, p].mT for r, p in zip(rotations.unbind(1), parents, strict=True)]
    return torch.stack(each, dim=1)


# %% wrong, loses 1.0: forgets to transpose the parent
def global_to_local(rotations, parents):
    each = [r if p == -1 else rotations[:, p] @ r for r, p in zip(rotations.unbind(1), parents, strict=True)]
    return torch.stack(each, dim=1)


# %% wrong, loses 1.0: transposes the child
def global_to_local(rotations, parents):
    each = [r if p == -1 else r.mT @ rotations[:, p] for r, p in zip(rotations.unbind(1), parents, strict=True)]
    return torch.stack(each, dim=1)


# %% wrong, loses 1.0: takes everything against the root
def global_to_local(rotations, parents):
    root = rotations[:, list(parents).index(-1)]
    each = [r if p == -1 else root.mT @ r for r, p in zip(rotations.unbind(1), parents, strict=True)]
    return torch.stack(each, dim=1)


# %% wrong, loses 1.0: turns the root against index -1
def global_to_local(rotations, parents):
    return rotations[:, list(parents)].mT @ rotations


# %% wrong, loses 0.3: the root is the first
def global_to_local(rotations, parents):
    local = rotations[:, list(parents)].mT @ rotations
    return torch.cat([rotations[:, :1], local[:, 1:]], dim=1)


# %% wrong, loses 0.6: overwrites what others still need
def global_to_local(rotations, parents):
    local = rotations.clone()
    for joint, parent in enumerate(parents):
        if parent != -1:
            local[:, joint] = local[:, parent].mT @ local[:, joint]
    return local


# %% wrong, loses 1.0: leaves it to the library
def global_to_local(rotations, parents):
    return geometry.global_to_local(rotations, parents)


# %% alternative: all at once, the root's parent an identity at the end
def global_to_local(rotations, parents):
    identity = torch.eye(3, dtype=rotations.dtype).expand(len(rotations), 1, 3, 3)
    above = torch.cat([rotations, identity], dim=1)[:, list(parents)]
    return torch.einsum("bjki,bjkl->bjil", above, rotations)


# %% alternative: from the last joint to the first, in a copy
def global_to_local(rotations, parents):
    local = rotations.clone()
    for joint in reversed(range(len(parents))):
        if parents[joint] >= 0:
            local[:, joint] = torch.linalg.solve(rotations[:, parents[joint]], rotations[:, joint])
    return local
