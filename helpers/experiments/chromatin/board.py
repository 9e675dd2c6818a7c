"""Which experiments there are, and what was measured: datasets/measured_chromatin.json, which ships."""

from __future__ import annotations

from helpers.experiments.boards import SEEDS, Board, Experiment
from helpers.experiments.chromatin import real, simulated

__all__ = ["BOARD", "EXPERIMENTS", "SEEDS", "measured", "table"]

EXPERIMENTS = {
    "relatives": Experiment(
        "Relatives: a look-up by how the set is divided", "labels right", simulated.relatives, "simulated"
    ),
    "marks": Experiment("Ten marks with holes", "AUROC, mean of ten marks", real.marks, "yeast_marks"),
    "probabilities": Experiment(
        "What holes as zeros do to probabilities", "mean probability", real.probabilities, "yeast_marks"
    ),
    "new_mark": Experiment("A new mark with 50 labels", "AUROC", real.new_mark, "yeast_marks"),
    "proteins": Experiment("CTCF: what the negatives teach", "AUROC", real.proteins, "ctcf_pu1"),
    "variants": Experiment(
        "Single letters in sites of CTCF", "r of a network's effects with those of", real.variants, "ctcf_pu1"
    ),
    "splice": Experiment("Depth, with and without a way around", "MCC of three classes", real.splice, "splice"),
    "expression": Experiment("Expression: a ridge regression and a network", "r", real.expression, "yeast_expression"),
    "bases_right": Experiment("Introns, base by base", "bases right", simulated.bases_right, "simulated"),
    "edges": Experiment("The borders of introns, to the base", "F1", simulated.edges, "simulated"),
    "profiles": Experiment("Profiles", "bits from the true shape", simulated.profile_shapes, "simulated"),
    "motifs": Experiment(
        "What a profile network reads",
        "r of the group most like it with the planted motif",
        simulated.motifs,
        "simulated",
    ),
    "windows": Experiment("Windows that add most", "share on a planted site", simulated.windows, "simulated"),
    "distance": Experiment("Contacts: distance alone", "r", simulated.distance_alone, "simulated"),
    "turned": Experiment("One site turned around", "times as often as usual", simulated.turned_site, "simulated"),
}
BOARD = Board("measured_chromatin.json", EXPERIMENTS)
measured, table = BOARD.measured, BOARD.table
