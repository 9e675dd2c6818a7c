"""What reading and marking import at their first use, imported at once: the last thing that the fork server does."""

import sys

import IPython.core.inputtransformer2  # noqa: F401  for cells with magics
import jinja2  # noqa: F401  for messages
import nbformat

nbformat.reads('{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}', as_version=4)  # compiles its schema
if "torch" in sys.modules:  # a lesson needs it; then an optimiser may be made, which imports this for two seconds
    import torch._dynamo  # noqa: F401
