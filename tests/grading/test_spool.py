"""The spool holds whole entries or none, and nothing in it is trusted."""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from helpers.grading import spool
from helpers.grading.mark import verdicts
from helpers.grading.secret import question_seed
from helpers.grading.spool import Entry

ROOT = Path(__file__).parents[2]
ENTRY = Entry("00_start_here", "ada", 5, "s", "r", "c", answers={"gc_content": [{"value": 0.5}]}, said={"a": "b"})


def test_what_is_written_is_read(tmp_path) -> None:
    spool.write(tmp_path, ENTRY)
    assert spool.read(tmp_path, "00_start_here", "ada") == ENTRY
    assert list(spool.entries(tmp_path, "00_start_here")) == [ENTRY]
    assert [path.name for path in (tmp_path / "spool" / "00_start_here").iterdir()] == ["ada.json"]


def test_only_its_owner_can_look_into_it(tmp_path) -> None:
    spool.write(tmp_path, ENTRY)
    assert (tmp_path / "spool").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "../ada", "a\0b"])
def test_a_name_cannot_lead_out_of_it(tmp_path, name) -> None:
    with pytest.raises(ValueError, match="no name of a student"):
        spool.place(tmp_path, "00_start_here", name)


@pytest.mark.parametrize("name", ["..dots", "ä ö", "a.b", "x" * 100, "名前", "$(touch evil)", "[x]", "a.json"])
def test_a_strange_name_is_only_a_name(tmp_path, name) -> None:
    entry = dataclasses.replace(ENTRY, student=name)
    spool.write(tmp_path, entry)
    assert spool.read(tmp_path, "00_start_here", name) == entry
    assert list(spool.entries(tmp_path, "00_start_here")) == [entry]


def without(key: str) -> dict:
    return {name: value for name, value in dataclasses.asdict(ENTRY).items() if name != key}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"null",
        b"[]",
        b"\xff\xfe",
        b"[" * 100_000,
        json.dumps(dataclasses.asdict(ENTRY)).encode()[:-20],
        json.dumps(without("seed")).encode(),
        json.dumps({**dataclasses.asdict(ENTRY), "version": spool.VERSION + 1}).encode(),
        json.dumps({**dataclasses.asdict(ENTRY), "status": "full marks"}).encode(),
        json.dumps({**dataclasses.asdict(ENTRY), "answers": [1]}).encode(),
        json.dumps({**dataclasses.asdict(ENTRY), "student": "eve"}).encode(),
    ],
)
def test_a_damaged_or_foreign_entry_is_none(tmp_path, content) -> None:
    spool.write(tmp_path, ENTRY)
    spool.place(tmp_path, "00_start_here", "ada").write_bytes(content)
    assert spool.read(tmp_path, "00_start_here", "ada") is None
    assert list(spool.entries(tmp_path, "00_start_here")) == []


@pytest.mark.parametrize("field", ["submission", "release", "course", "seed"])
def test_an_entry_for_something_else_has_another_key(field) -> None:
    other = dataclasses.replace(ENTRY, **{field: 6 if field == "seed" else "x"})
    assert other.key != ENTRY.key


def test_a_verdict_in_an_entry_is_not_believed(tmp_path) -> None:
    forged = {"status": "right", "points": 9, "passed": True, "answers": [{"value": 1}]}
    entry = dataclasses.replace(ENTRY, answers={"gc_content": forged, "verdict": "right"})
    spool.write(tmp_path, entry)
    read = spool.read(tmp_path, "00_start_here", "ada")
    assert read is not None
    assert verdicts(read)["gc_content"].points == 0


def test_each_exercise_has_questions_of_its_own() -> None:
    seeds = {question_seed(seed, name) for seed in range(50) for name in ("one_hot", "decode")}
    assert len(seeds) == 100
    assert all(0 <= seed < 2**56 for seed in seeds)


def test_a_writer_killed_at_any_moment_leaves_a_whole_entry(tmp_path) -> None:
    spool.write(tmp_path, ENTRY)
    code = (
        "import dataclasses, sys\nfrom pathlib import Path\nfrom helpers.grading import spool\n"
        "entry = spool.read(Path(sys.argv[1]), '00_start_here', 'ada')\nprint('go', flush=True)\n"
        "n = 0\nwhile True:\n    n += 1\n"
        "    spool.write(Path(sys.argv[1]), dataclasses.replace(entry, why=str(n), said={'x': 'y' * 300_000}))\n"
    )
    for _ in range(5):
        child = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, cwd=ROOT)
        assert child.stdout is not None
        assert child.stdout.readline() == b"go\n"
        child.stdout.close()
        while spool.read(tmp_path, "00_start_here", "ada") == ENTRY:
            pass
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
        found = spool.read(tmp_path, "00_start_here", "ada")
        assert found is not None
        assert found.answers == ENTRY.answers
        spool.write(tmp_path, ENTRY)
