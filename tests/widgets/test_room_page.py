"""The room's page in a real browser: it shows what was sent, to everybody, and the instructor acts on it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser import listen_for_errors, stop_timers, unreadable
from playwright.sync_api import expect

from helpers.room.clock import Step
from tests.room.serving import Served, check_of

pytestmark = pytest.mark.browser

WIDTHS = (390, 1280, 1920)
EVIL = "<img src=x onerror=\"document.title='taken'\">"


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Served]:
    """A room in which five are wrong in two ways, one is stuck and one is through."""
    now = time.time()
    served = Served(tmp_path, [Step(now - 600, "Lesson 02, the start"), Step(now + 300, "Coffee")])
    for who in range(4):
        served.tell(check_of(who, "02/reverse_complement", misconception="not_complemented"))
    served.tell(check_of(4, "02/reverse_complement", misconception="order_kept", tries=4))
    served.tell(check_of(5, "02/reverse_complement", "right", tries=0))
    served.tell(check_of(6, "02/sigmoid"))
    yield served
    if served.thread.is_alive():
        served.close()


@pytest.fixture
def page(room: Served, tab: Any) -> Iterator[Any]:
    """The instructor's own page of it."""
    errors = listen_for_errors(tab)
    tab.goto(f"{room.address}#key={room.host.key}")
    expect(tab.locator("#present")).to_contain_text("7 here, 7 joined")  # in the first picture some may be missing
    yield tab
    assert errors == []


def text(page: Any, where: str) -> str:
    return " ".join(page.inner_text(where).split())


def test_the_page_shows_what_was_sent_and_what_is_sent_next(page: Any, room: Served) -> None:
    assert text(page, "#code") == room.host.code
    assert room.address in text(page, "#line")
    assert text(page, "#tiles li:nth-child(4)") == "2.4 reverse_complement 1 through 4 at it 1 stuck"
    first = text(page, "#mistakes li:first-child")
    assert first.startswith("4 2.4 reverse_complement not complemented · 4 sessions so far You reversed")
    assert text(page, "#unnamed") == "2.5 sigmoid 1 now, 1 so far"
    assert "Lesson 02, the start" in text(page, "#clock")
    assert "Coffee" in text(page, "#next")
    for who in range(10, 16):
        room.tell(check_of(who, "02/reverse_complement", misconception="order_kept"))
    expect(page.locator("#mistakes .now").first).to_have_text("7")
    assert "order kept" in text(page, "#mistakes li:first-child")
    assert "key=" not in page.url  # what stands in the address bar stands on the projector


def test_a_mistake_opens_its_question_by_keyboard_and_stays_open(page: Any, room: Served) -> None:
    expect(page.locator("#mistakes li:first-child dl").first).to_be_attached()
    page.focus("#mistakes li:first-child summary")
    page.keyboard.press("Enter")
    assert "Ask the room, on paper" in text(page, "#mistakes li:first-child details")
    room.tell(check_of(20, "02/one_hot"))
    expect(page.locator("#unnamed li")).to_have_count(2)
    assert page.evaluate("document.querySelector('#mistakes li details').open")
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"


def test_a_tile_picks_its_own_mistakes_by_keyboard(page: Any) -> None:
    page.focus("#tiles li:nth-child(5) button")
    page.keyboard.press("Enter")
    assert page.get_attribute("#tiles li:nth-child(5) button", "aria-pressed") == "true"
    assert "Nobody makes one" in text(page, "#mistakes")
    page.click("#all")
    assert page.locator("#mistakes > li .now").count() == 2


def test_the_instructor_opens_says_and_ends_and_others_have_no_desk(page: Any, room: Served) -> None:
    page.select_option("#section", label="Section 5 · Three sets, one of them under lock and key")
    page.click("#open button")
    expect(page.locator("#news")).to_contain_text("We go on at section 5")
    page.fill("#sentence", EVIL)
    page.click("#say button")
    expect(page.locator("#news")).to_contain_text(EVIL)
    assert page.evaluate("document.querySelectorAll('main img, #news img').length") == 0
    assert page.title() == "The room"
    other = page.context.new_page()
    other.goto(room.address)
    other.wait_for_selector("#mistakes .now")
    shared = other.is_visible("#desk")
    other.close()
    assert not shared
    stop_timers(page)  # it asks for some seconds
    page.click("#end-button")
    assert not room.host.ended
    page.click("#end-button")
    expect(page.locator("#answer")).to_contain_text("Kept: ")
    assert room.host.ended


def test_everybody_can_read_it_on_phone_and_projector_in_light_and_dark(page: Any, axe: str) -> None:
    assert unreadable(page, axe, WIDTHS) == {}


def test_the_button_turns_dark_to_light_and_the_page_remembers(page: Any) -> None:
    page.emulate_media(color_scheme="dark")
    background = "getComputedStyle(document.body).backgroundColor"
    dark = page.evaluate(background)
    page.click("#theme")
    assert page.evaluate(background) == "rgb(255, 255, 255)" != dark
    page.reload()
    assert page.evaluate(background) == "rgb(255, 255, 255)"
    page.evaluate("localStorage.clear()")


def test_after_a_restart_the_page_goes_on_by_itself(room: Served, tab: Any, tmp_path: Path) -> None:
    tab.goto(room.address)
    expect(tab.locator("#line-state")).to_have_text("Live")
    room.close()
    expect(tab.locator("#line-state")).to_contain_text("does not answer")
    again = Served(tmp_path, port=room.port)
    try:
        again.tell(check_of(30, "02/mcc", "right", tries=0))
        expect(tab.locator("#line-state")).to_have_text("Live", timeout=20_000)
        expect(tab.locator("#present")).to_contain_text("8 joined")
    finally:
        again.close()
