"""Contact sheets: each image in its place, pixel for pixel."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vhlib.viz import contact_sheet, to_bytes
from vhlib.viz.sheets import GAP


@settings(deadline=None, max_examples=20)
@given(count=st.integers(1, 7), columns=st.integers(1, 4), captioned=st.booleans())
def test_every_image_is_there_once(count, columns, captioned):
    images = [np.full((8 + index, 12, 3), 30 * index, np.uint8) for index in range(count)]
    sheet = contact_sheet(images, columns, [f"{index}" for index in range(count)] if captioned else ())
    for index, image in enumerate(images):
        top = GAP + index // columns * ((sheet.shape[0] - GAP) // -(-count // columns))
        left = GAP + index % columns * (12 + GAP)
        assert (sheet[top : top + len(image), left : left + 12] == image).all()
    rest = sheet.size - sum(image.size for image in images)
    assert captioned or (sheet == 255).sum() == rest + sum((image == 255).sum() for image in images)


def test_captions_are_written_under_their_images():
    black = np.zeros((10, 40, 3))
    bare, written = contact_sheet([black, black], 2), contact_sheet([black, black], 2, ["first", ""])
    assert written.shape[0] > bare.shape[0]
    below = written[GAP + 10 :]
    assert (below[:, : GAP + 40] < 200).any()
    assert (below[:, GAP + 40 :] == 255).all()


def test_floats_become_bytes():
    assert to_bytes(np.array([0.0, 1 / 255, 0.5, 2.0])).tolist() == [0, 1, 128, 255]


def test_refusals():
    with pytest.raises(ValueError, match="got 0 and 3"):
        contact_sheet([], 3)
    with pytest.raises(ValueError, match="captions: expected one for each of 1 images or none, got 2"):
        contact_sheet([np.zeros((2, 2, 3))], 1, ["a", "b"])
