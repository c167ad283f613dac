# Planted answers to `forward_kinematics`.


# %% wrong, loses 0.8: multiplies in the wrong order, the joint's rotation before its parent's
def forward_kinematics(rotations, joints_rest, parents):
    turned, positions = [rotations[:, 0]], [joints_rest[:, 0]]
    for joint, parent in list(enumerate(parents))[1:]:
        turned.append(rotations[:, joint] @ turned[parent])
        bone = joints_rest[:, joint] - joints_rest[:, parent]
        positions.append(positions[parent] + (turned[parent] @ bone[..., None])[..., 0])
    return torch.stack(turned, 1), torch.stack(positions, 1)


# %% wrong, loses 1.0: forgets to subtract the parent's place at rest
def forward_kinematics(rotations, joints_rest, parents):
    turned, positions = [rotations[:, 0]], [joints_rest[:, 0]]
    for joint, parent in list(enumerate(parents))[1:]:
        turned.append(turned[parent] @ rotations[:, joint])
        positions.append(positions[parent] + (turned[parent] @ joints_rest[:, joint, :, None])[..., 0])
    return torch.stack(turned, 1), torch.stack(positions, 1)


# %% wrong, loses 1.0: the root sits at the origin instead of its own place
def forward_kinematics(rotations, joints_rest, parents):
    turned, positions = [rotations[:, 0]], [torch.zeros_like(joints_rest[:, 0])]
    for joint, parent in list(enumerate(parents))[1:]:
        turned.append(turned[parent] @ rotations[:, joint])
        bone = joints_rest[:, joint] - joints_rest[:, parent]
        positions.append(positions[parent] + (turned[parent] @ bone[..., None])[..., 0])
    return torch.stack(turned, 1), torch.stack(positions, 1)


# %% wrong, loses 1.0: the root's own rotation is missing
def forward_kinematics(rotations, joints_rest, parents):
    identity = torch.eye(3, dtype=rotations.dtype).expand(len(rotations), 3, 3)
    turned, positions = [identity], [joints_rest[:, 0]]
    for joint, parent in list(enumerate(parents))[1:]:
        turned.append(turned[parent] @ rotations[:, joint])
        bone = joints_rest[:, joint] - joints_rest[:, parent]
        positions.append(positions[parent] + (turned[parent] @ bone[..., None])[..., 0])
    return torch.stack(turned, 1), torch.stack(positions, 1)


# %% wrong, loses 0.8: each bone turns with its own joint instead of the one it hangs on
def forward_kinematics(rotations, joints_rest, parents):
    turned, positions = [rotations[:, 0]], [joints_rest[:, 0]]
    for joint, parent in list(enumerate(parents))[1:]:
        turned.append(turned[parent] @ rotations[:, joint])
        bone = joints_rest[:, joint] - joints_rest[:, parent]
        positions.append(positions[parent] + (turned[joint] @ bone[..., None])[..., 0])
    return torch.stack(turned, 1), torch.stack(positions, 1)


# %% wrong, loses 0.4: hangs every joint on the one before it
def forward_kinematics(rotations, joints_rest, parents):
    turned, positions = [rotations[:, 0]], [joints_rest[:, 0]]
    for joint in range(1, len(parents)):
        turned.append(turned[-1] @ rotations[:, joint])
        bone = joints_rest[:, joint] - joints_rest[:, joint - 1]
        positions.append(positions[-1] + (turned[joint - 1] @ bone[..., None])[..., 0])
    return torch.stack(turned, 1), torch.stack(positions, 1)


# %% wrong, loses 1.0: returns the local rotations as they came
def forward_kinematics(rotations, joints_rest, parents):
    turned, positions = [rotations[:, 0]], [joints_rest[:, 0]]
    for joint, parent in list(enumerate(parents))[1:]:
        turned.append(turned[parent] @ rotations[:, joint])
        bone = joints_rest[:, joint] - joints_rest[:, parent]
        positions.append(positions[parent] + (turned[parent] @ bone[..., None])[..., 0])
    return rotations, torch.stack(positions, 1)


# %% wrong, loses 1.0: transposes the rotations, as row vectors would want them
def forward_kinematics(rotations, joints_rest, parents):
    turned, positions = [rotations[:, 0].mT], [joints_rest[:, 0]]
    for joint, parent in list(enumerate(parents))[1:]:
        turned.append(turned[parent] @ rotations[:, joint].mT)
        bone = joints_rest[:, joint] - joints_rest[:, parent]
        positions.append(positions[parent] + (turned[parent] @ bone[..., None])[..., 0])
    return torch.stack(turned, 1), torch.stack(positions, 1)


# %% wrong, loses 1.0: leaves it to the library
def forward_kinematics(rotations, joints_rest, parents):
    from vhlib.geometry import forward_kinematics

    return forward_kinematics(rotations, joints_rest, parents)


# %% alternative: the paper's 4 x 4 matrices
def forward_kinematics(rotations, joints_rest, parents):
    batch, count = joints_rest.shape[:2]
    upper = torch.tensor([joint if parent < 0 else parent for joint, parent in enumerate(parents)])
    bones = joints_rest - joints_rest[:, upper]
    bones = torch.cat([joints_rest[:, :1], bones[:, 1:]], dim=1)
    motions = torch.cat([rotations, bones[..., None]], dim=-1)
    last = torch.tensor([0, 0, 0, 1], dtype=rotations.dtype).expand(batch, count, 1, 4)
    motions = torch.cat([motions, last], dim=-2)
    world = [motions[:, 0]]
    for joint in range(1, count):
        world.append(world[parents[joint]] @ motions[:, joint])
    world = torch.stack(world, 1)
    return world[..., :3, :3], world[..., :3, 3]


# %% alternative: each joint asks its parent, by recursion
def forward_kinematics(rotations, joints_rest, parents):
    def world(joint):
        parent = parents[joint]
        if parent < 0:
            return rotations[:, joint], joints_rest[:, joint]
        turned, position = world(parent)
        bone = joints_rest[:, joint] - joints_rest[:, parent]
        return turned @ rotations[:, joint], position + torch.einsum("bij,bj->bi", turned, bone)

    turned, positions = zip(*(world(joint) for joint in range(len(parents))), strict=True)
    return torch.stack(turned, dim=1), torch.stack(positions, dim=1)


# %% alternative: filled in place, one body after the other, the root's parent being no special case
def forward_kinematics(rotations, joints_rest, parents):
    turned, positions = rotations.clone(), joints_rest.clone()
    for body in range(len(rotations)):
        for joint, parent in enumerate(parents):
            if parent != -1:
                turned[body, joint] = turned[body, parent] @ rotations[body, joint]
                bone = joints_rest[body, joint] - joints_rest[body, parent]
                positions[body, joint] = positions[body, parent] + turned[body, parent] @ bone
    return turned, positions
