"""What a trained model looks at: in-silico mutagenesis, saliency and integrated gradients."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from helpers.dna.sequences import BASES
from helpers.training import predict
from helpers.training.batches import checked_array, evaluating, on_model

VARIANTS = 256  # at a time: larger batches of short sequences leave the processor's cache


class OneOutput(nn.Module):
    """A model of several classes, asked for one: how its logit stands above all others together.

    Parameters
    ----------
    model : nn.Module
        To ``(N, C)``.
    number : int
        Of the class.
    """

    def __init__(self, model: nn.Module, number: int) -> None:
        super().__init__()
        self.model, self.number = model, number

    def forward(self, X: Tensor) -> Tensor:
        """Return ``(N,)`` of one-hot sequences ``(N, 4, L)``."""
        logits = self.model(X)
        if logits.ndim != 2 or not 0 <= self.number < logits.shape[1]:
            raise ValueError(
                f"OneOutput: class {self.number} of a model that returns shape {tuple(logits.shape)}; expected "
                "(N, C), and a class from 0 to C - 1"
            )
        others = torch.cat([logits[:, : self.number], logits[:, self.number + 1 :]], dim=1)
        return logits[:, self.number] - others.logsumexp(dim=1)


def in_silico_mutagenesis(
    model: nn.Module, X: Tensor, *, target: int | None = None, batch_size: int = VARIANTS
) -> Tensor:
    """How each single mutation changes what a model predicts.

    Parameters
    ----------
    model : nn.Module
        From ``(N, 4, L)`` to logits or numbers ``(N,)`` or ``(N, 1)``; with a target to ``(N, C)``. It runs on the
        device it is on.
    X : Tensor, (N, 4, L) or (4, L)
        One-hot sequences of any type.
    target : int, optional
        Of several classes the one that is asked for: see `OneOutput`.
    batch_size : int
        Mutated sequences at a time.

    Returns
    -------
    Tensor, as X, float32, on the CPU
        At row b and column i: the logit with base b at position i, minus the logit of the sequence as it is. Zero for
        the base that stands there.

    Raises
    ------
    ValueError
        If `X` or what the model returns has another shape, or `X` is not one-hot.
    """
    model = model if target is None else OneOutput(model, target)
    batch = _batch("in_silico_mutagenesis", X)
    if not ((batch == 0) | (batch == 1)).all():
        raise ValueError("in_silico_mutagenesis: X holds other numbers than 0 and 1; expected one-hot sequences")
    if (batch.sum(dim=1) > 1).any():
        sequence, column = (batch.sum(dim=1) > 1).nonzero()[0].tolist()
        raise ValueError(
            f"in_silico_mutagenesis: column {column} of sequence {sequence} holds several ones; a base is a single one"
        )
    batch = batch.to(torch.int8)  # a quarter of the bytes to copy; `predict` makes floats of a batch at a time
    standing = _logits(predict(model, batch, batch_size), len(batch), "in_silico_mutagenesis")
    effects = torch.zeros(batch.shape)
    places = (batch == 0).nonzero()  # (M, 3): sequence, row and column of every base that does not stand there
    for sequence, row, column in (rows.unbind(1) for rows in places.split(batch_size)):
        variants, variant = batch[sequence], torch.arange(len(sequence))
        variants[variant, :, column] = 0
        variants[variant, row, column] = 1
        logits = _logits(predict(model, variants, batch_size), len(variants), "in_silico_mutagenesis")
        effects[sequence, row, column] = logits - standing[sequence]
    return effects if X.ndim == 3 else effects[0]


def saliency(model: nn.Module, X: Tensor, *, target: int | None = None) -> Tensor:
    """Gradient times input: a first guess, from one backward pass, of what each base adds to the logit.

    Parameters
    ----------
    model : nn.Module
        From ``(N, 4, L)`` to logits or numbers ``(N,)`` or ``(N, 1)``; with a target to ``(N, C)``.
    X : Tensor, (N, 4, L) or (4, L)
        One-hot sequences of any type.
    target : int, optional
        Of several classes the one that is asked for: see `OneOutput`.

    Returns
    -------
    Tensor, as X, float32, on the CPU
        Zero but for the bases that stand there. Simonyan et al. 2013 (arXiv 1312.6034) for the gradient, Shrikumar et
        al. 2016 (arXiv 1605.01713) for the product.

    Raises
    ------
    ValueError
        If `X` or what the model returns has another shape.
    """
    model = model if target is None else OneOutput(model, target)
    batch = _batch("saliency", X)
    with evaluating(model), torch.enable_grad(), torch.backends.cudnn.flags(enabled=False):  # cuDNN's RNNs refuse this
        inputs = on_model(batch.float(), model).detach().requires_grad_()
        try:
            (slopes,) = torch.autograd.grad(_logits(model(inputs), len(batch), "saliency").sum(), inputs)
        except RuntimeError as error:
            raise ValueError(_no_slope("saliency", error)) from error
    products = (slopes * inputs).detach().float().cpu()
    return products if X.ndim == 3 else products[0]


def integrated_gradients(
    model: nn.Module,
    X: Tensor,
    *,
    target: int | None = None,
    baseline: Tensor | None = None,
    steps: int = 50,
    batch_size: int = VARIANTS,
) -> Tensor:
    """Add up the gradient along the straight way from a blank sequence to the real one (captum's IntegratedGradients).

    What saliency reads off at the end of the way only, this reads off all along it; so the attributions of a sequence
    sum to its logit minus that of the blank (Sundararajan et al. 2017, arXiv 1703.01365), up to the size of the steps.

    Parameters
    ----------
    model : nn.Module
        From ``(N, 4, L)`` to logits or numbers ``(N,)`` or ``(N, 1)``; with a target to ``(N, C)``.
    X : Tensor, (N, 4, L) or (4, L)
        One-hot sequences of any type.
    target : int, optional
        Of several classes the one that is asked for: see `OneOutput`.
    baseline : Tensor, (4, L), optional
        Where the way begins; all zeros, "nothing known", if not given.
    steps : int
        Gradients along the way.
    batch_size : int
        Points on the way at a time.

    Returns
    -------
    Tensor, as X, float32, on the CPU

    Raises
    ------
    ValueError
        If `X`, the baseline or what the model returns has another shape, or `steps` is not positive.
    """
    from captum.attr import IntegratedGradients

    model = model if target is None else OneOutput(model, target)
    batch = _batch("integrated_gradients", X).float()
    start = torch.zeros_like(batch[:1]) if baseline is None else torch.as_tensor(baseline).cpu().float()[None]
    if start.shape != batch[:1].shape:
        shape = tuple(start.shape[1:])
        raise ValueError(f"integrated_gradients: baseline has shape {shape}; expected {tuple(batch.shape[1:])}")
    if steps < 1:
        raise ValueError(f"integrated_gradients: steps is {steps}; expected 1 or more")

    def logits(points: Tensor) -> Tensor:
        return _logits(model(points), len(points), "integrated_gradients")

    with evaluating(model), torch.enable_grad(), torch.backends.cudnn.flags(enabled=False):
        inputs, blank = on_model(batch, model), on_model(start, model)
        try:
            found = IntegratedGradients(logits).attribute(
                inputs, blank, n_steps=steps, internal_batch_size=max(batch_size, len(inputs))
            )
        except RuntimeError as error:
            raise ValueError(_no_slope("integrated_gradients", error)) from error
    attributions = found.detach().float().cpu()
    return attributions if X.ndim == 3 else attributions[0]


def _no_slope(caller: str, error: RuntimeError) -> str:
    return (
        f"{caller}: no slope leads from the logit back to the bases ({str(error).splitlines()[0]:.90}); a model that "
        "takes the argmax, or reads tokens with an embedding, has none: in_silico_mutagenesis asks for no slopes"
    )


def _batch(caller: str, X: Tensor) -> Tensor:
    X = checked_array(f"{caller}: X", X).cpu()
    if X.ndim not in (2, 3) or X.shape[-2] != len(BASES):
        raise ValueError(f"{caller}: X has shape {tuple(X.shape)}; expected one-hot sequences (N, 4, L) or (4, L)")
    return X if X.ndim == 3 else X[None]


def _logits(outputs: Tensor, count: int, caller: str) -> Tensor:
    if outputs.ndim == 0 and count == 1:  # a forward that ends in a bare squeeze drops the batch of one
        return outputs.reshape(1)
    if outputs.shape not in ((count,), (count, 1)):
        several = outputs.ndim == 2 and len(outputs) == count and outputs.shape[1] > 1
        which = f"; of several classes say which with target=, 0 to {outputs.shape[1] - 1}" if several else ""
        raise ValueError(
            f"{caller}: the model returns shape {tuple(outputs.shape)} for {count} sequences; expected one logit each"
            f"{which}"
        )
    return outputs.reshape(count)
