"""What every moving picture shares: the still picture beside the view, its sentence, checks at the door.

How a widget is made
--------------------
1. ``helpers/widgets/NOUN.py``: a class of traits on top of :class:`Widget`::

       class CoinFlipper(Widget):
           _esm = js("common.js", "plot.js", "coin_flipper.js")   # only the last part exports
           label = traitlets.Unicode("Flip a coin").tag(sync=True)
           heads = traitlets.Float(0.5).tag(sync=True)            # what the learner moves

           def numbers(self):        # the arithmetic; the browser must reach the same
               return {"variance": self.heads * (1 - self.heads)}

           def alt_text(self):       # one sentence, with the numbers that matter
               return f"A coin that shows heads with probability {self.heads:.2f}."

           def draw(self, figure):   # the still picture, on a matplotlib Figure (never pyplot)
               figure.subplots().bar(["heads", "tails"], [self.heads, 1 - self.heads])

   Bad input is refused in ``__init__`` with a ``ValueError`` that names the widget and the argument: take arrays and
   tensors in through :func:`as_array`, sequences through :func:`as_dna`.

2. ``static/NOUN.js``: under 400 lines, ending in ``export default widget("noun", setup)``. ``setup(view)`` builds the
   page once and returns ``{ draw, numbers }``. ``draw()`` paints all that the traits say; ``numbers()`` gives what
   Python's ``numbers()`` gives, under the same names. Handlers only call ``view.set({trait: value})``; the one redraw
   follows by itself, and Python hears of it 120 ms later. See ``static/common.js`` for controls, canvases, dragging,
   keys, and ``static/plot.js`` for axes. Bases and colours come as ``BASES``,
   ``PALETTE``, for what is above and below zero ``SIGNS``, for classes, models and marks ``view.colours.hues``.
   A canvas is never the only way: whatever can be dragged can be reached by a control or by keys. A finger that moves
   up or down scrolls the page, whatever lies under it; one that rests on a knob grips it. Controls stand under the
   pictures, seldom used ones in ``view.more(...)``. A picture's name is short and stays; ``describe`` says what it
   shows. After the hint comes the first thing to do, ``view.challenge(sentence, reached)``, which ticks itself; no
   example, gallery or lesson may open on it. Beside pictures ``numbers()`` can be read as a table, all but those whose
   names it gives under ``[LATER]``, to be guessed. Where the order of a dictionary matters, a list keeps it: a saved
   notebook sorts dictionaries.

3. One line in ``helpers/widgets/__init__.py`` (``_HOMES``) and one entry in ``tests/widgets/widget_examples.py``.
   With that entry the widget goes through all common tests: blank page, JupyterLab, Notebook 7, exported page.
   ``python -m pytest tests/widgets -k CoinFlipper`` runs its own, ``tests/widgets/portraits.py`` photographs it.

Large arrays (over about 1,000 numbers) travel as bytes: ``traitlets.Bytes`` filled by :func:`pack`, read by
``floats(view.get("name"))``. They are sent once; what the learner moves stays small.
"""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import anywidget
import numpy as np
import traitlets

from helpers.dna.sequences import BASES
from helpers.palette import HUES, HUES_ON_DARK, PALETTE, SIGNS
from helpers.places import STATIC

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PICTURE_INCHES = (8.0, 3.6)
PICTURE_DPI = 80
SAVED = "application/vnd.deep-learning-on-dna.widget+json"


CONTROLS = ("controls.js", "tables.js")  # what every page needs beside common.js


def js(*names: str) -> str:
    """Join files of ``static/`` into one ES module; relative imports do not work from the blob that a host loads.

    Parameters
    ----------
    *names : str
        File names, shared parts first. Only the last may ``export default``. ``common.js`` brings `CONTROLS` along.

    Returns
    -------
    str
        The module's text, with ``BASES``, ``PALETTE``, ``HUES``, ``HUES_ON_DARK`` and ``SIGNS`` defined at its top.
    """
    named = {"BASES": BASES, "PALETTE": PALETTE, "HUES": HUES, "HUES_ON_DARK": HUES_ON_DARK, "SIGNS": SIGNS}
    constants = f"const {', '.join(f'{name} = {json.dumps(value)}' for name, value in named.items())};"
    files = [file for name in names for file in ((name, *CONTROLS) if name == "common.js" else (name,))]
    return "\n".join([constants, *((STATIC / name).read_text(encoding="utf-8") for name in files)])


