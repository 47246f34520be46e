"""The record of the last validation: whole, the same as in the book, and named for the version that was run."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from sp_abm.evidence import targets
from sp_abm.kernels import SOURCE_HASH
from sp_abm.validation.pooling import Interval
from sp_abm.validation.record import COLUMNS, as_csv, recorded
from sp_abm.validation.verdicts import MISSES, judged
from sp_abm.viz.pages.evidence import body, record_in_words

BOOK = Path(__file__).parents[1] / "docs" / "model" / "validation.md"


def test_every_target_has_a_row_and_every_row_a_target():
    assert set(recorded()) == set(targets())


@pytest.mark.parametrize("name", targets())
def test_a_row_has_the_verdict_that_its_value_deserves(name):
    found = recorded()[name]
    assert found.verdict == judged(targets()[name], Interval(found.low, found.mean, found.high), 1).verdict


def test_the_record_says_what_the_book_says():
    rows = re.findall(r"^\| ([CP]\d+) \|.* \| (\S+) \((\S+) to (\S+)\) \| (\w+) \|$", BOOK.read_text("utf-8"), re.M)
    assert len(rows) == len(targets())
    for name, mean, low, high, verdict in rows:
        found = recorded()[name]
        assert (found.mean, found.low, found.high, found.verdict) == (float(mean), float(low), float(high), verdict)


def test_the_page_says_of_which_version_the_values_are():
    found = recorded().values()
    new = [replace(each, model=SOURCE_HASH) for each in found]
    mixed = [*new[:-1], replace(new[-1], model="0" * 16)]
    old = [replace(each, model="0" * 16) for each in found]
    assert "with this version of the rules: " in record_in_words(new) and "may differ" not in record_in_words(new)
    assert "with an earlier version of the rules (in 1 of 81 rows): " in record_in_words(mixed)
    assert "with an earlier version of the rules: " in record_in_words(old)
    for each in (mixed, old):
        assert "0" * 16 in record_in_words(each) and "27 November 2026" in record_in_words(each)
        assert "What this version gives there may differ." in record_in_words(each)
    assert record_in_words(found) in body()


def test_the_page_shows_value_interval_and_verdict_beside_each_target_whether_it_meets_or_not():
    missed = [name for name, each in recorded().items() if each.verdict == MISSES]
    assert missed
    for name in ("C01", missed[0]):
        target, found = targets()[name], recorded()[name]
        cells = (
            f"{target.low:g} to {target.high:g}",
            f"{found.mean:g} ({found.low:g} to {found.high:g})",
            found.verdict,
        )
        assert "".join(f"<td>{cell}</td>" for cell in cells) in body()


def test_a_report_becomes_a_record_with_its_day_its_version_and_where_it_comes_from():
    model = {"mean": 1.23456, "low": None, "high": None}
    made = as_csv([{"id": "C01", "model": model, "verdict": "meets"}], "2026-11-27", "abc")
    assert made.splitlines() == [
        ",".join(COLUMNS),
        "C01,1.23,,,meets,2026-11-27,abc,made by sp-abm validate; model version abc",
    ]
