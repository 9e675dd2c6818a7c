"""The quiz of lesson 01."""

from __future__ import annotations

from helpers.engine.kinds import Item, MultipleChoice


class Quiz(MultipleChoice):
    """quiz() -> {"shapes": letter, ...}"""

    items = (
        Item(
            "shapes",
            "X holds 64 oligos with 2 features each. What goes into `nn.Linear(2, 1)`, and what comes out?",
            {"a": "(2, 64) in, (1, 64) out", "b": "(64, 2) in, (64,) out", "c": "(64, 2) in, (64, 1) out"},
            "c",
            {
                "a": "A row for each oligo, and the features in the last dimension: that is how torch wants it.",
                "b": "Going in is right. Coming out, the layer keeps a column for its one output: (64, 1), and set "
                "against y of shape (64,) that makes a 64 × 64 table.",
            },
        ),
        Item(
            "loss",
            "What is a loss?",
            {
                "a": "one number that says how wrong the model is on these data",
                "b": "the share of oligos that were predicted wrongly",
                "c": "the difference between prediction and measurement, one for each oligo",
                "d": "how much information the model has forgotten",
            },
            "a",
            {
                "b": "A share of mistakes exists for classes only, and it has no slope to walk down.",
                "c": "Those are the errors, or residuals. The loss makes one number of them, here the mean square.",
                "d": "Nothing is forgotten here. The loss measures the distance between predictions and data.",
            },
        ),
        Item(
            "backward",
            "What does `loss.backward()` do?",
            {
                "a": "it moves every weight a step downhill, against its slope",
                "b": "it puts each parameter's slope into `.grad`",
                "c": "it undoes the last step",
                "d": "it sets the gradients to zero",
            },
            "b",
            {
                "a": "It only finds the slopes. The step is taken by `optimiser.step()`, or by your own `w -= ...`.",
                "c": "Backward means from the loss back to the parameters, not back in time.",
                "d": "On the contrary, it adds to what is in `.grad`; `zero_grad()` empties it.",
            },
        ),
        Item(
            "updates",
            "Who changes the weights?",
            {"a": "`loss.backward()`", "b": "`model(X)`", "c": "`optimiser.zero_grad()`", "d": "`optimiser.step()`"},
            "d",
            {
                "a": "`.backward()` fills `.grad` and touches no weight.",
                "b": "`model(X)` uses the weights to predict and leaves them alone.",
                "c": "That empties `.grad`. Weights stay where they are.",
            },
        ),
        Item(
            "zeroing",
            "Why are the gradients set to zero in every step?",
            {
                "a": "because `.backward()` adds to what `.grad` already holds",
                "b": "because at the minimum the gradient is zero, and there we want to get",
                "c": "to save memory",
                "d": "so that the weights start from zero again",
            },
            "a",
            {
                "b": "At the minimum it is, but that has to come from the data, not from your hand.",
                "c": "The tensors are kept, so little memory is saved. It is about right numbers.",
                "d": "Weights and gradients are different things: only `.grad` is emptied.",
            },
        ),
        Item(
            "epoch",
            "What is an epoch?",
            {
                "a": "one step of the optimiser, whatever the batch",
                "b": "one pass over all training data",
                "c": "the time until the loss stops falling",
            },
            "b",
            {
                "a": "Only when all data go into one batch, as in this lesson. With batches an epoch has many steps.",
                "c": "That takes as many epochs as it takes. One epoch is one pass over the training data.",
            },
        ),
        Item(
            "stuck",
            "The loss has not moved for 50 epochs and is far too high. What do you try first?",
            {
                "a": "collect more data, for a model is never better than its examples",
                "b": "train for 5,000 epochs more",
                "c": "look at shapes and slopes, standardise, try other rates",
                "d": "take a larger model",
            },
            "c",
            {
                "a": "More data cannot help a loop that does not learn the data it has.",
                "b": "If nothing moves, 5,000 times nothing is nothing. Find out why it stands still.",
                "d": "A larger model in a broken loop stands still as well. First make the small one learn.",
            },
        ),
        Item(
            "optimiser",
            "What is an optimiser given when it is made?",
            {
                "a": "the features and the measurements that it should bring together",
                "b": "the loss function",
                "c": "the model's predictions",
                "d": "the parameters it may change, and a rate",
            },
            "d",
            {
                "a": "It never sees data. It reads each parameter's `.grad`, which `.backward()` has filled.",
                "b": "It does not know the loss. `.backward()` leaves all it needs in `.grad`.",
                "c": "Predictions go into the loss. The optimiser works on parameters and their slopes.",
            },
        ),
        Item(
            "two_features",
            "You want to predict from GC content and length. What changes?",
            {
                "a": "two models are trained, and their predictions averaged",
                "b": "X gets a second column, the layer a second weight",
                "c": "the two numbers are added and go into `nn.Linear(1, 1)`",
                "d": "the layer becomes `nn.Linear(1, 2)`",
            },
            "b",
            {
                "a": "Then neither could allow for the other. One model weighs both at once.",
                "c": "Added, the length (20) would drown the share (0.5), and one weight would have to serve both.",
                "d": "That is one feature in and two predictions out. First comes what goes in.",
            },
        ),
    )
