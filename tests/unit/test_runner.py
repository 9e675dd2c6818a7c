"""Running notebooks without a browser, in real kernels."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import v4

from helpers import lessons, places
from helpers.authoring import notebooks
from helpers.commands import author
from helpers.learner import progress
from helpers.settings import surroundings
from tests.commands import kernels


@pytest.fixture(autouse=True)
def quick_kernels(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Kernels that have imported torch already."""
    monkeypatch.setenv("JUPYTER_PATH", str(kernels(tmp_path_factory.mktemp("jupyter"))))


OPEN = "raise NotImplementedError()"
RIGHT = 'return (sequence.count("G") + sequence.count("C")) / len(sequence)'
GC_CHECK = "gc_content = check.gc_content(gc_content)"


def cell(source: str, *, grade_id: str = "", tags: tuple[str, ...] = ()) -> Any:
    made = v4.new_code_cell(source)
    made.metadata["tags"] = list(tags)
    if grade_id:
        made.metadata["nbgrader"] = {"grade_id": grade_id, "schema_version": 3}
    return made


def start(lesson: int = 0) -> Any:
    return cell(f"import helpers\ncheck = helpers.start(lesson={lesson})", tags=("setup",))


def gc_content(body: str, *around: Any) -> list[Any]:
    """The cells of lesson 00's exercise, with this body."""
    own = cell(f"def gc_content(sequence):\n    {body}", grade_id="gc_content")
    return [start(), *around, own, cell(GC_CHECK, grade_id="check_gc_content")]


def written(path: Path, cells: list[Any]) -> Path:
    nbformat.write(v4.new_notebook(cells=cells), path)
    return path


def checked(folder: Path, cells: list[Any], **options: Any) -> notebooks.Run:
    with surroundings():
        return notebooks.check_notebook(written(folder / "lesson.ipynb", cells), **options)


# -- a learner's notebook ------------------------------------------------------------------------------------------


def test_every_state_of_an_exercise_is_told_apart(tmp_path: Path) -> None:
    names = [exercise.id for exercise in lessons.exercises(2) if exercise.points]
    assert {"tokenise", "sigmoid", "decode", "one_hot", "mcc"} <= set(names)
    cells = [
        start(2),
        cell(
            "def tokenise(sequence):\n    return [{'A': 0, 'C': 1, 'G': 2, 'T': 3}.get(b, 4) for b in sequence.upper()]"
        ),
        cell("tokenise = check.tokenise(tokenise)", grade_id="check_tokenise"),
        cell("def sigmoid(z)\n    return z", grade_id="sigmoid"),
        cell("sigmoid = check.sigmoid(sigmoid)", grade_id="check_sigmoid"),
        cell("def decode(x):\n    raise NotImplementedError()", grade_id="decode"),
        cell("decode = check.decode(decode)", grade_id="check_decode"),
        cell("def one_hot(sequence):\n    return [0, '[bold]']", grade_id="one_hot"),
        cell("one_hot = check.one_hot(one_hot)", grade_id="check_one_hot"),
    ]
    run = checked(tmp_path, cells)
    found = {outcome.exercise.id: outcome for outcome in run.outcomes}
    verdicts = {name: found[name].verdict for name in ("tokenise", "sigmoid", "decode", "one_hot", "mcc")}
    assert verdicts == {
        "tokenise": "right",
        "sigmoid": "not yet",
        "decode": "open",
        "one_hot": "not yet",
        "mcc": "missing",
    }
    assert found["tokenise"].points == found["tokenise"].exercise.points
    assert found["one_hot"].points == found["decode"].points == 0
    assert found["sigmoid"].message.startswith("SyntaxError") and found["sigmoid"].message.endswith("(line 1)")
    assert "The lesson goes on" not in found["one_hot"].message
    assert run.lesson.number == 2 and not run.passed and not run.error


def test_a_named_mistake_comes_with_its_hint_and_partial_points_are_counted(tmp_path: Path) -> None:
    letters = lessons.exercises(2)[-1].reference()
    wrong = {**letters, next(iter(letters)): ""}
    run = checked(
        tmp_path,
        [
            start(2),
            cell(f"def quiz():\n    return {wrong}", grade_id="quiz"),
            cell("quiz = check.quiz(quiz)", grade_id="check_quiz"),
        ],
    )
    quiz = next(outcome for outcome in run.outcomes if outcome.exercise.id == "quiz")
    assert quiz.verdict == "not yet"
    assert quiz.points == len(letters) - 1
    assert "1" in quiz.message and "open" in quiz.message and "point" not in quiz.message


