"""Exercises of lesson 04: filters that slide, motifs as filters, what deeper networks see, reading a trained one; where
words stand in a benchmark."""

from helpers.exercises.convolution.bug_hunt import BugHunt
from helpers.exercises.convolution.filters import FilterToMotif
from helpers.exercises.convolution.judging import AveragePrecision
from helpers.exercises.convolution.motifs import Detector, PwmFromCounts, Scan
from helpers.exercises.convolution.networks import MotifCNN, ResidualBlock
from helpers.exercises.convolution.output_length import ConvOutputLength
from helpers.exercises.convolution.placing import FirstPlace, PlaceAtRandom
from helpers.exercises.convolution.pooling import MaxPool1d
from helpers.exercises.convolution.quiz import Quiz
from helpers.exercises.convolution.reading import Ism, Saliency
from helpers.exercises.convolution.receptive_field import ReceptiveField
from helpers.exercises.convolution.scanning import Conv1d, CountMatches

EXERCISES = (
    CountMatches,
    Conv1d,
    PwmFromCounts,
    Scan,
    Detector,
    ConvOutputLength,
    ReceptiveField,
    MaxPool1d,
    MotifCNN,
    FilterToMotif,
    ResidualBlock,
    Ism,
    Saliency,
    FirstPlace,
    PlaceAtRandom,
    AveragePrecision,
    BugHunt,
    Quiz,
)
