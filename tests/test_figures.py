"""Figures: right numbers, valid and safe SVG, same bytes for same results, text that fits, real PNGs."""

import re
import struct
import zlib
from dataclasses import replace
from itertools import combinations
from xml.etree import ElementTree

import numpy as np
import pytest

from sp_abm.errors import BadValue, CannotWrite, UnknownName
from sp_abm.recorder import N_CELLS, PEOPLE_TALLIES, SYSTEM_TALLIES
from sp_abm.results import CASE_COLUMNS, Results
from sp_abm.viz.axes import kept_apart, round_ticks, stretches, thinned, time_ticks
from sp_abm.viz.figures import FIGURES, figure, write
from sp_abm.viz.pictures.funnel import funnel
from sp_abm.viz.pictures.stages import stage_stream
from sp_abm.viz.pictures.workforce import workforce
from sp_abm.viz.png import ZOOM, to_png
from sp_abm.viz.svg import balanced, number, shortened, text_width, wrapped
from sp_abm.viz.theme import DARK, LIGHT, STACK, STRONG_WEIGHT, THEMES
from sp_abm.viz.words import percent, signed
from sp_abm.viz.years import rolling_mean
from sp_abm.vocabulary import Stage

SVG = "{http://www.w3.org/2000/svg}"
NEVER = -9999
HOSTILE = '<script>alert("x")</script>&\'"]]>\x00\x1b � 医 a-very-long-name-that-goes-on'
SHARES = {"thriving": 0.55, "off_balance": 0.25, "pre_crisis": 0.13, "crisis": 0.02, "recovering": 0.05}


def a_run(weeks: int = 260, name: str = "hand-made", burnout: float = 0.4, workers: float = 5.0, **about) -> Results:
    """Return results made by hand: 1,000 people of 16 and over, constant shares, 100 people referred."""
    people = np.zeros((weeks, N_CELLS, len(PEOPLE_TALLIES)))
    system = np.zeros((weeks, len(SYSTEM_TALLIES)))
    for tally, value in {"n_citizens": 1200, "n_adults": 1000}.items():
        people[:, 0, PEOPLE_TALLIES.index(tally)] = value
    for stage, share in SHARES.items():
        people[:, 0, PEOPLE_TALLIES.index(f"n_{stage}")] = 1000 * share
    tallies = {"weeks": 1, "fte_funded": 6, "fte_in_post": workers, "n_workers": workers, "n_waiting": 40}
    for tally, value in (tallies | {"sum_burnout": burnout * workers, "expected_leavers": 0.02}).items():
        system[:, SYSTEM_TALLIES.index(tally)] = value
    cases = {column: np.full(100, NEVER) for column in CASE_COLUMNS}
    cases["week_referred"] = np.full(100, weeks - 40)
    for column, reached in (("week_first", 90), ("week_third", 30), ("week_started", 38)):
        cases[column][:reached] = weeks - 35
    made = {"scenario": name, "scenario_hash": "abcdef123456", "seed": 7, "weeks": weeks}
    where = {"place": "sandbox", "place_name": "Sandbox", "place_is_real": False, "residents": 1200}
    return Results(made | where | about, system, people, cases, {})


def texts(svg: str) -> list[ElementTree.Element]:
    return list(ElementTree.fromstring(svg).iter(f"{SVG}text"))


def words(svg: str) -> str:
    return " | ".join(element.text or "" for element in texts(svg))


def box(element: ElementTree.Element) -> tuple[float, float, float, float]:
    size, x, y = (float(element.get(key, "nan")) for key in ("font-size", "x", "y"))
    width = text_width(element.text or "", size, element.get("font-weight") == str(STRONG_WEIGHT))
    left = x - {"middle": width / 2, "end": width}.get(element.get("text-anchor", ""), 0.0)
    return left, y - 0.75 * size, left + width, y + 0.25 * size


