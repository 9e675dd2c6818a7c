"""Motif files that people have give the same motif, and what is none is named."""

from __future__ import annotations

import gzip
import io

import pandas as pd
import pytest
import torch
from Bio import motifs as bio_motifs

from helpers.dna.motif_files import read_motifs

COUNTS = torch.tensor([[8, 1, 0, 2, 10.0], [0, 1, 9, 3, 0], [2, 0, 1, 3, 0], [0, 8, 0, 2, 0]])  # (4, 5), 10 sites
ROWS = [" ".join(f"{n:g}" for n in row) for row in COUNTS.tolist()]
SHARES = [" ".join(f"{n / 10:.6f}" for n in column) for column in COUNTS.T.tolist()]
POSITIONS = ["\t".join(f"{n:g}" for n in column) for column in COUNTS.T.tolist()]
JASPAR = ">MA0001.1\tABC\n" + "".join(f"{base}  [ {row} ]\n" for base, row in zip("ACGT", ROWS, strict=True))
MEME = (
    "MEME version 4\n\nALPHABET= ACGT\n\nstrands: + -\n\nBackground letter frequencies\nA 0.25 C 0.25 G 0.25 T 0.25\n\n"
    "MOTIF MA0001.1 ABC\nletter-probability matrix: alength= 4 w= 5 nsites= 10 E= 0\n" + "\n".join(SHARES) + "\n\n"
)
TRANSFAC = (
    "ID ABC\nP0      A      C      G      T\n"
    + "".join(f"{i:02d} {row} N\n" for i, row in enumerate(POSITIONS, start=1)).replace("\t", "      ")
    + "XX\n//\n"
)
FILES = {
    "jaspar": JASPAR,
    "jaspar, other order": JASPAR.split("\n")[0] + "\n" + "\n".join(JASPAR.split("\n")[4:0:-1]) + "\n",
    "pfm with a name": ">MA0001.1 ABC\n" + "\n".join(ROWS) + "\n",
    "pfm bare": "\n".join(ROWS),
    "hocomoco": ">ABC_HUMAN.H11MO.0.A\n" + "\n".join(POSITIONS) + "\n",
    "meme": MEME,
    "transfac": TRANSFAC,
    "gzip": gzip.compress(JASPAR.encode()),
}


@pytest.mark.parametrize("form", FILES)
def test_every_format_gives_the_same_counts(tmp_path, form) -> None:
    path = tmp_path / "motif.txt"
    content = FILES[form]
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    (motif,) = read_motifs(path)
    assert torch.allclose(motif.counts, COUNTS, atol=1e-3)
    if form in ("jaspar", "pfm with a name", "gzip"):
        assert (motif.id, motif.name) == ("MA0001.1", "ABC")


def test_several_motifs_of_a_file_come_in_its_order(tmp_path) -> None:
    path = tmp_path / "many.txt"
    path.write_text(JASPAR + JASPAR.replace("MA0001.1", "MA0002.1"))
    assert [motif.id for motif in read_motifs(path)] == ["MA0001.1", "MA0002.1"]


def test_shares_count_as_a_hundred_sites(tmp_path) -> None:
    path = tmp_path / "shares.txt"
    path.write_text(">x\n" + "\n".join(SHARES))
    (motif,) = read_motifs(path)
    assert torch.allclose(motif.counts, COUNTS * 10, atol=1e-3)


def test_objects_of_biopython_and_tables_are_read() -> None:
    record = bio_motifs.parse(io.StringIO(JASPAR), "jaspar")
    assert torch.equal(read_motifs(list(record))[0].counts, COUNTS)
    assert read_motifs(record[0])[0].id == "MA0001.1"
    tall = pd.DataFrame(COUNTS.T.numpy(), columns=list("ACGT"))
    for frame in (tall, tall.T, tall[list("TGCA")]):
        assert torch.equal(read_motifs(frame)[0].counts, COUNTS)


@pytest.mark.parametrize(
    "content, said",
    [
        ("", "m.txt:1: the file is empty"),
        (">a\n>b\n1 2\n", "m.txt:1: 'a' has no matrix"),
        (">a\n1 2 3\n1 2\n", "m.txt:1: rows of 3 and other lengths"),
        (">a\n1 2 3\n1 2 3\n", "m.txt:1: a matrix of 2 by 3; one side is 4"),
        (">a\nACGT\n", "m.txt:2: 'ACGT' is no row of a matrix"),
        (">a\nA 1 2\nC 1 2\nG 1 2\n", "m.txt:1: rows for A, C, G; a matrix has a row each"),
        (">a\n-1 2 3\n1 2 3\n1 2 3\n1 2 3\n", "a has negative numbers: log-odds"),
        ("MEME version 4\n", "m.txt:1: no"),
    ],
)
def test_what_is_no_motif_is_named(tmp_path, content, said) -> None:
    path = tmp_path / "m.txt"
    path.write_text(content)
    with pytest.raises(ValueError) as error:
        read_motifs(path)
    assert said in str(error.value)


def test_other_objects_are_named() -> None:
    with pytest.raises(TypeError, match="got int; expected a path, motifs of Biopython, or a DataFrame"):
        read_motifs(3)
    with pytest.raises(ValueError, match="one of them must be A, C, G, T"):
        read_motifs(pd.DataFrame({"A": [1], "B": [2]}))
