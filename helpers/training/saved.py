"""What a checkpoint holds of a model, so that it comes back without the code that trained it.

`torch.save` of a whole model would run whatever code the file names when it is read. Here its weights are tensors, and
its form is a pickle in which only modules, functions of ``torch.nn.functional`` and plain values are let through.
"""

from __future__ import annotations

import io
import os
import pickle
import sys
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from helpers.training.checkpoints import Checkpoint
from helpers.training.devices import chosen_device
from helpers.training.history import History

_OURS = ("torch.nn.", "helpers.models.", "helpers.explore.")  # whose classes are imported where they are not yet
_FUNCTIONS = ("torch.nn.functional", "torch._C._nn")
_COMPILED = "_orig_mod"  # what torch.compile calls the model that it wraps


def load(
    path: str | os.PathLike[str], model: nn.Module | None = None, *, device: str | torch.device | None = None
) -> nn.Module:
    """Bring a model back from the checkpoint that `fit` wrote, ready for `predict`.

    Parameters
    ----------
    path : path
        The file named as ``fit(..., checkpoint=path)``.
    model : nn.Module, optional
        One of the same form, which gets the weights; needed only where the file does not hold the form. It may have
        been through ``torch.compile``, and so may the one that was trained.
    device : str or torch.device, optional
        Where to put it; what `helpers.training.device()` gives if not named.

    Returns
    -------
    nn.Module
        With the weights of the epoch of the lowest validation loss, in evaluation mode. The file runs no code of its
        own: classes come from torch, from this course, or from what your program has imported or defined already.

    Raises
    ------
    FileNotFoundError
        There is no such file.
    ValueError
        It is no checkpoint of `fit`, a damaged one, or one of another model; its model's class is not here.
    """
    place = chosen_device(device)
    state = read_state(path)
    if model is None:
        model = _rebuilt(Path(path), state)
    inner = plain(model)
    try:
        inner.load_state_dict(_renamed(state["best"], inner))
    except (RuntimeError, TypeError, AttributeError) as error:
        raise ValueError(
            f"load: {path} holds another model than {type(inner).__name__} ({str(error).splitlines()[-1].strip():.150})"
        ) from error
    return model.to(place).eval()