PAIRS = {
    "alone": (a_run(), None),
    "against a baseline": (a_run(burnout=0.35), a_run(name="today", scenario_hash="0" * 12)),
    "hostile names": (a_run(name=HOSTILE, place_name=HOSTILE), a_run(name=HOSTILE * 3, place_name=HOSTILE)),
    "a few weeks": (a_run(weeks=3), a_run(weeks=3)),
    "fifty years": (a_run(weeks=2600), a_run(weeks=2600)),
    "nobody in post": (a_run(workers=0.0, burnout=0.0), a_run(name="today")),
    "nobody in post in the baseline": (a_run(), a_run(name="none", workers=0.0)),
}


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
@pytest.mark.parametrize("pair", PAIRS.values(), ids=PAIRS)
@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_valid_named_described_and_its_text_fits(name, pair, theme):
    svg = FIGURES[name].draw(*pair, theme)
    root = ElementTree.fromstring(svg)
    assert root.get("role") == "img"
    assert [child.tag for child in root[:2]] == [f"{SVG}title", f"{SVG}desc"]
    assert all(child.text for child in root[:2])
    assert not re.search(r"nan|inf[^o]|None|<script|href|url\(", svg)
    width, height = (float(side) for side in root.get("viewBox").split()[2:])
    boxes = [(element.text, *box(element)) for element in texts(svg)]
    for content, left, top, right, bottom in boxes:
        assert left >= 0 and top >= 0 and right <= width and bottom <= height, content
    for (one, *a), (other, *b) in combinations(boxes, 2):
        is_apart = a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]
        assert is_apart, f"{one!r} touches {other!r}"


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_says_what_it_is_not_where_it_is_and_how_to_make_it_again(name):
    shown = words(FIGURES[name].draw(*PAIRS["against a baseline"]))
    for part in ("Illustrative model, not a forecast", "Sandbox", "seed 7", "abcdef123456", "000000000000"):
        assert part in shown
    assert "Not a real place: about 27 times as many link workers" in shown
    assert "One run of each" in shown


def test_a_real_place_is_not_called_unreal():
    assert "Not a real place" not in words(FIGURES["stages"].draw(a_run(place_is_real=True)))


def test_outreach_is_said_to_rest_on_an_assumption():
    content = {"levers": {"outreach_share": ((0, 0.2),)}}
    assert "nothing is known" in words(FIGURES["funnel"].draw(a_run(scenario_content=content)))
    assert "nothing is known" not in words(FIGURES["funnel"].draw(a_run()))


@pytest.mark.parametrize("name", FIGURES)
def test_the_same_results_give_the_same_bytes_and_a_later_date_changes_nothing(name):
    once = FIGURES[name].draw(a_run(made="2025-01-01", wall_seconds=1.0), a_run(name="today"))
    again = FIGURES[name].draw(a_run(made="2026-02-02", wall_seconds=9.0), a_run(name="today"))
    assert once == again


@pytest.mark.parametrize("name", FIGURES)
def test_light_and_dark_differ_in_colours_only(name):
    light, dark = (FIGURES[name].draw(*PAIRS["against a baseline"], theme) for theme in (LIGHT, DARK))
    assert words(light) == words(dark)
    assert LIGHT.paper in light and DARK.paper in dark and LIGHT.paper not in dark


def test_the_stage_stream_stacks_the_shares_and_labels_them():
    """Thriving .55, off balance .25, recovering .05, pre-crisis .13, crisis .02: edges .55 .80 .85 .98 1."""
    stream = stage_stream(a_run(), a_run(name="today"))
    assert stream.bands.edges[0] == pytest.approx([0.55, 0.80, 0.85, 0.98, 1.0])
    assert [label.share for label in stream.bands.labels] == ["55.0%", "25.0%", "5.0%", "13.0%", "2.0%"]
    assert {label.change for label in stream.bands.labels} == {"±0.0"}
    assert "15.0% of people were in distress, as in ‘today’" in stream.texts.title
    assert set(STACK) == set(Stage)


