"""What a clone of the repository would hold: the tracked files as they are now, elsewhere."""

from __future__ import annotations

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def copy_tracked(place: Path) -> Path:
    """Copy every tracked file into a new folder."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            (place / name).write_bytes((ROOT / name).read_bytes())
            (place / name).chmod((ROOT / name).stat().st_mode & 0o777)
    return place


def commit_all(place: Path) -> Path:
    """Make the folder a repository of one commit on `main`, which git can clone."""
    who = ["-c", "user.name=test", "-c", "user.email=test@localhost"]
    for words in (["init", "-q", "-b", "main"], ["add", "-A", "-f"], [*who, "commit", "-q", "-m", "All files"]):
        subprocess.run(["git", *words], cwd=place, check=True)
    return place
