"""Pages of HTML from templates: self-contained, readable in light and dark, wide and narrow, and without any script.

Jinja escapes whatever a template shows; before that, characters that turn the direction of reading, or are no
characters, are made visible. The page's own policy forbids scripts, pictures and connections besides.
"""

from __future__ import annotations

import re
from functools import cache
from statistics import mean, median
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

HIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


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


def visible(words: object) -> str:
    """Text in which what cannot be seen is written out, as `\\u202e`; line ends are those of Unix."""
    return HIDDEN.sub(lambda one: f"\\u{ord(one[0]):04x}", str(words).replace("\r\n", "\n"))


def sentence(words: str) -> Markup:
    """A hint as escaped text, with `code` as code."""
    from markupsafe import Markup, escape

    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(visible(words)))))


def number(value: float) -> str:
    """Points and the like without needless zeros."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
