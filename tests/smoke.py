"""Which lessons are trained for a few steps only, where a test asks whether every cell runs.

Other lessons go on with what their trainings found (a motif in a filter, say), and need them in full.
"""

from __future__ import annotations

from helpers.lessons import LESSONS

FEW_STEPS = {"logistic_regression", "multilayer_perceptron", "recurrent", "attention", "chromatin", "representations"}


def smoke(folder: str) -> dict[str, str]:
    """Environment variables for running the lesson in this folder."""
    short = {lesson.folder for lesson in LESSONS if lesson.name in FEW_STEPS}
    return {"COURSE_SMOKE": "1"} if folder in short else {}
