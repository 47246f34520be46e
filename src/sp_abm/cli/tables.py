"""Readable tables: measures by subject, numbers in natural frequencies, on any width."""

import os
import sys
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any, Final

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from sp_abm.caveats import NOT_A_FORECAST
from sp_abm.measures import MEASURES, Measure, Subject, Window
from sp_abm.strict_json import to_json
from sp_abm.viz.amounts import amount
from sp_abm.vocabulary import WEEKS_PER_YEAR

DISCLAIMER: Final = f"{NOT_A_FORECAST}."
WIDTH_OF_A_FILE: Final = 120
FUNNEL_WORDS: Final = "people referred 26 to 78 weeks before the end"
FUNNEL_WEEKS: Final = 78


def screen(*, stderr: bool = False) -> Console:
    """Return a console that prints texts as they are; a file or a pipe gets a fixed width."""
    stream = sys.stderr if stderr else sys.stdout
    is_fixed = not stream.isatty() and "COLUMNS" not in os.environ
    return Console(
        stderr=stderr, highlight=False, markup=False, emoji=False, width=WIDTH_OF_A_FILE if is_fixed else None
    )


def print_json(content: Any) -> None:
    """Print content as JSON and nothing else."""
    print(to_json(content))


def by_subject() -> Iterator[tuple[str, tuple[Measure, ...]]]:
    """Yield (subject, its measures)."""
    for subject in Subject:
        yield subject.value, tuple(measure for measure in MEASURES.values() if measure.subject is subject)


def covers(measure: Measure, weeks: int) -> str:
    """Return in words which weeks a summary of a run of that many weeks covers."""
    if measure.window is Window.FUNNEL:
        return FUNNEL_WORDS if weeks >= FUNNEL_WEEKS else f"{FUNNEL_WORDS}, some before the run began"
    if measure.window is Window.RUN or weeks <= WEEKS_PER_YEAR:
        return "whole run"
    return "last 52 weeks"


def span(weeks: int) -> str:
    """Return a length of time as whole years where it is, else in weeks."""
    size, unit = (weeks, "week") if weeks % WEEKS_PER_YEAR else (weeks // WEEKS_PER_YEAR, "year")
    return f"{size} {unit}{'' if size == 1 else 's'}"


def with_sets(n: int) -> str:
    """Return in words that runs took so many plausible parameter sets in turn, or nothing where none."""
    return f" over seeds and {n} plausible parameter sets" if n else ""


def coverage(weeks: int) -> str:
    """Return in a sentence which weeks the measures of a run of that many weeks cover."""
    windows: dict[str, list[str]] = {}
    for measure in MEASURES.values():
        windows.setdefault(covers(measure, weeks), []).append(measure.label)
    (most, _), *others = sorted(windows.items(), key=lambda item: -len(item[1]))
    rest = "; ".join(f"{', '.join(labels)} ({words})" for words, labels in others)
    return f"Measures cover the {most}{f', except: {rest}' if rest else ''}."


def wrapped(console: Console, words: str, indent: int = 0) -> None:
    """Print a sentence, later lines two further in where the first is indented."""
    later = " " * (indent + 2 if indent else 0)
    lines = textwrap.wrap(words, console.width, initial_indent=" " * indent, subsequent_indent=later)
    console.print("\n".join(lines), soft_wrap=True)


def plain_table(*headings: str, right: tuple[int, ...] = (), is_of_names: bool = False) -> Table:
    """Return an empty table; numbers of the columns in `right` line up, names in the first are never broken."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for position, heading in enumerate(headings):
        is_unbroken = is_of_names and position == 0
        table.add_column(
            heading, justify="right" if position in right else "left", overflow="fold", no_wrap=is_unbroken
        )
    return table


def add_heading(table: Table, words: str) -> None:
    """Start a group of rows."""
    if table.row_count:
        table.add_section()
    table.add_row(Text(words, style="bold"))


def indented(words: str) -> Padding:
    """Return a cell that stands under a heading, all its lines two further in."""
    return Padding(words, (0, 0, 0, 2))


def measures_table(values: Mapping[Any, float]) -> Table:
    """Return a run's summary, grouped by subject."""
    table = plain_table("Measure", "Value", "Unit", right=(1,))
    for subject, measures in by_subject():
        add_heading(table, subject)
        for measure in measures:
            value, unit = amount(values[measure.name], measure.unit)
            table.add_row(indented(measure.label), value, unit)
    return table
