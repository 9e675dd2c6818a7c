"""The quiz of lesson 02."""

from __future__ import annotations

from helpers.engine.kinds import Item, MultipleChoice


class Quiz(MultipleChoice):
    """quiz() -> dict: one letter for each question"""

    items = (
        Item(
            "shuffle",
            "Why are the training sequences shuffled before each epoch?",
            {
                "a": "So that no batch, and no end of an epoch, speaks for one kind of sequence only",
                "b": "So that the model cannot memorise the training set",
                "c": "So that the classes become equally large",
                "d": "Because Adam needs random numbers",
            },
            "a",
            {
                "b": "It still sees every sequence in every epoch. Against memorising, use validation, less capacity, "
                "more data.",
                "c": "Shuffling changes the order, not the counts. For balance you would resample or weigh.",
                "d": "Adam takes whatever gradient comes; nothing in it is random.",
            },
        ),
        Item(
            "output",
            "Your model ends in one number per sequence and is trained with `binary_cross_entropy_with_logits`. "
            "What is that number?",
            {
                "a": "The probability of a promoter, between 0 and 1",
                "b": "The class, 0 or 1",
                "c": "The log of the odds, any real number",
                "d": "The loss of that sequence",
            },
            "c",
            {
                "a": "That comes after the sigmoid, and the sigmoid is inside the loss.",
                "b": "The class comes last, when you put a threshold on it.",
                "d": "The loss needs the label as well; the model never sees labels.",
            },
        ),
        Item(
            "threshold",
            "You raise the threshold. What do you trade?",
            {
                "a": "Nothing: AUROC stays the same, so the classifier is as good",
                "b": "Fewer false alarms for more missed promoters",
                "c": "Fewer missed promoters for more false alarms",
                "d": "Training time for accuracy",
            },
            "b",
            {
                "a": "AUROC looks at all thresholds at once; the one you use decides which errors you make.",
                "c": "That is what lowering it does.",
                "d": "No training happens: a threshold is put on finished scores.",
            },
        ),
        Item(
            "auroc",
            "One base in a hundred thousand starts a gene. A scanner reaches AUROC 0.99. What do you ask?",
            {
                "a": "Nothing more, 0.99 is close to perfect",
                "b": "The accuracy",
                "c": "The AUROC of the training set",
                "d": "Which share of its calls is right",
            },
            "d",
            {
                "a": "With 1 % false alarms on 99,999 negatives, each true start drowns in about 1,000 false ones.",
                "b": "“Never a start” is 99.999 % accurate.",
                "c": "That tells of overfitting, and nothing of false alarms among so many negatives.",
            },
        ),
        Item(
            "one_hot",
            "What does one-hot encoding cost?",
            {
                "a": "It tells the model that T is more than A",
                "b": "Four numbers a base, and no likeness between bases",
                "c": "It loses the order of the bases",
                "d": "It loses the case of the letters, which carries the sequence",
            },
            "b",
            {
                "a": "That was 1-2-3-4. One-hot columns are all equally far from each other.",
                "c": "The columns stand in order, one a position. Counting k-mers loses the order.",
                "d": "Small letters mark repeats, usually; the base is the same.",
            },
        ),
        Item(
            "leakage",
            "Which of these is not leakage?",
            {
                "a": "The reverse complement of a test promoter stands in train",
                "b": "You try twenty settings and keep the one that is best on test",
                "c": "Train and test have the same share of promoters",
                "d": "Train holds the mouse version of a human test promoter, nearly letter for letter",
            },
            "c",
            {
                "a": "It is the same molecule, read from the other side.",
                "b": "Then the test set chose the model, and its score is a training score.",
                "d": "Near copies leak as well; similar sequences belong on one side.",
            },
        ),
    )
