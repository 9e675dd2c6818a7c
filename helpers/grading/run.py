"""Running one submission: its cells go into a sandbox one by one, answers come out.

A cell that never ends, or twice ends the whole process, costs its own exercise: the sandbox is started anew without it,
and what was answered before stays answered. (Once may be somebody else's doing: a machine short of memory, a person.)
"""

from __future__ import annotations

import base64
import contextlib
import json
import secrets
import threading
import time
from dataclasses import dataclass, field
from typing import Any

from helpers.grading.apart import planned
from helpers.grading.handed_in.doubts import modules_among
from helpers.grading.handed_in.reading import NoNotebook
from helpers.grading.handed_in.transplant import Kind, Plan, Step
from helpers.grading.mark import lesson_of
from helpers.grading.sandbox.limits import Job, digest
from helpers.grading.sandbox.sandbox import Broken, Cause, Ended, Sandbox
from helpers.grading.sandbox.sealed import asking, sealed
from helpers.grading.secret import question_seed
from helpers.grading.sentences import took_longer
from helpers.grading.spool import Entry, Outcome

START = 180.0  # seconds for the first import of torch on a slow disk
GRACE = 5.0  # seconds between asking to stop and stopping
MOST_RESTARTS = 60
ONCE_MORE = (Cause.KILLED, Cause.LEFT)  # may be somebody else's doing
MOST_PARTS = 200_000  # lists and tables in one reply: an empty one has three bytes, and here twenty times as many
MOST_DEPTH = 100  # of answers; the deepest that can be read has a third of it
LEARNERS = (Kind.ANSWER, Kind.OWN)
OWN_SHARE = 0.4  # of the time in all, for cells that are no answers
TOO_LONG = "TimeLimit"  # the name of the error, where a question took too long


def run(job: Job, stop: threading.Event | None = None) -> Entry:
    """What a submission answers. Whatever is wrong with it is in the entry.

    Parameters
    ----------
    job : Job
    stop : Event
        When it is set, the run is given up.

    Raises
    ------
    NoSandbox
        If there is no sandbox here.
    Broken
        If the sandbox fails before the learner's code has a part in it.
    Interrupted
        If `stop` was set.
    """
    began = time.monotonic()
    entry: dict[str, Any] = {
        "assignment": job.assignment,
        "student": job.student,
        "seed": job.seed,
        "submission": job.digest,
        "release": digest(job.release),
        "course": asking(lesson_of(job.assignment).name),
    }
    try:
        modules = modules_among(job.files)
        plan = planned(job.notebook, job.release, demos=job.demos, modules=modules)
    except NoNotebook as error:
        return Entry(**entry, status=Outcome.UNREADABLE, why=job.trouble or str(error))
    done = Running(job, plan, stop).to_the_end()
    asked = done.asked()
    return Entry(
        **entry,
        status=done.status,
        why="; ".join(dict.fromkeys(done.why))[:500],
        seconds=round(time.monotonic() - began, 2),
        answers={exercise: tries[0]["answers"] if tries else None for exercise, tries in asked.items()},
        tries={exercise: [{"cells": tries[0]["cells"]}, *tries[1:]] for exercise, tries in asked.items() if tries},
        said=done.said,
        ended=done.ended,
        code=plan.code,
        cells=[step.source for step in plan.steps if step.kind in LEARNERS],
        modules=modules,
        doubts=plan.doubts,
    )


