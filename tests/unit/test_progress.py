"""Progress is remembered whole or not at all, and never stands in the way."""

from __future__ import annotations

import json
import multiprocessing
import os

import pytest

from helpers.learner import progress

REPORT = {"mcc": 0.7, "auroc": 0.9, "auprc": 0.91}


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_HOME", str(tmp_path / "Übung eins"))
    progress._told.clear()
    return tmp_path / "Übung eins"


def test_solved_exercises_and_guesses_are_remembered() -> None:
    progress.record_solved("00/gc_content")
    progress.record_solved("00/gc_content")
    progress.record_guess("01/slope", "up")
    assert progress.solved() == {"00/gc_content"}
    assert progress.guess("01/slope") == "up" and progress.guess("01/other") is None
    assert "1 of 1" in str(progress.show()) and "<progress" in progress.show()._repr_html_()


def solve_many(start: int) -> None:
    for number in range(start, start + 25):
        progress.record_solved(f"xx/{number}")


def test_two_notebooks_at_once_lose_nothing() -> None:
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=solve_many, args=(start,)) for start in (0, 25)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(progress.solved()) == 50


@pytest.mark.parametrize("junk", ["", "{", "[]", '{"solved": 3}', "\x00"])
def test_an_unreadable_file_is_set_aside_and_said(home, junk, capsys) -> None:
    home.mkdir()
    progress.path().write_text(junk)
    assert progress.solved() == set()
    assert "could not be read" in capsys.readouterr().out
    assert (home / "progress.unreadable.json").read_text() == junk
    progress.record_solved("00/gc_content")
    assert progress.solved() == {"00/gc_content"}


def test_a_folder_that_cannot_be_written_is_said_once(home, capsys) -> None:
    home.write_text("a file where the folder should be")
    progress.record_solved("00/a")
    progress.record_solved("00/b")
    assert capsys.readouterr().out.count("Progress is not being remembered") == 1


def test_a_crash_while_writing_keeps_the_old_file(monkeypatch) -> None:
    progress.record_solved("00/a")

    def crash(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", crash)
    with pytest.raises(KeyboardInterrupt):
        progress.record_solved("00/b")
    assert json.loads(progress.path().read_text())["solved"] == ["00/a"]


def test_scoreboard_sorts_by_mcc_marks_simulated_rows_and_names_published_ones() -> None:
    progress.record_score("logistic", "human_tata", [REPORT, {**REPORT, "mcc": 0.8}], parameters=281, seconds=2.0)
    progress.record_score("majority", "human_tata", [{**REPORT, "mcc": 0.0}], parameters=0, seconds=0, simulated=True)
    text = str(progress.scoreboard("human_tata"))
    assert text.index("majority (simulated data)") < text.index("logistic")
    assert "0.750 (0.700–0.800)" in text and "published: DNABERT-2" in text
    assert "<table>" in progress.scoreboard("human_tata")._repr_html_()
    assert "logistic" not in str(progress.scoreboard("human_nontata"))


def test_a_scoreboard_shows_itself_as_a_picture_and_says_the_same_in_words(monkeypatch) -> None:
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda data, metadata, raw: shown.append((data, metadata)))
    progress.record_score("logistic", "human_tata", [REPORT, {**REPORT, "mcc": 0.8}], parameters=281, seconds=2.0)
    progress.record_score("majority", "human_tata", [{**REPORT, "mcc": 0.0}], parameters=0, seconds=0, simulated=True)
    progress.scoreboard("human_tata").show()
    ((data, metadata),) = shown
    assert "image/png" in data
    assert "MCC on the test set of human_tata: logistic 0.75, majority 0.00; 11 published rows" in str(metadata)
