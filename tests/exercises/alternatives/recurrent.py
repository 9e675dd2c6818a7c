"""Other right answers to the exercises of lesson 05, and wrong ones without a name."""

import itertools
import math

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn


def forward_numpy(log_start, log_transition, log_emission, tokens):
    start, transition, emission = (np.asarray(table) for table in (log_start, log_transition, log_emission))
    alpha = start + emission[:, tokens[0]]
    for token in tokens[1:]:
        alpha = np.logaddexp.reduce(alpha[:, None] + transition, axis=0) + emission[:, token]
    return np.logaddexp.reduce(alpha)


def forward_rescaled(log_start, log_transition, log_emission, tokens):
    start, transition, emission = log_start.exp(), log_transition.exp(), log_emission.exp()
    alpha, total = start * emission[:, tokens[0]], 0.0
    for token in tokens[1:]:
        total += alpha.sum().log()
        alpha = (alpha / alpha.sum()) @ transition * emission[:, token]
    return total + alpha.sum().log()


def forward_in_lists(log_start, log_transition, log_emission, tokens):
    a, e = log_transition.tolist(), log_emission.tolist()
    states = range(len(e))
    alpha = [s + e[k][tokens[0]] for k, s in enumerate(log_start.tolist())]
    for token in tokens[1:]:
        ways = [[alpha[j] + a[j][k] for j in states] for k in states]
        alpha = [max(w) + math.log(sum(math.exp(x - max(w)) for x in w)) + e[k][token] for k, w in enumerate(ways)]
    return max(alpha) + math.log(sum(math.exp(x - max(alpha)) for x in alpha))


def rnn_numpy(X, W_x, W_h, b):
    X, W_x, W_h, b = (tensor.double().numpy() for tensor in (X, W_x, W_h, b))
    states = np.zeros((*X.shape[:2], len(b)))
    h = np.zeros((len(X), len(b)))
    for t in range(X.shape[1]):
        h = states[:, t] = np.tanh(X[:, t] @ W_x.T + h @ W_h.T + b)
    return states


def rnn_one_by_one(X, W_x, W_h, b):
    rows = []
    for sequence in X:
        h, states = torch.zeros(len(b)), []
        for x in sequence:
            h = torch.tanh(W_x @ x + W_h @ h + b)
            states.append(h)
        rows.append(torch.stack(states))
    return torch.stack(rows)


def rnn_reversed(X, W_x, W_h, b):
    return rnn_one_by_one(X.flip(1), W_x, W_h, b)


def clip_flat(gradients, most):
    flat = torch.cat([g.flatten() for g in gradients])
    factor = min(1.0, most / float(flat.norm().clamp(min=1e-12)))
    return [factor * g for g in gradients]


def clip_numpy(gradients, most):
    arrays = [g.double().numpy() for g in gradients]
    norm = math.sqrt(sum((a * a).sum() for a in arrays))
    return tuple(a * (most / norm if norm > most else 1) for a in arrays)


def gru_named(x, h, W_x, W_h, b_x, b_h):
    H = h.shape[1]
    a, u = x @ W_x.T + b_x, h @ W_h.T + b_h
    gates = torch.sigmoid(a[:, : 2 * H] + u[:, : 2 * H])
    r, z = gates[:, :H], gates[:, H:]
    n = torch.tanh(a[:, 2 * H :] + r * u[:, 2 * H :])
    return n + z * (h - n)


def gru_numpy(x, h, W_x, W_h, b_x, b_h):
    x, h, W_x, W_h, b_x, b_h = (t.double().numpy() for t in (x, h, W_x, W_h, b_x, b_h))
    a, u = np.split(x @ W_x.T + b_x, 3, axis=1), np.split(h @ W_h.T + b_h, 3, axis=1)
    r, z = (1 / (1 + np.exp(-(a[i] + u[i]))) for i in (0, 1))
    return (1 - z) * np.tanh(a[2] + r * u[2]) + z * h


def pad_by_loop(sequences):
    longest = max(len(s) for s in sequences)
    tokens = torch.full((len(sequences), longest), 4)
    mask = torch.zeros(len(sequences), longest, dtype=torch.bool)
    for i, s in enumerate(sequences):
        tokens[i, : len(s)] = torch.tensor(s)
        mask[i, : len(s)] = True
    return tokens, mask


def pad_numpy(sequences):
    tokens = np.array(list(itertools.zip_longest(*sequences, fillvalue=4))).T
    lengths = np.array([len(s) for s in sequences])
    return [tokens.astype(float), np.arange(tokens.shape[1]) < lengths[:, None]]


def masked_by_loop(states, mask):
    means = torch.zeros(len(states), states.shape[2], dtype=torch.float64)
    for i, (rows, real) in enumerate(zip(states, mask, strict=True)):
        if real.any():
            means[i] = rows[real].mean(dim=0)
    return means


def masked_einsum(states, mask):
    weights = mask.float() / mask.sum(dim=1, keepdim=True).clamp(min=1)
    return torch.einsum("nlh,nl->nh", states, weights).numpy()


def strands_stacked(model, X):
    with torch.no_grad():
        return model(torch.cat([X, X.flip(2).flip(1)])).reshape(2, -1).mean(dim=0)


def strands_by_index(model, X):
    other = X[:, [3, 2, 1, 0]][:, :, torch.arange(X.shape[2] - 1, -1, -1)]
    return (0.5 * model(X) + 0.5 * model(other)).double()


def perplexity_bits(logits, targets):
    logs, bits = logits.softmax(dim=-1).log2(), []
    for row, wanted in zip(logs, targets.tolist(), strict=True):
        bits += [-float(chances[t]) for chances, t in zip(row, wanted, strict=True) if t >= 0]
    return 2 ** (sum(bits) / len(bits))


