"""Text that came from elsewhere, made fit to be shown: in a terminal, in a page."""

from __future__ import annotations

import re

# controls (a terminal obeys them), marks that turn the direction of reading, halves of characters
HIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def visible(words: object) -> str:
    """Text in which what cannot be seen is written out, as `\\u202e`; line ends are those of Unix."""
    return HIDDEN.sub(lambda one: f"\\u{ord(one[0]):04x}", str(words).replace("\r\n", "\n"))
