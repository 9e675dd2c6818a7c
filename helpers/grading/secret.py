"""The grader's secret, and the seed it gives each submission.

Learners see the questions of seed 0; marks come from questions drawn with a seed that only the grader can compute.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import secrets
import tempfile
from pathlib import Path

from helpers.grading import spool

NAME = ".course-secret"
FEWEST_BYTES = 32  # of what `secret` itself writes there are 64


def secret(root: Path) -> bytes:
    """The secret of this course folder, made on first use.

    Raises
    ------
    ValueError
        If the file holds none, for nothing is graded with a secret that anybody could guess; or if it is lost.
    """
    path = root / NAME
    if said := lost(root):
        raise ValueError(said)
    make(root)
    found = path.read_bytes()
    if len(found) < FEWEST_BYTES:
        raise ValueError(f"{path} holds no secret; remove it and a new one is made, with new questions for everybody")
    return found


def make(root: Path) -> None:
    """Make the secret unless there is one, whole or not at all, readable by its owner only (mode 0600)."""
    path = root / NAME
    if path.exists():
        return
    handle, made = tempfile.mkstemp(dir=root, prefix=f"{NAME}-")
    with os.fdopen(handle, "wb") as file:
        file.write(secrets.token_hex(32).encode())
    with contextlib.suppress(FileExistsError):  # somebody else was quicker: theirs counts
        os.link(made, path)
    os.unlink(made)


def lost(root: Path) -> str:
    """What it means that a course has results and no secret any more, in a sentence; "" where that is not so."""
    path = root / NAME
    if path.exists() or not any((root / spool.NAME).glob("*/*.json")):
        return ""
    return (
        f"{path} is gone, and every question that was graded came from it: put back your copy; without it "
        "the next `course grade` makes a new one, with new questions for everybody"
    )


def seed_of(key: bytes, assignment: str, student: str, digest: str) -> int:
    """The seed of one submission: the first 7 bytes of HMAC-SHA256(secret, assignment, student and what came in).

    Who hands in something else gets other questions: what was learnt of those before is worth nothing then.
    """
    message = f"{assignment}\0{student}\0{digest}".encode("utf-8", "surrogateescape")
    return int.from_bytes(hmac.new(key, message, hashlib.sha256).digest()[:7], "big")


def question_seed(seed: int, exercise: str) -> int:
    """The seed of one exercise's questions, from a submission's.

    It reaches the learner's process when its exercise is asked, and tells nothing of the next one's questions: nobody
    can work out, in one exercise, answers to another with what is forbidden there.
    """
    return int.from_bytes(hashlib.sha256(f"{seed}\0{exercise}".encode()).digest()[:7], "big")
