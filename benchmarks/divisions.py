"""Divisions without relatives of the sets that come without one: `course bench divisions`.

Sequences that share twenty bases in a row on either strand, and those that share such with these, stay in one part. To
find them takes longer than a lesson waits, so the result ships: datasets/divisions/NAME.txt.gz, a line for each
sequence that is for choosing or judging, with the beginning of its SHA-256 and its part. No sequence ships. Prints what
the registry says of each file. Names after the file divide these sets only.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import sys
from pathlib import Path

from helpers import datasets
from helpers.datasets.parts import key, read_all
from helpers.datasets.relatives import groups_of_relatives
from helpers.datasets.simulated.stand_ins import without_flanks
from helpers.datasets.splits import divide
from helpers.files import write_whole

FOLDER = Path(__file__).resolve().parent.parent / "datasets" / "divisions"
SHARED = 20  # bases in a row that make relatives


def main() -> None:
    """Divide every set that has a division, and write it."""
    divided = [name for name, entry in datasets.registry().items() if entry.division is not None]
    for name in sys.argv[1:] or divided:
        entry = datasets.registry()[name]
        sequences, labels = read_all(entry, datasets.fetch(name))
        compared = without_flanks(sequences) if name == "yeast_expression" else sequences
        bands = labels.tolist() if entry.task in ("binary", "classes") else [0] * len(sequences)
        sizes = sorted(map(len, groups_of_relatives(compared, SHARED)))
        parts = divide(compared, bands, test=0.2, shared=SHARED)
        lines = sorted(f"{key(sequences[i])} {part}\n" for part in ("valid", "test") for i in parts[part])
        packed = io.BytesIO()
        with gzip.GzipFile("", "wb", 9, packed, mtime=0) as stream:  # no name and no time: the bytes depend on the rows
            stream.write("".join(lines).encode("ascii"))
        content = packed.getvalue()
        write_whole(FOLDER / f"{name}.txt.gz", content)
        told = ", ".join(f"{len(at):,} {part}" for part, at in parts.items())
        print(f"{name}: {told}; {len(sizes):,} families, the largest of {sizes[-1]:,}")
        digest = hashlib.sha256(content).hexdigest()
        print(f'division = {{ name = "{name}.txt.gz", sha256 = "{digest}", bytes = {len(content)} }}')


if __name__ == "__main__":
    main()
