"""A probability, its loss, and an epoch over minibatches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Generator, Tensor, nn

from helpers.engine.exercise import Exercise, Question, misconception
from helpers.exercises.logistic_regression.tasks import Batches, small_model, small_task


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

    tanh = misconception("That is tanh, from −1 to 1. A probability goes from 0 to 1.", lambda z: torch.tanh(z))

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
    forbids = (
        *("torch.nn.functional.binary_cross_entropy_with_logits", "torch.nn.functional.binary_cross_entropy"),
        *("torch.nn.BCEWithLogitsLoss", "torch.nn.BCELoss"),
    )
    hints = {
        "Per sequence: `log(1 + exp(z)) - z * y`. First check it with z = 0 by hand.": "loss",
        (
            "`torch.logaddexp(a, b)` is ln(exp(a) + exp(b)), worked out so that nothing overflows; and 1 is exp(0)."
        ): "large logits",
    }

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        yield Question(torch.tensor([2.0, -1.0, 0.5]), torch.tensor([1.0, 1.0, 0.0]), part="loss")
        for n in (5, 40):
            y = torch.as_tensor(rng.integers(0, 2, n)).float()
            yield Question(torch.as_tensor(rng.normal(0, 2, n)).float(), y, part="loss")
        large, small = rng.integers(900, 1500, 2).tolist()
        yield Question(torch.tensor([float(large), -small, 3.0]), torch.tensor([0.0, 1.0, 1.0]), part="large logits")

    def facts(self, answer: Any, logits: Tensor, y: Tensor, *, part: str) -> Any:
        """Of a loss that is cut off, how tiny the number that cuts it may be is no matter."""
        is_cut = part == "large logits" and np.ndim(answer) == 0 and 3 < float(answer) < 30
        return "cut off" if is_cut else answer

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
        "The minus is missing in your exponential. Once max(z, 0) is taken out, `log1p(exp(-|z|))` is left, which is "
        "never large; yours overflows."
    )
    def minus_of_the_exponent_lost(self, logits: Tensor, y: Tensor) -> Tensor:
        return (logits.clamp(min=0) + torch.log1p(torch.exp(logits.abs())) - logits * y).mean()

    @misconception(
        "`abs` makes a large exponential of a small one: ln(1 + eᶻ) is nearly 0 for a very negative z, yours is nearly "
        "|z|. Leave z its sign."
    )
    def sign_of_the_logit_lost(self, logits: Tensor, y: Tensor) -> Tensor:
        return (torch.log1p(torch.exp(logits.abs())) - logits * y).mean()

    @misconception(
        "Something tiny inside the logarithm, or a bound, keeps it finite, but then no error costs more than about 20. "
        "A logit of 1000 on the wrong side should cost 1000: work from the logit and never compute p."
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
    hints = {
        "`torch.randperm(len(X), generator=generator)` gives the row numbers in a new order.": "whole batches",
        ("`order.split(batch_size)` cuts it up, the rest included. `X[rows]` and `y[rows]` pick the same rows."): (
            "whole batches",
            "a short last batch",
        ),
    }

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

    @misconception("Each batch begins one row after the last: the loop goes in steps of 1, and batch_size is asked.")
    def steps_of_one(self, X: Tensor, y: Tensor, batch_size: int, generator: Generator) -> Batches:
        order = torch.randperm(len(X), generator=generator)
        return [(X[rows], y[rows]) for rows in (order[i : i + batch_size] for i in range(len(X)))]

    @misconception("You shuffled the batches, but inside each the rows are still neighbours from the file.")
    def blocks_shuffled(self, X: Tensor, y: Tensor, batch_size: int, generator: Generator) -> Batches:
        batches = self.cut(X, y, torch.arange(len(X)), batch_size)
        return [batches[i] for i in torch.randperm(len(batches), generator=generator).tolist()]

    @misconception(
        "`chunk` takes a number of pieces, and makes them alike. `split` takes their size: `split(batch_size)`."
    )
    def chunks_alike(self, X: Tensor, y: Tensor, batch_size: int, generator: Generator) -> Batches:
        order = torch.randperm(len(X), generator=generator)
        return [(X[rows], y[rows]) for rows in order.chunk(len(X) // batch_size)]

    @misconception("You cut into `batch_size` pieces: `chunk` takes a number. `split` takes the size of a piece.")
    def size_for_number(self, X: Tensor, y: Tensor, batch_size: int, generator: Generator) -> Batches:
        order = torch.randperm(len(X), generator=generator)
        return [(X[rows], y[rows]) for rows in order.chunk(batch_size)]

    @misconception("These are no pairs. Asked is a list with one pair `(X_batch, y_batch)` for each batch.")
    def no_pairs(self, X: Tensor, y: Tensor, batch_size: int, generator: Generator) -> Any:
        return [X.split(batch_size), y.split(batch_size)]

    @misconception("Your batches hold NumPy arrays. Pick rows from `X` and `y` as they are: tensors stay tensors.")
    def arrays(self, X: Tensor, y: Tensor, batch_size: int, generator: Generator) -> Any:
        return [(a.numpy(), b.numpy()) for a, b in self.reference(X, y, batch_size, generator)]


def mean_loss(losses: list[float], batches: Batches) -> float:
    """The mean over all sequences of losses that are means over batches."""
    sizes = [len(y) for _, y in batches]
    return float(np.average(losses, weights=sizes))


class TrainEpoch(Exercise):
    """train_epoch(model, optimiser, batches) -> float, the mean loss over all sequences; the model has learned"""

    parts = {"weights": 2, "loss": 1}
    hints = {
        "For each batch: logits, loss, `optimiser.zero_grad()`, `loss.backward()`, `optimiser.step()`.": "weights",
        "Add up `loss.item() * len(y)` and the lengths; divide at the end.": "loss",
    }

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        for part in ("weights", "loss"):
            for n, size in ((11, 4), (30, 8)):
                yield Question(*small_task(rng, n, 6), size, part=part)

    def ask(self, code: Callable[..., Any], X: Tensor, y: Tensor, size: int, *, part: str) -> Any:
        """Two epochs with the learner's code: what it returned, or the weights that came out."""
        model = small_model(X.shape[2])
        optimiser = torch.optim.SGD(model.parameters(), lr=0.5)
        batches = list(zip(X.split(size), y.split(size), strict=True))
        losses = [code(model, optimiser, batches) for _ in range(2)]
        if part == "loss" and any(isinstance(loss, Tensor) for loss in losses):
            raise TypeError("a plain number should come back, and this is a tensor")
        return losses if part == "loss" else torch.cat([p.detach().flatten() for p in model.parameters()])

    def words(self, X: Tensor, y: Tensor, size: int, *, part: str) -> str:
        """What was asked, in words."""
        what = "the two losses returned" if part == "loss" else "the weights and the bias after them"
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

    @misconception(
        "You stepped once, after the loop, with the slopes of all batches added up. Each batch has its own "
        "`zero_grad()`, `backward()` and `step()`."
    )
    def slopes_of_all_batches(self, model: nn.Module, optimiser: Any, batches: Batches) -> float:
        optimiser.zero_grad()
        losses = []
        for X, y in batches:
            loss = F.binary_cross_entropy_with_logits(model(X), y)
            loss.backward()
            losses.append(loss.item())
        optimiser.step()
        return mean_loss(losses, batches)

    @misconception(
        "You add up means and divide by the number of sequences: much too small. Each batch's mean counts once for "
        "each of its sequences: `loss.item() * len(y)`."
    )
    def means_over_rows(self, model: nn.Module, optimiser: Any, batches: Batches) -> float:
        return sum(self.losses(model, optimiser, batches)) / sum(len(y) for _, y in batches)

    @misconception(
        "You add up sums over batches and divide by the number of batches. Divide by the number of sequences."
    )
    def sums_over_batches(self, model: nn.Module, optimiser: Any, batches: Batches) -> float:
        sizes = [len(y) for _, y in batches]
        return float(np.dot(self.losses(model, optimiser, batches), sizes)) / len(sizes)

    @misconception("You return the last batch's loss only. It has few sequences and jumps about: average them all.")
    def last_loss_only(self, model: nn.Module, optimiser: Any, batches: Batches) -> float:
        return self.losses(model, optimiser, batches)[-1]

    @misconception("The short last batch counts like a full one in your mean. Weigh each loss by its batch's size.")
    def mean_of_means(self, model: nn.Module, optimiser: Any, batches: Batches) -> float:
        return float(np.mean(self.losses(model, optimiser, batches)))

    @misconception("You added the batches' losses up, so more batches cost more. Weigh each by its size, and divide.")
    def losses_added(self, model: nn.Module, optimiser: Any, batches: Batches) -> float:
        return sum(self.losses(model, optimiser, batches))

    @misconception("A sigmoid stands before a loss that has one inside. Hand it the logits as they are.")
    def sigmoid_before_the_loss(self, model: nn.Module, optimiser: Any, batches: Batches) -> float:
        return mean_loss(self.losses(model, optimiser, batches, twice=True), batches)

    @misconception("You stop after the first batch: the `return` stands inside the loop. Move it out, to the left.")
    def return_in_the_loop(self, model: nn.Module, optimiser: Any, batches: Batches) -> float:
        return self.reference(model, optimiser, batches[:1])

    @misconception("What comes back is a tensor, and a plain number was asked. Add up `loss.item() * len(y)`.")
    def tensor_returned(self, model: nn.Module, optimiser: Any, batches: Batches) -> Tensor:
        return torch.tensor(self.reference(model, optimiser, batches))
