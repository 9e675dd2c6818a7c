"""Sets about proteins: read as their files say, stand-ins with the truth beside them."""

from __future__ import annotations

import gzip
import hashlib

import numpy as np
import pandas as pd
import pytest
import torch

from helpers.datasets import Family, Table, load, registry, shipped
from helpers.datasets.protein_tables import CONVERTED
from helpers.datasets.simulated import protein_sets as recipes
from helpers.datasets.simulated.complexes import complexes
from helpers.datasets.simulated.pileups import CHANNELS, KINDS, MIDDLE, READS, pileups
from helpers.dna import RESIDUES, residue_codes, residue_shares

TABLES = ("brca1_variants", "yeast_interactions", "localisation", "blat_scan", "flu_escape")


def truth(kind: str) -> pd.DataFrame:
    return pd.read_csv(shipped() / "simulated" / kind / "truth.csv.gz")


def test_letters_of_proteins_have_numbers_and_everything_else_is_a_gap() -> None:
    assert residue_codes(["AY-", "aXW"]).tolist() == [[0, 19, 20], [20, 20, 18]]
    assert residue_shares("AAC-").tolist()[:3] == [2 / 3, 1 / 3, 0] and residue_shares("").sum() == 0
    with pytest.raises(ValueError, match=r"^residue_codes: rows of \[2, 3\] letters; expected aligned ones"):
        residue_codes(["AC", "ACD"])


def test_a_real_table_has_the_columns_of_its_stand_in_and_no_hole(real_data, monkeypatch) -> None:
    monkeypatch.setenv("COURSE_DATA", str(real_data))
    sizes = dict(zip(TABLES, (2086, 11188, 4446, 4769, 10735), strict=True))
    for name in TABLES:
        real, made = load(name, source="real"), load(name, source="simulated")
        assert isinstance(real, Table) and isinstance(made, Table)
        assert len(real) == sizes[name] and list(real.rows.columns) == list(made.rows.columns)
        assert not real.rows.isna().any().any() and not made.rows.isna().any().any()
        assert f"{sizes[name]:,} rows" in real.describe() and "stand-in" in made.describe()
        assert real.card.startswith(f"# {name}")


def test_the_workbook_is_converted_once_to_the_table_that_is_known(real_data, monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("COURSE_DATA", str(real_data))
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path))
    rows = load("brca1_variants", source="real").rows
    kept = tmp_path / "brca1_variants" / "missense.csv"
    assert hashlib.sha256(kept.read_bytes()).hexdigest() == CONVERTED
    assert rows["effect"].value_counts().to_dict() == {"FUNC": 1476, "LOF": 441, "INT": 169}
    made = kept.stat().st_mtime_ns
    load("brca1_variants", source="real")
    assert kept.stat().st_mtime_ns == made
    kept.write_text("damaged\n")
    assert len(load("brca1_variants", source="real")) == 2086


def test_a_family_and_its_structure_are_of_one_protein(real_data, monkeypatch) -> None:
    monkeypatch.setenv("COURSE_DATA", str(real_data))
    for source, size, length in (("real", 1303, 145), ("simulated", 400, 60)):
        family = load("protein_contacts", source=source)
        assert isinstance(family, Family) and len(family) == size and family.places.shape == (length, 3)
        assert {len(row) for row in family.aligned} == {length}
        touching = family.contacts
        assert (touching == touching.T).all() and touching.diagonal().all()
        assert 1 < touching[np.triu_indices(length, 6)].sum() / length < 3


def test_partners_of_the_simulated_family_touch() -> None:
    touching = load("simulated_family").contacts
    pairs = truth("family")
    assert touching[pairs["one"], pairs["other"]].all() and len(pairs) > 60


def test_compartments_are_read_and_two_of_one_protein_count_as_nucleus(real_data, monkeypatch) -> None:
    monkeypatch.setenv("COURSE_DATA", str(real_data))
    rows = load("localisation", source="real").rows
    assert rows["part"].value_counts().to_dict() == {"test": 2768, "train": 1678}
    counts = rows[rows["part"] == "test"]["compartment"].value_counts()
    assert counts["Nucleus"] == 806 and counts["Peroxisome"] == 30 and len(counts) == 10


def test_signals_of_simulated_proteins_stand_where_the_truth_says() -> None:
    rows, told = load("simulated_localisation").rows, truth("localisation")
    assert (rows["compartment"] == told["compartment"]).all()
    for sequence, where, start, width in zip(
        rows["sequence"], told["compartment"], told["start"], told["width"], strict=True
    ):
        signal = sequence[start : start + width]
        assert len(signal) == width and (where == "Cytoplasm") == (width == 0)
        assert where != "Nucleus" or set(signal) <= set("KR")
        assert where != "Extracellular" or signal.startswith("M")


