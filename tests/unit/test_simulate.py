import gzip
import re
import subprocess
import sys
import zlib
from collections import Counter

import numpy as np
import pytest
from Bio.SeqUtils import MeltingTemp

from helpers.datasets.simulated import melting_temperatures, plant, planted, promoters
from helpers.datasets.simulated.recipes import kinds
from helpers.dna.motifs import best_hit, jaspar
from helpers.dna.sequences import gc_content, one_hot, reverse_complement
from helpers.places import PACKAGE, shipped

# --- melting temperatures --------------------------------------------------------------------------------


def test_melting_temperatures_are_those_of_the_nearest_neighbour_model():
    oligos, temperatures = melting_temperatures(50, seed=1, noise=0)
    assert temperatures.shape == (50,) and temperatures.dtype == np.float64
    for oligo, temperature in zip(oligos, temperatures, strict=True):
        expected = MeltingTemp.Tm_NN(oligo, nn_table=MeltingTemp.DNA_NN3, dnac1=250, dnac2=0, Na=50, saltcorr=5)
        assert temperature == pytest.approx(expected)


def test_melting_temperature_agrees_with_the_formula_worked_by_hand():
    """SantaLucia 1998, table 2 and equations 3 and 8: one oligo, its stacks and ends added up."""
    oligos, temperatures = melting_temperatures(200, seed=2, noise=0)
    stacks = {
        "AA": (-7.9, -22.2), "AT": (-7.2, -20.4), "TA": (-7.2, -21.3), "CA": (-8.5, -22.7), "GT": (-8.4, -22.4),
        "CT": (-7.8, -21.0), "GA": (-8.2, -22.2), "CG": (-10.6, -27.2), "GC": (-9.8, -24.4), "GG": (-8.0, -19.9),
    }  # fmt: skip
    ends = {"A": (2.3, 4.1), "T": (2.3, 4.1), "C": (0.1, -2.8), "G": (0.1, -2.8)}
    for oligo, temperature in zip(oligos, temperatures, strict=True):
        pairs = [oligo[i : i + 2] for i in range(len(oligo) - 1)]
        terms = [stacks.get(pair) or stacks[reverse_complement(pair)] for pair in pairs]
        terms += [ends[oligo[0]], ends[oligo[-1]]]
        enthalpy, entropy = (sum(term) for term in zip(*terms, strict=True))
        entropy += 0.368 * (len(oligo) - 1) * np.log(0.05)
        assert temperature == pytest.approx(1000 * enthalpy / (entropy + 1.987 * np.log(250e-9)) - 273.15, abs=1e-6)


def test_melting_temperatures_repeat_with_the_seed_and_differ_without():
    first, again, other = (melting_temperatures(20, seed=seed) for seed in (3, 3, 4))
    assert first[0] == again[0] and np.array_equal(first[1], again[1])
    assert first[0] != other[0]


def test_noise_adds_its_standard_deviation_and_leaves_the_oligos():
    (oligos, exact), (noisy_oligos, noisy) = (melting_temperatures(2000, seed=5, noise=noise) for noise in (0, 2.0))
    assert oligos == noisy_oligos
    assert np.std(noisy - exact) == pytest.approx(2.0, rel=0.1)
    assert np.mean(noisy - exact) == pytest.approx(0, abs=0.2)


def test_oligos_have_every_length_asked_for_and_a_wide_range_of_composition():
    oligos, _ = melting_temperatures(500, seed=6, length=(8, 12))
    assert set(map(len, oligos)) == {8, 9, 10, 11, 12}
    assert min(map(gc_content, oligos)) < 0.2 and max(map(gc_content, oligos)) > 0.8


@pytest.mark.parametrize(
    "arguments, expected",
    [
        ({"n": 0}, "melting_temperatures: n=0; ask for at least 1 oligo"),
        ({"n": 1, "length": (1, 5)}, "melting_temperatures: length=(1, 5); it should be (shortest, longest)"),
        ({"n": 1, "length": (9, 5)}, "melting_temperatures: length=(9, 5)"),
        ({"n": 1, "noise": -1.0}, "melting_temperatures: noise=-1.0; it should be 0 or more degrees"),
    ],
)
def test_melting_temperatures_name_what_is_wrong(arguments, expected):
    with pytest.raises(ValueError, match=r"^" + re.escape(expected)):
        melting_temperatures(**arguments, seed=0)


