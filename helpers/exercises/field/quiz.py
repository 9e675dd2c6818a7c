"""The quiz of lesson 09."""

from __future__ import annotations

from helpers.engine.kinds import Item, MultipleChoice


class Quiz(MultipleChoice):
    """quiz() -> dict of letters"""

    items = (
        Item(
            "artefact",
            "A network over reads calls better than any rule. Then a new machine brings an artefact. The network",
            {
                "a": "notices that this is unlike its training data",
                "b": "calls it, as sure as ever",
                "c": "calls nothing any more",
                "d": "learns it while it works",
            },
            "b",
            {
                "a": "Nobody taught it to say so. It knows three answers and gives one of them.",
                "c": "It still sees reads with another letter. That is what it calls.",
                "d": "It learns in training, and training is over.",
            },
        ),
        Item(
            "forest",
            "With one more summary, how far reads begin, a random forest is ahead of the network. So",
            {
                "a": "forests are better than networks",
                "b": "the network was trained too long",
                "c": "what it had found could be written down",
                "d": "the summary leaks the label",
            },
            "c",
            {
                "a": "Without that summary it was behind. Nobody had written it down before a network found it.",
                "b": "It was good. It showed what the seven summaries lack.",
                "d": "It is computed from the reads alone, as the network's answer is.",
            },
        ),
        Item(
            "position",
            "The position of a change alone, nothing else, has an AUROC of 0.8 for harm. You first ask",
            {
                "a": "how rows were divided",
                "b": "which network was used",
                "c": "whether positions were scaled",
                "d": "how many trees the forest has",
            },
            "a",
            {
                "b": "Any that remembers neighbours will do, a look-up as well.",
                "c": "That changes nothing for neighbours.",
                "d": "One would do.",
            },
        ),
        Item(
            "circular",
            "A score agrees with what doctors say better than with the experiment. A likely reason:",
            {
                "a": "experiments are noisier than doctors",
                "b": "doctors looked at such scores before they said it",
                "c": "the score was trained on the experiment",
                "d": "the experiment is of another gene",
            },
            "b",
            {
                "a": "Against the experiment other scores do as well as before. It is this one that falls.",
                "c": "Then it would agree with the experiment.",
                "d": "The same changes of the same gene were compared.",
            },
        ),
        Item(
            "calibrated",
            "Of all changes that a model gives 0.9, six in ten are harmful. Its AUROC is 0.85. It",
            {
                "a": "orders well and says too much",
                "b": "is wrong in both",
                "c": "is calibrated, as AUROC is high",
                "d": "orders badly and says the truth",
            },
            "a",
            {
                "b": "0.85 is a good order.",
                "c": "AUROC knows the order only. Halve all probabilities and it stays.",
                "d": "It is the other way round: 0.9 was said, 0.6 was seen.",
            },
        ),
        Item(
            "negatives",
            "No negative pair of a set lies within a component of the positive ones. A graph network has 0.99. It",
            {
                "a": "has learned how proteins bind",
                "b": "has read the sequences",
                "c": "overfits its training pairs",
                "d": "may have learned how the negatives were made",
            },
            "d",
            {
                "a": "Perhaps. But a rule that knows no protein has 0.95, so this score cannot show it.",
                "b": "It got none.",
                "c": "It is good on held-out pairs as well: they have the same flaw.",
            },
        ),
        Item(
            "rounds",
            "You go from two rounds of message passing to eight, and everything gets worse. Why?",
            {
                "a": "eight rounds have too few weights",
                "b": "the graph has too many edges for eight rounds",
                "c": "all proteins have come to sound alike",
                "d": "ReLU cannot be used eight times",
            },
            "c",
            {
                "a": "They have four times as many.",
                "b": "With two rounds they were what helped.",
                "d": "Sixteen layers of lesson 07 used it, and had a way around.",
            },
        ),
        Item(
            "chain",
            "Columns 3 and 40 of a family change together and do not touch. The inverse covariance ranks them low:",
            {
                "a": "they are far apart on the chain",
                "b": "it takes off the mean of both columns",
                "c": "the family is too small",
                "d": "column 20 touches both, and explains it",
            },
            "d",
            {
                "a": "It knows nothing of the chain.",
                "b": "That is the average product correction, which does not know of column 20.",
                "c": "Then it would rank everything badly.",
            },
        ),
        Item(
            "escape",
            "Added by ranks, meaning lifts an AUROC of 0.79 to 0.81; the gain’s interval is −0.01 to 0.05. You write",
            {
                "a": "that meaning helps, by about 0.02 in AUROC",
                "b": "that meaning has nothing to do with escape",
                "c": "that this set does not show whether it helps",
                "d": "nothing, before a weight has been found that helps",
            },
            "c",
            {
                "a": "That is one draw of places. The interval holds gains, none at all, and losses.",
                "b": "Alone it is better than a coin. What is open is what it adds.",
                "d": "A weight chosen on the very answers always helps. That would be the bug of the hunt above.",
            },
        ),
    )
