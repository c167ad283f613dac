"""``report.html``: one self-contained page. Nothing is loaded from anywhere, and nothing is sent."""

import base64
import html
import io
from collections.abc import Mapping
from importlib import resources
from string import Template
from typing import Any

import numpy as np
from jaxtyping import Float, Int64, UInt8
from PIL import Image
from torch import Tensor

from vhlib.data.keypoints import Keypoints
from vhlib.viz.palette import COLOURS


def page(
    *,
    image: UInt8[np.ndarray, "H W 3"],
    overlay: UInt8[np.ndarray, "H W 3"],
    keypoints: Keypoints | None,
    vertices: Float[Tensor, "V 3"],
    faces: Int64[Tensor, "F 3"],
    betas: Float[Tensor, "S"],
    numbers: Mapping[str, Any],
    before: UInt8[np.ndarray, "H W 3"] | None = None,
    parts: UInt8[np.ndarray, "H W 3"] | None = None,
) -> str:
    """The page: picture, overlay, a body to turn, energies by term and stage, numbers.

    Args:
        image: the picture that was fitted to.
        overlay: the body drawn over it.
        keypoints: what was fitted to, if anything.
        vertices: metres, y up, the viewer looks along -z.
        faces: counter-clockwise from outside.
        betas: the fitted shape, standard deviations.
        numbers: as in ``fit.json``.
        before: what the fit went on from, drawn over the picture.
        parts: the part map that the body was made from, over the picture.
    """
    template = Template(resources.files(__package__).joinpath("page.html").read_text(encoding="utf-8"))
    return template.substitute(
        title=html.escape(str(numbers["settings"]["image"])),
        facts=_facts(numbers),
        picture=_picture(image, keypoints),
        overlay=_png(overlay),
        parts=""
        if parts is None
        else _figure(parts, "The parts that the network sees, over the picture.", "What it sees."),
        before="" if before is None else _before(before, numbers["before"]),
        vertices=_base64(vertices.cpu().numpy().astype("<f4")),
        faces=_base64(faces.cpu().numpy().astype("<u4")),
        energy=_energy(numbers["energy"]) if numbers["energy"] else "",
        betas=_betas(betas.tolist()),
        settings=_settings(numbers["settings"]),
    )


def _facts(numbers: Mapping[str, Any]) -> str:
    facts = {
        "method": numbers["settings"]["method"],
        "body": numbers["body"],
        "person's height": f"{numbers['person_height_px']:.0f} px",
        "time": f"{numbers['seconds']:.2f} s",
    }
    if numbers["reprojection_px"] is not None:
        facts["reprojection"] = f"{numbers['reprojection_px']:.1f} px"
        facts["reprojection / height"] = f"{100 * numbers['reprojection_share_of_height']:.1f} %"
    return "".join(f"<div><dt>{name}</dt><dd>{html.escape(value)}</dd></div>" for name, value in facts.items())


def _before(overlay: UInt8[np.ndarray, "H W 3"], numbers: Mapping[str, Any]) -> str:
    """What a network said, beside what became of it."""
    method, apart = numbers["settings"]["method"], numbers["reprojection_px"]
    says = f"Where the fit began: {method}" + ("." if apart is None else f", {apart:.1f} px from the keypoints.")
    return _figure(overlay, "The body that the fit began with, drawn over the picture.", says)


def _figure(image: UInt8[np.ndarray, "H W 3"], alt: str, caption: str) -> str:
    return f'<figure><img src="{_png(image)}" alt="{alt}"><figcaption>{html.escape(caption)}</figcaption></figure>'


def _picture(image: UInt8[np.ndarray, "H W 3"], keypoints: Keypoints | None) -> str:
    """The picture with its keypoints, as an SVG whose unit is the pixel."""
    if keypoints is None:
        return f'<img src="{_png(image)}" alt="The picture.">'
    height, width = image.shape[:2]
    places, seen = keypoints.positions.tolist(), (keypoints.confidence > 0).tolist()
    bones = "".join(
        f'<line x1="{places[a][0]:.1f}" y1="{places[a][1]:.1f}" x2="{places[b][0]:.1f}" y2="{places[b][1]:.1f}"/>'
        for a, b in keypoints.skeleton.edges
        if seen[a] and seen[b]
    )
    dots = "".join(
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{max(height, width) / 110:.1f}"><title>{name}</title></circle>'
        for name, (x, y), there in zip(keypoints.skeleton.names, places, seen, strict=True)
        if there
    )
    return (
        f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="The picture with {sum(seen)} keypoints marked.">'
        f'<image width="{width}" height="{height}" href="{_png(image)}"/><g>{bones}{dots}</g></svg>'
    )


def _legend(energy: Mapping[str, Mapping[str, float]]) -> str:
    colours = _term_colours(energy)
    return "".join(f'<span><i style="background:{colour}"></i>{term}</span>' for term, colour in colours.items())


def _energy(energy: Mapping[str, Mapping[str, float]]) -> str:
    """A section with a row for each stage: a bar of its terms' shares, and the terms themselves."""
    colours, rows = _term_colours(energy), []
    heads = "".join(f"<th>{term}</th>" for term in colours)
    for stage, terms in energy.items():
        # The mixture's energy has no zero of its own and can be negative: only what is positive has a share.
        positive = sum(max(value, 0.0) for value in terms.values()) or 1.0
        bar = "".join(
            f'<b style="width:{100 * max(value, 0.0) / positive:.2f}%;background:{colours[term]}" title="{term}"></b>'
            for term, value in terms.items()
        )
        cells = "".join(f"<td>{terms[term]:.4g}</td>" if term in terms else "<td>–</td>" for term in colours)
        total = f"<td>{sum(terms.values()):.4g}</td>"
        rows.append(f'<tr><th>{html.escape(stage)}</th><td class="bar"><div>{bar}</div></td>{cells}{total}</tr>')
    return (
        f'<h2>Energy at the end of each stage</h2><p class="legend">{_legend(energy)}</p><div class="scroll"><table>'
        f"<thead><tr><th></th><th>share</th>{heads}<th>sum</th></tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def _term_colours(energy: Mapping[str, Mapping[str, float]]) -> dict[str, str]:
    terms = dict.fromkeys(term for stage in energy.values() for term in stage)
    palette = tuple(COLOURS.values())
    return {term: palette[i % len(palette)] for i, term in enumerate(terms)}


def _betas(betas: list[float]) -> str:
    """A bar for each coefficient, from -3 to 3 standard deviations."""
    rows = []
    for index, value in enumerate(betas):
        reach = min(abs(value), 3.0) / 3.0 * 50
        start = 50 - reach if value < 0 else 50
        bar = f'<div><b style="left:{start:.1f}%;width:{reach:.1f}%"></b></div>'
        rows.append(f'<tr><th>β{index}</th><td class="bar centre">{bar}</td><td>{value:+.2f}</td></tr>')
    return "".join(rows)


def _settings(settings: Mapping[str, Any]) -> str:
    return "".join(f"<tr><th>{html.escape(k)}</th><td>{html.escape(str(v))}</td></tr>" for k, v in settings.items())


def _png(image: UInt8[np.ndarray, "H W 3"]) -> str:
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "PNG")
    return f"data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode()}"


def _base64(values: np.ndarray) -> str:
    return base64.b64encode(np.ascontiguousarray(values).tobytes()).decode()
