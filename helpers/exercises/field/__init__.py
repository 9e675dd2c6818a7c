"""Exercises of lesson 09: reads and genotypes, scores put together, networks of proteins, families, escape."""

from helpers.exercises.field.bug_hunt import BugHunt
from helpers.exercises.field.escape import CombineRanks
from helpers.exercises.field.families import ApcCorrection, MutualInformation, TopPairs
from helpers.exercises.field.networks import MessagePassing, NormaliseAdjacency, SameComponent
from helpers.exercises.field.pileups import GenotypeLikelihood, PileupTensor
from helpers.exercises.field.quiz import Quiz
from helpers.exercises.field.scores import BlockedFolds, CalibrationTable, StackScores

EXERCISES = (
    PileupTensor,
    GenotypeLikelihood,
    BlockedFolds,
    StackScores,
    CalibrationTable,
    SameComponent,
    NormaliseAdjacency,
    MessagePassing,
    MutualInformation,
    ApcCorrection,
    TopPairs,
    CombineRanks,
    BugHunt,
    Quiz,
)
