"""Own files: what people have is understood, or refused in one sentence that names the file and the line."""

from __future__ import annotations

import gzip
import io
import re
from itertools import pairwise

import numpy as np
import pytest
import torch
from Bio import bgzf

from helpers.datasets import from_files
from helpers.dna.sequences import dinucleotide_shuffle, random_dna, reverse_complement

RNG = np.random.default_rng(0)
BASES = [random_dna(60, RNG) for _ in range(60)]
OTHERS = [random_dna(60, RNG) for _ in range(60)]
GENOME = random_dna(6000, RNG)
FASTA = "".join(f">{i}\n{bases}\n" for i, bases in enumerate(BASES))
ROWS = [(bases, i % 2) for i, bases in enumerate(BASES)]


def bgzip(text):
    """Packed as bgzip does it, in blocks, with an empty one at the end."""
    packed = io.BytesIO()
    writer = bgzf.BgzfWriter(fileobj=packed)
    writer.write(text.encode())
    writer.flush()
    return packed.getvalue() + bgzf._bgzf_eof


def table(rows=ROWS, header="sequence,label\n", mark=","):
    return header + "".join(f"{bases}{mark}{label}\n" for bases, label in rows)


@pytest.fixture
def write(tmp_path):
    def write_file(content, name):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write_file


def pairs(data):
    """Every sequence with its value, over all parts."""
    parts = (data.train, data.valid, data.test)
    return {one: value for part in parts for one, value in zip(part.sequences, part.y.tolist(), strict=True)}


# --- what must be understood -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        FASTA,
        FASTA.lower(),
        FASTA.replace("\n", "\r\n"),
        gzip.compress(FASTA.encode()),
        b"\xef\xbb\xbf" + FASTA.encode(),
        FASTA.replace(">", "&gt;"),
        "".join(f">same name\n{one[:25]}\n\n{one[25:]}  \n" for one in BASES),
        "".join(f">\n{one}\n" for one in BASES),
        "".join(f"> &alpha;-globin &amp; more\n{one[:10]} {one[10:]}\n" for one in BASES),
        "; a comment\n" + FASTA,
        "".join(f">{i}\n{one.replace('T', 'U')}\n" for i, one in enumerate(BASES)),
    ],
    ids=["plain", "lower", "crlf", "gzip", "mark", "escaped", "wrapped", "nameless", "entities", "comment", "rna"],
)
def test_a_fasta_as_people_publish_it_gives_its_sequences(write, content):
    others = write("".join(f">{i}\n{bases}\n" for i, bases in enumerate(OTHERS)), "others.fa")
    data = from_files(write(content, "mine.fa"), others)
    assert pairs(data) == dict.fromkeys(BASES, 1.0) | dict.fromkeys(OTHERS, 0.0)
    assert (data.source, data.task, data.entry.length) == ("own", "binary", 60)
    assert data.train.X.shape[1:] == (4, 60) and data.train.y.dtype == torch.float32


@pytest.mark.parametrize(
    "content",
    [
        table(),
        table(header=""),
        table(header="seq\tclass\n", mark="\t"),
        table(header="Sequence;Label\n", mark=";"),
        table([(a, f"{b}.0") for a, b in ROWS]),
        table([(a, ("no", "Yes")[b]) for a, b in ROWS]),
        table([(a, bool(b)) for a, b in ROWS]),
        table([(a, ("FALSE", "true")[b]) for a, b in ROWS]),
        table([(a, 2 * b - 1) for a, b in ROWS]),
        table([(a, ("non-promoter", "promoter")[b]) for a, b in ROWS]),
        table([(a, ("control", "bound site")[b]) for a, b in ROWS]),
        "id,seq,label\n" + "".join(f"{i},{a},{b}\n" for i, (a, b) in enumerate(ROWS)),
        gzip.compress(table().encode()),
        table(mark="  ", header="sequence  label\n"),
        table().replace("\n", "\r\n"),
        table().replace("\n", "\r"),
        b"\xef\xbb\xbf" + table().encode(),
        bgzip(table()),
    ],
    ids=[
        "plain",
        "headless",
        "tabs",
        "semicolons",
        "floats",
        "words",
        "bools",
        "mixed",
        "signs",
        "names",
        "control",
        "ids",
        "gzip",
        "blanks",
        "crlf",
        "cr",
        "mark",
        "bgzip",
    ],
)
def test_two_classes_are_understood_however_they_are_written(write, content):
    data = from_files(write(content, "mine.txt"))
    assert data.task == "binary"
    assert pairs(data) == {bases: float(label) for bases, label in ROWS}


