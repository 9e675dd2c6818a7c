"""Read labelled and unlabelled DNA from FASTA and CSV files, plain or gzip.

Every complaint is a ``ValueError`` that reads ``file:line: what is wrong; what would be right``.
"""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple, NoReturn

from helpers.dna.contents import complain, read_text

_DELETE_DNA = str.maketrans("", "", "ACGTN")
_DELETE_RNA = str.maketrans("", "", "ACGTNU")
_U_TO_T = str.maketrans("U", "T")
_IUPAC = {
    "R": "A or G",
    "Y": "C or T",
    "S": "C or G",
    "W": "A or T",
    "K": "G or T",
    "M": "A or C",
    "B": "not A",
    "D": "not C",
    "H": "not G",
    "V": "not T",
}
AMINO_ACIDS_ALONE = frozenset("EFILPQ*")  # letters of proteins that stand for no base and no choice of bases
_FASTA_FORM = "a FASTA file starts with a line such as '>name', and the bases follow on the next lines"


class Record(NamedTuple):
    """One named sequence.

    Attributes
    ----------
    name : str
        The first word of the FASTA header.
    sequence : str
        Upper-case bases, of A, C, G, T and N.
    """

    name: str
    sequence: str


class LabelledRecord(NamedTuple):
    """One sequence and its class.

    Attributes
    ----------
    sequence : str
        Upper-case bases, of A, C, G, T and N.
    label : int
        0 or 1.
    """

    sequence: str
    label: int


def read_fasta(
    path: str | os.PathLike[str],
    *,
    rna: bool = False,
    same_length: bool = False,
    allow_duplicate_names: bool = False,
) -> list[Record]:
    """Read the sequences of a FASTA file.

    Lower case is accepted, as are wrapped and blank lines, a space after ``>`` and any line ending.

    Parameters
    ----------
    path : str or path
        The file, plain or gzip.
    rna : bool
        Read U as T. Without it a U is an error.
    same_length : bool
        Complain unless all sequences have the length of the first.
    allow_duplicate_names : bool
        Accept a name that stands twice.

    Returns
    -------
    list of Record
        In the order of the file.

    Raises
    ------
    ValueError
        The file is empty, cut off, not UTF-8, not FASTA, or holds anything but A, C, G, T and N.
    """
    from Bio.SeqIO.FastaIO import SimpleFastaParser

    text = read_text(path)
    header_lines = _check_fasta(path, text, rna, allow_duplicate_names)
    parsed = SimpleFastaParser(io.StringIO(text))
    records = [Record(title.split()[0], _normalise(sequence, rna)) for title, sequence in parsed]
    if same_length:
        _check_same_length(path, [record.sequence for record in records], header_lines)
    return records


def read_csv(
    path: str | os.PathLike[str],
    sequence: str = "sequence",
    label: str = "label",
    *,
    rna: bool = False,
    same_length: bool = False,
) -> list[LabelledRecord]:
    """Read sequences and their 0/1 labels from a CSV file with a header.

    Further columns are ignored; quoted fields and any line ending are read.

    Parameters
    ----------
    path : str or path
        The file, plain or gzip, with commas between the columns.
    sequence, label : str
        The names of the two columns.
    rna : bool
        Read U as T. Without it a U is an error.
    same_length : bool
        Complain unless all sequences have the length of the first.

    Returns
    -------
    list of LabelledRecord
        In the order of the file.

    Raises
    ------
    ValueError
        The file is empty, cut off, not UTF-8, has no header or not these columns, has a row of another
        width, a label that is not 0 or 1, or anything but A, C, G, T and N in a sequence.
    """
    rows = _csv_rows(path, read_text(path))
    first_line, header = next(rows)
    sequence_column, label_column = _csv_columns(path, first_line, header, sequence, label)
    sequences, labels, lines = [], [], []
    for line, row in rows:
        if len(row) != len(header):
            complain(
                path,
                line,
                f"{len(row)} fields, the header has {len(header)}",
                "give every row one field a column",
            )
        sequences.append(row[sequence_column].strip())
        labels.append(row[label_column].strip())
        lines.append(line)
    if not sequences:
        complain(path, first_line, "a header and no rows", "put one sequence and one label on each row")
    _check_labels(path, labels, lines, label)
    _check_csv_sequences(path, sequences, lines, rna)
    if same_length:
        _check_same_length(path, sequences, lines)
    upper = _normalise("\n".join(sequences), rna).split("\n")
    return list(map(LabelledRecord._make, zip(upper, map(int, labels), strict=True)))


def _normalise(sequence: str, rna: bool) -> str:
    upper = sequence.upper()
    return upper.translate(_U_TO_T) if rna else upper


# --- FASTA -----------------------------------------------------------------------------------------------


def _check_fasta(path: str | os.PathLike[str], text: str, rna: bool, allow_duplicate_names: bool) -> list[int]:
    """Check line by line what Biopython would let pass; return the line of each header."""
    header_lines: list[int] = []
    seen: dict[str, int] = {}
    name, has_bases = "", True
    line = 0
    for line, content in enumerate(text.split("\n"), start=1):
        if content.startswith(">"):
            if not has_bases:
                _complain_no_sequence(path, header_lines[-1], name)
            name, has_bases = _fasta_name(path, line, content), False
            if name in seen and not allow_duplicate_names:
                complain(
                    path,
                    line,
                    f"the name '{name}' already stands on line {seen[name]}",
                    "give every record its own name, or pass allow_duplicate_names=True",
                )
            seen.setdefault(name, line)
            header_lines.append(line)
        elif content.strip():
            if not header_lines:
                complain(path, line, f"no header before '{_shorten(content.strip())}'", _FASTA_FORM)
            _check_bases(path, line, content.rstrip(), rna, f"in record '{name}'")
            has_bases = True
    if not has_bases:
        _complain_no_sequence(path, header_lines[-1], name)
    return header_lines


