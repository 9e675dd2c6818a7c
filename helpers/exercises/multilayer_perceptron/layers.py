"""The same network, of torch's layers."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
from torch import Tensor, nn

from helpers.engine.exercise import misconception
from helpers.engine.kinds import ModuleExercise
from helpers.exercises.multilayer_perceptron.draws import normal


class MLP(ModuleExercise):
    """MLP(inputs: int, hidden: list of int), an nn.Module: (N, inputs) -> logits (N,), ReLU after each hidden layer"""

    points = 3
    names_lists = True
    hints = (
        "Walk along `[inputs, *hidden]`: for each neighbouring pair a Linear and a ReLU; then `Linear(…, 1)`.",
        "`nn.Sequential(*layers)` makes one module of a list, and registers all of them.",
    )

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        for inputs, hidden in ((3, [4]), (5, [7, 3]), (2, [6, 5, 3])):
            yield {"inputs": inputs, "hidden": hidden}, 4 * normal(rng, 40, inputs)  # logits of either sign

    def words(self, settings: dict[str, Any], X: Tensor) -> str:
        """What was asked, in words."""
        return f"MLP({settings['inputs']}, {settings['hidden']}) with given weights, on X {tuple(X.shape)}"

    def facts(self, answer: Any, settings: dict[str, Any], X: Tensor) -> Any:
        """Of a model that does not show its hidden layers nothing more is asked: they cannot be given known weights."""
        last = settings["hidden"][-1] + 1
        return answer if answer["parameters"] not in (0, last) else {"parameters": answer["parameters"]}

    class reference(nn.Module):
        def __init__(self, inputs: int, hidden: list[int]) -> None:
            super().__init__()
            sizes = [inputs, *hidden]
            layers = [part for a, b in pairwise(sizes) for part in (nn.Linear(a, b), nn.ReLU())]
            self.layers = nn.Sequential(*layers, nn.Linear(sizes[-1], 1))

        def forward(self, X: Tensor) -> Tensor:
            return self.layers(X).squeeze(1)

    @misconception("There is a ReLU after the last layer. Then no logit is ever below 0, and “no” cannot be said.")
    class bend_at_the_end(reference):
        def forward(self, X: Tensor) -> Tensor:
            return super().forward(X).relu()

    @misconception("A sigmoid stands at the end. The loss has one inside: give it logits, as they come.")
    class sigmoid_at_the_end(reference):
        def forward(self, X: Tensor) -> Tensor:
            return super().forward(X).sigmoid()

    @misconception("No ReLU between the layers: however deep, this is one linear layer.")
    class nothing_bends(reference):
        def forward(self, X: Tensor) -> Tensor:
            for layer in self.layers:
                X = layer(X) if isinstance(layer, nn.Linear) else X
            return X.squeeze(1)

    @misconception("The output has the shape (N, 1). Flatten it to (N,), or the loss makes N × N of it.")
    class column(reference):
        def forward(self, X: Tensor) -> Tensor:
            return self.layers(X)

    @misconception("One logit came back: `[0]` takes the first row. The first *column* is `[:, 0]`.")
    class first_row(reference):
        def forward(self, X: Tensor) -> Tensor:
            return self.layers(X)[0]

    @misconception("Only the first number in `hidden` made a layer. Each of them makes one.")
    class one_hidden_layer(reference):
        def __init__(self, inputs: int, hidden: list[int]) -> None:
            super().__init__(inputs, hidden[:1])

    @misconception("Your layers have no bias. Then all units bend at the origin; leave `bias=False` away.")
    class no_bias(reference):
        def __init__(self, inputs: int, hidden: list[int]) -> None:
            super().__init__(inputs, hidden)
            for layer in self.layers:
                if isinstance(layer, nn.Linear):
                    layer.register_parameter("bias", None)

    @misconception(
        "Your model has no parameters: layers in a plain list, or made in `forward`, are not registered, so no "
        "optimiser finds them. Make them in `__init__`, in an `nn.Sequential` or `nn.ModuleList`."
    )
    class plain_list(reference):
        def __init__(self, inputs: int, hidden: list[int]) -> None:
            super().__init__(inputs, hidden)
            self.hidden_away = [*self.layers]
            del self.layers

        def forward(self, X: Tensor) -> Tensor:
            for layer in self.hidden_away:
                X = layer(X)
            return X.squeeze(1)

    @misconception("A ReLU stands before the first layer. It throws away every negative input before anyone saw it.")
    class bend_at_the_start(reference):
        def forward(self, X: Tensor) -> Tensor:
            return super().forward(X.relu())

    @misconception(
        "Only your last layer has parameters. Layers in a plain list are not registered, so no optimiser finds them. "
        "Use `nn.Sequential` or `nn.ModuleList`."
    )
    class plain_list_of_hidden(reference):
        def __init__(self, inputs: int, hidden: list[int]) -> None:
            super().__init__(inputs, hidden)
            *self.hidden_away, self.last = self.layers
            del self.layers

        def forward(self, X: Tensor) -> Tensor:
            for layer in self.hidden_away:
                X = layer(X)
            return self.last(X).squeeze(1)

    @misconception("Your hidden layers bend by a sigmoid. Asked is a ReLU after each of them.")
    class sigmoid_inside(reference):
        def forward(self, X: Tensor) -> Tensor:
            for layer in self.layers:
                X = X.sigmoid() if isinstance(layer, nn.ReLU) else layer(X)
            return X.squeeze(1)

    @misconception("The last layer is missing. After the hidden ones, `nn.Linear(…, 1)` makes one logit of them.")
    class last_layer_missing(reference):
        def __init__(self, inputs: int, hidden: list[int]) -> None:
            super().__init__(inputs, hidden)
            self.layers = nn.Sequential(*[*self.layers][:-1])

        def forward(self, X: Tensor) -> Tensor:
            return self.layers(X)

    @misconception("The last hidden layer has no ReLU. Then it and the output layer are one linear layer.")
    class last_bend_missing(reference):
        def forward(self, X: Tensor) -> Tensor:
            return self.layers[-1](self.layers[:-2](X)).squeeze(1)

    @misconception("Every hidden layer of yours takes `inputs` numbers. It takes as many as the one before it gives.")
    class not_chained(nn.Module):
        def __init__(self, inputs: int, hidden: list[int]) -> None:
            super().__init__()
            self.layers = nn.ModuleList(nn.Linear(inputs, units) for units in hidden)
            self.last = nn.Linear(hidden[-1], 1)

        def forward(self, X: Tensor) -> Tensor:
            for layer in self.layers:
                X = layer(X).relu()
            return self.last(X).squeeze(1)
