"""The command `course`: one module for each group of its sub-commands."""
