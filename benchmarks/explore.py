"""How often `course explore` finds what is there, and what is not: twenty sets of each artefact, and sets without one.

The sets are random DNA beside its dinucleotide shuffles, 300 sequences of 60 bases each, with an artefact planted in
them (`helpers.datasets.simulated.artefacts`). All searches by counting look at each. The shift by a base needs trained
networks: it is tried on twenty sets with a register and on twenty without anything, with one seed. The table goes into
docs/own_data.md.
"""

from __future__ import annotations

import json
import re
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from side_by_side import RESULTS, machine, write

from helpers.datasets import Dataset, from_files
from helpers.datasets.simulated.artefacts import PLANTED, matched
from helpers.explore.artefacts import FALSE_ALARMS, search
from helpers.explore.moves import after_moving
from helpers.explore.networks import NETWORKS, network
from helpers.files import write_whole

SETS, WITHOUT = 20, 200
PAGE = RESULTS.parents[1] / "docs" / "own_data.md"
PART = re.compile(r"(?<=<!-- found -->\n).*?(?=<!-- end of what was found -->)", re.DOTALL)
SHIFT = "shift by a base"


def made(what: str, seed: int, folder: Path) -> Dataset:
    """A set with an artefact, or with none."""
    rng = np.random.default_rng(1000 + seed)
    pair = matched(rng)
    for name, rows in zip(("ones", "others"), PLANTED[what](rng, pair) if what in PLANTED else pair, strict=True):
        (folder / f"{name}.fa").write_text("".join(f">{i}\n{row}\n" for i, row in enumerate(rows)))
    return from_files(folder / "ones.fa", folder / "others.fa")


def searched(what: str, sets: int, *, by_networks: bool = False) -> dict[str, Any]:
    """Search so many sets, and count what is claimed."""
    counts = dict.fromkeys([SHIFT] if by_networks else PLANTED, 0)
    start, alarms = time.process_time(), 0
    for seed in range(sets):
        with tempfile.TemporaryDirectory() as folder:
            data = made(what, seed, Path(folder))
        if by_networks:
            moved = [after_moving(data, network(name, data, lambda line: None, seeds=(seed,))) for name in NETWORKS]
            found = [SHIFT] * any(one.found for one in moved)
        else:
            found = [one.what for one in search(data, seed=seed) if one.found]
        alarms += bool(found)
        for one in found:
            counts[one] += 1
    row = {"planted": what, "sets": sets, "claimed": counts, "any": alarms, "networks": by_networks}
    print(f"{what:20} {'networks' if by_networks else 'counting':10} any {alarms} of {sets}: {counts}", flush=True)
    return {**row, "seconds": round(time.process_time() - start, 1)}


def table(results: dict[str, Any]) -> str:
    """What was claimed, as Markdown."""
    lines = ["| planted | sets | found | claimed beside it |", "|---|---:|---:|---|"]
    for row in results["rows"]:
        own = SHIFT if row["networks"] else row["planted"]
        found = row["claimed"].get(own, row["any"])
        beside = [f"{name} {count}" for name, count in row["claimed"].items() if count and name != own]
        planted = row["planted"] + ", networks moved by a base" * row["networks"]
        shown = f"{found}" if row["planted"] != "nothing" else f"{row['any']} false alarms"
        lines.append(f"| {planted} | {row['sets']} | {shown} | {', '.join(beside)} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Search all of them, store what is claimed, and write the table."""
    rows = [searched(what, SETS) for what in PLANTED]
    rows += [searched("nothing", WITHOUT)]
    rows += [searched(what, SETS, by_networks=True) for what in ("register", "nothing")]
    write("explore", {"machine": machine("numpy", "scipy", "torch"), "false_alarms": FALSE_ALARMS, "rows": rows})
    results = json.loads((RESULTS / "explore.json").read_text(encoding="utf-8"))
    text = PAGE.read_text(encoding="utf-8")
    write_whole(PAGE, PART.sub(lambda _: table(results), text).encode())


if __name__ == "__main__":
    main()
