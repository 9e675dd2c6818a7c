"""Stand-ins for the sets of lesson 09: the same form as the real ones, the truth beside them."""

from __future__ import annotations

import itertools
from typing import NamedTuple

import numpy as np

from helpers.datasets.simulated.background import normal
from helpers.dna.proteins import RESIDUES

Rows = list[tuple[object, ...]]
COMPARTMENTS = ("Extracellular", "Mitochondrion", "Nucleus", "Cytoplasm")
STRAND, STRANDS = 10, 6  # residues of a strand, and strands of the sheet that the simulated family folds into
RISE, APART = 3.4, 4.8  # ångström along a strand, and between two
SWEEPS, ANCESTORS = 3, 8  # how long a family drifts, and from how many proteins
PULL = 1.2  # how much likelier, in nats, two partners make each other
LARGEST = 0.65  # share of the proteins in the largest component


class Drawn(NamedTuple):
    """A stand-in's rows, header first, and the truth about them."""

    rows: Rows
    truth: Rows


def variants(seed: int = 0) -> Drawn:
    """Draw changes of one amino acid in 13 exons; what they do depends on the place, and five scores see part of it."""
    rng = np.random.default_rng(seed)
    exon = np.repeat(np.arange(13), 100)
    place = 41_200_000 + 3000 * exon + np.tile(np.arange(100) // 2 * 3, 13)
    matters = np.repeat(np.array([1.4, 1.2, 0.9, -1, -1.2, -1, -0.8, -1, 0.9, 1.1, 1.3, 0.9, -0.9]), 100)
    matters = matters + np.repeat(0.9 * normal(13 * 50, rng), 2)  # a place's own; two changes share one
    harsh = normal(1300, rng)
    damage = matters + harsh - 0.6
    lost = damage + 0.5 * normal(1300, rng) > 0.9
    between = ~lost & (damage > 0.8)
    noise = normal(1300 * 5, rng).reshape(5, 1300)
    cadd = np.round(22 + 3.5 * (0.5 * matters + 0.7 * harsh + 0.9 * noise[0]), 2)
    phylop = np.round(1.5 + 1.6 * (0.6 * matters + 1.1 * noise[1]), 3)
    polyphen = np.round(1 / (1 + np.exp(-2 * (1.2 + 0.6 * harsh + 0.4 * matters + noise[2]))), 3)
    sift = np.round(0.4 / (1 + np.exp(1.5 * (0.6 * harsh + 0.5 * matters + 0.9 * noise[3]))), 3)
    agvgd = np.array([0, 15, 25, 35, 45, 55, 65])[
        np.clip(np.round(1.8 + 1.5 * (0.5 * matters + 0.8 * harsh + 0.6 * noise[4])), 0, 6).astype(int)
    ]
    measured = np.round(-0.2 - 0.7 * np.maximum(damage, -0.6) + 0.15 * normal(1300, rng), 4)
    known = rng.random(1300) < 0.05
    opinion = np.where(agvgd + 20 * normal(1300, rng) + 25 * lost > 40, "Pathogenic", "Benign")  # by a score, in part
    rows: Rows = [
        ("position", "mutant", "cadd", "phylop", "polyphen", "sift", "agvgd", "measured", "effect", "clinvar")
    ]
    truth: Rows = [("row", "exon", "matters", "harsh")]
    for i in range(1300):
        old, new = (RESIDUES[int(one * 20)] for one in rng.random(2))
        effect = "LOF" if lost[i] else "INT" if between[i] else "FUNC"
        scores = (cadd[i], phylop[i], polyphen[i], sift[i])
        told = opinion[i] if known[i] else "absent"
        rows.append(
            (
                int(place[i]),
                f"{old}{i // 2 + 1}{new}",
                *map(float, scores),
                int(agvgd[i]),
                float(measured[i]),
                effect,
                str(told),
            )
        )
        truth.append((i, int(exon[i]), round(float(matters[i]), 3), round(float(harsh[i]), 3)))
    return Drawn(rows, truth)


def interactions(seed: int = 0, n: int = 700) -> Drawn:
    """Draw pairs of proteins with a flaw that a real set has: no negative has both ends in one component."""
    rng = np.random.default_rng(seed)
    names = [f"P{i:05d}" for i in range(n)]
    large = int(LARGEST * n)
    group = np.concatenate([np.zeros(large, dtype=int), 1 + np.arange(n - large) // 5])
    wanted, seen = [], set()
    for one in range(group.max() + 1):
        members = np.flatnonzero(group == one).tolist()
        pairs = list(zip(members[1:], (members[int(rng.random() * i)] for i in range(1, len(members))), strict=True))
        for _ in range(len(members)):  # beside a tree, which holds a component together
            a, b = (members[int(u * u * len(members))] for u in rng.random(2))
            pairs += [(a, b)] if a != b else []
        for pair in pairs:
            if (key := (min(pair), max(pair))) not in seen:
                seen.add(key)
                wanted.append(key)
    others: list[tuple[int, int]] = []
    while len(others) < len(wanted):
        a, b = (int(u * n) for u in rng.random(2))
        key = (min(a, b), max(a, b))
        if group[a] != group[b] and key not in seen:
            seen.add(key)
            others.append(key)
    labelled = [(*pair, 1) for pair in wanted] + [(*pair, 0) for pair in others]
    order = np.argsort(rng.random(len(labelled)), kind="stable")
    rows: Rows = [(names[labelled[i][0]], names[labelled[i][1]], labelled[i][2]) for i in order]
    return Drawn(rows, [("protein", "component"), *((name, int(one)) for name, one in zip(names, group, strict=True))])


def localisation(seed: int = 0, sizes: tuple[int, int] = (500, 400)) -> tuple[str, str, Rows]:
    """Draw proteins with a signal: at the front for two compartments, anywhere for the nucleus, none in the cytoplasm.

    Returns
    -------
    str, str
        FASTA of those to learn from and of those to judge by.
    list of tuple
        The truth: part, row, compartment, where the signal begins and how long it is.
    """
    rng = np.random.default_rng(seed)
    texts: list[str] = []
    truth: Rows = [("part", "row", "compartment", "start", "width")]
    for part, size in zip(("train", "test"), sizes, strict=True):
        text = ""
        for row in range(size):
            where = COMPARTMENTS[int(rng.random() ** 1.3 * 4)]
            body = _random("AAACDDEEEFGGGHIIKKKLLLLMNNPPQQRRSSSTTVVVWY", 110 + int(90 * rng.random()), rng)
            front = {
                "Extracellular": "M"
                + _random("KRSKN", 3, rng)
                + _random("LLLAVIFL", 13, rng)
                + _random("ASGA", 4, rng),
                "Mitochondrion": "M" + _random("LARRSARLSKRQGA", 26, rng),
            }.get(where, "")
            start, signal = 0, front
            if where == "Nucleus":
                start, signal = 20 + int(rng.random() * (len(body) - 40)), _random("KKRKR", 7, rng)
                body = body[:start] + signal + body[start:]
            text += f">S{part}{row} {where}-U {part}\n{front + body if front else 'M' + body}\n"
            truth.append((part, row, where, start if front or not signal else start + 1, len(signal)))
        texts.append(text)
    return texts[0], texts[1], truth


def family(seed: int = 0, n: int = 400) -> tuple[str, str, Rows]:
    """Draw a family of proteins that fold into a sheet: partners on neighbouring strands change together.

    Returns
    -------
    str, str
        The alignment, as a3m, and the structure of its first member, as PDB.
    list of tuple
        The truth: pairs of positions that pull on each other, counted from 0.
    """
    from Bio.SeqUtils import seq3

    rng = np.random.default_rng(seed)
    length = STRAND * STRANDS
    along = np.arange(STRAND)
    places = np.array(
        [
            (RISE * (i if strand % 2 == 0 else STRAND - 1 - i), APART * strand, 0.6 * ((i % 2) * 2 - 1))
            for strand in range(STRANDS)
            for i in along
        ]
    )
    partners = [
        (STRAND * s + i, STRAND * (s + 2) - 1 - i + one)
        for s in range(STRANDS - 1)
        for i in range(STRAND - 2)
        for one in (0, 1)
        if i or not one
    ]
    allowed = np.argsort(rng.random((length, 20)), axis=1, kind="stable")[:, :5]  # what a place may hold
    likes = np.argsort(rng.random((len(partners), 5)), axis=1, kind="stable")  # which letter goes with which
    pulls: list[list[tuple[int, np.ndarray]]] = [[] for _ in range(length)]
    for (i, j), order in zip(partners, likes, strict=True):
        pulls[i].append((j, np.argsort(order)))
        pulls[j].append((i, order))
    field = 0.7 * normal(length * 5, rng).reshape(length, 5)
    state = (rng.random((ANCESTORS, length)) * 5).astype(int)
    for _ in range(12):
        state = _swept(state, field, pulls, rng)
    state = state[(rng.random(n) ** 1.5 * ANCESTORS).astype(int)]
    for _ in range(SWEEPS):
        moved = _swept(state, field, pulls, rng)
        state = np.where(rng.random((n, length)) < 0.3, moved, state)
    letters = np.array(list(RESIDUES))[allowed[np.arange(length), state]]
    gaps = rng.random((n, length)) < 0.03
    gaps[0] = False
    rows = ["".join(row) for row in np.where(gaps, "-", letters)]
    a3m = "".join(f">S{i}\n{row}\n" for i, row in enumerate(rows))
    atoms = [
        f"ATOM  {i:5d}  {'CA' if letter == 'G' else 'CB'}  {seq3(letter).upper()} A{i:4d}    "
        + "".join(f"{one:8.3f}" for one in place)
        + "  1.00  0.00           C  "
        for i, (letter, place) in enumerate(zip(rows[0], places, strict=True), 1)
    ]
    return a3m, "\n".join([*atoms, "END", ""]), [("one", "other"), *partners]


def scan(seed: int = 0, places: int = 80) -> Drawn:
    """Draw a scan: every change of a protein, measured twice, and the scores of four models."""
    from Bio.Align import substitution_matrices

    rng = np.random.default_rng(seed)
    header = (
        "mutant",
        "2500",
        "2500_1",
        "2500_2",
        *(f"mutation_effect_prediction_{one}" for one in ("independent", "pairwise", "vae_ensemble")),
        "esm1v_t33_650M_UR90_1",
    )
    rows: Rows = [header]
    truth: Rows = [("mutant", "effect")]
    protein = [int(u * 20) for u in rng.random(places)]
    matters = rng.random(places) ** 1.5
    usual = substitution_matrices.load("BLOSUM62")
    for place, new in itertools.product(range(places), range(20)):
        if new == protein[place]:
            continue
        far = 4 - usual[RESIDUES[protein[place]]][RESIDUES[new]]  # from 1 to 8
        effect = -matters[place] * (0.4 + 0.3 * far)
        noise = normal(6, rng)
        twice = [effect + 0.14 * noise[0], effect + 0.14 * noise[1]]
        models = [effect + scale * noise[k] for k, scale in ((2, 0.75), (3, 0.55), (4, 0.45), (5, 0.55))]
        mutant = f"{RESIDUES[protein[place]]}{place + 1}{RESIDUES[new]}"
        rows.append((mutant, *(round(float(one), 4) for one in (sum(twice) / 2, *twice, *models))))
        truth.append((mutant, round(float(effect), 4)))
    return Drawn(rows, truth)


def escape(seed: int = 0, places: int = 120, sites: int = 14) -> Drawn:
    """Draw changes of a virus's surface: where an antibody binds, half of those that are tolerated escape."""
    rng = np.random.default_rng(seed)
    protein = [int(u * 20) for u in rng.random(places)]
    strict = rng.random(places)  # how little a place tolerates
    bound = np.argsort(rng.random(places) + 0.35 * strict, kind="stable")[:sites]
    outside = 0.35 * normal(places, rng) + 0.45 * np.isin(np.arange(places), bound)  # how much the antibody side shows
    rows: Rows = [("pos", "wt", "mut", "prob", "change", "is_viable", "is_escape")]
    truth: Rows = [("pos", "strict", "bound")]
    for place in range(places):
        seen = place in bound
        truth.append((place, round(float(strict[place]), 3), int(seen)))
        for new in range(20):
            if new == protein[place]:
                continue
            tolerated, *noise = (float(one) for one in normal(3, rng))
            fits = tolerated - 1.6 * strict[place]
            escapes = bool(seen and fits > -0.9 and rng.random() < 0.45)
            grammar = 10 ** (-4.5 + 0.9 * fits + 0.6 * noise[0])
            meaning = 1900 * np.exp(outside[place] + 0.45 * noise[1])
            letters = RESIDUES[protein[place]], RESIDUES[new]
            rows.append((place, *letters, f"{min(grammar, 0.5):.4e}", round(float(meaning), 1), True, escapes))
    return Drawn(rows, truth)


def _random(letters: str, count: int, rng: np.random.Generator) -> str:
    return "".join(letters[int(u * len(letters))] for u in rng.random(count))


def _swept(
    state: np.ndarray, field: np.ndarray, pulls: list[list[tuple[int, np.ndarray]]], rng: np.random.Generator
) -> np.ndarray:
    """Draw every place anew, once, given all others."""
    state = state.copy()
    for place, others in enumerate(pulls):
        weights = np.repeat(np.exp(field[place])[None], len(state), axis=0)
        for other, order in others:
            weights[np.arange(len(state)), order[state[:, other]]] *= np.exp(PULL)
        chances = np.cumsum(weights / weights.sum(axis=1, keepdims=True), axis=1)
        state[:, place] = (rng.random((len(state), 1)) > chances[:, :4]).sum(axis=1)
    return state