def test_a_spreadsheet_reads_like_a_table(tmp_path):
    import pandas as pd

    pd.DataFrame({"name": range(60), "sequence": BASES, "label": [i % 2 for i in range(60)]}).to_excel(
        tmp_path / "mine.xlsx", index=False
    )
    assert pairs(from_files(tmp_path / "mine.xlsx")) == {bases: float(label) for bases, label in ROWS}


def test_several_classes_and_numbers_are_told_apart(write):
    words = from_files(write(table([(a, "xyz"[i % 3]) for i, a in enumerate(BASES)]), "words.csv"))
    assert (words.task, words.classes, words.test.y.dtype) == ("classes", ("x", "y", "z"), torch.int64)
    whole = from_files(write(table([(a, i % 3) for i, a in enumerate(BASES)]), "whole.csv"))
    assert (whole.task, whole.classes) == ("classes", ("0", "1", "2"))
    numbers = from_files(write(table([(a, i / 7) for i, a in enumerate(BASES)], header=""), "numbers.csv"))
    assert (numbers.task, numbers.classes, numbers.test.y.dtype) == ("number", (), torch.float32)
    assert pairs(numbers)[BASES[7]] == 1.0
    commas = from_files(write(table([(a, f"{i},5") for i, a in enumerate(BASES)], "seq;y\n", ";"), "commas.csv"))
    assert pairs(commas)[BASES[7]] == 7.5
    forced = from_files(write(table([(a, i % 3) for i, a in enumerate(BASES)]), "forced.csv"), task="number")
    assert forced.task == "number"


def test_a_class_against_the_others_and_files_as_classes(write):
    rows = [(a, ("hen", "owl", "jay")[i % 3]) for i, a in enumerate(BASES)]
    data = from_files(write(table(rows), "birds.csv"), positive="owl")
    assert pairs(data) == {a: float(b == "owl") for a, b in rows}
    assert any("'owl'" in note and "rather than what it is" in note for note in data.notes)
    files = {"a": write(FASTA, "a.fa"), "b": write("".join(f">{i}\n{one}\n" for i, one in enumerate(OTHERS)), "b.fa")}
    both = from_files(files)
    assert (both.task, both.classes) == ("binary", ("a", "b"))
    assert pairs(both) == dict.fromkeys(BASES, 0.0) | dict.fromkeys(OTHERS, 1.0)


def test_shuffles_keep_pairs_of_bases_and_the_card_says_what_can_be_learnt_instead(write):
    data = from_files(write(FASTA, "mine.fa"), negatives="shuffle", seed=3)
    made = [one for one, value in pairs(data).items() if value == 0]
    count = sorted(sorted(a + b for a, b in pairwise(one)) for one in made)
    assert count == sorted(sorted(a + b for a, b in pairwise(one)) for one in BASES)
    assert "tell real DNA from shuffled DNA" in data.card
    assert pairs(from_files(write(FASTA, "mine.fa"), negatives="shuffle", seed=3)) == pairs(data)


def test_copies_count_once_and_contradictions_go(write):
    rows = [*ROWS, ROWS[0], ROWS[1], (BASES[2], 1)]
    data = from_files(write(table(rows), "mine.csv"))
    assert pairs(data) == {bases: float(label) for bases, label in ROWS if bases != BASES[2]}
    assert any(note.startswith("2 of 63 sequences were copies") for note in data.notes)
    assert any("2 of 63 sequences stood in two classes" in note and "mine.csv:64" in note for note in data.notes)
    numbers = [(a, i / 7) for i, a in enumerate(BASES)]
    mean = from_files(write(table([*numbers, (BASES[0], 4.0)]), "numbers.csv"))
    assert pairs(mean)[BASES[0]] == 2.0


def test_unequal_lengths_meet_about_their_middles(write):
    rows = [(bases[: 60 - i % 20], i % 2) for i, bases in enumerate(BASES)]
    data = from_files(write(table(rows), "mine.csv"))
    assert {len(one) for one in pairs(data)} == {60}
    assert {one.strip("N") for one in pairs(data)} == {a for a, _ in rows}
    shown = next(one for one in pairs(data) if one.strip("N") == rows[10][0])
    assert (shown[:5], shown[-5:]) == ("NNNNN", "NNNNN")
    cut = from_files(write(table(), "whole.csv"), length=20)
    assert set(pairs(cut)) == {bases[20:40] for bases in BASES}


