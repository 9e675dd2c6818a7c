"""Work done apart comes to its end or says truly why not: memory, time, a kill, a crash, or a fault of ours."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from attack_cases import ROOT

from helpers.grading import apart
from helpers.grading.apart import Failed, Killed, marked, planned, results
from helpers.grading.handed_in.reading import NoNotebook
from helpers.grading.run import MOST_PARTS, Talk
from helpers.grading.spool import Entry
from helpers.lessons import find

FOLDER = find(0).folder
RELEASE = (ROOT / "course" / FOLDER / f"{FOLDER}.ipynb").read_text("utf-8")


def counts(most: int) -> Iterator[int]:
    yield from range(most)


def takes_memory() -> Iterator[int]:
    yield len([bytearray(apart.MEMORY // 4) for _ in range(8)])


def takes_memory_in_torch() -> Iterator[int]:
    import torch

    yield torch.zeros(4 * apart.MEMORY, dtype=torch.uint8).shape[0]


def takes_time() -> Iterator[int]:
    while True:
        pass


def waits() -> Iterator[int]:
    signal.pause()
    yield 0


def is_killed() -> Iterator[int]:
    os.kill(os.getpid(), signal.SIGKILL)
    yield 0


def crashes() -> Iterator[int]:
    os.abort()
    yield 0


def leaves() -> Iterator[int]:
    os._exit(3)
    yield 0


def nests(depth: int = 0) -> Iterator[int]:
    yield from nests(depth + 1)


def errs() -> Iterator[dict[str, int]]:
    yield {}["a learner's own text"]


CAUSES = {
    takes_memory: "took too much memory",
    takes_memory_in_torch: "took too much memory",
    takes_time: "took longer than 1 s",
    waits: "took longer than 0.12 s",
    is_killed: "was killed, by the system or by a person",
    crashes: "crashed Python itself (SIGABRT)",
    leaves: "ended without a word (exit code 3), a fault of the course's",
    nests: "went deeper than Python can follow",
    errs: f"failed with KeyError (test_apart.py, line {errs.__code__.co_firstlineno + 1}), a fault of the course's",
}


@pytest.mark.parametrize(("work", "why"), CAUSES.items(), ids=[work.__name__ for work in CAUSES])
def test_each_cause_has_its_own_sentence(work, why, monkeypatch) -> None:
    monkeypatch.setattr(apart, "PATIENCE", 12 if work is waits else 120)  # the machine may be busy
    with pytest.raises(Failed) as failed:
        list(results(work, seconds={waits: 0.01, takes_time: 1}.get(work, 30)))
    assert str(failed.value) == why
    assert isinstance(failed.value, Killed) == (work is is_killed)


def test_what_comes_to_its_end_is_whole() -> None:
    assert list(results(counts, 3, seconds=1)) == [0, 1, 2]


def test_a_file_that_is_no_notebook_says_so() -> None:
    with pytest.raises(NoNotebook, match=r"^the file is cut or damaged"):
        planned(b"{", RELEASE)


def killed_once(entry: Entry, begin: int) -> Iterator[Any]:
    """What marking does, but for a kill at the first exercise, once."""
    place = Path(entry.why)
    for number, one in enumerate(apart.marks_in_data(entry, begin)):
        if number + begin == 1 and not place.exists():
            place.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        yield one


def test_a_kill_costs_no_mark(tmp_path, monkeypatch) -> None:
    entry = Entry(FOLDER, "ada", 1, "", "", "", why=str(tmp_path / "killed"), code={"gc_content": "x"})
    calm = marked(entry)
    monkeypatch.setattr(apart, "marks_in_data", killed_once)
    assert marked(entry) == calm
    assert (tmp_path / "killed").exists()
    assert not any(one.trouble for one in calm.values())


def fails_in_marking(entry: Entry, begin: int) -> Iterator[Any]:
    """Marking in which one exercise takes too much."""
    for number, one in enumerate(apart.marks_in_data(entry, begin)):
        if number + begin == 1:
            raise MemoryError
        yield one


def test_what_fails_in_marking_costs_one_exercise_and_is_said(monkeypatch) -> None:
    entry = Entry(FOLDER, "ada", 1, "", "", "", code={"gc_content": "x"})
    calm = marked(entry)
    monkeypatch.setattr(apart, "marks_in_data", fails_in_marking)
    found = marked(entry)
    changed = [name for name in calm if found[name] != calm[name]]
    assert len(changed) == 1
    assert found[changed[0]].trouble == "marking your answers took too much memory"
    assert found[changed[0]].points == 0


def test_a_reply_of_hundreds_of_thousands_of_lists_is_not_read() -> None:
    """Read, an empty list takes twenty times the bytes that it came in."""
    lines = iter([b'{"answers": [' + b"[]," * MOST_PARTS + b"[]]}"])
    sandbox: Any = SimpleNamespace(say=lambda *_: None, hear=lambda _: next(lines))
    job: Any = None
    assert Talk(sandbox, job, 0.0).ask(1, do="ask") == {"said": "the answers hold too many lists"}
