"""What a person who waits may hear of long work."""

from __future__ import annotations


class Progress:
    """Hears how work goes on, and tells nobody: whoever has a screen overrides what it can show."""

    def began(self, count: int) -> None:
        """Hear how many there are to do."""

    def done(self, student: str, what: str) -> None:
        """Hear that one is done, and what became of it."""

    def say(self, line: str) -> None:
        """Hear what a person should know."""
