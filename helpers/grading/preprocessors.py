"""nbgrader preprocessors that make the marks outside the learner's kernel.

`SetSeed` gives the kernel the seed of this submission; there, checks then hand in answers and no verdict.
`MarkAnswers` replaces whatever a graded cell printed by the verdict on the answers that it handed in.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader import utils
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import NbGraderPreprocessor

from helpers.exercises.check import MIME
from helpers.exercises.engine import Exercise, Verdict
from helpers.exercises.messages import lines_of, plain, rich
from helpers.grading.mark import exercises_of
from helpers.grading.secret import secret, seed_of

SEED = "COURSE_SEED"


class SetSeed(NbGraderPreprocessor):
    """Give the kernel that runs next the seed of this submission."""

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Set the environment that the kernel inherits."""
        names = resources["nbgrader"]
        root = Path(CourseDirectory(config=self.config).root)
        os.environ[SEED] = str(seed_of(secret(root), names["assignment"], names["student"]))
        return nb, resources


class MarkAnswers(NbGraderPreprocessor):
    """Turn handed-in answers into points that nbgrader records."""

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Mark every graded code cell of a notebook."""
        seed = int(os.environ.pop(SEED))
        asked = {exercise.id: exercise for exercise in exercises_of(resources["nbgrader"]["assignment"])}
        for cell in nb.cells:
            if cell.cell_type == "code" and utils.is_grade(cell):
                exercise = asked[cell.metadata["nbgrader"]["grade_id"].removeprefix("check_")]
                cell.outputs = outputs_for(exercise, exercise.mark(handed_in(cell, exercise), seed))
        return nb, resources


def handed_in(cell: NotebookNode, exercise: Exercise) -> Any:
    """The answers in a cell's outputs; None where there is not exactly one message with them."""
    messages = [output.data[MIME] for output in cell.outputs if MIME in output.get("data", {})]
    if len(messages) != 1 or not isinstance(messages[0], dict) or messages[0].get("exercise") != exercise.id:
        return None
    return json.loads(json.dumps(messages[0].get("answers")))  # plain dicts, not NotebookNodes


def outputs_for(exercise: Exercise, verdict: Verdict) -> list[NotebookNode]:
    """The verdict as outputs: the message, then the points where nbgrader looks for them."""
    lines = lines_of(exercise, verdict, stand_in=False)
    message = {"text/plain": plain(exercise, verdict, lines), "text/html": rich(exercise, verdict, lines)}
    told = new_output("display_data", data=message)
    if not verdict.points:  # nbgrader reads no points from an error, and full points from a bare 0
        return [told, new_output("error", ename="NotYet", evalue=verdict.message, traceback=[verdict.message])]
    return [told, new_output("execute_result", data={"text/plain": repr(verdict.points)}, execution_count=1)]
