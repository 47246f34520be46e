"""Evidence as data: tables that are checked row by row, ids that are understood, uses that are found."""

import csv
import io
import json

import pytest

from sp_abm import evidence as room
from sp_abm.cli import main
from sp_abm.declare import fact
from sp_abm.errors import BadFile, UnknownName
from sp_abm.evidence import figure, ids_in, is_held_up, read_evidence, read_targets, targets
from sp_abm.uses import uses
from sp_abm.vocabulary import Grade, Role

FIGURE = {
    "id": "W999", "quantity": "a share", "value": "0.3", "low": "0.2", "high": "0.4", "unit": "share",
    "population": "link workers", "year": "2024", "source_title": "A paper", "source_authors": "Somebody",
    "source_year": "2024", "url": "https://example.org", "where_in_source": "abstract", "confidence": "4",
    "use": "parameter", "notes": "",
}  # fmt: skip
TARGET = {
    "id": "C99", "kind": "calibration", "statistic": "a share", "unit": "share", "run": "today",
    "place": "average-pcn", "window": "whole run", "low": "0.2", "high": "0.4", "evidence": "W001", "years": "5",
    "compared_with": "",
}  # fmt: skip


def test_every_shipped_row_is_sound():
    assert len(room.evidence()) == 113 + 126 + 107
    assert len(targets()) == 81
    assert figure("POP-102").value == 28 and figure("POP-102").confidence == 5
    assert targets()["C22"].low == 0.82 and targets()["P03"].kind == "input check"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("EO001 derived", ("EO001",)),
        ("W053-W055", ("W053", "W054", "W055")),
        ("fitted to C10-C12 (POP-035..038)", ("C10", "C11", "C12", "POP-035", "POP-036", "POP-037", "POP-038")),
        ("W002-W004 W003", ("W002", "W003", "W004")),
        ("GHQ-12, mid-2020, the P of C", ()),
    ],
)
def test_ids_are_read_out_of_prose(text, found):
    assert ids_in(text) == found


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"id": "X1"}, ("line 2", "'X1'", "W001")),
        ({"value": "many"}, ("value = 'many'", "not a number")),
        ({"value": "nan"}, ("not a number",)),
        ({"low": "0.5"}, ("low = 0.5", "above high = 0.4")),
        ({"confidence": "6"}, ("confidence = '6'", "1, 2, 3, 4, 5")),
        ({"use": "rumour"}, ("use = 'rumour'", "parameter, calibration_target")),
        ({"url": "somewhere"}, ("url = 'somewhere'", "address")),
        ({"source_title": " "}, ("source_title is empty",)),
        ({"more": "x"}, ("exactly these columns", "id, quantity")),
        ({"notes": None}, ("exactly these columns",)),
    ],
)
def test_a_bad_figure_is_refused_with_its_place(change, words):
    with pytest.raises(BadFile) as refusal:
        list(read_evidence("workforce", [{**FIGURE, **change}]))
    assert all(word in str(refusal.value) for word in ("evidence/workforce.csv", *words))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"kind": "hope"}, ("kind = 'hope'", "calibration, pattern, input check")),
        ({"low": ""}, ("low, high and years must be numbers",)),
        ({"low": "0.9"}, ("low = 0.9", "above high")),
        ({"statistic": ""}, ("statistic is empty",)),
    ],
)
def test_a_bad_target_is_refused_with_its_place(change, words):
    with pytest.raises(BadFile) as refusal:
        list(read_targets([{**TARGET, **change}]))
    assert all(word in str(refusal.value) for word in ("targets.csv, line 2", *words))


def test_a_row_says_in_any_column_that_it_was_not_checked():
    doubtful = {**FIGURE, "source_authors": "Somebody (authors not checked against the source)"}
    first, second = read_evidence("workforce", [FIGURE, {**doubtful, "id": "W998"}])
    assert first.is_checked and not second.is_checked
    assert not figure("W075").is_checked and figure("W088").is_checked


def test_a_source_is_held_up_by_one_checked_row_and_not_by_a_target_that_hangs_on_an_unchecked_one():
    assert is_held_up("W087 W088") and not is_held_up("W087")
    assert is_held_up("fitted to C22") and not is_held_up("fitted to C19 (EO001)")
    assert is_held_up("fitted to C02") and not is_held_up("assumed")


