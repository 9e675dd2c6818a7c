"""Exercises of lesson 00: one that is only shown, and one small function, to meet the check."""

from helpers.exercises.start_here.letters import CountA, GcContent

EXERCISES = (
    CountA,
    GcContent,
)
