import hashlib
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from helpers import datasets
from helpers.datasets import DataUnavailable, downloads, load, overlap, registry, shipped
from helpers.dna.sequences import one_hot

REAL = [name for name, entry in registry().items() if entry.kind == "real"]
SIMULATED = [name for name, entry in registry().items() if entry.kind == "simulated"]


@pytest.fixture(autouse=True)
def offline(tmp_path, monkeypatch):
    """An empty cache, no mirror, and a proxy where nobody listens, so that no pinned address can be reached."""
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path / "cache"))
    for variable in ("COURSE_DATA", "COURSE_DATA_SOURCE", "HTTP_PROXY", "HTTPS_PROXY", "no_proxy", "NO_PROXY"):
        monkeypatch.delenv(variable, raising=False)
    for variable in ("http_proxy", "https_proxy"):
        monkeypatch.setenv(variable, "http://127.0.0.1:9")  # the discard port
    downloads.forget_unreachable()


@pytest.fixture
def mirror(real_data, monkeypatch):
    monkeypatch.setenv("COURSE_DATA", str(real_data))
    return real_data


# --- the registry ----------------------------------------------------------------------------------------


def test_registry_agrees_with_the_real_files(real_data):
    sums = dict(line.split()[::-1] for line in (real_data / "SHA256SUMS").read_text().splitlines())
    listed = {str(file.content): file.content for name in REAL for file in registry()[name].files}
    assert {path: file.sha256 for path, file in listed.items()} == {path: sums.get(path) for path in listed}
    for path, file in listed.items():
        data = (real_data / path).read_bytes()
        assert (len(data), hashlib.sha256(data).hexdigest()) == (file.bytes, file.sha256), path


def test_registry_counts_and_lengths_are_those_of_the_real_files(mirror):
    for name in REAL:
        entry = registry()[name]
        if entry.task in ("marks", "contacts", "table", "family"):
            continue  # in tests of their own
        data = load(name, remove_leaks=False)
        listed = {"train": 0, "valid": 0, "test": 0, "all": 0}
        for file in entry.files:
            listed[file.split] += file.sequences
        counted = {split: len(getattr(data, split)) for split in ("train", "valid", "test")}
        assert listed["all"] + sum(listed[s] for s in counted) == sum(counted.values())
        if not listed["all"]:
            assert {split: listed[split] for split in counted} == counted
        assert {len(sequence) for sequence in data.test.sequences} == {entry.length}


def test_registry_agrees_with_what_ships():
    for name in [*SIMULATED, "jaspar"]:
        assert set(datasets.verify(name).values()) == {"ok"}, name


def test_every_set_has_a_card_a_licence_and_a_citation():
    for name, entry in registry().items():
        assert entry.card.is_file(), entry.card
        assert entry.card.read_text(encoding="utf-8").startswith("# "), name
        assert entry.licence and entry.citation and entry.title, name


def test_every_real_set_has_pinned_addresses_and_a_stand_in():
    for name in REAL:
        entry = registry()[name]
        stand_in = registry()[entry.stand_in]
        assert (stand_in.kind, stand_in.length, stand_in.tss) == ("simulated", entry.length, entry.tss)
        for file in entry.files:
            assert len(file.content.urls) > 1
            assert all(re.search(r"[/@][0-9a-f]{40}/", url) for url in file.content.urls), file
            assert all(url.startswith("https://") for url in file.content.urls), file


def test_start_site_column_is_where_the_real_promoters_show_it(mirror):
    """Most human starts are a C and then, as the first transcribed base, an A; in E. coli an A or a G."""
    for name in ("human_tata", "human_nontata"):
        data = load(name)
        share = data.train.X[data.train.y == 1].float().mean(dim=0)  # (4, L)
        assert share[0].argmax() == registry()[name].tss or name == "human_tata"
        assert share[0, registry()[name].tss] > 0.5 and share[1, registry()[name].tss - 1] > 0.5
    data = load("ecoli_sigma70")
    share = data.train.X[data.train.y == 1].float().mean(dim=0)
    assert (share[0] + share[2]).argmax() == registry()["ecoli_sigma70"].tss


# --- real sets -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name, sizes, removed",
    [
        ("human_tata", (4880, 611, 613), 26),
        ("human_nontata", (42392, 5304, 5307), 63),
        ("human_all", (47260, 5912, 5920), 104),
        ("ecoli_sigma70", (3071, 384, 384), 0),
    ],
)
def test_real_set_loads_from_a_mirror_without_leaks(mirror, name, sizes, removed):
    data = load(name)
    assert (data.name, data.source, data.leaks_removed) == (name, "real", removed)
    assert (len(data.train), len(data.valid), len(data.test)) == sizes
    for a, b in ((data.train, data.test), (data.train, data.valid), (data.valid, data.test)):
        assert len(overlap(a, b)) == 0