# --- planting --------------------------------------------------------------------------------------------


def test_plant_writes_the_motif_there_and_nothing_elsewhere():
    assert plant("AAAAAAAA", "GATTC", 2) == "AAGATTCA"
    assert plant("AAAAAAAA", "GATTC", 3, strand=-1) == "AAAGAATC"
    assert plant("A" * 20, jaspar("POL012.1"), 5) == "AAAAA" + jaspar("POL012.1").consensus


def test_plant_draws_each_base_from_its_column():
    motif = jaspar("POL012.1")
    rng = np.random.default_rng(0)
    drawn = one_hot([plant("A" * motif.width, motif, 0, seed=rng) for _ in range(4000)]).mean(dim=0)
    assert float((drawn - motif.probabilities()).abs().max()) < 0.03


@pytest.mark.parametrize("position", [-1, 4])
def test_plant_names_a_position_that_does_not_fit(position):
    expected = (
        f"plant: a motif of 5 bases at position {position} of a sequence of 8; the position should be from 0 to 3"
    )
    with pytest.raises(ValueError, match=r"^" + re.escape(expected)):
        plant("A" * 8, "GATTC", position)


def test_plant_names_a_strand_that_does_not_exist():
    with pytest.raises(ValueError, match=r"^plant: strand='-'; it should be 1 or -1"):
        plant("A" * 8, "GATTC", 0, strand="-")


# --- promoters -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=["tata", "nontata", "ecoli"])
def made(request):
    return request.param, promoters(request.param, positives=400, negatives=400, seed=7)


def test_promoters_have_the_counts_and_lengths_asked_for(made):
    kind, (sequences, labels, sites) = made
    assert len(sequences) == len(labels) == len(sites) == 800
    assert sum(labels) == 400 and 100 < sum(labels[:400]) < 300  # mixed, not one class after the other
    assert {len(sequence) for sequence in sequences} == {kinds()[kind].length}
    assert len(set(sequences)) == 800


def test_truth_says_where_each_motif_stands(made):
    """Every motif scores far better at its place than the same matrix elsewhere in the same sequences."""
    kind, (sequences, _, sites) = made
    known = {e.motif.id: e.motif for pair in (kinds()[kind].promoter, kinds()[kind].other) for e in pair.elements}
    there = {id: [] for id in known}
    shifted = {id: [] for id in known}
    for sequence, planted_sites in zip(sequences, sites, strict=True):
        for site in planted_sites:
            assert site.width == known[site.motif].width and site.name == known[site.motif].name
            assert 0 <= site.start <= len(sequence) - site.width
            for found, start in ((there, site.start), (shifted, (site.start + 9) % (len(sequence) - site.width))):
                window = sequence[start : start + site.width]
                window = window if site.strand == 1 else reverse_complement(window)
                found[site.motif].append(float((one_hot(window) * known[site.motif].weights()).sum()))
    for id in known:
        assert np.mean(there[id]) > np.mean(shifted[id]) + 2, id


def test_motifs_of_one_sequence_do_not_cover_each_other(made):
    for sites in made[1].sites:
        columns = [column for site in sites for column in range(site.start, site.start + site.width)]
        assert len(columns) == len(set(columns))


def test_tata_box_wanders_in_promoters_and_stands_still_elsewhere():
    _, labels, sites = promoters("tata", positives=300, negatives=300, seed=8)
    starts = {label: Counter() for label in (0, 1)}
    for label, planted_sites in zip(labels, sites, strict=True):
        starts[label].update(site.start for site in planted_sites if site.motif == "POL012.1")
    assert set(starts[0]) == {1} and starts[0][1] == 300
    assert set(starts[1]) == {0, 1, 2, 3} and 240 < sum(starts[1].values()) < 300


def test_initiator_puts_the_first_transcribed_base_in_column_33():
    sequences, labels, _ = promoters("nontata", positives=600, negatives=1, seed=9)
    hits = best_hit(
        one_hot([s for s, label in zip(sequences, labels, strict=True) if label]), jaspar("POL002.1").weights()
    )
    assert int(hits.positions.mode().values) + 2 == 33  # its consensus is TCA, and the A is +1


