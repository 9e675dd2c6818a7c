"""Photograph every widget: PYTHONPATH=. python tests/widgets/portraits.py FOLDER [NAME ...]

Light and dark, at 1200 and 600 pixels, and the still picture: look at each before you believe it.
"""

from __future__ import annotations

import sys
from pathlib import Path

from blank_page import BlankPage
from browser import FLAGS, chromium_path
from playwright.sync_api import sync_playwright
from widget_examples import EXAMPLES

GROUND = {"light": "#ffffff", "dark": "#111111"}


def main(folder: Path, names: list[str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    chosen = [example for example in EXAMPLES if not names or example.name in names]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=FLAGS)
        for example in chosen:
            widget = example.make()
            (folder / f"{example.name}-still.png").write_bytes(widget.png())
            for scheme, ground in GROUND.items():
                for width in (1200, 600):
                    context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 700})
                    tab = context.new_page()
                    blank = BlankPage(tab).mount(widget, width=f"{width - 32}px")
                    tab.evaluate(f"document.body.style.background = '{ground}'")
                    path = folder / f"{example.name}-{scheme}-{width}.png"
                    tab.screenshot(path=str(path), full_page=True)
                    print(path.name, blank.message())
                    context.close()
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
