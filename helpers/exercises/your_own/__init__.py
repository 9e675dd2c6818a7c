"""Exercises of lesson 10: read a file, find its trap, name a protein, choose a model, predict unseen labels."""

from helpers.exercises.your_own.bug_hunt import BugHunt
from helpers.exercises.your_own.choosing import ChooseModel, PairedInterval
from helpers.exercises.your_own.gaps import ClassGap, ColumnGap, CorrectedP
from helpers.exercises.your_own.held_out import HeldOut
from helpers.exercises.your_own.naming import NameProtein
from helpers.exercises.your_own.quiz import Quiz
from helpers.exercises.your_own.reading import Clean, LongestShared
from helpers.exercises.your_own.traps import FindTrap

EXERCISES = (
    Clean,
    LongestShared,
    ClassGap,
    ColumnGap,
    CorrectedP,
    FindTrap,
    NameProtein,
    ChooseModel,
    PairedInterval,
    HeldOut,
    BugHunt,
    Quiz,
)
