"""docs/representations.md, from datasets/measured_representations.json: no number typed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from helpers.places import shipped
from helpers.text import spread

HEAD = """# Representations, measured

Written by `course bench representations`; do not edit. It is what
[lesson 08](../solutions/08_representations/08_representations.ipynb) draws from. All data but JASPAR's motifs are
simulated, so the truth is known; each number is the mean of {seeds} seeds (other data, other weights), with the lowest
and the highest in brackets.

## The table of generators

Each made 2,000 sequences of 50 bases after 3,000 that obey a grammar: TTGACA is followed by TATAAT after 6 bases,
GCATGC after 12. *Profile* and *5-mers*: how far base shares at each position, and shares of 5-mers, are from held-out
sequences. *Letters to the nearest*: of the training set; 0 is a copy. *Judge*: AUROC of a discriminator that the
generator never met, after so many epochs; 0.5 is perfect. *Obeys*: the share that obeys the grammar, which nobody knows
of real DNA.

"""
COLUMNS = ("generator", "profile", "5-mers", "letters to the nearest", "judge, 2", "judge, 5", "judge, 20", "obeys")
ORDER = (
    *("held-out sequences", "copier", "any letters", "position frequencies", "Markov chain of order 3"),
    *("chain for each position", "right words, wrong gap", "VAE, β = 1", "VAE, β = 4", "VAE, β = 20"),
    *("autoencoder", "GAN", "GAN, likeliest letters"),
)
DIALS = {"VAE, β = 1": "β = 1", "VAE, β = 4": "β = 4", "VAE, β = 20": "β = 20", "autoencoder": "autoencoder"}
SECTIONS = {
    "squeeze": "## Two numbers of 136\n\nWindows of 240 bases of four organisms; their 4-mers, both strands together. "
    "How often do the 15 nearest windows name the organism? A coin with four sides: 0.25.\n",
    "denoise": "## Denoising coverage\n\nr of the logarithms with the true rate, at a sixteenth of the reads.\n",
    "walks": "## Ways between two codes\n\nSix held-out sequences, 15 straight ways of 21 steps between their codes. "
    "The share of steps whose likeliest letters obey the grammar, of all and half way; and of draws half way.\n",
    "smoothness": "## Draws from the prior\n\nTracks with one peak, two latent numbers: which share of draws decodes "
    "to a track with one peak?\n",
    "modes": "## Mode collapse\n\nOf eight motifs so many are made, by one sequence in fifty or more.\n",
    "microscopes": "## Two microscopes\n\nThe share of nuclei found at their place, and the mean absolute difference "
    "after the way there and back.\n",
    "decouple": "## Decoupling\n\nAn adapter in nine tenths of the promoters and one tenth of the others. Matthews "
    "correlation of the label where the adapter goes with it, and turned around; AUROC of the adapter by the adversary "
    "of the training, and by a fresh probe.\n",
    "words": "## Pictures and words\n\nMean average precision of held-out motifs for the first three letters of a "
    "family.\n",
    "grammar": "## A grammar, read out\n\nThe gap at which a network that learned to write expects the second box, and "
    "how many bits more than chance its first base gets there.\n",
}


def measured() -> dict[str, list[dict[str, Any]]]:
    """What `course bench representations` measured: for each section a list of seeds."""
    return json.loads((shipped() / "measured_representations.json").read_text(encoding="utf-8"))


def over_seeds(runs: Sequence[dict[str, Any]], *keys: str) -> list[float]:
    """One number of a section, of each seed: `over_seeds(runs, "GAN", "words")`."""
    found: list[Any] = list(runs)
    for key in keys:
        found = [one[key] for one in found]
    return found


def generators(result: dict[str, list[dict[str, Any]]]) -> list[tuple[str, ...]]:
    """The rows of the table of generators, in words."""
    rows = []
    for name in ORDER:
        runs, key = (result["dial"], DIALS[name]) if name in DIALS else (result["generators"], name)
        judges = zip(*over_seeds(runs, key, "judge"), strict=True)  # type: ignore[arg-type]
        numbers = [spread(over_seeds(runs, key, what), 3) for what in ("profile", "words")]
        numbers.append(spread(over_seeds(runs, key, "copies"), 1))
        numbers += [spread(one) for one in judges]
        rows.append((name, *numbers, spread(over_seeds(runs, key, "grammar"))))
    return rows


def page(result: dict[str, list[dict[str, Any]]]) -> str:
    """The whole page."""
    made = HEAD.format(seeds=len(result["dial"])) + table(COLUMNS, generators(result)) + _nats(result["dial"])
    for name, head in SECTIONS.items():
        runs = result[name]
        first = next(iter(runs[0].values()))
        if isinstance(first, dict):
            columns = ("", *first)
            rows = [(key, *(spread(over_seeds(runs, key, one), 2) for one in first)) for key in runs[0]]
        else:
            columns, rows = ("", ""), [(key, spread(over_seeds(runs, key))) for key in runs[0]]
        made += f"\n{head}\n" + table(columns, rows)
    return made


def _nats(runs: list[dict[str, Any]]) -> str:
    head = (
        "\n## One dial\n\nNats a held-out sequence. The sum is an upper bound of how surprised the model is; position "
        "frequencies know their own exactly.\n\n"
    )
    rows = [(key, *(_told(runs, key, what) for what in ("reconstruction", "kl", "nats"))) for key in runs[0]]
    return head + table(("", "reconstruction", "KL", "sum"), rows)


def _told(runs: list[dict[str, Any]], key: str, what: str) -> str:
    return spread(over_seeds(runs, key, what), 1) if what in runs[0][key] else "–"


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = [columns, ["---"] * len(columns), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
