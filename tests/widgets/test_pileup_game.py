"""PileupGame: the reads of a simulated place, letter by letter; nothing told before a call; bets and what they earn."""

from __future__ import annotations

import numpy as np
import pytest
from blank_page import LETTER_SIZES, WRITTEN

from helpers.datasets.simulated.pileups import CHANNELS, MIDDLE, Pileups, pileups, thin
from helpers.experiments.field import calling
from helpers.widgets import PileupGame
from helpers.widgets.pileup_places import NONE, spelled

READS = ["ACG", "ATG", " TG", "ATC"]  # the genome says ACG; T may be a variant


def game(**change) -> dict:
    """Two alike places, one caller that is sure of one copy, at two reads and at four."""
    place = ("ACG", "T", READS, np.full((4, 3), 30), [1, 1, 0, 0], [60, 40, 20, 0], 1, "one copy")
    chances = np.tile([0.0, 1.0, 0.0], (2, 2, 1))
    return {"places": [place, place], "callers": {"sure": chances}, "depths": [2, 4], **change}


def place(**change) -> dict:
    names = ("reference", "candidate", "reads", "quality", "forward", "mapping", "genotype")
    first = dict(zip(names, game()["places"][0], strict=False))
    return game(places=[tuple({**first, **change}.values())])


@pytest.fixture(scope="module")
def simulated() -> Pileups:
    return pileups(40, seed=3)


def test_the_letters_are_those_that_the_simulation_says_differ(simulated: Pileups) -> None:
    differs = simulated.X[:, CHANNELS.index("differs")].numpy()
    for i, one in enumerate(spelled(simulated, seed=0)):
        assert len(one.reads) == simulated.depth[i] and one.genotype == simulated.y[i]
        wrong = [sum(a not in (" ", b) for a, b in zip(read, one.reference, strict=True)) for read in one.reads]
        assert sorted(wrong) == sorted(differs[i].sum(axis=1)[: len(wrong)])
        carriers = [read[MIDDLE] == one.candidate for read in one.reads]
        assert sum(carriers) == simulated.candidate[i].sum()
        assert sum(np.array(one.forward)[carriers]) == (simulated.forward & simulated.candidate)[i].sum()


def test_callers_are_asked_about_just_the_reads_that_are_shown(simulated: Pileups) -> None:
    widget = PileupGame.from_pileups(simulated, {"likelihood": calling.posteriors}, depths=[4, 9, 30], seed=5)
    for level, most in enumerate(widget.depths):
        fewer = thin(simulated, most, seed=5)
        for at in (0, 7, 22):
            widget.place, widget.level = at, level
            numbers = widget.numbers()
            assert numbers["reads"] == fewer.depth[at] and sum(numbers["carriers"]) == fewer.candidate[at].sum()
            assert numbers["carriers"][0] == (fewer.candidate & fewer.forward)[at].sum()
            call, sure = widget.said()["likelihood"]
            assert sure == pytest.approx(calling.posteriors(fewer)[at].max(), abs=1 / 255)
            assert call == calling.by_likelihood(fewer)[at] or sure < 0.505


def test_genotypes_are_taken_at_their_word(simulated: Pileups) -> None:
    widget = PileupGame.from_pileups(simulated, {"share": calling.by_share}, depths=[30], place=4)
    assert widget.said() == {"share": [calling.by_share(simulated)[4], 1.0]}


def test_bets_earn_what_the_quadratic_score_says_and_callers_are_judged_on_the_same_places() -> None:
    widget = PileupGame(**game(), played=[[0, 1, 3, 1], [1, 2, 2, 1]])
    numbers = widget.numbers()
    assert numbers["right"] == {"you": 1, "sure": 2} and numbers["sure"]["you"] == pytest.approx(0.945)
    assert numbers["points"] == pytest.approx({"you": 25 - 0.01 + 25 - 81, "sure": 50})
    assert numbers["calibration"] == [[0, 0], [0, 0], [1, 0], [1, 1]]


def test_saying_what_one_believes_earns_most() -> None:
    from helpers.widgets.pileup_game import BETS, worth

    for believed in (0.5, 0.7, 0.9, 0.99):
        earned = {bet: believed * worth(bet / 100, True) + (1 - believed) * worth(bet / 100, False) for bet in BETS}
        assert max(earned, key=earned.get) == round(100 * believed)
    assert worth(0.5, True) == worth(0.5, False) == 0