def test_a_bug_hunt_that_nobody_has_worked_in_is_open_until_a_line_is_changed(tmp_path: Path) -> None:
    released = nbformat.read(places.released() / "02_logistic_regression/02_logistic_regression.ipynb", as_version=4)
    wanted = ("setup", "bug_hunt", "check_bug_hunt")
    cells = [one for one in released.cells if one.metadata.get("nbgrader", {}).get("grade_id", one.id) in wanted]

    def hunted() -> tuple[str, str]:
        (found,) = (one for one in checked(tmp_path, cells).outcomes if one.exercise.id == "bug_hunt")
        return found.verdict, found.message

    cells[1].source += "\n"  # a line more is no work
    assert hunted() == ("open", notebooks.UNTOUCHED)
    cells[1].source = cells[1].source.replace("probabilities > 0.5", "probabilities > 0.4")
    verdict, message = hunted()
    assert verdict == "not yet" and message != notebooks.UNTOUCHED


def test_demonstrations_are_left_out_and_a_learners_own_cells_are_run(tmp_path: Path) -> None:
    released = nbformat.read(places.released() / LESSON.folder / f"{LESSON.folder}.ipynb", as_version=4)
    around = [one for one in released.cells if "demo" in one.metadata.get("tags", [])]
    assert around and "nothing" not in around[0].source
    around.append(cell("nothing", tags=("demo",)))  # of the learner's own making: it runs, and ends with an error
    helper = cell("def share(a, b):\n    return a / b")
    body = 'return share(sequence.count("G") + sequence.count("C"), len(sequence))'
    assert checked(tmp_path, gc_content(body, *around, helper)).passed


def test_a_cell_that_never_ends_is_interrupted_and_said_to_be(tmp_path: Path) -> None:
    run = checked(tmp_path, [*gc_content("while True: pass"), cell("after = 1")], timeout=3)
    assert run.outcomes[0].verdict == "not yet"
    assert "still running" in run.outcomes[0].message


def test_a_dead_kernel_is_reported_with_the_cell_that_ended_it(tmp_path: Path) -> None:
    run = checked(tmp_path, [start(), cell("import os\nos._exit(3)"), *gc_content(RIGHT)[1:]])
    assert "ended the kernel" in run.error and "import os" in run.error
    assert run.outcomes[0].verdict == "open"
    assert not run.passed


@pytest.mark.parametrize(("fails", "said"), [(1, ""), (2, "the kernel did not start")])
def test_a_kernel_that_does_not_come_up_is_started_once_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails: int, said: str
) -> None:
    starts = tmp_path / "starts.txt"
    begin = (
        f'echo >> {starts}; [ $(wc -l < {starts}) -gt {fails} ] && exec {sys.executable} -m ipykernel_launcher -f "$0"'
    )
    place = tmp_path / "kernels" / "python3"
    place.mkdir(parents=True)
    spec = {"argv": ["sh", "-c", begin, "{connection_file}"], "display_name": "late", "language": "python"}
    (place / "kernel.json").write_text(json.dumps(spec), encoding="utf-8")
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    book = v4.new_notebook(cells=[cell("print(1)")])
    told = notebooks.execute(book, folder=tmp_path, timeout=60)
    assert told.startswith(said) and bool(told) == bool(said)
    assert len(starts.read_text().splitlines()) == 2
    assert [output.text for output in book.cells[0].outputs] == ["1\n"] * (not said)


def test_a_setup_cell_that_fails_is_named_as_the_cause(tmp_path: Path) -> None:
    broken = cell("import no_such_package\nimport helpers\ncheck = helpers.start(lesson=0)", tags=("setup",))
    run = checked(tmp_path, [broken, *gc_content(RIGHT)[1:]])
    assert "no_such_package" in run.error
    assert "'check' is not defined" in run.outcomes[0].message


