"""What a late submission costs, as a plugin that nbgrader asks while it records.

c.AssignLatePenalties.plugin_class = "helpers.grading.nbgrader.late.LatePenalty"
c.LatePenalty.percent_per_day = 10
c.LatePenalty.grace_minutes = 15
c.LatePenalty.most_percent = 50
c.LatePenalty.extra_days = {"ada": 3}
"""

from __future__ import annotations

import math

from nbgrader.plugins import BasePlugin
from traitlets import Dict, Float, Unicode

DAY = 24 * 60 * 60


class LatePenalty(BasePlugin):
    """A share of the score for each day begun, after a grace, up to a most."""

    percent_per_day = Float(0, min=0, max=100, help="Percent of the score for each day begun; 0 costs nothing.").tag(
        config=True
    )
    grace_minutes = Float(15, min=0, help="Minutes after the deadline that are not late.").tag(config=True)
    most_percent = Float(100, min=0, max=100, help="Percent of the score that can be lost at most.").tag(config=True)
    extra_days = Dict(
        value_trait=Float(min=0),
        key_trait=Unicode(),
        help="Days that a student has longer than the others (an accommodation, an illness), by student.",
    ).tag(config=True)

    def late_submission_penalty(self, student_id: str, score: float, total_seconds_late: float) -> float | None:
        """Points to take off.

        Parameters
        ----------
        student_id : str
            Whose submission it is.
        score : float
            Points before the penalty.
        total_seconds_late : float
            Seconds after the deadline.

        Returns
        -------
        float or None
            Points, at most `score`; None where nothing is taken off.
        """
        late = total_seconds_late - self.grace_minutes * 60 - self.extra_days.get(student_id, 0) * DAY
        if late <= 0:
            return None
        days = math.ceil((total_seconds_late - self.extra_days.get(student_id, 0) * DAY) / DAY)
        percent = min(days * self.percent_per_day, self.most_percent)
        return score * percent / 100 or None
