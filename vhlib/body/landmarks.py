"""Named points on the surface of the body: vertices of SMPL's mesh.

The numbers are those that the community has agreed on (the `smplx` package's `vertex_ids.py`; head top: SMPLify).
They hold for every SMPL-topology file, the kit's stand-in included, whose vertices are ordered so that they do.
"""

from collections.abc import Mapping
from types import MappingProxyType

from vhlib.body.files import BodyFiles

LANDMARKS: Mapping[str, int] = MappingProxyType(
    {
        "nose": 332,
        "right_eye": 6260,
        "left_eye": 2800,
        "right_ear": 4071,
        "left_ear": 583,
        "head_top": 411,
        "left_thumb": 2746,
        "left_index": 2319,
        "left_middle": 2445,
        "left_ring": 2556,
        "left_pinky": 2673,
        "right_thumb": 6191,
        "right_index": 5782,
        "right_middle": 5905,
        "right_ring": 6016,
        "right_pinky": 6133,
        "left_big_toe": 3216,
        "left_small_toe": 3226,
        "left_heel": 3387,
        "right_big_toe": 6617,
        "right_small_toe": 6624,
        "right_heel": 6787,
    }
)


def landmarks(files: BodyFiles) -> dict[str, int]:
    """The landmarks of a body; a file that says where its head's top is, is believed."""
    return {**LANDMARKS, **({} if files.head_top is None else {"head_top": files.head_top})}