@dataclass
class Running:
    """The run of one submission, over as many sandboxes as it takes."""

    job: Job
    plan: Plan
    stop: threading.Event | None = None
    replies: dict[int, Any] = field(default_factory=dict)  # the answers that came at a check, by its step
    said: dict[str, str] = field(default_factory=dict)
    why: list[str] = field(default_factory=list)
    ended: dict[str, Outcome] = field(default_factory=dict)
    status: Outcome = Outcome.GRADED
    left_out: set[int] = field(default_factory=set)
    suspects: set[int] = field(default_factory=set)  # steps at which the process ended once; -1 is its start
    late: set[int] = field(default_factory=set)  # own cells that took too long: they are run once
    own: float = 0.0  # seconds that the learner's own cells have taken

    def to_the_end(self) -> Running:
        """Run every step that can be run; leave out those that end the process."""
        until = time.monotonic() + self.job.limits.total
        for _ in range(MOST_RESTARTS):
            if self.once(until):
                return self
            if time.monotonic() > until:
                return self.note(Outcome.TIMED_OUT, took_longer(self.job.limits.total, " in all"), "")
        return self.note(Outcome.DIED, f"was started {MOST_RESTARTS} times", "")

    def once(self, until: float) -> bool:
        """Run in one sandbox; whether it came to the end."""
        at = -1
        try:
            with Sandbox(sealed(), self.job.limits, self.job.sandbox, self.stop) as sandbox:
                talk = Talk(sandbox, self.job, until)
                if not self.opened(talk):
                    return False
                unpacked = False
                for at, step in enumerate(self.plan.steps):
                    if not self.is_awaited(at):
                        return True
                    if step.kind is not Kind.SETUP and not unpacked:  # nothing of the learner's is there before
                        talk.ask(START, do="unpack", files=in_text(self.job.files))
                        unpacked = True
                    if at in self.left_out or at in self.replies:
                        continue
                    if step.kind is Kind.CHECK:
                        self.put_questions(talk, at, step)
                    else:
                        self.run_cell(talk, at, step)
        except Ended as error:
            return self.lost(at, error)
        return True

    def is_awaited(self, at: int) -> bool:
        """Whether a question is still to be put at this step or behind it; what runs after the last changes no mark."""
        done = self.left_out | self.replies.keys()
        waiting = [one for i, one in enumerate(self.plan.steps) if i >= at and i not in done and one.kind is Kind.CHECK]
        return self.job.demos or any(not one.last or not any(self.answers_of(one.exercise)) for one in waiting)

    def opened(self, talk: Talk) -> bool:
        """Start the process inside; whether it started, where a second try may help.

        Raises
        ------
        Broken
            If it does not start: nothing of the learner's has run yet.
        """
        try:
            talk.ask(START, do="open", lesson=lesson_of(self.job.assignment).number)
        except Ended as error:
            if self.once_more(-1, error):
                return False
            complaint = talk.sandbox.complaint()
            raise Broken(f"the sandbox ({talk.sandbox.kind}) did not start: {error}. {complaint}".strip()) from None
        return True

    def once_more(self, at: int, end: Ended) -> bool:
        """Whether a process that ended at a step gets a second chance there."""
        if end.cause not in ONCE_MORE or at in self.suspects:
            return False
        self.suspects.add(at)
        return True

    def run_cell(self, talk: Talk, at: int, step: Step) -> None:
        """Run one cell; the learner's own cells share a part of the time, so that some is left for every check."""
        seconds, began = self.job.limits.cell, time.monotonic()
        if step.kind is Kind.OWN:
            seconds = min(seconds, self.job.limits.total * OWN_SHARE - self.own)
            if seconds <= 0 or at in self.late:
                return
        reply = talk.ask(seconds, do="run", source=step.source)
        said = words(reply.get("said"))
        if said and step.exercise:
            self.said[step.exercise] = said
        if reply.get("late") is True:
            self.late.add(at)
            self.note(Outcome.TIMED_OUT, f"{step.exercise or 'a cell'}: {took_longer(seconds)}", step.exercise)
        if step.kind is Kind.OWN:
            self.own += time.monotonic() - began

    def put_questions(self, talk: Talk, at: int, step: Step) -> None:
        """Put one exercise's questions; behind everything only where no answers came before."""
        if step.last and any(self.answers_of(step.exercise)):
            return
        seconds, seed = self.job.limits.cell, question_seed(self.job.seed, step.exercise)
        reply = talk.ask(seconds, do="ask", exercise=step.exercise, name=step.source, seed=seed)
        talk.ask(seconds, do="sync")
        if talk.strange:  # a second message: no telling which is whose
            reply = {"said": "more than one message came"}
        if is_deeper(reply.get("answers"), MOST_DEPTH):  # what copies or stores it would run out of stack
            reply = {"said": "the answers are nested too deep"}
        self.replies[at] = reply.get("answers")
        if words(reply.get("said")):
            self.said[step.exercise] = words(reply.get("said"))
        if any(type(a) is dict and a.get("error") == TOO_LONG for a in listed(reply.get("answers"))):
            self.note(Outcome.TIMED_OUT, f"{step.exercise}: {took_longer(seconds)}", step.exercise)

    def lost(self, at: int, end: Ended) -> bool:
        """After the end of a sandbox: leave out the step that ended it. Whether there is nothing more to run.

        Raises
        ------
        Broken
            If a setup cell ended it: nothing of the learner's has run then.
        """
        if self.once_more(at, end):
            return False
        step = self.plan.steps[at]
        if step.kind is Kind.SETUP:
            raise Broken(f"the lesson's own setup cell {end}")
        self.left_out.add(at)
        if step.kind is Kind.CHECK:
            self.left_out.update(
                i for i, each in enumerate(self.plan.steps) if (each.kind, each.exercise) == (step.kind, step.exercise)
            )
        if step.exercise:
            self.said[step.exercise] = str(end)
        outcome = Outcome.TIMED_OUT if end.cause is Cause.LATE else Outcome.DIED
        self.note(outcome, f"{step.exercise or 'a cell'}: {end}", step.exercise)
        return False

    # -- what came of it -------------------------------------------------------------------------------------------

    def answers_of(self, exercise: str) -> list[Any]:
        """The answers that came at each check of an exercise, None where none did."""
        return [self.replies[at] for at in sorted(self.replies) if self.plan.steps[at].exercise == exercise]

    def asked(self) -> dict[str, list[dict[str, Any]]]:
        """By exercise, what came at each check that got answers, and how many of the learner's cells ran before it."""
        found: dict[str, list[dict[str, Any]]] = {
            step.exercise: [] for step in self.plan.steps if step.kind is Kind.CHECK
        }
        for at, answers in sorted(self.replies.items()):
            if answers is not None:
                found[self.plan.steps[at].exercise].append(
                    {"answers": answers, "cells": sum(step.kind in LEARNERS for step in self.plan.steps[:at])}
                )
        return found

    def note(self, outcome: Outcome, why: str, exercise: str) -> Running:
        """Remember what went wrong; a process that died says more than one that was late."""
        self.status = Outcome.DIED if Outcome.DIED in (outcome, self.status) else outcome
        self.why.append(why)
        if exercise:
            self.ended[exercise] = outcome
            self.said.setdefault(exercise, why)
        return self


