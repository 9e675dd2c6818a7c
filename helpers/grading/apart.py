"""Reading and marking of what a learner handed in, in processes apart: with little memory, and for a short time.

Nothing in a submission is run there; but a notebook can be made so that reading it takes hours, and answers so that
comparing them takes all memory. What breaks or overruns costs the exercise that it belongs to, and stops nobody else.
The processes are copies of one that has everything imported (Python's fork server), so each begins in milliseconds.
What they send back is JSON.
"""

from __future__ import annotations

import contextlib
import errno
import json
import multiprocessing
import os
import resource
import signal
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from multiprocessing import forkserver, spawn
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any

from helpers.engine.verdict import Status
from helpers.grading import mark
from helpers.grading.mark import Mark
from helpers.grading.sandbox.limits import MIB
from helpers.grading.sentences import took_longer

if TYPE_CHECKING:
    from helpers.grading.handed_in.transplant import Plan
    from helpers.grading.spool import Entry

READING, MARKING = 20, 10  # seconds of one processor, for a notebook and for an exercise
PATIENCE = 12  # times as long by the clock: other programs may be at work here
MEMORY = 1024 * MIB  # beside what everything imported takes
LONGEST = 400 * MIB  # of one message
TOO_MUCH = "took too much memory"
IMPORTED = ["helpers.grammars", "helpers.grading.mark", "helpers.grading.handed_in.transplant", "nbformat.v4"]
LOCK = threading.Lock()
NAME = "reading and marking"
PREPARATION = spawn.get_preparation_data
Work = Callable[..., Iterator[Any]]


class Failed(RuntimeError):
    """Work that did not come to its end; the message says why: it took too long, or too much, or failed."""


class Killed(Failed):
    """Work whose process was killed: perhaps by a machine short of memory, and through no fault of what was read."""


def planned(
    notebook: bytes | None, release: str, *, demos: bool = False, modules: Mapping[str, str] | None = None
) -> Plan:
    """The same as `transplant`, apart.

    Raises
    ------
    NoNotebook
        If the file holds no notebook, or one that cannot be read within the limits.
    """
    from helpers.grading.handed_in.reading import NoNotebook
    from helpers.grading.handed_in.transplant import Plan

    work = (plan_in_data, notebook, release, demos, modules)
    try:
        try:
            (found,) = results(*work, seconds=READING)
        except Killed:
            (found,) = results(*work, seconds=READING)
    except Failed as error:
        raise NoNotebook(f"reading it {error}") from None
    if "unreadable" in found:
        raise NoNotebook(found["unreadable"])
    return Plan.from_data(found)


def plan_in_data(
    notebook: bytes | None, release: str, demos: bool, modules: Mapping[str, str] | None
) -> Iterator[dict[str, Any]]:
    """A plan as plain data."""
    from helpers.grading.handed_in.reading import NoNotebook
    from helpers.grading.handed_in.transplant import transplant

    try:
        yield transplant(notebook, release, demos=demos, modules=modules).to_data()
    except NoNotebook as error:
        yield {"unreadable": str(error)}


def marked(entry: Entry) -> dict[str, Mark]:
    """The mark of every exercise that carries points, by its id, in the order of the lesson."""
    prepare(entry.assignment)
    found: dict[str, Mark] = {}
    waiting: list[tuple[str, float]] | None = None
    suspects: set[int] = set()  # places at which the process was killed once
    while waiting is None or waiting:
        begin = len(found)
        try:
            for one in results(marks_in_data, entry, begin, seconds=MARKING):
                if waiting is None:
                    waiting = [(name, points) for name, points in one]
                elif type(one) is dict:
                    mark = Mark(**one | {"status": Status(one["status"]), "standing": Status(one["standing"])})
                    found[mark.exercise] = mark
            break
        except Failed as error:
            if isinstance(error, Killed) and len(found) not in suspects:
                suspects.add(len(found))
                continue
            if waiting is None:
                raise
            name, points = waiting[len(found)]
            found[name] = unmarked(name, points, f"marking your answers {error}")
            if len(found) == len(waiting):
                break
    return found


def unmarked(exercise: str, points: float, why: str) -> Mark:
    """The mark of an exercise whose answers could not be marked."""
    unreadable, message = Status.UNREADABLE, f"There is nothing to mark: {why}."
    return Mark(exercise, exercise, "", unreadable, unreadable, 0, points, message, None, {}, "", message, "", [], why)