def test_weeks_without_anybody_are_a_gap_in_the_stream():
    run = a_run(weeks=10)
    run.people[4] = 0
    svg = FIGURES["stages"].draw(run)
    assert "left blank" in words(svg)
    assert svg.count("<path") > FIGURES["stages"].draw(a_run(weeks=10)).count("<path")


def test_the_workforce_shows_last_years_means():
    view = workforce(a_run(burnout=0.35), a_run(name="today"))
    burnout, posts, _ = view.panels
    assert [line.mean for line in burnout.lines] == pytest.approx([0.4, 0.35])
    assert [line.mean for line in posts.lines] == pytest.approx([6, 5, 5])
    assert "averaged 0.35, against 0.40 in ‘today’" in view.texts.title
    shown = words(FIGURES["workforce"].draw(a_run(burnout=0.35), a_run(name="today")))
    for part in ("0.35", "0.40", "6.0", "5.0", "40"):
        assert f" {part} " in shown


def test_burnout_without_workers_is_a_gap_and_a_note_not_a_zero():
    run = a_run(weeks=60)
    for tally in ("n_workers", "sum_burnout"):
        run.system[20:30, SYSTEM_TALLIES.index(tally)] = 0
    lines = workforce(run).panels[0].lines
    assert np.isnan(lines[0].values[20:30]).all() and np.isfinite(lines[0].values[30:]).all()
    assert "No link worker was in post in 10 of 60 weeks" in words(FIGURES["workforce"].draw(run))
    nobody = FIGURES["workforce"].draw(a_run(workers=0.0))
    assert "no link worker was in post" in words(nobody) and "nobody in post" in words(nobody)


def test_the_funnel_counts_people_and_shares_them_by_those_referred():
    view = funnel(a_run(), a_run(name="today"))
    assert [bars[0].people for _, bars in view.steps] == [100, 90, 30, 38]
    assert [bars[0].share for _, bars in view.steps] == [1.0, 0.9, 0.3, 0.38]
    assert view.texts.title == (
        "Of 100 people referred, 90 were reached and 38 started an activity; in ‘today’ 90 and 38"
    )
    assert "weeks 182 to 233 of 260" in view.texts.subtitle
    assert "38.0% · 38 people" in words(FIGURES["funnel"].draw(a_run()))


def test_a_funnel_of_nobody_says_so():
    run = a_run()
    run.cases["week_referred"][:] = NEVER
    shown = words(FIGURES["funnel"].draw(run, a_run(name="today")))
    assert "Nobody was referred" in shown and "nobody referred" in shown


def test_a_short_run_says_that_the_funnel_reaches_into_the_warm_up():
    assert "belong to the warm-up" in words(FIGURES["funnel"].draw(a_run(weeks=52)))


@pytest.mark.parametrize("change", [{"seed": 8}, {"place": "brent"}, {"weeks": 261}])
def test_a_baseline_of_another_place_seed_or_length_is_refused(change):
    baseline = a_run()
    baseline = replace(baseline, provenance=baseline.provenance | change)
    with pytest.raises(BadValue, match=next(iter(change))):
        FIGURES["stages"].draw(a_run(), baseline)


def test_an_unknown_figure_names_the_nearest():
    with pytest.raises(UnknownName, match="funnel"):
        figure("funel")


def test_every_figure_is_written_as_svg_and_png(tmp_path):
    files = write(a_run(), tmp_path / "pictures", a_run(name="today"))
    assert [path.name for path in files] == [f"{name}.{kind}" for name in FIGURES for kind in ("svg", "png")]
    assert all(path.stat().st_size > 1000 for path in files)
    with pytest.raises(CannotWrite, match=r"stages\.svg"):
        write(a_run(), files[0])


