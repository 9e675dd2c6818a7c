"""Still pictures.

Every picture carries its own white background, so that it can be read in light and in dark notebooks.
"""

from helpers.palette import HUES, INK, PALETTE
from helpers.plots.attention import attention_arcs, attention_map, cost_against_length, embedding
from helpers.plots.filters import against_chance, attributions, filter_matches, mutation_maps
from helpers.plots.live import Live
from helpers.plots.look import axes, label_ends, panels, show, style
from helpers.plots.networks import decision_boundary, over_seeds, race, timeline
from helpers.plots.poster import poster
from helpers.plots.promoters import places, start_site_axis
from helpers.plots.recurrence import gates_by_base, gradient_by_distance, hidden_path, who_remembers, word_map
from helpers.plots.regression import error_ranges, lines, loss_surface, named_points
from helpers.plots.sequences import composition, logo
from helpers.plots.training import confusion, learning_curves, roc_and_pr, scoreboard

__all__ = [
    "HUES",
    "INK",
    "PALETTE",
    "Live",
    "against_chance",
    "attention_arcs",
    "attention_map",
    "attributions",
    "axes",
    "composition",
    "confusion",
    "cost_against_length",
    "decision_boundary",
    "embedding",
    "error_ranges",
    "filter_matches",
    "gates_by_base",
    "gradient_by_distance",
    "hidden_path",
    "label_ends",
    "learning_curves",
    "lines",
    "logo",
    "loss_surface",
    "mutation_maps",
    "named_points",
    "over_seeds",
    "panels",
    "places",
    "poster",
    "race",
    "roc_and_pr",
    "scoreboard",
    "show",
    "start_site_axis",
    "style",
    "timeline",
    "who_remembers",
    "word_map",
]
