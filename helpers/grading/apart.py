"""Reading and marking of what a learner handed in, in processes apart: with little memory, and for a short time.

Nothing in a submission is run there; but a notebook can be made so that reading it takes hours, and answers so that
comparing them takes all memory. What breaks or overruns costs the exercise that it belongs to, and stops nobody else.
The processes are copies of one that has everything imported (Python's fork server), so each begins in milliseconds.
What they send back is JSON.
"""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import os
import resource
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from multiprocessing import forkserver, spawn
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any

from helpers.engine.verdict import Status
from helpers.grading import mark
from helpers.grading.mark import Mark
from helpers.grading.sandbox.limits import MIB

if TYPE_CHECKING:
    from helpers.grading.handed_in.transplant import Plan
    from helpers.grading.spool import Entry

READING, MARKING = 20, 10  # seconds of one processor, for a notebook and for an exercise
PATIENCE = 12  # times as long by the clock: other programs may be at work here
MEMORY = 1024 * MIB  # beside what everything imported takes
LONGEST = 400 * MIB  # of one message
IMPORTED = ["helpers.grammars", "helpers.grading.mark", "helpers.grading.handed_in.transplant", "nbformat.v4"]
LOCK = threading.Lock()
NAME = "reading and marking"
PREPARATION = spawn.get_preparation_data
Work = Callable[..., Iterator[Any]]


class Overrun(RuntimeError):
    """Work that took too long or too much; the message says which."""


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

    try:
        (found,) = results(plan_in_data, notebook, release, demos, modules, seconds=READING)
    except Overrun as error:
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
        except Overrun as error:
            if waiting is None:
                raise
            name, points = waiting[len(found)]
            found[name] = unmarked(name, points, f"marking your answers {error}")
            if len(found) == len(waiting):
                break
    return found


def unmarked(exercise: str, points: float, why: str) -> Mark:
    """The mark of an exercise whose answers could not be marked."""
    message = f"There is nothing to mark: {why}."
    return Mark(
        exercise, exercise, "", Status.UNREADABLE, Status.UNREADABLE, 0, points, message, None, {}, "", message, "", []
    )


def marks_in_data(entry: Entry, begin: int) -> Iterator[Any]:
    """Names and points of a lesson's exercises; then the marks, from one of them on."""
    exercises = [one for one in mark.exercises_of(entry.assignment) if one.points]
    yield [(one.id, one.points) for one in exercises]
    for exercise in exercises[begin:]:
        allow(MARKING)
        try:
            yield asdict(mark.in_data(exercise, entry))
        except Exception as error:  # whatever was handed in
            yield asdict(
                unmarked(exercise.id, exercise.points, f"your answers end marking with {type(error).__name__}")
            )


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
    Overrun
        If it takes longer, or more memory, or ends otherwise.
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
                raise Overrun(f"took longer than {seconds * PATIENCE:.0f} s")
            try:
                came = json.loads(here.recv_bytes(LONGEST))
            except (EOFError, OSError):
                process.join(5)
                late = process.exitcode == -24
                raise Overrun(f"took longer than {seconds:.0f} s" if late else "took too much memory") from None
            if came is None:
                return
            yield came["yields"]
    finally:
        process.kill()
        process.join()
        here.close()


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
    for one in work(*arguments):
        pipe.send_bytes(json.dumps({"yields": one}).encode())
    pipe.send_bytes(b"null")
    os._exit(0)  # nothing that a handler could still do is wanted


def allow(seconds: float) -> None:
    """Let this process use its processor for some seconds from now on; then the kernel ends it."""
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time() + seconds) + 1, hard))
