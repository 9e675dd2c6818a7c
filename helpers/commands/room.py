"""`course room`: an instructor sees live where a class stands."""

from __future__ import annotations

import logging
import os
import socket
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from helpers.commands.console import one_line, refuse
from helpers.lessons import find

if TYPE_CHECKING:
    from helpers.room.catalogue import Catalogue
    from helpers.room.clock import Step

PORT = 8024
LOCAL = "127.0.0.1"
HUB_URL, HUB_PREFIX = "JUPYTERHUB_SERVICE_URL", "JUPYTERHUB_SERVICE_PREFIX"


def room(
    lessons: Annotated[
        list[str] | None, typer.Argument(metavar="LESSON", help="Shown from the start; others when they are tried.")
    ] = None,
    host: Annotated[str, typer.Option(help="Where it listens; 0.0.0.0: wherever this machine is reached.")] = LOCAL,
    port: Annotated[int, typer.Option(min=1, max=65535)] = PORT,
    address: Annotated[str, typer.Option(metavar="URL", help="How learners reach it, if a proxy is between.")] = "",
    prefix: Annotated[str, typer.Option(metavar="PATH", help="The path that a proxy leaves in front.")] = "",
    plan: Annotated[Path | None, typer.Option(help="A Markdown file with a timetable for the clock.")] = None,
    folder: Annotated[Path, typer.Option("--to", help="Where the room is kept.")] = Path("rooms"),
    end: Annotated[bool, typer.Option("--end", help="End the room that is open there, and keep its numbers.")] = False,
) -> None:
    """Show live where a class stands; learners join by choice, without a name."""
    with one_line():
        try:
            import uvicorn

            from helpers.room.catalogue import Catalogue
            from helpers.room.host import Host
            from helpers.room.server import application
            from helpers.room.store import Store
        except ImportError as error:
            refuse(f"{error}; `pip install 'deep-learning-on-dna[room]'` brings it")
        shown = [find(name).number for name in lessons or []]
        hub = urlsplit(os.environ.get(HUB_URL, ""))
        host, port, prefix = hub.hostname or host, hub.port or port, prefix or os.environ.get(HUB_PREFIX, "")
        catalogue = Catalogue()
        store = Store(folder)
        hosted = Host(store, catalogue, steps_of(plan, catalogue, shown, store.began), shown)
        if end:
            for path in hosted.end():
                print(path)
            return
        listening = listener(host, port)
        reached = address.rstrip("/") or f"http://{reachable(host)}:{port}/{prefix.strip('/')}".rstrip("/")
        print(f"The room      {reached}/{hosted.code}")
        print(f"For you alone {local(host, port, prefix)}/{hosted.code}#key={hosted.key}")
        print(f'Learners join check = helpers.start(lesson={shown[0] if shown else 0}, room="{reached}/{hosted.code}")')
        print("Ctrl + C closes the server; the room stays open, and `course room` goes on with it.", flush=True)
        logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(message)s")
        config = uvicorn.Config(
            application(hosted, reached, prefix),
            access_log=False,  # addresses of learners are nobody's business
            log_level="warning",
            timeout_graceful_shutdown=1,
            limit_concurrency=2000,
            server_header=False,
        )
        uvicorn.Server(config).run(sockets=[listening])
    for path in hosted.files:
        print(path)


def steps_of(plan: Path | None, catalogue: Catalogue, shown: list[int], began: float) -> list[Step]:
    """The clock's plan: a timetable, or the sections of the one lesson that is shown."""
    from helpers.room import clock

    if plan is not None:
        return clock.timetable(plan, datetime.now())
    return clock.sections(catalogue.plans[shown[0]], began) if len(shown) == 1 else []


def listener(host: str, port: int) -> socket.socket:
    """A socket that listens.

    Raises
    ------
    OSError
        If another program has the port; the message names a way out.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # named, asyncio sends without delay
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise OSError(f"{host}, port {port}: {error.strerror}; --port names another") from None
    listening.listen(1024)
    return listening


def local(host: str, port: int, prefix: str) -> str:
    """The address of the server for a browser on this machine."""
    return f"http://{LOCAL if host in ('0.0.0.0', '::') else bracketed(host)}:{port}/{prefix.strip('/')}".rstrip("/")


def reachable(host: str) -> str:
    """The name under which others reach a server that listens at `host`: for "everywhere", this machine's address."""
    if host not in ("0.0.0.0", "::"):
        return bracketed(host)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # nothing is sent: this only asks which way it would go
            return str(probe.getsockname()[0])
        except OSError:
            return socket.gethostname()


def bracketed(host: str) -> str:
    """An address of IPv6 as it stands in a URL."""
    return f"[{host}]" if ":" in host else host
