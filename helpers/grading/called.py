"""What a page calls people: apart from the page, since `course` reads it as any command starts."""

from enum import Enum


class Called(str, Enum):
    """What a page calls people."""

    PSEUDONYMS = "pseudonyms"
    NAMES = "names"
