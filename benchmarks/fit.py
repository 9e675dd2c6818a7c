"""`fit` beside a bare loop, Lightning and skorch: `python benchmarks/fit.py`.

The same network, data, batches of 128, AdamW, on the CPU with one thread, with validation after every epoch. The bare
loop is what lesson 02 writes by hand, with the tensors in memory. The training losses that they end at must be within a
tenth of each other: batches come in another order. Set-up is inside the clock, importing is not.

    python benchmarks/fit.py [--device cuda]

With a GPU the peer is a loop over a DataLoader, and bytes moved and utilisation are reported.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import logging
import warnings
from collections.abc import Callable
from typing import Any

import torch
from side_by_side import begin, compare, store
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits as loss_of

from helpers.training import fit

TRAIN, VALID, LENGTH, BATCH, EPOCHS, LR = 8_000, 1_000, 70, 128, 3, 1e-3


class Network(nn.Module):
    """A small CNN: 32 filters of 11, pooling by 2, one hidden layer."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv1d(4, 32, 11, padding=5), nn.ReLU(), nn.MaxPool1d(2), nn.Flatten(), nn.Linear(16 * LENGTH, 32)
        )
        self.last = nn.Sequential(nn.ReLU(), nn.Linear(32, 1))

    def forward(self, X: Tensor) -> Tensor:
        """Logits `(N,)`."""
        return self.last(self.layers(X.float())).squeeze(-1)


def fresh() -> Network:
    """The network with the same first weights every time."""
    torch.manual_seed(0)
    return Network()


def data(count: int, seed: int) -> tuple[Tensor, Tensor]:
    """Random sequences `(N, 4, L)` int8, labelled by a rule that the network can learn."""
    generator = torch.Generator().manual_seed(seed)
    bases = torch.randint(0, 4, (count, LENGTH), generator=generator)
    X = nn.functional.one_hot(bases, 4).transpose(1, 2).to(torch.int8).contiguous()
    return X, ((bases[:, 20:40] == 1).sum(dim=1) > 5).float()


def loss(model: nn.Module, X: Tensor, y: Tensor) -> float:
    """Mean loss over all rows, in evaluation mode."""
    model.eval()
    with torch.no_grad():
        return loss_of(model.cpu()(X), y).item()


def with_fit(train: tuple, valid: tuple, device: str) -> nn.Module:
    """The course's loop."""
    model = fresh()
    fit(model, train, valid, epochs=EPOCHS, lr=LR, batch_size=BATCH, device=device, progress=False, weight_decay=0.01)
    return model


def bare_loop(train: tuple, valid: tuple, device: str) -> nn.Module:
    """The fewest lines that do the same."""
    model, (X, y) = fresh().to(device), (part.to(device) for part in train)
    held_out = [part.to(device) for part in valid]
    optimizer = torch.optim.AdamW(model.parameters(), lr=LR)
    for _ in range(EPOCHS):
        model.train()
        for rows in torch.randperm(len(X)).to(device).split(BATCH):
            optimizer.zero_grad()
            loss_of(model(X[rows]), y[rows]).backward()
            optimizer.step()
        model.eval()
        with torch.no_grad():
            loss_of(model(held_out[0]), held_out[1]).item()
    return model


def loader_loop(train: tuple, valid: tuple, device: str) -> nn.Module:
    """A DataLoader that feeds the device batch by batch."""
    model = fresh().to(device)
    loaders = [loader(train, True), loader(valid, False)]
    optimizer = torch.optim.AdamW(model.parameters(), lr=LR)
    for _ in range(EPOCHS):
        model.train()
        for X, y in loaders[0]:
            optimizer.zero_grad()
            loss_of(model(X.to(device)), y.to(device)).backward()
            optimizer.step()
        model.eval()
        with torch.no_grad():
            for X, y in loaders[1]:
                loss_of(model(X.to(device)), y.to(device)).item()
    return model


