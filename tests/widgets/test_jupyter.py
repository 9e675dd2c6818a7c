"""Every widget in JupyterLab and Notebook 7, in a real browser, with mouse and keyboard and a real kernel."""

from __future__ import annotations

import json

import pytest
from agreement import NUMBERS, agree
from browser import new_context
from jupyter_host import WAIT_MS, Lab
from widget_examples import EXAMPLES

COMMAND_KEYS = ["b", "a", "m", "y", "d", "x", "z", "j", "ArrowDown", "ArrowUp"]


def wait_for_widgets(tab, count):
    tab.wait_for_function(
        "n => document.querySelectorAll('.dlg').length === n && "
        "[...document.querySelectorAll('.dlg')].every((root) => root.dataset.paints)",
        arg=count,
        timeout=WAIT_MS,
    )


def press(tab, root, example):
    control = root.get_by_role(example.role, name=example.control, exact=True)
    control.scroll_into_view_if_needed()
    control.focus()
    for key in example.key.split():
        tab.keyboard.press(key)
    return control


def until(tab, lab, code, expected):
    """The kernel's answer, asked again while the browser's debounced message is under way."""
    answer = None
    for _ in range(50):
        answer = lab.kernel(code)
        if expected(answer):
            return answer
        tab.wait_for_timeout(100)
    raise AssertionError(f"{code} stayed {answer}")


@pytest.fixture(scope="module")
def all_in_one_lab(server, chromium):
    """One notebook in JupyterLab with a cell for each widget, kept as w0, w1, ..."""
    context = new_context(chromium, viewport={"width": 1200, "height": 900})
    lab = Lab(server, context.new_page())
    lab.open(*(example.cell(f"w{i}") for i, example in enumerate(EXAMPLES)), name="all").run_all()
    wait_for_widgets(lab.page, len(EXAMPLES))
    yield lab
    context.close()


@pytest.fixture
def index(example):
    return EXAMPLES.index(example)


def test_keyboard_in_lab_reaches_python(all_in_one_lab, example, index):
    lab, tab = all_in_one_lab, all_in_one_lab.page
    root = tab.locator(".dlg").nth(index)
    before = lab.kernel(f"print(repr(w{index}.{example.trait}))")
    press(tab, root, example)
    after = until(tab, lab, f"print(repr(w{index}.{example.trait}))", lambda answer: answer != before)
    assert after != before
    python = json.loads(lab.kernel(f"import json; print(json.dumps(w{index}.numbers()))"))
    agree(python, root.evaluate(NUMBERS))


def test_python_in_lab_reaches_the_picture(all_in_one_lab, example, index):
    lab, tab = all_in_one_lab, all_in_one_lab.page
    root = tab.locator(".dlg").nth(index)
    paints = int(root.get_attribute("data-paints"))
    lab.kernel(f"w{index}.{example.trait} = {example.value!r}")
    tab.wait_for_function(
        "([i, n]) => Number(document.querySelectorAll('.dlg')[i].dataset.paints) > n",
        arg=[index, paints],
        timeout=WAIT_MS,
    )
    assert lab.kernel(f"print(w{index}.{example.trait} == {example.value!r})").strip() == "True"


def test_lab_steals_no_keys(all_in_one_lab, example, index):
    lab, tab = all_in_one_lab, all_in_one_lab.page
    press(tab, tab.locator(".dlg").nth(index), example)
    before = lab.cells()
    for key in COMMAND_KEYS:  # one at a time: 'b' and then 'd d' would add and delete a cell, and pass unnoticed
        tab.keyboard.press(key)
        tab.wait_for_timeout(40)
        assert lab.cells() == before, key
        assert tab.evaluate("!!document.activeElement.closest('.dlg')"), f"{key} took the focus away"


def test_lab_theme_is_followed(all_in_one_lab):
    lab, tab = all_in_one_lab, all_in_one_lab.page
    for theme, expected in [("JupyterLab Dark", "dark"), ("JupyterLab Light", "light")]:
        lab.command("apputils:change-theme", theme=theme)
        tab.wait_for_function(
            "(theme) => [...document.querySelectorAll('.dlg')].every((root) => root.dataset.theme === theme)",
            arg=expected,
            timeout=WAIT_MS,
        )


def test_mouse_clicks_in_lab_do_not_disturb_the_notebook(all_in_one_lab, example, index):
    lab, tab = all_in_one_lab, all_in_one_lab.page
    before = lab.cells()
    root = tab.locator(".dlg").nth(index)
    root.scroll_into_view_if_needed()
    box = root.bounding_box()
    tab.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    tab.mouse.down()
    tab.mouse.move(box["x"] + box["width"] / 2 + 40, box["y"] + box["height"] / 2 + 10, steps=5)
    tab.mouse.up()
    assert lab.cells() == before


def test_notebook_7_shows_every_widget_and_answers(server, tab):
    book = server.save("classic", *(example.cell() for example in EXAMPLES))
    tab.goto(f"{server.url}/notebooks/{book}?token={server.token}", timeout=WAIT_MS)
    tab.wait_for_selector(".jp-Notebook .jp-Cell", timeout=WAIT_MS)
    tab.wait_for_function(
        "() => window.jupyterapp?.shell?.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'",
        timeout=WAIT_MS,
    )
    tab.evaluate("() => window.jupyterapp.commands.execute('notebook:run-all-cells')")
    wait_for_widgets(tab, len(EXAMPLES))
    for i, example in enumerate(EXAMPLES):
        root = tab.locator(".dlg").nth(i)
        before = root.evaluate("root => JSON.stringify(root.numbers())")
        press(tab, root, example)
        assert root.evaluate("root => JSON.stringify(root.numbers())") != before, example.name
        kinds = Lab(server, tab).cells()
        for key in COMMAND_KEYS:
            tab.keyboard.press(key)
            tab.wait_for_timeout(40)
            assert Lab(server, tab).cells() == kinds, f"{example.name}: {key}"
