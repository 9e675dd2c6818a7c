"""The learner's working copy of the lessons: handed out, brought up to date, and never overwritten once edited.

`hand_out` remembers in `.handed-out.json` what it put into the workspace. A notebook that still holds what was handed
out is replaced when the course has a newer one; one that was edited, or run, stays, and the new one goes beside it.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from helpers.files import write_whole

RECORD = ".handed-out.json"
LOCK_SECONDS = 60


@dataclass(frozen=True)
class HandOut:
    """What `hand_out` did; every path is relative to the workspace.

    Attributes
    ----------
    new, updated : list of str
        Files that were missing, and unedited files that were replaced by newer ones.
    beside : list of (str, str)
        Edited files that stayed, and where the newer version was put.
    warnings : list of str
        Sentences that the learner should read.
    """

    new: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    beside: list[tuple[str, str]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        """What happened, a sentence each; nothing where nothing happened."""
        said = list(self.warnings)
        if self.new:
            said.append(f"{count(self.new)} put into your workspace.")
        if self.updated:
            said.append(f"{count(self.updated)} you had not changed: now the newest version.")
        said += [
            f"You have worked in {mine}, so it stays as it is; the new version is in {new}."
            for mine, new in self.beside
        ]
        return said


def count(files: list[str]) -> str:
    """How many files, in words."""
    return "1 file" if len(files) == 1 else f"{len(files)} files"


def hand_out(workspace: Path, lessons: Path) -> HandOut:
    """Bring the workspace up to date with the released lessons.

    Parameters
    ----------
    workspace : Path
        The learner's folder; made if need be.
    lessons : Path
        The folder of the released lessons.

    Returns
    -------
    HandOut
        What was put where. The same call again does nothing.

    Raises
    ------
    OSError
        If the workspace cannot be written. Nothing in it is lost then.
    TimeoutError
        If another program has been handing out lessons there for a minute.
    """
    from filelock import FileLock, Timeout

    workspace.mkdir(parents=True, exist_ok=True)
    done = HandOut()
    try:
        with FileLock(workspace / ".handed-out.lock", timeout=LOCK_SECONDS):
            record = read_record(workspace / RECORD, done)
            before = json.dumps(record)
            for file in released_files(lessons):
                hand_out_one(lessons / file, workspace, file, record, done)
            if json.dumps(record) != before:
                write_whole(workspace / RECORD, json.dumps(record, indent=1, sort_keys=True).encode())
    except Timeout:
        raise TimeoutError(
            f"another program is handing out lessons in {workspace}; try again when it is done"
        ) from None
    return done


def released_files(lessons: Path) -> list[str]:
    """All files of the released lessons, relative and with forward slashes; hidden ones are left out."""
    files = (path.relative_to(lessons) for path in lessons.rglob("*") if path.is_file())
    return sorted(file.as_posix() for file in files if not any(part.startswith(".") for part in file.parts))


def hand_out_one(source: Path, workspace: Path, name: str, record: dict[str, Any], done: HandOut) -> None:
    """Bring one file up to date and change the record accordingly."""
    released = source.read_bytes()
    mine = workspace / name
    known = record.get(name, {})
    if not mine.exists():
        done.new.append(name)
    elif known.get("sha256") == digest(released):
        return  # the newest version was handed out before; whatever the learner made of it stays
    elif mine.read_bytes() == released:
        record[name] = entry(source)
        return
    elif content(mine) in (known.get("content"), content(source)):
        done.updated.append(name)
    else:
        beside = place_beside(workspace, name, record, source)
        write_whole(workspace / beside, released)
        record[name] = record[beside] = entry(source)
        done.beside.append((name, beside))
        return
    write_whole(mine, released)
    record[name] = entry(source)


def place_beside(workspace: Path, name: str, record: dict[str, Any], source: Path) -> str:
    """A name beside an edited file that is free, or taken by a new version that nobody has edited."""
    path = Path(name)
    number = 1
    while True:
        label = "new version" if number == 1 else f"new version {number}"
        beside = path.with_name(f"{path.stem} ({label}){path.suffix}").as_posix()
        there = workspace / beside
        if not there.exists() or content(there) in (record.get(beside, {}).get("content"), content(source)):
            return beside
        number += 1


def read_record(path: Path, done: HandOut) -> dict[str, Any]:
    """What was handed out so far. Where that cannot be read, every file that differs counts as the learner's own."""
    try:
        record = json.loads(path.read_bytes())
        if isinstance(record, dict) and all(isinstance(known, dict) for known in record.values()):
            return record
    except FileNotFoundError:
        return {}
    except ValueError:
        pass
    done.warnings.append(f"{path.name} could not be read and was begun anew; no notebook of yours was touched.")
    return {}


def entry(source: Path) -> dict[str, str]:
    """What to remember of a file that was handed out."""
    return {"sha256": digest(source.read_bytes()), "content": content(source)}


def content(path: Path) -> str:
    """The hash of what a learner puts into a file: a notebook's cells and outputs, but not its metadata.

    JupyterLab rewrites metadata as soon as a notebook is opened and saved; that alone is no edit.
    """
    data = path.read_bytes()
    if path.suffix == ".ipynb":
        with contextlib.suppress(ValueError, TypeError, KeyError, AttributeError, RecursionError):
            cells = json.loads(data)["cells"]
            data = json.dumps([of_cell(cell) for cell in cells], sort_keys=True).encode()
    return digest(data)


def of_cell(cell: dict[str, Any]) -> list[Any]:
    """The parts of a notebook's cell that a learner fills."""
    source = cell["source"]
    return [
        cell["cell_type"],
        source if isinstance(source, str) else "".join(source),
        cell.get("attachments") or {},
        cell.get("outputs") or [],
    ]


def digest(data: bytes) -> str:
    """SHA-256, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()
