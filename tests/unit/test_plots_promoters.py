"""The axis of promoters, and pictures that change in place."""

from __future__ import annotations

import numpy as np
import pytest
from IPython.display import DisplayHandle

from helpers import plots


def test_positions_skip_zero_and_the_start_is_plus_one() -> None:
    assert plots.places(6, 3).tolist() == [-3, -2, -1, 1, 2, 3]
    assert plots.places(70, 33)[[0, 32, 33, 69]].tolist() == [-33, -1, 1, 37]


def test_a_start_outside_of_the_sequence_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="column 70 of 70; expected 0 to 69"):
        plots.places(70, 70)


def test_the_axis_has_no_zero_and_signs() -> None:
    import matplotlib.pyplot as plt

    places = plots.places(70, 33)
    ax = plots.start_site_axis(plots.logo(np.full((4, 70), 0.25), positions=places))
    labels = [tick.get_text() for tick in ax.get_xticklabels()]
    plt.close(ax.figure)
    assert labels == ["−30", "−20", "−10", "+1", "+10", "+20", "+30"]


def test_a_live_picture_is_shown_once_and_then_replaced(monkeypatch) -> None:
    said = []
    for name in ("display", "update"):
        monkeypatch.setattr(DisplayHandle, name, lambda self, data, name=name, **_: said.append((name, data)))
    picture = plots.Live("A line that falls.")
    for _ in range(3):
        picture.show(plots.axes(None))
    assert [name for name, _ in said] == ["display", "update", "update"]
    assert all(data["text/plain"] == "A line that falls." and data["image/png"] for _, data in said)
