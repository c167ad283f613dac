"""Every notebook runs from top to bottom, says nothing on stderr, and describes each picture in words."""

import os
import re
import time
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOKS = sorted((Path(__file__).resolve().parents[2] / "notebooks").glob("*.ipynb"))

HANGS = 600  # seconds for one cell: no speed is asserted, but a hanging cell ends


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
@pytest.mark.parametrize("fast", ["1", pytest.param("0", marks=pytest.mark.slow)], ids=["fast", "full"])
def test_it_runs(path, fast, monkeypatch, record_property):
    monkeypatch.setenv("VH_FAST", fast)
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook, timeout=HANGS, kernel_name="python3", resources={"metadata": {"path": path.parent}}
    )
    start = time.monotonic()
    # Several kernels at once on two cores: one thread each, or they wait for each other.
    one_thread = {"OMP_NUM_THREADS": "1"} if "PYTEST_XDIST_WORKER" in os.environ else {}
    client.execute(env=os.environ | one_thread)
    record_property(f"{path.stem}, VH_FAST={fast} (s)", round(time.monotonic() - start, 1))

    outputs = [(cell.id, output) for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    assert [(name, o.text) for name, o in outputs if o.output_type == "stream" and o.name == "stderr"] == []
    pictures = [(name, o.data) for name, o in outputs if "image/png" in o.get("data", {})]
    assert [name for name, data in pictures if not _described(data)] == []


def _described(data) -> bool:
    """An alt text for screen readers, or a widget, whose picture stands in only where no widget lives."""
    alt = re.search(r'<img[^>]*alt="([^"]{20,})"', data.get("text/html", ""))
    return alt is not None or "application/vnd.jupyter.widget-view+json" in data
