"""What the lessons measure, as code that can be run again."""
