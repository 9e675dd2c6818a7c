"""Training: the device, the loop, and what it remembers.

The loop is the one that lessons 1 to 3 write by hand, with its seat belts on. Tensors stay in memory (on the
accelerator when they fit), batches are rows of a permutation, and every epoch draws its random numbers from a seed of
its own, so that an epoch run after a crash is the epoch that the crash prevented. Nothing goes to standard error.
"""

from __future__ import annotations

import copy
import math
import os
import time
from collections.abc import Callable
from numbers import Real
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits
from torch.utils.data import DataLoader, Dataset

from helpers.settings import smoke
from helpers.training.batches import (
    EVALUATION_BATCH,
    Pairs,
    checked_array,
    checked_pair,
    ends_in_sigmoid,
    evaluating,
    in_batches,
    on_device,
    on_model,
)
from helpers.training.checkpoints import Checkpoint, fingerprint
from helpers.training.devices import chosen_device, own_randomness, reseed
from helpers.training.history import History
from helpers.training.metrics import matthews
from helpers.training.saved import plain, restore_run, save_run
from helpers.training.status_line import StatusLine

Loss = Callable[[Tensor, Tensor], Tensor]
Rate = Callable[[float], float]
Say = Callable[[str], None]
SMOKE_ROWS = 256  # of a training that only shows that it runs
PRECISIONS = ("auto", "float32", "bfloat16")


def one_cycle(fraction: float) -> float:
    """Warm the learning rate up over the first 30 % of training, then anneal it to almost nothing.

    Parameters
    ----------
    fraction : float
        How much of the training is done, 0 to 1.

    Returns
    -------
    float
        What to multiply the learning rate with: 1/25 at the start, 1 at the peak, 1/250,000 at the end, half cosines
        between. Source: Smith & Topin, arXiv 1708.07120; numbers of ``torch.optim.lr_scheduler.OneCycleLR``.
    """
    low, high, way = (1 / 25, 1.0, fraction / 0.3) if fraction < 0.3 else (1.0, 1 / 250_000, (fraction - 0.3) / 0.7)
    return high + (low - high) * (1 + math.cos(math.pi * way)) / 2


def predict(model: nn.Module, X: Tensor, batch_size: int = EVALUATION_BATCH) -> Tensor:
    """Compute logits in evaluation mode (dropout off, batch norm frozen) and without gradients.

    Parameters
    ----------
    model : nn.Module
        Runs on the device it is on; afterwards every layer is in the mode it was in.
    X : Tensor, (N, 4, L), int8 or float
        One-hot sequences, on any device; they become the model's own type of float a batch at a time.
    batch_size : int
        Sequences at a time; halved if memory runs out.

    Returns
    -------
    Tensor, (N,), float32, on the CPU
        In the order of `X`. A model with other outputs gives ``(N, ...)``.

    Raises
    ------
    TypeError, ValueError
        If `X` is empty or no array of numbers, or `batch_size` is not a positive whole number.
    """
    X = checked_array("predict: X", X)
    _check_count("predict: batch_size", batch_size)
    pieces: list[Tensor] = []

    def work(start: int, stop: int) -> None:
        outputs = model(on_model(X[start:stop], model)).cpu()
        pieces.append(outputs[None] if outputs.ndim == 0 else outputs)  # a bare squeeze drops a batch of one

    with evaluating(model):
        in_batches(len(X), batch_size, work, print)
    return torch.cat(pieces).float()


