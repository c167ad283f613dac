"""How much memory a picture takes: measured in a process of its own, above what the body and torch take."""

import subprocess
import sys

import pytest

MEASURE = """
import pathlib, re, sys
import torch
from vhlib.body import load_body
from vhlib.cameras import PerspectiveCamera
from vhlib.render import backend

torch.set_num_threads(1)
name, kind = sys.argv[1:]
body = load_body(source="standin")

def draw(side):
    camera = PerspectiveCamera.simple(1.6 * side, (side, side))
    vertices = (body.v_template * torch.tensor([1.0, -1.0, -1.0]) + torch.tensor([0.0, -0.35, 3.0]))[None].clone()
    vertices.requires_grad_()
    if kind == "hard":
        backend(name).rasterize(vertices, body.faces, camera, (side, side)).depth.sum().backward()
    else:
        backend(name).silhouette(vertices, body.faces, camera, (side, side)).sum().backward()

def highest():  # since it was forgotten last, kilobytes
    return int(re.search(r"VmHWM:\\s*(\\d+)", pathlib.Path("/proc/self/status").read_text())[1])

draw(16)  # what is loaded and compiled once does not count
pathlib.Path("/proc/self/clear_refs").write_text("5")  # forget the highest resident size: proc(5)
before = highest()
draw(512)
print((highest() - before) / 1024)
"""


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="measured through /proc")
@pytest.mark.parametrize("name", ["torch", "numba"])
@pytest.mark.parametrize("kind", ["hard", "soft"])
def test_a_body_of_512_pixels_stays_below_100_megabytes(name, kind, record_property):
    if name == "numba":
        pytest.importorskip("numba")
    done = subprocess.run([sys.executable, "-c", MEASURE, name, kind], capture_output=True, text=True, check=True)
    record_property("MB", round(float(done.stdout), 1))
    assert float(done.stdout) < 100
