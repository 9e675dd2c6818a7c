"""Recurrent cells, and slopes that explode."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import torch
from torch import Tensor

from helpers.engine.exercise import Exercise, Question, misconception
from helpers.exercises.draws import normal

Step = Callable[[Tensor, Tensor], Tensor]


class RnnForward(Exercise):
    """rnn_forward(X (N, L, D), W_x (H, D), W_h (H, H), b (H,)) -> (N, L, H), the state after each base"""

    points = 3
    forbids = ("torch.nn.RNN", "torch.nn.RNNCell", "torch.rnn_tanh", "torch.rnn_tanh_cell")
    hints = (
        "Start from `h = torch.zeros(N, H)` and walk along dimension 1: `X[:, t]` is the t-th base of all sequences.",
        "`h = torch.tanh(X[:, t] @ W_x.T + h @ W_h.T + b)`; keep every h in a list, `torch.stack(states, dim=1)`.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        for n, length, hidden in ((2, 2, 3), (3, 3, 4), (1, 9, 3)):
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

    @misconception(
        "`X[t]` is the t-th sequence, not the t-th base. X is (N, L, D), the batch first: `X[:, t]` is the t-th base "
        "of all sequences."
    )
    def sequence_for_base(self, X: Tensor, W_x: Tensor, W_h: Tensor, b: Tensor) -> Tensor:
        h, states = torch.zeros(len(X), len(b)), []
        for t in range(X.shape[1]):
            h = torch.tanh(X[t] @ W_x.T + h @ W_h.T + b)
            states.append(h)
        return torch.stack(states, dim=1)

    @misconception("The tanh is missing. Without it the states grow from step to step, and depth in time is linear.")
    def tanh_missing(self, X: Tensor, W_x: Tensor, W_h: Tensor, b: Tensor) -> Tensor:
        return self.walk(X, b, lambda x, h: x @ W_x.T + h @ W_h.T + b)

    @misconception(
        "Your weights stand on the left. `X[:, t]` has a row for each sequence, so it is the weights that are turned: "
        "`X[:, t] @ W_x.T + h @ W_h.T`."
    )
    def weights_on_the_left(self, X: Tensor, W_x: Tensor, W_h: Tensor, b: Tensor) -> Tensor:
        return self.walk(X, b, lambda x, h: torch.tanh(W_x @ x + W_h @ h + b))

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
    forbids = ("torch.nn.utils.clip_grad_norm_", "torch.nn.utils.clip_grads_with_norm_", ".clip_grad_norm_")
    hints = {
        "The common norm: square every number of every tensor, add them all up, take the root.": "too long",
        "If it is above `most`, multiply every tensor by `most / norm`; if not, give them back as they are.": (
            "too long",
            "short enough",
        ),
    }

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        yield Question([torch.tensor([3.0, 0.0]), torch.tensor([[0.0], [4.0]])], 1.0, part="too long")
        for most, part in ((2.0, "too long"), (1000.0, "short enough")):
            sizes = (normal(rng, 3, scale=9.0), normal(rng, 2, 4, scale=2.0), normal(rng, 1, scale=0.2))
            yield Question(list(sizes), most, part=part)
        yield Question([torch.zeros(2), torch.zeros(1)], 1.0, part="short enough")
        yield Question([normal(rng, 2, 2, scale=9.0)], 0.5, part="short enough")  # what is given back earns nothing

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

    @misconception(
        "`torch.cat` joins tensors with as many axes as each other, and gradients have different ones. Flatten each: "
        "`torch.cat([g.flatten() for g in gradients])`."
    )
    def joined_as_they_are(self, gradients: list[Tensor], most: float) -> list[Tensor]:
        return self.scaled(gradients, most, float(torch.cat(gradients).norm()))

    @misconception(
        "Your code changes the gradients that it is given, as `g *= …` does. Make new ones: "
        "`[g * factor for g in gradients]`."
    )
    def in_place(self, gradients: list[Tensor], most: float) -> list[Tensor]:
        norm = self.norm(gradients)
        for g in gradients if norm > most else []:
            g *= most / norm
        return gradients

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
        for n, hidden in ((1, 2), (2, 4), (4, 3)):
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

    @misconception("The three were taken along dimension 0, the batch. They lie along dimension 1: `.chunk(3, dim=1)`.")
    def thirds_of_the_batch(self, x: Tensor, h: Tensor, W_x: Tensor, W_h: Tensor, b_x: Tensor, b_h: Tensor) -> Tensor:
        _, _, x_n = (x @ W_x.T + b_x).chunk(3)
        return x_n

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
