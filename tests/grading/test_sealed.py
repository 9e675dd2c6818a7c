"""The sealed copy asks what the course asks, and knows none of the answers."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys

import pytest

from helpers import places
from helpers.engine.exercise import Exercise, plain_parts
from helpers.engine.kinds import ModuleExercise, MultipleChoice
from helpers.grading.sandbox import sealed as sealing
from helpers.grading.sandbox.sealed import asking, copy_into, sealed
from helpers.grading.sandbox.sealing import KEPT_SETTINGS, Unsealable, sealed_modules
from helpers.lessons import LESSONS, all_exercises, exercises, key_of

LONG_ENOUGH = 24  # characters of a line that nobody writes twice by chance
SECRET_FILES = (
    "solutions",
    "course",
    "cli.py",
    "runner.py",
    "release.py",
    "mark.py",
    "secret.py",
    "spool.py",
    "run.py",
)
SAID_BY_THE_ENGINE = ("Your function returns None. Is the `return` missing?",)


@pytest.fixture(scope="module")
def text() -> str:
    """Every line of the sealed exercises, and of everything else that was sealed."""
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(sealed().folder.rglob("*.py")))


@pytest.fixture(scope="module")
def asked_inside() -> dict[str, list]:
    """The questions of three seeds, drawn by the sealed copy in a process of its own."""
    code = (
        "import json\nfrom helpers.lessons import all_exercises, key_of\n"
        "from helpers.engine.exercise import plain_parts\n"
        "print(json.dumps({f'{key_of(e)} {seed}': [[q.part, plain_parts(q)] for q in e.asked(seed)]\n"
        "                  for e in all_exercises() for seed in (0, 7, 2**55)}))"
    )
    environment = {**os.environ, "PYTHONPATH": str(sealed().folder)}
    words = [sys.executable, "-c", code]
    done = subprocess.run(words, env=environment, cwd=sealed().folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)


def test_it_asks_exactly_what_the_course_asks(asked_inside) -> None:
    for exercise in all_exercises():
        for seed in (0, 7, 2**55):
            ours = [[question.part, plain_parts(question)] for question in exercise.asked(seed)]
            assert asked_inside[f"{key_of(exercise)} {seed}"] == json.loads(json.dumps(ours)), key_of(exercise)


def test_no_misconception_and_no_reason_is_in_it(text) -> None:
    for exercise in all_exercises():
        for wrong in exercise.misconceptions():
            assert wrong.hint not in text or wrong.hint in SAID_BY_THE_ENGINE, (key_of(exercise), wrong.name)
    for quiz in (one for one in all_exercises() if isinstance(one, MultipleChoice)):
        for reason in (reason for item in quiz.items for reason in item.why.values()):
            assert reason[:40] not in text


def test_no_line_of_a_reference_is_in_it() -> None:
    sources = lesson_sources()
    left = "".join(ast.dump(ast.parse(text)) for text in sealed_modules(sources).values())
    for name, source in sources.items():
        for node in ast.walk(ast.parse(source)):
            if getattr(node, "name", "") in ("reference", "labels", "facts") or is_wrong(node):
                for statement in getattr(node, "body", [getattr(node, "value", None)]):  # a method, or a lambda's call
                    dump = ast.dump(statement)
                    if len(ast.unparse(statement)) >= LONG_ENOUGH and not isinstance(statement, ast.Expr):
                        assert dump not in left, f"{name}: {ast.unparse(statement)}"


def lesson_sources() -> dict[str, str]:
    """The modules of the lessons' exercises, and those that they share, by their paths."""
    folder = places.PACKAGE / "exercises"
    paths = [path for path in folder.rglob("*.py") if path != folder / "__init__.py"]
    assert len(paths) > 2 * len(LESSONS)
    return {path.relative_to(places.PACKAGE).as_posix(): path.read_text(encoding="utf-8") for path in paths}


def is_wrong(node: ast.AST) -> bool:
    if isinstance(node, ast.Assign):
        return isinstance(node.value, ast.Call) and ast.unparse(node.value.func) == "misconception"
    return any("misconception" in ast.unparse(one) for one in getattr(node, "decorator_list", []))


