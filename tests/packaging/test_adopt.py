"""A fork: every badge, setup cell and link leads to it, and to files that exist."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest
from clone import ROOT, copy_tracked

from helpers.authoring.adopt import adopt, repository, texts
from helpers.authoring.release import release

FORK = "https://github.com/a-school/dna.course-2027"
COLAB = re.compile(r"https://colab\.research\.google\.com/github/([\w.-]+/[\w.-]+)/blob/main/([^)\s\"\\]+)")
BINDER = re.compile(r"https://mybinder\.org/v2/gh/([\w.-]+/[\w.-]+)/main\?urlpath=lab/tree/([^)\s\"\\]+)")
SETUP = re.compile(r"git\+https://github\.com/([\w.-]+/[\w.-]+)")
OURS = re.compile(r"https://github\.com/([\w.-]+/[\w.-]+)(?:/(?:blob|tree)/main/([^)\s\"\\#]+))?")
LINK = re.compile(r"\]\(([^)\s]+)\)")
CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)


@pytest.fixture(scope="module")
def fork(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout that was adopted."""
    place = copy_tracked(tmp_path_factory.mktemp("Mein Kurs"))
    adopt(FORK, root=place)
    return place


def notebooks(root: Path) -> list[Path]:
    return sorted([*root.glob("course/*/*.ipynb"), *root.glob("solutions/*/*.ipynb")])


def markdown(file: Path) -> Iterator[str]:
    """The Markdown in a file, without its code."""
    text = file.read_text(encoding="utf-8")
    if file.suffix == ".ipynb":
        cells = [cell for cell in json.loads(text)["cells"] if cell["cell_type"] == "markdown"]
        text = "\n".join("".join(cell["source"]) for cell in cells)
    yield CODE.sub("", text)


def follow(root: Path, path: str) -> bool:
    """Whether a path that a badge opens exists; what Binder's workspace holds is what course/ holds."""
    return (root / unquote(path).replace("workspace/", "course/", 1)).is_file()


def test_every_badge_opens_the_notebook_that_it_stands_in(fork: Path) -> None:
    for file in notebooks(fork):
        text = file.read_text(encoding="utf-8")
        badges = COLAB.findall(text)[:1] + BINDER.findall(text)[:1]
        assert len(badges) == 2, file
        for slug, path in badges:
            assert slug == FORK.removeprefix("https://github.com/"), file
            assert path.split("/")[1:] == [file.parent.name, file.name], file
            assert follow(fork, path), path


def test_every_badge_anywhere_opens_a_file_that_exists(fork: Path) -> None:
    found = [
        (file.name, *badge)
        for file in texts(fork)
        for pattern in (COLAB, BINDER)
        for badge in pattern.findall(file.read_text(encoding="utf-8"))
    ]
    assert len(found) > 2 * len(notebooks(fork))
    assert [one for one in found if not follow(fork, one[2])] == []


def test_every_setup_cell_installs_from_the_fork(fork: Path) -> None:
    for file in notebooks(fork):
        assert SETUP.findall(file.read_text(encoding="utf-8")) == [FORK.removeprefix("https://github.com/")], file


def test_the_readme_clones_the_fork_before_it_sets_up(fork: Path) -> None:
    start = (fork / "README.md").read_text(encoding="utf-8").split("## Start")[1]
    clone = re.search(r"^git clone (\S+) (\S+) && cd (\S+)\nmake lab", start, re.MULTILINE)
    assert clone and clone[1] == FORK
    assert clone[2] == clone[3]  # whatever the fork is called


def test_nothing_leads_to_the_old_repository_any_more(fork: Path) -> None:
    old = repository(ROOT).removeprefix("https://github.com/")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    files = [name for name in listed.split("\0") if name and not name.startswith("tests/")]
    assert repository(fork) == FORK
    assert [name for name in files if (fork / name).is_file() and old.encode() in (fork / name).read_bytes()] == []


