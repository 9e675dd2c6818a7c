"""What strikes in a submission is said to the instructor, and honest work strikes nobody."""

from __future__ import annotations

import json

import pytest

from helpers.grading.handed_in.doubts import MOST, doubts, modules_among
from helpers.lessons import LESSONS
from tests.commands import ROOT


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("def f(:", "a cell is no Python, so nobody has read it: `def f(:`"),
        ("import subprocess\nsubprocess.run(['python'])", "a cell imports `subprocess`, which begins other programs"),
        ("from concurrent.futures import ThreadPoolExecutor", "a cell imports `concurrent`"),
        ("import threading as t", "a cell imports `threading`, which begins threads"),
        ("import os\nos.fork()", "a cell uses `fork`, which begins other processes"),
        ("import sys\nsys.setprofile(None)", "a cell uses `setprofile`, which changes how Python watches calls"),
        ("getattr(sys, 'setprofile')(None)", "a cell uses `setprofile`"),
        ("exec(compile('1', 'torch.py', 'exec'))", "a cell uses `compile`, which lets code stand in another file"),
        ("import signal\nsignal.setitimer(0, 1)", "a cell uses `setitimer`, which changes how Python runs"),
        ("f = __import__('scipy')", "a cell uses `__import__`, which fetches modules by their names"),
        ("import sys\nsys.modules['scipy']", "a cell uses `sys.modules`, which fetches modules by their names"),
        ("with torch._C.DisableTorchFunction():\n    pass", "a cell uses `DisableTorchFunction`"),
        ("from helpers.engine.watch import Watch", "a cell imports what asks and marks"),
        ("import helpers.grading.mark", "a cell imports what asks and marks"),
        ("helpers.engine.watch.Watch.note = print", "a cell uses `helpers.engine`: that asks and marks"),
        ("type(check.one_hot.exercise).forbids = ()", "a cell uses `exercise`, which looks into what asks"),
        (
            "try:\n    1 / 0\nexcept OSError as e:\n    e.__traceback__.tb_frame.f_back",
            "a cell uses `f_back`",
        ),
        ("x = !python other.py", "a cell runs a line of the shell: `x = !python other.py`"),
        ("%%bash\npython other.py", "a cell runs a line of the shell: `%%bash`"),
        ("import ctypes", "a cell imports `ctypes`, which reaches past Python"),
        ("from mytools import f", "a cell imports `mytools`, which lies beside the notebook"),
    ],
)
def test_what_strikes_is_said(cell, said) -> None:
    assert any(one.startswith(said) for one in doubts([cell], {"mytools": "f = 1"}))


def test_a_module_is_looked_at_like_a_cell() -> None:
    modules = modules_among({"tools.py": b"import sys\nsys.setprofile(None)", "pkg/a.py": b"x = 1", "data.csv": b"1"})
    assert modules == {"tools": "import sys\nsys.setprofile(None)", "pkg": "x = 1"}
    assert doubts([], modules) == [
        "`tools`, beside the notebook, uses `setprofile`, which changes how Python watches calls"
    ]
    assert modules_among({"huge.py": b"#" * 300_000}) == {}


def test_there_are_no_more_than_a_few() -> None:
    assert len(doubts([f"def f{n}(:" for n in range(50)], {})) == MOST


@pytest.mark.parametrize("folder", [lesson.folder for lesson in LESSONS])
def test_the_solved_lessons_strike_nobody(folder) -> None:
    book = json.loads((ROOT / "solutions" / folder / f"{folder}.ipynb").read_text("utf-8"))
    answers = [
        "".join(cell["source"]) for cell in book["cells"]
        if cell["cell_type"] == "code" and cell["metadata"].get("nbgrader", {}).get("solution")
    ]  # fmt: skip
    assert doubts(answers, {}) == []