def fit(
    model: nn.Module,
    train: Pairs | tuple[Any, Any] | Dataset | DataLoader,
    valid: Pairs | tuple[Any, Any] | Dataset | DataLoader,
    *,
    epochs: int,
    lr: float,
    batch_size: int,
    weight_decay: float = 0.0,
    device: str | torch.device | None = None,
    precision: str = "auto",
    patience: int | None = None,
    checkpoint: str | os.PathLike[str] | None = None,
    resume: bool = False,
    progress: bool = True,
    seed: int = 0,
    loss: Loss = binary_cross_entropy_with_logits,
    schedule: Rate | None = None,
) -> History:
    """Train with AdamW, and leave in the model the weights of the epoch with the lowest validation loss.

    Parameters
    ----------
    model : nn.Module
        From ``(B, 4, L)`` float to logits ``(B,)``. Trained in place; left on the device, in evaluation mode.
    train, valid : Split, pair ``(X, y)``, TensorDataset or DataLoader
        `X` ``(N, 4, L)`` int8 or float (int64 tokens pass unchanged); `y` ``(N,)``.
    epochs, batch_size : int
        Passes over `train`; sequences in a step. If memory runs out the batch is halved for good, and that is said.
    lr, weight_decay : float
        AdamW's. Biases and other vectors do not decay.
    device : str or torch.device, optional
        What `device()` gives, unless named.
    precision : {"auto", "float32", "bfloat16"}
        "auto" is bfloat16 on GPUs that compute it natively, float32 elsewhere.
    patience : int, optional
        Stop after so many epochs without a lower validation loss.
    checkpoint : path, optional
        Written after every epoch, whole or not at all; a run without `resume` replaces an older one. If it cannot be
        written (a full disk), that is said, the last whole one stays, and training goes on. `load` reads its model.
    resume : bool
        Go on from `checkpoint` if it exists; on a CPU with the very numbers of a run that never stopped.
    progress : bool
        Show one line that rewrites itself.
    seed : int
        Orders the batches and drives dropout. The global random state stays as it was.
    loss : callable
        ``loss(logits, y)``, a mean over the batch. The default and ``nn.BCEWithLogitsLoss`` want labels 0 and 1.
    schedule : callable, optional
        From the fraction of the training done, 0 to 1, to a factor on `lr`: `one_cycle`, for instance.

    Returns
    -------
    History
        Of the epochs that ended, also after Ctrl-C.

    Raises
    ------
    TypeError, ValueError
        Before training starts: data, settings, model or checkpoint do not fit together; the message says what would.
    FloatingPointError
        The loss is no longer finite; the message says why, most likely. The model has the best weights so far.
    """
    _check_settings(lr, weight_decay, epochs, batch_size, seed, patience, precision)
    _check_functions(loss, schedule)
    epochs = 1 if smoke() else epochs
    place = chosen_device(device)
    binary = loss is binary_cross_entropy_with_logits or isinstance(loss, nn.BCEWithLogitsLoss)
    pairs = checked_pair("train", train, binary), checked_pair("valid", valid, binary)
    if resume and checkpoint is None:
        raise ValueError("fit: resume=True needs checkpoint=, the file to go on from")
    file = None
    if checkpoint is not None:
        settings: dict[str, Any] = {"lr": float(lr), "weight_decay": float(weight_decay)}
        settings |= {"batch_size": int(batch_size), "seed": int(seed), "precision": precision}
        settings |= {"loss": _name(loss), "schedule": _name(schedule), "data": fingerprint(*pairs[0], *pairs[1])}
        settings |= {"epochs": epochs} if schedule else {}  # a schedule stretches with the epochs
        file = Checkpoint(checkpoint, settings)

    with own_randomness(place):
        reseed(place, seed, epoch=0)
        line = StatusLine(progress)
        run = _Run(model.to(place), loss, binary, place, precision, batch_size, line.say)
        run.try_out("train", *pairs[0])  # before the optimiser: lazy layers get their weights here
        run.try_out("valid", *pairs[1])
        optimizer, bare = _adamw(model, lr, weight_decay), plain(model)
        history, best = History(batch_size=int(batch_size), device=str(place)), copy.deepcopy(bare.state_dict())
        if file is not None and resume and file.path.exists():
            history, best = restore_run(file, model, optimizer)
            run.batch_size = history.batch_size
        (X, y), held_out = on_device(pairs[0], place), on_device(pairs[1], place)
        start = time.perf_counter() - history.seconds
        try:
            for epoch in range(history.epochs + 1, epochs + 1):
                if patience is not None and history.epochs - history.best_epoch >= patience:
                    history.ending = "patience"
                    break
                order = torch.randperm(len(X), generator=reseed(place, seed, epoch))
                order = order[:SMOKE_ROWS] if smoke() else order
                rate = None if schedule is None else _rate(lr, schedule, epoch, epochs)
                train_loss = run.train(X, y, order, optimizer, rate)
                valid_loss, mcc = run.evaluate(*held_out)
                if not math.isfinite(train_loss + valid_loss):
                    bare.load_state_dict(best)
                    raise FloatingPointError(f"fit: in epoch {epoch} the loss is no number. {run.cause(X, y, lr)}")
                longer = history.longer(train_loss, valid_loss, mcc, time.perf_counter() - start, run.batch_size)
                weights = copy.deepcopy(bare.state_dict()) if longer.best_epoch == epoch else best
                history, best = longer, weights  # in one step, for Ctrl-C must not part them
                if file is not None and (failed := save_run(file, model, optimizer, history, best)):
                    line.say(failed)
                line.show(f"epoch {epoch} of {epochs}: {history!r}")
        except KeyboardInterrupt:
            history.ending = "interrupted"
        if history.epochs:  # an unfinished first epoch leaves its weights: there are none to compare them with
            bare.load_state_dict(best)
    model.eval()
    line.end(repr(history))
    return history


