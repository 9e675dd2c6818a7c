"""Fixtures that several tests share."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before torch: on few cores, threads wait for each other

# These take minutes: they go first, so that at the end no worker waits for another. `.ci/run` keeps this order.
LONG = (
    "test_colab",
    "test_site",
    "test_faults",
    "test_attacks",
    "test_real_promoters",
    "test_nbval",
    "test_grade_command",
)

settings.register_profile("course", deadline=None)  # a busy machine is no failure
settings.load_profile("course")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: LONG.index(item.path.stem) if item.path.stem in LONG else len(LONG))


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder with the real sets, laid out ``<set>/<file>``: COURSE_DATA, or ../shared/data beside the checkout."""
    root = Path(__file__).resolve().parent.parent
    named = os.environ.get("COURSE_DATA")
    folder = (root / named if named else root.parent / "shared" / "data").resolve()
    if (folder / "human_tata" / "test.csv").is_file():
        return folder
    reason = f"the real sets are not at {folder}; name a folder with <set>/<file> in COURSE_DATA"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)
