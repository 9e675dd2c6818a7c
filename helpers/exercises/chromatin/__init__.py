"""Exercises of lesson 07: relatives, labels with holes, heads, seeing far, profiles, variants, contacts."""

from helpers.exercises.chromatin.bug_hunt import BugHunt
from helpers.exercises.chromatin.contacts import ObservedOverExpected, PairFeatures
from helpers.exercises.chromatin.distance import CropAndJoin, DilatedStack
from helpers.exercises.chromatin.heads import MaskedBce, MultiTask
from helpers.exercises.chromatin.profiles import ProfileLoss, ShapeAndTotal
from helpers.exercises.chromatin.quiz import Quiz
from helpers.exercises.chromatin.relatives import HoldOut
from helpers.exercises.chromatin.reports import PerMarkReport
from helpers.exercises.chromatin.variants import VariantEffect

EXERCISES = (
    HoldOut,
    MaskedBce,
    MultiTask,
    PerMarkReport,
    DilatedStack,
    CropAndJoin,
    ShapeAndTotal,
    ProfileLoss,
    VariantEffect,
    ObservedOverExpected,
    PairFeatures,
    BugHunt,
    Quiz,
)
