"""The beginning of every notebook: seeds, style, and one line each on device, versions and data."""

from __future__ import annotations

import atexit
import gc
import os
import platform
import random
import sys
from importlib import metadata
from typing import TYPE_CHECKING, Any

from helpers import lessons, places
from helpers.lessons import Lesson

if TYPE_CHECKING:
    from helpers.learner.check import Check

MEANINGS = """
.jp-RenderedMarkdown a[title] { position: relative; text-decoration: underline dotted; }
.jp-RenderedMarkdown a[title]:focus-visible::after {
  content: attr(title); position: absolute; left: 0; top: 1.6em; z-index: 10; width: max-content; max-width: 24em;
  padding: 0.5em 0.7em; border: 1px solid var(--jp-border-color1); border-radius: 4px; white-space: normal;
  background: var(--jp-layout-color1); color: var(--jp-content-font-color1); font: var(--jp-ui-font-size1) sans-serif;
}
"""


def start(lesson: int, *, seed: int = 0, room: str | None = None) -> Check:
    """Open a lesson: seed the generators, set the plot style, say where it runs, and return the lesson's checks.

    This is the only function of the package that touches global state.

    Parameters
    ----------
    lesson : int
        The lesson's number.
    seed : int
        Seeds `random`, NumPy's legacy generator and torch.
    room : str, optional
        The address on an instructor's page, as in `"https://room.example.org/KFXQD"`: it then hears of every check,
        without a name. `helpers.leave()` ends that. Nothing is sent where a submission is graded.

    Returns
    -------
    Check
        `check.one_hot(one_hot)` checks the exercise `one_hot`.

    Raises
    ------
    ValueError
        If there is no lesson of that number, or `room` is no address of a room.
    """
    import numpy as np
    import torch  # here, not above: the `course` command imports this package and should answer at once

    from helpers.learner.check import checks

    opened = lessons.find(lesson)
    atexit.register(gc.freeze)  # or Python looks for garbage in all of torch as it ends: half a second
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
    if "google.colab" in sys.modules:
        enable_colab_widgets()
    if "matplotlib" in sys.modules or "IPython" in sys.modules:
        from helpers import plots

        plots.style()
    print(f"Lesson {opened.number:02d} · {opened.title}")
    print(f"Device    {device_line()}")
    print(f"Versions  {versions_line()}")
    print(f"Data      {data_line(opened)}")
    show_meanings()
    explain_missing_names(opened)
    if room is not None and "NBGRADER_EXECUTION" not in os.environ:
        from helpers.learner.room import join

        print(f"Room      {join(room)}")
    return checks(lesson)


def show_meanings() -> None:
    """In a notebook, let a link to the glossary show what its word means when the Tab key comes to it.

    A pointer that rests on it is shown the same by every browser.
    """
    shell = notebook_shell()
    if hasattr(shell, "kernel"):
        from IPython.display import display

        display({"text/html": f"<style>{MEANINGS}</style>", "text/plain": ""}, raw=True)


def explain_missing_names(lesson: Lesson) -> None:
    """In a notebook, let a sentence follow on a NameError: after a restart a cell above has mostly not run yet."""
    shell = notebook_shell()
    if shell is None:
        return
    from helpers.learner import sentences  # here, not above: it brings NumPy

    asked = {exercise.code_name for exercise in lesson.exercises}

    def explain(shell: Any, kind: type[BaseException], error: NameError, traceback: Any, tb_offset: Any = None) -> None:
        shell.showtraceback((kind, error, traceback), tb_offset=tb_offset)
        if kind is NameError:
            print(sentences.missing_name(str(error.name), asked=error.name in asked), file=sys.stderr)

    shell.set_custom_exc((NameError,), explain)


def notebook_shell() -> Any:
    """What runs the cells; None where there are no cells."""
    return sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None


def leave() -> None:
    """Leave the room that was joined, if any: nothing more is sent, and the room forgets what it was told."""
    from helpers.learner import room

    room.leave()


def enable_colab_widgets() -> None:
    """Let Colab load the widgets of this notebook."""
    from google.colab import output  # type: ignore[import-not-found]

    output.enable_custom_widget_manager()


def device_line() -> str:
    """The device that training will use, in words."""
    import torch

    from helpers.training import device

    kind = device().type
    if kind == "cuda":
        return f"GPU, {torch.cuda.get_device_name()}"
    if kind == "mps":
        return "GPU of this Mac"
    threads = torch.get_num_threads()
    return f"CPU, {threads} thread{'s' * (threads > 1)}: enough for every lesson"


def versions_line() -> str:
    """Versions of Python, torch and the course."""
    import torch

    course = metadata.version(places.APPLICATION)
    return f"Python {platform.python_version()} · torch {torch.__version__} · course {course}"


def data_line(lesson: Lesson) -> str:
    """What the lesson's data sets are, and where they come from."""
    if not lesson.data:
        return "made in this notebook, from a seed"
    from helpers import datasets

    return " · ".join(f"{name}: {datasets.whereabouts(name)}" for name in lesson.data)
