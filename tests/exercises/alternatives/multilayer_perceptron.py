"""Other right answers to the exercises of lesson 03, and wrong ones without a name."""

import math
from itertools import pairwise

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn


def perceptron_by_cases(w, b, x, y):
    called = (w * x).sum() + b > 0
    if called and y == 0:
        return w - x, b - 1
    if not called and y == 1:
        return w + x, b + 1
    return w, b


def perceptron_numpy(w, b, x, y):
    w, x = w.double().numpy(), x.double().numpy()
    error = y - (np.dot(w, x) + b > 0)
    return [w + error * x, np.float64(b + error)]


def collapse_by_probing(W1, b1, W2, b2):
    def both(x):
        return W2 @ (W1 @ x + b1) + b2

    b = both(torch.zeros(W1.shape[1]))
    return torch.stack([both(unit) - b for unit in torch.eye(W1.shape[1])], dim=1), b


def collapse_numpy(W1, b1, W2, b2):
    W1, b1, W2, b2 = (x.double().numpy() for x in (W1, b1, W2, b2))
    return np.einsum("oh,hi->oi", W2, W1), W2.dot(b1) + b2


def softplus_by_hand(z):
    return z.clamp(min=0) + torch.log1p(torch.exp(-z.abs()))


def forward_numpy(X, W1, b1, W2, b2):
    X, W1, b1, W2, b2 = (x.numpy() for x in (X, W1, b1, W2, b2))
    return (np.maximum(X @ W1.T + b1, 0) @ W2.T + b2).reshape(-1)


def forward_point_by_point(X, W1, b1, W2, b2):
    return [float(W2[0] @ torch.relu(W1 @ x + b1) + b2[0]) for x in X]


def backward_numpy(X, y, W1, b1, W2, b2):
    X, y, W1, b1, W2, b2 = (x.numpy() for x in (X, y, W1, b1, W2, b2))
    Z = X @ W1.T + b1
    A = np.where(Z > 0, Z, 0)
    p = 1 / (1 + np.exp(-(A @ W2[0] + b2[0])))
    d = (p - y) / len(y)
    dZ = np.outer(d, W2[0]) * (Z > 0)
    return dZ.T @ X, dZ.sum(0), (d @ A)[None], np.array([d.sum()])


def backward_point_by_point(X, y, W1, b1, W2, b2):
    slopes = [torch.zeros_like(w) for w in (W1, b1, W2, b2)]
    for x, truth in zip(X, y, strict=True):
        z = W1 @ x + b1
        a = torch.relu(z)
        d = (torch.sigmoid(W2 @ a + b2) - truth) / len(y)
        dz = d * W2[0] * (z > 0)
        for slope, part in zip(slopes, (torch.outer(dz, x), dz, d * a[None], d), strict=True):
            slope += part
    return slopes


def backward_in_float32(X, y, W1, b1, W2, b2):
    return [torch.as_tensor(slope).float() for slope in backward_numpy(X, y, W1, b1, W2, b2)]


class MLPWithModuleList(nn.Module):
    def __init__(self, inputs, hidden):
        super().__init__()
        sizes = [inputs, *hidden, 1]
        self.linears = nn.ModuleList(nn.Linear(a, b) for a, b in pairwise(sizes))

    def forward(self, X):
        for layer in self.linears[:-1]:
            X = torch.relu(layer(X))
        return self.linears[-1](X).flatten()


class MLPWithFlatten(nn.Sequential):
    def __init__(self, inputs, hidden):
        super().__init__()
        for i, units in enumerate(hidden):
            self.append(nn.Linear(inputs if i == 0 else hidden[i - 1], units))
            self.append(nn.ReLU())
        self.append(nn.Linear(hidden[-1], 1))
        self.append(nn.Flatten(0))


