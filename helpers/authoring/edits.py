"""Adding to Python files what an author would add by hand: an import, an entry in a table. All else stays as it is."""

from __future__ import annotations

import ast
import re
import sys
import textwrap
from typing import Any

LINE = 120  # characters, as the project's formatter has it
INDENT = " " * 4


def table(text: str, name: str) -> Any:
    """The tuple, list or dict that a module assigns to a name, as syntax.

    Raises
    ------
    ValueError
        If the module assigns none.
    """
    for node in ast.parse(text).body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if any(isinstance(target, ast.Name) and target.id == name for target in targets):
            value = getattr(node, "value", None)
            if isinstance(value, (ast.Tuple, ast.List, ast.Dict)):
                return value
    raise ValueError(f"there is no table {name} to enter something in; expected a line that begins with {name} =")


def keys(text: str, name: str) -> list[str]:
    """The keys of a dict of strings, or the names in a tuple, in their order."""
    found = table(text, name)
    if isinstance(found, ast.Dict):
        return [ast.literal_eval(key) for key in found.keys if key is not None]
    return [element.id for element in found.elts if isinstance(element, ast.Name)]


def with_entry(text: str, name: str, entry: str, place: int | None = None) -> str:
    """A module with one more entry in its table.

    Parameters
    ----------
    text : str
        The module.
    name : str
        What the table is called in it.
    entry : str
        The entry as it is written, without a comma; of a dict, key and value.
    place : int, optional
        Before which entry, counted from 0; at the end if not given.

    Returns
    -------
    str
        The module's new text.
    """
    node = table(text, name)
    starts = [key or value for key, value in zip(node.keys, node.values, strict=True)] if pairs(node) else node.elts
    line_of = offsets(text)
    closing = line_of[node.end_lineno - 1]
    if text[closing:].startswith(tuple("])}")) and node.end_lineno > node.lineno:
        at = closing if place is None or place >= len(starts) else line_of[starts[place].lineno - 1]
        return f"{text[:at]}{textwrap.indent(entry, INDENT)},\n{text[at:]}"
    ends = node.values if pairs(node) else node.elts
    entries = [text[span(text, first)[0] : span(text, last)[1]] for first, last in zip(starts, ends, strict=True)]
    entries.insert(len(entries) if place is None else place, entry)
    start, end = span(text, node)
    opening, close = text[start], text[end - 1]
    if isinstance(node, ast.Tuple) and len(entries) == 1:
        return f"{text[:start]}({entry},){text[end:]}"
    inside = "".join(f"{textwrap.indent(one, INDENT)},\n" for one in entries)
    return f"{text[:start]}{opening}\n{inside}{close}{text[end:]}"


def pairs(node: ast.AST) -> bool:
    """Whether a table has keys."""
    return isinstance(node, ast.Dict)


def offsets(text: str) -> list[int]:
    """Where each line begins, in characters."""
    found = [0]
    for line in text.splitlines(keepends=True):
        found.append(found[-1] + len(line))
    return found


def span(text: str, node: Any) -> tuple[int, int]:
    """Where a piece of syntax begins and ends, in characters; the parser counts bytes within a line."""
    begins, lines = offsets(text), text.splitlines(keepends=True)

    def place(line: int, column: int) -> int:
        return begins[line - 1] + len(lines[line - 1].encode()[:column].decode())

    return place(node.lineno, node.col_offset), place(node.end_lineno, node.end_col_offset)


def with_import(text: str, statement: str) -> str:
    """A module that imports something besides, in the order that the linter wants.

    Parameters
    ----------
    text : str
        The module; its imports stand at the top, in order.
    statement : str
        One statement of one line, ``from MODULE import NAME, NAME`` or ``import MODULE as NAME``.

    Returns
    -------
    str
        The module's new text; the same where it imports that already.
    """
    (wanted,) = ast.parse(statement).body
    body = ast.parse(text).body
    there = [node for node in body if isinstance(node, (ast.Import, ast.ImportFrom))]
    for node in there:
        if rank(node) == rank(wanted):
            start, end = span(text, node)
            return text[:start] + rendered(node, wanted) + text[end:] if adds(node, wanted) else text
    line = rendered(wanted, wanted) + "\n"
    earlier = [node for node in there if rank(node) < rank(wanted)]
    later = [node for node in there if rank(node) > rank(wanted)]
    begins = offsets(text)
    if later and rank(later[0])[0] == rank(wanted)[0] and not (earlier and same_section(earlier[-1], wanted)):
        at = begins[later[0].lineno - 1]
        return text[:at] + line + text[at:]
    if earlier:
        at = begins[earlier[-1].end_lineno or 0]
        return text[:at] + ("" if same_section(earlier[-1], wanted) else "\n") + line + text[at:]
    if later:
        at = begins[later[0].lineno - 1]
        return text[:at] + line + "\n" + text[at:]
    at = begins[body[0].end_lineno or 0]  # after the docstring
    return text[:at] + "\n" + line + text[at:]


def rank(node: Any) -> tuple[int, bool, list[Any]]:
    """Where an import stands: its section (future, standard, others', ours), plain ones first, then by name."""
    module = str(node.module if isinstance(node, ast.ImportFrom) else node.names[0].name)
    top = module.partition(".")[0]
    section = 0 if top == "__future__" else 1 if top in sys.stdlib_module_names else 3 if top == "helpers" else 2
    return section, isinstance(node, ast.ImportFrom), natural(module)


def same_section(one: Any, other: Any) -> bool:
    """Whether no empty line stands between two imports."""
    return rank(one)[0] == rank(other)[0]


def natural(name: str) -> list[Any]:
    """A key that sorts conv2 before conv10, in either case."""
    return [(int(part), "") if part.isdigit() else (-1, part.lower()) for part in re.split(r"(\d+)", name)]


def adds(node: Any, wanted: Any) -> bool:
    """Whether an import brings a name that another of the same module does not."""
    return bool({ast.unparse(alias) for alias in wanted.names} - {ast.unparse(alias) for alias in node.names})


def rendered(*nodes: Any) -> str:
    """Imports from one module as one statement: constants, then classes, then the rest; wrapped where it is long."""
    if isinstance(nodes[0], ast.Import):
        return ast.unparse(nodes[-1])
    names = {ast.unparse(alias) for node in nodes for alias in node.names}

    def key(name: str) -> tuple[int, list[Any]]:
        kind = 0 if name.isupper() and len(name) > 1 else 1 if name[:1].isupper() else 2
        return kind, natural(name)

    ordered = sorted(names, key=key)
    line = f"from {nodes[0].module} import {', '.join(ordered)}"
    if len(line) <= LINE:
        return line
    return f"from {nodes[0].module} import (\n" + "".join(f"{INDENT}{name},\n" for name in ordered) + ")"
