"""Where the room stands: each session's last word on each exercise, counted."""

from __future__ import annotations

import statistics
from collections import Counter
from dataclasses import dataclass, field

from helpers.room.catalogue import Catalogue, Task, lesson_number
from helpers.room.event import Event

PRESENT = 20 * 60.0  # seconds after which a session that says nothing is no longer counted at an exercise
NOW = 15 * 60.0  # seconds for which a mistake counts as being made now
STUCK_TRIES = 3
STUCK_TIME = 1.5  # in units of the minutes that the exercise's heading gives
LEAST_STUCK_MINUTES = 6.0
UNNAMED = ""


@dataclass
class Mark:
    """A session's last word on an exercise, and all the mistakes it made on the way."""

    status: str
    misconception: str
    tries: int
    first: float  # when it was first tried
    at: float
    mistakes: set[str] = field(default_factory=set)
    through: float | None = None  # when it was first right
    tries_before: int = 0  # wrong tries before it was


@dataclass
class Sitter:
    """One session: its marks by exercise, the exercise it last tried, and when it was last heard of."""

    seen: float
    last: str = ""
    marks: dict[str, Mark] = field(default_factory=dict)
    told: int = 0  # checks so far


@dataclass(frozen=True)
class Tile:
    """One exercise: how many sessions are at it (the stuck ones among them), through it, and have tried it."""

    task: Task
    at_it: int
    stuck: int
    through: int
    tried: int


@dataclass(frozen=True)
class Mistake:
    """One way to be wrong: its name (`UNNAMED` if it has none), and how many sessions make it now, or ever did."""

    task: Task
    name: str
    now: int
    ever: int


class Standing:
    """The room in memory; the same events in the same order give the same standing."""

    def __init__(self, catalogue: Catalogue) -> None:
        """Begin with nobody."""
        self.catalogue = catalogue
        self.sitters: dict[str, Sitter] = {}

    def add(self, event: Event, at: float) -> None:
        """Take in one check that came at a time (seconds since 1970)."""
        sitter = self.sitters.setdefault(event.session, Sitter(at))
        sitter.seen, sitter.told = at, sitter.told + 1
        sitter.last = event.exercise
        mark = sitter.marks.setdefault(event.exercise, Mark(event.status, event.misconception, event.tries, at, at))
        mark.status, mark.misconception, mark.tries, mark.at = event.status, event.misconception, event.tries, at
        if event.status == "wrong":
            mark.mistakes.add(event.misconception)
        elif event.status == "right" and mark.through is None:
            mark.through, mark.tries_before = at, event.tries

    def hear(self, session: str, at: float) -> None:
        """A session that said nothing new is still there."""
        self.sitters.setdefault(session, Sitter(at)).seen = at

    def forget(self, session: str) -> None:
        """A session left."""
        self.sitters.pop(session, None)

    def present(self, now: float) -> int:
        """How many sessions were heard of lately."""
        return sum(now - sitter.seen <= PRESENT for sitter in self.sitters.values())

    def lessons(self) -> list[int]:
        """The lessons in which anything was tried."""
        return sorted({lesson_number(key) for sitter in self.sitters.values() for key in sitter.marks})

    def place(self, sitter: Sitter) -> str:
        """The exercise a session is at: the one it last tried, or the next one not yet right; "" if that is unknown."""
        key = sitter.last
        while key and sitter.marks.get(key) and sitter.marks[key].status == "right":
            key = self.catalogue.next_task(key)
        return key

    def is_stuck(self, sitter: Sitter, task: Task, now: float) -> bool:
        """Whether a session at an exercise has tried too often or too long."""
        mark = sitter.marks.get(task.key)
        if mark is None or mark.status == "right":
            return False
        patience = 60 * max(LEAST_STUCK_MINUTES, STUCK_TIME * task.minutes)
        return mark.tries >= STUCK_TRIES or now - mark.first > patience

    def tiles(self, lesson: int, now: float) -> list[Tile]:
        """A tile for each exercise of a lesson."""
        at_it: Counter[str] = Counter()
        stuck: Counter[str] = Counter()
        through: Counter[str] = Counter()
        tried: Counter[str] = Counter()
        tasks = self.catalogue.tasks
        for sitter in self.sitters.values():
            for key, mark in sitter.marks.items():
                through[key] += mark.through is not None
                tried[key] += 1
            place = self.place(sitter)
            if place and now - sitter.seen <= PRESENT:
                at_it[place] += 1
                stuck[place] += self.is_stuck(sitter, tasks[place], now)
        return [
            Tile(task, at_it[task.key], stuck[task.key], through[task.key], tried[task.key])
            for task in self.catalogue.plans[lesson].tasks
        ]

    def mistakes(self, lesson: int, now: float) -> list[Mistake]:
        """Every mistake made in a lesson, those that most sessions make now first."""
        making: Counter[tuple[str, str]] = Counter()
        ever: Counter[tuple[str, str]] = Counter()
        for sitter in self.sitters.values():
            for key, mark in sitter.marks.items():
                if lesson_number(key) != lesson:
                    continue
                ever.update((key, name) for name in mark.mistakes)
                if mark.status == "wrong" and now - mark.at <= NOW:
                    making[key, mark.misconception] += 1
        found = [
            Mistake(self.catalogue.tasks[key], name, making[key, name], count) for (key, name), count in ever.items()
        ]
        return sorted(found, key=lambda one: (-one.now, -one.ever, one.task.key, one.name))

    def effort(self, key: str) -> tuple[float, float]:
        """Medians over the sessions that got through an exercise: wrong tries before, and minutes since the first."""
        marks = [sitter.marks[key] for sitter in self.sitters.values() if key in sitter.marks]
        done = [(mark.tries_before, (mark.through - mark.first) / 60) for mark in marks if mark.through is not None]
        if not done:
            return 0.0, 0.0
        tries, minutes = zip(*done, strict=True)
        return float(statistics.median(tries)), statistics.median(minutes)


def rebuilt(catalogue: Catalogue, events: list[tuple[Event, float]]) -> Standing:
    """The standing that these events give; what this version of the course no longer knows is left out."""
    standing = Standing(catalogue)
    for event, at in events:
        if event.exercise in catalogue.tasks:
            standing.add(event, at)
    return standing
