"""`python -m helpers.datasets.simulated [FOLDER]` writes the shipped sets again."""

import sys
from pathlib import Path

from helpers.datasets.simulated.shipped import write
from helpers.places import shipped

for file in write(Path(sys.argv[1]) if len(sys.argv) > 1 else shipped() / "simulated"):
    print(file)