def test_no_exercise_has_a_reference_or_a_right_letter_left() -> None:
    code = (
        "from helpers.lessons import all_exercises, key_of\nfrom helpers.engine.kinds import MultipleChoice\n"
        "for e in all_exercises():\n"
        "    assert type(e).sealed and not {'reference', 'labels', 'facts'} & set(vars(type(e))), key_of(e)\n"
        "    assert isinstance(e, MultipleChoice) or e.misconceptions() == [], key_of(e)\n"
        "    for item in getattr(e, 'items', ()):\n"
        "        assert item.correct == '' and item.why == {} and len(item.options) > 1, item\n"
        "print(len(all_exercises()))"
    )
    environment = {**os.environ, "PYTHONPATH": str(sealed().folder)}
    words = [sys.executable, "-c", code]
    done = subprocess.run(words, env=environment, cwd=sealed().folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    assert int(done.stdout) == len(all_exercises())


SAID = (
    "id",
    "signature",
    "code_name",
    "asks_for",
    "kind",
    "points",
    "parts",
    "hints",
    "forbids",
    "seconds",
    "unwritten",
)


def test_it_says_of_every_exercise_what_the_course_says() -> None:
    code = (
        "import json\nfrom helpers.lessons import all_exercises, key_of\n"
        f"print(json.dumps({{key_of(e): [getattr(e, one) for one in {SAID}] for e in all_exercises()}}))"
    )
    environment = {**os.environ, "PYTHONPATH": str(sealed().folder)}
    words = [sys.executable, "-c", code]
    done = subprocess.run(words, env=environment, cwd=sealed().folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    ours = {key_of(each): [getattr(each, one) for one in SAID] for each in all_exercises()}
    assert json.loads(done.stdout) == json.loads(json.dumps(ours))


def test_every_setting_of_an_exercise_is_kept() -> None:
    """What the engine lets an author set and sealing does not know would be lost where the learner's code runs."""
    known = {"reference", "sealed", "right_errors", *KEPT_SETTINGS}  # they make marks
    settings = {
        name
        for cls in (Exercise, ModuleExercise, MultipleChoice)
        for name, value in {**dict.fromkeys(vars(cls).get("__annotations__", {})), **vars(cls)}.items()
        if not name.startswith("_") and not callable(value) and not isinstance(value, property)
    }
    assert settings - known == set()
    assert settings >= set(KEPT_SETTINGS)


def test_a_signature_that_is_the_references_own_stays() -> None:
    source = (
        "from helpers.engine.exercise import Exercise\n"
        "class RunningMean(Exercise):\n    'The mean so far.'\n"
        "    def questions(self, rng): yield (1,)\n    def reference(self, x: list[float], n=3) -> float: return x[0]\n"
        "class Counter(Exercise):\n    def questions(self, rng): yield (1,)\n"
        "    class reference:\n        def __init__(self, start: int): self.start = start\n"
    )
    left = sealed_modules({"means.py": source})["means.py"]
    assert '"""running_mean(x: list[float], n=3) -> float"""' in left and "The mean so far" not in left
    assert '"""Counter(start: int)"""' in left and "asks_for = 'class'" in left and "self.start" not in left


def test_no_file_of_grading_or_of_authors_is_in_it() -> None:
    files = [path.relative_to(sealed().folder) for path in sealed().folder.rglob("*")]
    assert not [path for path in files if path.name in SECRET_FILES or path.suffix == ".ipynb"]
    assert "helpers/grading/sandbox/inside.py" in {path.as_posix() for path in files}


def test_no_comment_is_left_in_exercises() -> None:
    for name in lesson_sources():
        source = (sealed().folder / "helpers" / name).read_text(encoding="utf-8")
        assert ast.unparse(ast.parse(source)).strip() == source.strip()


def test_an_exercise_that_asks_with_its_answer_cannot_be_sealed() -> None:
    leaky = (
        "from helpers.engine.exercise import Exercise, misconception\n"
        "class Sum(Exercise):\n    def questions(self, rng):\n        yield (1, self.shortcut(1))\n"
        "    def shortcut(self, x):\n        return self.reference(x)\n    def reference(self, x):\n        return x\n"
    )
    with pytest.raises(Unsealable, match=r"sum\.py: Sum asks with the help of `reference`"):
        sealed_modules({"sum.py": leaky})
    named = (
        leaky.replace("self.reference(x)", "self.wrong(x)")
        + "    @misconception('no')\n    def wrong(self, x): return 0\n"
    )
    with pytest.raises(Unsealable, match="`wrong`"):
        sealed_modules({"sum.py": named})


def test_what_asking_needs_stays_and_the_rest_goes() -> None:
    source = (
        "from helpers.engine.exercise import Exercise\n"
        "import math, torch\nfrom numpy import pi, e\nWIDTH = 3\nSECRET = 4\n"
        "def task(n): return math.floor(n) * WIDTH  # kept\ndef answer(n): return e * SECRET\n"
        "class Base(Exercise):\n    def ask(self, code, x): return self.shown(code(x))\n"
        "    def shown(self, x): return x\n"
        "class Area(Base):\n    '''area(n)\n\n    The answer is n * WIDTH.\n    '''\n    forbids = ('math.prod',)\n"
        "    def questions(self, rng): yield (task(2),)\n    def shown(self, x): return self.rounded(x)\n"
        "    def rounded(self, x): return round(x)\n    def reference(self, n): return answer(n)\n"
        "    def unasked(self, n): return answer(n) + 1\n    def facts(self, x): return x > SECRET\n"
    )
    left = sealed_modules({"area.py": source})["area.py"]
    for kept in (
        "import math",
        "WIDTH = 3",
        "def task",
        "def rounded",
        "forbids",
        "area(n)",
        "def questions",
        "sealed = True",
    ):
        assert kept in left, left
    for gone in ("SECRET", "torch", "numpy", "def answer", "reference", "unasked", "facts", "# kept", "The answer is"):
        assert gone not in left, left


BASE = "class Base(Exercise):\n    def questions(self, rng): yield (1,)\n    def reference(self, x): return x\n"
SQUARE = "    def questions(self, rng): yield (2,)\n    def reference(self, x): return x**2\n"


@pytest.mark.parametrize(
    ("imports", "parent"),
    [
        ("from helpers.engine.exercise import Exercise", "Exercise"),
        ("from helpers.engine.exercise import Exercise as Task", "Task"),
        ("from helpers.engine import exercise", "exercise.Exercise"),
        ("import helpers.engine.exercise", "helpers.engine.exercise.Exercise"),
        ("from helpers.exercises.sums.base import Base", "Base"),
        ("from helpers.exercises.sums import Base as Other", "Other"),
        ("from .base import Base", "Base"),
        ("from . import Base", "Base"),
    ],
)
def test_an_exercise_is_found_by_whatever_name_its_parent_goes(imports, parent) -> None:
    sources = {
        "exercises/sums/__init__.py": "from helpers.exercises.sums.base import Base\nEXERCISES = (Base,)\n",
        "exercises/sums/base.py": f"from helpers.engine.exercise import Exercise\n{BASE}",
        "exercises/sums/square.py": f"{imports}\nclass Square({parent}):\n{SQUARE}",
    }
    left = sealed_modules(sources)
    assert "yield (2,)" in left["exercises/sums/square.py"] and imports in left["exercises/sums/square.py"]
    assert not [text for text in left.values() if "reference" in text]


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        (f"from helpers.models import Base\nclass Square(Base):\n{SQUARE}", "what descends from Base has answers"),
        (f"from helpers.engine.exercise import Base\nclass Square(Base):\n{SQUARE}", "what descends from Base"),
        (f"from elsewhere import Base\nclass Square(Base):\n{SQUARE}", "Square has answers and descends from no kind"),
        (f"class Square:\n{SQUARE}", "Square has answers and descends from no kind"),
        (f"class Square(made()):\n{SQUARE}", r"what descends from made\(\) has answers"),
        (
            "from helpers.engine.exercise import Exercise\nBase = Exercise\nclass Square(Base):\n" + SQUARE,
            "what descends from Base has answers",
        ),
        (
            "from helpers.engine.exercise import Exercise\ndef made():\n    class Square(Exercise):\n        pass\n",
            "Square is an exercise and stands inside of something else",
        ),
        ("from helpers.engine.exercise import *\n", "name what is imported"),
        (
            "from helpers.engine.exercise import Exercise\n"
            "EXERCISES = (type('Square', (Exercise,), {'reference': lambda self, x: x**2}),)\n",
            "in EXERCISES is no exercise",
        ),
    ],
)
def test_what_may_be_an_exercise_and_may_not_cannot_be_sealed(source, complaint) -> None:
    with pytest.raises(Unsealable, match=rf"square\.py: .*{complaint}"):
        sealed_modules({"exercises/square.py": source})


