"""The lessons of the front page as cards: a picture of the lesson's own, its title, its time, and what one will do."""

from __future__ import annotations

import base64
import html
import re
from pathlib import Path
from typing import Any

import nbformat

from helpers.authoring import sittings
from helpers.lessons import LESSONS

COVERS = {  # the cell whose picture stands for the lesson; none of them tells what a guess is about
    "01_linear_regression": "line-fitter",
    "02_logistic_regression": "positive-logo",
    "03_multilayer_perceptron": "sizes",
    "04_convolution": "mutation-map",
    "05_recurrent": "hidden-state-trained",
    "06_attention": "pair-map",
    "07_chromatin": "maps-picture",
    "08_representations": "planes",
    "09_field": "contacts-picture",
    "10_your_own": "columns-picture",
}
LAB = "docs/pictures/lab.png"  # where a lesson has no figure
TABLE = re.compile(r"^\| number \| lesson \| you will \|\n\|[-|]+\|\n((?:\|.*\|\n)+)", re.MULTILINE)
ROW = re.compile(r"\| (\d+) \| \[.*\]\(.*\) \| (.*) \|")


def cards(readme: str, root: Path, pictures: Path) -> str:
    """The README with cards in the place of its table of lessons; their pictures are written into `pictures`.

    Raises
    ------
    ValueError
        If there is no such table, or a lesson's notebook has not the cell whose picture stands for it.
    """
    table = TABLE.search(readme)
    if table is None:
        raise ValueError("README.md has no table with the columns number, lesson and you will")
    wills = {int(number): will for number, will in ROW.findall(table[1])}
    made = []
    pictures.mkdir(parents=True)
    for lesson in LESSONS:
        book = nbformat.read(root / "solutions" / lesson.folder / f"{lesson.folder}.ipynb", as_version=4)
        cover = picture(book, COVERS[lesson.folder]) if lesson.folder in COVERS else (root / LAB).read_bytes()
        (pictures / f"{lesson.folder}.png").write_bytes(cover)
        times = sittings.sittings(book.cells)
        made.append(
            f'<a class="lesson-card" href="solutions/{lesson.folder}/{lesson.folder}.html">'
            f'<img alt="" src="_static/covers/{lesson.folder}.png">'
            f"<b>{lesson.number:02d} · {html.escape(lesson.title)}</b>"
            f"<span>{html.escape(wills[lesson.number])}</span>"
            f"<small>{' + '.join(str(sittings.five(minutes)) for minutes in times)} minutes</small></a>"
        )
    return readme.replace(table[0], '<div class="lesson-cards">' + "\n".join(made) + "</div>\n")


def picture(book: Any, cell: str) -> bytes:
    """The picture that a cell of a notebook shows, as PNG."""
    for one in book.cells:
        if one.id == cell:
            for output in one.outputs:
                if "image/png" in output.get("data", {}):
                    return base64.b64decode(output.data["image/png"])
    raise ValueError(f"no cell {cell!r} with a picture: COVERS in docs/site/covers.py names the cell of each lesson")
