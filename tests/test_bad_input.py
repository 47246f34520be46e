"""Bad input: every message names the place, the value, what was allowed and the nearest name; nothing is lost."""

import json
import os
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from sp_abm import simulate, simulate_many
from sp_abm.cli import main
from sp_abm.errors import BadFile, BadValue, CannotWrite, UnknownName
from sp_abm.measures import measure
from sp_abm.results import Results
from sp_abm.scenario import load

SCENARIOS: dict[str, tuple[str, tuple[str, ...]]] = {
    "broken TOML": ('name = "x"\n[levers]\nsupport_level = = 1', ("mine.toml", "not valid TOML", "line 3")),
    "unknown key": ('name = "x"\nlever = 1', ("'lever'", "mine.toml", "Did you mean levers?")),
    "unknown lever": ("[levers]\nsuport_level = 1", ("'suport_level'", "mine.toml", "Did you mean support_level?")),
    "unknown base": ('base = "todya"', ("'todya'", "mine.toml", "Did you mean today?")),
    "unknown parameter": ("[parameters.strain]\nsd_trai = 1", ("strain.sd_trai", "mine.toml", "strain.sd_trait")),
    "out of range": ("[levers]\nsupport_level = 1.5", ("support_level", "mine.toml", "1.5", "upper bound of 1")),
    "wrong type": (
        '[levers]\ncaseload_cap = "many"',
        ("caseload_cap", "mine.toml", "'many'", "not a number", "0 to 500"),
    ),
    "not on or off": ("[levers]\nself_referral = 1", ("self_referral", "mine.toml", "1", "'on' or 'off'")),
    "unknown target": ('[levers]\noutreach_target = "isolate"', ("'isolate'", "outreach_target", "isolated")),
    "falling dates": (
        "[levers]\nsupport_level = [{from = 104, value = 0.5}, {from = 52, value = 0.9}]",
        ("support_level", "mine.toml", "must rise", "[104, 52]"),
    ),
    "date before the start": (
        "[levers]\nsupport_level = [{from = 2024-01-01, value = 0.5}]",
        ("2024-01-01", "support_level", "mine.toml", "before the start", "2025-01-06"),
    ),
    "no date": (
        '[levers]\nsupport_level = [{from = "soon", value = 0.5}]',
        ("'soon'", "support_level", "mine.toml", "date like 2025-01-06"),
    ),
    "levers not a table": ("levers = 3", ("levers", "mine.toml", "[levers]")),
    "nothing at all": ("", ("mine.toml", "nothing to run", "base, [levers], [parameters]")),
    "only a name": ('name = "x"', ("mine.toml", "nothing to run")),
    "a group for a parameter": ("[parameters]\nstrain = 3", ("'strain'", "not a parameter", "mine.toml", "strain.")),
    "not a number": ("[levers]\nsupport_level = nan", ("support_level", "mine.toml", "nan", "0 to 1")),
    "infinite": ("[levers]\nsupport_level = inf", ("support_level", "mine.toml", "inf", "upper bound of 1")),
    "number of 5,000 digits": (f"[levers]\ncaseload_cap = {'9' * 5000}", ("mine.toml", "number too long")),
    "lists in lists": (f"levers = {'[' * 5000}{']' * 5000}", ("mine.toml", "list too deep")),
    "switch that is a list": (
        "[levers]\nself_referral = [{from = 0, value = []}]",
        ("self_referral", "mine.toml", "[]", "'on' or 'off'"),
    ),
    "week after the longest run": (
        "[levers]\nsupport_level = [{from = 9223372036854775807, value = 0.5}]",
        ("9223372036854775807", "support_level", "mine.toml", "longest run, 50 years"),
    ),
    "date after the longest run": (
        "[levers]\nsupport_level = [{from = 9999-12-31, value = 0.5}]",
        ("9999-12-31", "support_level", "longest run, 50 years"),
    ),
    "time of day": (
        "[levers]\nsupport_level = [{from = 2025-02-03T10:00:00, value = 0.5}]",
        ("10:00:00", "support_level", "mine.toml", "date like 2025-01-06"),
    ),
    "start with a time of day": ('base = "today"\nstart = 2025-01-06T10:00:00Z', ("start", "10:00:00", "mine.toml")),
    "day that does not exist": ('base = "today"\nstart = 2025-02-30', ("mine.toml", "date", "line 2")),
    "base that climbs out": ('base = "../../secret"', ("'../../secret'", "scenario to build on", "Known:")),
}
PLACES: dict[str, tuple[str, tuple[str, ...]]] = {
    "broken TOML": ("name = 'x'\nresidents = = 1", ("mine.toml", "not valid TOML", "line 2")),
    "unknown key": ("name = 'x'\nresidnts = 900", ("'residnts'", "mine.toml", "Did you mean residents?")),
    "nothing but a name": ("name = 'x'", ("residents is missing", "mine.toml")),
    "nothing at all": ("", ("name is missing", "mine.toml")),
    "name without a letter": ("name = '!'\nresidents = 900", ("name = '!'", "mine.toml", "a letter or a digit")),
    "too few people": ("name = 'x'\nresidents = -5", ("residents", "mine.toml", "-5", "lower bound of 200")),
    "too many people": ("name = 'x'\nresidents = inf", ("residents", "inf", "5,000,000 people")),
    "not a number": ("name = 'x'\nresidents = nan", ("residents", "mine.toml", "nan", "not a number")),
    "number of 5,000 digits": (f"name = 'x'\nresidents = {'9' * 5000}", ("mine.toml", "number too long")),
    "networks without sizes": ("name = 'x'\nresidents = 900\npcn_sizes = []", ("pcn_sizes", "mine.toml", "empty")),
    "half a person": ("name = 'x'\nresidents = 900.5", ("residents", "900.5", "mine.toml", "whole number")),
    "percentage": ("name = 'x'\nresidents = 900\nshare_female = 51", ("share_female", "51", "mine.toml", "0.51")),
    "ages beyond the whole": (
        "name = 'x'\nresidents = 900\nage_shares = [0.5, 0.5, 0.5, 0.1, 0.1, 0.1]",
        ("age_shares", "mine.toml", "1.8", "sum to 1"),
    ),
    "more practices than people bear": (
        "name = 'x'\nresidents = 300\nn_practices = 40",
        ("n_practices = 40", "mine.toml", "300 residents", "at least 20"),
    ),
    "children alone at home": (
        "name = 'x'\nresidents = 900\nmean_household_size = 1\nage_shares = [0.5, 0.1, 0.1, 0.1, 0.1, 0.1]",
        ("mean_household_size = 1", "mine.toml", "without an adult", "50%"),
    ),
}
ARGUMENTS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "unknown scenario": (("run", "tody"), ("'tody'", "scenario", "Did you mean today?")),
    "no scenario": (("run", ""), ("''", "scenario", "Known:", "today")),
    "scenario name too long for a file": (("run", "x" * 5000), ("xxx", "scenario", "Known:")),
    "folder as scenario": (("run", "."), (". cannot be read as a scenario", "directory")),
    "folder as place": (("run", "today", "--place", "."), ("'.' is not a place", "Known:", "sandbox")),
    "no worker": (("compare", "today", "no-service", "--workers", "0"), ("--workers 0", "at least 1")),
    "folder name that is not text": (("run", "today", "--out", "\udcff"), ("'\\udcff'", "not UTF-8 text")),
    "missing scenario file": (("run", "nothing.toml"), ("nothing.toml", "cannot be read", "No such file")),
    "unknown place": (("run", "today", "--place", "sandbx"), ("'sandbx'", "place", "Did you mean sandbox?")),
    "unknown lever": (("run", "today", "--set", "suport_level=1"), ("'suport_level'", "--set", "support_level?")),
    "nothing like it": (("run", "today", "--set", "zzz=1"), ("'zzz'", "--set", "sp-abm levers")),
    "unknown parameter": (("run", "today", "--set", "strain.sd_trai=1"), ("'strain.sd_trai'", "strain.sd_trait?")),
    "parameter without its group": (("run", "today", "--set", "sd_trait=1"), ("'sd_trait'", "strain.sd_trait?")),
    "lever out of range": (("run", "today", "--set", "support_level=2"), ("support_level", "--set", "2", "bound of 1")),
    "parameter out of range": (("run", "today", "--set", "strain.sd_trait=9"), ("strain.sd_trait", "9", "bound of 2")),
    "word for a number": (("run", "today", "--set", "support_level=much"), ("support_level", "'much'", "not a number")),
    "not a number": (("run", "today", "--set", "support_level=nan"), ("support_level", "'nan'", "not a number")),
    "comma": (("run", "today", "--set", "support_level=0,9"), ("support_level=0,9", "without a comma")),
    "set without =": (("run", "today", "--set", "support_level"), ("'support_level'", "name=value")),
    "set without a value": (("run", "today", "--set", "support_level="), ("'support_level='", "name=value")),
    "set without a name": (("run", "today", "--set", "=1"), ("'=1'", "name=value")),
    "set twice": (("run", "today", "--set", "caseload_cap=1", "--set", "caseload_cap=2"), ("caseload_cap", "twice")),
    "no years": (("run", "today", "--years", "0"), ("years", "0", "at most 50")),
    "years for ever": (("run", "today", "--years", "inf"), ("years", "inf", "at most 50")),
    "negative seed": (("run", "today", "--seed", "-1"), ("seed", "-1", "0 to 4294967295")),
    "seed too large": (("run", "today", "--seed", "4294967296"), ("seed", "4294967296", "0 to 4294967295")),
    "unknown submodel": (("run", "today", "--switch-off", "strian"), ("'strian'", "submodel", "Did you mean strain?")),
    "nothing to compare": (("compare", "today"), ("at least two scenarios", "1")),
    "compared with itself": (("compare", "today", "today"), ("different names", "today, today")),
    "no seeds": (("compare", "today", "no-service", "--seeds", "0"), ("--seeds", "0", "1 to 1000")),
    "compare no years": (("compare", "today", "no-service", "--years", "0"), ("years", "0", "at most 50")),
    "compare unknown scenario": (("compare", "today", "no-servce"), ("'no-servce'", "Did you mean no-service?")),
    "weeks of no panel": (("run", "today", "--panel-every", "4"), ("--panel-every 4", "--panel N")),
    "unknown card": (("parameters", "sd_trai"), ("'sd_trai'", "Did you mean sd_trait?")),
    "dashboard of nowhere": (("dashboard", "--place", "brnt"), ("'brnt'", "Did you mean brent?")),
}


