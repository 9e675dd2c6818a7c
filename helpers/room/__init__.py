"""The room: where a class stands, live, for its instructor; learners join by choice and stay nameless.

All of this runs where `course room` does. A learner's kernel has `helpers.learner.room`, which needs nothing but the
standard library.
"""
