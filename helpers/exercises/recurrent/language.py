"""DNA as a language: the next base, surprise, samples."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from torch import Generator, Tensor

from helpers.engine.exercise import Exercise, Question, misconception
from helpers.exercises.draws import normal

Pair = tuple[Tensor, Tensor]


class NextBasePairs(Exercise):
    """next_base_pairs(tokens (N, L)) -> inputs (N, L - 1) and targets (N, L - 1)"""

    points = 1
    hints = (
        "The target at place i is the base at place i + 1.",
        "The last base has no successor, the first no predecessor: `tokens[:, :-1]` and …",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        for shape in ((1, 4), (3, 4), (5, 9)):
            tokens = rng.integers(0, 4, shape)
            tokens[0, :4] = [0, 1, 3, 2]
            yield (torch.as_tensor(tokens),)

    def ask(self, code: Callable[..., Any], tokens: Tensor) -> list[Any]:
        """Both things that come back."""
        inputs, targets = code(tokens)
        return [inputs, targets]

    def reference(self, tokens: Tensor) -> Pair:
        return tokens[:, :-1], tokens[:, 1:]

    @misconception(
        "Targets and inputs are the same: the model would be asked for the base that it has just read. It gets a "
        "perfect score and learns nothing. Shift by one."
    )
    def not_shifted(self, tokens: Tensor) -> Pair:
        return tokens, tokens

    @misconception("You cut both at the same end. The targets begin one base later than the inputs.")
    def cut_alike(self, tokens: Tensor) -> Pair:
        return tokens[:, :-1], tokens[:, :-1]

    @misconception("You ask for the base *before*. Inputs are all but the last base, targets all but the first.")
    def backwards(self, tokens: Tensor) -> Pair:
        return tokens[:, 1:], tokens[:, :-1]

    @misconception(
        "`roll` wraps around: the last target is the first base, which nobody can foresee. Cut the ends off."
    )
    def rolled(self, tokens: Tensor) -> Pair:
        return tokens, tokens.roll(-1, dims=1)

    @misconception(
        "You took every other base for an input and those between for targets. Every base but the last is an input: "
        "`tokens[:, :-1]`."
    )
    def every_other_base(self, tokens: Tensor) -> Pair:
        return tokens[:, 0::2], tokens[:, 1::2]

    @misconception("You shifted along the batch: the target became another sequence. Places are dimension 1.")
    def batch_shifted(self, tokens: Tensor) -> Pair:
        return tokens[:-1], tokens[1:]

    @misconception("Only the last base is a target in your pairs. Every base is one: L − 1 lessons from one sequence.")
    def last_base_only(self, tokens: Tensor) -> Pair:
        return tokens[:, :-1], tokens[:, -1]


class Perplexity(Exercise):
    """perplexity(logits (N, L, 4), targets (N, L)) -> float; a target of −1 is padding and does not count"""

    parts = {"all real": 2, "with padding": 1}
    forbids = ("torch.nn.functional.cross_entropy", "torch.nn.CrossEntropyLoss", "torch.nn.functional.nll_loss")
    hints = {
        (
            "`log_softmax` over the four bases, the logarithm of the true one, its mean over all real "
            "places, minus, exp."
        ): "all real",
        (
            "`logs[targets >= 0]` keeps real places as rows (n, 4); `.gather(1, …)` or an index picks the true base."
        ): "with padding",
    }

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        for (n, length), part in (((2, 2), "all real"), ((3, 4), "all real"), ((3, 5), "with padding")):
            targets = torch.as_tensor(rng.integers(0, 4, (n, length)))
            if part == "with padding":
                targets[0, 2:], targets[2, 4:] = -1, -1
            yield Question(normal(rng, n, length, 4, scale=1.5), targets, part=part)

    def ask(self, code: Callable[..., Any], logits: Tensor, targets: Tensor) -> Any:
        """What comes back, which may be no tensor."""
        found = code(logits, targets)
        if isinstance(found, Tensor) and found.ndim == 0:
            raise TypeError("a plain number should come back, and this is a tensor")
        return found

    def reference(self, logits: Tensor, targets: Tensor) -> float:
        real = targets >= 0
        return float(torch.exp(-self.of_truth(logits.log_softmax(dim=2), targets)[real].mean()))

    def of_truth(self, scores: Tensor, targets: Tensor) -> Tensor:
        return scores.gather(2, targets.clamp(min=0)[:, :, None]).squeeze(2)

    @misconception("That is the loss. Perplexity is e to the loss: how many bases it is like choosing among.")
    def loss_itself(self, logits: Tensor, targets: Tensor) -> float:
        return float(np.log(self.reference(logits, targets)))

    @misconception("You mixed the bases of the logarithm: with the natural `log`, raise e, not 2. (2 goes with log2.)")
    def two_to_the_nats(self, logits: Tensor, targets: Tensor) -> float:
        return float(2 ** np.log(self.reference(logits, targets)))

    @misconception("The minus is missing. Logarithms of probabilities are negative; a perplexity is at least 1.")
    def minus_missing(self, logits: Tensor, targets: Tensor) -> float:
        return 1 / self.reference(logits, targets)

    @misconception("Your softmax shares among the places. The four bases are the last dimension: `dim=2`.")
    def softmax_over_places(self, logits: Tensor, targets: Tensor) -> float:
        real = targets >= 0
        return float(torch.exp(-self.of_truth(logits.log_softmax(dim=1), targets)[real].mean()))

    @misconception(
        "You took a perplexity for each sequence and averaged those. The mean comes before the exponential, over all "
        "bases at once."
    )
    def mean_of_perplexities(self, logits: Tensor, targets: Tensor) -> float:
        return float(np.mean([self.reference(x[None], t[None]) for x, t in zip(logits, targets, strict=True)]))

    @misconception(
        "Your index asks every place about the bases of all others. Each place has one of its own: "
        "`logs[real][torch.arange(n), targets[real]]`, or `gather`."
    )
    def every_place_every_base(self, logits: Tensor, targets: Tensor) -> float:
        real = targets >= 0
        return float(torch.exp(-logits.log_softmax(dim=2)[real][:, targets[real]].mean()))

    @misconception(
        "`arange(N)` and `arange(L)` step on together: place (i, i) for each i. Make the first a column, "
        "`torch.arange(N)[:, None]`, or pick with `gather`."
    )
    def indices_in_step(self, logits: Tensor, targets: Tensor) -> float:
        n, length = targets.shape
        logs = logits.log_softmax(dim=2)[torch.arange(n), torch.arange(length), targets]
        return float(torch.exp(-logs[targets >= 0].mean()))

    @misconception("You averaged probabilities. Average their logarithms: one impossible base must cost dearly.")
    def probabilities_averaged(self, logits: Tensor, targets: Tensor) -> float:
        return float(1 / self.of_truth(logits.softmax(dim=2), targets)[targets >= 0].mean())

    @misconception("You averaged 1 / p. Average the logarithms of p; minus that mean, and e to it, come after.")
    def inverses_averaged(self, logits: Tensor, targets: Tensor) -> float:
        return float((1 / self.of_truth(logits.softmax(dim=2), targets)[targets >= 0]).mean())

    @misconception("What comes back is a tensor, and a plain number was asked: `.item()` takes it out.")
    def tensor_returned(self, logits: Tensor, targets: Tensor) -> Tensor:
        return torch.tensor(self.reference(logits, targets))

    @misconception("The logits went in as they are. Only after `log_softmax` are they logarithms of probabilities.")
    def softmax_missing(self, logits: Tensor, targets: Tensor) -> float:
        return float(torch.exp(-self.of_truth(logits, targets)[targets >= 0].mean()))

    @misconception("Padding counts as a T in your code: index −1 is the last base. Leave those places out.")
    def padding_is_a_t(self, logits: Tensor, targets: Tensor) -> float:
        return self.reference(logits, targets % 4)

    @misconception("Padding counts as an A in your code: `clamp` made a 0 of −1. Leave those places out of the mean.")
    def padding_is_an_a(self, logits: Tensor, targets: Tensor) -> float:
        return self.reference(logits, targets.clamp(min=0))

    @misconception("`gather` cannot take −1: pick the real places first, `logs[real]` and `targets[real]`.")
    def gather_at_padding(self, logits: Tensor, targets: Tensor) -> float:
        return float(torch.exp(-logits.log_softmax(dim=2).gather(2, targets[:, :, None]).mean()))

    @misconception(
        "You averaged each sequence and then those means, so a short sequence weighs as much as a long one: average "
        "over all real bases at once."
    )
    def mean_of_means(self, logits: Tensor, targets: Tensor) -> float:
        losses = [np.log(self.reference(x[None], t[None])) for x, t in zip(logits, targets, strict=True)]
        return float(np.exp(np.mean(losses)))

    @misconception("Padding is left out of the sum but counted in the mean. Divide by the number of real places.")
    def padding_divides(self, logits: Tensor, targets: Tensor) -> float:
        logs = self.of_truth(logits.log_softmax(dim=2), targets) * (targets >= 0)
        return float(torch.exp(-logs.mean()))

    @misconception("You summed the logarithms. Perplexity is per base: take their mean, or it grows with the length.")
    def summed(self, logits: Tensor, targets: Tensor) -> float:
        return float(self.reference(logits, targets) ** int((targets >= 0).sum()))

    @misconception("You mixed the bases of the logarithm: with `log2`, raise 2, not e. (e goes with `log`.)")
    def e_to_the_bits(self, logits: Tensor, targets: Tensor) -> float:
        return float(np.exp(np.log2(self.reference(logits, targets))))

    @misconception("These are bits, the loss to base 2. Perplexity is 2 to that many bits, or e to the natural loss.")
    def bits(self, logits: Tensor, targets: Tensor) -> float:
        return float(np.log2(self.reference(logits, targets)))

    @misconception("You took the chance of the likeliest base. What counts is the chance of the base that *came*.")
    def of_the_likeliest(self, logits: Tensor, targets: Tensor) -> float:
        return float(torch.exp(-logits.log_softmax(dim=2).amax(dim=2)[targets >= 0].mean()))


class Sample(Exercise):
    """sample(logits (N, 4), temperature, generator) -> (N,), one token a row, drawn at random"""

    points = 2
    hints = (
        "Divide the logits by the temperature first; then softmax, then draw.",
        "`torch.multinomial(chances, 1, generator=generator)` draws one a row; its shape is (N, 1).",
    )
    rows = 10_000

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        for temperature in (1.0, 0.5, 2.0):
            chances = rng.permutation([0.1, 0.2, 0.3, 0.4])
            yield (temperature * np.log(chances)).tolist(), temperature, int(rng.integers(1 << 30))

    def ask(self, code: Callable[..., Any], logits: list[float], temperature: float, seed: int) -> dict[str, Any]:
        """How often each token came, in rows with these logits and in rows with them moved on; and 30 draws a call.

        Twice from one generator, and the first again; and the shape of what comes for one row.
        """
        rows = torch.tensor([logits, logits[-1:] + logits[:-1]]).repeat_interleave(self.rows // 2, dim=0)  # (N, 4)
        once, again = (Generator().manual_seed(seed) for _ in range(2))
        draws = [np.asarray(code(rows, temperature, generator)) for generator in (once, once, again)]
        first = draws[0]
        if any(drawn.shape != (self.rows,) for drawn in draws):
            return {"shape": list(first.shape)}
        alone = np.shape(code(rows[:1], temperature, Generator().manual_seed(seed)))
        counts = [np.unique(half, return_counts=True) for half in np.split(first, 2)]
        return {
            "counts": [dict(zip(*map(np.ndarray.tolist, pair), strict=True)) for pair in counts],
            "draws": [drawn[:30] for drawn in draws],
            "alone": list(alone),
        }

    def words(self, logits: list[float], temperature: float, seed: int) -> str:
        """What was asked, in words."""
        row = ", ".join(f"{x:.2f}" for x in logits)
        return (
            f"many draws, temperature={temperature}, from rows with logits [{row}] and rows with them moved on by one"
        )

    def facts(self, answer: Any, logits: list[float], temperature: float, seed: int) -> dict[str, Any]:
        """Shares to the nearest tenth; whether the generator moves on; whether one with its seed draws the same."""
        if "shape" in answer:
            return {"shape": answer["shape"]}
        shares = [{token: round(10 * n / (self.rows / 2)) for token, n in half.items()} for half in answer["counts"]]
        first, second, again = (np.asarray(draws).tolist() for draws in answer["draws"])
        tenths = [[half.get(token, 0) for token in range(4)] for half in shares]
        of_one_row = list(answer["alone"])
        return {"tenths": tenths, "calls differ": first != second, "repeatable": first == again, "one row": of_one_row}

    def reference(self, logits: Tensor, temperature: float, generator: Generator) -> Tensor:
        return self.drawn((logits / temperature).softmax(dim=1), generator)

    def drawn(self, chances: Tensor, generator: Generator) -> Tensor:
        return torch.multinomial(chances, 1, generator=generator).squeeze(1)

    @misconception("The temperature changes nothing in your draws. Divide the *logits* by it, before the softmax.")
    def temperature_unused(self, logits: Tensor, temperature: float, generator: Generator) -> Tensor:
        return self.drawn(logits.softmax(dim=1), generator)

    @misconception("You multiply by the temperature: heat should make it bolder, and yours makes it timid. Divide.")
    def multiplied(self, logits: Tensor, temperature: float, generator: Generator) -> Tensor:
        return self.drawn((logits * temperature).softmax(dim=1), generator)

    @misconception("You always take the likeliest base. That is no sample: the same text comes out every time.")
    def always_the_likeliest(self, logits: Tensor, temperature: float, generator: Generator) -> Tensor:
        return logits.argmax(dim=1)

    @misconception("All four bases come equally often: the logits play no part. Softmax makes chances of them.")
    def logits_unused(self, logits: Tensor, temperature: float, generator: Generator) -> Tensor:
        return self.drawn(torch.ones_like(logits), generator)

    @misconception("The same seed gave other draws. Hand on the generator, `generator=generator`.")
    def generator_ignored(self, logits: Tensor, temperature: float, generator: Generator) -> Tensor:
        fresh = Generator()
        fresh.seed()
        return self.reference(logits, temperature, fresh)

    @misconception("Your shape is (N, 1). Asked is one token a row, (N,): `.squeeze(1)`.")
    def not_squeezed(self, logits: Tensor, temperature: float, generator: Generator) -> Tensor:
        return self.reference(logits, temperature, generator)[:, None]

    @misconception("One row alone lost its axis: `.squeeze()` drops every axis of length 1. Say which: `.squeeze(1)`.")
    def squeezed_too_much(self, logits: Tensor, temperature: float, generator: Generator) -> Tensor:
        return self.reference(logits, temperature, generator).squeeze()

    @misconception("These are the chances. Draw one base from them.")
    def chances_returned(self, logits: Tensor, temperature: float, generator: Generator) -> Tensor:
        return (logits / temperature).softmax(dim=1)

    @misconception("`multinomial` got logits, and some are negative. Softmax turns them into chances first.")
    def softmax_missing(self, logits: Tensor, temperature: float, generator: Generator) -> Tensor:
        return self.drawn(logits / temperature, generator)

    @misconception("Your softmax shares among the rows. Each row has chances of its own four bases: `dim=1`.")
    def shared_among_the_rows(self, logits: Tensor, temperature: float, generator: Generator) -> Tensor:
        return self.drawn((logits / temperature).softmax(dim=0), generator)

    @misconception("All rows are drawn from the chances of the first. Each row has chances of its own.")
    def first_row_for_all(self, logits: Tensor, temperature: float, generator: Generator) -> Tensor:
        return self.reference(logits[:1].expand(len(logits), 4), temperature, generator)

    @misconception(
        "Every call draws the same, as one that begins anew each time does. Draw from the `generator` given, and leave "
        "its seed alone: it moves on from call to call."
    )
    def always_the_same(self, logits: Tensor, temperature: float, generator: Generator) -> Tensor:
        return self.reference(logits, temperature, Generator().manual_seed(0))

    @misconception("You took the root of the temperature. The root is for attention's d; here it comes as it is.")
    def root_taken(self, logits: Tensor, temperature: float, generator: Generator) -> Tensor:
        return self.drawn((logits / temperature**0.5).softmax(dim=1), generator)
