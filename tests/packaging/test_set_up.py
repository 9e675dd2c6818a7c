"""`make` on fresh machines: which Python, which PyTorch, what a second call does. Nothing here needs a network."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ("sh", "make", "uname", "timeout", "cat", "touch", "rm", "mkdir")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """What `make` reads, in a folder whose name has spaces and an umlaut."""
    folder = tmp_path / "Mein Kurs für DNA"
    folder.mkdir()
    (folder / "tests" / "packaging").mkdir(parents=True)
    for name in ("Makefile", "pyproject.toml", "constraints.txt", "tests/packaging/colab.txt"):
        shutil.copy(ROOT / name, folder / name)
    return folder


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """All of PATH: the tools that `make` needs, and no Python."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for tool in TOOLS:
        (folder / tool).symlink_to(str(shutil.which(tool)))
    monkeypatch.setenv("PATH", str(folder))
    for name in ("PYTHON", "MAKEFLAGS", "MFLAGS", "MAKELEVEL"):
        monkeypatch.delenv(name, raising=False)
    return folder


def make(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["make", *words], cwd=folder, capture_output=True, text=True, timeout=120)


def program(folder: Path, name: str, script: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


def installed(checkout: Path) -> Path:
    """An environment as `make` leaves it, less its packages."""
    (checkout / ".venv/bin").mkdir(parents=True)
    program(checkout / ".venv/bin", "pip", "exit 0")
    stamp = checkout / ".venv/.installed"
    stamp.write_text(f"{checkout}\n")
    return stamp


# -- which Python --------------------------------------------------------------------------------------------------


def real_old_python() -> str | None:
    """A Python older than 3.10, where this machine has one."""
    versions = Path(os.environ.get("PYENV_ROOT", "~/.pyenv")).expanduser() / "versions"
    return next((str(path) for path in sorted(versions.glob("3.[6-9].*/bin/python3"))), None)


def old_python(folder: Path, name: str) -> None:
    """A Python that is too old, under this name: a real one, or a program that behaves as one."""
    real = real_old_python()
    program(folder, name, f'exec "{real}" "$@"' if real else 'test "$1" = --version && echo Python 3.9.18; exit 1')


@pytest.mark.parametrize("goal", ["lab", "test", "run"])
def test_an_old_python_is_a_sentence_and_no_half_made_environment(checkout: Path, programs: Path, goal: str) -> None:
    old_python(programs, "python3")
    done = make(checkout, goal)
    assert done.returncode != 0
    assert "needs Python 3.10 or newer with the venv module, and found Python 3." in done.stderr
    assert "make lab PYTHON=" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (checkout / ".venv").exists()


def test_no_python_at_all_is_the_same_sentence(checkout: Path, programs: Path) -> None:
    done = make(checkout, "lab")
    assert done.returncode != 0
    assert "needs Python 3.10 or newer" in done.stderr


def test_a_newer_python_is_found_behind_an_old_one(checkout: Path, programs: Path) -> None:
    old_python(programs, "python3")
    program(programs, "python3.12", f'exec "{sys.executable}" "$@"')
    done = make(checkout, ".venv/bin/pip")
    assert done.returncode == 0, done.stderr
    assert (checkout / ".venv/bin/pip").is_file()
    version = subprocess.run([checkout / ".venv/bin/python", "-m", "pip", "--version"], capture_output=True, text=True)
    assert version.returncode == 0


def test_the_python_that_was_named_is_taken_even_from_a_path_with_spaces(checkout: Path, programs: Path) -> None:
    place = programs.parent / "my own pythons"
    place.mkdir()
    program(place, "python", f'exec "{sys.executable}" "$@"')
    done = make(checkout, ".venv/bin/pip", f"PYTHON={place / 'python'}")
    assert done.returncode == 0, done.stderr


def test_a_named_python_that_is_too_old_is_not_replaced_behind_your_back(checkout: Path, programs: Path) -> None:
    old_python(programs, "old")
    program(programs, "python3", f'exec "{sys.executable}" "$@"')
    done = make(checkout, "lab", "PYTHON=old")
    assert done.returncode != 0
    assert "needs Python 3.10 or newer" in done.stderr


# -- which PyTorch -------------------------------------------------------------------------------------------------


class Index(BaseHTTPRequestHandler):
    """A package index that answers."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def index() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Index)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/whl/cpu"
    server.shutdown()


def torch_line(checkout: Path, index: str) -> str:
    """The line that installs PyTorch, from a dry run."""
    done = make(checkout, "-n", ".venv/.installed", f"CPU_INDEX={index}", f"PY={sys.executable}")
    assert done.returncode == 0, done.stderr
    return next(line for line in done.stdout.splitlines() if line.endswith(" torch"))


def on_linux(programs: Path) -> None:
    (programs / "uname").unlink()
    program(programs, "uname", "echo Linux")


def test_without_a_gpu_the_cpu_build_is_taken_from_an_index_that_answers(
    checkout: Path, programs: Path, index: str
) -> None:
    on_linux(programs)
    assert f"--extra-index-url {index} torch" in torch_line(checkout, index)


def test_with_a_gpu_pip_chooses(checkout: Path, programs: Path, index: str) -> None:
    on_linux(programs)
    program(programs, "nvidia-smi", "exit 0")
    assert "--extra-index-url" not in torch_line(checkout, index)


def test_a_driver_without_a_gpu_counts_as_none(checkout: Path, programs: Path, index: str) -> None:
    on_linux(programs)
    program(programs, "nvidia-smi", "exit 9")
    assert "--extra-index-url" in torch_line(checkout, index)


def test_on_a_mac_pip_chooses(checkout: Path, programs: Path, index: str) -> None:
    (programs / "uname").unlink()
    program(programs, "uname", "echo Darwin")
    assert "--extra-index-url" not in torch_line(checkout, index)


def test_an_index_that_refuses_or_hangs_is_done_without(checkout: Path, programs: Path) -> None:
    on_linux(programs)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()  # takes the call and never says a word
        port = silent.getsockname()[1]
        assert "--extra-index-url" not in torch_line(checkout, f"http://127.0.0.1:{port}")
    assert "--extra-index-url" not in torch_line(checkout, f"http://127.0.0.1:{port}")


def test_pytorch_comes_first_and_everything_under_the_pins(checkout: Path, programs: Path) -> None:
    lines = make(checkout, "-n", "test").stdout.splitlines()
    installs = [line.split("pip --disable-pip-version-check ")[1] for line in lines if " install " in line]
    stand_in = [line for line in installs if "--target" in line]
    installs = [line for line in installs if line not in stand_in]
    assert [line.split()[-1] for line in stand_in] == ["tests/packaging/colab.txt"]
    assert [line.split()[-1] for line in installs] == ["torch", '".[lab]"', '".[lab,site,test]"']
    assert all(line.startswith("install --constraint constraints.txt ") for line in installs)
    run = [line for line in lines if line.startswith(".venv/bin/python -m ") and " install " not in line]
    assert [
        tool for line in run for tool in ("ruff check", "ruff format --check", "mypy", "pytest") if tool in line
    ] == [
        "ruff check",
        "ruff format --check",
        "mypy",
        "pytest",
    ]


@pytest.mark.parametrize(("end", "resolution"), [("oldest", "lowest-direct"), ("newest", "highest")])
def test_each_end_of_the_ranges_is_tested_in_an_environment_of_its_own(
    checkout: Path, programs: Path, end: str, resolution: str
) -> None:
    lines = make(checkout, "-n", f"test-{end}", "PYTHON=my python").stdout.replace("\\\n", "").splitlines()[-3:]
    assert f'--python "my python" .venv-test-{end}' in lines[0]
    assert f"--python .venv-test-{end} --resolution {resolution} " in lines[1]
    assert lines[1].endswith('--editable ".[lab,test]"')
    assert lines[2] == f".venv-test-{end}/bin/python -m pytest tests/unit tests/exercises"


def test_quick_leaves_out_what_takes_long_and_may_be_of_one_lesson(checkout: Path, programs: Path) -> None:
    every, one = (make(checkout, "-n", "quick", *words).stdout.splitlines()[-1] for words in ((), ("LESSON=5",)))
    for line in (every, one):
        assert line.startswith("PROOF_SEEDS=3 .venv/bin/python -m pytest")
        assert '-m "not browser and not data and not process"' in line
    assert "--lesson 5 tests/exercises tests/notebooks" in one and "--lesson" not in every


def test_the_site_is_built_with_what_it_needs_and_no_more(checkout: Path, programs: Path) -> None:
    lines = make(checkout, "-n", "site").stdout.splitlines()
    assert [line.split()[-1] for line in lines if " install " in line][-1] == '".[lab,site]"'
    assert lines[-1].endswith("docs/site/build.py")


# -- a second call -------------------------------------------------------------------------------------------------


def test_the_first_make_lab_says_that_it_takes_a_while_before_pip_falls_silent(checkout: Path, programs: Path) -> None:
    installed(checkout).unlink()
    program(checkout / ".venv/bin", "python", 'test "$2" = pip && echo pip; exit 0')
    program(checkout / ".venv/bin", "course", "exit 0")
    said = [line for line in make(checkout, "--silent", "lab").stdout.splitlines() if line]
    assert "some minutes, about 2 GB" in said[0] and "pip is silent" in said[0]
    assert said[1:] == ["pip", "pip"]


def test_a_second_make_lab_installs_nothing(checkout: Path, programs: Path) -> None:
    installed(checkout)
    assert make(checkout, "-n", "lab").stdout.splitlines() == [".venv/bin/course lab"]


@pytest.mark.parametrize("changed", ["pyproject.toml", "constraints.txt"])
def test_new_requirements_are_installed(checkout: Path, programs: Path, changed: str) -> None:
    stamp = installed(checkout)
    later = stamp.stat().st_mtime + 10
    os.utime(checkout / changed, (later, later))
    assert "--editable" in make(checkout, "-n", "lab").stdout


def test_a_checkout_that_was_moved_is_installed_again(checkout: Path, programs: Path) -> None:
    installed(checkout)
    moved = checkout.rename(checkout.with_name("anderswo ü"))
    assert "--editable" in make(moved, "-n", "lab").stdout


def test_an_installation_that_was_cut_short_is_taken_up_again(checkout: Path, programs: Path) -> None:
    installed(checkout).unlink()
    said = make(checkout, "-n", "lab").stdout
    assert "--editable" in said and "-m venv" not in said
    (checkout / ".venv/bin/pip").unlink()
    assert "-m venv --clear" in make(checkout, "-n", "lab").stdout


def test_ci_runs_the_readmes_test_command() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    subprocess.run(["bash", "-n", str(script)], check=True)
    assert script.read_text(encoding="utf-8").rstrip().endswith("\nmake test")
