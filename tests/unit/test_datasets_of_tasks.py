"""Sets with classes, numbers, marks with holes and contacts: each with its type, divided without relatives."""

from __future__ import annotations

import gzip
import re
from collections import Counter

import numpy as np
import pandas as pd
import pytest
import torch

from helpers import datasets
from helpers.datasets import load, registry
from helpers.datasets.contact_maps import Contacts
from helpers.datasets.parts import key
from helpers.datasets.relatives import groups_of_relatives
from helpers.datasets.simulated import planted, stand_ins
from helpers.datasets.simulated.peaks import PROTEINS
from helpers.datasets.simulated.stand_ins import without_flanks
from helpers.experiments import promoters
from helpers.experiments.baselines import dumb_models
from helpers.learner import progress
from helpers.places import shipped
from helpers.training.reports import class_report, number_report

TYPES = {
    "ctcf_pu1": (torch.int64, 1, 100),
    "yeast_marks": (torch.float32, 2, 500),
    "splice": (torch.int64, 1, 400),
    "yeast_expression": (torch.float32, 1, 112),
    **{f"mouse_tf_{which}": (torch.float32, 1, 101) for which in PROTEINS},
}


@pytest.fixture(autouse=True)
def shared_cache(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))
    monkeypatch.delenv("COURSE_DATA_SOURCE", raising=False)


@pytest.fixture
def real_data(real_data, monkeypatch):
    """The folder with the real sets, which is the mirror as well."""
    monkeypatch.setenv("COURSE_DATA", str(real_data))
    return real_data


@pytest.mark.parametrize("name", TYPES)
@pytest.mark.parametrize("source", ["real", "simulated"])
def test_each_set_has_its_type_and_says_in_one_line_what_it_holds(name, source, request):
    if source == "real":
        request.getfixturevalue("real_data")
    data = load(name, source=source)
    kind, axes, length = TYPES[name]
    for part in (data.train, data.valid, data.test):
        assert (part.y.dtype, part.y.ndim, part.X.shape[2]) == (kind, axes, length)
        assert len(part.sequences) == len(part.y) == len(part.X) > 100
    assert "\n" not in data.describe() and data.describe().startswith(f"{name} ({source}")
    assert (data.task, data.classes) == (registry()[name].task, registry()[name].classes)
    if data.task == "classes":
        assert set(data.train.y.unique().tolist()) == set(range(len(data.classes)))
    if data.task == "marks":
        assert set(data.train.y.unique().tolist()) == {-1.0, 0.0, 1.0}
        assert "10 marks" in repr(data.train)
    assert data.card.startswith("# ")


@pytest.mark.parametrize(  # of the others it takes many seconds
    "name", ["splice", "yeast_expression", "mouse_tf_2", "mouse_tf_3"]
)
def test_no_relatives_stand_in_two_parts_of_a_shipped_division(name, real_data):
    data = load(name, source="real")
    parts = [data.train, data.valid, data.test]
    rows = [sequence for part in parts for sequence in part.sequences]
    if name == "yeast_expression":  # as the file has them: here they are filled up and cut
        rows = [sequence.strip("N") for sequence in rows]
    part_of = np.repeat(np.arange(3), list(map(len, parts)))
    compared = without_flanks(rows) if name == "yeast_expression" else rows
    families = groups_of_relatives(compared, 20)
    assert all(len(set(part_of[family])) == 1 for family in families)
    shares = np.bincount(part_of) / len(rows)
    assert shares == pytest.approx([0.7, 0.1, 0.2], abs=0.01)


def test_a_division_ships_hashes_and_no_sequence(real_data):
    for entry in registry().values():
        if entry.division is None:
            continue
        with gzip.open(shipped() / str(entry.division), "rt", encoding="ascii") as lines:
            told = [line.split() for line in lines]
        assert all(re.fullmatch("[0-9a-f]{12}", hashed) and part in ("valid", "test") for hashed, part in told)
    data = load("splice", source="real")
    with gzip.open(shipped() / "divisions" / "splice.txt.gz", "rt", encoding="ascii") as lines:
        assert dict(line.split() for line in lines)[key(data.test.sequences[0])] == "test"


def test_marks_are_joined_from_their_files_and_what_no_file_says_is_a_hole(real_data):
    data = load("yeast_marks", source="real")
    rows = [sequence for part in (data.train, data.valid, data.test) for sequence in part.sequences]
    y = torch.cat([part.y for part in (data.train, data.valid, data.test)])
    assert len(rows) == len(set(rows))
    at = {sequence: i for i, sequence in enumerate(rows)}
    for column in (0, 7):
        mark = data.classes[column]
        tables = [pd.read_csv(real_data / "yeast_marks" / mark / f"{part}.csv") for part in ("dev", "test")]
        told = {s: label for table in tables for s, label in zip(table["sequence"], table["label"], strict=True)}
        known = {s: label for s, label in told.items() if len(s) == 500}
        assert all(y[at[s], column] == label for s, label in known.items())
        assert int((y[:, column] >= 0).sum()) == len(told)


