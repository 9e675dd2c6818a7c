"""What marking will import at its first use, imported at once: the last thing that the fork server does."""

import sys

if "torch" in sys.modules:  # a lesson needs it; then an optimiser may be made, which imports this for two seconds
    import torch._dynamo  # noqa: F401