def loader(pair: tuple, shuffle: bool) -> Any:
    """Batches of a pair of tensors."""
    from torch.utils.data import DataLoader, TensorDataset

    return DataLoader(TensorDataset(*pair), batch_size=BATCH if shuffle else 1024, shuffle=shuffle)


def with_lightning(train: tuple, valid: tuple) -> nn.Module:
    """Lightning's Trainer, everything that it may leave out left out."""
    import lightning

    class Module(lightning.LightningModule):
        def __init__(self) -> None:
            super().__init__()
            self.model = fresh()

        def training_step(self, batch: list[Tensor], _: int) -> Tensor:
            return loss_of(self.model(batch[0]), batch[1])

        def validation_step(self, batch: list[Tensor], _: int) -> None:
            loss_of(self.model(batch[0]), batch[1])

        def configure_optimizers(self) -> torch.optim.Optimizer:
            return torch.optim.AdamW(self.parameters(), lr=LR)

    quiet = {
        "logger": False,
        "enable_checkpointing": False,
        "enable_progress_bar": False,
        "enable_model_summary": False,
    }
    module = Module()
    trainer = lightning.Trainer(max_epochs=EPOCHS, accelerator="cpu", num_sanity_val_steps=0, **quiet)
    trainer.fit(module, loader(train, True), loader(valid, False))
    return module.model


def with_skorch(train: tuple, valid: tuple) -> nn.Module:
    """skorch's NeuralNet."""
    from skorch import NeuralNet
    from skorch.dataset import Dataset
    from skorch.helper import predefined_split

    torch.manual_seed(0)
    net = NeuralNet(
        Network,
        criterion=nn.BCEWithLogitsLoss,
        optimizer=torch.optim.AdamW,
        lr=LR,
        batch_size=BATCH,
        max_epochs=EPOCHS,
        train_split=predefined_split(Dataset(*valid)),
        iterator_train__shuffle=True,
        verbose=0,
    )
    net.fit(*train)
    return net.module_


def silent(way: Callable[[], nn.Module]) -> Callable[[], nn.Module]:
    """Keep a library's remarks out of the table."""

    def run() -> nn.Module:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            return way()

    return run


def main() -> None:
    """Time three epochs of 8,000 sequences."""
    parser = argparse.ArgumentParser(description="fit beside other training loops")
    parser.add_argument("--device", default="cpu")
    device = parser.parse_args().device
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    train, valid = data(TRAIN, 1), data(VALID, 2)

    def learned_alike(ours: nn.Module, theirs: nn.Module) -> str:
        a, b = loss(ours, *train), loss(theirs, *train)
        if abs(a - b) > 0.1 * max(a, b):
            raise AssertionError(f"after training the losses are {a:.4f} and {b:.4f}")
        return f"training losses {a:.4f} and {b:.4f}"

    if device == "cpu":
        subject, packages = "fit", ("lightning", "skorch", "torch")
        peers = [
            ("a bare loop", lambda: bare_loop(train, valid, device), 0.95),
            ("Lightning", silent(lambda: with_lightning(train, valid)), 1.1),
            ("skorch", silent(lambda: with_skorch(train, valid)), 1.1),
            ("a DataLoader loop", lambda: loader_loop(train, valid, device), None),
        ]
    else:
        subject, packages = f"fit_{device}", ("torch",)
        peers = [
            ("a bare loop", lambda: bare_loop(train, valid, device), 0.95),
            ("a DataLoader loop", lambda: loader_loop(train, valid, device), 3.0),
        ]
    begin(f"fit on {device}")
    what = f"{EPOCHS} epochs of {TRAIN:,}, batch {BATCH}"
    rows = [
        compare(what, peer, lambda: with_fit(train, valid, device), way, agree=learned_alike, target=target)
        for peer, way, target in peers
    ]
    store(subject, rows, *packages)


if __name__ == "__main__":
    main()
