"""Letters and tables: sequences, records in files, motifs, codons, windows."""

from helpers.dna.codons import AMINO_ACIDS, CODONS, STOPS
from helpers.dna.motifs import Motif, best_hit, information, jaspar, jaspar_all, probabilities, scan, weights
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
from helpers.dna.windows import shift

__all__ = [
    "AMINO_ACIDS",
    "BASES",
    "CODONS",
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
    "reverse_complement",
    "reverse_complement_one_hot",
    "scan",
    "shift",
    "shuffle",
    "tokenise",
    "weights",
]
