"""A real Jupyter server, and JupyterLab and Notebook 7 driven in a real browser."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import nbformat

from tests.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 120
WAIT_MS = 240_000


def notebook(*cells: str) -> Any:
    """A notebook with these code cells."""
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    book.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return book


class Server:
    """JupyterLab (and with it Notebook 7) on a free port, with settings and state of its own under `folder`."""

    def __init__(self, folder: Path) -> None:
        self.notebooks = folder / "notebooks"
        self.notebooks.mkdir()
        self.token = secrets.token_hex(8)
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        settings = folder / "settings"
        for plugin, values in {
            "@jupyterlab/apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
            "@jupyterlab/notebook-extension/tracker": {"windowingMode": "none"},
        }.items():
            path = settings / f"{plugin}.jupyterlab-settings"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(values))
        own = {"JUPYTER_CONFIG_DIR": "config", "JUPYTER_RUNTIME_DIR": "runtime", "IPYTHONDIR": "ipython"}
        own |= {"JUPYTERLAB_WORKSPACES_DIR": "workspaces", "MPLCONFIGDIR": "matplotlib"}
        env = {**os.environ, **{name: str(folder / sub) for name, sub in own.items()}}
        env |= {"PYTHONPATH": str(ROOT), "JUPYTERLAB_SETTINGS_DIR": str(settings), "OMP_NUM_THREADS": "1"}
        options = {
            "ServerApp.port": port,
            "ServerApp.port_retries": 0,
            "ServerApp.ip": "127.0.0.1",
            "ServerApp.root_dir": self.notebooks,
            "ServerApp.disable_check_xsrf": True,
            "IdentityProvider.token": self.token,
            "LabApp.expose_app_in_browser": True,
            "JupyterNotebookApp.expose_app_in_browser": True,
            "LabApp.check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
            "LanguageServerManager.autodetect": False,
        }
        command = [sys.executable, "-m", "jupyter", "lab", "--no-browser", "--allow-root"]
        command += [f"--{name}={value}" for name, value in options.items()]
        self.log = folder / "server.log"
        self.process = subprocess.Popen(
            command, env=env, stdout=self.log.open("w"), stderr=subprocess.STDOUT, start_new_session=True
        )
        self._wait_until_up()

    def _wait_until_up(self) -> None:
        give_up = time.monotonic() + START_SECONDS
        while True:
            try:
                urllib.request.urlopen(f"{self.url}/api?token={self.token}", timeout=2).read()
                return
            except (urllib.error.URLError, OSError):
                if self.process.poll() is not None or time.monotonic() > give_up:
                    raise RuntimeError(f"Jupyter did not start:\n{self.log.read_text()[-3000:]}") from None
                time.sleep(0.1)

    def save(self, name: str, *cells: str) -> str:
        """Write a notebook for the server, with a learner's progress of its own; returns its name."""
        alone = "import os, tempfile\nos.environ['COURSE_HOME'] = tempfile.mkdtemp()"
        nbformat.write(notebook(alone, *cells), self.notebooks / f"{name}.ipynb")
        return f"{name}.ipynb"

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()


class Lab:
    """A notebook in JupyterLab, in one browser page."""

    def __init__(self, server: Server, page: Any) -> None:
        self.server, self.page = server, page

    def open(self, *cells: str, name: str = "lesson") -> Lab:
        """Open a notebook with these cells and wait for its kernel."""
        return self.open_file(self.server.save(name, *cells))

    def open_file(self, path: str) -> Lab:
        """Open a notebook that lies on the server, and wait for its kernel: what runs before it is there is lost."""
        self.page.goto(f"{self.server.url}/doc/tree/{path}?token={self.server.token}&reset", timeout=WAIT_MS)
        self.page.wait_for_selector(".jp-NotebookPanel .jp-Cell", timeout=WAIT_MS)
        self.page.wait_for_function(
            "() => window.jupyterapp?.shell?.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'",
            timeout=WAIT_MS,
        )
        return self

    def run_all(self) -> Lab:
        self.command("notebook:run-all-cells")
        return self

    def command(self, name: str, **arguments: Any) -> None:
        self.page.evaluate("([name, args]) => window.jupyterapp.commands.execute(name, args)", [name, arguments])

    def kernel(self, code: str) -> str:
        """Run code in the notebook's kernel; returns what it printed or its result as text."""
        return self.page.evaluate(
            """async (code) => {
            const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
            const future = kernel.requestExecute({ code, store_history: false });
            let out = '';
            future.onIOPub = (message) => {
              if (message.header.msg_type === 'execute_result') out += message.content.data['text/plain'];
              if (message.header.msg_type === 'stream') out += message.content.text;
              if (message.header.msg_type === 'error') out += message.content.evalue;
            };
            await future.done;
            return out; }""",
            code,
        )

    def cells(self) -> list[str]:
        """The notebook's cells by kind, top to bottom."""
        return self.page.locator(".jp-Notebook .jp-Cell").evaluate_all(
            "cells => cells.map(c => ['Markdown', 'Code', 'Raw'].find(kind => c.classList.contains(`jp-${kind}Cell`)))"
        )
