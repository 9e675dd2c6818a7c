"""Exercises of lesson 05: hidden states, gates, sequences of any length, and DNA as a language."""

from helpers.exercises.recurrent.batches import BothStrands, MaskedMean, PadBatch
from helpers.exercises.recurrent.bug_hunt import BugHunt
from helpers.exercises.recurrent.cells import ClipGradients, GruCell, RnnForward
from helpers.exercises.recurrent.hidden_markov import HmmForward
from helpers.exercises.recurrent.language import NextBasePairs, Perplexity, Sample
from helpers.exercises.recurrent.quiz import Quiz

EXERCISES = (
    HmmForward,
    RnnForward,
    ClipGradients,
    GruCell,
    PadBatch,
    MaskedMean,
    BothStrands,
    NextBasePairs,
    Perplexity,
    Sample,
    BugHunt,
    Quiz,
)
