"""The command analyse: what it says, what it writes, what it refuses; and one real sweep to its answer."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sp_abm.cli import main
from sp_abm.cli.analyse import ANALYSES
from sp_abm.sweep import sweep

ARMS = "[arms.today]\n[arms.more]\nlevers = { outreach_share = 0.5 }\n"
GRID = "[factors.support_level]\nlevels = [0.2, 0.4, 0.8]\n[factors.caseload_cap]\nlevels = [50, 100]\n"
OUT = '[replications]\nn = 12\n[outputs]\nmeasures = ["share_distress", "burnout_mean"]\n'
TWO = "[factors.support_level]\nlow = 0\nhigh = 1\n[factors.outreach_share]\nlow = 0\nhigh = 1\n"
COST = "[replications]\nn = 1\n[outputs]\nmeasures = ['share_distress', 'cost_total_gbp']\n"


@pytest.fixture
def sp_abm(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("COLUMNS", "120")

    def run(*arguments: object) -> tuple[int, str, str]:
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return int(end.value.code or 0), out, " ".join(err.split())

    return run


def values(point: Any, arm: str, seed: int) -> dict[str, float]:
    """Return a value that support lowers and that the second arm raises below a support of .5."""
    more = (arm == "more") * (0.5 - point.get("support_level", 0.4) + 0.01 * (-1) ** seed)
    return {"share_distress": more, "burnout_mean": 0.5 + more}


@pytest.fixture
def grid(store_of: Any, tmp_path: Path) -> Path:
    """Return the store of a study of 6 points, 2 arms and 12 replications."""
    store_of(ARMS + GRID + OUT, values)
    return tmp_path / "store"


def test_a_bare_command_says_what_the_design_was_made_for(sp_abm: Any, grid: Path) -> None:
    code, out, _ = sp_abm("analyse", grid)
    assert code == 0 and "made up: share_distress (another: --measure NAME)" in out
    assert "each arm minus ‘today’ with the same luck: clear in 6 of 6" in out
    assert "The difference changes sign, and this is more than noise" in out
    row = next(line for line in out.splitlines() if line.split()[:2] == ["0.800", "100"])
    assert row.split() == ["0.800", "100", "more", "12", "-0.300", "-0.307", "-0.293", "clear"]
    assert "Illustrative model, not a forecast" in out


def test_everything_is_written_as_tables_and_pictures(sp_abm: Any, grid: Path, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    assert sp_abm("analyse", grid, "--out", folder)[0] == 0
    assert sorted(path.name for path in folder.iterdir()) == [
        "analysis.json", "differences-of-all-measures.csv", "differences.csv", "heat-map.csv", "heat-map.png",
        "heat-map.svg", "tipping-points.csv",
    ]  # fmt: skip
    assert len(pd.read_csv(folder / "differences-of-all-measures.csv")) == 12
    tipping = pd.read_csv(folder / "tipping-points.csv").set_index(["line", "caseload_cap"])["support_level"]
    assert tipping["mean"].to_numpy() == pytest.approx([0.5, 0.5])
    assert sp_abm("analyse", grid, "heat-map", "--out", folder)[0] == 0
    assert not (folder / "differences.csv").exists()


def test_json_is_for_machines_and_holds_the_whole_tables(sp_abm: Any, grid: Path) -> None:
    code, out, _ = sp_abm("analyse", grid, "differences", "--measure", "burnout_mean", "--json")
    content = json.loads(out)
    assert code == 0 and (content["study"], content["measure"], content["refused"]) == ("made up", "burnout_mean", {})
    rows = content["analyses"]["differences"]["tables"]["differences"]
    assert len(rows) == 6 and rows[0]["verdict"] == "clear" and rows[0]["mean"] == pytest.approx(0.3)


def test_factors_arm_level_and_threshold_can_be_named(sp_abm: Any, grid: Path) -> None:
    _, out, _ = sp_abm(
        "analyse", grid, "heat-map", "--measure", "burnout_mean", "--arm", "more", "--level",
        "--threshold", "0.5", "--x", "caseload_cap", "--y", "support_level",
    )  # fmt: skip
    assert "The value less 0.5 changes sign" in out and "by caseload cap and support level" in " ".join(out.split())


def test_a_search_names_the_best_mix_and_those_as_good(sp_abm: Any, store_of: Any, tmp_path: Path) -> None:
    luck = np.random.default_rng(1)
    store_of(
        TWO + "[design]\nkind = 'lhs'\nn = 40\n" + COST,
        lambda p, *_: {
            "share_distress": 1 - p["support_level"] + luck.normal() / 99,
            "cost_total_gbp": 1000 * sum(p.values()),
        },
    )
    out = tmp_path / "out"
    code, said, _ = sp_abm(
        "analyse", tmp_path / "store", "search", "--less", "share_distress", "--budget", 500, "--out", out
    )
    assert code == 0 and "The best mix for at most 500: support level" in said
    assert "equally good within noise, such as" in " ".join(said.split())
    assert {"search.svg", "search.png", "search.csv", "equally-good.csv"} <= {path.name for path in out.iterdir()}
    assert pd.read_csv(out / "equally-good.csv")["cost_total_gbp"].max() <= 500


def test_what_cannot_be_done_beside_what_can_is_told_and_alone_is_refused(
    sp_abm: Any, store_of: Any, tmp_path: Path
) -> None:
    store_of(
        TWO + "[design]\nkind = 'sobol'\nn = 4\n" + OUT.replace("12", "1"),
        lambda p, *_: {"share_distress": sum(p.values()), "burnout_mean": 0.0},
    )
    code, out, _ = sp_abm("analyse", tmp_path / "store")
    assert code == 0 and "of the variance" in out and "emulator: An emulator needs at least 20" in out
    code, _, err = sp_abm("analyse", tmp_path / "store", "emulator")
    assert code == 2 and err.startswith("Error: An emulator needs at least 20 different points; the study has 16")


def test_mistakes_are_told_in_one_line(sp_abm: Any, grid: Path, store_of: Any, tmp_path: Path) -> None:
    store_of(OUT, values, "alone")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("mine", "utf-8")
    for arguments, words in (
        ((grid, "heatmap"), "'heatmap' is not an analysis. Did you mean heat-map?"),
        ((grid, "--measure", "burnout_meen"), "Did you mean burnout_mean?"),
        ((grid, "heat-map", "--x", "suport_level"), "Did you mean support_level?"),
        ((grid, "tornado"), "A tornado needs kind = 'ofat'; the study 'made up' is 'grid'."),
        ((grid, "morris"), "This needs kind = 'morris'"),
        ((grid, "search"), "A search needs an aim: --less MEASURE or --more MEASURE"),
        ((grid, "heat-map", "--threshold", "low"), "is not a number"),
        ((grid, "--out", tmp_path / "mine"), "holds other files (letter.txt)"),
        ((tmp_path / "alone",), "one arm and no two factors leave nothing to analyse"),
        ((tmp_path / "mine",), "is not the store of a sweep"),
    ):
        code, _, err = sp_abm("analyse", *arguments)
        assert code == 2 and words in err, (arguments, err)


@pytest.mark.parametrize(("design", "points"), [("kind = 'sobol'\nn = 64", 256), ("kind = 'morris'\nn = 10", 30)])
def test_a_plan_counts_the_points_of_every_design(sp_abm: Any, tmp_path: Path, design: str, points: int) -> None:
    """With two factors a Sobol design has 64 x 4 points, ten trajectories have 10 x 3."""
    study = tmp_path / "study.toml"
    study.write_text(f"schema_version = 1\n{TWO}[design]\n{design}\n", "utf-8")
    code, out, _ = sp_abm("sweep", study, "--plan")
    assert code == 0 and f"{points} points x 1 arm x 10 replications" in out and f"{10 * points:,} runs" in out


def test_pictures_have_the_look_asked_for(sp_abm: Any, grid: Path, tmp_path: Path) -> None:
    look = ("--theme", "dark", "--width", "390")
    assert sp_abm("analyse", grid, "heat-map", "--out", tmp_path / "out", *look)[0] == 0
    svg = (tmp_path / "out" / "heat-map.svg").read_text("utf-8")
    assert 'width="390"' in svg and "#14181d" in svg
    code, _, err = sp_abm("analyse", grid, "--width", "0")
    assert code == 2 and "from 320 to 2000" in err


def test_every_analysis_is_named_in_the_help(sp_abm: Any) -> None:
    _, out, _ = sp_abm("analyse", "--help")
    assert all(name in out for name in ANALYSES)


def test_a_real_sweep_is_analysed_from_its_file_to_its_answer(sp_abm: Any, hamlet: Any, tmp_path: Path) -> None:
    """Two points, two arms, two replications of a hamlet: four differences, each the difference of its own runs."""
    sweep(hamlet(), tmp_path / "store", workers=0)
    code, out, _ = sp_abm("analyse", tmp_path / "store", "--measure", "burnout_mean", "--json")
    rows = json.loads(out)["analyses"]["differences"]["tables"]["differences"]
    assert code == 0 and [row["verdict"] for row in rows] == ["too few runs"] * 2
    runs = pd.read_parquet(tmp_path / "store" / "runs.parquet")
    for row in rows:
        own = runs[runs["point"] == row["point"]].set_index(["arm", "replication"])["burnout_mean"]
        assert row["mean"] == pytest.approx((own["more"] - own["today"]).mean())
    next((tmp_path / "store" / "cells").rglob("*.parquet")).unlink()
    code, _, err = sp_abm("analyse", tmp_path / "store")
    assert code == 2 and "are missing" in err and "sp-abm resume" in err