def test_contacts_are_a_sparse_symmetric_matrix_of_what_the_file_says(real_data):
    hic = load("hic_gm12878")
    assert isinstance(hic, Contacts)
    file = real_data / "hic_gm12878" / registry()["hic_gm12878"].files[0].content.name
    with gzip.open(file, "rt") as lines:
        told = [line.split() for line in lines]
    first = {}
    for chromosome, start, _, other, start2, _, count in told:
        first[chromosome, int(start), other, int(start2)] = float(count)
    assert hic.counts.nnz < 0.05 * len(hic) ** 2
    assert abs(hic.counts - hic.counts.T).max() == 0
    map_ = hic.of("chr17")
    starts = hic.start[hic.chromosome == hic.chromosomes.index("chr17")]
    for i, j in ((0, 0), (0, 1), (3, 5), (10, 11)):
        assert map_[i, j] == map_[j, i] == first.get(("chr17", int(starts[i]), "chr17", int(starts[j])), 0.0)
    upper = float(np.triu(hic.counts.toarray()).sum())
    assert upper == sum(first.values())
    assert hic.describe().startswith("hic_gm12878 (real): 1,476 bins of 2,000,000 bases on 25 chromosomes")
    with pytest.raises(ValueError, match=r"^of: no chromosome 'chr99'; there are chr1"):
        hic.of("chr99")


def test_the_stand_in_of_contacts_falls_with_distance_as_its_truth_says():
    made = load("hic_gm12878", source="simulated")
    assert isinstance(made, Contacts) and made.source == "simulated"
    truth = pd.read_csv(shipped() / "simulated" / "contacts" / "truth.csv.gz").set_index("distance")["contacts"]
    near = np.mean([made.of(one).diagonal(5).mean() for one in made.chromosomes])
    assert near == pytest.approx(truth[5], rel=0.1)


@pytest.mark.parametrize(
    "kind, names",
    [
        ("ctcf_pu1", {"CTCF", "Spi1"}),
        ("expression", set(stand_ins.FACTORS)),
        ("peaks_2", {PROTEINS["2"]}),  # the runs are one family, all in train
        ("peaks_3", {PROTEINS["3"]}),
        ("peaks_4", set()),
    ],
)
def test_the_truth_beside_a_stand_in_is_where_it_says(kind, names):
    data, sites = load(f"simulated_{kind}"), planted(kind, "test")
    assert len(sites) == len(data.test)
    assert {site.name for one in sites for site in one} == names
    if kind == "expression":
        from helpers.dna import reverse_complement

        for sequence, one in zip(data.test.sequences, sites, strict=True):
            for site in one:
                word = sequence[site.start : site.start + site.width]
                assert (word if site.strand == 1 else reverse_complement(word)) == site.motif


def test_half_of_the_simulated_stretches_have_relatives_and_these_are_in_one_part():
    data = load("simulated_marks")
    parts = [data.train, data.valid, data.test]
    rows = [sequence for part in parts for sequence in part.sequences]
    part_of = np.repeat(np.arange(3), list(map(len, parts)))
    families = groups_of_relatives(rows, 20)
    assert all(len(set(part_of[family])) == 1 for family in families)
    assert sum(map(len, filter(lambda family: len(family) > 1, families))) > 0.4 * len(rows)


SEVERAL = ["simulated_marks", "simulated_splice", "simulated_expression", "simulated_contacts"]


@pytest.mark.parametrize("name", SEVERAL)
def test_what_reads_two_classes_says_in_one_sentence_that_it_cannot_read_more(name):
    data = load(name)
    asked = [lambda of: promoters.train("CNN", of, seed=0, quick=True)]
    for ask in [*asked, dumb_models] if name in ("simulated_marks", "simulated_contacts") else asked:
        with pytest.raises(ValueError, match=rf"{name} .*; it takes sets with one label of 0 or 1 a sequence") as told:
            ask(data)
        assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    ("name", "report", "first"), [("splice", class_report, "mcc"), ("expression", number_report, "pearson")]
)
def test_dumb_models_of_classes_and_numbers_stand_on_a_scoreboard_of_their_own(
    name, report, first, monkeypatch, tmp_path
):
    monkeypatch.setenv("COURSE_HOME", str(tmp_path))
    data = load(f"simulated_{name}")
    for dumb in dumb_models(data):
        found = report(data.test.y, dumb.logits)
        progress.record_score(dumb.name, name, [found], parameters=dumb.parameters, seconds=dumb.seconds)
    board = progress.scoreboard(name)
    assert len(board.rows) == 4 and board.rows[-1]["model"] == "4-mer counts"
    assert board.table()[0][1] == {"mcc": "MCC", "pearson": "Pearson"}[first]
    assert board.table()[-1][1] == f"{report(data.test.y, dumb.logits)[first]:.3f}"
    with pytest.raises(
        ValueError, match=rf"a binary report of {name}, whose other rows are {data.task}; judge all alike"
    ):
        progress.record_score("x", name, [{"mcc": 0, "auroc": 0, "auprc": 0}], parameters=1, seconds=1)
    with pytest.raises(ValueError, match="reports with loss; expected what binary_report, class_report or number_repo"):
        progress.record_score("x", name, [{"loss": 0.1}], parameters=1, seconds=1)


def test_a_set_of_several_files_of_one_name_is_kept_apart(real_data):
    datasets.fetch("yeast_marks")
    states = datasets.verify("yeast_marks")
    assert Counter(states.values()) == {"ok": 20}
    assert "H3/dev.csv" in states and (datasets.path("yeast_marks") / "H4ac" / "test.csv").is_file()
