"""What camera and file do to a picture: blur, exposure, vignetting, noise and JPEG."""

import io
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, UInt8
from PIL import Image
from scipy import ndimage

from vhlib.data.synthetic.colour import srgb
from vhlib.data.synthetic.draws import between


@dataclass(frozen=True)
class Lens:
    """Faults of one picture."""

    defocus: float
    """Blur of the background, in image widths; one standard deviation."""
    motion: tuple[float, float]
    """How far the person moves while the shutter is open, in image widths."""
    exposure: float
    """Factor on the light."""
    cast: tuple[float, float, float]
    """Factors on red, green and blue."""
    vignette: float
    """How much darker the corners are."""
    noise: float
    """Standard deviation in mid-grey, sRGB."""
    quality: int
    """Of the JPEG; 0: none."""


SHARP = Lens(0.0, (0.0, 0.0), 1.0, (1.0, 1.0, 1.0), 0.0, 0.0, 0)
"""A perfect camera."""


def lens(chance: np.random.Generator) -> Lens:
    """Draw a camera's faults.

    Args:
        chance: where they come from.
    """
    angle, length = between(chance, 0, 2 * np.pi), between(chance, 0.008, 0.03)
    moved = length if chance.random() < 0.15 else 0.0
    red, blue = chance.normal(0, 0.035, 2)
    return Lens(
        defocus=between(chance, 0.004, 0.02) if chance.random() < 0.4 else 0.0,
        motion=(moved * float(np.cos(angle)), moved * float(np.sin(angle))),
        exposure=float(np.exp(chance.normal(0.25, 0.2))),
        cast=(1 + float(red), 1.0, 1 + float(blue)),
        vignette=between(chance, 0.0, 0.35) if chance.random() < 0.5 else 0.0,
        noise=between(chance, 0.0, 0.025),
        quality=int(chance.integers(45, 96)) if chance.random() < 0.75 else 0,
    )


def smeared(layer: Float[np.ndarray, "H W C"], motion: tuple[float, float]) -> Float[np.ndarray, "H W C"]:
    """A layer that moved while the shutter was open, by whole pixels at a time.

    Args:
        layer: colours times coverage, and coverage.
        motion: in image widths, across and down.
    """
    across, down = (part * layer.shape[1] for part in motion)
    steps = int(np.ceil(max(abs(across), abs(down)))) + 1
    if steps < 2:
        return layer
    total = np.zeros_like(layer)
    for part in np.linspace(-0.5, 0.5, steps):
        x, y = round(part * across), round(part * down)
        height, width = layer.shape[:2]
        total[max(y, 0) : height + min(y, 0), max(x, 0) : width + min(x, 0)] += layer[
            max(-y, 0) : height + min(-y, 0), max(-x, 0) : width + min(-x, 0)
        ]
    return total / np.float32(steps)


def defocused(light: Float[np.ndarray, "H W 3"], defocus: float) -> Float[np.ndarray, "H W 3"]:
    """A background out of focus.

    Args:
        light: linear RGB.
        defocus: standard deviation, in image widths.
    """
    sigma = defocus * light.shape[1]
    return light if sigma < 0.3 else ndimage.gaussian_filter(light, (sigma, sigma, 0), mode="nearest", truncate=2.5)


def developed(
    light: Float[np.ndarray, "H W 3"], through: Lens, chance: np.random.Generator
) -> UInt8[np.ndarray, "H W 3"]:
    """The file that a camera makes of light.

    Args:
        light: linear RGB.
        through: the camera's faults.
        chance: for the noise.
    """
    size = light.shape[0]
    y, x = np.mgrid[0:size, 0:size] / np.float32(size) - np.float32(0.5)
    falloff = 1 - np.float32(2 * through.vignette) * (x * x + y * y)
    exposed = light * falloff[..., None] * (through.exposure * np.array(through.cast, np.float32))
    # A shoulder that keeps lamps and skies from turning flat white.
    bright = exposed > 0.8
    exposed[bright] = 0.8 + 0.2 * np.tanh((exposed[bright] - 0.8) / 0.4)
    picture = srgb(exposed)
    if through.noise:
        picture = picture + np.float32(through.noise) * chance.standard_normal(picture.shape, np.float32)
    pixels = (255 * np.clip(picture, 0, 1)).round().astype(np.uint8)
    if not through.quality:
        return pixels
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=through.quality)
    return np.asarray(Image.open(file)).copy()
