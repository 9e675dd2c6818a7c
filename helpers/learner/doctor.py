"""What this machine has for the course, what it lacks, and the one command that mends it."""

from __future__ import annotations

import importlib.util
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from helpers import settings

GIB = 1024**3
FREE_DISK = 2 * GIB
FREE_MEMORY = GIB
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge", "firefox", "safari")
INSTALL = f'"{sys.executable}" -m pip install'


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes
    ----------
    thing : str
        Its name.
    state : {"fine", "lacking", "broken"}
        "broken" is what no lesson runs without, "lacking" what some use only.
    says : str
        What was found.
    mend : str
        The command that mends it, or "".
    """

    thing: str
    state: str
    says: str
    mend: str = ""

    @property
    def row(self) -> tuple[str, str, str]:
        """The finding as a row of a table."""
        sign = {"fine": "✔", "lacking": "○", "broken": "✘"}[self.state]
        return f"{sign} {self.thing}", self.says, self.mend and f"mend: {self.mend}"


def examine(*more: Callable[[], Finding]) -> list[Finding]:
    """Look at everything, in the order that a person would mend it, and at more. A check that fails is a finding."""
    return [finding_of(check) for check in (*CHECKS, *more)]


def finding_of(check: Callable[[], Finding]) -> Finding:
    """What a check finds, or that it failed."""
    try:
        return check()
    except Exception as error:  # a doctor who faints helps nobody
        return Finding(check.__name__, "lacking", f"could not be looked at ({type(error).__name__}: {error})")


def python() -> Finding:
    """Python's version and place; a version that is too old could not have imported this."""
    return Finding("Python", "fine", f"{platform.python_version()} in {sys.prefix}")


def torch() -> Finding:
    """PyTorch: there, and able to compute and differentiate."""
    if not importlib.util.find_spec("torch"):
        return Finding("PyTorch", "broken", "is not installed", f"{INSTALL} torch")
    import torch

    weights = torch.ones(2, requires_grad=True)
    (weights @ weights).backward()
    if weights.grad is None or weights.grad.tolist() != [2.0, 2.0]:
        return Finding(
            "PyTorch", "broken", f"{torch.__version__} computes wrongly", f"{INSTALL} --force-reinstall torch"
        )
    return Finding("PyTorch", "fine", f"{torch.__version__}, CPU threads: {torch.get_num_threads()}")


def gpu() -> Finding:
    """A GPU that PyTorch can use; no lesson needs one."""
    import torch

    if torch.cuda.is_available():
        memory = torch.cuda.get_device_properties(0).total_memory
        return Finding("GPU", "fine", f"{torch.cuda.get_device_name()}, {memory / GIB:.0f} GiB")
    if torch.backends.mps.is_available():
        return Finding("GPU", "fine", "the one of this Mac")
    if shutil.which("nvidia-smi") and torch.version.cuda is None:
        mend = f"{INSTALL} --force-reinstall torch"
        return Finding("GPU", "lacking", "there is one, but this PyTorch was built without CUDA", mend)
    return Finding("GPU", "fine", "none, and none is needed: lessons train in seconds to two minutes on a CPU")


def memory() -> Finding:
    """Main memory."""
    import psutil

    found = psutil.virtual_memory()
    says = f"{found.available / GIB:.1f} GiB free of {found.total / GIB:.1f} GiB"
    if found.available < FREE_MEMORY:
        return Finding("Memory", "lacking", f"{says}; 1 GiB free is needed, so close other programs and notebooks")
    return Finding("Memory", "fine", says)


def disk() -> Finding:
    """Free space where progress is kept, and whether it can be written."""
    place = settings.home()
    existing = next(folder for folder in (place, *place.absolute().parents) if folder.exists())
    try:
        with tempfile.TemporaryFile(dir=existing):
            pass
    except OSError as error:
        says = f"{place} cannot be written ({error.strerror}), so progress is not remembered"
        return Finding("Disk", "lacking", says, "export COURSE_HOME=/a/folder/of/your/own")
    free = shutil.disk_usage(existing).free
    says = f"{free / GIB:.0f} GiB free at {place}, which keeps your progress"
    if free < FREE_DISK:
        return Finding(
            "Disk", "lacking", f"{says}; 2 GiB leave room for data and packages", f"{INSTALL[:-8]} cache purge"
        )
    return Finding("Disk", "fine", says)


