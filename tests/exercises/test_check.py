"""The check in a notebook: it never blocks, never believes the reference, and says what was wrong."""

from __future__ import annotations

import contextlib
import html.parser
import signal
import threading
import time
from types import SimpleNamespace

import pytest
import torch
import torch.nn.functional as F

from helpers.dna.sequences import gc_content as gc_of_the_course
from helpers.engine import message
from helpers.engine.exercise import Exercise, Question, misconception
from helpers.engine.message import VERDICT, Message
from helpers.engine.source import forbidden_uses
from helpers.engine.time_limit import TimeLimit, limited_by_signal, limited_by_thread, still, time_limit
from helpers.learner import progress
from helpers.learner.check import ExerciseCheck, is_reference
from helpers.learner.check import checks as open_checks


@pytest.fixture(autouse=True)
def fresh_progress(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)


@pytest.fixture
def check():
    return open_checks(0)


def right(sequence):
    return (sequence.count("G") + sequence.count("C")) / len(sequence)


def only_g(sequence):
    return sequence.count("G") / len(sequence)


def test_right_code_comes_back_unchanged_and_is_remembered(check, capsys) -> None:
    assert check.gc_content(right) is right
    assert "✔ gc_content: right on all" in capsys.readouterr().out
    assert progress.solved() == {"00/gc_content"}


class Shares(Exercise):
    """shares(x (3,)) -> the share of each, and their number"""

    def questions(self, rng):
        yield (torch.tensor([1.0, 2.0, 5.0]),)

    def ask(self, code, x):
        return [list(map(float, code(x)[0])), code(x)[1]]

    def reference(self, x):
        return x / x.sum(), len(x)


@pytest.mark.parametrize(
    ("kind", "came"),
    [
        (lambda x: x.tolist(), "a list"),
        (lambda x: x.numpy(), "a ndarray"),
        (lambda x: x.double(), "a tensor of float64"),
    ],
    ids=["list", "array", "double"],
)
def test_right_numbers_with_which_later_cells_cannot_compute_earn_all_and_are_not_handed_on(kind, came, capsys) -> None:
    given_back = ExerciseCheck(Shares(), "00")(lambda x: (kind(x / x.sum()), len(x)))
    said = capsys.readouterr().out
    assert "✔ shares: right on all 1 questions. 1 of 1 point." in said
    assert f"Later cells compute with a tensor of float32, and yours is {came}: they go on with the reference." in said
    assert is_reference(given_back) and progress.solved() == {"00/shares"}
    both = lambda x: [x / x.sum(), 3]  # noqa: E731  a list of the two is as good as a pair
    assert ExerciseCheck(Shares())(both) is both


def test_what_later_cells_cannot_compute_with_is_seen_where_an_exercise_asks_by_parts(capsys) -> None:
    class Halves(Shares):
        """halves(x: (N,) tensor) -> (N,) tensor, one after the other"""

        parts = {"shares": 1}

        def questions(self, rng):
            yield Question(torch.tensor([1.0, 3.0]), part="shares")

        def ask(self, code, x, *, part):
            return {"shares": code(x)[0]}[part]

    ExerciseCheck(Halves(), "00")(lambda x: ((x / x.sum()).tolist(), 2))
    assert "Later cells compute with a tensor of float32" in capsys.readouterr().out


def test_where_any_dtype_will_do_nothing_is_said_of_it(capsys) -> None:
    def counts(y, predicted):
        table = torch.zeros(2, 2)
        for truth, call in zip(y.tolist(), predicted.tolist(), strict=True):
            table[truth, call] += 1
        return table

    assert open_checks(2).confusion_matrix(counts) is counts
    assert "Later cells" not in capsys.readouterr().out


def test_wrong_code_is_replaced_by_the_reference_and_not_remembered(check, capsys) -> None:
    given_back = check.gc_content(only_g)
    out = capsys.readouterr().out
    assert given_back("GGCA") == 0.75 and is_reference(given_back)
    assert "counted G but not C" in out and "The lesson goes on" in out
    assert progress.solved() == set()


def test_checking_the_reference_does_not_pass(check, capsys) -> None:
    check.gc_content(check.gc_content(only_g))
    check.gc_content(check.gc_content.exercise.reference)
    said = capsys.readouterr().out
    assert said.count("○ gc_content: this is the reference, which stepped in. Run the cell with your own code") == 2
    assert progress.solved() == set()


