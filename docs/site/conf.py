"""Settings of Sphinx for the course's site; `build.py` collects the pages and calls it."""

import importlib.metadata
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

project = "Deep learning on DNA"
author = "The authors of Deep Learning on DNA"
project_copyright = "text CC BY 4.0, code BSD-3-Clause"
version = release = importlib.metadata.version("deep-learning-on-dna")
language = "en"

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx.ext.mathjax",
    "sphinx-mathjax-offline",  # MathJax from this machine: the site asks no other server for anything
]

# Lessons: their committed outputs are shown as they are.
nb_execution_mode = "off"
nb_merge_streams = True
nb_render_text_lexer = "none"
myst_enable_extensions = ["amsmath", "dollarmath", "attrs_inline"]
myst_heading_anchors = 4
suppress_warnings = [
    "myst.header",  # a lesson's title is #, its sections ###
    "mystnb.unknown_mime_type",
    "ref.python",  # `sequence` is the name of many things
]

# Docstrings: NumPy style; single backticks hold code.
default_role = "code"
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_use_type_comments = False  # there are none, and looking for them takes seconds
napoleon_google_docstring = False
napoleon_use_ivar = True
napoleon_use_rtype = False
python_use_unqualified_type_names = True
add_module_names = False

html_theme = "pydata_sphinx_theme"
html_title = project
html_static_path = ["static"]
html_css_files = ["widgets.css", "site.css"]
html_js_files = [("host.js", {"type": "module"})]
html_show_sourcelink = False
html_copy_source = False
html_favicon = "static/favicon.svg"
html_context = {"default_mode": "auto"}
html_sidebars = {page: [] for page in ("index", "solutions/**", "docs/exercises", "docs/widgets")}
html_theme_options = {
    "show_prev_next": True,
    "navbar_align": "left",
    "navbar_end": ["theme-switcher"],
    "header_links_before_dropdown": 6,
    "secondary_sidebar_items": {"**": ["page-toc"], "index": []},
    "footer_start": ["copyright"],
    "footer_end": [],
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
    "back_to_top_button": False,
}


def setup(app: Sphinx) -> None:
    """Let tables be read aloud."""
    app.add_post_transform(TableHeads)
    app.connect("html-page-context", name_folds)
    app.connect("html-page-context", reach_pictures)


def name_folds(_app: Sphinx, _page: str, _template: str, context: dict[str, Any], _doctree: object) -> None:
    """Let a fold be called what stands on it, "A solution", not "Toggle hidden content" as MyST-NB has it."""
    if "body" in context:
        context["body"] = context["body"].replace('<summary aria-label="Toggle hidden content">', "<summary>")


def reach_pictures(_app: Sphinx, _page: str, _template: str, context: dict[str, Any], _doctree: object) -> None:
    """Let the keyboard reach outputs with a wide picture: on a phone they scroll."""
    place = '<div class="cell_output docutils container">'
    first, *outputs = context.get("body", "").split(place)
    reached = place.replace(">", ' tabindex="0" role="group" aria-label="Picture">')
    wide = ['class="wide-picture"' in output.partition('<div class="cell ')[0] for output in outputs]
    if any(wide):
        context["body"] = first + "".join(
            (reached if one else place) + output for one, output in zip(wide, outputs, strict=True)
        )


class TableHeads(SphinxPostTransform):
    """Markdown wants a head for every table: one without words is taken away, a cell without words gets some unseen.

    A formula alone counts as no words: MathJax draws it, and axe-core does not hear it.
    """

    default_priority = 5

    def run(self, **_: object) -> None:
        """Go through all tables of a page."""
        for head in list(self.document.findall(nodes.thead)):
            if not head.astext().strip():
                head.parent.remove(head)
                continue
            for cell in list(head.findall(nodes.entry)):
                formulas = "".join(formula.astext() for formula in cell.findall(nodes.math))
                if cell.astext().strip() == formulas.strip():
                    cell.append(nodes.inline("", formulas or "row", classes=["visually-hidden"]))
