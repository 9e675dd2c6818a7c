"""The recurrent network of the scoreboard: a gated recurrent unit that reads a promoter from both ends."""

from __future__ import annotations

from torch import Tensor, nn

from helpers.dna.sequences import BASES
from helpers.models.inputs import checked_input, checked_length
from helpers.models.promoter_cnn import Reader


class GRUClassifier(nn.Module):
    """A convolution, a GRU in both directions over its positions, and the CNN's dense layer over every state.

    Reading out every state, not only the last, keeps what the last one has forgotten: where things stood.

    Parameters
    ----------
    length : int
        Bases in a sequence, L; 3 or more.
    filters : int
        Filters of the convolution, 7 bases wide.
    hidden : int
        Numbers in a state, for each direction.
    units : int
        Units of the dense layer.
    hide : float
        Share of the bases that training does not show, another share each time.

    Raises
    ------
    ValueError
        If `length` is too short to be pooled.
    """

    def __init__(self, length: int, filters: int = 32, hidden: int = 32, units: int = 64, hide: float = 0.0) -> None:
        super().__init__()
        self.length = checked_length("GRUClassifier", length, 3)
        self.hide = nn.Dropout(hide)
        self.stem = nn.Sequential(
            nn.Conv1d(len(BASES), filters, 7, padding=3),  # (N, 4, L) -> (N, filters, L)
            nn.MaxPool1d(3),  # (N, filters, L / 3)
            nn.BatchNorm1d(filters),
            nn.ReLU(),
            nn.Dropout(0.2),
        )
        self.gru = nn.GRU(filters, hidden, batch_first=True, bidirectional=True)
        self.reader = Reader(length // 3 * 2 * hidden, length, units)

    def forward(self, X: Tensor) -> Tensor:
        """Return the logits ``(N,)`` of one-hot sequences ``(N, 4, L)`` of any type; ValueError for another shape."""
        X = self.hide(checked_input(self, X, self.length))
        words = self.stem(X).transpose(1, 2)  # (N, L / 3, filters): one word a step
        states, _ = self.gru(words)  # (N, L / 3, 2 hidden): forwards and backwards
        return self.reader(states, X)
