"""A term of the glossary in JupyterLab: its meaning under it by pointer and keyboard, its page beside the lesson."""

from __future__ import annotations

import shutil

import nbformat
from jupyter_host import ROOT, WAIT_MS

from helpers.lessons import LESSONS

PRIMER = "A short piece of DNA from which copying starts in PCR."


def test_a_term_shows_its_meaning_and_leads_to_the_glossary_beside_the_lesson(lab) -> None:
    folder = lab.server.notebooks / LESSONS[1].folder
    folder.mkdir()
    shutil.copy(ROOT / "course" / "glossary.md", lab.server.notebooks)
    book = nbformat.read(ROOT / "course" / LESSONS[1].folder / f"{LESSONS[1].folder}.ipynb", 4)
    kept = [cell for cell in book.cells if cell.id in ("setup", "story")]
    book.cells = [cell for cell in kept if cell.id == "story"] + [cell for cell in kept if cell.id == "setup"]
    nbformat.write(book, folder / "words.ipynb")
    tab = lab.page
    lab.open_file(f"{folder.name}/words.ipynb")
    link = tab.locator(".jp-RenderedMarkdown a[title]", has_text="primers")
    link.wait_for(timeout=WAIT_MS)
    assert link.get_attribute("title") == PRIMER
    lab.run_all()
    tab.wait_for_function("() => document.body.innerText.includes('Lesson 01')", timeout=WAIT_MS)
    tab.keyboard.press("Tab")  # the keyboard is in use: focus is shown from here on
    link.focus()
    shown = "([a, words]) => getComputedStyle(a, '::after').content.includes(words)"
    tab.wait_for_function(shown, arg=[link.element_handle(), PRIMER], timeout=WAIT_MS)
    link.press("Enter")
    heading = tab.locator(".jp-MarkdownViewer h3", has_text="primer")
    heading.wait_for(timeout=WAIT_MS)