def test_leaks_stay_when_asked_for(mirror):
    data = load("human_tata", remove_leaks=False)
    assert (len(data.train), len(data.valid), len(data.test), data.leaks_removed) == (4904, 613, 613, 0)
    assert len(overlap(data.test, data.train)) == 16
    assert data.describe().endswith("; no leaks removed")


def test_labels_stay_with_their_sequences_when_leaks_are_removed(mirror):
    whole, clean = load("human_tata", remove_leaks=False), load("human_tata")
    pairs = set(zip(whole.train.sequences, whole.train.y.tolist(), strict=True))
    assert set(zip(clean.train.sequences, clean.train.y.tolist(), strict=True)) < pairs
    assert len(clean.train.y) == len(clean.train.sequences)


def test_ecoli_labels_follow_the_files(mirror):
    data = load("ecoli_sigma70")
    promoters = (mirror / "ecoli_sigma70" / "Ecoli_prom.fa").read_text().split(">")[1:]
    known = {"".join(record.splitlines()[1:]) for record in promoters}
    for split in (data.train, data.valid, data.test):
        assert [float(sequence in known) for sequence in split.sequences] == split.y.tolist()


def test_split_gives_shapes_and_types_that_models_rely_on(mirror):
    split = load("human_tata").test
    assert (split.X.shape, split.X.dtype) == ((613, 4, 70), torch.int8)
    assert (split.y.shape, split.y.dtype) == ((613,), torch.float32)
    assert torch.equal(split.X, one_hot(split.sequences, dtype=torch.int8))
    assert split.X is split.X  # made once
    assert len(split) == 613


def test_description_is_one_line_that_says_size_balance_and_leaks(mirror):
    assert load("human_tata").describe() == (
        "human_tata (real): 4,880 train, 611 valid, 613 test of 70 bp, 50% positive; "
        "26 leaked sequences removed from train and valid"
    )


def test_cache_comes_before_the_mirror(mirror, monkeypatch, capsys):
    load("human_tata")
    monkeypatch.setenv("COURSE_DATA", "/nowhere")
    assert load("human_tata", source="real").source == "real"
    assert capsys.readouterr().out == ""


def test_corrupted_cache_is_never_used(mirror, tmp_path, capsys):
    load("human_tata")
    cached = tmp_path / "cache" / "human_tata" / "train.csv"
    cached.write_text(cached.read_text().replace("A", "C", 1))
    assert datasets.verify("human_tata")["train.csv"].startswith("damaged: its SHA-256 is")
    assert len(load("human_tata").train) == 4880
    assert "it is removed and fetched again" in capsys.readouterr().out
    assert datasets.verify("human_tata")["train.csv"] == "ok"


# --- when the real set cannot be had ---------------------------------------------------------------------


def test_no_network_gives_the_stand_in_with_a_notice(capsys):
    data = load("human_tata")
    assert (data.name, data.source, data.entry.name) == ("human_tata", "simulated", "simulated_tata")
    assert (len(data.train), len(data.valid), len(data.test)) == (3000, 600, 600)
    assert data.describe().startswith("human_tata (simulated stand-in simulated_tata): 3,000 train")
    said = capsys.readouterr().out
    assert "cannot be reached" in said
    assert "NOTICE  human_tata: the real set is not at hand, so this is its simulated stand-in" in said
    assert "`course data fetch`" in said and "COURSE_DATA" in said


def test_one_missing_file_gives_the_stand_in_not_a_part(real_data, tmp_path, monkeypatch):
    shutil.copytree(real_data / "human_tata", tmp_path / "usb" / "human_tata")
    (tmp_path / "usb" / "human_tata" / "test.csv").unlink()
    monkeypatch.setenv("COURSE_DATA", str(tmp_path / "usb"))
    assert load("human_tata").source == "simulated"


@pytest.mark.parametrize("call", [lambda: load("human_tata", source="real"), lambda: datasets.fetch("human_tata")])
def test_real_or_nothing_says_what_was_tried_and_what_to_do(call, monkeypatch):
    monkeypatch.setenv("COURSE_DATA", "/nowhere")
    with pytest.raises(DataUnavailable) as error:
        call()
    message = str(error.value)
    assert "human_tata/train.csv could not be had (/nowhere: no such file; raw.githubusercontent.com: " in message
    assert "`course data fetch`" in message and "in the environment variable COURSE_DATA" in message


