"""All that lesson 08 says in numbers, for one seed: a function for each of its sections."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from helpers import datasets
from helpers.datasets.simulated.cells import cells
from helpers.datasets.simulated.coverage import coverage, from_one_peak, one_peak
from helpers.datasets.simulated.grammar import BOXES, eight_motifs, grammar, modes, obeys, with_adapter
from helpers.datasets.simulated.organisms import organisms
from helpers.experiments.representations import generating, naming, squeezing, translating
from helpers.experiments.representations.generating import as_one_hot

PLACES = 4  # where a first box may begin, in the table of generators
MADE = 2000  # sequences that a generator is judged by
ONE_PEAK = 0.08  # from the nearest track with one peak
SHORT = 128  # bins of a track
EPOCHS = (2, 5, 20)  # after which a fresh judge is asked

Numbers = dict[str, Any]


def squeeze(seed: int) -> Numbers:
    """How often the 15 nearest windows name the organism, from two numbers and from all; and what the two are."""
    made = organisms(800, seed=seed)
    order = torch.randperm(len(made.y), generator=torch.Generator().manual_seed(seed))
    X, y, cut = squeezing.spectra(made.sequences)[order], made.y[order], 2400
    X = (X - X[:cut].mean(dim=0)) / X[:cut].std(dim=0)
    train = X[:cut]
    plane = torch.linalg.svd(train, full_matrices=False)[2][:2].T
    linear = squeezing.train_autoencoder(train, (2,), seed=seed)
    deep = squeezing.train_autoencoder(train, (64, 2), seed=seed)
    gc, cpg = (torch.tensor([one(made.sequences[i]) for i in order]) for one in (share_of_gc, cpg_ratio))

    def agree(both: Tensor) -> float:
        return squeezing.neighbours_agree(both[:cut], y[:cut], both[cut:], y[cut:])

    with torch.no_grad():
        angle = torch.linalg.svdvals(torch.linalg.qr(linear.decoder[0].weight)[0].T @ plane).min().item()
        return {
            "GC alone": agree(gc[:, None]),
            "PCA": agree(X @ plane),
            "linear autoencoder": agree(linear.encoder(X)),
            "deep autoencoder": agree(deep.encoder(X)),
            "all 136 numbers": agree(X),
            "cosine of the angle between the planes": angle,
            "r of the first with GC": abs(correlation(X @ plane[:, 0], gc)),
            "r of the second with CpG": abs(correlation(X @ plane[:, 1], cpg)),
        }


def share_of_gc(sequence: str) -> float:
    """The share of G and C."""
    return (sequence.count("G") + sequence.count("C")) / len(sequence)


def cpg_ratio(sequence: str) -> float:
    """CG observed over expected from how many C and G there are."""
    return sequence.count("CG") * len(sequence) / max(1, sequence.count("C") * sequence.count("G"))


def correlation(a: Tensor, b: Tensor) -> float:
    """Pearson's r of two rows of numbers."""
    return float(np.corrcoef(a, b)[0, 1])


def denoise(seed: int) -> Numbers:
    """Correlation of log rates: raw reads, the best blur, and a network taught by truth, by noise, by its own input."""
    train, test = coverage(1000, seed=seed, length=SHORT), coverage(300, seed=1000 + seed, length=SHORT)
    widths = (1.0, 1.5, 2.0, 3.0, 4.0, 6.0)
    found = {
        "raw reads": squeezing.log_agreement(test.reads, test),
        "best blur": max(squeezing.log_agreement(squeezing.blur(test.reads, width), test) for width in widths),
    }
    targets = {"clean target": train.rate, "noisy target": train.again, "own input as target": train.reads}
    flat = coverage(300, seed=2000 + seed, length=SHORT, peaks=False)
    for name, target in targets.items():
        net = squeezing.train_denoiser(train.reads, target, seed=seed, steps=300)
        with torch.no_grad():
            found[name] = squeezing.log_agreement(net(test.reads).exp(), test)
            if name == "noisy target":
                found["highest bin of a flat track, over its rate"] = _height(net(flat.reads).exp(), flat.rate)
    return found | {"highest bin of flat reads, over their rate": _height(flat.reads, flat.rate)}


