"""A limit to how long a learner's code may run where it is checked: a loop that never ends gets its sentence."""

from __future__ import annotations

import contextlib
import ctypes
import signal
import sys
import threading
import time
from collections.abc import Iterator
from types import FrameType
from typing import Any

PATIENCE = 6  # times the limit, by the clock
IMPORTING = 0.5  # seconds until an import under way is looked at again


class TimeLimit(BaseException):
    """The code took too long; no `except Exception` of a learner swallows this."""


@contextlib.contextmanager
def time_limit(seconds: float, patience: float = PATIENCE) -> Iterator[None]:
    """Raise `TimeLimit` in what runs inside if it computes for longer.

    The seconds are of the thread's own computing, so that a busy machine cuts nothing off; after `patience` times as
    many by the clock it ends all the same, for code that sleeps. An import under way is waited for: cut in the middle
    it would leave a broken module behind.

    The main thread of a process that has SIGALRM, as a Jupyter kernel's on Linux and macOS, is interrupted by that
    signal, also while it sleeps; an alarm that somebody else had set goes on afterwards. Elsewhere (Windows, another
    thread) a second thread raises the exception between two steps of Python; a call into C ends first.

    Whether torch records what is computed is as it was before: what is cut off as a `with torch.no_grad()` begins
    never comes to its end.
    """
    torch: Any = sys.modules.get("torch")
    records = hasattr(torch, "is_grad_enabled") and torch.is_grad_enabled()  # torch may be half imported
    try:
        if hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread():
            yield from limited_by_signal(seconds, patience)
        else:
            yield from limited_by_thread(seconds)
    finally:
        if records:
            torch.set_grad_enabled(True)


def still(seconds: float, computed: float, began: float, frame: FrameType | None, patience: float = PATIENCE) -> float:
    """For how long code may still run, in seconds; 0 when its time is over."""
    if time.monotonic() - began >= patience * seconds:
        return 0
    if seconds - computed > 1e-3:
        return seconds - computed
    while frame is not None:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return IMPORTING
        frame = frame.f_back
    return 0


def limited_by_signal(seconds: float, patience: float = PATIENCE) -> Iterator[None]:
    """Set an alarm, and what was set before again afterwards."""
    over, computed, began = False, time.thread_time(), time.monotonic()

    def late(_: int, frame: FrameType | None) -> None:
        if over:
            return
        rest = still(seconds, time.thread_time() - computed, began, frame, patience)
        if not rest:
            raise TimeLimit
        signal.setitimer(signal.ITIMER_REAL, rest)

    handler = signal.signal(signal.SIGALRM, late)
    left, interval = signal.setitimer(signal.ITIMER_REAL, seconds)
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
    """Let another thread raise the exception in this one; one that comes too late is met here and goes no further.

    What the watched thread has computed only it can tell: here the clock counts.
    """
    here, lock, over, sent, began = threading.get_ident(), threading.Lock(), threading.Event(), False, time.monotonic()

    def watch() -> None:
        nonlocal sent
        rest = seconds
        while rest and not over.wait(rest):
            rest = still(seconds, seconds, began, sys._current_frames().get(here))
        with lock:
            if not over.is_set():
                sent = True
                ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(here), ctypes.py_object(TimeLimit))

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield
    finally:
        with contextlib.suppress(TimeLimit):
            with lock:
                over.set()
            for _ in range(100 * sent):  # what was sent and has not come yet comes between two of these steps
                pass
