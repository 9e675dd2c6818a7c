"""The grader's secret, and the seed it gives each submission.

Learners see the questions of seed 0; marks come from questions drawn with a seed that only the grader can compute.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path

NAME = ".course-secret"


def secret(root: Path) -> bytes:
    """The secret of this course folder; made on first use, readable by its owner only (mode 0600)."""
    path = root / NAME
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_bytes()
    with os.fdopen(handle, "wb") as file:
        made = secrets.token_hex(32).encode()
        file.write(made)
    return made


def seed_of(key: bytes, assignment: str, student: str) -> int:
    """The seed of one submission: the first 7 bytes of HMAC-SHA256(secret, assignment and student)."""
    message = f"{assignment}\0{student}".encode()
    return int.from_bytes(hmac.new(key, message, hashlib.sha256).digest()[:7], "big")


def question_seed(seed: int, exercise: str) -> int:
    """The seed of one exercise's questions, from a submission's.

    It reaches the learner's process when its exercise is asked, and tells nothing of the next one's questions: nobody
    can work out, in one exercise, answers to another with what is forbidden there.
    """
    return int.from_bytes(hashlib.sha256(f"{seed}\0{exercise}".encode()).digest()[:7], "big")
