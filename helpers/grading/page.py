"""One self-contained page of HTML: readable in light and dark, wide and narrow, and without any script.

Whatever a learner wrote goes through `text`, which escapes it; the page's own policy forbids scripts, pictures and
connections besides.
"""

from __future__ import annotations

import html
import re

POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
STYLE = """
:root { color-scheme: light dark; --ink: #1c2024; --soft: #565e66; --page: #fff; --field: #f4f5f7; --line: #d5d9de;
  --good: #1d7a38; --part: #8a5300; --bad: #b3261e; --bar: #2f6fb7; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e8ea; --soft: #a9b1b9; --page: #15181b; --field: #20252a;
  --line: #3a4148; --good: #6fd08c; --part: #f0b45a; --bad: #ff9d94; --bar: #7db4f0; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 60rem; padding: 1rem 1rem 4rem; background: var(--page); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: .5rem 0; } h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
p { margin: .4rem 0; max-width: 46rem; } .soft { color: var(--soft); }
.right { color: var(--good); } .part { color: var(--part); } .wrong { color: var(--bad); } .open { color: var(--soft); }
pre { background: var(--field); border: 1px solid var(--line); border-radius: .3rem; padding: .6rem .8rem;
  overflow-x: auto; font: .85rem/1.45 ui-monospace, monospace; }
code { font: .9em ui-monospace, monospace; background: var(--field); padding: 0 .2em; border-radius: .2rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--soft); }
th, td { padding: .25rem .6rem; text-align: left; border-bottom: 1px solid var(--line); vertical-align: top; }
th { font-weight: 600; } td.number, th.number { text-align: right; white-space: nowrap; }
.wide { overflow-x: auto; /* a shadow where more is hidden */ background:
  linear-gradient(to right, var(--page) 30%, transparent) 0 0 / 2rem 100% no-repeat local,
  linear-gradient(to left, var(--page) 30%, transparent) 100% 0 / 2rem 100% no-repeat local,
  linear-gradient(to right, #0004, transparent) 0 0 / .6rem 100% no-repeat scroll,
  linear-gradient(to left, #0004, transparent) 100% 0 / .6rem 100% no-repeat scroll; }
 .wide:focus-visible { outline: 2px solid var(--bar); }
""".strip()


def page(title: str, body: str, style: str = "") -> str:
    """A whole page.

    Parameters
    ----------
    title : str
        Plain text.
    body, style : str
        HTML and CSS of our own making, with everything from elsewhere escaped.
    """
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{text(title)}</title>\n<style>\n{STYLE}\n{style}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def text(words: object) -> str:
    """Anything as escaped text; characters that turn the direction of reading, or are no characters, are shown."""
    visible = re.sub(
        r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]",
        lambda one: f"\\u{ord(one[0]):04x}",
        str(words).replace("\r\n", "\n"),
    )
    return html.escape(visible)


def sentence(words: str) -> str:
    """A hint as escaped text, with `code` as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", text(words))


def number(value: float) -> str:
    """Points and the like without needless zeros."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
