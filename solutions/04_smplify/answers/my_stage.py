# Planted answers to `my_stage`.


# %% wrong, loses 1.0: the library's stage, with none of the student's functions
def my_stage(keypoints_2d, confidence, focal_length, centre):
    weights = {"keypoints": 1.0, "depth": 100.0, "pose": 57.4, "angle": 3.17 * 57.4, "shape": 10.0}
    stage = begin(weights, keypoints_2d, confidence, focal_length, centre)
    x, energy = stage.x, stage.energy(stage.x)
    damping = torch.full_like(energy, 1e-3)
    for _ in range(30):
        model = stage.model(x)
        trial = x + damped_step(model.gradient, model.curvature, damping)
        after = stage.energy(trial)
        better = after < energy
        x, energy = torch.where(better[:, None], trial, x), torch.where(better, after, energy)
        damping = torch.where(better, damping / 3, damping * 4)
    return stage.joints(x)


# %% wrong, loses 1.0: leaves one of the six functions out
def my_stage(keypoints_2d, confidence, focal_length, centre):
    weights = {"keypoints": 1.0, "depth": 100.0, "pose": 57.4, "angle": 3.17 * 57.4, "shape": 10.0}
    with exercises.use(
        project_points=project_points,
        torso_depth=torso_depth,
        angle_residuals=angle_residuals,
        damped_step=damped_step,
        second_starts=second_starts,
    ):
        stage = begin(weights, keypoints_2d, confidence, focal_length, centre)
        x, energy = stage.x, stage.energy(stage.x)
        damping = torch.full_like(energy, 1e-3)
        for _ in range(30):
            model = stage.model(x)
            trial = x + damped_step(model.gradient, model.curvature, damping)
            after = stage.energy(trial)
            better = after < energy
            x, energy = torch.where(better[:, None], trial, x), torch.where(better, after, energy)
            damping = torch.where(better, damping / 3, damping * 4)
        return stage.joints(x)


# %% wrong, loses 1.0: prepares the stage before the functions stand in
def my_stage(keypoints_2d, confidence, focal_length, centre):
    weights = {"keypoints": 1.0, "depth": 100.0, "pose": 57.4, "angle": 3.17 * 57.4, "shape": 10.0}
    stage = begin(weights, keypoints_2d, confidence, focal_length, centre)
    with exercises.use(
        project_points=project_points,
        keypoint_energy=keypoint_energy,
        torso_depth=torso_depth,
        angle_residuals=angle_residuals,
        damped_step=damped_step,
        second_starts=second_starts,
    ):
        x, energy = stage.x, stage.energy(stage.x)
        damping = torch.full_like(energy, 1e-3)
        for _ in range(30):
            model = stage.model(x)
            trial = x + damped_step(model.gradient, model.curvature, damping)
            after = stage.energy(trial)
            better = after < energy
            x, energy = torch.where(better[:, None], trial, x), torch.where(better, after, energy)
            damping = torch.where(better, damping / 3, damping * 4)
        return stage.joints(x)


# %% wrong, loses 0.6: the angle prior's weight lacks its factor 10
def my_stage(keypoints_2d, confidence, focal_length, centre):
    weights = {"keypoints": 1.0, "depth": 100.0, "pose": 57.4, "angle": 0.317 * 57.4, "shape": 10.0}
    with exercises.use(
        project_points=project_points,
        keypoint_energy=keypoint_energy,
        torso_depth=torso_depth,
        angle_residuals=angle_residuals,
        damped_step=damped_step,
        second_starts=second_starts,
    ):
        stage = begin(weights, keypoints_2d, confidence, focal_length, centre)
        x, energy = stage.x, stage.energy(stage.x)
        damping = torch.full_like(energy, 1e-3)
        for _ in range(30):
            model = stage.model(x)
            trial = x + damped_step(model.gradient, model.curvature, damping)
            after = stage.energy(trial)
            better = after < energy
            x, energy = torch.where(better[:, None], trial, x), torch.where(better, after, energy)
            damping = torch.where(better, damping / 3, damping * 4)
        return stage.joints(x)


# %% wrong, loses 0.6: squares the weights, which the library does
def my_stage(keypoints_2d, confidence, focal_length, centre):
    weights = {"keypoints": 1.0, "depth": 100.0, "pose": 57.4, "angle": 3.17 * 57.4, "shape": 10.0}
    weights = {name: weight**2 for name, weight in weights.items()}
    with exercises.use(
        project_points=project_points,
        keypoint_energy=keypoint_energy,
        torso_depth=torso_depth,
        angle_residuals=angle_residuals,
        damped_step=damped_step,
        second_starts=second_starts,
    ):
        stage = begin(weights, keypoints_2d, confidence, focal_length, centre)
        x, energy = stage.x, stage.energy(stage.x)
        damping = torch.full_like(energy, 1e-3)
        for _ in range(30):
            model = stage.model(x)
            trial = x + damped_step(model.gradient, model.curvature, damping)
            after = stage.energy(trial)
            better = after < energy
            x, energy = torch.where(better[:, None], trial, x), torch.where(better, after, energy)
            damping = torch.where(better, damping / 3, damping * 4)
        return stage.joints(x)


