"""Photographs: every way of storing one gives upright RGB, and every broken one a sentence."""

import numpy as np
import pytest
from PIL import Image

from vhlib.core.errors import InputError
from vhlib.data.images import read_image

RED, WHITE = [255, 0, 0], [255, 255, 255]


def left_half_red(width=40, height=20):
    image = np.full((height, width, 3), 255, np.uint8)
    image[:, : width // 2] = RED
    return Image.fromarray(image)


def test_rgb_comes_back_as_it_was(tmp_path):
    left_half_red().save(tmp_path / "a.png")
    assert np.array_equal(read_image(tmp_path / "a.png"), np.asarray(left_half_red()))


def test_exif_turns_the_picture_upright(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6  # "rotate 90° clockwise to view" (EXIF 2.3, Orientation)
    left_half_red().save(tmp_path / "a.png", exif=exif)
    image = read_image(tmp_path / "a.png")
    assert image.shape == (40, 20, 3)
    assert image[0, 0].tolist() == RED
    assert image[-1, 0].tolist() == WHITE


@pytest.mark.parametrize("mode", ["L", "1", "I;16", "P", "LA", "CMYK"])
def test_other_modes_become_rgb(tmp_path, mode):
    name = tmp_path / ("a.tif" if mode == "CMYK" else "a.png")
    left_half_red().convert("L" if mode == "I;16" else mode).convert(mode).save(name)
    assert read_image(name).shape == (20, 40, 3)


def test_transparent_pixels_show_white(tmp_path):
    image = left_half_red().convert("RGBA")
    image.putalpha(0)
    image.save(tmp_path / "a.png")
    assert (read_image(tmp_path / "a.png") == 255).all()


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("missing.png", None, "cannot read this picture"),
        ("text.jpg", b"hello", "not a picture"),
        ("empty.png", b"", "not a picture"),
    ],
)
def test_refusals(tmp_path, name, content, sentence):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=sentence) as refusal:
        read_image(tmp_path / name)
    assert name in str(refusal.value)


def test_a_truncated_picture_is_refused(tmp_path):
    noise = np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8)
    Image.fromarray(noise).save(tmp_path / "a.png")
    whole = (tmp_path / "a.png").read_bytes()
    (tmp_path / "a.png").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match="cannot read this picture"):
        read_image(tmp_path / "a.png")


def test_a_tiny_picture_is_refused(tmp_path):
    left_half_red(15, 40).save(tmp_path / "a.png")
    with pytest.raises(InputError, match="at least 16 px a side, got 15 x 40"):
        read_image(tmp_path / "a.png")