def test_what_a_check_says_of_the_reference_wraps_like_all_else_it_says(check, capsys, monkeypatch) -> None:
    told = []
    monkeypatch.setattr(message, "tell", told.append)
    check.gc_content(check.gc_content.exercise.reference)
    assert "<b>gc_content</b> — this is the reference" in told[0]["text/html"] and VERDICT not in told[0]


def test_hints_come_in_steps(check, capsys) -> None:
    told = []
    for _ in range(4):
        check.gc_content(lambda sequence: len(sequence) ** 1.5 - 1.0)
        told.append([line for line in capsys.readouterr().out.splitlines() if line.strip().startswith("hint")])
    first, second = check.gc_content.exercise.hints
    assert told == [[], [f"   hint {first}"], [f"   hint {first} {second}"], [f"   hint {first} {second}"]]


def test_a_slip_that_has_a_name_gets_no_general_hint_beside_it(check, capsys) -> None:
    for _ in range(3):
        check.gc_content(only_g)
    told = capsys.readouterr().out
    assert told.count("counted G but not C") == 3
    assert "   hint " not in told


def test_validating_raises_so_that_nbgrader_sees_it(check, monkeypatch) -> None:
    monkeypatch.setenv("NBGRADER_EXECUTION", "validate")
    with pytest.raises(AssertionError, match="counted G but not C"):
        check.gc_content(only_g)
    assert check.gc_content(right) is right


def test_what_is_no_function_gets_a_sentence(check, capsys) -> None:
    for thing in (None, 3, right("GC")):
        assert callable(check.gc_content(thing))
    assert capsys.readouterr().out.count("write `check.gc_content(gc_content)`") == 3


def test_endless_code_that_is_interrupted_gets_a_sentence(check, capsys) -> None:
    def interrupted(sequence):
        raise KeyboardInterrupt

    check.gc_content(interrupted)
    assert "Does a loop never end?" in capsys.readouterr().out


def endless(sequence):
    count = 0
    while count < 10:
        count += sequence.count("G") * 0
    return count


@pytest.fixture
def impatient(check, monkeypatch):
    monkeypatch.setattr(type(check.gc_content.exercise), "seconds", 0.2)
    return check


def test_a_loop_that_never_ends_is_stopped_and_shown(impatient, monkeypatch, capsys) -> None:
    assert is_reference(impatient.gc_content(endless))
    said = capsys.readouterr().out
    assert "stopped after 0.2 seconds: your code was still running, at `" in said
    assert "Does a loop never end?" in said
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)
    monkeypatch.setattr(type(impatient.gc_content.exercise), "seconds", 60)  # a busy machine may need one of them
    assert impatient.gc_content(right) is right


def test_it_is_stopped_in_any_thread_and_whatever_it_catches(impatient) -> None:
    def stubborn(sequence):
        while True:
            try:
                endless(sequence)
            except Exception:
                return 0

    found = []
    thread = threading.Thread(target=lambda: found.append(impatient.gc_content._verdict(stubborn)))
    thread.start()
    thread.join(timeout=60)
    assert "stopped after" in found[0].message


def test_an_alarm_of_somebody_else_still_rings() -> None:
    rung = []
    before = signal.signal(signal.SIGALRM, lambda *_: rung.append(True))
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.3)
        with time_limit(5):
            pass
        until = time.monotonic() + 60
        while not rung and time.monotonic() < until:  # it may ring before anybody waits for it
            time.sleep(0.01)
    finally:
        signal.signal(signal.SIGALRM, before)
    assert rung == [True]


def test_what_is_cut_off_leaves_torch_recording() -> None:
    with contextlib.suppress(TimeLimit), time_limit(5):
        torch.set_grad_enabled(False)  # as `with torch.no_grad()` begins
        raise TimeLimit
    try:
        assert torch.is_grad_enabled()
    finally:
        torch.set_grad_enabled(True)


@pytest.mark.parametrize("way", [limited_by_signal, limited_by_thread])
def test_code_that_ends_in_time_leaves_no_timer_behind(way) -> None:
    handler, threads = signal.getsignal(signal.SIGALRM), threading.active_count()
    with pytest.raises(ZeroDivisionError), contextlib.contextmanager(way)(1):
        _ = 1 / 0
    for thread in threading.enumerate():  # one that watched sees at once that all is over
        if thread.daemon and thread.name.endswith("(watch)"):
            thread.join(timeout=10)
    time.sleep(1.2)  # nothing is raised here
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)
    assert signal.getsignal(signal.SIGALRM) is handler and threading.active_count() == threads


