"""`course lab` as a person types it: what JupyterLab serves, what kernels and terminals find, what it leaves out."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import sysconfig
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tornado.websocket import websocket_connect
from typer.testing import CliRunner, Result

from helpers.commands import main
from helpers.learner import workspace
from tests.ports import free_port

WRONG_USE = 2


def refused(*words: str) -> str:
    """What `course lab` complains of, in a line."""
    done: Result = CliRunner().invoke(main.app, ["lab", *words])
    assert done.exit_code == WRONG_USE, done.output
    assert done.stderr.count("\n") == 1 and done.stderr.startswith("course: ")
    return done.stderr


@contextlib.contextmanager
def served(place: Path, tmp_path: Path, **environment: str) -> Iterator[tuple[str, str]]:
    """JupyterLab as `course lab` starts it in this folder: the port and the address that it prints."""
    port = str(free_port())
    words = [sys.executable, "-c", "from helpers.commands.main import main; main()", "lab", str(place), "--no-browser"]
    env = {**os.environ, "JUPYTER_CONFIG_DIR": str(tmp_path / "config"), "PYTHONUNBUFFERED": "1", **environment}
    log = (tmp_path / "log.txt").open("w")
    process = subprocess.Popen([*words, "--port", port], stdout=log, stderr=subprocess.STDOUT, cwd=tmp_path, env=env)
    try:
        yield port, address_in(tmp_path / "log.txt", process)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(120)


def test_lab_hands_out_the_lessons_and_serves_start_here(tmp_path: Path) -> None:
    place = tmp_path / "mein Kurs für DNA"
    with served(place, tmp_path) as (port, address):
        assert address.startswith(f"http://127.0.0.1:{port}/lab/tree/00_start_here/00_start_here.ipynb?token=")
        contents = address.replace("/lab/tree/", "/api/contents/")
        assert json.load(urllib.request.urlopen(contents, timeout=30))["type"] == "notebook"
        assert (place / workspace.RECORD).is_file()
        assert f"port {port} is taken" in refused(str(place), "--port", port)


def test_labs_kernels_and_terminals_find_course_though_the_shell_does_not(tmp_path: Path) -> None:
    place = tmp_path / "workspace"
    with served(place, tmp_path, PATH=os.defpath, SHELL="/bin/sh") as (_, address):
        server, token = re.fullmatch(r"http(://[^/]+).*(\?token=.*)", address).groups()  # type: ignore[union-attr]
        kernel, terminal = (
            json.load(urllib.request.urlopen(f"http{server}/api/{kind}{token}", data=b"{}", timeout=60))
            for kind in ("kernels", "terminals")
        )
        look = {"code": "import shutil; print('it is', shutil.which('course'))", "silent": False}
        request = {"header": {"msg_id": "1", "msg_type": "execute_request"}, "content": look, "channel": "shell"}
        request |= {"parent_header": {}, "metadata": {}}
        said = hear(f"ws{server}/api/kernels/{kernel['id']}/channels{token}", request, "it is /")
        assert sysconfig.get_path("scripts") in said
        typed = ["stdin", "echo it is  $(command -v course) in $(pwd)\r"]
        said = hear(f"ws{server}/terminals/websocket/{terminal['name']}{token}", typed, "it is /")
        assert sysconfig.get_path("scripts") in said and f"in {place}" in said


def hear(*what: Any) -> str:
    """`heard`, in a thread of its own: a browser of another test may hold this thread's loop."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(heard(*what))).result()


async def heard(address: str, message: Any, wanted: str) -> str:
    """Send a message to a websocket, and wait for the first one that holds certain words."""
    connection = await websocket_connect(address)
    await connection.write_message(json.dumps(message))
    while (said := await asyncio.wait_for(connection.read_message(), 120)) is not None:
        if wanted in said:
            connection.close()
            while await asyncio.wait_for(connection.read_message(), 120) is not None:
                pass  # until the other side has hung up, too: else the socket stays open when this loop ends
            return str(said)
    raise AssertionError(f"{address} hung up before it said {wanted!r}")


def test_learners_see_neither_news_nor_nbgrader_and_no_warning_of_it(tmp_path: Path) -> None:
    with served(tmp_path / "workspace", tmp_path) as (_, address):
        page = urllib.request.urlopen(address, timeout=60).read().decode()
        settings = json.loads(re.search(r'id="jupyter-config-data"[^>]*>(.*?)</script>', page, re.DOTALL)[1])  # type: ignore[index]
        assert {"@jupyter/nbgrader", "@jupyterlab/apputils-extension:announcements"} <= set(
            settings["disabledExtensions"]
        )
    assert "nbgrader" not in (tmp_path / "log.txt").read_text()


def address_in(log: Path, process: subprocess.Popen[bytes]) -> str:
    """The address that JupyterLab prints, once it does."""
    give_up = time.monotonic() + 120
    while time.monotonic() < give_up and process.poll() is None:
        if found := re.search(r"http://127\.0\.0\.1:\S+(?=\n)", log.read_text()):
            return found[0]
        time.sleep(0.2)
    raise AssertionError(f"JupyterLab did not come up:\n{log.read_text()}")


def test_lab_refuses_a_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "file" in refused(str(tmp_path / "file"), "--no-browser")
