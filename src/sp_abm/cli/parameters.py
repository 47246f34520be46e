"""`sp-abm parameters`: the table of every number in the rules with its evidence, and one number's card."""

import csv
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sp_abm.cli.options import AsJson, examples
from sp_abm.cli.tables import add_heading, plain_table, print_json, screen, wrapped
from sp_abm.errors import BadValue
from sp_abm.viz.amounts import plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sp_abm.declare import Fact
    from sp_abm.evidence import Evidence

NOT_SCREENED = "not screened (docs/model/sensitivity.md says which parameters were)"
_IN_A_ROW = ("parameter", "value", "unit", "low", "high", "grade", "distribution", "source", "role", "meaning")


def register(app: typer.Typer) -> None:
    """Add the command."""
    words = ("parameters", "parameters strain", "parameters strain.sd_trait", "parameters --csv")
    app.command(epilog=examples(*words))(parameters)


def parameters(
    name: Annotated[str | None, typer.Argument(help="A group such as strain, or a full name; none lists all.")] = None,
    as_json: AsJson = False,
    as_csv: Annotated[bool, typer.Option("--csv", metavar="", help="Print the table as CSV and nothing else.")] = False,
) -> None:
    """List every number in the rules with its range, grade and source, or show one and what is known of it."""
    from sp_abm.parameters import all_facts

    if as_json and as_csv:
        raise BadValue("--json and --csv were both given; choose one.")
    facts = {full: (declared, value) for full, declared, value in all_facts()}
    found = [card(full, *facts[full]) for full in _named(name, list(facts))]
    if as_json:
        print_json(found)
    elif as_csv:
        _print_csv(found)
    elif len(found) == 1:
        _print_card(found[0])
    else:
        _print_table(found)


def _named(name: str | None, names: list[str]) -> list[str]:
    """Return the parameters of a group or of a name; raises `UnknownName` with the nearest one."""
    from sp_abm.errors import unknown
    from sp_abm.parameters import Parameters

    if name is None:
        return names
    if name in Parameters._fields:
        return [full for full in names if full.startswith(f"{name}.")]
    found = [full for full in names if full == name or full.endswith(f".{name}")]
    if not found:
        short = [full.partition(".")[2] for full in names]
        raise unknown("parameter or group of them", name, (*names, *short, *Parameters._fields))
    return found


def card(full: str, declared: "Fact", value: float) -> dict[str, Any]:
    """Return all that is known of a parameter; `low` and `high` are what is allowed, `range` is what is plausible."""
    from sp_abm.evidence import evidence, ids_in, sensitivity, targets
    from sp_abm.uses import uses

    ids = ids_in(declared.source)
    low, high = (float(f"{end:.6g}") for end in declared.range(value))
    return {
        "parameter": full, "meaning": declared.meaning, "value": float(value), "unit": declared.unit,
        "low": float(declared.low), "high": float(declared.high), "range": {"low": low, "high": high},
        "distribution": declared.distribution, "grade": declared.grade.value, "role": declared.role.value,
        "source": declared.source,
        "evidence": [_row(evidence()[each]) for each in ids if each in evidence()],
        "targets": [{"id": each, "statistic": targets()[each].statistic} for each in ids if each in targets()],
        "used_in": list(uses()[full]), "sensitivity": list(sensitivity().get(full, ())),
    }  # fmt: skip


def _row(row: "Evidence") -> dict[str, Any]:
    return {"id": row.id, "quantity": row.quantity, "value": row.value, "low": row.low, "high": row.high,
            "unit": row.unit, "population": row.population, "title": row.title, "authors": row.authors,
            "year": row.year, "url": row.url, "where": row.where, "is_checked": row.is_checked}  # fmt: skip


