"""Exercises of lesson 03: layers, what bends between them, the chain rule, what keeps a network honest, optimisers."""

from helpers.exercises.multilayer_perceptron.backpropagation import MlpBackward, MlpForward
from helpers.exercises.multilayer_perceptron.bug_hunt import BugHunt
from helpers.exercises.multilayer_perceptron.layers import MLP
from helpers.exercises.multilayer_perceptron.losses import KlDivergence, L1L2Penalty
from helpers.exercises.multilayer_perceptron.optimisers import AdamStep, MomentumStep
from helpers.exercises.multilayer_perceptron.overfitting import Dropout, EarlyStopping
from helpers.exercises.multilayer_perceptron.perceptron import Collapse, PerceptronStep, Relu, Softplus
from helpers.exercises.multilayer_perceptron.quiz import Quiz
from helpers.exercises.multilayer_perceptron.validation import Kfold

EXERCISES = (
    PerceptronStep,
    Collapse,
    Relu,
    Softplus,
    MlpForward,
    MlpBackward,
    MLP,
    KlDivergence,
    L1L2Penalty,
    Dropout,
    EarlyStopping,
    MomentumStep,
    AdamStep,
    Kfold,
    BugHunt,
    Quiz,
)