def _fasta_name(path: str | os.PathLike[str], line: int, header: str) -> str:
    words = header[1:].split()
    if not words:
        complain(path, line, "a header without a name", "write a name after '>'")
    return words[0]


def _complain_no_sequence(path: str | os.PathLike[str], line: int, name: str) -> NoReturn:
    complain(path, line, f"record '{name}' has no sequence", "put its bases on the lines after the header")


# --- CSV -------------------------------------------------------------------------------------------------


def _csv_rows(path: str | os.PathLike[str], text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each row that is not blank, with the line it starts on."""
    csv.field_size_limit(max(csv.field_size_limit(), len(text)))  # a chromosome may stand in one field
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    start = 1
    try:
        for row in reader:
            if row:
                yield start, row
            start = reader.line_num + 1
    except csv.Error as error:
        complain(
            path,
            start,
            f"not readable as CSV ({error})",
            "write one sequence and one label a row; a quote that opens must close",
        )


def _csv_columns(
    path: str | os.PathLike[str], line: int, header: list[str], sequence: str, label: str
) -> tuple[int, int]:
    """The positions of the two columns asked for."""
    names = [name.strip() for name in header]
    wanted = f"the first line should name the columns, such as '{sequence},{label}'"
    for name in (sequence, label):
        if names.count(name) > 1:
            complain(path, line, f"{names.count(name)} columns are called '{name}'", "name each column once")
        if name in names:
            continue
        if len(names) == 1 and re.search(r"[;\t|]", names[0]):
            mark = re.search(r"[;\t|]", names[0])
            complain(
                path,
                line,
                f"the columns are parted by {mark[0]!r}" if mark else "one column only",
                "part them by commas",
            )
        if any(re.fullmatch(r"[ACGTNUacgtnu]{4,}|[01]", field) for field in names):
            complain(path, line, f"no header, '{_shorten(','.join(names))}' is data already", wanted)
        complain(path, line, f"no column '{name}', the columns are {', '.join(map(repr, names))}", wanted)
    return names.index(sequence), names.index(label)


def _check_labels(path: str | os.PathLike[str], labels: list[str], lines: list[int], column: str) -> None:
    if set(labels) <= {"0", "1"}:
        return
    for value, line in zip(labels, lines, strict=True):
        if value not in ("0", "1"):
            complain(path, line, f"'{_shorten(value)}' in column '{column}'", "a label is 0 or 1")


def _check_csv_sequences(path: str | os.PathLike[str], sequences: list[str], lines: list[int], rna: bool) -> None:
    # All letters at once is much faster than row by row; the rows are only searched to name a culprit.
    strange = "".join(sequences).upper().translate(_DELETE_RNA if rna else _DELETE_DNA)
    if not strange and all(sequences):
        return
    for sequence, line in zip(sequences, lines, strict=True):
        if not sequence:
            complain(path, line, "the sequence is empty", "write at least one base, or drop the row")
        _check_bases(path, line, sequence, rna, "of the sequence")


# --- checks that both share ------------------------------------------------------------------------------


def _check_bases(path: str | os.PathLike[str], line: int, bases: str, rna: bool, where: str) -> None:
    """Complain about the first character that is no base."""
    upper = bases.upper()
    strange = upper.translate(_DELETE_RNA if rna else _DELETE_DNA)
    if not strange:
        return
    position = upper.index(strange[0])
    wrong = f"{_character(bases[position])} at position {position + 1} {where}"
    complain(path, line, wrong, _remedy(strange))


def _character(character: str) -> str:
    named = {" ": "a space", "\t": "a tab", "\n": "a line break"}
    return named.get(character, f"'{character}'" if character.isprintable() else repr(character))


def _remedy(strange: str) -> str:
    """What to do about a line's characters that are no bases."""
    character = strange[0]
    if len(strange) > 1 and set(strange) & AMINO_ACIDS_ALONE:
        return "these look like amino acids, and only DNA is read"
    if character == "U":
        return "allowed are A, C, G, T and N (pass rna=True to read U as T)"
    if character in "-.":
        return "a gap of an alignment: remove the gaps first, allowed are A, C, G, T and N"
    if character.isspace():
        return "write the bases without a break"
    if character in _IUPAC:
        return f"this code means {_IUPAC[character]}: write N where the base is not known"
    return "allowed are A, C, G, T and N"


def _check_same_length(path: str | os.PathLike[str], sequences: Sequence[str], lines: Sequence[int]) -> None:
    first = len(sequences[0])
    for sequence, line in zip(sequences, lines, strict=True):
        if len(sequence) != first:
            complain(
                path,
                line,
                f"a sequence of {len(sequence)} bases, the first has {first}",
                "cut or pad all to one length, or read without same_length",
            )


def _shorten(text: str, width: int = 30) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"