@dataclass
class Talk:
    """Questions to a sandbox, one at a time; `strange` counts what came unasked since the last order but `sync`."""

    sandbox: Sandbox
    job: Job
    until: float
    strange: int = 0

    def ask(self, seconds: float, **order: Any) -> dict[str, Any]:
        """Send an order; the reply that carries its token. What carries none, or another, is no reply.

        Raises
        ------
        Ended
            If none comes in time.
        """
        token = secrets.token_hex(8)
        last = min(time.monotonic() + seconds + GRACE, self.until)
        if order["do"] != "sync":
            self.strange = 0
        timed = {"seconds": seconds} if order["do"] in ("run", "ask") else {}
        self.sandbox.say(json.dumps({**order, **timed, "token": token}).encode(), last)
        while True:
            reply: Any = None
            line = self.sandbox.hear(last)
            if line.count(b"[") + line.count(b"{") > MOST_PARTS:
                return {"said": "the answers hold too many lists"}
            with contextlib.suppress(ValueError, RecursionError):
                reply = json.loads(line)
            if type(reply) is dict and reply.get("token") == token:
                return reply
            self.strange += 1


def in_text(files: dict[str, bytes]) -> dict[str, str]:
    """Files as text that travels."""
    return {name: base64.b64encode(data).decode() for name, data in files.items()}


def words(said: Any) -> str:
    """What a reply says, as short text."""
    return said[:500] if type(said) is str else ""


def listed(value: Any) -> list[Any]:
    """A value if it is a list, else nothing."""
    return value if type(value) is list else []


def is_deeper(value: Any, most: int) -> bool:
    """Whether lists and dicts stand in each other more than `most` deep."""
    waiting = [(value, 0)]
    while waiting:
        one, depth = waiting.pop()
        if depth > most:
            return True
        inner = one.values() if type(one) is dict else one if type(one) is list else ()
        waiting += [(each, depth + 1) for each in inner if type(each) in (dict, list)]
    return False
