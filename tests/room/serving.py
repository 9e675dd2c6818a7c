"""A room served on loopback by the real server, in a thread of the test's own process."""

from __future__ import annotations

import http.client
import json
import threading
import time
from functools import cache
from pathlib import Path
from typing import Any

import uvicorn

from helpers.commands.room import listener
from helpers.room.catalogue import Catalogue
from helpers.room.clock import Step
from helpers.room.host import Host
from helpers.room.server import application
from helpers.room.store import Store

SESSION = "0123456789abcdef0123456789abcdef"


@cache
def catalogue() -> Catalogue:
    """The course's own, read once."""
    return Catalogue()


def session(number: int) -> str:
    """A session's random number that is not random."""
    return f"{number:032x}"


def check_of(
    who: int | str = SESSION, exercise: str = "02/one_hot", status: str = "wrong", **more: Any
) -> dict[str, Any]:
    """What a kernel sends after a check."""
    name = session(who) if isinstance(who, int) else who
    return {"session": name, "exercise": exercise, "status": status, "misconception": "", "tries": 1, **more}


class Served:
    """A room that is open; `close` lets go of port and file, and another may then go on in the same folder."""

    def __init__(
        self,
        folder: Path,
        steps: list[Step] | None = None,
        shown: tuple[int, ...] = (2,),
        prefix: str = "",
        port: int = 0,
    ) -> None:
        self.socket = listener("127.0.0.1", port)
        self.port = self.socket.getsockname()[1]
        self.prefix = prefix
        self.host = Host(Store(folder), catalogue(), steps or [], list(shown))
        self.base = f"http://127.0.0.1:{self.port}{prefix}"
        self.address = f"{self.base}/{self.host.code}"
        config = uvicorn.Config(
            application(self.host, self.base, prefix),
            log_level="error",
            access_log=False,
            timeout_graceful_shutdown=1,
            timeout_keep_alive=600,
        )
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self.server.run, kwargs={"sockets": [self.socket]}, daemon=True)
        self.thread.start()
        while not self.server.started:
            time.sleep(0.01)
        self.line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, str]:
        """Status and text of an answer, over one connection."""
        self.line.request(method, self.prefix + path, body, headers)
        answer = self.line.getresponse()
        return answer.status, answer.read().decode()

    def tell(self, said: Any) -> tuple[int, Any]:
        """Post a check, or anything else."""
        body = said if isinstance(said, bytes) else json.dumps(said).encode()
        status, text = self.ask("POST", f"/{self.host.code}", body)
        return status, json.loads(text) if text.startswith("{") else text

    def act(self, key: str = "", **what: Any) -> tuple[int, str]:
        """Do what only the instructor may."""
        headers = {"X-Room-Key": key or self.host.key}
        return self.ask("POST", f"/{self.host.code}/do", json.dumps(what).encode(), **headers)

    def seen(self) -> dict[str, Any]:
        """All that the page would show now."""
        return self.host.seen(time.time())

    def tile(self, number: str) -> dict[str, Any]:
        """One exercise as the page would show it."""
        tiles = [tile for lesson in self.seen()["lessons"] for tile in lesson["tiles"]]
        return next(tile for tile in tiles if tile["number"] == number)

    def close(self) -> None:
        self.line.close()
        self.server.should_exit = True
        self.thread.join(10)
        assert not self.thread.is_alive()
        if not self.host.ended:
            self.host.store.close()
