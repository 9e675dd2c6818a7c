"""Who asks whom in a trained model: the attention of every layer, read without touching what the model computes."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor, nn

from helpers.models.attention import MultiHeadAttention
from helpers.training.batches import evaluating, on_model

Read = Callable[[Any, tuple, dict], Tensor]


def attention_maps(model: nn.Module, X: Tensor) -> list[Tensor]:
    """Run a model once and return the attention weights of each call of an attention layer in it.

    Works with `helpers.models.MultiHeadAttention` and any ``torch.nn.MultiheadAttention``, at any depth. The layers'
    inputs are listened to and the weights computed beside them, so the model's outputs, its random numbers and the
    mode of its layers stay as they are.

    Parameters
    ----------
    model : nn.Module
        It runs on the device it is on, in evaluation mode (no dropout).
    X : Tensor, (N, ...)
        What the model takes.

    Returns
    -------
    list of Tensor, each (N, heads, L, M), on the CPU
        In the order of the calls. Rows ask; they sum to 1, or to 0 where nothing may be asked.

    Raises
    ------
    ValueError
        If the model has no attention layer, or calls none.
    """
    layers = [layer for layer in model.modules() if isinstance(layer, (MultiHeadAttention, nn.MultiheadAttention))]
    if not layers:
        raise ValueError(
            f"attention_maps: {type(model).__name__} has no MultiHeadAttention and no nn.MultiheadAttention"
        )
    maps: list[Tensor] = []
    with evaluating(model), _no_fast_path(), contextlib.ExitStack() as stack:
        for layer in layers:
            handle = layer.register_forward_pre_hook(_listener(maps), with_kwargs=True)
            stack.callback(handle.remove)
        model(on_model(X, model))
    if not maps:
        raise ValueError(f"attention_maps: {type(model).__name__} has attention layers and calls none of them")
    return maps


@contextlib.contextmanager
def asking_equally(model: nn.Module) -> Iterator[None]:
    """Meanwhile, let every position of our own layers ask all others equally: a model that cannot choose.

    What a prediction loses by it is what the choice was worth; a map alone does not tell.

    Parameters
    ----------
    model : nn.Module
        Its `helpers.models.MultiHeadAttention` layers hand over the mean of all values. Masks are ignored.

    Raises
    ------
    ValueError
        If the model has no such layer.
    """
    layers = [layer for layer in model.modules() if isinstance(layer, MultiHeadAttention)]
    if not layers:
        raise ValueError(f"asking_equally: {type(model).__name__} has no MultiHeadAttention of this course")
    with contextlib.ExitStack() as stack:
        for layer in layers:
            stack.callback(layer.register_forward_hook(_mean_of_values, with_kwargs=True).remove)
        yield


@contextlib.contextmanager
def _no_fast_path() -> Iterator[None]:
    """Let torch's encoders call their layers one by one: their fast path leaves padding out, and the maps' places."""
    if not hasattr(torch.backends, "mha"):  # torch 2.2, the last for Intel Macs: it goes fast where no gradient is kept
        with torch.enable_grad():
            yield
        return
    before = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        yield
    finally:
        torch.backends.mha.set_fastpath_enabled(before)


def _listener(maps: list[Tensor]) -> Callable[[nn.Module, tuple, dict], None]:
    """A hook that notes the weights of a layer that is about to be called."""

    def listen(layer: nn.Module, arguments: tuple, named: dict) -> None:
        read = _ours if isinstance(layer, MultiHeadAttention) else _torchs
        with torch.no_grad():
            maps.append(read(layer, arguments, named).detach().float().cpu())

    return listen


def _ours(layer: Any, arguments: tuple, named: dict) -> Tensor:
    return layer.weights(*arguments, **named)


def _torchs(layer: Any, arguments: tuple, named: dict) -> Tensor:
    """Torch's layer, called past its hooks and asked for its weights; its nan, where all is masked, become zeros."""
    names = ("query", "key", "value", "key_padding_mask", "need_weights", "attn_mask")
    given = {**dict(zip(names, arguments, strict=False)), **named}
    given.update(need_weights=True, average_attn_weights=False)
    weights = type(layer).forward(layer, **given)[1]  # (N, heads, L, M), or (heads, L, M) for one sequence
    return (weights if weights.ndim == 4 else weights[None]).nan_to_num(0.0)


def _mean_of_values(layer: Any, arguments: tuple, named: dict, output: Tensor) -> Tensor:
    x = arguments[0] if arguments else named["x"]  # (N, L, d)
    return layer.output(layer.value(x).mean(dim=1, keepdim=True)).expand_as(output)