def _height(tracks: Tensor, rate: Tensor) -> float:
    return (tracks.amax(dim=1) / rate[:, 0]).mean().item()


def turn_the_dial(seed: int) -> Numbers:
    """A VAE at four places of the dial, on sequences of the grammar: nats, and what draws from the prior are worth."""
    train, test = _grammars(seed)
    X, unseen = as_one_hot(train), as_one_hot(test)
    frequencies = -(unseen * (X.mean(dim=0) + 1e-6).log()).sum(dim=(1, 2)).mean().item()
    found: Numbers = {"position frequencies": {"nats": frequencies}}
    for name, beta in (("autoencoder", None), ("β = 1", 1.0), ("β = 4", 4.0), ("β = 20", 20.0)):
        model = squeezing.train_vae(X, beta=beta, seed=seed, steps=700)
        with torch.no_grad():
            nats = squeezing.dial(model, unseen)
            made = generating.drawn(model.sample(MADE))
        row = generating.judged(made, train, test, seed=seed, epochs=EPOCHS)
        found[name] = {"reconstruction": nats.reconstruction, "kl": nats.kl, **row._asdict()}
        if beta is not None:
            found[name]["nats"] = nats.reconstruction + nats.kl
    return found


def _grammars(seed: int) -> tuple[Tensor, Tensor]:
    return grammar(3000, seed=seed, places=PLACES).codes, grammar(MADE, seed=1000 + seed, places=PLACES).codes


def walks(seed: int) -> Numbers:
    """On straight ways between six held-out sequences: what obeys at the ends, half way, and anywhere."""
    train, test = _grammars(seed)
    X, ends = as_one_hot(train), as_one_hot(test[obeys(test)][:6])
    found = {}
    for name, beta in (("autoencoder", None), ("β = 1", 1.0)):
        model = squeezing.train_vae(X, beta=beta, seed=seed, steps=700)
        with torch.no_grad():
            logits = model.between(model.encode(ends)[0], 21)  # (15, 21, 4, L)
            drawn = [generating.drawn(logits[:, 10]) for _ in range(200)]
        found[name] = {
            "likeliest letters obey": obeys(logits.argmax(dim=2).flatten(0, 1)).float().mean().item(),
            "half way": obeys(logits[:, 10].argmax(dim=1)).float().mean().item(),
            "draws half way": obeys(torch.cat(drawn)).float().mean().item(),
        }
    return found


def smoothness(seed: int) -> Numbers:
    """Which share of draws from the prior decodes to a track with one peak."""
    tracks, unseen = one_peak(3000, seed=seed), one_peak(1000, seed=1000 + seed)
    found = {"real tracks": (from_one_peak(unseen) < ONE_PEAK).float().mean().item()}
    for name, beta in (("autoencoder", None), ("β = 1", 1.0), ("β = 5", 5.0)):
        loss = squeezing.peak_loss
        model = squeezing.train_vae(tracks, beta=beta, seed=seed, steps=1200, latent=2, hidden=128, loss=loss)
        with torch.no_grad():
            found[name] = (from_one_peak(model.sample(1000)) < ONE_PEAK).float().mean().item()
    return found


def generators(seed: int) -> Numbers:
    """The table: a row for each generator of sequences, the VAE's left to `turn_the_dial`."""
    train, test = _grammars(seed)
    torch.manual_seed(seed)
    gan = generating.train_gan(train, seed=seed, steps=1200, penalty=0.3)
    with torch.no_grad():
        by_gan, sure = gan(MADE).argmax(dim=1), gan.logits(MADE).argmax(dim=1)
    made = {
        "held-out sequences": grammar(MADE, seed=2000 + seed, places=PLACES).codes,
        "copier": generating.copied(train, MADE),
        "any letters": torch.randint(4, (MADE, train.shape[1])),
        "position frequencies": generating.by_frequency(train, MADE),
        "Markov chain of order 3": generating.by_chain(train, MADE),
        "chain for each position": generating.by_place_and_base(train, MADE),
        "right words, wrong gap": grammar(MADE, seed=3000 + seed, places=PLACES, broken=True).codes,
        "GAN": by_gan,
        "GAN, likeliest letters": sure,
    }
    judged = {name: generating.judged(rows, train, test, seed=seed, epochs=EPOCHS) for name, rows in made.items()}
    return {name: row._asdict() for name, row in judged.items()}


