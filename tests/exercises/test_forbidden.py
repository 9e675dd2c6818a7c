"""What an exercise forbids is seen by every road that leads there, and nothing else is taken for it."""

from __future__ import annotations

import _thread
import ast
import contextlib
import cProfile
import functools
import importlib
import inspect
import json
import math
import operator
import os
import re
import subprocess
import sys
import threading
from collections import Counter
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import scipy.special
import torch
import torch.nn.functional as F
from Bio.Seq import MutableSeq
from scipy.special import expit
from sklearn.preprocessing import StandardScaler
from torch import nn
from torch.nn.utils.rnn import pack_sequence, pad_packed_sequence
from torch.optim.sgd import sgd

from helpers.dna import sequences
from helpers.engine.by_hand import BEYOND, LIBRARY, PROGRAM, SWITCH
from helpers.engine.families import dispatch_mode
from helpers.engine.source import parsed
from helpers.engine.watch import Watch
from helpers.grading.handed_in.forbidden import forbidden_in_cells
from helpers.learner.check import checks
from helpers.lessons import LESSONS, all_exercises, exercises, key_of
from helpers.models.adversarial import GradientReversal

ROOT = Path(__file__).parents[2]
SIGMOID = ("torch.sigmoid", "torch.special.expit", "torch.nn.Sigmoid", ".sigmoid")
GRAD = ("torch.autograd.grad", "torch.autograd.backward", ".backward")
z = torch.zeros(3)
w = torch.ones(3, requires_grad=True)
layer = nn.Sigmoid()
moved = torch.ones(3, requires_grad=True)
moved.grad = torch.ones(3)
NORMAL = torch.distributions.Normal(0.0, 1.0)
PLAIN = {"weight_decay": 0, "momentum": 0, "lr": 0.1, "dampening": 0, "nesterov": False, "maximize": False}
CORRELATE = inspect.unwrap(np.correlate).__globals__["multiarray"].correlate
doubled = np.frompyfunc(lambda x: 2 * x, 1, 1)
scaler = StandardScaler().fit(z[:, None].numpy())


@pytest.mark.parametrize(
    ("forbids", "code"),
    [
        (SIGMOID, lambda: torch.sigmoid(z)),
        (SIGMOID, lambda: z.sigmoid()),
        (SIGMOID, lambda: z.clone().sigmoid_()),
        (SIGMOID, lambda: getattr(torch, "sig" + "moid")(z)),
        (SIGMOID, lambda: eval("__import__('torch').special.expit(z)", globals())),
        (SIGMOID, lambda: list(map(torch.sigmoid, [z]))),
        (SIGMOID, lambda: operator.methodcaller("sigmoid")(z)),
        (SIGMOID, lambda: functools.partial(torch.Tensor.sigmoid, z)()),
        (SIGMOID, lambda: torch.ops.aten.sigmoid.default(z)),
        (SIGMOID, lambda: layer(z)),
        (GRAD, lambda: (w**2).sum().backward()),
        (GRAD, lambda: torch.autograd.backward((w**2).sum())),
        (GRAD, lambda: torch.autograd.grad((w**2).sum(), w)),
        (GRAD, lambda: torch.autograd.functional.jacobian(lambda x: x**2, z)),
        ((".fit_transform",), lambda: getattr(StandardScaler(), "fit_" + "transform")(z[:, None].numpy())),
        ((".transform",), lambda: scaler.transform(z[:, None].numpy())),
        (("torch.optim.SGD",), lambda: vars(torch.optim)["SGD"]([w], lr=0.1)),
        (("torch.nn.functional.mse_loss",), lambda: nn.MSELoss()(z, z)),
        (("torch.nn.functional.mse_loss",), lambda: torch._C._nn.mse_loss(z, z)),
        (("helpers.dna.sequences.tokenise",), lambda: vars(sequences)["token" + "ise"]("A")),
    ],
)
def test_a_forbidden_call_is_seen_by_every_road(forbids, code) -> None:
    with Watch(forbids) as watch:
        code()
    assert watch.used


def by_scipy():
    return expit(z.numpy())


