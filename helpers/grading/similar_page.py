"""Pairs that are alike, side by side on a page, so that a person can judge."""

from __future__ import annotations

from collections.abc import Mapping

from helpers.grading.page import page, text
from helpers.grading.similar import Pair

STYLE = """
body { max-width: 90rem; }
.beside { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 1rem; }
@media (max-width: 50rem) { .beside { grid-template-columns: minmax(0, 1fr); } }
"""
CAUTION = (
    "Two who learned together, or from the same book, write alike. Nothing here is a verdict: read both, and ask. "
    "<i>By chance</i> is how many pairs as alike as this one a class of this size would hold if every likeness of a "
    "single exercise came by chance, as often as it does in this class, and independently of the others."
)


def html_of(assignment: str, pairs: list[Pair], codes: Mapping[str, Mapping[str, str]]) -> str:
    """The page.

    Parameters
    ----------
    assignment : str
    pairs : list of Pair
    codes : mapping of str to mapping of str to str
        As `similar` takes them.
    """
    parts = [f"<h1>Alike: {text(assignment)}</h1><p>{CAUTION}</p>", *(section(pair, codes) for pair in pairs)]
    if not pairs:
        parts.append(f"<p>Of {len(codes)} submissions no two are more alike than chance makes likely.</p>")
    return page(f"Alike: {assignment}", "\n".join(parts), STYLE)


def section(pair: Pair, codes: Mapping[str, Mapping[str, str]]) -> str:
    """One pair: what they are alike in, code beside code."""
    names = f"{text(pair.one)} and {text(pair.other)}"
    parts = [f"<h2>{names}</h2><p>By chance: {pair.expected:.1g} pairs.</p>"]
    for each in pair.alike:
        beside = "".join(
            f'<pre tabindex="0" aria-label="{text(name)}">{text(codes[name][each.exercise])}</pre>'
            for name in (pair.one, pair.other)
        )
        what = f"<code>{text(each.exercise)}</code>, {each.share:.0%} of what is rare in the shorter one"
        parts.append(f'<h3>{what}</h3><div class="beside">{beside}</div>')
    return "\n".join(parts)
