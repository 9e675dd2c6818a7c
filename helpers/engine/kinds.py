"""Kinds of exercise beside the plain function: classes, multiple choice."""

from __future__ import annotations

import contextlib
import inspect
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from helpers.engine.answers import Answer
from helpers.engine.exercise import Exercise, Misconception, Question
from helpers.engine.marking import Attempt
from helpers.engine.message import MOST_LINES
from helpers.engine.verdict import Diagnosis, Mistake

if TYPE_CHECKING:
    from torch import nn

MOST_EXPLAINED = MOST_LINES - 2  # wrong choices of a quiz that a message has room for


class ModuleExercise(Exercise):
    """An `nn.Module` to write: questions are `(settings, *inputs)`.

    The model is made with `settings`, its parameters are filled with known values, and its output, gradients and
    number of parameters are compared. Names of attributes are free, and so is the order in which layers are made:
    parameters of one shape are told apart by the order in which the layers that hold them are used.
    """

    kind = "class"
    asks_for = "class"
    in_order_made = False  # whether the order in which layers are made counts, since the text asks for one
    names_lists = False  # whether misconceptions of its own say what layers in a plain list lose
    # the names of layers in the text's formula, in the order of use: who takes them is held to it
    called: tuple[str, ...] = ()

    def asked(self, seed: int) -> list[Question]:
        """The questions of this seed, and the first once more with a batch of one, which `squeeze()` loses."""
        questions = super().asked(seed)
        settings, *inputs = questions[0]
        if inputs and hasattr(inputs[0], "shape") and not any(len(q[1]) == 1 for q in questions):
            questions.append(Question(settings, inputs[0][:1], *inputs[1:], part=questions[0].part))
        return questions

    def ask(self, code: Any, settings: dict[str, Any], *inputs: Any) -> dict[str, Any]:
        """Output, gradients by parameter shape, and the number of parameters of the learner's model."""
        model = made(code, settings)
        fill(model, None if self.in_order_made else self.order(made(code, settings), *inputs))
        output = model(*inputs)
        if output is None:
            raise ValueError("`forward` gave nothing back; is its `return` missing?")
        if isinstance(output, (tuple, list)):
            raise TypeError(f"`forward` gave {len(output)} results back, and the output alone was asked")
        output.float().pow(2).mean().backward()
        if not self.names_lists:
            check_lists(model)
        gradients = sorted(
            (list(p.shape), [] if p.grad is None else p.grad.flatten().tolist()) for p in model.parameters()
        )
        parameters = sum(p.numel() for p in model.parameters())
        return {"output": output, "gradients": [g for _, g in gradients], "parameters": parameters}

    def order(self, model: nn.Module, *inputs: Any) -> list[int]:
        """The places of a model's parameters: as its layers are called, if by the names of the text, else as used."""
        places = {id(parameter): place for place, parameter in enumerate(model.parameters())}
        layers = [getattr(model, name, None) for name in self.called]
        if not all(hasattr(layer, "parameters") for layer in layers):
            layers = []
        named = [places[id(parameter)] for layer in layers for parameter in layer.parameters()]  # type: ignore[union-attr]
        return [*dict.fromkeys([*named, *order_of_use(model, *inputs)])]

    def seen(self, given: Any, expected: Any) -> str:
        """Layers too many, too few or unused, by the numbers that they hold."""
        if not all(isinstance(answer, dict) and "gradients" in answer for answer in (given, expected)):
            return ""
        theirs, ours = (Counter(map(len, answer["gradients"])) for answer in (given, expected))
        unused = theirs.pop(0, 0)
        if given["parameters"] == expected["parameters"]:
            if not unused:
                return ""
            what = "One weight or bias gets" if unused == 1 else f"{unused} weights and biases get"
            return f"{what} no slope: is a layer made that `forward` does not use, or its result cut off?"
        told = f"Your layers hold {given['parameters']} numbers, and {expected['parameters']} were asked"
        if unused:
            return f"{told}; some of them are not used in `forward`."
        for words, other in (("too many", theirs - ours), ("missing", ours - theirs)):
            if other:
                told += f"; {words}: weights or biases of {', '.join(map(str, sorted(other.elements())))}"
        return f"{told}."


def made(code: Any, settings: dict[str, Any]) -> Any:
    """Make a learner's model; one whose arguments have other names is told which are asked for."""
    try:
        inspect.signature(code).bind(**settings)
    except TypeError:
        theirs = ", ".join(inspect.signature(code).parameters) or "nothing"
        raise TypeError(
            f"`__init__` should take {', '.join(settings)}, under these names; yours takes {theirs}"
        ) from None
    return code(**settings)


def check_lists(model: nn.Module) -> None:
    """TypeError where layers that `forward` has used lie in a plain list or dict, where they are not the model's."""
    from torch import nn

    known = {id(parameter) for parameter in model.parameters()}
    for name, value in vars(model).items():
        layers = value.values() if isinstance(value, dict) else value if isinstance(value, (list, tuple)) else ()
        held = [one for layer in layers if isinstance(layer, nn.Module) for one in layer.parameters()]
        if any(one.grad is not None and id(one) not in known for one in held):
            raise TypeError(
                f"`__init__` keeps layers in a plain {type(value).__name__}, `self.{name}`, of which PyTorch knows "
                "nothing: `nn.ModuleList` makes them known"
            )


