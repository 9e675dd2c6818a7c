"""What all widgets stand on: checks at the door, bytes, modules without a network, a cheap import."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys

import numpy as np
import pytest
import torch
from browser import missing
from jupyter_host import ROOT

from helpers.palette import HUES, PALETTE, SIGNS
from helpers.places import PACKAGE, STATIC
from helpers.widgets.base import as_array, as_dna, js, pack, unpack


@pytest.mark.parametrize(
    "value",
    [
        [[1, 2], [3, 4]],
        np.array([[1, 2], [3, 4]], dtype=np.int8),
        torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True),
        torch.tensor([[1, 2], [3, 4]], dtype=torch.bfloat16),
    ],
)
def test_arrays_of_every_kind_are_taken_in(value):
    assert as_array("Widget", "w", value, ndim=2, shape="(2, 2)").tolist() == [[1, 2], [3, 4]]


def test_as_array_copies_so_that_a_widget_never_writes_into_a_model():
    weights = np.ones(3)
    as_array("Widget", "w", weights, ndim=1, shape="(N,)")[0] = 5
    assert weights[0] == 1


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ([1, float("nan")], r"Widget: w holds nan at \[1\]"),
        ([1, float("-inf")], r"Widget: w holds -inf at \[1\]"),
        ([[1, 2]], r"Widget: w has shape \(1, 2\); expected \(N,\)"),
        ([], r"Widget: w is empty"),
        ([[1], [1, 2]], r"Widget: w is not an array of numbers"),
        ("ACGT", r"Widget: w is not an array of numbers"),
        (None, r"Widget: w has shape \(\)|Widget: w is not an array"),
    ],
)
def test_bad_arrays_get_a_sentence_that_names_them(value, sentence):
    with pytest.raises(ValueError, match=sentence):
        as_array("Widget", "w", value, ndim=1, shape="(N,)")


def test_lower_case_dna_is_accepted():
    assert as_dna("Widget", "acgtn", longest=5) == "ACGTN"


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("", "0 bases; expected 1 to 60"),
        ("A" * 5000, "5,000 bases; expected 1 to 60"),
        ("ACUG", "character 'U' at position 2; allowed are A, C, G, T and N"),
        (["A"], "sequence is a list"),
    ],
)
def test_bad_dna_gets_a_sentence_that_names_it(value, sentence):
    with pytest.raises(ValueError, match=f"^Widget: .*{sentence}"):
        as_dna("Widget", value, longest=60)


def test_packed_arrays_come_back():
    array = np.random.default_rng(0).normal(size=(3, 4)).astype(np.float32)
    assert (unpack(pack(array.T.copy().T), (3, 4)) == array).all()


def test_bases_and_colours_have_one_home():
    colours = [*PALETTE.values(), *HUES.values(), *SIGNS.values()]
    assert len(set(colours)) == 10, "a sign or a class is no base"
    module = js("common.js")
    assert all(colour in module for colour in colours)
    for file in STATIC.glob("*.js"):
        assert not re.search("|".join(colours), file.read_text(encoding="utf-8")), file.name


def test_only_a_base_has_the_colour_of_a_base():
    """A name of a base beside `PALETTE` is a colour for something else: what is drawn of DNA takes it by its letter."""
    scripts = [*PACKAGE.rglob("*.py"), *STATIC.glob("*.js")]
    named = re.compile(r"""PALETTE(\.[ACGT]\b|\[\\*["'][ACGT]|\.values)|values\(PALETTE""")
    typed = re.compile("|".join(PALETTE.values()), re.IGNORECASE)
    found = [
        file.name
        for file in (*scripts, *(ROOT / "solutions").rglob("*.ipynb"))
        for rule in ((named, typed) if file in scripts and file.name != "palette.py" else (named,))
        if rule.search(file.read_text(encoding="utf-8"))
    ]
    assert not found, f"{found}: a class, a model or a mark takes its colour from HUES"


@pytest.mark.parametrize("file", sorted(STATIC.glob("*.js")), ids=lambda file: file.name)
def test_scripts_are_short_and_fetch_nothing(file):
    text = file.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 300
    for word in ("http:", "https:", "innerHTML", "eval(", "import(", "fetch("):
        assert word not in text, f"{word} in {file.name}"


@pytest.mark.process
def test_scripts_pass_the_linter():
    """`eslint` is taken from ESLINT or PATH; else npx fetches it."""
    eslint = os.environ.get("ESLINT") or shutil.which("eslint")
    npx = shutil.which("npx")
    if not (eslint or npx):
        missing("there is neither eslint nor npx: install node")
    command = [eslint] if eslint else [npx, "--yes", "eslint@9"]
    done = subprocess.run([*command, "helpers/widgets"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_import_helpers_does_not_import_widgets():
    code = "import sys, helpers, helpers.widgets; print([m for m in sys.modules if m in ('anywidget', 'ipywidgets')])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_unknown_widget_is_named():
    import helpers.widgets

    with pytest.raises(AttributeError, match=r"no attribute 'LineFiter'; widgets are .*LineFitter"):
        _ = helpers.widgets.LineFiter
