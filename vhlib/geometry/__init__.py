"""Rotations, the kinematic chain, rigid alignment, skeletons, joint limits and meshes.

Convention:
    Matrices act on columns. Metres and radians. Nothing here knows a camera, and no axis is flipped here.

================ ====================================================================
`rotations`      axis-angle, quaternion, 6-D, matrix; nearest rotation; angle between
`kinematics`     from each joint's turn to where every joint is, and back
`rigid`          Procrustes
`skeletons`      the joint orders in use, by name
`limits`         how far each joint can turn
`segments`       distances between straight segments
`meshes`         normals, areas, volume, .obj
================ ====================================================================
"""

from vhlib.geometry.kinematics import Chain, forward_kinematics, global_to_local, local_to_global
from vhlib.geometry.limits import (
    BODY_JOINTS,
    JOINT_LIMITS,
    JointLimits,
    clamp_to_limits,
    from_swing_and_twist,
    implausible,
    joint_axes,
    limit_excess,
    swing_and_twist,
)
from vhlib.geometry.meshes import face_areas, face_normals, signed_volume, vertex_normals, wavefront
from vhlib.geometry.rigid import Similarity, procrustes
from vhlib.geometry.rotations import (
    axis_angle_to_matrix,
    axis_angle_to_quaternion,
    geodesic_angle,
    matrix_to_axis_angle,
    matrix_to_quaternion,
    matrix_to_rotation_6d,
    project_to_rotation,
    projection_gradient,
    quaternion_to_axis_angle,
    quaternion_to_matrix,
    rotation_6d_to_matrix,
)
from vhlib.geometry.segments import segment_distance
from vhlib.geometry.skeletons import (
    COCO17,
    H36M17,
    H36M17_RIGHT_FIRST,
    LSP14,
    OPENPOSE25,
    SKELETONS,
    SMPL24,
    Skeleton,
    h36m_variant,
    mapping,
    skeleton,
)

__all__ = [
    "BODY_JOINTS",
    "COCO17",
    "H36M17",
    "H36M17_RIGHT_FIRST",
    "JOINT_LIMITS",
    "LSP14",
    "OPENPOSE25",
    "SKELETONS",
    "SMPL24",
    "Chain",
    "JointLimits",
    "Similarity",
    "Skeleton",
    "axis_angle_to_matrix",
    "axis_angle_to_quaternion",
    "clamp_to_limits",
    "face_areas",
    "face_normals",
    "forward_kinematics",
    "from_swing_and_twist",
    "geodesic_angle",
    "global_to_local",
    "h36m_variant",
    "implausible",
    "joint_axes",
    "limit_excess",
    "local_to_global",
    "mapping",
    "matrix_to_axis_angle",
    "matrix_to_quaternion",
    "matrix_to_rotation_6d",
    "procrustes",
    "project_to_rotation",
    "projection_gradient",
    "quaternion_to_axis_angle",
    "quaternion_to_matrix",
    "rotation_6d_to_matrix",
    "segment_distance",
    "signed_volume",
    "skeleton",
    "swing_and_twist",
    "vertex_normals",
    "wavefront",
]
