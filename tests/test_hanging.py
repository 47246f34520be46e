"""What results hang on: every uncertain number is screened or cannot act, and pages say what the tables say."""

import csv

import pytest
from experiments.hanging import PAGE, TABLE, hanging, made
from experiments.headlines import HEADLINES
from experiments.sensitivity_morris.factors import LEFT_OUT, START, STUDY, factors, uncertain
from experiments.structural_alternatives.analyse import ALTERNATIVES
from experiments.structural_alternatives.analyse import HERE as STRUCTURE

from sp_abm import simulate
from sp_abm.evidence import sensitivity
from sp_abm.measures import MEASURES
from sp_abm.parameters import all_facts
from sp_abm.study import load_study

SCREENING = load_study(STUDY)


def test_every_uncertain_parameter_is_screened_or_left_out_with_a_reason():
    names = [name for name, _, _ in uncertain()]
    assert len(names) > 200
    assert sorted((*SCREENING.factor_names, *LEFT_OUT)) == sorted(names)
    assert all(LEFT_OUT.values())


def test_the_screening_moves_each_through_its_plausible_range():
    assert STUDY.read_text("utf-8").partition(START)[2] == factors(), "python -m experiments.sensitivity_morris.factors"
    ranges = {name: declared.range(value) for name, declared, value in uncertain()}
    for factor in SCREENING.factors:
        assert (factor.low, factor.high) == pytest.approx(ranges[factor.name], rel=1e-5)


@pytest.mark.parametrize("end", [0, 1])
def test_what_is_left_out_of_the_screening_moves_none_of_its_measures_by_a_bit(end):
    ends = {name: declared.range(value)[end] for name, declared, value in uncertain()}
    changes = {name: ends[name] for name in LEFT_OUT}
    asked = [name for name in SCREENING.measures if not MEASURES[name].is_paired] + [
        "wellbys_per_1000",
        "cost_total_gbp",
    ]
    for arm in ("reactive", "supported-outreach"):
        plain, moved = (
            simulate(SCREENING.arms[arm], years=0.6, parameters=parameters).summary[asked]
            for parameters in ({}, changes)
        )
        assert plain.equals(moved), f"{arm}: {plain[plain != moved].index.tolist()}"


def test_the_first_structural_alternative_is_the_model_as_it_is_and_the_others_are_not():
    defaults = {name: value for name, _, value in all_facts()}
    points = load_study(STRUCTURE / "study.toml").design.listed
    changed = [{name for name, value in point.items() if value != defaults[name]} for point in points]
    burnout = {"strain.rate_up_per_week", "strain.rate_down_per_week"}
    memory = {"transitions.share_duration_floor", "transitions.rate_pre_crisis_recovering"}
    assert changed == [set(), memory, burnout, burnout, {"strain.effect_colleagues"}] and len(points) == len(
        ALTERNATIVES
    )
    likely = {name: declared.range(value) for name, declared, value in all_facts()}["strain.effect_colleagues"]
    assert (
        defaults["strain.effect_colleagues"] == 0 == likely[0] and points[-1]["strain.effect_colleagues"] == likely[1]
    )


def test_the_table_and_the_page_say_what_the_studies_found():
    for path, content in made().items():
        assert path.read_text("utf-8") == content, f"{path.name}: python -m experiments.hanging"
    assert {TABLE, PAGE} == set(made())


def test_every_screened_parameter_has_its_place_in_every_headline_difference():
    found = sensitivity()
    screened = {name: [row for row in rows if row["method"] == "Morris mu*"] for name, rows in found.items()}
    assert set(screened) == set(SCREENING.factor_names)
    for arm, measure in HEADLINES:
        about = (measure, f"{arm} minus reactive")
        rows = [row for rows in screened.values() for row in rows if (row["measure"], row["difference"]) == about]
        assert sorted(row["rank"] for row in rows) == list(range(1, len(SCREENING.factors) + 1))
        values = [row["value"] for row in sorted(rows, key=lambda row: row["rank"])]
        assert values == sorted(values, reverse=True) and values[0] > 0


def test_names_of_the_table_are_those_of_the_model():
    known = {name for name, _, _ in all_facts()}
    with TABLE.open(encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            assert row["parameter"] in known and row["measure"] in MEASURES and row["study"] and len(row["model"]) == 16
    assert len(hanging()) == sum(len(rows) for rows in sensitivity().values())
