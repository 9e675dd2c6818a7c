"""The errors that learners meet, type by type: what the text looks like, and the sentence that says what to mend."""

from __future__ import annotations

from helpers.engine.torch_sentences import OF_TORCH

# a sentence may hold the groups of the text; of those of one type the first that fits is told
KNOWN: dict[str, tuple[tuple[str, str], ...]] = {
    "KeyError": ((r"('(?!pop from ).*'|-?\d+|\(.*\))$", "Nothing is kept under the key {0}."),),
    "NameError": (
        (
            r"",
            "Your code stopped with an error. Is the name misspelt, is its import missing, or does the cell that makes "
            "it still wait to be run?",
        ),
    ),
    "UnboundLocalError": ((r".*'(\w+)'", "`{0}` is read before anything was put into it."),),
    "ZeroDivisionError": ((r"", "Your code divides by 0 here."),),
    "RecursionError": ((r"", "Your function calls itself without end."),),
    "OverflowError": (
        (r"math range error", "A number grew beyond what a float can hold: the exponential of so much is too large."),
    ),
    "IndexError": (
        (
            r"Dimension out of range.*\[(-?\d+), (-?\d+)\], but got (-?\d+)",
            "There is no axis {2} here: the axes that there are go from {0} to {1}.",
        ),
        (
            r"index (-?\d+) is out of bounds for (?:dimension|axis) (\d+) with size (\d+)",
            "Place {0} was asked for on axis {1}, which has {2}; they are counted from 0.",
        ),
        (r"(list|string|tuple) index out of range", "An index reaches beyond the end of a {0}."),
        (r"too many indices", "There are more indices than axes."),
        (
            r"tensors used as indices must be",
            "These numbers are no whole ones, and only whole numbers, True and False can look up places.",
        ),
        (
            r"The shape of the mask \[(.*?)\] at index (\d+) does not match the shape of the indexed tensor \[(.*?)\]",
            "A mask of the shape ({0}) looks into a tensor of the shape ({2}): on axis {1} they differ.",
        ),
        (
            r"boolean index did not match indexed array along axis (\d+); size of axis is (\d+) but size of "
            r"corresponding boolean axis is (\d+)",
            "A mask with {2} entries looks into axis {0}, which has {1}.",
        ),
        (
            r"shape mismatch: indexing (?:tensors|arrays) could not be broadcast together with shapes (.*)",
            "The places that are looked up do not fit each other: {0}.",
        ),
        (
            r"arrays used as indices must be of integer",
            "These numbers are no whole ones, and only whole numbers, True and False can look up places.",
        ),
        (r"only integers, slices", "This is no place that can be looked up: whole numbers, slices and masks are."),
        (r"pop from empty list", "`pop` takes out of a list that is empty."),
    ),
    "ValueError": (
        (r"too many values to unpack \(expected (\d+)", "More came than the {0} names on the left can take."),
        (r"not enough values to unpack \(expected (\d+), got (\d+)", "{1} came, and there are {0} names on the left."),
        (r"math domain error", "The logarithm or root of a number that has none was taken."),
        (r"substring not found", "`index` raises an error where the word is absent; `find` gives −1."),
        (
            r"Overflow when unpacking long",
            "A whole number beyond 2⁶³ does not fit into a tensor: stay with Python's own, or begin with a float.",
        ),
        (r"(.+) is not in (?:list|tuple)", "{0} is not in the list that your code looks through."),
        (
            r"continuous(?:-multioutput)? format is not supported",
            "Scores stand where labels belong: scikit-learn's measures take the labels first.",
        ),
        (
            r"multi_class must be in",
            "`roc_auc_score` finds more than two values among the labels. Are holes, −1, still among them?",
        ),
        (
            r"Found input variables with inconsistent numbers of samples: \[(\d+), (\d+)\]",
            "scikit-learn gets {0} of one and {1} of the other: take the same rows of both.",
        ),
        (r"Only one class (?:is )?present", "There is one class only among these labels, and nothing to tell apart."),
        (
            r"Input (?:\w+ )?contains NaN",
            "nan is among what scikit-learn is given: fill in, or leave out, what is missing.",
        ),
        (r"Input (?:\w+ )?contains infinity", "An infinite number is among what scikit-learn is given."),
        (r"Expected 2D array, got (\d)D array", "scikit-learn takes a table, rows and columns, and gets {0} axes."),
        (
            r"y should be a 1d array, got an array of shape (.*) instead",
            "scikit-learn takes one label a row, and gets the shape {0}.",
        ),
        (
            r"Classification metrics can't handle a mix of (\S+) and (\S+) targets",
            "Labels and scores do not go together here: one is {0}, the other {1}.",
        ),
        (r"This solver needs samples of at least 2 classes", "The rows that are trained on are all of one class."),
        (
            r"operands could not be broadcast together with shapes (\(.*?\)) (\(.*?\))",
            "Two arrays do not fit each other: {0} and {1}.",
        ),
        (
            r"could not broadcast input array from shape (\(.*?\)) into shape (\(.*?\))",
            "What is put in has the shape {0}, and its place the shape {1}.",
        ),
        (
            r"matmul: .*size (\d+) is different from (\d+)",
            "A product does not go: the first has {1} columns, the second {0} rows.",
        ),
        (
            r"The truth value of an array with more than one element",
            "Several numbers are asked for one yes or no. Should it be one number, `@` or `.sum()` makes one; else go "
            "entry by entry, with `np.where` or `np.maximum`.",
        ),
        (
            r"Target size \(torch\.Size\(\[(.*?)\]\)\) must be the same as input size \(torch\.Size\(\[(.*?)\]\)\)",
            "Labels of the shape ({0}) meet logits of the shape ({1}).",
        ),
        (
            r"Expected input batch_size \((\d+)\) to match target batch_size \((\d+)\)",
            "{0} rows of scores meet {1} labels.",
        ),
        (r"invalid literal for int\(\) with base 10: (.*)", "{0} is no whole number."),
        (r"could not convert string to float: (.*)", "{0} is no number."),
        (
            r"(max|min)\(\) (?:arg is an empty sequence|iterable argument is empty)",
            "`{0}` looks through something that is empty.",
        ),
        (r"list\.(remove|index)\(x\): x not in list", "`{0}` looks for something that the list does not hold."),
        (
            r"only one element tensors can be converted to Python scalars",
            "One number is wanted here, and this tensor has several.",
        ),
        (r"All bounds|axes don't match array", "There are not as many axes here as are named."),
    ),
    "AttributeError": (
        (
            r"cannot assign (?:module|parameters?).* before Module.__init__",
            "`super().__init__()` is missing, or comes too late: it has to be the first line of `__init__`.",
        ),
        (r"module '([\w.]+)' has no attribute '(\w+)'", "There is no `{1}` in `{0}`: is its name spelt so?"),
        (r"type object '(\w+)' has no attribute '(\w+)'", "`{0}` has no `{1}`."),
        (
            r"'NoneType' object",
            "Something is None here: a function that gives nothing back, or a name that still waits for its value.",
        ),
        (
            r"'tuple' object has no attribute '(\w+)'",
            "Several results came as one tuple, which has no `{0}`: give each a name, `a, b = …`, or take one, `…[0]`.",
        ),
        (
            r"'Tensor' object has no attribute 'zero_grad'",
            "`zero_grad` is an optimiser's, or a model's. The slope of one tensor is set to zero by `.grad.zero_()`.",
        ),
        (r"'(\w+)' object has no attribute '(\w+)'", "A value of type {0} has no `{1}`."),
    ),
    "TypeError": (
        (
            r"'NoneType' object",
            "Something is None here: a function that gives nothing back, or a name that still waits for its value.",
        ),
        (r".*missing \d+ required positional arguments?: (.+)", "A call leaves out {0}."),
        (
            r".*takes (\d+) positional arguments? but (\d+) (?:was|were) given",
            "A call hands over {1} arguments, and {0} are taken.",
        ),
        (
            r"(mean|std|var|sum|min|max|median)\(\) got an unexpected keyword argument '(?:axis|dtype|out)'",
            "NumPy's `{0}` is asked of a tensor, which it does not know: write `x.{0}()`.",
        ),
        (r".*unexpected keyword argument '(\w+)'", "A call hands over `{0}`, which is not taken under this name."),
        (
            r"unsupported operand type\(s\) for (\S+): '(\w+)' and '(\w+)'",
            "`{0}` does not go between the types {1} and {2}.",
        ),
        (
            r"bad operand type for unary (\S+): 'NoneType'",
            "`{0}` stands before something that is None here: ask first whether it is there, `if … is not None:`.",
        ),
        (
            r"~ \(operator\.invert\) is only implemented on integer and Boolean",
            "`~` turns True and False round, and these are numbers with a point: `.bool()` first.",
        ),
        (r"can only concatenate (\w+) \(not \"(\w+)\"\)", "`+` does not go between the types {0} and {1}."),
        (
            r"'(str|tuple)' object does not support item assignment",
            "A {0} cannot be changed place by place: make a new one out of pieces.",
        ),
        (
            r".*not torch\.return_types\.(max|min)\b",
            "`{0}` along an axis gives two things, the values and their places: take `.values`, or `a{0}`.",
        ),
        (
            r"'(?:method|function|builtin_function_or_method)' object is not (?:iterable|subscriptable)",
            "A function stands here that is not called: the brackets behind its name, `()`, are missing.",
        ),
        (r"'(\w+)' object is not (callable|iterable|subscriptable)", "A value of type {0} is not {1}."),
        (
            r"'float' object cannot be interpreted as an integer",
            "A whole number is wanted here: divide with `//`, or cut with `int`.",
        ),
        (
            r"slice indices must be integers",
            "A slice begins and ends at whole numbers: divide with `//`, or cut with `int`.",
        ),
        (
            r"(list|tuple|string) indices must be integers(?: or slices)?, not '?(\w+)'?",
            "A {0} is looked up with a whole number, and this is of the type {1}.",
        ),
        (
            r"only (?:integer tensors of a single element can be converted to an index|integer scalar arrays can "
            r"be converted to a scalar index|length-1 arrays can be converted)",
            "One whole number is wanted here, and this holds several, or one with a point.",
        ),
        (
            r"(?:cat|stack)\(\): argument 'tensors' .* must be tuple of Tensors, not (\w+)",
            "`torch.cat` and `torch.stack` take a list of tensors, and get a value of type {0}.",
        ),
        (
            r"expected Tensor as element (\d+) in argument 0, but got (\w+)",
            "Only tensors can be joined, and element {0} of the list is of the type {1}: make the list a tensor "
            "with `torch.tensor`.",
        ),
        (
            r"(?:list|generator) is not a Module subclass",
            "`nn.Sequential` takes layers one by one. A star unpacks a list of them: `nn.Sequential(*layers)`.",
        ),
        (
            r"can't assign a (\w+) to a torch\.",
            "A {0} cannot be put into a place of a tensor: `torch.tensor(…)` makes a tensor of it.",
        ),
        (
            r"loop of ufunc does not support argument \d+ of type int which has no callable (\w+) method",
            "`np.{0}` cannot take so large a whole number. Python's own arithmetic can: `** 0.5` is the root.",
        ),
        (
            r"(\w+)\(\): argument '\w+' (?:\(position (\d+)\) )?must be Tensor, not (int|float)\b",
            "`{0}` takes tensors, and gets a plain number, type {2}: `torch.tensor(…)` makes a tensor of it.",
        ),
        (
            r"(\w+)\(\): argument '(\w+)' \(position (\d+)\) must be (\w+)[^,]*, not ([\w.]+)",
            "`{0}` takes a {3} for its argument {2}, and gets a value of type {4}.",
        ),
        (
            r"(\w+)\(\) received an invalid combination of arguments",
            "`{0}` cannot take these arguments: look at their number, order and types.",
        ),
        (r"object of type '(\w+)' has no len\(\)", "A value of type {0} has no length."),
        (
            r"'(\S+)' not supported between instances of '(\w+)' and '(\w+)'",
            "`{0}` does not compare the types {1} and {2}.",
        ),
        (r"iteration over a 0-d", "One number is gone through here as if it were several."),
        (r"unhashable type: '(\w+)'", "A value of type {0} cannot be a key, or stand in a set."),
        (r"sequence item \d+: expected str instance, (\w+) found", "`join` joins texts, and this is of the type {0}."),
        (r"must be real number, not (\w+)", "A number is wanted here, and this is of the type {0}."),
        (
            r"(?:float|int)\(\) argument must be .*, not '(\w+)'",
            "A number is wanted here, and this is of the type {0}.",
        ),
    ),
    "RuntimeError": OF_TORCH,
    "ModuleNotFoundError": ((r"No module named '([\w.]+)'", "There is no module `{0}` here: is its name spelt so?"),),
    "ImportError": ((r"cannot import name '(\w+)' from '([\w.]+)'", "There is no `{0}` in `{1}`."),),
    "StopIteration": ((r"", "`next` asks for one more where there is none."),),
    "AxisError": (
        (
            r"axis (-?\d+) is out of bounds for array of dimension (\d+)",
            "There is no axis {0} here: the array has {1}.",
        ),
    ),
    "InvalidParameterError": ((r"", "scikit-learn does not take this value for one of its parameters."),),
    "NotFittedError": ((r"", "The model is asked before it was fitted."),),
    "LinAlgError": ((r"", "This matrix cannot be worked with: it is not square, or has no inverse."),),
}
