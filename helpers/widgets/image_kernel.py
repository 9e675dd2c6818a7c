"""Nine numbers that slide over a picture: what a filter is, before there is DNA."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets

from helpers.palette import HUES, SIGNS
from helpers.widgets.base import Widget, as_array, js, pack, unpack

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SIDE = 3
SMALLEST, LARGEST = 5, 256  # rows and columns of a picture
PRESETS: dict[str, tuple[list[list[float]], str]] = {
    "identity": ([[0, 0, 0], [0, 1, 0], [0, 0, 0]], "copies the pixel in the middle"),
    "blur": ([[1 / 9] * 3] * 3, "takes the mean of nine neighbours: edges and specks wash out"),
    "sharpen": ([[0, -1, 0], [-1, 5, -1], [0, -1, 0]], "exaggerates how a pixel differs from its neighbours"),
    "outline": ([[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]], "answers to edges of any direction, and to nothing flat"),
    "Sobel x": ([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], "answers where it gets brighter to the right"),
    "Sobel y": ([[-1, -2, -1], [0, 0, 0], [1, 2, 1]], "answers where it gets brighter downwards"),
}


def picture(side: int = 40) -> np.ndarray:
    """A grey picture to try kernels on: a double helix, a disc, a square and a soft slope.

    Parameters
    ----------
    side : int
        Rows and columns.

    Returns
    -------
    numpy.ndarray
        Shape ``(side, side)``, 0 (black) to 1 (white).
    """
    y, x = np.mgrid[0:side, 0:side] / (side - 1)

    def ink(distance: np.ndarray, width: float) -> np.ndarray:
        return np.clip(1.5 - side * np.abs(distance) / width, 0, 1)

    turn = 2 * np.pi * 1.5 * y
    left, right = 0.3 + 0.19 * np.sin(turn), 0.3 - 0.19 * np.sin(turn)
    between = (x - left) * (x - right) <= 0
    rungs = np.where(between, ink((y * 13.5 + 0.5) % 1 - 0.5, 6.0), 0)
    grey = 0.12 + 0.1 * x
    grey = np.maximum(grey, 0.5 * rungs)
    grey = np.maximum(grey, 0.95 * ink(x - left, 1.2))
    grey = np.maximum(grey, 0.75 * ink(x - right, 1.2))
    disc = np.clip(0.5 + side * (0.15 - np.hypot(x - 0.79, y - 0.24)), 0, 1)
    grey = np.maximum(grey, 0.9 * disc)
    square = (np.abs(x - 0.79) < 0.15) & (np.abs(y - 0.74) < 0.15)
    return np.round(np.where(square, 0.3 + 1.8 * (x - 0.64), grey), 3)


def _nine(kernel: Any) -> list[list[float]]:
    """The weights of a kernel given as numbers or by a preset's name."""
    if isinstance(kernel, str):
        if kernel not in PRESETS:
            raise ValueError(f"ImageKernel: kernel {kernel!r}; known are {', '.join(PRESETS)}")
        return [list(row) for row in PRESETS[kernel][0]]
    weights = as_array("ImageKernel", "kernel", kernel, ndim=2, shape="(3, 3)")
    if weights.shape != (SIDE, SIDE):
        raise ValueError(f"ImageKernel: kernel has shape {weights.shape}; expected (3, 3)")
    return weights.tolist()