def perplexity_logsumexp(logits, targets):
    rows, wanted = logits.reshape(-1, 4), targets.reshape(-1)
    rows, wanted = rows[wanted >= 0], wanted[wanted >= 0]
    surprise = torch.logsumexp(rows, dim=1) - rows[torch.arange(len(rows)), wanted]
    return surprise.mean().exp().item()


def sample_by_stairs(logits, temperature, generator):
    stairs = torch.softmax(logits / temperature, dim=1).cumsum(dim=1)
    draws = torch.rand(len(logits), 1, generator=generator)
    return (draws > stairs).sum(dim=1).clamp(max=3)


def sample_gumbel(logits, temperature, generator):
    noise = -torch.log(-torch.log(torch.rand(logits.shape, generator=generator)))
    return (logits / temperature + noise).argmax(dim=1).numpy()


def sample_by_rows(logits, temperature, generator):
    chances = (logits.double() / temperature).exp()
    return torch.multinomial(chances, 1, generator=generator)[:, 0].tolist()


def hunt_with_zeros(gru, head, optimiser, batches, X_valid):
    for X, y in batches:
        state = torch.zeros(1, len(X), gru.hidden_size)
        states, state = gru(X, state)
        loss = F.binary_cross_entropy_with_logits(head(states[:, -1])[:, 0], y)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    states, _ = gru(X_valid, None)
    return head(states[:, -1]).flatten()


def hunt_by_last_state(gru, head, optimiser, batches, X_valid):
    loss_of = nn.BCEWithLogitsLoss()
    for X, y in batches:
        optimiser.zero_grad()
        loss_of(head(gru(X)[1][0]).squeeze(-1), y).backward()
        optimiser.step()
    with torch.no_grad():
        return head(gru(X_valid)[1][0]).squeeze(-1).numpy()


def hunt_without_training(gru, head, optimiser, batches, X_valid):
    with torch.no_grad():
        return head(gru(X_valid)[0][:, -1]).squeeze(1)


ALTERNATIVES = {
    "hmm_forward": [forward_numpy, forward_rescaled, forward_in_lists],
    "rnn_forward": [rnn_numpy, rnn_one_by_one],
    "clip_gradients": [clip_flat, clip_numpy],
    "gru_cell": [gru_named, gru_numpy],
    "pad_batch": [pad_by_loop, pad_numpy],
    "masked_mean": [masked_by_loop, masked_einsum],
    "both_strands": [strands_stacked, strands_by_index],
    "next_base_pairs": [
        lambda tokens: (tokens.numpy()[:, :-1], tokens.numpy()[:, 1:]),
        lambda tokens: [tokens.narrow(1, 0, tokens.shape[1] - 1), tokens[:, 1 : tokens.shape[1]].float()],
    ],
    "perplexity": [perplexity_bits, perplexity_logsumexp],
    "sample": [sample_by_stairs, sample_gumbel, sample_by_rows],
    "bug_hunt": [hunt_with_zeros, hunt_by_last_state],
}

WRONG = {
    "hmm_forward": [
        lambda log_start, log_transition, log_emission, tokens: 0.0,
        lambda log_start, log_transition, log_emission, tokens: log_emission.mean(0)[tokens].sum(),
        lambda *tables: forward_numpy(*tables) / len(tables[3]),
    ],
    "rnn_forward": [rnn_reversed, lambda X, W_x, W_h, b: torch.zeros(*X.shape[:2], len(b)), lambda *given: None],
    "clip_gradients": [
        lambda gradients, most: gradients,
        lambda gradients, most: [torch.zeros_like(g) for g in gradients],
        lambda gradients, most: clip_flat(gradients, most)[0],
        lambda gradients, most: [g * most / (g.numel() * len(gradients)) for g in gradients],
    ],
    "gru_cell": [
        lambda x, h, *weights: h,
        lambda x, h, *weights: torch.zeros_like(h),
        lambda *given: gru_named(*given)[:, None],
    ],
    "pad_batch": [
        lambda sequences: (torch.zeros(2, 2), torch.ones(2, 2)),
        lambda sequences: pad_by_loop(sequences)[0],
        lambda sequences: (pad_by_loop(sequences)[0], pad_by_loop(sequences)[1].long()),
        lambda sequences: (pad_by_loop(sequences)[0].T, pad_by_loop(sequences)[1].T),
    ],
    "masked_mean": [
        lambda states, mask: torch.zeros(len(states), states.shape[2]),
        lambda states, mask: masked_by_loop(states, mask)[:, None],
        lambda states, mask: states[:, -1],
    ],
    "both_strands": [
        lambda model, X: torch.zeros(len(X)),
        lambda model, X: torch.stack([model(X), model(X.flip(1, 2))]),
    ],
    "next_base_pairs": [
        lambda tokens: (tokens[:, :-2], tokens[:, 2:]),
        lambda tokens: tokens[:, 1:],
        lambda tokens: (tokens[:, :-1], torch.zeros_like(tokens[:, 1:])),
    ],
    "perplexity": [
        lambda logits, targets: 4.0,
        lambda logits, targets: (logits.argmax(dim=2) == targets).float().mean(),
        lambda logits, targets: [perplexity_bits(logits, targets)],
        lambda logits, targets: perplexity_bits(logits, targets.clamp(min=0)),
    ],
    "sample": [
        lambda logits, temperature, generator: torch.randint(2, (len(logits),), generator=generator),
        lambda logits, temperature, generator: sample_by_stairs(logits, temperature, generator) + 1,
        lambda logits, temperature, generator: int(sample_by_stairs(logits, temperature, generator)[0]),
    ],
    "bug_hunt": [hunt_without_training, lambda gru, head, optimiser, batches, X_valid: torch.zeros(len(X_valid))],
}