class _Run:
    """A model, its loss, and how they run: where, in which precision, in batches of which size."""

    def __init__(
        self, model: nn.Module, loss: Loss, binary: bool, place: torch.device, precision: str, batch_size: int, say: Say
    ) -> None:
        self.model, self.binary, self.place, self.batch_size, self.say = model, binary, place, batch_size, say
        self.loss: Loss = loss.to(place) if isinstance(loss, nn.Module) else loss
        # GPUs before Ampere (compute capability 8) emulate bfloat16, slowly
        native = place.type == "cuda" and torch.cuda.get_device_capability(place) >= (8, 0)
        self.half = precision == "bfloat16" or (precision == "auto" and native)
        self.evaluation_batch = max(batch_size, EVALUATION_BATCH)

    def loss_of(self, X: Tensor, y: Tensor) -> Tensor:
        """Compute the training loss of a batch."""
        y = y.to(self.place, non_blocking=True)
        if not self.half:
            return self.loss(self.model(on_model(X, self.model)), y)
        with torch.autocast(self.place.type, torch.bfloat16):
            logits = self.model(on_model(X, self.model))
        return self.loss(logits.float() if isinstance(logits, Tensor) else logits, y)

    def train(self, X: Tensor, y: Tensor, order: Tensor, optimizer: torch.optim.Optimizer, rate: Rate | None) -> float:
        """Take one step a batch, through all rows in the order given; return their mean loss."""
        total = torch.zeros((), device=self.place)
        order = order.to(X.device)

        def step(start: int, stop: int) -> None:
            rows = order[start:stop]
            if rate is not None:
                now = rate(start / len(order))
                for group in optimizer.param_groups:
                    group["lr"] = now
            optimizer.zero_grad()
            loss = self.loss_of(X.index_select(0, rows), y.index_select(0, rows))
            loss.backward()
            optimizer.step()
            total.add_(loss.detach(), alpha=stop - start)  # .item() at every step would make a GPU wait

        self.model.train()
        self.batch_size = in_batches(len(order), self.batch_size, step, self.say)
        return total.item() / len(order)

    def evaluate(self, X: Tensor, y: Tensor) -> tuple[float, float | None]:
        """Return the mean loss, and the Matthews correlation of binary labels."""
        total, pieces = torch.zeros((), device=self.place), []

        def work(start: int, stop: int) -> None:
            logits = self.model(on_model(X[start:stop], self.model))
            total.add_(self.loss(logits, y[start:stop].to(self.place)), alpha=stop - start)
            if self.binary:
                pieces.append(logits)

        with evaluating(self.model):
            self.evaluation_batch = in_batches(len(X), self.evaluation_batch, work, self.say)
        mean = total.item() / len(X)
        if not self.binary or y.ndim > 1 or not math.isfinite(mean):
            return mean, None
        called, truth = torch.cat(pieces) > 0, y.to(self.place) > 0
        tables = [called & truth, called & ~truth, ~called & truth, ~called & ~truth]
        return mean, float(matthews(*torch.stack(tables).sum(dim=1).tolist()))

    def try_out(self, name: str, X: Tensor, y: Tensor) -> None:
        """Let the model read two rows, and say what does not fit before an hour of training finds out."""
        X, y = X[:2], y[:2].to(self.place)
        with evaluating(self.model):
            try:
                logits = self.model(on_model(X, self.model))
            except Exception as error:
                raise ValueError(
                    f"fit: the model cannot read {name}.X, here 2 rows in the shape {tuple(X.shape)}: {error}. "
                    "A batch of the course is (N, 4, length)"
                ) from error
            shape = tuple(logits.shape) if isinstance(logits, Tensor) else type(logits).__name__
            if y.is_floating_point() and (shape != tuple(y.shape) if isinstance(logits, Tensor) else self.binary):
                raise ValueError(
                    f"fit: for {len(y)} sequences the model returns {shape}, and {name}.y is {tuple(y.shape)}; the two "
                    f"must be equal. A forward that ends in a layer with one output needs .squeeze(-1)"
                )
            value = self.loss(logits, y)
        if value.ndim or not value.isfinite():
            raise ValueError(
                f"fit: before any training the loss of 2 rows of {name} is {value}; it must be one finite number"
            )
        if self.binary and ends_in_sigmoid(self.model, on_model(X, self.model)):
            raise ValueError(
                "fit: the model ends in a sigmoid, and this loss takes logits and has a sigmoid of its own; leave "
                "the model's out (torch.sigmoid(predict(model, X)) gives probabilities)"
            )

    def cause(self, X: Tensor, y: Tensor, lr: float) -> str:
        """Say why the loss overflowed, most likely: does a finite slope lead away from the best weights?"""
        self.model.zero_grad()
        self.loss_of(X[: self.batch_size], y[: self.batch_size]).backward()
        if all(p.grad is None or p.grad.isfinite().all() for p in self.model.parameters()):
            return f"The steps were too long, most likely: try a lower learning rate, lr={lr / 10:g} for lr={lr:g}."
        return (
            "The slopes are infinite even at the best weights, most likely from log(0), sqrt(0) or a division by zero "
            "in the model or in the loss."
        )


