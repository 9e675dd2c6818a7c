"""Other right answers to the exercises of lesson 08, and wrong ones without a name."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch.distributions import Normal


def squeezed_by_eigenvectors(X, k):
    mean = X.mean(dim=0)
    V = torch.linalg.eigh((X - mean).T @ (X - mean)).eigenvectors[:, -k:]
    return (X - mean) @ V @ V.T + mean


def squeezed_with_sklearn(X, k):
    from sklearn.decomposition import PCA

    pca = PCA(k).fit(X.numpy())
    return pca.inverse_transform(pca.transform(X.numpy()))


def squeezed_from_the_left(X, k):
    mean = X.mean(dim=0, keepdim=True)
    U, S, Vh = torch.linalg.svd(X - mean, full_matrices=False)
    return U[:, :k] * S[:k] @ Vh[:k] + mean


def grams_by_step(tokens, window):
    pairs = []
    for step in range(1, window + 1):
        pairs += zip(tokens[:-step], tokens[step:], strict=True)
        pairs += zip(tokens[step:], tokens[:-step], strict=True)
    return pairs


def grams_array(tokens, window):
    n = len(tokens)
    places = [(i, j) for i in range(n) for j in range(n) if i != j and abs(i - j) <= window]
    return np.array([[tokens[i], tokens[j]] for i, j in places])


def corrupt_by_indexing(X, mask, bases):
    codes = X.argmax(dim=1)
    codes[mask] = bases[mask]
    return F.one_hot(codes, 4).permute(0, 2, 1).float()


def corrupt_in_numpy(X, mask, bases):
    made = X.numpy().copy()
    rows, places = np.nonzero(mask.numpy())
    made[rows, :, places] = np.eye(4)[bases.numpy()[rows, places]]
    return made


def reconstruction_by_gather(logits, X):
    return (torch.logsumexp(logits, dim=1) - logits.gather(1, X.argmax(dim=1, keepdim=True))[:, 0]).sum(dim=1)


def reconstruction_by_einsum(logits, X):
    return torch.einsum("nbl,nbl->n", X, logits.logsumexp(dim=1, keepdim=True) - logits)


def drawn_by_root(mu, logvar, eps):
    return torch.sqrt(torch.exp(logvar)) * eps + mu


def drawn_by_addcmul(mu, logvar, eps):
    return torch.addcmul(mu, eps, torch.exp(0.5 * logvar))


def kl_as_published(mu, logvar):
    return -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp(), dim=-1)


def kl_by_entropy(mu, logvar):
    cross = 0.5 * (np.log(2 * np.pi) + mu**2 + logvar.exp())
    return (cross - Normal(mu, (logvar / 2).exp()).entropy()).sum(dim=1)


def judged_with_bce(real, made):
    yes, no = torch.ones_like(real), torch.zeros_like(made)
    return F.binary_cross_entropy_with_logits(real, yes) + F.binary_cross_entropy_with_logits(made, no)


def judged_with_logsigmoid(real, made):
    return -(F.logsigmoid(real).mean() + F.logsigmoid(-made).mean())


def nearest_one_by_one(made, train):
    return [min(int((one != other).sum()) for other in train) for one in made]


def nearest_by_one_hot(made, train):
    alike = F.one_hot(made, 4).flatten(1).float() @ F.one_hot(train, 4).flatten(1).float().T
    return made.shape[1] - alike.max(dim=1).values


def cycle_with_l1(a, b, there, back):
    return F.l1_loss(back(there(a)), a) + F.l1_loss(there(back(b)), b)


def cycle_in_one_mean(a, b, there, back):
    both = torch.cat([(back(there(a)) - a).flatten(), (there(back(b)) - b).flatten()])
    return 2 * both.abs().mean()  # as many pixels on either side


class ReversedByMul(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, strength):
        ctx.save_for_backward(torch.tensor(strength))
        return x.clone()

    @staticmethod
    def backward(ctx, slope):
        (strength,) = ctx.saved_tensors
        return slope.neg() * strength, None


class ReversedKept(torch.autograd.Function):
    @staticmethod
    def forward(ctx, values, factor):
        ctx.factor = -factor
        return values * 1

    @staticmethod
    def backward(ctx, slope):
        return ctx.factor * slope, None


def nce_by_hand(pictures, words, temperature):
    p = pictures / pictures.norm(dim=1, keepdim=True)
    w = words / words.norm(dim=1, keepdim=True)
    scores = p @ w.T / temperature
    own = scores.diag()
    return ((scores.logsumexp(1) - own).mean() + (scores.logsumexp(0) - own).mean()) / 2


def nce_by_cosine(pictures, words, temperature):
    scores = F.cosine_similarity(pictures[:, None], words[None], dim=2) / temperature
    return -(scores.log_softmax(1).diag().mean() + scores.log_softmax(0).diag().mean()) / 2


def mended_with_bce(maker, judge, ours, theirs, real, noise):
    with torch.no_grad():
        made = maker(noise)
    theirs.zero_grad()
    judged_with_bce(judge(real), judge(made)).backward()
    theirs.step()
    ours.zero_grad()
    (-F.logsigmoid(judge(maker(noise)))).mean().backward()
    ours.step()


def mended_by_emptying(maker, judge, ours, theirs, real, noise):
    made = maker(noise)
    theirs.zero_grad()
    judged_with_logsigmoid(judge(real), judge(made)).backward(retain_graph=True)
    theirs.step()
    ours.zero_grad()
    F.softplus(-judge(made)).mean().backward()
    ours.step()


ALTERNATIVES = {
    "linear_autoencoder": [squeezed_by_eigenvectors, squeezed_with_sklearn, squeezed_from_the_left],
    "skipgrams": [grams_by_step, grams_array],
    "corrupt": [corrupt_by_indexing, corrupt_in_numpy],
    "reconstruction_loss": [reconstruction_by_gather, reconstruction_by_einsum],
    "reparameterise": [drawn_by_root, drawn_by_addcmul],
    "kl_gaussian": [kl_as_published, kl_by_entropy],
    "discriminator_loss": [judged_with_bce, judged_with_logsigmoid],
    "generator_loss": [
        lambda made: F.binary_cross_entropy_with_logits(made, torch.ones_like(made)),
        lambda made: -F.logsigmoid(made).mean(),
    ],
    "copy_distance": [nearest_one_by_one, nearest_by_one_hot],
    "cycle_loss": [cycle_with_l1, cycle_in_one_mean],
    "gradient_reversal": [ReversedByMul, ReversedKept],
    "info_nce": [nce_by_hand, nce_by_cosine],
    "bug_hunt": [mended_with_bce, mended_by_emptying],
}

WRONG = {
    "linear_autoencoder": [lambda X, k: torch.zeros_like(X), lambda X, k: X],
    "skipgrams": [
        lambda tokens, window: [],
        lambda tokens, window: grams_by_step(tokens, window + 1),
        lambda tokens, window: len(grams_by_step(tokens, window)),
        lambda tokens, window: [(*pair, 1) for pair in grams_by_step(tokens, window)],
    ],
    "corrupt": [lambda X, mask, bases: X.flip(2)],
    "reconstruction_loss": [lambda logits, X: torch.ones(len(X))],
    "reparameterise": [lambda mu, logvar, eps: mu * eps],
    "kl_gaussian": [lambda mu, logvar: torch.zeros(len(mu))],
    "discriminator_loss": [lambda real, made: torch.tensor(1.386)],
    "generator_loss": [lambda made: torch.tensor(0.693)],
    "copy_distance": [lambda made, train: torch.zeros(len(made)).long()],
    "cycle_loss": [lambda a, b, there, back: torch.tensor(0.0)],
    "gradient_reversal": [torch.nn.Identity],
    "info_nce": [lambda pictures, words, temperature: torch.tensor(0.0)],
    "bug_hunt": [lambda maker, judge, ours, theirs, real, noise: ours.step()],
}
