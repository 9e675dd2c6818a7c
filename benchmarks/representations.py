"""All that lesson 08 measures, five seeds: the table of generators with its fresh judge, and what stands around it.

    python benchmarks/representations.py [--seeds 5]

Writes datasets/measured_representations.json, which the lesson draws and tabulates, and docs/representations.md. What
is there already is not measured again: remove the file to begin anew. About a minute and a half of CPU time a seed.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before torch: these networks are too small to share among threads
ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from helpers.experiments.representations.measuring import SECTIONS  # noqa: E402
from helpers.experiments.representations.page import page  # noqa: E402
from helpers.files import write_whole  # noqa: E402

RESULT, PAGE = ROOT / "datasets" / "measured_representations.json", ROOT / "docs" / "representations.md"


def main() -> None:
    """Measure what is missing, and write result and page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=5)
    options = parser.parse_args()
    result: dict[str, Any] = json.loads(RESULT.read_text(encoding="utf-8")) if RESULT.exists() else {}
    for seed in range(options.seeds):
        for name, measure in SECTIONS.items():
            runs = result.setdefault(name, [])
            if len(runs) > seed:
                continue
            started = time.process_time()
            runs.append(rounded(measure(seed)))
            print(f"seed {seed}  {name:12}  {time.process_time() - started:5.1f} s  {runs[-1]}", flush=True)
            write_whole(RESULT, (json.dumps(result, indent=1, ensure_ascii=False) + "\n").encode())
    write_whole(PAGE, page(result).encode())


def rounded(value: Any) -> Any:
    """Four digits behind the point, in all that is nested."""
    if isinstance(value, dict):
        return {name: rounded(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(one) for one in value]
    return round(value, 4) if isinstance(value, float) else value


if __name__ == "__main__":
    main()
