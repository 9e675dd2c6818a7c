"""Where grading meets nbgrader: its preprocessors, its gradebook, its assignments."""
