"""Learning from what is hidden."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from torch import Generator, Tensor

from helpers.dna.sequences import random_dna, tokenise
from helpers.engine.exercise import Exercise, misconception

MASK, UNASKED = 5, -100  # the token "hidden"; the target "do not ask"


class MaskTokens(Exercise):
    """mask_tokens(tokens (N, L), share, generator) -> (inputs, targets), both (N, L): what is shown, what is asked"""

    points = 3
    hints = (
        "`torch.rand(tokens.shape, generator=generator) < share` draws a True for each token with that probability; "
        "`& (tokens < 4)` leaves out each N.",
        "`tokens.masked_fill(chosen, 5)` are the inputs. The targets are filled where `chosen` is False.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        for n, length, share in ((100, 40, 0.15), (100, 50, 0.3)):
            rows = [tokenise(random_dna(length - 8, rng) + "N" * 8) for _ in range(n)]
            yield torch.tensor(rows), share, int(rng.integers(1 << 30))

    def ask(self, code: Callable[..., Any], tokens: Tensor, share: float, seed: int) -> list[list]:
        """Twice from one generator, and the first again."""
        once, again = (Generator().manual_seed(seed) for _ in range(2))
        return [list(code(tokens, share, generator)) for generator in (once, once, again)]

    def words(self, tokens: Tensor, share: float, seed: int) -> str:
        """What was asked, in words."""
        return f"tokens {tuple(tokens.shape)}, the last 8 of each row are N; share={share}; twice, from one generator"

    def facts(self, answer: Any, tokens: Tensor, share: float, seed: int) -> dict[str, Any]:
        """What must hold of any masking."""
        truth = tokens.numpy()
        (inputs, targets), (second, _), (third, _) = (
            [np.asarray(part).astype(int) for part in draw] for draw in answer
        )
        hidden, real = inputs != truth, truth < 4
        spread = (hidden & real).sum(axis=1).var() / (real.sum(axis=1).mean() * share * (1 - share))
        return {
            "shapes": [list(inputs.shape), list(targets.shape)],
            "share hidden": "right"
            if abs(hidden[real].mean() - share) < 0.06
            else round(float(hidden[real].mean()), 1),
            "each N left": not hidden[~real].any(),
            "hidden by": sorted(set(inputs[hidden].tolist())),
            "asked what is hidden": bool((targets[hidden] == truth[hidden]).all()),
            "asked nothing else": bool((targets[~hidden] == UNASKED).all()),
            "asked what is shown": bool((targets[~hidden & real] == truth[~hidden & real]).all()),
            "asked the token for hidden": bool((targets[hidden] == MASK).all()),
            "whole rows": bool((hidden | ~real).all(axis=1).any()),
            "each for itself": bool(abs((hidden[:, 1:] & hidden[:, :-1])[real[:, 1:]].mean() - share**2) < 0.04),
            "whole numbers": all(np.asarray(part).dtype.kind in "iu" for draw in answer for part in draw),
            "each by chance": bool(spread > 0.5),  # some rows have more than others
            "rows differ": bool((hidden != hidden[0]).any()),
            "calls differ": bool((inputs != second).any()),
            "repeatable": bool((inputs == third).all()),
        }

    def reference(self, tokens: Tensor, share: float, generator: Generator) -> tuple[Tensor, Tensor]:
        return self.masked(tokens, self.chosen(tokens, share, generator) & (tokens < 4))

    def chosen(self, tokens: Tensor, share: float, generator: Generator | None) -> Tensor:
        return torch.rand(tokens.shape, generator=generator) < share

    def masked(self, tokens: Tensor, chosen: Tensor) -> tuple[Tensor, Tensor]:
        return tokens.masked_fill(chosen, MASK), tokens.masked_fill(~chosen, UNASKED)

    @misconception(
        "Every base is asked for, hidden or not. Copying what stands there is easy, and nearly all of the loss would "
        "come from that: −100 wherever nothing is hidden."
    )
    def everything_asked(self, tokens: Tensor, share: float, generator: Generator) -> tuple[Tensor, Tensor]:
        return self.reference(tokens, share, generator)[0], tokens.clone()

    @misconception("You returned targets first; inputs come first.")
    def swapped(self, tokens: Tensor, share: float, generator: Generator) -> tuple[Tensor, Tensor]:
        inputs, targets = self.reference(tokens, share, generator)
        return targets, inputs

    @misconception("Your targets were taken after hiding: they are all 5. The answer is what stood there before.")
    def targets_after_hiding(self, tokens: Tensor, share: float, generator: Generator) -> tuple[Tensor, Tensor]:
        inputs, targets = self.reference(tokens, share, generator)
        return inputs, inputs.masked_fill(targets == UNASKED, UNASKED)

    @misconception("The wrong half is asked: −100 stands at the hidden bases. They are the ones to guess.")
    def shown_ones_asked(self, tokens: Tensor, share: float, generator: Generator) -> tuple[Tensor, Tensor]:
        chosen = self.chosen(tokens, share, generator) & (tokens < 4)
        return tokens.masked_fill(chosen, MASK), tokens.masked_fill(chosen, UNASKED)

    @misconception("You hid what should stay: a share of 0.15 means that 85 % are shown. `<`, not `>`.")
    def share_inverted(self, tokens: Tensor, share: float, generator: Generator) -> tuple[Tensor, Tensor]:
        return self.masked(tokens, ~self.chosen(tokens, share, generator) & (tokens < 4))

    @misconception("Some `N`s are hidden and asked for. Nobody knows what stands there: leave them out.")
    def n_asked(self, tokens: Tensor, share: float, generator: Generator) -> tuple[Tensor, Tensor]:
        return self.masked(tokens, self.chosen(tokens, share, generator))

    @misconception("The same columns are hidden in every row. Draw for each token: `torch.rand(tokens.shape, ...)`.")
    def same_columns(self, tokens: Tensor, share: float, generator: Generator) -> tuple[Tensor, Tensor]:
        return self.masked(tokens, self.chosen(tokens[:1], share, generator) & (tokens < 4))

    @misconception(
        "You count out how many of each row are hidden. Each token is hidden by a chance of its own, `share`: "
        "`torch.rand(tokens.shape, …) < share`. Of 5 tokens `int(0.15 * 5)` would hide none."
    )
    def counted_out(self, tokens: Tensor, share: float, generator: Generator) -> tuple[Tensor, Tensor]:
        rank = torch.rand(tokens.shape, generator=generator).argsort(dim=1).argsort(dim=1)
        return self.masked(tokens, (rank < int(share * tokens.shape[1])) & (tokens < 4))

    @misconception("The same seed hid other bases. Hand on the generator, `generator=generator`, or no run repeats.")
    def generator_ignored(self, tokens: Tensor, share: float, generator: Generator) -> tuple[Tensor, Tensor]:
        fresh = Generator()
        fresh.seed()
        return self.reference(tokens, share, fresh)

    @misconception("The same bases are hidden in every call. Draw from the `generator` given: it moves on.")
    def always_the_same(self, tokens: Tensor, share: float, generator: Generator) -> tuple[Tensor, Tensor]:
        return self.reference(tokens, share, Generator().manual_seed(0))

    @misconception("Hidden bases became 4, which says `N`: a base that nobody could read. Use the new token, 5.")
    def hidden_as_n(self, tokens: Tensor, share: float, generator: Generator) -> tuple[Tensor, Tensor]:
        inputs, targets = self.reference(tokens, share, generator)
        return inputs.masked_fill(inputs == MASK, 4), targets

    @misconception(
        "That is BERT's recipe: of the chosen tokens 80 % are hidden, 10 % exchanged and 10 % left. Here every chosen "
        "token becomes 5."
    )
    def recipe_of_bert(self, tokens: Tensor, share: float, generator: Generator) -> tuple[Tensor, Tensor]:
        chosen = self.chosen(tokens, share, generator) & (tokens < 4)
        how = torch.rand(tokens.shape, generator=generator)
        exchanged = torch.where(how < 0.9, torch.randint(4, tokens.shape, generator=generator), tokens)
        shown = torch.where(how < 0.8, MASK, exchanged)
        return torch.where(chosen, shown, tokens), tokens.masked_fill(~chosen, UNASKED)

    @misconception("Your code writes into `tokens` itself, and the truth is gone. Make a new tensor: `masked_fill`.")
    def in_place(self, tokens: Tensor, share: float, generator: Generator) -> tuple[Tensor, Tensor]:
        chosen = self.chosen(tokens, share, generator) & (tokens < 4)
        targets = tokens.masked_fill(~chosen, UNASKED)
        tokens[chosen] = MASK
        return tokens, targets

    @misconception("Whole sequences are hidden. Nothing is left to guess from: draw for each token, `tokens.shape`.")
    def whole_rows(self, tokens: Tensor, share: float, generator: Generator) -> tuple[Tensor, Tensor]:
        return self.masked(tokens, self.chosen(tokens[:, :1], share, generator) & (tokens < 4))

    @misconception(
        "You drew twice, so what is asked is not what is hidden. Draw once, keep `chosen`, and use it for both."
    )
    def drawn_twice(self, tokens: Tensor, share: float, generator: Generator) -> tuple[Tensor, Tensor]:
        first, second = (self.reference(tokens, share, generator) for _ in range(2))
        return first[0], second[1]

    @misconception("Where nothing is hidden your target should be −100, which torch's loss skips. A 0 there is an A.")
    def another_number_for_unasked(self, tokens: Tensor, share: float, generator: Generator) -> tuple[Tensor, Tensor]:
        inputs, targets = self.reference(tokens, share, generator)
        return inputs, targets.masked_fill(targets == UNASKED, 0)

    @misconception(
        "Your tokens became floats, and a table of embeddings looks up whole numbers: keep the dtype, int64."
    )
    def floats(self, tokens: Tensor, share: float, generator: Generator) -> tuple[Tensor, Tensor]:
        inputs, targets = self.reference(tokens, share, generator)
        return inputs.float(), targets.float()