def by_scikit_learn():
    from sklearn.preprocessing import label_binarize

    return label_binarize(["A"], classes=["A", "C"])


@pytest.mark.parametrize(
    ("code", "beyond"),
    [
        (by_scipy, LIBRARY),
        (by_scikit_learn, LIBRARY),
        (lambda: scipy.special.expit(z.numpy()), LIBRARY),
        (lambda: scaler.mean_, LIBRARY),
        (lambda: MutableSeq("ACG").reverse_complement(), LIBRARY),
        (lambda: subprocess.run([sys.executable, "-c", ""], check=True), PROGRAM),
        (lambda: os.system("true"), PROGRAM),
        (lambda: sys.setprofile(None), SWITCH),
    ],
)
def test_what_no_answer_by_hand_needs_is_seen(code, beyond) -> None:
    with Watch(SIGMOID) as watch:
        code()
    assert watch.used == [beyond]


TOOLS = {"kept": [expit]}
KEPT = SimpleNamespace(how=partial(expit))


class Kept:
    how = staticmethod(expit)

    def answer(self):
        return self.how(z.numpy())


class Given:
    def __init__(self):
        self.how = expit

    def __call__(self):
        return self.how(z.numpy())


class Shy(type):
    """Nobody may ask where its classes come from."""

    @property
    def __module__(cls):
        raise ValueError


SHY = Shy("SHY", (), {})()


def shy():
    with contextlib.suppress(ValueError):
        (lambda: SHY)()


def profiled():
    profile = cProfile.Profile()
    profile.enable()
    try:
        return doubled(3)
    finally:
        profile.disable()


def raw_thread():
    done = _thread.allocate_lock()
    done.acquire()
    _thread.start_new_thread(done.release, ())
    done.acquire()


@pytest.mark.parametrize(
    ("code", "beyond"),
    [
        (lambda: TOOLS["kept"][0](z.numpy()), LIBRARY),
        (lambda: KEPT.how(z.numpy()), LIBRARY),
        (lambda how=expit: how(z.numpy()), LIBRARY),
        (lambda: (lambda tools: tools[0](z.numpy()))((expit,)), LIBRARY),
        (Kept().answer, LIBRARY),
        (Given(), LIBRARY),
        (shy, SWITCH),
        (profiled, SWITCH),
        (raw_thread, SWITCH),
        (lambda: threading.setprofile(None), SWITCH),
        (lambda: sys.getprofile(), SWITCH),
    ],
)
def test_what_is_kept_out_of_sight_is_seen(code, beyond) -> None:
    with Watch(SIGMOID) as watch:
        code()
    assert watch.used == [beyond]


@pytest.mark.parametrize(
    ("forbids", "code"),
    [
        (SIGMOID, lambda: torch._refs.sigmoid(z)),
        (SIGMOID, lambda: torch._foreach_sigmoid([z])),
        (GRAD, lambda: w.sum().grad_fn(torch.tensor(1.0))),
        (GRAD, lambda: torch.autograd.graph.get_gradient_edge(w.sum()).node(torch.tensor(1.0))),
        (
            GRAD,
            lambda: torch.autograd.Variable._execution_engine.run_backward(
                (w.sum(),), (torch.tensor(1.0),), False, False, (), True, True
            ),
        ),
        (("torch.relu",), lambda: torch.ops.aten.threshold_backward(z, z, 0)),
        (("torch.nn.functional.mse_loss",), lambda: 2 * F.gaussian_nll_loss(z, z, z)),
        (("torch.nn.functional.conv1d",), lambda: CORRELATE(z.numpy(), z.numpy(), 0)),
        (("torch.distributions.kl_divergence",), lambda: torch.distributions.kl._kl_normal_normal(NORMAL, NORMAL)),
        (("torch.optim.SGD",), lambda: sgd([z + 1], [z], [None], **PLAIN)),
        (("torch.optim.SGD",), lambda: torch.optim.ASGD([moved], lr=0.1).step()),
        (("torch.nn.utils.rnn.pad_sequence",), lambda: pad_packed_sequence(pack_sequence([z, z]))),
    ],
)
def test_cousins_of_torch_are_seen(forbids, code) -> None:
    with Watch(forbids) as watch:
        code()
    assert watch.used


