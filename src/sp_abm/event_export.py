"""Event export: a run's event log as Parquet, and as XES and OCEL 2.0 for process-mining tools.

A week's events are dated to its Monday at midnight; the milliseconds after it are their order within the week and
nothing else. XES has one trace a case; OCEL has every event, with everybody and everything it is about.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from xml.sax.saxutils import quoteattr

from sp_abm.errors import BadValue, CannotWrite
from sp_abm.results import Results
from sp_abm.vocabulary import EventKind

if TYPE_CHECKING:
    import pandas as pd

Event = dict[str, Any]

_XES_HEAD: Final = """<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1.0" xes.features="" xmlns="http://www.xes-standard.org/">
\t<extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
\t<extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>
\t<extension name="Organizational" prefix="org" uri="http://www.xes-standard.org/org.xesext"/>
\t<global scope="trace">
\t\t<string key="concept:name" value=""/>
\t</global>
\t<global scope="event">
\t\t<string key="concept:name" value=""/>
\t\t<date key="time:timestamp" value="1970-01-01T00:00:00.000+00:00"/>
\t</global>
\t<classifier name="Activity" keys="concept:name"/>
"""
_NUMBERS: Final = ("event", "week", "number", "cause")
_OBJECTS: Final[dict[str, Callable[[Event], str]]] = {
    "person": lambda event: _name("person", event["citizen"], event["holder"]),
    "case": lambda event: _name("case", event["case"]),
    "link worker": lambda event: _name("link worker", event["post"], event["post_holder"]),
    "post": lambda event: _name("post", event["post"]),
    "organisation": lambda event: _name("organisation", event["organisation"]),
    "GP": lambda event: _name("GP", event["gp"]),
    "practice": lambda event: _name("practice", event["practice"]),
}
"""Who and what an event can be about, and what each is called; empty where the event is not about one."""


def to_parquet(results: Results, path: str | Path) -> Path:
    """Write the events as Parquet, one row each; returns the path."""
    events = _events_of(results)
    return _written(Path(path), lambda file: events.to_parquet(file))


def to_xes(results: Results, path: str | Path) -> Path:
    """Write the cases as XES: a trace each, an event each step, the link worker as its resource; returns the path."""
    lines = _xes(_told(results))
    return _written(Path(path), lambda file: _write_lines(file, lines))


def to_ocel(results: Results, path: str | Path) -> Path:
    """Write every event as OCEL 2.0 JSON, with persons, cases, link workers and the rest as objects."""
    log = _ocel(_told(results))
    return _written(Path(path), lambda file: file.write_text(json.dumps(log, indent=0), "utf-8"))


def _events_of(results: Results) -> "pd.DataFrame":
    if results.events is None:
        raise BadValue("This run has no event log: ask for one with simulate(..., events=True) or --events.")
    return results.events


def _written(path: Path, write: Callable[[Path], Any]) -> Path:
    try:
        write(path)
    except OSError as problem:
        raise CannotWrite(f"{path} cannot be written: {problem.strerror or problem}.") from None
    return path


def _write_lines(path: Path, lines: Iterable[str]) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.writelines(lines)


def _name(kind: str, number: int, holder: int | None = None) -> str:
    if number < 0:
        return ""
    return f"{kind} {number}" if holder is None else f"{kind} {number}.{holder}"


def _told(results: Results) -> list[Event]:
    """Return each event with its words and its moment, in order of time."""
    events = _events_of(results)
    start = date.fromisoformat(results.provenance["scenario_content"]["start"])
    midnight = datetime.combine(start, time(), UTC)
    place = events.groupby("week").cumcount()
    told: list[Event] = events.assign(place=place).sort_values(["week", "event"]).to_dict("records")  # type: ignore[assignment]
    for event in told:
        moment = midnight + timedelta(weeks=event["week"], milliseconds=event["place"])
        event["moment"] = moment.isoformat(timespec="milliseconds")
        event["activity"] = EventKind[event["kind"].upper()].label
        event["reason"] = event["reason"].replace("_", " ") if isinstance(event["reason"], str) else ""
    return told


def _facts(event: Event) -> dict[str, str | int]:
    """Return what an event says beside its activity, its moment and whom it is about."""
    numbers = {name: int(event[name]) for name in _NUMBERS if event[name] >= 0 or name == "week"}
    words = {"reason": event["reason"]} if event["reason"] else {}
    return {**words, "submodel": str(event["submodel"]), **numbers}


def _xes(told: list[Event]) -> Iterator[str]:
    """Yield the lines of an XES log."""
    traces: dict[int, list[Event]] = {}
    for event in told:
        if event["case"] >= 0:
            traces.setdefault(event["case"], []).append(event)
    yield _XES_HEAD
    for case, events in traces.items():
        yield "\t<trace>\n"
        yield _attribute("string", "concept:name", f"case {case}", 2)
        for name in ("person", "GP", "practice"):
            yield _attribute("string", name, _OBJECTS[name](events[0]), 2)
        for event in events:
            yield "\t\t<event>\n"
            yield _attribute("string", "concept:name", event["activity"], 3)
            yield _attribute("date", "time:timestamp", event["moment"], 3)
            for key, name in (("org:resource", "link worker"), ("organisation", "organisation")):
                if value := _OBJECTS[name](event):
                    yield _attribute("string", key, value, 3)
            for key, fact in _facts(event).items():
                yield _attribute("string" if isinstance(fact, str) else "int", key, str(fact), 3)
            yield "\t\t</event>\n"
        yield "\t</trace>\n"
    yield "</log>\n"


def _attribute(kind: str, key: str, value: str, depth: int) -> str:
    indent = "\t" * depth
    return f"{indent}<{kind} key={quoteattr(key)} value={quoteattr(value)}/>\n"


def _ocel(told: list[Event]) -> dict[str, Any]:
    """Return the events as OCEL 2.0 has them."""
    objects: dict[str, str] = {}
    events, attributes = [], {"submodel": "string", "reason": "string", **dict.fromkeys(_NUMBERS, "integer")}
    for event in told:
        about = {name: said for name, of in _OBJECTS.items() if (said := of(event))}
        objects.update({said: name for name, said in about.items()})
        events.append(_ocel_event(event, about))
    declared = [{"name": name, "type": kind} for name, kind in attributes.items()]
    kinds = sorted({event["activity"] for event in told})
    return {
        "objectTypes": [{"name": name, "attributes": []} for name in _OBJECTS],
        "eventTypes": [{"name": kind, "attributes": declared} for kind in kinds],
        "objects": [
            {"id": said, "type": name, "attributes": [], "relationships": []} for said, name in objects.items()
        ],
        "events": events,
    }


def _ocel_event(event: Event, about: dict[str, str]) -> dict[str, Any]:
    """Return an event as OCEL has it, with all that it is about, by kind."""
    return {
        "id": f"event {event['event']}",
        "type": event["activity"],
        "time": event["moment"],
        "attributes": [{"name": name, "value": fact} for name, fact in _facts(event).items()],
        "relationships": [{"objectId": said, "qualifier": name} for name, said in about.items()],
    }