# %% wrong, loses 1.0: one round only
def my_stage(keypoints_2d, confidence, focal_length, centre):
    weights = {"keypoints": 1.0, "depth": 100.0, "pose": 57.4, "angle": 3.17 * 57.4, "shape": 10.0}
    with exercises.use(
        project_points=project_points,
        keypoint_energy=keypoint_energy,
        torso_depth=torso_depth,
        angle_residuals=angle_residuals,
        damped_step=damped_step,
        second_starts=second_starts,
    ):
        stage = begin(weights, keypoints_2d, confidence, focal_length, centre)
        x, energy = stage.x, stage.energy(stage.x)
        damping = torch.full_like(energy, 1e-3)
        for _ in range(1):
            model = stage.model(x)
            trial = x + damped_step(model.gradient, model.curvature, damping)
            after = stage.energy(trial)
            better = after < energy
            x, energy = torch.where(better[:, None], trial, x), torch.where(better, after, energy)
            damping = torch.where(better, damping / 3, damping * 4)
        return stage.joints(x)


# %% wrong, loses 0.4: returns the first starts alone
def my_stage(keypoints_2d, confidence, focal_length, centre):
    weights = {"keypoints": 1.0, "depth": 100.0, "pose": 57.4, "angle": 3.17 * 57.4, "shape": 10.0}
    with exercises.use(
        project_points=project_points,
        keypoint_energy=keypoint_energy,
        torso_depth=torso_depth,
        angle_residuals=angle_residuals,
        damped_step=damped_step,
        second_starts=second_starts,
    ):
        stage = begin(weights, keypoints_2d, confidence, focal_length, centre)
        x, energy = stage.x, stage.energy(stage.x)
        damping = torch.full_like(energy, 1e-3)
        for _ in range(30):
            model = stage.model(x)
            trial = x + damped_step(model.gradient, model.curvature, damping)
            after = stage.energy(trial)
            better = after < energy
            x, energy = torch.where(better[:, None], trial, x), torch.where(better, after, energy)
            damping = torch.where(better, damping / 3, damping * 4)
        return stage.joints(x)[: len(keypoints_2d)]


# %% alternative: the functions in a dictionary, made when the cell runs, and another way to damp
MINE = {
    "project_points": project_points,
    "keypoint_energy": keypoint_energy,
    "torso_depth": torso_depth,
    "angle_residuals": angle_residuals,
    "damped_step": damped_step,
    "second_starts": second_starts,
}


def my_stage(keypoints_2d, confidence, focal_length, centre):
    weights = {"keypoints": 1.0, "depth": 1e2, "shape": 10.0} | {"pose": 57.4, "angle": 181.958}
    with exercises.use(**MINE):
        stage = begin(weights, keypoints_2d, confidence, focal_length, centre)
        x, energy = stage.x, stage.energy(stage.x)
        damping = torch.full_like(energy, 1.0)
        for _ in range(30):
            model = stage.model(x)
            trial = x + damped_step(model.gradient, model.curvature, damping)
            after = stage.energy(trial)
            better = after < energy
            x, energy = torch.where(better[:, None], trial, x), torch.where(better, after, energy)
            damping = torch.where(better, damping / 10, damping * 10)
        return stage.joints(x)


# %% alternative: no damping, but steps that are halved until the energy falls
def my_stage(keypoints_2d, confidence, focal_length, centre):
    weights = {"keypoints": 1.0, "depth": 100.0, "pose": 57.4, "angle": 3.17 * 57.4, "shape": 10.0}
    with exercises.use(
        project_points=project_points,
        keypoint_energy=keypoint_energy,
        torso_depth=torso_depth,
        angle_residuals=angle_residuals,
        damped_step=damped_step,
        second_starts=second_starts,
    ):
        stage = begin(weights, keypoints_2d, confidence, focal_length, centre)
        x = stage.x
        energy, none = stage.energy(x), torch.zeros_like(x[:, 0])
        for _ in range(30):
            model = stage.model(x)
            step = damped_step(model.gradient, model.curvature, none)
            for _ in range(8):
                after = stage.energy(x + step)
                better = after < energy
                if better.all():
                    break
                step = torch.where(better[:, None], step, step / 2)
            x, energy = torch.where(better[:, None], x + step, x), torch.where(better, after, energy)
            if not better.any():
                break
        return stage.joints(x)