def notebooks() -> Finding:
    """JupyterLab and the kernel."""
    missing = [
        name for name in ("jupyterlab", "ipykernel", "nbclient", "nbgrader") if not importlib.util.find_spec(name)
    ]
    if missing:
        return Finding("Notebooks", "broken", f"{', '.join(missing)} not installed", f"{INSTALL} {' '.join(missing)}")
    import jupyterlab

    return Finding("Notebooks", "fine", f"JupyterLab {jupyterlab.__version__}")


def widgets() -> Finding:
    """Moving pictures: the Python side, and the extensions that JupyterLab must find to draw them."""
    missing = [name for name in ("anywidget", "ipywidgets") if not importlib.util.find_spec(name)]
    if missing:
        return Finding("Widgets", "broken", f"{', '.join(missing)} not installed", f"{INSTALL} {' '.join(missing)}")
    from jupyter_core.paths import jupyter_path

    wanted = {"anywidget": "anywidget", "jupyterlab_widgets": "@jupyter-widgets/jupyterlab-manager"}
    found = [Path(folder) for folder in jupyter_path("labextensions")]
    missing = [package for package, name in wanted.items() if not any((folder / name).is_dir() for folder in found)]
    if missing:
        says = f"JupyterLab does not find the extension of {' and '.join(missing)}; still pictures will be shown"
        return Finding("Widgets", "lacking", says, f"{INSTALL} --force-reinstall --no-deps {' '.join(missing)}")
    return Finding("Widgets", "fine", "anywidget and ipywidgets, both known to JupyterLab")


def shipped_data() -> Finding:
    """The data that comes with the course."""
    from helpers import datasets

    ours = [name for name, entry in datasets.registry().items() if entry.kind != "real"]
    damaged = [name for name in ours if set(datasets.verify(name).values()) != {"ok"}]
    if damaged:
        says = f"damaged or missing: {', '.join(damaged)}"
        return Finding("Shipped data", "broken", says, f"{INSTALL} --force-reinstall --no-deps deep-learning-on-dna")
    return Finding("Shipped data", "fine", f"{len(ours)} sets, all intact")


def real_data() -> Finding:
    """The real promoter sets, which simulated ones stand in for."""
    from helpers import datasets

    real = [name for name, entry in datasets.registry().items() if entry.kind == "real"]
    absent = [name for name in real if set(datasets.verify(name).values()) != {"ok"}]
    if not absent:
        return Finding("Real data", "fine", f"{', '.join(real)}: in the cache, {settings.cache()}")
    mirrors = f"; COURSE_DATA names {'; '.join(settings.mirrors())}" if settings.mirrors() else ""
    says = f"{', '.join(absent)} not in the cache yet: fetched when a lesson asks, simulated if that fails"
    says += f"; the cache is {settings.cache()}{mirrors}"
    return Finding("Real data", "lacking", says, "course data fetch")


def browser() -> Finding:
    """A browser to see JupyterLab in; the tests want Chromium."""
    import webbrowser

    tests = next((name for name in BROWSERS[:3] if shutil.which(name)), "")
    try:
        known = webbrowser.get().__class__.__name__
    except webbrowser.Error:
        known = ""
    if tests or known:
        return Finding("Browser", "fine", tests or "the system's own; the browser tests need Chromium besides")
    says = "none on this machine: open the address that `course lab --no-browser` prints in a browser elsewhere"
    return Finding("Browser", "lacking", says, "sudo apt-get install chromium")


CHECKS = (python, torch, gpu, memory, disk, notebooks, widgets, shipped_data, real_data, browser)
