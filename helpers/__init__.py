"""Deep learning on DNA: what the lessons stand on.

`helpers.start(lesson=2)` opens a lesson and returns its `check`. Everything else is in a room named after what it
holds: `helpers.dna`, `helpers.datasets`, `helpers.models`, `helpers.training`, `helpers.interpret`, ...
"""

import sys

if sys.version_info < (3, 10):  # noqa: UP036  a sentence instead of a SyntaxError somewhere below
    raise ImportError(
        "this course needs Python 3.10 or newer, and this is {}.{}: make a new environment with a newer Python".format(
            *sys.version_info[:2]
        )
    )

from helpers import moved
from helpers.learner.session import leave, start

moved.forward()

__version__ = "0.1.0"
__all__ = ["leave", "start"]
