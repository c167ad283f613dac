# Planted answers to `my_training`.


# %% wrong, loses 1.0: the library's training, with none of the student's functions
def my_training(pictures, keypoints, visible, pelvis, focal, known, true_rotations, true_betas, true_joints):
    network, history = Small(), []
    maps = nets.one_hot(nets.from_colours(pictures, COLOURS), 4)
    for _ in range(5):
        matrices, betas = network(maps)
        rotations = geometry.global_to_local(project_to_rotation(matrices), SMPL24.parents)
        joints = body.joints(betas=betas, body_pose=rotations[:, 1:], global_orient=rotations[:, 0])
        joints = joints - joints[:, :1]
        there = joints + pelvis[:, None]
        seen = focal[:, None, None] * there[..., :2] / there[..., 2:]
        latent = losses.parameter_loss(matrices, betas, true_rotations, true_betas, known)
        spatial = losses.joint_loss(joints, true_joints, known, HIPS)
        flat = losses.reprojection_loss(seen, keypoints, visible)
        descend(network, latent + 10 * spatial + 0.5 * flat, 0.05)
        history.append(torch.stack([latent, spatial, flat]))
    return torch.stack(history)


# %% wrong, loses 1.0: goes back through the library's projection
def my_training(pictures, keypoints, visible, pelvis, focal, known, true_rotations, true_betas, true_joints):
    network, history = Small(), []
    with exercises.use(
        one_hot=one_hot,
        from_colours=from_colours,
        global_to_local=global_to_local,
        parameter_loss=parameter_loss,
        joint_loss=joint_loss,
    ):
        maps = nets.one_hot(nets.from_colours(pictures, COLOURS), 4)
        for _ in range(5):
            matrices, betas = network(maps)
            rotations = geometry.global_to_local(project_to_rotation(matrices), SMPL24.parents)
            joints = body.joints(betas=betas, body_pose=rotations[:, 1:], global_orient=rotations[:, 0])
            joints = joints - joints[:, :1]
            there = joints + pelvis[:, None]
            seen = focal[:, None, None] * there[..., :2] / there[..., 2:]
            latent = losses.parameter_loss(matrices, betas, true_rotations, true_betas, known)
            spatial = losses.joint_loss(joints, true_joints, known, HIPS)
            flat = losses.reprojection_loss(seen, keypoints, visible)
            descend(network, latent + 10 * spatial + 0.5 * flat, 0.05)
            history.append(torch.stack([latent, spatial, flat]))
    return torch.stack(history)


# %% wrong, loses 1.0: leaves the weight of L_3D out
def my_training(pictures, keypoints, visible, pelvis, focal, known, true_rotations, true_betas, true_joints):
    network, history = Small(), []
    with exercises.use(
        one_hot=one_hot,
        from_colours=from_colours,
        projection_gradient=projection_gradient,
        global_to_local=global_to_local,
        parameter_loss=parameter_loss,
        joint_loss=joint_loss,
    ):
        maps = nets.one_hot(nets.from_colours(pictures, COLOURS), 4)
        for _ in range(5):
            matrices, betas = network(maps)
            rotations = geometry.global_to_local(project_to_rotation(matrices), SMPL24.parents)
            joints = body.joints(betas=betas, body_pose=rotations[:, 1:], global_orient=rotations[:, 0])
            joints = joints - joints[:, :1]
            there = joints + pelvis[:, None]
            seen = focal[:, None, None] * there[..., :2] / there[..., 2:]
            latent = losses.parameter_loss(matrices, betas, true_rotations, true_betas, known)
            spatial = losses.joint_loss(joints, true_joints, known, HIPS)
            flat = losses.reprojection_loss(seen, keypoints, visible)
            descend(network, latent + spatial + 0.5 * flat, 0.05)
            history.append(torch.stack([latent, spatial, flat]))
    return torch.stack(history)


