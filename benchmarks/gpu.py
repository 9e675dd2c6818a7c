"""The course on a GPU, in one command of less than eight minutes: `python benchmarks/gpu.py`.

Measures `fit` beside a loop over a DataLoader at batches of 128 and 1,024, bfloat16 beside float32, how busy the GPU
is, the halved batch when memory runs out, and going on after a stop; trains the networks of lesson 07, beside the CPU;
then runs lessons 04 to 07 on it. Stores
results/gpu.json after every step, so that what was measured stays if time runs out.

    python benchmarks/gpu.py [--device cpu --rehearse]

`--rehearse` does it all on a little data, anywhere: to see before a GPU is lent that the script runs to its end. It
stores nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from side_by_side import machine, write
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits as loss_of
from torch.utils.data import DataLoader, TensorDataset

from helpers.datasets.simulated.loops import loops
from helpers.datasets.simulated.marks import marks
from helpers.datasets.simulated.tracks import genes, profiles
from helpers.models import PromoterCNN, chromatin
from helpers.training import fit, losses, predict

ROOT = Path(__file__).resolve().parent.parent
LENGTH, EPOCHS, LR, ROUNDS = 70, 3, 2e-3, 3
LIMIT_S = 450  # of all steps together
LESSON_S = 110  # of one lesson


@dataclass
class Watcher(threading.Thread):
    """What nvidia-smi says of the GPU's work, four times a second; nothing where there is none."""

    device: str
    busy: list[float] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        """Be a thread that ends with the program."""
        super().__init__(daemon=True)

    def __hash__(self) -> int:
        return id(self)

    def run(self) -> None:
        """Ask until told that it is over."""
        words = ["nvidia-smi", "--query-gpu=utilization.gpu", "--format=csv,noheader,nounits"]
        while self.device.startswith("cuda") and not self.over.wait(0.25):
            said = subprocess.run(words, capture_output=True, text=True).stdout.split()
            self.busy += [float(said[0])] if said else []


def data(count: int, seed: int) -> tuple[Tensor, Tensor]:
    """Random sequences `(N, 4, L)` int8, labelled by a rule that a network can learn."""
    generator = torch.Generator().manual_seed(seed)
    bases = torch.randint(0, 4, (count, LENGTH), generator=generator)
    X = nn.functional.one_hot(bases, 4).transpose(1, 2).to(torch.int8).contiguous()
    return X, ((bases[:, 20:40] == 1).sum(dim=1) > 5).float()


def fresh() -> nn.Module:
    """The scoreboard's CNN with the same first weights every time."""
    torch.manual_seed(0)
    return PromoterCNN(LENGTH)


def with_fit(train: Any, valid: Any, device: str, batch: int, precision: str = "float32", **more: Any) -> Any:
    """The course's loop; its model and its history."""
    model = fresh()
    settings = {"epochs": EPOCHS, "lr": LR, "batch_size": batch, "precision": precision} | more
    return model, fit(model, train, valid, device=device, progress=False, **settings)


def with_loader(train: Any, valid: Any, device: str, batch: int) -> nn.Module:
    """The usual way: a DataLoader that copies batch by batch."""
    model = fresh().to(device)
    loaders = [DataLoader(TensorDataset(*part), batch_size=batch, shuffle=part is train) for part in (train, valid)]
    optimizer = torch.optim.AdamW(model.parameters(), lr=LR)
    for _ in range(EPOCHS):
        model.train()
        for X, y in loaders[0]:
            optimizer.zero_grad()
            loss_of(model(X.to(device).float()), y.to(device)).backward()
            optimizer.step()
        model.eval()
        with torch.no_grad():
            for X, y in loaders[1]:
                loss_of(model(X.to(device).float()), y.to(device)).item()
    return model


def seconds(way: Callable[[], Any], device: str) -> list[float]:
    """Wall time of each of some rounds, after one that warms up."""
    way()
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        way()
        if device.startswith("cuda"):
            torch.cuda.synchronize()
        times.append(round(time.perf_counter() - start, 3))
    return times


def beside_a_loader(train: Any, valid: Any, device: str, batch: int) -> dict[str, Any]:
    """`fit` and the DataLoader loop in turn, and how busy the GPU was in `fit`."""
    watcher = Watcher(device)
    watcher.start()
    ours = seconds(lambda: with_fit(train, valid, device, batch), device)
    watcher.over.set()
    theirs = seconds(lambda: with_loader(train, valid, device, batch), device)
    ratio = round(statistics.median(theirs) / statistics.median(ours), 2)
    busy = round(statistics.median(watcher.busy)) if watcher.busy else None
    return {"batch": batch, "fit_s": ours, "loader_s": theirs, "ratio": ratio, "gpu_busy_percent": busy}


def precisions(train: Any, valid: Any, device: str) -> dict[str, Any]:
    """bfloat16 beside float32: seconds, and the accuracy on held-out sequences."""
    found = {}
    for precision in ("float32", "bfloat16"):
        times = seconds(lambda kind=precision: with_fit(train, valid, device, 1024, kind), device)
        model, _ = with_fit(train, valid, device, 1024, precision)
        right = ((predict(model, valid[0]) > 0).float() == valid[1]).float().mean()
        found[precision] = {"seconds": times, "accuracy": round(float(right), 4)}
    return found


