"""What a room costs: `python benchmarks/room.py --seconds 300`.

A learner: the same check outside a room and inside, in turn, once where the server answers and once where it never
does. A pair is a check of each kind; what counts is the median of the pairs' differences and ratios: of wall time,
which holds any waiting, and of the calling thread's own CPU time, which no other program on the machine lengthens.

The server: 500 sessions that each check twice a minute and ask twice what is new, for as long as told, over connections
of their own as the real client makes them. In the second half somebody sends malformed bodies, one session floods, and
in its middle the server is killed and started again. The share of a core is the CPU time of the server's process in the
first half. What was accepted is looked for in the room's own file afterwards, check by check. Loopback only.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import io
import json
import random
import re
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import psutil
from side_by_side import machine, write

ROUNDS = 100
PAUSE = 0.1  # seconds between two checks
COURSE = [sys.executable, "-c", "from helpers.commands.main import main; main()"]


def main() -> None:
    """Measure both sides and store them."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--seconds", type=float, default=300)
    words.add_argument("--sessions", type=int, default=500)
    words.add_argument("--malformed", type=int, default=10_000)
    words.add_argument("--checks-only", action="store_true", help="Measure a learner's side, and store nothing.")
    asked = words.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        server = Server(folder)
        learner = measure_checks(server.address)
        print(json.dumps(learner))
        if asked.checks_only:
            server.process.terminate()
            return
        loaded = Load(server, asked.sessions, asked.seconds, asked.malformed).run()
        print(json.dumps(loaded))
    write("room", {"machine": machine("starlette", "uvicorn"), "learner": learner, "server": loaded})


