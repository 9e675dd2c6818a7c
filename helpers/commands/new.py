"""What begins something new: `course new lesson`, `exercise`, `widget`, `data`."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from helpers.commands.console import checkout, one_line

app = typer.Typer(
    help="Begin a lesson, an exercise, a widget or a data set: the files that docs/author.md fills in.",
    no_args_is_help=True,
)


class Kind(str, Enum):
    """What learners write."""

    function = "function"
    klass = "class"
    quiz = "quiz"


@app.command()
def lesson(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Of its folders, such as codons.")],
    title: Annotated[str, typer.Argument(metavar="TITLE", help="One line.")],
    number: Annotated[int | None, typer.Option(help="Default: the next free one.")] = None,
) -> None:
    """Begin a lesson: its line in the list, its notebook, a folder for its exercises."""
    root = checkout()
    with one_line():
        from helpers.authoring import drafts, scaffold

        texts = scaffold.new_lesson(root, name, title, number)
        drafts.write(texts, root=root)
    tell(texts, f"course new exercise NAME --lesson {name} --topic TOPIC")


@app.command()
def exercise(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Of the function, such as count_starts.")],
    lesson: Annotated[str, typer.Option(metavar="LESSON", help="Number or name.")],
    topic: Annotated[str, typer.Option(metavar="TOPIC", help="The module in the lesson's folder.")],
    kind: Annotated[Kind, typer.Option(help="What learners write.")] = Kind.function,
) -> None:
    """Begin an exercise: its class, its cells at the end of the lesson, a place for other right answers."""
    root = checkout()
    with one_line():
        from helpers.authoring import drafts, scaffold

        texts = scaffold.new_exercise(root, name, lesson=lesson, topic=topic, kind=kind.value)
        drafts.write(texts, root=root)
    tell(texts, f"python -m pytest tests/exercises -k {name}")


@app.command()
def widget(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Of its files, such as coin_flipper.")],
    trait: Annotated[str, typer.Option(metavar="NAME", help="What the learner moves.")] = "value",
) -> None:
    """Begin a widget that works: a slider, and a number that follows it."""
    root = checkout()
    with one_line():
        from helpers.authoring import drafts, scaffold

        texts = scaffold.new_widget(root, name, trait)
        drafts.write(texts, root=root)
    tell(texts, f"python -m pytest tests/widgets/test_every_widget.py -k {drafts.camel(name)}")


@app.command()
def data(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What it is loaded by, such as toy_promoters.")],
    files: Annotated[list[Path], typer.Argument(metavar="FILE", help="CSV files, or FASTA files of class 1.")],
    negatives: Annotated[list[Path] | None, typer.Option(metavar="FILE", help="A FASTA file of class 0.")] = None,
    url: Annotated[str | None, typer.Option(help="Where the files will stand, without their names.")] = None,
) -> None:
    """Begin a data set: its files, counted, in the registry, and a card."""
    root = checkout()
    with one_line():
        from helpers.authoring import drafts, registration

        texts = registration.new_data(root, name, files, negatives=negatives or (), url=url)
        drafts.write(texts, root=root)
    lacking = "title, licence and citation" if url else "title, licence, citation and urls"
    tell(texts, f"course data fetch {name}", f"Fill in {lacking} in the registry, and the card.")


def tell(texts: dict[str, str], command: str, wish: str = "Fill in what they leave open.") -> None:
    """Say which files were written, and what comes next."""
    print(*texts, sep="\n")
    print(f"{wish} Then: {command}")
