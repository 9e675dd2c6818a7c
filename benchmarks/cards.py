"""What the data cards say of their sets, measured: `course bench cards` (or `python benchmarks/cards.py`).

Writes datasets/facts.json, and from it the part of each card between its marks. Takes some minutes on one core: a
logistic regression with five seeds is trained on each set of promoters. Names after the file measure these sets only.
"""

from __future__ import annotations

import json
import re
import statistics
import sys
from pathlib import Path
from typing import Any

import cards_of_tasks
import torch

from helpers import datasets
from helpers.datasets.splits import overlap
from helpers.dna.motifs import best_hit, jaspar
from helpers.dna.sequences import gc_content
from helpers.experiments import autopsy, promoters
from helpers.experiments.baselines import dumb_models
from helpers.experiments.scoreboard import at_random_places
from helpers.files import write_whole
from helpers.text import spread
from helpers.training import metrics, predict

ROOT = Path(__file__).resolve().parent.parent
FACTS, CARDS = ROOT / "datasets" / "facts.json", ROOT / "datasets" / "cards"
SETS = ("human_tata", "human_nontata", "human_all", "ecoli_sigma70")
SIMULATED = {"simulated_tata": "human_tata", "simulated_nontata": "human_nontata", "simulated_ecoli": "ecoli_sigma70"}
SEEDS = 5
BLOCK, CUTS = 15, (9, 24, 39, 54)  # how the others of the set without TATA boxes were cut
PART = re.compile(r"(<!-- measured -->\n).*?(<!-- end of what was measured -->)", re.DOTALL)


def main() -> None:
    """Measure every set, and write the facts and the cards."""
    torch.set_num_threads(1)
    others = [name for pair in cards_of_tasks.SETS.items() for name in pair]
    facts = json.loads(FACTS.read_text(encoding="utf-8"))
    for name in sys.argv[1:] or (*SETS, *SIMULATED, *others):
        if name in others:
            facts[name] = cards_of_tasks.measure(name)
        else:
            source = "simulated" if name in SIMULATED else "real"
            facts[name] = measure(datasets.load(name, source=source, remove_leaks=name in SIMULATED))
        print(name, json.dumps(facts[name], ensure_ascii=False), flush=True)
    write_whole(FACTS, (json.dumps(facts, indent=1, ensure_ascii=False) + "\n").encode())
    for name in facts:
        card = CARDS / f"{name}.md"
        write_whole(card, put(card.read_text(encoding="utf-8"), measured_part(name, facts)).encode())


def measure(data: datasets.Dataset) -> dict[str, Any]:
    """Everything that a card states of a set; leaks are still in it, and scores are measured without them."""
    facts: dict[str, Any] = {"composition": composition(data)}
    tss = data.entry.tss
    assert tss is not None
    every = together(data)
    promoter = [s for s, label in zip(every.sequences, every.y, strict=True) if label]
    facts["start"] = {
        "C or T before": share(s[tss - 1] in "CT" for s in promoter),
        "A or G at": share(s[tss] in "AG" for s in promoter),
    }
    if data.source == "real":
        facts["leaks"] = leaks(data)
    if "ecoli" not in data.name:
        counts = autopsy.register(every, "TATA")
        telling = autopsy.telling_columns(counts, least=30)
        facts["TATA first at"] = {"telling columns": telling, "sequences": int(counts[:, telling].sum())}
        facts["two-letter rule"] = metrics.mcc(data.test.y, autopsy.two_letter_rule(data.test, tss - 1))
    if data.name == "human_tata":
        facts["box starts at"] = box_starts(every)
    if data.name == "human_nontata":
        facts["kept blocks"] = kept_blocks(every)
    return facts | {"scores": scores(data)}


def share(found: Any) -> float:
    """The share of True."""
    return round(statistics.mean(map(float, found)), 4)


def together(data: datasets.Dataset) -> datasets.Split:
    """All three splits as one."""
    parts = (data.train, data.valid, data.test)
    return datasets.Split([s for part in parts for s in part.sequences], torch.cat([part.y for part in parts]))


def composition(data: datasets.Dataset) -> dict[str, dict[str, float]]:
    """G and C, and CpG against chance, by class."""
    every, found = together(data), {}
    for name, label in (("promoters", 1), ("others", 0)):
        rows = [s for s, y in zip(every.sequences, every.y.tolist(), strict=True) if y == label]
        gc = [gc_content(s) for s in rows]
        text = "N".join(rows)
        expected = text.count("C") * text.count("G") / sum(map(len, rows))
        found[name] = {
            "gc": round(statistics.mean(gc), 4),
            "sd": round(statistics.stdev(gc), 4),
            "cpg": round(text.count("CG") / expected, 4),
        }
    return found


def leaks(data: datasets.Dataset) -> dict[str, int]:
    """How many sequences stand where they should not."""
    both = {s for s, y in zip(together(data).sequences, together(data).y, strict=True) if y}
    both &= {s for s, y in zip(together(data).sequences, together(data).y, strict=True) if not y}
    return {
        "test in train": len(overlap(data.test, data.train)),
        "test in valid": len(overlap(data.test, data.valid)),
        "valid in train": len(overlap(data.valid, data.train)),
        "twice in train": len(data.train) - len(set(data.train.sequences)),
        "both labels": len(both),
        "removed": datasets.load(data.name, source="real").leaks_removed,
    }