class Server:
    """`course room` in a process of its own; `kill` and `start` again go on with the same room."""

    def __init__(self, folder: str) -> None:
        """Start it."""
        self.folder = folder
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.start()

    def start(self) -> None:
        """Start it, and read where it is."""
        words = [*COURSE, "room", "2", "--port", str(self.port)]
        self.process = subprocess.Popen(words, cwd=self.folder, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        printed = "".join(self.process.stdout.readline() for _ in range(4))
        self.address, self.key = re.search(r"(http://\S+)#key=(\S+)", printed).groups()  # type: ignore[union-attr]
        while not self.answers():
            time.sleep(0.05)
        self.at_start = self.cpu()

    def answers(self) -> bool:
        """Whether it is up."""
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def cpu(self) -> float:
        """Seconds of CPU time of the process so far."""
        times = psutil.Process(self.process.pid).cpu_times()
        return times.user + times.system

    def kill(self) -> None:
        """Kill it as a crash would."""
        self.process.kill()
        self.process.wait()

    def shown(self) -> dict[str, dict[str, Any]]:
        """What the page shows now, by the exercise's number."""
        with urllib.request.urlopen(f"{self.address}/live", timeout=30) as stream:
            for line in stream:
                if line.startswith(b'data: {"ended"'):
                    return {tile["number"]: tile for one in json.loads(line[6:])["lessons"] for tile in one["tiles"]}
        raise RuntimeError("the stream ended")

    def kept(self) -> set[tuple[str, str, str, str, int]]:
        """Session, exercise, status, mistake and try of everything that is on disk; the server has stopped."""
        self.process.terminate()
        self.process.wait()
        with contextlib.closing(sqlite3.connect(Path(self.folder, "rooms", "room.sqlite"))) as base:
            return set(base.execute("SELECT session, exercise, status, misconception, tries FROM event"))


def measure_checks(address: str) -> dict[str, Any]:
    """What a check takes outside a room, and how much more in one that answers or in one that does not."""
    import helpers
    from helpers.learner import check as checks
    from helpers.learner import room as client

    def reverse_complement(seq: str) -> str:
        return seq[::-1]

    deaf = socket.create_server(("127.0.0.1", 0), backlog=1)  # takes a connection and never answers
    rooms = {"answers": address, "never_answers": f"http://127.0.0.1:{deaf.getsockname()[1]}/KFXQD"}
    found: dict[str, Any] = {}
    with contextlib.redirect_stdout(io.StringIO()):
        for name, where in rooms.items():
            check = helpers.start(lesson=2, room=where).reverse_complement
            pairs: list[dict[bool, tuple[float, float]]] = []
            for number in range(ROUNDS):
                pair = {}
                for inside in (True, False) if number % 2 else (False, True):
                    checks.listeners[:] = [client.hear] if inside else []
                    time.sleep(PAUSE)
                    wall, cpu = time.perf_counter(), time.thread_time()
                    check(reverse_complement)
                    pair[inside] = (1e3 * (time.perf_counter() - wall), 1e3 * (time.thread_time() - cpu))
                pairs.append(pair)
            checks.listeners[:] = [client.hear]
            client.leave()
            found[name] = {
                clock: {
                    "check_ms": median(pair[False][which] for pair in pairs),
                    "more_ms": median(pair[True][which] - pair[False][which] for pair in pairs),
                    "ratio": median(pair[True][which] / pair[False][which] for pair in pairs),
                }
                for which, clock in enumerate(("wall", "cpu"))
            }
    deaf.close()
    return found


class Load:
    """Many sessions, for some time."""

    def __init__(self, server: Server, sessions: int, seconds: float, malformed: int) -> None:
        """Draw the sessions' numbers."""
        self.server, self.seconds, self.malformed = server, seconds, malformed
        draw = random.Random(0)
        self.names = [f"{draw.getrandbits(128):032x}" for _ in range(sessions)]
        self.accepted: set[tuple[str, str, int]] = set()
        self.answers: dict[str, Counter[str]] = {"class": Counter(), "malformed": Counter(), "flood": Counter()}
        self.latencies: list[float] = []
        self.lock = threading.Lock()
        self.over = threading.Event()

    def run(self) -> dict[str, Any]:
        """Play it, and compare what was accepted with what is shown."""
        spoilers = [threading.Thread(target=self.spoil), threading.Thread(target=self.flood)]
        interval = 15.0 / len(self.names)  # each session speaks every 15 s: a check, a question, a check, a question
        begun, turn, killed, share = time.monotonic(), 0, False, None
        with ThreadPoolExecutor(16) as pool:
            while (now := time.monotonic() - begun) < self.seconds:
                if now > self.seconds / 2 and share is None:
                    share = (self.server.cpu() - self.server.at_start) / now
                    for thread in spoilers:
                        thread.start()
                if now > 0.75 * self.seconds and not killed:
                    killed = True
                    self.server.kill()
                    threading.Thread(target=self.server.start).start()
                time.sleep(max(0.0, turn * interval - now))
                pool.submit(self.speak, self.names[turn % len(self.names)], turn // len(self.names))
                turn += 1
        self.over.set()
        for thread in spoilers:
            thread.join()
        lasted = time.monotonic() - begun
        time.sleep(12)  # the picture is drawn again every ten seconds
        shown, kept = self.server.shown(), self.server.kept()
        tried = Counter(number(exercise) for _, exercise in {one[:2] for one in kept})
        cuts = quantiles(self.latencies, n=100)
        return {
            "sessions": len(self.names),
            "seconds": round(lasted),
            "answers": {who: dict(sorted(found.items())) for who, found in self.answers.items()},
            "cpu_share_of_a_core": share,
            "latency_ms": {"median": cuts[49], "99th": cuts[98]},
            "accepted": len(self.accepted),
            "lost": len(self.accepted - {(*one[:2], one[4]) for one in kept}),
            "shown_as_kept": all(shown[tile]["tried"] == count for tile, count in tried.items()),
        }

    def speak(self, name: str, round_: int) -> None:
        """One check or one question of one session."""
        body: dict[str, Any] = {"session": name}
        exercise, tries = EXERCISES[(round_ // 2) % len(EXERCISES)], 1 + round_ // 2 // len(EXERCISES)
        if round_ % 2 == 0:
            body |= {"exercise": exercise, "status": "wrong", "misconception": "", "tries": tries}
        begun = time.perf_counter()
        status = self.post(json.dumps(body).encode())
        with self.lock:
            self.latencies.append(1e3 * (time.perf_counter() - begun))
            self.answers["class"][status] += 1
            if status == "200" and round_ % 2 == 0:
                self.accepted.add((name, exercise, tries))

    def post(self, body: bytes) -> str:
        """One request over a connection of its own, as the client makes it."""
        request = urllib.request.Request(self.server.address, body, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=3) as answer:
                answer.read()
                return str(answer.status)
        except urllib.error.HTTPError as error:
            return str(error.code)
        except (OSError, http.client.HTTPException):
            return "no answer"

    def spoil(self) -> None:
        """Send malformed bodies, spread over the whole time."""
        draw = random.Random(1)
        for _ in range(self.malformed):
            if self.over.is_set():
                return
            status = self.post(malformed(draw))
            with self.lock:
                self.answers["malformed"][status] += 1
            time.sleep(0.3 * self.seconds / self.malformed)

    def flood(self) -> None:
        """One session that tells as much as it can, twenty times a second."""
        body = {"session": "f" * 32, "exercise": EXERCISES[0], "status": "wrong", "misconception": "", "tries": 1}
        while not self.over.wait(0.05):
            status = self.post(json.dumps(body).encode())
            with self.lock:
                self.answers["flood"][status] += 1


def malformed(draw: random.Random) -> bytes:
    """A body that no client sends: noise, or a check with one field spoiled."""
    if draw.random() < 0.5:
        return bytes(draw.getrandbits(8) for _ in range(draw.randrange(1, 600)))
    body: dict[str, Any] = {"session": f"{draw.getrandbits(128):032x}", "exercise": EXERCISES[1]}
    body |= {"status": "wrong", "misconception": "", "tries": 1}
    junk = [None, [], {}, -1, 1e308, True, "<script>alert(1)</script>", "\x00", "../" * 9, "x" * 600]
    return json.dumps(body | {draw.choice(list(body)): draw.choice(junk)}).encode()


EXERCISES = [
    f"02/{name}"
    for name in (
        "tokenise",
        "one_hot",
        "decode",
        "reverse_complement",
        "sigmoid",
        "binary_cross_entropy",
        "minibatches",
    )
]


def number(exercise: str) -> str:
    """An exercise's number, as these stand in the lesson in order."""
    return f"2.{1 + EXERCISES.index(exercise)}"


if __name__ == "__main__":
    main()
