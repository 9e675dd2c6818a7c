"""Making a fork one's own: every badge, setup cell and link leads to the instructor's repository."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from helpers.files import write_whole

PLACES = ("README.md", "pyproject.toml", "CITATION.cff", "docs", "solutions", "course", "binder")
TEXTS = {".md", ".toml", ".cff", ".ipynb", ".txt", ".py"}
SOURCE = re.compile(r'^Source = "(https://github\.com/[\w.-]+/[\w.-]+)"', re.MULTILINE)
ADDRESS = re.compile(r"(?:https://github\.com/|git@github\.com:)([A-Za-z0-9-]+/[\w.-]+?)(?:\.git)?/?")


def repository(root: Path) -> str:
    """The address of the course's repository, as pyproject.toml names it.

    Parameters
    ----------
    root : Path
        The checkout.

    Returns
    -------
    str
        Such as ``https://github.com/YOU/YOUR-COURSE``.

    Raises
    ------
    ValueError
        If pyproject.toml names none on GitHub.
    """
    named = SOURCE.search((root / "pyproject.toml").read_text(encoding="utf-8"))
    if named is None:
        raise ValueError(
            f'adopt: {root / "pyproject.toml"} names no repository; expected Source = "https://github.com/…"'
        )
    return named[1]


def adopt(url: str, *, root: Path) -> list[Path]:
    """Lead every badge, setup cell and link to another repository.

    Parameters
    ----------
    url : str
        Its address on GitHub; Colab and Binder read the branch `main` of it.
    root : Path
        The checkout.

    Returns
    -------
    list of Path
        The files that were changed, relative to the checkout; none where they lead there already.

    Raises
    ------
    ValueError
        If the address is none of a repository on GitHub.
    """
    address = ADDRESS.fullmatch(url.strip())
    if address is None:
        raise ValueError(
            f"adopt: {url!r} is no repository that Colab could open; expected https://github.com/YOU/YOUR-COURSE"
        )
    old = repository(root).removeprefix("https://github.com/")
    links = re.compile(rf"(github\.com/|google\.com/github/|mybinder\.org/v2/gh/){re.escape(old)}(?![\w-])")
    changed = []
    for file in texts(root):
        before = file.read_text(encoding="utf-8")
        after = links.sub(rf"\g<1>{address[1]}", before)
        if after != before:
            write_whole(file, after.encode())
            changed.append(file.relative_to(root))
    return changed


def texts(root: Path) -> Iterator[Path]:
    """The files that may hold an address of the repository."""
    for place in PLACES:
        found = [root / place] if (root / place).is_file() else sorted((root / place).rglob("*"))
        for file in found:
            hidden = any(part.startswith(".") for part in file.relative_to(root).parts)
            if file.is_file() and file.suffix in TEXTS and not hidden:
                yield file
