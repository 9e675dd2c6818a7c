"""How long a lesson takes, by a rule, and the sentences of the lesson that say so.

Reading goes at 200 words a minute, and at 20 lines where a cell says that its code is to be read. What an exercise's
heading says in `solutions/` is what it takes its author; a beginner takes half as long again. To these come a minute
for a guess, half of one for a picture that the text explains, two for a widget that it says what to do with, and the
cells whose first line says that one waits for them. An author writes `{time}` and `{pause}`; a release has the
sentences in their place, and the beginner's minutes in the headings.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

WORDS_A_MINUTE = 200
LINES_A_MINUTE = 20  # of code to read
GUESS = re.compile(r"^(?:\w+ = )?Predict\(", re.MULTILINE)
MINUTES = {"*What to see": 0.5, "*What to do": 2.0}  # with the picture above it, with the widget
BEGINNERS_SHARE = 1.5  # a beginner's minutes with an exercise, in units of its author's
LONGEST = 75  # minutes of a sitting
TIME, PAUSE, ASIDE = "{time}", "{pause}", "Aside: "
SECTION = re.compile(r"### (?:(\d+) · )?(.+)")
EXERCISE = re.compile(
    r"(#### Exercise (\d+\.\d+) · `\w+`.*?about )(\d+) minutes?( · [\d.]+ points? · aside$)?", re.MULTILINE
)
WAIT = re.compile(r"# (?:run|read) · about (\d+) (s|min)\b")
UNREAD = re.compile(
    r"<details>.*?</details>|<!--.*?-->|(?<=\])\([^)\s]*(?: \"[^\"]*\")?\)", re.DOTALL
)  # folds, remarks, addresses


@dataclass(frozen=True)
class Section:
    """A section of a lesson: its number (0 where it has none), its title, the minutes it takes, and its exercises.

    `sitting` counts the pauses before its end, from 0; an aside, which may be left out, belongs to none. An exercise
    that is an aside stands as a section of its own, without a number.
    """

    number: int
    title: str
    minutes: float
    sitting: int
    exercises: tuple[str, ...] = ()

    @property
    def aside(self) -> bool:
        """Whether the lesson goes on without it."""
        return self.title.startswith(ASIDE)


def sections(cells: Sequence[Any], *, released: bool = False) -> list[Section]:
    """The sections of a lesson, the part before the first one included.

    Parameters
    ----------
    cells : sequence of cells
        Each has `cell_type` and `source`, as nbformat's have.
    released : bool
        The headings are a release's: what they say is a beginner's minutes.
    """
    share = 1.0 if released else BEGINNERS_SHARE
    exercises: tuple[str, ...] = ()
    found, number, title, minutes, sitting = [], 0, "", 0.0, 0
    for kind, text in pieces(cells):
        if begun := SECTION.fullmatch(text):
            found.append(Section(number, title, minutes, sitting, exercises))
            number, title, minutes, exercises = int(begun[1] or 0), begun[2], 0.0, ()
        elif kind == "pause":
            found.append(Section(number, title, minutes, sitting, exercises))
            minutes, sitting, exercises = 0.0, sitting + 1, ()
        elif kind == "code":
            minutes += of_code(text)
        elif asked := EXERCISE.match(text):
            needed = round_up(share * int(asked[3]))
            if asked[4]:
                found.append(Section(0, f"{ASIDE}{asked[2]}", needed, sitting))
            else:
                minutes, exercises = minutes + needed, (*exercises, asked[2])
        else:
            minutes += len(text.split()) / WORDS_A_MINUTE
            minutes += sum(more for begins, more in MINUTES.items() if text.startswith(begins))
    return [*found, Section(number, title, minutes, sitting, exercises)]


def of_code(source: str) -> float:
    """Minutes of a cell that is not the learner's: to read it, to guess, and to wait."""
    lines = [line for line in source.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    waited = WAIT.match(source)
    wait = int(waited[1]) / (60 if waited[2] == "s" else 1) if waited else 0.0
    return wait + source.startswith("# read") * len(lines) / LINES_A_MINUTE + bool(GUESS.search(source))


def pieces(cells: Sequence[Any]) -> Iterator[tuple[str, str]]:
    """Kind and text of what takes time, in order: a line of text, a pause, or a code cell."""
    for cell in cells:
        if cell["cell_type"] == "code":
            yield "code", cell["source"]
        elif cell["cell_type"] == "markdown":
            for line in UNREAD.sub(" ", cell["source"]).splitlines():
                yield ("pause" if line == PAUSE else "text"), line.strip()


def sittings(cells: Sequence[Any]) -> list[float]:
    """The minutes between one pause and the next, asides left out."""
    parts = [section for section in sections(cells) if not section.aside]
    last = max(section.sitting for section in parts)
    return [sum(part.minutes for part in parts if part.sitting == sitting) for sitting in range(last + 1)]


def in_words(cells: Sequence[Any]) -> str:
    """How long the lesson takes and where it pauses, as the sentence after **Time**."""
    each, parts = sittings(cells), sections(cells)
    asides = [part for part in parts if part.aside and part.number]
    exercises = [part for part in parts if part.aside and not part.number]
    said = f"about {spoken(sum(five(minutes) for minutes in each))}, mistakes and second tries included"
    if len(each) > 1:
        count, lengths = ("two", "three", "four")[len(each) - 2], listed([str(five(minutes)) for minutes in each])
        pause = "a pause" if len(each) == 2 else "pauses"
        said += f": {count} sittings of {lengths} minutes, with {pause} {listed(pauses(cells))}"
    if asides:
        numbers = [*dict.fromkeys(str(part.number) for part in asides)]
        which = f"Sections {listed(numbers)} are asides" if numbers[1:] else f"Section {numbers[0]} is an aside"
        minutes = five(sum(part.minutes for part in asides))
        inside = [number for part in asides for number in part.exercises]
        told = f", {'exercises' if inside[1:] else 'exercise'} {listed(inside)} included" if inside else ""
        said += f". {which}, folded: {minutes} minutes more{told}, and nothing else needs it"
    if exercises:
        numbers = [part.title.removeprefix(ASIDE) for part in exercises]
        minutes = five(sum(part.minutes for part in exercises))
        which = f"Exercises {listed(numbers)} are asides" if numbers[1:] else f"Exercise {numbers[0]} is an aside"
        said += f". {which}, too" if asides else f". {which}"
        said += f": {minutes} minutes more, and the reference steps in"
    return said + "."


def pauses(cells: Sequence[Any]) -> list[str]:
    """Where the lesson pauses: "in section 4", "after section 8"."""
    return [
        f"{'in' if after.minutes else 'after'} section {part.number}"
        for part, after in itertools.pairwise(sections(cells))
        if after.sitting > part.sitting
    ]


def told(cells: Sequence[Any]) -> list[str]:
    """The source of each cell as a release has it, with times and pauses in words."""
    time, each = in_words(cells), sittings(cells)
    numbers = iter(range(1, len(each)))

    def pause(_: re.Match[str]) -> str:
        done = next(numbers)
        return (
            f"> **A place to pause.** Sitting {done} of {len(each)} ends here; the next one takes about "
            f"{five(each[done])} minutes. Save the notebook. When you come back, click the cell below this one, and "
            "choose *Run → Run All Above Selected Cell*."
        )

    def beginners(found: re.Match[str]) -> str:
        minutes = round_up(BEGINNERS_SHARE * int(found[3]))
        return f"{found[1]}{minutes} minutes{found[4] or ''}"

    texts = []
    for cell in cells:
        text = cell["source"]
        if cell["cell_type"] == "markdown":
            text = re.sub(rf"^{PAUSE}$", pause, text.replace(TIME, time), flags=re.MULTILINE)
            text = EXERCISE.sub(beginners, text)
        texts.append(text)
    return texts


def round_up(minutes: float) -> int:
    """Minutes of an exercise: whole ones."""
    return math.ceil(minutes)


def five(minutes: float) -> int:
    """Minutes of a sitting, to the next five."""
    return 5 * math.ceil(minutes / 5)


def spoken(minutes: float) -> str:
    """As in "10 minutes" or "2 hours 10 minutes"."""
    hours, rest = divmod(five(minutes), 60)
    parts = [f"{hours} {'hour' if hours == 1 else 'hours'}"] * bool(hours) + [f"{rest} minutes"] * bool(rest)
    return " ".join(parts)


def listed(words: list[str]) -> str:
    """As in "a, b and c"."""
    return " and ".join([", ".join(words[:-1]), words[-1]]) if words[1:] else words[0]
