"""In-silico mutagenesis beside tangermeme's plain path and beside one mutation a call: `python benchmarks/ism.py`.

The same models, the same batch, every mutation of every sequence. tangermeme's `fast=True`, which recomputes only what
a mutation changes, stands in a row of its own.
"""

from __future__ import annotations

import torch
from side_by_side import begin, close, compare, store
from tangermeme.saturation_mutagenesis import saturation_mutagenesis
from torch import Tensor, nn

from helpers.dna.sequences import BASES, one_hot, random_dna
from helpers.interpret.mutagenesis import VARIANTS, in_silico_mutagenesis

DILATIONS = (1, 2, 4, 8, 16)


def small(length: int) -> nn.Module:
    """One convolution, the size that lesson 04 reads."""
    return nn.Sequential(
        nn.Conv1d(4, 32, 11, padding=5), nn.ReLU(), nn.MaxPool1d(2), nn.Flatten(), nn.Linear(16 * length, 1)
    )


def dilated(length: int) -> nn.Module:
    """Five dilated convolutions of 32 filters."""
    layers: list[nn.Module] = []
    for channels, dilation in zip((4, 32, 32, 32, 32), DILATIONS, strict=True):
        layers += [nn.Conv1d(channels, 32, 7, padding=3 * dilation, dilation=dilation), nn.ReLU()]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool1d(1), nn.Flatten(), nn.Linear(32, 1))


def tangermeme_effects(model: nn.Module, X: Tensor, fast: bool) -> Tensor:
    """Logit of each mutant minus that of the sequence, `(N, 4, L)`."""
    before, after = saturation_mutagenesis(
        model, X, batch_size=VARIANTS, device="cpu", raw_outputs=True, fast=fast, verbose=False
    )
    return after[..., 0] - before[:, None, None, 0]


def one_at_a_time(model: nn.Module, X: Tensor) -> Tensor:
    """The loop that one writes first: a sequence, a place, a base, a call."""
    effects = torch.zeros_like(X)
    with torch.no_grad():
        for n, x in enumerate(X):
            standing = model(x[None])
            for place in range(x.shape[1]):
                for row in range(len(BASES)):
                    mutant = x.clone()
                    mutant[:, place] = 0
                    mutant[row, place] = 1
                    effects[n, row, place] = (model(mutant[None]) - standing)[0, 0]
    return effects


def main() -> None:
    """Time a small network at L = 70 and 500, and a dilated one."""
    import numpy as np

    torch.set_num_threads(1)
    torch.manual_seed(0)
    begin("in-silico mutagenesis")
    rng, rows = np.random.default_rng(0), []
    for name, make, length, count in (("small", small, 70, 40), ("small", small, 500, 4), ("dilated", dilated, 70, 8)):
        model = make(length).eval()
        X = one_hot([random_dna(length, rng=rng) for _ in range(count)])

        def ours(model: nn.Module = model, X: Tensor = X) -> Tensor:
            return in_silico_mutagenesis(model, X)

        peers = [
            ("tangermeme, plain", lambda m=model, X=X: tangermeme_effects(m, X, False), 0.95),
            ("tangermeme, fast=True", lambda m=model, X=X: tangermeme_effects(m, X, True), None),
        ]
        if length == 70:
            peers.append(("a call a mutation", lambda m=model, X=X: one_at_a_time(m, X), 5.0))
        for peer, theirs, target in peers:
            what = f"{name} network, {count} × {length}"
            rows.append(compare(what, peer, ours, theirs, agree=close(1e-5), target=target))
    store("ism", rows, "tangermeme", "torch")


if __name__ == "__main__":
    main()
