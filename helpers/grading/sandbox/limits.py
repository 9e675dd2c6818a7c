"""What a worker is handed: one submission and its seed, and nothing else that is secret."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cached_property

MIB = 1024**2


class NoSandbox(RuntimeError):
    """No sandbox can be had here; the message says why, and what mends it."""


@dataclass(frozen=True)
class Limits:
    """What one submission may use, and no more.

    Attributes
    ----------
    cell : float
        Seconds for a cell, and for all questions to one exercise.
    total : float
        Seconds for the whole submission, restarts included.
    memory : int
        Bytes, all its processes together.
    processes : int
        Processes and threads.
    file : int
        Bytes of one file; a quarter of `memory` for all files together.
    files : int
        Files and folders in all.
    answers : int
        Bytes that may come out.
    """

    cell: float = 60
    total: float = 900
    memory: int = 3 * 1024 * MIB
    processes: int = 64
    file: int = 64 * MIB
    answers: int = 16 * MIB
    files: int = 50_000


@dataclass(frozen=True)
class Job:
    """One submission to run. Plain data, so that it can be sent to another machine.

    Attributes
    ----------
    assignment, student : str
        The lesson's folder, and the folder in `submitted/`.
    seed : int
        For its questions.
    notebook : bytes or None
        The submitted file as it is; None where there is none that can be read.
    trouble : str
        Why there is none.
    files : dict of str to bytes
        What else was handed in, by relative path: it lies beside the notebook while it is run.
    release : str
        The released notebook as JSON.
    limits : Limits
    sandbox : {"", "bubblewrap", "podman", "docker", "none"}
        "" takes the first that works here; "none" is what `--unsafe` asks for.
    demos : bool
        Run every cell, also those that no answer needs.
    """

    assignment: str
    student: str
    seed: int
    notebook: bytes | None
    release: str
    limits: Limits = field(default_factory=Limits)
    sandbox: str = ""
    demos: bool = False
    trouble: str = ""
    files: dict[str, bytes] = field(default_factory=dict)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of everything that was handed in."""
        parts = [digest(self.notebook), self.trouble]
        return digest("\n".join([*parts, *(f"{name}:{digest(data)}" for name, data in sorted(self.files.items()))]))


def digest(data: bytes | str | None) -> str:
    """SHA-256 of a file's content, "" where there is no file."""
    if data is None:
        return ""
    return hashlib.sha256(data.encode("utf-8", "surrogateescape") if isinstance(data, str) else data).hexdigest()
