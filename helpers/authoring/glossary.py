"""Words at hand: a lesson's links to the glossary, with what the word means, and the glossary beside the lessons."""

from __future__ import annotations

import re
from pathlib import Path

from helpers import places

NAME = "glossary.md"
ENTRY = re.compile(r"^### ([^\n]+)\n(.+?)(?=\n\n|\n?\Z)", re.MULTILINE | re.DOTALL)
LESSONS = re.compile(r"\s*\(Lessons? [^()]*\)$")
LINK = re.compile(rf"\]\(([^)\s]*{re.escape(NAME)})#([\w-]+)\)")


def source() -> Path | None:
    """The glossary in the checkout; None where there is none."""
    root = places.checkout()
    path = root / "docs" / NAME if root else None
    return path if path and path.is_file() else None


def meanings(text: str) -> dict[str, str]:
    """What each term of the glossary means, by the address of its heading: a sentence or two without Markdown."""
    return {address(term): plain(meaning) for term, meaning in ENTRY.findall(text)}


def address(term: str) -> str:
    """The address of a heading within its page, as GitHub and JupyterLab make it."""
    return re.sub(r"[^\w\- ]", "", term.lower()).replace(" ", "-")


def plain(meaning: str) -> str:
    """An entry as the title of a link: one line, no marks that Markdown or a formula would read."""
    text = LESSONS.sub("", " ".join(meaning.split()))
    text = re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", text)
    return re.sub(r"[`*$|\\]", "", text).replace('"', "'")


def at_hand(text: str, known: dict[str, str], page: str | None = None) -> str:
    """A text whose links to the glossary say what the word means, and lead to `page` if that is given."""

    def lead(found: re.Match[str]) -> str:
        told = f' "{known[found[2]]}"' if found[2] in known else ""
        return f"]({page or found[1]}#{found[2]}{told})"

    return LINK.sub(lead, text)