@pytest.fixture
def refused(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run a command that must be refused before anything is simulated, and return its message."""

    def never(*arguments: Any, **options: Any) -> None:
        raise AssertionError("something was simulated in vain")

    def run(*arguments: str) -> str:
        monkeypatch.setattr("sp_abm.simulation.first_world", never)
        with pytest.raises(SystemExit) as end:
            main(arguments)
        said = capsys.readouterr()
        assert end.value.code == 2
        assert said.out == ""
        assert "Traceback" not in said.err
        last = said.err.strip().splitlines()[-1]
        assert last.startswith("Error: ")
        return last

    return run


@pytest.fixture(scope="module")
def results() -> Results:
    return simulate("today", "sandbox", years=0.1, warm_up=False)


def assert_all_in(words: tuple[str, ...], message: str) -> None:
    assert not [word for word in words if word not in message], message


@pytest.mark.parametrize("case", ARGUMENTS)
def test_a_bad_argument_is_refused_in_plain_words(refused: Any, case: str) -> None:
    arguments, words = ARGUMENTS[case]
    assert_all_in(words, refused(*arguments))


@pytest.mark.parametrize("case", SCENARIOS)
def test_a_bad_scenario_file_is_refused_in_plain_words(refused: Any, tmp_path: Path, case: str) -> None:
    text, words = SCENARIOS[case]
    (tmp_path / "mine.toml").write_text(text, "utf-8")
    assert_all_in(words, refused("run", str(tmp_path / "mine.toml")))


@pytest.mark.parametrize("case", PLACES)
def test_an_impossible_place_is_refused_in_plain_words(refused: Any, tmp_path: Path, case: str) -> None:
    text, words = PLACES[case]
    (tmp_path / "mine.toml").write_text(text, "utf-8")
    assert_all_in(words, refused("run", "today", "--place", str(tmp_path / "mine.toml")))


@pytest.mark.parametrize("kind", ["scenario", "place"])
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xff\xfe\x00", ("line 1", "UTF-8")),
        ('name = "x"\nnote = "Łódź"'.encode("cp1250"), ("line 2", "UTF-8")),
        (b"#" * 1_000_001, ("larger than 1,000,000 bytes",)),
    ],
)
def test_a_file_that_is_not_text_is_refused(
    refused: Any, tmp_path: Path, kind: str, content: bytes, words: tuple[str, ...]
) -> None:
    path = tmp_path / "mine.toml"
    path.write_bytes(content)
    arguments = ("run", str(path)) if kind == "scenario" else ("run", "today", "--place", str(path))
    assert_all_in(("mine.toml", f"cannot be read as a {kind}", *words), refused(*arguments))


def test_a_mark_of_the_byte_order_is_no_mistake(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text('\ufeffname = "Łódź"\nbase = "today"\n', "utf-8")
    assert load(tmp_path / "mine.toml").name == "Łódź"


@pytest.mark.parametrize(
    ("option", "value", "allowed"),
    [
        ("--seed", "1.5", "whole number"),
        ("--years", "five", "number"),
        ("--seeds", "1e3", "whole number"),
        ("--workers", "two", "whole number"),
        ("--port", "http", "whole number"),
    ],
)
def test_an_option_of_the_wrong_type_is_named_with_its_value(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, option: str, value: str, allowed: str
) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    command = {"--port": ("dashboard",), "--seed": ("run", "today"), "--years": ("run", "today")}
    with pytest.raises(SystemExit) as end:
        main([*command.get(option, ("compare", "today", "no-service")), option, value])
    assert end.value.code == 2
    assert_all_in((option, f"'{value}'", f"not a {allowed}"), capsys.readouterr().err)


def test_an_unknown_measure_gets_the_nearest_name() -> None:
    with pytest.raises(UnknownName, match=r"'share_crisi' is not a measure.*Did you mean share_crisis\?"):
        measure("share_crisi")


@pytest.mark.parametrize("seed", [-1, 2**32, 1.5, "1", True])
def test_a_seed_is_a_whole_number(seed: Any) -> None:
    with pytest.raises(BadValue, match=r"seed = .* must be a whole number from 0 to 4294967295"):
        simulate("today", seed=seed, years=0.1)


@pytest.mark.parametrize("years", [0, -1, 51, float("nan"), "5", True])
def test_years_are_more_than_none(years: Any) -> None:
    with pytest.raises(BadValue, match=r"years = .* must be"):
        simulate("today", years=years)


@pytest.mark.parametrize("threads", [0, -1, 1.5, "two"])
def test_threads_are_one_or_more(threads: Any) -> None:
    with pytest.raises(BadValue, match=r"threads = .* must be a whole number, 1 or more"):
        simulate("today", threads=threads, years=0.1)


@pytest.mark.parametrize("run", [simulate, simulate_many])
def test_a_single_submodel_to_switch_off_is_a_name_and_not_its_letters(run: Any) -> None:
    with pytest.raises(UnknownName, match=r"'strian' is not a submodel \(switch_off\). Did you mean strain"):
        run("today", years=0.1, switch_off="strian")


@pytest.mark.parametrize("command", [("run", "today"), ("compare", "today", "no-service"), ("demo",)])
def test_out_is_checked_before_anything_runs(refused: Any, tmp_path: Path, command: tuple[str, ...]) -> None:
    note = tmp_path / "note"
    note.write_text("mine", "utf-8")
    assert "is a file" in refused(*command, "--out", str(note))
    assert "cannot be written" in refused(*command, "--out", str(note / "results"))
    assert note.read_text("utf-8") == "mine"


def test_a_folder_of_somebody_else_is_never_replaced(refused: Any, tmp_path: Path, results: Results) -> None:
    (tmp_path / "thesis.txt").write_text("mine", "utf-8")
    assert_all_in(("thesis.txt", "other files", "empty folder"), refused("run", "today", "--out", str(tmp_path)))
    (tmp_path / "provenance.json").write_text(json.dumps({"mine": "too"}), "utf-8")
    assert "other files" in refused("run", "today", "--out", str(tmp_path))
    saved = results.save(tmp_path / "results")
    (saved / "thesis.txt").write_text("mine", "utf-8")
    assert_all_in(("also thesis.txt", "not ours"), refused("run", "today", "--out", str(saved)))
    assert "other files" in refused("compare", "today", "no-service", "--out", str(saved))
    assert (tmp_path / "thesis.txt").exists()
    assert (saved / "thesis.txt").exists()


def test_the_folder_one_works_in_is_not_replaced(refused: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert "working in" in refused("run", "today", "--out", ".")


@pytest.mark.skipif(sys.platform == "win32" or os.getuid() == 0, reason="permissions do not bind here")
def test_a_folder_without_permission_is_refused(refused: Any, tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    message = refused("run", "today", "--out", str(tmp_path / "results"))
    tmp_path.chmod(0o700)
    assert_all_in(("results", "cannot be written", "Permission denied"), message)


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a file system in which nothing can be made")
def test_a_file_system_that_takes_nothing_is_refused(refused: Any) -> None:
    assert "--out /proc/results cannot be written" in refused("run", "today", "--out", "/proc/results")


@pytest.mark.parametrize("name", ["tallies.parquet", "people.parquet", "cases.parquet", "final.parquet"])
def test_a_truncated_file_is_named(tmp_path: Path, results: Results, name: str) -> None:
    folder = results.save(tmp_path / "results")
    content = (folder / name).read_bytes()
    (folder / name).write_bytes(content[: len(content) // 2])
    with pytest.raises(BadFile, match=f"{name} is damaged"):
        Results.load(folder)


def test_a_missing_file_is_named(tmp_path: Path, results: Results) -> None:
    folder = results.save(tmp_path / "results")
    (folder / "cases.parquet").unlink()
    with pytest.raises(BadFile, match=r"cases\.parquet is missing"):
        Results.load(folder)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="nowhere is not a folder of results"):
        Results.load(tmp_path / "nowhere")


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", "null", '{"format": 99}'])
def test_a_wrong_provenance_is_named(tmp_path: Path, results: Results, text: str) -> None:
    folder = results.save(tmp_path / "results")
    (folder / "provenance.json").write_text(text, "utf-8")
    with pytest.raises(BadFile, match=r"provenance\.json"):
        Results.load(folder)


def test_files_of_different_runs_are_not_mixed(tmp_path: Path, results: Results) -> None:
    folder = results.save(tmp_path / "results")
    longer = simulate("today", "sandbox", years=0.2, warm_up=False).save(tmp_path / "longer")
    (longer / "tallies.parquet").replace(folder / "tallies.parquet")
    with pytest.raises(BadFile, match="different runs"):
        Results.load(folder)


def test_an_earlier_result_survives_a_failed_save(
    tmp_path: Path, results: Results, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = results.save(tmp_path / "results")

    def full(self: pd.DataFrame, *arguments: Any, **options: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(pd.DataFrame, "to_csv", full)  # the last but one file: most of the folder is written
        with pytest.raises(CannotWrite, match="No space left on device"):
            results.save(folder)
    assert Results.load(folder).provenance["seed"] == results.provenance["seed"]
    assert [entry.name for entry in tmp_path.iterdir()] == ["results"]


def test_what_is_loaded_is_what_was_saved(tmp_path: Path, results: Results) -> None:
    again = Results.load(results.save(tmp_path / "results"))
    pd.testing.assert_series_equal(again.summary, results.summary)
