"""Grading: answers come out of the learner's kernel, marks are made outside it."""