def test_an_import_under_way_is_waited_for_and_the_clock_has_the_last_word() -> None:
    def frame(file: str, back: SimpleNamespace | None = None) -> SimpleNamespace:
        return SimpleNamespace(f_code=SimpleNamespace(co_filename=file), f_back=back)

    now = time.monotonic()
    importing = frame("torch.py", frame("<frozen importlib._bootstrap>", frame("lesson.py")))
    assert still(10, 4.0, now, frame("lesson.py")) == 6.0  # a busy machine: it has computed for 4 seconds only
    assert still(10, 10.0, now, frame("lesson.py")) == 0
    assert still(10, 10.0, now, importing) > 0
    assert still(10, 1.0, now - 60, importing) == 0


def test_a_check_that_is_broken_is_no_mistake_of_the_learner(capsys) -> None:
    class Broken(Shares):
        def reference(self, x):
            raise OSError("no such table")

    class Wanted(Broken):
        right_errors = ("OSError",)

    for code in (lambda x: (x, 3), Broken().reference):
        verdict = ExerciseCheck(Broken())._verdict(code)
        assert verdict.status == "unreadable" and "no mistake of yours" in verdict.message
    assert ExerciseCheck(Wanted())._verdict(Broken().reference).passed


def test_prints_of_the_learner_do_not_flood_the_message(check, capsys) -> None:
    def chatty(sequence):
        print("debug " * 100)
        return right(sequence)

    assert check.gc_content(chatty) is chatty
    assert "debug" not in capsys.readouterr().out


def test_an_error_shows_the_learners_own_line(check, capsys) -> None:
    def broken(sequence):
        total = sequence.cuont("G")
        return total

    check.gc_content(broken)
    assert 'in your line: total = sequence.cuont("G")' in capsys.readouterr().out


def test_a_misspelt_exercise_is_guessed(check) -> None:
    with pytest.raises(AttributeError, match=r"did you mean check\.gc_content"):
        check.gc_contnet  # noqa: B018
    assert "gc_content" in dir(check)


class Markup(html.parser.HTMLParser):
    """Collects tags, so that a test sees which would run."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs) -> None:
        self.tags.append(tag)


def test_message_has_at_most_six_lines_and_no_markup_of_the_learner(check) -> None:
    exercise = check.gc_content.exercise

    def evil(sequence):
        raise ValueError("<script>alert(1)</script>\n" * 50)

    verdict = exercise.mark(exercise.answers(evil, 0), 0)
    message = Message.of(exercise, verdict, tries=3)
    assert len(message.lines) <= 5
    assert "script" not in Markup(message.html()).tags
    assert "script" in message.text()


class Softly(Exercise):
    """softly(x (N,)) -> (N,)"""

    forbids = ("torch.softmax", "torch.nn.functional.softmax", ".softmax", "helpers.dna.sequences.gc_content")

    def questions(self, rng):
        yield (torch.tensor(rng.normal(size=4)),)

    def reference(self, x):
        return x.exp() / x.exp().sum()

    @misconception("Not divided.")
    def only_exp(self, x):
        return x.exp()


soft = torch.softmax


def helper_beside(x):
    return soft(x, 0)


def test_by_hand_means_by_hand_under_any_name(capsys) -> None:
    from torch.nn.functional import softmax as imported

    def local_import(x):
        from torch import softmax as s

        return s(x, 0)

    def through_getattr(x):
        return getattr(torch, "softmax")(x, 0)  # noqa: B009

    def through_helper(x):
        return helper_beside(x)

    def the_courses_own(x):
        return gc_of_the_course(x)

    cheats = [
        lambda x: F.softmax(x, 0),
        lambda x: torch.nn.functional.softmax(x, dim=0),
        lambda x: x.softmax(0),
        lambda x: soft(x, 0),
        lambda x: imported(x, 0),
        local_import,
        through_getattr,
        through_helper,
        the_courses_own,
        gc_of_the_course,
        torch.softmax,
    ]
    for cheat in cheats:
        given_back = ExerciseCheck(Softly())(cheat)
        assert is_reference(given_back)
        assert "does the exercise for you" in capsys.readouterr().out


def test_honest_code_is_not_accused() -> None:
    def honest(x):
        softmax = x.exp()  # a variable may be called so
        return softmax / softmax.sum()

    assert forbidden_uses(honest, Softly.forbids) == []
    assert forbidden_uses(len, Softly.forbids) == []
