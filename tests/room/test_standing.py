"""What the room counts."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import pytest

from helpers.room import clock
from helpers.room.event import Event
from helpers.room.limits import Allowance, network_of
from helpers.room.record import csv_of, html_of
from helpers.room.standing import Standing, rebuilt
from helpers.room.store import Store
from helpers.room.teaching import note
from tests.room.serving import catalogue, session

ROOT = Path(__file__).resolve().parents[2]
STRAND, SIGMOID = "02/reverse_complement", "02/sigmoid"


def event(who: int, exercise: str, status: str, misconception: str = "", tries: int = 1) -> Event:
    return Event(session(who), exercise, status, misconception, tries)


def tile(standing: Standing, number: str, now: float) -> dict[str, int]:
    found = next(one for one in standing.tiles(2, now) if one.task.number == number)
    return {key: value for key, value in asdict(found).items() if key != "task"}


def test_every_exercise_with_points_has_the_number_and_section_of_its_heading() -> None:
    tasks = catalogue().tasks
    assert (tasks[STRAND].number, tasks[STRAND].section, tasks[STRAND].minutes) == ("2.4", 2, 5)
    assert tasks["03/mlp"].name == "MLP"
    assert all(task.section for task in tasks.values())
    assert len({task.number for task in tasks.values()}) == len(tasks)


def test_who_is_right_is_at_the_next_exercise() -> None:
    standing = Standing(catalogue())
    standing.add(event(1, STRAND, "wrong", "order_kept"), 0)
    assert tile(standing, "2.4", 10) == {"at_it": 1, "stuck": 0, "through": 0, "tried": 1}
    standing.add(event(1, STRAND, "right"), 20)
    assert tile(standing, "2.4", 30) == {"at_it": 0, "stuck": 0, "through": 1, "tried": 1}
    assert tile(standing, "2.5", 30) == {"at_it": 1, "stuck": 0, "through": 0, "tried": 0}


def test_stuck_is_after_three_tries_or_half_as_long_again_as_the_heading_says() -> None:
    standing = Standing(catalogue())
    standing.add(event(1, STRAND, "wrong", tries=2), 0)
    standing.add(event(2, STRAND, "wrong", tries=3), 0)
    assert tile(standing, "2.4", 1.5 * 5 * 60 - 1)["stuck"] == 1
    assert tile(standing, "2.4", 1.5 * 5 * 60 + 1)["stuck"] == 2


def test_who_went_away_is_at_nothing_and_stays_through() -> None:
    standing = Standing(catalogue())
    standing.add(event(1, STRAND, "right"), 0)
    standing.add(event(1, SIGMOID, "wrong"), 1)
    assert standing.present(60) == 1
    assert standing.present(3600) == 0
    assert tile(standing, "2.5", 3600)["at_it"] == 0
    assert tile(standing, "2.4", 3600)["through"] == 1


def test_mistakes_are_of_now_with_the_largest_first() -> None:
    standing = Standing(catalogue())
    for who in range(3):
        standing.add(event(who, STRAND, "wrong", "order_kept"), 0)
    for who in (3, 4):
        standing.add(event(who, STRAND, "wrong", "not_complemented"), 0)
    standing.add(event(5, STRAND, "wrong"), 0)
    first, *rest = standing.mistakes(2, 60)
    assert (first.name, first.now, first.ever) == ("order_kept", 3, 3)
    assert {one.name: one.now for one in rest} == {"not_complemented": 2, "": 1}
    for who in range(3):
        standing.add(event(who, STRAND, "right", tries=1), 70)
    assert [(one.name, one.now, one.ever) for one in standing.mistakes(2, 80)] == [
        ("not_complemented", 2, 2),
        ("", 1, 1),
        ("order_kept", 0, 3),
    ]
    assert not any(one.now for one in standing.mistakes(2, 3600))


def test_a_room_reopened_stands_where_it_stood(tmp_path: Path) -> None:
    store, standing = Store(tmp_path), Standing(catalogue())
    script = [
        event(1, STRAND, "wrong", "order_kept", 1), event(1, STRAND, "wrong", "order_kept", 2),
        event(2, STRAND, "right", tries=0), event(1, STRAND, "right", tries=2), event(2, SIGMOID, "forbidden"),
        event(2, SIGMOID, "forbidden"),
    ]  # fmt: skip
    for at, one in enumerate(script):
        store.put([(one, float(at))])
        standing.add(one, float(at))
    code, key, began = store.code, store.key, store.began
    store.close()
    again = Store(tmp_path)
    assert (again.code, again.key, again.began) == (code, key, began)
    assert rebuilt(catalogue(), again.events()).sitters == standing.sitters
    assert again.path.stat().st_mode & 0o777 == 0o600
    again.remove()
    assert list(tmp_path.iterdir()) == []


def test_a_room_is_open_in_one_server_only(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with pytest.raises(OSError, match=r"another `course room` has the room in .* open"):
        Store(tmp_path)
    store.close()
    Store(tmp_path).close()


def test_what_is_kept_tells_no_session_from_another() -> None:
    standing = Standing(catalogue())
    standing.add(event(1, STRAND, "wrong", "order_kept"), 0)
    standing.add(event(1, STRAND, "right", tries=1), 120)
    standing.add(event(2, STRAND, "right", tries=0), 60)
    table = csv_of(standing, 200)
    assert table.splitlines() == [
        "lesson,exercise,name,mistake,sessions,through,tries before,minutes to get through",
        "2,2.4,reverse_complement,,2,2,0.5,1.0",
        "2,2.4,reverse_complement,order_kept,1,,,",
    ]
    page = html_of(standing, 200)
    assert "You complemented" in page
    assert session(1) not in page + table
    assert session(2) not in page + table


def test_a_note_is_a_question_on_which_mistake_and_truth_part() -> None:
    found = note(STRAND, "order_kept")
    assert found is not None
    assert found.ask.startswith("reverse_complement('")
    assert found.theirs != found.right
    quiz = note("02/quiz", next(iter(catalogue().tasks["02/quiz"].hints)))
    assert quiz is not None
    assert quiz.ask.endswith(("?", "."))


def test_the_clock_reads_the_guides_own_timetable() -> None:
    steps = clock.timetable(ROOT / "docs" / "instructor.md", datetime(2026, 11, 27))
    assert datetime.fromtimestamp(steps[0].at).hour == 9
    assert steps[-1].what == "End"
    assert any("Lesson 04" in step.what for step in steps)
    assert not any("*" in step.what for step in steps)


def test_the_clock_of_a_lesson_goes_through_its_sections() -> None:
    steps = clock.sections(catalogue().plans[2], 1000.0)
    assert steps[0].at == 1000
    assert steps[-1].what == "End"
    assert 60 < (steps[-1].at - steps[0].at) / 60 < 240


@pytest.mark.parametrize("table", ["", "| 9.00 | a |\n| 8.00 | b |", "| 29.00 | a |"])
def test_a_plan_that_is_none_is_named(tmp_path: Path, table: str) -> None:
    path = tmp_path / "plan.md"
    path.write_text(table)
    with pytest.raises(ValueError, match=r"plan\.md"):
        clock.timetable(path, datetime(2026, 11, 27))


def test_an_allowance_fills_up_again_and_one_name_takes_nothing_from_another() -> None:
    now = [0.0]
    allowance = Allowance(2, 0.5, clock=lambda: now[0])
    assert [allowance.use("a") for _ in range(3)] == [True, True, False]
    assert allowance.use("b")
    now[0] = 2.0
    assert [allowance.use("a"), allowance.use("a")] == [True, False]


def test_an_address_of_ipv6_counts_by_its_first_half() -> None:
    assert network_of("2001:db8::1") == network_of("2001:db8::ffff:1") != network_of("2001:db8:1::1")
    assert network_of("192.0.2.1") != network_of("192.0.2.2")
    assert network_of("<script>") == "unknown"
