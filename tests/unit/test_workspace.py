"""The learner's working copy: what is handed out, what is updated, and what is never touched."""

from __future__ import annotations

import json
import multiprocessing
import os
from pathlib import Path

import pytest
from nbformat import v4, writes

from helpers import places
from helpers.files import write_whole
from helpers.learner import workspace

NAME = "01_linear_regression/01_linear_regression.ipynb"
BESIDE = "01_linear_regression/01_linear_regression (new version).ipynb"


def notebook(*sources: str, metadata: dict | None = None) -> bytes:
    """A notebook with these code cells; the same sources give the same bytes."""
    cells = [v4.new_code_cell(source, id=f"cell-{i}") for i, source in enumerate(sources)]
    return (writes(v4.new_notebook(cells=cells, metadata=metadata or {})) + "\n").encode()


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """Released lessons in a folder whose name has a space and an umlaut."""
    folder = tmp_path / "Kurs für alle" / "course"
    write_whole(folder / NAME, notebook("first"))
    write_whole(folder / "00_start_here/00_start_here.ipynb", notebook("start"))
    return folder


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    return tmp_path / "my workspace ü"


def test_lessons_are_handed_out_once(course: Path, mine: Path) -> None:
    assert len(workspace.hand_out(mine, course).new) == 2
    assert (mine / NAME).read_bytes() == notebook("first")
    assert workspace.hand_out(mine, course) == workspace.HandOut()


def test_an_unedited_notebook_is_updated_in_place(course: Path, mine: Path) -> None:
    workspace.hand_out(mine, course)
    write_whole(course / NAME, notebook("second"))
    assert workspace.hand_out(mine, course).updated == [NAME]
    assert (mine / NAME).read_bytes() == notebook("second")
    assert not (mine / BESIDE).exists()


def test_an_edited_notebook_stays_and_the_new_version_goes_beside_it(course: Path, mine: Path) -> None:
    workspace.hand_out(mine, course)
    write_whole(mine / NAME, notebook("my work"))
    write_whole(course / NAME, notebook("second"))
    done = workspace.hand_out(mine, course)
    assert done.beside == [(NAME, BESIDE)]
    assert any(NAME in line and BESIDE in line for line in done.lines())
    assert (mine / NAME).read_bytes() == notebook("my work")
    assert (mine / BESIDE).read_bytes() == notebook("second")


def test_an_update_is_told_once_not_at_every_start(course: Path, mine: Path) -> None:
    workspace.hand_out(mine, course)
    write_whole(mine / NAME, notebook("my work"))
    write_whole(course / NAME, notebook("second"))
    workspace.hand_out(mine, course)
    assert workspace.hand_out(mine, course) == workspace.HandOut()


def test_an_edited_notebook_is_left_alone_while_the_course_stays_as_it_is(course: Path, mine: Path) -> None:
    workspace.hand_out(mine, course)
    write_whole(mine / NAME, notebook("my work"))
    assert workspace.hand_out(mine, course) == workspace.HandOut()
    assert not (mine / BESIDE).exists()


def test_a_new_version_that_was_edited_is_not_overwritten_by_the_next(course: Path, mine: Path) -> None:
    workspace.hand_out(mine, course)
    write_whole(mine / NAME, notebook("my work"))
    write_whole(course / NAME, notebook("second"))
    workspace.hand_out(mine, course)
    write_whole(mine / BESIDE, notebook("my work in the second"))
    write_whole(course / NAME, notebook("third"))
    (_, third), *rest = workspace.hand_out(mine, course).beside
    assert not rest
    assert third not in (NAME, BESIDE)
    assert (mine / third).read_bytes() == notebook("third")
    assert (mine / BESIDE).read_bytes() == notebook("my work in the second")
    assert (mine / NAME).read_bytes() == notebook("my work")


def test_an_unedited_new_version_is_replaced_by_the_next(course: Path, mine: Path) -> None:
    workspace.hand_out(mine, course)
    write_whole(mine / NAME, notebook("my work"))
    for version in ("second", "third"):
        write_whole(course / NAME, notebook(version))
        workspace.hand_out(mine, course)
    assert (mine / BESIDE).read_bytes() == notebook("third")
    assert len(list((mine / NAME).parent.glob("*.ipynb"))) == 2


