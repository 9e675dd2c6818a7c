"""`course explore`: from files of your own to a page that says what can be learned and what to believe."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from helpers.commands.console import one_line, refuse


def explore(
    files: Annotated[
        list[str],
        typer.Argument(metavar="FILE...", help="FASTA, tables, intervals; CLASS=FILE names the class of one."),
    ],
    negatives: Annotated[str | None, typer.Option(help="A file of negatives, or shuffle, or genome.")] = None,
    sequence: Annotated[str | None, typer.Option(help="The column of sequences, in a table.")] = None,
    label: Annotated[str | None, typer.Option(help="The column of labels, in a table.")] = None,
    positive: Annotated[str | None, typer.Option(help="The label that is 1; the others are 0.")] = None,
    task: Annotated[str | None, typer.Option(help="binary, classes or number, where labels leave it open.")] = None,
    genome: Annotated[str | None, typer.Option(help="FASTA of the genome, for intervals.")] = None,
    length: Annotated[int | None, typer.Option(min=4, help="Bases of every sequence.")] = None,
    shared: Annotated[int, typer.Option(min=1, max=31, help="Bases in a row that make two relatives.")] = 30,
    seed: Annotated[int, typer.Option(min=0, help="Of the division, and of negatives that are made.")] = 0,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="The page, or a table of predictions.")] = None,
    model: Annotated[Path | None, typer.Option(help="Predict for new sequences with the model beside a page.")] = None,
) -> None:
    """Explore sequences of your own: dumb models, networks, artefacts, and one page about it all."""
    with one_line():
        if model is not None:
            from helpers.explore.whole import predict_new

            table, notes = predict_new([Path(name) for name in files], model, sequence)
            for note in notes:
                print(note)
            place = output or Path(files[0]).with_suffix(".predictions.csv")
            _write(place, table)
            return
        from helpers.datasets import from_files
        from helpers.explore.whole import explore as explored
        from helpers.explore.whole import model_beside

        asked = _named(files)
        data = from_files(
            asked,
            negatives,
            sequence=sequence,
            label=label,
            positive=positive,
            task=task,
            genome=genome,
            length=length,
            shared=shared,
            seed=seed,
        )
        print(data.describe())
        place = output or Path(f"{data.name}.html")
        paths = list(asked.values()) if isinstance(asked, dict) else asked
        named = ", ".join(Path(path).name for path in [*paths, *([negatives] if negatives else [])])
        findings = explored(data, place, named, lambda line: print(f"… {line}", flush=True))
        for one in findings:
            if one.found:
                print(f"{one.what}: {one.sentence}")
        print(f"{sum(one.found for one in findings)} of {len(findings)} searches found an artefact")
        print(f"The page is {place}, the model {model_beside(place)}")


def _write(place: Path, table: str) -> None:
    from helpers.files import write_whole

    write_whole(place, table.encode())
    print(f"{table.count(chr(10)) - 1:,} predictions are in {place}")


def _named(files: list[str]) -> list[str] | dict[str, str]:
    """The files, or a mapping from classes to them where all are written CLASS=FILE."""
    pairs = [name.partition("=") for name in files]
    named = [bool(mark) and not Path(name).exists() for name, (_, mark, _) in zip(files, pairs, strict=True)]
    if not any(named):
        return files
    if not all(named):
        refuse(f"{files[named.index(False)]} has no class; write CLASS=FILE for every file, or for none")
    if len({left for left, _, _ in pairs}) < len(pairs):
        refuse("two files have one class; put them into one file, or name another class")
    return {left: right for left, _, right in pairs}