class Borrowed(nn.Module):
    """Another class, with a forbidden one's own method."""

    padding_mode = "zeros"
    forward = nn.Softplus.forward
    beta, threshold = 1, 20


class Turned(torch.autograd.Function):
    """Static functions know no `self`."""

    forward, backward = GradientReversal.forward, GradientReversal.backward


@pytest.mark.parametrize(
    ("forbids", "code"),
    [
        (("torch.nn.Softplus",), lambda: Borrowed()(z)),
        (("helpers.models.adversarial.GradientReversal",), lambda: type("G", (GradientReversal,), {}).apply(z, 2.0)),
        (("helpers.models.adversarial.GradientReversal",), lambda: Turned.apply(z, 2.0)),
    ],
)
def test_what_a_class_does_is_seen_in_another_class(forbids, code) -> None:
    with Watch(forbids) as watch:
        code()
    assert watch.used == list(forbids)


class Later:
    """A result that is made when it is read."""

    def __init__(self, make) -> None:
        self.make = make

    def detach(self):
        return self.make()


def test_what_an_answer_does_as_it_is_read_is_seen() -> None:
    exercise = next(one for one in all_exercises() if key_of(one) == "02/sigmoid")
    verdict = exercise.mark(exercise.answers(lambda x: Later(lambda: torch.sigmoid(x)), 3), 3)
    assert (verdict.status, verdict.points) == ("forbidden", 0)


def test_a_tensor_that_knows_how_it_was_made_may_be_printed() -> None:
    with Watch(GRAD) as watch:
        (lambda: f"{w.sum()!r} {w.grad} {w.requires_grad}")()
    assert watch.used == []


def in_a_copy(code):
    """Run code in a copy of this process, and wait for its end."""
    copy = os.fork()
    if copy == 0:
        try:
            code()
        finally:
            os._exit(0)
    os.waitpid(copy, 0)


def test_a_copy_of_this_process_is_watched_as_this_one_is() -> None:
    with Watch(SIGMOID) as watch:
        in_a_copy(lambda: doubled(3))
    assert watch.used == []
    with Watch(SIGMOID) as watch:
        in_a_copy(lambda: in_a_copy(lambda: expit(z.numpy())))
    assert watch.used == [LIBRARY]
    with Watch(SIGMOID) as watch:
        in_a_copy(lambda: __import__("sklearn.naive_bayes"))  # nobody else imports it
    assert watch.used == [LIBRARY]


def test_a_library_that_is_fetched_by_name_is_seen() -> None:
    with Watch(SIGMOID) as watch:
        (lambda: importlib.import_module("scipy.special").expit(z.numpy()))()
    assert watch.used == [LIBRARY]


@pytest.mark.parametrize(
    "code",
    [
        lambda: np.logaddexp(0, z.numpy()),
        lambda: doubled(3),
        lambda: [math.exp(x) for x in z.tolist()],
        lambda: re.sub("A", "C", "GATTACA"),
        lambda: Counter("GATTACA"),
        lambda: sequences.one_hot("ACGT"),
        lambda: nn.Linear(3, 2)(z),
    ],
)
def test_python_numpy_torch_and_the_course_are_at_hand(code) -> None:
    with Watch(SIGMOID) as watch:
        code()
    assert watch.used == []


def test_another_library_is_told_in_words_of_ours() -> None:
    exercise = next(one for one in all_exercises() if key_of(one) == "02/sigmoid")
    verdict = exercise.mark(exercise.answers(lambda x: torch.tensor(expit(x.numpy())), 3), 3)
    assert (verdict.status, verdict.points) == ("forbidden", 0)
    assert verdict.message == f"Your code uses {LIBRARY}, and {BEYOND[LIBRARY]}."


@pytest.mark.parametrize("code", [lambda: 1 / (1 + torch.exp(-z)), lambda: F.logsigmoid(z), lambda: print("sigmoid")])
def test_what_only_looks_alike_is_not_seen(code) -> None:
    with Watch(SIGMOID) as watch:
        code()
    assert watch.used == []