def test_an_unknown_figure_is_answered_with_the_nearest():
    with pytest.raises(UnknownName, match="W088"):
        figure("W88")


@pytest.mark.parametrize(
    ("source", "grade", "low", "high"),
    [
        ("W042", Grade.MEASURED, 0.45, 0.55),
        ("derived from W042", Grade.DERIVED, 0.375, 0.625),
        ("fitted to C19", Grade.DERIVED, 0.375, 0.625),
        ("expert; W042", Grade.EXPERT, 0.3, 0.7),
        ("assumed: nobody knows", Grade.ASSUMED, 0.25, 0.75),
    ],
)
def test_the_first_word_of_a_source_grades_it_and_the_grade_gives_the_range(source, grade, low, high):
    declared = fact("a share", "share", 0, 1, source)
    assert declared.grade is grade
    assert declared.range(0.5) == pytest.approx((low, high))


def test_a_range_stays_within_bounds_and_gives_way_to_that_of_the_evidence():
    assert fact("a share", "share", 0, 1, "assumed").range(0.9) == pytest.approx((0.45, 1))
    assert fact("a share", "share", 0, 1, "assumed", likely=(0.3, 1)).range(0.5) == (0.3, 1)
    assert fact("a share", "share", 0, 1, "assumed", Role.CONSTANT).range(0.5) == (0.5, 0.5)


def test_uses_tell_apart_what_two_groups_call_alike():
    assert uses()["contact.ratio_change"] == ("submodels.contact.p_accepts",)
    assert uses()["closure.ratio_change"] == ("submodels.closure.disengagement_rate",)
    assert uses()["participation.level_thin"] == ("submodels.participation._attend",)
    assert "submodels.transitions.hazards_by_stage" in uses()["transitions.rate_recovering_crisis"]
    assert "submodels.strain.relief" in uses()["strain.relief_peers"]
    assert uses()["observation.life_crisis"] == ("readings._by_stage", "recorder.__init__")
    assert uses()["observation.share_consultations_gp"] == ("stocks._count_worth",)


@pytest.fixture
def printed(capsys):
    def run(*arguments):
        with pytest.raises(SystemExit) as end:
            main(arguments)
        assert not end.value.code
        return capsys.readouterr().out

    return run


def test_a_card_says_all_that_is_known_of_a_parameter(printed):
    card = printed("parameters", "turnover.effect_burnt_out")
    for words in ("1.3 log odds", "0.83 to 1.43", "triangular", "derived", "W100: Burnout", "https://", "2.3 to 4.17"):
        assert words in card, words
    assert "submodels.turnover.p_intends" in card
    assert "burnout_mean, supported minus reactive: Morris mu*" in " ".join(card.split())
    assert "not screened (docs" in printed("parameters", "turnover.threshold_burnt_out")
    doubtful = printed("parameters", "turnover.rate_leaves_intending_per_week")
    assert "Not checked against the source" in " ".join(doubtful.split())


def test_a_measured_sensitivity_shows_on_the_card(printed, monkeypatch):
    row = {"measure": "burnout_mean", "difference": "supported minus reactive", "method": "Morris mu*", "value": 0.03}
    row |= {"rank": 2, "of": 176, "beyond_luck": True, "study": "sensitivity: screening", "model": "0"}
    monkeypatch.setattr(room, "sensitivity", lambda: {"strain.sd_trait": (row,)})
    said = "burnout_mean, supported minus reactive: Morris mu* 0.03, place 2 of 176 (sensitivity: screening)"
    assert said in " ".join(printed("parameters", "strain.sd_trait").split())
    row["beyond_luck"] = False
    assert "mu* 0.03, no more than luck could do" in " ".join(printed("parameters", "strain.sd_trait").split())


def test_the_table_of_the_paper_is_csv_and_json_alike(printed):
    rows = list(csv.DictReader(io.StringIO(printed("parameters", "--csv"))))
    entries = json.loads(printed("parameters", "--json"))
    assert [row["parameter"] for row in rows] == [entry["parameter"] for entry in entries]
    for row, entry in zip(rows, entries, strict=True):
        assert float(row["value"]) == entry["value"] and float(row["range_low"]) == entry["range"]["low"]
        assert row["grade"] == entry["grade"] and entry["used_in"]
        assert entry["evidence"] or entry["targets"] or entry["grade"] == "assumed" or "places" in entry["source"]
