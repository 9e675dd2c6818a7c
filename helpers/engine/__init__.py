"""What an exercise is: one object that asks, diagnoses, marks and proves itself.

Nothing here knows of a lesson, of a learner's progress or of a data set: it can be used outside of any course.
`exercise` is the base class and `kinds` the other kinds, `verdict` what marking finds, `message` what a learner reads,
and `proofs` what must hold of every exercise.
"""
