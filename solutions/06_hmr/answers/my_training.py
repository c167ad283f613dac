# Planted answers to `my_training`.


# %% wrong, loses 1.0: the library's game, with none of the student's functions
def my_training(features, keypoints, visible, poses, betas):
    game, history = begin(), []
    real = RealBodies(rotation_features(poses).unflatten(-1, (3, 3)), betas)
    for _ in range(5):
        estimates = game.network(features)
        terms = network_terms(estimates, crops(keypoints, visible), body, game.judges)
        descend(game.network, 60 * terms["reprojection"] + terms["adversarial"], 1e-4)
        loss, _ = judges_loss(estimates, real, game.judges)
        descend(game.judges, loss, 1e-3)
        history.append(torch.stack([terms["reprojection"], loss]))
    return torch.stack(history)[:, 0], torch.stack(history)[:, 1]


# %% wrong, loses 1.0: leaves the feedback out
def my_training(features, keypoints, visible, poses, betas):
    with exercises.use(
        project_weakly=project_weakly,
        reprojection_loss=reprojection_loss,
        generator_loss=generator_loss,
        discriminator_loss=discriminator_loss,
        rotation_features=rotation_features,
    ):
        game, history = begin(), []
        real = RealBodies(rotation_features(poses).unflatten(-1, (3, 3)), betas)
        for _ in range(5):
            estimates = game.network(features)
            terms = network_terms(estimates, crops(keypoints, visible), body, game.judges)
            descend(game.network, 60 * terms["reprojection"] + terms["adversarial"], 1e-4)
            loss, _ = judges_loss(estimates, real, game.judges)
            descend(game.judges, loss, 1e-3)
            history.append(torch.stack([terms["reprojection"], loss]))
    return torch.stack(history)[:, 0], torch.stack(history)[:, 1]


# %% wrong, loses 1.0: leaves the weight 60 out
def my_training(features, keypoints, visible, poses, betas):
    with exercises.use(
        feedback_step=feedback_step,
        project_weakly=project_weakly,
        reprojection_loss=reprojection_loss,
        generator_loss=generator_loss,
        discriminator_loss=discriminator_loss,
        rotation_features=rotation_features,
    ):
        game, history = begin(), []
        real = RealBodies(rotation_features(poses).unflatten(-1, (3, 3)), betas)
        for _ in range(5):
            estimates = game.network(features)
            terms = network_terms(estimates, crops(keypoints, visible), body, game.judges)
            descend(game.network, terms["reprojection"] + terms["adversarial"], 1e-4)
            loss, _ = judges_loss(estimates, real, game.judges)
            descend(game.judges, loss, 1e-3)
            history.append(torch.stack([terms["reprojection"], loss]))
    return torch.stack(history)[:, 0], torch.stack(history)[:, 1]


# %% wrong, loses 1.0: leaves the adversary out
def my_training(features, keypoints, visible, poses, betas):
    with exercises.use(
        feedback_step=feedback_step,
        project_weakly=project_weakly,
        reprojection_loss=reprojection_loss,
        generator_loss=generator_loss,
        discriminator_loss=discriminator_loss,
        rotation_features=rotation_features,
    ):
        game, history = begin(), []
        real = RealBodies(rotation_features(poses).unflatten(-1, (3, 3)), betas)
        for _ in range(5):
            estimates = game.network(features)
            terms = network_terms(estimates, crops(keypoints, visible), body, game.judges)
            descend(game.network, 60 * terms["reprojection"], 1e-4)
            loss, _ = judges_loss(estimates, real, game.judges)
            descend(game.judges, loss, 1e-3)
            history.append(torch.stack([terms["reprojection"], loss]))
    return torch.stack(history)[:, 0], torch.stack(history)[:, 1]


