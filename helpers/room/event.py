"""What a learner's kernel may tell a room, and how it is read: anything else is refused, in a sentence."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from helpers.room.catalogue import Catalogue

MOST_BYTES = 500
MOST_TRIES = 999
SESSION = re.compile(r"[0-9a-f]{32}")
STATUSES = ("right", "wrong", "empty", "forbidden", "unreadable")
SHORT, WHOLE = {"session"}, {"session", "exercise", "status", "misconception", "tries"}


class Refused(ValueError):
    """A body that says something else than a room is told."""


@dataclass(frozen=True)
class Event:
    """One check.

    Attributes
    ----------
    session : str
        A random number of 128 bits that a kernel drew when it joined, in hexadecimal digits.
    exercise : str
        Its key, as in `"02/one_hot"`.
    status : str
        As in `Verdict`.
    misconception : str
        "" where the mistake has no name.
    tries : int
        Wrong tries so far.
    """

    session: str
    exercise: str
    status: str
    misconception: str
    tries: int


def read_event(body: bytes, catalogue: Catalogue) -> tuple[str, Event | None]:
    """The session that speaks, and the check that it tells of; None where it only asks what is new.

    Parameters
    ----------
    body : bytes
        JSON: an object with `session` alone, or with everything that `Event` holds.
    catalogue : Catalogue
        What exists: an exercise or a mistake that is not in it is refused.

    Raises
    ------
    Refused
        If it is anything else; the message quotes nothing of it.
    """
    if len(body) > MOST_BYTES:
        raise Refused(f"the body has {len(body)} bytes, and {MOST_BYTES} are the most")
    try:
        said: Any = json.loads(body)
    except (ValueError, RecursionError):
        raise Refused("the body is not JSON") from None
    if type(said) is not dict or set(said) not in (SHORT, WHOLE):
        raise Refused(f"the body must be an object with {', '.join(sorted(WHOLE))}, or with session alone")
    session = said["session"]
    if type(session) is not str or not SESSION.fullmatch(session):
        raise Refused("session must be 32 hexadecimal digits")
    if set(said) == SHORT:
        return session, None
    exercise, status, misconception, tries = (said[k] for k in ("exercise", "status", "misconception", "tries"))
    if type(exercise) is not str or exercise not in catalogue.tasks:
        raise Refused("there is no such exercise")
    if type(status) is not str or status not in STATUSES:
        raise Refused(f"status must be one of {', '.join(STATUSES)}")
    if type(misconception) is not str or misconception not in {"", *catalogue.tasks[exercise].hints}:
        raise Refused("the exercise knows no such mistake")
    if misconception and status != "wrong":
        raise Refused("only a wrong answer shows a mistake")
    if type(tries) is not int or not 0 <= tries <= MOST_TRIES:
        raise Refused(f"tries must be a whole number from 0 to {MOST_TRIES}")
    return session, Event(session, exercise, status, misconception, tries)
