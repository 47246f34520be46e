"""Saved: the report of what `sp-abm run --out` or `sp-abm compare --out` left in a folder."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree

import numpy as np
from numpy.typing import NDArray

from sp_abm.acceptance import AcceptanceRange
from sp_abm.comparison import Comparison, values_of
from sp_abm.errors import BadFile, SpAbmError
from sp_abm.measures import MEASURES
from sp_abm.places import Place, places
from sp_abm.results import Results
from sp_abm.scenario import Scenario, from_content
from sp_abm.viz.acceptance import Ends
from sp_abm.viz.drawn import ELSEWHERE
from sp_abm.viz.figures import Picture, drawable
from sp_abm.viz.material import Material
from sp_abm.viz.report import Report, report_with
from sp_abm.viz.table import Table

_COMPARISON, _SUMMARIES, _RUN = "comparison.json", "summaries.csv", "provenance.json"
_SVG: Final = "{http://www.w3.org/2000/svg}"
_NEVER: Final = ("<!", "<?", "url(", "style=")
"""What no picture of this package holds, and what a page would ask others for, or leave to a reader's browser."""
_TAGS: Final = {f"{_SVG}{name}" for name in ("svg", "g", "path", "rect", "line", "circle", "text", "title", "desc")}


def saved_report(folder: str | Path) -> Report:
    """Return the report of a saved run or comparison; raises `BadFile` saying what is wrong with the folder."""
    folder = Path(folder)
    if (folder / _COMPARISON).is_file():
        return _of_comparison(folder)
    if (folder / _RUN).is_file():
        return _of_run(folder)
    raise BadFile(f"{folder} holds no results: neither {_RUN} of a run nor {_COMPARISON} of a comparison is there.")


def _of_run(folder: Path) -> Report:
    results = Results.load(folder)
    about = results.provenance | {"acceptance": saved_ends(results, folder)}
    scenario = _scenario(about)
    values = np.stack([values_of(results, results)] * 2)[None]
    made = Comparison(
        (scenario, scenario), _place(about), about["years"], (about["seed"],), values, np.zeros(0), (results, results)
    )
    material = Material(results)
    drawn = tuple(figure.picture(material) for figure in drawable(material) if figure.name not in ELSEWHERE)
    return report_with(made, about, [drawn], is_alone=True)


def saved_ends(results: Results, folder: Path) -> Ends:
    """Return what few and many accepting outreach came to, as it was saved with a run; raises `BadFile`."""
    try:
        return _ends(results.provenance.get("acceptance", {}))
    except (KeyError, TypeError, ValueError, AttributeError) as problem:
        path = folder / _RUN
        raise BadFile(f"{path}: acceptance is damaged or of another version: {problem}.") from None


def _of_comparison(folder: Path) -> Report:
    path = folder / _COMPARISON
    try:
        content = json.loads(path.read_text("utf-8"))
        arms, seeds = tuple(content["arms"]), tuple(content["seeds"])
        about = [content["provenance"][arm] for arm in arms]
        scenarios = tuple(map(_scenario, about))
        values, sets = _values(folder / _SUMMARIES, arms, seeds), _sets(content.get("plausible_sets", 0), len(seeds))
        accepted = {arm: _accepted(found) for arm, found in content.get("acceptance", {}).items()}
        made = Comparison(scenarios, _place(about[0]), content["years"], seeds, values, np.zeros(0), (), sets, accepted)
        drawn = [_pictures(folder / "figures", position) for position in range(1, len(arms))]
        return report_with(made, about[0], drawn)
    except SpAbmError:
        raise
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as problem:
        raise BadFile(f"{path} is damaged or of another version: {type(problem).__name__}: {problem}.") from None


def _values(path: Path, arms: tuple[str, ...], seeds: tuple[int, ...]) -> NDArray[np.float64]:
    """Return every measure of every run, shape (seeds, arms, measures)."""
    import pandas as pd

    frame = pd.read_csv(path).set_index(["arm", "seed"])
    missing = [name for name in MEASURES if name not in frame]
    if missing:
        raise BadFile(f"{path} lacks the column {missing[0]!r}; it was written by another version.")
    rows = frame[list(MEASURES)].reindex([(arm, seed) for seed in seeds for arm in arms])
    return rows.to_numpy(np.float64).reshape(len(seeds), len(arms), len(MEASURES))


def _sets(number: int, most: int) -> tuple[Mapping[str, float], ...]:
    """Return as many sets as the seeds took; what was in each, a comparison does not keep."""
    return ({},) * min(number, most)


def _accepted(content: Mapping[str, Any]) -> AcceptanceRange:
    """Return what outreach came to with few and with many accepting."""
    low, high = map(float, content["accepting"])
    return AcceptanceRange((low, high), tuple(content["seeds"]), _ends(content["differences"]))


def _ends(content: Mapping[str, Any]) -> dict[str, tuple[float, float]]:
    """Return measures at both ends of acceptance; raises `KeyError`, `TypeError` or `ValueError` where they are not."""
    found = {}
    for name, (low, high) in content.items():
        found[MEASURES[name].name] = (_value(low), _value(high))
    return found


def _value(saved: float | None) -> float:
    """Return a saved number; one that there was not was saved as none."""
    return float("nan") if saved is None else float(saved)


def _scenario(about: Mapping[str, Any]) -> Scenario:
    return from_content({**about["scenario_content"], "name": about["scenario"]})


def _place(about: Mapping[str, Any]) -> Place:
    """Return the shipped place of a run, or the first one there is: a report reads a place's facts from the run."""
    shipped = places()
    return shipped.get(str(about["place"]), next(iter(shipped.values())))


def _pictures(folder: Path, position: int) -> tuple[Picture, ...]:
    """Return the pictures that were saved of an arm."""
    paths = sorted(path for path in folder.glob(f"{position}-*/*.svg") if path.stem not in ELSEWHERE)
    return tuple(map(_picture, paths))


def _picture(path: Path) -> Picture:
    """Return a saved picture with its words; raises `BadFile` for one that is not drawn by this package."""
    svg = path.read_text("utf-8")
    if any(sign in svg.lower() for sign in _NEVER):
        raise BadFile(f"{path} was not drawn by this package: it holds more than shapes and words.")
    try:
        root = ElementTree.fromstring(svg)
    except ElementTree.ParseError as problem:
        raise BadFile(f"{path} is no picture: {problem}.") from None
    for element in root.iter():
        is_active = any(name.lower().startswith("on") or "href" in name.lower() for name in element.attrib)
        if element.tag not in _TAGS or is_active:
            raise BadFile(f"{path} was not drawn by this package: it holds {element.tag.removeprefix(_SVG)}.")
    title, description = (root.findtext(f"{_SVG}{name}") or "" for name in ("title", "desc"))
    return Picture(path.stem, svg, title, description, (), Table((), ()))