class MLPOfNumbers(nn.Module):
    """Right shapes, wrong numbers: tanh in place of ReLU."""

    def __init__(self, inputs, hidden):
        super().__init__()
        self.inside = MLPWithModuleList(inputs, hidden)

    def forward(self, X):
        for layer in self.inside.linears[:-1]:
            X = torch.tanh(layer(X))
        return self.inside.linears[-1](X)[:, 0]


def kl_by_loop(p, q):
    total = 0.0
    for a, b in zip(p.tolist(), q.tolist(), strict=True):
        if a > 0:
            total += a * math.log(a / b) if b > 0 else math.inf
    return total


def kl_numpy(p, q):
    p, q = p.double().numpy(), q.double().numpy()
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(p > 0, p * np.log(p / q), 0.0).sum()


def penalty_by_name(model, l1, l2):
    total = torch.tensor(0.0)
    for name, p in model.named_parameters():
        if not name.endswith("bias"):
            total = total + l1 * p.abs().sum() + l2 * (p**2).sum()
    return total


def penalty_by_layers(model, l1, l2):
    weights = torch.cat([layer.weight.flatten() for layer in model if isinstance(layer, nn.Linear)])
    return l1 * weights.norm(1) + l2 * weights @ weights


def dropout_bernoulli(x, p, training, generator):
    if not training:
        return x
    return x * torch.bernoulli(torch.full_like(x, 1 - p), generator=generator) / (1 - p)


def dropout_numpy(x, p, training, generator):
    if not training:
        return x.numpy().copy()
    draws = torch.rand(x.numel(), generator=generator, dtype=torch.float64).numpy().reshape(x.shape)
    return np.where(draws < 1 - p, x.numpy() / (1 - p), 0.0)


class StoppingByHistory:
    """Remembers all losses, and clones."""

    def __init__(self, patience):
        self.patience, self.losses, self.best = patience, [], None

    def step(self, loss, weights):
        if not self.losses or loss < min(self.losses):
            self.best = {name: tensor.detach().clone() for name, tensor in weights.items()}
        self.losses.append(loss)
        best_epoch = self.losses.index(min(self.losses))
        return len(self.losses) - 1 - best_epoch >= self.patience


class StoppingByCountdown:
    """Counts down, and answers with numpy's kind of bool."""

    def __init__(self, patience):
        self.patience = self.left = patience
        self.lowest, self.best = np.inf, {}

    def step(self, loss, weights):
        self.left -= 1
        if loss < self.lowest:
            self.lowest, self.left = loss, self.patience
            self.best = {name: tensor.numpy().copy() for name, tensor in weights.items()}
        return np.bool_(self.left <= 0)


class NeverStops:
    def __init__(self, patience):
        self.best = {"w": torch.zeros(2)}

    def step(self, loss, weights):
        return False


class StopsAtOnce(NeverStops):
    def step(self, loss, weights):
        return True


def momentum_numpy(w, gradient, velocity, lr, momentum):
    velocity = np.float64(momentum) * velocity.double().numpy() + gradient.double().numpy()
    return [w.double().numpy() - lr * velocity, velocity]


def momentum_by_torch(w, gradient, velocity, lr, momentum):
    velocity = torch.add(gradient, velocity, alpha=momentum)
    return torch.sub(w, velocity, alpha=lr), velocity


def adam_numpy(w, gradient, m, v, t, lr, beta1=0.9, beta2=0.999, epsilon=1e-8):
    w, gradient, m, v = (x.double().numpy() for x in (w, gradient, m, v))
    m = beta1 * m + (1 - beta1) * gradient
    v = beta2 * v + (1 - beta2) * np.square(gradient)
    return w - lr * m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + epsilon), m, v


def adam_rate_corrected(w, gradient, m, v, t, lr):
    m = torch.lerp(m, gradient, 0.1)
    v = v + (gradient**2 - v) * 0.001
    root = (1 - 0.999**t) ** 0.5
    return [w - lr * root / (1 - 0.9**t) * m / (v**0.5 + 1e-8 * root), m, v]


