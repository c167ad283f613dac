# Planted answers to `my_body`.


# %% wrong, loses 1.0: the library's body, with none of the student's functions
def my_body(betas, body_pose):
    return body(betas=betas, body_pose=body_pose).vertices


# %% wrong, loses 1.0: leaves one of the four functions out
def my_body(betas, body_pose):
    with exercises.use(
        axis_angle_to_matrix=axis_angle_to_matrix,
        blend_shapes=blend_shapes,
        linear_blend_skinning=linear_blend_skinning,
    ):
        return body(betas=betas, body_pose=body_pose).vertices


# %% wrong, loses 1.0: calls the body after the functions are put back
def my_body(betas, body_pose):
    with exercises.use(
        axis_angle_to_matrix=axis_angle_to_matrix,
        blend_shapes=blend_shapes,
        forward_kinematics=forward_kinematics,
        linear_blend_skinning=linear_blend_skinning,
    ):
        pass
    return body(betas=betas, body_pose=body_pose).vertices


# %% wrong, loses 1.0: forgets the shape
def my_body(betas, body_pose):
    with exercises.use(
        axis_angle_to_matrix=axis_angle_to_matrix,
        blend_shapes=blend_shapes,
        forward_kinematics=forward_kinematics,
        linear_blend_skinning=linear_blend_skinning,
    ):
        return body(body_pose=body_pose).vertices


# %% wrong, loses 0.6: forgets the pose
def my_body(betas, body_pose):
    with exercises.use(
        axis_angle_to_matrix=axis_angle_to_matrix,
        blend_shapes=blend_shapes,
        forward_kinematics=forward_kinematics,
        linear_blend_skinning=linear_blend_skinning,
    ):
        return body(betas=betas).vertices


# %% wrong, loses 1.0: returns the joints
def my_body(betas, body_pose):
    with exercises.use(
        axis_angle_to_matrix=axis_angle_to_matrix,
        blend_shapes=blend_shapes,
        forward_kinematics=forward_kinematics,
        linear_blend_skinning=linear_blend_skinning,
    ):
        return body(betas=betas, body_pose=body_pose).joints


# %% wrong, loses 0.6: by hand, with joints taken from the pose-corrected surface
def my_body(betas, body_pose):
    rotations = axis_angle_to_matrix(torch.cat([torch.zeros(len(body_pose), 1, 3), body_pose], 1))
    shaped = body.v_template + blend_shapes(betas, body.shapedirs)
    bends = (rotations[:, 1:] - torch.eye(3)).flatten(1)
    shaped = shaped + torch.einsum("bp,vcp->bvc", bends, body.posedirs)
    joints = torch.as_tensor(body.files.joint_regressor, dtype=shaped.dtype) @ shaped
    turned, positions = forward_kinematics(rotations, joints, body.parents)
    return linear_blend_skinning(shaped, turned, positions, joints, body.weights)


# %% alternative: the functions in a dictionary, made when the cell runs
MINE = {
    "axis_angle_to_matrix": axis_angle_to_matrix,
    "blend_shapes": blend_shapes,
    "forward_kinematics": forward_kinematics,
    "linear_blend_skinning": linear_blend_skinning,
}


def my_body(betas, body_pose):
    with exercises.use(**MINE):
        posed = body(betas=betas, body_pose=body_pose)
    return posed.vertices


# %% alternative: by hand, from the body's arrays
def my_body(betas, body_pose):
    rotations = axis_angle_to_matrix(torch.cat([torch.zeros(len(body_pose), 1, 3), body_pose], 1))
    shaped = body.v_template + blend_shapes(betas, body.shapedirs)
    joints = torch.as_tensor(body.files.joint_regressor, dtype=shaped.dtype) @ shaped
    bends = (rotations[:, 1:] - torch.eye(3)).flatten(1)
    shaped = shaped + torch.einsum("bp,vcp->bvc", bends, body.posedirs)
    turned, positions = forward_kinematics(rotations, joints, body.parents)
    return linear_blend_skinning(shaped, turned, positions, joints, body.weights)