# %% wrong, loses 1.0: leaves the weight of L_2D out
def my_training(pictures, keypoints, visible, pelvis, focal, known, true_rotations, true_betas, true_joints):
    network, history = Small(), []
    with exercises.use(
        one_hot=one_hot,
        from_colours=from_colours,
        projection_gradient=projection_gradient,
        global_to_local=global_to_local,
        parameter_loss=parameter_loss,
        joint_loss=joint_loss,
    ):
        maps = nets.one_hot(nets.from_colours(pictures, COLOURS), 4)
        for _ in range(5):
            matrices, betas = network(maps)
            rotations = geometry.global_to_local(project_to_rotation(matrices), SMPL24.parents)
            joints = body.joints(betas=betas, body_pose=rotations[:, 1:], global_orient=rotations[:, 0])
            joints = joints - joints[:, :1]
            there = joints + pelvis[:, None]
            seen = focal[:, None, None] * there[..., :2] / there[..., 2:]
            latent = losses.parameter_loss(matrices, betas, true_rotations, true_betas, known)
            spatial = losses.joint_loss(joints, true_joints, known, HIPS)
            flat = losses.reprojection_loss(seen, keypoints, visible)
            descend(network, latent + 10 * spatial + flat, 0.05)
            history.append(torch.stack([latent, spatial, flat]))
    return torch.stack(history)


# %% wrong, loses 1.0: compares the rotations in L_lat
def my_training(pictures, keypoints, visible, pelvis, focal, known, true_rotations, true_betas, true_joints):
    network, history = Small(), []
    with exercises.use(
        one_hot=one_hot,
        from_colours=from_colours,
        projection_gradient=projection_gradient,
        global_to_local=global_to_local,
        parameter_loss=parameter_loss,
        joint_loss=joint_loss,
    ):
        maps = nets.one_hot(nets.from_colours(pictures, COLOURS), 4)
        for _ in range(5):
            matrices, betas = network(maps)
            matrices = project_to_rotation(matrices)
            rotations = geometry.global_to_local(project_to_rotation(matrices), SMPL24.parents)
            joints = body.joints(betas=betas, body_pose=rotations[:, 1:], global_orient=rotations[:, 0])
            joints = joints - joints[:, :1]
            there = joints + pelvis[:, None]
            seen = focal[:, None, None] * there[..., :2] / there[..., 2:]
            latent = losses.parameter_loss(matrices, betas, true_rotations, true_betas, known)
            spatial = losses.joint_loss(joints, true_joints, known, HIPS)
            flat = losses.reprojection_loss(seen, keypoints, visible)
            descend(network, latent + 10 * spatial + 0.5 * flat, 0.05)
            history.append(torch.stack([latent, spatial, flat]))
    return torch.stack(history)


# %% wrong, loses 1.0: gives the body rotations against the camera
def my_training(pictures, keypoints, visible, pelvis, focal, known, true_rotations, true_betas, true_joints):
    network, history = Small(), []
    with exercises.use(
        one_hot=one_hot,
        from_colours=from_colours,
        projection_gradient=projection_gradient,
        global_to_local=global_to_local,
        parameter_loss=parameter_loss,
        joint_loss=joint_loss,
    ):
        maps = nets.one_hot(nets.from_colours(pictures, COLOURS), 4)
        for _ in range(5):
            matrices, betas = network(maps)
            geometry.global_to_local(rotations := project_to_rotation(matrices), SMPL24.parents)
            joints = body.joints(betas=betas, body_pose=rotations[:, 1:], global_orient=rotations[:, 0])
            joints = joints - joints[:, :1]
            there = joints + pelvis[:, None]
            seen = focal[:, None, None] * there[..., :2] / there[..., 2:]
            latent = losses.parameter_loss(matrices, betas, true_rotations, true_betas, known)
            spatial = losses.joint_loss(joints, true_joints, known, HIPS)
            flat = losses.reprojection_loss(seen, keypoints, visible)
            descend(network, latent + 10 * spatial + 0.5 * flat, 0.05)
            history.append(torch.stack([latent, spatial, flat]))
    return torch.stack(history)


