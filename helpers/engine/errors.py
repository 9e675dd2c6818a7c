"""What Python and torch say when code stops, in words that say what to mend."""

from __future__ import annotations

import re

STOPPED = "Your code stopped with an error."
OWN = re.compile(r"`(forward|__init__)` ")  # errors that a kind of exercise raises itself begin like this

# of each error: what its text looks like, and the sentence, which may hold the groups of the text
KNOWN: tuple[tuple[str, str, str], ...] = (
    (
        "KeyError",
        r"('(?!pop from ).*'|-?\d+|\(.*\))$",
        "Nothing is kept under the key {0}.",
    ),
    (
        "NameError",
        "",
        "Your code stopped with an error. Is the name misspelt, or does the cell that makes it still wait to be run?",
    ),
    (
        "UnboundLocalError",
        r".*'(\w+)'",
        "`{0}` is read before anything was put into it.",
    ),
    (
        "ZeroDivisionError",
        "",
        "Your code divides by 0 here.",
    ),
    (
        "RecursionError",
        "",
        "Your function calls itself without end.",
    ),
    (
        "OverflowError",
        "math range error",
        "A number grew beyond what a float can hold: the exponential of so much is too large.",
    ),
    (
        "IndexError",
        r"Dimension out of range.*\[(-?\d+), (-?\d+)\], but got (-?\d+)",
        "There is no axis {2} here: the axes that there are go from {0} to {1}.",
    ),
    (
        "IndexError",
        r"index (-?\d+) is out of bounds for (?:dimension|axis) (\d+) with size (\d+)",
        "Place {0} was asked for on axis {1}, which has {2}; they are counted from 0.",
    ),
    (
        "IndexError",
        "(list|string|tuple) index out of range",
        "An index reaches beyond the end of a {0}.",
    ),
    (
        "IndexError",
        "too many indices",
        "There are more indices than axes.",
    ),
    (
        "IndexError",
        "tensors used as indices must be",
        "These numbers are no whole ones, and only whole numbers, True and False can look up places.",
    ),
    (
        "ValueError",
        r"too many values to unpack \(expected (\d+)",
        "More came than the {0} names on the left can take.",
    ),
    (
        "ValueError",
        r"not enough values to unpack \(expected (\d+), got (\d+)",
        "{1} came, and there are {0} names on the left.",
    ),
    (
        "ValueError",
        "math domain error",
        "The logarithm or root of a number that has none was taken.",
    ),
    (
        "ValueError",
        "substring not found",
        "`index` finds a letter that is not there no place; `find` gives −1.",
    ),
    (
        "ValueError",
        "(.+) is not in (?:list|tuple)",
        "{0} is not in the list that your code looks through.",
    ),
    (
        "ValueError",
        "continuous(?:-multioutput)? format is not supported",
        "Scores stand where labels belong: scikit-learn's measures take the labels first.",
    ),
    (
        "AttributeError",
        "cannot assign (?:module|parameters?).* before Module.__init__",
        "`super().__init__()` is missing, or comes too late: it has to be the first line of `__init__`.",
    ),
    (
        "AttributeError",
        "'NoneType' object",
        "Something is None here: a function that gives nothing back, or a name that still waits for its value.",
    ),
    (
        "TypeError",
        "'NoneType' object",
        "Something is None here: a function that gives nothing back, or a name that still waits for its value.",
    ),
    (
        "AttributeError",
        r"'(\w+)' object has no attribute '(\w+)'",
        "A value of type {0} has no `{1}`.",
    ),
    (
        "TypeError",
        r".*missing \d+ required positional arguments?: (.+)",
        "A call leaves out {0}.",
    ),
    (
        "TypeError",
        r".*takes (\d+) positional arguments? but (\d+) (?:was|were) given",
        "A call hands over {1} arguments, and {0} are taken.",
    ),
    (
        "TypeError",
        r".*unexpected keyword argument '(\w+)'",
        "A call hands over `{0}`, which is not taken under this name.",
    ),
    (
        "TypeError",
        r"unsupported operand type\(s\) for (\S+): '(\w+)' and '(\w+)'",
        "`{0}` does not go between the types {1} and {2}.",
    ),
    (
        "TypeError",
        r"can only concatenate (\w+) \(not \"(\w+)\"\)",
        "`+` does not go between the types {0} and {1}.",
    ),
    (
        "TypeError",
        r"'(str|tuple)' object does not support item assignment",
        "A {0} cannot be changed place by place: make a new one out of pieces.",
    ),
    (
        "TypeError",
        r".*not torch\.return_types\.(max|min)\b",
        "`{0}` along an axis gives two things, the values and their places: take `.values`, or `a{0}`.",
    ),
    (
        "TypeError",
        r"'(\w+)' object is not (callable|iterable|subscriptable)",
        "A value of type {0} is not {1}.",
    ),
    (
        "RuntimeError",
        "view size is not compatible",
        "`view` cannot read a tensor whose axes were exchanged: `reshape` can.",
    ),
    (
        "RuntimeError",
        r"The size of tensor a \((\d+)\) must match the size of tensor b \((\d+)\) at non-singleton dimension (\d+)",
        "Two tensors do not fit each other: on axis {2} one has {0} entries and the other {1}.",
    ),
    (
        "RuntimeError",
        r"Sizes of tensors must match except in dimension (\d+)\. Expected size (\d+) but got size (\d+)",
        "To be joined along axis {0}, tensors have to be alike on all others: on one of these {1} entries meet {2}.",
    ),
    (
        "RuntimeError",
        r"Given groups=1, weight of size .* to have (\d+) channels, but got (\d+)",
        "A convolution made for {0} channels is given {1}.",
    ),
    (
        "RuntimeError",
        "one of the variables needed for gradient computation has been modified by an inplace operation",
        "Something that the slopes still need was changed in place, as `x += …` does: write `x = x + …`.",
    ),
    (
        "RuntimeError",
        r"shape '\[(.+)\]' is invalid for input of size (\d+)",
        "{1} numbers cannot be laid out as ({0}).",
    ),
    (
        "RuntimeError",
        "Boolean value of Tensor with more than one value",
        "A tensor of several numbers is asked whether it is true: compare them one by one, or use `torch.where`.",
    ),
    (
        "RuntimeError",
        "a leaf Variable that requires grad",
        "Torch follows what you change in place: do it inside `with torch.no_grad():`.",
    ),
    (
        "RuntimeError",
        "Trying to backward through the graph a second time",
        "`backward()` was called twice on one loss: compute the loss anew each time.",
    ),
    (
        "RuntimeError",
        "element 0 of tensors does not require grad",
        "There is no slope to be found: nothing that this was made of requires one, or it was cut off by "
        "`detach` or `item`.",
    ),
    (
        "RuntimeError",
        r".*(?:expected|have|got).*\b(Float|Double|Long|float|double|long)\b.* "
        r"(?:but found|but got|and|!=) .*?(Float|Double|Long|Int|Bool|float|double|long|int|bool)\b",
        "Numbers of two kinds meet, {0} and {1}: turn one into the other, with `.float()` or `.to(other.dtype)`.",
    ),
    (
        "RuntimeError",
        r"all elements of (?:input|target) should be between 0 and 1",
        "`binary_cross_entropy` takes probabilities, from 0 to 1; for logits there is "
        "`binary_cross_entropy_with_logits`.",
    ),
    (
        "RuntimeError",
        r"function \w+ returned an incorrect number of gradients \(expected (\d+), got (\d+)\)",
        "`backward` gave {1} back, and {0} are asked: one for each argument of `forward`, None where no slope goes.",
    ),
    (
        "RuntimeError",
        r"function \w+ returned a gradient different than None at position (\d+)",
        "`backward` gave a slope for argument {0} of `forward`, which takes none: the slopes stand in the order of the "
        "arguments.",
    ),
    (
        "RuntimeError",
        "grad can be implicitly created only for scalar outputs",
        "`backward()` starts from one number: take the mean or the sum first.",
    ),
)
PRODUCT = re.compile(r"mat1 and mat2 shapes cannot be multiplied \((\d+)x(\d+) and (\d+)x(\d+)\)")


def explained(error: str, text: str) -> str:
    """A sentence on an error; "" where all there is to say is what it says itself.

    Parameters
    ----------
    error, text : str
        The error's type and what it says.
    """
    if OWN.match(text):
        return f"{text.splitlines()[0].rstrip('.')}."
    product = PRODUCT.search(text)
    if product:
        return unfit(*map(int, product.groups()))
    for name, pattern, sentence in KNOWN:
        found = re.match(pattern, text) if name == error else None
        if found:
            return sentence.format(*found.groups())
    return ""


def unfit(rows: int, columns: int, other_rows: int, other_columns: int) -> str:
    """Why two matrices cannot be multiplied, and whether one that is turned could be."""
    said = (
        f"({rows}, {columns}) @ ({other_rows}, {other_columns}) does not go: the first has to have as many columns as "
        "the second has rows."
    )
    return f"{said} With the second turned, `.T`, it would." if columns == other_columns else said