def folds_by_stride(n, k, generator):
    order = torch.randperm(n, generator=generator).tolist()
    parts = [order[i::k] for i in range(k)]
    return [([row for j, part in enumerate(parts) if j != i for row in part], parts[i]) for i in range(k)]


def folds_as_arrays(n, k, generator):
    order = np.random.default_rng(int(torch.randint(1 << 30, (1,), generator=generator))).permutation(n)
    return [[np.setdiff1d(order, valid), valid] for valid in np.array_split(order, k)]


def folds_as_tensors(n, k, generator):
    fold_of = torch.arange(n)[torch.randperm(n, generator=generator)] % k
    rows = torch.arange(n)
    return [(rows[fold_of != i], rows[fold_of == i]) for i in range(k)]


def folds_by_borders(n, k, generator):
    order, borders = torch.randperm(n, generator=generator), [round(i * n / k) for i in range(k + 1)]
    return [(torch.cat([order[:a], order[b:]]), order[a:b]) for a, b in pairwise(borders)]


def hunt_mended(model, optimiser, X, y, X_valid, y_valid):
    loss = F.binary_cross_entropy_with_logits(model(X), y)
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    model.eval()
    with torch.no_grad():
        valid_loss = F.binary_cross_entropy_with_logits(model(X_valid), y_valid)
    model.train()
    return valid_loss


def hunt_by_layer(model, optimiser, X, y, X_valid, y_valid):
    optimiser.zero_grad()
    nn.BCEWithLogitsLoss()(model(X), y).backward()
    optimiser.step()
    for layer in model:
        layer.training = False
    loss = F.binary_cross_entropy_with_logits(model(X_valid), y_valid).item()
    for layer in model:
        layer.training = True
    return loss


def hunt_without_learning(model, optimiser, X, y, X_valid, y_valid):
    model.eval()
    return F.binary_cross_entropy_with_logits(model(X_valid), y_valid).item()


ALTERNATIVES = {
    "perceptron_step": [perceptron_by_cases, perceptron_numpy],
    "collapse": [collapse_by_probing, collapse_numpy, lambda W1, b1, W2, b2: [(W1.T @ W2.T).T, b2 + b1 @ W2.T]],
    "relu": [
        lambda z: z * (z > 0),
        lambda z: z.clamp(min=0).double(),
        lambda z: np.maximum(z.numpy(), 0),
        lambda z: torch.where(z > 0, z, torch.zeros(())),
        lambda z: (z + z.abs()) / 2,
    ],
    "softplus": [
        softplus_by_hand,
        lambda z: np.logaddexp(0, z.double().numpy()),
        lambda z: torch.where(z > 30, z, torch.log1p(torch.exp(z.clamp(max=30)))),
        lambda z: -F.logsigmoid(-z),
        lambda z: [max(x, 0) + math.log1p(math.exp(-abs(x))) for x in z.tolist()],
    ],
    "mlp_forward": [forward_numpy, forward_point_by_point, lambda *a: torch.as_tensor(forward_numpy(*a)).float()],
    "mlp_backward": [backward_numpy, backward_point_by_point, backward_in_float32],
    "mlp": [MLPWithModuleList, MLPWithFlatten],
    "kl_divergence": [
        kl_by_loop,
        kl_numpy,
        lambda p, q: (torch.xlogy(p, p) - torch.xlogy(p, q)).sum(),
        lambda p, q: torch.where(p > 0, p * (p.log() - q.log()), 0.0).sum().double(),
        lambda p, q: torch.nansum(p * torch.log(p / q)),
    ],
    "l1_l2_penalty": [penalty_by_name, penalty_by_layers],
    "dropout": [dropout_bernoulli, dropout_numpy],
    "early_stopping": [StoppingByHistory, StoppingByCountdown],
    "momentum_step": [momentum_numpy, momentum_by_torch],
    "adam_step": [adam_numpy, adam_rate_corrected],
    "kfold": [folds_by_stride, folds_as_arrays, folds_as_tensors, folds_by_borders],
    "bug_hunt": [hunt_mended, hunt_by_layer],
}