@pytest.mark.parametrize(
    "items", ["made()", "(*made(),)", "(Item(*made()),)", "(Item(**made()),)", "[i for i in made()]"]
)
def test_a_quiz_whose_right_letters_cannot_be_found_cannot_be_sealed(items) -> None:
    source = "from helpers.engine.kinds import Item, MultipleChoice\ndef made(): return []\n"
    with pytest.raises(Unsealable, match=r"quiz\.py: Quiz: write the items one by one"):
        sealed_modules({"exercises/quiz.py": source + f"class Quiz(MultipleChoice):\n    items = {items}\n"})


def test_what_asking_needs_of_other_modules_stays_and_no_more() -> None:
    sources = {
        "exercises/sums/draws.py": "WIDTH = 3\ndef draw(n): return n * WIDTH\ndef total(x): return sum(x)\n",
        "exercises/sums/sums.py": (
            "from helpers.engine.exercise import Exercise\nfrom helpers.exercises.sums.draws import draw, total\n"
            "class Sum(Exercise):\n    def questions(self, rng): yield (draw(2),)\n"
            "    def reference(self, x): return total(x)\n"
        ),
    }
    left = sealed_modules(sources)
    assert "def draw" in left["exercises/sums/draws.py"] and "WIDTH = 3" in left["exercises/sums/draws.py"]
    assert "total" not in "".join(left.values())
    whole = sources["exercises/sums/sums.py"].replace("sums.draws import draw, total", "sums import draws")
    with pytest.raises(Unsealable, match=r"import names from helpers\.exercises\.sums\.draws, not the whole module"):
        sealed_modules({**sources, "exercises/sums/sums.py": whole.replace("draw(2)", "draws.draw(2)")})


