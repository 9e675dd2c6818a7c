"""Exercises of lesson 08: squeeze, embed, spoil, sample, generate, judge, translate, decouple, name."""

from helpers.exercises.representations.adversaries import DiscriminatorLoss, GeneratorLoss
from helpers.exercises.representations.bug_hunt import BugHunt
from helpers.exercises.representations.clouds import KlGaussian, Reparameterise
from helpers.exercises.representations.copies import CopyDistance
from helpers.exercises.representations.decoupling import GradientReversal
from helpers.exercises.representations.letters import Corrupt, ReconstructionLoss
from helpers.exercises.representations.neighbours import Skipgrams
from helpers.exercises.representations.quiz import Quiz
from helpers.exercises.representations.squeezing import LinearAutoencoder
from helpers.exercises.representations.translating import CycleLoss
from helpers.exercises.representations.words import InfoNce

EXERCISES = (
    LinearAutoencoder,
    Skipgrams,
    Corrupt,
    ReconstructionLoss,
    Reparameterise,
    KlGaussian,
    DiscriminatorLoss,
    GeneratorLoss,
    CopyDistance,
    CycleLoss,
    GradientReversal,
    InfoNce,
    BugHunt,
    Quiz,
)
