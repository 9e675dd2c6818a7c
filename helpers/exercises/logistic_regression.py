"""Exercises of lesson 02: letters to numbers, probabilities, batches, splits, judging a classifier.

Longer than 400 lines because a lesson's exercises stand in one module: twelve functions, a bug hunt and a quiz.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Generator, Tensor, nn

from helpers.dna.sequences import BASES, random_dna, reverse_complement
from helpers.dna.sequences import one_hot as encoded
from helpers.engine.exercise import Exercise, Question, misconception
from helpers.engine.kinds import Item, MultipleChoice, fill

Batches = list[tuple[Tensor, Tensor]]


class Tokenise(Exercise):
    """tokenise(sequence: str) -> list[int]: A, C, G, T are 0, 1, 2, 3, anything else is 4"""

    points = 1
    forbids = ("helpers.dna.sequences.tokenise",)
    hints = ("A dictionary tells each letter's number.", '`"ACGT".find(base)` is 0, 1, 2, 3, and −1 for an N.')

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        yield ("ACGTN",)
        yield ("NacgTR",)
        for length in (5, 30):
            yield (random_dna(length, rng) + "GTN" + random_dna(length, rng).lower(),)

    def reference(self, sequence: str) -> list[int]:
        return [BASES.index(base) if base in BASES else 4 for base in sequence.upper()]

    @misconception("You count from 1. Positions in Python, and rows of a tensor, begin at 0.")
    def counts_from_one(self, sequence: str) -> list[int]:
        return [token + 1 for token in self.reference(sequence)]

    @misconception("Your `N` is −1: that is how `find` says “not there”. As an index, −1 would mean the last row.")
    def n_is_minus_one(self, sequence: str) -> list[int]:
        return [BASES.find(base) for base in sequence.upper()]

    @misconception("You leave `N` out, so everything after it moves one place to the left. Give it the token 4.")
    def n_dropped(self, sequence: str) -> list[int]:
        return [BASES.index(base) for base in sequence.upper() if base in BASES]

    @misconception("Small letters became 4. They are bases too (often repeats): make them capitals first.")
    def small_letters_unknown(self, sequence: str) -> list[int]:
        return [BASES.index(base) if base in BASES else 4 for base in sequence]

    @misconception("Your order is A, T, G, C. The course, and nearly every tool, uses the alphabet: A, C, G, T.")
    def order_atgc(self, sequence: str) -> list[int]:
        return ["ATGC".index(base) if base in BASES else 4 for base in sequence.upper()]

    @misconception("You glued the digits into one string. Asked is a list with a number for each letter.")
    def one_string(self, sequence: str) -> str:
        return "".join(str(token) for token in self.reference(sequence))


class OneHot(Exercise):
    """one_hot(sequence: str) -> (4, L) float tensor, rows A, C, G, T"""

    parts = {"bases": 1, "small letters": 1, "N": 1}
    points = 3
    returns = Tensor
    forbids = ("helpers.dna.sequences.one_hot", "torch.nn.functional.one_hot")
    hints = (
        "Start from `torch.zeros(4, len(sequence))` and walk along the sequence.",
        '`"ACGT".find(base)` gives the row, and −1 for anything else. What would `x[-1, i] = 1` do?',
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        yield Question("ACCG", part="bases")
        yield Question("TA" + random_dna(8, rng) + "GC", part="bases")
        yield Question("acGtta", part="small letters")
        yield Question("ACNGT", part="N")
        yield Question(random_dna(9, rng) + "NNT", part="N")

    def reference(self, sequence: str) -> Tensor:
        return self.rows_in_order(sequence.upper(), BASES)

    def rows_in_order(self, sequence: str, order: str) -> Tensor:
        return torch.tensor([[float(base == row) for base in sequence] for row in order])

    @misconception("Your tensor lies on its side, (L, 4). Here rows are bases and columns are positions: (4, L).")
    def transposed(self, sequence: str) -> Tensor:
        return self.reference(sequence).T

    @misconception("Your rows are A, T, G, C. They should be A, C, G, T, as everywhere in this course.")
    def order_atgc(self, sequence: str) -> Tensor:
        return self.rows_in_order(sequence.upper(), "ATGC")

    @misconception("Your rows are A, C, T, G. They should be A, C, G, T: G before T.")
    def order_actg(self, sequence: str) -> Tensor:
        return self.rows_in_order(sequence.upper(), "ACTG")

    @misconception("Small letters are left as zeros. They are bases like the capitals: use `.upper()` first.")
    def small_letters_lost(self, sequence: str) -> Tensor:
        return self.rows_in_order(sequence, BASES)

    @misconception("Your `N` counts as a `T`: `find` gives −1, and row −1 is the last row.")
    def n_becomes_t(self, sequence: str) -> Tensor:
        return self.rows_in_order(sequence.upper().replace("N", "T"), BASES)

    @misconception("`N` has a row of its own in your tensor. There are four rows; the column of an `N` is all zeros.")
    def fifth_row(self, sequence: str) -> Tensor:
        return self.rows_in_order(sequence.upper(), BASES + "N")

    @misconception("You gave `N` a quarter of each base. That is another convention; here its column is all zeros.")
    def n_is_a_quarter(self, sequence: str) -> Tensor:
        x = self.reference(sequence)
        return x + 0.25 * (x.sum(0) == 0)

    @misconception("The last base is missing: its column is all zeros. Does your loop stop one too early?")
    def off_by_one(self, sequence: str) -> Tensor:
        return F.pad(self.reference(sequence)[:, :-1], (0, 1))

    @misconception("Your function returns None. Is the `return` missing?")
    def nothing_returned(self, sequence: str) -> None:
        return None

    @misconception("These are lists, and asked is a tensor: `torch.tensor(rows)` makes one of them.")
    def lists(self, sequence: str) -> list:
        return self.reference(sequence).tolist()


class Decode(Exercise):
    """decode(x: (4, L) tensor) -> str, the sequence; a column of zeros becomes N"""

    points = 2
    forbids = ("helpers.dna.sequences.decode",)
    hints = ("`x.argmax(dim=0)` gives the row of the largest number in each column.", "`x.sum(dim=0)` is 0 for an N.")

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        for sequence in ("ACNGT", "GATTACAN", random_dna(12, rng) + "NCT", random_dna(40, rng) + "NA"):
            yield (encoded(sequence),)

    def reference(self, x: Tensor) -> str:
        return self.letters(x.argmax(dim=0), x.sum(dim=0) > 0)

    def letters(self, rows: Tensor, known: Tensor, order: str = BASES) -> str:
        return "".join(order[r] if k else "N" for r, k in zip(rows.tolist(), known.tolist(), strict=True))

    @misconception("Your `N` turns into `A`: the largest of four zeros is, for `argmax`, the first. Ask if any is 1.")
    def n_becomes_a(self, x: Tensor) -> str:
        return self.reference(x).replace("N", "A")

    @misconception("The `N` is gone and the sequence got shorter. A column of zeros still is a position.")
    def n_dropped(self, x: Tensor) -> str:
        return self.reference(x).replace("N", "")

    @misconception("You took the largest of each row. Each column is a position: `dim=0` walks down the four rows.")
    def wrong_axis(self, x: Tensor) -> str:
        return "".join(BASES[i] if i < 4 else "N" for i in x.argmax(dim=1).tolist())

    @misconception("You read the rows as A, T, G, C. They are A, C, G, T; a swapped row order raises no error at all.")
    def order_atgc(self, x: Tensor) -> str:
        return self.letters(x.argmax(dim=0), x.sum(dim=0) > 0, "ATGC")

    @misconception('You return a list of letters. Glue them together: `"".join(letters)`.')
    def list_of_letters(self, x: Tensor) -> list[str]:
        return list(self.reference(x))


class ReverseComplement(Exercise):
    """reverse_complement(sequence: str) -> str, the other strand read 5' to 3'; N stays N"""

    points = 2
    forbids = ("helpers.dna.sequences.reverse_complement", "Bio.Seq.reverse_complement", "Bio.Seq.Seq")
    hints = ("First the partner of each base, then read backwards: `[::-1]`.", "Let a dictionary name the partners.")

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        yield ("AACGN",)
        for length in (6, 40):
            yield ("GAT" + random_dna(length, rng) + "NCC",)

    def reference(self, sequence: str) -> str:
        return sequence.translate(str.maketrans("ACGT", "TGCA"))[::-1]

    @misconception("You complemented each base but kept the order. The other strand is read from its own 5' end.")
    def order_kept(self, sequence: str) -> str:
        return self.reference(sequence)[::-1]

    @misconception("You reversed the sequence but did not pair the bases: A with T, C with G.")
    def not_complemented(self, sequence: str) -> str:
        return sequence[::-1]

    @misconception("Your second `replace` undoes the first: A becomes T, and then all T become A. Swap in one go.")
    def replaced_one_after_another(self, sequence: str) -> str:
        swapped = sequence.replace("A", "T").replace("T", "A").replace("C", "G").replace("G", "C")
        return swapped[::-1]

    @misconception("Your `N` is lost. What is not known on one strand is not known on the other: `N` pairs with `N`.")
    def n_lost(self, sequence: str) -> str:
        return self.reference(sequence).replace("N", "")

    @misconception('You return a list of letters. Glue them together: `"".join(letters)`.')
    def list_of_letters(self, sequence: str) -> list[str]:
        return list(self.reference(sequence))


class Sigmoid(Exercise):
    """sigmoid(z: (N,) tensor) -> (N,) tensor, between 0 and 1, for any z from −1000 to 1000"""

    points = 2
    forbids = ("torch.sigmoid", "torch.nn.functional.sigmoid", "torch.special.expit", "torch.nn.Sigmoid", ".sigmoid")
    hints = ("`torch.exp` works on a whole tensor.", "Which of `exp(1000)` and `exp(-1000)` can a computer write down?")

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        yield (torch.tensor([0.0, 1.0, -1.0]),)
        yield (torch.as_tensor(rng.normal(0, 3, 12)).float(),)
        yield (torch.tensor([-1000.0, -50.0, 50.0, 1000.0]),)

    def reference(self, z: Tensor) -> Tensor:
        return 1 / (1 + torch.exp(-z))

    @misconception("Not a number at 1000: `exp(1000)` is infinite, and infinite ÷ infinite is nan. Use `exp(-z)`.")
    def unstable(self, z: Tensor) -> Tensor:
        return torch.exp(z) / (1 + torch.exp(z))

    @misconception("Your curve falls: a minus got lost. A high score should mean a high probability.")
    def minus_lost(self, z: Tensor) -> Tensor:
        return 1 / (1 + torch.exp(z))

    @misconception("That is tanh, from −1 to 1. A probability goes from 0 to 1.")
    def tanh(self, z: Tensor) -> Tensor:
        return torch.tanh(z)

    @misconception("That is softmax: it shares one probability out among all inputs. Each sequence has its own.")
    def softmax(self, z: Tensor) -> Tensor:
        return torch.softmax(z, dim=0)

    @misconception("You cut at 0, an answer without a doubt. A step has no slope: nothing could learn from it.")
    def step(self, z: Tensor) -> Tensor:
        return (z > 0).float()

    @misconception("A bracket is missing: `1 / 1 + …` is 1 + …, since division comes first. Bracket the whole sum.")
    def bracket_missing(self, z: Tensor) -> Tensor:
        return 1 + torch.exp(-z)

    @misconception("You limited the scores to ±10. Then no score beyond says more; `exp(-z)` needs no limit.")
    def limited(self, z: Tensor) -> Tensor:
        return self.reference(z.clamp(-10, 10))


class BinaryCrossEntropy(Exercise):
    """binary_cross_entropy(logits: (N,), y: (N,)) -> mean loss, also for logits of ±1000"""

    parts = {"loss": 2, "large logits": 1}
    points = 3
    forbids = (
        *("torch.nn.functional.binary_cross_entropy_with_logits", "torch.nn.functional.binary_cross_entropy"),
        *("torch.nn.BCEWithLogitsLoss", "torch.nn.BCELoss"),
    )
    hints = (
        "Per sequence: `log(1 + exp(z)) - z * y`. First check it with z = 0 by hand.",
        "`torch.logaddexp(a, b)` is ln(exp(a) + exp(b)), worked out so that nothing overflows; and 1 is exp(0).",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        yield Question(torch.tensor([2.0, -1.0, 0.5]), torch.tensor([1.0, 1.0, 0.0]), part="loss")
        for n in (5, 40):
            y = torch.as_tensor(rng.integers(0, 2, n)).float()
            yield Question(torch.as_tensor(rng.normal(0, 2, n)).float(), y, part="loss")
        yield Question(torch.tensor([1000.0, -1000.0, 3.0]), torch.tensor([0.0, 1.0, 1.0]), part="large logits")

    def reference(self, logits: Tensor, y: Tensor) -> Tensor:
        return self.each(logits, y).mean()

    def each(self, z: Tensor, y: Tensor) -> Tensor:
        return torch.logaddexp(torch.zeros_like(z), z) - z * y

    @misconception("You took the logarithm of the logits themselves. Logits may be negative: sigmoid comes first.")
    def sigmoid_missing(self, logits: Tensor, y: Tensor) -> Tensor:
        return -(y * torch.log(logits) + (1 - y) * torch.log(1 - logits)).mean()

    @misconception("You applied the sigmoid twice. Squeezed a second time, everything ends up between 0.5 and 0.73.")
    def sigmoid_twice(self, logits: Tensor, y: Tensor) -> Tensor:
        return self.each(torch.sigmoid(logits), y).mean()

    @misconception("You summed; the mean also divides by how many there are, so that batches can be compared.")
    def summed(self, logits: Tensor, y: Tensor) -> Tensor:
        return self.each(logits, y).sum()

    @misconception("You used the logarithm to base 2, which counts bits. Here the natural one is asked, `torch.log`.")
    def base_two(self, logits: Tensor, y: Tensor) -> Tensor:
        return self.each(logits, y).mean() / np.log(2)

    @misconception("The minus is missing: logarithms of probabilities are negative, and a loss should be positive.")
    def minus_missing(self, logits: Tensor, y: Tensor) -> Tensor:
        return -self.each(logits, y).mean()

    @misconception("Only promoters pay in your loss. The other class needs its half: `(1 - y) * log(1 - p)`.")
    def one_class_only(self, logits: Tensor, y: Tensor) -> Tensor:
        return (y * self.each(logits, y)).mean()

    @misconception("One loss for each sequence came back. Asked is one number, their mean.")
    def not_averaged(self, logits: Tensor, y: Tensor) -> Tensor:
        return self.each(logits, y)

    @misconception("`logaddexp` takes exponents: it makes e out of your 1. The 1 in ln(1 + eᶻ) is e to which power?")
    def ones_for_zeros(self, logits: Tensor, y: Tensor) -> Tensor:
        return (torch.logaddexp(torch.ones_like(logits), logits) - logits * y).mean()

    @misconception(
        "Something tiny inside the logarithm keeps it finite, but then no error costs more than about 20. A logit of "
        "1000 on the wrong side should cost 1000: work from the logit and never compute p."
    )
    def tiny_number_added(self, logits: Tensor, y: Tensor) -> Tensor:
        p = torch.sigmoid(logits)
        return -(y * torch.log(p + 1e-9) + (1 - y) * torch.log(1 - p + 1e-9)).mean()

    @misconception(
        "Right until a logit is large. Then exp(z) is infinite, or p is exactly 0 or 1 and log(0) is infinite: "
        "take neither on the way."
    )
    def unstable(self, logits: Tensor, y: Tensor) -> Tensor:
        p = torch.sigmoid(logits)
        return -(y * torch.log(p) + (1 - y) * torch.log(1 - p)).mean()


class Minibatches(Exercise):
    """minibatches(X (N, ...), y (N,), batch_size, generator) -> list of (X_batch, y_batch), shuffled"""

    parts = {"whole batches": 2, "a short last batch": 1}
    points = 3
    hints = (
        "`torch.randperm(len(X), generator=generator)` gives the row numbers in a new order.",
        "`order.split(batch_size)` cuts it up, the rest included. `X[rows]` and `y[rows]` pick the same rows.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        for n, size, part in ((24, 6, "whole batches"), (32, 8, "whole batches"), (26, 8, "a short last batch")):
            X = torch.stack([torch.arange(n).float(), torch.as_tensor(rng.normal(size=n)).float()], dim=1)
            y = torch.as_tensor(rng.integers(0, 2, n)).float()
            yield Question(X, y, size, int(rng.integers(1 << 30)), part=part)

    def ask(self, code: Callable[..., Batches], X: Tensor, y: Tensor, size: int, seed: int) -> list[list]:
        """Two epochs from one generator, and the first again; in tensors, which the lesson then trains on."""
        once, again = (Generator().manual_seed(seed) for _ in range(2))
        epochs = [list(code(X, y, size, generator)) for generator in (once, once, again)]
        for part in (part for epoch in epochs for batch in epoch if isinstance(batch, (tuple, list)) for part in batch):
            if isinstance(part, np.ndarray):
                raise TypeError("the batches should hold tensors, and these are arrays")
        return epochs

    def words(self, X: Tensor, y: Tensor, size: int, seed: int) -> str:
        """What was asked, in words."""
        return f"two epochs of {len(X)} rows, batch_size={size}, from one generator; then the first epoch again"

    def facts(self, answer: Any, X: Tensor, y: Tensor, size: int, seed: int) -> dict[str, Any]:
        """What must hold of any shuffled batches; the first column of X is the row's number."""
        rows = [[np.asarray(batch[0])[:, 0].astype(int) for batch in epoch] for epoch in answer]
        first, second, again = (np.concatenate(epoch).tolist() for epoch in rows)
        labels = np.concatenate([np.asarray(batch[1]) for batch in answer[0]])
        return {
            "sizes": sorted(len(batch) for batch in rows[0]),
            "row twice": len(set(first)) < len(first),
            "row missing": len(set(first)) < len(X),
            "labels follow": labels.shape == (len(first),) and bool((labels == y.numpy()[first]).all()),
            "shuffled": first != sorted(first),
            "only whole batches shuffled": all((np.diff(batch) == 1).all() for batch in rows[0]),
            "new order each epoch": first != second,
            "repeatable": first == again,
        }

    def reference(self, X: Tensor, y: Tensor, batch_size: int, generator: Generator) -> Batches:
        return self.cut(X, y, torch.randperm(len(X), generator=generator), batch_size)

    def cut(self, X: Tensor, y: Tensor, order: Tensor, batch_size: int) -> Batches:
        return [(X[rows], y[rows]) for rows in order.split(batch_size)]

    @misconception("The last batch is lost when N is no multiple of the batch size: some sequences are never seen.")
    def last_batch_lost(self, X: Tensor, y: Tensor, batch_size: int, generator: Generator) -> Batches:
        return [batch for batch in self.reference(X, y, batch_size, generator) if len(batch[1]) == batch_size]

    @misconception("X and y were shuffled apart: each sequence has another one's label. Use one order for both.")
    def shuffled_apart(self, X: Tensor, y: Tensor, batch_size: int, generator: Generator) -> Batches:
        y = y[torch.randperm(len(y), generator=generator)]
        return self.reference(X, y, batch_size, generator)

    @misconception("Nothing was shuffled: the batches follow the order of the file, which may be sorted by class.")
    def not_shuffled(self, X: Tensor, y: Tensor, batch_size: int, generator: Generator) -> Batches:
        return self.cut(X, y, torch.arange(len(X)), batch_size)

    @misconception("Every epoch has the same order. Draw from the `generator` given: it moves on with each call.")
    def same_order_again(self, X: Tensor, y: Tensor, batch_size: int, generator: Generator) -> Batches:
        return self.reference(X, y, batch_size, Generator().manual_seed(0))

    @misconception("The same seed gave another order. Hand on the generator, `generator=generator`, or no run repeats.")
    def generator_ignored(self, X: Tensor, y: Tensor, batch_size: int, generator: Generator) -> Batches:
        fresh = Generator()
        fresh.seed()
        return self.reference(X, y, batch_size, fresh)

    @misconception("You drew rows with replacement: some come twice, others never. An epoch sees each row once.")
    def with_replacement(self, X: Tensor, y: Tensor, batch_size: int, generator: Generator) -> Batches:
        return self.cut(X, y, torch.randint(len(X), (len(X),), generator=generator), batch_size)

    @misconception("You shuffled the batches, but inside each the rows are still neighbours from the file.")
    def blocks_shuffled(self, X: Tensor, y: Tensor, batch_size: int, generator: Generator) -> Batches:
        batches = self.cut(X, y, torch.arange(len(X)), batch_size)
        return [batches[i] for i in torch.randperm(len(batches), generator=generator).tolist()]

    @misconception("These are no pairs. Asked is a list with one pair `(X_batch, y_batch)` for each batch.")
    def no_pairs(self, X: Tensor, y: Tensor, batch_size: int, generator: Generator) -> Any:
        return [X.split(batch_size), y.split(batch_size)]

    @misconception("Your batches hold NumPy arrays. Pick rows from `X` and `y` as they are: tensors stay tensors.")
    def arrays(self, X: Tensor, y: Tensor, batch_size: int, generator: Generator) -> Any:
        return [(a.numpy(), b.numpy()) for a, b in self.reference(X, y, batch_size, generator)]


