"""From a learner's wrong answer to the lines that make it a misconception, which an author pastes into the exercise."""

from __future__ import annotations

import ast
import copy
import json

from helpers.grading.handed_in.names import parsed

Definition = ast.FunctionDef | ast.ClassDef | ast.Assign


def stub(code: str, code_name: str, name: str, hint: str) -> str:
    """A misconception under this name that answers as a learner's code does; "" where no answer is found in the code.

    Parameters
    ----------
    code : str
        A learner's cells for one exercise.
    code_name : str
        What the exercise calls its answer.
    name, hint : str
        Of the misconception; an author will find better ones.
    """
    tree = parsed(code)
    answers = [node for node in tree.body if defines(node, code_name)]
    if not answers:
        return ""
    beside = [node for node in tree.body if isinstance(node, (*Definition.__args__, ast.Import, ast.ImportFrom))]
    above = "\n\n".join(ast.unparse(node) for node in beside if not defines(node, code_name))
    text = written(answers[-1], name, json.dumps(hint, ensure_ascii=False))
    return f"# at the top of the module, if the answer needs it:\n{above}\n\n# in the class:\n{text}" if above else text


def defines(node: ast.stmt, name: str) -> bool:
    """Whether a statement defines a function, class or variable of this name."""
    if isinstance(node, ast.Assign):
        return [getattr(target, "id", "") for target in node.targets] == [name]
    return isinstance(node, (ast.FunctionDef, ast.ClassDef)) and node.name == name


def written(answer: ast.stmt, name: str, hint: str) -> str:
    """The lines of the misconception: one where a single expression gives the answer."""
    if isinstance(answer, ast.Assign):
        return f"{name} = misconception({hint}, {ast.unparse(answer.value)})"
    made = copy.deepcopy(answer)
    assert isinstance(made, (ast.FunctionDef, ast.ClassDef))
    if ast.get_docstring(made) is not None and len(made.body) > 1:
        del made.body[0]
    if isinstance(made, ast.ClassDef):
        made.name = name
        made.decorator_list = []
        return f"@misconception({hint})\n{ast.unparse(made)}"
    made.returns = None
    for node in ast.walk(made.args):
        if isinstance(node, ast.arg):
            node.annotation = None
    match made.body:
        case [ast.Return(value=value)] if value is not None:
            return f"{name} = misconception({hint}, {ast.unparse(ast.Lambda(made.args, value))})"
    made.name = name
    made.decorator_list = []
    return f"{ast.unparse(made)}\n\n{name} = misconception({hint}, {name})"
