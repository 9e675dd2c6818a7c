"""What lesson 08 measures, as code that can be run again: a module for each of its questions."""
