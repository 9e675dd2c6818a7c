"""No number is typed by hand where it was measured: in lessons cells print it, in cards and pages code has written it.

In a lesson, every number of a paragraph that begins "What to see" or "What it means" has to stand in the code or in the
saved output of the cells above it in its section. What is no measurement, such as a constant of nature or of design, is
named in a comment at the end of the paragraph's cell: `<!-- fixed: 1.5; 57 -->`.
"""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest

from helpers.lessons import LESSONS

ROOT = Path(__file__).parents[2]
OPENINGS = ("*What to see", "**What it means")
NUMBER = re.compile(r"(?<![\w.])[−-]?\d+(?:,\d{3})*(?:\.\d+)?(?![\w])")
FIXED = re.compile(r"<!-- fixed: (.*?) -->")
ASIDE = re.compile(
    r"\[[^\]]*\]\((?:[^()]|\([^)]*\))*\)"  # links
    r"|<!--.*?-->|`[^`]*`|\$[^$]*\$"
    r"|\b(?:[Ll]essons?|[Ss]ections?|[Ee]xercises?|and) \d+(?:\.\d+)?(?= |,|\.|:|;|\)|$)"
    r"|[+−-]\d+\b(?!\.\d)"  # positions: -31, +1
    r"|\b(?:19|20)\d\d\b"  # years
    r"|\(\d\)"
)


def values(text: str) -> list[float]:
    """Every number in a text."""
    return [float(found.replace("−", "-").replace(",", "")) for found in NUMBER.findall(text)]


def stands(number: str, above: list[float]) -> bool:
    """Whether a number was printed, with as many digits as the sentence has or more; 40 % may have been 0.40."""
    digits, wanted = len(number.partition(".")[2]), abs(float(number.replace("−", "-").replace(",", "")))
    return any(round(abs(one), digits) == wanted or round(abs(one) * 100, digits) == wanted for one in above)


def untold(cells: list) -> list[str]:
    """The sentences' numbers that no cell above them in the section has: "number: sentence"."""
    found, above = [], []
    for cell in cells:
        if cell.cell_type == "code":
            above += values(cell.source)
            for output in cell.get("outputs", []):
                above += values(output.get("text", "") or output.get("data", {}).get("text/plain", ""))
            continue
        fixed = {one.strip() for names in FIXED.findall(cell.source) for one in names.split(";")}
        for paragraph in cell.source.split("\n\n"):
            if paragraph.startswith("### "):
                above = []
            if paragraph.startswith(OPENINGS):
                told = NUMBER.findall(ASIDE.sub(" … ", paragraph))
                found += [
                    f"{number}: {paragraph[:90]}"
                    for number in told
                    if number not in fixed and not stands(number, above)
                ]
            else:
                above += values(FIXED.sub("", paragraph))
    return found


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.folder)
def test_what_a_lesson_says_of_its_numbers_stands_above(lesson) -> None:
    cells = nbformat.read(ROOT / "solutions" / lesson.folder / f"{lesson.folder}.ipynb", 4).cells
    assert untold(cells) == []