def _adamw(model: nn.Module, lr: float, weight_decay: float) -> torch.optim.AdamW:
    """AdamW over the trainable parameters; only matrices decay, for biases and scales do not overfit by being large."""
    trainable = [p for p in model.parameters() if p.requires_grad]
    if not trainable:
        raise ValueError("fit: the model has no trainable parameters")
    if any(p.dtype == torch.float16 for p in trainable):
        raise ValueError(
            "fit: the model has weights of float16 (model.half()), in which AdamW divides by 0; pass model.float(), "
            "and precision='bfloat16' for speed"
        )
    groups = [
        {"params": [p for p in trainable if p.ndim > 1], "weight_decay": weight_decay},
        {"params": [p for p in trainable if p.ndim <= 1], "weight_decay": 0.0},
    ]
    on_gpu = all(p.is_cuda and p.is_floating_point() for p in trainable)
    return torch.optim.AdamW([g for g in groups if g["params"]], lr=lr, fused=on_gpu or None)


def _rate(lr: float, schedule: Rate, epoch: int, epochs: int) -> Rate:
    """The learning rate, from the fraction of an epoch."""

    def rate(fraction: float) -> float:
        done = (epoch - 1 + fraction) / epochs
        factor = schedule(done)
        if not isinstance(factor, Real):
            raise TypeError(f"fit: schedule({done:g}) gives {factor!r}; it must give a factor on lr")
        return lr * float(factor)

    return rate


def _check_settings(
    lr: float, weight_decay: float, epochs: int, batch_size: int, seed: int, patience: int | None, precision: str
) -> None:
    for name, count, least in (("epochs", epochs, 1), ("batch_size", batch_size, 1), ("seed", seed, 0)):
        _check_count(f"fit: {name}", count, least)
    if patience is not None:
        _check_count("fit: patience", patience)
    if not (isinstance(lr, Real) and 0 < lr < math.inf):
        raise ValueError(f"fit: lr is {lr!r}; it must be a positive number, such as 1e-3")
    if not (isinstance(weight_decay, Real) and 0 <= weight_decay < math.inf):
        raise ValueError(f"fit: weight_decay is {weight_decay!r}; it must be 0 or a positive number")
    if precision not in PRECISIONS:
        raise ValueError(f"fit: precision is {precision!r}; it must be one of {', '.join(PRECISIONS)}")


def _check_functions(loss: Loss, schedule: Rate | None) -> None:
    if isinstance(loss, type):
        raise TypeError(f"fit: loss is the class {loss.__name__}; pass one of it, {loss.__name__}()")
    if not callable(loss):
        raise TypeError(f"fit: loss is {loss!r}; pass a function of logits and labels, such as nn.CrossEntropyLoss()")
    if getattr(loss, "reduction", "mean") == "sum":
        raise ValueError(
            f"fit: loss is {_name(loss)}(reduction='sum'), whose steps grow with the batch; pass {_name(loss)}()"
        )
    if schedule is not None and not callable(schedule):
        raise TypeError(f"fit: schedule is {schedule!r}; pass a function of the fraction done, such as one_cycle")


def _check_count(name: str, value: int, least: int = 1) -> None:
    if not isinstance(value, int | np.integer) or isinstance(value, bool) or value < least:
        raise ValueError(f"{name} is {value!r}; it must be a whole number, {least} or more")


def _name(function: object) -> str:
    return getattr(function, "__qualname__", type(function).__name__)
