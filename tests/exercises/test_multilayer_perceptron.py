"""The slopes and steps that lesson 03 asks for are those that torch takes."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from helpers.exercises import multilayer_perceptron as lesson
from helpers.exercises.multilayer_perceptron.draws import network


@pytest.mark.parametrize(("n", "inputs", "hidden"), [(1, 2, 1), (7, 5, 3), (100, 280, 32)])
def test_backpropagation_by_hand_agrees_with_autograd(n, inputs, hidden) -> None:
    rng = np.random.default_rng(n)
    X, *weights = network(rng, n, inputs, hidden)
    y = torch.as_tensor(rng.integers(0, 2, n)).double()
    leaves = [w.clone().requires_grad_() for w in weights]
    F.binary_cross_entropy_with_logits(lesson.MlpForward().reference(X, *leaves), y).backward()
    for leaf, slope in zip(leaves, lesson.MlpBackward().reference(X, y, *weights), strict=True):
        assert slope.shape == leaf.shape
        assert (slope - leaf.grad).abs().max() < 1e-6


@pytest.mark.parametrize("name", ["momentum", "Adam"])
def test_steps_are_those_of_torch(name) -> None:
    curvature = torch.tensor([1.0, 10.0, 1e-6])
    w, state = torch.tensor([1.0, -2.0, 3.0]), (torch.zeros(3), torch.zeros(3))
    theirs = w.clone().requires_grad_()
    optimiser = (
        torch.optim.SGD([theirs], lr=0.02, momentum=0.9) if name == "momentum" else torch.optim.Adam([theirs], lr=0.1)
    )
    for t in range(1, 31):
        theirs.grad = (curvature * theirs).detach()
        optimiser.step()
        if name == "momentum":
            w, velocity = lesson.MomentumStep().reference(w, curvature * w, state[0], 0.02, 0.9)
            state = (velocity, velocity)
        else:
            w, *state = lesson.AdamStep().reference(w, curvature * w, *state, t, 0.1)
        assert torch.allclose(w, theirs.detach(), rtol=1e-5, atol=1e-6)