def box_starts(every: datasets.Split) -> dict[str, list[float]]:
    """Where the best hit of JASPAR's TATA box begins, where it is a clear one, by class: shares of columns 0 to 4."""
    hits = best_hit(every.X, jaspar("POL012.1").weights())
    found = {}
    for name, label in (("promoters", 1), ("others", 0)):
        starts = hits.positions[(every.y == label) & (hits.score > hits.score.median())]
        found[name] = [round(float((starts == column).float().mean()), 4) for column in range(5)]
    return found


def kept_blocks(every: datasets.Split) -> dict[str, float]:
    """How many blocks of the others stand letter by letter in a promoter, at the cuts and elsewhere."""
    split = {y: [s for s, label in zip(every.sequences, every.y.tolist(), strict=True) if label == y] for y in (0, 1)}

    def kept(column: int) -> float:
        known = {s[column : column + BLOCK] for s in split[1]}
        return share(s[column : column + BLOCK] in known for s in split[0])

    inside = CUTS[:-1]
    elsewhere = [column for column in range(70 - BLOCK + 1) if min(abs(column - cut) for cut in CUTS) > 4]
    return {
        "at the cuts": round(statistics.mean(map(kept, inside)), 4),
        "elsewhere": round(statistics.mean(map(kept, elsewhere)), 4),
    }


def scores(data: datasets.Dataset) -> dict[str, list[float]]:
    """Test MCC of the simple models: as the set is, with the test sequences moved by five bases, at random places."""
    if data.source == "real":
        data = datasets.load(data.name, source="real")
    found: dict[str, list[float]] = {}
    for places, of in (("", data), (" at random places", at_random_places(data, seed=0))):
        for dumb in dumb_models(of):
            if dumb.name in ("GC content", "4-mer counts"):
                found[dumb.name + places] = [round(metrics.mcc(of.test.y, dumb.logits > 0), 4)]
    logistic = "logistic regression"
    for seed in range(SEEDS):
        model = promoters.train(logistic, data, seed=seed, quick=False).model
        found.setdefault(logistic, []).append(round(metrics.mcc(data.test.y, predict(model, data.test.X) > 0), 4))
        for by in (1, 5):
            moved = autopsy.mcc_after_moving(model, data.test, by)
            found.setdefault(f"{logistic} moved by {by}", []).append(round(moved, 4))
        fair = promoters.train(logistic, at_random_places(data, seed), seed=seed, quick=False)
        found.setdefault(f"{logistic} at random places", []).append(round(fair.report["mcc"], 4))
    return found


def measured_part(name: str, facts: dict[str, Any]) -> str:
    """What stands between a card's marks."""
    own = facts[name]
    if "task" in own:
        return cards_of_tasks.part(name, facts)
    lines = ["Written by `course bench cards`; do not edit.", "", "| | G+C, mean ± sd | CpG, observed / expected |"]
    lines.append("|---|---|---|")
    for row, of in own["composition"].items():
        lines.append(f"| {row} | {of['gc']:.2f} ± {of['sd']:.2f} | {of['cpg']:.2f} |")
    start = own["start"]
    lines += ["", f"- Before the start {start['C or T before']:.0%} of the promoters have a C or a T,"]
    lines[-1] += f" and at it {start['A or G at']:.0%} an A or a G."
    if "leaks" in own:
        lines += [
            "- Leaks: {test in train} test sequences also stand in train and {test in valid} in validation,",
            "  and {valid in train} validation sequences in train; `load` drops {removed} sequences and says so.",
            "  {twice in train} training sequences are repeats. {both labels} sequences carry both labels.",
        ]
        lines[-3:] = [line.format(**own["leaks"]) for line in lines[-3:]]
    if "TATA first at" in own:
        of, rule = own["TATA first at"], own["two-letter rule"]
        columns = ", ".join(map(str, of["telling columns"]))
        told = (
            f"at column {columns} in one class alone: {of['sequences']:,} sequences"
            if columns
            else "at the same columns"
        )
        lines.append(f"- By class, TATA first stands {told}.")
        lines.append(
            f"- *C or T, then A or G at the start* as the only rule: test MCC {rule:.2f}.".replace("-", "−", 0)
        )
    for row, of in own.get("box starts at", {}).items():
        told = ", ".join(f"{one:.0%}" for one in of)
        lines.append(
            f"- The better half of the hits of JASPAR's TATA box begin, in {row}, at columns 0 to 4 in {told}."
        )
    if "kept blocks" in own:
        of = own["kept blocks"]
        lines.append(
            f"- Blocks of the others that a promoter has at the same place: {of['at the cuts']:.0%} at the cuts, "
        )
        lines[-1] += f"{of['elsewhere']:.0%} elsewhere."
    return "\n".join([*lines, "", *beside(name, facts), ""])


def beside(name: str, facts: dict[str, Any]) -> list[str]:
    """The table of simple models, of a simulated set beside the real one."""
    sets = [name, SIMULATED[name]] if name in SIMULATED else [name]
    lines = [f"| test MCC | {' | '.join(sets)} |", "|---|" + "---|" * len(sets)]
    for model in facts[name]["scores"]:
        cells = (spread(facts[one]["scores"][model], 3).replace("-0.", "−0.") for one in sets)
        lines.append(f"| {model} | {' | '.join(cells)} |")
    return lines


def put(card: str, part: str) -> str:
    """Replace what stands between a card's marks."""
    if not PART.search(card):
        raise ValueError("put: the card has no marks; add <!-- measured --> and <!-- end of what was measured -->")
    return PART.sub(lambda marks: marks[1] + part + marks[2], card)


if __name__ == "__main__":
    main()
