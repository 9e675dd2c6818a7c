"""Batches: sequences and labels checked, put where they belong, and handed to a model a few at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset, TensorDataset

TOKENS = (torch.int32, torch.int64)  # types that an embedding reads; all others become the model's float
EVALUATION_BATCH = 1024
_SHAPES = (
    "Squeeze",
    "Unsqueeze",
    "View",
    "Reshape",
    "UnsafeView",
    "Select",
    "Slice",
    "Alias",
    "ToCopy",
)  # of gradients


class Pairs(Protocol):
    """Sequences and their labels, such as a `helpers.datasets.Split`."""

    @property
    def X(self) -> Tensor: ...

    @property
    def y(self) -> Tensor: ...


def checked_pair(
    name: str, data: Pairs | tuple[Any, Any] | Dataset | DataLoader, binary: bool
) -> tuple[Tensor, Tensor]:
    """Return sequences and labels as tensors, or say what is wrong with them.

    Parameters
    ----------
    name : str
        What the messages call it: "train".
    data : Split, pair ``(X, y)`` of tensors, arrays or lists, TensorDataset, or DataLoader
        N sequences and N labels. Of a DataLoader what it loads counts, not how: order and batches are `fit`'s.
    binary : bool
        Whether labels must be 0 or 1; they become float32, ``(N,)`` or, for several tasks, ``(N, tasks)``.

    Raises
    ------
    TypeError, ValueError
        With the name, what came, and what would be right.
    """
    if isinstance(data, DataLoader):
        data = data.dataset
    if isinstance(data, TensorDataset) and len(data.tensors) == 2:
        X, y = data.tensors
    elif isinstance(data, Dataset):
        rows = [data[i] for i in range(len(data))]  # type: ignore[arg-type]  # a Dataset of rows has a length
        X, y = (torch.stack([torch.as_tensor(row[part]) for row in rows]) for part in (0, 1))
    elif isinstance(data, tuple | list) and len(data) == 2:
        X, y = data
    elif hasattr(data, "X") and hasattr(data, "y"):
        X, y = data.X, data.y
    else:
        raise TypeError(f"{name} is of type {type(data).__name__}; pass a split of a data set, or a pair (X, y)")
    X, y = checked_array(f"{name}.X", X), checked_array(f"{name}.y", y)
    if len(X) != len(y):
        raise ValueError(f"{name}: {len(X)} sequences but {len(y)} labels; there must be one label a sequence")
    if y.ndim == 2 and y.shape[1] == 1:
        raise ValueError(f"{name}.y has shape {tuple(y.shape)}; flatten it to ({len(y)},) with y.reshape(-1)")
    if not binary:
        return X, y.float() if y.is_floating_point() else y.long()
    odd = ((y != 0) & (y != 1)).nonzero()
    if len(odd):
        where = tuple(odd[0].tolist())
        raise ValueError(f"{name}.y: label {y[where].item():g} at position {where[0]}; labels must be 0 or 1")
    if name == "train" and y.ndim == 1 and (y == y[0]).all():
        raise ValueError(f"train.y: all {len(y)} labels are {y[0].item():g}; there is nothing to tell apart")
    return X, y.float()


def checked_array(name: str, values: Any) -> Tensor:
    """Return a tensor of finite numbers with at least one row, or say what came instead (TypeError, ValueError)."""
    try:
        tensor = values.detach() if isinstance(values, Tensor) else torch.as_tensor(_writable(np.asarray(values)))
    except (TypeError, ValueError, RuntimeError):
        raise TypeError(
            f"{name} is of type {type(values).__name__} and holds no numbers that fit in one tensor; "
            "encode DNA with helpers.dna.sequences.one_hot"
        ) from None
    if tensor.ndim == 0 or len(tensor) == 0:
        raise ValueError(f"{name} is empty: its shape is {tuple(tensor.shape)}")
    if tensor.is_floating_point() and not tensor.isfinite().all():
        where = tuple((~tensor.isfinite()).nonzero()[0].tolist())
        raise ValueError(f"{name} holds {tensor[where].item()} at {where}; all numbers must be finite")
    return tensor


def _writable(array: np.ndarray) -> np.ndarray:
    """The array, or a copy where it is only to be read, as a column of pandas is: torch warns on standard error."""
    return array if array.flags.writeable else array.copy()


def ends_in_sigmoid(model: nn.Module, X: Tensor) -> bool:
    """Whether the last thing a model does to its numbers is a sigmoid; what only changes their shape is passed over."""
    with evaluating(model), torch.enable_grad():
        outputs = model(X)
    step = outputs.grad_fn if isinstance(outputs, Tensor) else None
    while step is not None and step.name().startswith(_SHAPES):
        step = step.next_functions[0][0]
    return step is not None and step.name().startswith("SigmoidBackward")


def on_device(pair: tuple[Tensor, Tensor], device: torch.device) -> tuple[Tensor, Tensor]:
    """Move a pair to the device if it takes at most half of the memory that is free there; else leave it."""
    if device.type == "cuda":
        free, _ = torch.cuda.mem_get_info(device)
        if sum(tensor.nbytes for tensor in pair) > free // 2:
            return pair
    return pair[0].to(device), pair[1].to(device)


def on_model(X: Tensor, model: nn.Module) -> Tensor:
    """Move a batch to where the model is; all but tokens (int32, int64) become the model's type of float."""
    like = next((p for p in model.parameters() if p.is_floating_point()), torch.empty(0))
    return X.to(like.device, non_blocking=True).to(X.dtype if X.dtype in TOKENS else like.dtype)


def in_batches(n: int, size: int, work: Callable[[int, int], None], say: Callable[[str], None]) -> int:
    """Call ``work(start, stop)`` over `n` rows; if memory runs out, halve the batch and do the same rows again.

    Parameters
    ----------
    n, size : int
        Rows in all, and in a batch. One single row is never left over for the last batch, for batch norm
        cannot train on one: it joins the batch before.
    work : callable
        Must be safe to call again for rows at which it failed.
    say : callable
        Told in a sentence when the batch is halved.

    Returns
    -------
    int
        The size at the end.

    Raises
    ------
    RuntimeError
        If not even one row fits.
    """
    start = 0
    while start < n:
        stop = n if size > 1 and start + size == n - 1 else min(start + size, n)
        if _fits(work, start, stop):
            start = stop
        elif stop - start == 1:
            raise RuntimeError("out of memory with a single sequence: the model or the sequence is too large")
        else:
            size = (stop - start) // 2
            say(f"Out of memory: going on with {size} sequences in a batch instead of {stop - start}.")
    return size


def _fits(work: Callable[[int, int], None], start: int, stop: int) -> bool:
    """Do the work; False if memory ran out. Returns rather than raises, so that nothing holds the failed tensors."""
    try:
        work(start, stop)
    except RuntimeError as error:
        # MPS and the CPU have no exception of their own
        telling = ("out of memory", "can't allocate memory", "not enough memory")
        if not isinstance(error, torch.cuda.OutOfMemoryError) and not any(t in str(error) for t in telling):
            raise
    else:
        return True
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    return False


@contextmanager
def evaluating(model: nn.Module) -> Iterator[None]:
    """Switch dropout off, freeze batch norm and compute no gradients; put every layer's mode back afterwards."""
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        with torch.no_grad():
            yield
    finally:
        for module, mode in modes:
            module.training = mode