def test_codes_become_n_and_the_card_counts_them(write):
    rows = [("RYK" + bases[3:], label) for bases, label in ROWS]
    data = from_files(write(table(rows), "mine.csv"))
    assert set(pairs(data)) == {"NNN" + bases[3:] for bases in BASES}
    assert "60 of 60 sequences had letters for several bases" in "\n".join(data.notes)


def test_relatives_stay_in_one_part_whichever_strand(write):
    windows = [GENOME[i : i + 60] for i in range(0, 1000, 20)]
    windows = [reverse_complement(one) if i % 3 == 0 else one for i, one in enumerate(windows)]
    rows = [*ROWS, *((one, i % 2) for i, one in enumerate(windows))]
    data = from_files(write(table(rows), "mine.csv"))
    assert sum(bool(set(windows) & set(part.sequences)) for part in (data.train, data.valid, data.test)) == 1


@pytest.mark.parametrize("packed", [False, True])
def test_intervals_are_cut_out_of_their_genome_strand_and_all(write, packed):
    text = f">chr1 of ours\n{GENOME[:3000]}\n>chr2\n" + "\n".join(GENOME[i : i + 70] for i in range(3000, 6000, 70))
    genome = write(gzip.compress(text.encode()) if packed else text, "genome.fa")
    starts = range(0, 2900, 90)
    bed = "track name=ours\n" + "".join(f"1\t{s}\t{s + 61}\tp{s}\t0\t{'+-'[s // 90 % 2]}\n" for s in starts)
    gff = "##gff-version 3\n" + "".join(f"chr2\tme\tpeak\t{s + 1}\t{s + 61}\t.\t+\t.\tID=1\n" for s in starts)
    data = from_files(write(bed, "mine.bed"), write(gff, "others.gff3"), genome=genome)
    expected = {}
    for s in starts:
        piece = GENOME[s : s + 61]
        expected[reverse_complement(piece) if s // 90 % 2 else piece] = 1.0
        expected[GENOME[3000 + s : 3000 + s + 61]] = 0.0
    assert pairs(data) == expected
    shorter = from_files(write(bed, "mine.bed"), write(gff, "others.gff3"), genome=genome, length=30)
    assert {len(one) for one in pairs(shorter)} == {30}


def test_pieces_of_the_genome_match_gc_and_lie_elsewhere(write):
    genome = write(f">1\n{random_dna(60_000, np.random.default_rng(5))}\n", "genome.fa")
    bed = write("".join(f"1\t{s}\t{s + 50}\n" for s in range(0, 4000, 50)), "mine.bed")
    data = from_files(bed, "genome", genome=genome)
    text = genome.read_text().split("\n")[1]
    mine = [one for one, value in pairs(data).items() if value == 1]
    made = [one for one, value in pairs(data).items() if value == 0]
    assert len(made) > 0.9 * len(mine)
    assert not any(one in text[:4000] or reverse_complement(one) in text[:4000] for one in made)
    gc = [np.mean([one.count("G") + one.count("C") for one in group]) / 50 for group in (mine, made)]
    assert abs(gc[0] - gc[1]) < 0.02


def test_the_card_and_the_description_say_what_came_out(write):
    data = from_files(write(table(), "mine.csv"), name="ours")
    assert data.describe() == "ours (own): 48 train, 6 valid, 6 test of 60 bp; 30 '0', 30 '1'"
    assert data.card.startswith("# ours\n") and "What nobody checked" in data.card and "mine.csv" in data.card
    assert "negatives" in data.card
    numbers = from_files(write(table([(a, i / 7) for i, a in enumerate(BASES)]), "numbers.csv"))
    classes = from_files(write(table([(a, "xyz"[i % 3]) for i, a in enumerate(BASES)]), "classes.csv"))
    assert "two measurements" in numbers.card and "how common" in classes.card.lower()
    assert not any("negatives" in one.card or "positives" in one.card for one in (numbers, classes))


# --- what must be refused, in one sentence ---------------------------------------------------------------

CSV = "sequence,label\n"
GOOD = table().split("\n", 1)[1]
PROTEIN = ">sp|P12345|X\nMKLVEEPQILLF\n"
BROKEN = {
    # name of the case: (name of the file, what it holds, where, what must be said)
    "empty": ("a.fa", "", 1, "the file is empty"),
    "blank": ("a.fa", " \n\n", 1, "the file is empty"),
    "empty gzip": ("a.gz", gzip.compress(b""), 1, "the file is empty"),
    "cut gzip": ("a.gz", gzip.compress(FASTA.encode())[:-40], None, "the gzip file is cut off"),
    "utf-16": ("a.csv", table().encode("utf-16"), 1, "UTF-16"),
    "utf-16 unmarked": ("a.csv", table().encode("utf-16-le"), 1, "UTF-16"),
    "utf-16 fasta": ("a.fa", FASTA.replace("\n", "\r\n").encode("utf-16-be"), 1, "UTF-16"),
    "cut table": ("a.csv.gz", gzip.compress(table().encode())[:-12], None, "the gzip file is cut off"),
    "damaged gzip": ("a.gz", gzip.compress(FASTA.encode()) + b"a download's last words", 121, "damaged"),
    "cut bgzip": ("a.gz", bgzip(FASTA)[:-60], None, "the gzip file is cut off"),
    "bgzip without end": ("a.gz", bgzip(FASTA)[:-28], 1, "the bgzip file is cut off: the mark at its end is missing"),
    "latin-1": ("a.csv", CSV.encode() + b"ACGT\xe9,1\n", 2, "0xe9 is not UTF-8"),
    "zip": ("a.fa", b"PK\x03\x04xxxx", 1, "a zip archive or a spreadsheet"),
    "xls": ("a.csv", b"\xd0\xcf\x11\xe0\xa1\xb1", 1, "old spreadsheet"),
    "bzip2": ("a.fa", b"BZh91AY&SY", 1, "bzip2"),
    "xz": ("a.fa", b"\xfd7zXZ\x00\x00", 1, "packed with xz"),
    "zstd": ("a.fa", b"\x28\xb5\x2f\xfdxx", 1, "packed with zstd"),
    "pdf": ("a.fa", b"%PDF-1.4 x", 1, "a PDF"),
    "png": ("a.fa", b"\x89PNG\r\n\x1a\nxx", 1, "a picture"),
    "hdf5": ("a.h5", b"\x89HDF\r\n\x1a\nxx", 1, "an HDF5 file"),
    "parquet": ("a.parquet", b"PAR1xxxx", 1, "a parquet file"),
    "7z": ("a.7z", b"7z\xbc\xaf\x27\x1c", 1, "a 7z archive"),
    "binary": ("a.txt", b"AB\n\x00\x01", 2, "is not text"),
    "no spreadsheet": ("a.xlsx", b"nothing of the kind", 1, "not readable as a spreadsheet"),
    "fastq": ("a.fq", "@r1\nACGT\n+\nIIII\n", 1, "FASTQ"),
    "genbank": ("a.gb", "LOCUS       AB 10 bp\n", 1, "GenBank"),
    "embl": ("a.embl", "ID   X; SV 1\n", 1, "EMBL"),
    "vcf": ("a.vcf", "##fileformat=VCFv4.2\n", 1, "variants"),
    "clustal": ("a.aln", "CLUSTAL W\n\na ACGT\n", 1, "Clustal"),
    "stockholm": ("a.sto", "# STOCKHOLM 1.0\n", 1, "Stockholm"),
    "json": ("a.json", '{"a": 1}', 1, "JSON"),
    "json list": ("a.json", "[1, 2]", 1, "JSON"),
    "html": ("a.fa", "<!DOCTYPE html><html>", 1, "HTML"),
    "lfs": ("a.csv", "version https://git-lfs.github.com/spec/v1\n", 1, "Git LFS"),
    "protein": ("a.fa", FASTA + PROTEIN, 121, "is a protein"),
    "protein lower": ("a.fa", FASTA + PROTEIN.lower(), 121, "is a protein"),
    "protein table": ("a.csv", CSV + GOOD + "MKLVEEPQ,1\n", 62, "is a protein"),
    "gaps": ("a.fa", FASTA + ">g\nAC--GT\n", 121, "gaps of an alignment"),
    "dots": ("a.fa", FASTA + ">g\nAC..GT\n", 121, "gaps of an alignment"),
    "odd letter": ("a.fa", FASTA + ">g\nACZGT\n", 121, "'Z' in 'g'"),
    "odd sign": ("a.fa", FASTA + ">g\nAC?GT\n", 121, "'?' in 'g'"),
    "t and u": ("a.fa", FASTA + ">g\nACTUGT\n", 121, "both T and U"),
    "all n": ("a.fa", FASTA + ">g\nNNNN\n", 121, "all 4 bases are N"),
    "no bases": ("a.fa", FASTA + ">g\n>h\nACGT\n", 121, "record 'g' has no sequence"),
    "no bases last": ("a.fa", FASTA + ">g\n", 121, "record 'g' has no sequence"),
    "only names": ("a.fa", ">a\n>b\n>c\n", 1, "record 'a' has no sequence"),
    "nobody's labels": ("a.fa", FASTA, None, "no labels"),
    "one column": ("a.csv", "sequence\n" + "".join(f"{one}\n" for one in BASES), None, "no labels"),
    "header alone": ("a.csv", CSV, 1, "a header and no rows"),
    "no sequences": ("a.csv", "a,b\n1,2\n3,4\n", 1, "no column holds sequences"),
    "two sequences": ("a.csv", "l,r,label\n" + f"{BASES[0]},{BASES[1]},1\n" * 3, 1, "2 columns hold sequences"),
    "two labels": ("a.csv", "sequence,u,v\n" + f"{BASES[0]},1,2\n" * 3, 1, "2 columns might be the label ('u', 'v')"),
    "short row": ("a.csv", CSV + GOOD + "ACGT\n", 62, "1 fields, and the first row has 2"),
    "long row": ("a.csv", CSV + GOOD + "ACGT,1,9\n", 62, "3 fields, and the first row has 2"),
    "open quote": ("a.csv", CSV + GOOD + '"ACGT,1\n', 62, "not readable as a table"),
    "empty label": ("a.csv", CSV + GOOD + "ACGTACGT,\n", 62, "has no label"),
    "missing label": ("a.csv", CSV + GOOD + "ACGTACGT,NA\n", 62, "is missing ('NA')"),
    "empty sequence": ("a.csv", CSV + GOOD + ",1\n", 62, "the sequence is empty"),
    "one class": ("a.csv", table([(a, 1) for a in BASES]), None, "all 60 labels are '1'"),
    "rare class": ("a.csv", CSV + GOOD + "ACGTACGT,2\n", 62, "the label '2' stands 1 times"),
    "many classes": ("a.csv", table([(a, f"c{i}") for i, a in enumerate(BASES)]), None, "60 different labels"),
    "no number": ("a.csv", table([(a, i / 7) for i, a in enumerate(BASES)]) + "ACGT,big\n", 62, "is no number"),
    "infinite": ("a.csv", table([(a, i / 7) for i, a in enumerate(BASES)]) + "ACGT,inf\n", 62, "is no number"),
    "one is huge": ("a.fa", FASTA + f">g\n{GENOME}\n", 121, "6,000 bases, and half of the sequences have 60"),
    "all alike": ("a.csv", table([(BASES[0], i % 2) for i in range(60)]), None, "sequences are left"),
    "all related": ("a.csv", table([(GENOME[i : i + 60], i % 2) for i in range(60)]), None, "share 30 bases or more"),
    "bed alone": ("a.bed", "chr1\t1\t50\n", None, "name the genome's FASTA file"),
    "bed of one": ("a.bed", "chr1\t1\t50\nchr1\t7\n", 2, "2 fields"),
    "bed of words": ("a.bed", "chr1\t1\t50\nchr1\t7\tend\n", 2, "are no places"),
    "bed backwards": ("a.bed", "chr1\t1\t50\nchr1\t70\t60\n", 2, "goes from 70 to 60"),
    "gff from 0": ("a.gff", "chr1\tx\tpeak\t0\t50\t.\t+\t.\tx\n", 1, "count from 1, the end included"),
    "bed outside": ("out.bed", "chr1\t1\t50\nchr1\t5990\t6050\n", 2, "leaves the chromosome of 6,000 bases"),
    "no chromosome": ("out.bed", "chr1\t1\t50\nchr7\t5\t60\n", 2, "no chromosome 'chr7'"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_file_gets_one_sentence_with_file_and_line(write, case):
    name, content, line, said = BROKEN[case]
    options = {"negatives": "shuffle"} if name.endswith((".fa", ".gz")) and case != "nobody's labels" else {}
    options |= {"genome": write(f">chr1\n{GENOME}\n", "genome.fa")} if name == "out.bed" else {}
    path = write(content, name)
    with pytest.raises(ValueError) as error:
        from_files(path, **options)
    message = str(error.value)
    assert said in message and "\n" not in message and len(message) < 330, message
    assert message.startswith(f"{path}:{line}: " if line else str(path)), message


@pytest.mark.parametrize(
    ("merged", "line", "said"),
    [
        ("B2:B31", 3, "cells B2:B31 are merged; give every row a sequence and a label of its own"),
        ("A5:A6", 6, "cells A5:A6 are merged"),
        ("A9:B9", 9, "cells A9:B9 are merged"),
        ("A1:B1", 1, "cells A1:B1 are merged; let the first line name the columns, a cell each"),
        ("C2:C9", None, ""),  # of nobody's concern
    ],
)
def test_merged_cells_of_a_spreadsheet_are_named_where_they_matter(tmp_path, merged, line, said):
    import openpyxl

    book = openpyxl.Workbook()
    for row in [("sequence", "label", "lab"), *((a, b, "x") for a, b in ROWS)]:
        book.active.append(row)
    book.active.merge_cells(merged)
    book.save(path := tmp_path / "mine.xlsx")
    if not said:
        assert pairs(from_files(path, label="label")) == {bases: float(label) for bases, label in ROWS}
        return
    with pytest.raises(ValueError) as error:
        from_files(path, label="label" if line != 1 else None)
    assert str(error.value).startswith(f"{path}:{line}: {said}")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (bgzip(f">chr1\n{GENOME * 20}\n")[:-100], "the bgzip file is cut off"),
        (bgzip(f">chr1\n{GENOME * 20}\n")[:-28], "the bgzip file is cut off: the mark at its end is missing"),
        (gzip.compress(f">chr1\n{GENOME}\n".encode())[:-40], "the gzip file is cut off; download or copy it again"),
        (f">chr1\n{GENOME}\n".encode("utf-16"), "the file is UTF-16; save it as UTF-8"),
    ],
    ids=["cut bgzip", "bgzip without end", "cut gzip", "utf-16"],
)
def test_a_genome_that_is_cut_off_is_not_taken_for_a_whole_one(write, content, said):
    genome = write(content, "genome.fa.gz")
    peaks = write("".join(f"chr1\t{i * 70}\t{i * 70 + 60}\n" for i in range(60)), "peaks.bed")
    with pytest.raises(ValueError) as error:
        from_files(peaks, "shuffle", genome=genome)
    assert str(error.value).startswith(f"{genome}:1: {said}")


def test_the_corpus_holds_sixty_files():
    assert len(BROKEN) >= 60


@pytest.mark.parametrize(
    "options, said",
    [
        ({"sequence": "dna"}, r"no column 'dna'; the columns are 'sequence', 'label' \(sequence=\)"),
        ({"label": "kind"}, "no column 'kind'; the columns are"),
        ({"task": "regression"}, "task is 'regression'; expected binary, classes, number"),
        ({"positive": "blue"}, "no label is 'blue'; there are '0', '1'"),
        ({"length": 2}, "length is 2; expected a whole number of bases, 4 or more"),
        ({"shared": 40}, "shared is 40; expected a whole number of bases from 1 to 31"),
        ({"negatives": "shuffle"}, "it has labels already; leave out negatives="),
    ],
)
def test_wrong_settings_are_named(write, options, said):
    with pytest.raises(ValueError, match=said):
        from_files(write(table(), "mine.csv"), **options)


def test_other_wrong_calls_are_named(write, tmp_path):
    mine = write(FASTA, "mine.fa")
    with pytest.raises(ValueError, match="negatives is 'random'; expected a file, or a rule: 'shuffle', 'genome'"):
        from_files(mine, "random")
    with pytest.raises(ValueError, match="name its FASTA file with genome="):
        from_files(mine, "genome")
    with pytest.raises(ValueError, match="is a folder"):
        from_files(tmp_path)
    with pytest.raises(ValueError, match="needs two files or more"):
        from_files({"one": mine})
    with pytest.raises(FileNotFoundError, match=re.escape(str(tmp_path / "none.fa"))):
        from_files(tmp_path / "none.fa")


def test_shuffled_negatives_are_those_of_the_course(write):
    data = from_files(write(FASTA, "mine.fa"), negatives="shuffle", seed=1)
    rng = np.random.default_rng(1)
    assert {one for one, value in pairs(data).items() if value == 0} == {
        dinucleotide_shuffle(one, seed=rng) for one in BASES
    }
