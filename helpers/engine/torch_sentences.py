"""What torch says when it stops, a RuntimeError each, and the sentence that says what to mend."""

from __future__ import annotations

OF_TORCH: tuple[tuple[str, str], ...] = (
    (
        r"Tensors must have same number of dimensions: got (\d+) and (\d+)",
        "To be joined, tensors need as many axes as each other, and {0} meet {1}: `[..., None]` adds one, "
        "`.flatten()` leaves one.",
    ),
    (
        r"stack expects each tensor to be equal size, but got \[(.*?)\] at entry \d+ and \[(.*?)\]",
        "To be stacked, tensors have to be of one shape, and ({0}) meets ({1}).",
    ),
    (
        r"The expanded size of the tensor \((\d+)\) must match the existing size \((\d+)\) at non-singleton "
        r"dimension (\d+)",
        "A tensor is to be stretched to {0} entries on axis {2}, where it has {1}: only an axis of 1 can be.",
    ),
    (
        r"shape mismatch: value tensor of shape \[(.*?)\] cannot be broadcast to indexing result of shape "
        r"\[(.*?)\]",
        "What is put in has the shape ({0}), and its place the shape ({1}).",
    ),
    (
        r"output with shape \[(.*?)\] doesn't match the broadcast shape \[(.*?)\]",
        "What is changed in place has the shape ({0}), and the result would have ({1}): make something new instead.",
    ),
    (
        r"a Tensor with (\d+) elements cannot be converted to Scalar",
        "One number is wanted here, and this tensor has {0}.",
    ),
    (
        r"Calculated padded input size per channel: \((\d+)\)\. Kernel size: \((\d+)\)",
        "The kernel is {1} wide, and what it goes over has {0} places.",
    ),
    (
        r"Expected .*input to (conv\d)d, but got input of size: \[(.*)\]",
        "`{0}d` takes (sequences, channels, length), and gets ({1}).",
    ),
    (
        r"size mismatch, got input \((\d+)\), mat \((\d+)x(\d+)\), vec \((\d+)\)",
        "({1}, {2}) @ ({3},) does not go: the vector has to have as many entries as the matrix has columns.",
    ),
    (
        r"inconsistent tensor size, expected tensor \[(\d+)\] and src \[(\d+)\]",
        "Two vectors are multiplied that are not as long: {0} entries meet {1}.",
    ),
    (r"(mean|var|std)(?:\(\)|_mean)?:? .*floating point", "`{0}` wants numbers with a point: `.float()` first."),
    (
        r"Can't call numpy\(\) on Tensor that requires grad",
        "NumPy cannot follow slopes: `.detach()` before `.numpy()`.",
    ),
    (r"Boolean value of Tensor with no values", "An empty tensor is asked whether it is true."),
    (
        r"(?:result type|Index put requires|result dtype) .*",
        "Numbers of one kind are written into a tensor of another: make both of one kind, `.float()` or `.long()`.",
    ),
    (
        r"(?:one_hot|Class values must be).*",
        "`F.one_hot` takes whole numbers from 0 to one less than the number of classes: `.long()`, and no −1.",
    ),
    (
        r"scatter.*dtype int64|.*Expected dtype int32 or int64 for index",
        "Places are looked up with whole numbers: `.long()`.",
    ),
    (
        r"Expected size for first two dimensions of batch2 tensor to be: \[(.*?)\] but got: \[(.*?)\]",
        "A product of stacks of matrices does not go: the second should begin with ({0}), and begins with ({1}).",
    ),
    (
        r"both arguments to (linear|matmul) need to be at least 1D, but they are 0D",
        "`{0}` takes a row of numbers, and gets a single one: is `dim=…` left out of what comes before?",
    ),
    (r"mat1 must be a matrix, got (\d+)-D tensor", "A matrix is wanted here, and this tensor has {0} axes."),
    (
        r"(?:max|min|amax|amin|argmax|argmin)\(\): Expected .*(?:numel\(\) == 0|non-zero size)",
        "There is no largest or smallest of nothing: what is looked through here is empty.",
    ),
    (
        r"Overflow when unpacking long",
        "A whole number beyond 2⁶³ does not fit into a tensor: stay with Python's own, or begin with a float.",
    ),
    (
        r"Subtraction, the `-` operator, with (?:a|two) bool tensor",
        "torch does not subtract True and False: make numbers of them first, `int(…)` of one, `.float()` of many.",
    ),
    (r"view size is not compatible", "`view` cannot read a tensor whose axes were exchanged: `reshape` can."),
    (
        r"The size of tensor a \((\d+)\) must match the size of tensor b \((\d+)\) at non-singleton dimension "
        r"(\d+)",
        "Two tensors do not fit each other: on axis {2} one has {0} entries and the other {1}.",
    ),
    (
        r"Sizes of tensors must match except in dimension (\d+)\. Expected size (\d+) but got size (\d+)",
        "To be joined along axis {0}, tensors have to be alike on all others: on one of these {1} entries meet {2}.",
    ),
    (
        r"Given groups=1, weight of size .* to have (\d+) channels, but got (\d+)",
        "A convolution made for {0} channels is given {1}.",
    ),
    (
        r"one of the variables needed for gradient computation has been modified by an inplace operation",
        "Something that the slopes still need was changed in place, as `x += …` does: write `x = x + …`.",
    ),
    (r"shape '\[(.+)\]' is invalid for input of size (\d+)", "{1} numbers cannot be laid out as ({0})."),
    (
        r"Boolean value of Tensor with more than one value",
        "Several numbers are asked for one yes or no. Should it be one number, `@` or `.sum()` makes one; else go "
        "entry by entry, with `torch.where` or `torch.maximum`.",
    ),
    (
        r"a leaf Variable that requires grad",
        "Torch follows what you change in place: do it inside `with torch.no_grad():`.",
    ),
    (
        r"Trying to backward through the graph a second time",
        "`backward()` was called twice on one loss: compute the loss anew each time.",
    ),
    (
        r"element 0 of tensors does not require grad",
        "There is no slope to be found: nothing that this was made of requires one, or it was cut off by "
        "`detach` or `item`.",
    ),
    (
        r".*(?:expected|have|got).*\b(Float|Double|Long|float|double|long)\b.* (?:but found|but got|and|!=) "
        r".*?(Float|Double|Long|Int|Bool|float|double|long|int|bool)\b",
        "Numbers of two kinds meet, {0} and {1}: turn one into the other, with `.float()` or `.to(other.dtype)`.",
    ),
    (
        r"all elements of (?:input|target) should be between 0 and 1",
        "`binary_cross_entropy` takes probabilities, from 0 to 1; for logits there is "
        "`binary_cross_entropy_with_logits`.",
    ),
    (
        r"function \w+ returned an incorrect number of gradients \(expected (\d+), got (\d+)\)",
        "`backward` gave {1} back, and {0} are asked: one for each argument of `forward`, None where no slope goes.",
    ),
    (
        r"function \w+ returned a gradient different than None at position (\d+)",
        "`backward` gave a slope for argument {0} of `forward`, which takes none: the slopes stand in the "
        "order of the arguments.",
    ),
    (
        r"grad can be implicitly created only for scalar outputs",
        "`backward()` starts from one number: take the mean or the sum first.",
    ),
)
