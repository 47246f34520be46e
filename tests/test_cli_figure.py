"""`sp-abm figure`: one picture as SVG, PNG, CSV, table or JSON, of runs, of folders of results and of a life."""

import json
import re
import shlex
from pathlib import Path
from xml.etree import ElementTree

import pytest

from sp_abm.cli import main
from sp_abm.cli.options import LOOP_STUDY
from sp_abm.comparison import compare
from sp_abm.loops import LINKS
from sp_abm.simulation import Simulation
from sp_abm.viz.figures import FIGURES
from sp_abm.viz.material import Material
from sp_abm.viz.theme import LIGHT


@pytest.fixture
def sp_abm(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")

    def run(*arguments):
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            main(arguments)
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return int(end.value.code or 0), " ".join(out.split()), " ".join(err.split())

    return run


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """Return two folders of results: a plan and today, ten weeks of the sandbox each, without the warm-up."""
    place = tmp_path_factory.mktemp("results")
    for name in ("supported-workforce", "today"):
        Simulation.start(name, "sandbox", 1, warm_up=False, weeks=10).run(10).results().save(place / name)
    return str(place / "supported-workforce"), str(place / "today")


def test_without_a_name_every_picture_is_named(sp_abm):
    code, out, _ = sp_abm("figure")
    assert code == 0 and all(name in out for name in FIGURES)
    code, out, _ = sp_abm("figure", "--list", "--json")
    rows = json.loads(out)
    assert [row["figure"] for row in rows] == list(FIGURES)
    assert {"figure": "moved", "shows": FIGURES["moved"].title, "needs": "run and a baseline"} in rows


def test_an_unknown_name_offers_the_nearest(sp_abm):
    code, _, err = sp_abm("figure", "stage")
    assert code == 2 and "'stage' is not a figure. Did you mean stages?" in err


@pytest.mark.parametrize("name", [name for name in FIGURES if name != "life-line"])
def test_every_picture_is_drawn_of_saved_results(name, folders, sp_abm, tmp_path):
    file = tmp_path / f"{name}.svg"
    code, out, _ = sp_abm("figure", name, "--scenario", folders[0], "--other", folders[1], "--out", str(file))
    assert code == 0 and str(file) in out
    assert ElementTree.parse(file).getroot().get("width") == "860"


def test_a_picture_is_written_as_png_and_csv_in_the_theme_and_width_asked_for(folders, sp_abm, tmp_path):
    png, svg, table = (tmp_path / f"x{kind}" for kind in (".png", ".svg", ".csv"))
    for file in (png, svg, table):
        look = ("--theme", "dark", "--width", "390")
        assert sp_abm("figure", "stages", "--scenario", folders[0], *look, "--out", str(file))[0] == 0
    assert png.read_bytes().startswith(b"\x89PNG")
    assert 'width="390"' in svg.read_text("utf-8") and "#14181d" in svg.read_text("utf-8")
    assert table.read_text("utf-8").startswith('run,weeks to,"Thriving, % of')


def test_the_table_is_shown_or_printed_as_json_with_the_same_numbers(folders, sp_abm):
    shown = sp_abm("figure", "funnel", "--scenario", folders[0])[1]
    content = json.loads(sp_abm("figure", "funnel", "--scenario", folders[0], "--json")[1])
    assert content["title"] in shown and content["columns"][0] == "step"
    assert all(f"{row[1]:,}" in shown for row in content["rows"])
    assert "Illustrative model, not a forecast" in shown


def test_the_command_that_draws_what_is_shown_repeats_what_was_asked(folders, sp_abm, study, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    spaced = tmp_path / "a study"
    spaced.mkdir()
    study.rename(spaced / study.name)
    for asked in (
        ("loops", "--study", str(spaced), "--measure", "share_distress", "--width", "390.0"),
        ("stages", "--scenario", folders[0], "--other", folders[1], "--theme", "dark"),
    ):
        shown = sp_abm("figure", *asked)[1]
        command = shlex.split(shown.partition("Draw it: ")[2])
        assert command == ["sp-abm", "figure", *asked, "--out", f"{asked[0]}.svg"]
        assert sp_abm(*command[1:])[0] == 0
        assert json.loads(sp_abm("figure", *asked, "--json")[1])["title"] in Path(command[-1]).read_text("utf-8")


def test_a_picture_that_needs_a_baseline_gets_one(folders, sp_abm):
    code, out, _ = sp_abm("figure", "moved", "--scenario", "no-service", "--years", "0.1")
    assert code == 0 and "‘today’" in out


def test_a_life_line_is_told_of_a_citizen_or_a_post(sp_abm, tmp_path):
    file = tmp_path / "life.svg"
    code, out, _ = sp_abm("figure", "life-line", "--link-worker", "3", "--years", "0.1", "--out", str(file))
    assert code == 0 and "Link worker 3: ‘today’ beside ‘no service’" in out
    code, _, err = sp_abm("figure", "life-line", "--link-worker", "3", "--citizen", "4")
    assert code == 2 and "name one of them" in err


MISTAKES = {
    "an ending nobody knows": (("stages", "--out", "x.gif"), ".svg, .png, .csv"),
    "a theme nobody knows": (("stages", "--theme", "drak"), "Did you mean dark?"),
    "no width": (("stages", "--width", "0"), "from 320 to 2000"),
    "no seeds": (("fans", "--seeds", "0"), "from 1 to 100"),
    "no such scenario": (("stages", "--scenario", "tomorow"), "tomorow"),
    "sets without pairs": (("fans", "--plausible"), "it needs --seeds of 2 or more"),
    "sets in a life": (
        ("life-line", "--plausible", "--seeds", "3"),
        "is for pictures of pairs of runs, not for life-line",
    ),
    "sets in a study": (("loops", "--plausible", "--study", "x"), "not for loops as asked for"),
}


@pytest.mark.parametrize(("arguments", "said"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_told_in_one_line(arguments, said, sp_abm, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, _, err = sp_abm("figure", *arguments)
    assert code == 2 and said in err


def test_a_folder_has_one_seed_and_what_cannot_be_written_is_said(folders, sp_abm, tmp_path):
    code, _, err = sp_abm("figure", "fans", "--scenario", folders[0], "--seeds", "3")
    assert code == 2 and "holds the results of one run" in err
    code, _, err = sp_abm("figure", "fans", "--scenario", folders[0], "--out", str(tmp_path / "no" / "x.svg"))
    assert code == 2 and "cannot be written" in err


def test_how_to_run_is_refused_where_there_is_nothing_to_run(folders, sp_abm):
    asked = ("figure", "moved", "--scenario", folders[0])
    code, _, err = sp_abm(*asked, "--other", folders[1], "--years", "2", "--place", "sandbox")
    assert code == 2 and "--place, --years: nothing is run" in err and folders[1] in err
    assert sp_abm(*asked, "--other", folders[1])[0] == 0
    code, _, err = sp_abm(*asked, "--other", "today", "--years", "0.1")
    assert "nothing is run" not in err


def test_pairs_with_plausible_sets_have_the_numbers_of_compare_and_say_what_their_ranges_are_of(sp_abm):
    arms, name = ("today", "supported-workforce"), "theory-of-change"
    asked = ("figure", name, "--scenario", arms[1], "--other", arms[0], "--seeds", "2", "--years", "0.2", "--plausible")
    drawn = json.loads(sp_abm(*asked, "--json")[1])
    told = FIGURES[name].picture(Material.of(compare(arms, seeds=2, years=0.2, plausible=True, workers=1)), LIGHT)
    assert drawn["rows"] == json.loads(json.dumps(told.table.rows))
    assert "Ranges are of luck and 2 plausible sets of parameters." in sp_abm(*asked)[1]
    assert "Ranges are of luck alone." in sp_abm(*asked[:-1])[1]


@pytest.fixture
def study(tmp_path):
    """Return a file as `loops --json` writes it: two measures, one link that carries more, one unmeasured, no more."""
    shares = {name: {"mean": 0.0, "low": 0.0, "high": 0.0, "verdict": "unclear"} for name in LINKS}
    shares |= {"load->burnout": {"mean": 0.4, "low": 0.25, "high": 0.55, "verdict": "clear"}}
    shares |= {"burnout->intention": {"mean": None, "low": None, "high": None, "verdict": "unclear"}}
    links = {name: {"burnout_mean": share, "share_distress": {**share, "mean": -0.1}} for name, share in shares.items()}
    path = tmp_path / LOOP_STUDY.marker
    path.write_text(json.dumps({"plan": "supported-workforce", "links": links}))
    return path


def test_the_diagram_of_loops_is_drawn_with_the_strengths_of_a_study(sp_abm, study):
    for given in (study, study.parent):
        said = json.loads(sp_abm("figure", "loops", "--study", str(given), "--json")[1])
        place = said["columns"].index("strength")
        strong = [row[:2] + row[place : place + 3] for row in said["rows"] if row[place] is not None]
        assert strong == [["load", "burnout", 0.4, 0.25, 0.55]] and said["title"] == "Strongest: load → burnout"
    assert "supported-workforce's change of ‘Burnout of link workers’" in said["description"]
    code, out, _ = sp_abm("figure", "loops", "--study", str(study), "--measure", "share_distress")
    assert code == 0 and "change of ‘In distress (pre-crisis or crisis)’" in out
    study.write_text(study.read_text().replace("0.4", "null"))
    assert "no link carries a share that can be told from luck" in sp_abm("figure", "loops", "--study", str(study))[1]


def test_a_study_of_another_kind_is_told_in_one_line(sp_abm, study, folders):
    for arguments, said in {
        ("loops", "--measure", "share_distress"): "--study and --measure are for",
        ("stages", "--study", str(study)): "--study and --measure are for",
        ("loops", "--study", str(study), "--measure", "share_distres"): "Did you mean share_distress?",
        ("loops", "--study", folders[0]): "cannot be read",
    }.items():
        code, _, err = sp_abm("figure", *arguments)
        assert code == 2 and said in err, err
    content = json.loads(study.read_text())
    some = next(iter(content["links"].values()))
    wrong = {"burnout_mean": {"mean": "much", "low": 0, "high": 0}}
    other_links = ({}, {"load->nowhere": some}, {"load->burnout": {}}, {"load->burnout": wrong})
    for bad in ("{", "[]", '{"plan": 1}', *({"links": links} for links in other_links)):
        study.write_text(bad if isinstance(bad, str) else json.dumps(content | bad))
        code, _, err = sp_abm("figure", "loops", "--study", str(study))
        assert code == 2 and ("loops.json" in err), (bad, err)


def test_a_report_holds_the_diagram_of_a_study_of_its_plan_only(sp_abm, study, folders, tmp_path):
    page = tmp_path / "report.html"
    assert sp_abm("report", folders[0], "--html", str(page), "--study", str(study))[0] == 0
    titles = re.findall(r"<svg[^>]*><title[^>]*>([^<]+)", page.read_text("utf-8"))
    assert titles[0] == "Strongest: load → burnout" and len(titles) > 5
    assert sp_abm("report", folders[0], "--html", str(page))[0] == 0
    assert "Strongest" not in page.read_text("utf-8")
    code, _, err = sp_abm("report", folders[1], "--html", str(page), "--study", str(study))
    assert code == 2 and "the study is of supported-workforce, but the results are of today" in err


@pytest.mark.parametrize("nowhere", ["", ".", "/"])
def test_a_report_that_is_to_go_nowhere_says_so(sp_abm, folders, nowhere):
    code, _, err = sp_abm("report", folders[0], "--html", nowhere)
    assert code == 2 and "cannot be written: " in err


@pytest.mark.parametrize("whom", ["--citizen", "--link-worker"])
def test_a_person_is_named_for_a_life_line_only(sp_abm, folders, whom):
    code, _, err = sp_abm("figure", "stages", "--scenario", folders[0], whom, "0")
    assert code == 2 and "are for the figure life-line, not for stages." in err
