"""Oligos with a melting temperature, on a simulated instrument."""

from __future__ import annotations

import numpy as np

from helpers.datasets.simulated.background import background, letters, shares
from helpers.datasets.simulated.recipes import EVEN

SODIUM = 50.0  # mmol/l
STRAND = 250.0  # nmol/l, of the oligo, which is in excess over the strand that it binds


def melting_temperatures(
    n: int, *, seed: int | np.random.Generator, length: tuple[int, int] = (10, 30), noise: float = 1.0
) -> tuple[list[str], np.ndarray]:
    """Draw random oligos and measure, on a simulated instrument, at what temperature half of each is melted.

    The truth is Biopython's ``MeltingTemp.Tm_NN`` with the unified nearest-neighbour energies (SantaLucia 1998,
    doi:10.1073/pnas.95.4.1460, as in Allawi & SantaLucia 1997: Biopython's DNA_NN3), for 250 nmol/l of the oligo, in
    excess over its complement, in 50 mmol/l sodium, with the salt correction of SantaLucia 1998. The share of G and C
    is drawn evenly from 0.2 to 0.8 for each oligo.

    Parameters
    ----------
    n : int
        How many.
    seed : int or Generator
        The same seed gives the same oligos and the same noise.
    length : (int, int)
        Shortest and longest oligo, in bases; all lengths between are equally likely.
    noise : float
        Standard deviation of the measurement, in °C.

    Returns
    -------
    list of n str
        The oligos, 5' to 3'.
    ndarray, shape (n,), float64
        Measured melting temperatures in °C.

    Raises
    ------
    ValueError
        For fewer than 1 oligo, a shortest length under 2 or above the longest, or negative noise.
    """
    from Bio.SeqUtils import MeltingTemp

    shortest, longest = length
    if n < 1:
        raise ValueError(f"melting_temperatures: n={n}; ask for at least 1 oligo")
    if not 2 <= shortest <= longest:
        raise ValueError(f"melting_temperatures: length={length}; it should be (shortest, longest), 2 or more bases")
    if not 0 <= noise < float("inf"):
        raise ValueError(f"melting_temperatures: noise={noise}; it should be 0 or more degrees")
    rng = np.random.default_rng(seed)
    lengths = shortest + (rng.random(n) * (longest - shortest + 1)).astype(int)
    gc = 0.2 + 0.6 * rng.random(n)
    oligos = [
        sequence[:size]
        for sequence, size in zip(letters(background(shares(gc), longest, EVEN, rng)), lengths, strict=True)
    ]
    truth = [
        MeltingTemp.Tm_NN(
            oligo, nn_table=MeltingTemp.DNA_NN3, dnac1=STRAND, dnac2=0, Na=SODIUM, saltcorr=5, check=False
        )
        for oligo in oligos
    ]
    return oligos, np.array(truth, dtype=np.float64) + noise * rng.standard_normal(n)
