"""Every widget once: with this entry it goes through all common tests and has its portrait taken."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Example:
    """One widget, as a lesson writes it, and how to move it.

    Attributes
    ----------
    code : str
        The expression that makes it, at its lesson's size. It may use ``np``, ``torch`` and every widget's name; it
        is evaluated here and in the kernels of JupyterLab and Notebook 7.
    control : str
        Accessible name of the control that takes `key`; the name is matched exactly.
    key : str
        The key that moves it; a second key may be separated by a blank ("End T").
    trait : str
        The trait which that key changes.
    value : object
        A value for `trait` to be set from Python, at which the picture must redraw.
    random : callable
        ``random(rng)`` makes a random instance, on which browser and Python must agree.
    role : str
        The control's ARIA role.
    """

    code: str
    control: str
    key: str
    trait: str
    value: Any
    random: Callable[[np.random.Generator], Any]
    role: str = "slider"

    @property
    def name(self) -> str:
        return self.code.split("(")[0].split(".")[0]

    def make(self) -> Any:
        import torch

        import helpers.widgets as widgets

        names = {name: getattr(widgets, name) for name in widgets.__all__ if name in self.code}
        return eval(self.code, {"np": np, "torch": torch, **names})

    def cell(self, name: str = "w") -> str:
        """A notebook cell that makes the widget, keeps it as `name`, and shows it."""
        return f"import numpy as np, torch\nfrom helpers.widgets import {self.name}\n{name} = {self.code}\n{name}"


def widgets() -> Any:
    import helpers.widgets

    return helpers.widgets


def _descent(rng: np.random.Generator) -> Any:
    """A random walk on a built-in surface, on an own function, or on the loss of a line."""
    DescentExplorer = widgets().DescentExplorer
    settings = {
        "learning_rate": float(10 ** rng.uniform(-3, -1.3)),
        "momentum": float(rng.uniform(0, 0.95)),
        "optimisers": ["SGD", "momentum", "Adagrad", "RMSprop", "Adam"],
        "steps": 40,
    }
    kind = rng.integers(3)
    if kind == 0:
        return DescentExplorer(
            lambda x, y: np.sin(x) * np.cos(y) + x * x / 9, start=rng.uniform(-3.5, 3.5, 2), **settings
        )
    if kind == 1:
        return DescentExplorer.from_data(rng.normal(2, 1, 30), rng.normal(size=30), **settings)
    surface = str(rng.choice(["bowl", "narrow valley", "saddle", "two minima"]))
    return DescentExplorer(surface=surface, start=rng.uniform(-1.5, 1.5, 2), **settings)


def _scores(rng: np.random.Generator) -> Any:
    """Random scores with ties between the classes, at a random threshold and share of positives."""
    y = rng.random(400) < rng.uniform(0.1, 0.6)
    logits = np.round(rng.normal(1.5 * y, 1), int(rng.integers(1, 4)))
    settings = {"threshold": float(rng.normal()), "positives": float(rng.uniform(0.01, 0.8))}
    return widgets().ThresholdExplorer(y, logits, **settings)


def _guess(rng: np.random.Generator) -> Any:
    """A number, an option or a curve guessed, rightly or wrongly, revealed or not."""
    revealed = bool(rng.random() < 0.7)
    if rng.random() < 0.4:
        settings = {"x": range(9), "answer": rng.random(9), "guess": rng.random(9).tolist(), "tolerance": 0.3}
        return widgets().Predict("How does it go?", y_range=(-1, 2), revealed=revealed, **settings)
    if rng.random() < 0.5:
        settings = {"answer": float(rng.normal()), "tolerance": 1.0, "guess": float(rng.normal())}
    else:
        settings = {"options": ["up", "down"], "answer": "down", "guess": str(rng.choice(["up", "down"]))}
    return widgets().Predict("Where does the loss go?", revealed=revealed, **settings)


QUESTIONS = [
    {
        "key": "loss",
        "prompt": "What does `loss.backward()` do?",
        "options": [
            {"letter": "a", "text": "It updates the weights.", "why": "That is what `optimizer.step()` does."},
            {"letter": "b", "text": "It computes the slope of the loss for each weight.", "why": "It fills `.grad`."},
            {
                "letter": "c",
                "text": "It runs the layers in reverse order.",
                "why": "Only the chain rule runs backwards.",
            },
        ],
        "correct": "b",
    },
    {
        "key": "epoch",
        "prompt": "What is an epoch?",
        "options": [
            {"letter": "a", "text": "One update of the weights.", "why": "That is a step: an epoch has many."},
            {"letter": "b", "text": "One pass over all training data.", "why": "Each example is seen once."},
        ],
        "correct": "b",
    },
]


def _boundary(rng: np.random.Generator) -> Any:
    """A network on random points, from a fresh start or from torch, before or after some training."""
    from torch import nn

    X, y = rng.normal(size=(21, 2)), rng.integers(0, 2, 21)
    if rng.random() < 0.4:
        model = nn.Sequential(nn.Linear(2, 5), nn.Tanh(), nn.Linear(5, 3), nn.Tanh(), nn.Linear(3, 1))
        return widgets().BoundaryExplorer(model, X, y)
    activation = str(rng.choice(["none", "ReLU", "tanh", "sigmoid"]))
    settings = {"hidden": int(rng.integers(0, 9)), "layers": int(rng.integers(1, 4)), "seed": int(rng.integers(999))}
    widget = widgets().BoundaryExplorer(
        None, X, y, activation=activation, hold_out=bool(rng.random() < 0.7), **settings
    )
    widget.train(int(rng.integers(0, 25)))
    return widget


def _dna(rng: np.random.Generator, length: int) -> str:
    return "".join(rng.choice(list("ACGTN"), length, p=[0.24, 0.24, 0.24, 0.24, 0.04]))


def _scanner(rng: np.random.Generator) -> Any:
    """A random filter, or one of a torch layer, along a sequence with some N."""
    import torch

    dna, width = _dna(rng, int(rng.integers(30, 120))), int(rng.integers(1, 9))
    settings = {"relu": bool(rng.random() < 0.5), "pool": int(rng.integers(1, 6))}
    steps = {"stride": int(rng.integers(1, 4)), "dilation": int(rng.integers(1, 4))}
    if rng.random() < 0.5:
        padding = "same" if steps["stride"] == 1 else int(rng.integers(0, 4))
        conv = torch.nn.Conv1d(4, 3, width, padding=padding, **steps)
        return widgets().ConvScanner.from_conv(dna, conv, channel=2, **settings)
    return widgets().ConvScanner(dna, rng.normal(size=(4, width)), rng.normal(), **settings, **steps)


def _pools(rng: np.random.Generator) -> Any:
    """Random motifs in a random sequence, some of them moved since they were remembered."""
    dna, motif, copies = (
        _dna(rng, int(rng.integers(30, 90))),
        _dna(rng, int(rng.integers(2, 9))),
        int(rng.integers(1, 5)),
    )
    places, remembered = rng.integers(0, len(dna) - len(motif) + 1, (2, copies)).tolist()
    steps = {"pool": int(rng.integers(1, 8)), "stride": int(rng.integers(1, 8)), "rounds": int(rng.integers(1, 4))}
    kind = str(rng.choice(["max", "average"]))
    return widgets().PoolExplorer(dna, motif, places, remembered=remembered, kind=kind, cell=1, **steps)


def _filters(rng: np.random.Generator) -> Any:
    """Random filters, one of them a motif's, over sequences of several lengths."""
    from helpers.dna.motifs import jaspar_all

    width = int(rng.integers(4, 11))
    bank, sequences = rng.normal(size=(3, 4, width)), [_dna(rng, int(rng.integers(width, 70))) for _ in range(25)]
    settings = {"filter": int(rng.integers(3)), "share": float(rng.uniform(0, 1)), "biases": rng.normal(0, 2, 3)}
    return widgets().FilterLogo(bank, sequences, jaspar_all("POLII"), **settings)


