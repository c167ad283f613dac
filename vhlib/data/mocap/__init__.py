"""Real motion capture as poses of SMPL: read where a user has it, never shipped.

- `asf`, `amc`: skeletons and takes of the CMU database, and their forward kinematics.
- `retarget`: from such a skeleton's rotations to SMPL's; `fidelity`: how well.
- `cmu`: a folder of takes as a `Capture`; `capture`: its file, and takes held out.
- `amass`: AMASS's sequences, which are SMPL already.
- `poses`: body poses of any of these files, and of a folder of them.
"""

from vhlib.data.mocap.amass import AmassSequence, read_amass
from vhlib.data.mocap.amc import PosedBones, pose_bones, read_amc
from vhlib.data.mocap.asf import AsfSkeleton, Bone, read_asf
from vhlib.data.mocap.capture import Capture, read_capture, split_by_take, write_capture
from vhlib.data.mocap.cmu import find_takes, read_cmu
from vhlib.data.mocap.fidelity import Fidelity, fidelity
from vhlib.data.mocap.poses import read_poses
from vhlib.data.mocap.retarget import Retargeted, retarget

__all__ = [
    "AmassSequence",
    "AsfSkeleton",
    "Bone",
    "Capture",
    "Fidelity",
    "PosedBones",
    "Retargeted",
    "fidelity",
    "find_takes",
    "pose_bones",
    "read_amass",
    "read_amc",
    "read_asf",
    "read_capture",
    "read_cmu",
    "read_poses",
    "retarget",
    "split_by_take",
    "write_capture",
]
