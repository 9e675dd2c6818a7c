"""Which of torch's operations do the same: what an exercise forbids, and its cousins under other names.

A name can be had through many doors (`torch._convolution`, a function that was traced, a thread, a C call that no
profiler hears of); below all of them torch dispatches an operation, and that has one name.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any

# the last part of a forbidden name, and what does the exercise just as well, as torch's functions and operations go
FAMILIES = (
    (r"mse_?loss", r"mse_loss|smooth_l1_loss|huber_loss|gaussian_nll_loss"),
    (r"binary_cross_entropy.*|bce.*loss", r"binary_cross_entropy.*|multilabel_soft_margin_loss|soft_margin_loss"),
    (r"sigmoid|expit", r"sigmoid|special_expit|expit|glu|hardsigmoid|silu"),
    (r"softplus", r"softplus|log_?sigmoid.*"),
    (r"relu_?", r".*relu|threshold|hardtanh|elu|celu"),
    (r"cross_?entropy.*|nll_loss", r"nll_loss.*|cross_entropy.*"),
    (r"kl_?div.*", r"kl_div.*|_kl_.*"),
    (r"conv\dd|convolution", r".*conv.*|correlate\d?"),
    (r".*max_?pool.*", r".*max_pool.*"),
    (r"dropout", r".*dropout.*"),
    (r"linear", r"linear|bilinear|_trilinear"),
    (r"(rnn|gru|lstm).*", r".*(rnn|gru|lstm).*"),
    (
        r"scaled_dot_product.*|multi_?head.*|transformer.*layer",
        r".*scaled_dot_product.*|.*multi_head.*|.*_attention.*|_transformer_.*",
    ),
    (r"pad_sequence", r"_?pad_(packed_)?sequence|.*to_padded.*"),
    (r"sgd|adamw?", r"a?sgd|adamw?|_fused_.*|_(single|multi)_tensor_.*"),
    (r"backward|grad|jacobian", r"_make_dual|_fw_primal.*|run_backward|grad_fn"),
)


@cache
def relatives(forbids: tuple[str, ...]) -> tuple[tuple[re.Pattern[str], str], ...]:
    """Patterns of functions and operations, each with the forbidden name that it stands for."""
    found = []
    for name in forbids:
        last = name.rpartition(".")[2].lower()
        if name.startswith(("torch.", ".")):
            found += [(re.compile(ways), name) for kind, ways in FAMILIES if re.fullmatch(kind, last)]
    return tuple(found)


@cache
def forbidden_by(name: str, forbids: tuple[str, ...]) -> str:
    """The forbidden name that a function or operation of torch stands for; "" if none."""
    name = name.removeprefix("_foreach_").rstrip("_")
    names = {name, name.removesuffix("_backward")}  # `threshold_backward(x, x, 0)` is a ReLU
    return next((one for ways, one in relatives(forbids) if any(map(ways.fullmatch, names))), "")


@cache
def dispatch_mode() -> type:
    """The mode that tells of each operation that torch dispatches; made here, for torch is slow to import."""
    from torch.utils._python_dispatch import TorchDispatchMode

    class Told(TorchDispatchMode):
        def __init__(self, tell: Callable[[str], None]) -> None:
            super().__init__()
            self.tell = tell

        @classmethod
        def _should_skip_dynamo(cls) -> bool:
            """Nothing here is ever compiled; what torch would import to skip that takes seconds."""
            return False

        def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            self.tell(func.overloadpacket.__name__)
            return func(*args, **(kwargs or {}))

    return Told