def mode_collapse(seed: int) -> Numbers:
    """How many of eight motifs a plain GAN makes, and one whose judge pays for being steep."""
    data = eight_motifs(4000, seed=seed)
    found = {}
    for name, penalty in (("plain", 0.0), ("R1", 1.0)):
        gan = generating.train_gan(data.codes, seed=seed, steps=1000, penalty=penalty, noise=8, hidden=64, lr=2e-3)
        with torch.no_grad():
            found[name] = int((modes(gan(MADE).argmax(dim=1), data.words) > 0.02).sum())
    return found


def microscopes(seed: int) -> Numbers:
    """Nuclei found, and what is lost on the way there and back: bright ones, dark ones, and dark ones by ten pairs."""
    found = {}
    for name, nucleus in (("bright nucleus, unpaired", 0.35), ("dark nucleus, unpaired", -0.35)):
        phase, stain = (cells(2000, seed=1000 * i + seed, nucleus=nucleus) for i in range(2))
        asked = cells(500, seed=2000 + seed, nucleus=nucleus)
        pair = translating.train_pair(phase.phase, stain.stain, seed=seed, steps=200)
        found[name] = translating.seen(pair, asked)._asdict()
    ten = cells(10, seed=3000 + seed)
    pair = translating.train_pair(phase.phase, stain.stain, seed=seed, steps=200, cycle=0, pairs=ten)
    return found | {"dark nucleus, ten pairs": translating.seen(pair, asked)._asdict()}


def decouple(seed: int) -> Numbers:
    """What is left of an adapter that nine tenths of the promoters had, and one tenth of the others."""
    data = datasets.load("human_tata", source="simulated")
    codes, y = data.train.X.argmax(dim=1), data.train.y.float()
    test, truth = data.test.X.argmax(dim=1), data.test.y
    shares = ((0.1, 0.9), (0.9, 0.1), (0.5, 0.5))
    same, turned, free = (with_adapter(test, truth, one, seed=1000 * i + seed) for i, one in enumerate(shares, 1))
    marked, adapter = with_adapter(codes, y, (0.1, 0.9), seed=seed)
    evenly, anyhow = with_adapter(codes, y, (0.5, 0.5), seed=seed)
    asked = (*(as_one_hot(one[0]) for one in (same, turned, free)), free[1])
    found = {}
    for name, (rows, has, strength, normalise) in {
        "no reversal": (marked, adapter, 0.0, True),
        "λ = 1": (marked, adapter, 1.0, True),
        "λ = 3": (marked, adapter, 3.0, True),
        "λ = 3, not normalised": (marked, adapter, 3.0, False),
        "adapter in half of either class": (evenly, anyhow, 0.0, True),
    }.items():
        X = as_one_hot(rows)
        model = translating.train_decoupled(X, y, has, strength=strength, seed=seed, epochs=5, normalise=normalise)
        found[name] = translating.decoupling(model, truth, *asked, seed=seed)._asdict()
    return found


def words(seed: int) -> Numbers:
    """Mean average precision of pictures for a typed word, and the closest names of a few that share no two letters."""
    named = naming.named_motifs()
    test = naming.held_out_names(named, 0.4, seed=seed)
    towers = naming.train_towers(named.pictures[~test], named.words[~test], seed=seed, steps=250)
    return naming.asked_by_word(named, test, towers)._asdict()


def read_the_grammar(seed: int) -> Numbers:
    """Where a writer expects the second box, and how surely, behind either first one and behind a shuffled one."""
    writer = naming.train_writer(grammar(4000, seed=seed).codes, seed=seed, steps=400)
    found = {}
    for box in (*BOXES, "CAGTTA"):
        bits = naming.expected_gap(writer, box, seed=seed)
        found[box] = {"gap": int(bits.argmax()), "bits": bits.max().item()}
    return found


SECTIONS = {
    "squeeze": squeeze,
    "denoise": denoise,
    "dial": turn_the_dial,
    "walks": walks,
    "smoothness": smoothness,
    "generators": generators,
    "modes": mode_collapse,
    "microscopes": microscopes,
    "decouple": decouple,
    "words": words,
    "grammar": read_the_grammar,
}
