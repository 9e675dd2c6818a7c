"""A place where a learner's code runs and cannot do harm.

Threat model, in ten lines.
 1. The submission is hostile: any code, any file. Its author knows this source and wants marks, secrets or damage.
 2. Inside, everything belongs to the attacker: helpers, the check, the shell, the pipe to us, its own seed.
 3. So nothing from inside is believed but answers, as plain data, judged outside against questions drawn outside.
 4. Knowing the seed tells the questions, not the answers: references, misconceptions and right letters are not there.
 5. One message an exercise, between our asking and its reply, with that window's token; a second one voids both.
 6. It reads: Python, the sealed course, its own files. No home, network, other process, secret, database or submission.
 7. It writes: two small file systems in memory, gone afterwards. The rest is read-only, without devices or set-uid.
 8. It spends: bounded memory, processes, file sizes, output and time; name spaces end with it, so nothing outlives it.
 9. Trusted: the kernel, bubblewrap (or podman, docker), this process. Kernel bugs are out of scope but for a filter.
10. What an exercise forbids is watched inside, and read in the source outside: a fence, and no wall.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import select
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from enum import Enum
from pathlib import Path

import psutil

from helpers.grading.sandbox import containers, kinds
from helpers.grading.sandbox.bubblewrap import WRITABLE
from helpers.grading.sandbox.limits import MIB, Limits
from helpers.grading.sandbox.sealed import Sealed

LOOK = 0.2  # seconds between two looks at what runs inside, and at the memory it uses
DYING = 5.0  # seconds that killed processes may take to be gone


class Broken(RuntimeError):
    """The sandbox itself failed, through no fault of the submission."""


class Interrupted(RuntimeError):
    """Somebody stopped grading; what was running has to be run again."""


class Cause(Enum):
    """Why the process inside is over, in the words that are told where there is no more to say."""

    LATE = "took too long"
    LOUD = "sent too much"
    MEMORY = "used too much memory"
    KILLED = "was killed"
    LEFT = "ended its process"
    CLOSED = "is over"


class Ended(RuntimeError):
    """The process inside ended, or was ended: why, and in a few words what is known of it."""

    def __init__(self, cause: Cause, detail: str = "") -> None:
        """Say the detail, or the cause where there is none."""
        super().__init__(detail or cause.value)
        self.cause = cause


class Sandbox:
    """One process inside, spoken to in lines."""

    def __init__(self, sealed: Sealed, limits: Limits, kind: str = "", stop: threading.Event | None = None) -> None:
        """Start it; when `stop` is set, it is ended.

        Raises
        ------
        NoSandbox
            If this kind (or, for "", any) does not work here.
        """
        self.kind = kind or kinds.best()
        self.limits = limits
        self.stop = stop or threading.Event()
        self.came = 0
        self.over: Ended | None = None
        self._buffer = bytearray()
        self._looked = 0.0
        self._seen: set[psutil.Process] = set()  # below our process, when we last looked
        self._folder = Path(tempfile.gettempdir()) / f"g-{secrets.token_hex(8)}"  # its name is the container's
        if self.kind == kinds.UNSAFE:
            self._folder.mkdir(mode=0o700)
        self._stderr = tempfile.TemporaryFile()  # noqa: SIM115  closed with the sandbox
        with contextlib.ExitStack() as handles:
            command, passed = kinds.command(self.kind, sealed, limits, self._folder, handles)
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._stderr,
                env=kinds.environment(self.kind, self._folder),
                cwd=self._folder if self.kind == kinds.UNSAFE else "/",
                pass_fds=passed,
                start_new_session=True,
            )
        assert self.process.stdout is not None
        os.set_blocking(self.process.stdout.fileno(), False)

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def say(self, line: bytes, until: float) -> None:
        """Send a line in.

        Raises
        ------
        Ended
            If nobody is there any more, or nobody has read it by `until` (of `time.monotonic`).
        """
        assert self.process.stdin is not None
        pipe = self.process.stdin.fileno()
        os.set_blocking(pipe, False)
        rest = memoryview(line + b"\n")
        while rest:
            try:
                rest = rest[os.write(pipe, rest) :]
            except BlockingIOError:
                if time.monotonic() > until:
                    raise self.end(Cause.LATE) from None
                select.select([], [pipe], [], LOOK)
            except OSError:
                raise self.ended() from None

    def hear(self, until: float) -> bytes:
        """The next line from inside.

        Raises
        ------
        Ended
            If none comes by `until` (of `time.monotonic`), if too much comes, or if the process is over.
        """
        while b"\n" not in self._buffer:
            self.watch(until)
            assert self.process.stdout is not None
            pipe = self.process.stdout.fileno()
            if not select.select([pipe], [], [], LOOK)[0]:
                continue
            chunk = os.read(pipe, MIB)
            if not chunk:
                raise self.ended()
            self.came += len(chunk)
            self._buffer += chunk
        line, _, rest = bytes(self._buffer).partition(b"\n")
        self._buffer = bytearray(rest)
        return line

    def watch(self, until: float) -> None:
        """End the sandbox if it is late, or has taken more than its share."""
        now = time.monotonic()
        if self.stop.is_set():
            self.end(Cause.CLOSED)
            raise Interrupted("grading was stopped")
        if now > until:
            self.end(Cause.LATE)
        elif self.came > self.limits.answers:
            self.end(Cause.LOUD, f"sent more than {self.limits.answers // MIB} MB")
        elif now - self._looked > LOOK:
            self._looked = now
            self._seen = below(self.process.pid)
            if sum(map(memory_of, (psutil.Process(self.process.pid), *self._seen))) > self.limits.memory:
                self.end(Cause.MEMORY, f"used more than {self.limits.memory / 1024 / MIB:g} GB of memory")
            elif any(files_made(one.pid) > self.limits.files for one in self._seen):
                self.end(Cause.MEMORY, f"made more than {self.limits.files} files")
        if self.over:
            raise self.over

    def ended(self) -> Ended:
        """Why there is nobody any more."""
        code = self.process.wait()
        return self.end(Cause.KILLED if code in (-9, 137) else Cause.LEFT)

    def complaint(self) -> str:
        """What the sandbox said on its way up, if it did not come up."""
        return os.pread(self._stderr.fileno(), 2000, 0).decode("utf-8", "replace").strip()

    def end(self, cause: Cause, detail: str = "") -> Ended:
        """End it and everything in it. The cause that is given first stays.

        bubblewrap's own process is gone before the first one of the name space, and that one ends after all in it.
        """
        self.over = self.over or Ended(cause, detail)
        seen = self._seen | below(self.process.pid)
        if self.kind in ("podman", "docker"):
            containers.remove(self.kind, self._folder)
        elif self.kind == kinds.UNSAFE:
            for process in seen:
                with contextlib.suppress(psutil.Error):
                    process.kill()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        until = time.monotonic() + DYING
        while any(map(is_alive, seen)) and time.monotonic() < until:
            time.sleep(LOOK / 40)
        return self.over

    def close(self) -> None:
        """End it, and remove what was made for it."""
        self.end(Cause.CLOSED)
        for pipe in (self.process.stdin, self.process.stdout, self._stderr):
            assert pipe is not None
            with contextlib.suppress(OSError):
                pipe.close()
        shutil.rmtree(self._folder, ignore_errors=True)


def files_made(pid: int) -> int:
    """How many files and folders there are in the file systems in memory that a process inside sees; 0 if none.

    An empty file takes a kilobyte of the kernel's memory, which no limit on memory counts.
    """
    made = 0
    with contextlib.suppress(OSError):
        for place in WRITABLE:
            # by way of /scratch, which is there only once the process has its own file systems
            there = os.statvfs(os.path.join("/proc", str(pid), "root", "scratch", "..", place.lstrip("/")))
            made += there.f_files - there.f_ffree
    return made


def below(pid: int) -> set[psutil.Process]:
    """The processes that a process has started, and theirs."""
    with contextlib.suppress(psutil.Error):
        return set(psutil.Process(pid).children(recursive=True))
    return set()


def is_alive(process: psutil.Process) -> bool:
    """Whether a process runs: one that is dead and not yet asked for does not."""
    with contextlib.suppress(psutil.Error):
        return process.status() != psutil.STATUS_ZOMBIE
    return False


def memory_of(process: psutil.Process) -> int:
    """Bytes of memory that a process holds, shared pages by its share where the kernel says it."""
    with contextlib.suppress(psutil.Error, OSError):
        return proportional(process.pid) or process.memory_info().rss
    return 0


def proportional(pid: int) -> int:
    """The proportional share of a process in bytes, 0 where the kernel does not say."""
    with contextlib.suppress(OSError), open(f"/proc/{pid}/smaps_rollup", "rb") as file:
        for line in file:
            if line.startswith(b"Pss:"):
                return int(line.split()[1]) * 1024
    return 0
