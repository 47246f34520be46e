"""Event export: XES and OCEL say what the log says, are built as their standards ask, and open in pm4py."""

import json
import xml.etree.ElementTree as ElementTree
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache

import pandas as pd
import pytest

from sp_abm import Results, simulate
from sp_abm.cli import main
from sp_abm.cli.options import RUN
from sp_abm.errors import BadValue, CannotWrite
from sp_abm.event_export import to_ocel, to_parquet, to_xes
from sp_abm.events.rows import KINDS
from sp_abm.places import place

XES = "{http://www.xes-standard.org/}"
HAMLET = replace(
    place("sandbox"),
    key="hamlet",
    residents=900,
    n_pcns=2,
    pcn_sizes=(1.0, 1.0),
    gp_fte=6.0,
    organisations_per_10000=200.0,
)
OBJECT_TYPES = {"person", "case", "link worker", "post", "organisation", "GP", "practice"}
OFTEN = {"referral.p_identified": 0.2, "contact.p_knows_at_start": 0.8, "turnover.rate_leaves_otherwise_per_week": 0.02}


@cache
def logged_run():
    """Return half a year of a busy service with its log; tests do not change it."""
    return simulate("today", HAMLET, 1, 0.5, warm_up=False, events=True, parameters=OFTEN, posts_per_10000=20)


@pytest.fixture(scope="module")
def xes(tmp_path_factory):
    return to_xes(logged_run(), tmp_path_factory.mktemp("xes") / "events.xes")


@pytest.fixture(scope="module")
def ocel(tmp_path_factory):
    return to_ocel(logged_run(), tmp_path_factory.mktemp("ocel") / "events.ocel.json")


def words(element):
    """Return the attributes of an XES trace or event, by key."""
    return {child.get("key"): child.get("value") for child in element if child.tag != f"{XES}event"}


def traces(path):
    """Return {trace attributes' name: list of its events' attributes} of an XES file."""
    log = ElementTree.parse(path).getroot()
    assert log.tag == f"{XES}log" and log.get("xes.version")
    return {
        words(trace)["concept:name"]: [words(event) for event in trace.iter(f"{XES}event")]
        for trace in log.iter(f"{XES}trace")
    }


def test_xes_has_a_trace_for_every_case_and_an_event_for_every_step_of_it(xes):
    events = logged_run().events
    of_cases = events[events.case >= 0]
    found = traces(xes)
    assert {name: len(steps) for name, steps in found.items()} == {
        f"case {case}": n for case, n in of_cases.case.value_counts().items()
    }
    told = Counter(step["concept:name"].replace(" ", "_") for steps in found.values() for step in steps)
    assert told == Counter(of_cases.kind)
    by_event = events.set_index("event")
    for steps in found.values():
        for step in steps:
            row = by_event.loc[int(step["event"])]
            assert step["concept:name"] == row.kind.replace("_", " ")
            assert step.get("org:resource") == (f"link worker {row.post}.{row.post_holder}" if row.post >= 0 else None)
            assert step.get("cause") == (str(row.cause) if row.cause >= 0 else None)
            assert step.get("reason") == (row.reason.replace("_", " ") if isinstance(row.reason, str) else None)


def test_moments_are_the_mondays_of_the_weeks_and_keep_the_order_of_events(xes):
    """Week w begins 7 w days after the scenario's start, Monday 6 January 2025."""
    for steps in traces(xes).values():
        moments = [datetime.fromisoformat(step["time:timestamp"]) for step in steps]
        assert moments == sorted(set(moments))
        for step, moment in zip(steps, moments, strict=True):
            monday = datetime(2025, 1, 6, tzinfo=UTC) + timedelta(weeks=int(step["week"]))
            assert timedelta(0) <= moment - monday < timedelta(minutes=1)


def test_xes_types_every_attribute_and_declares_its_extensions(xes):
    log = ElementTree.parse(xes).getroot()
    assert {extension.get("prefix") for extension in log.iter(f"{XES}extension")} == {"concept", "time", "org"}
    kinds = {child.get("key"): child.tag for event in log.iter(f"{XES}event") for child in event}
    assert kinds["time:timestamp"] == f"{XES}date" and kinds["week"] == f"{XES}int"
    assert kinds["concept:name"] == kinds["org:resource"] == f"{XES}string"