def test_an_answer_that_leans_on_an_unsolved_one_is_not_right_for_marks_either(tmp_path: Path) -> None:
    book = nbformat.read(places.checkout() / "solutions/01_linear_regression/01_linear_regression.ipynb", as_version=4)
    own = {
        "mse": "def mse(prediction, y):\n    raise NotImplementedError()",
        "features": "def features(oligos):\n    return mse(oligos, oligos)",
    }
    for one in book.cells:
        one.source = own.get(one.metadata.get("nbgrader", {}).get("grade_id"), one.source)
    found = {one.exercise.id: one for one in checked(tmp_path, book.cells).outcomes}
    assert found["mse"].verdict == "open" and found["predict"].verdict == "right"
    assert found["features"].verdict != "right"
    assert "It calls `mse`, which is not right yet" in found["features"].message


def test_a_second_check_cell_that_is_right_counts(tmp_path: Path) -> None:
    again = gc_content(RIGHT)[1:]
    assert checked(tmp_path, gc_content(OPEN) + again).outcomes[0].verdict == "right"


def test_a_message_that_only_looks_like_the_checks_counts_for_nothing(tmp_path: Path) -> None:
    loud = cell(f"{GC_CHECK}\nprint('✔ gc_content: right on all 5 questions.')", grade_id="check_gc_content")
    assert checked(tmp_path, [*gc_content(OPEN)[:-1], loud]).outcomes[0].verdict == "open"


def test_checking_leaves_the_learners_progress_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSE_HOME", str(tmp_path / "home"))
    assert checked(tmp_path, gc_content(RIGHT)).passed
    assert progress.solved() == set()
    assert os.environ["COURSE_HOME"] == str(tmp_path / "home")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"# a README",
        b'{"cells": [{"cell_type": "code", "sour',
        b"null",
        b"[]",
        b"[" * 100_000,
        b'{"cells": [1, 2]}',
        b'{"cells": [{"cell_type": "code"}]}',
        b'{"worksheets": []}',
        b'{"cells": "\xff"}',
    ],
    ids=["empty", "text", "cut", "null", "list", "deep", "numbers for cells", "no source", "old format", "latin-1"],
)
def test_a_damaged_notebook_is_a_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "lesson.ipynb"
    path.write_bytes(content)
    with pytest.raises(notebooks.Damaged, match=r"lesson\.ipynb is not a notebook"):
        notebooks.check_notebook(path)


def test_a_notebook_of_another_course_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(notebooks.NotALesson, match="holds no exercises of this course"):
        notebooks.check_notebook(written(tmp_path / "other.ipynb", [cell("print(1)")]))


def test_a_notebook_of_a_lesson_that_does_not_exist_names_those_that_do(tmp_path: Path) -> None:
    with pytest.raises(notebooks.NotALesson, match=r"no lesson 99; there are 0 start_here, 1 linear_regression"):
        notebooks.check_notebook(written(tmp_path / "other.ipynb", [start(99)]))


def test_missing_files_and_folders_are_sentences(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="there is no notebook"):
        notebooks.check_notebook(tmp_path / "nowhere.ipynb")
    with pytest.raises(notebooks.NotALesson, match="is a folder"):
        notebooks.check_notebook(tmp_path)


def test_a_byte_order_mark_and_half_a_surrogate_pair_do_not_hurt(tmp_path: Path) -> None:
    path = tmp_path / "lesson.ipynb"
    code = {"cell_type": "code", "metadata": {}, "source": ["helpers.start(0)\n", "x = '\ud800'"]}
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps({"cells": [code]}).encode())
    assert notebooks.read_cells(path).cells[0].source == "helpers.start(0)\nx = '?'"


# -- solved lessons ------------------------------------------------------------------------------------------------


LESSON = lessons.find(0)


def test_a_solved_lesson_is_run_counted_and_saved_without_traces_of_the_run(tmp_path: Path) -> None:
    cells = gc_content(
        RIGHT, cell("import time\nprint('one', flush=True)\ntime.sleep(0.5)\nprint('two')"), cell("6 * 7")
    )
    cells[1].metadata["execution"] = {"iopub.execute_input": "2026-01-01T00:00:00Z"}
    path = written(tmp_path / "lesson.ipynb", cells)
    kept = json.loads(path.read_text())["metadata"]
    with surroundings():
        run = notebooks.run_lesson(LESSON, path, save=True)
    assert run.passed and run.right == 1 and run.seconds > 0
    first = path.read_bytes()
    book = nbformat.reads(first.decode(), as_version=4)
    nbformat.validate(book)
    assert [cell.execution_count for cell in book.cells] == [1, 2, 3, 4, 5]
    assert book.cells[1].outputs[0].text == "one\ntwo\n"
    assert book.cells[2].outputs[0].execution_count == 3
    assert all("execution" not in cell.metadata for cell in book.cells)
    assert json.loads(first)["metadata"] == kept
    with surroundings():
        notebooks.run_lesson(LESSON, path, save=True)
    assert path.read_bytes() == first