def order_of_use(model: nn.Module, *inputs: Any) -> list[int]:
    """The places of a model's parameters, those of layers that are used first before others; unused ones come last."""
    import torch

    places = {id(parameter): place for place, parameter in enumerate(model.parameters())}
    found: dict[int, None] = {}

    def note(layer: nn.Module, _: Any) -> None:
        found.update(dict.fromkeys(places[id(parameter)] for parameter in layer.parameters(recurse=False)))

    for layer in model.modules():
        layer.register_forward_pre_hook(note)
    with contextlib.suppress(Exception), torch.random.fork_rng(devices=[]), torch.no_grad():
        model(*inputs)  # an error comes once more, where it is told
    return [*dict.fromkeys([*found, *places.values()])]


def fill(model: nn.Module, order: Sequence[int] | None = None) -> None:
    """Give a model's parameters known values, whatever their names: the n-th of a shape is always the same.

    Parameters
    ----------
    model : Module
    order : sequence of int, optional
        The places of its parameters in the order in which they are counted; else as they were made.
    """
    import torch

    parameters = list(model.parameters())
    seen: dict[tuple[int, ...], int] = {}
    with torch.no_grad():
        for place in range(len(parameters)) if order is None else order:
            shape = tuple(parameters[place].shape)
            seen[shape] = seen.get(shape, 0) + 1
            parameters[place].copy_(torch.as_tensor(known_values(shape, seen[shape])))


@lru_cache(maxsize=1024)
def known_values(shape: tuple[int, ...], number: int) -> np.ndarray:
    """The values of the parameter with this number among those of its shape; nobody may change them."""
    return np.random.default_rng([*shape, number]).normal(0, 0.5, shape)


@dataclass(frozen=True)
class Item:
    """One multiple-choice question: options by letter, the right letter, and why each wrong one is wrong."""

    key: str
    prompt: str
    options: dict[str, str]
    correct: str
    why: dict[str, str]


class MultipleChoice(Exercise):
    """A quiz: the learner's function returns one letter for each item's key. One point an item."""

    kind = "multiple choice"
    depends_on_seed = False
    shows_failures = False
    unwritten = "not answered yet. Put a letter between each pair of quotes."
    items: tuple[Item, ...] = ()

    def __init__(self) -> None:
        """Award a point an item."""
        self.parts = {item.key: 1.0 for item in self.items}
        self.points = float(len(self.items))

    def questions(self, rng: np.random.Generator) -> Iterator[tuple]:
        """Ask for every item's letter."""
        for item in self.items:
            yield Question(item.key, part=item.key)

    def ask(self, code: Any, key: str) -> Any:
        """The letter chosen for one item."""
        letters = code()
        if not isinstance(letters, dict):
            raise TypeError(f"a dict of letters is asked for, and this is a {type(letters).__name__}")
        return letters.get(key, "")

    def facts(self, answer: Any, key: str) -> str:
        """Letters count in either case."""
        return str(answer).strip().lower()[:1]

    def reference(self) -> dict[str, str]:
        """Every right letter."""
        return {item.key: item.correct for item in self.items}

    def data(self) -> list[dict[str, Any]]:
        """The items as plain data, for the `Quiz` widget."""
        return [
            {
                "key": item.key,
                "prompt": item.prompt,
                "options": [
                    {"letter": letter, "text": text, "why": item.why.get(letter, "")}
                    for letter, text in item.options.items()
                ],
                "correct": item.correct,
            }
            for item in self.items
        ]

    def misconceptions(self) -> list[Misconception]:
        """One for each wrong option, with everything else right."""
        right = self.reference()
        return [
            Misconception(f"{item.key}_{letter}", item.why[letter], lambda k=item.key, x=letter: {**right, k: x})
            for item in self.items
            for letter in item.options
            if letter != item.correct
        ]

    def is_empty(self, given: list[Answer]) -> bool:
        """Whether no letter was chosen at all."""
        return super().is_empty(given) or all(g.value == "" for g in given)

    def chosen(self, given: list[Answer]) -> list[tuple[Item, str]]:
        """The items with the letters that were given, "" for none."""
        return [(item, g.facts or "") for item, g in zip(self.items, given, strict=False)]

    def diagnose(self, attempt: Attempt) -> Diagnosis:
        """What is wrong with each wrong choice, a line each; a name where there is just one."""
        chosen = self.chosen(attempt.given)
        wrong = [(item, letter) for item, letter in chosen if letter in set(item.options) - {item.correct}]
        open_ = sum(letter not in item.options for item, letter in chosen)
        if len(wrong) == 1 and not open_:
            ((item, letter),) = wrong
            return Diagnosis(item.why[letter], f"{item.key}_{letter}")
        named = f" ({', '.join(item.key for item, _ in wrong)})" if len(wrong) > MOST_EXPLAINED else ""
        head = f"{len(wrong)} wrong{named}, {open_} open."
        return Diagnosis("\n".join([head, *(f"{item.key}, {letter}: {item.why[letter]}" for item, letter in wrong)]))

    def mistakes(self, answers: Any, seed: int) -> list[Mistake]:
        """Each wrong choice by itself."""
        chosen = self.chosen(self.read(answers, self.asked(seed)) or [])
        return [
            Mistake(f"{item.key}, {letter}", item.why[letter])
            for item, letter in chosen
            if letter != item.correct and letter in item.why
        ]