def as_array(owner: str, name: str, value: Any, *, ndim: int | tuple[int, ...], shape: str) -> np.ndarray:
    """Take in numbers of any kind: lists, arrays, tensors on any device, with or without gradients.

    Parameters
    ----------
    owner, name : str
        The widget and the argument, for the message.
    value : array-like
        The numbers.
    ndim : int or tuple of int
        Allowed numbers of dimensions.
    shape : str
        The shape in words, for the message, such as ``"(N,)"``.

    Returns
    -------
    numpy.ndarray
        A float64 copy.

    Raises
    ------
    ValueError
        If `value` is no array of numbers, has another number of dimensions, is empty, or holds NaN or infinity.
    """
    if hasattr(value, "detach"):
        value = value.detach().cpu().double().numpy()
    try:
        array = np.array(value, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{owner}: {name} is not an array of numbers of shape {shape} ({error})") from None
    allowed = (ndim,) if isinstance(ndim, int) else ndim
    if array.ndim not in allowed:
        raise ValueError(f"{owner}: {name} has shape {array.shape}; expected {shape}")
    if array.size == 0:
        raise ValueError(f"{owner}: {name} is empty (shape {array.shape}); expected {shape}")
    if not np.isfinite(array).all():
        where = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        raise ValueError(f"{owner}: {name} holds {array[where]} at {list(where)}; expected finite numbers")
    return array


def as_dna(owner: str, sequence: Any, *, longest: int, shortest: int = 1) -> str:
    """Take in a DNA sequence for the screen.

    Parameters
    ----------
    owner : str
        The widget, for the message.
    sequence : str
        Letters A, C, G, T and N; lower case is accepted.
    longest, shortest : int
        Limits of its length in bases: what the picture can show, and what it needs.

    Returns
    -------
    str
        The sequence in upper case.

    Raises
    ------
    ValueError
        If `sequence` is no string, holds another letter, or is too long or too short.
    """
    if not isinstance(sequence, str):
        raise ValueError(f"{owner}: sequence is a {type(sequence).__name__}; expected a string of A, C, G, T and N")
    dna = sequence.upper()
    for position, letter in enumerate(dna):
        if letter not in BASES + "N":
            raise ValueError(f"{owner}: character {letter!r} at position {position}; allowed are A, C, G, T and N")
    if not shortest <= len(dna) <= longest:
        raise ValueError(f"{owner}: sequence has {len(dna):,} bases; expected {shortest:,} to {longest:,}")
    return dna


def pack(array: np.ndarray) -> bytes:
    """Little-endian float32 bytes of `array`, in C order: how large arrays travel to the browser."""
    return np.ascontiguousarray(array, dtype="<f4").tobytes()


def unpack(data: bytes, shape: Sequence[int] = (-1,)) -> np.ndarray:
    """The float64 array of `shape` behind the bytes made by :func:`pack`."""
    return np.frombuffer(data, dtype="<f4").astype(np.float64).reshape(shape)


class Widget(anywidget.AnyWidget):
    """A course widget: traits, the same numbers in Python and browser, a still picture, a sentence, a saved state.

    Subclasses give `_esm`, `label`, :meth:`numbers`, :meth:`alt_text` and :meth:`draw`.
    """

    _css = STATIC / "widgets.css"
    label = traitlets.Unicode("").tag(sync=True)
    picture_inches = PICTURE_INCHES
    _ipython_display_ = None  # ipywidgets 7, Colab's, would show the view alone: without picture, sentence and state

    def numbers(self) -> dict[str, Any]:
        """What the picture shows, as plain numbers, lists and strings; the browser computes the same."""
        raise NotImplementedError

    def alt_text(self) -> str:
        """The picture in one sentence, with the numbers that matter."""
        raise NotImplementedError

    def draw(self, figure: Figure) -> None:
        """Draw the still picture on an empty matplotlib figure."""
        raise NotImplementedError

    def static_figure(self) -> Figure:
        """The still picture of the present state: a matplotlib Figure that pyplot does not know of."""
        from matplotlib.figure import Figure

        figure = Figure(figsize=self.picture_inches, layout="constrained", facecolor="white")
        self.draw(figure)
        return figure

    def png(self) -> bytes:
        """The still picture as PNG bytes, for hosts that show no widgets (GitHub, nbviewer, an exported page).

        It has 256 colours, which no eye misses here and which make a third of the bytes in a notebook.
        """
        from PIL import Image

        from helpers.plots.look import png_of

        whole = Image.open(io.BytesIO(png_of(self.static_figure(), PICTURE_DPI))).convert("RGB")
        with io.BytesIO() as small:
            whole.quantize(256, dither=Image.Dither.NONE).save(small, format="png", optimize=True)
            return small.getvalue()

    def saved(self) -> dict[str, Any]:
        """The present state as plain data, from which a page shows the widget alive when no kernel is there any more.

        Returns
        -------
        dict
            `widget`, the class's name; `state`, the traits; `buffers`, those that are bytes, each with its `path` and
            its `data` in base64.
        """
        common = set(anywidget.AnyWidget.class_trait_names())
        state = self.get_state([name for name in self.keys if name not in common and not name.startswith("_")])
        packed = {name: state.pop(name) for name, value in list(state.items()) if isinstance(value, bytes)}
        buffers = [{"path": [name], "data": base64.b64encode(data).decode("ascii")} for name, data in packed.items()]
        return {"widget": type(self).__name__, "state": state, "buffers": buffers}

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict, dict] | None:
        bundle = super()._repr_mimebundle_(**kwargs)
        if bundle is None:
            return None
        data, metadata = bundle
        picture = base64.b64encode(self.png()).decode("ascii")
        data = {**data, "text/plain": self.alt_text(), "image/png": picture, SAVED: self.saved()}
        return data, {**metadata, "image/png": {"alt": self.alt_text()}}
