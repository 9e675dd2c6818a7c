"""Letters and tables: sequences, records in files, motifs, codons, proteins, windows."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from helpers.dna.codons import AMINO_ACIDS, CODONS, STOPS
from helpers.dna.proteins import GAP, RESIDUES, residue_codes, residue_shares
from helpers.dna.records import read_csv, read_fasta
from helpers.dna.sequences import (
    BASES,
    decode,
    dinucleotide_shuffle,
    gc_content,
    kmer_counts,
    kmers,
    one_hot,
    random_dna,
    reverse_complement,
    reverse_complement_one_hot,
    shuffle,
    tokenise,
)

if TYPE_CHECKING:
    from helpers.dna.motifs import Motif, best_hit, information, jaspar, jaspar_all, probabilities, scan, weights
    from helpers.dna.windows import shift

__all__ = [
    "AMINO_ACIDS",
    "BASES",
    "CODONS",
    "GAP",
    "RESIDUES",
    "STOPS",
    "Motif",
    "best_hit",
    "decode",
    "dinucleotide_shuffle",
    "gc_content",
    "information",
    "jaspar",
    "jaspar_all",
    "kmer_counts",
    "kmers",
    "one_hot",
    "probabilities",
    "random_dna",
    "read_csv",
    "read_fasta",
    "residue_codes",
    "residue_shares",
    "reverse_complement",
    "reverse_complement_one_hot",
    "scan",
    "shift",
    "shuffle",
    "tokenise",
    "weights",
]

_OF_TENSORS = {
    "motifs": ("Motif", "best_hit", "information", "jaspar", "jaspar_all", "probabilities", "scan", "weights"),
    "windows": ("shift",),
}


def __getattr__(name: str) -> Any:
    """What works on tensors, imported when first asked for: torch is slow to import."""
    for module, names in _OF_TENSORS.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}; it has {', '.join(__all__)}")
