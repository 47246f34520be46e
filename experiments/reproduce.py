"""Make every table and figure of the book and of the standing studies again, and check that nothing has changed.

python -m experiments.reproduce             # from the committed tables: minutes
python -m experiments.reproduce --write     # put what is made in its place, and its sums into SHA256SUMS
python -m experiments.reproduce --full      # run every sweep again first, and compare the tables: hours
python -m experiments.reproduce --full --write caps_and_waiting     # these studies only, and keep what comes out
"""

import argparse
import importlib
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from experiments import hanging
from experiments.common import RUN, TABLE, Script, csv_of, filled, parsed, run_facts
from sp_abm.errors import unknown

ROOT: Final = Path(__file__).parents[1]
STUDIES: Final = ROOT / "experiments"
SUMS: Final = STUDIES / "SHA256SUMS"
PAGES: Final = (
    "README.md",
    "docs/findings.md",
    "docs/model/evaluation-laboratory.md",
    "docs/model/national-replay.md",
)
"""Pages with numbers of several studies, named `study.number`."""
QUICK_MINUTES: Final = 1
AGREE: Final = 1e-5
"""Relative difference up to which a table run again agrees: it is written with six digits."""


def scripts() -> dict[str, Script]:
    """Return the script of every standing study by name."""
    names = sorted(path.parent.name for path in STUDIES.glob(f"*/{TABLE}") if (path.parent / "analyse.py").exists())
    return {name: importlib.import_module(f"experiments.{name}.analyse").SCRIPT for name in names}


def words_of(known: Mapping[str, Script]) -> dict[str, str]:
    """Return every number of every study, named as pages name it."""
    return {f"{name}.{key}": value for name, script in known.items() for key, value in script.words.items()}


def made() -> Iterator[tuple[str, str]]:
    """Yield the path and the text of every file that is made: of the studies, of the pages, of the book."""
    known = scripts()
    for name, script in known.items():
        yield from ((f"experiments/{name}/{file}", content) for file, content in script.made().items())
    numbers = words_of(known)
    yield from ((page, filled((ROOT / page).read_text("utf-8"), numbers)) for page in PAGES)
    yield from ((path.relative_to(ROOT).as_posix(), content) for path, content in hanging.made().items())
    yield from book()


def book() -> Iterator[tuple[str, str]]:
    """Yield the pages of the book that are made from the model."""
    sys.path.insert(0, str(ROOT / "docs"))
    pages: Mapping[str, Callable[[], str]] = importlib.import_module("making.pages").PAGES
    yield from ((f"docs/{page}", content()) for page, content in pages.items())


def inputs() -> list[Path]:
    """Return the committed tables from which everything follows."""
    return sorted(path for name in (TABLE, RUN) for path in STUDIES.glob(f"*/{name}"))


def sum_of(content: bytes) -> str:
    """Return the sha256 sum of a file."""
    return sha256(content).hexdigest()


def listed() -> dict[str, str]:
    """Return the committed sums of the studies' files by path."""
    lines = SUMS.read_text("utf-8").splitlines()
    return {path: digest for digest, _, path in (line.partition("  ") for line in lines)}


def committed(files: Iterable[str]) -> dict[str, str]:
    """Return the sums of the list and those of the pages of the book, which are their own record, by path."""
    pages = {path: sum_of((ROOT / path).read_bytes()) for path in files if not is_listed(path)}
    return listed() | pages


def is_listed(path: str) -> bool:
    """Say whether a file's sum stands in the list."""
    return path.startswith(f"{STUDIES.name}/")


def wrong(files: Mapping[str, str], sums: Mapping[str, str]) -> list[str]:
    """Return in words what is not as committed: a sum that differs, a file that has none, a sum without its file."""
    here = {path.relative_to(ROOT).as_posix(): sum_of(path.read_bytes()) for path in inputs()}
    here |= {path: sum_of(content.encode()) for path, content in files.items()}
    found = [f"{path} is not what is committed" for path in here if path in sums and sums[path] != here[path]]
    found += [f"{path} has no sum in {SUMS.name}" for path in here if path not in sums]
    return found + [f"{path} has a sum and is not made" for path in sums if path not in here]


