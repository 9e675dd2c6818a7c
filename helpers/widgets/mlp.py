"""The small network that learns in the browser: the same arithmetic as ``static/mlp.js``, with numpy.

All parameters stand in one flat vector, in the order of ``torch.nn.utils.parameters_to_vector``: of each layer the
weights, row by row, and then the biases.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import torch

ACTIVATIONS = ("none", "ReLU", "tanh", "sigmoid")
BETA_1, BETA_2, EPSILON = 0.9, 0.999, 1e-8  # torch's defaults for Adam


def sigmoid(x: np.ndarray) -> np.ndarray:
    """The logistic function, without overflow."""
    return 0.5 * (1 + np.tanh(0.5 * x))


def _activate(name: str, z: np.ndarray) -> np.ndarray:
    if name == "none":
        return z
    return np.maximum(z, 0) if name == "ReLU" else np.tanh(z) if name == "tanh" else sigmoid(z)


def _slope(name: str, z: np.ndarray, a: np.ndarray) -> np.ndarray:
    """The activation's derivative, from its input `z` and its output `a`."""
    if name == "none":
        return np.ones_like(z)
    return (z > 0).astype(float) if name == "ReLU" else 1 - a * a if name == "tanh" else a * (1 - a)


def uniforms(seed: int, count: int) -> np.ndarray:
    """`count` numbers in [0, 1) from the generator mulberry32, which JavaScript computes alike.

    Parameters
    ----------
    seed : int
        0 to 2**32 - 1.
    count : int
        How many.
    """
    mask, state, numbers = 0xFFFFFFFF, seed & 0xFFFFFFFF, np.empty(count)
    for i in range(count):
        state = (state + 0x6D2B79F5) & mask
        t = (state ^ (state >> 15)) * (1 | state) & mask
        t = (t + ((t ^ (t >> 7)) * (61 | t) & mask) & mask) ^ t
        numbers[i] = (t ^ (t >> 14)) / 2**32
    return numbers


