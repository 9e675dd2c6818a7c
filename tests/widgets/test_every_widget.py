"""Every widget in Python and in a blank page: the same numbers, clean, accessible, independent, gone when closed."""

from __future__ import annotations

import base64
import io
import json

import numpy as np
import pytest
from agreement import agree

from helpers.widgets.base import SAVED

VIEW = "application/vnd.jupyter.widget-view+json"


def test_view_leaves_a_picture_and_a_sentence(example):
    widget = example.make()
    data, metadata = widget._repr_mimebundle_()
    assert VIEW in data
    assert data["text/plain"] == metadata["image/png"]["alt"] == widget.alt_text()
    assert len(widget.alt_text().split()) >= 5 and widget.alt_text().rstrip()[-1] in ".?!"
    assert widget.png().startswith(b"\x89PNG") and 3_000 < len(widget.png()) < 150_000


def test_saved_state_is_plain_and_holds_every_trait_of_the_widget(example):
    widget = example.make()
    saved = json.loads(json.dumps(widget._repr_mimebundle_()[0][SAVED]))
    assert saved["widget"] == example.name
    packed = {buffer["path"][0]: base64.b64decode(buffer["data"]) for buffer in saved["buffers"]}
    for name in type(widget).class_trait_names(sync=True):
        if name in saved["state"]:
            assert saved["state"][name] == json.loads(json.dumps(widget.get_state(name)[name])), name
        elif name in packed:
            assert packed[name] == getattr(widget, name), name
        else:
            assert name.startswith("_") or name in {"layout", "tabbable", "tooltip"}, name


def test_a_saved_notebook_which_sorts_dictionaries_shows_the_controls_in_the_same_order(blank, example):
    widget = example.make()
    blank.mount(widget).mount_saved(json.loads(json.dumps(widget.saved(), sort_keys=True)))
    shown = "(i) => [...hosted[i].el.querySelectorAll('button, label, legend, summary')].map((e) => e.innerText)"
    assert blank.tab.evaluate(shown, 0) == blank.tab.evaluate(shown, 1)


def test_picture_is_not_blank_and_makes_no_stray_figure(example):
    from matplotlib import pyplot
    from PIL import Image

    before = pyplot.get_fignums()
    pixels = np.asarray(Image.open(io.BytesIO(example.make().png())).convert("L"))
    assert (pixels < 128).mean() > 0.002
    assert pyplot.get_fignums() == before


def test_every_widget_of_the_package_is_an_example(request):
    from widget_examples import EXAMPLES

    import helpers.widgets

    assert sorted({example.name for example in EXAMPLES}) == sorted(helpers.widgets.__all__)


def test_label_names_the_widget_to_the_eye_and_to_a_screen_reader(blank, example):
    widget = example.make()
    blank.mount(widget)
    assert len(widget.label) > 3
    assert blank.tab.get_by_role("group", name=widget.label, exact=True).first.get_attribute("data-widget")
    assert blank.tab.get_by_text(widget.label, exact=True).first.is_visible()
    for picture in blank.tab.locator("canvas").all():
        name, about = picture.get_attribute("aria-label"), picture.get_attribute("aria-describedby")
        assert len(name.split()) <= 8, "a name is short; what the picture shows and how to use it describes it"
        described = blank.tab.locator(f"#{about}").text_content()
        assert len(described) > len(name) and picture.get_attribute("aria-roledescription") is None


def test_what_is_said_to_the_eye_is_said_to_a_screen_reader_once_the_hand_rests(blank, example):
    blank.mount(example.make())
    assert blank.message()
    blank.tab.wait_for_function(
        """() => hosted[0].root().querySelector('[role=status]').textContent
        .includes(document.querySelector('.dlg-message').textContent)"""
    )


@pytest.mark.parametrize("seed", range(3))
def test_browser_computes_python_numbers(blank, example, seed):
    widget = example.random(np.random.default_rng(seed))
    agree(widget.numbers(), blank.mount(widget).numbers())


def test_keyboard_moves_it_and_redraws(blank, example):
    blank.mount(example.make())
    before, paints = blank.get(example.trait), blank.paints()
    control = blank.tab.get_by_role(example.role, name=example.control, exact=True)
    control.focus()
    for key in example.key.split():
        blank.tab.keyboard.press(key)
    assert blank.get(example.trait) != before
    assert blank.paints() > paints
    saved = "JSON.stringify(hosted[0].saved.at(-1)?.[name])"
    blank.tab.wait_for_function(f"(name) => {saved} === JSON.stringify(hosted[0].model.get(name))", arg=example.trait)