class ImageKernel(Widget):
    """Change the nine numbers of a kernel and see what it makes of a small picture, window by window.

    Parameters
    ----------
    image : array-like, optional
        Grey levels, shape ``(rows, columns)``, 5 to 256 each; a built-in picture if not given.
    kernel : array-like or str, optional
        Weights, shape ``(3, 3)``, or the name of a preset: "identity", "blur", "sharpen", "outline", "Sobel x",
        "Sobel y".
    position : pair of int, optional
        Row and column of the window's upper left pixel.

    Raises
    ------
    ValueError
        If a shape, a name or a number is none of these.
    """

    _esm = js("common.js", "plot.js", "image_kernel.js")
    label = traitlets.Unicode("Nine numbers over a picture").tag(sync=True)
    image = traitlets.Bytes().tag(sync=True)
    size = traitlets.List(traitlets.Int()).tag(sync=True)
    kernel = traitlets.List(traitlets.List(traitlets.Float())).tag(sync=True)
    position = traitlets.List(traitlets.Int(), minlen=2, maxlen=2).tag(sync=True)
    presets = traitlets.Dict().tag(sync=True)
    names = traitlets.List(traitlets.Unicode()).tag(sync=True)  # of the presets, in order: a saved notebook sorts them
    picture_inches = (9.0, 3.6)

    def __init__(self, image: Any = None, kernel: Any = None, *, position: Any = None, **traits: Any) -> None:
        grey = picture() if image is None else as_array("ImageKernel", "image", image, ndim=2, shape="(rows, columns)")
        if not all(SMALLEST <= side <= LARGEST for side in grey.shape):
            raise ValueError(
                f"ImageKernel: image has shape {grey.shape}; expected {SMALLEST} to {LARGEST} rows and columns"
            )
        rows, columns = (side - SIDE + 1 for side in grey.shape)
        row, column = (rows // 4, 2 * columns // 3) if position is None else position
        if not (0 <= row < rows and 0 <= column < columns):
            raise ValueError(
                f"ImageKernel: position {(row, column)}; expected the window's upper left pixel, "
                f"(0, 0) to {(rows - 1, columns - 1)}"
            )
        super().__init__(
            image=pack(grey),
            size=list(grey.shape),
            kernel=_nine("Sobel x" if kernel is None else kernel),
            position=[int(row), int(column)],
            presets={name: {"kernel": weights, "answers": answers} for name, (weights, answers) in PRESETS.items()},
            names=list(PRESETS),
            **traits,
        )

    @traitlets.validate("kernel")
    def _check_kernel(self, proposal: Any) -> list[list[float]]:
        return _nine(proposal["value"])

    def grey(self) -> np.ndarray:
        """The picture, shape ``(rows, columns)``."""
        return unpack(self.image, self.size)

    def result(self) -> np.ndarray:
        """What the kernel makes of the picture: shape ``(rows - 2, columns - 2)``, as torch's ``conv2d`` gives."""
        windows = np.lib.stride_tricks.sliding_window_view(self.grey(), (SIDE, SIDE))
        return np.einsum("ijkl,kl->ij", windows, np.array(self.kernel))

    def products(self) -> np.ndarray:
        """Pixels times weights of the window shown, shape ``(3, 3)``."""
        row, column = self.position
        return self.grey()[row : row + SIDE, column : column + SIDE] * np.array(self.kernel)

    def numbers(self) -> dict[str, Any]:
        return {
            "result": self.result().ravel().tolist(),
            "products": self.products().tolist(),
            "sum": float(self.products().sum()),
        }

    def alt_text(self) -> str:
        weights = ", ".join(f"{value:.3g}" for row in self.kernel for value in row)
        row, column = self.position
        return (
            f"A grey picture of {self.size[0]} by {self.size[1]} pixels and what the kernel [{weights}] makes of it; "
            f"the window at row {row}, column {column} sums to {self.products().sum():.3g}."
        )

    def draw(self, figure: Figure) -> None:
        from matplotlib.colors import LinearSegmentedColormap
        from matplotlib.patches import Rectangle

        signed = LinearSegmentedColormap.from_list("answers", [SIGNS["minus"], "black", "white"])
        before, nine, after = figure.subplots(1, 3, width_ratios=[1, 0.8, 1])
        strongest = float(np.abs(self.result()).max()) or 1.0
        row, column = self.position
        before.imshow(self.grey(), cmap="gray")
        before.add_patch(Rectangle((column - 0.5, row - 0.5), 3, 3, fill=False, ec=HUES["blue"], lw=2.5))
        shown = after.imshow(self.result(), cmap=signed, vmin=-strongest, vmax=strongest)
        after.add_patch(Rectangle((column - 0.5, row - 0.5), 1, 1, fill=False, ec=HUES["blue"], lw=2.5))
        figure.colorbar(shown, ax=after, shrink=0.7, label="answer")
        self._draw_products(nine)
        for axes, title in ((before, "picture"), (nine, "pixel × weight"), (after, "result")):
            axes.set_title(title, loc="left")
            axes.set(xticks=[], yticks=[])

    def _draw_products(self, axes: Any) -> None:
        row, column = self.position
        pixels = self.grey()[row : row + SIDE, column : column + SIDE]
        axes.set(xlim=(-0.5, 2.5), ylim=(2.9, -0.5), aspect="equal")
        for i in range(SIDE):
            for j in range(SIDE):
                text = f"{pixels[i, j]:.2f}\n× {self.kernel[i][j]:.3g}"
                axes.text(j, i, text, ha="center", va="center", fontsize=9)
        axes.text(1, 2.72, f"sum {self.products().sum():.3g}", ha="center", weight="bold")
        axes.spines[:].set_visible(False)