CHANGES: dict[str, Callable[[str], str]] = {
    "copies": str,
    "small letters": str.lower,
    "other strand": reverse_complement,
}


class FindLeaks(Exercise):
    """find_leaks(train: list of str, test: list of str) -> list of int: positions in train, rising"""

    parts = {"copies": 1, "small letters": 1, "other strand": 1}
    points = 3
    forbids = ("helpers.datasets.overlap", "helpers.datasets.leaks")
    hints = (
        "Put the test sequences into a set, in capitals; asking a set is quick.",
        "A training sequence leaks if it, or its reverse complement, is in that set.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        for n, part in ((5, "copies"), (12, "copies"), (6, "small letters"), (6, "other strand"), (20, "other strand")):
            test = ["GATTC" + random_dna(12, rng) for _ in range(n)]
            train = ["CATTG" + random_dna(12, rng) for _ in range(n)]
            copied, changed, in_test, reversed_only, same = rng.permutation(n)[:5].tolist()
            train[copied], train[same], train[changed] = test[changed], test[same], CHANGES[part](test[in_test])
            train[reversed_only] = test[reversed_only][::-1]  # no leak: another molecule
            if part == "small letters":
                test[same] = test[same].lower()
            test.append(test[in_test])  # real sets list some sequences twice
            yield Question(train, test, part=part)

    def facts(self, answer: Any, train: list[str], test: list[str]) -> list:
        """A list, set or array of positions, in any order."""
        return sorted(answer.tolist() if isinstance(answer, np.ndarray) else answer)

    def reference(self, train: list[str], test: list[str]) -> list[int]:
        return self.found(train, {s.upper() for s in test}, str.upper, reverse_complement)

    def found(self, train: list[str], test: set[str], key: Callable[[str], str], other: Callable[[str], str]) -> list:
        return [i for i, s in enumerate(train) if key(s) in test or other(key(s)) in test]

    @misconception("Capitals and small letters are the same bases: `acgt` in train and `ACGT` in test is a leak.")
    def case_matters(self, train: list[str], test: list[str]) -> list[int]:
        return self.found(train, set(test), str, reverse_complement)

    @misconception("You looked at one strand. The reverse complement is the same piece of DNA from the other side.")
    def one_strand(self, train: list[str], test: list[str]) -> list[int]:
        return self.found(train, {s.upper() for s in test}, str.upper, str)

    @misconception("You reversed the sequence without pairing its bases. The other strand is the reverse *complement*.")
    def only_reversed(self, train: list[str], test: list[str]) -> list[int]:
        return self.found(train, {s.upper() for s in test}, str.upper, lambda s: s[::-1])

    @misconception("These are positions in test. It is the training set that we clean, so that the test stays whole.")
    def positions_in_test(self, train: list[str], test: list[str]) -> list[int]:
        return self.reference(test, train)

    @misconception("You return the sequences. Asked are their positions in `train`, which `enumerate` counts for you.")
    def sequences_returned(self, train: list[str], test: list[str]) -> list[str]:
        return [train[i] for i in self.reference(train, test)]

    @misconception("You compare place by place. A leak may stand anywhere: ask for each whether it is *in* test.")
    def place_by_place(self, train: list[str], test: list[str]) -> list[int]:
        return [i for i, (s, t) in enumerate(zip(train, test, strict=False)) if self.reference([s], [t])]

    @misconception("You made capitals of train, not of test: `ACGT` in train and `acgt` in test is a leak as well.")
    def test_left_small(self, train: list[str], test: list[str]) -> list[int]:
        return self.found(train, set(test), str.upper, reverse_complement)

    @misconception("A position comes twice: its sequence stands twice in the test set. Name each position once.")
    def counted_twice(self, train: list[str], test: list[str]) -> list[int]:
        return [i for i in self.reference(train, test) for s in test if self.reference(train[i : i + 1], [s])]

    @misconception("You count from 1. `enumerate` counts from 0, as Python does.")
    def counts_from_one(self, train: list[str], test: list[str]) -> list[int]:
        return [i + 1 for i in self.reference(train, test)]


def small_model(length: int) -> nn.Module:
    """A logistic regression with known weights, from (N, 4, L) to logits (N,)."""
    model = nn.Sequential(nn.Flatten(), nn.Linear(4 * length, 1), nn.Flatten(0))
    fill(model)
    return model


def small_task(rng: np.random.Generator, n: int, length: int) -> tuple[Tensor, Tensor]:
    """Random sequences (n, 4, length) and labels (n,), both classes present."""
    y = torch.as_tensor(rng.integers(0, 2, n)).float()
    y[:2] = torch.tensor([0.0, 1.0])
    return encoded([random_dna(length, rng) for _ in range(n)]), y


def mean_loss(losses: list[float], batches: Batches) -> float:
    """The mean over all sequences of losses that are means over batches."""
    sizes = [len(y) for _, y in batches]
    return float(np.average(losses, weights=sizes))


class TrainEpoch(Exercise):
    """train_epoch(model, optimiser, batches) -> float, the mean loss over all sequences; the model has learned"""

    parts = {"weights": 2, "loss": 1}
    points = 3
    hints = (
        "For each batch: logits, loss, `optimiser.zero_grad()`, `loss.backward()`, `optimiser.step()`.",
        "Add up `loss.item() * len(y)` and the lengths; divide at the end.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        for part in ("weights", "loss"):
            for n, size in ((11, 4), (30, 8)):
                yield Question(*small_task(rng, n, 6), size, part, part=part)

    def ask(self, code: Callable[..., Any], X: Tensor, y: Tensor, size: int, wanted: str) -> Any:
        """Two epochs with the learner's code: what it returned, or the weights that came out."""
        model = small_model(X.shape[2])
        optimiser = torch.optim.SGD(model.parameters(), lr=0.5)
        batches = list(zip(X.split(size), y.split(size), strict=True))
        losses = [code(model, optimiser, batches) for _ in range(2)]
        return losses if wanted == "loss" else torch.cat([p.detach().flatten() for p in model.parameters()])

    def words(self, X: Tensor, y: Tensor, size: int, wanted: str) -> str:
        """What was asked, in words."""
        what = "the two losses returned" if wanted == "loss" else "the weights and the bias after them"
        return f"two epochs over {len(X)} sequences in batches of {size}, lr=0.5: {what}"

    def reference(self, model: nn.Module, optimiser: Any, batches: Batches) -> float:
        batches = list(batches)  # they may come from a generator, which can be read once
        return mean_loss(self.losses(model, optimiser, batches), batches)

    def losses(
        self, model: nn.Module, optimiser: Any, batches: Batches, *, zero: bool = True, twice: bool = False
    ) -> list[float]:
        losses = []
        for X, y in batches:
            logits = model(X).sigmoid() if twice else model(X)
            loss = F.binary_cross_entropy_with_logits(logits, y)
            if zero:
                optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            losses.append(loss.item())
        return losses

    @misconception("The gradients pile up from batch to batch. Empty them before each `backward()`.")
    def not_zeroed(self, model: nn.Module, optimiser: Any, batches: Batches) -> float:
        return mean_loss(self.losses(model, optimiser, batches, zero=False), batches)

    @misconception("The weights did not move. Is `step()` there, after `backward()`, with no `zero_grad()` between?")
    def weights_stay(self, model: nn.Module, optimiser: Any, batches: Batches) -> float:
        return mean_loss([F.binary_cross_entropy_with_logits(model(X), y).item() for X, y in batches], batches)

    @misconception("You stepped once, after the loop, with the last batch's gradient. Step inside the loop.")
    def one_step_an_epoch(self, model: nn.Module, optimiser: Any, batches: Batches) -> float:
        total = self.weights_stay(model, optimiser, batches)
        self.losses(model, optimiser, batches[-1:])
        return total

    @misconception("You return the last batch's loss only. It has few sequences and jumps about: average them all.")
    def last_loss_only(self, model: nn.Module, optimiser: Any, batches: Batches) -> float:
        return self.losses(model, optimiser, batches)[-1]

    @misconception("The short last batch counts like a full one in your mean. Weigh each loss by its batch's size.")
    def mean_of_means(self, model: nn.Module, optimiser: Any, batches: Batches) -> float:
        return float(np.mean(self.losses(model, optimiser, batches)))

    @misconception("A sigmoid stands before a loss that has one inside. Hand it the logits as they are.")
    def sigmoid_before_the_loss(self, model: nn.Module, optimiser: Any, batches: Batches) -> float:
        return mean_loss(self.losses(model, optimiser, batches, twice=True), batches)

    @misconception("You stop after the first batch: the `return` stands inside the loop. Move it out, to the left.")
    def return_in_the_loop(self, model: nn.Module, optimiser: Any, batches: Batches) -> float:
        return self.reference(model, optimiser, batches[:1])


class ConfusionMatrix(Exercise):
    """confusion_matrix(y (N,), predicted (N,)) -> (2, 2): rows truth 0, 1; columns predicted 0, 1"""

    points = 2
    returns = Tensor
    any_dtype = True
    forbids = ("helpers.training.metrics.confusion_matrix", "sklearn.metrics.confusion_matrix")
    hints = ("Start from four zeros; each sequence adds 1 to one cell.", "That cell is `[truth, prediction]`.")

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        yield torch.tensor([0, 0, 0, 0, 0, 0, 1, 1, 1, 1]), torch.tensor([0, 0, 0, 1, 1, 1, 1, 1, 0, 1])
        for n in (30, 200):
            y = torch.as_tensor((rng.random(n) < 0.3).astype(int))
            yield y, torch.as_tensor((rng.random(n) < 0.6).astype(int)) | (y & (torch.arange(n) % 3 > 0))
        yield torch.tensor([0, 0, 1]), torch.tensor([0, 0, 0])

    def reference(self, y: Tensor, predicted: Tensor) -> Tensor:
        return torch.stack([torch.stack([((y == t) & (predicted == p)).sum() for p in (0, 1)]) for t in (0, 1)])

    @misconception(
        "Your axes are swapped: rows are the truth here, columns the prediction. Some papers do the reverse."
    )
    def axes_swapped(self, y: Tensor, predicted: Tensor) -> Tensor:
        return self.reference(predicted, y)

    @misconception("Class 1 comes first in your table. Row 0 and column 0 belong to class 0.")
    def positives_first(self, y: Tensor, predicted: Tensor) -> Tensor:
        return self.reference(y, predicted).flip(0, 1)

    @misconception("Your table begins with TP, as in some textbooks. Here class 0 comes first, so TN does.")
    def true_positives_first(self, y: Tensor, predicted: Tensor) -> Tensor:
        return self.reference(y, predicted).flip(0, 1).T

    @misconception("You gave shares. The table holds counts; from counts, every other measure can be computed.")
    def shares(self, y: Tensor, predicted: Tensor) -> Tensor:
        return self.reference(y, predicted) / len(y)

    @misconception("The four counts stand in a row. Asked is a table of shape (2, 2).")
    def flat(self, y: Tensor, predicted: Tensor) -> Tensor:
        return self.reference(y, predicted).flatten()

    @misconception("Your function returns None. Is the `return` missing?")
    def nothing_returned(self, y: Tensor, predicted: Tensor) -> None:
        return None

    @misconception("These are lists, and asked is a tensor: `torch.tensor(rows)` makes one of them.")
    def lists(self, y: Tensor, predicted: Tensor) -> list:
        return self.reference(y, predicted).tolist()


class Rates(Exercise):
    """rates(matrix (2, 2)) -> (sensitivity, specificity, precision); precision is 0.0 if nothing is called 1"""

    parts = {"rates": 1, "nothing called positive": 1}
    points = 2
    hints = ("`(tn, fp), (fn, tp) = matrix.tolist()` unpacks the table.", "Each rate divides by a row, or by a column.")

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        yield Question(torch.tensor([[80, 20], [5, 45]]), part="rates")
        for _ in range(2):
            yield Question(torch.as_tensor(rng.choice(np.arange(3, 400), (2, 2), replace=False)), part="rates")
        yield Question(torch.tensor([[int(rng.integers(9, 99)), 0], [7, 0]]), part="nothing called positive")

    def reference(self, matrix: Tensor) -> tuple[float, float, float]:
        (tn, fp), (fn, tp) = matrix.tolist()
        return tp / (tp + fn), tn / (tn + fp), tp / (tp + fp) if tp + fp else 0.0

    @misconception("Sensitivity and precision changed places. One asks of all promoters, the other of all calls.")
    def swapped(self, matrix: Tensor) -> tuple[float, ...]:
        sensitivity, specificity, precision = self.reference(matrix)
        return precision, specificity, sensitivity

    @misconception("The second number is the share of false alarms. Specificity is one minus that.")
    def false_alarms(self, matrix: Tensor) -> tuple[float, ...]:
        sensitivity, specificity, precision = self.reference(matrix)
        return sensitivity, 1 - specificity, precision

    @misconception("You divided by all sequences. Each rate has a group of its own: a row or a column of the table.")
    def shares_of_all(self, matrix: Tensor) -> tuple[float, ...]:
        (tn, _), (_, tp) = matrix.tolist()
        total = int(matrix.sum())
        return tp / total, tn / total, tp / total

    @misconception("Nothing was called a promoter, and you divided by zero. Give 0.0 then, as is usual.")
    def divided_by_zero(self, matrix: Tensor) -> tuple[float, ...]:
        (_, fp), (_, tp) = matrix.tolist()
        return (*self.reference(matrix)[:2], tp / (tp + fp))

    @misconception("With tensors 0 ÷ 0 is nan. Nothing was called a promoter: give 0.0 for precision then.")
    def not_a_number(self, matrix: Tensor) -> tuple[float, ...]:
        (_, fp), (_, tp) = matrix
        return (*self.reference(matrix)[:2], float(tp / (tp + fp)))

    @misconception("You unpacked the table by its columns. Its rows are the truth: first TN and FP, then FN and TP.")
    def columns_for_rows(self, matrix: Tensor) -> tuple[float, ...]:
        (tn, fn), (fp, tp) = matrix.tolist()
        return tp / (tp + fn), tn / (tn + fp), tp / (tp + fp) if tp + fp else 0.0


class Mcc(Exercise):
    """mcc(matrix (2, 2)) -> float from -1 to 1; 0.0 if a row or a column is empty"""

    parts = {"formula": 1, "empty row or column": 1, "a whole genome": 1}
    points = 3
    forbids = ("sklearn.metrics.matthews_corrcoef",)
    hints = (
        "`(tn, fp), (fn, tp) = matrix.tolist()` gives Python's whole numbers, which never overflow.",
        "First the product under the root; if it is 0, return 0.0.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        yield Question(torch.tensor([[50, 10], [5, 35]]), part="formula")
        for _ in range(2):
            yield Question(torch.as_tensor(rng.choice(np.arange(3, 400), (2, 2), replace=False)), part="formula")
        yield Question(torch.tensor([[int(rng.integers(9, 99)), 0], [5, 0]]), part="empty row or column")
        yield Question(torch.tensor([[0, 7], [0, int(rng.integers(2, 99))]]), part="empty row or column")
        yield Question(torch.tensor([[2_900_000_000, 40_000], [3_000, 27_000]]), part="a whole genome")

    def reference(self, matrix: Tensor) -> float:
        (tn, fp), (fn, tp) = matrix.tolist()
        product = (tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)
        return (tp * tn - fp * fn) / product**0.5 if product else 0.0

    @misconception("A row or a column is empty, and you divided by zero. Such a classifier knows nothing: give 0.0.")
    def divided_by_zero(self, matrix: Tensor) -> float:
        (tn, fp), (fn, tp) = matrix.tolist()
        return (tp * tn - fp * fn) / ((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)) ** 0.5

    @misconception("A row or a column is empty, and 0 ÷ 0 gave nan. Such a classifier knows nothing: give 0.0.")
    def not_a_number(self, matrix: Tensor) -> float:
        (tn, fp), (fn, tp) = matrix.double()
        return float((tp * tn - fp * fn) / ((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)).sqrt())

    @misconception("A genome's counts overflow: a product beyond 2⁶³ wraps around in 64 bits. Use Python's numbers.")
    def overflowed(self, matrix: Tensor) -> float:
        (tn, fp), (fn, tp) = matrix
        product = (tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)
        return float((tp * tn - fp * fn) / product.sqrt()) if product else 0.0

    @misconception("The square root below the line is missing; with it the result stays between −1 and 1.")
    def root_missing(self, matrix: Tensor) -> float:
        (tn, fp), (fn, tp) = matrix.tolist()
        product = (tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)
        return (tp * tn - fp * fn) / product if product else 0.0

    @misconception("Above the line stands a difference: errors count against you, `tp * tn - fp * fn`.")
    def errors_added(self, matrix: Tensor) -> float:
        (tn, fp), (fn, tp) = matrix.tolist()
        product = (tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)
        return (tp * tn + fp * fn) / product**0.5 if product else 0.0

    @misconception("That is accuracy, the share of right answers. With rare promoters it flatters; hence the MCC.")
    def accuracy(self, matrix: Tensor) -> float:
        return float(matrix.diagonal().sum() / matrix.sum())


class BugHunt(Exercise):
    """bug_hunt(model, optimiser, X, y) -> (loss, share right) before one training step; the model has learned"""

    parts = {"training": 2, "report": 1}
    points = 3
    hints = (
        "Read the name of the loss to its end. What does it want, and what does it get?",
        "`F.binary_cross_entropy_with_logits` has a sigmoid inside. Where else is one?",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        for part in ("training", "report"):
            for n in (20, 60):
                yield Question(*small_task(rng, n, 8), part, part=part)

    def ask(self, code: Callable[..., Any], X: Tensor, y: Tensor, wanted: str) -> Any:
        """Three steps with the learner's code: what it reported, or the weights that came out."""
        model = small_model(X.shape[2])
        optimiser = torch.optim.SGD(model.parameters(), lr=0.5)
        reports = [code(model, optimiser, X, y) for _ in range(3)]
        return reports if wanted == "report" else torch.cat([p.detach().flatten() for p in model.parameters()])

    def words(self, X: Tensor, y: Tensor, wanted: str) -> str:
        """What was asked, in words."""
        what = "what each reported" if wanted == "report" else "the weights and the bias after them"
        return f"three steps on {len(X)} sequences, lr=0.5: {what}"

    def reference(self, model: nn.Module, optimiser: Any, X: Tensor, y: Tensor) -> tuple[float, float]:
        logits = model(X)
        return self.step(optimiser, F.binary_cross_entropy_with_logits(logits, y)), self.right(logits > 0, y)

    def step(self, optimiser: Any, loss: Tensor) -> float:
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        return loss.item()

    def right(self, called: Tensor, y: Tensor) -> float:
        return (called == (y > 0.5)).float().mean().item()

    @misconception("Probabilities still go into a loss that wants logits: the sigmoid is applied twice.")
    def as_found(self, model: nn.Module, optimiser: Any, X: Tensor, y: Tensor) -> tuple[float, float]:
        p = model(X).sigmoid()
        return self.step(optimiser, F.binary_cross_entropy_with_logits(p, y)), self.right(p > 0.5, y)

    @misconception("The training is mended; now the report calls a promoter from logit 0.5. One half is at logit 0.")
    def threshold_left_behind(self, model: nn.Module, optimiser: Any, X: Tensor, y: Tensor) -> tuple[float, float]:
        logits = model(X)
        return self.step(optimiser, F.binary_cross_entropy_with_logits(logits, y)), self.right(logits > 0.5, y)

    @misconception("Now logits go into a loss that wants probabilities, and it stops. Change one of the two, not both.")
    def changed_both(self, model: nn.Module, optimiser: Any, X: Tensor, y: Tensor) -> tuple[float, float]:
        logits = model(X)
        return self.step(optimiser, F.binary_cross_entropy(logits, y)), self.right(logits > 0, y)

    @misconception("You changed to squared error. It hardly learns where the model is sure and wrong; keep log-loss.")
    def squared_error(self, model: nn.Module, optimiser: Any, X: Tensor, y: Tensor) -> tuple[float, float]:
        p = model(X).sigmoid()
        return self.step(optimiser, F.mse_loss(p, y)), self.right(p > 0.5, y)

    @misconception("The share of right calls is that of *after* the step. Call before the model has moved.")
    def report_after_the_step(self, model: nn.Module, optimiser: Any, X: Tensor, y: Tensor) -> tuple[float, float]:
        loss, _ = self.reference(model, optimiser, X, y)
        return loss, self.right(model(X) > 0, y)


class Quiz(MultipleChoice):
    """quiz() -> dict: one letter for each question"""

    items = (
        Item(
            "shuffle",
            "Why are the training sequences shuffled before each epoch?",
            {
                "a": "So that no batch, and no end of an epoch, speaks for one kind of sequence only",
                "b": "So that the model cannot memorise the training set",
                "c": "So that the classes become equally large",
                "d": "Because Adam needs random numbers",
            },
            "a",
            {
                "b": "It still sees every sequence in every epoch. Against memorising, use validation, less capacity, "
                "more data.",
                "c": "Shuffling changes the order, not the counts. For balance you would resample or weigh.",
                "d": "Adam takes whatever gradient comes; nothing in it is random.",
            },
        ),
        Item(
            "output",
            "Your model ends in one number per sequence and is trained with `binary_cross_entropy_with_logits`. "
            "What is that number?",
            {
                "a": "The probability of a promoter",
                "b": "The class, 0 or 1",
                "c": "The log of the odds: 0 means one half, and it may be any real number",
                "d": "The loss of that sequence",
            },
            "c",
            {
                "a": "That comes after the sigmoid, and the sigmoid is inside the loss.",
                "b": "The class comes last, when you put a threshold on it.",
                "d": "The loss needs the label as well; the model never sees labels.",
            },
        ),
        Item(
            "threshold",
            "You raise the threshold. What do you trade?",
            {
                "a": "Nothing: AUROC stays the same, so the classifier is as good",
                "b": "Fewer false alarms for more missed promoters",
                "c": "Fewer missed promoters for more false alarms",
                "d": "Training time for accuracy",
            },
            "b",
            {
                "a": "AUROC looks at all thresholds at once; the one you use decides which errors you make.",
                "c": "That is what lowering it does.",
                "d": "No training happens: a threshold is put on finished scores.",
            },
        ),
        Item(
            "auroc",
            "One base in a hundred thousand starts a gene. A scanner reaches AUROC 0.99. What do you ask?",
            {
                "a": "Nothing more, 0.99 is close to perfect",
                "b": "The accuracy",
                "c": "The AUROC of the training set",
                "d": "The precision at a useful sensitivity: how many of its calls are right",
            },
            "d",
            {
                "a": "With 1 % false alarms on 99,999 negatives, each true start drowns in about 1,000 false ones.",
                "b": "“Never a start” is 99.999 % accurate.",
                "c": "That tells of overfitting, and nothing of false alarms among so many negatives.",
            },
        ),
        Item(
            "one_hot",
            "What does one-hot encoding cost?",
            {
                "a": "It tells the model that T is more than A",
                "b": "Four numbers a base, three of them zero, and it knows of no likeness between bases",
                "c": "It loses the order of the bases",
                "d": "It loses the case of the letters, which carries the sequence",
            },
            "b",
            {
                "a": "That was 1-2-3-4. One-hot columns are all equally far from each other.",
                "c": "The columns stand in order, one a position. Counting k-mers loses the order.",
                "d": "Small letters mark repeats, usually; the base is the same.",
            },
        ),
        Item(
            "leakage",
            "Which of these is not leakage?",
            {
                "a": "The reverse complement of a test promoter stands in train",
                "b": "You try twenty settings and keep the one that is best on test",
                "c": "Train and test have the same share of promoters",
                "d": "Train holds the mouse version of a human test promoter, nearly letter for letter",
            },
            "c",
            {
                "a": "It is the same molecule, read from the other side.",
                "b": "Then the test set chose the model, and its score is a training score.",
                "d": "Near copies leak as well; similar sequences belong on one side.",
            },
        ),
    )