def test_no_simulated_negative_lies_within_a_component_and_every_variant_has_its_truth() -> None:
    pairs, group = load("simulated_interactions").rows, truth("interactions").set_index("protein")["component"]
    same = group[pairs["one"]].to_numpy() == group[pairs["other"]].to_numpy()
    assert (same == (pairs["interacts"] == 1)).all() and 0.45 < same.mean() < 0.55
    variants, told = load("simulated_variants").rows, truth("variants")
    harm = told["matters"] + told["harsh"]
    assert harm[variants["effect"] == "LOF"].mean() > harm[variants["effect"] == "FUNC"].mean() + 1
    assert np.corrcoef(variants["sift"], harm)[0, 1] < -0.5 < 0.5 < np.corrcoef(variants["cadd"], harm)[0, 1]
    scan, told = load("simulated_scan").rows, truth("scan")
    assert (scan["mutant"] == told["mutant"]).all() and np.corrcoef(scan["measured"], told["effect"])[0, 1] > 0.9


def test_changes_of_influenza_are_those_that_were_measured(real_data, monkeypatch) -> None:
    monkeypatch.setenv("COURSE_DATA", str(real_data))
    rows = load("flu_escape", source="real").rows
    assert (rows["mutant"] == rows["mutant"].str[0] + rows["position"].astype(str) + rows["mutant"].str[-1]).all()
    assert (rows["mutant"].str[0] != rows["mutant"].str[-1]).all() and set(rows["mutant"].str[-1]) == set(RESIDUES)
    assert rows["escape"].sum() == 170 and rows["position"][rows["escape"] == 1].nunique() == 41
    assert rows["position"].is_monotonic_increasing and rows["position"].iloc[[0, -1]].tolist() == [1, 565]


def test_simulated_escapes_lie_where_an_antibody_binds_and_both_scores_know_of_them() -> None:
    rows, told = load("simulated_escape").rows, truth("escape").set_index("pos")
    bound = told["bound"][rows["position"] - 1].to_numpy() == 1
    escapes = rows["escape"].to_numpy() == 1
    assert len(rows) == 120 * 19 and bound[escapes].all() and 0.1 < escapes[bound].mean() < 0.5
    grammar, strict = np.log10(rows["grammar"]), told["strict"][rows["position"] - 1]
    assert np.corrcoef(grammar, strict)[0, 1] < -0.3
    assert rows["meaning"][bound].mean() > 1.2 * rows["meaning"][~bound].mean()


def test_the_stand_in_of_a_family_is_text_that_other_programs_read() -> None:
    with gzip.open(shipped() / "simulated" / "family" / "structure.pdb.gz", "rt") as lines:
        atoms = [line for line in lines if line.startswith("ATOM")]
    assert len(atoms) == recipes.STRAND * recipes.STRANDS and {len(line.rstrip()) for line in atoms} == {78}
    assert all(entry.files for entry in registry().values())


def test_reads_come_with_the_candidate_first_and_zeros_below() -> None:
    made = pileups(200, seed=0)
    assert made.X.shape == (200, len(CHANNELS), READS, 21)
    there = made.X[:, CHANNELS.index("read here"), :, MIDDLE].bool().numpy()
    assert (there.sum(1) == made.depth).all() and (there == made.here).all()
    assert (made.X.abs().sum(dim=(1, 3)).bool().numpy() == made.here).all()
    carried = made.X[:, CHANNELS.index("candidate"), :, MIDDLE].bool().numpy()
    assert (carried == made.candidate).all() and (np.diff(carried.astype(int), axis=1) <= 0).all()


def test_artefacts_look_as_their_names_say_and_are_no_variant() -> None:
    made = pileups(600, seed=1)
    of = {name: made.kind == i for i, name in enumerate(KINDS)}
    assert (made.y.numpy()[made.kind > 2] == 0).all()
    share = made.candidate.sum(1) / made.depth
    assert share[of["nothing"]].mean() < 0.02 and share[of["both copies"]].mean() > 0.98
    carried = made.candidate & made.here
    assert made.forward[carried & of["one strand only"][:, None]].mean() > 0.98
    assert made.mapping[carried & of["a copy elsewhere"][:, None]].mean() < 50
    assert made.before[carried & of["ends of reads"][:, None]].max() <= 10
    assert made.before[carried & of["ends of reads"][:, None]].mean() < 3.5
    other = pileups(600, seed=1, strands_swapped=True)
    strand = CHANNELS.index("strand")
    assert torch.equal(other.X[:, strand], -made.X[:, strand]) and torch.equal(other.X[:, 0], made.X[:, 0])


def test_what_cannot_be_drawn_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^pileups: depth \(5, 31\); expected the fewest and the most reads"):
        pileups(3, seed=0, depth=(5, 31))
    with pytest.raises(ValueError, match=r"^pileups: shares \(1.0,\); expected 6 numbers"):
        pileups(3, seed=0, shares=(1.0,))
    with pytest.raises(ValueError, match=r"^complexes: 4 proteins of 5 complexes"):
        complexes(seed=0, proteins=4, count=5)


def test_proteins_of_one_complex_are_seen_together_far_more_often() -> None:
    made = complexes(seed=3)
    within = made.y[made.edges[:, 0]] == made.y[made.edges[:, 1]]
    assert within.float().mean() > 0.6 and (made.edges[:, 0] < made.edges[:, 1]).all()
    assert sorted(made.y.unique().tolist()) == list(range(15)) and len(RESIDUES) == 20
