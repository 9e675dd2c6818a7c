"""Other right answers to the exercises of lesson 00, and wrong ones without a name."""

import re

import numpy as np
import torch

ALTERNATIVES = {
    "count_a": [
        lambda sequence: sum(base == "A" for base in sequence),
        lambda sequence: np.int32(len(re.findall("A", sequence))),
    ],
    "gc_content": [
        lambda sequence: sum(base in "GC" for base in sequence) / len(sequence),
        lambda sequence: np.float32(np.mean([base in "GC" for base in sequence])),
        lambda sequence: torch.tensor([base in "GC" for base in sequence]).float().mean(),
    ],
}

WRONG = {
    "gc_content": [lambda sequence: 0.5, lambda sequence: [0.75], lambda sequence: "0.75", lambda sequence: None],
}