# %% wrong, loses 1.0: does not subtract the pelvis
def my_training(pictures, keypoints, visible, pelvis, focal, known, true_rotations, true_betas, true_joints):
    network, history = Small(), []
    with exercises.use(
        one_hot=one_hot,
        from_colours=from_colours,
        projection_gradient=projection_gradient,
        global_to_local=global_to_local,
        parameter_loss=parameter_loss,
        joint_loss=joint_loss,
    ):
        maps = nets.one_hot(nets.from_colours(pictures, COLOURS), 4)
        for _ in range(5):
            matrices, betas = network(maps)
            rotations = geometry.global_to_local(project_to_rotation(matrices), SMPL24.parents)
            joints = body.joints(betas=betas, body_pose=rotations[:, 1:], global_orient=rotations[:, 0])
            there = joints + pelvis[:, None]
            seen = focal[:, None, None] * there[..., :2] / there[..., 2:]
            latent = losses.parameter_loss(matrices, betas, true_rotations, true_betas, known)
            spatial = losses.joint_loss(joints, true_joints, known, HIPS)
            flat = losses.reprojection_loss(seen, keypoints, visible)
            descend(network, latent + 10 * spatial + 0.5 * flat, 0.05)
            history.append(torch.stack([latent, spatial, flat]))
    return torch.stack(history)


# %% wrong, loses 1.0: begins anew in every step
def my_training(pictures, keypoints, visible, pelvis, focal, known, true_rotations, true_betas, true_joints):
    network, history = Small(), []
    with exercises.use(
        one_hot=one_hot,
        from_colours=from_colours,
        projection_gradient=projection_gradient,
        global_to_local=global_to_local,
        parameter_loss=parameter_loss,
        joint_loss=joint_loss,
    ):
        maps = nets.one_hot(nets.from_colours(pictures, COLOURS), 4)
        for _ in range(5):
            network = Small()
            matrices, betas = network(maps)
            rotations = geometry.global_to_local(project_to_rotation(matrices), SMPL24.parents)
            joints = body.joints(betas=betas, body_pose=rotations[:, 1:], global_orient=rotations[:, 0])
            joints = joints - joints[:, :1]
            there = joints + pelvis[:, None]
            seen = focal[:, None, None] * there[..., :2] / there[..., 2:]
            latent = losses.parameter_loss(matrices, betas, true_rotations, true_betas, known)
            spatial = losses.joint_loss(joints, true_joints, known, HIPS)
            flat = losses.reprojection_loss(seen, keypoints, visible)
            descend(network, latent + 10 * spatial + 0.5 * flat, 0.05)
            history.append(torch.stack([latent, spatial, flat]))
    return torch.stack(history)


# %% wrong, loses 1.0: goes three steps
def my_training(pictures, keypoints, visible, pelvis, focal, known, true_rotations, true_betas, true_joints):
    network, history = Small(), []
    with exercises.use(
        one_hot=one_hot,
        from_colours=from_colours,
        projection_gradient=projection_gradient,
        global_to_local=global_to_local,
        parameter_loss=parameter_loss,
        joint_loss=joint_loss,
    ):
        maps = nets.one_hot(nets.from_colours(pictures, COLOURS), 4)
        for _ in range(3):
            matrices, betas = network(maps)
            rotations = geometry.global_to_local(project_to_rotation(matrices), SMPL24.parents)
            joints = body.joints(betas=betas, body_pose=rotations[:, 1:], global_orient=rotations[:, 0])
            joints = joints - joints[:, :1]
            there = joints + pelvis[:, None]
            seen = focal[:, None, None] * there[..., :2] / there[..., 2:]
            latent = losses.parameter_loss(matrices, betas, true_rotations, true_betas, known)
            spatial = losses.joint_loss(joints, true_joints, known, HIPS)
            flat = losses.reprojection_loss(seen, keypoints, visible)
            descend(network, latent + 10 * spatial + 0.5 * flat, 0.05)
            history.append(torch.stack([latent, spatial, flat]))
    return torch.stack(history)


