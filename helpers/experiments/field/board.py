"""Which experiments there are, and what was measured: datasets/measured_field.json, which ships."""

from __future__ import annotations

from helpers.experiments.boards import Board, Experiment
from helpers.experiments.field import calling, escape, families, interactions, networks, proteins, stacking

EXPERIMENTS = {
    "callers": Experiment("A variant caller", "F1 of genotypes", calling.callers, "simulated"),
    "depth": Experiment("The callers by depth", "F1 of genotypes", calling.callers_by_depth, "simulated"),
    "artefacts": Experiment(
        "Called, though there is no variant", "share called", calling.called_though_nothing, "simulated"
    ),
    "elsewhere": Experiment("The callers in another laboratory", "F1 of genotypes", calling.elsewhere, "simulated"),
    "never_shown": Experiment(
        "Ends of reads, shown in training or never", "share called", calling.never_shown, "simulated"
    ),
    "stack": Experiment("Five scores, and how rows are divided", "AUROC", stacking.folds, "brca1_variants"),
    "calibration": Experiment("Probabilities", "Brier score", stacking.calibration, "brca1_variants"),
    "two_truths": Experiment("Two truths for the same changes", "AUROC", stacking.two_truths, "brca1_variants"),
    "autopsy": Experiment(
        "Autopsy of a set of interactions", "AUROC, or share", interactions.autopsy, "yeast_interactions"
    ),
    "repaired": Experiment("The same with negatives made anew", "AUROC", interactions.repaired, "yeast_interactions"),
    "rounds": Experiment("The complex of a protein, three of each complex told", "right", networks.rounds, "simulated"),
    "links": Experiment("Links between proteins", "AUROC", networks.links, "simulated"),
    "contacts": Experiment(
        "Contacts from a family, the best L pairs", "share that touches", families.contacts, "protein_contacts"
    ),
    "scan": Experiment("A scan of a protein", "Spearman's correlation", proteins.scan, "blat_scan"),
    "few_labels": Experiment("A scan with few labels", "Spearman's correlation", proteins.few_labels, "blat_scan"),
    "escapes": Experiment("Which changes of a virus escape", "AUROC", escape.escapes, "flu_escape"),
    "localisation": Experiment("Where a protein goes", "recall", proteins.localisation, "localisation"),
}
BOARD = Board("measured_field.json", EXPERIMENTS)
measured, table = BOARD.measured, BOARD.table
