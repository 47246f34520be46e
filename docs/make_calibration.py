"""Write docs/model/calibration.md: ``python docs/make_calibration.py DIR "when and where it was run"``.

DIR is what `sp-abm calibrate --out DIR` left; its record and its sets are taken into the package, and the page is made
from them. Without arguments the page is made again from the shipped record.
"""

import json
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any

from sp_abm.calibration.record import RECORD
from sp_abm.plausible import TABLE

FOLDER = Path(__file__).parent
DATA = FOLDER.parent / "src" / "sp_abm" / "data"
HEAD = """# Calibration: which parameters the evidence leaves

`{command}` matches the model to the calibration rows of the targets: *history matching* in
blocks, then together. It changes no parameter. It keeps {kept} sets of {free} parameters that no row rules out; they
are shipped (`sp_abm/data/plausible.csv`, `sp_abm.plausible_sets()`) and carry what is not known about these parameters
into intervals: `--plausible` of `sp-abm compare`, `figure`, `evaluate` and `loops`, `compare(..., plausible=True)`,
`plausible = true` under `[replications]` of a study file, *luck and what is not known* on the dashboard. The record of
the run is `sp_abm/data/calibration.json`; this page is made of it by `python docs/make_calibration.py`.

{when} All runs took {minutes:.0f} minutes of one processor. The rules were those of model {model}; a run's numbers are
the same as long as no line of the changelog says that results change.

## How

Each block runs its small worlds at points of a Latin hypercube over the plausible ranges of its free parameters, every
point with another seed. Every row has an emulator, a Gaussian process or a sum of straight lines, whichever is nearer
to points held out; one that predicts no better than the mean of the other points rules nothing out. A point is
implausible if for any row the emulated mean is more than {cutoff:g} standard deviations from the middle of the
evidence's interval (Pukelsheim's rule). These deviations are made of

- the emulator's own doubt about the mean, widened by what it errs at points held out;
- the evidence: half of the half-width of its interval, whose bounds are read as two deviations to either side;
- what no parameter can mend (model discrepancy): {discrepancy:g} of the half-width. This is an assumption, the same for
  every row: nothing is known about it.

Of {candidates:,} candidates in each block those that no row rules out are left. The last step combines them across
blocks, runs each combination in the worlds of all rows, and keeps it if no row is implausible there; the luck of its
single run, as the emulators found it, is added to these deviations. Of {tried} combinations that were run
{kept} were kept.

The worlds are smaller and shorter than those of the validation, so that a run takes a second or two, and rows are read
by the validation's own statistics. *Three times the link workers of Tower Hamlets* has a seventh of the people,
referred 21 times as often: link workers have as much to do, and there are 42 of them; rows of people or of the pathway
are not read there. Whether a set meets the rows in the places and numbers of seeds of the validation is for
`sp-abm validate` to say; it was run with the defaults."""
NOT_FITTED = {
    "C32": "it compares two more worlds at every point, which would make the runs of link workers three times as long",
    "C34": "it follows from stages and loneliness by readings that act on nothing; they were set by hand",
}
NOTES = """- Every other parameter: it stays as it is, at its default, in every set. The sets say nothing about it.
- *Predicted* is the share of the variance at points held out that the emulator predicts. *Left without it* is the share
  of candidates left had the row not been used: a row that is at odds with the others raises it most.
- Ranges are those of the parameters' cards (`sp-abm parameters NAME`): what lies outside was not looked at, and within
  them every value was as likely as any other."""
TABLE_HEAD = ("row", "statistic", "evidence", "runs (5% to 95%)", "predicted", "rules out", "left without it")

HALF = 0.5
NEARLY_ALL = 0.9
TOGETHER_TITLE = "Where the defaults lie, and all rows together"
TOGETHER_HEAD = (
    "row", "evidence", "defaults", "their implausibility", "sets kept: mean (5% to 95%)", "mean implausibility",
    "sets it ruled out",
)  # fmt: skip


def number(value: float | None) -> str:
    """Return a number as the tables show it."""
    return "-" if value is None else f"{value:.3g}"


def share(value: float) -> str:
    """Return a share as a percentage, small ones with a decimal."""
    return f"{value:.0%}" if value < 0.0005 or value >= 0.1 else f"{value:.1%}"


def span(entry: dict[str, Any], low: str = "low", high: str = "high") -> str:
    """Return two bounds of a spread."""
    return f"{number(entry[low])} to {number(entry[high])}"


def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """Return a Markdown table."""
    return "\n".join("| " + " | ".join(row) + " |" for row in (head, ("---",) * len(head), *rows))


def evidence(entry: dict[str, Any]) -> str:
    """Return the interval of the evidence."""
    return f"{entry['evidence']['low']:g} to {entry['evidence']['high']:g}"


def fitted_row(row: str, entry: dict[str, Any]) -> tuple[str, ...]:
    """Return how well a row is emulated, and what it rules out."""
    is_used = entry["is_emulated"]
    statistic = f"{entry['evidence']['statistic']} ({entry['evidence']['unit']})"
    ruled_out = share(entry["share_ruled_out"]) if is_used else "nothing: not emulated"
    predicted = f"{max(entry['q2'], 0):.0%}"
    return row, statistic, evidence(entry), span(entry["run"]), predicted, ruled_out, share(entry["share_left_without"])