def test_ecoli_boxes_stand_15_to_19_bases_apart():
    _, labels, sites = promoters("ecoli", positives=300, negatives=300, seed=10)
    spacers = Counter()
    for label, planted_sites in zip(labels, sites, strict=True):
        by_name = {site.name: site for site in planted_sites}
        assert label or not by_name
        if len(by_name) == 2:
            spacers[by_name["-10 box"].start - by_name["-35 box"].start - 6] += 1
    assert set(spacers) == {15, 16, 17, 18, 19} and spacers.most_common(1)[0][0] == 17
    assert sum(spacers.values()) > 200


def test_shredding_breaks_most_motifs_but_not_all():
    whole = promoters("nontata", positives=500, negatives=1, seed=11).sites
    _, labels, sites = promoters("nontata", positives=1, negatives=500, seed=11)
    survived = [len(s) for s, label in zip(sites, labels, strict=True) if not label]
    assert 0.1 < np.mean(survived) / np.mean(list(map(len, whole))) < 0.4


def test_promoters_repeat_with_the_seed_and_leave_the_global_generators_alone():
    state = np.random.get_state()[1].tolist()
    first, again = (promoters("tata", positives=20, negatives=20, seed=1) for _ in range(2))
    assert first == again
    assert first != promoters("tata", positives=20, negatives=20, seed=2)
    assert np.random.get_state()[1].tolist() == state


def test_promoters_name_a_kind_or_a_number_that_does_not_exist():
    with pytest.raises(ValueError, match=r"^promoters: kind='yeast'; it should be one of tata, nontata, ecoli"):
        promoters("yeast", positives=1, negatives=1, seed=0)
    with pytest.raises(ValueError, match=r"^promoters: 0 positives and 1 negatives; ask for at least 1 of each"):
        promoters("tata", positives=0, negatives=1, seed=0)


# --- the shipped files -----------------------------------------------------------------------------------


@pytest.mark.process
def test_shipped_sets_are_made_again_byte_for_byte(tmp_path):
    command = [sys.executable, "-m", "helpers.datasets.simulated", str(tmp_path)]
    subprocess.run(command, cwd=PACKAGE.parent, check=True, stdout=subprocess.DEVNULL)
    committed = shipped() / "simulated"
    files = sorted(path.relative_to(committed) for path in committed.rglob("*.gz"))
    assert files == sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file())
    assert len(files) == 12 + 18 + 14 + 16  # the promoters, and what lessons 07, 09 and 10 ask for
    for file in files:
        new, old = (tmp_path / file).read_bytes(), (committed / file).read_bytes()
        assert gzip.decompress(new) == gzip.decompress(old), file
        if "zlib-ng" not in zlib.ZLIB_RUNTIME_VERSION:  # which packs the same rows into other bytes
            assert new == old, file


def test_planted_reads_the_truth_of_the_shipped_rows():
    sites = planted("tata", "test")
    with gzip.open(shipped() / "simulated" / "tata" / "test.csv.gz", "rt") as lines:
        rows = [line.strip().split(",") for line in lines][1:]
    assert len(sites) == len(rows) == 600
    weights, scores = jaspar("POL012.1").weights(), []
    for (sequence, label), planted_sites in zip(rows, sites, strict=True):
        boxes = [site for site in planted_sites if site.motif == "POL012.1"]
        assert len(boxes) == 1 or label == "1"
        scores += [float((one_hot(sequence[box.start :][: box.width]) * weights).sum()) for box in boxes]
    assert np.mean(scores) > 9  # a shift by one row or column gives less than 0


def test_planted_names_what_does_not_exist():
    with pytest.raises(ValueError, match=r"^planted: no 'dev' of 'tata'; the kind is one of tata, nontata, ecoli"):
        planted("tata", "dev")


def logistic_mcc(kind):
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import matthews_corrcoef

    from helpers.datasets import load

    data = load(f"simulated_{kind}")
    X, X_test = (split.X.float().flatten(1).numpy() for split in (data.train, data.test))
    model = LogisticRegression(C=0.01, max_iter=300).fit(X, data.train.y)
    return matthews_corrcoef(data.test.y, model.predict(X_test))


@pytest.mark.parametrize("kind, real", [("tata", 0.73), ("nontata", 0.46), ("ecoli", 0.73)])
def test_stand_in_is_about_as_hard_as_the_real_set(kind, real):
    """For a logistic regression; the real numbers stand in the data cards."""
    assert logistic_mcc(kind) == pytest.approx(real, abs=0.06)
