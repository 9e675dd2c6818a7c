"""A learner's side: what a check tells the room, what it never tells, and that it never waits."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import helpers
from helpers.learner import check as checks
from helpers.learner import room as client
from tests.room.serving import Served

CLASS = Path(__file__).resolve().parents[2] / "benchmarks" / "room_class.py"
ANSWERS = [
    {"lesson": 2, "check": "reverse_complement", "kind": "wrong",
     "source": "def reverse_complement(seq):\n    return seq[::-1]\n"},
    {"lesson": 2, "check": "sigmoid", "kind": "wrong", "source": "def sigmoid(z):\n    return z * 3\n"},
    {"lesson": 2, "check": "tokenise", "kind": "wrong",
     "source": "def tokenise(seq):\n    return [{'A': 0, 'C': 1, 'G': 2, 'T': 3}.get(x, -1) for x in seq]\n"},
]  # fmt: skip


def wait_for(what: Callable[[], Any]) -> None:
    for _ in range(1000):
        if what():
            return
        time.sleep(0.02)
    raise AssertionError("it never came")


def reverse_complement(seq: str) -> str:
    secret_word_of_the_learner = seq[::-1]
    return secret_word_of_the_learner


def test_a_check_reaches_the_room_and_the_next_one_says_what_is_new(room: Served, capsys) -> None:
    check = helpers.start(lesson=2, room=room.address)
    said = capsys.readouterr().out.splitlines()[4]
    assert said.startswith("Room ")
    assert "no name, no code, no text" in said
    assert "helpers.leave()" in said
    check.reverse_complement(reverse_complement)
    wait_for(lambda: room.tile("2.4")["at"])
    (one,) = room.seen()["lessons"][0]["mistakes"]
    assert (one["name"], one["now"]) == ("not_complemented", 1)
    room.act(do="open", lesson=2, section=5)
    room.act(do="say", sentence="Look <b>here</b>")
    check.reverse_complement(reverse_complement)  # its answer brings the news
    wait_for(lambda: client._joined and client._joined.news.get("section"))
    capsys.readouterr()
    check.reverse_complement(reverse_complement)
    assert "▸ We go on at section 5 · " in (shown := capsys.readouterr().out)
    assert "▸ Look <b>here</b>" in shown
    check.reverse_complement(reverse_complement)
    assert "▸" not in capsys.readouterr().out


def test_only_what_was_promised_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            while True:
                try:
                    line, _ = listening.accept()
                except OSError:
                    return
                got = b""
                while b"\r\n\r\n" not in got or not got.endswith(b"}"):
                    got += line.recv(4096)
                heard.append(got)
                line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")
                line.close()

        threading.Thread(target=answer, daemon=True).start()
        check = helpers.start(lesson=2, room=f"http://127.0.0.1:{listening.getsockname()[1]}/KFXQD")
        check.reverse_complement(reverse_complement)
        wait_for(lambda: len(heard) == 2)
    _, told = (json.loads(got.split(b"\r\n\r\n", 1)[1]) for got in heard)
    told.pop("session")
    assert told == {
        "exercise": "02/reverse_complement", "status": "wrong", "misconception": "not_complemented", "tries": 1,
    }  # fmt: skip
    headers = b"".join(got.split(b"\r\n\r\n", 1)[0].lower() for got in heard)
    assert socket.gethostname().encode().lower() not in headers
    assert b"cookie" not in headers


def test_what_a_hostile_room_says_is_one_short_line_of_text(capsys) -> None:
    room = client.Room("http://127.0.0.1:9/KFXQD")
    for answer in (b"[1]", b"\xff", b"[" * 4000, b'{"section": 7, "sentence": ["x"]}', b"null"):
        room.read(answer)
    assert room.fresh() == []
    room.read(json.dumps({"section": "\x1b[2J" + "x" * 5000 + "\n", "sentence": "a\u202eb"}).encode())
    first, second = room.fresh()
    assert len(first) <= client.MOST_SENTENCE
    assert (first + second).isprintable()


def test_leaving_is_one_call_and_the_room_forgets(room: Served) -> None:
    check = helpers.start(lesson=2, room=room.address)
    check.reverse_complement(reverse_complement)
    wait_for(lambda: room.tile("2.4")["at"])
    helpers.leave()
    wait_for(lambda: not room.host.standing.sitters)
    assert room.host.store.events() == []
    assert checks.listeners == []
    check.reverse_complement(reverse_complement)
    helpers.leave()


def test_a_second_start_stays_the_same_session(room: Served) -> None:
    for _ in range(2):
        check = helpers.start(lesson=2, room=room.address)
        check.reverse_complement(reverse_complement)
    wait_for(lambda: room.tile("2.4")["at"])
    assert len(room.host.standing.sitters) == 1
    assert len(checks.listeners) == 1


def test_a_room_that_is_over_or_unknown_is_said_once_and_hears_no_more(room: Served, capsys) -> None:
    code = "".join("Z" if letter != "Z" else "X" for letter in room.host.code)
    check = helpers.start(lesson=2, room=f"{room.base}/{code}")
    wait_for(lambda: client._joined and client._joined.left)
    capsys.readouterr()
    check.reverse_complement(reverse_complement)
    assert "knows no such code: nothing more is sent" in capsys.readouterr().out
    check.reverse_complement(reverse_complement)
    assert "▸" not in capsys.readouterr().out


def test_a_room_that_never_answers_holds_nothing_up_and_what_waits_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    sending = threading.Event()
    room = client.Room("http://127.0.0.1:9/KFXQD")
    monkeypatch.setattr(room, "send", lambda *_: sending.wait())
    thread = threading.Thread(target=room.run, daemon=True)
    thread.start()
    for number in range(1000):
        room.tell({"tries": number})  # would hang here if it waited
    assert len(room.waiting) == client.WAITING
    room.left = True
    sending.set()
    thread.join(10)
    assert not thread.is_alive()


@pytest.mark.parametrize("address", ["", "KFXQD", "ftp://a/KFXQD", "https://", "https://a/KFX", "https://a/KFXQD/x y"])
def test_what_is_no_address_is_named(address: str) -> None:
    with pytest.raises(ValueError, match="no address of a room; it looks like https://"):
        helpers.start(lesson=0, room=address)


def test_a_graded_or_validated_notebook_joins_nothing(room: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NBGRADER_EXECUTION", "validate")
    helpers.start(lesson=2, room=room.address)
    assert checks.listeners == []


@pytest.mark.process
def test_a_class_of_real_kernels_is_seen_as_it_works(tmp_path: Path) -> None:
    answers = tmp_path / "answers.json"
    answers.write_text(json.dumps(ANSWERS), encoding="utf-8")
    command = [sys.executable, str(CLASS), str(answers), "--learners", "2", "--minutes", "0.1", "--dry"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, encoding="utf-8", timeout=300)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["kept"] == found["different_checks"] > 5
    assert found["kept_and_not_told"] == 0 and found["tiles_as_told"]
    assert found["cells_that_ended_with"] == {}
