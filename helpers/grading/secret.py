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

NAME = ".course-secret"
FEWEST_BYTES = 32  # of what `secret` itself writes there are 64


def secret(root: Path) -> bytes:
    """The secret of this course folder; made on first use, whole or not at all, readable by its owner only (mode 0600).

    Raises
    ------
    ValueError
        If the file holds none: nothing is graded with a secret that anybody could guess.
    """
    path = root / NAME
    if not path.exists():
        handle, made = tempfile.mkstemp(dir=root, prefix=f"{NAME}-")
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_hex(32).encode())
        with contextlib.suppress(FileExistsError):  # somebody else was quicker: theirs counts
            os.link(made, path)
        os.unlink(made)
    found = path.read_bytes()
    if len(found) < FEWEST_BYTES:
        raise ValueError(f"{path} holds no secret; remove it and a new one is made, with new questions for everybody")
    return found


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
