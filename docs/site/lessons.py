"""A notebook as a page to read: stubs shown, solutions folded, pictures with their alt texts, widgets alive."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Callable
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from helpers import widgets
from helpers.authoring import sittings
from helpers.authoring.release import REGION, own_stub
from helpers.widgets.base import SAVED

BADGE = re.compile(r"\[!\[([^\]]+)\]\([^)]+\)\]\(([^)]+)\)")
MARKERS = re.compile(r"^[ \t]*### (?:BEGIN|END) SOLUTION[ \t]*\n?", re.MULTILINE)
OWN_STUB = re.compile(r"^[ \t]*### STUB[ \t]*\n.*?(?=^[ \t]*### END SOLUTION)", re.DOTALL | re.MULTILINE)
EMPTY = "raise NotImplementedError()"
WIDE = 700  # pixels of a picture; at the width of a phone the letters of a wider one are too small to read


def page(book: Any, name: str, links: Callable[[str], str]) -> Any:
    """The notebook of a page.

    Parameters
    ----------
    book : nbformat.NotebookNode
        A solved, executed notebook; it is not changed.
    name : str
        A name that no other page has, for its widgets.
    links : callable
        Leads the links of a Markdown text to where they hold on the site.
    """
    made = nbformat.v4.new_notebook(metadata={"kernelspec": book.metadata.get("kernelspec", {})})
    alive: dict[str, dict[str, Any]] = {}
    for cell, told in zip(book.cells, sittings.told(book.cells), strict=True):
        made.cells += text(told, links) if cell.cell_type == "markdown" else code(cell, name, alive)
    if alive:
        made.cells.append(new_markdown_cell(script(alive)))
    return made


def text(source: str, links: Callable[[str], str]) -> list[Any]:
    """A text cell; badges, which other servers draw, become plain links."""
    return [new_markdown_cell(links(BADGE.sub(r"[\1](\2)", source)))]


def code(cell: Any, name: str, alive: dict[str, dict[str, Any]]) -> list[Any]:
    """A code cell as it is; a solution as its stub, and folded under it the solved one.

    A guess stands without its code, which holds the answer; what the notebook hides is folded, and so is what makes the
    gallery's widgets.
    """
    outputs = [shown(output, f"{name}-{cell.id}-{i}", alive) for i, output in enumerate(cell.outputs)]
    solved = new_code_cell(cell.source, outputs=outputs)
    solved.metadata.mystnb = {"image": image(pictures[0])} if (pictures := [o for o in cell.outputs if alt(o)]) else {}
    if "### BEGIN SOLUTION" not in cell.source:
        shows = {output.data[SAVED]["widget"] for output in cell.outputs if SAVED in output.get("data", {})}
        if "Predict" in shows:
            solved.metadata.tags = ["remove-input"]
        elif hidden(cell) or (shows and "demo" not in cell.metadata.get("tags", [])):
            solved.metadata.tags = ["hide-input"]
            solved.metadata.mystnb |= {"code_prompt_show": "The code", "code_prompt_hide": "The code"}
        return [solved]
    solved.source = MARKERS.sub("", OWN_STUB.sub("", cell.source)).rstrip()
    solved.metadata.tags = ["hide-input"]
    solved.metadata.mystnb |= {"code_prompt_show": "A solution", "code_prompt_hide": "A solution"}
    return [new_code_cell(stub(cell.source)), solved]


def hidden(cell: Any) -> bool:
    """Whether the notebook hides a cell's code until it is asked for."""
    return bool(cell.metadata.get("jupyter", {}).get("source_hidden"))


def stub(source: str) -> str:
    """What learners get in place of a solution."""
    own = REGION.sub(own_stub, source)
    return re.sub(
        r"^([ \t]*)### BEGIN SOLUTION.*?### END SOLUTION[ \t]*$",
        lambda found: found[1] + EMPTY,
        own,
        flags=re.DOTALL | re.MULTILINE,
    ).rstrip()


def image(output: Any) -> dict[str, str]:
    """What the page says of a picture: its alt text, and whether a phone must scroll it."""
    width = int.from_bytes(base64.b64decode(output.data["image/png"])[16:20], "big")
    return {"alt": alt(output)} | ({"classes": "wide-picture"} if width > WIDE else {})


def alt(output: Any) -> str:
    """The alt text of a picture."""
    return output.get("metadata", {}).get("image/png", {}).get("alt", "")


def shown(output: Any, model: str, alive: dict[str, dict[str, Any]]) -> Any:
    """An output for the page. A widget is entered into `alive`; its still picture stands until it has drawn."""
    saved = output.get("data", {}).get(SAVED)
    if saved is None:
        return output
    alive[model] = {"state": {**saved["state"], "_esm": saved["widget"], "_css": ""}, "buffers": saved["buffers"]}
    picture = f'<img alt="{html.escape(alt(output))}" src="data:image/png;base64,{output.data["image/png"].strip()}">'
    attributes = f'class="course-widget" data-widget="{saved["widget"]}" data-model="{model}"'
    return new_output("display_data", {"text/html": f"<div {attributes}>{picture}</div>"})


def alone(book: Any, cell: str, name: str) -> str:
    """The widget that one cell of a notebook shows, by itself, as Markdown for a page without other widgets."""
    alive: dict[str, dict[str, Any]] = {}
    [output] = [output for one in book.cells if one.id == cell for output in one.outputs]
    return shown(output, name, alive).data["text/html"] + "\n\n" + script(alive)


def script(alive: dict[str, dict[str, Any]]) -> str:
    """The states of a page's widgets and the modules that draw them, as host.js reads them."""
    names = sorted({entry["state"]["_esm"] for entry in alive.values()})
    data = {"modules": {name: str(getattr(widgets, name)._esm) for name in names}, "state": alive}
    plain = json.dumps(data).replace("</", "<\\/")
    return f'<script type="application/vnd.jupyter.widget-state+json">{plain}</script>'
