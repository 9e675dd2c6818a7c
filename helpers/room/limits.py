"""How often anybody may do anything: guess a code, join, speak."""

from __future__ import annotations

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable

MOST_KNOWN = 10_000  # addresses or sessions that are remembered at once


class Allowance:
    """A right to do something so often at once, and then so often a second, kept by name.

    Parameters
    ----------
    burst : int
        How often at once.
    per_second : float
        How fast that fills up again.
    clock : callable
        Seconds, as `time.monotonic` gives them.
    """

    def __init__(self, burst: int, per_second: float, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin with everything allowed to everybody."""
        self.burst, self.per_second, self.clock = burst, per_second, clock
        self.left: OrderedDict[str, tuple[float, float]] = OrderedDict()  # name -> what was left, and when

    def remaining(self, name: str) -> float:
        """How often it may be done now."""
        left, when = self.left.get(name, (float(self.burst), self.clock()))
        return min(self.burst, left + (self.clock() - when) * self.per_second)

    def use(self, name: str) -> bool:
        """Do it once; False where it may not be done, and then nothing is used."""
        left = self.remaining(name)
        if left < 1:
            return False
        self.left[name] = (left - 1, self.clock())
        self.left.move_to_end(name)
        while len(self.left) > MOST_KNOWN:
            self.left.popitem(last=False)
        return True


def network_of(address: str) -> str:
    """What counts as one address: of IPv6 the first 64 bits, for anybody has the others to choose from."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    return str(ipaddress.ip_network((known, 64), strict=False)) if known.version == 6 else str(known)