def _recurrent(rng: np.random.Generator) -> Any:
    """A random cell of each kind, some of its bases changed since."""
    import torch

    HiddenState, dna = widgets().HiddenState, _dna(rng, int(rng.integers(2, 60)))
    settings = {name: int(rng.integers(len(dna))) for name in ("position", "step")}
    if rng.random() < 0.3:
        return HiddenState(None, dna, **settings)
    n = int(rng.integers(1, 12))
    layers = [
        torch.nn.RNN(4, n, nonlinearity=str(rng.choice(["tanh", "relu"]))),
        torch.nn.GRU(4, n),
        torch.nn.LSTM(4, n, bias=bool(rng.random() < 0.5)),
    ]
    some = [layers[i] for i in rng.permutation(3)[: rng.integers(1, 4)]]
    return HiddenState.from_rnn(some, dna, base=str(rng.choice(list("ACGT"))), **settings)


def _attention(rng: np.random.Generator) -> Any:
    """Random heads under a random mask, shuffled and changed."""
    count, d, dv = int(rng.integers(1, 20)), int(rng.integers(1, 9)), int(rng.integers(1, 9))
    mask = rng.normal(size=(count, count)) if rng.random() < 0.5 else rng.random((count, count)) < 0.4
    return widgets().AttentionSteps(
        _dna(rng, count),
        *(rng.normal(size=(3, count, width)) * 2 for width in (d, d, dv)),
        mask=mask,
        masking=str(rng.choice(["none", "causal", "own"])),
        head=int(rng.integers(3)),
        query=int(rng.integers(count)),
        scaled=bool(rng.random() < 0.5),
        temperature=float(rng.uniform(0.1, 5)),
        order=rng.permutation(count).tolist(),
        edits=[["q", 0, 0, d - 1, 1.5], ["k", 1, count - 1, 0, -2.25], ["v", 2, 0, 0, 3.0]],
    )