def range_row(name: str, entry: dict[str, Any]) -> tuple[str, ...]:
    """Return where a parameter lay before and after."""
    low, high = entry["searched"]
    is_in = entry["kept"]["least"] <= entry["default"] <= entry["kept"]["greatest"]
    default = number(entry["default"]) + ("" if is_in else " (outside the sets)")
    searched, kept = f"{number(low)} to {number(high)}", span(entry["kept"], "least", "greatest")
    return f"`{name}`", searched, span(entry["left"]), kept, default


def together_row(row: str, entry: dict[str, Any], cutoff: float) -> tuple[str, ...]:
    """Return a row as the defaults and as the kept sets have it."""
    default, kept = entry["default"], entry["kept"]
    far = number(default["implausibility"]) + (" **implausible**" if default["implausibility"] >= cutoff else "")
    mean = f"{number(kept['mean'])} ({span(kept)})"
    return (
        row,
        evidence(entry),
        number(default["value"]),
        far,
        mean,
        number(kept["implausibility"]),
        str(entry["ruled_out_sets"]),
    )


def block_part(name: str, block: dict[str, Any]) -> list[str]:
    """Return what is said of a block."""
    worlds = ", ".join(f"{arm} for {years:g} years" for arm, years in block["worlds"]["years"].items())
    waves = "; ".join(
        f"wave {k}: {wave['points']} points, {share(wave['share_left'])} left"
        for k, wave in enumerate(block["waves"], 1)
    )
    said = f"What is fitted: {block['words']}. Worlds: {block['worlds']['place']}, {worlds}. {waves.capitalize()}."
    if block["waves"][-1]["share_left"] > NEARLY_ALL:
        said += " The rows rule out next to nothing here: the sets carry the ranges of these parameters almost whole."
    rows = [fitted_row(row, entry) for row, entry in block["rows"].items()]
    ranges = [range_row(parameter, entry) for parameter, entry in block["free"].items()]
    return [
        f"## Block {name}",
        said,
        table(TABLE_HEAD, rows),
        table(("parameter", "searched", "left (5% to 95%)", "sets kept (all)", "default"), ranges),
    ]


def defaults_part(record: dict[str, Any]) -> str:
    """Return in words where the defaults lie, and what the search found better."""
    cutoff, rows = record["rule"]["cutoff"], record["together"]["rows"]
    far = [row for row, entry in rows.items() if entry["default"]["implausibility"] >= cutoff]
    outside = [
        f"`{name}`" for block in record["blocks"].values() for name, entry in block["free"].items()
        if not entry["kept"]["least"] <= entry["default"] <= entry["kept"]["greatest"]
    ]  # fmt: skip
    worst = max(rows, key=lambda row: rows[row]["default"]["implausibility"])
    judged = f"implausible in {', '.join(far)}" if far else "implausible in no row"
    nearer = {row: gained(entry, record["rule"]) for row, entry in rows.items()}
    better = ", ".join(row for row, gain in nearer.items() if gain > HALF)
    worse = ", ".join(row for row, gain in nearer.items() if gain < -HALF)
    distance = number(rows[worst]["default"]["implausibility"])
    return (
        f"The defaults, which this command does not change, are {judged}; their worst row is {worst} "
        f"({distance}). The mean of the sets kept is nearer to the middle of the "
        f"evidence than the defaults, by more than half a standard deviation, in {better or 'no row'}; it is further "
        f"away in {worse or 'none'}, which is what that costs. Defaults outside of what any set has: "
        f"{', '.join(outside) or 'none'}."
    )


def gained(entry: dict[str, Any], rule: dict[str, Any]) -> float:
    """Return by how many standard deviations the mean of the sets is nearer to the middle than the defaults."""
    low, high = entry["evidence"]["low"], entry["evidence"]["high"]
    half, middle = (high - low) / 2, (low + high) / 2
    sd = half * (rule["deviations"] ** -2 + rule["discrepancy"] ** 2) ** 0.5
    return (abs(entry["default"]["value"] - middle) - abs(entry["kept"]["mean"] - middle)) / sd


def page(record: dict[str, Any], when: str) -> str:
    """Return the page."""
    together, rule = record["together"], record["rule"]
    head = HEAD.format(
        command=record["command"], kept=together["kept"], tried=together["tried"], when=when,
        free=sum(len(block["free"]) for block in record["blocks"].values()), cutoff=rule["cutoff"],
        discrepancy=rule["discrepancy"], candidates=rule["candidates"], model=record["model"]["model"],
        minutes=record["processor_seconds"] / 60,
    )  # fmt: skip
    rows = [together_row(row, entry, rule["cutoff"]) for row, entry in together["rows"].items()]
    parts = [
        head,
        f"## {TOGETHER_TITLE}",
        defaults_part(record),
        table(TOGETHER_HEAD, rows),
    ]
    for name, block in record["blocks"].items():
        parts += block_part(name, block)
    parts += [
        "## What was not fitted",
        "\n".join(f"- {row}: {NOT_FITTED[row]}." for row in record["not_fitted"]),
        NOTES,
    ]
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    if len(sys.argv) > 1:
        content = json.loads((Path(sys.argv[1]) / RECORD).read_text("utf-8"))
        content["when"] = sys.argv[2]
        (DATA / RECORD).write_text(json.dumps(content, indent=1) + "\n", "utf-8")
        (DATA / TABLE).write_text((Path(sys.argv[1]) / TABLE).read_text("utf-8"), "utf-8")
    shipped = json.loads(files("sp_abm").joinpath("data", RECORD).read_text("utf-8"))
    (FOLDER / "model" / "calibration.md").write_text(page(shipped, shipped["when"]), "utf-8")
