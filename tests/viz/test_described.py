"""A picture in a notebook comes with words."""

import base64
import io

import pytest
from matplotlib.figure import Figure
from PIL import Image

from vhlib.viz import Described


def test_the_words_are_the_image_s_alternative_text():
    bundle = Described(Image.new("RGB", (4, 3)), 'A black "box", <small>')._repr_mimebundle_()
    assert 'alt="A black &quot;box&quot;, &lt;small&gt;"' in bundle["text/html"]
    assert bundle["text/plain"] == 'A black "box", <small>'
    with Image.open(io.BytesIO(base64.b64decode(bundle["image/png"]))) as image:
        assert image.size == (4, 3)


def test_figures_are_drawn():
    figure = Figure(figsize=(2, 1))
    figure.add_subplot().plot([0, 1])
    with Image.open(io.BytesIO(Described(figure, "A rising line.").png())) as image:
        assert image.width > 200


@pytest.mark.parametrize("words", ["", "  "])
def test_no_words_are_refused(words):
    with pytest.raises(ValueError, match="a sentence"):
        Described(Image.new("RGB", (1, 1)), words)
