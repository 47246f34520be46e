"""What commands have in common: their options, `--set name=value`, and a folder where results may go."""

import json
import re
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from sp_abm.errors import BadValue, CannotWrite, UnknownName, unknown

ScenarioName = Annotated[str, typer.Argument(help="A shipped scenario (see `scenarios`) or your own .toml file.")]
PlaceName = Annotated[str, typer.Option("--place", help="A shipped place (see `places`) or your own .toml file.")]


def _number(text: str | float) -> float:
    try:
        return float(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a number.") from None


def _whole(text: str | int) -> int:
    try:
        return int(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a whole number.") from None


def number(help_words: str) -> Any:
    """Return an option that takes a number."""
    return typer.Option(parser=_number, metavar="NUMBER", help=help_words)


def whole(help_words: str) -> Any:
    """Return an option that takes a whole number."""
    return typer.Option(parser=_whole, metavar="NUMBER", help=help_words)


Years = Annotated[float, number("How many years to simulate, at most 50.")]
Workers = Annotated[int | None, whole("How many processes share the runs (default: one a core).")]
Changes = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="Change a lever or a parameter; may be given several times."),
]
Plausible = Annotated[
    bool,
    typer.Option(
        "--plausible",
        metavar="",
        help="Give every seed another of the parameter sets that calibration kept: intervals hold that doubt too.",
    ),
]
Cut = Annotated[
    list[str] | None,
    typer.Option(
        metavar="LINK",
        help="Freeze a link at today's run, such as burnout->intention, or scale it: ...=0.5 (see `links`).",
    ),
]
NoAcceptanceRange = Annotated[
    bool,
    typer.Option(
        "--no-acceptance-range", metavar="", help="Do not run outreach again with few and with many accepting."
    ),
]
Out = Annotated[Path | None, typer.Option(metavar="DIR", help="Save results and figures in this folder.")]
AsJson = Annotated[bool, typer.Option("--json", metavar="", help="Print JSON for machines and nothing else.")]
ThemeName = Annotated[str, typer.Option("--theme", help="Colours of pictures: light or dark.")]
PictureWidth = Annotated[float, number("Width of pictures in pixels: 860 for a page, 390 for a phone.")]

MOST_SEEDS: Final = 1000
_NUMBER: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_COMMA: Final = re.compile(r"[+-]?[\d.]+(,\d+)+")


def examples(*commands: str) -> str:
    """Return the closing lines of a help page."""
    return "\n".join(["Examples:", *(f"  sp-abm {command}" for command in commands)])


def is_given(context: typer.Context, name: str) -> bool:
    """Say whether an argument or option was given to the command that runs."""
    source = context.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"


def as_given(context: typer.Context) -> list[str]:
    """Return the words of the command that runs, with the arguments and options that were given to it."""
    words = ["sp-abm", str(context.info_name)]
    for each in context.command.params:
        if is_given(context, str(each.name)):
            words += [each.opts[0]] if each.param_type_name == "option" else []
            words += [] if getattr(each, "is_flag", False) else [str(context.params[str(each.name)])]
    return words


def parsed_changes(given: Iterable[str] | None) -> dict[str, Any]:
    """Return {name: value} from ``name=value`` texts; raises `BadValue` or `UnknownName`."""
    changes: dict[str, Any] = {}
    for text in given or ():
        name, equals, value = (part.strip() for part in text.partition("="))
        if not (name and equals and value):
            raise BadValue(f"--set {text!r} is not of the form name=value, such as --set support_level=0.9.")
        if name in changes:
            raise BadValue(f"--set gives {name} twice; give it once.")
        if _COMMA.fullmatch(value):
            raise BadValue(f"--set {text!r}: write a number without a comma, such as 0.9 or 1000.")
        changes[_known(name)] = float(value) if _NUMBER.fullmatch(value) else value
    return changes


def _known(name: str) -> str:
    """Return the name if it is a lever or a parameter's full name, or raise `UnknownName`."""
    from sp_abm.levers import LEVERS
    from sp_abm.parameters import all_facts

    parameters = [full for full, _, _ in all_facts()]
    if name in LEVERS or name in parameters:
        return name
    full_names = [full for full in parameters if full.endswith(f".{name}")]
    if full_names:
        raise UnknownName(f"{name!r} is not a lever (--set). Did you mean the parameter {full_names[0]}?")
    short = [full.partition(".")[2] for full in parameters]
    known = parameters if "." in name else [*LEVERS, *short]
    problem = unknown("parameter" if "." in name else "lever or parameter", name, known, "--set")
    raise UnknownName(f"{problem} See: sp-abm levers, sp-abm parameters.")