def pixels(png: bytes) -> tuple[int, int, set[bytes]]:
    """Return width, height and the different rows of a PNG: enough to see whether something is drawn."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", png[16:24])
    body, at = b"", 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        if png[at + 4 : at + 8] == b"IDAT":
            body += png[at + 8 : at + 8 + length]
        at += 12 + length
    rows = zlib.decompress(body)
    step = len(rows) // height
    return width, height, {rows[k * step : (k + 1) * step] for k in range(height)}


def test_a_png_has_the_pictures_size_and_its_text_is_really_drawn():
    svg = FIGURES["funnel"].draw(a_run())
    width, height, rows = pixels(to_png(svg))
    viewed = [float(side) for side in ElementTree.fromstring(svg).get("viewBox").split()[2:]]
    assert (width, height) == pytest.approx([side * ZOOM for side in viewed], abs=1)
    _, _, mute = pixels(to_png(re.sub(r"<text.*?</text>", "", svg)))
    assert len(rows) > len(mute) + 100


def test_numbers_are_written_as_people_read_them():
    assert [percent(share) for share in (0.1234, 0.0057, 0.0, float("nan"))] == [
        "12.3%",
        "0.57%",
        "0.0%",
        "no value",
    ]
    assert [signed(change, 1) for change in (0.34, -1234.5, 0.04)] == ["+0.3", "−1,234.5", "±0.0"]


def test_coordinates_are_short_and_never_missing():
    assert [number(value) for value in (1.0, 0.126, -0.001, 1e6)] == ["1", "0.13", "0", "1000000"]
    with pytest.raises(ValueError, match="nan"):
        number(float("nan"))


def test_long_words_are_wrapped_balanced_and_shortened():
    assert wrapped("one two three", 40, 10) == ["one two", "three"]
    assert text_width(shortened("W" * 99, 100, 10), 10) <= 100
    lines = balanced("of one hundred people some were reached and x", 200, 10)
    assert len(lines) == 2 and len(lines[1]) > 10


def test_ticks_are_round_and_reach_the_highest_value():
    assert round_ticks(5, 6) == [0, 1, 2, 3, 4, 5]
    assert round_ticks(134, 5) == [0, 50, 100, 150]
    assert round_ticks(0, 5) == [0, 1]


def test_an_axis_counts_years_of_a_long_run_and_whole_weeks_of_a_short_one():
    assert time_ticks(260, 6) == ([0, 1, 2, 3, 4, 5], 52, "years")
    assert time_ticks(52, 5) == ([0, 20, 40], 1, "weeks")
    assert time_ticks(1, 5) == ([0, 1], 1, "weeks")
    shown = words(FIGURES["stages"].draw(a_run(weeks=3)))
    assert "weeks from the start" in shown and "| last 3 weeks |" in shown


def test_the_longest_shipped_name_fits_a_legend_with_its_levers_moved():
    shown = words(FIGURES["funnel"].draw(a_run(name="outreach-without-support, changed"), a_run(name="today")))
    assert "outreach without support, changed" in shown


def test_labels_are_kept_apart_inside_their_room():
    placed = kept_apart([5, 6, 99, 99], 10, 0, 100)
    assert min(np.diff(placed)) >= 10 and placed[0] >= 0 and placed[-1] <= 100


def test_a_line_is_broken_where_values_are_missing_and_always_ends_with_the_last_week():
    values = np.array([1.0, np.nan, 1.0, 1.0])
    assert [part.tolist() for part in stretches(values, np.arange(4))] == [[0], [2, 3]]
    assert thinned(2600)[-1] == 2599 and thinned(2600).size <= 520


def test_a_rolling_mean_uses_the_weeks_there_are():
    """Of 2, 4, missing, 6 the two-week means are 2, 3, missing, 6."""
    assert rolling_mean(np.array([2.0, 4.0, np.nan, 6.0]), 2) == pytest.approx([2, 3, np.nan, 6], nan_ok=True)
