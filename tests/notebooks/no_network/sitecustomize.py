"""With this folder on PYTHONPATH, whoever calls another machine fails, and is noted in the file NETWORK_CALLS."""

import os
import socket
from typing import Any

HERE = ("127.0.0.1", "::1", "localhost", "", None, socket.gethostname())


def refuse(name: Any) -> None:
    """Note the call, loudly."""
    with open(os.environ["NETWORK_CALLS"], "a", encoding="utf-8") as notes:
        notes.write(f"{name}\n")
    raise OSError(f"there is no network in this test, and {name} was called")


class Socket(socket.socket):
    """A socket that reaches this machine only."""

    def connect(self, address: Any) -> None:
        """Connect, unless it is to elsewhere."""
        if isinstance(address, tuple) and address[0] not in HERE:
            refuse(address[0])
        super().connect(address)

    def connect_ex(self, address: Any) -> int:
        """Connect, unless it is to elsewhere."""
        if isinstance(address, tuple) and address[0] not in HERE:
            refuse(address[0])
        return super().connect_ex(address)


def getaddrinfo(host: Any, *arguments: Any, _real: Any = socket.getaddrinfo, **named: Any) -> Any:
    """Look up this machine only."""
    if host not in HERE:
        refuse(host)
    return _real(host, *arguments, **named)


socket.socket = Socket  # type: ignore[misc]
socket.getaddrinfo = getaddrinfo
