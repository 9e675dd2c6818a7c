"""Own files: from what people have, FASTA, a table, intervals of a genome, to a `Dataset` like any other."""

from helpers.datasets.own.making import from_files

__all__ = ["from_files"]
