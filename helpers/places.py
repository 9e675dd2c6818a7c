"""Where things lie: the package, its data, its lessons, its checkout. No other module knows where it stands on disk."""

from __future__ import annotations

from pathlib import Path

APPLICATION = "deep-learning-on-dna"  # the distribution, and the folders of this course among a user's own
PACKAGE = Path(__file__).resolve().parent
STATIC = PACKAGE / "widgets" / "static"  # what widgets are made of in the browser
PAGE_TEMPLATES = PACKAGE / "widgets" / "templates"  # nbconvert's, for a page in which widgets live
FIRST_TEXTS = PACKAGE / "authoring" / "templates"  # what `course new` begins a file with
ROOM_PAGE = PACKAGE / "room" / "static"  # the page of `course room`
QUIET = PACKAGE / "jupyter"  # JupyterLab without its news and without nbgrader's menus


def checkout() -> Path | None:
    """The folder of the checkout that this package runs from; None where it was installed without one."""
    root = PACKAGE.parent
    return root if (root / "pyproject.toml").is_file() and (root / "solutions").is_dir() else None


def shipped() -> Path:
    """The folder of what comes with the course: registry, cards, simulated sets, motif matrices."""
    installed = PACKAGE / "shipped"
    return installed if installed.is_dir() else PACKAGE.parent / "datasets"


def released() -> Path:
    """The folder of the released lessons: in the installed package, or `course/` in a checkout.

    Raises
    ------
    FileNotFoundError
        If neither holds lessons.
    """
    for folder in (PACKAGE / "course", PACKAGE.parent / "course"):
        if any(folder.glob("*/*.ipynb")):
            return folder
    raise FileNotFoundError(
        f"there are no lessons in {PACKAGE.parent / 'course'}: run `course release` in a checkout, or install again"
    )


def workspace() -> Path:
    """Where the learner's workspace is unless told otherwise: in the checkout, else in the current folder."""
    return (checkout() or Path.cwd()) / "workspace"


def user_data() -> Path:
    """The folder of this course among the user's data."""
    from platformdirs import user_data_path

    return user_data_path(APPLICATION, appauthor=False)


def user_cache() -> Path:
    """The folder of this course in the user's cache."""
    from platformdirs import user_cache_path

    return user_cache_path(APPLICATION)


def downloads() -> Path:
    """The folder of downloaded data sets in the user's cache: its name is older than the course's."""
    import pooch

    return Path(pooch.os_cache("dna-course"))
