"""What an exercise is, whatever it asks: this package knows no lesson, no progress and no data set."""
