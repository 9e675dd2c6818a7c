"""Hidden states, summed over."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from helpers.engine.exercise import Exercise, Question, misconception

Tokens = list[int]


class HmmForward(Exercise):
    """hmm_forward(log_start (K,), log_transition (K, K), log_emission (K, 4), tokens) -> float, ln P(tokens)"""

    parts = {"a few bases": 2, "600 bases": 1}
    rtol = 1e-5  # of some -800; a maximum for a sum changes the last digits only
    forbids = ("helpers.models.hidden_markov.HMM",)
    hints = {
        (
            "Keep one number a state, ln P(bases so far, state now). First: `log_start + log_emission[:, tokens[0]]`."
        ): "a few bases",
        "A product of probabilities is a sum of logarithms; a sum of probabilities is `torch.logsumexp`.": (
            "a few bases",
            "600 bases",
        ),
    }

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        for states, length, part in ((2, 2, "a few bases"), (3, 6, "a few bases"), (2, 600, "600 bases")):
            start = rng.dirichlet(np.full(states, 2.0))
            transition = rng.dirichlet(np.full(states, 0.8), states)
            emission = rng.dirichlet(np.full(4, 1.5), states)
            tables = [torch.as_tensor(np.log(table + 1e-3)) for table in (start, transition, emission)]
            yield Question(*tables, rng.integers(0, 4, length).tolist(), part=part)

    def words(self, log_start: Tensor, log_transition: Tensor, log_emission: Tensor, tokens: Tokens) -> str:
        """What was asked, in words."""
        return f"{len(log_start)} hidden states, {len(tokens)} bases"

    def reference(self, log_start: Tensor, log_transition: Tensor, log_emission: Tensor, tokens: Tokens) -> float:
        alpha = log_start + log_emission[:, tokens[0]]
        return torch.logsumexp(self.steps(alpha, log_transition, log_emission, tokens[1:]), dim=0).item()

    def steps(self, alpha: Tensor, log_transition: Tensor, log_emission: Tensor, tokens: Tokens) -> Tensor:
        for token in tokens:
            alpha = torch.logsumexp(alpha[:, None] + log_transition, dim=0) + log_emission[:, token]
        return alpha

    @misconception(
        "Right for a few bases, minus infinity for 600: the product of so many probabilities is too small for a "
        "computer and becomes 0. Stay with logarithms all the way."
    )
    def underflow(self, log_start: Tensor, log_transition: Tensor, log_emission: Tensor, tokens: Tokens) -> float:
        transition, emission = log_transition.exp(), log_emission.exp()
        alpha = log_start.exp() * emission[:, tokens[0]]
        for token in tokens[1:]:
            alpha = (alpha @ transition) * emission[:, token]
        return alpha.sum().log().item()

    @misconception(
        "You read the transition matrix the wrong way round: row j, column k holds the way from j to k. Add `alpha[j]` "
        "to row j, then logsumexp over the states you come from, `dim=0`."
    )
    def transposed(self, log_start: Tensor, log_transition: Tensor, log_emission: Tensor, tokens: Tokens) -> float:
        return self.reference(log_start, log_transition.T, log_emission, tokens)

    @misconception(
        "You took the best way into each state. That follows one path (Viterbi); the probability of the bases adds up "
        "all paths: logsumexp in place of max."
    )
    def best_path_only(self, log_start: Tensor, log_transition: Tensor, log_emission: Tensor, tokens: Tokens) -> float:
        alpha = log_start + log_emission[:, tokens[0]]
        for token in tokens[1:]:
            alpha = (alpha[:, None] + log_transition).max(dim=0).values + log_emission[:, token]
        return alpha.max().item()

    @misconception("The first base is missing: it, too, is shown by a state. Start + emission, then the loop.")
    def first_base_unseen(
        self, log_start: Tensor, log_transition: Tensor, log_emission: Tensor, tokens: Tokens
    ) -> float:
        return torch.logsumexp(self.steps(log_start, log_transition, log_emission, tokens[1:]), dim=0).item()

    @misconception(
        "You take a step before the first base. `log_start` already is the state at the first base: show it, then step."
    )
    def a_step_too_many(self, log_start: Tensor, log_transition: Tensor, log_emission: Tensor, tokens: Tokens) -> float:
        return torch.logsumexp(self.steps(log_start, log_transition, log_emission, tokens), dim=0).item()

    @misconception("All states begin alike in your code. `log_start` says how likely each one is at the first base.")
    def start_ignored(self, log_start: Tensor, log_transition: Tensor, log_emission: Tensor, tokens: Tokens) -> float:
        alike = torch.full_like(log_start, -np.log(len(log_start)))
        return self.reference(alike, log_transition, log_emission, tokens)

    @misconception(
        "You added up logarithms where probabilities should be added: that multiplies the paths. Use logsumexp."
    )
    def logs_added_up(self, log_start: Tensor, log_transition: Tensor, log_emission: Tensor, tokens: Tokens) -> float:
        alpha = log_start + log_emission[:, tokens[0]]
        for token in tokens[1:]:
            alpha = (alpha[:, None] + log_transition).sum(dim=0) + log_emission[:, token]
        return alpha.sum().item()

    @misconception(
        "`alpha @ log_transition` multiplies logarithms with each other. A matrix product goes with probabilities; "
        "with logarithms it becomes `torch.logsumexp(alpha[:, None] + log_transition, dim=0)`."
    )
    def logs_multiplied(self, log_start: Tensor, log_transition: Tensor, log_emission: Tensor, tokens: Tokens) -> float:
        alpha = log_start + log_emission[:, tokens[0]]
        for token in tokens[1:]:
            alpha = alpha @ log_transition + log_emission[:, token]
        return torch.logsumexp(alpha, dim=0).item()

    @misconception("A number for each last state came back. The bases end in one of them: logsumexp over the states.")
    def states_not_summed(
        self, log_start: Tensor, log_transition: Tensor, log_emission: Tensor, tokens: Tokens
    ) -> Tensor:
        return self.steps(log_start + log_emission[:, tokens[0]], log_transition, log_emission, tokens[1:])

    @misconception(
        "`alpha` lies along the wrong side of the table: state j's number belongs to all of row j, `alpha[:, None]`. "
        "Without `[:, None]` it is added to the columns, the states you go to."
    )
    def alpha_along_the_columns(
        self, log_start: Tensor, log_transition: Tensor, log_emission: Tensor, tokens: Tokens
    ) -> float:
        alpha = log_start + log_emission[:, tokens[0]]
        for token in tokens[1:]:
            alpha = torch.logsumexp(alpha + log_transition, dim=0) + log_emission[:, token]
        return torch.logsumexp(alpha, dim=0).item()

    @misconception(
        "You sum over the states you go to, `dim=1`. A state collects all ways that lead *into* it: sum over the rows, "
        "`dim=0`."
    )
    def summed_over_where_to(
        self, log_start: Tensor, log_transition: Tensor, log_emission: Tensor, tokens: Tokens
    ) -> float:
        alpha = log_start + log_emission[:, tokens[0]]
        for token in tokens[1:]:
            alpha = torch.logsumexp(alpha[:, None] + log_transition, dim=1) + log_emission[:, token]
        return torch.logsumexp(alpha, dim=0).item()

    @misconception("The first base is shown twice: it is in the start already. Let the loop begin at `tokens[1:]`.")
    def first_base_twice(
        self, log_start: Tensor, log_transition: Tensor, log_emission: Tensor, tokens: Tokens
    ) -> float:
        alpha = log_start + log_emission[:, tokens[0]]
        return torch.logsumexp(self.steps(alpha, log_transition, log_emission, tokens), dim=0).item()

    @misconception("The last base is missing: your loop ends one base too early.")
    def last_base_unseen(
        self, log_start: Tensor, log_transition: Tensor, log_emission: Tensor, tokens: Tokens
    ) -> float:
        return self.reference(log_start, log_transition, log_emission, tokens[:-1])

    @misconception("At the end you took the likeliest last state. The bases may end in any of them: logsumexp.")
    def likeliest_last_state(
        self, log_start: Tensor, log_transition: Tensor, log_emission: Tensor, tokens: Tokens
    ) -> float:
        return self.states_not_summed(log_start, log_transition, log_emission, tokens).max().item()
