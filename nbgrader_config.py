"""nbgrader, as this course uses it: `solutions/` is its source, `course/` its release."""

from nbgrader.preprocessors import (
    AssignLatePenalties,
    CheckCellMetadata,
    Execute,
    LimitOutput,
    SaveAutoGrades,
)

from helpers.grading.preprocessors import MarkAnswers, SetSeed
from helpers.release import PREPROCESSORS

c = get_config()  # noqa: F821  given by nbgrader

c.CourseDirectory.course_id = "deep-learning-on-dna"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "course"
c.CourseDirectory.solution_directory = "generated-solutions"  # not used; it must not be "solutions"
c.GenerateAssignment.preprocessors = PREPROCESSORS
c.Execute.timeout = 300  # seconds a cell
c.Execute.skip_cells_with_tag = "demo"  # no mark depends on them
c.Execute.shutdown_kernel = "immediate"
c.Autograde.autograde_preprocessors = [
    SetSeed,
    Execute,
    MarkAnswers,
    LimitOutput,
    SaveAutoGrades,
    AssignLatePenalties,
    CheckCellMetadata,
]