WRONG = {
    "perceptron_step": [
        lambda w, b, x, y: (w, b),
        lambda w, b, x, y: perceptron_by_cases(w, b, x, y)[::-1],
        lambda w, b, x, y: perceptron_by_cases(w, b, x, y)[0],
    ],
    "collapse": [
        lambda W1, b1, W2, b2: (torch.zeros(len(W2), W1.shape[1]), torch.zeros(len(W2))),
        lambda W1, b1, W2, b2: W2 @ W1,
    ],
    "relu": [lambda z: 0 * z, lambda z: z, lambda z: z.clamp(0, 1), lambda z: z.clamp(min=0).sum()],
    "softplus": [lambda z: 0 * z, lambda z: z, lambda z: softplus_by_hand(z).mean(), lambda z: torch.exp(z)],
    "mlp_forward": [
        lambda X, *weights: torch.zeros(len(X)),
        lambda *a: forward_numpy(*a).mean(),
        lambda X, W1, b1, W2, b2: (torch.tanh(X @ W1.T + b1) @ W2.T + b2)[:, 0],
    ],
    "mlp_backward": [
        lambda X, y, *weights: [torch.zeros_like(w) for w in weights],
        lambda *a: backward_numpy(*a)[:2],
        lambda *a: [-slope for slope in backward_numpy(*a)],
    ],
    "mlp": [MLPOfNumbers, nn.Linear, nn.Identity, lambda inputs, hidden: nn.Linear(inputs, 1)],
    "kl_divergence": [
        lambda p, q: 0.0,
        lambda p, q: abs(p - q).sum(),
        lambda p, q: kl_by_loop(p, q) + kl_by_loop(q, p),
        lambda p, q: min(kl_by_loop(p, q), 1e30),
        lambda p, q: [kl_by_loop(p, q)],
    ],
    "l1_l2_penalty": [
        lambda model, l1, l2: torch.tensor(0.0),
        lambda model, l1, l2: 2 * penalty_by_name(model, l1, l2),
        lambda model, l1, l2: [penalty_by_name(model, l1, l2)],
    ],
    "dropout": [
        lambda x, p, training, generator: x,
        lambda x, p, training, generator: 0 * x,
        lambda x, p, training, generator: dropout_bernoulli(x, 0.5, training, generator),
        lambda x, p, training, generator: dropout_bernoulli(x, p, training, generator)[:10],
        lambda x, p, training, generator: F.dropout(x, p, training),
    ],
    "early_stopping": [NeverStops, StopsAtOnce, dict],
    "momentum_step": [
        lambda w, gradient, velocity, lr, momentum: (w, velocity),
        lambda w, gradient, velocity, lr, momentum: momentum_numpy(w, gradient, velocity, lr, momentum)[0],
    ],
    "adam_step": [
        lambda w, gradient, m, v, t, lr: (w, m, v),
        lambda w, gradient, m, v, t, lr: adam_numpy(w, gradient, m, v, t, lr)[::-1],
        lambda w, gradient, m, v, t, lr: adam_numpy(w, gradient, m, v, 1, lr),
        lambda w, gradient, m, v, t, lr: adam_numpy(w, gradient, m, v, t, lr, epsilon=1e-3),
    ],
    "kfold": [
        lambda n, k, generator: [(1, 2, 3)] * k,
        lambda n, k, generator: [],
        lambda n, k, generator: [(range(n), [])] * k,
        lambda n, k, generator: [valid for _, valid in folds_by_stride(n, k, generator)],
        lambda n, k, generator: [([r for r in range(n) if r % k != i], [*range(i, n, k)]) for i in range(k)],
        lambda n, k, generator: folds_by_stride(n, k + 1, generator),
    ],
    "bug_hunt": [hunt_without_learning, lambda *arguments: 0.0, lambda *arguments: None],
}
