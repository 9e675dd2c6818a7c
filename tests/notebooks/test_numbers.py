"""No number is typed by hand where it was measured: in lessons cells print it, in cards and pages code has written it.

In a lesson, every number of a paragraph that begins "What to see" or "What it means" has to stand in the code or in the
saved output of the cells above it in its section. What is no measurement, such as a constant of nature or of design, is
named in a comment at the end of the paragraph's cell: `<!-- fixed: 1.5; 57 -->`.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest

from helpers import plots
from helpers.learner import progress
from helpers.lessons import LESSONS

ROOT = Path(__file__).parents[2]
FACTS = ROOT / "datasets" / "facts.json"
TYPED = re.compile(r"\b0\.\d+\b(?! MB)|\b\d+(?:\.\d+)? %")
ADDRESS = re.compile(r"\]\([^)]*\)|`[^`]*`|arXiv:\d+\.\d+|doi:\S+|_\d+\.\d+")
LEAST = {1: 3, 2: 1, 4: 1, 5: 2}  # numbers of that form that a lesson has: else the test below would hold of nothing
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


@pytest.mark.parametrize("lesson", LESSONS[1:], ids=lambda lesson: lesson.folder)
def test_a_number_changed_by_hand_is_found(lesson) -> None:
    cells = nbformat.read(ROOT / "solutions" / lesson.folder / f"{lesson.folder}.ipynb", 4).cells
    changed = 0
    for cell in cells:
        if cell.cell_type != "markdown":
            continue
        kept = cell.source
        for paragraph in kept.split("\n\n"):
            number = re.search(r"(?<![\w.,/−-])\d+\.\d+(?![\w.])", ASIDE.sub("", paragraph))
            if paragraph.startswith(OPENINGS) and number and number[0] in paragraph and not FIXED.search(paragraph):
                cell.source = kept.replace(number[0], f"{float(number[0]) + 0.37:.2f}1")
                assert untold(cells) != [], number[0]
                changed += 1
        cell.source = kept
    assert changed >= LEAST.get(lesson.number, 0)


@pytest.mark.parametrize("name", sorted(json.loads(FACTS.read_text(encoding="utf-8"))))
def test_a_card_says_what_was_measured_and_types_no_score(name) -> None:
    sys.path.insert(0, str(ROOT / "benchmarks"))
    try:
        import cards
    finally:
        sys.path.pop(0)
    card = (ROOT / "datasets" / "cards" / f"{name}.md").read_text(encoding="utf-8")
    facts = json.loads(FACTS.read_text(encoding="utf-8"))
    assert card == cards.put(card, cards.measured_part(name, facts))
    typed = TYPED.findall(ADDRESS.sub("", cards.PART.sub("", card)))
    assert typed == [] or name.startswith("simulated"), typed  # their recipes' shares, which tests compare


def test_the_poster_says_what_was_measured_and_no_other_number() -> None:
    boards = {name: progress.measured(name) for name in ("human_tata", "human_nontata")}
    boards["at random places"] = progress.measured("human_tata", places="random")
    figure = plots.poster(boards, progress.published())
    means = {
        (row["model"], f"{np.mean(row['mcc']):.3f}")
        for rows in (*boards.values(), progress.published())
        for row in rows
    }
    told = [text.get_text() for ax in figure.axes for text in ax.texts if text.get_gid() != "line"]
    assert len(told) > 40
    for text in told:
        number, _, model = text.partition("  ")
        assert (model.removesuffix(" (size not given)"), number) in means, text
    legend = [text.get_text() for one in figure.legends for text in one.get_texts()]
    titles = [ax.get_title() for ax in figure.axes] + [figure.get_suptitle()]
    assert set(values(" ".join([*legend, *titles]))) == {95.0}
    plt.close(figure)


@pytest.mark.parametrize("name", ["README.md", "docs/learner.md", "docs/instructor.md", "docs/author.md"])
def test_a_guide_types_no_score(name) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    outside = re.sub(r"<!-- scoreboard -->.*?<!-- end of the scoreboard -->", "", text, flags=re.DOTALL)
    assert re.findall(r"(?<![\w./])0?\.\d{2,3}(?![\w.])", ADDRESS.sub("", outside)) == []