@dataclass(frozen=True)
class Network:
    """A multilayer perceptron in the midst of its training.

    Attributes
    ----------
    sizes : tuple of int
        Units of each layer, the inputs first and the output, 1, last.
    activation : str
        One of `ACTIVATIONS`, after each layer but the last.
    parameters : numpy.ndarray
        Flat, float64.
    moments : numpy.ndarray
        Adam's two running means, shape ``(2, parameters)``.
    steps : int
        Steps taken so far.
    """

    sizes: tuple[int, ...]
    activation: str
    parameters: np.ndarray
    moments: np.ndarray
    steps: int = 0

    @classmethod
    def fresh(cls, sizes: Sequence[int], activation: str, seed: int) -> Network:
        """A network before training: uniform up to one over the root of a layer's inputs, as torch begins."""
        bounds = [np.full((inputs + 1) * outputs, 1 / np.sqrt(inputs)) for inputs, outputs in pairwise(sizes)]
        bound = np.concatenate(bounds)
        parameters = bound * (2 * uniforms(seed, len(bound)) - 1)
        return cls(tuple(sizes), activation, parameters, np.zeros((2, len(bound))))

    @classmethod
    def from_torch(cls, model: torch.nn.Module) -> Network:
        """The network inside a torch model: linear layers, one kind of activation between them, one logit at the end.

        Dropout, Identity and Flatten may stand among them: they change nothing when a model is evaluated.

        Raises
        ------
        ValueError
            If the model holds anything else, or does not go from 2 inputs to 1 output.
        """
        from torch import nn

        known = {nn.ReLU: "ReLU", nn.Tanh: "tanh", nn.Sigmoid: "sigmoid"}
        parts = [part for part in model.modules() if not list(part.children())]
        parts = [part for part in parts if not isinstance(part, (nn.Dropout, nn.Identity, nn.Flatten))]
        linear = [part for part in parts if isinstance(part, nn.Linear)]
        strangers = [part for part in parts if not isinstance(part, (nn.Linear, *known))]
        if strangers or not linear:
            found = strangers[0] if strangers else "no linear layer"
            raise ValueError(f"BoundaryExplorer: model holds {found}; expected nn.Linear, ReLU, Tanh and Sigmoid only")
        sizes = (linear[0].in_features, *(part.out_features for part in linear))
        if sizes[0] != 2 or sizes[-1] != 1:
            raise ValueError(
                f"BoundaryExplorer: model goes from {sizes[0]} inputs to {sizes[-1]}; expected 2 and 1 logit"
            )
        between = parts[1:-1]
        kinds = {known[type(part)] for part in between if type(part) in known} or {"none"}
        regular = [isinstance(part, nn.Linear) for part in parts] == [
            i % 2 == 0 or kinds == {"none"} for i in range(len(parts))
        ]
        if len(kinds) > 1 or not regular:
            raise ValueError(
                f"BoundaryExplorer: model is {[type(part).__name__ for part in parts]}; expected linear layers with "
                "the same activation between all of them, and none after the last"
            )
        vectors = [
            np.concatenate([part.weight.detach().cpu().double().numpy().ravel(), _bias(part)]) for part in linear
        ]
        parameters = np.concatenate(vectors)
        if not np.isfinite(parameters).all():
            raise ValueError("BoundaryExplorer: model holds weights that are NaN or infinite; expected finite ones")
        return cls(sizes, kinds.pop(), parameters, np.zeros((2, len(parameters))))

    def to_torch(self) -> torch.nn.Sequential:
        """The same network as a torch model, ``(N, 2)`` to ``(N, 1)``."""
        import torch
        from torch import nn

        activation = {"none": nn.Identity, "ReLU": nn.ReLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid}[self.activation]
        layers: list[nn.Module] = []
        for weights, bias in self.layers():
            linear = nn.Linear(weights.shape[1], weights.shape[0])
            linear.load_state_dict({"weight": torch.tensor(weights), "bias": torch.tensor(bias)})
            layers += [activation(), linear] if layers else [linear]
        return nn.Sequential(*layers)

    def layers(self, vector: np.ndarray | None = None) -> list[tuple[np.ndarray, np.ndarray]]:
        """Weights ``(outputs, inputs)`` and biases ``(outputs,)`` of each layer, as views into the flat `vector`."""
        flat, start, views = self.parameters if vector is None else vector, 0, []
        for inputs, outputs in pairwise(self.sizes):
            middle, end = start + inputs * outputs, start + (inputs + 1) * outputs
            views.append((flat[start:middle].reshape(outputs, inputs), flat[middle:end]))
            start = end
        return views

    def forward(self, X: np.ndarray) -> np.ndarray:
        """Logits of points: ``(N, 2)`` to ``(N,)``."""
        return self._signals(X)[-1][0][:, 0]

    def hidden(self, X: np.ndarray) -> list[np.ndarray]:
        """What each hidden layer says of points: ``(N, 2)`` to ``(N, units)`` each."""
        return [said for _, said in self._signals(X)[1:-1]]

    def loss(self, X: np.ndarray, y: np.ndarray) -> float:
        """Mean binary cross-entropy, in nats, of logits, without overflow; 0 for no points."""
        if len(X) == 0:
            return 0.0
        logits = self.forward(X)
        return float(np.mean(np.maximum(logits, 0) - logits * y + np.log1p(np.exp(-np.abs(logits)))))

    def gradient(self, X: np.ndarray, y: np.ndarray) -> np.ndarray:
        """The loss's slope in each parameter, by the chain rule from the last layer to the first; flat."""
        gradient, signals = np.zeros_like(self.parameters), self._signals(X)
        back = ((sigmoid(signals[-1][0][:, 0]) - y) / len(X))[:, None]
        targets = self.layers(gradient)
        for k in range(len(self.sizes) - 2, -1, -1):
            targets[k][0][:] = back.T @ signals[k][1]
            targets[k][1][:] = back.sum(axis=0)
            if k > 0:
                back = (back @ self.layers()[k][0]) * _slope(self.activation, *signals[k])
        return gradient

    def step(self, X: np.ndarray, y: np.ndarray, rate: float) -> Network:
        """The network after one step of Adam over all points at once."""
        gradient, steps = self.gradient(X, y), self.steps + 1
        first = BETA_1 * self.moments[0] + (1 - BETA_1) * gradient
        second = BETA_2 * self.moments[1] + (1 - BETA_2) * gradient**2
        move = first / (1 - BETA_1**steps) / (np.sqrt(second / (1 - BETA_2**steps)) + EPSILON)
        return replace(self, parameters=self.parameters - rate * move, moments=np.stack([first, second]), steps=steps)

    def _signals(self, X: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
        """Input and output of each layer's activation, the points themselves first."""
        signals, last = [(X, X)], len(self.sizes) - 2
        for k, (weights, bias) in enumerate(self.layers()):
            z = signals[-1][1] @ weights.T + bias
            signals.append((z, z if k == last else _activate(self.activation, z)))
        return signals


def _bias(linear: torch.nn.Linear) -> np.ndarray:
    return np.zeros(linear.out_features) if linear.bias is None else linear.bias.detach().cpu().double().numpy()
