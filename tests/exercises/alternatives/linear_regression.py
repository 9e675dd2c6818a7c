"""Other right answers to the exercises of lesson 01, and wrong ones without a name."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch


def predict_in_a_loop(x: Any, w: float, b: float) -> Any:
    return torch.tensor([w * float(one) + b for one in x])


def mse_in_a_loop(prediction: Any, y: Any) -> Any:
    return sum((p - t) ** 2 for p, t in zip(prediction.flatten(), y, strict=True)) / len(y)


def mse_of_squeezed(prediction: Any, y: Any) -> Any:
    return (prediction.reshape(y.shape) - y).pow(2).mean()


def mse_of_a_trace(prediction: Any, y: Any) -> Any:
    column = prediction.reshape(-1, 1) - y.reshape(-1, 1)
    return (column.T @ column / len(y)).squeeze()


def gradients_in_a_loop(x: Any, y: Any, w: float, b: float) -> list[float]:
    errors = [w * float(one) + b - float(t) for one, t in zip(x, y, strict=True)]
    dw = 2 * sum(e * float(one) for e, one in zip(errors, x, strict=True)) / len(x)
    return [dw, 2 * sum(errors) / len(x)]


def gradients_in_numpy(x: Any, y: Any, w: float, b: float) -> Any:
    x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    return np.array([2 * (x * (w * x + b - y)).mean(), 2 * (w * x + b - y).mean()])


def gradients_by_dot_product(x: Any, y: Any, w: float, b: float) -> Any:
    error = y - w * x - b
    return -2 * (error @ x) / len(x), -2 / len(x) * error.sum()


def step_as_array(w: float, b: float, dw: float, db: float, lr: float) -> Any:
    return np.array([w, b]) - lr * np.array([dw, db])


def step_as_tensors(w: float, b: float, dw: float, db: float, lr: float) -> Any:
    return torch.tensor(w) - lr * torch.tensor(dw), torch.tensor(b) - lr * torch.tensor(db)


def standardise_in_double(train: Any, other: Any) -> Any:
    train, other = train.double(), other.double()
    spread = train.std(dim=0, correction=0)
    spread[spread == 0] = 1
    return (train - train.mean(dim=0)) / spread, (other - train.mean(dim=0)) / spread


def standardise_as_arrays(train: Any, other: Any) -> Any:
    return tuple(table.numpy() for table in standardise_column_by_column(train, other))


def standardise_column_by_column(train: Any, other: Any) -> Any:
    scaled = torch.empty_like(train), torch.empty_like(other)
    for j in range(train.shape[1]):
        centre = train[:, j].mean()
        spread = ((train[:, j] - centre) ** 2).mean().sqrt()
        for new, old in zip(scaled, (train, other), strict=True):
            new[:, j] = (old[:, j] - centre) / (spread if spread > 0 else 1)
    return scaled


def zero_first(w: Any, b: Any, x: Any, y: Any, lr: float) -> float:
    w.grad.zero_()
    b.grad.zero_()
    loss = ((w * x + b - y) ** 2).mean()
    loss.backward()
    with torch.no_grad():
        w -= lr * w.grad
        b -= lr * b.grad
    return loss.item()


def zero_last(w: Any, b: Any, x: Any, y: Any, lr: float) -> Any:
    loss = torch.nn.functional.mse_loss(w * x + b, y)
    loss.backward()
    for parameter in (w, b):
        parameter.data -= lr * parameter.grad
        parameter.grad = None
    return loss.detach()


def slopes_asked_for(w: Any, b: Any, x: Any, y: Any, lr: float) -> float:
    loss = (w * x + b - y).square().mean()
    slopes = torch.autograd.grad(loss, [w, b])
    with torch.no_grad():
        for parameter, slope in zip((w, b), slopes, strict=True):
            parameter.sub_(lr * slope)
    return loss.item()


def features_in_double(sequences: Any) -> Any:
    return torch.from_numpy(np.array([[sum(base in "GC" for base in s) / len(s), len(s)] for s in sequences]))


def features_stacked(sequences: Any) -> Any:
    length = torch.tensor([float(len(s)) for s in sequences])
    strong = torch.tensor([float(s.count("G") + s.count("C")) for s in sequences])
    return torch.stack([strong / length, length], dim=1)


def loop_with_a_column_of_y(model: Any, X: Any, y: Any, epochs: int, lr: float) -> list[float]:
    optimiser = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for _ in range(epochs):
        optimiser.zero_grad()
        loss = torch.nn.functional.mse_loss(model(X), y[:, None])
        loss.backward()
        optimiser.step()
        losses.append(float(loss.detach()))
    return losses


def loop_that_zeroes_last(model: Any, X: Any, y: Any, epochs: int, lr: float) -> Any:
    optimiser = torch.optim.SGD(list(model.parameters()), lr=lr)
    losses = []
    for _ in range(epochs):
        loss = ((model(X).squeeze(-1) - y) ** 2).mean()
        loss.backward()
        optimiser.step()
        model.zero_grad()
        losses.append(loss.detach())
    return torch.stack(losses)


def loop_that_names_both(model: Any, X: Any, y: Any, epochs: int, lr: float) -> list[float]:
    optimiser = torch.optim.SGD([model.weight, model.bias], lr=lr)
    losses = []
    for _ in range(epochs):
        optimiser.zero_grad()
        loss = ((model(X).flatten() - y) ** 2).mean()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    return losses


def r2_by_variance(prediction: Any, y: Any) -> Any:
    left, measured = np.asarray(y) - np.asarray(prediction), np.asarray(y)
    return left, 1 - (left**2).mean() / measured.var()


def r2_in_a_loop(prediction: Any, y: Any) -> Any:
    left = [float(t - p) for p, t in zip(prediction, y, strict=True)]
    mean = sum(float(t) for t in y) / len(y)
    return left, 1 - sum(e * e for e in left) / sum((float(t) - mean) ** 2 for t in y)


def zeros_like_y(prediction: Any, y: Any) -> float:
    return 0.0


ALTERNATIVES = {
    "predict": [
        predict_in_a_loop,
        lambda x, w, b: torch.add(torch.as_tensor(b), x.float(), alpha=w),
    ],
    "mse": [mse_in_a_loop, mse_of_squeezed, mse_of_a_trace],
    "mse_gradients": [gradients_in_a_loop, gradients_in_numpy, gradients_by_dot_product],
    "gradient_step": [step_as_array, step_as_tensors],
    "standardise": [standardise_in_double, standardise_column_by_column],
    "training_step": [zero_first, zero_last, slopes_asked_for],
    "train_model": [loop_with_a_column_of_y, loop_that_zeroes_last, loop_that_names_both],
    "residuals_and_r2": [r2_by_variance, r2_in_a_loop],
    "features": [features_in_double, features_stacked],
    "mend_the_loop": [loop_with_a_column_of_y, loop_that_zeroes_last, loop_that_names_both],
}


def losses_with_their_record(model, X, y, epochs, lr):
    optimiser = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for _ in range(epochs):
        loss = ((model(X)[:, 0] - y) ** 2).mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss)
    return losses


WRONG = {
    "predict": [
        lambda x, w, b: 0 * x,
        lambda x, w, b: (w * x + b)[:, None],
        lambda x, w, b: np.asarray(x, dtype=np.float64) * w + b,
    ],
    "mse": [zeros_like_y, lambda prediction, y: float("nan"), lambda prediction, y: "0"],
    "mse_gradients": [
        lambda x, y, w, b: (0.0, 0.0),
        lambda x, y, w, b: 2 * (w * x + b - y).mean(),
        lambda x, y, w, b: (2 * (w * x + b - y) * x, 2 * (w * x + b - y)),
    ],
    "gradient_step": [lambda w, b, dw, db, lr: (w, b), lambda w, b, dw, db, lr: w - lr * dw],
    "standardise": [
        standardise_as_arrays,
        lambda train, other: (torch.zeros_like(train), torch.zeros_like(other)),
        lambda train, other: (train, other),
        lambda train, other: (train - train.mean(0)) / train.std(0),
    ],
    "training_step": [lambda w, b, x, y, lr: 0.0, lambda w, b, x, y, lr: lr],
    "train_model": [lambda model, X, y, epochs, lr: [0.0] * epochs, losses_with_their_record],
    "residuals_and_r2": [lambda prediction, y: (0 * y, 0.0), lambda prediction, y: 1.0],
    "features": [lambda sequences: torch.zeros(len(sequences), 2), lambda sequences: [len(s) for s in sequences]],
    "mend_the_loop": [lambda model, X, y, epochs, lr: [0.0] * epochs, lambda model, X, y, epochs, lr: None],
}
