"""The quiz of lesson 03."""

from __future__ import annotations

from helpers.engine.kinds import Item, MultipleChoice


class Quiz(MultipleChoice):
    """quiz() -> dict: one letter for each question"""

    items = (
        Item(
            "nonlinearity",
            "You stack ten linear layers, with nothing between them. What can the stack compute that one cannot?",
            {
                "a": "Nothing: it is one linear layer in disguise",
                "b": "Polynomials of degree ten",
                "c": "XOR, from the second layer on",
                "d": "Anything, if the layers are wide enough",
            },
            "a",
            {
                "b": "Products of weights appear, but each input enters once: the output is still linear in x.",
                "c": "One line cannot do XOR, and ten linear layers are one line.",
                "d": "That holds with something that bends between the layers. Width alone does not bend.",
            },
        ),
        Item(
            "output",
            "A network should tell 5 cell types apart, each cell being exactly one of them. How does it end?",
            {
                "a": "One number, rounded to 1 … 5",
                "b": "Five logits, and cross-entropy",
                "c": "Five logits, each through a ReLU",
                "d": "Five probabilities, each through a sigmoid of its own",
            },
            "b",
            {
                "a": "That would say type 2 lies between types 1 and 3: 1-2-3-4 for bases, once more.",
                "c": "A ReLU takes away the numbers below 0, and with them the means to say “surely not”.",
                "d": "Sigmoids answer five separate questions; then several may be yes. Here exactly one is.",
            },
        ),
        Item(
            "shuffle",
            "The training file holds all promoters first. You forget to shuffle. What do you see?",
            {
                "a": "Nothing, an epoch sees every sequence anyway",
                "b": "An error, for a batch must hold both classes",
                "c": "A loss that swings from class to class",
                "d": "Overfitting",
            },
            "c",
            {
                "a": "It sees each once, but in an order that first teaches “always yes”, then “always no”.",
                "b": "Nothing stops it. That is what makes it a bug worth knowing.",
                "d": "Overfitting is a gap between train and validation. This hurts both.",
            },
        ),
        Item(
            "depth",
            "With equally many parameters, what is depth better at than width?",
            {
                "a": "Nothing: one hidden layer can approximate anything, so depth is of no use",
                "b": "It trains more easily",
                "c": "It needs no activation",
                "d": "Building features out of features",
            },
            "d",
            {
                "a": "It can, perhaps with astronomically many units. That it exists does not make it small.",
                "b": "On the contrary: signals and slopes shrink or grow from layer to layer.",
                "c": "Without one, depth is an illusion.",
            },
        ),
        Item(
            "capacity",
            "Training loss 0.01, validation loss 1.2 and rising. What helps least?",
            {
                "a": "More training data, from the same source",
                "b": "Stopping earlier",
                "c": "Twice as many hidden units",
                "d": "Dropout",
            },
            "c",
            {
                "a": "More data helps most: there is more to learn by heart than fits.",
                "b": "The best epoch lies behind you; stopping there helps at once.",
                "d": "Dropout makes learning by heart harder. Worth a try.",
            },
        ),
        Item(
            "initialisation",
            "All weights of a network begin at 0. What happens?",
            {
                "a": "It begins undecided and then learns as usual",
                "b": "Only the last bias learns",
                "c": "The loss is not a number",
                "d": "It learns, but twice as slowly",
            },
            "b",
            {
                "a": "Logistic regression does. Here hidden units of 0 make dW2 = 0, and W2 = 0 makes dW1 = 0.",
                "c": "All numbers are finite: logit 0, loss 0.69.",
                "d": "Slowness is not the trouble: units that begin equal stay equal, for ever.",
            },
        ),
        Item(
            "seeds",
            "Model A has a test MCC of 0.752 with one seed, model B 0.744 with one. What do you say?",
            {
                "a": "A is better, for its number is higher",
                "b": "Nothing yet: one seed each is no comparison",
                "c": "Try more seeds for B, and report the best of them",
                "d": "They are equal",
            },
            "b",
            {
                "a": "Seeds alone often move an MCC by more than 0.01; so does the draw of the test set.",
                "c": "The best of many draws is luck that you paid for; report the mean and the range.",
                "d": "Perhaps. One run of each cannot tell that either.",
            },
        ),
    )
