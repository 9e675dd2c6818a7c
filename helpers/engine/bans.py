"""What an exercise forbids, in words: its text and the verdict say the same, from the list that the check reads."""

from __future__ import annotations

from collections.abc import Iterable

SHORT = (("torch.nn.functional.", "F."), ("torch.nn.", "nn."), ("numpy.", "np."))  # as notebooks import them


def short_name(name: str) -> str:
    """A forbidden name as a notebook would have it: `F.conv1d`, `nn.Conv1d`, `.backward()`."""
    if name.startswith("."):
        return f"`{name}()`"
    long, short = next((pair for pair in SHORT if name.startswith(pair[0])), ("", ""))
    return f"`{short}{name.removeprefix(long)}`"


def spoken_names(forbids: Iterable[str]) -> list[str]:
    """Forbidden names for people: of those that differ in module and spelling alone, the first."""
    found: dict[str, str] = {}
    for name in forbids:
        last = name.rpartition(".")[2].lower().replace("_", "")
        found.setdefault(last, short_name(name))
    return list(found.values())


def ban(forbids: Iterable[str]) -> str:
    """The sentence in an exercise's text that says what may not be used; "" where everything may."""
    names = spoken_names(forbids)
    if not names:
        return ""
    return f"**Not to be used**, under this or another name: {', '.join(names)}; nor a library beside NumPy and torch."
