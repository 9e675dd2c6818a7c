"""Exercises of lesson 05: hidden states, gates, sequences of any length, and DNA as a language.

Longer than 400 lines because a lesson's exercises stand in one module: eleven functions, a bug hunt and a quiz.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Generator, Tensor, nn

from helpers.dna.sequences import one_hot, random_dna
from helpers.engine.exercise import Exercise, Question, misconception
from helpers.engine.kinds import Item, MultipleChoice, fill

Step = Callable[[Tensor, Tensor], Tensor]
Tokens = list[int]
Pair = tuple[Tensor, Tensor]


def normal(rng: np.random.Generator, *shape: int, scale: float = 1.0) -> Tensor:
    """Random numbers around 0, float32."""
    return torch.as_tensor(rng.normal(0, scale, shape)).float()


class HmmForward(Exercise):
    """hmm_forward(log_start (K,), log_transition (K, K), log_emission (K, 4), tokens) -> float, ln P(tokens)"""

    parts = {"a few bases": 2, "600 bases": 1}
    points = 3
    rtol = 1e-5  # of some -800; a maximum for a sum changes the last digits only
    forbids = ("helpers.models.hidden_markov.HMM",)
    hints = (
        "Keep one number a state, ln P(bases so far, state now). First: `log_start + log_emission[:, tokens[0]]`.",
        "A product of probabilities is a sum of logarithms; a sum of probabilities is `torch.logsumexp`.",
    )

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


class RnnForward(Exercise):
    """rnn_forward(X (N, L, D), W_x (H, D), W_h (H, H), b (H,)) -> (N, L, H), the state after each base"""

    points = 3
    forbids = ("torch.nn.RNN", "torch.nn.RNNCell", "torch.rnn_tanh", "torch.rnn_tanh_cell")
    hints = (
        "Start from `h = torch.zeros(N, H)` and walk along dimension 1: `X[:, t]` is the t-th base of all sequences.",
        "`h = torch.tanh(X[:, t] @ W_x.T + h @ W_h.T + b)`; keep every h in a list, `torch.stack(states, dim=1)`.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        for n, length, hidden in ((2, 2, 3), (3, 3, 4), (4, 9, 3)):
            weights = (normal(rng, hidden, 4), normal(rng, hidden, hidden), normal(rng, hidden))
            yield normal(rng, n, length, 4), *weights

    def reference(self, X: Tensor, W_x: Tensor, W_h: Tensor, b: Tensor) -> Tensor:
        return self.walk(X, b, lambda x, h: torch.tanh(x @ W_x.T + h @ W_h.T + b))

    def walk(self, X: Tensor, b: Tensor, step: Step) -> Tensor:
        h, states = torch.zeros(len(X), len(b)), []
        for x in X.unbind(dim=1):
            h = step(x, h)
            states.append(h)
        return torch.stack(states, dim=1)

    @misconception("The state is not carried on: each base meets an empty memory. Hand `h` to the next step.")
    def state_not_carried(self, X: Tensor, W_x: Tensor, W_h: Tensor, b: Tensor) -> Tensor:
        return torch.tanh(X @ W_x.T + b)

    @misconception(
        "`W_h[t]` gives each base weights of its own, and runs out of them. The weights are shared: the whole of `W_h` "
        "serves at every step, as a matrix product."
    )
    def weights_not_shared(self, X: Tensor, W_x: Tensor, W_h: Tensor, b: Tensor) -> Tensor:
        h, states = torch.zeros(len(X), len(b)), []
        for t in range(X.shape[1]):
            h = torch.tanh(X[:, t] @ W_x.T + h * W_h[t] + b)
            states.append(h)
        return torch.stack(states, dim=1)

    @misconception(
        "Batch and time are swapped: your state walks from sequence to sequence. X is (N, L, D), and time is "
        "dimension 1: `X[:, t]`."
    )
    def batch_and_time_swapped(self, X: Tensor, W_x: Tensor, W_h: Tensor, b: Tensor) -> Tensor:
        return self.reference(X.transpose(0, 1), W_x, W_h, b).transpose(0, 1)

    @misconception("The tanh is missing. Without it the states grow from step to step, and depth in time is linear.")
    def tanh_missing(self, X: Tensor, W_x: Tensor, W_h: Tensor, b: Tensor) -> Tensor:
        return self.walk(X, b, lambda x, h: x @ W_x.T + h @ W_h.T + b)

    @misconception("That is the sigmoid, from 0 to 1. This cell uses tanh, so that a state can also be negative.")
    def sigmoid_for_tanh(self, X: Tensor, W_x: Tensor, W_h: Tensor, b: Tensor) -> Tensor:
        return self.walk(X, b, lambda x, h: torch.sigmoid(x @ W_x.T + h @ W_h.T + b))

    @misconception("Only the last state came back. Asked is the state after each base: keep them all, (N, L, H).")
    def last_state_only(self, X: Tensor, W_x: Tensor, W_h: Tensor, b: Tensor) -> Tensor:
        return self.reference(X, W_x, W_h, b)[:, -1]

    @misconception("These are the states *before* each base: you kept `h` and then renewed it. Renew it, then keep it.")
    def state_before_the_base(self, X: Tensor, W_x: Tensor, W_h: Tensor, b: Tensor) -> Tensor:
        states = self.reference(X, W_x, W_h, b)
        return torch.cat([torch.zeros_like(states[:, :1]), states[:, :-1]], dim=1)

    @misconception("Your states come as (L, N, H), time first. Stack them along dimension 1: (N, L, H).")
    def time_first(self, X: Tensor, W_x: Tensor, W_h: Tensor, b: Tensor) -> Tensor:
        return self.reference(X, W_x, W_h, b).transpose(0, 1)

    @misconception("`W_h` is (to, from), as in `nn.Linear`: multiply by its transpose, `h @ W_h.T`.")
    def not_transposed(self, X: Tensor, W_x: Tensor, W_h: Tensor, b: Tensor) -> Tensor:
        return self.reference(X, W_x, W_h.T, b)

    @misconception("The bias is missing: `… + b`. It moves every unit, whatever the base.")
    def bias_missing(self, X: Tensor, W_x: Tensor, W_h: Tensor, b: Tensor) -> Tensor:
        return self.reference(X, W_x, W_h, torch.zeros_like(b))

    @misconception("The zeros that you start from are in your list. Asked are the states *after* each base: L of them.")
    def start_kept(self, X: Tensor, W_x: Tensor, W_h: Tensor, b: Tensor) -> Tensor:
        states = self.reference(X, W_x, W_h, b)
        return torch.cat([torch.zeros_like(states[:, :1]), states], dim=1)

    @misconception(
        "The state leaks from one sequence into the next: each must start from zeros. (Walk through all sequences at "
        "once, `X[:, t]`, and there is no such trap.)"
    )
    def leaks_into_the_next_sequence(self, X: Tensor, W_x: Tensor, W_h: Tensor, b: Tensor) -> Tensor:
        return self.reference(X.flatten(0, 1)[None], W_x, W_h, b).unflatten(1, X.shape[:2])[0]

    @misconception("That is a ReLU. This cell uses tanh, which keeps every number between −1 and 1.")
    def relu_for_tanh(self, X: Tensor, W_x: Tensor, W_h: Tensor, b: Tensor) -> Tensor:
        return self.walk(X, b, lambda x, h: torch.relu(x @ W_x.T + h @ W_h.T + b))


class ClipGradients(Exercise):
    """clip_gradients(gradients: list of tensors, most: float) -> list of tensors, of common norm at most `most`"""

    parts = {"too long": 1, "short enough": 1}
    points = 2
    forbids = ("torch.nn.utils.clip_grad_norm_", "torch.nn.utils.clip_grads_with_norm_", ".clip_grad_norm_")
    hints = (
        "The common norm: square every number of every tensor, add them all up, take the root.",
        "If it is above `most`, multiply every tensor by `most / norm`; if not, give them back as they are.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        yield Question([torch.tensor([3.0, 0.0]), torch.tensor([[0.0], [4.0]])], 1.0, part="too long")
        for most, part in ((2.0, "too long"), (1000.0, "short enough")):
            sizes = (normal(rng, 3, scale=9.0), normal(rng, 2, 4, scale=2.0), normal(rng, 1, scale=0.2))
            yield Question(list(sizes), most, part=part)
        yield Question([torch.zeros(2), torch.zeros(1)], 1.0, part="short enough")

    def reference(self, gradients: list[Tensor], most: float) -> list[Tensor]:
        return self.scaled(gradients, most, self.norm(gradients))

    def norm(self, gradients: list[Tensor]) -> float:
        return float(np.sqrt(sum(float((g**2).sum()) for g in gradients)))

    def scaled(self, gradients: list[Tensor], most: float, length: float) -> list[Tensor]:
        return [g * (most / length) if length > most else g for g in gradients]

    @misconception(
        "You clipped each tensor by itself. That turns the step: large tensors shrink, small ones do not. One norm "
        "over all tensors, and one factor for all."
    )
    def per_tensor(self, gradients: list[Tensor], most: float) -> list[Tensor]:
        return [self.scaled([g], most, self.norm([g]))[0] for g in gradients]

    @misconception("You cut off each number by itself. The step should get shorter and keep its direction.")
    def per_number(self, gradients: list[Tensor], most: float) -> list[Tensor]:
        return [g.clamp(-most, most) for g in gradients]

    @misconception("You always scale, so a small gradient is blown up (and zeros become nan). Only if norm > most.")
    def always_scaled(self, gradients: list[Tensor], most: float) -> list[Tensor]:
        return [g * (torch.tensor(most) / torch.tensor(self.norm(gradients))) for g in gradients]

    @misconception("The root is missing: the norm is the square root of the sum of squares.")
    def root_missing(self, gradients: list[Tensor], most: float) -> list[Tensor]:
        return self.scaled(gradients, most, self.norm(gradients) ** 2)

    @misconception("You added up the tensors' norms. Add up their squares first, and take one root at the end.")
    def norms_added_up(self, gradients: list[Tensor], most: float) -> list[Tensor]:
        return self.scaled(gradients, most, sum(self.norm([g]) for g in gradients))

    @misconception("You measured the largest number. The norm takes in all of them: root of the sum of squares.")
    def largest_number(self, gradients: list[Tensor], most: float) -> list[Tensor]:
        return self.scaled(gradients, most, max(float(g.abs().max()) for g in gradients))

    @misconception("The factor is upside down: `norm / most` makes a long gradient longer still.")
    def upside_down(self, gradients: list[Tensor], most: float) -> list[Tensor]:
        length = self.norm(gradients)
        return [g * (length / most) if length > most else g for g in gradients]

    @misconception("You threw the whole gradient away. Its direction is good; only its length is not.")
    def thrown_away(self, gradients: list[Tensor], most: float) -> list[Tensor]:
        return [g * float(self.norm(gradients) <= most) for g in gradients]

    @misconception("You made the norm 1, not `most`: the factor is `most / norm`.")
    def made_one(self, gradients: list[Tensor], most: float) -> list[Tensor]:
        return self.scaled(gradients, 1.0, self.norm(gradients)) if self.norm(gradients) > most else gradients

    @misconception("You took the *mean* of the squares. A norm is the root of their sum, of however many.")
    def mean_of_squares(self, gradients: list[Tensor], most: float) -> list[Tensor]:
        return self.scaled(gradients, most, self.norm(gradients) / np.sqrt(sum(g.numel() for g in gradients)))

    @misconception("You added up absolute values. The length of a vector is the root of the sum of its squares.")
    def absolute_values(self, gradients: list[Tensor], most: float) -> list[Tensor]:
        return self.scaled(gradients, most, sum(float(g.abs().sum()) for g in gradients))


class GruCell(Exercise):
    """gru_cell(x (N, D), h (N, H), W_x (3H, D), W_h (3H, H), b_x (3H,), b_h (3H,)) -> (N, H), the new state"""

    points = 3
    forbids = ("torch.nn.GRU", "torch.nn.GRUCell", "torch.gru_cell", "torch.gru")
    hints = (
        "`(x @ W_x.T + b_x).chunk(3, dim=1)` gives what the base says to reset, update and candidate; so does h.",
        "`n = torch.tanh(x_n + r * h_n)`, where `h_n` is the last third of `h @ W_h.T + b_h`; then mix n and h by z.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        for n, hidden in ((1, 2), (3, 4), (5, 3)):
            weights = (normal(rng, 3 * hidden, 4), normal(rng, 3 * hidden, hidden))
            biases = (normal(rng, 3 * hidden), normal(rng, 3 * hidden))
            yield normal(rng, n, 4), normal(rng, n, hidden), *weights, *biases

    def reference(self, x: Tensor, h: Tensor, W_x: Tensor, W_h: Tensor, b_x: Tensor, b_h: Tensor) -> Tensor:
        r, z, x_n, h_n = self.signals(x, h, W_x, W_h, b_x, b_h)
        return self.mixed(z, torch.tanh(x_n + r * h_n), h)

    def signals(self, x: Tensor, h: Tensor, W_x: Tensor, W_h: Tensor, b_x: Tensor, b_h: Tensor) -> tuple[Tensor, ...]:
        x_r, x_z, x_n = (x @ W_x.T + b_x).chunk(3, dim=1)
        h_r, h_z, h_n = (h @ W_h.T + b_h).chunk(3, dim=1)
        return torch.sigmoid(x_r + h_r), torch.sigmoid(x_z + h_z), x_n, h_n

    def mixed(self, z: Tensor, n: Tensor, h: Tensor) -> Tensor:
        return (1 - z) * n + z * h

    @misconception(
        "Your update gate is inverted. Here, as in torch, z near 1 *keeps* the old state: (1 − z) · n + z · h. Some "
        "papers write it the other way round."
    )
    def update_inverted(self, x: Tensor, h: Tensor, W_x: Tensor, W_h: Tensor, b_x: Tensor, b_h: Tensor) -> Tensor:
        r, z, x_n, h_n = self.signals(x, h, W_x, W_h, b_x, b_h)
        return self.mixed(1 - z, torch.tanh(x_n + r * h_n), h)

    @misconception(
        "You reset the state before the matrix, `(r * h) @ W.T`: so did the first paper. Here, as in torch, r "
        "multiplies what comes out of the matrix, `r * (h @ W.T + b)`."
    )
    def reset_before_the_matrix(
        self, x: Tensor, h: Tensor, W_x: Tensor, W_h: Tensor, b_x: Tensor, b_h: Tensor
    ) -> Tensor:
        r, z, x_n, _ = self.signals(x, h, W_x, W_h, b_x, b_h)
        n = torch.tanh(x_n + (r * h) @ W_h.chunk(3)[2].T + b_h.chunk(3)[2])
        return self.mixed(z, n, h)

    @misconception("Your reset gate also mutes the new base. It acts on the memory only: x_n + r · h_n.")
    def reset_on_everything(self, x: Tensor, h: Tensor, W_x: Tensor, W_h: Tensor, b_x: Tensor, b_h: Tensor) -> Tensor:
        r, z, x_n, h_n = self.signals(x, h, W_x, W_h, b_x, b_h)
        return self.mixed(z, torch.tanh(r * (x_n + h_n)), h)

    @misconception("The reset gate does nothing in your code. It decides how much memory enters the candidate.")
    def reset_unused(self, x: Tensor, h: Tensor, W_x: Tensor, W_h: Tensor, b_x: Tensor, b_h: Tensor) -> Tensor:
        _, z, x_n, h_n = self.signals(x, h, W_x, W_h, b_x, b_h)
        return self.mixed(z, torch.tanh(x_n + h_n), h)

    @misconception("Reset and update are swapped: the first third of the rows is reset, the second update.")
    def gates_swapped(self, x: Tensor, h: Tensor, W_x: Tensor, W_h: Tensor, b_x: Tensor, b_h: Tensor) -> Tensor:
        z, r, x_n, h_n = self.signals(x, h, W_x, W_h, b_x, b_h)
        return self.mixed(z, torch.tanh(x_n + r * h_n), h)

    @misconception("The bias of the memory stands outside of the reset. It belongs to h_n: r · (h @ W.T + b).")
    def bias_not_reset(self, x: Tensor, h: Tensor, W_x: Tensor, W_h: Tensor, b_x: Tensor, b_h: Tensor) -> Tensor:
        r, z, x_n, h_n = self.signals(x, h, W_x, W_h, b_x, b_h)
        bias = b_h.chunk(3)[2]
        return self.mixed(z, torch.tanh(x_n + r * (h_n - bias) + bias), h)

    @misconception("Your candidate goes through a sigmoid. Gates are between 0 and 1, contents between −1 and 1: tanh.")
    def candidate_is_a_gate(self, x: Tensor, h: Tensor, W_x: Tensor, W_h: Tensor, b_x: Tensor, b_h: Tensor) -> Tensor:
        r, z, x_n, h_n = self.signals(x, h, W_x, W_h, b_x, b_h)
        return self.mixed(z, torch.sigmoid(x_n + r * h_n), h)

    @misconception("The old state is lost: the new one is a mixture, (1 − z) · n *plus* z · h.")
    def old_state_lost(self, x: Tensor, h: Tensor, W_x: Tensor, W_h: Tensor, b_x: Tensor, b_h: Tensor) -> Tensor:
        r, z, x_n, h_n = self.signals(x, h, W_x, W_h, b_x, b_h)
        return self.mixed(z, torch.tanh(x_n + r * h_n), torch.zeros_like(h))

    @misconception("That is the candidate. The update gate then mixes it with the old state: (1 − z) · n + z · h.")
    def candidate_only(self, x: Tensor, h: Tensor, W_x: Tensor, W_h: Tensor, b_x: Tensor, b_h: Tensor) -> Tensor:
        r, _, x_n, h_n = self.signals(x, h, W_x, W_h, b_x, b_h)
        return torch.tanh(x_n + r * h_n)

    @misconception("The candidate has no tanh, so the state can grow without end: `torch.tanh(x_n + r * h_n)`.")
    def tanh_missing(self, x: Tensor, h: Tensor, W_x: Tensor, W_h: Tensor, b_x: Tensor, b_h: Tensor) -> Tensor:
        r, z, x_n, h_n = self.signals(x, h, W_x, W_h, b_x, b_h)
        return self.mixed(z, x_n + r * h_n, h)

    @misconception("Your gates are not between 0 and 1: `torch.sigmoid` is missing around r and z.")
    def sigmoid_missing(self, x: Tensor, h: Tensor, W_x: Tensor, W_h: Tensor, b_x: Tensor, b_h: Tensor) -> Tensor:
        r, z, x_n, h_n = self.signals(x, h, W_x, W_h, b_x, b_h)
        return self.mixed(z.logit(), torch.tanh(x_n + r.logit() * h_n), h)

    @misconception("The thirds are in another order: first the rows of reset, then of update, then of the candidate.")
    def candidate_first(self, x: Tensor, h: Tensor, W_x: Tensor, W_h: Tensor, b_x: Tensor, b_h: Tensor) -> Tensor:
        return self.reference(x, h, *(torch.cat([*W.chunk(3)[1:], W.chunk(3)[0]]) for W in (W_x, W_h, b_x, b_h)))

    @misconception("The reset gate stands at the base's part. It belongs to the memory's: x_n + r · h_n.")
    def reset_on_the_base(self, x: Tensor, h: Tensor, W_x: Tensor, W_h: Tensor, b_x: Tensor, b_h: Tensor) -> Tensor:
        r, z, x_n, h_n = self.signals(x, h, W_x, W_h, b_x, b_h)
        return self.mixed(z, torch.tanh(r * x_n + h_n), h)

    @misconception("The reset gate is multiplied with h itself. It belongs to what the matrix makes of h, h_n.")
    def state_for_its_part(self, x: Tensor, h: Tensor, W_x: Tensor, W_h: Tensor, b_x: Tensor, b_h: Tensor) -> Tensor:
        r, z, x_n, _ = self.signals(x, h, W_x, W_h, b_x, b_h)
        return self.mixed(z, torch.tanh(x_n + r * h), h)

    @misconception(
        "That is the cell of other papers: update gate the other way round, and reset before the matrix. Here, as in "
        "torch: r · (h @ W.T + b), and z near 1 *keeps* the old state."
    )
    def as_in_other_papers(self, x: Tensor, h: Tensor, W_x: Tensor, W_h: Tensor, b_x: Tensor, b_h: Tensor) -> Tensor:
        r, z, x_n, _ = self.signals(x, h, W_x, W_h, b_x, b_h)
        return self.mixed(1 - z, torch.tanh(x_n + (r * h) @ W_h.chunk(3)[2].T + b_h.chunk(3)[2]), h)


class PadBatch(Exercise):
    """pad_batch(sequences: list of lists of tokens) -> tokens (N, L), padded with 4; mask (N, L), bool, True if real"""

    parts = {"tokens": 1, "mask": 1}
    points = 2
    forbids = ("torch.nn.utils.rnn.pad_sequence",)
    hints = (
        "L is the longest length. Fill a tensor with 4, `torch.full((N, L), 4)`, and lay each sequence into its row.",
        "A 4 may be a real N. So the mask cannot come from the tokens; it comes from the lengths.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        for lengths in ((3, 1), (2, 5, 4), (6, 3, 1, 4)):
            sequences = [rng.integers(0, 4, length).tolist() for length in lengths]
            sequences[0][-1] = 4  # an N at the end of a sequence
            for wanted in self.parts:
                yield Question(sequences, wanted, part=wanted)

    def ask(self, code: Callable[..., Any], sequences: list[Tokens], wanted: str) -> Any:
        """One of the two things that come back."""
        tokens, mask = code(sequences)
        return tokens if wanted == "tokens" else mask

    def words(self, sequences: list[Tokens], wanted: str) -> str:
        """What was asked, in words."""
        return f"pad_batch({sequences}), of which the {wanted}"

    def facts(self, answer: Any, sequences: list[Tokens], wanted: str) -> Any:
        """Of a mask also whether it is one: zeros and ones pick no places."""
        return [answer, np.asarray(answer).dtype.kind == "b"] if wanted == "mask" else answer

    def reference(self, sequences: list[Tokens]) -> Pair:
        return self.laid_out(sequences, max(map(len, sequences)))

    def laid_out(self, sequences: list[Tokens], longest: int, padding: int = 4) -> Pair:
        rows = [(s + [padding] * longest)[:longest] for s in sequences]
        mask = [[i < len(s) for i in range(longest)] for s in sequences]
        return torch.tensor(rows), torch.tensor(mask)

    @misconception("You padded with 0, and 0 is an A. A run of A means something; use 4, “no base”.")
    def padded_with_a(self, sequences: list[Tokens]) -> Pair:
        return self.laid_out(sequences, max(map(len, sequences)), padding=0)

    @misconception("You padded on the left. Then the network reads emptiness first; here padding follows the sequence.")
    def padded_left(self, sequences: list[Tokens]) -> Pair:
        tokens, mask = self.reference([s[::-1] for s in sequences])
        return tokens.flip(1), mask.flip(1)

    @misconception("You cut all to the shortest. Bases are data, and they are lost: pad to the longest.")
    def cut_to_the_shortest(self, sequences: list[Tokens]) -> Pair:
        return self.laid_out(sequences, min(map(len, sequences)))

    @misconception("Your mask is inverted. True says: here is a base.")
    def mask_inverted(self, sequences: list[Tokens]) -> Pair:
        tokens, mask = self.reference(sequences)
        return tokens, ~mask

    @misconception(
        "Your mask holds the numbers 0 and 1. Make it True and False, `dtype=torch.bool`: only then can it pick places."
    )
    def mask_of_numbers(self, sequences: list[Tokens]) -> Pair:
        tokens, mask = self.reference(sequences)
        return tokens, mask.float()

    @misconception("You call every 4 padding, but a real N is a 4 as well. Make the mask from the lengths.")
    def mask_by_value(self, sequences: list[Tokens]) -> Pair:
        tokens, _ = self.reference(sequences)
        return tokens, tokens != 4

    @misconception("These are the lengths. A mask has a True or False for each place, (N, L).")
    def lengths_for_mask(self, sequences: list[Tokens]) -> Pair:
        return self.reference(sequences)[0], torch.tensor([len(s) for s in sequences])

    @misconception("The two come in the wrong order: first the tokens, then the mask.")
    def order_swapped(self, sequences: list[Tokens]) -> Pair:
        tokens, mask = self.reference(sequences)
        return mask, tokens

    @misconception("The last column is all padding: L is the longest length, not one more.")
    def one_column_too_many(self, sequences: list[Tokens]) -> Pair:
        return self.laid_out(sequences, max(map(len, sequences)) + 1)

    @misconception("You padded with −1. No table of embeddings and no one-hot has a row −1; use 4, “no base”.")
    def padded_with_minus_one(self, sequences: list[Tokens]) -> Pair:
        return self.laid_out(sequences, max(map(len, sequences)), padding=-1)

    @misconception("Your mask has one True too few in each row: the last base of a sequence is a base, too.")
    def last_base_masked(self, sequences: list[Tokens]) -> Pair:
        tokens, mask = self.reference(sequences)
        return tokens, mask & mask.roll(-1, dims=1) & (torch.arange(mask.shape[1]) < mask.shape[1] - 1)

    @misconception("Your mask has one True too many: it takes the first place of padding for a base. `<`, not `<=`.")
    def padding_unmasked(self, sequences: list[Tokens]) -> Pair:
        tokens, mask = self.reference(sequences)
        return tokens, mask | mask.roll(1, dims=1).index_fill(1, torch.tensor([0]), True)


class MaskedMean(Exercise):
    """masked_mean(states (N, L, H), mask (N, L)) -> (N, H), mean over real places; zeros where all is padding"""

    parts = {"mean": 1, "all padding": 1}
    points = 2
    hints = (
        "Multiply the states by the mask, `mask[:, :, None]`, so that padding adds nothing; then sum over the places.",
        "Divide by the number of real places, `mask.sum(dim=1, keepdim=True)`, but never by 0: `.clamp(min=1)`.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        for lengths, part in (((3, 1), "mean"), ((2, 5, 4), "mean"), ((3, 0, 2), "all padding")):
            longest = max(lengths) + 1  # every row ends in padding
            mask = torch.tensor([[i < length for i in range(longest)] for length in lengths])
            yield Question(normal(rng, len(lengths), longest, 3) + 1.0, mask, part=part)

    def reference(self, states: Tensor, mask: Tensor) -> Tensor:
        return self.total(states, mask) / mask.sum(dim=1, keepdim=True).clamp(min=1)

    def total(self, states: Tensor, mask: Tensor) -> Tensor:
        return (states * mask[:, :, None]).sum(dim=1)

    @misconception(
        "The padding is averaged in: `mean` does not know of the mask. A long batch then dilutes a sequence."
    )
    def padding_averaged_in(self, states: Tensor, mask: Tensor) -> Tensor:
        return states.mean(dim=1)

    @misconception("You leave padding out of the sum and count it in the length. Divide by the number of real places.")
    def divided_by_the_width(self, states: Tensor, mask: Tensor) -> Tensor:
        return self.total(states, mask) / mask.shape[1]

    @misconception("A sequence of padding only gives 0 ÷ 0, which is nan and spreads to every weight. Give zeros.")
    def nan_for_nothing(self, states: Tensor, mask: Tensor) -> Tensor:
        return self.total(states, mask) / mask.sum(dim=1, keepdim=True)

    @misconception("You divide by the real places of the whole batch. Each sequence has its own length.")
    def divided_by_the_batch(self, states: Tensor, mask: Tensor) -> Tensor:
        return self.total(states, mask) / mask.sum()

    @misconception("That is the sum. A long sequence gets a long vector so: divide by the number of its real places.")
    def not_divided(self, states: Tensor, mask: Tensor) -> Tensor:
        return self.total(states, mask)

    @misconception("That is the mean of the padding. The mask is True where there is a base.")
    def mask_inverted(self, states: Tensor, mask: Tensor) -> Tensor:
        return self.reference(states, ~mask)

    @misconception("You averaged over the batch. Places are dimension 1; sequences must not mix.")
    def mean_over_the_batch(self, states: Tensor, mask: Tensor) -> Tensor:
        return (states * mask[:, :, None]).mean(dim=0)

    @misconception("One mean for all sequences came back. Each sequence has its own, (N, H).")
    def one_mean_for_all(self, states: Tensor, mask: Tensor) -> Tensor:
        return states[mask].mean(dim=0)

    @misconception("You added 1 to the count. It rescues the empty row and shrinks all others: `.clamp(min=1)`.")
    def one_added_to_the_count(self, states: Tensor, mask: Tensor) -> Tensor:
        return self.total(states, mask) / (mask.sum(dim=1, keepdim=True) + 1)

    @misconception(
        "The counts are (N,), the sums (N, H): one count belongs to each row. Keep the axis, `keepdim=True`, and they "
        "line up."
    )
    def counts_without_their_axis(self, states: Tensor, mask: Tensor) -> Tensor:
        return self.total(states, mask) / mask.sum(dim=1).clamp(min=1)


class BothStrands(Exercise):
    """both_strands(model, X (N, 4, L)) -> (N,), the mean of the logits of X and of its reverse complement"""

    points = 2
    forbids = ("helpers.dna.sequences.reverse_complement_one_hot",)
    hints = (
        "With rows A, C, G, T, turning the tensor upside down pairs the bases; mirroring it reads backwards.",
        "`X.flip(1, 2)` is the other strand. Ask the model twice and average the logits.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        for n, length in ((2, 5), (4, 9)):
            yield one_hot(["GGA" + random_dna(length - 3, rng) for _ in range(n)]), int(rng.integers(1 << 30))

    def ask(self, code: Callable[..., Any], X: Tensor, seed: int) -> Any:
        """The answer for a small network with weights from the seed."""
        return code(self.network(X.shape[2], seed), X)

    def network(self, length: int, seed: int) -> nn.Module:
        """A network that is not symmetric in any way, from (N, 4, L) to logits (N,)."""
        model = nn.Sequential(nn.Flatten(), nn.Linear(4 * length, 5), nn.Tanh(), nn.Linear(5, 1), nn.Flatten(0))
        rng = np.random.default_rng(seed)
        for parameter in model.parameters():
            parameter.requires_grad_(False).copy_(torch.as_tensor(rng.normal(0.1, 1, tuple(parameter.shape))))
        return model

    def words(self, X: Tensor, seed: int) -> str:
        """What was asked, in words."""
        return f"{len(X)} sequences of {X.shape[2]} bases, to a small network"

    def reference(self, model: nn.Module, X: Tensor) -> Tensor:
        return (model(X) + model(X.flip(1, 2))) / 2

    @misconception(
        "You read backwards but did not pair the bases: that is no strand of any DNA. Flip the rows as well."
    )
    def only_reversed(self, model: nn.Module, X: Tensor) -> Tensor:
        return (model(X) + model(X.flip(2))) / 2

    @misconception("You paired the bases but did not turn the direction. The other strand runs the other way.")
    def only_complemented(self, model: nn.Module, X: Tensor) -> Tensor:
        return (model(X) + model(X.flip(1))) / 2

    @misconception("You added the two logits. The mean keeps their scale, and with it the meaning of threshold 0.")
    def added(self, model: nn.Module, X: Tensor) -> Tensor:
        return model(X) + model(X.flip(1, 2))

    @misconception("That is the other strand alone. Ask for both and average.")
    def other_strand_only(self, model: nn.Module, X: Tensor) -> Tensor:
        return model(X.flip(1, 2))

    @misconception("That is one strand. Ask the model about the reverse complement, too, and average.")
    def one_strand_only(self, model: nn.Module, X: Tensor) -> Tensor:
        return model(X)

    @misconception("You averaged the sequences and asked once: half an A and half a T is no base. Average the answers.")
    def inputs_averaged(self, model: nn.Module, X: Tensor) -> Tensor:
        return model((X + X.flip(1, 2)) / 2)

    @misconception("You averaged probabilities. Asked are logits, so leave the sigmoid out.")
    def probabilities_averaged(self, model: nn.Module, X: Tensor) -> Tensor:
        return (model(X).sigmoid() + model(X.flip(1, 2)).sigmoid()) / 2

    @misconception("You took the larger of the two. That is a choice, too; asked here is their mean.")
    def larger_of_both(self, model: nn.Module, X: Tensor) -> Tensor:
        return torch.maximum(model(X), model(X.flip(1, 2)))

    @misconception("You flipped the order of the sequences: dimension 0 is the batch. Rows are 1, positions are 2.")
    def batch_flipped(self, model: nn.Module, X: Tensor) -> Tensor:
        return (model(X) + model(X.flip(0, 1))) / 2

    @misconception("You paired A with C and G with T. A pairs with T, C with G: the rows A, C, G, T upside down.")
    def wrong_pairs(self, model: nn.Module, X: Tensor) -> Tensor:
        return (model(X) + model(X[:, [1, 0, 3, 2]].flip(2))) / 2


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

    @misconception("You shifted along the batch: the target became another sequence. Places are dimension 1.")
    def batch_shifted(self, tokens: Tensor) -> Pair:
        return tokens[:-1], tokens[1:]

    @misconception("Only the last base is a target in your pairs. Every base is one: L − 1 lessons from one sequence.")
    def last_base_only(self, tokens: Tensor) -> Pair:
        return tokens[:, :-1], tokens[:, -1]


class Perplexity(Exercise):
    """perplexity(logits (N, L, 4), targets (N, L)) -> float; a target of −1 is padding and does not count"""

    parts = {"all real": 2, "with padding": 1}
    points = 3
    forbids = ("torch.nn.functional.cross_entropy", "torch.nn.CrossEntropyLoss", "torch.nn.functional.nll_loss")
    hints = (
        "`log_softmax` over the four bases, the logarithm of the true one, its mean over all real places, minus, exp.",
        "`logs[targets >= 0]` keeps real places as rows (n, 4); `.gather(1, …)` or an index picks the true base.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        for (n, length), part in (((2, 2), "all real"), ((3, 4), "all real"), ((3, 5), "with padding")):
            targets = torch.as_tensor(rng.integers(0, 4, (n, length)))
            if part == "with padding":
                targets[0, 2:], targets[2, 4:] = -1, -1
            yield Question(normal(rng, n, length, 4, scale=1.5), targets, part=part)

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

    @misconception("You averaged probabilities. Average their logarithms: one impossible base must cost dearly.")
    def probabilities_averaged(self, logits: Tensor, targets: Tensor) -> float:
        return float(1 / self.of_truth(logits.softmax(dim=2), targets)[targets >= 0].mean())

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

        Twice from one generator, and the first again.
        """
        rows = torch.tensor([logits, logits[-1:] + logits[:-1]]).repeat_interleave(self.rows // 2, dim=0)  # (N, 4)
        once, again = (Generator().manual_seed(seed) for _ in range(2))
        draws = [np.asarray(code(rows, temperature, generator)) for generator in (once, once, again)]
        first = draws[0]
        if any(drawn.shape != (self.rows,) for drawn in draws):
            return {"shape": list(first.shape)}
        counts = [np.unique(half, return_counts=True) for half in np.split(first, 2)]
        return {
            "counts": [dict(zip(*map(np.ndarray.tolist, pair), strict=True)) for pair in counts],
            "draws": [drawn[:30] for drawn in draws],
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
        return {"tenths": tenths, "calls differ": first != second, "repeatable": first == again}

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
        "Every call draws the same: you made a generator of your own. Draw from the `generator` given; it moves on."
    )
    def always_the_same(self, logits: Tensor, temperature: float, generator: Generator) -> Tensor:
        return self.reference(logits, temperature, Generator().manual_seed(0))

    @misconception("You took the root of the temperature. The root is for attention's d; here it comes as it is.")
    def root_taken(self, logits: Tensor, temperature: float, generator: Generator) -> Tensor:
        return self.drawn((logits / temperature**0.5).softmax(dim=1), generator)


class Skipgrams(Exercise):
    """skipgrams(tokens: list of int, window: int) -> list of pairs (centre, neighbour), in any order"""

    points = 2
    hints = (
        "For each place i, look at the places from i − window to i + window that exist, but not at i itself.",
        "`range(max(0, i - window), min(len(tokens), i + window + 1))`.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        yield [7, 8, 9], 1
        yield [20, 5, 5, 11, 30], 2
        for length, window in ((8, 2), (12, 3)):
            tokens = rng.integers(20, 60, length)
            tokens[3] = tokens[4]  # a word beside itself
            yield [*tokens.tolist(), 70], window

    def facts(self, answer: Any, tokens: Tokens, window: int) -> list:
        """The pairs in a fixed order."""
        return sorted([float(word) for word in pair] for pair in answer)

    def reference(self, tokens: Tokens, window: int) -> list[tuple[int, int]]:
        return self.pairs(tokens, range(-window, window + 1))

    def pairs(self, tokens: Tokens, steps: range, *, itself: bool = False) -> list[tuple[int, int]]:
        places = range(len(tokens))
        return [(tokens[i], tokens[i + s]) for i in places for s in steps if i + s in places and (s or itself)]

    @misconception("Each word is its own neighbour in your list. Skip the centre's place.")
    def centre_with_itself(self, tokens: Tokens, window: int) -> list[tuple[int, int]]:
        return self.pairs(tokens, range(-window, window + 1), itself=True)

    @misconception("You look to the right only. Neighbours stand on both sides.")
    def right_side_only(self, tokens: Tokens, window: int) -> list[tuple[int, int]]:
        return self.pairs(tokens, range(1, window + 1))

    @misconception("The furthest neighbour on the right is missing: `range` stops before its end.")
    def right_end_missing(self, tokens: Tokens, window: int) -> list[tuple[int, int]]:
        return self.pairs(tokens, range(-window, window))

    @misconception("At the beginning you reach back to the end: `tokens[-1]` is the last word. Stop at the edge.")
    def wraps_around(self, tokens: Tokens, window: int) -> list[tuple[int, int]]:
        places = range(len(tokens))
        steps = [s for s in range(-window, window + 1) if s]
        return [(tokens[i], tokens[i + s]) for i in places for s in steps if i + s < len(tokens)]

    @misconception("Equal pairs are counted once. How often two words meet is what there is to learn: keep them all.")
    def each_pair_once(self, tokens: Tokens, window: int) -> list[tuple[int, int]]:
        return sorted(set(self.reference(tokens, window)))

    @misconception("You skip neighbours that are the same word. A word may well stand beside itself: skip its *place*.")
    def equal_words_skipped(self, tokens: Tokens, window: int) -> list[tuple[int, int]]:
        return [pair for pair in self.reference(tokens, window) if pair[0] != pair[1]]

    @misconception("These are places, not words: take `tokens[i]` and `tokens[j]`.")
    def places_for_words(self, tokens: Tokens, window: int) -> list[tuple[int, int]]:
        return self.reference(list(range(len(tokens))), window)

    @misconception("Only neighbours right next to the word are in your list. The window reaches further.")
    def next_door_only(self, tokens: Tokens, window: int) -> list[tuple[int, int]]:
        return self.reference(tokens, 1)

    @misconception("You look to the left only. Neighbours stand on both sides.")
    def left_side_only(self, tokens: Tokens, window: int) -> list[tuple[int, int]]:
        return self.pairs(tokens, range(-window, 0))

    @misconception("Words exactly `window` places apart are missing on both sides. “At most” includes them: `<=`.")
    def both_ends_missing(self, tokens: Tokens, window: int) -> list[tuple[int, int]]:
        return self.pairs(tokens, range(1 - window, window))

    @misconception("Only words exactly `window` places apart are in your list. Asked is at *most* so far.")
    def at_the_very_distance(self, tokens: Tokens, window: int) -> list[tuple[int, int]]:
        return self.pairs(tokens, range(-window, window + 1, 2 * window))

    @misconception("Words near the two ends are no centres in your list. They are: their window is only cut short.")
    def whole_windows_only(self, tokens: Tokens, window: int) -> list[tuple[int, int]]:
        steps = [s for s in range(-window, window + 1) if s]
        return [(tokens[i], tokens[i + s]) for i in range(window, len(tokens) - window) for s in steps]


class BugHunt(Exercise):
    """bug_hunt(gru, head, optimiser, batches, X_valid) -> logits (N,); each sequence is read from an empty state"""

    parts = {"training": 2, "scoring": 1}
    points = 3
    hints = (
        "Ask of every variable that lives longer than one batch: should it?",
        "`gru(X)` without a second argument starts from zeros. There are two places.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        for count, length, lr, part in ((2, 4, 0.5, "training"), (3, 6, 0.5, "training"), (2, 5, 0.0, "scoring")):
            batches = [
                (normal(rng, 3, length, 4), torch.as_tensor(rng.integers(0, 2, 3)).float()) for _ in range(count)
            ]
            yield Question(batches, normal(rng, 3, length, 4), lr, part=part)

    def ask(self, code: Callable[..., Any], batches: list[Pair], X: Tensor, lr: float) -> Any:
        """The weights after training, or, where they do not move, the logits."""
        gru, head = nn.GRU(4, 3, batch_first=True), nn.Linear(3, 1)
        fill(gru)
        fill(head)
        parameters = [*gru.parameters(), *head.parameters()]
        logits = code(gru, head, torch.optim.SGD(parameters, lr=lr), batches, X)
        return torch.cat([p.detach().flatten() for p in parameters]) if lr else logits

    def words(self, batches: list[Pair], X: Tensor, lr: float) -> str:
        """What was asked, in words."""
        what = f"the weights, lr={lr}" if lr else "the logits of X_valid, lr=0"
        return f"{len(batches)} batches of 3 sequences: {what}"

    def reference(self, gru: nn.GRU, head: nn.Linear, optimiser: Any, batches: list[Pair], X_valid: Tensor) -> Tensor:
        self.train(gru, head, optimiser, batches)
        return self.scores(gru, head, X_valid)

    def train(
        self,
        gru: nn.GRU,
        head: nn.Linear,
        optimiser: Any,
        batches: list[Pair],
        *,
        carry: bool = False,
        keep_graph: bool = False,
        read: Callable[[Tensor], Tensor] = lambda states: states[:, -1],
    ) -> Tensor | None:
        state = None
        for X, y in batches:
            states, last = gru(X, state)
            loss = F.binary_cross_entropy_with_logits(head(read(states)).squeeze(1), y)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            state = last if keep_graph else last.detach() if carry else None
        return last.detach()

    def scores(self, gru: nn.GRU, head: nn.Linear, X: Tensor, state: Tensor | None = None, place: int = -1) -> Tensor:
        with torch.no_grad():
            return head(gru(X, state)[0][:, place]).squeeze(1)

    @misconception(
        "The state still leaks: a batch starts from where the last one ended, with memories of other sequences. Every "
        "sequence starts from an empty state."
    )
    def still_leaking(
        self, gru: nn.GRU, head: nn.Linear, optimiser: Any, batches: list[Pair], X_valid: Tensor
    ) -> Tensor:
        return self.scores(gru, head, X_valid, self.train(gru, head, optimiser, batches, carry=True))

    @misconception("Training is mended, but the validation sequences still begin with the last batch's memory.")
    def leaking_into_validation(
        self, gru: nn.GRU, head: nn.Linear, optimiser: Any, batches: list[Pair], X_valid: Tensor
    ) -> Tensor:
        return self.scores(gru, head, X_valid, self.train(gru, head, optimiser, batches))

    @misconception("Scoring is mended, but in training each batch still inherits the state of the batch before.")
    def leaking_in_training(
        self, gru: nn.GRU, head: nn.Linear, optimiser: Any, batches: list[Pair], X_valid: Tensor
    ) -> Tensor:
        self.train(gru, head, optimiser, batches, carry=True)
        return self.scores(gru, head, X_valid)

    @misconception(
        "You took out `detach()` and kept the state: now torch refuses to go back through the batch before. That error "
        "was the warning; let the state go, not only its gradient."
    )
    def detach_removed(
        self, gru: nn.GRU, head: nn.Linear, optimiser: Any, batches: list[Pair], X_valid: Tensor
    ) -> Tensor:
        return self.scores(gru, head, X_valid, self.train(gru, head, optimiser, batches, keep_graph=True))

    @misconception("The GRU no longer learns: you detached the states on their way to the loss. Only the head moves.")
    def states_detached(
        self, gru: nn.GRU, head: nn.Linear, optimiser: Any, batches: list[Pair], X_valid: Tensor
    ) -> Tensor:
        self.train(gru, head, optimiser, batches, read=lambda states: states[:, -1].detach())
        return self.scores(gru, head, X_valid)

    @misconception("You read the state after the first base. Only the last one has seen the whole sequence.")
    def first_state(self, gru: nn.GRU, head: nn.Linear, optimiser: Any, batches: list[Pair], X_valid: Tensor) -> Tensor:
        self.train(gru, head, optimiser, batches, read=lambda states: states[:, 0])
        return self.scores(gru, head, X_valid, place=0)


class Quiz(MultipleChoice):
    """quiz() -> dict: one letter for each question"""

    items = (
        Item(
            "vanish",
            "Why does a plain RNN forget a motif 50 bases back?",
            {
                "a": "Its hidden state has too few numbers to store a motif",
                "b": "The gradient is multiplied by much the same matrix at every step, and shrinks with each",
                "c": "Training data with motifs so far back are rare",
                "d": "tanh cannot be negative",
            },
            "b",
            {
                "a": "One number would do for “there was a motif”. Keeping it, and learning to keep it, is what fails.",
                "c": "In our task every sequence had the question at the same distance, and still it failed.",
                "d": "It can: tanh runs from −1 to 1. Its slope is at most 1, which is part of the trouble.",
            },
        ),
        Item(
            "gate",
            "A GRU's update gate stands at z = 0.99 for one unit. What happens to this unit?",
            {
                "a": "It is overwritten with the candidate",
                "b": "It is set to zero",
                "c": "It keeps 99 % of what it held: a memory of about a hundred bases",
                "d": "It is multiplied by 1.99",
            },
            "c",
            {
                "a": "That would be z near 0. New state = (1 − z) · candidate + z · old.",
                "b": "The gate mixes old and new; it has no third thing to mix in.",
                "d": "The shares are z and 1 − z; they add up to 1.",
            },
        ),
        Item(
            "direction",
            "For which task may a network read the sequence from both ends?",
            {
                "a": "Generating DNA base by base",
                "b": "Scoring how probable each next base is, given those before",
                "c": "Streaming bases from a sequencer, with an answer after each",
                "d": "Telling for each base whether it lies in a CpG island, with the sequence at hand",
            },
            "d",
            {
                "a": "The bases to the right do not exist yet.",
                "b": "The reader from the right has already seen the base it should foresee.",
                "c": "What comes later is not there yet when the answer is due.",
            },
        ),
        Item(
            "perplexity",
            "A model of the next base has perplexity 3.9 on DNA it has not seen. What does that say?",
            {
                "a": "It is right in 39 % of the cases",
                "b": "It is nearly as unsure as someone who chooses among four equal bases",
                "c": "It needs 3.9 bits a base",
                "d": "It is worse than guessing",
            },
            "b",
            {
                "a": "It looks at the probability that the true base got, not at how often the best guess is right.",
                "c": "Bits are its logarithm to base 2: log2(3.9) = 1.96 of at most 2.",
                "d": "Guessing has 4. Above 4 it would be worse than guessing.",
            },
        ),
        Item(
            "padding",
            "A batch holds sequences of 20 and of 200 bases. What must a masked mean take care of?",
            {
                "a": "That the 180 places of padding are neither in the sum nor in the count",
                "b": "That all sequences are cut to 20",
                "c": "That padding is averaged in, so that all vectors are of equal length",
                "d": "Nothing: padding is zero, and zeros do not matter",
            },
            "a",
            {
                "b": "Then 180 bases of the long one are thrown away.",
                "c": "The vectors have H numbers each in any case. The average would be diluted ten times.",
                "d": "The input is zero, the state is not: biases and memory move it. And zeros count in a mean.",
            },
        ),
        Item(
            "bottleneck",
            "Our translator reads codons and then writes protein. Why does it fail on long messages?",
            {
                "a": "The genetic code is too hard to learn",
                "b": "The decoder may not use teacher forcing",
                "c": "All the reader hands to the writer is one state of fixed size",
                "d": "Long sequences have more stop codons",
            },
            "c",
            {
                "a": "It is a table of 64 rows, and the translator knows it: short messages come out right.",
                "b": "It was trained with it. That helps training and does not widen the state.",
                "d": "Our messages have none. Count them.",
            },
        ),
    )
