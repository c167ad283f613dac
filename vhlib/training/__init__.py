"""Fits priors and networks to data.

- `loop`: steps, a log, and a state to go on from; `checkpoints`: what a training leaves; `recorded`: steps that a GPU
  is told once.
- `gmm`: the pose prior's mixture of Gaussians.
- `vae`: the pose prior's autoencoder, and `vae_figures`: how good it is.
- `crops`: people as a regressor meets them, and `augmentation`: how they move.
- `adversarial`: HMR's game between a network and its judges; `hmr`: the run.
- `segmentation`: pixels to body parts, NBF's first network.
- `part_people`: part maps as NBF's second network meets them; `nbf`: its run, and `nbf_figures`: how good it is.
- `nbf_inputs`: what else it may be shown; `corruption`: errors in part maps; `nbf_chain`: both networks, end to end,
  and `nbf_reading`: on a picture.
- `kept`: people are made once, by all cores.
"""

from vhlib.training.gmm import GMMConfig, Mixture, fit_mixture, train_gmm
from vhlib.training.loop import Schedule, Task, run
from vhlib.training.vae import VAETask, VAETraining, VAEWeights, train_vae

__all__ = [
    "GMMConfig",
    "Mixture",
    "Schedule",
    "Task",
    "VAETask",
    "VAETraining",
    "VAEWeights",
    "fit_mixture",
    "run",
    "train_gmm",
    "train_vae",
]
