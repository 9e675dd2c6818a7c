"""Who is in the class: `roster.csv` in the course's folder, with the columns id, name and login.

    id,name,login
    4711,Ada Lovelace,ada01

A student's folder in `submitted/` may be called by any of the three, or as Canvas writes names (`lovelaceada`).
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

NAME = "roster.csv"
COLUMNS = ("id", "name", "login")


@dataclass(frozen=True)
class Person:
    """One line of the roster; what is not known is "" ."""

    id: str = ""
    name: str = ""
    login: str = ""

    @property
    def first_name(self) -> str:
        """All of the name but its last word; what stands behind the comma, where there is one."""
        _, comma, first = self.name.partition(",")
        return first.strip() if comma else self.name.rpartition(" ")[0]

    @property
    def last_name(self) -> str:
        """The last word of the name, or what stands before its comma."""
        last, comma, _ = self.name.partition(",")
        return last.strip() if comma else self.name.rpartition(" ")[2]


class Roster:
    """The people of a class, found by whatever their folder is called."""

    def __init__(self, people: list[Person]) -> None:
        """Prepare to find them; what two people share finds neither."""
        self.people = people
        found: dict[str, set[Person]] = defaultdict(set)
        for one in people:
            for word in (one.id, one.login, one.name, f"{one.last_name} {one.first_name}"):
                if plain(word):
                    found[plain(word)].add(one)
        self._found = {word: persons.pop() for word, persons in found.items() if len(persons) == 1}

    def person(self, student: str) -> Person | None:
        """Who has this folder; None where nobody does, or more than one might."""
        return self._found.get(plain(student))

    def name(self, student: str) -> str:
        """The name of who has this folder, and the folder where it is called otherwise."""
        person = self.person(student)
        return student if person is None or person.name in ("", student) else f"{person.name} ({student})"


def plain(word: str) -> str:
    """A name without case, blanks, marks and accents, so that ways of writing it meet."""
    letters = unicodedata.normalize("NFKD", word).casefold()
    return re.sub(r"[\W_]|[\u0300-\u036f]", "", letters)


def roster(root: Path) -> Roster:
    """The roster of a course; an empty one where there is none.

    Raises
    ------
    ValueError
        If the file lacks a column, or is no table.
    """
    path = root / NAME
    if not path.exists():
        return Roster([])
    with open(path, encoding="utf-8-sig", newline="") as file:
        sample = file.read(4096)
        file.seek(0)
        table = csv.DictReader(file, delimiter=";" if sample.count(";") > sample.count(",") else ",")
        columns = [str(one).strip().lower() for one in table.fieldnames or []]
        if not set(COLUMNS) & set(columns):
            there = ", ".join(columns) or "none"
            raise ValueError(f"{path} has the columns {there}; it needs id, name and login, or some of them")
        table.fieldnames = columns
        lines = [{key: str(line.get(key) or "").strip() for key in COLUMNS} for line in table]
    return Roster([Person(**line) for line in lines if any(line.values())])
