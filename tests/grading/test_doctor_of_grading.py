"""The doctor on machines that cannot grade, or not safely. The machines are made here: a PATH, a folder, a file."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpers.grading import doctor
from helpers.grading.handed_in.submissions import CONFIG
from helpers.grading.sandbox import kinds
from helpers.grading.secret import secret


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that is all of PATH, and no AppArmor."""
    programs = tmp_path / "bin"
    programs.mkdir()
    monkeypatch.setenv("PATH", str(programs))
    monkeypatch.setattr(doctor, "APPARMOR", tmp_path / "absent")
    kinds.trouble.cache_clear()
    yield programs
    kinds.trouble.cache_clear()


def program(folder: Path, name: str, script: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


def test_without_any_sandbox_that_stands_first_and_is_broken(bare, tmp_path) -> None:
    first, *others = doctor.examine(tmp_path)
    assert (first.thing, first.state) == ("sandbox", "broken")
    assert first.mend == "sudo apt-get install bubblewrap"
    assert {one.mend for one in others} >= {"sudo apt-get install podman", "sudo apt-get install docker.io"}


def test_one_kind_is_enough(bare, tmp_path) -> None:
    program(bare, "bwrap", "exit 0")
    found = {one.thing: one for one in doctor.examine(tmp_path)}
    assert "sandbox" not in found and found["bubblewrap"].state == "fine"


@pytest.mark.parametrize(("setting", "state"), [("CONTAINERS_CONF", "fine"), ("OTHER", "lacking")])
def test_a_container_is_tried_with_the_settings_that_grading_has(bare, monkeypatch, setting, state) -> None:
    program(bare, "podman", f'test -n "${setting}"')
    monkeypatch.setenv(setting, "x")
    assert doctor.sandbox("podman").state == state


@pytest.mark.parametrize(
    ("has_profile", "mend"), [(True, "sudo ln -s"), (False, "sudo apt-get install apparmor-profiles && sudo ln -s")]
)
def test_ubuntus_apparmor_default_is_recognised(bare, tmp_path, monkeypatch, has_profile, mend) -> None:
    program(bare, "bwrap", "echo 'bwrap: setting up uid map: Permission denied' >&2; exit 1")
    (tmp_path / "restricted").write_text("1\n")
    monkeypatch.setattr(doctor, "APPARMOR", tmp_path / "restricted")
    monkeypatch.setattr(doctor, "PROFILE", str(tmp_path / ("restricted" if has_profile else "nothing")))
    found = doctor.sandbox("bubblewrap")
    assert found.state == "lacking" and "Permission denied" in found.says and found.mend.startswith(mend)


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604])
def test_a_secret_that_others_can_read_is_broken(tmp_path, mode) -> None:
    (tmp_path / ".course-secret").write_text("0" * 64)
    (tmp_path / ".course-secret").chmod(mode)
    found = doctor.secret_file(tmp_path)
    assert found.state == "broken" and found.mend == f"chmod 600 {tmp_path / '.course-secret'}"
    (tmp_path / ".course-secret").chmod(0o600)
    assert doctor.secret_file(tmp_path).state == "fine"


def test_a_secret_of_nothing_is_no_secret(tmp_path) -> None:
    (tmp_path / ".course-secret").touch(mode=0o600)
    assert "too short" in doctor.secret_file(tmp_path).says


@pytest.mark.parametrize(("size", "enough"), [(16, False), (31, False), (32, True)])
def test_doctor_and_grader_ask_for_the_same_secret(tmp_path, size, enough) -> None:
    (tmp_path / ".course-secret").touch(mode=0o600)
    (tmp_path / ".course-secret").write_bytes(b"x" * size)
    assert (doctor.secret_file(tmp_path).state == "fine") == enough
    with contextlib.nullcontext() if enough else pytest.raises(ValueError, match="holds no secret"):
        assert secret(tmp_path)


def test_a_gradebook_that_is_damaged_is_found_and_a_whole_one_is_fine(tmp_path) -> None:
    path = tmp_path / "gradebook.db"
    with sqlite3.connect(path) as book:
        book.executescript("create table t (a); insert into t values (1)")
    assert doctor.gradebook(tmp_path).state == "fine"
    path.write_bytes(path.read_bytes()[:4096] + b"\xff" * 4096)
    assert doctor.finding_of(lambda: doctor.gradebook(tmp_path)).state != "fine"


def test_a_folder_that_is_no_course_is_told_what_to_do(tmp_path) -> None:
    assert "--course" in doctor.course(tmp_path).mend
    (tmp_path / CONFIG).touch()
    (tmp_path / "submitted" / "ada").mkdir(parents=True)
    assert doctor.course(tmp_path).says.endswith("1 students in submitted/")


def test_alembic_and_dask_are_looked_for(bare, monkeypatch, tmp_path) -> None:
    monkeypatch.setattr("sys.executable", str(tmp_path / "python"))
    assert "alembic" in doctor.nbgrader().says
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert doctor.dask().state == "lacking" and "[grade]" in doctor.dask().mend
