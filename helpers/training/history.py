"""The history of a training, one number an epoch."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import Any


@dataclass(repr=False)
class History:
    """What happened in training, one number an epoch. Histories are equal if all but their seconds are.

    Attributes
    ----------
    train_loss, valid_loss : list of float
        Mean loss. The training loss is that of the batches as they were met, while the weights still moved.
    valid_mcc : list of float
        Matthews correlation of the validation labels with ``logits > 0``; empty unless the labels are binary.
    seconds : float
        Wall-clock seconds; those before a resumption count too.
    batch_size : int
        Sequences in a batch: fewer than asked for if memory ran out.
    device : str
        Where it ran.
    ending : str
        "finished", "patience" (stopped early) or "interrupted" (Ctrl-C).
    """

    train_loss: list[float] = field(default_factory=list)
    valid_loss: list[float] = field(default_factory=list)
    valid_mcc: list[float] = field(default_factory=list)
    seconds: float = field(default=0.0, compare=False)
    batch_size: int = 0
    device: str = "cpu"
    ending: str = "finished"

    @property
    def epochs(self) -> int:
        """How many epochs ended."""
        return len(self.valid_loss)

    @property
    def best_epoch(self) -> int:
        """The epoch, counted from 1, whose validation loss is lowest; 0 if none ended."""
        return self.valid_loss.index(min(self.valid_loss)) + 1 if self.valid_loss else 0

    def longer(self, train: float, valid: float, mcc: float | None, seconds: float, batch_size: int) -> History:
        """The same history with one more epoch."""
        return replace(
            self,
            train_loss=[*self.train_loss, train],
            valid_loss=[*self.valid_loss, valid],
            valid_mcc=self.valid_mcc if mcc is None else [*self.valid_mcc, mcc],
            seconds=seconds,
            batch_size=batch_size,
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain lists, numbers and strings, ready for JSON; with `best_epoch`."""
        return asdict(self) | {"best_epoch": self.best_epoch}

    def __repr__(self) -> str:
        best = self.best_epoch
        text = f"{self.epochs} epochs in {self.seconds:.1f} s on {self.device} ({self.ending})"
        text += f"; best epoch {best}: valid loss {self.valid_loss[best - 1]:.4f}" if best else ""
        return text + (f", MCC {self.valid_mcc[best - 1]:.3f}" if self.valid_mcc else "")
