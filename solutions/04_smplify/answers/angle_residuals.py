# Planted answers to `angle_residuals`.


# %% wrong, loses 1.0: counts the root
def angle_residuals(body_pose):
    names = ("left_elbow", "right_elbow", "left_knee", "right_knee")
    hinges = [body_pose[:, geometry.SMPL24.index(name)] for name in names]
    return torch.stack([hinges[0][:, 1], -hinges[1][:, 1], -hinges[2][:, 0], -hinges[3][:, 0]], dim=-1).exp()


# %% wrong, loses 0.6: turns the signs round
def angle_residuals(body_pose):
    hinges = body_pose.flatten(1)[:, [52, 55, 9, 12]]
    return (hinges * hinges.new_tensor([-1, 1, 1, 1])).exp()


# %% wrong, loses 0.6: squares the residuals
def angle_residuals(body_pose):
    hinges = body_pose.flatten(1)[:, [52, 55, 9, 12]]
    return (2 * hinges * hinges.new_tensor([1, -1, -1, -1])).exp()


# %% wrong, loses 0.6: forgets the signs
def angle_residuals(body_pose):
    return body_pose.flatten(1)[:, [52, 55, 9, 12]].exp()


# %% wrong, loses 1.0: adds them up
def angle_residuals(body_pose):
    hinges = body_pose.flatten(1)[:, [52, 55, 9, 12]]
    return (2 * hinges * hinges.new_tensor([1, -1, -1, -1])).exp().sum(-1)


# %% wrong, loses 1.0: takes the entries of the 72 numbers for those of the 69
def angle_residuals(body_pose):
    hinges = body_pose.flatten(1)[:, [55, 58, 12, 15]]
    return (hinges * hinges.new_tensor([1, -1, -1, -1])).exp()


# %% wrong, loses 0.6: knees before elbows
def angle_residuals(body_pose):
    hinges = body_pose.flatten(1)[:, [9, 12, 52, 55]]
    return (hinges * hinges.new_tensor([-1, -1, 1, -1])).exp()


# %% wrong, loses 0.6: a wall of another kind, a line
def angle_residuals(body_pose):
    hinges = body_pose.flatten(1)[:, [52, 55, 9, 12]]
    return 1 + hinges * hinges.new_tensor([1, -1, -1, -1])


# %% wrong, loses 1.0: leaves it to the library
def angle_residuals(body_pose):
    from vhlib.priors import AnglePrior

    return AnglePrior().residuals(body_pose)


# %% alternative: by the entries that SMPLify's code names
def angle_residuals(body_pose):
    pose = torch.cat([torch.zeros_like(body_pose[:, :1]), body_pose], dim=1).flatten(1)
    return torch.exp(pose[:, [55, 58, 12, 15]] * pose.new_tensor([1.0, -1.0, -1.0, -1.0]))


# %% alternative: from a table, name by name
def angle_residuals(body_pose):
    table = {"left_elbow": (1, 1), "right_elbow": (1, -1), "left_knee": (0, -1), "right_knee": (0, -1)}
    names = geometry.SMPL24.names[1:]
    columns = [torch.exp(sign * body_pose[:, names.index(joint), axis]) for joint, (axis, sign) in table.items()]
    return torch.stack(columns, dim=1)
