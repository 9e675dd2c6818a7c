"""Networks of proteins: who is connected, how neighbours are weighed, and what they tell each other."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from helpers.engine.exercise import Exercise, Question, misconception
from helpers.exercises.draws import normal


def touching(edges: Tensor, n: int) -> Tensor:
    """Who touches whom, (n, n), bool: symmetric, without itself."""
    A = torch.zeros(n, n, dtype=torch.bool)
    A[edges[:, 0], edges[:, 1]] = A[edges[:, 1], edges[:, 0]] = True
    return A.fill_diagonal_(False)


def reached(A: Tensor, steps: int) -> Tensor:
    """Who can be reached in so many steps or fewer, itself included, (n, n), bool."""
    far = torch.eye(len(A), dtype=torch.bool)
    for _ in range(steps):
        far = far | ((far.float() @ A.float()) > 0)
    return far


class SameComponent(Exercise):
    """same_component(edges (E, 2), n: int, pairs (M, 2)) -> (M,), bool"""

    points = 2
    hints = (
        "Give each protein its own number: `group = torch.arange(n)`. An edge makes both ends' groups one: the smaller "
        "number for both.",
        "Go over all edges again until nothing changes. Or let `scipy.sparse.csgraph.connected_components` do it.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        edges = torch.tensor([[1, 2], [0, 1], [3, 4], [4, 5]])
        yield edges, 8, torch.tensor([[0, 2], [2, 0], [3, 5], [6, 7], [0, 3], [6, 6], [0, 1]])
        for n in (12, 14):
            names = torch.as_tensor(rng.permutation(n))
            chain = [(4, 5), (3, 4), (2, 3), (1, 2), (0, 1)]
            edges = names[torch.tensor([*chain, (6, 7), (8, 7), (8, 9)])]
            pairs = [
                (0, 5),
                (1, 4),
                (0, 1),
                (2, 4),
                (6, 8),
                (9, 6),
                (7, 6),
                (0, 6),
                (5, 9),
                (10, 11),
                (10, 10),
                (3, 11),
                (3, 3),
            ]
            order = rng.permutation(len(pairs))
            yield edges, n, names[torch.tensor(pairs)][torch.as_tensor(order)]

    def reference(self, edges: Tensor, n: int, pairs: Tensor) -> Tensor:
        group, before = torch.arange(n), None
        while before is None or not torch.equal(group, before):  # it stands in for thousands of proteins
            before = group
            for one, other in ((0, 1), (1, 0)):
                group = group.scatter_reduce(0, edges[:, one], group[edges[:, other]], "amin")
        return group[pairs[:, 0]] == group[pairs[:, 1]]

    def within(self, pairs: Tensor, A: Tensor, steps: int) -> Tensor:
        return reached(A, steps)[pairs[:, 0], pairs[:, 1]]

    @misconception("You ask whether the pair itself is an edge. One component: there is a *path*, however long.")
    def direct(self, edges: Tensor, n: int, pairs: Tensor) -> Tensor:
        return touching(edges, n)[pairs[:, 0], pairs[:, 1]]

    @misconception("You go one step (and a protein is with itself). One component: there is a path, however long.")
    def one_step(self, edges: Tensor, n: int, pairs: Tensor) -> Tensor:
        return self.within(pairs, touching(edges, n), 1)

    @misconception("You go two steps, to a common neighbour. Go on until nothing is added.")
    def two_steps(self, edges: Tensor, n: int, pairs: Tensor) -> Tensor:
        return self.within(pairs, touching(edges, n), 2)

    @misconception("You follow edges from first to second only. Who touches is touched: edges have no direction.")
    def one_way(self, edges: Tensor, n: int, pairs: Tensor) -> Tensor:
        A = torch.zeros(n, n, dtype=torch.bool)
        A[edges[:, 0], edges[:, 1]] = True
        return self.within(pairs, A, n)

    @misconception("You went over the edges once. A group that two edges join later is then missed: repeat it.")
    def once(self, edges: Tensor, n: int, pairs: Tensor) -> Tensor:
        group = torch.arange(n)
        for a, b in edges.tolist():
            group[a] = group[b] = min(int(group[a]), int(group[b]))
        return group[pairs[:, 0]] == group[pairs[:, 1]]

    @misconception("You ask whether both have any edge at all. They may be in two components.")
    def both_have_edges(self, edges: Tensor, n: int, pairs: Tensor) -> Tensor:
        some = touching(edges, n).any(dim=1)
        return some[pairs[:, 0]] & some[pairs[:, 1]]

    @misconception("Proteins without an edge are all together in yours. Each of them is a component of its own.")
    def lonely_together(self, edges: Tensor, n: int, pairs: Tensor) -> Tensor:
        alone = ~touching(edges, n).any(dim=1)
        return self.reference(edges, n, pairs) | (alone[pairs[:, 0]] & alone[pairs[:, 1]])

    @misconception("A protein asked with itself is not together in yours. It is: the path has no step.")
    def not_with_itself(self, edges: Tensor, n: int, pairs: Tensor) -> Tensor:
        return self.reference(edges, n, pairs) & (pairs[:, 0] != pairs[:, 1])

    @misconception("A protein without an edge is not even with itself in yours. It is a component of one.")
    def lonely_nowhere(self, edges: Tensor, n: int, pairs: Tensor) -> Tensor:
        some = touching(edges, n).any(dim=1)
        return self.reference(edges, n, pairs) & some[pairs[:, 0]]

    @misconception("Turned around: True says that both are in one component.")
    def turned_around(self, edges: Tensor, n: int, pairs: Tensor) -> Tensor:
        return ~self.reference(edges, n, pairs)


class NormaliseAdjacency(Exercise):
    """normalise_adjacency(edges (E, 2), n: int) -> (n, n)"""

    parts = {"weights": 2, "edges told twice": 1}
    hints = {
        "Begin with `A = torch.eye(n)`, and set both `A[i, j]` and `A[j, i]` to 1.": "weights",
        "`root = A.sum(dim=1) ** -0.5`, and the answer is `root[:, None] * A * root`.": "weights",
        "*Set* cells to 1, do not add 1: an edge may be told twice, or from either end.": "edges told twice",
    }

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        yield Question(torch.tensor([[0, 1], [1, 2]]), 4, part="weights")
        for n in (6, 8):
            yield Question(self.drawn(rng, n), n, part="weights")
        edges = self.drawn(rng, 7)
        yield Question(torch.cat([edges, edges[:1], edges[1:3].flip(1)]), 7, part="edges told twice")

    def drawn(self, rng: np.random.Generator, n: int) -> Tensor:
        names = rng.permutation(n)
        edges = [(0, i) for i in range(1, n - 2)] + [(1, 2), (2, 3)]
        return torch.as_tensor(names[np.array(edges)])

    def reference(self, edges: Tensor, n: int) -> Tensor:
        return self.rooted(touching(edges, n).float() + torch.eye(n))

    def rooted(self, A: Tensor) -> Tensor:
        root = A.sum(dim=1).clamp(min=1e-9) ** -0.5
        return root[:, None] * A * root

    @misconception("Nobody hears itself in yours: put 1 on the diagonal before you count degrees.")
    def no_self(self, edges: Tensor, n: int) -> Tensor:
        return self.rooted(touching(edges, n).float())

    @misconception("You divided each row by its sum, a plain mean. Asked is the root of *both* degrees.")
    def row_means(self, edges: Tensor, n: int) -> Tensor:
        A = touching(edges, n).float() + torch.eye(n)
        return A / A.sum(dim=1, keepdim=True)

    @misconception("You divided each column by its sum. Asked is the root of *both* degrees.")
    def column_means(self, edges: Tensor, n: int) -> Tensor:
        A = touching(edges, n).float() + torch.eye(n)
        return A / A.sum(dim=0, keepdim=True)

    @misconception(
        "The roots are missing: you divided by both degrees themselves, so everybody is heard far too faintly."
    )
    def no_roots(self, edges: Tensor, n: int) -> Tensor:
        A = touching(edges, n).float() + torch.eye(n)
        return A / A.sum(dim=1, keepdim=True) / A.sum(dim=0)

    @misconception("You counted degrees before the diagonal was filled. Itself counts, too.")
    def degrees_too_early(self, edges: Tensor, n: int) -> Tensor:
        A = touching(edges, n).float()
        root = A.sum(dim=1) ** -0.5
        return root[:, None] * (A + torch.eye(n)) * root

    @misconception("You added the diagonal after the weights were made. It belongs to the matrix before.")
    def self_too_late(self, edges: Tensor, n: int) -> Tensor:
        return self.rooted(touching(edges, n).float()) + torch.eye(n)

    @misconception("Each edge is written in one direction. Who touches is touched: fill A[j, i], too.")
    def one_way(self, edges: Tensor, n: int) -> Tensor:
        A = torch.eye(n)
        A[edges[:, 0], edges[:, 1]] = 1
        return self.rooted(A)

    @misconception("You multiplied with the roots of the degrees. Divide by them: many neighbours, small weights.")
    def multiplied(self, edges: Tensor, n: int) -> Tensor:
        A = touching(edges, n).float() + torch.eye(n)
        root = A.sum(dim=1) ** 0.5
        return root[:, None] * A * root

    @misconception("These are ones and zeros. Divide by the roots of both degrees.")
    def not_normalised(self, edges: Tensor, n: int) -> Tensor:
        return touching(edges, n).float() + torch.eye(n)

    @misconception("You divided by the largest degree. Each cell has its own two.")
    def largest_degree(self, edges: Tensor, n: int) -> Tensor:
        A = touching(edges, n).float() + torch.eye(n)
        return A / A.sum(dim=1).max()

    @misconception("The diagonal is 2 before you normalise. A protein is its own neighbour once.")
    def itself_twice(self, edges: Tensor, n: int) -> Tensor:
        return self.rooted(touching(edges, n).float() + 2 * torch.eye(n))

    @misconception("An edge that is told twice counts twice in yours. *Set* the cell to 1.")
    def told_twice(self, edges: Tensor, n: int) -> Tensor:
        A = torch.eye(n)
        for i, j in edges.tolist():
            A[i, j] += 1
            A[j, i] += 1
        return self.rooted(A)

    @misconception("You divided each row by the root of its degree alone. Asked is the root of *both* degrees.")
    def rows_rooted(self, edges: Tensor, n: int) -> Tensor:
        A = touching(edges, n).float() + torch.eye(n)
        return A * A.sum(dim=1, keepdim=True) ** -0.5

    @misconception("You divided by the mean of the two degrees. Asked is the root of their *product*.")
    def mean_of_degrees(self, edges: Tensor, n: int) -> Tensor:
        A = touching(edges, n).float() + torch.eye(n)
        degree = A.sum(dim=1)
        return 2 * A / (degree[:, None] + degree)


class MessagePassing(Exercise):
    """message_passing(X (n, F), A (n, n), weights: list of (F, G)) -> (n, last G)

    Each round: A @ X @ W, then ReLU; no ReLU after the last one.
    """

    points = 3
    hints = (
        "One round is `X = A @ X @ W`: row i of `A @ X` is what protein i hears from all others.",
        "`for number, W in enumerate(weights)`, and ReLU where `number < len(weights) - 1`.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        yield torch.tensor([[1.0], [2.0]]), torch.tensor([[0.5, 0.5], [0.0, 1.0]]), [torch.tensor([[-1.0]])]
        for rounds, widths in ((2, (3, 3, 3)), (3, (3, 3, 3, 3)), (2, (4, 3, 2))):
            A = (
                torch.as_tensor(rng.random((5, 5)) < 0.6).float()
                * torch.as_tensor(rng.uniform(0.2, 0.8, (5, 5))).float()
            )
            A = A + 0.3 * torch.eye(5)
            A[0, 1], A[1, 0] = 0.7, 0.0
            yield normal(rng, 5, widths[0], scale=1.5), A, [normal(rng, *widths[i : i + 2]) for i in range(rounds)]

    def reference(self, X: Tensor, A: Tensor, weights: list[Tensor]) -> Tensor:
        for number, W in enumerate(weights):
            X = A @ X @ W
            X = torch.relu(X) if number < len(weights) - 1 else X
        return X

    @misconception("ReLU stands after the last round, too: half of all answers become 0. It stands *between* rounds.")
    def relu_at_the_end(self, X: Tensor, A: Tensor, weights: list[Tensor]) -> Tensor:
        return torch.relu(self.reference(X, A, weights))

    @misconception("There is no ReLU between the rounds. Then two rounds are one: a product of matrices.")
    def no_relu(self, X: Tensor, A: Tensor, weights: list[Tensor]) -> Tensor:
        for W in weights:
            X = A @ X @ W
        return X

    @misconception("Nobody hears anybody in yours: A is not used.")
    def no_messages(self, X: Tensor, A: Tensor, weights: list[Tensor]) -> Tensor:
        return self.reference(X, torch.eye(len(X)), weights)

    @misconception("Messages pass in the first round only. In each round everybody hears the neighbours again.")
    def first_round_only(self, X: Tensor, A: Tensor, weights: list[Tensor]) -> Tensor:
        return self.reference(A @ X, torch.eye(len(X)), weights)

    @misconception("ReLU comes before the messages in yours. First listen, A @ X @ W, then ReLU.")
    def relu_before_messages(self, X: Tensor, A: Tensor, weights: list[Tensor]) -> Tensor:
        for number, W in enumerate(weights):
            X = A @ (torch.relu(X @ W) if number < len(weights) - 1 else X @ W)
        return X

    @misconception("You used A transposed. Row i of A says what protein i hears: `A @ X`.")
    def transposed(self, X: Tensor, A: Tensor, weights: list[Tensor]) -> Tensor:
        return self.reference(X, A.T, weights)

    @misconception("All neighbours are as loud in yours. A holds a weight for each: use it as it is.")
    def unweighted(self, X: Tensor, A: Tensor, weights: list[Tensor]) -> Tensor:
        return self.reference(X, (A != 0).float(), weights)

    @misconception("You added what a protein was before. A has its diagonal for that: the sum is not asked.")
    def added(self, X: Tensor, A: Tensor, weights: list[Tensor]) -> Tensor:
        for number, W in enumerate(weights):
            heard = A @ X @ W
            heard = torch.relu(heard) if number < len(weights) - 1 else heard
            X = X + heard if X.shape == heard.shape else heard
        return X

    @misconception("You put ones on the diagonal again. A comes with it.")
    def itself_again(self, X: Tensor, A: Tensor, weights: list[Tensor]) -> Tensor:
        return self.reference(X, A + torch.eye(len(A)), weights)

    @misconception("You normalised A again. It comes as it is to be used.")
    def normalised_again(self, X: Tensor, A: Tensor, weights: list[Tensor]) -> Tensor:
        return self.reference(X, A / A.sum(dim=1, keepdim=True), weights)

    @misconception("Every round has the first round's weights in yours. Each round has its own.")
    def same_weights(self, X: Tensor, A: Tensor, weights: list[Tensor]) -> Tensor:
        return self.reference(X, A, [weights[0]] * len(weights))

    @misconception("The last round's weights come first in yours.")
    def weights_backwards(self, X: Tensor, A: Tensor, weights: list[Tensor]) -> Tensor:
        return self.reference(X, A, weights[::-1])

    @misconception("The weight matrices are transposed in yours: `X @ W`, features in, features out.")
    def weights_transposed(self, X: Tensor, A: Tensor, weights: list[Tensor]) -> Tensor:
        return self.reference(X, A, [W.T for W in weights])

    @misconception("One round only. Go on with what came out, once for each matrix of weights.")
    def one_round(self, X: Tensor, A: Tensor, weights: list[Tensor]) -> Tensor:
        return A @ X @ weights[0]

    @misconception("You took the loudest message of the neighbours. Asked is the weighted sum, `A @ X`.")
    def loudest(self, X: Tensor, A: Tensor, weights: list[Tensor]) -> Tensor:
        for number, W in enumerate(weights):
            X = (A[:, :, None] * X).amax(dim=1) @ W
            X = torch.relu(X) if number < len(weights) - 1 else X
        return X

    @misconception("Every round begins with a ReLU in yours, the first one, too. It stands *between* rounds.")
    def relu_before_each(self, X: Tensor, A: Tensor, weights: list[Tensor]) -> Tensor:
        return self.reference(torch.relu(X), A, weights)