def _map(rng: np.random.Generator) -> Any:
    """Random weights, one row all masked, with two annotations."""
    count = int(rng.integers(3, 40))
    weights = rng.dirichlet(np.full(count, 0.3), size=(2, 3, count))
    weights[1, 2, 0] = 0
    settings = {"layer": int(rng.integers(2)), "head": int(rng.integers(3)), "base": int(rng.integers(count))}
    return widgets().AttentionMap(_dna(rng, count), weights, [(0, 2, "start"), (1, count, "rest")], **settings)


def _mutations(rng: np.random.Generator) -> Any:
    """Random effects, or those of a random convolution, on a sequence with some N."""
    import torch

    dna = _dna(rng, int(rng.integers(8, 70)))
    if rng.random() < 0.5:
        model = torch.nn.Sequential(
            torch.nn.Conv1d(4, 5, 5),
            torch.nn.ReLU(),
            torch.nn.AdaptiveMaxPool1d(1),
            torch.nn.Flatten(),
            torch.nn.Linear(5, 1),
        )
        return widgets().MutationMap.from_model(model, dna, position=int(rng.integers(len(dna))))
    effects = rng.normal(size=(4, len(dna))) * (np.array(list(dna)) != np.array(list("ACGT"))[:, None])
    settings = {"prediction": float(rng.normal()), "base": str(rng.choice(list("ACGT")))}
    return widgets().MutationMap(dna, effects, rng.normal(size=len(dna)), **settings)


