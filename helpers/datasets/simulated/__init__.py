"""Sequences with a known truth: oligos with a melting temperature, promoters with motifs planted in them."""

from helpers.datasets.simulated.melting import melting_temperatures
from helpers.datasets.simulated.planting import Site, plant
from helpers.datasets.simulated.promoters import Promoters, promoters
from helpers.datasets.simulated.shipped import planted

__all__ = ["Promoters", "Site", "melting_temperatures", "plant", "planted", "promoters"]
