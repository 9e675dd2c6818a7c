"""Pages of HTML from templates: self-contained, readable in light and dark, wide and narrow, and without any script.

Jinja escapes whatever a template shows; before that, characters that turn the direction of reading, or are no
characters, are made visible. The page's own policy forbids scripts, pictures and connections besides.
"""

from __future__ import annotations

import re
from functools import cache
from statistics import mean, median
from typing import TYPE_CHECKING, Any

from helpers.text import visible

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup


def page(template: str, **values: Any) -> str:
    """A whole page.

    Parameters
    ----------
    template : str
        A file of `templates/`.
    **values
        What it shows; all of it is text.
    """
    return environment().get_template(template).render(**values)


@cache
def environment() -> Environment:
    """The templates, and how they show things."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader("helpers.grading"),
        autoescape=True,
        finalize=shown,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"number": number, "sentence": sentence, "mean": mean, "median": median}
    return made


def shown(value: Any) -> Any:
    """A value on its way into a page: text with everything visible; what a template made is left alone."""
    return value if hasattr(value, "__html__") else visible(value)


def sentence(words: str) -> Markup:
    """A hint as escaped text, with `code` as code."""
    from markupsafe import Markup, escape

    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(visible(words)))))


def number(value: float) -> str:
    """Points and the like without needless zeros."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
