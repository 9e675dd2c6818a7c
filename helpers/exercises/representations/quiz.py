"""The quiz of lesson 08."""

from __future__ import annotations

from helpers.engine.kinds import Item, MultipleChoice


class Quiz(MultipleChoice):
    """quiz() -> dict of letters"""

    items = (
        Item(
            "linear",
            "A linear autoencoder with two numbers in the middle is trained to the end. Beside a PCA,",
            {
                "a": "its two weight vectors are the first two principal directions",
                "b": "it rebuilds better, since it was trained",
                "c": "both keep the same plane, with axes of their own",
                "d": "they have nothing to do with each other",
            },
            "c",
            {
                "a": "Any two directions in that plane rebuild as well, and it finds some two.",
                "b": "No linear squeeze rebuilds better than the PCA's.",
                "d": "Both look for the plane that loses least, and there is one.",
            },
        ),
        Item(
            "noisy",
            "You train a denoiser with a *second noisy* track of the sample as target, since there is no clean one. It",
            {
                "a": "learns the noise of the second track",
                "b": "learns what the two tracks have in common, the rate",
                "c": "copies its input",
                "d": "learns nothing: the targets are wrong",
            },
            "b",
            {
                "a": "That noise cannot be told from the first track, so its best guess is the mean.",
                "c": "It would, if the target were the *same* track: then noise and all can be told.",
                "d": "They are wrong in every bin, and right on average.",
            },
        ),
        Item(
            "collapse",
            "You turn β up to 20. The KL is almost 0 now. The decoder",
            {
                "a": "draws every sequence from the frequencies at each position",
                "b": "rebuilds perfectly",
                "c": "gives the same sequence each time",
                "d": "has a smoother space, and better samples",
            },
            "a",
            {
                "b": "Without a word about the sequence in its code it cannot.",
                "c": "Its *logits* are the same each time. What is drawn from them is not.",
                "d": "Smooth it is: there is nothing in it.",
            },
        ),
        Item(
            "smooth",
            "Why do draws from the prior decode to something sensible in a VAE, and seldom in an autoencoder?",
            {
                "a": "a VAE has more weights",
                "b": "a VAE is trained longer",
                "c": "an autoencoder has only an encoder, and nothing that draws",
                "d": "its decoder has seen what lies between",
            },
            "d",
            {
                "a": "It has as many, but for a few for the variances.",
                "b": "Not so: both had as many steps.",
                "c": "It has. It was only ever asked at the codes of sequences, which lie anywhere.",
            },
        ),
        Item(
            "table",
            "A generator has the best 5-mers of all and the best base shares at each position. It",
            {
                "a": "is the best generator",
                "b": "may still break the grammar in every sequence",
                "c": "must be a copier",
                "d": "obeys the grammar: words make the grammar",
            },
            "b",
            {
                "a": "Of these two numbers. Boxes at the wrong distance change neither.",
                "c": "A copier has these, too. Letters to the nearest training sequence would tell.",
                "d": "The words, and how far apart they stand. Five letters cannot see twelve.",
            },
        ),
        Item(
            "judge",
            "A fresh judge says AUROC 0.5 of your generator after two epochs. Before you celebrate,",
            {
                "a": "take the judge that the generator was trained against",
                "b": "train the generator longer",
                "c": "turn the labels around",
                "d": "train the judge longer; does it find a plant?",
            },
            "d",
            {
                "a": "The generator has learned to fool that one.",
                "b": "It may be good or the judge lazy: find out first.",
                "c": "Then 0.5 is 0.5 again.",
            },
        ),
        Item(
            "cycle",
            "A CycleGAN paints nuclei. Its cycle error on your cells is as small as can be. So the nuclei are",
            {
                "a": "anywhere: all that can be undone is free",
                "b": "right: a wrong picture could not be turned back",
                "c": "right on average",
                "d": "too large",
            },
            "a",
            {
                "b": "It can, if what was painted wrongly is undone in the same way.",
                "c": "No pair was ever shown, so nothing says which place is right.",
                "d": "Their size is what the critic knows best.",
            },
        ),
        Item(
            "gone",
            "The adversary of your training finds the adapter no better than a coin. Is it gone from the features?",
            {
                "a": "yes, by definition",
                "b": "yes, if λ was large enough",
                "c": "ask a fresh probe",
                "d": "no, it never is",
            },
            "c",
            {
                "a": "Gone *for it*. The features have moved away from this one network.",
                "b": "A larger λ fools this adversary faster.",
                "d": "It can be; but then a fresh probe finds nothing.",
            },
        ),
    )