# %% wrong, loses 1.0: returns the losses after each step's weights
def my_training(pictures, keypoints, visible, pelvis, focal, known, true_rotations, true_betas, true_joints):
    network, history = Small(), []
    with exercises.use(
        one_hot=one_hot,
        from_colours=from_colours,
        projection_gradient=projection_gradient,
        global_to_local=global_to_local,
        parameter_loss=parameter_loss,
        joint_loss=joint_loss,
    ):
        maps = nets.one_hot(nets.from_colours(pictures, COLOURS), 4)
        for _ in range(5):
            matrices, betas = network(maps)
            rotations = geometry.global_to_local(project_to_rotation(matrices), SMPL24.parents)
            joints = body.joints(betas=betas, body_pose=rotations[:, 1:], global_orient=rotations[:, 0])
            joints = joints - joints[:, :1]
            there = joints + pelvis[:, None]
            seen = focal[:, None, None] * there[..., :2] / there[..., 2:]
            latent = losses.parameter_loss(matrices, betas, true_rotations, true_betas, known)
            spatial = losses.joint_loss(joints, true_joints, known, HIPS)
            flat = losses.reprojection_loss(seen, keypoints, visible)
            descend(network, latent + 10 * spatial + 0.5 * flat, 0.05)
            history.append(torch.stack([latent, 10 * spatial, 0.5 * flat]))
    return torch.stack(history)


# %% alternative: the functions in a dictionary, and PyTorch's own gradient descent
MINE = {
    "one_hot": one_hot,
    "from_colours": from_colours,
    "projection_gradient": projection_gradient,
    "global_to_local": global_to_local,
    "parameter_loss": parameter_loss,
    "joint_loss": joint_loss,
}


def my_training(pictures, keypoints, visible, pelvis, focal, known, true_rotations, true_betas, true_joints):
    network, losses_seen = Small(), torch.zeros(5, 3).double()
    downhill = torch.optim.SGD(network.parameters(), lr=0.05)
    for step in range(5):
        with exercises.use(**MINE):
            matrices, betas = network(one_hot(from_colours(pictures, COLOURS), 4))
            local = global_to_local(project_to_rotation(matrices), SMPL24.parents)
            joints = body.joints(betas=betas, body_pose=local[:, 1:], global_orient=local[:, 0])
            joints = joints - joints[:, 0].unsqueeze(1)
            x, y, z = (joints + pelvis.unsqueeze(1)).unbind(-1)
            seen = focal.reshape(-1, 1, 1) * torch.stack([x / z, y / z], dim=-1)
            terms = [
                parameter_loss(matrices, betas, true_rotations, true_betas, known),
                joint_loss(joints, true_joints, known, HIPS),
                losses.reprojection_loss(seen, keypoints, visible),
            ]
            downhill.zero_grad()
            (terms[0] + 10 * terms[1] + terms[2] / 2).backward()
            downhill.step()
            losses_seen[step] = torch.stack(terms).detach()
    return losses_seen


# %% alternative: from part to part by the library's forward kinematics
def my_training(pictures, keypoints, visible, pelvis, focal, known, true_rotations, true_betas, true_joints):
    with exercises.use(
        one_hot=one_hot,
        from_colours=from_colours,
        projection_gradient=projection_gradient,
        global_to_local=global_to_local,
        parameter_loss=parameter_loss,
        joint_loss=joint_loss,
    ):
        network, history = Small(), torch.empty(0, 3).double()
        maps = one_hot(from_colours(pictures, COLOURS), 4)
        for _ in range(5):
            matrices, betas = network(maps)
            local = global_to_local(project_to_rotation(matrices), SMPL24.parents)
            rest = body.joints(betas=betas)
            joints = geometry.forward_kinematics(local, rest, SMPL24.parents)[1] - rest[:, :1]
            there = joints + pelvis[:, None]
            seen = there[..., :2] / there[..., 2:] * focal[:, None, None]
            terms = torch.stack(
                [
                    parameter_loss(matrices, betas, true_rotations, true_betas, known),
                    joint_loss(joints, true_joints, known, HIPS),
                    losses.reprojection_loss(seen, keypoints, visible),
                ]
            )
            descend(network, terms @ double([1.0, 10.0, 0.5]), 0.05)
            history = torch.cat([history, terms[None]])
    return history
