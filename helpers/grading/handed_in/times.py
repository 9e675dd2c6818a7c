"""When something was handed in: dates that mean one moment, and no others."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

DATE = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)[T ](?P<time>\d\d:\d\d(?::\d\d)?)(?:\.\d{1,9})? ?"
    r"(?:(?P<utc>UTC|GMT|Z)|(?P<offset>[+-]\d\d:?\d\d)|(?P<zone>[A-Z]\w*/[\w/+-]+))"
)
SO = "write it as 2026-11-19 13:00:00 UTC, or with +0100 or Europe/Berlin for UTC"


def moment(written: str) -> datetime:
    """The moment that a date means, in UTC.

    Parameters
    ----------
    written : str
        An ISO date and time with UTC, GMT, Z, an offset (+0100, +01:00) or the name of a zone (Europe/Berlin).

    Raises
    ------
    ValueError
        For anything else: `CEST` is no zone that computers agree on, and no zone at all is anybody's.
    """
    found = DATE.fullmatch(written.strip())
    if found is None:
        raise ValueError(f"{written!r} is no date; {SO}")
    try:
        there = datetime.fromisoformat(f"{found['day']} {found['time']}")
        if found["zone"]:
            return there.replace(tzinfo=ZoneInfo(found["zone"])).astimezone(timezone.utc)
    except (ValueError, ZoneInfoNotFoundError, OSError):
        raise ValueError(f"{written!r} is no date; {SO}") from None
    sign, digits = (found["offset"] or "+0000")[0], (found["offset"] or "+0000")[1:].replace(":", "")
    behind = timedelta(hours=int(digits[:2]), minutes=int(digits[2:])) * (-1 if sign == "-" else 1)
    return (there - behind).replace(tzinfo=timezone.utc)
