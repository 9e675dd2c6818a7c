"""Where a learner's code runs and cannot do harm."""
