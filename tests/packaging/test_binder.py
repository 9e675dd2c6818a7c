"""Binder, as far as it goes without docker: repo2docker's own plan of the image, and its two scripts, run here."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
from clone import ROOT, copy_tracked

BINDER = ROOT / "binder"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    place = tmp_path / "home" / "dna course"
    place.mkdir(parents=True)
    return copy_tracked(place)


@pytest.fixture
def jovyan(checkout: Path, real_data: Path) -> dict[str, str]:
    """The environment of Binder's user: a home of its own, the checkout's `course`, and a mirror of the data."""
    programs = checkout.parent / "bin"
    programs.mkdir()
    (programs / "python").write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    (programs / "course").write_text(
        f'#!/bin/sh\nexec "{sys.executable}" -c "from helpers.commands.main import main; main()" "$@"\n'
    )
    for program in programs.iterdir():
        program.chmod(0o755)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("COURSE", "OMP", "XDG"))}
    return {
        **kept,
        "HOME": str(checkout.parent),
        "PATH": f"{programs}:{os.environ['PATH']}",
        "PYTHONPATH": str(checkout),
        "COURSE_DATA": str(real_data),
    }


@pytest.mark.parametrize("script", ["binder/postBuild", "binder/start", ".ci/run"])
def test_shellcheck_finds_nothing_in_the_scripts(script: str) -> None:
    shellcheck = Path(sysconfig.get_path("scripts")) / "shellcheck"
    done = subprocess.run([shellcheck, ROOT / script], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    assert os.access(ROOT / script, os.X_OK)


def test_repo2docker_plans_an_image_with_our_python_requirements_and_scripts(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from repo2docker.buildpacks import PythonBuildPack

    monkeypatch.chdir(checkout)
    plan = PythonBuildPack("buildpack-deps:jammy")
    plan.platform = "linux/amd64"
    assert plan.detect()
    assert plan.python_version.startswith("3.12")
    assert not plan._should_preassemble_pip, "the package itself would be missing when its requirements are installed"
    dockerfile = plan.render()
    assert '-r "binder/requirements.txt"' in dockerfile
    assert "RUN ./binder/postBuild" in dockerfile
    assert "start" in str(plan.get_start_script())


def test_binder_reads_nothing_but_its_own_folder() -> None:
    """repo2docker ignores an environment.yml at the top where there is a folder binder/, so conda stays out of it."""
    assert sorted(path.name for path in BINDER.iterdir()) == ["postBuild", "requirements.txt", "runtime.txt", "start"]


def test_the_built_image_holds_the_real_data_and_a_workspace(checkout: Path, jovyan: dict[str, str]) -> None:
    done = subprocess.run(["binder/postBuild"], cwd=checkout, env=jovyan, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    badge = re.search(r"urlpath=lab/tree/([^)\s]+)", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert badge and badge[1].startswith("workspace/") and (checkout / badge[1]).is_file()
    del jovyan["COURSE_DATA"]
    verified = ["course", "data", "verify", "human_tata", "human_nontata", "ecoli_sigma70"]
    done = subprocess.run(verified, cwd=checkout, env=jovyan, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    released = {path.relative_to(checkout / "course") for path in (checkout / "course").rglob("*.ipynb")}
    assert released == {p.relative_to(checkout / "workspace") for p in (checkout / "workspace").rglob("*.ipynb")}


def test_an_image_is_built_where_the_data_cannot_be_fetched(checkout: Path, jovyan: dict[str, str]) -> None:
    nowhere = {"http_proxy": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9"}
    env = {**jovyan, "COURSE_DATA": str(checkout / "nothing"), **nowhere}
    done = subprocess.run(["binder/postBuild"], cwd=checkout, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "simulated ones" in done.stderr
    assert (checkout / "workspace/00_start_here/00_start_here.ipynb").is_file()


def test_start_hands_over_to_the_server_with_few_threads(checkout: Path, jovyan: dict[str, str]) -> None:
    words = ["binder/start", "sh", "-c", 'echo "$OMP_NUM_THREADS $@"', "server", "--port=8888", "two words"]
    done = subprocess.run(words, cwd=checkout, env=jovyan, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "2 --port=8888 two words\n")
