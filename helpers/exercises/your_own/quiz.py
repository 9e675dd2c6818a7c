"""The quiz of lesson 10."""

from __future__ import annotations

from helpers.engine.kinds import Item, MultipleChoice


class Quiz(MultipleChoice):
    """Eight questions about a set of one's own."""

    items = (
        Item(
            "negatives",
            "Your negatives are dinucleotide shuffles of the positives. A network has an AUROC of .97. What is known?",
            {
                "a": "It finds the protein's sites.",
                "b": "It tells real DNA from shuffled DNA.",
                "c": "It will find sites in a genome.",
                "d": "Its filters are motifs.",
            },
            "b",
            {
                "a": "Perhaps. Repeats, genes and islands are lost in a shuffle, too, and any of them would do.",
                "c": "In a genome nothing is shuffled; the negatives there are of another kind.",
                "d": "Whether they are says the comparison with untrained ones, and not a score.",
            },
        ),
        Item(
            "relatives",
            "Two windows overlap by 60 of 100 bases. Where do they go?",
            {
                "a": "One to train, one to test: both are real.",
                "b": "Both into the same part.",
                "c": "Wherever chance puts them.",
                "d": "Both out: relatives are no data.",
            },
            "b",
            {
                "a": "Then the test asks what the model has seen.",
                "c": "Chance puts many such pairs apart, and the score rises with memory.",
                "d": "They are data, if only a little more than one window would be.",
            },
        ),
        Item(
            "majority",
            "Nine tenths of your sequences are negatives. Accuracy is 91 %. What is the first row to put beside it?",
            {"a": "The majority: 90 %.", "b": "A coin: 50 %.", "c": "A larger network.", "d": "Nothing: 91 % is high."},
            "a",
            {
                "b": "A coin is not the dumbest that is good here.",
                "c": "Before the larger comes the dumber.",
                "d": "It is one point above calling everything negative.",
            },
        ),
        Item(
            "shift",
            "All test sequences are moved by one base, and the score falls from .8 to 0. What had the network learned?",
            {
                "a": "Motifs that are one base long.",
                "b": "Too little; train longer.",
                "c": "In which column what stands.",
                "d": "The order of the classes.",
            },
            "c",
            {
                "a": "A motif found anywhere would still be found.",
                "b": "Longer training learns the columns better.",
                "d": "Labels do not move with the bases.",
            },
        ),
        Item(
            "nothing",
            "Your best filter resembles a motif with r = .84; of 99 untrained banks 30 reach that. What do you write?",
            {
                "a": "The motif's name: .84 is high.",
                "b": "The name, with a question mark.",
                "c": "The name of the second best.",
                "d": "That no motif was named.",
            },
            "d",
            {
                "a": "Nearly a third of untrained banks reach it.",
                "b": "A question mark is forgotten by the next who cites it.",
                "c": "That one is less sure still.",
            },
        ),
        Item(
            "few",
            "You have 300 labelled sequences. What do you fit first?",
            {
                "a": "Counts of words, with a penalty.",
                "b": "A transformer, from nothing.",
                "c": "A CNN of a million weights.",
                "d": "All, and report the best.",
            },
            "a",
            {
                "b": "It has to learn from 300 rows what a base is.",
                "c": "It may come second; it must beat the counts.",
                "d": "The best of many on a small test is luck, unless another set judges it.",
            },
        ),
        Item(
            "seeds",
            "Two models differ by .02 in MCC; the seeds of each spread over .06. Which is better?",
            {
                "a": "The one with the higher mean.",
                "b": "That cannot be said yet.",
                "c": "The one with the best seed.",
                "d": "The larger one.",
            },
            "b",
            {
                "a": "Its mean might be lower with other seeds.",
                "c": "The best of more tries is higher: luck.",
                "d": "Size is a cost, not a score.",
            },
        ),
        Item(
            "test",
            "You looked at the test score ten times and kept the best model. What is that score now?",
            {
                "a": "As good as before.",
                "b": "Too low.",
                "c": "Too high: you chose by it.",
                "d": "Fine, if the test set is large.",
            },
            "c",
            {
                "a": "The best of ten looks is the luckiest, too.",
                "b": "Choosing by a score raises it.",
                "d": "Size shrinks the luck, and does not take it away.",
            },
        ),
    )
