"""An open room: who may speak, what is kept of it, and what there is to see. Knows nothing of HTTP."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import re
import secrets
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NoReturn

from helpers.room.catalogue import Catalogue
from helpers.room.clock import Step
from helpers.room.event import Event, read_event
from helpers.room.limits import Allowance, network_of
from helpers.room.record import write_record
from helpers.room.standing import UNNAMED, Mistake, rebuilt
from helpers.room.store import CODE_LENGTH, Store
from helpers.room.teaching import Note, note

MOST_SESSIONS = 3000
MOST_CHECKS = 1000  # of one session
MOST_MISTAKES = 12  # shown of a lesson
MOST_SENTENCE = 300  # characters
SENTENCE_LASTS = 15 * 60.0  # seconds
LOOKS = 10.0  # seconds after which the picture is drawn again though nobody spoke
LOOKS_LIKE_A_CODE = re.compile(rf"[A-Za-z]{{{CODE_LENGTH}}}")
GATHERS = 0.02  # seconds in which events come together that are written as one

log = logging.getLogger("helpers.room")


class NotAdmitted(Exception):
    """A wrong code or key."""


class TooOften(Exception):
    """Somebody who guesses, floods or fills the room."""


class Ended(Exception):
    """The room is over."""


@dataclass
class Waiting:
    """An event that is not yet written, and whom to tell when it is."""

    event: Event
    at: float
    written: asyncio.Future[None]


class Host:
    """One room, from its opening to its end.

    Parameters
    ----------
    store : Store
        The room on disk; its numbers are kept in the same folder afterwards.
    catalogue : Catalogue
    steps : list of Step
        The clock's plan.
    shown : list of int
        Lessons that are shown though nobody has tried anything in them.
    """

    def __init__(self, store: Store, catalogue: Catalogue, steps: list[Step], shown: list[int]) -> None:
        """Open the room; one that was interrupted goes on where it was."""
        self.store, self.catalogue, self.steps, self.shown = store, catalogue, steps, shown
        self.code, self.key = store.code, store.key
        self.standing = rebuilt(catalogue, store.events())
        self.words = {name: json.loads(store.said(name) or "null") for name in ("section", "sentence")}
        self.ended = False
        self.files: list[Path] = []
        self.guesses = Allowance(10, 0.1)  # wrong codes and keys, by address
        self.joins = Allowance(1000, 5.0)  # new sessions, by address: a whole class may share one
        self.checks = Allowance(30, 0.5)  # by session
        self.waiting: list[Waiting] = []
        self.notes: dict[tuple[str, str], Note | None] = {}
        self.picture = ""
        self.drawn = 0.0
        self.changed = asyncio.Condition()
        self.dirty = asyncio.Event()
        self.work = asyncio.Event()

    # -- who may speak ----------------------------------------------------------------------------------------------

    def admit(self, code: str, address: str, session: str = "") -> None:
        """Let somebody in who knows the code; who guesses from an address has to wait, and so have newcomers there.

        Raises
        ------
        NotAdmitted, TooOften
        """
        if not LOOKS_LIKE_A_CODE.fullmatch(code):  # a browser asks for icons and more: nobody guesses like that
            raise NotAdmitted
        network = network_of(address)
        if session not in self.standing.sitters and self.guesses.remaining(network) < 1:
            raise TooOften
        if not same(code.upper(), self.code):
            self.suspect(network, "code")

    def authorise(self, key: str, address: str) -> None:
        """Let the instructor act, wherever from: a key of 128 bits is not guessed.

        Raises
        ------
        NotAdmitted
        """
        if not same(key, self.key):
            self.suspect(network_of(address), "key")

    def suspect(self, network: str, what: str) -> NoReturn:
        """Count and log a guess, and turn it away."""
        self.guesses.use(network)
        locked = "; from there nobody new comes in for a while" if self.guesses.remaining(network) < 1 else ""
        log.warning("a wrong %s from %s%s", what, network, locked)
        raise NotAdmitted

    # -- what learners say ------------------------------------------------------------------------------------------

    async def hear(self, code: str, address: str, body: bytes) -> dict[str, Any]:
        """Take in one body, and answer with what is new; it is written by then.

        Raises
        ------
        Refused, NotAdmitted, TooOften, Ended
        """
        self.admit(code, address, session_in(body))
        session, event = read_event(body, self.catalogue)
        if self.ended:
            raise Ended
        sitter = self.standing.sitters.get(session)
        if sitter is None and (len(self.standing.sitters) >= MOST_SESSIONS or not self.joins.use(network_of(address))):
            raise TooOften
        if not self.checks.use(session) or (sitter is not None and sitter.told >= MOST_CHECKS):
            raise TooOften
        now = time.time()
        if event is None or event.status == "empty":  # running a whole notebook tries nothing
            self.standing.hear(session, now)
        else:
            await self.write(event, now)
        self.dirty.set()
        return self.news(now)

    async def forget(self, code: str, address: str, body: bytes) -> None:
        """A session leaves, and what it said is deleted.

        Raises
        ------
        Refused, NotAdmitted, TooOften
        """
        self.admit(code, address, session_in(body))
        session, _ = read_event(body, self.catalogue)
        if session in self.standing.sitters and not self.ended:
            await asyncio.to_thread(self.store.forget, session)  # a disk may take its time, and others go on
            self.standing.forget(session)
            self.dirty.set()

    async def write(self, event: Event, at: float) -> None:
        """Return when the event is on disk and counted."""
        written = asyncio.get_running_loop().create_future()
        self.waiting.append(Waiting(event, at, written))
        self.work.set()
        await written

    async def write_all(self) -> None:
        """Write what waits, many at a time: the task that does so for as long as the room is open."""
        while True:
            await self.work.wait()
            await asyncio.sleep(GATHERS)
            self.work.clear()
            batch, self.waiting = self.waiting, []
            try:
                await asyncio.to_thread(self.store.put, [(one.event, one.at) for one in batch])
            except Exception as error:  # a full disk: those who wait are told, and the next ones are tried again
                log.error("nothing can be written: %s", error)
                for one in batch:
                    one.written.set_exception(OSError("nothing can be written"))
                continue
            for one in batch:
                self.standing.add(one.event, one.at)
                if not one.written.done():
                    one.written.set_result(None)

    def news(self, now: float) -> dict[str, Any]:
        """What a learner's next check says."""
        said, opened = self.words["sentence"], self.words["section"]
        text = said["text"] if said and now - said["at"] <= SENTENCE_LASTS else ""
        return {"section": opened["line"] if opened else "", "sentence": text}

    # -- what the instructor does -----------------------------------------------------------------------------------

    async def act(self, what: dict[str, Any]) -> dict[str, Any]:
        """Open a section, say a sentence, or end the room.

        Raises
        ------
        ValueError
            If it is none of these; the message says what would be.
        Ended
        """
        if self.ended:
            raise Ended
        done = {}
        if what.get("do") == "open":
            await self.keep("section", self.section_of(what.get("lesson"), what.get("section")))
        elif what.get("do") == "say":
            await self.keep("sentence", sentence_of(what.get("sentence")))
        elif what.get("do") == "end":
            done = {"files": [str(path) for path in await asyncio.to_thread(self.end)]}
        else:
            raise ValueError("do must be open, say or end")
        self.dirty.set()
        return done

    async def keep(self, name: str, what: dict[str, Any]) -> None:
        """Say something from now on, also after a restart."""
        await asyncio.to_thread(self.store.say, name, json.dumps(what))
        self.words[name] = what

    def section_of(self, lesson: Any, number: Any) -> dict[str, Any]:
        """The section at which the room goes on, with the line that the learners' next check shows."""
        plan = self.catalogue.plans.get(lesson) if type(lesson) is int else None
        section = next((one for one in plan.sections if one.number == number), None) if plan else None
        if plan is None or section is None:
            raise ValueError("there is no such section")
        first = next((task.number for task in plan.tasks if task.section == section.number), "")
        where = f", exercise {first}" if first else ""
        line = f"We go on at section {section.number} · {section.title}{where} (lesson {lesson:02d})."
        return {"lesson": lesson, "number": section.number, "line": line}

    def end(self) -> list[Path]:
        """End the room: the numbers are kept as a page and a table, and the file with the sessions is deleted."""
        self.ended = True  # from here on nothing is taken in
        self.files = write_record(self.store.path.parent, self.standing, time.time())
        self.store.remove()
        return self.files

    # -- what there is to see ---------------------------------------------------------------------------------------

    async def draw_all(self) -> None:
        """Draw the picture anew after each change, once a second at most: the task that does so."""
        while True:
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self.dirty.wait(), LOOKS)
            self.dirty.clear()
            await self.draw()
            await asyncio.sleep(1)

    async def draw(self) -> None:
        """Draw the picture, and wake those who look at it if it has changed."""
        picture = json.dumps(self.seen(time.time()), ensure_ascii=False)
        missing = [pair for pair in self.shown_mistakes() if pair not in self.notes]
        if missing:
            asyncio.create_task(self.prepare(missing))  # noqa: RUF006  what it makes is drawn the next time
        if picture != self.picture:
            async with self.changed:
                self.picture = picture
                self.changed.notify_all()

    async def prepare(self, mistakes: list[tuple[str, str]]) -> None:
        """Find the questions that show these mistakes."""
        for key, name in mistakes:
            self.notes.setdefault((key, name), None)
        for key, name in mistakes:
            self.notes[key, name] = await asyncio.to_thread(note, key, name)
        self.dirty.set()

    def shown_mistakes(self) -> list[tuple[str, str]]:
        """The mistakes that stand on the page."""
        return [
            (one.task.key, one.name)
            for lesson in self.lessons()
            for one in named(self.standing.mistakes(lesson, time.time()))
        ]

    def lessons(self) -> list[int]:
        """The lessons that are shown."""
        return sorted({*self.shown, *self.standing.lessons()})

    def seen(self, now: float) -> dict[str, Any]:
        """All that the page shows, as plain data."""
        sentence = self.words["sentence"]
        return {
            "ended": self.ended,
            "present": self.standing.present(now),
            "joined": len(self.standing.sitters),
            "section": self.words["section"],
            "sentence": sentence["text"] if sentence else "",
            "lessons": [self.lesson_seen(number, now) for number in self.lessons()],
            "plan": [asdict(step) for step in self.steps],
        }

    def lesson_seen(self, number: int, now: float) -> dict[str, Any]:
        """One lesson."""
        plan = self.catalogue.plans[number]
        mistakes = self.standing.mistakes(number, now)
        return {
            "number": number,
            "title": plan.lesson.title,
            "sections": [{"number": one.number, "title": one.title} for one in plan.sections],
            "tiles": [
                {
                    "number": tile.task.number,
                    "name": tile.task.name,
                    "section": tile.task.section,
                    "at": tile.at_it,
                    "stuck": tile.stuck,
                    "through": tile.through,
                    "tried": tile.tried,
                }
                for tile in self.standing.tiles(number, now)
            ],
            "mistakes": [self.mistake_seen(one) for one in named(mistakes)],
            "unnamed": [self.mistake_seen(one) for one in mistakes if one.name == UNNAMED],
        }

    def mistake_seen(self, one: Mistake) -> dict[str, Any]:
        """One mistake, with the sentence that its authors read and the question that shows it."""
        found = self.notes.get((one.task.key, one.name))
        return {
            "number": one.task.number,
            "task": one.task.name,
            "name": one.name,
            "hint": one.task.hints.get(one.name, ""),
            "now": one.now,
            "ever": one.ever,
            "note": asdict(found) if found else None,
        }


def sentence_of(sentence: Any) -> dict[str, Any]:
    """A sentence to the room as one line of printable text, and when it was sent; an empty one takes the last back."""
    if type(sentence) is not str or len(sentence) > MOST_SENTENCE:
        raise ValueError(f"a sentence has at most {MOST_SENTENCE} characters")
    text = "".join(letter if letter.isprintable() else " " for letter in sentence).strip()
    return {"text": text, "at": time.time()}


def same(given: str, right: str) -> bool:
    """Whether two texts are the same, in a time that does not tell how far."""
    return secrets.compare_digest(given.encode(errors="replace"), right.encode())


def named(mistakes: list[Mistake]) -> list[Mistake]:
    """Those with a name, as many as the page shows."""
    return [one for one in mistakes if one.name != UNNAMED][:MOST_MISTAKES]


def session_in(body: bytes) -> str:
    """The session that a body claims to come from, "" where it claims none; nothing else of it is believed yet."""
    with contextlib.suppress(ValueError, RecursionError):
        said = json.loads(body)
        if type(said) is dict and type(said.get("session")) is str:
            return said["session"]
    return ""
