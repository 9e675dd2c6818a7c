"""A stand-in for Colab: a Python with much preinstalled, without the course, with `google.colab`, and no checkout.

Real are the notebook, its setup cell, git, pip and its resolver, the build of the wheel, the kernel. Stood in for are
the packages, which come from this environment (as links, so that whoever touches one is caught) and from
`.venv/colab-older`; GitHub, by a local clone; the package index, by a folder of wheels packed from what is installed
here; and `google.colab`, by a module that only notes that widgets were switched on.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

SITE = Path(sysconfig.get_path("purelib"))
OLDER = Path(sys.prefix) / "colab-older"
INSTALLABLE = ("biopython", "captum", "logomaker")  # what the course needs and Colab does not bring
ABSENT = ("deep-learning-on-dna", "nbgrader", *INSTALLABLE)
BUILD = ("hatchling",)
OUTPUT = '''"""Notes that widgets were switched on, and remembers by what, where anywidget looks for it."""
import os


class _widgets:
    _installed_url = None


def enable_custom_widget_manager():
    with open(os.environ["COLAB_NOTES"], "a") as notes:
        notes.write("widgets on\\n")
    _widgets._installed_url = "manager.min.js"
'''


def parts(name: str, among: Path) -> set[str]:
    """The files and folders at the top of site-packages that belong to a distribution; none if it is not there."""
    files = [file for found in metadata.distributions(name=name, path=[str(among)]) for file in found.files or []]
    return {file.parts[0] for file in files if file.parts[0] not in ("..", "__pycache__")}


def needs(names: Iterable[str]) -> set[str]:
    """These distributions, and all that they need here."""
    found: set[str] = set()
    todo = list(names)
    while todo:
        name = canonicalize_name(todo.pop())
        if name not in found:
            found.add(name)
            lines = [Requirement(line) for line in metadata.requires(name) or []]
            todo += [line.name for line in lines if not line.marker or line.marker.evaluate({"extra": ""})]
    return found


def wheel(name: str, house: Path) -> None:
    """Pack an installed distribution into a wheel again."""
    found = metadata.distribution(name)
    tag = str(found.read_text("WHEEL")).split("Tag: ")[1].split()[0]
    inside = [file for file in found.files or [] if ".." not in file.parts and "__pycache__" not in file.parts]
    inside = [file for file in inside if file.name not in ("INSTALLER", "REQUESTED", "RECORD", "direct_url.json")]
    (folder,) = {file.parts[0] for file in inside if file.parts[0].endswith(".dist-info")}
    title = folder.removesuffix(".dist-info")
    with zipfile.ZipFile(house / f"{title}-{tag}.whl", "w") as made:
        for file in inside:
            made.write(str(found.locate_file(file)), file.as_posix())
        made.writestr(f"{folder}/RECORD", "".join(f"{file.as_posix()},,\n" for file in inside))


@dataclass
class Colab:
    """One emulated machine under `place`, with a clone of the course at `repository` for GitHub."""

    place: Path
    repository: Path
    address: str
    older: bool
    before: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Make the machine."""
        venv.create(self.place / "env", with_pip=False)
        self.python = self.place / "env" / "bin" / "python"
        (self.site,) = (self.place / "env").glob("lib/python*/site-packages")
        self.preinstall()
        self.before = self.links()
        self.stand_in()
        self.house = self.place / "index"
        self.house.mkdir()
        for name in {*INSTALLABLE, *needs(BUILD)}:
            wheel(name, self.house)
        spec = {"argv": [str(self.python), "-m", "ipykernel_launcher", "-f", "{connection_file}"], "language": "python"}
        kernel = self.place / "jupyter" / "kernels" / "python3" / "kernel.json"
        kernel.parent.mkdir(parents=True)
        kernel.write_text(json.dumps({**spec, "display_name": "Python 3"}))

    def preinstall(self) -> None:
        """Link what this environment holds, less what Colab does not have; some in older versions."""
        replaced = (
            {item.metadata["Name"] for item in metadata.distributions(path=[str(OLDER)])} if self.older else set()
        )
        hidden = {part for name in (*ABSENT, *replaced) for part in parts(name, SITE)}
        sources = [
            item for item in SITE.iterdir() if item.name not in hidden and item.suffix not in (".pth", ".egg-link")
        ]
        sources += [item for item in OLDER.iterdir() if item.name != "bin"] if self.older else []
        for source in sources:
            if source.name != "__pycache__" and not source.name.startswith("__editable__"):
                (self.site / source.name).symlink_to(source)

    def stand_in(self) -> None:
        """Put `google.colab` in place, imported before the notebook's first cell, as Colab's kernel does."""
        package = self.site / "google" / "colab"
        package.mkdir(parents=True)
        (package / "__init__.py").write_text("from google.colab import output\n")
        (package / "output.py").write_text(OUTPUT)
        (self.site / "colab.pth").write_text("import google.colab\n")

    def links(self) -> dict[str, str]:
        """What was preinstalled, and where it lies."""
        return {item.name: os.readlink(item) for item in self.site.iterdir() if item.is_symlink()}

    def environment(self, *, index: bool) -> dict[str, str]:
        """What the kernel finds around it; without `index`, pip finds nothing to install."""
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("COURSE", "PIP", "PYTHON", "XDG"))
        }
        house = self.house if index else self.place / "nothing"
        return {
            **kept,
            "HOME": str(self.place),
            "JUPYTER_PATH": str(self.place / "jupyter"),
            "IPYTHONDIR": str(self.place / "ipython"),
            "MPLBACKEND": "module://matplotlib_inline.backend_inline",
            "COLAB_NOTES": str(self.place / "notes"),
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": str(house),
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": f"url.{self.repository.as_uri()}.insteadOf",
            "GIT_CONFIG_VALUE_0": self.address,
            "http_proxy": "http://127.0.0.1:9",
            "https_proxy": "http://127.0.0.1:9",
        }

    def versions(self, *names: str) -> dict[str, str]:
        """Versions of packages as this machine's Python sees them."""
        code = f"import json\nfrom importlib.metadata import version\nprint(json.dumps([version(n) for n in {names}]))"
        done = subprocess.run(
            [self.python, "-c", code], env=self.environment(index=False), capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return dict(zip(names, json.loads(done.stdout), strict=True))
