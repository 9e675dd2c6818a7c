"""A class that works in a room: `python benchmarks/room_class.py ANSWERS.json --learners 60 --minutes 5`.

Each learner is a real kernel that runs the lesson's released notebook: the setup cells, then exercise by exercise an
answer and the check, with time between. ANSWERS is a list of objects with `lesson`, `check`, `source` and `kind`
("wrong" or "right"): a learner tries some of the wrong ones, and is right in the end as the solved lesson is, or goes
on without. Halfway the instructor opens a section and says a sentence. In the end what the kernels heard of their own
checks is compared with what the room has on disk and with what its page shows. `--pictures FOLDER` looks at the page in
Chromium, on a phone, a laptop and a projector, in light and dark.

The kernels are forked from one process that has imported everything: 60 of them in the memory of a few.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import random
import tempfile
import threading
import time
import urllib.request
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from room import Server
from side_by_side import machine, write

SENTENCE = "Look at <b>both</b> strands."
HEARS = """
from helpers.learner import check as _checks, room as _room
_heard = []
_checks.listeners.append(lambda one, verdict, tries: _heard.append([
    "%02d/" % {lesson} + one.id, str(verdict.status),
    verdict.misconception or "" if verdict.status == "wrong" else "", tries]) if one.points else None)
"""
TOLD = {"heard": "__import__('json').dumps(_heard)", "session": "_room._joined.session"}
WIDTHS = (390, 1280, 1920)


def main() -> None:
    """Play the class, compare, and store what was found."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("answers", type=Path)
    words.add_argument("--lesson", type=int, default=2)
    words.add_argument("--learners", type=int, default=60)
    words.add_argument("--minutes", type=float, default=5.0)
    words.add_argument("--pictures", type=Path)
    words.add_argument("--dry", action="store_true", help="Print what was found, and store nothing.")
    asked = words.parse_args()
    answers = json.loads(asked.answers.read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"COURSE_HOME": folder, "IPYTHONDIR": folder, "JUPYTER_PLATFORM_DIRS": "1"}
        connections = kernels(asked.learners, folder)
        server = Server(folder)
        room = Class(server, Lesson(asked.lesson, answers), connections, 60 * asked.minutes)
        found = room.play()
        if asked.pictures:
            found["page"] = look(server, asked.pictures)
        found |= room.compare(server.shown(), server.kept())
    print(json.dumps(found, indent=1))
    if not asked.dry:
        write("room_class", {"machine": machine("ipykernel", "starlette", "torch"), **found})


def kernels(count: int, folder: str) -> list[str]:
    """Begin kernels, each a process forked from this one; the files that say how to reach them."""
    from jupyter_client.connect import write_connection_file

    begin = multiprocessing.get_context("fork")
    files = []
    import_all()
    for number in range(count):
        path = os.path.join(folder, f"kernel-{number}.json")
        write_connection_file(
            path, transport="ipc", ip=os.path.join(folder, f"k{number}"), key=os.urandom(16).hex().encode()
        )
        begin.Process(target=kernel, args=(path, folder), daemon=True).start()
        files.append(path)
    return files


def import_all() -> None:
    """What every kernel needs, once for all."""
    import ipykernel.kernelapp
    import matplotlib.pyplot
    import torch

    from helpers import datasets, models, plots, training, widgets
    from helpers.lessons import exercises

    torch.set_num_threads(1)
    exercises(2)
    assert ipykernel.kernelapp and matplotlib.pyplot and datasets and models and plots and training and widgets


def kernel(path: str, folder: str) -> None:
    """Be a kernel."""
    from ipykernel.kernelapp import launch_new_instance

    os.chdir(folder)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # it greets
    launch_new_instance(argv=["-f", path, "--log-level=ERROR"])


class Lesson:
    """The released notebook of a lesson, its solved answers, and the wrong ones that people give."""

    def __init__(self, number: int, answers: list[dict[str, Any]]) -> None:
        """Read both notebooks."""
        from helpers import lessons, places

        self.number, folder = number, lessons.find(number).folder
        released = cells_in(places.released() / folder / f"{folder}.ipynb")
        solved = cells_in(places.PACKAGE.parent / "solutions" / folder / f"{folder}.ipynb")
        self.setup = [source for _, tags, source in released if "setup" in tags]
        checks = {name.removeprefix("check_"): source for name, _, source in released if name.startswith("check_")}
        right = {name: source for name, _, source in solved if name in checks}
        wrong = [one for one in answers if one["lesson"] == number and one["kind"] == "wrong"]
        self.exercises = [
            (name, checks[name], right[name], [one["source"] for one in wrong if one["check"] == name])
            for name, _, _ in released
            if name in right
        ]


def cells_in(path: Path) -> list[tuple[str, list[str], str]]:
    """nbgrader's name, tags and source of each cell with code."""
    book = json.loads(path.read_text(encoding="utf-8"))
    return [
        (
            cell["metadata"].get("nbgrader", {}).get("grade_id", ""),
            cell["metadata"].get("tags", []),
            "".join(cell["source"]),
        )
        for cell in book["cells"]
        if cell["cell_type"] == "code"
    ]


