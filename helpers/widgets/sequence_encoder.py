"""DNA to type and to mutate, and the numbers that a model is given instead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import traitlets

from helpers.dna.sequences import BASES, one_hot, reverse_complement, tokenise
from helpers.palette import PALETTE
from helpers.widgets.base import Widget, as_dna, js

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LONGEST = 120
STRANDS = ("forward", "reverse complement")


class SequenceEncoder(Widget):
    """Type or mutate DNA and see its tokens, its one-hot columns, what N becomes, and the other strand.

    Parameters
    ----------
    sequence : str
        1 to 120 letters A, C, G, T and N.
    strand : str
        Which strand is encoded: "forward" or "reverse complement".

    Raises
    ------
    ValueError
        If `sequence` is empty, too long or holds another letter.
    """

    _esm = js("common.js", "plot.js", "sequence_encoder.js")
    label = traitlets.Unicode("From letters to numbers").tag(sync=True)
    sequence = traitlets.Unicode().tag(sync=True)
    strand = traitlets.Enum(STRANDS, "forward").tag(sync=True)
    position = traitlets.Int(0, min=0).tag(sync=True)
    longest = traitlets.Int(LONGEST).tag(sync=True)

    def __init__(self, sequence: str, **traits: Any) -> None:
        super().__init__(sequence=sequence, **traits)

    @traitlets.validate("sequence")
    def _check_sequence(self, proposal: Any) -> str:
        return as_dna("SequenceEncoder", proposal["value"], longest=LONGEST)

    def encoded(self) -> str:
        """The strand that is encoded, read from its 5' end."""
        return self.sequence if self.strand == "forward" else reverse_complement(self.sequence)

    def numbers(self) -> dict[str, Any]:
        return {
            "encoded": self.encoded(),
            "tokens": [int(token) for token in tokenise(self.encoded())],
            "one_hot": one_hot(self.encoded()).int().tolist(),
            "distances": self.distances(),
        }

    def distances(self) -> dict[str, list[float]]:
        """How far A, C, G, T and N are from the chosen base, as tokens and as one-hot columns."""
        base = self.encoded()[min(self.position, len(self.sequence) - 1)]
        [token], column = tokenise(base), one_hot(base).double()
        return {
            "tokens": [float(abs(other - token)) for other in tokenise("ACGTN")],
            "one_hot": (one_hot("ACGTN").double() - column).norm(dim=0).tolist(),
        }

    def alt_text(self) -> str:
        shown = self.encoded() if len(self.sequence) <= 20 else self.encoded()[:20] + "…"
        return f"{len(self.sequence)} bases, {shown}, with their tokens and as four rows of zeros and ones."

    def draw(self, figure: Figure) -> None:
        from matplotlib.patches import Rectangle

        columns = self.encoded()[:40]
        axes = figure.subplots()
        for i, (base, token) in enumerate(zip(columns, tokenise(columns), strict=True)):
            axes.text(i, -2, base, ha="center", va="center", weight="bold", color=PALETTE.get(base, "#5b6470"))
            axes.text(i, -1, str(int(token)), ha="center", va="center", family="monospace")
            for row, name in enumerate(BASES):
                on = base == name
                ground = PALETTE[name] if on else "#f4f6f8"
                axes.add_patch(Rectangle((i - 0.46, row - 0.46), 0.92, 0.92, facecolor=ground))
                ink = "white" if on and name in "AT" else "black" if on else "#9aa3ad"
                axes.text(i, row, str(int(on)), ha="center", va="center", color=ink, fontsize=9)
        axes.set(xlim=(-0.6, max(len(columns), 12) - 0.4), ylim=(3.6, -2.7), xticks=[])
        axes.set_yticks(range(-2, 4), ["base", "token", *BASES])
        axes.tick_params(length=0)
        axes.spines[:].set_visible(False)
