"""Networks and judges of representations compute what they say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from helpers.datasets.simulated.cells import cells
from helpers.datasets.simulated.coverage import coverage
from helpers.datasets.simulated.grammar import BOXES, eight_motifs, grammar
from helpers.experiments.representations import generating, naming, squeezing, translating
from helpers.experiments.representations.generating import as_one_hot
from helpers.experiments.representations.page import generators, measured, page
from helpers.models.adversarial import CellTranslator, Decoupled, Discriminator, Generator, GradientReversal
from helpers.models.autoencoders import VAE, Autoencoder, Denoiser
from helpers.models.two_towers import MotifTower
from helpers.text import spread
from helpers.training.representation_losses import (
    cycle_loss,
    discriminator_loss,
    generator_loss,
    info_nce,
    kl_gaussian,
    reconstruction_loss,
)

ROOT = Path(__file__).parents[2]
LN2 = torch.tensor(2.0).log().item()


def test_losses_are_what_hand_and_paper_say() -> None:
    assert reconstruction_loss(torch.zeros(2, 4, 5), as_one_hot(torch.zeros(2, 5).long())).tolist() == pytest.approx(
        [10 * LN2] * 2
    )
    assert kl_gaussian(torch.zeros(1, 3), torch.zeros(1, 3)).item() == 0
    mu, logvar = torch.randn(4, 3), torch.randn(4, 3)
    ours, prior = (torch.distributions.Normal(m, (v / 2).exp()) for m, v in ((mu, logvar), (0 * mu, 0 * mu)))
    wanted = torch.distributions.kl_divergence(ours, prior).sum(dim=1)
    assert torch.allclose(kl_gaussian(mu, logvar), wanted, atol=1e-5)
    assert discriminator_loss(torch.zeros(3), torch.zeros(5)).item() == pytest.approx(2 * LN2)
    assert generator_loss(torch.tensor([-200.0])).item() == pytest.approx(200)
    double, half = (lambda x: 2 * x), (lambda x: x / 2)
    assert cycle_loss(mu, logvar, double, half).item() == 0 < cycle_loss(mu, logvar, double, double).item()
    assert info_nce(mu[:1], logvar[:1], 0.1).item() == 0
    assert info_nce(torch.eye(3), torch.eye(3), 0.01) < 1e-5 < info_nce(torch.eye(3), torch.eye(3).roll(1, 0), 0.01)


def test_a_vae_draws_and_an_autoencoder_does_not() -> None:
    X = as_one_hot(torch.randint(4, (3, 10)))
    vae, plain = VAE((4, 10), 2, 8), VAE((4, 10), 2, 8, variational=False)
    assert vae(X)[0].shape == X.shape and vae.sample(5).shape == (5, 4, 10)
    assert not torch.equal(vae(X)[0], vae(X)[0]) and torch.equal(plain(X)[0], plain(X)[0])
    assert Autoencoder((10, 4, 2))(torch.randn(3, 10)).shape == (3, 10)


def test_ways_between_codes_begin_and_end_at_them_and_go_straight() -> None:
    vae, codes = VAE((4, 10), 2, 8), torch.randn(3, 2)
    ways = vae.between(codes, 5)
    assert ways.shape == (3, 5, 4, 10)
    for way, (start, end) in zip(ways, ((0, 1), (0, 2), (1, 2)), strict=True):
        for step, code in ((0, codes[start]), (2, (codes[start] + codes[end]) / 2), (4, codes[end])):
            assert torch.allclose(way[step], vae.decoder(code[None])[0], atol=1e-6)


def test_a_pair_asks_each_translator_once_for_what_it_has_made(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, forward = [], CellTranslator.forward
    monkeypatch.setattr(CellTranslator, "forward", lambda self, x: (asked.append(self), forward(self, x))[1])
    cell = cells(30, seed=0)
    translating.train_pair(cell.phase, cell.stain, seed=0, steps=1)
    assert len(asked) == 4 and len(set(map(id, asked))) == 2  # there and back, from either side


def test_a_denoiser_sees_as_far_as_it_says() -> None:
    net, reads = Denoiser(4), torch.ones(1, 201)
    reads.requires_grad_()
    net(reads)[0, 100].backward()
    assert reads.grad is not None
    seen = reads.grad[0].nonzero()[:, 0]
    assert (seen.min().item(), seen.max().item()) == (100 - 33, 100 + 33)


def test_a_generator_makes_one_hot_sequences_through_which_slopes_pass() -> None:
    maker = Generator(6, 3, 8)
    made = maker(4)
    assert made.shape == (4, 4, 6) and torch.allclose(made.sum(dim=1), torch.ones(4, 6))
    Discriminator((4, 6), 8)(made).sum().backward()
    assert all(weight.grad is not None for weight in maker.parameters())


def test_the_slope_is_turned_and_nothing_else() -> None:
    x = torch.tensor([1.0, -2.0], requires_grad=True)
    y = GradientReversal.apply(x, 0.5)
    (3 * y).sum().backward()
    assert y.tolist() == [1, -2] and x.grad is not None and x.grad.tolist() == [-1.5, -1.5]


def test_a_motif_lies_where_its_other_strand_lies() -> None:
    tower, X = MotifTower(4, 8), torch.randn(2, 4, 24)
    assert torch.allclose(tower(X), tower(X.flip(1, 2)), atol=1e-6)
    assert torch.allclose(tower(X).norm(dim=1), torch.ones(2))


def test_strands_are_counted_together() -> None:
    one, other = squeezing.spectra(["AACGTTTGCA", "TGCAAACGTT"])
    assert one.shape == (136,) and torch.allclose(one, other) and one.sum().item() == pytest.approx(1)


def test_a_blur_keeps_what_is_flat_and_spreads_what_is_not() -> None:
    assert torch.allclose(squeezing.blur(torch.ones(1, 40), 2), torch.ones(1, 40), atol=1e-5)
    spike = torch.zeros(1, 41)
    spike[0, 20] = 1
    assert squeezing.blur(spike, 2)[0].sum().item() == pytest.approx(1) and squeezing.blur(spike, 2).max() < 0.3


def test_dumb_generators_keep_what_they_say_and_lose_the_rest() -> None:
    torch.manual_seed(0)
    codes = grammar(800, seed=0, places=4).codes
    frequencies, chain = generating.by_frequency(codes, 2000), generating.by_chain(codes, 2000)
    copies, placed = generating.copied(codes, 500), generating.by_place_and_base(codes, 2000)
    assert generating.profile_distance(frequencies, codes) < 0.02 < generating.profile_distance(chain, codes)
    assert generating.profile_distance(placed, codes) < 0.02
    assert generating.word_distance(chain, codes) < generating.word_distance(frequencies, codes)
    assert not generating.copy_distance(copies, codes).any() and generating.copy_distance(chain, codes).min() > 5
    assert len(copies.unique(dim=0)) == 500


def test_a_fresh_judge_finds_the_wrong_gap_and_nothing_where_nothing_is() -> None:
    real, broken = grammar(600, seed=0, places=2).codes, grammar(600, seed=1, places=2, broken=True).codes
    assert generating.fresh_judge(broken, real, seed=0, epochs=(6,))[0] > 0.9
    alike = generating.fresh_judge(grammar(600, seed=2, places=2).codes, real, seed=0, epochs=(1, 3))
    assert len(alike) == 2 and 0.35 < alike[1] < 0.65


def test_trainings_run_and_are_the_same_from_a_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSE_SMOKE", "1")
    codes, cell, track = grammar(70, seed=0).codes, cells(60, seed=0), coverage(40, seed=0, length=64)
    named = naming.named_motifs()
    y = (torch.arange(260) % 2).float()
    X = as_one_hot(torch.randint(4, (260, 30), generator=torch.Generator().manual_seed(0)))
    trainings = (
        lambda: squeezing.train_autoencoder(X.flatten(1), (2,), seed=1),
        lambda: squeezing.train_denoiser(track.reads, track.again, seed=1),
        lambda: squeezing.train_vae(as_one_hot(codes), beta=1.0, seed=1, steps=9),
        lambda: generating.train_gan(eight_motifs(70, seed=0).codes, seed=1, steps=9),
        lambda: translating.train_pair(cell.phase, cell.stain, seed=1, steps=9, pairs=cells(3, seed=1)).there,
        lambda: translating.train_decoupled(X, y, y.flip(0), strength=1.0, seed=1, epochs=2),
        lambda: naming.train_towers(named.pictures, named.words, seed=1, steps=9)[0],
        lambda: naming.train_writer(codes, seed=1, steps=9),
    )
    for train in trainings:
        first, again = (torch.cat([w.detach().flatten() for w in train().parameters()]) for _ in range(2))
        assert torch.equal(first, again) and first.isfinite().all()


def test_an_adversary_is_asked_within_each_class() -> None:
    y, adapter = torch.tensor([1.0, 1, 1, 0, 0, 0]), torch.tensor([1.0, 1, 0, 0, 0, 1])
    weights = translating._within(y, adapter)
    for one in (0, 1):
        for other in (0, 1):
            assert weights[(y == one) & (adapter == other)].sum().item() == pytest.approx(6 / 4)


def test_a_fresh_probe_finds_what_is_there_and_only_that() -> None:
    torch.manual_seed(0)
    adapter = (torch.arange(600) % 2).float()
    there, noise = torch.randn(600, 4), torch.randn(600, 4)
    there[:, 2] += 3 * adapter
    assert translating.fresh_probe(there, adapter, seed=0) > 0.95
    assert 0.35 < translating.fresh_probe(noise, adapter, seed=0) < 0.65
    assert isinstance(Decoupled(normalise=False).norm, torch.nn.Identity)


def test_names_are_spelled_in_groups_and_held_out_whole() -> None:
    named = naming.named_motifs()
    assert len(named.names) == len(named.pictures) == len(named.words) > 800
    groups = {named.groups[i] for i in named.spelled("SRY")[0].nonzero()[:, 0]}
    assert "^SRY" in groups and "RY$" in groups and "^FO" not in groups
    out = naming.held_out_names(named, 0.3, seed=0)
    inside, outside = ({name for name, one in zip(named.names, out, strict=True) if one == wanted} for wanted in (0, 1))
    assert not inside & outside and 0.2 < out.float().mean() < 0.4


def test_the_nearest_picture_minds_neither_shift_nor_strand() -> None:
    pictures = naming.named_motifs().pictures[:5]
    alike = naming.nearest_picture(pictures.flip(1, 2).roll(3, dims=2), pictures)
    assert alike.argmax(dim=1).tolist() == [0, 1, 2, 3, 4] and alike.diag().min() > 0.99


def test_a_writer_that_knows_the_rule_shows_it_at_its_gap() -> None:
    class Knows(torch.nn.Module):
        def forward(self, codes: torch.Tensor) -> torch.Tensor:
            logits = torch.zeros(*codes.shape, 4)
            logits[:, 16 + 6, 3] = 5  # what follows letter 22: the box ends at 16
            return logits

    bits = naming.expected_gap(Knows(), next(iter(BOXES)), seed=0)
    assert bits.argmax() == 6 and 1.8 < bits.max() < 2 and bits.shape == (20,)


def test_the_page_is_what_was_measured() -> None:
    result = json.loads((ROOT / "datasets" / "measured_representations.json").read_text(encoding="utf-8"))
    assert measured() == result and len({len(runs) for runs in result.values()}) == 1 and len(result["dial"]) > 3
    assert (ROOT / "docs" / "representations.md").read_text(encoding="utf-8") == page(result)
    assert {name for name, *_ in generators(result)} >= {"copier", "VAE, β = 1", "GAN"}
    assert (spread([0.5, 0.5]), spread([0.1, 0.3])) == ("0.50", "0.20 (0.10–0.30)")
    assert spread([-0.2, 0.1]) == "-0.05 (-0.20 to 0.10)"
