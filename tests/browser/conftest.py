"""A real JupyterLab and a real Chromium, both cut off from everything but each other."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
import pytest

if TYPE_CHECKING:
    from playwright.sync_api import ConsoleMessage, Page

CHROMIUM = shutil.which("chromium")

# WebGL without a graphics card, and no service of Chromium's own that calls home.
FLAGS = [
    "--no-sandbox",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

STARTS_WITHIN = 120  # seconds, on a busy machine
LOADS = 3  # at most: now and then JupyterLab never hears that its kernel is ready, and one loads the page again
READY = ".jp-Notebook-ExecutionIndicator[data-status=idle]"


@dataclass
class Lab:
    """A running JupyterLab."""

    address: str
    """Where it listens."""
    folder: Path
    """What it serves."""
    log: Path
    """What it says."""


@dataclass
class Visit:
    """One notebook, open in the browser."""

    page: "Page"
    """Playwright's."""
    complaints: list[str] = field(default_factory=list)
    """Warnings and errors of the console."""
    outside: list[str] = field(default_factory=list)
    """Addresses asked for that are not this machine's JupyterLab."""


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    if CHROMIUM is None:
        pytest.skip("needs Debian's chromium: apt-get install chromium")
    home = tmp_path_factory.mktemp("jupyter")
    folder = home / "notebooks"
    folder.mkdir()
    settings = home / "settings" / "@jupyterlab" / "apputils-extension"
    settings.mkdir(parents=True)
    quiet = {"fetchNews": "false", "checkForUpdates": False}
    (settings / "notification.jupyterlab-settings").write_text(json.dumps(quiet))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    places = {f"JUPYTER_{kind}_DIR": str(home / kind.lower()) for kind in ("CONFIG", "DATA", "RUNTIME")}
    places |= {f"JUPYTERLAB_{kind}_DIR": str(home / kind.lower()) for kind in ("SETTINGS", "WORKSPACES")}
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--port={port}"]
    command += ["--ServerApp.ip=127.0.0.1", f"--ServerApp.root_dir={folder}", "--LabApp.extension_manager=readonly"]
    command += ["--IdentityProvider.token=", "--ServerApp.password="]
    log = home / "log"
    with log.open("w") as said:
        server = subprocess.Popen(command, env=os.environ | places, stdout=said, stderr=subprocess.STDOUT)
    address = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + STARTS_WITHIN
        while not _answers(address):
            if server.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"JupyterLab did not start:\n{log.read_text()[-2000:]}")
            time.sleep(0.3)
        yield Lab(address, folder, log)
    finally:
        server.terminate()
        try:
            server.wait(30)
        except subprocess.TimeoutExpired:  # many kernels on a busy machine
            server.kill()
            server.wait()


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/api/status", timeout=2):
            return True
    except (urllib.error.URLError, OSError):
        return False


@pytest.fixture
def visit(lab: Lab) -> Iterator[Callable[..., Visit]]:
    """`visit(name, *cells, script=…)` opens a notebook of these cells; `script` runs in the page before all else."""
    playwright = pytest.importorskip("playwright.sync_api", reason="needs the Python package playwright")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)

        def open_notebook(name: str, *cells: str, script: str = "") -> Visit:
            kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
            notebook = nbformat.v4.new_notebook(
                cells=[nbformat.v4.new_code_cell(cell) for cell in cells], metadata=kernel
            )
            nbformat.write(notebook, lab.folder / name)
            page = browser.new_page(viewport={"width": 1400, "height": 1000})
            seen = Visit(page)
            page.add_init_script(script)

            def asked(url: str) -> None:
                if not url.startswith((lab.address, lab.address.replace("http:", "ws:"), "data:", "blob:")):
                    seen.outside.append(url)

            def said(message: "ConsoleMessage") -> None:
                # On a busy machine JupyterLab complains about its own plugins' pace: "... took 5222ms to activate".
                if message.type in ("warning", "error") and "ms to activate" not in message.text:
                    seen.complaints.append(message.text)

            page.on("console", said)
            page.on("pageerror", lambda error: seen.complaints.append(str(error)))
            page.on("request", lambda request: asked(request.url))
            page.on("websocket", lambda socket: asked(socket.url))
            for _ in range(LOADS):
                seen.complaints.clear()
                page.goto(f"{lab.address}/doc/tree/{name}")
                try:
                    page.wait_for_selector(READY, state="attached", timeout=1000 * STARTS_WITHIN / 2)
                except playwright.TimeoutError:
                    continue
                return seen
            pytest.fail(f"{name} never had a kernel:\n{lab.log.read_text()[-2000:]}")

        yield open_notebook
        browser.close()