def test_the_watch_leaves_the_profiler_as_it_was() -> None:
    before = sys.getprofile()
    with pytest.raises(ZeroDivisionError), Watch(SIGMOID):
        _ = 1 / 0
    assert sys.getprofile() is before
    with Watch(()) as watch:
        torch.sigmoid(z)
    assert watch.used == []


def test_a_profiler_that_was_running_goes_on() -> None:
    profile = cProfile.Profile()
    profile.enable()
    with Watch(SIGMOID):
        torch.exp(z)
    functools.reduce(operator.add, [1, 2])
    profile.disable()
    assert any("reduce" in str(call.code) for call in profile.getstats())


def test_a_cell_is_read_as_ipython_reads_it() -> None:
    for line in ("files = !ls", "t = %timeit -o 1", "torch?", "%matplotlib inline", "!ls", "%%time"):
        tree = parsed(f"{line}\ndef f(z):\n    return torch.sigmoid(z)")
        assert any(isinstance(node, ast.FunctionDef) for node in tree.body), line
    with pytest.raises(SyntaxError, match="cannot be parsed"):
        parsed("def f(z:")


def test_forbidden_code_earns_nothing_and_is_told_its_name() -> None:
    exercise = next(one for one in all_exercises() if key_of(one) == "01/mse")
    name = "mse" + "_loss"
    answers = exercise.answers(lambda p, y: getattr(F, name)(p.flatten(), y.flatten()), 3)
    verdict = exercise.mark(answers, 3)
    assert (verdict.status, verdict.points) == ("forbidden", 0)
    assert "`F.mse_loss`" in verdict.message


def test_an_answer_chooses_no_words_of_the_verdict() -> None:
    exercise = next(one for one in all_exercises() if key_of(one) == "01/mse")
    told = [{"value": 1.0, "forbidden": "seed 123"}] * len(exercise.asked(3))
    verdict = exercise.mark(told, 3)
    assert verdict.status == "wrong" and "seed" not in verdict.message


@pytest.mark.parametrize(
    ("factor", "sentence"), [(1, "does the exercise for you."), (2, "is twice the expected one."), (0, "numbers are 0")]
)
def test_a_ban_hides_no_other_mistake(factor, sentence, capsys) -> None:
    def mse(p, y):
        return factor * F.mse_loss(p.flatten(), y.flatten())

    exercise = next(one for one in all_exercises() if key_of(one) == "01/mse")
    verdict = exercise.mark(exercise.answers(mse, 3), 3)
    assert (verdict.status, verdict.points) == ("forbidden", 0)
    assert sentence in verdict.message and ("And its answers" in verdict.message) == (factor != 1)
    checks(1).mse(mse)
    said = capsys.readouterr().out
    assert "not by hand yet. Your code uses `F.mse_loss`" in said and (factor == 1 or sentence in said)


def test_a_misconception_behind_a_ban_is_named(capsys) -> None:
    exercise = next(one for one in all_exercises() if key_of(one) == "01/mse")
    (wrong,) = (one for one in exercise.misconceptions() if one.name == "table_of_all_pairs")

    def mse(p, y):
        return F.mse_loss(*torch.broadcast_tensors(p, y))

    verdict = exercise.mark(exercise.answers(mse, 3), 3)
    assert verdict.misconception == wrong.name and wrong.hint in verdict.message
    assert [one.name for one in exercise.mistakes(exercise.answers(mse, 3), 3)] == [wrong.name]


MSE = ("torch.nn.functional.mse_loss", "torch.nn.MSELoss")