def check_runs(seeds: int, workers: int | None, option: str = "--seeds", least: int = 1) -> None:
    """Raise `BadValue` unless there are some seeds (or what else `option` counts), not too many, and a worker."""
    if not least <= seeds <= MOST_SEEDS:
        raise BadValue(f"{option} {seeds} must be from {least} to {MOST_SEEDS}.")
    if workers is not None and workers < 1:
        raise BadValue(f"--workers {workers} must be at least 1.")


@dataclass(frozen=True)
class FolderKind:
    """A kind of result folder: the file that marks it, a key in that file, and all that we put there."""

    noun: str
    marker: str
    key: str
    entries: tuple[str, ...]


RUN: Final = FolderKind(
    "a run",
    "provenance.json",
    "scenario_hash",
    (
        "cases.parquet",
        "events.ocel.json",
        "events.parquet",
        "events.xes",
        "figures",
        "final.parquet",
        "panel.parquet",
        "people.parquet",
        "portrait.npz",
        "provenance.json",
        "tallies.parquet",
        "weekly.csv",
    ),
)
COMPARISON: Final = FolderKind(
    "a comparison",
    "comparison.json",
    "differences",
    ("comparison.json", "differences.csv", "figures", "summaries.csv"),
)
EVALUATION: Final = FolderKind(
    "an evaluation",
    "evaluation.json",
    "estimates",
    ("estimates.csv", "estimates.png", "estimates.svg", "evaluation.json"),
)
LOOP_STUDY: Final = FolderKind(
    "a study of the loops",
    "loops.json",
    "tipping",
    ("diagram.png", "diagram.svg", "loops.json", "shares.csv", "shares.png", "shares.svg"),
)


def checked_folder(out: Path | None, kind: FolderKind) -> Path | None:
    """Return the full path of a folder that results may fill or replace; raises `CannotWrite` before anything runs."""
    if out is None:
        return None
    try:
        folder = out.expanduser().resolve()
        str(folder).encode()  # the libraries that write Parquet take no other names
        if folder.exists():
            _check_replaceable(folder, out, kind)
        _check_writable(folder)
    except CannotWrite:
        raise
    except UnicodeEncodeError:
        raise CannotWrite(f"--out {str(out)!r} cannot be written: its name is not UTF-8 text.") from None
    except (OSError, RuntimeError) as problem:
        raise CannotWrite(f"--out {out} cannot be written: {getattr(problem, 'strerror', '') or problem}.") from None
    return folder


def _check_replaceable(folder: Path, out: Path, kind: FolderKind) -> None:
    """Raise `CannotWrite` unless the folder is empty or holds earlier results of this kind and nothing else."""
    if not folder.is_dir():
        raise CannotWrite(f"--out {out} is a file; name a folder.")
    if Path.cwd().is_relative_to(folder):
        raise CannotWrite(f"--out {out} is the folder you are working in; name a folder inside it.")
    from sp_abm.snapshot import CLUTTER

    entries = sorted(entry.name for entry in folder.iterdir() if entry.name not in CLUTTER)
    if not entries:
        return
    advice = "nothing was run, so that nothing of yours is lost. Name a new or an empty folder."
    if not _is_ours(folder / kind.marker, kind.key):
        raise CannotWrite(f"--out {out} holds other files ({entries[0]}), not the results of {kind.noun}; {advice}")
    foreign = [name for name in entries if name not in kind.entries]
    if foreign:
        raise CannotWrite(f"--out {out} holds earlier results, but also {foreign[0]}, which is not ours; {advice}")


def _is_ours(marker: Path, key: str) -> bool:
    try:
        content = json.loads(marker.read_text("utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(content, Mapping) and key in content


def _check_writable(folder: Path) -> None:
    """Try to make a folder in the nearest folder above that exists; an `OSError` says why it cannot be done."""
    above = next(parent for parent in folder.parents if parent.exists())
    with tempfile.TemporaryDirectory(prefix=".sp-abm-", dir=above):
        pass
