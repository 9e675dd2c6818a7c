"""A set of one's own goes the whole way to a page and a model, from the command line, whatever is to be predicted."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import numpy as np
import pytest
import torch
from typer.testing import CliRunner, Result

from helpers.commands.main import app
from helpers.datasets import from_files
from helpers.dna.motifs import jaspar_all
from helpers.dna.sequences import one_hot, random_dna
from helpers.explore import baselines, reading, scores
from helpers.explore.networks import network
from helpers.training import load, predict

LENGTH = 40


@pytest.fixture(autouse=True)
def few_motifs(monkeypatch) -> None:
    """A few of JASPAR's motifs: the whole collection is looked through elsewhere, in seconds."""
    for module in (baselines, reading):
        monkeypatch.setattr(module, "known", lambda: jaspar_all()[::20])


def course(*words: object) -> Result:
    return CliRunner().invoke(app, list(map(str, words)))


def planted(folder: Path, task: str, count: int = 300) -> Path:
    """Sequences of which some hold a word, somewhere: of two classes, of three, or with a number that goes with it."""
    rng = np.random.default_rng(0)
    lines = ["sequence,label"]
    for i in range(count):
        one = random_dna(LENGTH, rng)
        at = int(rng.integers(LENGTH - 9))
        word = ("", "TGACTCATG", "CCACGTGGA")[i % (3 if task == "classes" else 2)]
        one = one[:at] + word + one[at + len(word) :]
        lines.append(f"{one},{('none', 'one', 'two')[i % 3] if task == 'classes' else i % 2}")
        if task == "number":
            lines[-1] = f"{one},{i % 2 + rng.normal(0, 0.3):.3f}"
    path = folder / f"{task}.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.fixture(params=["binary", "classes", "number"])
def explored(request, tmp_path, monkeypatch) -> tuple[str, Path, Result]:
    monkeypatch.setenv("COURSE_SMOKE", "1")  # whether every step runs
    monkeypatch.setattr(scores, "DRAWS", 20)  # of the test set: resampling it for each score takes most of the time
    path = planted(tmp_path, request.param)
    return request.param, path, course("explore", path, "-o", tmp_path / "page.html")


def test_the_page_has_all_parts_and_the_model_predicts(explored, tmp_path) -> None:
    task, path, done = explored
    assert done.exit_code == 0, done.output
    assert "CNN, seed 3 of 3" in done.output and "of 9 searches found an artefact" in done.output
    page = (tmp_path / "page.html").read_text()
    for heading in ("The data", "The models", "Artefacts", "Motifs", "Three sequences, mutated", "For Methods"):
        assert f"<h2>{heading}</h2>" in page
    assert "4-mer counts" in page and "under the seeds 0, 1, 2" in page and f"torch {torch.__version__[:3]}" in page
    assert ("linear regression (" in page, "logistic regression (" in page) == (task == "number", task != "number")
    assert not re.search(r"<script|https?:|//\w", re.sub(r"base64,[^\"]+", "", page))  # no network
    assert all(len(alt) > 20 for alt in re.findall(r'<img [^>]*alt="([^"]*)"', page)) and page.count("<img") >= 3
    again = course("explore", path, "--model", tmp_path / "page.pt", "-o", tmp_path / "new.csv")
    assert again.exit_code == 0 and "300 predictions are in" in again.output
    rows = list(csv.DictReader((tmp_path / "new.csv").open()))
    data = from_files(path)
    sequences = [line.split(",")[0] for line in path.read_text().split()[1:]]
    outputs = predict(load(tmp_path / "page.pt"), one_hot(sequences))
    if task == "number":
        assert [float(row["predicted"]) for row in rows] == pytest.approx(outputs.tolist(), abs=1e-3)
    elif task == "binary":
        assert [float(row["probability of 1"]) for row in rows] == pytest.approx(outputs.sigmoid().tolist(), abs=1e-3)
    else:
        assert [row["predicted"] for row in rows] == [data.classes[i] for i in outputs.argmax(dim=1).tolist()]


def test_the_network_learns_what_dumb_models_cannot(tmp_path) -> None:
    data = from_files(planted(tmp_path, "binary"))
    rows = [*baselines.baselines(data, say=str), network("CNN", data, say=str, seeds=(0,))]
    found = {row.name: row.scores["auroc"] for row in rows}
    assert list(found)[:3] == ["majority", "GC content", "4-mer counts"] and list(found)[3].startswith("best match of")
    assert found["CNN"].value > 0.8 > found["GC content"].value
    assert found["majority"].value == 0.5


def test_classes_may_be_named_with_their_files_and_wrong_use_is_said(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("COURSE_SMOKE", "1")
    rng = np.random.default_rng(1)
    for name in ("bound", "free"):
        (tmp_path / f"{name}.fa").write_text("".join(f">{i}\n{random_dna(LENGTH, rng)}\n" for i in range(100)))
    done = course("explore", f"bound={tmp_path}/bound.fa", f"free={tmp_path}/free.fa", "-o", tmp_path / "page.html")
    assert done.exit_code == 0 and "'bound'" in done.output, done.output
    assert "0 of 9 searches found an artefact" in done.output
    for words, sentence in (
        (
            [f"bound={tmp_path}/bound.fa", f"{tmp_path}/free.fa"],
            "free.fa has no class; write CLASS=FILE for every file",
        ),
        ([f"a={tmp_path}/bound.fa", f"a={tmp_path}/free.fa"], "two files have one class"),
        ([tmp_path / "bound.fa"], "no labels; name a file of others or a rule"),
        ([tmp_path / "nothing.fa"], "No such file or directory"),
        ([tmp_path / "bound.fa", "--model", tmp_path / "bound.fa"], "is no checkpoint of fit"),
    ):
        wrong = course("explore", *words)
        assert wrong.exit_code == 2 and wrong.stderr.count("\n") == 1, wrong.output
        assert sentence in wrong.stderr