def _print_card(found: dict[str, Any]) -> None:
    console = screen()
    console.print(found["parameter"], style="bold")
    wrapped(console, f"{found['meaning'][:1].upper()}{found['meaning'][1:]}.", 2)
    console.print(f"  Value:   {found['value']:g} {found['unit']}")
    console.print(f"  Range:   {_range(found)} ({_how_drawn(found)})")
    console.print(f"  Allowed: {found['low']:g} to {found['high']:g}")
    console.print(f"  Role:    {found['role']}")
    console.print(f"  Grade:   {found['grade']}")
    console.print(f"  Source:  {found['source']}")
    for row in found["evidence"]:
        wrapped(console, f"{row['id']}: {_figure_words(row)}", 4)
        console.print(f"      {row['url']}", soft_wrap=True)
    for target in found["targets"]:
        wrapped(console, f'{target["id"]}: target "{target["statistic"]}" (sp-abm validate)', 4)
    wrapped(console, f"Used in: {', '.join(found['used_in'])}", 2)
    wrapped(console, f"How much results hang on it: {'' if found['sensitivity'] else NOT_SCREENED}", 2)
    for row in found["sensitivity"]:
        wrapped(console, hangs_words(row), 4)
    console.print(f"\nChange it with --set {found['parameter']}={found['value']:g}")


def hangs_words(row: "Mapping[str, Any]") -> str:
    """Return how much one difference between plans hangs on a parameter, in words."""
    place = f"place {row['rank']:.0f} of {row['of']:.0f}" if row["beyond_luck"] else "no more than luck could do"
    return f"{row['measure']}, {row['difference']}: {row['method']} {row['value']:.3g}, {place} ({row['study']})"


def _range(found: dict[str, Any]) -> str:
    if found["distribution"] == "fixed":
        return "fixed"
    return f"{found['range']['low']:.4g} to {found['range']['high']:.4g}"


def _how_drawn(found: dict[str, Any]) -> str:
    words = {"fixed": "a constant", "triangular": "triangular, likeliest at the value", "uniform": "uniform"}
    return words[found["distribution"]]


def _figure_words(row: dict[str, Any]) -> str:
    """Return a published figure in words: what, how much, of whom, who says so, and whether that was checked."""
    interval = "" if row["low"] is None or row["high"] is None else f" ({plain(row['low'])} to {plain(row['high'])})"
    value = "no number" if row["value"] is None else f"{row['value']:,.10g}{interval} {row['unit']}"
    source = f"{row['authors']}: {row['title']}" if row["authors"] else row["title"]
    doubt = "" if row["is_checked"] else " Not checked against the source."
    return f"{row['quantity']}: {value}, {row['population']}. {source}, {row['year']} ({row['where']}).{doubt}"


def _print_table(found: list[dict[str, Any]]) -> None:
    table = plain_table("Parameter", "Value", "Unit", "Range", "Grade", "Source", right=(1,), is_of_names=True)
    group = ""
    for each in found:
        before, _, name = each["parameter"].partition(".")
        if before != group:
            group = before
            add_heading(table, group)
        value = f"{each['value']:g}"
        table.add_row(f"  {name}", value, each["unit"], _range(each), each["grade"], each["source"])
    console = screen()
    console.print(table)
    wrapped(console, "One in full: sp-abm parameters GROUP.NAME. Sources are evidence ids (W workforce, EO outcomes, "
            "POP population) and targets (C, P). Grades: measured is read off a source, derived is worked out from or "
            "fitted to sources, expert is judged in their light, assumed means that nobody measured it, or that the "
            "figure was not checked. Ranges are those of the evidence; where it has none they reach 10, 25, 40 or 50% "
            "either way, by grade.")  # fmt: skip


def _print_csv(found: list[dict[str, Any]]) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow([*_IN_A_ROW, "range_low", "range_high", "used_in"])
    for each in found:
        ends = (each["range"]["low"], each["range"]["high"])
        writer.writerow([*(each[name] for name in _IN_A_ROW), *ends, " ".join(each["used_in"])])
