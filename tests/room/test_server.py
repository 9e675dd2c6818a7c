"""The server on loopback: what it takes, what it refuses, and what it keeps."""

from __future__ import annotations

import json
import logging
import os
import random
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

import pytest

from helpers.room.event import Refused, read_event
from tests.ports import free_port
from tests.room.serving import SESSION, Served, check_of, session


def test_a_check_is_counted_and_answered_with_what_is_new(room: Served) -> None:
    assert room.tell(check_of(1, tries=1)) == (
        200,
        {"section": "", "sentence": ""},
    )
    assert room.tile("2.2") == {
        "number": "2.2", "name": "one_hot", "section": 2, "at": 1, "stuck": 0, "through": 0, "tried": 1,
    }  # fmt: skip


def test_the_page_and_what_it_needs_are_there_and_load_nothing_from_elsewhere(room: Served) -> None:
    status, page = room.ask("GET", f"/{room.host.code}")
    assert status == 200
    for name in re.findall(r'(?:src|href)="([^"]+)"', page):
        assert room.ask("GET", f"/{name}")[0] == 200
        assert not name.startswith(("http", "//"))
    status, picture = room.ask("GET", f"/{room.host.code}/qr.svg")
    assert status == 200
    assert "<svg" in picture
    room.line.request("GET", f"/{room.host.code}")
    answer = room.line.getresponse()
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    answer.read()


def test_the_stream_shows_a_check_within_two_seconds_and_no_session(room: Served) -> None:
    with urllib.request.urlopen(f"{room.address}/live", timeout=10) as stream:
        room.tell(check_of(1))
        shown = b""
        while b'"tried": 1' not in shown:
            shown = stream.readline()
    assert session(1).encode() not in shown
    assert room.host.key.encode() not in shown


def test_the_instructor_opens_a_section_and_says_a_sentence(room: Served) -> None:
    assert room.act(do="open", lesson=2, section=5)[0] == 200
    assert room.act(do="say", sentence=" Coffee\nat 10.25 \x07")[0] == 200
    news = room.tell({"session": SESSION})[1]
    assert news["section"].startswith("We go on at section 5 · ")
    assert "exercise 2.8" in news["section"]
    assert news["sentence"] == "Coffee at 10.25"


@pytest.mark.parametrize(
    "what",
    [{}, {"do": "sing"}, {"do": "open", "lesson": 2, "section": 99}, {"do": "open", "lesson": True, "section": 1},
     {"do": "open", "lesson": [], "section": {}}, {"do": "say"}, {"do": "say", "sentence": "x" * 301}],
)  # fmt: skip
def test_what_the_instructor_cannot_mean_is_named(room: Served, what: dict) -> None:
    status, said = room.act(**what)
    assert status == 400
    assert "error" in json.loads(said)


def test_without_the_key_nobody_acts(room: Served) -> None:
    for key in (room.host.code, "", "ü"):
        headers = {"X-Room-Key": key.encode("latin-1", "replace").decode("latin-1")}
        body = json.dumps({"do": "end"}).encode()
        assert room.ask("POST", f"/{room.host.code}/do", body, **headers)[0] == 404
    assert not room.host.ended


def test_guessing_is_slowed_and_logged_and_who_is_in_stays_in(room: Served, caplog: pytest.LogCaptureFixture) -> None:
    room.host.guesses.clock = lambda: 0.0  # time stands still
    room.tell({"session": SESSION})
    with caplog.at_level(logging.WARNING):
        answers = [room.ask("GET", f"/{'BCDFG'[i % 5]}QQQQ")[0] for i in range(15)]
    assert answers == [404] * 10 + [429] * 5
    assert sum("a wrong code from 127.0.0.1" in line for line in caplog.messages) == 10
    assert room.tell(check_of())[0] == 200
    assert room.ask("GET", f"/{room.host.code}")[0] == 429  # the right code, from a newcomer who might have guessed it
    assert room.tell(check_of(5))[0] == 429
    assert room.act(do="say", sentence="I still may")[0] == 200


def test_a_browser_that_asks_for_an_icon_guesses_nothing(room: Served) -> None:
    assert [room.ask("GET", "/favicon.ico")[0] for _ in range(20)] == [404] * 20
    assert room.ask("GET", f"/{room.host.code}")[0] == 200


def test_one_session_that_floods_is_stopped_and_others_are_not(room: Served) -> None:
    room.host.checks.clock = lambda: 0.0  # time stands still
    answers = [room.tell(check_of(1, tries=number))[0] for number in range(60)]
    assert answers == [200] * 30 + [429] * 30
    assert room.tell(check_of(2))[0] == 200
    assert room.tile("2.2")["at"] == 2


def test_no_answer_waits_for_a_kernel_to_have_heard_its_first_half(room: Served) -> None:
    room.tell(check_of(1))
    (line,) = room.server.server_state.connections
    assert line.transport.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_a_session_speaks_only_for_itself_and_leaving_deletes_what_it_said(room: Served) -> None:
    room.tell(check_of(1))
    room.tell(check_of(2))
    body = json.dumps({"session": session(1)}).encode()
    assert room.ask("DELETE", f"/{room.host.code}", body)[0] == 200
    assert room.tile("2.2")["tried"] == 1
    assert {event.session for event, _ in room.host.store.events()} == {session(2)}


