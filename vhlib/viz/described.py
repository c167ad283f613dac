"""Pictures with words: what a notebook shows, a screen reader can say."""

import base64
import html
import io
from typing import Any

from matplotlib.figure import Figure
from PIL import Image

DPI = 150


class Described:
    """A picture and what it shows, as a notebook displays it. The last line of a cell shows it.

    Args:
        picture: a figure or an image.
        words: what is to be seen in it, for those who cannot: a sentence, not a title.

    Raises:
        ValueError: no words.
    """

    def __init__(self, picture: Figure | Image.Image, words: str):
        if not words.strip():
            raise ValueError("words: expected a sentence that says what the picture shows")
        self.picture = picture
        self.words = words

    def png(self) -> bytes:
        """The picture as a PNG file."""
        buffer = io.BytesIO()
        if isinstance(self.picture, Figure):
            self.picture.savefig(buffer, format="png", dpi=DPI, bbox_inches="tight")
        else:
            self.picture.save(buffer, "PNG")
        return buffer.getvalue()

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, str]:
        data = base64.b64encode(self.png()).decode()
        # Of an image alone, JupyterLab shows no alternative text: that takes an <img> of our own.
        image = f'<img alt="{html.escape(self.words)}" style="max-width: 100%" src="data:image/png;base64,{data}">'
        return {"text/html": image, "image/png": data, "text/plain": self.words}
