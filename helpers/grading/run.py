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

from helpers.grading.handed_in.reading import NoNotebook
from helpers.grading.handed_in.transplant import Plan, Step, transplant
from helpers.grading.mark import lesson_of
from helpers.grading.sandbox.limits import Job, digest
from helpers.grading.sandbox.sandbox import Broken, Cause, Ended, Sandbox
from helpers.grading.sandbox.sealed import asking, sealed
from helpers.grading.secret import question_seed
from helpers.grading.spool import Entry, Outcome

START = 180.0  # seconds for the first import of torch on a slow disk
GRACE = 5.0  # seconds between asking to stop and stopping
MOST_RESTARTS = 60
ONCE_MORE = (Cause.KILLED, Cause.LEFT)  # may be somebody else's doing
MOST_DEPTH = 100  # of answers; the deepest that can be read has a third of it
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
        plan = transplant(job.notebook, job.release, demos=job.demos)
    except NoNotebook as error:
        return Entry(**entry, status=Outcome.UNREADABLE, why=job.trouble or str(error))
    done = Running(job, plan, stop).to_the_end()
    return Entry(
        **entry,
        status=done.status,
        why="; ".join(dict.fromkeys(done.why))[:500],
        seconds=round(time.monotonic() - began, 2),
        answers=done.answers,
        said=done.said,
        ended=done.ended,
        code=plan.code,
        extra=plan.extra,
    )


@dataclass
class Running:
    """The run of one submission, over as many sandboxes as it takes."""

    job: Job
    plan: Plan
    stop: threading.Event | None = None
    answers: dict[str, Any] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)
    why: list[str] = field(default_factory=list)
    ended: dict[str, Outcome] = field(default_factory=dict)
    status: Outcome = Outcome.GRADED
    left_out: set[int] = field(default_factory=set)
    suspects: set[int] = field(default_factory=set)  # steps at which the process ended once; -1 is its start

    def to_the_end(self) -> Running:
        """Run every step that can be run; leave out those that end the process."""
        until = time.monotonic() + self.job.limits.total
        self.answers = {step.asks: None for step in self.plan.steps if step.asks}
        asked: set[str] = set()
        for _ in range(MOST_RESTARTS):
            if self.once(asked, until):
                return self
            if time.monotonic() > until:
                return self.note(Outcome.TIMED_OUT, f"took longer than {self.job.limits.total:.0f} s in all", "")
        return self.note(Outcome.DIED, f"was started {MOST_RESTARTS} times", "")

    def once(self, asked: set[str], until: float) -> bool:
        """Run in one sandbox; whether it came to the end."""
        at = -1
        try:
            with Sandbox(sealed(), self.job.limits, self.job.sandbox, self.stop) as sandbox:
                talk = Talk(sandbox, self.job, until)
                if not self.opened(talk):
                    return False
                for at, step in enumerate(self.plan.steps):
                    if at not in self.left_out and step.asks not in asked:
                        self.take(talk, step)
                        asked.update({step.asks} - {""})
        except Ended as error:
            return self.lost(at, error)
        return True

    def opened(self, talk: Talk) -> bool:
        """Start the process inside; whether it started, where a second try may help.

        Raises
        ------
        Broken
            If it does not start: nothing of the learner's has run yet.
        """
        files = {name: base64.b64encode(data).decode() for name, data in self.job.files.items()}
        try:
            talk.ask(START, do="open", lesson=lesson_of(self.job.assignment).number, files=files)
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

    def take(self, talk: Talk, step: Step) -> None:
        """Run one cell, or put one exercise's questions."""
        seconds = self.job.limits.cell
        if not step.asks:
            reply = talk.ask(seconds, do="run", source=step.source)
            said = words(reply.get("said"))
            if said and step.exercise:
                self.said[step.exercise] = said
            if reply.get("late") is True:
                self.note(Outcome.TIMED_OUT, f"{step.exercise or 'a cell'}: {said}", step.exercise)
            return
        seed = question_seed(self.job.seed, step.asks)
        reply = talk.ask(seconds, do="ask", exercise=step.asks, name=step.source, seed=seed)
        talk.ask(seconds, do="sync")
        if talk.strange:  # a second message: no telling which is whose
            reply = {"said": "more than one message came"}
        if is_deeper(reply.get("answers"), MOST_DEPTH):  # what copies or stores it would run out of stack
            reply = {"said": "the answers are nested too deep"}
        self.answers[step.asks] = reply.get("answers")
        if words(reply.get("said")):
            self.said[step.asks] = words(reply.get("said"))
        if any(type(a) is dict and a.get("error") == TOO_LONG for a in listed(reply.get("answers"))):
            self.note(Outcome.TIMED_OUT, f"{step.asks}: took longer than {seconds:.0f} s", step.asks)

    def lost(self, at: int, end: Ended) -> bool:
        """After the end of a sandbox: leave out the step that ended it. Whether there is nothing more to run.

        Raises
        ------
        Broken
            If a setup cell ended it before anything of the learner's ran.
        """
        if self.once_more(at, end):
            return False
        step = self.plan.steps[at]
        culprit = at
        if step.setup:
            own = [i for i in range(at) if i not in self.left_out and not self.plan.steps[i].setup]
            if not own:
                raise Broken(f"the lesson's own setup cell {end}")
            culprit = own[-1]
        exercise = self.plan.steps[culprit].exercise
        places = [i for i, each in enumerate(self.plan.steps) if each.exercise == exercise] if exercise else []
        self.left_out.update({culprit, *places})
        if exercise:
            self.said[exercise] = str(end)
        outcome = Outcome.TIMED_OUT if end.cause is Cause.LATE else Outcome.DIED
        self.note(outcome, f"{exercise or 'a cell'}: {end}", exercise)
        return False

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
            with contextlib.suppress(ValueError, RecursionError):
                reply = json.loads(self.sandbox.hear(last))
            if type(reply) is dict and reply.get("token") == token:
                return reply
            self.strange += 1


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