def malformed(draw: random.Random) -> bytes:
    """A body that no kernel sends: a right one with something else in it, or no JSON at all."""
    odd = [None, True, -1, 1e999, 10**30, "", "x" * 600, "<script>alert(1)</script>", "'; DROP TABLE event; --", [], {},
           [[[]]], "02/one_hot\x00", "99/none", "\ud800", {"a": 1}, 1.5, "NaN", "02/../02/one_hot"]  # fmt: skip
    body = check_of(session(draw.getrandbits(128)))
    kind = draw.randrange(6)
    if kind == 0:
        body[draw.choice([*body])] = draw.choice(odd)
        body["session"] = draw.choice(odd)
    elif kind == 1:
        body[draw.choice(["exercise", "status", "misconception"])] = draw.choice(odd[6:])
    elif kind == 2:
        body[str(draw.choice(odd))] = draw.choice(odd)
    elif kind == 3:
        del body[draw.choice(["exercise", "status", "misconception", "tries"])]
    elif kind == 4:
        return bytes(draw.getrandbits(8) for _ in range(draw.randrange(700)))
    else:
        text = json.dumps(body).encode()
        return draw.choice([text[: draw.randrange(len(text))], b"[" * 490, b'{"a":' * 90, text + b"}", b"\xff" + text])
    return json.dumps(body).encode()


def refused(body: bytes, room: Served) -> bool:
    """Whether reading a body says what is wrong with it, and nothing else happens."""
    try:
        read_event(body, room.host.catalogue)
    except Refused:
        return True
    return False


def test_ten_thousand_malformed_bodies_change_nothing(room: Served) -> None:
    draw = random.Random(0)
    bodies = [malformed(draw) for _ in range(10_000)]
    assert [body for body in bodies if not refused(body, room)] == []
    answers = [room.tell(body)[0] for body in bodies[:400]]
    assert set(answers) <= {400, 413}
    assert room.host.standing.sitters == {}
    assert room.host.store.events() == []
    assert room.tell(check_of(1))[0] == 200


def test_a_body_that_is_endless_or_late_ends(room: Served) -> None:
    assert room.tell(b" " * 100_000)[0] == 413
    room.line.close()
    assert room.tell(check_of(1))[0] == 200


def test_what_learners_could_shape_is_nowhere_in_what_is_shown(room: Served) -> None:
    evil = "<img src=x onerror=alert(1)>"
    for body in (check_of(1, exercise=evil), check_of(1, misconception=evil), check_of(1, status=evil), check_of(evil)):
        status, said = room.tell(body)
        assert status == 400
        assert evil not in json.dumps(said)
    assert evil not in json.dumps(room.seen())


def test_many_at_once_are_all_counted(room: Served) -> None:
    def tell(first: int) -> None:
        for who in range(first, first + 15):
            request = urllib.request.Request(room.address, json.dumps(check_of(who)).encode(), method="POST")
            urllib.request.urlopen(request, timeout=60).read()

    threads = [threading.Thread(target=tell, args=(100 * n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert room.tile("2.2")["tried"] == 90


def test_the_end_keeps_numbers_and_deletes_sessions(room: Served) -> None:
    room.tell(check_of(1))
    status, said = room.act(do="end")
    assert status == 200
    files = [Path(name) for name in json.loads(said)["files"]]
    assert {path.suffix for path in files} == {".html", ".csv"}
    assert {path.name for path in files[0].parent.iterdir()} == {path.name for path in files}
    assert "one_hot" in files[0].read_text()
    assert room.tell(check_of(1))[0] == 410
    assert room.act(do="say", sentence="late")[0] == 410
    assert room.seen()["ended"]


def test_under_a_proxys_prefix_all_is_where_the_page_looks(tmp_path: Path) -> None:
    served = Served(tmp_path, prefix="/services/room")
    try:
        assert served.ask("GET", f"/{served.host.code}")[0] == 200
        assert served.ask("GET", "/static/room.js")[0] == 200
        assert served.tell(check_of(1))[0] == 200
    finally:
        served.close()


def opened(folder: Path, port: int) -> tuple[subprocess.Popen[str], str, str]:
    """`course room` as a person starts it: the process, the address and the key."""
    words = [sys.executable, "-c", "from helpers.commands.main import main; main()", "room", "2", "--port", str(port)]
    process = subprocess.Popen(
        words, cwd=folder, stdout=subprocess.PIPE, text=True, env={**os.environ, "COLUMNS": "200"}
    )
    assert process.stdout is not None
    lines = [process.stdout.readline() for _ in range(4)]
    found = re.search(r"(http://\S+)#key=(\S+)", "".join(lines))
    assert found, lines
    return process, found[1], found[2]


def post(address: str, body: dict) -> int:
    """Post until the server answers."""
    request = urllib.request.Request(address, json.dumps(body).encode(), method="POST")
    for _ in range(200):
        try:
            return urllib.request.urlopen(request, timeout=5).status
        except OSError:
            time.sleep(0.05)
    raise AssertionError("the server never answered")


@pytest.mark.process
def test_killed_in_the_middle_it_goes_on_with_all_that_it_had_accepted(tmp_path: Path) -> None:
    port = free_port()
    process, address, key = opened(tmp_path, port)
    accepted = 0
    for who in range(30):
        accepted += post(address, check_of(who)) == 200
    process.send_signal(signal.SIGKILL)
    process.wait()
    process, again, key_again = opened(tmp_path, port)
    try:
        assert (again, key_again) == (address, key)
        assert post(address, check_of(99)) == 200
        with urllib.request.urlopen(f"{address}/live", timeout=10) as stream:
            shown = b""
            while f'"tried": {accepted + 1}'.encode() not in shown:
                shown = stream.readline()
    finally:
        process.terminate()
        assert process.wait(15) in (0, -signal.SIGTERM)
