"""Mistakes without a name: which answers of a class belong together, and the lines that give them a name."""

from __future__ import annotations

import json
import textwrap
from dataclasses import replace
from pathlib import Path

import pytest
from course_folder import LESSON, course, make, submit

from helpers.engine.exercise import Exercise, misconception
from helpers.grading import mark, report, spool
from helpers.grading.handed_in.submissions import Course
from helpers.grading.nbgrader.gradebook import open_course
from helpers.grading.progress import Progress
from helpers.grading.stub import stub
from helpers.grading.unnamed import TOGETHER, asked_together, common_seed, groups, lots
from helpers.lessons import exercises

SKEW = "def gc_content(sequence):\n    return (sequence.count('G') - sequence.count('C')) / len(sequence)"
SKEW_BY_LOOP = """\
def sign(base):
    return {"G": 1, "C": -1}.get(base, 0)

def gc_content(sequence: str) -> float:
    '''The difference.'''
    total = 0
    for base in sequence:
        total += sign(base)
    return total / len(sequence)
"""
SQUARED = "def gc_content(sequence):\n    return ((sequence.count('G') + sequence.count('C')) / len(sequence)) ** 2"
CRASH = "def gc_content(sequence):\n    return sequence.amount('G')"
RIGHT = "def gc_content(sequence):\n    return sum(base in 'GC' for base in sequence) / len(sequence)"
CLASS = {
    **{"ada": SKEW, "ben": SKEW_BY_LOOP, "cleo": SQUARED},
    **{"dan": CRASH, "eve": CRASH + "  ", "fay": SKEW, "gus": RIGHT},
}
(GC,) = (one for one in exercises(0) if one.id == "gc_content")


def run(code: str, name: str) -> object:
    names: dict = {}
    exec(code, names)
    return names[name]


def entry_of(student: str, code: str, seed: int) -> spool.Entry:
    answers = GC.answers(run(code, "gc_content"), mark.question_seed(seed, GC.id))
    told = {GC.id: json.loads(json.dumps(answers))}
    return spool.Entry(LESSON, student, seed, "s", "r", "c", answers=told, code={GC.id: code}, cells=[code])


def subclass_with(text: str, base: type[Exercise]) -> Exercise:
    """An exercise into whose class the printed lines were pasted."""
    above, _, inside = text.rpartition("# in the class:\n")
    source = f"{above}\nclass Named({base.__name__}):\n{textwrap.indent(inside, '    ')}"
    names = {base.__name__: base, "misconception": misconception}
    exec(source, names)
    return names["Named"]()


def test_answers_that_agree_on_the_same_questions_are_one_group_the_largest_first(tmp_path) -> None:
    here = Course(tmp_path)
    seed = common_seed(here, LESSON)
    entries = {student: entry_of(student, code, seed) for student, code in CLASS.items()}
    unnamed = {student: [GC.id] for student in CLASS}
    found = groups(here, LESSON, unnamed, entries)
    assert [one.students for one in found] == [["ada", "ben", "fay"], ["dan", "eve"], ["cleo"]]
    first, crash, squared = found
    assert (
        first.code == SKEW
        and "Yours is the square" in squared.seen
        and "A value of type str has no `amount`." in crash.seen
    )
    assert first.stub.startswith("unnamed_1 = misconception(") and "lambda sequence: (sequence.count('G')" in first.stub
    alone = replace(squared, stub=squared.stub.replace("unnamed_2", "unnamed_1"))
    assert groups(here, LESSON, {"cleo": [GC.id], "ada": []}, entries) == [alone]


def test_answers_that_cannot_be_read_belong_to_no_group() -> None:
    entries = {"ada": entry_of("ada", SKEW, 5)}
    for student, answers in (("x", None), ("y", [{}]), ("z", {"a": 1}), ("w", [{"value": {"array": "!!"}}] * 5)):
        entries[student] = replace(entries["ada"], student=student, answers={GC.id: answers})
    assert [sorted(lot) for lot in lots(GC, entries, 5)] == [["ada"], ["w"]]


