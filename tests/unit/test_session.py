"""The opening of a lesson."""

from __future__ import annotations

import random
import subprocess
import sys

import numpy as np
import pytest
import torch
from IPython.core.interactiveshell import InteractiveShell

import helpers


def test_start_seeds_and_says_four_lines(capsys, monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("COURSE_HOME", str(tmp_path))
    drawn = []
    for _ in range(2):
        check = helpers.start(lesson=0)
        drawn.append((random.random(), np.random.rand(), float(torch.rand(1))))
    assert drawn[0] == drawn[1]
    out = capsys.readouterr().out.splitlines()[:4]
    assert [line.split()[0] for line in out] == ["Lesson", "Device", "Versions", "Data"]
    assert callable(check.gc_content)


@pytest.mark.parametrize(
    ("cell", "sentence"),
    [
        ("gc_content = check.gc_content(gc_content)", "run the cell above in which you write it"),
        ("trian.shape", "There is no `trian` yet. Is it misspelt?"),
        ("def f():\n    x += 1\nf()", ""),
    ],
)
def test_a_missing_name_in_a_cell_is_followed_by_what_to_do(capsys, monkeypatch, tmp_path, cell, sentence) -> None:
    monkeypatch.setenv("COURSE_HOME", str(tmp_path))
    shell = InteractiveShell.instance()
    try:
        shell.run_cell("import helpers\ncheck = helpers.start(lesson=0)")
        capsys.readouterr()
        done = shell.run_cell(cell)
        assert isinstance(done.error_in_exec, NameError)
        shown = capsys.readouterr()
        assert "Error" in shown.out
        assert shown.err.count("There is no") == bool(sentence)
        assert sentence in shown.err
    finally:
        InteractiveShell.clear_instance()


def test_a_lesson_that_is_not_there_is_named() -> None:
    with pytest.raises(ValueError, match="there is no lesson 17; there are 0 start_here, 1 linear_regression"):
        helpers.start(lesson=17)


def test_import_is_cheap_heavy_libraries_stay_out() -> None:
    heavy = ("sklearn", "captum", "logomaker", "Bio", "dask", "matplotlib", "pandas", "nbgrader", "ipywidgets", "scipy")
    code = f"import helpers, sys; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