def test_what_is_asked_changes_its_digest_and_another_lesson_does_not(monkeypatch) -> None:
    before = [asking(lesson.name) for lesson in LESSONS]
    assert len(set(before)) == len(LESSONS)
    files = dict(sealing.contents())
    name = "helpers/exercises/start_here/letters.py"
    changed = {**files, name: files[name] + b"X = 1\n"}
    monkeypatch.setattr(sealing, "contents", lambda: list(changed.items()))
    asking.cache_clear()
    after = [asking(lesson.name) for lesson in LESSONS]
    asking.cache_clear()
    assert [a == b for a, b in zip(before, after, strict=True)] == [False] + [True] * (len(LESSONS) - 1)


def test_a_cohort_gets_the_same_copy(tmp_path) -> None:
    (tmp_path / "helpers").mkdir()
    (tmp_path / "helpers" / "old.py").write_text("")
    place = copy_into(tmp_path)
    assert not (place / "old.py").exists()
    same = [path for path in sealed().folder.joinpath("helpers").rglob("*.py")]
    assert all(
        (place / path.relative_to(sealed().folder / "helpers")).read_bytes() == path.read_bytes() for path in same
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == ["helpers"]


def test_in_a_sealed_course_a_check_says_that_code_ran_and_no_more() -> None:
    code = (
        "import helpers\ncheck = helpers.start(lesson=0)\n"
        "wrong = lambda s: 3\nassert check.gc_content(wrong) is wrong\n"
        "def broken(s): raise ValueError('so')\ncheck.gc_content(broken)"
    )
    environment = {**os.environ, "PYTHONPATH": str(sealed().folder)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, cwd=sealed().folder, capture_output=True, text=True
    )
    assert "gc_content: it answers all 5 questions. Whether rightly, you will hear with your marks." in done.stdout
    assert "gc_content: 5 of 5 questions end with an error, the first with ValueError: so" in done.stdout


def test_questions_of_plain_data_are_what_is_compared() -> None:
    """The comparison above sees something: most questions hold data, and seeds differ."""
    seen = [plain_parts(question) for one in exercises(0) for question in one.asked(0)]
    assert all(seen)
    assert seen != [plain_parts(question) for one in exercises(0) for question in one.asked(7)]
