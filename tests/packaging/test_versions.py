"""What pyproject.toml allows, asked of the package index: each Python finds wheels that go together, at both ends.

Nothing is installed here. `make test-oldest` and `make test-newest` install an end and run the unit and exercise tests
on it.
"""

from __future__ import annotations

import os
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from clone import ROOT
from colab import INSTALLABLE
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version
from test_files import VERSIONS, needed, pins, project
from uv import find_uv_bin

ENDS = {
    "oldest": ["--all-extras", "--resolution", "lowest-direct"],
    "newest": ["--all-extras"],
    "pinned": ["--all-extras", "--constraint", "constraints.txt"],
}
COMPUTERS = {  # what a learner may sit at, and the Pythons that PyTorch is there for
    "windows": VERSIONS,
    "aarch64-apple-darwin": VERSIONS,
    "x86_64-apple-darwin": VERSIONS[:-1],  # the last PyTorch for Intel's chip is 2.2
    "aarch64-unknown-linux-gnu": VERSIONS,
}
COLAB = Path(__file__).with_name("colab.txt")
COLABS_PYTHON, COLABS_TORCH = "3.12", "torch==2.11.0"  # from the same list
NO_ANSWER = re.compile(r"error sending request|dns error|Could not connect|timed out", re.IGNORECASE)


def resolve(python: str, *options: str) -> subprocess.CompletedProcess[str]:
    """The versions that a Python would get, one a line; from wheels alone, since building is no part of setting up."""
    words = [find_uv_bin(), "pip", "compile", "pyproject.toml", "--python-version", python, "--no-build", *options]
    quiet = ["--quiet", "--no-header", "--no-annotate", "--no-python-downloads"]
    env = {**os.environ, "MACOSX_DEPLOYMENT_TARGET": "14.0", "UV_HTTP_TIMEOUT": "180"}
    return subprocess.run([*words, *quiet], cwd=ROOT, env=env, capture_output=True, text=True)


@pytest.fixture(scope="module")
def resolved(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], subprocess.CompletedProcess[str]]:
    """Every Python at every end, and Colab's; a few asked at once, since the index takes its time."""
    asked = {(python, end): (python, *options) for python in VERSIONS for end, options in ENDS.items()}
    lab = ["--extra", "lab", "--constraint", "constraints.txt", "--python-platform"]
    asked |= {(python, kind): (python, *lab, kind) for kind, pythons in COMPUTERS.items() for python in pythons}
    there = tmp_path_factory.mktemp("colab") / "there.txt"
    there.write_text("\n".join([COLABS_TORCH, *map(str, pins(COLAB))]))
    asked[COLABS_PYTHON, "colab"] = (COLABS_PYTHON, "--constraint", str(there))
    with ThreadPoolExecutor(4) as pool:
        found = dict(zip(asked, pool.map(lambda one: resolve(*one), asked.values()), strict=True))
    if any(NO_ANSWER.search(done.stderr) for done in found.values()):
        reason = "the package index does not answer"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return found


def versions(done: subprocess.CompletedProcess[str]) -> dict[str, Version]:
    """What was found, by name."""
    assert done.returncode == 0, done.stderr
    lines = [Requirement(line) for line in done.stdout.splitlines()]
    return {canonicalize_name(line.name): Version(str(line.specifier).removeprefix("==")) for line in lines}


def bound(one: Requirement) -> Version:
    """The oldest version that a requirement allows."""
    return Version(next(part.version for part in one.specifier if part.operator == ">="))


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("python", VERSIONS)
def test_every_python_finds_wheels_that_go_together(resolved, python: str, end: str) -> None:
    found = versions(resolved[python, end])
    wanted = [one for one in needed() if not one.marker or one.marker.evaluate({"python_version": python})]
    assert [str(one) for one in wanted if found[canonicalize_name(one.name)] not in one.specifier] == []


@pytest.mark.parametrize(("kind", "python"), [(kind, python) for kind, all_ in COMPUTERS.items() for python in all_])
def test_what_the_readme_installs_is_there_for_every_kind_of_computer(resolved, kind: str, python: str) -> None:
    found = versions(resolved[python, kind])
    assert {"torch", "numpy", "jupyterlab", "nbgrader"} <= found.keys()
    assert found["torch"] >= Version("2.3") or found["numpy"] < Version("2"), "the two do not speak to each other"


def test_the_oldest_python_can_have_every_lower_bound(resolved) -> None:
    """A bound below what the others need promises a version that nobody can have, and nobody tests."""
    found = versions(resolved[VERSIONS[0], "oldest"])
    lifted = {
        one.name: f"{found[name]} instead of {bound(one)}"
        for one in needed()
        if (name := canonicalize_name(one.name)) in found
        and found[name].release[: len(bound(one).release)] != bound(one).release
    }
    assert lifted == {}


def test_on_colab_pip_can_leave_all_that_is_there_and_brings_what_the_stand_in_says(resolved) -> None:
    there = {canonicalize_name(pin.name) for pin in [Requirement(COLABS_TORCH), *pins(COLAB)]}
    wanted = {canonicalize_name(Requirement(line).name) for line in project()["project"]["dependencies"]}
    wanted -= {"tomli", "jinja2"}  # of older Pythons; torch brings the other
    assert wanted - there == set(INSTALLABLE)
    assert wanted <= versions(resolved[COLABS_PYTHON, "colab"]).keys()