def write(files: Mapping[str, str]) -> None:
    """Put every file in its place, and all sums into the list."""
    for path, content in files.items():
        (ROOT / path).write_text(content, "utf-8")
    every = {path: sum_of(content.encode()) for path, content in files.items() if is_listed(path)}
    every |= {path.relative_to(ROOT).as_posix(): sum_of(path.read_bytes()) for path in inputs()}
    SUMS.write_text("".join(f"{digest}  {path}\n" for path, digest in sorted(every.items())), "utf-8")


def hours(names: Iterable[str]) -> float:
    """Return how long running studies again took, by what they say."""
    minutes: list[float] = [json.loads((STUDIES / name / RUN).read_text("utf-8"))["minutes"] for name in names]
    return sum(minutes) / 60


def run_again(name: str, script: Script, folder: Path, *, is_kept: bool = False) -> list[str]:
    """Run a study from the start; keep its table instead of the committed one, or say where they differ."""
    print(f"{name}: running ...", flush=True)
    began = time.monotonic()
    stores = script.again(folder)
    minutes = round((time.monotonic() - began) / 60, 1)
    if not is_kept:
        fresh = parsed(csv_of(script.tabulate(stores)))
        return [f"{name}: {problem}" for problem in differences(script.found, fresh)]
    before = json.loads((script.folder / RUN).read_text("utf-8"))
    said = {} if run_facts(stores)["runs"] else {key: before.get(key) for key in ("runs", "what")}
    script.from_store(stores, minutes=minutes, **said)
    return []


def differences(committed: pd.DataFrame, fresh: pd.DataFrame) -> Iterator[str]:
    """Yield where two tables differ by more than the last digit, the model's version aside."""
    if list(committed.columns) != list(fresh.columns) or len(committed) != len(fresh):
        yield f"the table has other rows or columns: {committed.shape} committed, {fresh.shape} now"
        return
    for column in committed.columns.drop("model"):
        one, other = committed[column], fresh[column]
        if pd.api.types.is_numeric_dtype(one):
            same = np.isclose(one.astype(float), other.astype(float), rtol=AGREE, atol=1e-12, equal_nan=True)
        else:
            same = (one.fillna("").astype(str) == other.fillna("").astype(str)).to_numpy()
        if not same.all():
            yield f"{int((~same).sum())} of {len(same)} values of {column} differ"


def main() -> None:
    """Do what the command line asks for; end with 1 if anything is not as committed."""
    parser = argparse.ArgumentParser(description="Make the tables and figures of book and studies again.")
    parser.add_argument("--write", action="store_true", help="put what is made in its place")
    parser.add_argument("--full", action="store_true", help="run every study from the start")
    parser.add_argument("names", nargs="*", metavar="STUDY", help="with --full: run only these")
    asked = parser.parse_args()
    known = scripts()
    if asked.names and not asked.full:
        parser.error("studies are named with --full: without it all tables and figures are made.")
    for name in set(asked.names).difference(known):
        parser.error(str(unknown("study", name, known)))
    began, problems = time.monotonic(), []
    if asked.full:
        names = asked.names or list(known)
        print(f"Running {len(names)} studies again: about {hours(names):.1f} hours, if this machine is like theirs.")
        with tempfile.TemporaryDirectory() as folder:
            for name in names:
                problems += run_again(name, known[name], Path(folder) / name, is_kept=asked.write)
    print(f"Making tables and figures from the committed tables: about {QUICK_MINUTES} minute.", flush=True)
    files = dict(made())
    if asked.write:
        write(files)
    problems += wrong(files, committed(files))
    print(*problems, sep="\n", end="\n" if problems else "")
    minutes = (time.monotonic() - began) / 60
    state = f"{len(problems)} not as committed" if problems else "all as committed"
    print(f"{len(files)} files made in {minutes:.1f} minutes: {state}.")
    sys.exit(bool(problems))


if __name__ == "__main__":
    main()
