"""A gradebook that grading makes is the one that nbgrader would make, and a later nbgrader can bring it up to date."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import sys
from pathlib import Path

from nbgrader.api import Gradebook

from helpers.grading.nbgrader.assignments import make_gradebook


def columns(base: Path) -> dict[str, list[tuple[object, ...]]]:
    """What each table has: names and types of its columns."""
    with contextlib.closing(sqlite3.connect(base)) as opened:
        names = [name for (name,) in opened.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: [row[1:3] for row in opened.execute(f"PRAGMA table_info({name})")] for name in names}


def version(base: Path) -> list[tuple[str]]:
    """By which later versions of nbgrader know what to change."""
    with contextlib.closing(sqlite3.connect(base)) as opened:
        return opened.execute("SELECT version_num FROM alembic_version").fetchall()


def test_it_has_nbgraders_tables_and_its_version(tmp_path, monkeypatch) -> None:
    ours, theirs = tmp_path / "ours.db", tmp_path / "theirs.db"
    make_gradebook(f"sqlite:///{ours}", "a course")
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:{os.environ['PATH']}")  # nbgrader calls alembic by name
    Gradebook(f"sqlite:///{theirs}", "a course").close()
    assert columns(ours) == columns(theirs)
    assert version(ours) == version(theirs)
    assert len(version(ours)) == 1
    with Gradebook(f"sqlite:///{ours}", "a course") as book:
        assert [course.id for course in book.db.query(type(book.check_course("a course")))] == ["a course"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ours.db", "theirs.db"]