def network(rng: np.random.Generator, length: int) -> Any:
    """A random network of the course's layers, its batch norms in use, that reads so many bases."""
    import torch
    from torch import nn

    torch.manual_seed(int(rng.integers(1 << 30)))
    filters, width = int(rng.integers(1, 7)), int(rng.integers(1, 9))
    settings = {
        "padding": int(rng.integers(0, 4)),
        "stride": int(rng.integers(1, 4)),
        "dilation": int(rng.integers(1, 3)),
    }
    pools = [nn.MaxPool1d(2, ceil_mode=True), nn.AvgPool1d(3, padding=1), nn.MaxPool1d(3, 2, padding=1), nn.Identity()]
    layers = [
        nn.Conv1d(4, filters, width, bias=bool(rng.random() < 0.8), **settings),
        nn.BatchNorm1d(filters) if rng.random() < 0.5 else nn.Identity(),
        nn.ReLU(),
        pools[rng.integers(4)],
        nn.Dropout(0.3),
    ]
    if rng.random() < 0.5:
        layers += [nn.Conv1d(filters, 5, 3, padding="same"), nn.ReLU()]
    ends = [[nn.AdaptiveMaxPool1d(1)], [nn.AdaptiveAvgPool1d(1)], []]
    layers += [*ends[rng.integers(3)], nn.Flatten(), nn.LazyLinear(1)]
    if rng.random() < 0.5:
        layers[-1:] = [nn.LazyLinear(4), nn.BatchNorm1d(4), nn.ReLU(), nn.Linear(4, 1)]
    model = nn.Sequential(*layers)
    with torch.no_grad():
        for _ in range(3):
            model(torch.randn(8, 4, length))  # lazy layers get their sizes, batch norms their means
    return model


def _networks(rng: np.random.Generator) -> Any:
    """A random network, some bases of its sequence changed and a filter switched off since."""
    length = int(rng.integers(25, 90))
    names = {name: _dna(rng, length) for name in "abc"[: rng.integers(1, 4)]}
    widget = widgets().NetworkExplorer(network(rng, length), names, chosen=len(names) - 1)
    widget.sequence = "".join(rng.choice(list("ACGT")) if rng.random() < 0.1 else base for base in widget.sequence)
    widget.off = [0] if rng.random() < 0.5 else []
    return widget


def _benches(rng: np.random.Generator) -> Any:
    """Random networks as judges, some mutations written, and one step taken back."""
    import torch

    length, X = int(rng.integers(25, 60)), torch.eye(4)[torch.arange(240) % 7 % 4]
    judges: dict[str, Any] = {}
    while len(judges) < 3:
        model = network(rng, length).eval()
        with torch.no_grad():
            said = [float(model(X[i : i + length].T[None])) for i in range(9)]
        if np.ptp(said) > 1e-3:  # alive: one that says the same of everything has no scale
            judges["abc"[len(judges)]] = model
    real = ["".join(rng.choice(list("ACGT"), length)) for _ in range(25)]
    settings = {"climbed": int(rng.integers(4)), "driver": len(judges) - 1}
    widget = widgets().DesignBench(judges, _dna(rng, length), real, **settings)
    widget.step = max(0, widget.step - 1)
    return widget


def _shifts(rng: np.random.Generator) -> Any:
    """Random logits of some models, guessed at or not."""
    length, count, reach = int(rng.integers(30, 90)), int(rng.integers(4, 300)), int(rng.integers(1, 12))
    y = np.arange(count) % 2
    logits = {
        name: rng.normal(size=(2 * reach + 1, count)) + rng.normal() * y for name in "abcdef"[: rng.integers(1, 7)]
    }
    settings = {"shift": int(rng.integers(-reach, reach + 1)), "model": int(rng.integers(len(logits)))}
    if rng.random() < 0.6:
        settings |= {"guess": rng.uniform(-1, 1, 2 * reach + 1).tolist(), "mark": (3, 9, "here")}
    sequences = [_dna(rng, length) for _ in y]
    return widgets().ShiftExplorer(sequences, y, logits, revealed=bool(rng.random() < 0.7), **settings)


def _walks(rng: np.random.Generator) -> Any:
    """Random ways between random sequences, of some models."""
    count, steps, length = int(rng.integers(2, 6)), int(rng.integers(2, 30)), int(rng.integers(4, 70))
    ways = count * (count - 1) // 2

    def walked() -> tuple:
        decoded = rng.dirichlet([0.3] * 4, (ways, steps, length)).swapaxes(2, 3)
        return rng.normal(size=(60, 2)), decoded, rng.random((ways, steps)) < 0.5, rng.random((ways, steps))

    models = {name: walked() for name in "abcd"[: rng.integers(1, 5)]}
    settings = {"model": int(rng.integers(len(models))), "step": int(rng.integers(steps))}
    start, end = (int(i) for i in rng.choice(count, 2, replace=False))
    sequences = [_dna(rng, length) for _ in range(count)]
    return widgets().LatentWalk(sequences, models, words=["TATA"], start=start, end=end, **settings)