@pytest.mark.parametrize(
    "cells",
    [
        ["def mse(p, y):\n    return F.mse_loss(p, y)"],
        ["import torch.nn.functional as q\nloss = q.mse_loss", "def mse(p, y):\n    return loss(p, y)"],
        ["from torch.nn.functional import mse_loss as q\ndef mse(p, y, how=q):\n    return how(p, y)"],
        ["import torch\ndef mse(p, y):\n    F = torch.nn.functional\n    return getattr(F, 'mse_loss')(p, y)"],
        ["def far(p, y):\n    return nn.MSELoss()(p, y)", "%time\ndef mse(p, y):\n    return far(p, y)"],
        ["criterion = nn.MSELoss()\ndef mse(p, y):\n    return criterion(p, y)"],
        ["class Loss:\n    def __call__(self, p, y):\n        return F.mse_loss(p, y)", "mse = Loss()"],
        ["files = !ls\ndef mse(p, y):\n    return F.mse_loss(p, y)"],
        ["t = %timeit -o 1\ndef mse(p, y):\n    return F.mse_loss(p, y)"],
        ["torch?\ndef mse(p, y):\n    return F.mse_loss(p, y)"],
        ["%%time\ndef mse(p, y):\n    return F.mse_loss(p, y)"],
    ],
)
def test_the_text_alone_gives_it_away(cells) -> None:
    assert forbidden_in_cells("mse", cells, MSE)


@pytest.mark.parametrize(
    "cells",
    [
        ["from mytools import loss\ndef mse(p, y):\n    return loss(p, y)"],
        ["import mytools", "def mse(p, y):\n    return mytools.loss(p, y)"],
        ["def mse(p, y):\n    from mytools import loss\n    return loss(p, y)"],
        ["from mytools import loss as mse"],
    ],
)
def test_a_module_beside_the_notebook_is_read(cells) -> None:
    modules = {"mytools": "import torch\ndef loss(p, y):\n    return torch.nn.functional.mse_loss(p, y)"}
    assert forbidden_in_cells("mse", cells, MSE, modules)
    assert forbidden_in_cells("mse", cells, MSE) == []
    assert forbidden_in_cells("mse", ["import mytools\ndef mse(p, y):\n    return 0"], MSE, modules) == []


@pytest.mark.parametrize(
    "cells",
    [
        ["def mse(p, y):\n    return ((p - y) ** 2).mean()", "def other(p, y):\n    return F.mse_loss(p, y)"],
        ["loss = F.mse_loss(a, b)", "def mse(p, y):\n    loss = ((p - y) ** 2).mean()\n    return loss"],
        ["y = F.mse_loss(a, b)", "def mse(p, y):\n    return ((p - y) ** 2).mean()"],
        ["def mse(p, y):\n    # F.mse_loss would do it\n    return 'F.mse_loss'"],
        ["def mse(p, y:"],
        [""],
    ],
)
def test_text_that_only_speaks_of_it_is_innocent(cells) -> None:
    assert forbidden_in_cells("mse", cells, MSE) == []


def test_an_attribute_of_that_name_is_not_the_function() -> None:
    source = "def slope():\n    return w.grad + model.weight.grad"
    assert forbidden_in_cells("slope", [source], ("torch.func.grad", "torch.autograd.grad")) == []
    assert forbidden_in_cells("slope", ["def slope():\n    return torch.autograd.grad(a, b)"], ("torch.autograd.grad",))


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.folder)
def test_a_solved_lesson_with_all_its_demos_reads_innocent(lesson) -> None:
    path = ROOT / "solutions" / lesson.folder / f"{lesson.folder}.ipynb"
    cells = ["".join(cell["source"]) for cell in json.loads(path.read_text())["cells"] if cell["cell_type"] == "code"]
    for exercise in exercises(lesson.number):
        assert forbidden_in_cells(exercise.code_name, cells, exercise.forbids) == [], exercise.id


def test_watching_what_torch_dispatches_does_not_import_its_compiler() -> None:
    """That would take the first check of a notebook, and each sandbox, seconds."""
    assert Path(dispatch_mode().__torch_dispatch__.__code__.co_filename).name == "families.py"


def test_reading_the_text_imports_nothing() -> None:
    forbidden_in_cells("f", ["import antigravity as fly\ndef f():\n    return fly.mse_loss()"], MSE)
    assert "antigravity" not in sys.modules


def test_what_was_called_before_it_could_be_named_is_seen_at_the_next_question(monkeypatch) -> None:
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)

    def used() -> list[str]:
        with Watch(["colorsys.rgb_to_hsv"]) as watch:
            importlib.import_module("colorsys").rgb_to_hsv(1, 0, 0)
        return watch.used

    assert used() == []
    assert used() == ["colorsys.rgb_to_hsv"]
