"""The wheel: what `pip install git+…` gives somebody who has no checkout."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest
from clone import copy_tracked

import helpers

ROOT = Path(__file__).resolve().parents[2]


def tracked(folder: str) -> list[str]:
    """Files of a folder that a clone would have."""
    listed = subprocess.run(["git", "ls-files", "-z", folder], cwd=ROOT, capture_output=True, text=True, check=True)
    return [name for name in listed.stdout.split("\0") if name]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel, built from the tracked files in a folder whose name has a space and an umlaut."""
    source = tmp_path_factory.mktemp("Kurs für DNA")
    copy_tracked(source)
    words = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(source / "dist"), str(source)]
    done = subprocess.run(words, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = (source / "dist").glob("*.whl")
    return built


@pytest.fixture(scope="module")
def names(wheel: Path) -> set[str]:
    return set(zipfile.ZipFile(wheel).namelist())


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment that holds the wheel and nothing else, in a folder with a space and an umlaut."""
    place = tmp_path_factory.mktemp("Umgebung für alle") / "env"
    venv.create(place, with_pip=False)
    python = place / "bin" / "python"
    pip = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        str(python),
        "install",
        "--quiet",
        "--no-deps",
        "--no-index",
        str(wheel),
    ]
    subprocess.run(pip, check=True)
    return python


def output(python: Path, code: str, folder: Path, **variables: str) -> str:
    """What code prints in that environment, far from the checkout."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "COURSE"))}
    done = subprocess.run(
        [str(python), "-c", code], cwd=folder, env={**environment, **variables}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_shipped_data_is_in_the_wheel(names: set[str]) -> None:
    wanted = {f"helpers/shipped/{name.removeprefix('datasets/')}" for name in tracked("datasets")}
    assert "helpers/shipped/registry.toml" in wanted
    assert wanted <= names, sorted(wanted - names)


def test_the_lessons_are_in_the_wheel(names: set[str]) -> None:
    wanted = {f"helpers/{name}" for name in tracked("course")}
    assert "helpers/course/00_start_here/00_start_here.ipynb" in wanted
    assert wanted <= names, sorted(wanted - names)


def test_modules_scripts_and_styles_are_in_the_wheel(names: set[str]) -> None:
    assert set(tracked("helpers")) <= names, sorted(set(tracked("helpers")) - names)


def test_solutions_tests_and_leftovers_are_not_in_the_wheel(names: set[str]) -> None:
    unwanted = ("solutions", "tests", "__pycache__", ".ipynb_checkpoints", "workspace", "autograded")
    assert not [name for name in names if any(word in Path(name).parts for word in unwanted)]


def test_the_wheel_says_what_it_is(wheel: Path, names: set[str]) -> None:
    files = zipfile.ZipFile(wheel)
    folder = next(name for name in names if name.endswith(".dist-info/METADATA")).removesuffix("METADATA")
    metadata = Parser().parsestr(files.read(folder + "METADATA").decode())
    assert metadata["Version"] == helpers.__version__
    assert metadata["Requires-Python"] == ">=3.10"
    assert "course = helpers.commands.main:main" in files.read(folder + "entry_points.txt").decode()


def test_an_empty_environment_imports_helpers_and_finds_the_shipped_data(python: Path, tmp_path: Path) -> None:
    place = Path(output(python, "import helpers; print(helpers.__file__)", tmp_path)).parent
    assert place.is_relative_to(python.parents[1])
    assert (place / "shipped" / "registry.toml").is_file()
    found = output(python, "from helpers import places; print(places.released())", tmp_path)
    assert Path(found) == place / "course"


def pythons() -> list[str]:
    """Every Python from 3.10 on that this machine has: this one, those on PATH, pyenv's."""
    versions = Path(os.environ.get("PYENV_ROOT", "~/.pyenv")).expanduser() / "versions"
    known = [sys.executable, *(shutil.which(f"python3.{minor}") or "" for minor in range(10, 14))]
    known += [str(path) for minor in range(10, 14) for path in sorted(versions.glob(f"3.{minor}.*/bin/python3"))]
    ask = "import sys, venv; print(*sys.version_info[:2])"
    said = {path: subprocess.run([path, "-c", ask], capture_output=True, text=True) for path in known if path}
    return list({done.stdout: path for path, done in said.items() if done.returncode == 0}.values())


def test_every_python_at_hand_imports_the_wheel_and_understands_all_of_it(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as files:
        files.extractall(tmp_path)
    for python in pythons():
        code = "import sys, compileall, helpers; sys.exit(not compileall.compile_dir('helpers', quiet=1, force=True))"
        done = subprocess.run([python, "-I", "-c", f"import sys; sys.path.insert(0, '.'); {code}"], cwd=tmp_path)
        assert done.returncode == 0, python


def borrow_dependencies(python: Path) -> None:
    """Let the environment see what this one has installed, but not this one's `.pth` files, and so not its checkout."""
    (site,) = python.parents[1].glob("lib/python*/site-packages")
    (site / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")


def test_an_installed_course_hands_out_lessons_loads_data_and_starts(python: Path, tmp_path: Path) -> None:
    borrow_dependencies(python)
    code = """
import json, pathlib, helpers
from helpers import datasets
from helpers.dna import motifs
from helpers import places
from helpers.learner import progress, workspace
done = workspace.hand_out(pathlib.Path("workspace"), places.released())
ours = [name for name, entry in datasets.registry().items() if entry.kind != "real"]
helpers.start(lesson=0)
print(json.dumps({
    "shipped": str(datasets.shipped()), "new": done.new, "checkout": str(places.checkout()),
    "place": str(places.workspace()), "test": len(datasets.load("simulated_tata").test),
    "damaged": [name for name in ours if set(datasets.verify(name).values()) != {"ok"}],
    "published": len(progress.published()), "motifs": len(motifs.jaspar_all()),
}))
"""
    said = json.loads(output(python, code, tmp_path, COURSE_HOME=str(tmp_path / "home")).splitlines()[-1])
    assert Path(said["shipped"]).is_relative_to(python.parents[1])
    assert sorted(said["new"]) == sorted(name.removeprefix("course/") for name in tracked("course"))
    assert (said["checkout"], said["place"]) == ("None", str(tmp_path / "workspace"))
    assert said["damaged"] == []
    assert said["test"] > 100 and said["published"] and said["motifs"] > 100


def test_an_installed_course_refuses_what_needs_a_checkout_in_one_line(python: Path, tmp_path: Path) -> None:
    borrow_dependencies(python)
    done = subprocess.run([str(python.parent / "course"), "run"], cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "clone the repository" in done.stderr