def test_the_forks_course_is_what_its_solutions_release(fork: Path, tmp_path: Path) -> None:
    shutil.copytree(fork / "solutions", tmp_path / "solutions")
    release(root=tmp_path)
    for file in (tmp_path / "course").rglob("*.ipynb"):
        assert file.read_bytes() == (fork / "course" / file.relative_to(tmp_path / "course")).read_bytes(), file.name


def test_every_link_within_the_repository_leads_to_a_file(fork: Path) -> None:
    lost = []
    for file in [*fork.rglob("*.md"), *notebooks(fork), *fork.glob("docs/*.ipynb")]:
        for text in markdown(file):
            for link in LINK.findall(text):
                path = unquote(link.partition("#")[0])
                inside = path and not re.match(r"[a-z]+:", path)
                if inside and not (file.parent / path).exists():
                    lost.append((file.relative_to(fork).as_posix(), link))
    assert lost == []


def test_every_anchor_leads_to_a_heading(fork: Path) -> None:
    def slug(heading: str) -> str:
        return re.sub(r"[^\w\- ]", "", re.sub(r"[`*]", "", heading).lower()).strip().replace(" ", "-")

    lost = []
    for file in [*fork.rglob("*.md"), *notebooks(fork)]:
        for text in markdown(file):
            for link in LINK.findall(text):
                path, _, anchor = link.partition("#")
                target = (file.parent / path) if path else file
                if anchor and not re.match(r"[a-z]+:", link) and target.suffix == ".md":
                    headings = re.findall(r"^#+ (.+)$", target.read_text(encoding="utf-8"), re.MULTILINE)
                    if anchor not in {slug(heading) for heading in headings}:
                        lost.append((file.relative_to(fork).as_posix(), link))
    assert lost == []


def test_links_into_the_repository_on_github_lead_to_files(fork: Path) -> None:
    slug = FORK.removeprefix("https://github.com/")
    links = {(file.name, path) for file in texts(fork) for who, path in OURS.findall(file.read_text()) if who == slug}
    assert [(name, path) for name, path in links if path and not (fork / path).exists()] == []


def test_adopting_twice_changes_nothing_and_adopting_back_restores_every_byte(fork: Path, tmp_path: Path) -> None:
    place = tmp_path / "again"
    shutil.copytree(fork, place)
    assert adopt(FORK, root=place) == []
    changed = adopt(f"{repository(ROOT)}.git", root=place)
    assert {Path("README.md"), Path("pyproject.toml"), Path("CITATION.cff")} <= set(changed)
    assert [name for name in changed if (place / name).read_bytes() != (ROOT / name).read_bytes()] == []


@pytest.mark.parametrize(
    "url",
    ["", "dna", "https://gitlab.com/a/b", "https://github.com/a", "https://github.com/a/b/tree/x", "../elsewhere"],
)
def test_an_address_that_badges_cannot_open_is_refused_and_nothing_is_changed(fork: Path, url: str) -> None:
    before = (fork / "README.md").read_bytes()
    with pytest.raises(ValueError, match=r"expected https://github\.com/YOU/YOUR-COURSE"):
        adopt(url, root=fork)
    assert (fork / "README.md").read_bytes() == before


def test_an_address_as_git_clones_it_is_understood(tmp_path: Path) -> None:
    place = copy_tracked(tmp_path)
    adopt("git@github.com:a-school/dna.git", root=place)
    assert repository(place) == "https://github.com/a-school/dna"


def test_the_command_lists_what_it_changed(tmp_path: Path) -> None:
    place = copy_tracked(tmp_path)
    line = [sys.executable, "-c", "from helpers.commands.main import main; main()", "adopt", FORK]
    done = subprocess.run(line, cwd=place, capture_output=True, text=True, env={"PYTHONPATH": str(place), "PATH": ""})
    assert done.returncode == 0, done.stderr
    assert "README.md\n" in done.stdout and "push them to main" in done.stdout
    assert repository(place) == FORK
