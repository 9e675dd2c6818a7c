"""Negatives made by a rule, and what a model of them can have learnt instead of what was asked."""

from __future__ import annotations

import os
from collections.abc import Sequence

import numpy as np

from helpers.datasets.own.genome import Interval, matched_pieces
from helpers.datasets.own.rows import Row
from helpers.dna.sequences import dinucleotide_shuffle

RULES = {
    "shuffle": "negatives are dinucleotide shuffles of the positives: as rich in G and C, pair by pair, but no genome "
    "ever held them; a model may tell real DNA from shuffled DNA (by repeats, codons, any motif) and know nothing "
    "of yours",
    "genome": "negatives are pieces of the genome with the same share of G and C: a model may tell what else sets your "
    "places apart from the rest (open chromatin, repeats, genes) rather than what you ask",
}


def made(
    rule: str,
    rows: Sequence[Row],
    genome: str | os.PathLike[str] | None,
    taken: Sequence[Interval],
    rng: np.random.Generator,
) -> tuple[list[Row], list[str]]:
    """Make a negative for each positive.

    Parameters
    ----------
    rule : {"shuffle", "genome"}
    rows : sequence of Row
        The positives, plain.
    genome : path, optional
        Where pieces are cut from.
    taken : sequence of Interval
        Of the positives, if they have places.
    rng : numpy.random.Generator

    Returns
    -------
    rows : list of Row
    notes : list of str
        The rule, and what to beware of.

    Raises
    ------
    ValueError
        For another rule, or pieces of no genome.
    """
    if rule == "shuffle":
        made = [
            row._replace(sequence=dinucleotide_shuffle(row.sequence, seed=rng), name=f"{row.name}, shuffled")
            for row in rows
        ]
        return made, [RULES[rule]]
    if genome is None:
        raise ValueError("from_files: negatives='genome' cuts pieces out of a genome; name its FASTA file with genome=")
    made = matched_pieces(rows, genome, taken, rng)
    short = len(rows) - len(made)
    return made, [RULES[rule], *([f"for {short:,} positives no piece had the same share of G and C"] if short else [])]
