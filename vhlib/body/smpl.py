"""SMPL: a body shape and a pose in, vertices and joints out (Loper et al. 2015).

Convention:
    Metres; world y up, right-handed; at rest the body faces +z and its left hand points to +x. Rotations are given as
    axis-angle or as matrices, told apart by the number of axes. `global_orient` turns the body about its pelvis, not
    about the origin; `transl` then moves vertices and joints alike.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn

from vhlib.body.files import BodyFiles
from vhlib.body.landmarks import landmarks
from vhlib.body.lbs import blend_shapes, linear_blend_skinning, pose_blend_shapes, vertices_to_joints
from vhlib.body.regressors import keypoint_regressor
from vhlib.body.surface import Surface, chosen, condensed, whole
from vhlib.geometry.kinematics import forward_kinematics
from vhlib.geometry.rotations import axis_angle_to_matrix
from vhlib.geometry.skeletons import skeleton


@dataclass(frozen=True)
class BodyOutput:
    """What a body model returns; metres, world frame, y up."""

    vertices: Float[Tensor, "B V 3"]
    """The skin."""
    joints: Float[Tensor, "B J 3"]
    """The posed joints, in the order of `vhlib.geometry.skeletons.SMPL24`."""


class SMPL(nn.Module):
    """A body model, read-only: it holds no parameters, and nothing of it goes into a checkpoint.

    Args:
        files: what `vhlib.body.read_body` returns.
        num_betas: how many shape coefficients to use; fewer if the file has fewer.
        dtype: of all results. ``.double()`` widens what is here; only this argument reads a file's own float64.
        surface: the points to skin in place of the mesh, see `subset`.
    """

    v_template: Float[Tensor, "V 3"]
    shapedirs: Float[Tensor, "V 3 S"]
    posedirs: Float[Tensor, "V 3 P"]
    weights: Float[Tensor, "V J"]
    joint_template: Float[Tensor, "J 3"]
    joint_shapedirs: Float[Tensor, "J 3 S"]
    faces: Tensor

    def __init__(
        self,
        files: BodyFiles,
        *,
        num_betas: int = 10,
        dtype: torch.dtype = torch.float32,
        surface: Surface | None = None,
    ) -> None:
        super().__init__()
        self.files = files
        self.name = files.name
        self.parents = tuple(files.parents.tolist())
        self.num_betas = min(num_betas, files.shapedirs.shape[2])
        self.surface = surface or whole(files)
        self._keypoints = nn.ModuleDict()

        # J(β) is linear in β, so eq. 10 is worked out once: on the mean body, and on each shape direction.
        regressor = torch.as_tensor(files.joint_regressor, dtype=torch.float64)
        joints = vertices_to_joints(torch.as_tensor(files.v_template, dtype=torch.float64)[None], regressor)[0]
        directions = torch.as_tensor(files.shapedirs[..., : self.num_betas], dtype=torch.float64).permute(2, 0, 1)
        buffers = {
            "v_template": self.surface.v_template,
            "shapedirs": self.surface.shapedirs[..., : self.num_betas],
            "posedirs": self.surface.posedirs,
            "weights": self.surface.weights,
            "joint_template": joints,
            "joint_shapedirs": vertices_to_joints(directions, regressor).permute(1, 2, 0),
        }
        for name, values in buffers.items():
            self.register_buffer(name, _vertices_last(torch.as_tensor(values, dtype=dtype)), persistent=False)
        self.register_buffer("faces", torch.as_tensor(self.surface.faces), persistent=False)

    @property
    def landmarks(self) -> dict[str, int]:
        """Named points of the surface that are here, as indices of this body's vertices."""
        place = {vertex: row for row, vertex in enumerate(self.surface.vertex_ids.tolist())}
        return {name: place[vertex] for name, vertex in landmarks(self.files).items() if vertex in place}

    def extra_repr(self) -> str:
        """What a printed body says of itself."""
        return f"{self.name}, {len(self.v_template)} vertices, {self.num_betas} betas"

    def forward(
        self,
        *,
        betas: Tensor | None = None,
        body_pose: Tensor | None = None,
        global_orient: Tensor | None = None,
        transl: Tensor | None = None,
    ) -> BodyOutput:
        """Shape, pose and place the body.

        An argument left out is zero; one of batch size 1 holds for the whole batch. Arguments are brought to the
        body's own dtype and device, also under autocast: half precision would put the skin millimetres off.

        Args:
            betas: (B, S) standard deviations.
            body_pose: (B, 23, 3) axis-angle, (B, 69) the same flat, or (B, 23, 3, 3) matrices; relative to the parent.
            global_orient: (B, 3) axis-angle or (B, 3, 3) matrices; the pelvis relative to the world.
            transl: (B, 3) metres.

        Raises:
            ValueError: shapes that do not fit; names the argument.
        """
        with torch.autocast(self.v_template.device.type, enabled=False):
            betas, rotations, transl = self._at_the_door(betas, body_pose, global_orient, transl)
            joints_rest, turns, joints = self._pose(betas, rotations)
            offsets = blend_shapes(betas, self.shapedirs) + pose_blend_shapes(rotations, self.posedirs)
            vertices = linear_blend_skinning(self.v_template + offsets, turns, joints, joints_rest, self.weights)
            return BodyOutput(vertices=vertices + transl, joints=joints + transl)

    def joints(
        self,
        *,
        betas: Tensor | None = None,
        body_pose: Tensor | None = None,
        global_orient: Tensor | None = None,
        transl: Tensor | None = None,
    ) -> Float[Tensor, "B J 3"]:
        """The posed joints alone, without touching a vertex; arguments as for the body itself."""
        with torch.autocast(self.v_template.device.type, enabled=False):
            betas, rotations, transl = self._at_the_door(betas, body_pose, global_orient, transl)
            return self._pose(betas, rotations)[2] + transl

    def keypoints(
        self,
        skeleton_name: str,
        *,
        betas: Tensor | None = None,
        body_pose: Tensor | None = None,
        global_orient: Tensor | None = None,
        transl: Tensor | None = None,
    ) -> Float[Tensor, "B K 3"]:
        """A data set's keypoints, from the few points that carry them.

        Args:
            skeleton_name: a name in `vhlib.geometry.skeletons`, for example ``lsp14``; ``smpl24`` are the joints.
            betas: as for the body itself, like all that follows.
            body_pose: likewise.
            global_orient: likewise.
            transl: likewise.

        Raises:
            InputError: no skeleton of that name.
        """
        pose = {"betas": betas, "body_pose": body_pose, "global_orient": global_orient, "transl": transl}
        if skeleton_name == "smpl24":
            return self.joints(**pose)
        if skeleton_name not in self._keypoints:
            self._keypoints[skeleton_name] = self._keypoint_body(skeleton_name)
        return self._keypoints[skeleton_name](**pose)

    def subset(self, vertex_ids: Sequence[int]) -> "SMPL":
        """The same body with only some of its vertices: same arguments, same joints, a fraction of the work.

        Args:
            vertex_ids: indices of this body's vertices; the result has them in this order.

        Raises:
            ValueError: a vertex that is not there, or twice the same one.
        """
        return self._with_surface(chosen(self.surface, vertex_ids))

    def _with_surface(self, surface: Surface) -> "SMPL":
        body = SMPL(self.files, num_betas=self.num_betas, dtype=self.v_template.dtype, surface=surface)
        return body.to(self.v_template.device)

    def _keypoint_body(self, skeleton_name: str) -> "_Keypoints":
        regressor = keypoint_regressor(self.files, skeleton(skeleton_name))
        points, collect = condensed(whole(self.files), regressor)
        body = self._with_surface(points)
        return _Keypoints(body, torch.as_tensor(collect).to(body.v_template))

    def _at_the_door(
        self, betas: Tensor | None, body_pose: Tensor | None, global_orient: Tensor | None, transl: Tensor | None
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Check the arguments and bring them to betas (B, S), rotations (B, J, 3, 3) and transl (B, 1, 3)."""
        like, bends = self.v_template, len(self.parents) - 1
        betas = like.new_zeros(1, self.num_betas) if betas is None else betas.to(like)
        body_pose = like.new_zeros(1, bends, 3) if body_pose is None else body_pose.to(like)
        global_orient = like.new_zeros(1, 3) if global_orient is None else global_orient.to(like)
        transl = like.new_zeros(1, 3) if transl is None else transl.to(like)

        if body_pose.ndim == 2:
            if body_pose.shape[1] != 3 * bends:
                raise ValueError(_flat_pose_message(body_pose, bends))
            body_pose = body_pose.unflatten(1, (bends, 3))
        wanted: dict[str, tuple[Tensor, list[tuple[int, ...]]]] = {
            "betas": (betas, [(self.num_betas,)]),
            "body_pose": (body_pose, [(bends, 3), (bends, 3, 3)]),
            "global_orient": (global_orient, [(3,), (3, 3)]),
            "transl": (transl, [(3,)]),
        }
        for name, (value, shapes) in wanted.items():
            if value.ndim == 0 or tuple(value.shape[1:]) not in shapes:
                expected = " or ".join(f"(B, {', '.join(map(str, shape))})" for shape in shapes)
                raise ValueError(f"{name}: expected {expected}, got {tuple(value.shape)}")
        sizes = {name: len(value) for name, (value, _) in wanted.items()}
        batch = max(sizes.values())
        if odd := {name: size for name, size in sizes.items() if size not in (1, batch)}:
            raise ValueError(f"batch sizes differ: expected 1 or {batch}, got {odd}")

        turns = [global_orient[:, None], body_pose]
        if body_pose.ndim == global_orient.ndim + 1 == 3:
            rotations = axis_angle_to_matrix(_joined(turns, batch))
        else:
            rotations = _joined([turn if turn.ndim == 4 else axis_angle_to_matrix(turn) for turn in turns], batch)
        return betas.expand(batch, -1), rotations, transl[:, None]

    def _pose(self, betas: Tensor, rotations: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """The joints at rest, their rotations in the world, and where they are when posed."""
        joints_rest = self.joint_template + blend_shapes(betas, self.joint_shapedirs)
        turns, joints = forward_kinematics(rotations, joints_rest, self.parents)
        return joints_rest, turns, joints


class _Keypoints(nn.Module):
    """Keypoints as weighted means of the points that carry them."""

    regressor: Tensor

    def __init__(self, body: SMPL, regressor: Tensor) -> None:
        super().__init__()
        self.body = body
        self.register_buffer("regressor", regressor, persistent=False)

    def forward(self, **pose: Tensor | None) -> Tensor:
        with torch.autocast(self.regressor.device.type, enabled=False):
            return vertices_to_joints(self.body(**pose).vertices, self.regressor)


def pad_hands(body_pose: Float[Tensor, "B D"]) -> Float[Tensor, "B E"]:
    """A pose of 21 joints, as VPoser and SMPL-X have it, with SMPL's two hands at rest added: (B, 63) → (B, 69).

    Args:
        body_pose: axis-angle, flat, radians.

    Raises:
        ValueError: not 63 numbers.
    """
    if body_pose.ndim != 2 or body_pose.shape[1] != 63:
        raise ValueError(f"body_pose: expected (B, 63), 21 joints x 3, got {tuple(body_pose.shape)}")
    return nn.functional.pad(body_pose, (0, 6))


def _vertices_last(table: Tensor) -> Tensor:
    """The same table with its first axis running fastest in memory, which is how `vhlib.body.lbs` reads it."""
    backwards = tuple(reversed(range(table.ndim)))
    return table.permute(backwards).contiguous().permute(backwards)


def _joined(turns: Sequence[Tensor], batch: int) -> Tensor:
    """The root's turn and the others' along the joint axis; one of batch size 1 is repeated."""
    return torch.cat([turn.expand(batch, *turn.shape[1:]) for turn in turns], dim=1)


def _flat_pose_message(body_pose: Tensor, bends: int) -> str:
    hints = {
        63: "; 63 numbers are VPoser's: add the two hands with vhlib.body.pad_hands",
        72: "; 72 numbers include the root: give the first three as global_orient",
    }
    hint = hints.get(body_pose.shape[1], "")
    return f"body_pose: expected (B, {3 * bends}), {bends} joints x 3, got {tuple(body_pose.shape)}{hint}"