def test_widget_views_without_a_model_are_not_saved_where_there_is_a_picture() -> None:
    both = v4.new_output("display_data", data={notebooks.WIDGET_VIEW: {"model_id": "x"}, "image/png": "aa"})
    view = v4.new_output("display_data", data={notebooks.WIDGET_VIEW: {"model_id": "x"}, "text/plain": "a slider"})
    made = v4.new_code_cell("slider", outputs=[both, view])
    book = notebooks.normalised(v4.new_notebook(cells=[made], metadata={"widgets": {"state": {}}}))
    assert list(book.cells[0].outputs[0].data) == ["image/png"]
    assert notebooks.WIDGET_VIEW in book.cells[0].outputs[1].data
    assert book.cells[0].execution_count == 1
    assert "widgets" not in book.metadata


def test_a_lesson_that_fails_says_where_and_is_not_saved(tmp_path: Path) -> None:
    path = written(tmp_path / "lesson.ipynb", gc_content(RIGHT, cell("# a comment\n1 / 0")))
    before = path.read_bytes()
    with surroundings():
        run = notebooks.run_lesson(LESSON, path, save=True)
    assert "ZeroDivisionError: division by zero" in run.error and "# a comment" in run.error
    assert run.outcomes[0].verdict == "open" and not run.passed
    assert path.read_bytes() == before


def test_a_lesson_whose_exercise_is_wrong_is_not_saved(tmp_path: Path) -> None:
    path = written(tmp_path / "lesson.ipynb", gc_content("return 0"))
    before = path.read_bytes()
    with surroundings():
        assert not notebooks.run_lesson(LESSON, path, save=True).passed
    assert path.read_bytes() == before


def test_a_lesson_that_never_ends_is_stopped(tmp_path: Path) -> None:
    path = written(tmp_path / "lesson.ipynb", [cell("while True: pass")])
    with surroundings():
        assert "took longer than 2 s" in notebooks.run_lesson(LESSON, path, timeout=2).error


@pytest.mark.parametrize("name", ["2", "02", "logistic_regression", "02_logistic_regression"])
def test_a_lesson_goes_by_number_name_and_folder(name: str) -> None:
    assert lessons.find(name).number == 2


@pytest.mark.parametrize("name", ["77", "", "linear", "-1"])
def test_an_unknown_lesson_is_refused_with_those_there_are(name: str) -> None:
    with pytest.raises(ValueError, match="there are 0 start_here, 1 linear_regression"):
        lessons.find(name)


def test_every_lesson_is_meant_where_none_is_named() -> None:
    assert author.named(None) == author.named([]) == list(lessons.LESSONS)


# -- surroundings --------------------------------------------------------------------------------------------------


def test_a_relative_mirror_is_the_same_folder_for_kernels_that_work_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mirror ü").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COURSE_DATA", "mirror ü; http://127.0.0.1:9/data ;no/such/folder")
    with surroundings():
        assert os.environ["COURSE_DATA"] == f"{tmp_path / 'mirror ü'};http://127.0.0.1:9/data;no/such/folder"
    assert os.environ["COURSE_DATA"].startswith("mirror")


def test_variables_are_put_back_after_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COURSE_FULL", raising=False)
    with pytest.raises(ZeroDivisionError), surroundings(COURSE_FULL="1", COURSE_DATA_SOURCE=None):
        assert os.environ["COURSE_FULL"] == "1"
        1 / 0  # noqa: B018
    assert "COURSE_FULL" not in os.environ


def test_progress_is_kept_where_it_was_asked_for(tmp_path: Path) -> None:
    with surroundings(tmp_path / "home"):
        progress.record_solved("00/gc_content")
    assert (tmp_path / "home" / "progress.json").is_file()