def test_ocel_has_every_event_with_all_it_is_about(ocel):
    log, events = json.loads(ocel.read_text("utf-8")), logged_run().events
    assert set(log) == {"objectTypes", "eventTypes", "objects", "events"}
    assert {kind["name"] for kind in log["objectTypes"]} == OBJECT_TYPES
    assert {kind["name"].replace(" ", "_") for kind in log["eventTypes"]} == set(events.kind)
    assert len({event["id"] for event in log["events"]}) == len(log["events"]) == len(events)
    objects = {each["id"]: each["type"] for each in log["objects"]}
    assert len(objects) == len(log["objects"]) and set(objects.values()) == OBJECT_TYPES
    rows = {f"event {row.event}": row for row in events.itertuples()}
    for event in log["events"]:
        row = rows[event["id"]]
        about = {relation["qualifier"]: relation["objectId"] for relation in event["relationships"]}
        assert all(objects[said] == kind for kind, said in about.items())
        assert about.get("person") == (f"person {row.citizen}.{row.holder}" if row.citizen >= 0 else None)
        assert about.get("case") == (f"case {row.case}" if row.case >= 0 else None)
        assert about.get("organisation") == (f"organisation {row.organisation}" if row.organisation >= 0 else None)
        assert ("GP" in about) == ("practice" in about) == (row.gp >= 0)


def test_ocel_declares_every_attribute_with_the_type_it_has(ocel):
    log = json.loads(ocel.read_text("utf-8"))
    declared = {kind["name"]: {a["name"]: a["type"] for a in kind["attributes"]} for kind in log["eventTypes"]}
    python_types = {"string": str, "integer": int}
    for event in log["events"]:
        for attribute in event["attributes"]:
            assert type(attribute["value"]) is python_types[declared[event["type"]][attribute["name"]]]


def test_every_kind_of_event_has_a_word_of_its_own():
    assert len({kind.replace("_", " ") for kind in KINDS}) == len(KINDS)


def test_parquet_holds_the_frame_itself(tmp_path):
    path = to_parquet(logged_run(), tmp_path / "events.parquet")
    pd.testing.assert_frame_equal(pd.read_parquet(path), logged_run().events)


@pytest.mark.parametrize("export", [to_parquet, to_xes, to_ocel])
def test_without_a_log_or_a_folder_it_says_so(export, tmp_path):
    with pytest.raises(BadValue, match=r"no event log.*events=True.*--events"):
        export(replace(logged_run(), events=None), tmp_path / "file")
    with pytest.raises(CannotWrite, match="missing"):
        export(logged_run(), tmp_path / "missing" / "file")
    assert not list(tmp_path.iterdir())


def test_the_command_line_writes_the_log_three_times_and_replaces_it(tmp_path, capsys):
    arguments = ("run", "today", "--no-warm-up", "--years", "0.1", "--out", str(tmp_path / "run"))
    for extra in (("--events",), ()):
        with pytest.raises(SystemExit) as end:
            main((*arguments, *extra))
        assert not end.value.code, capsys.readouterr().err
        missing = {"panel.parquet", *(name for name in RUN.entries if name.startswith("events.") and not extra)}
        assert {path.name for path in (tmp_path / "run").iterdir()} == set(RUN.entries) - missing
        assert (Results.load(tmp_path / "run").events is not None) == bool(extra)


def test_the_command_line_asks_for_a_folder_to_put_a_log_in(capsys):
    with pytest.raises(SystemExit) as end:
        main(("run", "today", "--events"))
    assert end.value.code and "--out" in capsys.readouterr().err


@pytest.mark.filterwarnings("ignore")
def test_pm4py_opens_both(xes, ocel):
    pm4py = pytest.importorskip("pm4py")
    events = logged_run().events
    cases = pm4py.read_xes(str(xes))
    assert cases["case:concept:name"].nunique() == events.case[events.case >= 0].nunique()
    assert len(cases) == (events.case >= 0).sum()
    assert pm4py.get_start_activities(cases) == {"referred": cases["case:concept:name"].nunique()}
    log = pm4py.read_ocel2_json(str(ocel))
    assert len(log.events) == len(events) and set(pm4py.ocel_get_object_types(log)) == OBJECT_TYPES
