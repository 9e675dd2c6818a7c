"""The room: where a class stands, live, for its instructor; learners join by choice and stay nameless.

`client` runs in a learner's kernel and needs the standard library only; everything else runs where `course room` does.
"""
