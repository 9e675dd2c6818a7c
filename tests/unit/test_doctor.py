"""The doctor on machines that lack something. The machines are made here: a PATH, a folder, a damaged file."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpers import datasets
from helpers.grading.doctor import any_sandbox
from helpers.grading.sandbox import kinds
from helpers.learner import doctor


def command(folder: Path, name: str, script: str) -> None:
    """A program of this name that does what the script says."""
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that is all of PATH."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for needed in ("sh", "sleep"):
        (programs / needed).symlink_to(str(shutil.which(needed)))
    monkeypatch.setenv("PATH", str(programs))
    kinds.trouble.cache_clear()
    for name in ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    yield programs
    kinds.trouble.cache_clear()


def test_the_machine_that_runs_the_tests_lacks_nothing_essential() -> None:
    findings = doctor.examine(any_sandbox)
    assert len(findings) == len(doctor.CHECKS) + 1
    assert [finding.thing for finding in findings if finding.state == "broken"] == []


def test_everything_that_is_not_fine_comes_with_a_command_or_what_to_do(bare: Path) -> None:
    for finding in doctor.examine(any_sandbox):
        assert finding.state in ("fine", "lacking", "broken")
        assert finding.state == "fine" or finding.mend or "close other programs" in finding.says


def test_whether_submissions_can_be_kept_apart_is_said(bare: Path) -> None:
    kinds.trouble.cache_clear()
    command(bare, "bwrap", "exit 0")
    assert any_sandbox() == doctor.Finding("Sandbox", "fine", "bubblewrap works")
    kinds.trouble.cache_clear()
    command(bare, "bwrap", "exit 1")
    found = any_sandbox()
    assert (found.state, found.mend) == ("lacking", "course grade doctor")


def test_a_machine_without_a_browser_is_told_how_to_go_on(bare: Path) -> None:
    found = doctor.browser()
    assert found.state == "lacking"
    assert "course lab --no-browser" in found.says


def test_chromium_is_found(bare: Path) -> None:
    command(bare, "chromium", "exit 0")
    assert doctor.browser() == doctor.Finding("Browser", "fine", "chromium")


def test_a_folder_that_cannot_hold_progress_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("COURSE_HOME", str(tmp_path / "file" / "home"))
    found = doctor.disk()
    assert found.state == "lacking"
    assert str(tmp_path / "file" / "home") in found.says
    assert "COURSE_HOME" in found.mend


def test_a_home_that_does_not_exist_yet_is_fine_and_not_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSE_HOME", str(tmp_path / "new" / "home"))
    assert doctor.disk().state != "broken"
    assert not (tmp_path / "new").exists()


def test_the_two_folders_are_told_apart_by_what_they_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path / "cache"))
    assert f"{tmp_path / 'home'}, which keeps your progress" in doctor.disk().says
    assert f"the cache is {tmp_path / 'cache'}" in doctor.real_data().says


def test_missing_real_data_is_not_essential_and_says_how_to_fetch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("COURSE_DATA", "/a/mirror")
    found = doctor.real_data()
    assert (found.state, found.mend) == ("lacking", "course data fetch")
    assert "human_tata" in found.says and "/a/mirror" in found.says


def test_damaged_shipped_data_is_broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(datasets.shipped(), tmp_path / "shipped")
    file = next((tmp_path / "shipped" / "jaspar").iterdir())
    file.write_bytes(file.read_bytes()[:-10])
    monkeypatch.setattr("helpers.datasets.loading.shipped", lambda: tmp_path / "shipped")
    found = doctor.shipped_data()
    assert found.state == "broken"
    assert "jaspar" in found.says


def test_a_check_that_fails_is_a_finding_and_no_traceback() -> None:
    def coffee() -> doctor.Finding:
        raise RuntimeError("no beans")

    assert doctor.finding_of(coffee) == doctor.Finding(
        "coffee", "lacking", "could not be looked at (RuntimeError: no beans)"
    )


def test_labs_extensions_are_looked_for_where_jupyter_looks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jupyter_core.paths.ENV_JUPYTER_PATH", [str(tmp_path)])
    monkeypatch.setattr("jupyter_core.paths.SYSTEM_JUPYTER_PATH", [str(tmp_path)])
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("JUPYTER_PATH", raising=False)
    found = doctor.widgets()
    assert found.state == "lacking" and "anywidget" in found.says
    os.makedirs(tmp_path / "labextensions" / "anywidget")
    os.makedirs(tmp_path / "labextensions" / "@jupyter-widgets" / "jupyterlab-manager")
    assert doctor.widgets().state == "fine"