class Greedy(nn.Module):
    """A network that asks for more memory than there is if a batch is larger than it likes."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.inner, self.most = fresh(), most

    def forward(self, X: Tensor) -> Tensor:
        """Logits `(N,)`."""
        if len(X) > self.most and X.is_cuda:
            torch.empty(torch.cuda.mem_get_info()[1], dtype=torch.uint8, device=X.device)  # all the memory there is
        elif len(X) > self.most:
            raise torch.OutOfMemoryError("CUDA out of memory: rehearsed")
        return self.inner(X)


def out_of_memory(train: Any, valid: Any, device: str) -> dict[str, Any]:
    """Whether `fit` halves its batch until it fits, and goes on."""
    small = [(X[:600], y[:600]) for X, y in (train, valid)]
    history = fit(Greedy(most=64), *small, epochs=1, lr=LR, batch_size=256, device=device, progress=False)
    return {"asked_for": 256, "fits": 64, "epochs": history.epochs, "loss": round(history.train_loss[-1], 4)}


def resumed(train: Any, valid: Any, device: str) -> dict[str, Any]:
    """A run that stopped after an epoch and went on, beside one that never stopped: how far their logits differ."""
    with tempfile.TemporaryDirectory() as folder:
        kept = {"checkpoint": Path(folder) / "run.pt"}
        with_fit(train, valid, device, 128, **kept, epochs=1)
        again, history = with_fit(train, valid, device, 128, **kept, resume=True)
    whole, _ = with_fit(train, valid, device, 128)
    apart = (predict(again, valid[0]) - predict(whole, valid[0])).abs().max()
    return {"epochs": history.epochs, "largest_difference_of_logits": float(f"{float(apart):.3g}")}


def chromatin_networks(device: str, few: bool) -> dict[str, Any]:
    """Each network of lesson 07 on the device and on the CPU: seconds, and the loss that the last epoch left."""
    n = 64 if few else 2_000
    marked, spliced, read, folded = (
        marks(n, seed=1),
        genes(n, seed=1, length=192),
        profiles(n, seed=1),
        loops(n, seed=1),
    )
    map_loss, bce = nn.functional.mse_loss, loss_of
    jobs = {
        "MultiTask": (lambda: chromatin.MultiTask(6), marked.X, marked.y, losses.masked_bce),
        "Dilated": (lambda: chromatin.PerBase(chromatin.Dilated(16, (1, 2, 4, 8, 16, 32))), spliced.X, spliced.y, bce),
        "UNet": (lambda: chromatin.PerBase(chromatin.UNet()), spliced.X, spliced.y, bce),
        "ProfileNet": (chromatin.ProfileNet, read.X, read.counts, losses.shape_and_total),
        "PairNet": (chromatin.PairNet, folded.X, folded.contacts.log(), map_loss),
    }
    found: dict[str, Any] = {}
    for name, (build, X, y, loss) in jobs.items():
        for place in dict.fromkeys((device, "cpu")):
            torch.manual_seed(0)
            settings = {"epochs": 2, "lr": 3e-3, "batch_size": 64, "loss": loss, "progress": False}
            start = time.perf_counter()
            history = fit(build(), (X, y), (X[:32], y[:32]), device=place, **settings)
            took = round(time.perf_counter() - start, 2)
            found.setdefault(name, {})[place] = {"seconds": took, "loss": round(history.train_loss[-1], 4)}
    return found


def lesson(number: int, device: str, limit: float) -> dict[str, Any]:
    """Run a lesson on simulated data on the device, as learners' machines would."""
    words = [sys.executable, "-c", "from helpers.commands.main import main; main()", "run", str(number)]
    environment = {**os.environ, "COURSE_DEVICE": device}
    start = time.perf_counter()
    try:
        done = subprocess.run([*words, "--data", "simulated"], env=environment, capture_output=True, timeout=limit)
        ended = "well" if done.returncode == 0 else done.stderr.decode()[-500:]
    except subprocess.TimeoutExpired:
        ended = f"not within {limit:.0f} s"
    return {"lesson": number, "ended": ended, "seconds": round(time.perf_counter() - start, 1)}


def main() -> None:
    """Do the steps, the quick ones first, and store after each."""
    parser = argparse.ArgumentParser(description="the course on a GPU")
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--rehearse", action="store_true", help="little data, no lessons, nothing stored")
    chosen = parser.parse_args()
    device, start = chosen.device, time.perf_counter()
    train, valid = (data(count // (100 if chosen.rehearse else 1), seed) for seed, count in ((1, 64_000), (2, 8_000)))
    gpu = torch.cuda.get_device_name() if device.startswith("cuda") else None
    results: dict[str, Any] = {"machine": machine("torch"), "gpu": gpu, "sequences": len(train[0]), "epochs": EPOCHS}
    steps: list[tuple[str, Callable[[], Any]]] = [
        ("out_of_memory", lambda: out_of_memory(train, valid, device)),
        ("resume", lambda: resumed(train, valid, device)),
        ("beside_a_loader", lambda: [beside_a_loader(train, valid, device, batch) for batch in (128, 1024)]),
        ("precision", lambda: precisions(train, valid, device)),
        ("chromatin", lambda: chromatin_networks(device, chosen.rehearse)),
    ]
    if not chosen.rehearse:
        steps += [(f"lesson_{n:02d}", lambda n=n: lesson(n, device, LESSON_S)) for n in (4, 5, 6, 7)]  # type: ignore[misc]
    for name, step in steps:
        if time.perf_counter() - start > LIMIT_S:
            results[name] = "no time was left"
            continue
        results[name] = step()
        print(f"{time.perf_counter() - start:6.1f} s  {name}: {json.dumps(results[name])}", flush=True)
        if not chosen.rehearse:
            write("gpu", results)


if __name__ == "__main__":
    main()