def _pileups(rng: np.random.Generator) -> Any:
    """Random reads over random places, some called, against callers that guess; few reads shown or many."""
    width, depths = 2 * int(rng.integers(2, 12)) + 1, [2, 5, 40]
    places = []
    for _ in range(int(rng.integers(1, 6))):
        genome, count = "".join(rng.choice(list("ACGT"), width)), int(rng.integers(1, 25))
        candidate = "ACGT"["ACGT".index(genome[width // 2]) - 1]
        written = np.where(rng.random((count, width)) < 0.3, candidate, list(genome))
        reads = [
            " " * i + "".join(row)[i:] for i, row in zip(rng.integers(0, width // 2 + 1, count), written, strict=True)
        ]
        of_reads = rng.uniform(0, 60, (count, width)), rng.random(count) < 0.5, rng.uniform(0, 60, count)
        places.append((genome, candidate, reads, *of_reads, int(rng.integers(3)), "drawn"))
    played = [[at, *(int(i) for i in rng.integers(0, [3, 4, 3]))] for at in range(len(places)) if rng.random() < 0.6]
    callers = {name: rng.dirichlet([0.5] * 3, (3, len(places))) for name in "abc"[: rng.integers(1, 4)]}
    settings = {"place": int(rng.integers(len(places))), "level": int(rng.integers(3)), "played": played}
    return widgets().PileupGame(places, callers, depths=depths, **settings)


EXAMPLES = [
    Example(
        code="BoundaryExplorer(data='XOR', hidden=3)",
        control="Hidden units",
        key="ArrowRight",
        trait="hidden",
        value=5,
        random=_boundary,
    ),
    Example(
        code="ConvScanner('ACCGTCACCTAGGACCGATTACAGCCGTTACCGNATCGCCGA', 'CCG', relu=True)",
        control="Bias",
        key="ArrowRight",
        trait="bias",
        value=0.5,
        random=_scanner,
    ),
    Example(
        code=(
            "DescentExplorer(surface='narrow valley', learning_rate=0.075, steps=40, "
            "optimisers=['SGD', 'momentum', 'Adam'])"
        ),
        control="Learning rate",
        key="ArrowLeft",
        trait="learning_rate",
        value=0.02,
        random=_descent,
    ),
    Example(
        code="ImageKernel()",
        control="Weight in row 2, column 3",
        key="ArrowUp",
        trait="kernel",
        value=[[1, 1, 1], [0, 0, 0], [-1, -1, -1]],
        random=lambda rng: widgets().ImageKernel(rng.random((9, 14)), rng.normal(size=(3, 3)), position=(6, 3)),
        role="spinbutton",
    ),
    Example(
        code=(
            "LineFitter(np.linspace(10, 30, 12), 22 + 1.3 * np.linspace(10, 30, 12) + np.cos(9 * np.arange(12)) * 6, "
            "slope=0.5, intercept=30, x_label='length (bases)', y_label='melting temperature (°C)')"
        ),
        control="Slope",
        key="ArrowRight",
        trait="slope",
        value=1.25,
        random=lambda rng: widgets().LineFitter(rng.normal(size=9) * 10, rng.normal(size=9), *rng.normal(size=2)),
    ),
    Example(
        code="SequenceEncoder('GCTATAAAAGNC')",
        control="Sequence",
        key="End T",
        trait="sequence",
        value="ACGTNACG",
        random=lambda rng: widgets().SequenceEncoder(
            "".join(rng.choice(list("ACGTN"), rng.integers(1, 60))),
            strand=str(rng.choice(["forward", "reverse complement"])),
        ),
        role="textbox",
    ),
    Example(
        code=(
            "ThresholdExplorer(np.arange(5000) % 11 == 0, np.random.default_rng(0).normal(0, 1, 5000) "
            "+ 2.2 * (np.arange(5000) % 11 == 0) - 1, threshold=0.4)"
        ),
        control="Threshold",
        key="ArrowRight",
        trait="threshold",
        value=-0.5,
        random=_scores,
    ),
    Example(
        code=(
            "Predict('The learning rate is doubled from 0.05 to 0.1. What happens to the loss after 20 steps?', "
            "options=['It falls twice as far', 'It falls faster, but not twice as far', 'It explodes'], "
            "answer='It explodes', because='The steepest direction has curvature 24: beyond 2 / 24 = 0.083 "
            "each step overshoots by more than the last.', key='example')"
        ),
        control="It explodes",
        key="Space",
        trait="guess",
        value="It falls twice as far",
        random=_guess,
        role="radio",
    ),
    Example(
        code=f"Quiz({QUESTIONS!r})",
        control="a · It updates the weights.",
        key="Space",
        trait="letters",
        value={"loss": "c"},
        random=lambda rng: widgets().Quiz(
            QUESTIONS, letters={"loss": str(rng.choice(list("abc"))), "epoch": str(rng.choice(list("ab")))}
        ),
        role="radio",
    ),
    Example(
        code="PoolExplorer()",
        control="Pool",
        key="ArrowRight",
        trait="pool",
        value=3,
        random=_pools,
    ),
    Example(
        code=(
            "FilterLogo(np.random.default_rng(1).normal(0, 0.35, (16, 4, 8)) "
            "+ np.pad(np.eye(4)[:, [3, 0, 3, 0, 0, 0]], ((0, 0), (1, 1))), "
            "[''.join(np.random.default_rng(i).choice(list('ACGT'), 60)) + ['TATAAAA', 'TATATAA', 'TATAAAT'][i % 3] "
            "for i in range(200)], share=0.7)"
        ),
        control="Threshold",
        key="ArrowRight",
        trait="share",
        value=0.8,
        random=_filters,
    ),
    Example(
        code="HiddenState(step=44)",
        control="Step",
        key="ArrowLeft",
        trait="step",
        value=20,
        random=_recurrent,
    ),
    Example(
        code=(
            "AttentionSteps(['AC', 'GT', 'TA', 'CG'], [[1, 0, 2], [0, 2, 0], [1, 1, 1], [2, 0, 1]], "
            "[[0, 1, 1], [2, 0, 0], [1, 0, 2], [0, 1, 0]], [[1, 2, 3], [2, 8, 0], [2, 6, 3], [0, 1, 4]], query=2)"
        ),
        control="Asks",
        key="ArrowRight",
        trait="query",
        value=0,
        random=_attention,
    ),
    Example(
        code=(
            "AttentionMap('GCGCTATAAAAGGCTGACCGATTACAGCCGTTACGGATCGCCGATGCATCGACTGCAGTC', "
            "torch.softmax(torch.randn(2, 4, 60, 60, generator=torch.Generator().manual_seed(0)) * 1.5 "
            "- 0.3 * (torch.arange(60)[:, None] - torch.arange(60) - 20).abs() ** 0.8, -1), "
            "[(4, 11, 'TATA box'), (30, 36, 'Inr')], base=31)"
        ),
        control="Head",
        key="ArrowRight",
        trait="head",
        value=2,
        random=_map,
    ),
    Example(
        code=(
            "MutationMap.from_model(torch.nn.Sequential(torch.nn.Conv1d(4, 8, 7), torch.nn.ReLU(), torch.nn.Flatten(), "
            "torch.nn.Linear(8 * 54, 1)), "
            "'GCGCTATAAAAGGCTGACCGATTACAGCCGTTACGGATCGCCGATGCATCGACTGCAGTC', position=6)"
        ),
        control="Position",
        key="ArrowRight",
        trait="position",
        value=20,
        random=_mutations,
    ),
    Example(
        code=(
            "DesignBench({f'network {i}': [torch.manual_seed(i), torch.nn.Sequential(torch.nn.Conv1d(4, 16, 15), "
            "torch.nn.ReLU(), torch.nn.AdaptiveMaxPool1d(1), torch.nn.Flatten(), torch.nn.Linear(16, 1))][1] "
            "for i in (1, 4)}, 'GCGCTATAAAAGGCTGACCGATTACAGCCGTTACGGATCGCCGATGCATCGACTGCAGTCGCGCTATAAA', "
            "[''.join(np.random.default_rng(i).choice(list('ACGT'), 70)) for i in range(50)], climbed=6)"
        ),
        control="Mutations",
        key="ArrowLeft",
        trait="step",
        value=2,
        random=_benches,
    ),
    Example(
        code=(
            "NetworkExplorer([torch.manual_seed(1), torch.nn.Sequential(torch.nn.Conv1d(4, 16, 15), torch.nn.ReLU(), "
            "torch.nn.AdaptiveMaxPool1d(1), torch.nn.Flatten(), torch.nn.Linear(16, 1))][1], "
            "{'a promoter': 'GCGCTATAAAAGGCTGACCGATTACAGCCGTTACGGATCGCCGATGCATCGACTGCAGTCGCGCTATAAA', "
            "'another': 'ATTACAGCCGTTACGGATCGCCGATGCATCGACTGCAGTCGCGCTATAAAGCGCTATAAAAGGCTGACCG'})"
        ),
        control="Filter",
        key="ArrowLeft",
        trait="filter",
        value=3,
        random=_networks,
    ),
    Example(
        code=(
            "ShiftExplorer([''.join(np.random.default_rng(i).choice(list('ACGT'), 70)) for i in range(600)], "
            "np.arange(600) % 2, {name: np.random.default_rng(7).normal(0, 1, (21, 600)) + height "
            "* (np.arange(600) % 2 * 2 - 1) * np.cos(turn * np.arange(-10, 11))[:, None] "
            "for name, height, turn in [('MLP', 2, 3), ('CNN', 3, 2.9), ('MotifCNN', 1, 0.01)]}, "
            "mark=(4, 11, 'TATA in training'), revealed=True, shift=1)"
        ),
        control="Shift",
        key="ArrowRight",
        trait="shift",
        value=-3,
        random=_shifts,
    ),
    Example(
        code=(
            "LatentWalk(['ACGTT' * 10, 'TTGACATAAT' * 5, 'GCATGC' * 8 + 'AA', 'TATAAT' * 8 + 'CG'], "
            "{name: (np.random.default_rng(7).normal(size=(300, 2)), "
            "np.random.default_rng(8).dirichlet([0.2] * 4, (6, 21, 50)).swapaxes(2, 3), "
            "np.arange(126).reshape(6, 21) % 3 > 0, np.random.default_rng(9).random((6, 21))) "
            "for name in ('autoencoder', 'VAE')}, words=['TTGACA', 'TATAAT'])"
        ),
        control="Step",
        key="ArrowRight",
        trait="step",
        value=12,
        random=_walks,
    ),
    Example(
        code=(
            "PileupGame([('ACGTT' * 4 + 'A', 'G', ['ACGTT' * 2 + 'AG'[r % 4 < i % 5] + 'CGTTACGTTA' "
            "for r in range(24)], 15.0 + np.arange(504).reshape(24, 21) % 25, np.arange(24) % 2, 30 + np.arange(24), "
            "i % 3, 'one strand only') for i in range(30)], {name: np.random.default_rng(7).dirichlet([0.5] * 3, "
            "(3, 30)) for name in ('likelihood', 'two filters', 'network')}, depths=[5, 12, 30], "
            "played=[[0, 1, 2, 2], [1, 0, 1, 1]], place=2)"
        ),
        control="Reads",
        key="ArrowLeft",
        trait="level",
        value=0,
        random=_pileups,
    ),
]
