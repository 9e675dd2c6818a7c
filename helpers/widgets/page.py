"""A notebook as one HTML page in which the widgets stay alive: no kernel, no network, no other file."""

from __future__ import annotations

from typing import Any

from helpers.places import PAGE_TEMPLATES


def to_html(notebook: Any) -> str:
    """Write an executed notebook as a page.

    Where the notebook holds its widgets' state (as nbclient leaves it in ``metadata.widgets``), they can be dragged in
    the page; elsewhere, and until they have loaded, their still pictures stand there with their alt texts.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        An executed notebook.

    Returns
    -------
    str
        The page.
    """
    from nbconvert import HTMLExporter

    exporter = HTMLExporter(template_name="course", extra_template_basedirs=[str(PAGE_TEMPLATES)])
    resources = {"widget_host": (PAGE_TEMPLATES / "course" / "host.js").read_text(encoding="utf-8")}
    page, _ = exporter.from_notebook_node(notebook, resources=resources)
    return page
