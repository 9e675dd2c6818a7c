"""Fixtures that several tests share, what kind of test each is, and which of them stay together on one worker."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from helpers.engine.exercise import Exercise

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before torch: on few cores, threads wait for each other

TESTS = Path(__file__).parent
# These take minutes: they go first, so that at the end no worker waits for another.
LONG = (
    "test_nbval",
    "test_attacks",
    "test_colab",
    "test_site",
    "test_faults",
    "test_grade_command",
    "test_jupyter",
)
# What makes a test of a kind: a fixture that it uses, at whatever distance, the file that it stands in, or its marker.
FIXTURES = {"browser": {"chromium"}, "data": {"real_data"}, "process": {"executed", "site"}}
PROCESSES = {  # they start kernels, sandboxes, servers, builds, or commands that load torch anew
    "grading": "apart attacks collect exchange faults grade_command honest nbgrader new_gradebook sandbox sealed "
    "sealed_release spool unnamed",
    "notebooks": "gallery nbval release",
    "packaging": "adopt binder colab guides set_up versions wheel",
    "unit": "cli lab runner training_interrupted",
}
# Tests that share nothing but sessions, by file or function, so that any worker may take any; but of proofs, all of one
# exercise.
SPREAD = {"test_every_widget", "test_nbval", "test_proofs", "test_skipping_demos_changes_no_mark"}
SERVED_BY = {"test_attention_map": "test_jupyter", "test_words_at_hand": "test_jupyter"}  # one Jupyter server will do
only: int | None = None  # the number that --lesson names

settings.register_profile("course", deadline=None)  # a busy machine is no failure
settings.load_profile("course")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--lesson", type=int, help="only what belongs to the lesson with this number")


def pytest_configure(config: pytest.Config) -> None:
    global only
    only = config.getoption("--lesson")


def exercises_to_test() -> list[Exercise]:
    """Every exercise, or those of the lesson of `--lesson`: making tests of the others, to drop them, takes seconds."""
    from helpers.lessons import all_exercises, exercises

    return all_exercises() if only is None else list(exercises(only))


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Import no file whose tests `-m` leaves out, all of them: nbgrader and Dask take their time."""
    return True if "not process" in config.option.markexpr and starts_processes(collection_path) else None


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, Any, Any]:
    """Look for no garbage among what is imported and collected, now or later: it stays until the end."""
    gc.disable()
    found = yield
    gc.enable()
    gc.freeze()
    return found


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        for kind in kinds(item):
            item.add_marker(kind)
    if only is not None:
        theirs = [item for item in items if only in lessons(item)]
        config.hook.pytest_deselected(items=list({*items}.difference(theirs)))
        items[:] = theirs
    places = order(items)
    items.sort(key=lambda item: places[together(item.nodeid)])


def order(items: list[pytest.Item]) -> dict[str, tuple[int, float, str]]:
    """Where each group of tests goes: what takes minutes first; last proofs, and what needs a browser among them.

    Proofs only compute, and a browser is waited for: with all workers at widgets at once, a core idles. Proofs go by
    exercise, for what one asks under each seed is kept for a while only.
    """
    groups: dict[str, list[pytest.Item]] = {}
    for item in items:
        groups.setdefault(together(item.nodeid), []).append(item)
    stems = {name: Path(name.partition("::")[0]).stem for name in groups}
    proofs = sorted(name for name, stem in stems.items() if stem == "test_proofs")
    browser = [name for name, those in groups.items() if any(one.get_closest_marker("browser") for one in those)]
    found = {name: (len(LONG), 0.0, "") for name in groups}
    for names in (proofs, browser):
        found |= {name: (len(LONG) + 1, place / len(names), name) for place, name in enumerate(names)}
    return found | {name: (LONG.index(stem), 0.0, "") for name, stem in stems.items() if stem in LONG}


def kinds(item: pytest.Item) -> Iterator[str]:
    """The markers that an item gets by its fixtures and its file."""
    used = set(getattr(item, "fixturenames", ()))
    yield from (kind for kind, names in FIXTURES.items() if names & used)
    if starts_processes(item.path):
        yield "process"


def starts_processes(path: Path) -> bool:
    """Whether a file's tests are of the kind `process`."""
    return path.stem.removeprefix("test_") in PROCESSES.get(path.parent.name, "").split()


def parameters(item: pytest.Item) -> dict[str, object]:
    """What an item was parametrized with."""
    return item.callspec.params if hasattr(item, "callspec") else {}


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Hand tests to workers by what `together` says of them."""
    from xdist.scheduler import LoadScopeScheduling

    class ByServer(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return together(nodeid)

    return ByServer(config, log)


def together(nodeid: str) -> str:
    """The name of the group of tests that one worker gets: the file, so that its servers start once.

    Of what is spread, what the test was parametrized with first: an exercise, a lesson, a widget.
    """
    path, _, test = nodeid.partition("::")
    stem = Path(path).stem
    path = path.replace(stem, SERVED_BY.get(stem, stem))
    name, _, parameter = test.rstrip("]").partition("[")
    return f"{path}::{parameter.partition('-')[0]}" if SPREAD & {stem, name} else path


def lessons(item: pytest.Item) -> set[int]:
    """The numbers of the lessons that an item belongs to: by its exercise, its lesson, or its file's name."""
    from helpers.lessons import LESSONS, Lesson

    given = [value for value in parameters(item).values() if isinstance(value, (str, Lesson))]
    names = {item.path.stem.removeprefix("test_")} | {getattr(value, "folder", value) for value in given}
    module = type(parameters(item).get("exercise")).__module__.removeprefix("helpers.exercises.").partition(".")[0]
    return {one.number for one in LESSONS if {one.name, one.folder} & {*names, module}}


@pytest.fixture(autouse=True)
def looks() -> Iterator[None]:
    """Undo what a test sets in matplotlib: a lesson's setup cell changes the look of all later pictures."""
    before = dict(sys.modules["matplotlib"].rcParams) if "matplotlib" in sys.modules else None
    yield
    if "matplotlib" in sys.modules:
        matplotlib = sys.modules["matplotlib"]
        dict.update(matplotlib.rcParams, matplotlib.rcParamsDefault if before is None else before)


def named_for_data() -> Path:
    """The folder that should hold the real sets: COURSE_DATA, or ../shared/data beside the checkout."""
    root = TESTS.parent
    named = os.environ.get("COURSE_DATA")
    return (root / named if named else root.parent / "shared" / "data").resolve()


def real_sets() -> Path | None:
    """The folder with the real sets, laid out ``<set>/<file>``; None where they are not at hand."""
    folder = named_for_data()
    return folder if (folder / "human_tata" / "test.csv").is_file() else None


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder with the real sets; without them the test is skipped, or fails where everything has to be there."""
    if folder := real_sets():
        return folder
    reason = f"the real sets are not at {named_for_data()}; name a folder with <set>/<file> in COURSE_DATA"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)