# %% wrong, loses 1.0: swaps the rates
def my_training(features, keypoints, visible, poses, betas):
    with exercises.use(
        feedback_step=feedback_step,
        project_weakly=project_weakly,
        reprojection_loss=reprojection_loss,
        generator_loss=generator_loss,
        discriminator_loss=discriminator_loss,
        rotation_features=rotation_features,
    ):
        game, history = begin(), []
        real = RealBodies(rotation_features(poses).unflatten(-1, (3, 3)), betas)
        for _ in range(5):
            estimates = game.network(features)
            terms = network_terms(estimates, crops(keypoints, visible), body, game.judges)
            descend(game.network, 60 * terms["reprojection"] + terms["adversarial"], 1e-3)
            loss, _ = judges_loss(estimates, real, game.judges)
            descend(game.judges, loss, 1e-4)
            history.append(torch.stack([terms["reprojection"], loss]))
    return torch.stack(history)[:, 0], torch.stack(history)[:, 1]


# %% wrong, loses 1.0: moves the judges first
def my_training(features, keypoints, visible, poses, betas):
    with exercises.use(
        feedback_step=feedback_step,
        project_weakly=project_weakly,
        reprojection_loss=reprojection_loss,
        generator_loss=generator_loss,
        discriminator_loss=discriminator_loss,
        rotation_features=rotation_features,
    ):
        game, history = begin(), []
        real = RealBodies(rotation_features(poses).unflatten(-1, (3, 3)), betas)
        for _ in range(5):
            estimates = game.network(features)
            loss, _ = judges_loss(estimates, real, game.judges)
            descend(game.judges, loss, 1e-3)
            terms = network_terms(estimates, crops(keypoints, visible), body, game.judges)
            descend(game.network, 60 * terms["reprojection"] + terms["adversarial"], 1e-4)
            history.append(torch.stack([terms["reprojection"], loss]))
    return torch.stack(history)[:, 0], torch.stack(history)[:, 1]


# %% wrong, loses 1.0: begins anew in every round
def my_training(features, keypoints, visible, poses, betas):
    with exercises.use(
        feedback_step=feedback_step,
        project_weakly=project_weakly,
        reprojection_loss=reprojection_loss,
        generator_loss=generator_loss,
        discriminator_loss=discriminator_loss,
        rotation_features=rotation_features,
    ):
        game, history = begin(), []
        real = RealBodies(rotation_features(poses).unflatten(-1, (3, 3)), betas)
        for _ in range(5):
            game = begin()
            estimates = game.network(features)
            terms = network_terms(estimates, crops(keypoints, visible), body, game.judges)
            descend(game.network, 60 * terms["reprojection"] + terms["adversarial"], 1e-4)
            loss, _ = judges_loss(estimates, real, game.judges)
            descend(game.judges, loss, 1e-3)
            history.append(torch.stack([terms["reprojection"], loss]))
    return torch.stack(history)[:, 0], torch.stack(history)[:, 1]


# %% wrong, loses 1.0: makes new guesses for the judges
def my_training(features, keypoints, visible, poses, betas):
    with exercises.use(
        feedback_step=feedback_step,
        project_weakly=project_weakly,
        reprojection_loss=reprojection_loss,
        generator_loss=generator_loss,
        discriminator_loss=discriminator_loss,
        rotation_features=rotation_features,
    ):
        game, history = begin(), []
        real = RealBodies(rotation_features(poses).unflatten(-1, (3, 3)), betas)
        for _ in range(5):
            estimates = game.network(features)
            terms = network_terms(estimates, crops(keypoints, visible), body, game.judges)
            descend(game.network, 60 * terms["reprojection"] + terms["adversarial"], 1e-4)
            loss, _ = judges_loss(game.network(features), real, game.judges)
            descend(game.judges, loss, 1e-3)
            history.append(torch.stack([terms["reprojection"], loss]))
    return torch.stack(history)[:, 0], torch.stack(history)[:, 1]


