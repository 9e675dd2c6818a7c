"""Build the course's site: `python docs/site/build.py [FOLDER]`, or `make site`. Nothing is fetched.

The pages are collected in the layout of the repository, so that their links hold as they are, and Sphinx with MyST-NB
makes HTML of them. Links to files that are no pages lead to the repository.
"""

from __future__ import annotations

import os
import posixpath
import re
import shutil
import sys
import tempfile
from functools import partial
from pathlib import Path

import helpers.grammars  # isort: skip  # noqa: F401  before nbformat
import covers
import lessons
import listings
import nbformat

from helpers.authoring import glossary
from helpers.authoring.adopt import repository
from helpers.places import PAGE_TEMPLATES, STATIC

ROOT = Path(__file__).resolve().parents[2]
HERE = ROOT / "docs" / "site"
GALLERY = "docs/widgets.ipynb"
GUIDES = ("docs/learner.md", "docs/instructor.md", "docs/author.md", "docs/glossary.md")
HERO = "shift-explorer"  # the gallery's cell whose widget plays on the front page
SCREENSHOT = re.compile(r"^!\[JupyterLab .*?\]\(docs/pictures/lab\.png\)$", re.DOTALL | re.MULTILINE)
ITSELF = re.compile(r" `make site` builds a site [^.]*\.")  # which nobody who reads it needs to hear
LINK = re.compile(r"(!?\[[^\]]*\])\(([^)\s]+)\)")
OF_DOCSTRINGS = re.compile(r"docstring of|duplicate object description")
PICTURE = re.compile(r'<picture><source [^>]*srcset="([^"]+)"><img alt="([^"]+)" src="([^"]+)"></picture>')
CODE = re.compile(r"(^```.*?^```[ \t]*$|`[^`\n]+`)", re.DOTALL | re.MULTILINE)


def main() -> int:
    """Build into the folder that is named, or into build/site."""
    named = sys.argv.pop(1) if len(sys.argv) > 1 else None  # so that no module finds it when its docstrings are read
    out = Path(named or ROOT / "build" / "site").resolve()
    with tempfile.TemporaryDirectory(prefix="course-site-") as folder:
        source = Path(folder) / "pages"
        collect(source)
        status = sphinx(source, out, Path(folder))
    if status == 0:
        print(f"The site is in {out}: open {out / 'index.html'}")
    return status


def sphinx(source: Path, out: Path, work: Path) -> int:
    """Make HTML of the pages. A warning fails the build, unless it is about the look of a docstring's page."""
    from sphinx.cmd.build import build_main

    shutil.rmtree(out, ignore_errors=True)
    said = work / "warnings.txt"
    options = ["-q", "-b", "html", "-c", str(source / "docs/site"), "-d", str(work / "doctrees"), "-w", str(said)]
    status = build_main([*options, str(source), str(out)])
    complaints = [line for line in said.read_text(encoding="utf-8").splitlines() if not OF_DOCSTRINGS.search(line)]
    return status or len(complaints)


def collect(source: Path) -> None:
    """Lay out all pages, and what they show, under `source`."""
    for name, text in pages(source / "docs/site/static/covers").items():
        write(source / name, text)
    for picture in (ROOT / "docs" / "pictures").iterdir():
        copy(picture, source / "docs" / "pictures" / picture.name)
    copy(HERE / "conf.py", source / "docs/site/conf.py")
    for file in [*(HERE / "static").iterdir(), STATIC / "widgets.css", PAGE_TEMPLATES / "course" / "host.js"]:
        copy(file, source / "docs/site/static" / file.name)


def pages(pictures: Path) -> dict[str, str]:
    """Every page's text by its path; paths are the repository's, and the README is the front page.

    The pictures of the front page's cards are written into `pictures`.
    """
    books = [name_of(path) for path in sorted(ROOT.glob("solutions/[0-9]*/[0-9]*.ipynb"))]
    cards = [name_of(path) for path in sorted(ROOT.glob("datasets/cards/*.md"))]
    guides = [*GUIDES, *(name for path in sorted(ROOT.glob("docs/*.md")) if (name := name_of(path)) not in GUIDES)]
    made = listings.pages(books, cards, guides)
    known = {*made, *books, *cards, *guides, GALLERY, "index.md"}
    for name in [*cards, *guides]:
        made[name] = led((ROOT / name).read_text(encoding="utf-8"), name, known)
    words = glossary.meanings((ROOT / "docs" / glossary.NAME).read_text(encoding="utf-8"))
    for name in [*books, GALLERY]:
        book = nbformat.read(ROOT / name, as_version=4)
        links = partial(led_with_words, name=name, known=known, words=words)
        made[name] = nbformat.writes(lessons.page(book, Path(name).stem, links))
    made["index.md"] = front_page(known, pictures) + "\n" + listings.navigation()
    return made


def front_page(known: set[str], pictures: Path) -> str:
    """The README, with a widget that plays in the place of its screenshot, and lessons as cards."""
    text = lessons.BADGE.sub(r"[\1](\2)", (ROOT / "README.md").read_text(encoding="utf-8"))
    text = covers.cards(text, ROOT, pictures)
    above, below = SCREENSHOT.split(ITSELF.sub("", text))
    gallery = nbformat.read(ROOT / GALLERY, as_version=4)
    return led(above, "index.md", known) + lessons.alone(gallery, HERO, "front") + led(below, "index.md", known)


def name_of(path: Path) -> str:
    """A file's path in the repository, with forward slashes."""
    return path.relative_to(ROOT).as_posix()


def led(text: str, name: str, known: set[str]) -> str:
    """A page's Markdown whose links lead to pages of the site, or, to files that are none, into the repository."""
    ours = f"{repository(ROOT)}/blob/main/"

    def lead(found: re.Match[str]) -> str:
        label, target = found.groups()
        path, hash_, anchor = target.partition("#")
        if path.startswith(ours):
            place = path.removeprefix(ours)
        elif not path or re.match(r"[a-z]+:", path):
            return found[0]
        else:
            place = posixpath.normpath(posixpath.join(posixpath.dirname(name), path))
        place = {"README.md": "index.md"}.get(place, place)
        if (lesson := re.sub("^course/", "solutions/", place)) in known:  # its solutions are folded
            place = lesson
        if place in known or place.startswith("docs/pictures/"):
            return f"{label}({posixpath.relpath(place, posixpath.dirname(name) or '.')}{hash_}{anchor})"
        kind = "tree" if (ROOT / place).is_dir() else "blob"
        return f"{label}({repository(ROOT)}/{kind}/main/{place}{hash_}{anchor})"

    text = PICTURE.sub(r"![\2](\3){.only-light}\n![\2](\1){.only-dark}", text)  # by the page's theme, not the system's
    parts = CODE.split(text)
    return "".join(part if part.startswith("`") else LINK.sub(lead, part) for part in parts)


def led_with_words(text: str, name: str, known: set[str], words: dict[str, str]) -> str:
    """A lesson's text, led, whose links to the glossary say what the word means."""
    return glossary.at_hand(led(text, name, known), words)


def write(path: Path, text: str) -> None:
    """Write a page."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def copy(file: Path, place: Path) -> None:
    """Copy a file that pages show."""
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(file, place)


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    sys.exit(main())
