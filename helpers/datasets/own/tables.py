"""Tables: CSV, TSV and spreadsheets with a column of sequences and one of labels, with a header or without."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

from helpers.datasets.own.rows import Row
from helpers.dna.contents import complain

_SEQUENCE_NAMES = ("sequence", "seq", "dna", "dna_sequence", "sequences", "promoter_sequence", "bases", "rna")
_LABEL_NAMES = (
    "label",
    "labels",
    "class",
    "target",
    "y",
    "category",
    "activity",
    "expression",
    "value",
    "score",
    "type",
)
_NAME_NAMES = ("name", "id", "identifier", "accession", "gene")
_DNA = re.compile(r"[ACGTUNRYSWKMBDHVacgtunryswkmbdhv]{6,}")
_HOW = "the first line should name them, such as 'sequence,label'; or say which with sequence= and label="


def read_table(path: Path, text: str, sequence: str | None, label: str | None) -> list[Row]:
    """Read a table of text; columns are parted by commas, semicolons, tabs, bars or blanks, whichever the file uses.

    Raises ValueError where no column holds sequences, or a row has another number of fields.
    """
    delimiter = _delimiter(text)
    csv.field_size_limit(max(csv.field_size_limit(), len(text)))  # a chromosome may stand in one field
    cells, lines, start = [], [], 1
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=delimiter == " ", strict=True
    )
    try:
        for row in reader:
            if any(field.strip() for field in row):
                cells.append(row)
                lines.append(start)
            start = reader.line_num + 1
    except csv.Error as error:
        complain(path, start, f"not readable as a table ({error})", "a quote that opens must close")
    return _rows(path, cells, lines, sequence, label)


def read_sheet(path: Path, sequence: str | None, label: str | None) -> list[Row]:
    """Read the first sheet of a spreadsheet.

    Raises ValueError as `read_table`.
    """
    import zipfile

    import pandas as pd

    try:
        frame = pd.read_excel(path, header=None, dtype=object)
    except (ValueError, KeyError, zipfile.BadZipFile) as error:
        complain(path, 1, f"not readable as a spreadsheet ({error})", "open it, and save it anew, or save it as CSV")
    filled = frame.notna()
    used = [i for i in range(len(frame)) if filled.iloc[i].any()]
    if not used:
        complain(path, 1, "the first sheet is empty", "put the table on the first sheet")
    merged = _merged(path)
    if used[0] + 1 in merged:
        complain(
            path, used[0] + 1, f"{merged[used[0] + 1]} are merged", "let the first line name the columns, a cell each"
        )
    cells = [["" if not filled.iat[i, j] else str(frame.iat[i, j]) for j in range(frame.shape[1])] for i in used]
    rows = _rows(path, cells, [i + 1 for i in used], sequence, label)
    for row in rows:
        if row.line in merged and "" in (row.sequence, row.label):
            complain(
                path, row.line, f"{merged[row.line]} are merged", "give every row a sequence and a label of its own"
            )
    return rows


def _merged(path: Path) -> dict[int, str]:
    """What is merged on the first sheet, by each line that has a part in it."""
    import zipfile

    import openpyxl

    with zipfile.ZipFile(path) as parts:  # to look for it is quick; to read a sheet with it is not
        if not any(b"<mergeCell " in parts.read(one) for one in parts.namelist() if one.startswith("xl/worksheets/")):
            return {}
    ranges = openpyxl.load_workbook(path).worksheets[0].merged_cells.ranges
    return {line: f"cells {one.coord}" for one in ranges for line in range(one.min_row, one.max_row + 1)}


def _delimiter(text: str) -> str:
    """What parts the columns: the sign that divides the first lines into equally many fields, most of them."""
    head = [line for line in text[:200_000].split("\n") if line.strip()][:20]
    for delimiter in "\t,;|":
        counts = {line.count(delimiter) for line in head}
        if len(counts) == 1 and counts != {0}:
            return delimiter
    most = max(
        "\t,;| ",
        key=lambda delimiter: (
            min(line.strip().count(delimiter) for line in head)
            or max(line.strip().count(delimiter) for line in head) / 1000
        ),
    )
    return most if any(most in line.strip() for line in head) else ","


def _rows(path: Path, cells: list[list[str]], lines: list[int], sequence: str | None, label: str | None) -> list[Row]:
    first = [cell.strip() for cell in cells[0]]
    headless = sequence is None and any(_DNA.fullmatch(cell) for cell in first)
    names = [str(number) for number in range(1, len(first) + 1)] if headless else first
    body, numbers = (cells, lines) if headless else (cells[1:], lines[1:])
    if not body:
        complain(path, lines[0], "a header and no rows", "put one sequence and one label on each row")
    for row, line in zip(body, numbers, strict=True):
        if len(row) != len(names):
            wrong = f"{len(row)} fields, and the first row has {len(names)}"
            complain(path, line, wrong, "give every row one field a column")
    at = _sequence_column(path, lines[0], names, body, sequence)
    labels = _label_column(path, lines[0], names, body, label, at)
    by_name = [names.index(name) for name in names if name.casefold() in _NAME_NAMES]
    rows = []
    for row, line in zip(body, numbers, strict=True):
        name = row[by_name[0]].strip() if by_name else f"row {line}"
        rows.append(Row(row[at].strip(), None if labels is None else row[labels].strip(), name, str(path), line))
    return rows


def _named(path: Path, line: int, names: list[str], wanted: str, role: str) -> int:
    """The column that was asked for by its name, whatever its case."""
    same = [i for i, name in enumerate(names) if name == wanted] or [
        i for i, name in enumerate(names) if name.casefold() == wanted.casefold()
    ]
    if len(same) > 1:
        complain(path, line, f"{len(same)} columns are called '{wanted}'", "name each column once")
    if not same:
        complain(path, line, f"no column '{wanted}'", f"the columns are {', '.join(map(repr, names))} ({role}=)")
    return same[0]


def _sequence_column(path: Path, line: int, names: list[str], body: list[list[str]], wanted: str | None) -> int:
    if wanted is not None:
        return _named(path, line, names, wanted, "sequence")
    known = [name for name in names if name.casefold() in _SEQUENCE_NAMES]
    if len(known) == 1:
        return names.index(known[0])
    sample = body[:50]
    share = [sum(bool(_DNA.fullmatch(row[i].strip())) for row in sample) / len(sample) for i in range(len(names))]
    found = [i for i, part in enumerate(share) if part > 0.5]
    if len(found) == 1:
        return found[0]
    if known and not found:
        return names.index(known[0])
    what = "no column holds" if not found else f"{len(found)} columns hold"
    listed = ", ".join(repr(name[:20]) for name in names[:8])
    complain(path, line, f"{what} sequences (columns: {listed})", _HOW)


def _label_column(
    path: Path, line: int, names: list[str], body: list[list[str]], wanted: str | None, sequence: int
) -> int | None:
    if wanted is not None:
        return _named(path, line, names, wanted, "label")
    known = [i for i, name in enumerate(names) if name.casefold() in _LABEL_NAMES and i != sequence]
    if len(known) == 1:
        return known[0]
    named = [i for i, name in enumerate(names) if name.casefold() in (*_NAME_NAMES, "", "index") and i != sequence]
    others = known or [i for i in range(len(names)) if i != sequence and i not in named]
    if len(others) == 1:
        return others[0]
    if not others:
        return None
    listed = ", ".join(repr(names[i][:20]) for i in others[:8])
    complain(path, line, f"{len(others)} columns might be the label ({listed})", "say which with label=")
