"""What a learner's own machine does: opens a lesson, checks it, and remembers how far it is."""
