"""The commands sweep, status and resume: what they print, what they leave, and what they refuse."""

import json
from pathlib import Path
from typing import Any

import pytest

from sp_abm.cli import main

STUDY = """
schema_version = 1
name = "short"
years = 0.1
[arms.today]
[arms.more]
levers = { outreach_share = 0.5 }
[factors.caseload_cap]
levels = [50, 75]
[replications]
n = 2
[outputs]
measures = ["share_crisis", "burnout_mean"]
"""


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """Return a study file of 2 points x 2 arms x 2 replications."""
    path = tmp_path / "short.toml"
    path.write_text(STUDY, "utf-8")
    return path


@pytest.fixture
def sp_abm(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("COLUMNS", "120")

    def run(*arguments: object) -> tuple[int, str, str]:
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return int(end.value.code or 0), " ".join(out.split()), " ".join(err.split())

    return run


def test_a_plan_says_what_would_be_run_and_runs_nothing(sp_abm: Any, study: Path, tmp_path: Path) -> None:
    code, out, _ = sp_abm("sweep", study, "--plan", "--out", tmp_path / "store")
    assert code == 0 and "2 points x 2 arms x 2 replications" in out and "8 runs of 5 weeks in Sandbox" in out
    assert "on one core" in out and not (tmp_path / "store").exists()


def test_a_plan_tells_of_runs_that_are_alike_and_of_batches(sp_abm: Any, study: Path) -> None:
    text = STUDY.replace("{ outreach_share = 0.5 }", "{}")
    study.write_text(
        text.replace("n = 2", 'measure = "burnout_mean"\nhalf_width = 0.1\nbatch = 4\nmost = 40'), encoding="utf-8"
    )
    _, out, _ = sp_abm("sweep", study, "--plan")
    assert "4 replications (then 4 more at a time, at most 40, until the difference in burnout_mean" in out
    assert "has a half-width of at most 0.1)" in out
    assert "16 runs" in out and "8 of them are alike with others and run once" in out


def test_sweep_status_and_resume_tell_one_story(sp_abm: Any, study: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    code, out, _ = sp_abm("sweep", study, "--out", store, "--workers", 0)
    assert code == 0 and f"8 runs in {store}: 0 were there, 8 were run." in out
    next((store / "cells").rglob("*.parquet")).unlink()
    _, out, _ = sp_abm("status", store)
    assert "short: 8 runs, 7 done, 0 failed, 1 missing." in out and f"Go on: sp-abm resume {store}" in out
    code, out, _ = sp_abm("resume", store, "--workers", 0)
    assert code == 0 and f"8 runs in {store}: 7 were there, 1 were run." in out
    _, out, _ = sp_abm("status", store, "--json")
    assert json.loads(out) == {"study": "short", "runs": 8, "done": 8, "failed": 0, "missing": 0, "errors": {}}


def test_status_writes_the_tables_for_a_spreadsheet(sp_abm: Any, study: Path, tmp_path: Path) -> None:
    sp_abm("sweep", study, "--out", tmp_path / "store", "--workers", 0)
    code, _, _ = sp_abm("status", tmp_path / "store", "--csv", tmp_path / "csv")
    names = {path.name for path in (tmp_path / "csv").iterdir()}
    tables = {"runs.csv", "summary.csv", "weekly.csv", "dictionary.csv"}
    assert code == 0 and names == {*tables, "study.toml", "ro-crate-metadata.json"}


def test_compact_says_where_the_weeks_are(sp_abm: Any, study: Path, tmp_path: Path) -> None:
    study.write_text(STUDY + "weekly = true\n", "utf-8")
    sp_abm("sweep", study, "--out", tmp_path / "store", "--workers", 0)
    code, out, _ = sp_abm("compact", tmp_path / "store")
    assert code == 0 and f"The weeks of 8 runs are in {tmp_path / 'store'}/weekly/*.parquet: 1 file, 0.0 MB." in out


def test_a_failure_is_counted_and_its_reason_told(
    sp_abm: Any, study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unlucky(*_arguments: object) -> None:
        raise ZeroDivisionError("no luck")

    monkeypatch.setattr("sp_abm.bench.values_of", unlucky)
    _, out, _ = sp_abm("sweep", study, "--out", tmp_path / "store", "--workers", 0)
    assert "8 were run, 8 of them failed (see: sp-abm status" in out
    _, out, _ = sp_abm("status", tmp_path / "store")
    assert "8 failed: ZeroDivisionError: no luck" in out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("sweep", "STUDY"), "--out is missing"),
        (("sweep", "STUDY", "--out", "DIR/store", "--workers", "-1"), "--workers -1 must be at least 0"),
        (("sweep", "DIR/none.toml", "--plan"), "none.toml cannot be read as a study"),
        (("sweep", "STUDY", "--out", "DIR"), "holds other files"),
        (("status", "DIR"), "is not the store of a sweep"),
        (("resume", "DIR"), "is not the store of a sweep"),
        (("compact", "DIR"), "is not the store of a sweep"),
    ],
)
def test_what_cannot_be_done_is_refused_in_one_line(
    sp_abm: Any, study: Path, tmp_path: Path, arguments: tuple[str, ...], words: str
) -> None:
    given = [text.replace("STUDY", str(study)).replace("DIR", str(tmp_path)) for text in arguments]
    code, _, err = sp_abm(*given)
    assert code == 2 and words in err
    assert not (tmp_path / "store").exists()


def test_a_scheduler_that_is_not_there_is_told_in_one_line_and_the_sweep_can_go_on_without(
    sp_abm: Any, study: Path, tmp_path: Path
) -> None:
    pytest.importorskip("distributed")
    asked = ("--scheduler", "tcp://127.0.0.1:1", "--wait", "0.3")
    code, _, err = sp_abm("sweep", study, "--out", tmp_path / "store", *asked)
    assert code == 2 and "No Dask scheduler answers at tcp://127.0.0.1:1 within 0.3 s. Start one there" in err
    code, out, _ = sp_abm("resume", tmp_path / "store", "--workers", 0)
    assert code == 0 and "8 were run." in out
