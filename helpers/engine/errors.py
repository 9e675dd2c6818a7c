"""What Python and torch say when code stops, in words that say what to mend."""

from __future__ import annotations

import re

from helpers.engine.error_sentences import KNOWN

STOPPED = "Your code stopped with an error."
OWN = re.compile(r"`(forward|__init__)` ")  # errors that a kind of exercise raises itself begin like this
PRODUCT = re.compile(r"mat1 and mat2 shapes cannot be multiplied \((\d+)x(\d+) and (\d+)x(\d+)\)")


def explained(error: str, text: str) -> str:
    """A sentence on an error; "" where all there is to say is what it says itself.

    Parameters
    ----------
    error, text : str
        The error's type and what it says.
    """
    if OWN.match(text):
        said = text.splitlines()[0]
        return said if said.endswith((".", "?", "!")) else f"{said}."
    product = PRODUCT.search(text)
    if product:
        return unfit(*map(int, product.groups()))
    for pattern, sentence in KNOWN.get(error, ()):
        found = re.match(pattern, text)
        if found:
            return sentence.format(*found.groups())
    return ""


def unfit(rows: int, columns: int, other_rows: int, other_columns: int) -> str:
    """Why two matrices cannot be multiplied, and whether one that is turned could be."""
    said = (
        f"({rows}, {columns}) @ ({other_rows}, {other_columns}) does not go: the first has to have as many columns as "
        "the second has rows."
    )
    return f"{said} With the second turned, `.T`, it would." if columns == other_columns else said
