"""What a room has accepted, in one SQLite file: written before it is answered, so that a restart loses nothing."""

from __future__ import annotations

import contextlib
import os
import secrets
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import astuple
from pathlib import Path
from typing import Any

from helpers.room.event import Event

FILE = "room.sqlite"
LETTERS = "BCDFGHJKLMNPQRSTVWXZ"  # no vowels, so no words; none that is taken for a digit or another
CODE_LENGTH = 5  # 3.2 million codes
SCHEMA = """
CREATE TABLE IF NOT EXISTS room (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS event (
    session TEXT NOT NULL, exercise TEXT NOT NULL, status TEXT NOT NULL, misconception TEXT NOT NULL,
    tries INTEGER NOT NULL, first REAL NOT NULL, last REAL NOT NULL,
    PRIMARY KEY (session, exercise, status, misconception, tries)
) WITHOUT ROWID;
"""
PUT = """
INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (session, exercise, status, misconception, tries) DO UPDATE SET last = excluded.last
"""


class Store:
    """One room on disk.

    The file is its owner's alone (mode 0600). It holds what learners sent and when, under the random numbers of their
    sessions, and the room's code and key; no address, no name.
    """

    def __init__(self, folder: Path) -> None:
        """Open the room in this folder, or begin one there.

        Raises
        ------
        OSError
            If the folder cannot be written, or another server has the room open.
        """
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / FILE
        os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
        self.lock = threading.Lock()  # events are written from a thread, what the instructor does from another
        self.base = sqlite3.connect(self.path, timeout=0, isolation_level=None, check_same_thread=False)
        self.base.execute("PRAGMA locking_mode = EXCLUSIVE")  # one server a room: two would count apart
        try:
            self.base.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            self.base.close()
            way_out = "end it at its desk, or stop it first"
            raise OSError(f"another `course room` has the room in {folder} open: {way_out}") from None
        self.base.execute("PRAGMA synchronous = FULL")  # also what a power cut interrupts
        self.base.executescript(SCHEMA)
        self.code = self.said("code") or self.say("code", "".join(secrets.choice(LETTERS) for _ in range(CODE_LENGTH)))
        self.began = float(self.said("began") or self.say("began", str(time.time())))
        self.key = self.said("key") or self.say("key", secrets.token_urlsafe(16))

    def said(self, name: str) -> str:
        """What was last written under a name; "" if nothing was."""
        with self.lock:
            row = self.base.execute("SELECT value FROM room WHERE name = ?", (name,)).fetchone()
        return row[0] if row else ""

    def say(self, name: str, value: str) -> str:
        """Write a value under a name, and give it back."""
        with self.lock:
            self.base.execute("INSERT OR REPLACE INTO room VALUES (?, ?)", (name, value))
        return value

    def put(self, events: Iterable[tuple[Event, float]]) -> None:
        """Write events, each with the time at which it came, as one step; one told again keeps both its times."""
        with self.lock, self.transaction():
            self.base.executemany(PUT, [(*astuple(event), at, at) for event, at in events])

    def forget(self, session: str) -> None:
        """Delete all that a session told."""
        with self.lock:
            self.base.execute("DELETE FROM event WHERE session = ?", (session,))

    def events(self) -> list[tuple[Event, float]]:
        """Everything, in the order in which it came."""
        with self.lock:
            rows: list[Any] = self.base.execute("SELECT * FROM event").fetchall()
        times = [(Event(*row[:5]), at) for row in rows for at in sorted({row[5], row[6]})]
        return sorted(times, key=lambda pair: pair[1])

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing."""
        self.base.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.base.execute("ROLLBACK")
            raise
        self.base.execute("COMMIT")

    def close(self) -> None:
        """Let go of the file."""
        with self.lock:
            self.base.close()

    def remove(self) -> None:
        """Delete the room: afterwards nobody's random number is left."""
        self.close()
        for suffix in ("", "-wal", "-shm"):
            self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)
