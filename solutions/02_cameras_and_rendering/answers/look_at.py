# Planted answers to `look_at`.


# %% wrong, loses 0.5: puts the axes into the columns
def look_at(eye, target):
    forward = target - eye
    up = torch.tensor([0.0, 1.0, 0.0], dtype=eye.dtype).expand_as(forward)
    right = torch.linalg.cross(forward, up)
    down = torch.linalg.cross(forward, right)
    rotation = torch.stack([axis / axis.norm(dim=-1, keepdim=True) for axis in (right, down, forward)], 2)
    return rotation, -(rotation @ eye[..., None])[..., 0]


# %% wrong, loses 1.0: takes OpenGL's axes, y up and z backward
def look_at(eye, target):
    forward = target - eye
    up = torch.tensor([0.0, 1.0, 0.0], dtype=eye.dtype).expand_as(forward)
    right = torch.linalg.cross(forward, up)
    down = torch.linalg.cross(forward, right)
    rotation = torch.stack([axis / axis.norm(dim=-1, keepdim=True) for axis in (right, -down, -forward)], 1)
    return rotation, -(rotation @ eye[..., None])[..., 0]


# %% wrong, loses 1.0: takes the camera's place for T
def look_at(eye, target):
    forward = target - eye
    up = torch.tensor([0.0, 1.0, 0.0], dtype=eye.dtype).expand_as(forward)
    right = torch.linalg.cross(forward, up)
    down = torch.linalg.cross(forward, right)
    rotation = torch.stack([axis / axis.norm(dim=-1, keepdim=True) for axis in (right, down, forward)], 1)
    return rotation, eye


# %% wrong, loses 1.0: does not rotate the camera's place
def look_at(eye, target):
    forward = target - eye
    up = torch.tensor([0.0, 1.0, 0.0], dtype=eye.dtype).expand_as(forward)
    right = torch.linalg.cross(forward, up)
    down = torch.linalg.cross(forward, right)
    rotation = torch.stack([axis / axis.norm(dim=-1, keepdim=True) for axis in (right, down, forward)], 1)
    return rotation, -eye


# %% wrong, loses 1.0: forgets to divide by the lengths
def look_at(eye, target):
    forward = target - eye
    up = torch.tensor([0.0, 1.0, 0.0], dtype=eye.dtype).expand_as(forward)
    right = torch.linalg.cross(forward, up)
    down = torch.linalg.cross(forward, right)
    rotation = torch.stack([right, down, forward], 1)
    return rotation, -(rotation @ eye[..., None])[..., 0]


# %% wrong, loses 1.0: swaps the cross product, so that right is left
def look_at(eye, target):
    forward = target - eye
    up = torch.tensor([0.0, 1.0, 0.0], dtype=eye.dtype).expand_as(forward)
    right = torch.linalg.cross(up, forward)
    down = torch.linalg.cross(forward, right)
    rotation = torch.stack([axis / axis.norm(dim=-1, keepdim=True) for axis in (right, down, forward)], 1)
    return rotation, -(rotation @ eye[..., None])[..., 0]


# %% wrong, loses 0.5: takes the world's down, which is not at right angles to forward
def look_at(eye, target):
    forward = target - eye
    up = torch.tensor([0.0, 1.0, 0.0], dtype=eye.dtype).expand_as(forward)
    right = torch.linalg.cross(forward, up)
    down = -up
    rotation = torch.stack([axis / axis.norm(dim=-1, keepdim=True) for axis in (right, down, forward)], 1)
    return rotation, -(rotation @ eye[..., None])[..., 0]


# %% wrong, loses 1.0: looks the other way
def look_at(eye, target):
    forward = eye - target
    up = torch.tensor([0.0, 1.0, 0.0], dtype=eye.dtype).expand_as(forward)
    right = torch.linalg.cross(forward, up)
    down = torch.linalg.cross(forward, right)
    rotation = torch.stack([axis / axis.norm(dim=-1, keepdim=True) for axis in (right, down, forward)], 1)
    return rotation, -(rotation @ eye[..., None])[..., 0]


# %% wrong, loses 1.0: leaves it to the library
def look_at(eye, target):
    from vhlib.cameras import look_at

    return look_at(eye, target)


# %% alternative: subtracts from up what is along forward
def look_at(eye, target):
    forward = torch.nn.functional.normalize(target - eye, dim=1)
    up = torch.tensor([[0.0, 1.0, 0.0]], dtype=eye.dtype)
    down = torch.nn.functional.normalize((up * forward).sum(1, keepdim=True) * forward - up, dim=1)
    right = torch.linalg.cross(down, forward)
    rotation = torch.stack([right, down, forward], dim=1)
    return rotation, -torch.einsum("bij,bj->bi", rotation, eye)


# %% alternative: right by hand, camera after camera
def look_at(eye, target):
    rotations, translations = [], []
    for here, there in zip(eye, target, strict=True):
        x, y, z = (there - here) / (there - here).norm()
        level = torch.hypot(x, z)
        zero = torch.zeros_like(x)
        rows = [torch.stack([-z, zero, x]) / level, torch.stack([x * y, -(level**2), y * z]) / level]
        rotation = torch.stack([*rows, torch.stack([x, y, z])])
        rotations.append(rotation)
        translations.append(-rotation @ here)
    return torch.stack(rotations), torch.stack(translations)
