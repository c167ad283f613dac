"""Keypoints and limbs drawn on images: the left side blue, the right side vermilion, what is in the middle yellow."""

import numpy as np
from jaxtyping import Bool, Float, Num, UInt8
from PIL import Image, ImageDraw

from vhlib.core.shapes import check
from vhlib.geometry.skeletons import Skeleton
from vhlib.viz.palette import COLOURS
from vhlib.viz.pixels import to_bytes

SAMPLES = 3
"""Lines are drawn in an image so many times larger and then made smaller: smooth edges."""
DOT = 1 / 90
"""Radius of a keypoint, in image diagonals."""


def draw_keypoints(
    image: Num[np.ndarray, "H W 3"],
    keypoints: Float[np.ndarray, "K 2"],
    skeleton: Skeleton,
    *,
    confidence: Float[np.ndarray, " K"] | None = None,
) -> UInt8[np.ndarray, "H W 3"]:
    """Dots at the keypoints of one person.

    Convention:
        Pixels of the image, (0, 0) the top left corner of the first one: a keypoint at (0.5, 0.5) is in its middle.

    Args:
        image: RGB; uint8 from 0 to 255 or floats from 0 to 1.
        keypoints: in the order of the skeleton; those that are no numbers are left out.
        skeleton: says which side each is on.
        confidence: those of 0 are left out.

    Raises:
        ValueError: shapes that do not fit, or another number of keypoints than the skeleton has.
    """
    return _draw(image, keypoints, skeleton, confidence, limbs=False)


def draw_skeleton(
    image: Num[np.ndarray, "H W 3"],
    keypoints: Float[np.ndarray, "K 2"],
    skeleton: Skeleton,
    *,
    confidence: Float[np.ndarray, " K"] | None = None,
) -> UInt8[np.ndarray, "H W 3"]:
    """Limbs between the keypoints of one person, and the keypoints on them; see `draw_keypoints`.

    Args:
        image: RGB; uint8 from 0 to 255 or floats from 0 to 1.
        keypoints: in the order of the skeleton; those that are no numbers are left out, and limbs to them.
        skeleton: says which are joined, and which side each is on.
        confidence: those of 0 are left out, and limbs to them.

    Raises:
        ValueError: shapes that do not fit, or another number of keypoints than the skeleton has.
    """
    return _draw(image, keypoints, skeleton, confidence, limbs=True)


def _draw(
    image: np.ndarray, keypoints: np.ndarray, skeleton: Skeleton, confidence: np.ndarray | None, limbs: bool
) -> np.ndarray:
    check(image=(image, "H W 3"), keypoints=(keypoints, "K 2"))
    if len(keypoints) != len(skeleton):
        raise ValueError(f"keypoints: expected {len(skeleton)} as {skeleton.name} has, got {len(keypoints)}")
    seen: Bool[np.ndarray, " K"] = np.isfinite(keypoints).all(1)
    if confidence is not None:
        check(keypoints=(keypoints, "K 2"), confidence=(confidence, "K"))
        seen &= confidence > 0
    height, width = image.shape[:2]
    canvas = Image.new("RGBA", (width * SAMPLES, height * SAMPLES))
    draw = ImageDraw.Draw(canvas)
    radius = max(1.5, DOT * float(np.hypot(height, width))) * SAMPLES
    # Pillow counts from the middle of the first pixel.
    places = [(float(x), float(y)) for x, y in np.nan_to_num(keypoints) * SAMPLES - 0.5]
    if limbs:
        for start, end in skeleton.edges:
            if seen[start] and seen[end]:
                colour = _colour(skeleton.names[end] if "_" in skeleton.names[end] else skeleton.names[start])
                draw.line([places[start], places[end]], fill=colour, width=max(1, round(0.8 * radius)))
    for name, (x, y), drawn in zip(skeleton.names, places, seen, strict=True):
        if drawn:
            box = [x - radius, y - radius, x + radius, y + radius]
            draw.ellipse(box, fill=_colour(name), outline="white", width=max(1, round(0.25 * radius)))
    layer = canvas.resize((width, height), Image.Resampling.BOX)
    picture = Image.fromarray(to_bytes(image)).convert("RGBA")
    return np.array(Image.alpha_composite(picture, layer).convert("RGB"))


def _colour(name: str) -> str:
    side = name.partition("_")[0]
    return COLOURS[{"left": "blue", "right": "vermilion"}.get(side, "yellow")]