def test_redraws_when_python_sets_a_trait(blank, example):
    blank.mount(example.make()).come_to_rest()
    paints, numbers = blank.paints(), blank.numbers()
    blank.set(example.trait, example.value)
    blank.tab.wait_for_function("(n) => Number(hosted[0].root().dataset.paints) > n", arg=paints)
    assert blank.paints() == paints + 1, "one change must cost one drawing"
    assert blank.numbers() != numbers
    assert blank.tab.evaluate("hosted[0].saved.length") == 0, "what came from the kernel must not be sent back"


def test_closing_lets_go_of_everything(blank, example):
    blank.mount(example.make())
    assert blank.tab.evaluate("Object.values(hosted[0].callbacks).flat().length") > 0
    blank.close()
    assert blank.tab.evaluate("Object.values(hosted[0].callbacks).flat().length") == 0
    assert blank.tab.evaluate("[...listening].map((entry) => entry.type)") == []
    assert blank.tab.evaluate("document.querySelectorAll('.dlg').length") == 0


def test_two_on_a_page_do_not_disturb_each_other(blank, example):
    blank.mount(example.make(), example.make())
    identifiers = blank.tab.evaluate("[...document.querySelectorAll('[id]')].map((element) => element.id)")
    assert len(identifiers) == len(set(identifiers))
    other = blank.numbers(1)
    blank.tab.get_by_role(example.role, name=example.control, exact=True).first.focus()
    for key in example.key.split():
        blank.tab.keyboard.press(key)
    assert blank.get(example.trait, 0) != blank.get(example.trait, 1)
    assert blank.numbers(1) == other
    blank.close(0)
    paints = blank.paints(1)
    blank.set(example.trait, example.value, 1)
    blank.tab.wait_for_function("(n) => Number(hosted[1].root().dataset.paints) > n", arg=paints)