# %% wrong, loses 1.0: plays three rounds
def my_training(features, keypoints, visible, poses, betas):
    with exercises.use(
        feedback_step=feedback_step,
        project_weakly=project_weakly,
        reprojection_loss=reprojection_loss,
        generator_loss=generator_loss,
        discriminator_loss=discriminator_loss,
        rotation_features=rotation_features,
    ):
        game, history = begin(), []
        real = RealBodies(rotation_features(poses).unflatten(-1, (3, 3)), betas)
        for _ in range(3):
            estimates = game.network(features)
            terms = network_terms(estimates, crops(keypoints, visible), body, game.judges)
            descend(game.network, 60 * terms["reprojection"] + terms["adversarial"], 1e-4)
            loss, _ = judges_loss(estimates, real, game.judges)
            descend(game.judges, loss, 1e-3)
            history.append(torch.stack([terms["reprojection"], loss]))
    return torch.stack(history)[:, 0], torch.stack(history)[:, 1]


# %% wrong, loses 1.0: returns both losses added up
def my_training(features, keypoints, visible, poses, betas):
    with exercises.use(
        feedback_step=feedback_step,
        project_weakly=project_weakly,
        reprojection_loss=reprojection_loss,
        generator_loss=generator_loss,
        discriminator_loss=discriminator_loss,
        rotation_features=rotation_features,
    ):
        game, history = begin(), []
        real = RealBodies(rotation_features(poses).unflatten(-1, (3, 3)), betas)
        for _ in range(5):
            estimates = game.network(features)
            terms = network_terms(estimates, crops(keypoints, visible), body, game.judges)
            descend(game.network, 60 * terms["reprojection"] + terms["adversarial"], 1e-4)
            loss, _ = judges_loss(estimates, real, game.judges)
            descend(game.judges, loss, 1e-3)
            history.append(torch.stack([terms["reprojection"], loss]))
    return torch.stack(history).sum(1), torch.stack(history)[:, 1]


# %% alternative: the functions in a dictionary, made when the cell runs; the pool made beforehand
MINE = {
    "feedback_step": feedback_step,
    "project_weakly": project_weakly,
    "reprojection_loss": reprojection_loss,
    "generator_loss": generator_loss,
    "discriminator_loss": discriminator_loss,
    "rotation_features": rotation_features,
}


def my_training(features, keypoints, visible, poses, betas):
    pool = RealBodies(rotation_features(poses).reshape(len(poses), 23, 3, 3), betas)
    labelled, game = crops(keypoints, visible), begin()
    seen, judged = torch.zeros(5).double(), torch.zeros(5).double()
    for number in range(5):
        with exercises.use(**MINE):
            guesses = game.network(features)
            terms = network_terms(guesses, labelled, body, game.judges)
            descend(game.network, terms["adversarial"] + 60 * terms["reprojection"], 1e-4)
            loss = judges_loss(guesses, pool, game.judges)[0]
            descend(game.judges, loss, 1e-3)
        seen[number], judged[number] = terms["reprojection"].detach(), loss.detach()
    return seen, judged


# %% alternative: PyTorch's own gradient descent
def my_training(features, keypoints, visible, poses, betas):
    with exercises.use(
        feedback_step=feedback_step,
        project_weakly=project_weakly,
        reprojection_loss=reprojection_loss,
        generator_loss=generator_loss,
        discriminator_loss=discriminator_loss,
        rotation_features=rotation_features,
    ):
        game, history = begin(), []
        real = RealBodies(torch.stack([f.reshape(23, 3, 3) for f in rotation_features(poses)]), betas)
        first = torch.optim.SGD(game.network.parameters(), lr=1e-4)
        second = torch.optim.SGD(game.judges.parameters(), lr=1e-3)
        for _ in range(5):
            estimates = game.network(features)
            terms = network_terms(estimates, crops(keypoints, visible), body, game.judges)
            first.zero_grad()
            (60 * terms["reprojection"] + terms["adversarial"]).backward()
            first.step()
            second.zero_grad()
            loss, _ = judges_loss(estimates, real, game.judges)
            loss.backward()
            second.step()
            history.append((terms["reprojection"].item(), loss.item()))
    first_losses, second_losses = torch.tensor(history, dtype=torch.float64).T
    return first_losses, second_losses