def read_state(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Read all that a checkpoint holds; raises as `load`."""
    place = Path(path)
    if not place.exists():
        raise FileNotFoundError(f"load: there is no file {place}")
    if place.is_dir():
        raise ValueError(f"load: {place} is a folder; name the file that fit(..., checkpoint=) wrote")
    try:
        state = Checkpoint(place, {}).load()
    except ValueError as error:
        reason = str(error).partition(" cannot be read ")[2].partition("; ")[0]
        raise ValueError(
            f"load: {place} is no checkpoint of fit, or a damaged one {reason}; name the file that "
            "fit(..., checkpoint=) wrote"
        ) from error
    if not isinstance(state.get("best"), Mapping):
        raise ValueError(f"load: {place} holds no weights; name the file that fit(..., checkpoint=) wrote")
    return state


def form(model: nn.Module) -> dict[str, Any]:
    """How a model is put together, for a checkpoint.

    Returns
    -------
    dict
        "form", a Tensor of bytes, and "kept", the tensors that no state dict holds; where the form cannot be written or
        would not be read, "no_form" says why.
    """
    inner = plain(model)
    try:
        with io.BytesIO() as file:
            writer = _Writer(file, inner)
            writer.dump(inner)
            written = file.getvalue()
        _Reader(io.BytesIO(written), writer.kept).load()
    except Exception as error:  # whatever an attribute's own way of pickling raises
        return {"no_form": f"{type(inner).__name__} cannot be written to a file: {str(error).splitlines()[0]:.150}"}
    return {"form": torch.frombuffer(bytearray(written), dtype=torch.uint8), "kept": writer.kept}


def write_model(path: str | os.PathLike[str], model: nn.Module, about: dict[str, Any]) -> None:
    """Write a model so that `load` brings it back, with what `about` says of it (numbers, strings and lists of them).

    Raises OSError if the file cannot be written; ValueError if the model's form cannot.
    """
    told = form(model)
    if "no_form" in told:
        raise ValueError(f"write_model: {told['no_form']}")
    weights = {name: tensor.detach().cpu() for name, tensor in plain(model).state_dict().items()}
    Checkpoint(path, about).save({"best": weights, **told})


def plain(model: nn.Module) -> nn.Module:
    """The model itself, where ``torch.compile`` has wrapped it."""
    return getattr(model, _COMPILED, model)


def save_run(
    file: Checkpoint, model: nn.Module, optimizer: torch.optim.Optimizer, history: History, best: dict
) -> str | None:
    """Write how far a training is; return a sentence where that failed, for training goes on."""
    state = {"model": plain(model).state_dict(), "optimizer": optimizer.state_dict(), "best": best}
    try:
        file.save({**state, "history": asdict(history), **form(model)})
    except OSError as error:
        return (
            f"Epoch {history.epochs} was not saved in {file.path} ({error.strerror}); what was saved before is whole."
        )
    return None


def restore_run(file: Checkpoint, model: nn.Module, optimizer: torch.optim.Optimizer) -> tuple[History, dict]:
    """Put a model and its optimiser where a checkpoint left them; return its history and its best weights."""
    state, inner = file.load(), plain(model)
    try:
        best = _renamed(state["best"], inner)
        inner.load_state_dict(best)  # first, for it too must fit
        inner.load_state_dict(_renamed(state["model"], inner))
        optimizer.load_state_dict(state["optimizer"])
    except (RuntimeError, ValueError) as error:
        raise ValueError(
            f"checkpoint: {file.path} holds another model ({str(error).splitlines()[-1].strip()}); "
            "name another file, or start afresh with resume=False"
        ) from error
    return History(**state["history"]), best


def _renamed(weights: Mapping[str, Tensor], model: nn.Module) -> dict[str, Tensor]:
    """The same weights by the names that this model has for them, compiled in parts or not."""
    ours = {_bare(name): name for name in model.state_dict()}
    return {ours.get(_bare(name), name): tensor for name, tensor in weights.items()}


def _bare(name: str) -> str:
    return ".".join(part for part in name.split(".") if part != _COMPILED)


def _rebuilt(path: Path, state: Mapping[str, Any]) -> nn.Module:
    if "form" not in state:
        why = state.get("no_form", "it was written by an earlier version of this course")
        raise ValueError(f"load: {path} holds weights alone ({why}); build the model, and pass it: load(path, model)")
    try:
        return _Reader(io.BytesIO(state["form"].numpy().tobytes()), state["kept"]).load()
    except _NotHere as error:
        raise ValueError(f"load: {error}; import or define it first, or pass the model: load(path, model)") from error
    except Exception as error:
        raise ValueError(f"load: {path} is damaged ({error}); pass the model: load(path, model)") from error


def itself(model: nn.Module) -> nn.Module:
    """What a compiled part of a model becomes in a file: the part as it was before."""
    return model


_PLAIN = {("collections", "OrderedDict"): OrderedDict, ("builtins", "set"): set, (__name__, "itself"): itself}


class _NotHere(ValueError):
    """A class or function that this program does not have, or that no model may bring along."""


class _Writer(pickle.Pickler):
    """Writes a module without its tensors: those of the state dict as their shapes, all others apart, in `kept`."""

    def __init__(self, file: io.BytesIO, model: nn.Module) -> None:
        super().__init__(file, protocol=4)
        self.owned = {id(tensor) for tensor in model.state_dict(keep_vars=True).values()}
        self.kept: list[Tensor] = []
        self.seen: dict[int, int] = {}

    def persistent_id(self, thing: Any) -> Any:
        if not isinstance(thing, Tensor):
            return None
        number = self.seen.setdefault(id(thing), len(self.seen))  # tied weights stay tied
        parameter, slope = isinstance(thing, nn.Parameter), thing.requires_grad
        if id(thing) in self.owned:
            return number, parameter, slope, tuple(thing.shape), str(thing.dtype).removeprefix("torch."), None
        self.kept.append(thing.detach().cpu().clone())
        return number, parameter, slope, None, None, len(self.kept) - 1

    def reducer_override(self, thing: Any) -> Any:
        inner = getattr(thing, _COMPILED, None) if isinstance(thing, nn.Module) else None
        return NotImplemented if inner is None else (itself, (inner,))


class _Reader(pickle.Unpickler):
    """Builds a module of what `_Writer` wrote, and nothing that could run a command."""

    def __init__(self, file: io.BytesIO, kept: list[Tensor]) -> None:
        super().__init__(file)
        self.kept = kept
        self.made: dict[int, Tensor] = {}

    def persistent_load(self, pid: Any) -> Tensor:
        number, parameter, slope, shape, dtype, at = pid
        if number not in self.made:
            tensor = self.kept[at] if shape is None else torch.zeros(shape, dtype=getattr(torch, dtype))
            self.made[number] = nn.Parameter(tensor, requires_grad=slope) if parameter else tensor
        return self.made[number]

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in _PLAIN:
            return _PLAIN[module, name]
        if module not in sys.modules and not module.startswith(_OURS):
            raise _NotHere(f"the model needs {name} of the module {module}, which is not imported here")
        try:
            found = super().find_class(module, name)
        except (AttributeError, ImportError):
            raise _NotHere(f"the model needs {name}, and {module} has none") from None
        function = module in _FUNCTIONS and "." not in name and callable(found)
        if not (function or isinstance(found, torch.dtype) or _is_module(found)):
            raise _NotHere(f"the model holds {module}.{name}, which is neither a module nor a plain value")
        return found


def _is_module(found: Any) -> bool:
    return isinstance(found, type) and issubclass(found, nn.Module) and not issubclass(found, torch.jit.ScriptModule)