class Class:
    """Learners who work at the same time."""

    def __init__(self, server: Server, lesson: Lesson, connections: list[str], seconds: float) -> None:
        """Know the room and the kernels."""
        self.server, self.lesson, self.connections, self.seconds = server, lesson, connections, seconds
        self.told: set[tuple[str, ...]] = set()
        self.checks, self.errors, self.news = 0, Counter[str](), Counter[str]()
        self.lock = threading.Lock()
        self.all_here = threading.Barrier(len(connections) + 1)  # the learners and the instructor begin together

    def play(self) -> dict[str, Any]:
        """Let them work."""
        with ThreadPoolExecutor(len(self.connections) + 1) as pool:
            desk = pool.submit(self.instruct)
            list(pool.map(self.learner, range(len(self.connections)), self.connections))
            desk.result()
        return {"learners": len(self.connections), "seconds": self.seconds, "checks": self.checks}

    def learner(self, seed: int, connection: str) -> None:
        """One learner's work."""
        from jupyter_client import BlockingKernelClient

        client = BlockingKernelClient(connection_file=connection)
        client.load_connection_file()
        client.start_channels()
        client.wait_for_ready(timeout=300)
        draw = random.Random(seed)
        join = f'helpers.start(lesson={self.lesson.number}, room="{self.server.address}")'
        for source in self.lesson.setup:
            self.run(client, source.replace(f"helpers.start(lesson={self.lesson.number})", join))
        self.run(client, HEARS.replace("{lesson}", str(self.lesson.number)))
        skill, pace = draw.uniform(0.2, 0.9), self.seconds / len(self.lesson.exercises)
        self.all_here.wait()
        ends = time.monotonic() + self.seconds
        for _, check, right, wrong in self.lesson.exercises:
            tries = draw.sample(wrong, min(len(wrong), int(draw.expovariate(1 / (4 * (1 - skill))))))
            for source in [*tries, *[right] * (draw.random() < 0.9)]:
                if time.monotonic() < ends:
                    time.sleep(draw.expovariate(1 / (0.4 * pace)))
                    self.run(client, source)
                    self.run(client, check)
                    with self.lock:
                        self.checks += 1
        time.sleep(5)  # the last ones are on their way
        answer = client.execute("", user_expressions=TOLD, reply=True, timeout=60)["content"]["user_expressions"]
        heard, session = (eval(answer[name]["data"]["text/plain"]) for name in ("heard", "session"))
        with self.lock:
            self.told |= {(session, *one) for one in json.loads(heard)}
        client.stop_channels()

    def run(self, client: Any, source: str) -> None:
        """Run a cell, and note what it ends with and what it shows of the room's news."""
        shown: list[str] = []

        def note(message: dict[str, Any]) -> None:
            content = message["content"]
            shown.append(content.get("data", {}).get("text/html", "") + content.get("text", ""))

        reply = client.execute_interactive(source, output_hook=note, timeout=120)["content"]
        with self.lock:
            if reply["status"] == "error":
                self.errors[reply["ename"]] += 1
            text = "".join(shown)
            self.news["section"] += "We go on at section 5" in text
            self.news["sentence"] += SENTENCE.replace("<", "&lt;").replace(">", "&gt;") in text
            self.news["unescaped"] += SENTENCE in text

    def instruct(self) -> None:
        """Open a section and say a sentence, halfway."""
        self.all_here.wait()
        time.sleep(self.seconds / 2)
        for what in ({"do": "open", "lesson": self.lesson.number, "section": 5}, {"do": "say", "sentence": SENTENCE}):
            body = json.dumps(what).encode()
            request = urllib.request.Request(f"{self.server.address}/do", body, {"X-Room-Key": self.server.key})
            urllib.request.urlopen(request, timeout=60).close()

    def compare(self, shown: dict[str, dict[str, int]], kept: set[tuple[Any, ...]]) -> dict[str, Any]:
        """What the kernels heard of their checks, beside what is on disk and on the page."""
        told = {one for one in self.told if one[2] != "empty"}
        names = {name: f"{self.lesson.number}.{1 + i}" for i, (name, *_) in enumerate(self.lesson.exercises)}

        def by_tile(those: set[tuple[str, ...]]) -> Counter[str]:
            pairs = {(one[0], one[1]) for one in those}
            return Counter(names[exercise.split("/")[1]] for _, exercise in pairs)

        tried, through = by_tile(told), by_tile({one for one in told if one[2] == "right"})
        tiles = {number: (tile["tried"], tile["through"]) for number, tile in shown.items()}
        return {
            "different_checks": len(told),
            "kept": len(told & kept),
            "kept_and_not_told": len(kept - told),
            "tiles_as_told": all(tiles[number] == (tried[number], through[number]) for number in names.values()),
            "cells_that_ended_with": dict(self.errors),
            "learners_shown": dict(self.news),
        }


def look(server: Server, folder: Path) -> dict[str, Any]:
    """Pictures of the page, and what axe-core has against it."""
    import axe_playwright_python
    from playwright.sync_api import sync_playwright

    folder.mkdir(parents=True, exist_ok=True)
    axe = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
    violations, wider = [], []
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=["--no-sandbox"]
        )
        for scheme in ("light", "dark"):
            for width in WIDTHS:
                tab = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True)
                tab.goto(f"{server.address}#key={server.key}")
                tab.wait_for_selector("#mistakes .now")
                tab.evaluate(axe)
                found = tab.evaluate("axe.run().then((r) => r.violations.map((v) => `${v.id}: ${v.nodes[0].html}`))")
                violations += [f"{scheme} {width}: {one}" for one in found]
                if tab.evaluate("document.documentElement.scrollWidth") > width:
                    wider.append(f"{scheme} {width}")
                tab.screenshot(path=folder / f"room-{scheme}-{width}.png", full_page=True)
                tab.close()
        browser.close()
    return {"axe": violations, "wider_than_the_screen": wider}


if __name__ == "__main__":
    main()
