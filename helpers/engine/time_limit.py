"""A limit to how long a learner's code may run where it is checked: a loop that never ends gets its sentence."""

from __future__ import annotations

import contextlib
import ctypes
import signal
import threading
import time
from collections.abc import Iterator


class TimeLimit(BaseException):
    """The code took too long; no `except Exception` of a learner swallows this."""


@contextlib.contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise `TimeLimit` in what runs inside if it takes longer.

    The main thread of a process that has SIGALRM, as a Jupyter kernel's on Linux and macOS, is interrupted by that
    signal, also while it sleeps; an alarm that somebody else had set goes on afterwards. Elsewhere (Windows, another
    thread) a second thread raises the exception between two steps of Python; a call into C ends first.
    """
    if hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread():
        yield from limited_by_signal(seconds)
    else:
        yield from limited_by_thread(seconds)


def limited_by_signal(seconds: float) -> Iterator[None]:
    """Set an alarm, and what was set before again afterwards."""

    over = False

    def late(*_: object) -> None:
        if not over:
            raise TimeLimit

    handler = signal.signal(signal.SIGALRM, late)
    left, interval = signal.setitimer(signal.ITIMER_REAL, seconds)
    began = time.monotonic()
    try:
        try:
            yield
        finally:
            over = True  # an alarm that rings here still finds everything put back below
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler)
        if left:
            signal.setitimer(signal.ITIMER_REAL, max(left - (time.monotonic() - began), 1e-6), interval)


def limited_by_thread(seconds: float) -> Iterator[None]:
    """Let another thread raise the exception in this one; one that comes too late is met here and goes no further."""
    here, lock, over, sent = threading.get_ident(), threading.Lock(), False, False

    def late() -> None:
        nonlocal sent
        with lock:
            if not over:
                sent = True
                ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(here), ctypes.py_object(TimeLimit))

    timer = threading.Timer(seconds, late)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        with contextlib.suppress(TimeLimit):
            with lock:
                over = True
            for _ in range(100 * sent):  # what was sent and has not come yet comes between two of these steps
                pass
