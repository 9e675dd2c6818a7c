"""What must hold of every exercise, whoever wrote it: proved by running it.

`check_exercise(CountStarts())` proves all of it at once. With pytest, each proof becomes a test of its own:

    @prove(CountStarts(), OtherExercise())
    def test_exercises(proof):
        proof()
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from helpers.engine.exercise import Exercise, Misconception
from helpers.engine.marking import REFERENCE, Attempt, marking
from helpers.engine.verdict import Status, Verdict

SEEDS = 20
WATCHED = 7  # of so many seeds one: there the code runs once more, with its calls watched, at many times the cost
MOST_HINT = 320  # characters


def answered(exercise: Exercise, code: Any, seed: int, *, watched: bool = True, name: str = "") -> Any:
    """What some code answers, as JSON text carries it. Of a name, the exercise knows the answers."""
    known = marking(exercise, seed)
    if watched:
        answers = exercise.answers(code, seed)
    elif name:
        answers = [known.data(name, place) for place in range(len(known.questions))]
    else:
        answers = [exercise.unwatched_answer(code, question) for question in known.questions]
    return json.loads(json.dumps(answers))


def marked(exercise: Exercise, code: Any, seed: int, *, watched: bool = True, name: str = "") -> Verdict:
    """Mark some code as grading does."""
    return exercise.mark(answered(exercise, code, seed, watched=watched, name=name), seed)


def verdicts(exercise: Exercise, code: Any, seeds: int = SEEDS, name: str = "") -> Iterator[tuple[int, Verdict]]:
    """The verdict on some code for each of the first seeds."""
    for seed in range(seeds):
        yield seed, marked(exercise, code, seed, watched=seed % WATCHED == 0, name=name)


def prove_right(exercise: Exercise, code: Any, seeds: int = SEEDS) -> None:
    """Right code earns everything: the reference, or another right answer."""
    for seed, verdict in verdicts(exercise, code, seeds):
        assert verdict.passed and verdict.points == exercise.points, f"{exercise.id}, seed {seed}: {verdict}"


def prove_wrong(exercise: Exercise, code: Any, seeds: int = SEEDS) -> None:
    """Wrong code does not pass, whether it has a name or not."""
    for seed in range(seeds):
        assert not is_right(exercise, code, seed), f"{exercise.id}, seed {seed}: wrong code passes"


def is_right(exercise: Exercise, code: Any, seed: int) -> bool:
    """Whether some code answers every question of a seed rightly; the first wrong answer is enough to know."""
    known = marking(exercise, seed)
    for place, question in enumerate(known.questions):
        data = json.loads(json.dumps(exercise.unwatched_answer(code, question)))
        given = exercise.read_one(data, question)
        if not Attempt(known, [given]).is_right(given, known.known(REFERENCE, place)):
            return False
    return True


def prove_stub(exercise: Exercise, seeds: int = SEEDS) -> None:
    """What was not written earns nothing and is told so."""

    def stub(*arguments: Any, **named: Any) -> None:
        raise NotImplementedError()

    for seed, verdict in verdicts(exercise, stub, seeds):
        found = (verdict.status, verdict.points, verdict.message)
        assert found == (Status.EMPTY, 0, exercise.unwritten), f"{exercise.id}, seed {seed}: {verdict}"


def prove_misconception(exercise: Exercise, wrong: Misconception, seeds: int = SEEDS) -> None:
    """A misconception loses points and is named, and no other is."""
    for seed, verdict in verdicts(exercise, wrong.code, seeds, wrong.name):
        where = f"{exercise.id}, {wrong.name}, seed {seed}"
        assert not verdict.passed, f"{where}: it passes; ask a question whose answer it gets wrong"
        assert verdict.points < exercise.points or not exercise.points, f"{where}: it loses no point"
        found = (verdict.misconception, verdict.message)
        assert found == (wrong.name, wrong.hint), f"{where}: it is taken for {verdict.misconception}: {verdict.message}"


def prove_hint(exercise: Exercise, wrong: Misconception) -> None:
    """A hint is a sentence that can stand alone."""
    hint = wrong.hint
    where = f"{exercise.id}, {wrong.name}"
    assert hint[:1].isupper() or hint[:1] in '`“"0123456789', f"{where}: the hint begins no sentence: {hint}"
    assert hint.rstrip()[-1:] in (*".?!`)",), f"{where}: the hint ends no sentence: {hint}"
    assert len(hint) < MOST_HINT, f"{where}: a hint of {len(hint)} characters; {MOST_HINT} are the most"


def prove_seed(exercise: Exercise) -> None:
    """The same seed asks the same."""
    once, again = (
        [exercise.unwatched_answer(exercise.reference, question) for question in exercise.asked(7)] for _ in range(2)
    )
    assert once == again, f"{exercise.id}: the same seed asks something else; draw from the generator that is given"


def prove_stale(exercise: Exercise) -> None:
    """Answers to another seed's questions do not earn everything."""
    if not exercise.depends_on_seed:
        assert exercise.asked(1) == exercise.asked(2), f"{exercise.id}: another seed asks something else"
        return
    known = marking(exercise, 2)
    given = exercise.read(answered(exercise, exercise.reference, 1, watched=False, name=REFERENCE), known.questions)
    earns_all = given is not None and all(Attempt(known, given).right)
    assert not earns_all or not exercise.points, f"{exercise.id}: answers to other questions earn all"