def test_a_deleted_notebook_comes_back(course: Path, mine: Path) -> None:
    workspace.hand_out(mine, course)
    (mine / NAME).unlink()
    assert workspace.hand_out(mine, course).new == [NAME]
    assert (mine / NAME).read_bytes() == notebook("first")


def test_opening_and_saving_in_jupyterlab_is_no_edit(course: Path, mine: Path) -> None:
    workspace.hand_out(mine, course)
    write_whole(mine / NAME, notebook("first", metadata={"language_info": {"name": "python", "version": "3.13.0"}}))
    write_whole(course / NAME, notebook("second"))
    assert workspace.hand_out(mine, course).updated == [NAME]


def test_outputs_are_a_learners_work_too(course: Path, mine: Path) -> None:
    workspace.hand_out(mine, course)
    book = json.loads(notebook("first"))
    book["cells"][0]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": ["trained for an hour"]}]
    write_whole(mine / NAME, json.dumps(book).encode())
    write_whole(course / NAME, notebook("second"))
    assert workspace.hand_out(mine, course).beside == [(NAME, BESIDE)]


def test_a_change_of_tags_alone_reaches_an_unedited_notebook(course: Path, mine: Path) -> None:
    workspace.hand_out(mine, course)
    tagged = json.loads(notebook("first"))
    tagged["cells"][0]["metadata"] = {"tags": ["demo"]}
    write_whole(course / NAME, json.dumps(tagged).encode())
    assert workspace.hand_out(mine, course).updated == [NAME]


@pytest.mark.parametrize("damage", [b"", b"{cut", b"[]", b"null", b'{"a": 1}'])
def test_a_damaged_record_never_costs_an_edited_notebook(course: Path, mine: Path, damage: bytes) -> None:
    workspace.hand_out(mine, course)
    write_whole(mine / NAME, notebook("my work"))
    (mine / workspace.RECORD).write_bytes(damage)
    write_whole(course / NAME, notebook("second"))
    done = workspace.hand_out(mine, course)
    assert any("could not be read" in warning for warning in done.warnings)
    assert (mine / NAME).read_bytes() == notebook("my work")
    assert (mine / BESIDE).read_bytes() == notebook("second")


@pytest.mark.parametrize("damaged", [b"", b"{cut", b"[" * 100_000, b"\xff\xfe", b'{"cells": [1]}'])
def test_a_damaged_notebook_counts_as_edited(course: Path, mine: Path, damaged: bytes) -> None:
    workspace.hand_out(mine, course)
    (mine / NAME).write_bytes(damaged)
    write_whole(course / NAME, notebook("second"))
    assert workspace.hand_out(mine, course).beside == [(NAME, BESIDE)]
    assert (mine / NAME).read_bytes() == damaged


def test_hidden_files_and_checkpoints_are_not_handed_out(course: Path, mine: Path) -> None:
    write_whole(course / "01_linear_regression/.ipynb_checkpoints/old.ipynb", notebook("old"))
    write_whole(course / ".DS_Store", b"")
    assert len(workspace.hand_out(mine, course).new) == 2


def test_a_workspace_that_cannot_be_written_is_an_error_that_names_it(course: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(OSError, match="file"):
        workspace.hand_out(tmp_path / "file" / "workspace", course)


def test_two_programs_at_once_hand_out_every_lesson_once(course: Path, mine: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        done = pool.starmap(workspace.hand_out, [(mine, course)] * 4)
    assert sorted(name for one in done for name in one.new) == sorted(workspace.released_files(course))


def test_a_write_that_fails_leaves_the_old_file_and_no_rubbish(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "kept.json"
    write_whole(path, b"old")

    def full_disk(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full_disk)
    with pytest.raises(OSError, match="No space"):
        write_whole(path, b"new")
    assert path.read_bytes() == b"old"
    assert [file.name for file in tmp_path.iterdir()] == ["kept.json"]


def test_the_checkouts_own_lessons_are_found() -> None:
    assert "00_start_here/00_start_here.ipynb" in workspace.released_files(places.released())