def test_source_simulated_fetches_nothing(mirror, tmp_path):
    assert load("human_tata", source="simulated").source == "simulated"
    assert not (tmp_path / "cache").exists()


def test_environment_sets_the_default_source(mirror, monkeypatch):
    monkeypatch.setenv("COURSE_DATA_SOURCE", "simulated")
    assert load("human_tata").source == "simulated"
    assert load("human_tata", source="real").source == "real"  # what is asked for wins
    monkeypatch.setenv("COURSE_DATA_SOURCE", "real")
    assert load("human_tata").source == "real"
    assert load("simulated_tata").source == "simulated"  # a default is no contradiction


def test_environment_real_fails_rather_than_simulate(monkeypatch):
    monkeypatch.setenv("COURSE_DATA_SOURCE", "real")
    with pytest.raises(DataUnavailable):
        load("human_tata")


# --- simulated sets --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", [name for name in SIMULATED if registry()[name].task not in ("contacts", "table", "family")]
)
def test_simulated_set_has_no_leaks_and_the_registered_sizes(name):
    data = load(name)
    listed = {file.split: file.sequences for file in registry()[name].files}
    assert data.leaks_removed == 0
    for split in ("train", "valid", "test"):
        assert len(getattr(data, split)) == listed[split]
        assert {len(sequence) for sequence in getattr(data, split).sequences} == {registry()[name].length}


# --- names and sources that do not exist -----------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments, expected",
    [
        (
            {"name": "human_tatta"},
            "no data set is called 'human_tatta'; did you mean 'human_tata'? known are human_tata",
        ),
        ({"name": "xyz"}, "no data set is called 'xyz'; known are human_tata, human_nontata"),
        ({"name": "human_tata", "source": "reel"}, "load: source='reel'; it should be 'real', 'simulated', or not be"),
        ({"name": "simulated_tata", "source": "real"}, "load: 'simulated_tata' is simulated, there is no real one"),
        ({"name": "jaspar"}, "load: 'jaspar' holds motif matrices; use helpers.dna.motifs.jaspar(id)"),
    ],
)
def test_wrong_arguments_are_named(arguments, expected):
    with pytest.raises(ValueError, match="^" + re.escape(expected)):
        load(**arguments)


def test_wrong_environment_is_named(monkeypatch):
    monkeypatch.setenv("COURSE_DATA_SOURCE", "fake")
    with pytest.raises(ValueError, match=r"^load: the environment variable COURSE_DATA_SOURCE='fake'; it should be"):
        load("human_tata")


# --- fetch, verify, path, whereabouts --------------------------------------------------------------------


def test_fetch_verify_and_path_agree(mirror, tmp_path):
    folder = tmp_path / "cache" / "ecoli_sigma70"
    assert datasets.path("ecoli_sigma70") == folder
    assert set(datasets.verify("ecoli_sigma70").values()) == {"missing"}
    assert datasets.fetch("ecoli_sigma70") == [folder / "Ecoli_prom.fa", folder / "Ecoli_non_prom.fa"]
    assert set(datasets.verify("ecoli_sigma70").values()) == {"ok"}
    assert datasets.path("simulated_tata") == shipped() / "simulated" / "tata"


def test_whereabouts_tell_what_load_will_use(mirror, monkeypatch):
    assert datasets.whereabouts("human_tata") == (
        "real, 0.4 MB to fetch from the mirror named by COURSE_DATA; simulated if that fails"
    )
    load("human_tata")
    assert datasets.whereabouts("human_tata") == "real, in the cache"
    monkeypatch.setenv("COURSE_DATA_SOURCE", "simulated")
    assert datasets.whereabouts("human_tata") == "simulated (simulated_tata, ships with the course)"


def test_damaged_shipped_file_is_refused(tmp_path, monkeypatch):
    copy = tmp_path / "datasets"
    shutil.copytree(shipped(), copy)
    (copy / "simulated" / "tata" / "test.csv.gz").write_bytes(b"")
    monkeypatch.setattr("helpers.datasets.loading.shipped", lambda: copy)
    with pytest.raises(DataUnavailable, match=r"test\.csv\.gz is damaged: 0 bytes .* install the course again"):
        load("simulated_tata")


def test_importing_datasets_does_not_import_heavy_libraries():
    code = (
        "import sys, helpers.datasets; print([m for m in ('Bio', 'pooch', 'requests', 'pandas') if m in sys.modules])"
    )
    root = Path(__file__).resolve().parents[2]
    result = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