@pytest.mark.parametrize("width", ["320px", "900px"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(blank, example, axe, scheme, width):
    blank.tab.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    blank.mount(example.make(), width=width)
    blank.tab.evaluate(axe)
    found = blank.tab.evaluate(
        """async () => {
        const { violations } = await axe.run(document, { rules: { 'page-has-heading-one': { enabled: false } } });
        return violations.map((v) => [v.id, v.nodes.map((n) => n.html.slice(0, 120))]); }"""
    )
    assert found == []
    assert blank.tab.evaluate("hosted[0].root().dataset.theme") == scheme


# What is written on a canvas and does not lie on it, by the corners of its ink.
CUT = """() => {
  window.cut = new Map();
  const write = CanvasRenderingContext2D.prototype.fillText;
  CanvasRenderingContext2D.prototype.fillText = function (words, x, y) {
    const ink = this.measureText(words), at = this.getTransform(), slack = 2 * devicePixelRatio;
    const { width, height } = this.canvas;
    for (const dx of [-ink.actualBoundingBoxLeft, ink.actualBoundingBoxRight]) {
      for (const dy of [-ink.actualBoundingBoxAscent, ink.actualBoundingBoxDescent]) {
        const p = at.transformPoint({ x: x + dx, y: y + dy });
        if (String(words).trim() && (p.x < -slack || p.y < -slack || p.x > width + slack || p.y > height + slack))
          cut.set(words, [p.x, p.y, width, height].map(Math.round));
      }
    }
    write.call(this, words, x, y);
  };
}"""


@pytest.mark.parametrize("width", [320, 390, 600, 1060])
def test_nothing_is_wider_than_its_place(blank, example, width):
    blank.tab.evaluate(CUT)
    blank.mount(example.make(), width=f"{width}px")
    assert blank.tab.evaluate("Object.fromEntries(cut)") == {}, "writing that a picture's edge cuts"
    wider = blank.tab.evaluate(
        """() => [...hosted[0].el.querySelectorAll('*')].filter((e) => {
          if (e.matches('.dlg-spoken') || e.closest('.dlg-scroll > *')) return false;
          return e.getBoundingClientRect().right > hosted[0].el.getBoundingClientRect().right + 1;
        }).map((e) => e.outerHTML.slice(0, 100))"""
    )
    assert wider == []
    assert blank.tab.evaluate("hosted[0].el.scrollWidth") <= width, "what is longer must scroll inside the widget"


def test_every_control_has_a_name_and_can_be_reached(blank, example):
    blank.mount(example.make())
    count = blank.tab.evaluate(
        """() => new Set([...hosted[0].el.querySelectorAll('button, input, select, textarea, summary, [tabindex="0"]')]
        .filter((e) => !e.disabled && e.tabIndex >= 0 && e.checkVisibility())
        .map((e) => e.type === 'radio' ? e.name : e)).size"""
    )
    seen = set()
    order = blank.tab.evaluate(
        "() => [...hosted[0].el.querySelectorAll('canvas[tabindex], .dlg-below')].map((e) => e.tagName)"
    )
    assert order == sorted(order), "the pictures come before the controls"
    blank.tab.evaluate("document.body.focus()")
    for _ in range(count + 2):
        blank.tab.keyboard.press("Tab")
        seen.add(
            blank.tab.evaluate(
                "() => { const e = document.activeElement; if (!e.closest('.dlg')) return null;"
                " return e.type === 'radio' ? e.name : [...document.querySelectorAll('*')].indexOf(e); }"
            )
        )
    assert len(seen - {None}) == count


def test_colours_that_the_system_sets_leave_a_choice_a_switch_and_a_slider_to_be_seen(blank):
    from PIL import Image
    from widget_examples import EXAMPLES

    blank.tab.emulate_media(forced_colors="active")
    [example] = [example for example in EXAMPLES if example.name == "BoundaryExplorer"]
    blank.mount(example.make())
    grounds = blank.tab.evaluate(
        """() => [':checked', ':not(:checked)'].map((which) => getComputedStyle(
        document.querySelector(`input[type=radio]${which} + span`)).backgroundColor)"""
    )
    assert grounds[0] != grounds[1]
    switch = blank.tab.get_by_role("switch").first
    assert switch.evaluate("e => parseFloat(getComputedStyle(e).borderTopWidth)") >= 1
    track = blank.tab.get_by_role("slider", name="Hidden units").screenshot()
    pixels = np.asarray(Image.open(io.BytesIO(track)).convert("L"))
    assert (np.abs(pixels.astype(int) - pixels[0, 0]).max(axis=0) > 100).mean() > 0.9, "the slider has no track"


def test_numbers_can_be_read_as_a_table_that_follows(blank, example):
    blank.mount(example.make())
    if not blank.tab.locator("canvas").count():
        assert blank.tab.get_by_text("As a table").count() == 0, "there is no picture to stand beside"
        return
    summary = blank.tab.get_by_text("As a table", exact=True)
    summary.focus()
    blank.tab.keyboard.press("Enter")
    tables = blank.tab.get_by_role("region", name="The numbers as a table")
    tables.get_by_role("table").first.wait_for()
    before = tables.inner_text()
    assert len(before) > 20 and "[object" not in before and "NaN" not in before
    single = [name for name, value in blank.numbers().items() if isinstance(value, (int, float))]
    assert [name for name in single if name.replace("_", " ") not in before] == []
    blank.set(example.trait, example.value)
    blank.tab.wait_for_function("(was) => document.querySelector('.dlg-tables').innerText !== was", arg=before)


def test_first_thing_to_do_is_open_until_it_is_done(blank, example):
    blank.mount(example.make())
    for line in blank.tab.locator(".dlg-challenge").all():
        assert line.get_attribute("data-done") is None and line.inner_text().startswith("Try: ")


def test_keys_of_each_picture_are_told_on_a_question_mark(blank, example):
    blank.mount(example.make())
    pictures = blank.tab.get_by_role("application")
    told = blank.tab.locator(".dlg-keys li")
    assert told.count() == pictures.count()
    if not pictures.count():
        return
    pictures.first.focus()
    blank.tab.keyboard.press("?")
    told.first.wait_for()
    assert pictures.first.get_attribute("aria-label") in told.first.inner_text() and "(" in told.first.inner_text()
    blank.tab.keyboard.press("?")
    told.first.wait_for(state="hidden")