def prove_parts(exercise: Exercise) -> None:
    """The parts' points add up, and each part is asked."""
    if exercise.parts:
        total = sum(exercise.parts.values())
        assert total == exercise.points, f"{exercise.id}: its parts are worth {total:g}, it {exercise.points:g}"
        asked = {question.part for question in exercise.asked(0)}
        assert asked == set(exercise.parts), f"{exercise.id}: it asks {sorted(asked)} of {sorted(exercise.parts)}"


@dataclass(frozen=True)
class Proof:
    """One thing that holds of an exercise: call it, and it raises an AssertionError if it does not."""

    name: str
    holds: Callable[[], None]

    def __call__(self) -> None:
        """Prove it."""
        self.holds()

    def __repr__(self) -> str:
        return self.name


def proofs(exercise: Exercise, seeds: int = SEEDS) -> list[Proof]:
    """All that must hold of an exercise, by itself: what no second right answer is needed for."""
    found: dict[str, Callable[[], None]] = {
        "reference": functools.partial(prove_right, exercise, exercise.reference, seeds),
        "stub": functools.partial(prove_stub, exercise, seeds),
        "seed": functools.partial(prove_seed, exercise),
        "stale": functools.partial(prove_stale, exercise),
        "parts": functools.partial(prove_parts, exercise),
    }
    for wrong in exercise.misconceptions():
        found[wrong.name] = functools.partial(prove_misconception, exercise, wrong, seeds)
        found[f"{wrong.name}-hint"] = functools.partial(prove_hint, exercise, wrong)
    return [Proof(f"{exercise.id}-{name}", holds) for name, holds in found.items()]


def check_exercise(
    exercise: Exercise, seeds: int = SEEDS, *, alternatives: Iterable[Any] = (), wrong: Iterable[Any] = ()
) -> None:
    """Prove all that must hold of an exercise.

    Parameters
    ----------
    exercise : Exercise
    seeds : int
        How many sets of questions each code is asked.
    alternatives, wrong : iterable of functions or classes
        Other right answers, which must earn everything, and wrong ones without a name, which must not.

    Raises
    ------
    AssertionError
        If something does not hold; the message says what, of which misconception and for which seed.
    """
    for proof in proofs(exercise, seeds):
        proof()
    for code in alternatives:
        prove_right(exercise, code, seeds)
    for code in wrong:
        prove_wrong(exercise, code, seeds)


def prove(*exercises: Exercise, seeds: int = SEEDS) -> Any:
    """A decorator: run a test, which takes `proof` and calls it, once for each proof of these exercises."""
    import pytest

    every = [proof for exercise in exercises for proof in proofs(exercise, seeds)]
    return pytest.mark.parametrize("proof", every, ids=repr)
