"""What a person should look at in a submission: signs that code may go round the watch. A doubt costs no point.

The watch is in the learner's own process, so who wants to can blind it; reading sees the tools for that by their names.
Honest code uses some of them, too: so this is said to the instructor, and marks do not hang on it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from helpers.engine.source import attribute_of
from helpers.grading.handed_in.names import tree_of

MOST = 8  # sentences on one submission
MODULES = {
    "subprocess": "begins other programs",
    "multiprocessing": "begins other processes",
    "threading": "begins threads",
    "_thread": "begins threads",
    "concurrent": "begins threads or processes",
    "ctypes": "reaches past Python",
    "cffi": "reaches past Python",
    "gc": "looks at Python's own objects",
}
ROOMS = ("helpers.engine", "helpers.exercises", "helpers.grading", "helpers.learner")  # what asks, and what marks
ATTRIBUTES = {
    **dict.fromkeys(("fork", "system", "popen", "posix_spawn", "execv", "execve"), "begins other processes"),
    **dict.fromkeys(("setprofile", "settrace", "addaudithook"), "changes how Python watches calls"),
    **dict.fromkeys(("DisableTorchFunction", "_DisableTorchDispatch"), "changes how torch watches calls"),
    **dict.fromkeys(("getprofile", "Profile", "setitimer", "__code__"), "changes how Python runs or watches calls"),
    "import_module": "fetches modules by their names",
    **dict.fromkeys(("_getframe", "get_objects", "get_referrers"), "looks at Python's own objects"),
    **dict.fromkeys(("currentframe", "f_back", "f_locals", "tb_frame"), "looks at who calls it"),
    **dict.fromkeys(("exercise", "forbids"), "looks into what asks"),
}
FETCHING = ("__import__", "sys.modules")


def doubts(cells: list[str], modules: Mapping[str, str]) -> list[str]:
    """Sentences on a submission, the first few; empty where nothing strikes.

    Parameters
    ----------
    cells : list of str
        The learner's own cells.
    modules : dict of str to str
        The learner's own modules beside the notebook, name to source.
    """
    found: list[str] = []
    for cell in cells:
        tree = tree_of(cell)
        if tree is None:
            found.append(f"a cell is no Python, so nobody has read it: `{first_line(cell)}`")
            continue
        if shell := next((line.strip() for line in cell.splitlines() if is_shell(line)), ""):
            found.append(f"a cell runs a line of the shell: `{shell[:60]}`")
        found += [f"a cell {sign}" for sign in signs(tree)]
        found += [f"a cell imports `{name}`, which lies beside the notebook" for name in imported(tree) & set(modules)]
    for name, source in modules.items():
        tree = tree_of(source)
        found += [f"`{name}`, beside the notebook, {sign}" for sign in ([] if tree is None else signs(tree))]
    return list(dict.fromkeys(found))[:MOST]


def modules_among(files: Mapping[str, bytes], most: int = 200_000) -> dict[str, str]:
    """The learner's own modules among the files beside a notebook: name to source, so much as a person would write."""
    found: dict[str, str] = {}
    for path, data in sorted(files.items()):
        if path.endswith(".py") and len(data) <= most:
            most -= len(data)
            name = path.removesuffix(".py").partition("/")[0]
            found[name] = f"{found.get(name, '')}\n{data.decode('utf-8', 'replace')}".strip("\n")
    return found


def imported(tree: ast.AST) -> set[str]:
    """The first parts of the names of all modules that a tree imports."""
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
    return {name.partition(".")[0] for name in names}


def signs(tree: ast.AST) -> Iterator[str]:
    """What strikes in a tree."""
    for name in sorted(imported(tree) & MODULES.keys()):
        yield f"imports `{name}`, which {MODULES[name]}"
    for node in ast.walk(tree):
        module = node.module if isinstance(node, ast.ImportFrom) else None
        named = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [module or ""]
        if isinstance(node, (ast.Import, ast.ImportFrom)) and any(name.startswith(ROOMS) for name in named):
            yield "imports what asks and marks"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "compile":
            yield "uses `compile`, which lets code stand in another file"
        if (name := ast.unparse(node) if isinstance(node, (ast.Name, ast.Attribute)) else "") in FETCHING:
            yield f"uses `{name}`, which fetches modules by their names"
        if name in ROOMS:
            yield f"uses `{name}`: that asks and marks"
        attribute = attribute_of(node)
        if attribute in ATTRIBUTES:
            yield f"uses `{attribute}`, which {ATTRIBUTES[attribute]}"


def is_shell(line: str) -> bool:
    """Whether a line of a cell is the shell's."""
    text = line.strip()
    return text.startswith(("!", "%%bash", "%%sh", "%%script", "%sx", "%system")) or "= !" in text.partition("#")[0]


def first_line(cell: str) -> str:
    """How a cell begins."""
    return cell.strip().partition("\n")[0][:60]
