"""Strengths: made live they are those of the loop laboratory, are kept, can be stopped, and say how sure they are."""

from dataclasses import replace

import numpy as np
import pytest

from sp_abm.comparison import Difference
from sp_abm.errors import BadValue, UnknownName
from sp_abm.loop_laboratory import shares
from sp_abm.loop_laboratory.laboratory import SHOWN
from sp_abm.loop_laboratory.shares import batches, cuts
from sp_abm.loops import LINKS, LOOPS
from sp_abm.places import place
from sp_abm.scenario import load
from sp_abm.viz import strengths
from sp_abm.viz.asked import Asked
from sp_abm.viz.figures import FIGURES
from sp_abm.viz.files import made_file
from sp_abm.viz.pages import live
from sp_abm.viz.runs import Stopped, Store
from sp_abm.viz.strengths import Strengths

HAMLET = replace(place("sandbox"), key="hamlet", residents=900, n_pcns=2)
PLAN = load("today").with_changes({"support_level": 1.0, "staffing.share_support_delivered": 1.0})
ARMS = load("today"), replace(PLAN, name="full support")
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def measured():
    """Return what keeps strengths, after two seeds of a year, and the reports that were made of them."""
    told = []
    kept = Strengths(Store())
    return kept, kept.carried(ARMS, HAMLET, (1, 2), 1, told.append), told


def test_what_the_links_add_live_is_what_the_laboratory_finds_gone_without_them(measured):
    kept, both, _ = measured
    assert set(both.added) == set(cuts()) >= {*LINKS, *LOOPS}
    one = kept.carried(ARMS, HAMLET, (1,), 1, lambda _: None)
    left = shares.measured(*ARMS, HAMLET, 1, 52, SHOWN, batches()[0])
    for place_in, measure in enumerate(SHOWN):
        assert one.changes[measure].mean == left["whole"][place_in]
        for name in batches()[0]:
            assert one.added[name][measure].mean == left["whole"][place_in] - left[name][place_in]
    assert any(one.added[name]["burnout_mean"].mean for name in batches()[0])


def test_in_one_run_nothing_has_an_interval_and_the_picture_says_that_strengths_may_be_chance(measured):
    kept, _, _ = measured
    found = kept.carried(ARMS, HAMLET, (1,), 1, lambda _: None)
    known = found.material("burnout_mean").strengths
    assert known["support->burnout"].mean < 0 and all(np.isnan([each.low, each.high]).all() for each in known.values())
    whole = found.changes["burnout_mean"].mean
    assert found.added["R5"]["burnout_mean"].mean == pytest.approx(whole, rel=0.5)  # support acts by these links
    picture = FIGURES["loops"].picture(found.material("burnout_mean"))
    assert "One run: strengths may be chance." in picture.notes and picture.title.startswith("Strongest: ")
    assert {"strength", "low", "high"} <= set(picture.table.columns)


def test_strengths_are_in_the_unit_that_a_person_reads_with_the_interval_over_seeds(measured):
    _, found, _ = measured
    measure = "expected_leaving_rate_per_year"
    added = Difference(-0.02, -0.031, -0.009, "too few runs")
    made = replace(found, added={name: {measure: added} for name in found.added})
    strength = made.material(measure).strengths["support->burnout"]
    assert (strength.mean, strength.low, strength.high) == pytest.approx((-2, -3.1, -0.9))
    assert made.said("R1", measure) == "−2.0 (−3.1 to −0.9)"
    assert "of 100 link workers, a year" in made.material(measure).strengths_of
    both = found.added["support->burnout"]["burnout_mean"]
    assert both.low < both.mean < both.high


def test_what_is_kept_is_not_run_again_and_what_is_told_only_grows(measured, monkeypatch):
    kept, found, told = measured
    assert told == sorted(told) and 0 <= told[0] < 0.1 and 0.95 < told[-1] <= 1
    monkeypatch.setattr(strengths, "measured", None)
    again = kept.carried(ARMS, HAMLET, (1, 2), 1, lambda _: None)
    assert repr(again) == repr(found)
    assert kept.is_known(ARMS, HAMLET, (1, 2), 1)
    assert not kept.is_known(ARMS, HAMLET, (1, 2, 3), 1) and not kept.is_known(ARMS, HAMLET, (1, 2), 2)


def test_measuring_stops_within_a_week_of_a_run():
    told = []

    def report(share):
        told.append(share)
        if len(told) == 300:
            raise Stopped

    kept = Strengths(Store())
    with pytest.raises(Stopped):
        kept.carried(ARMS, HAMLET, (1,), 1, report)
    assert len(told) == 300 and not kept.is_known(ARMS, HAMLET, (1,), 1)


def test_where_no_link_adds_anything_the_picture_says_so(measured):
    _, found, _ = measured
    none = Difference(0.0, 0.0, 0.0, "unclear")
    nothing = replace(found, added={name: dict.fromkeys(SHOWN, none) for name in found.added})
    picture = FIGURES["loops"].picture(nothing.material(SHOWN[0]))
    assert "No link adds to what full support changes" in picture.notes[0]
    assert "strength" not in picture.table.columns


def test_a_file_holds_the_strengths_that_its_page_has_measured_and_says_where_to_measure_others(measured, monkeypatch):
    kept, found, _ = measured
    monkeypatch.setattr(live, "STRENGTHS", kept)
    monkeypatch.setattr(live, "place_of", lambda _: HAMLET)
    monkeypatch.setattr(live, "arms_of", lambda _: ARMS)
    query = Asked("today", years=1, runs=2).query(measure="burnout_mean")
    assert made_file("loops.csv", query).content.decode() == (
        FIGURES["loops"].picture(found.material("burnout_mean")).table.csv()
    )
    assert b"strength" not in made_file("loops.csv", Asked("today", years=1).query()).content
    with pytest.raises(BadValue, match="open it on the page Loop first"):
        made_file("loops.csv", Asked("today", years=2, runs=2).query(measure="burnout_mean"))


def test_a_link_that_names_another_measure_is_refused_in_words():
    assert live.measure_in("") == "burnout_mean"
    assert live.measure_in("measure=share_distress") == "share_distress"
    with pytest.raises(UnknownName, match="measure of the links"):
        live.measure_in("measure=n_waiting")