@pytest.mark.parametrize(
    "code",
    [SKEW, SKEW_BY_LOOP, SQUARED, "gc_content = lambda s: s.count('G') - s.count('C')", f"%time\n{SKEW}"],
    ids=["one line", "a loop and a function beside it", "squared", "a lambda", "a magic"],
)
def test_a_stub_gives_the_answers_of_the_group_a_name(code: str) -> None:
    lines = stub(code, "gc_content", "as_they_do", 'It is "odd", says `the engine`.')
    exercise = subclass_with(lines, type(GC))
    answers = exercise.answers(run(code.removeprefix("%time\n"), "gc_content"), 3)
    verdict = exercise.mark(answers, 3)
    assert (verdict.misconception, verdict.message) == ("as_they_do", 'It is "odd", says `the engine`.')


def test_a_stub_of_a_class_is_a_class() -> None:
    code = "import torch\nclass Net(torch.nn.Module):\n    '''Two.'''\n    width = 2"
    (above, inside) = stub(code, "Net", "narrow", "Too narrow.").split("# in the class:\n")
    assert above.endswith("import torch\n\n") and inside.startswith('@misconception("Too narrow.")\nclass narrow(torch')
    assert "Two." not in inside and stub("x = 1", "Net", "n", "h") == "" == stub("def (", "Net", "n", "h")


def test_the_report_shows_the_groups_after_the_mistakes_that_have_a_name(tmp_path) -> None:
    here = Course(tmp_path)
    seed = common_seed(here, LESSON)
    entries = {student: entry_of(student, code, seed) for student, code in CLASS.items()}
    entries["<b>"] = replace(entry_of("x", "def gc_content(s):\n    return '<script>'", seed), student="<b>")
    rows = [report.row_of(one) for one in entries.values()]
    unnamed = {row.student: row.unnamed for row in rows if row.unnamed}
    assert unnamed == {student: [GC.id] for student in {**entries} if student != "gus"}
    page = report.page_of_class("Start", [GC], rows, groups(here, LESSON, unnamed, entries))
    named, nameless = page.index("The commonest misconceptions"), page.index("Mistakes without a name</h2>")
    first, *others = page[nameless:].split("</table>")[0].split("<tr>")[2:]
    assert named < nameless and first.startswith('<td class="number">3<') and "sequence.count(&#39;G&#39;)" in first
    assert len(others) == 3 and "<script" not in page and "&lt;script&gt;" in page
    assert "7 answers are wrong in a way that has no name" in report.page_of_class("Start", [GC], rows)


def test_a_class_is_asked_together_once_and_its_groups_are_told(tmp_path) -> None:
    root = make(tmp_path, {"ada": SKEW, "ben": SKEW_BY_LOOP, "cleo": RIGHT})
    assert course("grade", "0", root=root).returncode == 0
    done = course("grade", "mistakes", "0", root=root)
    assert done.returncode == 0, done.stderr
    assert "gc_content: 2 students: ada, ben\n" in done.stdout
    assert "unnamed_1 = misconception(" in done.stdout and "2 answers wrong without a name, in 1 group\n" in done.stdout
    assert "2 of 2" in done.stderr and sorted(path.stem for path in kept(root)) == ["ada", "ben"]
    page = Path(course("grade", "report", "0", root=root).stdout.split()[0]).read_text()
    assert "sequence.count(&#39;G&#39;)" in page and "ask them all" not in page
    here = open_course(root)
    assert asked_together(here, LESSON, {"ada": [GC.id]}, progress=Unwanted()).keys() == {"ada"}
    submit(root, "ada", SQUARED)
    assert asked_together(here, LESSON, {"ada": [GC.id]}, run=False) == {}


class Unwanted(Progress):
    """Hears of no run: what was asked once is not asked again."""

    def done(self, student: str, what: str) -> None:
        raise AssertionError(f"{student} was run again")


def kept(root: Path) -> list[Path]:
    return [*(root / spool.NAME / TOGETHER).rglob("*.json")]
