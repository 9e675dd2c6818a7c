"""A port for a server that a test starts in a process of its own."""

import contextlib
import itertools
import os
import socket

# Below those that systems give to whoever connects: between choosing a port and listening at it, one of theirs is lost.
PORTS = itertools.cycle(range(20_000 + os.getpid() % 100 * 100, 20_100 + os.getpid() % 100 * 100))


def free_port() -> int:
    """One at which nobody listens; another with every call."""
    for port in itertools.islice(PORTS, 100):
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
    raise RuntimeError("a hundred ports in a row are taken")
