"""DNA strings and the tensors that models read: encoding, reverse complement, k-mers, shuffles.

The rows of every matrix are A, C, G, T, in this order, here and in the whole course. Positions count from 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise, product
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd
    import torch

BASES = "ACGT"

_CODE_OF_N = len(BASES)
_INVALID = 255
_LONGEST_KMER = 12  # 4**12 is 16.8 million different k-mers


def _byte_table(values: dict[str, int]) -> bytes:
    """Return the 256 entries that `bytes.translate` wants; upper and lower case get the same value."""
    table = bytearray([_INVALID]) * 256
    for letter, value in values.items():
        table[ord(letter)] = table[ord(letter.lower())] = value
    return bytes(table)


_NUMBERED = {base: code for code, base in enumerate(BASES + "N")}
_DNA_CODES = _byte_table(_NUMBERED)
_RNA_CODES = _byte_table(_NUMBERED | {"U": _NUMBERED["T"]})

# Cornish-Bowden 1985, doi:10.1093/nar/13.9.3021: R=AG Y=CT S=CG W=AT K=GT M=AC B=CGT D=AGT H=ACT V=ACG
_IUPAC, _IUPAC_COMPLEMENT = "ACGTURYSWKMBDHVN", "TGCAAYRSWMKVHDBN"
_COMPLEMENT = str.maketrans(_IUPAC + _IUPAC.lower(), _IUPAC_COMPLEMENT + _IUPAC_COMPLEMENT.lower())


def one_hot(
    sequences: str | Sequence[str] | np.ndarray | pd.Series,
    *,
    dtype: torch.dtype | None = None,
    rna: bool = False,
    pad: bool = False,
) -> torch.Tensor:
    """Turn DNA into ones and zeros: a row for each base, a column for each position.

    Parameters
    ----------
    sequences : one string, or a list, tuple, array or pandas column of N strings
        A, C, G, T and N, in upper or lower case.
    dtype : torch.dtype, optional
        Type of the result: float32, which models take, if not given; ``torch.int8`` is four times smaller to keep.
    rna : bool
        Read U as T.
    pad : bool
        Fill shorter sequences up with zero columns on the right, to the length of the longest.

    Returns
    -------
    Tensor, shape (N, 4, L), or (4, L) for one string
        Rows A, C, G, T. The column of an N is all zeros.

    Raises
    ------
    TypeError
        If something other than strings came.
    ValueError
        For an empty list or sequence, a character that is not allowed, or unequal lengths without `pad`.

    Examples
    --------
    >>> one_hot("GAN", dtype=torch.int8).tolist()
    [[0, 1, 0], [0, 0, 0], [1, 0, 0], [0, 0, 0]]
    """
    import torch  # here, as in this module's other functions: commands that need no tensor answer at once

    rows = _strings("one_hot", sequences)
    rows = _equally_long(rows, pad)
    codes = _codes("one_hot", rows, single=isinstance(sequences, str), rna=rna).reshape(len(rows), -1)
    hot = np.empty((len(rows), len(BASES), codes.shape[1]), dtype=np.bool_)  # (N, 4, L)
    for row in range(len(BASES)):
        np.equal(codes, row, out=hot[:, row])
    # numpy asks the system for large memory pages and torch does not: half the time for what models take.
    dtype = dtype or torch.float32
    hot = hot.view(np.int8) if dtype != torch.float32 else hot.astype(np.float32)
    X = torch.from_numpy(hot).to(dtype)
    return X[0] if isinstance(sequences, str) else X


def decode(X: torch.Tensor | np.ndarray) -> str | list[str]:
    """Turn one-hot columns back into letters; the inverse of `one_hot`.

    Parameters
    ----------
    X : Tensor or array, shape (N, 4, L) or (4, L)
        Every column holds a single one (a base) or four zeros (N).

    Returns
    -------
    list of N strings of length L, or one string for shape (4, L)

    Raises
    ------
    ValueError
        If the shape is another one, or a column holds anything else (probabilities, two ones).
    """
    import torch

    batch = torch.as_tensor(X).detach().cpu()
    single = batch.ndim == 2
    batch = batch[None] if single else batch
    if batch.ndim != 3 or batch.shape[1] != len(BASES):
        raise ValueError(f"decode: got shape {tuple(np.shape(X))}; expected (N, 4, L) or (4, L), rows A, C, G, T")
    _check_one_hot(batch, single)
    index = torch.arange(1, len(BASES) + 1, dtype=torch.uint8)[:, None]
    codes = (batch.to(torch.uint8) * index).sum(dim=1, dtype=torch.uint8)  # (N, L), 0 where there is no base
    letters = codes.numpy().tobytes().translate(b"NACGT".ljust(256)).decode("ascii")
    length = codes.shape[1]
    decoded = [letters[start * length : (start + 1) * length] for start in range(len(codes))]
    return decoded[0] if single else decoded


def tokenise(sequence: str) -> list[int]:
    """Number the bases: A, C, G, T become 0, 1, 2, 3 and N becomes 4; lower case is accepted.

    Raises TypeError or ValueError if `sequence` is not a string, or holds another character.
    """
    return _codes("tokenise", [_one_string("tokenise", sequence)], single=True).tolist()


def reverse_complement(sequence: str) -> str:
    """Read the other strand, 5' to 3'.

    Upper and lower case are kept. IUPAC codes become the code of the complementary bases (R, which is A or G,
    becomes Y, which is C or T); U becomes A.

    Raises TypeError or ValueError if `sequence` is not a string, or holds a character that is no IUPAC code.
    """
    _one_string("reverse_complement", sequence)
    unknown = set(sequence) - set(map(chr, _COMPLEMENT))
    if unknown:
        position = min(map(sequence.index, unknown))
        raise ValueError(
            f"reverse_complement: character {sequence[position]!r} at position {position}; "
            f"allowed are the IUPAC codes {', '.join(_IUPAC)}"
        )
    return sequence.translate(_COMPLEMENT)[::-1]


def reverse_complement_one_hot(X: torch.Tensor) -> torch.Tensor:
    """Read the other strand of one-hot sequences or motif matrices, shape (4, L) or (N, 4, L); a copy.

    Rows in the order A, C, G, T: turned upside down a matrix is complemented, mirrored it is reversed.

    Raises ValueError for any other shape.
    """
    if X.ndim not in (2, 3) or X.shape[-2] != len(BASES):
        raise ValueError(
            f"reverse_complement_one_hot: got shape {tuple(X.shape)}; expected (N, 4, L) or (4, L), rows A, C, G, T"
        )
    return X.flip(-2, -1)


def gc_content(sequence: str) -> float:
    """Return the share of G and C among the bases that are known (N is left out), from 0 to 1.

    Raises TypeError or ValueError if `sequence` is no string, holds another character, or has no known base.
    """
    codes = _codes("gc_content", [_one_string("gc_content", sequence)], single=True)
    counts = np.bincount(codes, minlength=len(BASES))[: len(BASES)]
    if counts.sum() == 0:
        raise ValueError(f"gc_content: no A, C, G or T in {sequence[:20]!r}, so it has no GC content")
    return float((counts[BASES.index("C")] + counts[BASES.index("G")]) / counts.sum())


def kmers(k: int) -> list[str]:
    """Return the 4**k words of `k` bases in alphabetical order, as in the columns of `kmer_counts`.

    Raises ValueError if `k` is not a whole number from 1 to 12.
    """
    _check_k("kmers", k)
    return ["".join(word) for word in product(BASES, repeat=k)]


def kmer_counts(
    sequences: str | Sequence[str] | np.ndarray | pd.Series, k: int, *, overlapping: bool = True
) -> torch.Tensor:
    """Count the words of `k` bases in each sequence; lengths may differ.

    Parameters
    ----------
    sequences : one string, or a list, tuple, array or pandas column of N strings
    k : int
        Length of a word, 1 to 12.
    overlapping : bool
        Start a word at every position; otherwise at 0, k, 2k, ...

    Returns
    -------
    Tensor, shape (N, 4**k), or (4**k,) for one string, float32
        Columns as in `kmers(k)`. Words with an N are not counted; a sequence shorter than `k` is all zeros.

    Raises
    ------
    TypeError, ValueError
        As `one_hot`, and if `k` is not a whole number from 1 to 12.
    """
    import torch

    _check_k("kmer_counts", k)
    rows = _strings("kmer_counts", sequences)
    _codes("kmer_counts", rows, single=isinstance(sequences, str))  # the whole list first: errors name its numbers
    counts = torch.empty(len(rows), len(BASES) ** k)
    # In portions: bincount works in 64-bit integers, which for all sequences at once may not fit in memory.
    portion = max(1, 2**22 // len(BASES) ** k)
    for start in range(0, len(rows), portion):
        part = rows[start : start + portion]
        counts[start : start + portion] = torch.from_numpy(_count_words(part, k, 1 if overlapping else k))
    return counts[0] if isinstance(sequences, str) else counts


def _count_words(rows: list[str], k: int, stride: int) -> np.ndarray:
    """Count words in checked sequences; integers, shape (N, 4**k)."""
    # An N between neighbours spoils every word that would span two sequences.
    codes = _codes("kmer_counts", ["N".join([*rows, ""])], single=True)
    lengths = np.fromiter(map(len, rows), dtype=np.int64, count=len(rows)) + 1
    n_words = max(len(codes) - k + 1, 0)
    word = np.zeros(n_words, dtype=np.int64)
    known = np.ones(n_words, dtype=np.bool_)
    for offset in range(k):
        letter = codes[offset : offset + n_words]
        word = word * len(BASES) + letter
        known &= letter < _CODE_OF_N
    owner = np.repeat(np.arange(len(rows)), lengths)[:n_words]
    if stride > 1:
        begin = np.cumsum(lengths) - lengths
        known &= (np.arange(n_words) - begin[owner]) % stride == 0
    flat = np.bincount(owner[known] * len(BASES) ** k + word[known], minlength=len(rows) * len(BASES) ** k)
    return flat.reshape(len(rows), -1)


def shuffle(sequence: str, *, seed: int | np.random.Generator) -> str:
    """Shuffle the letters: the same composition, nothing else kept.

    Raises TypeError if `sequence` is not a string.
    """
    letters = np.array(list(_one_string("shuffle", sequence)), dtype=np.str_)
    return "".join(np.random.default_rng(seed).permutation(letters))


def dinucleotide_shuffle(sequence: str, *, seed: int | np.random.Generator) -> str:
    """Shuffle a sequence and keep how often each pair of neighbours occurs, exactly.

    Every arrangement with these counts is equally likely. The first and the last letter stay, as they
    must. Each character is a letter of its own: N is kept like a base, and `a` is not `A`.

    The sequence is a walk over a graph of letters that uses each edge (pair of neighbours) once. To
    shuffle it, shuffle the edges that leave each letter, except the one used last: the last edges must
    lead to the final letter from everywhere (Altschul & Erickson 1985,
    doi:10.1093/oxfordjournals.molbev.a040370). They are drawn uniformly by loop-erased random walks
    (Wilson 1996, doi:10.1145/237814.237880).

    Raises TypeError if `sequence` is not a string.
    """
    if len(_one_string("dinucleotide_shuffle", sequence)) < 3:
        return sequence
    rng = np.random.default_rng(seed)
    followers: dict[str, list[str]] = {letter: [] for letter in sequence}
    for letter, follower in pairwise(sequence):
        followers[letter].append(follower)
    last = _last_edges(followers, sequence[-1], rng)
    for letter, leaving in followers.items():
        if letter in last:
            leaving.remove(last[letter])
        order = rng.permutation(len(leaving)).tolist()
        followers[letter] = [leaving[i] for i in order] + ([last[letter]] if letter in last else [])
    upcoming = {letter: iter(leaving) for letter, leaving in followers.items()}
    walk = [sequence[0]]
    for _ in range(len(sequence) - 1):
        walk.append(next(upcoming[walk[-1]]))
    return "".join(walk)


def _last_edges(followers: dict[str, list[str]], final: str, rng: np.random.Generator) -> dict[str, str]:
    """Draw the edge that leaves each letter last, uniformly among the trees that lead to the final letter."""
    # A loop (A after A) is never the last edge; left out here, so that long runs do not slow the walk down.
    exits = {letter: [other for other in leaving if other != letter] for letter, leaving in followers.items()}
    last: dict[str, str] = {}
    reached = {final}
    for start in followers:
        here = start
        while here not in reached:  # walking over an old step overwrites it, which erases the loop
            last[here] = exits[here][rng.integers(len(exits[here]))]
            here = last[here]
        here = start
        while here not in reached:
            reached.add(here)
            here = last[here]
    return last


def random_dna(length: int, rng: int | np.random.Generator, *, gc: float = 0.5) -> str:
    """Draw independent bases: G and C with probability `gc` / 2 each, A and T with (1 - `gc`) / 2 each.

    Raises ValueError if `length` is negative or `gc` is not from 0 to 1.
    """
    if length < 0:
        raise ValueError(f"random_dna: length is {length}; expected 0 or more")
    if not 0 <= gc <= 1:
        raise ValueError(f"random_dna: gc is {gc}; expected a share from 0 to 1")
    probabilities = [(1 - gc) / 2, gc / 2, gc / 2, (1 - gc) / 2]
    codes = np.random.default_rng(rng).choice(len(BASES), size=length, p=probabilities)
    return codes.astype(np.uint8).tobytes().translate(BASES.encode().ljust(256)).decode("ascii")


def _strings(caller: str, sequences: Any) -> list[str]:
    """Return the sequences as a list of strings, or say what came instead."""
    if isinstance(sequences, str):
        return [sequences]
    # numpy arrays and pandas columns have tolist; a Bio.Seq or a set is no list of sequences
    rows = sequences.tolist() if hasattr(sequences, "tolist") else sequences
    if not isinstance(rows, Sequence) or isinstance(rows, str | bytes | bytearray):
        raise TypeError(f"{caller}: got {type(sequences).__name__}; expected a str or a list of str")
    if len(rows) == 0:
        raise ValueError(f"{caller}: the list of sequences is empty; expected at least one sequence")
    if not all(issubclass(kind, str) for kind in set(map(type, rows))):
        number, row = next((number, row) for number, row in enumerate(rows) if not isinstance(row, str))
        raise TypeError(f"{caller}: sequence {number} is {row!r:.40} of type {type(row).__name__}; expected a str")
    return list(rows)


def _one_string(caller: str, sequence: Any) -> str:
    """Return the sequence, or say what came instead of a string."""
    if not isinstance(sequence, str):
        raise TypeError(f"{caller}: got {type(sequence).__name__}; expected a str")
    return sequence


def _equally_long(rows: list[str], pad: bool) -> list[str]:
    """Check that no sequence is empty and that all are equally long, or pad them with N on the right."""
    lengths = list(map(len, rows))
    if min(lengths) == 0:
        raise ValueError(f"one_hot: sequence {lengths.index(0)} is empty; expected at least one base")
    longest = max(lengths)
    if min(lengths) == longest:
        return rows
    if not pad:
        number = next(number for number, length in enumerate(lengths) if length != lengths[0])
        raise ValueError(
            f"one_hot: sequence {number} has length {lengths[number]}, but sequence 0 has {lengths[0]}; "
            "all must be equally long (pass pad=True to fill up with zero columns on the right)"
        )
    return [row.ljust(longest, "N") for row in rows]


def _codes(caller: str, rows: list[str], *, single: bool, rna: bool = False) -> np.ndarray:
    """Return the codes of all bases, one sequence after the other, uint8: A, C, G, T, N are 0, 1, 2, 3, 4."""
    table = _RNA_CODES if rna else _DNA_CODES
    # "replace" makes any character outside ASCII, even half of a surrogate pair, an invalid question mark
    codes = np.frombuffer("".join(rows).encode("ascii", "replace").translate(table), dtype=np.uint8)
    if codes.size and codes.max() == _INVALID:
        raise ValueError(_first_bad_character(caller, rows, single, rna))
    return codes


def _first_bad_character(caller: str, rows: list[str], single: bool, rna: bool) -> str:
    """Say which character is not allowed, where it stands, and which ones are."""
    allowed = "ACGTUNacgtun" if rna else "ACGTNacgtn"
    number, row = next((number, row) for number, row in enumerate(rows) if set(row) - set(allowed))
    position, character = next((position, letter) for position, letter in enumerate(row) if letter not in allowed)
    place = f"position {position}" if single else f"position {position} of sequence {number}"
    listed = "A, C, G, T, U and N" if rna else "A, C, G, T and N"
    advice = ""
    if character in "Uu":
        advice = " (pass rna=True for RNA)" if caller == "one_hot" else " (write T for U)"
    elif character.upper() in _IUPAC:
        advice = f" (write N for the IUPAC code {character})"
    return f"{caller}: character {character!r} at {place}; allowed are {listed}{advice}"


def _check_one_hot(batch: torch.Tensor, single: bool) -> None:
    """Raise if a column of a batch, shape (N, 4, L), is neither one-hot nor all zeros."""
    good = ((batch == 0) | (batch == 1)).all(dim=1) & ((batch != 0).sum(dim=1) <= 1)  # (N, L)
    if not good.all():
        number, position = (~good).nonzero()[0].tolist()
        place = f"position {position}" if single else f"position {position} of sequence {number}"
        raise ValueError(
            f"decode: the column at {place} is {batch[number, :, position].tolist()}; "
            "expected a single 1, or four zeros for N"
        )


def _check_k(caller: str, k: int) -> None:
    if isinstance(k, bool) or not isinstance(k, int | np.integer) or not 1 <= k <= _LONGEST_KMER:
        raise ValueError(f"{caller}: k is {k!r}; expected a whole number from 1 to {_LONGEST_KMER}")
