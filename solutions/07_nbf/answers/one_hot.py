# Planted answers to `one_hot`.


# %% wrong, loses 1.0: puts the channels last
def one_hot(labels, classes):
    return torch.nn.functional.one_hot(labels.long(), classes).float()


# %% wrong, loses 1.0: turns height and width round
def one_hot(labels, classes):
    return (labels.mT[:, None] == torch.arange(classes)[:, None, None]).float()


# %% wrong, loses 1.0: writes the labels themselves
def one_hot(labels, classes):
    numbers = torch.arange(classes)[:, None, None]
    return (numbers * (labels[:, None] == numbers)).float()


# %% wrong, loses 1.0: leaves the background out
def one_hot(labels, classes):
    return (labels[:, None] == torch.arange(1, classes)[:, None, None]).float()


# %% wrong, loses 1.0: gives the background the last channel
def one_hot(labels, classes):
    return (labels[:, None] == torch.arange(classes).roll(-1)[:, None, None]).float()


# %% wrong, loses 0.3: has channels for the labels that it sees
def one_hot(labels, classes):
    return torch.stack([labels == label for label in labels.unique()], dim=1).float()


# %% wrong, loses 1.0: returns whole numbers
def one_hot(labels, classes):
    return torch.nn.functional.one_hot(labels.long(), classes).movedim(-1, 1)


# %% wrong, loses 1.0: leaves it to the library
def one_hot(labels, classes):
    return nets.one_hot(labels, classes)


# %% alternative: PyTorch's own, its channels moved
def one_hot(labels, classes):
    return torch.nn.functional.one_hot(labels.to(torch.int64), num_classes=classes).movedim(3, 1).to(torch.float32)


# %% alternative: ones scattered into zeros
def one_hot(labels, classes):
    channels = torch.zeros(labels.shape[0], classes, labels.shape[1], labels.shape[2])
    return channels.scatter(1, labels.long().unsqueeze(1), 1.0)
