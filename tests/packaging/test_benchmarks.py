"""Numbers that the course quotes are numbers that its benchmarks printed."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "benchmarks" / "results"


@pytest.mark.process
def test_the_page_of_benchmarks_is_what_the_stored_results_say() -> None:
    program = "import page, sys; sys.stdout.reconfigure(encoding='utf-8'); print(page.page(), end='')"
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=ROOT / "benchmarks", capture_output=True, encoding="utf-8", check=True)
    written = (ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8")
    assert done.stdout == written, "run `python benchmarks/page.py`"


@pytest.mark.process
def test_the_page_on_own_data_says_what_the_searches_found() -> None:
    program = "import explore; found = explore.PART.search(explore.PAGE.read_text(encoding='utf-8'))[0]"
    program += "; import json; results = json.loads((explore.RESULTS / 'explore.json').read_text(encoding='utf-8'))"
    program += "; assert found == explore.table(results) != '', found"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT / "benchmarks", capture_output=True, text=True)
    assert done.returncode == 0, f"run `python benchmarks/explore.py`: {done.stderr}"


def test_make_bench_runs_every_benchmark_there_is() -> None:
    recipe = (ROOT / "Makefile").read_text(encoding="utf-8").split("\nbench: ")[1].split("\n\n")[0]
    run = set(re.findall(r"\b(\w+)\b", re.search(r"for subject in ([\w ]+)", recipe)[1]))
    files = {path.stem for path in (ROOT / "benchmarks").glob("*.py")}
    parts = {"page", "side_by_side", "scoreboard_page", "cards_of_tasks", "boards", "room_class"}  # of others
    # a minute to half an hour, or what is not always there
    alone = {
        "memory",
        "promoters",
        "chromatin",
        "representations",
        "field",
        "cards",
        "divisions",
        "gpu",
        "hostile_class",
    }
    assert run == files - parts - alone


@pytest.mark.parametrize("path", sorted(RESULTS.glob("*.json")), ids=lambda path: path.stem)
def test_a_result_names_the_machine_by_size_and_versions_only(path: Path) -> None:
    machine = json.loads(path.read_text(encoding="utf-8"))["machine"]
    for name, value in machine.items():
        assert isinstance(value, int | float) or re.fullmatch(r"[\w.+-]+", value), (name, value)
        assert name not in {"node", "hostname", "user"}
