"""Exercises of lesson 02: letters to numbers, probabilities, batches, splits, judging a classifier."""

from helpers.exercises.logistic_regression.bug_hunt import BugHunt
from helpers.exercises.logistic_regression.judging import ConfusionMatrix, Mcc, Rates, RocPoint
from helpers.exercises.logistic_regression.learning import BinaryCrossEntropy, Minibatches, Sigmoid, TrainEpoch
from helpers.exercises.logistic_regression.letters import Decode, OneHot, ReverseComplement, Tokenise
from helpers.exercises.logistic_regression.quiz import Quiz
from helpers.exercises.logistic_regression.sets import Divide, FindLeaks

EXERCISES = (
    Tokenise,
    OneHot,
    Decode,
    ReverseComplement,
    Sigmoid,
    BinaryCrossEntropy,
    Minibatches,
    Divide,
    FindLeaks,
    TrainEpoch,
    ConfusionMatrix,
    Rates,
    Mcc,
    RocPoint,
    BugHunt,
    Quiz,
)