def test_reads_with_the_candidate_letter_come_first_and_few_are_the_first_of_many() -> None:
    widget = PileupGame(**game(), level=0)
    assert (
        widget.numbers() | {"reads": 2, "carriers": [1, 0], "others": [1, 0], "mapping": [40, 60]} == widget.numbers()
    )
    widget.level = 1
    assert widget.numbers()["carriers"] == [1, 2] and widget.numbers()["mapping"] == [20, 60]
    assert widget._rows().tolist() == [1, 2, 3, 0]
    assert (np.frombuffer(widget.letters, dtype=np.uint8) == NONE).sum() == 2


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (game(places=[]), "0 places"),
        (game(callers={}), "0 callers"),
        (game(depths=[4, 2]), r"depths \[4, 2\]"),
        (game(place=2), "place is 2; expected 0 to 1"),
        (game(level=2), "level is 2"),
        (game(callers={"c": np.full((1, 2, 3), 1 / 3)}), r"chances of c have shape \(1, 2, 3\)"),
        (game(callers={"c": np.full((2, 2, 3), 0.5)}), "sum to 1"),
        (place(reference="ACGT"), "odd number"),
        (place(candidate="C"), "candidate 'C' of place 0"),
        (place(reads=["AC"]), "read 'AC' of place 0"),
        (place(reads=["A G"] * 4), "a letter in the middle"),
        (place(reads=[]), "0 reads of place 0"),
        (place(genotype=3), "genotype 3 of place 0"),
        (place(mapping=[1, 2, 3]), "mapping of place 0 has shape"),
        (place(quality=np.full((4, 3), 300)), "quality of place 0"),
    ],
)
def test_bad_input_gets_a_sentence(change: dict, sentence: str) -> None:
    with pytest.raises(ValueError, match=f"^PileupGame: .*{sentence}"):
        PileupGame(**change)


def test_nothing_is_told_before_a_call(blank) -> None:
    widget = PileupGame(**game())
    assert "are to be called" in widget.alt_text() and widget.numbers()["said"] == {}
    blank.mount(widget)
    everything = blank.tab.evaluate("document.body.textContent")
    assert "It is" not in everything and "sure: " not in everything and blank.numbers()["said"] == {}


def test_a_call_is_made_by_hand_told_and_followed_by_the_next_place(blank) -> None:
    blank.mount(PileupGame(**game()))
    call = blank.tab.get_by_role("button", name="Call", exact=True)
    assert call.is_disabled()
    blank.tab.get_by_role("radio", name="both", exact=True).check(force=True)
    blank.tab.get_by_role("radio", name="90", exact=True).check(force=True)
    assert "Right earns +24 points, wrong −56" in blank.message()
    call.click()
    assert blank.get("played") == [[0, 2, 2, 1]]
    assert "It is one copy. You said both copies: −56 points. sure: one copy (100 %)." in blank.message()
    assert blank.tab.get_by_role("radio", name="none", exact=True).is_disabled(), "a call that is made stands"
    blank.tab.get_by_role("button", name="Next place").click()
    assert blank.get("place") == 1 and blank.get("call") == -1


def test_it_is_played_by_keys_alone_from_first_to_last_and_again(blank) -> None:
    blank.mount(PileupGame(**game()))
    blank.tab.get_by_role("application", name="Reads over the place").focus()
    for key in ("Enter", "1", "Enter", "Enter", "0", "ArrowLeft", "Enter"):
        blank.tab.keyboard.press(key)
    assert blank.get("played") == [[0, 1, 1, 1], [1, 0, 1, 0]]
    blank.tab.keyboard.press("Enter")
    assert blank.get("played") == [] and blank.get("place") == 0


def test_captions_are_plain_and_letters_can_be_read_on_a_phone(simulated: Pileups, blank) -> None:
    blank.tab.evaluate(LETTER_SIZES)
    blank.tab.evaluate(WRITTEN)
    blank.mount(
        PileupGame(
            spelled(simulated, seed=0), {"sure": np.full((1, 40, 3), 1 / 3)}, depths=[30], played=[[0, 1, 2, 0]]
        ),
        width="374px",
    )
    assert blank.tab.evaluate("least") >= 9
    said = {"how often you were right", "how sure you said you were, in %", "Bar: how many of 1 calls were right."}
    assert said <= set(blank.tab.evaluate("written"))


def test_a_read_says_what_is_known_of_it(blank) -> None:
    blank.mount(PileupGame(**game()))
    picture = blank.tab.get_by_role("application", name="Reads over the place")
    picture.focus()
    blank.tab.keyboard.press("ArrowDown")
    assert (
        "Read 1: forward, T of quality 30, begins 1 base before the place, differs at 1, maps with 40."
        in blank.message()
    )
    picture.click(position={"x": 60, "y": 44 + 13 + 6})
    assert blank.get("read") == 1 and "Read 2: reverse" in blank.message()
    about = blank.tab.locator(f"#{picture.get_attribute('aria-describedby')}").text_content()
    assert "3 of 4 reads show T where the genome has C: 1 forward and 2 reverse, of the others 1 and 0." in about


def test_thinned_places_keep_the_first_reads_whole_with_carriers_on_top(simulated: Pileups) -> None:
    few, more = thin(simulated, 3, seed=1), thin(simulated, 8, seed=1)
    assert (few.depth == 3).all() and (more.depth == np.minimum(simulated.depth, 8)).all()
    assert (few.here.sum(axis=1) == 3).all() and (few.X[:, :, 3:] == 0).all()
    carried = few.X[:, CHANNELS.index("candidate"), :, MIDDLE].numpy() > 0
    assert (carried == few.candidate).all() and (np.diff(carried[:, :3].astype(int), axis=1) <= 0).all()
    for i in range(len(few.y)):
        kept = {row.numpy().tobytes() for row in few.X[i].swapaxes(0, 1)[:3]}
        assert kept <= {row.numpy().tobytes() for row in more.X[i].swapaxes(0, 1)}
        assert set(few.mapping[i, :3]) <= set(simulated.mapping[i])
    with pytest.raises(ValueError, match="thin: most is 0"):
        thin(simulated, 0, seed=1)
