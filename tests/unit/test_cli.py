"""The `course` command as a person types it: right use, wrong use, exit codes."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest
from nbformat import v4
from typer.testing import CliRunner, Result

from helpers import lessons, places
from helpers.commands import main
from helpers.learner import progress

WRONG_USE = 2


def course(*words: str) -> Result:
    return CliRunner().invoke(main.app, list(words))


def command(*words: str, **options: object) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, as installed."""
    line = [sys.executable, "-c", "from helpers.commands.main import main; main()", *words]
    return subprocess.run(line, capture_output=True, text=True, timeout=120, **options)  # type: ignore[call-overload]


def one_line(result: Result) -> str:
    """The complaint of a wrong use: exit code 2, one line on stderr, no traceback."""
    assert result.exit_code == WRONG_USE, result.output
    assert result.stderr.count("\n") == 1 and result.stderr.startswith("course: ")
    return result.stderr


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A learner with nothing solved and nothing fetched."""
    monkeypatch.setenv("COURSE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "home"


# -- the command itself --------------------------------------------------------------------------------------------


def test_help_answers_without_importing_torch_or_jupyter() -> None:
    code = (
        "import sys\nfrom typer.testing import CliRunner\nfrom helpers.commands.main import app\n"
        "assert CliRunner().invoke(app, ['--help']).exit_code == 0\n"
        "print([name for name in ('torch', 'numpy', 'nbformat', 'jupyterlab', 'rich.table') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    "name",
    [
        "lab",
        "run",
        "check",
        "bench",
        "exercises",
        "release",
        "status",
        "doctor",
        "data list",
        "data fetch",
        "data verify",
    ],
)
def test_every_command_has_help(name: str) -> None:
    assert "Usage" in course(*name.split(), "--help").output


@pytest.mark.parametrize(
    ("words", "lacks"),
    [("lab --no-browser .", "jupyterlab"), ("run 0", "nbclient"), ("release 0", "nbgrader")],
)
def test_without_the_lab_extra_a_command_says_in_a_line_what_is_missing(
    words: str, lacks: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == lacks or name == "helpers.authoring.release"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, lacks, None)
    monkeypatch.chdir(tmp_path)
    complaint = one_line(course(*words.split()))
    assert complaint == f"course: {lacks} is not installed; `course doctor` says how to mend that\n"


def test_version_is_the_packages() -> None:
    from helpers import __version__

    assert command("--version").stdout == f"course {__version__}\n"


@pytest.mark.parametrize(
    "words", [["frobnicate"], ["run", "--frobnicate"], ["check"], ["data", "frobnicate"], ["data", "path"]]
)
def test_an_unknown_word_is_wrong_use(words: list[str]) -> None:
    done = command(*words)
    assert done.returncode == WRONG_USE
    assert "Traceback" not in done.stderr


def test_a_terminal_that_knows_no_check_mark_gets_one_it_knows() -> None:
    done = command("status", env={**os.environ, "PYTHONIOENCODING": "ascii"})
    assert done.returncode == 0, done.stderr
    assert "0 of 1" in done.stdout


# -- run -----------------------------------------------------------------------------------------------------------


def test_run_works_through_a_lesson_and_leaves_progress_and_solutions_alone(home: Path) -> None:
    root = places.checkout()
    assert root is not None
    notebook = root / "solutions/00_start_here/00_start_here.ipynb"
    before = notebook.read_bytes()
    done = course("run", "0", "--data", "simulated")
    assert done.exit_code == 0, done.output
    assert re.search(r"00 Start here +\d+ +1 of 1 +✔", done.output)
    assert notebook.read_bytes() == before
    assert not home.exists()


def solutions(folder: Path, monkeypatch: pytest.MonkeyPatch, *sources: str) -> None:
    """A checkout whose lesson 00 has these cells."""
    cells = [v4.new_code_cell(source) for source in sources]
    place = folder / "solutions/00_start_here/00_start_here.ipynb"
    place.parent.mkdir(parents=True)
    nbformat.write(v4.new_notebook(cells=cells), place)
    monkeypatch.setattr(places, "checkout", lambda: folder)


def test_run_says_which_cell_failed_and_goes_on_to_exit_1(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    solutions(tmp_path, monkeypatch, "import os", "raise ValueError('[/] brackets ' + os.environ['COURSE_FULL'])")
    done = course("run", "0", "--full")
    assert done.exit_code == 1
    assert "ValueError: [/] brackets 1" in done.output
    assert "gc_content: missing" in done.output


def test_run_prints_the_scoreboard_of_what_was_trained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    report = {"mcc": 0.5, "auroc": 0.7, "auprc": 0.6}
    score = f"progress.record_score('tiny model', 'human_tata', [{report}], parameters=3, seconds=1.0, simulated=True)"
    solutions(tmp_path, monkeypatch, "from helpers import progress", score)
    done = course("run", "0", "--home", str(tmp_path / "kept"))
    assert re.search(r"tiny model.*0\.500", done.output)
    assert (tmp_path / "kept" / "progress.json").is_file()


def test_run_refuses_lessons_that_do_not_exist() -> None:
    assert "there is no lesson '77'; there are 0 start_here" in one_line(course("run", "77"))


def test_authors_commands_refuse_where_there_is_no_checkout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "checkout", lambda: None)
    for name in ("run", "release"):
        assert "clone the repository" in one_line(course(name))


def test_release_refuses_lessons_that_do_not_exist() -> None:
    assert "there is no lesson 'nope'" in one_line(course("release", "nope"))


def test_bench_refuses_what_is_no_benchmark_and_names_those_there_are() -> None:
    for word in ("nope", "side_by_side"):  # the second is what the others stand on
        said = one_line(course("bench", word))
        assert f"there is no benchmark {word!r}" in said and "promoters" in said


# -- check ---------------------------------------------------------------------------------------------------------


def test_check_of_a_released_lesson_shows_what_is_open_and_exits_1() -> None:
    done = course("check", str(places.released() / "00_start_here/00_start_here.ipynb"))
    assert done.exit_code == 1
    assert re.search(r"gc_content +open +0 of 1 +not written yet", done.output)
    assert "0 of 1 exercises right" in done.output
    assert "Press Ctrl + S" in done.output


def test_check_says_which_file_it_read_and_when_that_was_saved(tmp_path: Path) -> None:
    mine = tmp_path / "mine.ipynb"
    shutil.copy(places.released() / "00_start_here/00_start_here.ipynb", mine)
    noon = time.mktime((2026, 3, 1, 12, 30, 5, 0, 0, -1))
    os.utime(mine, (noon, noon))
    assert f"{mine}, saved on 01 March, 12:30:05" in course("check", str(mine)).output.replace("\n", "")


def test_check_of_a_damaged_file_is_one_line_and_exits_1(tmp_path: Path) -> None:
    (tmp_path / "cut.ipynb").write_text('{"cells": [')
    done = course("check", str(tmp_path / "cut.ipynb"))
    assert done.exit_code == 1
    assert done.stderr.count("\n") == 1 and "cut.ipynb is not a notebook" in done.stderr


def test_check_of_what_is_no_lesson_is_wrong_use(tmp_path: Path) -> None:
    foreign = '{"cells": [{"cell_type": "code", "metadata": {}, "source": "1 + 1"}]}'
    (tmp_path / "other.ipynb").write_text(foreign)
    assert "holds no exercises" in one_line(course("check", str(tmp_path / "other.ipynb")))
    assert "other.ipynb holds no exercises" in one_line(course("check", str(tmp_path)))  # the one notebook in it
    (tmp_path / "second.ipynb").write_text(foreign)
    assert "is a folder with more than one notebook" in one_line(course("check", str(tmp_path)))
    assert "there is no notebook" in one_line(course("check", str(tmp_path / "nowhere.ipynb")))


@pytest.mark.parametrize("word", ["0", "00", "start_here", "00_start_here"])
@pytest.mark.parametrize("here", ["workspace", "."])
def test_check_of_a_number_or_name_takes_the_learners_own_copy(
    word: str, here: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "workspace", lambda: tmp_path / "workspace")
    own = tmp_path / "workspace/00_start_here/00_start_here.ipynb"
    own.parent.mkdir(parents=True)
    monkeypatch.chdir(tmp_path / here)
    assert "lesson 00 is not in" in one_line(course("check", word)) and "`course lab`" in course("check", word).stderr
    own.write_text("")
    assert "00_start_here.ipynb is not a notebook: the file is empty" in course("check", word).stderr


def test_check_of_an_unknown_lesson_names_those_there_are() -> None:
    assert "there is no lesson '77'; there are 0 start_here" in one_line(course("check", "77"))


# -- exercises and status ------------------------------------------------------------------------------------------


def test_exercises_as_json_holds_every_exercise_with_the_hints_of_its_misconceptions() -> None:
    listed = json.loads(course("exercises", "--json").stdout)
    every = lessons.all_exercises()
    assert [(one["lesson"], one["id"], one["points"]) for one in listed] == [
        (lessons.lesson_of(e).number, e.id, e.points) for e in every
    ]
    for one, exercise in zip(listed, every, strict=True):
        assert one["kind"] == exercise.kind
        assert {m["name"]: m["hint"] for m in one["misconceptions"]} == {
            m.name: m.hint for m in exercise.misconceptions()
        }


def test_exercises_as_a_table_names_each() -> None:
    output = course("exercises").output
    assert all(exercise.id in output for exercise in lessons.all_exercises())


def test_status_prints_what_progress_shows() -> None:
    progress.record_solved("00/gc_content")
    output = course("status").output
    assert output == f"{progress.show()}\n"
    assert "1 of 1" in output


# -- doctor --------------------------------------------------------------------------------------------------------


def test_doctor_exits_1_only_if_something_essential_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    from helpers.learner import doctor

    findings = [doctor.Finding("Cake", "lacking", "none [/] :tea:", "bake"), doctor.Finding("Tea", "fine", "plenty")]
    monkeypatch.setattr(doctor, "examine", lambda *more: findings)
    done = course("doctor")
    assert done.exit_code == 0
    assert re.search(r"○ Cake +none \[/\] :tea: +mend: bake\s+✔ Tea +plenty", done.output)
    findings.append(doctor.Finding("Water", "broken", "shut off", "open the tap"))
    assert course("doctor").exit_code == 1


# -- data ----------------------------------------------------------------------------------------------------------


def test_data_list_names_every_set_and_where_it_would_come_from() -> None:
    from helpers import datasets

    output = course("data", "list").output
    assert all(name in output for name in datasets.registry())
    assert "ships with the course" in output and "to fetch" in output


def test_data_fetch_prints_where_a_set_lies() -> None:
    from helpers import datasets

    assert course("data", "fetch", "simulated_tata").output == f"simulated_tata: {datasets.path('simulated_tata')}\n"


def test_data_fetch_without_a_network_says_how_to_get_the_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COURSE_DATA", raising=False)
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")  # where nobody listens
    said = one_line(course("data", "fetch", "human_tata"))
    assert "COURSE_DATA" in said and said.endswith("lessons go on with simulated data; try again later.\n")
    assert course("data", "verify", "human_tata").exit_code == 1
    assert not list((tmp_path / "cache").rglob("*.csv"))


def test_data_fetch_into_a_cache_that_cannot_be_written_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, real_data: Path
) -> None:
    (tmp_path / "file").write_text("in the way: this works for root, too")
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path / "file" / "cache"))
    monkeypatch.setenv("COURSE_DATA", str(real_data))
    done = course("data", "fetch", "human_tata")
    assert done.exit_code == 1
    assert "human_tata was fetched and cannot be kept; name a folder of yours in COURSE_CACHE" in done.stderr


def test_data_verify_tells_damaged_from_missing(tmp_path: Path) -> None:
    assert course("data", "verify").exit_code == 0  # nothing was fetched, and nobody asked for it by name
    damaged = tmp_path / "cache/human_tata/test.csv"
    damaged.parent.mkdir(parents=True)
    damaged.write_text("half")
    done = course("data", "verify")
    assert done.exit_code == 1
    assert re.search(r"human_tata +test.csv +damaged", done.output)


@pytest.mark.parametrize("name", ["fetch", "verify", "path"])
def test_an_unknown_data_set_is_wrong_use(name: str) -> None:
    assert "no data set is called 'human_tatta'" in one_line(course("data", name, "human_tatta"))


def test_data_path_prints_the_folder_fetches_nothing_and_says_that_it_is_empty(tmp_path: Path) -> None:
    done = course("data", "path", "human_tata")
    assert done.stdout == f"{tmp_path / 'cache' / 'human_tata'}\n"
    assert (done.exit_code, done.stderr) == (1, "course: not fetched yet: course data fetch human_tata\n")
    assert not (tmp_path / "cache").exists()


def test_data_path_of_what_is_there_is_a_folder_and_no_more() -> None:
    done = course("data", "path", "simulated_tata")
    assert (done.exit_code, done.stderr) == (0, "")
    assert Path(done.stdout.strip()).is_dir()
