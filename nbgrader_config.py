"""nbgrader, as this course uses it: `solutions/` is its source, `course/` its release."""

from nbgrader.preprocessors import (
    AssignLatePenalties,
    CheckCellMetadata,
    GetGrades,
    OverwriteCells,
    SaveAutoGrades,
)

from helpers.authoring.release import PREPROCESSORS
from helpers.grading.nbgrader.preprocessors import AnswerInSandbox, MarkAnswers

c = get_config()  # noqa: F821  given by nbgrader

c.CourseDirectory.course_id = "deep-learning-on-dna"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "course"
c.CourseDirectory.solution_directory = "generated-solutions"  # not used; it must not be "solutions"
c.GenerateAssignment.preprocessors = PREPROCESSORS
c.Autograde.exporter_class = "helpers.grading.nbgrader.preprocessors.HandedIn"
c.Autograde.sanitize_preprocessors = [OverwriteCells, CheckCellMetadata]
c.Autograde.autograde_preprocessors = [
    AnswerInSandbox,
    MarkAnswers,
    SaveAutoGrades,
    AssignLatePenalties,
    CheckCellMetadata,
]
c.GenerateFeedback.exporter_class = "helpers.grading.nbgrader.feedback.FeedbackExporter"
c.GenerateFeedback.preprocessors = [GetGrades]
c.AssignLatePenalties.plugin_class = "helpers.grading.nbgrader.late.LatePenalty"
c.LatePenalty.percent_per_day = 0  # percent of the score for each day begun; 0: being late costs nothing
c.LatePenalty.grace_minutes = 15  # after the deadline
c.LatePenalty.most_percent = 50  # of the score
c.LatePenalty.extra_days = {}  # for accommodations: {"ada": 2}
