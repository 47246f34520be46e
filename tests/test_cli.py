"""The command line: every command at small size, its tables, its JSON and its folders."""

import json
import socket
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest

from sp_abm.cli import demo, main
from sp_abm.cli.options import COMPARISON, RUN, parsed_changes
from sp_abm.cli.tables import by_subject
from sp_abm.errors import CannotWrite
from sp_abm.measures import MEASURES
from sp_abm.results import Results

COMMANDS = (
    *("run", "compare", "evaluate", "loops", "replay", "sweep", "status", "resume", "analyse", "story"),
    *("figure", "dashboard", "demo", "validate", "calibrate"),
    *("places", "scenarios", "measures", "levers", "parameters"),
)
SHORT = ("--no-warm-up", "--years", "0.2")
SMALL_COMPARISON = ("compare", "today", "supported-workforce", "--seeds", "2", "--years", "0.2", "--workers", "1")


class Said(NamedTuple):
    """What a command left: its exit code, and what it printed."""

    code: int
    out: str
    err: str

    @property
    def words(self) -> str:
        """Return the output with every line break and run of spaces as one space."""
        return " ".join(self.out.split())


@pytest.fixture
def sp_abm(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("COLUMNS", "120")

    def run(*arguments: str) -> Said:
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            main(arguments)
        said = Said(int(end.value.code or 0), *capsys.readouterr())
        assert "Traceback" not in said.out + said.err
        return said

    return run


def strict(text: str) -> Any:
    """Read JSON that holds no NaN or infinity."""

    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is not JSON")

    return json.loads(text, parse_constant=refuse)


def test_without_a_command_it_says_what_to_try_first(sp_abm: Any) -> None:
    said = sp_abm()
    assert said.code == 0
    for words in ("run today", "compare today supported-workforce", "dashboard", "demo", "not a forecast"):
        assert words in said.out


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself_with_examples(sp_abm: Any, command: str) -> None:
    said = sp_abm(command, "--help")
    assert said.code == 0
    assert f"sp-abm {command}" in said.out.split("Examples:")[1]


def test_help_loads_no_heavy_library() -> None:
    script = (
        "import sys\nfrom sp_abm.cli import main\ntry:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "assert not {'numba', 'pandas', 'scipy', 'solara', 'mesa', 'networkx'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script], check=True, capture_output=True)


def test_the_package_runs_as_a_module() -> None:
    done = subprocess.run([sys.executable, "-m", "sp_abm", "--version"], check=True, capture_output=True, text=True)
    assert done.stdout.startswith("sp-abm ")


def test_run_shows_every_measure_with_place_seed_and_what_it_is_not(sp_abm: Any) -> None:
    said = sp_abm("run", "today", "--seed", "7", *SHORT)
    assert said.code == 0
    for words in ("Sandbox, 5,000 residents", "not a real place", "seed 7", "not a forecast", "Scenario hash"):
        assert words in said.words
    for subject, _ in by_subject():
        assert subject in said.out
    assert "sp-abm run today --place sandbox --seed 7 --years 0.2 --no-warm-up" in said.out


def test_what_a_place_lacks_is_said_to_come_from_england(sp_abm: Any, tmp_path: Path) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text('name = "Mine"\nresidents = 900\nunemployment = 0.1', "utf-8")
    said = sp_abm("run", "today", "--place", str(mine), *SHORT)
    filled = said.words.split("Filled from England: ")[1].split(" Measure ")[0]
    assert "age_shares" in filled and "unemployment" not in filled


def test_run_json_holds_what_is_promised_and_nothing_else(sp_abm: Any) -> None:
    said = sp_abm("run", "today", "--json", *SHORT)
    run = strict(said.out)
    assert list(run) == ["scenario", "place", "seed", "years", "measures", "provenance"]
    assert (run["scenario"], run["place"], run["seed"]) == ("today", "sandbox", 1)
    assert list(run["measures"]) == list(MEASURES)
    assert all(set(entry) == {"value", "unit"} for entry in run["measures"].values())
    assert run["measures"]["share_contacted"]["value"] is None  # nobody was referred 26 weeks before week 10


def test_the_same_command_gives_the_same_numbers(sp_abm: Any) -> None:
    first, second = (strict(sp_abm("run", "today", "--json", *SHORT).out)["measures"] for _ in range(2))
    assert first == second


def test_levers_parameters_and_submodels_reach_the_run(sp_abm: Any) -> None:
    changes = (
        "--set",
        "support_level=0.9",
        "--set",
        "staffing.share_support_delivered=1",
        "--set",
        "self_referral=off",
    )
    target = ("--set", "outreach_target=isolated", "--switch-off", "influence")
    provenance = strict(sp_abm("run", "today", "--json", *changes, *target, *SHORT).out)["provenance"]
    content = provenance["scenario_content"]
    assert content["levers"]["support_level"] == [[0, 0.9]]
    assert content["levers"]["self_referral"] == [[0, 0.0]]
    assert content["levers"]["outreach_target"] == [[0, 2.0]]
    assert content["parameters"] == {"staffing.share_support_delivered": 1.0}
    assert provenance["switch_off"] == ["influence"]


def test_a_saved_run_loads_again_and_may_be_replaced_by_another(sp_abm: Any, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "results"
    first = sp_abm("run", "today", "--out", str(folder), *SHORT)
    assert f"in {folder}\n" in first.out
    optional = {"panel.parquet", *(name for name in RUN.entries if "events" in name)}
    assert {entry.name for entry in folder.iterdir()} == set(RUN.entries) - optional
    assert list((folder / "figures").glob("*.svg"))
    again = sp_abm("run", "today", "--seed", "2", "--out", str(folder), *SHORT)
    assert "in place of the earlier results" in again.out
    assert Results.load(folder).provenance["seed"] == 2
    assert [entry.name for entry in folder.parent.iterdir()] == ["results"]


def test_compare_shows_differences_verdicts_and_who_moved(sp_abm: Any) -> None:
    said = sp_abm(*SMALL_COMPARISON)
    assert said.code == 0
    for words in ("supported-workforce against today", "95% interval", "too few runs", "Who moved", "--seeds 10",
                  "not a real place", "not a forecast"):  # fmt: skip
        assert words in said.words


def test_compare_json_holds_what_is_promised_and_nothing_else(sp_abm: Any) -> None:
    comparison = strict(sp_abm(*SMALL_COMPARISON, "no-service", "--json").out)
    assert {"arms", "seeds", "differences", "moved"} <= set(comparison)
    assert comparison["arms"] == ["today", "supported-workforce", "no-service"]
    assert comparison["seeds"] == [1, 2]
    assert set(comparison["differences"]) == set(comparison["moved"]) == set(comparison["arms"][1:])
    for measures in comparison["differences"].values():
        assert list(measures) == list(MEASURES)
        assert all(set(entry) == {"mean", "low", "high", "verdict"} for entry in measures.values())
    assert all(set(entry) == {"from", "to", "people", "low", "high"} for entry in comparison["moved"]["no-service"])


def test_a_single_pair_is_still_strict_json(sp_abm: Any) -> None:
    arguments = ("compare", "today", "no-service", "--seeds", "1", "--years", "0.2", "--json")
    assert strict(sp_abm(*arguments).out)["seeds"] == [1]


def test_a_saved_comparison_holds_tables_provenance_and_figures_of_each_arm(sp_abm: Any, tmp_path: Path) -> None:
    folder = tmp_path / "results"
    sp_abm(*SMALL_COMPARISON, "--out", str(folder))
    assert {entry.name for entry in folder.iterdir()} == set(COMPARISON.entries)
    saved = strict((folder / "comparison.json").read_text("utf-8"))
    assert saved["provenance"]["supported-workforce"]["scenario_content"]["levers"]["support_level"] == [[0, 1.0]]
    assert sorted(arm.name for arm in (folder / "figures").iterdir()) == ["0-today", "1-supported-workforce"]
    assert (folder / "differences.csv").read_text("utf-8").startswith("arm,measure,mean,low,high,verdict")


@pytest.mark.parametrize(
    ("command", "keys"),
    [
        ("places", {"place", "name", "is_real", "note", "residents", "filled_from_england"}),
        ("scenarios", {"scenario", "why", "expected", "levers", "parameters", "hash"}),
        (
            "measures",
            {"measure", "subject", "label", "unit", "theory", "kind", "window", "is_by_group", "is_paired"},
        ),
        ("levers", {"lever", "meaning", "unit", "default", "source"}),
        ("parameters", {"parameter", "value", "unit", "range", "grade", "source", "evidence", "used_in", "meaning"}),
    ],
)
def test_every_catalogue_is_a_table_and_json(sp_abm: Any, command: str, keys: set[str]) -> None:
    entries = strict(sp_abm(command, "--json").out)
    assert all(keys <= set(entry) for entry in entries)
    table = sp_abm(command)
    assert table.code == 0
    first = str(entries[0][command.removesuffix("s")])
    assert first.rpartition(".")[2] in table.out


def test_a_parameter_has_a_card_and_a_group_a_table(sp_abm: Any) -> None:
    card = sp_abm("parameters", "strain.sd_trait")
    assert "Allowed: 0 to 2" in card.out
    assert "Source:" in card.out
    assert sp_abm("parameters", "sd_trait").out == card.out
    assert "rate_up_per_week" in sp_abm("parameters", "strain").out


def test_the_demo_says_what_it_does_and_where_results_are(
    sp_abm: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo, "PLACE", "sandbox")
    monkeypatch.setattr(demo, "SEEDS", 1)
    monkeypatch.setattr(demo, "YEARS", 0.2)
    said = sp_abm("demo", "--out", str(tmp_path / "demo-results"))
    assert said.words.index("compiles the model") < said.words.index("outreach-with-support against today")
    assert (tmp_path / "demo-results" / "comparison.json").is_file()


def test_the_dashboard_is_served_where_asked(sp_abm: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    served: list[dict[str, Any]] = []
    monkeypatch.setitem(sys.modules, "sp_abm.viz.server", SimpleNamespace(serve=lambda **given: served.append(given)))
    assert sp_abm("dashboard", "--port", "9000", "--place", "average-pcn").code == 0
    assert "Anyone who can reach 0.0.0.0" in sp_abm("dashboard", "--host", "0.0.0.0").out
    assert served == [
        {"port": 9000, "host": "127.0.0.1", "place": "average-pcn"},
        {"port": 8765, "host": "0.0.0.0", "place": "sandbox"},
    ]


def test_a_port_in_use_is_refused() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        command = [sys.executable, "-m", "sp_abm", "dashboard", "--port", str(port)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith(f"Error: port = {port} on 127.0.0.1 cannot be used")
    assert "Traceback" not in done.stderr


def test_ctrl_c_ends_with_one_line(sp_abm: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*arguments: Any, **options: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("sp_abm.run.simulate", interrupt)
    said = sp_abm("run", "today", *SHORT)
    assert said.code == 130
    assert said.err.strip().splitlines()[-1].startswith("Stopped.")


def test_results_are_shown_even_if_they_cannot_be_saved(
    sp_abm: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: Results, folder: Path) -> Path:
        raise CannotWrite(f"{folder} cannot be written: No space left on device.")

    monkeypatch.setattr(Results, "save", full)
    said = sp_abm("run", "today", "--out", str(tmp_path / "results"), *SHORT)
    assert said.code == 2
    assert "No space left" in said.err
    assert "Burnout of link workers" in said.out


def test_changes_are_numbers_or_words() -> None:
    given = ["support_level=.5", "caseload_cap = 1e2", "self_referral=off", "strain.sd_trait=0"]
    assert parsed_changes(given) == {
        "support_level": 0.5,
        "caseload_cap": 100.0,
        "self_referral": "off",
        "strain.sd_trait": 0.0,
    }
