"""What stands in the tracked files, and what must not."""

from __future__ import annotations

import functools
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import helpers

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parents[2]
VERSIONS = ("3.10", "3.11", "3.12", "3.13")
REGISTRIES = ("pypi" + ".org", "python" + "hosted.org", "registry." + "npmjs", "deb." + "debian.org")
MACHINE = re.compile(r"/(?:work/(?:main|shared)|root/|home/(?!jovyan)\w+/|Users/\w+/|opt/pypi|tmp/(?:brief|tools))")


def texts() -> Iterator[tuple[str, str]]:
    """Every tracked file that is text, and its content."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        path = ROOT / name
        if path.is_file() and b"\0" not in (content := path.read_bytes()):
            yield name, content.decode("utf-8")


def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def needed() -> list[Requirement]:
    """What the course, its tests and its build need."""
    table = project()
    lists = [table["project"]["dependencies"], *table["project"]["optional-dependencies"].values()]
    return [Requirement(line) for lines in [*lists, table["build-system"]["requires"]] for line in lines]


@functools.cache
def pins(file: Path = ROOT / "constraints.txt") -> list[Requirement]:
    lines = file.read_text(encoding="utf-8").splitlines()
    return [Requirement(line) for line in lines if line and not line.startswith("#")]


def pinned(name: str, version: str) -> list[str]:
    """The versions that a package is pinned to under one version of Python."""
    surroundings = {"python_version": version, "python_full_version": f"{version}.0"}
    mine = [pin for pin in pins() if canonicalize_name(pin.name) == canonicalize_name(name)]
    return [str(pin.specifier) for pin in mine if not pin.marker or pin.marker.evaluate(surroundings)]


def test_no_file_names_a_package_registry() -> None:
    assert [(name, host) for name, text in texts() for host in REGISTRIES if host in text] == []


def test_no_file_holds_a_path_of_the_machine_it_was_written_on() -> None:
    assert [(name, found[0]) for name, text in texts() for found in MACHINE.finditer(text)] == []


@pytest.mark.parametrize(
    "name",
    [
        "gradebook.db",
        "roster.csv",
        "grades.csv",
        ".course-secret",
        *(f"{folder}/x" for folder in ("submitted", "autograded", "feedback", "reports", "spool", "rooms")),
    ],
)
def test_git_keeps_out_of_what_holds_a_class(name: str) -> None:
    assert subprocess.run(["git", "check-ignore", "--quiet", name], cwd=ROOT, check=False).returncode == 0


def test_no_tracked_file_is_a_link() -> None:
    listed = subprocess.run(["git", "ls-files", "--stage"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert [line for line in listed.splitlines() if line.startswith("120000")] == []


@pytest.mark.parametrize("version", VERSIONS)
def test_everything_that_is_needed_is_pinned_once_and_to_a_version_that_will_do(version: str) -> None:
    for requirement in needed():
        if requirement.marker and not requirement.marker.evaluate({"python_version": version}):
            continue
        found = pinned(requirement.name, version)
        assert len(found) == 1, f"{requirement.name} on Python {version}: {found}"
        assert found[0].startswith("=="), found
        assert requirement.specifier.contains(found[0].removeprefix("==")), f"{requirement} against {found[0]}"


@pytest.mark.parametrize("version", VERSIONS)
def test_nothing_is_pinned_twice(version: str) -> None:
    names = sorted({canonicalize_name(pin.name) for pin in pins()})
    assert [name for name in names if len(pinned(name, version)) > 1] == []


def test_pins_hold_everywhere_no_local_builds_no_addresses() -> None:
    assert [str(pin) for pin in pins() if pin.url or "+" in str(pin.specifier) or "*" in str(pin.specifier)] == []


def test_there_is_no_second_list_of_dependencies() -> None:
    ours = {canonicalize_name(requirement.name) for requirement in needed()}
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))["dependencies"]
    assert environment == ["python>=3.10", "pytorch", "pip", {"pip": ["-e .[lab]"]}]
    for path in (ROOT / "binder").iterdir():
        words = {
            canonicalize_name(word) for word in re.findall(r"^[\w.-]+", path.read_text(encoding="utf-8"), re.MULTILINE)
        }
        assert not words & ours, f"{path.name} lists {sorted(words & ours)}; pyproject.toml does that"
    others = ("requirements*.txt", "setup.py", "setup.cfg", "Pipfile", "poetry.lock", "uv.lock")
    assert [path.name for pattern in others for path in ROOT.glob(pattern)] == []


def test_binder_installs_this_repository_under_its_pins() -> None:
    lines = (ROOT / "binder" / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert "-e .[lab]" in lines
    assert "--constraint ../constraints.txt" in lines


def test_the_version_is_the_same_everywhere() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert project()["project"]["version"] == helpers.__version__ == citation["version"]


def test_the_citation_names_no_invented_person() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["authors"] == [{"name": "The authors of Deep Learning on DNA"}]


def test_no_module_of_the_package_is_longer_than_400_lines() -> None:
    modules = {name: text.count("\n") for name, text in texts() if re.fullmatch(r"helpers/.*\.py", name)}
    assert {name: lines for name, lines in modules.items() if lines > 400} == {}
