"""Exercises of lesson 01: a line, its loss, the slope of the loss, and loops that walk down it."""

from helpers.exercises.linear_regression.features import Features, Standardise
from helpers.exercises.linear_regression.judging import ResidualsAndR2
from helpers.exercises.linear_regression.line import GradientStep, Mse, MseGradients, Predict
from helpers.exercises.linear_regression.loop import MendTheLoop, TrainingStep, TrainModel
from helpers.exercises.linear_regression.quiz import Quiz

EXERCISES = (
    Predict,
    Mse,
    MseGradients,
    GradientStep,
    Standardise,
    TrainingStep,
    TrainModel,
    Features,
    ResidualsAndR2,
    MendTheLoop,
    Quiz,
)
