"""What a torch model does with sequences, written down call by call while it runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

KNOWN = "convolution, ReLU, max and average pooling, batch norm, dropout, flatten and dense layers"
SAME = (
    "dropout", "alpha_dropout", "feature_dropout", "dropout1d", "flatten", "view", "reshape", "squeeze", "unsqueeze",
    "to", "float", "double", "type", "contiguous", "clone", "detach", "getitem", "select", "type_as", "data",
)  # fmt: skip


Step = dict[str, Any]


class Recorder(TorchFunctionMode):
    """Write down, as steps, all that a model does with a pair of sequences."""

    def __init__(self, owner: str, model: nn.Module, X: Tensor) -> None:
        super().__init__()
        self.owner, self.model, self.X = owner, model, X
        self.steps: list[Step] = []
        self.weights: list[np.ndarray] = []
        self.size = 0
        self._values: dict[int, int] = {id(X): 0}
        self._alive: list[Tensor] = [X]  # an id is that of one tensor only as long as the tensor is there
        self._inside: list[tuple[str, nn.Module]] = []

    def record(self) -> Tensor:
        """Run the model; returns its logits."""
        for name, module in self.model.named_modules():
            module.register_forward_pre_hook(lambda module, _, name=name: self._inside.append((name, module)))
            module.register_forward_hook(lambda *_: (self._inside.pop(), None)[1])
        with self:
            return self.model(self.X)

    def at(self, tensor: Any) -> int | None:
        """Which value a tensor is, if it comes from the sequences."""
        return self._values.get(id(tensor))

    def __torch_function__(
        self, func: Callable, types: Any, args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        kwargs = dict(kwargs or {})
        flat = [one for arg in [*args, *kwargs.values()] for one in (arg if isinstance(arg, (list, tuple)) else [arg])]
        tracked = [one for one in flat if isinstance(one, Tensor) and self.at(one) is not None]
        of, before = [self._values[id(one)] for one in tracked], tracked[0].clone() if tracked else None
        made = func(*args, **kwargs)
        result = made[0] if isinstance(made, tuple) and made else made
        if not of or not isinstance(result, Tensor):
            return made
        name = getattr(func, "__name__", "").strip("_")
        if name == "get":  # of a property
            name = getattr(getattr(func, "__self__", None), "__name__", name)
        step = self._step(name, of, args, kwargs, before, result)
        if step is None or result.ndim == 0 or len(result) != len(self.X):
            raise ValueError(self._unknown(name))
        self._alive.append(result)
        if step["kind"] == "same" and list(result.shape[1:]) == self._shape(of[0]):
            self._values[id(result)] = of[0]
            return made
        self.steps.append({**step, "of": of, "shape": list(result.shape[1:])})
        self._values[id(result)] = len(self.steps)
        return made

    def _shape(self, value: int) -> list[int]:
        return self.steps[value - 1]["shape"] if value else list(self.X.shape[1:])

    def _unknown(self, name: str) -> str:
        where, module = self._inside[-1] if self._inside else ("", self.model)
        kind = type(module).__name__
        known = kind.startswith(("Conv", "MaxPool", "AvgPool", "Adaptive", "BatchNorm", "Linear"))
        if type(module).__module__.startswith("torch.nn"):
            what = f"the layer {where!r} ({kind})" + (" with these settings" if known else "")
        else:
            what = f"the step {name!r} in {kind}"
        return f"{self.owner}: {what} is not known; known are {KNOWN}"

    def _step(
        self, name: str, of: list[int], args: Sequence[Any], kwargs: dict[str, Any], before: Any, result: Tensor
    ) -> Step | None:
        """What a call does, without `of` and `shape`; None if it is none of the known."""
        if name in SAME:
            return {"kind": "same"} if _same(before, result) else None
        if name == "relu":
            return {"kind": "relu"}
        if name in ("add", "iadd", "radd") and len(of) == 2 and self._shape(of[0]) == self._shape(of[1]):
            return {"kind": "add"} if not kwargs.get("alpha") else None
        if name in ("cat", "concat", "concatenate"):
            dim = kwargs.get("dim", args[1] if len(args) > 1 else 0)
            return {"kind": "join"} if len(of) == len(args[0]) and dim in (1, 1 - result.ndim) else None
        if name in _ARGUMENTS and len(of) == 1:
            given = {**_ARGUMENTS[name][1], **dict(zip(_ARGUMENTS[name][0], args[1:], strict=False)), **kwargs}
            return getattr(self, _ARGUMENTS[name][2])(name, given, before, result)
        return None

    def _conv(self, name: str, given: dict[str, Any], before: Tensor, result: Tensor) -> Step | None:
        width, dilation, padding = given["weight"].shape[2], _one(given["dilation"]), given["padding"]
        if padding in ("same", "valid"):
            padding = dilation * (width - 1) // 2 if padding == "same" else 0
        if before.ndim != 3 or given["groups"] != 1:
            return None
        settings = {"stride": _one(given["stride"]), "padding": _one(padding), "dilation": dilation, "width": width}
        return {"kind": "conv", **settings, **self._learned(given, len(given["weight"]))}

    def _dense(self, name: str, given: dict[str, Any], before: Tensor, result: Tensor) -> Step | None:
        return {"kind": "dense", **self._learned(given, len(given["weight"]))} if before.ndim == 2 else None

    def _norm(self, name: str, given: dict[str, Any], before: Tensor, result: Tensor) -> Step | None:
        if given["training"] or given["running_mean"] is None:
            return None
        factor = (given["running_var"].double() + given["eps"]).rsqrt()
        factor = factor * (1 if given["weight"] is None else given["weight"])
        shift = (0 if given["bias"] is None else given["bias"]) - given["running_mean"] * factor
        return {"kind": "scale", "weight": self._keep(factor), "bias": self._keep(shift)}

    def _pool(self, name: str, given: dict[str, Any], before: Tensor, result: Tensor) -> Step | None:
        kind = "max" if "max" in name else "average"
        if before.ndim != 3 or given.get("divisor_override"):
            return None
        length = before.shape[2]
        if name.startswith("adaptive"):
            pools = _one(given["output_size"])
            if length % pools:
                return None
            size = stride = length // pools
            return {"kind": kind, "size": size, "stride": stride, "padding": 0, "dilation": 1, "edges": True}
        if kind == "average" and given["ceil_mode"]:
            return None
        size = _one(given["kernel_size"])
        settings = {"size": size, "stride": _one(given["stride"]) or size, "padding": _one(given["padding"])}
        return {"kind": kind, **settings, "dilation": _one(given["dilation"]), "edges": given["count_include_pad"]}

    def _whole(self, name: str, given: dict[str, Any], before: Tensor, result: Tensor) -> Step | None:
        dim = given["dim"][0] if isinstance(given["dim"], (list, tuple)) and len(given["dim"]) == 1 else given["dim"]
        if before.ndim != 3 or dim not in (2, -1) or not isinstance(dim, int):
            return None
        kind = "average" if name == "mean" else "max"
        return {"kind": kind, "size": before.shape[2], "stride": 1, "padding": 0, "dilation": 1, "edges": True}

    def _learned(self, given: dict[str, Any], outputs: int) -> Step:
        bias = torch.zeros(outputs) if given["bias"] is None else given["bias"]
        return {"weight": self._keep(given["weight"]), "bias": self._keep(bias)}

    def _keep(self, numbers: Tensor) -> int:
        """Put numbers behind all others; returns where they begin."""
        self.weights.append(numbers.detach().double().reshape(-1).numpy())
        self.size += numbers.numel()
        return self.size - numbers.numel()


_POOL = ("kernel_size", "stride", "padding")
_PLAIN = {"stride": None, "padding": 0, "dilation": 1, "ceil_mode": False, "count_include_pad": True}
# Of each call of torch: its arguments after the input, what they are if not given, and who reads them.
_ARGUMENTS: dict[str, tuple[tuple[str, ...], dict[str, Any], str]] = {
    "conv1d": (
        ("weight", "bias", "stride", "padding", "dilation", "groups"),
        {"bias": None, "stride": 1, "padding": 0, "dilation": 1, "groups": 1},
        "_conv",
    ),
    "linear": (("weight", "bias"), {"bias": None}, "_dense"),
    "batch_norm": (
        ("running_mean", "running_var", "weight", "bias", "training", "momentum", "eps"),
        {"weight": None, "bias": None, "training": False, "eps": 1e-5},
        "_norm",
    ),
    "max_pool1d": ((*_POOL, "dilation", "ceil_mode", "return_indices"), _PLAIN, "_pool"),
    "avg_pool1d": ((*_POOL, "ceil_mode", "count_include_pad"), _PLAIN, "_pool"),
    "adaptive_max_pool1d": (("output_size",), {}, "_pool"),
    "adaptive_avg_pool1d": (("output_size",), {}, "_pool"),
    "amax": (("dim", "keepdim"), {"dim": None}, "_whole"),
    "max": (("dim", "keepdim"), {"dim": None}, "_whole"),
    "mean": (("dim", "keepdim"), {"dim": None}, "_whole"),
}


def _one(setting: Any) -> Any:
    """A setting along the one axis there is: 3 of 3 and of (3,)."""
    return setting[0] if isinstance(setting, (list, tuple)) else setting


def _same(before: Tensor, result: Tensor) -> bool:
    return before.numel() == result.numel() and torch.equal(before.reshape(-1).float(), result.reshape(-1).float())
