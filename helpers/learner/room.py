"""A learner's side of a room: what a check found goes there from a thread of its own, or is dropped.

A check never waits for the network: it puts a line into a short queue and goes on. What is new in the room (the section
that is open, a sentence) comes back with the answers, and the next check shows it.
"""

from __future__ import annotations

import html
import http.client
import json
import re
import secrets
import threading
import time
import urllib.error
import urllib.request
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from helpers.lessons import key_of
from helpers.palette import HUES

if TYPE_CHECKING:
    from helpers.engine.exercise import Exercise
    from helpers.engine.verdict import Verdict

WAITING = 16  # checks that may wait to be sent; what comes on top is dropped
LOOKS_EVERY = 0.5  # seconds between two looks at what waits: a check that woke the thread would wait for it
TIMEOUT = 3.0  # seconds for one try to reach the room; there is no second
ASKS_EVERY = 30.0  # seconds between two questions whether there is anything new
SLEEPS_AFTER = 20 * 60.0  # seconds without a check, after which it is not asked
MOST_ANSWER = 4000  # bytes that are read of an answer
MOST_SENTENCE = 300
SENT = "exercise, status, name of the mistake, number of tries and a random number; no name, no code, no text"
ADDRESS = re.compile(r"(?P<base>/(?:[\w.~-]+/)*)(?P<code>[A-Za-z]{5})")
GONE = {404: "knows no such code", 410: "has ended"}


@dataclass
class Room:
    """A room that was joined."""

    address: str
    session: str = field(default_factory=lambda: secrets.token_hex(16))
    waiting: deque[dict[str, Any]] = field(default_factory=deque)
    news: dict[str, str] = field(default_factory=dict)  # what was read last of each kind: section, sentence, end
    told: dict[str, str] = field(default_factory=dict)  # what of it the learner was shown
    left: bool = False

    def tell(self, said: dict[str, Any]) -> None:
        """Let a line be sent soon, or drop it where too many wait."""
        if len(self.waiting) < WAITING:
            self.waiting.append({"session": self.session, **said})

    def run(self) -> None:
        """Send what waits, one after the other; ask what is new now and then."""
        heard = asked = time.monotonic()
        self.send({"session": self.session})
        while not self.left:
            time.sleep(LOOKS_EVERY)
            now = time.monotonic()
            while self.waiting and not self.left:
                heard = asked = now
                self.send(self.waiting.popleft())
            if now - asked > ASKS_EVERY and now - heard < SLEEPS_AFTER and not self.left:
                asked = now
                self.send({"session": self.session})

    def send(self, said: dict[str, Any], method: str = "POST") -> None:
        """Send one line, and keep what is new; what does not arrive is dropped."""
        request = urllib.request.Request(self.address, json.dumps(said).encode(), method=method)
        request.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:
                self.read(answer.read(MOST_ANSWER))
        except urllib.error.HTTPError as error:
            if error.code in GONE:
                self.news, self.left = {"end": f"The room {GONE[error.code]}: nothing more is sent."}, True
        except (OSError, http.client.HTTPException):
            pass

    def read(self, answer: bytes) -> None:
        """Keep what an answer says is new; one that is no room's says nothing."""
        try:
            said = json.loads(answer)
        except (ValueError, RecursionError):
            return
        if type(said) is dict:
            self.news = {kind: clean(said[kind]) for kind in ("section", "sentence") if type(said.get(kind)) is str}

    def fresh(self) -> list[str]:
        """What the learner was not shown yet."""
        news = {kind: text for kind, text in self.news.items() if text and self.told.get(kind) != text}
        self.told |= news
        return list(news.values())


_joined: Room | None = None


def join(address: str) -> str:
    """Join a room; whatever was joined before is left.

    Parameters
    ----------
    address : str
        As it stands on the room's page: `"https://room.example.org/KFXQD"`.

    Returns
    -------
    str
        A sentence that says what is sent, and how to leave.

    Raises
    ------
    ValueError
        If this is no address of a room. Whether there is one is not waited for: the next check tells.
    """
    global _joined
    parts = urlsplit(address.strip())
    path = ADDRESS.fullmatch(parts.path)
    if parts.scheme not in ("http", "https") or not parts.hostname or path is None:
        raise ValueError(f"room: {address!r} is no address of a room; it looks like https://room.example.org/KFXQD")
    whole = f"{parts.scheme}://{parts.netloc}{path['base']}{path['code'].upper()}"
    if _joined is None or _joined.left or _joined.address != whole:
        leave()
        _joined = Room(whole)
        listeners().append(hear)
        threading.Thread(target=_joined.run, name="room", daemon=True).start()
    return f"{parts.netloc}{path['base']}{path['code'].upper()} hears of each check: {SENT}. helpers.leave() ends that"


def leave() -> None:
    """Leave the room, if one was joined: nothing more is sent, and the room forgets what this session told it."""
    global _joined
    room, _joined = _joined, None
    if hear in listeners():
        listeners().remove(hear)
    if room is not None and not room.left:
        room.left = True
        threading.Thread(target=room.send, args=({"session": room.session}, "DELETE"), name="room", daemon=True).start()


def listeners() -> list[Any]:
    """Who hears of every check."""
    from helpers.learner import check

    return check.listeners


def hear(exercise: Exercise, verdict: Verdict, tries: int) -> None:
    """Tell the room of a check, and the learner what is new in the room."""
    room = _joined
    if room is None:
        return
    if exercise.points and not room.left:
        mistake = verdict.misconception or "" if verdict.status == "wrong" else ""
        room.tell({"exercise": key_of(exercise), "status": verdict.status, "misconception": mistake, "tries": tries})
    for sentence in room.fresh():
        show(sentence)


def show(sentence: str) -> None:
    """Put a sentence of the instructor's where the learner reads the check."""
    from helpers.engine import message

    style = f"border-left:4px solid {HUES['blue']};padding:.35em .9em"
    line = f'<div role="status" style="{style}">{html.escape(sentence)}</div>'
    message.tell({"text/plain": f"▸ {sentence}", "text/html": line})


def clean(sentence: str) -> str:
    """A sentence from elsewhere: one short line of printable characters."""
    return "".join(letter if letter.isprintable() else " " for letter in sentence[:MOST_SENTENCE]).strip()
