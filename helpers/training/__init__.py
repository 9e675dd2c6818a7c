"""Training: the device, the loop, what it remembers, and how it goes on after a crash."""

from helpers.training.devices import device
from helpers.training.history import History
from helpers.training.loop import fit, one_cycle, predict
from helpers.training.saved import load
from helpers.training.status_line import steps

__all__ = ["History", "device", "fit", "load", "one_cycle", "predict", "steps"]
