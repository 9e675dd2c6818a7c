"""Reads over a place, letter by letter: call the genotype, bet on it, and see what callers make of the same reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets

from helpers.dna.sequences import BASES
from helpers.palette import INK, PALE, PALETTE
from helpers.widgets.base import Widget, as_array, js
from helpers.widgets.pileup_places import FULL, GENOTYPES, MOST_READS, NONE, Place, checked, numbered, padded, spelled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from helpers.datasets.simulated.pileups import Pileups

MOST_PLACES, MOST_CALLERS = 200, 5
BETS = (50, 70, 90, 99)  # in percent
DEPTHS = (3, 5, 8, 12, 20, 30)


class PileupGame(Widget):
    """Call genotypes from letters of reads, with a bet on each call, against callers that get the same reads.

    A bet b, the chance that one is right, earns ``25 − 100 (1 − b)²`` points if one is and ``25 − 100 b²`` if not: on
    average it pays to say what one believes.

    Parameters
    ----------
    places : sequence of N Place
        Up to 200, all of one width, up to 61 letters and 100 reads; a tuple of the same things will do.
    callers : mapping from name to array-like
        Probabilities of 0, 1 and 2 copies, ``(D, N, 3)``: at each of the depths. Up to five callers.
    depths : sequence of D int
        How many reads can be shown, from few to many.
    place, level : int
        Which place, and which of the depths at first; a negative `level` counts from the end.
    played : list of [place, call, bet, level]
        Calls that were made: copies, the place in ``(50, 70, 90, 99)`` percent, and the depth's place.

    Raises
    ------
    ValueError
        If shapes disagree, letters or numbers are none, or there are too many of anything.
    """

    _esm = js("common.js", "plot.js", "dna.js", "pileup_game.js")
    label = traitlets.Unicode("Beat the caller").tag(sync=True)
    references = traitlets.List(traitlets.Unicode()).tag(sync=True)
    candidates = traitlets.List(traitlets.Unicode()).tag(sync=True)
    genotypes = traitlets.List(traitlets.Int()).tag(sync=True)
    whys = traitlets.List(traitlets.Unicode()).tag(sync=True)
    letters = traitlets.Bytes().tag(sync=True)
    quality = traitlets.Bytes().tag(sync=True)
    forward = traitlets.Bytes().tag(sync=True)
    mapping = traitlets.Bytes().tag(sync=True)
    names = traitlets.List(traitlets.Unicode()).tag(sync=True)
    chances = traitlets.Bytes().tag(sync=True)
    depths = traitlets.List(traitlets.Int()).tag(sync=True)
    place = traitlets.Int(0, min=0).tag(sync=True)
    level = traitlets.Int(0, min=0).tag(sync=True)
    call = traitlets.Int(-1).tag(sync=True)
    bet = traitlets.Int(1, min=0, max=len(BETS) - 1).tag(sync=True)
    read = traitlets.Int(-1).tag(sync=True)
    played = traitlets.List(traitlets.List(traitlets.Int())).tag(sync=True)
    picture_inches = (8.5, 4.2)

    def __init__(
        self,
        places: Sequence[Place | tuple],
        callers: Mapping[str, Any],
        *,
        depths: Sequence[int] = (MOST_READS,),
        place: int = 0,
        level: int = -1,
        **traits: Any,
    ) -> None:
        if not 1 <= len(places) <= MOST_PLACES:
            raise ValueError(f"PileupGame: {len(places)} places; expected 1 to {MOST_PLACES}")
        if not 1 <= len(callers) <= MOST_CALLERS:
            raise ValueError(f"PileupGame: {len(callers)} callers; expected 1 to {MOST_CALLERS}")
        if not depths or sorted(set(depths)) != list(depths) or depths[0] < 1:
            raise ValueError(f"PileupGame: depths {list(depths)}; expected numbers of reads from 1, from few to many")
        if not 0 <= place < len(places):
            raise ValueError(f"PileupGame: place is {place}; expected 0 to {len(places) - 1}")
        if not -len(depths) <= level < len(depths):
            raise ValueError(
                f"PileupGame: level is {level}; expected 0 to {len(depths) - 1}, or to {-len(depths)} from the end"
            )
        every = [checked(i, Place(*one)) for i, one in enumerate(places)]
        widths = sorted({len(one.reference) for one in every})
        if len(widths) > 1:
            raise ValueError(f"PileupGame: places have {widths} letters; expected one width")
        most = max(len(one.reads) for one in every)
        shape = (len(depths), len(every), GENOTYPES)
        super().__init__(
            references=[one.reference for one in every],
            candidates=[one.candidate for one in every],
            genotypes=[one.genotype for one in every],
            whys=[one.why for one in every],
            letters=padded([numbered(one) for one in every], most, NONE),
            quality=padded([one.quality for one in every], most, 0),
            forward=padded([one.forward for one in every], most, 0),
            mapping=padded([one.mapping for one in every], most, 0),
            names=list(callers),
            chances=np.stack([_probabilities(name, one, shape) for name, one in callers.items()]).tobytes(),
            depths=list(depths),
            place=place,
            level=level % len(depths),
            **traits,
        )

    @classmethod
    def from_pileups(
        cls,
        pileups: Pileups,
        callers: Mapping[str, Callable[[Pileups], Any]],
        *,
        depths: Sequence[int] = DEPTHS,
        seed: int = 0,
        **options: Any,
    ) -> PileupGame:
        """Play on the course's simulated pileups, against callers that are asked at every depth.

        Parameters
        ----------
        pileups : Pileups
            Up to 200 places.
        callers : mapping from name to callable
            From pileups to genotypes, ``(N,)``, or to their probabilities, ``(N, 3)``.
        depths : sequence of int
        seed : int
            Of the letters, which the simulation leaves open, and of the order in which reads come.
        **options
            As for the class.
        """
        from helpers.datasets.simulated.pileups import thin

        fewer = [thin(pileups, most, seed=seed) for most in depths]
        asked = {name: [_as_probabilities(call(one)) for one in fewer] for name, call in callers.items()}
        return cls(spelled(pileups, seed), asked, depths=depths, **options)

    def numbers(self) -> dict[str, Any]:
        letters, rows = self._of_bases("letters"), self._rows()
        middle = letters.shape[1] // 2
        of = letters[rows, middle] == BASES.index(self.candidates[self._place()])
        forward, mapping = (self._of_reads(name)[rows] for name in ("forward", "mapping"))
        scores = {name: self.score(name) for name in ("you", *self.names)}
        bets: list[list[bool]] = [[] for _ in BETS]
        for at, call, bet, _ in self.played:
            bets[bet].append(call == self.genotypes[at])
        return {
            "reads": len(rows),
            "carriers": [int((of & (forward == 1)).sum()), int((of & (forward == 0)).sum())],
            "others": [int((~of & (forward == 1)).sum()), int((~of & (forward == 0)).sum())],
            "mapping": [_mean(mapping[of]), _mean(mapping[~of])],
            "said": self.said() if self._entry() else {},
            **{
                what: {name: one[i] for name, one in scores.items()}
                for i, what in enumerate(("right", "sure", "points"))
            },
            "calibration": [[len(one), sum(one)] for one in bets],
        }

    def score(self, name: str) -> list[float]:
        """Right calls, mean bet and points of a caller, or of "you", on the places that were played."""
        right, sure, points = 0, 0.0, 0.0
        for place, call, bet, level in self.played:
            b = BETS[bet] / 100
            if name != "you":
                chances = self._chances()[self.names.index(name), level, place]
                call, b = int(chances.argmax()), max(0.5, float(chances.max()))
            hit = call == self.genotypes[place]
            right, sure, points = right + hit, sure + b, points + worth(b, hit)
        count = len(self.played)
        return [right, sure / count if count else 0.0, points]

    def said(self) -> dict[str, list[float]]:
        """Each caller's call of the present place at the present depth, and how sure it is."""
        rows = self._chances()[:, self._level(), self._place()]
        return {name: [int(row.argmax()), float(row.max())] for name, row in zip(self.names, rows, strict=True)}

    def alt_text(self) -> str:
        numbers, place = self.numbers(), self._place()
        (a, b), (c, d) = numbers["carriers"], numbers["others"]
        seen = (
            f"Place {place + 1} of {len(self.references)}: {_counted(a + b, 'read')} of {numbers['reads']} show "
            f"{self.candidates[place]} where the genome has {self.references[place][len(self.references[place]) // 2]} "
            f"({a} forward, {b} reverse; of the others {c} and {d})."
        )
        if not (entry := self._entry()):
            return f"{seen} How many copies are to be called."
        told = ", ".join(f"{name} {copies(call)}" for name, (call, _) in numbers["said"].items())
        return f"{seen} It is {copies(self.genotypes[place])}; you said {copies(entry[1])}, {told}."

    def draw(self, figure: Figure) -> None:
        left, right = figure.subplots(1, 2, width_ratios=[1.5, 1])
        self._draw_reads(left)
        numbers, names = self.numbers(), ["you", *self.names]
        count, rows = len(self.played), np.arange(len(names))[::-1]
        right.barh(rows, [numbers["right"][name] / max(count, 1) for name in names], color=PALE)
        for row, name in zip(rows, names, strict=True):
            if count:
                right.plot([numbers["sure"][name]] * 2, [row - 0.4, row + 0.4], color=INK, lw=2)
            points = f"{numbers['points'][name]:.0f}".replace("-", "−")
            right.text(0.02, row, f"{name}: {points} points" if count else name, va="center")
        right.set(
            xlim=(0, 1.02),
            yticks=[],
            title=f"bar: right, of {count} calls\nline: how sure they said",
            xticks=[0, 0.5, 1],
        )

    def _draw_reads(self, ax: Axes) -> None:
        rows, place = self._rows(), self._place()
        letters, quality = (self._of_bases(name)[rows] for name in ("letters", "quality"))
        forward, reference = self._of_reads("forward")[rows], self.references[place]
        width = len(reference)
        ground = np.where(letters == NONE, 0.0, 0.12 + 0.1 * forward[:, None])
        ax.imshow(ground, cmap="Greys", vmin=0, vmax=1, aspect="auto")
        for row, column in np.argwhere((letters != NONE) & (letters != [BASES.index(base) for base in reference])):
            base, alpha = BASES[letters[row, column]], float(np.clip(quality[row, column] / 40, 0.2, 1))
            style: dict[str, Any] = {"color": PALETTE[base], "alpha": alpha, "weight": "bold", "fontsize": 8}
            ax.text(column, row, base, ha="center", va="center", **style)
        ax.axvspan(width // 2 - 0.5, width // 2 + 0.5, fill=False, edgecolor=INK)
        ax.set_xticks(range(width), list(reference), fontsize=7)
        ax.xaxis.tick_top()
        ax.set_yticks(range(len(rows)), ["→" if one else "←" for one in forward], fontsize=7)
        ax.tick_params(length=0)
        ax.set(title=f"place {place + 1}: {len(rows)} reads")

    def _rows(self) -> np.ndarray:
        """The reads that are shown, those with the candidate letter first."""
        letters = self._of_bases("letters")
        shown = np.flatnonzero((letters != NONE).any(axis=1))[: self.depths[self._level()]]
        of = letters[shown, letters.shape[1] // 2] == BASES.index(self.candidates[self._place()])
        return shown[np.argsort(~of, kind="stable")]

    def _of_bases(self, what: str) -> np.ndarray:
        """`letters` or `quality` of the present place, (R, W)."""
        shape = (len(self.references), -1, len(self.references[0]))
        return np.frombuffer(getattr(self, what), dtype=np.uint8).reshape(shape)[self._place()]

    def _of_reads(self, what: str) -> np.ndarray:
        """`forward` or `mapping` of the present place, (R,)."""
        return np.frombuffer(getattr(self, what), dtype=np.uint8).reshape(len(self.references), -1)[self._place()]

    def _chances(self) -> np.ndarray:
        shape = (len(self.names), len(self.depths), len(self.references), GENOTYPES)
        return np.frombuffer(self.chances, dtype=np.uint8).reshape(shape) / FULL

    def _place(self) -> int:
        return min(self.place, len(self.references) - 1)

    def _level(self) -> int:
        return min(self.level, len(self.depths) - 1)

    def _entry(self) -> list[int] | None:
        """What was called of the present place, or None."""
        return next((one for one in self.played if one[0] == self._place()), None)


def worth(bet: float, right: bool) -> float:
    """Points of a bet: the quadratic score, 0 for evens (Brier, 1950)."""
    return 25 - 100 * ((1 - bet) ** 2 if right else bet**2)


def copies(genotype: int) -> str:
    """A genotype in words."""
    return ("no variant", "one copy", "both copies")[genotype]


def _mean(values: np.ndarray) -> float:
    return float(values.mean()) if len(values) else 0.0


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _probabilities(name: str, value: Any, shape: tuple[int, ...]) -> np.ndarray:
    """A caller's probabilities, a byte each."""
    array = as_array("PileupGame", f"chances of {name}", value, ndim=3, shape="(D, N, 3)")
    if array.shape != shape or array.min() < 0 or not np.allclose(array.sum(axis=2), 1, atol=1e-3):
        raise ValueError(
            f"PileupGame: chances of {name} have shape {array.shape}; expected {shape}, three a place that sum to 1"
        )
    return np.rint(array * FULL).astype(np.uint8)


def _as_probabilities(said: Any) -> np.ndarray:
    """What a caller said, (N, 3): genotypes are taken at their word."""
    said = np.asarray(said)
    return said if said.ndim == 2 else np.eye(GENOTYPES)[said]