def marks_in_data(entry: Entry, begin: int) -> Iterator[Any]:
    """Names and points of a lesson's exercises; then the marks, from one of them on."""
    exercises = [one for one in mark.exercises_of(entry.assignment) if one.points]
    yield [(one.id, one.points) for one in exercises]
    for exercise in exercises[begin:]:
        allow(MARKING)
        try:
            yield asdict(mark.in_data(exercise, entry))
        except Exception as error:  # whatever was handed in
            yield asdict(unmarked(exercise.id, exercise.points, f"marking your answers {reason(error)}"))


# -- processes -----------------------------------------------------------------------------------------------------


def prepare(assignment: str) -> None:
    """Let the processes begin with a lesson imported: one server imports it, and they are its copies."""
    module = f"helpers.exercises.{mark.lesson_of(assignment).name}"
    with LOCK:
        if module not in IMPORTED:
            IMPORTED.append(module)
            forkserver._forkserver._stop()  # type: ignore[attr-defined]  # the next process starts one that has it


def context() -> Any:
    """The way processes are begun: as copies of a server, and what that one imports as it starts."""
    found = multiprocessing.get_context("forkserver")
    found.set_forkserver_preload([*IMPORTED, "helpers.grading.warm"])
    return found


def results(work: Work, *arguments: Any, seconds: float) -> Iterator[Any]:
    """What work yields, done apart.

    Parameters
    ----------
    work : callable
        A function of a module that yields plain data.
    *arguments
        What it takes.
    seconds : float
        Of one processor, for each thing it yields.

    Raises
    ------
    Failed
        If it takes longer, or more memory, or fails.
    Killed
        If its process is killed.
    """
    here, there = context().Pipe(duplex=False)
    process = context().Process(target=serve, args=(there, work, arguments, seconds), name=NAME, daemon=True)
    with LOCK:
        spawn.get_preparation_data = without_program
        multiprocessing.current_process()._config["daemon"] = False  # type: ignore[attr-defined]  # Dask's workers are
        process.start()
    there.close()
    try:
        while True:
            if not here.poll(seconds * PATIENCE):
                raise Failed(took_longer(seconds * PATIENCE))
            try:
                came = json.loads(here.recv_bytes(LONGEST))
            except (EOFError, OSError):  # also in the middle of a message
                process.join(5)
                raise end_of(process.exitcode, seconds) from None
            if came is None:
                return
            if "failed" in came:
                raise Failed(came["failed"])
            yield came["yields"]
    finally:
        process.kill()
        process.join()
        here.close()


def end_of(code: int | None, seconds: float) -> Failed:
    """Why a process ended without a word, from its exit code: below 0 it is the signal that ended it."""
    if code == -signal.SIGXCPU:
        return Failed(took_longer(seconds))
    if code == -signal.SIGKILL:
        return Killed("was killed, by the system or by a person")
    if code is not None and code < 0:
        return Failed(f"crashed Python itself ({signal.Signals(-code).name})")
    return Failed(f"ended without a word (exit code {code}), a fault of the course's")


def reason(error: BaseException) -> str:
    """Why work failed, in words that go on after what it was; what the error says may come from the learner."""
    no_room = isinstance(error, OSError) and error.errno == errno.ENOMEM
    if no_room or isinstance(error, MemoryError) or "can't allocate memory" in str(error):  # the last are torch's words
        return TOO_MUCH
    if isinstance(error, RecursionError):
        return "went deeper than Python can follow"
    place = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{os.path.basename(place.filename)}, line {place.lineno}"
    return f"failed with {type(error).__name__} ({where}), a fault of the course's"


def without_program(name: str) -> dict[str, Any]:
    """What Python tells a new process of its parent, but for the program: ours need nothing of it, and it is slow."""
    data = PREPARATION(name)
    if name == NAME:
        data = {key: value for key, value in data.items() if not key.startswith("init_main")}
    return data


def serve(pipe: Connection, work: Work, arguments: tuple[Any, ...], seconds: float) -> None:
    """Work within limits, and send what comes of it."""
    held = 0
    with contextlib.suppress(OSError), open("/proc/self/status") as status:
        held = next((int(line.split()[1]) * 1024 for line in status if line.startswith("VmData")), 0)
    if held:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_DATA, (held + MEMORY, held + MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    allow(seconds)
    last = b"null"
    try:
        for one in work(*arguments):
            data = json.dumps({"yields": one}).encode()
            if len(data) > LONGEST:
                raise MemoryError
            pipe.send_bytes(data)
    except Exception as error:
        failed = reason(error)
        last = json.dumps({"failed": failed}).encode()
    pipe.send_bytes(last)  # here, where what the error held in memory is gone
    os._exit(0)  # nothing that a handler could still do is wanted


def allow(seconds: float) -> None:
    """Let this process use its processor for some seconds from now on; then the kernel ends it."""
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time() + seconds) + 1, hard))
