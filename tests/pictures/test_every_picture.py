"""Every picture: valid, named, described, with a table, its text inside and apart, at any width, of any content."""

import csv
import io
import re
import time
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest

from sp_abm.comparison import Comparison
from sp_abm.errors import BadValue
from sp_abm.measures import MEASURES
from sp_abm.places import place
from sp_abm.scenario import load
from sp_abm.viz import differences
from sp_abm.viz.differences import intervals
from sp_abm.viz.figures import FIGURES, Need, drawable
from sp_abm.viz.frame import Texts
from sp_abm.viz.intervals import Panel, Row, draw_intervals, figures
from sp_abm.viz.material import Material, sketch
from sp_abm.viz.theme import DARK, LIGHT, NARROW, WIDE, for_a_room

HOSTILE = '<script>alert("x")</script>&\'"]]>\x00\x1b � 医 a-very-long-name-that-goes-on'
SVG = "{http://www.w3.org/2000/svg}"
WIDTHS = (320, NARROW, 639, 640, WIDE, 1366)
MOST_SECONDS = 0.025


@pytest.fixture(scope="module")
def everything(a_run_of_chance, a_story, some_strengths):
    """Return a maker of material for every picture, of random and extreme content."""

    def make(seed, weeks=130, name="a plan", is_alone=False):
        run = a_run_of_chance(seed, name, weeks)
        baseline = None if is_alone else a_run_of_chance(seed + 1000, "today", weeks)
        story = a_story(("citizen", "link worker")[seed % 2], n=(0, 1, 40)[seed % 3], weeks=max(2, weeks), name=name)
        strengths = some_strengths if seed % 3 else {}
        return Material(run, baseline, strengths=strengths, strengths_of="share of a change", story=story)

    return make


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", FIGURES)
def test_text_stays_inside_and_apart_at_any_width(name, width, everything, check_text):
    check_text(FIGURES[name].picture(everything(5), LIGHT.at(width)).svg)


@pytest.mark.parametrize("screen", [640, 1366, 1920, 4000])
@pytest.mark.parametrize("name", FIGURES)
def test_for_a_room_every_letter_is_large_whatever_the_screen(name, screen, everything, check_text):
    theme = for_a_room("dark", screen)
    svg = FIGURES[name].picture(everything(5), theme).svg
    check_text(svg)
    sizes = [float(each.get("font-size")) for each in ElementTree.fromstring(svg).iter(f"{SVG}text")]
    on_screen = max(screen, 800) - 72  # a narrower screen scrolls sideways within the picture
    assert min(sizes) * on_screen / theme.width >= 28
    assert "Illustrative model, not a forecast" not in svg.partition("</desc>")[2]


LOW = ("stages", "workforce", "funnel", "horizons", "roles", "professionals")
"""Pictures that a projector of 1280 x 720 shows whole, with letters of 28 pixels, whatever they show."""


@pytest.mark.parametrize("screen", [1280, 1366, 1920])
@pytest.mark.parametrize("name", LOW)
def test_for_a_room_a_picture_is_as_low_as_the_screen_and_keeps_its_finding(name, screen, everything, check_text):
    for seed in (3, 5, 8):
        theme = for_a_room("light", screen)
        picture = FIGURES[name].picture(everything(seed), theme)
        check_text(picture.svg)
        root = ElementTree.fromstring(picture.svg)
        assert float(root.get("viewBox").split()[3]) <= theme.height + 0.1
        drawn = " ".join(each.text for each in root.iter(f"{SVG}text"))
        assert all(word in drawn for word in picture.title.split())


@pytest.mark.parametrize("name", FIGURES)
def test_a_brief_picture_is_lower_and_its_text_stays_inside_and_apart(name, everything, check_text):
    whole, brief = (
        FIGURES[name].picture(everything(5), replace(LIGHT.at(500), is_brief=is_brief)).svg
        for is_brief in (False, True)
    )
    check_text(brief)
    heights = [float(ElementTree.fromstring(svg).get("viewBox").split()[3]) for svg in (whole, brief)]
    assert heights[1] < heights[0]


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("name", FIGURES)
def test_text_stays_inside_and_apart_whatever_is_drawn(name, seed, everything, check_text):
    weeks = (1, 3, 60, 130, 600)[seed % 5]
    for width in (NARROW, WIDE):
        check_text(FIGURES[name].picture(everything(seed, weeks), LIGHT.at(width)).svg)


@pytest.mark.parametrize("name", FIGURES)
def test_a_hostile_name_is_harmless_and_fits(name, everything, check_text):
    for width in (NARROW, WIDE):
        picture = FIGURES[name].picture(everything(3, name=HOSTILE), LIGHT.at(width))
        check_text(picture.svg)
        assert "<script" not in picture.svg


@pytest.mark.parametrize("name", [name for name, each in FIGURES.items() if Need.BASELINE not in each.needs])
def test_a_picture_of_one_run_alone_is_whole(name, everything, check_text):
    for seed in range(4):
        check_text(FIGURES[name].picture(everything(seed, is_alone=True), LIGHT.at(NARROW)).svg)


@pytest.mark.parametrize("name", FIGURES)
def test_a_picture_is_valid_and_says_what_it_is(name, everything):
    picture = FIGURES[name].picture(everything(7))
    root = ElementTree.fromstring(picture.svg)
    assert root.get("role") == "img"
    assert [child.tag for child in root[:2]] == [f"{SVG}title", f"{SVG}desc"]
    assert root[0].text == picture.title and root[1].text == picture.description
    assert len(picture.description) > len(picture.title) > 10
    assert not re.search(r"\bnan\b|\binf\b|None|<script|href|url\(", picture.svg)


@pytest.mark.parametrize("name", FIGURES)
def test_light_and_dark_differ_in_colours_only(name, everything, words):
    light, dark = (FIGURES[name].picture(everything(8), theme).svg for theme in (LIGHT, DARK))
    assert words(light) == words(dark)
    assert LIGHT.paper in light and DARK.paper in dark and LIGHT.paper not in dark


@pytest.mark.parametrize("name", FIGURES)
def test_the_same_material_gives_the_same_bytes(name, everything):
    assert FIGURES[name].picture(everything(9)).svg == FIGURES[name].picture(everything(9)).svg


@pytest.mark.parametrize("name", FIGURES)
def test_the_table_has_numbers_under_named_columns_and_goes_through_csv(name, everything):
    for seed in range(4):
        table = FIGURES[name].picture(everything(seed)).table
        assert len(set(table.columns)) == len(table.columns) > 1
        assert all(len(row) == len(table.columns) for row in table.rows)
        assert not any(isinstance(cell, float) and not np.isfinite(cell) for row in table.rows for cell in row)
        back = list(csv.reader(io.StringIO(table.csv())))
        assert back[0] == list(table.columns) and len(back) == len(table.rows) + 1


@pytest.mark.parametrize("name", [name for name, each in FIGURES.items() if Need.RUN in each.needs])
def test_a_picture_says_what_it_is_not_where_it_is_how_to_make_it_again_and_how_sure_it_is(name, a_run, words):
    with_portrait = {"portrait": portrait()}
    run, baseline = a_run(**with_portrait), a_run(name="today", scenario_hash="0" * 12, **with_portrait)
    shown = words(FIGURES[name].picture(Material(run, baseline)).svg)
    for part in ("Illustrative model, not a forecast", "Sandbox", "seed 7", "abcdef123456"):
        assert part in shown
    assert "Not a real place: about 27 times as many link workers" in shown
    assert re.search("[Oo]ne run|One week of one run", shown)


def portrait():
    """Return a portrait of one PCN in which nobody does anything."""
    empty = np.zeros(0, int)
    return {
        "posts": dict.fromkeys(("id", "pcn", "fte", "in_post", "open_cases", "limit", "burnout", "intends"), empty > 0)
        | {"pcn": empty},
        "pcns": {"residents": np.array([1200]), "week_proactive": np.array([-9999])},
        "practices": {"pcn": np.array([0])},
        "gps": {"practice": np.array([0]), "awareness": np.array([0.4])},
        "organisations": {"pcn": empty, "kind": empty, "places": empty, "occupied": empty},
        "knows": {"post": empty, "organisation": empty},
        "people": {"id": empty},
        "ties": {"one": empty, "other": empty, "kind": empty},
    }


def test_many_pairs_give_bands_and_intervals_in_place_of_one_run(a_run, words):
    pairs = [(a_run(burnout=0.3 + seed / 100), a_run(name="today")) for seed in range(12)]
    material = Material.of_pairs(pairs)
    assert len(material.sketches) == 12
    assert "Means of 12 pairs" in words(FIGURES["theory-of-change"].picture(material).svg)
    assert "middle 80%" in words(FIGURES["fans"].picture(material).svg)
    assert "Means of 12 pairs" in words(FIGURES["moved"].picture(material).svg)
    assert "over all of them" in words(FIGURES["equity"].picture(material).svg)


def test_a_sketch_is_light(a_run):
    kept = sketch(a_run(), a_run(name="today"))
    courses = [*kept.course.values(), *kept.before_course.values()]
    assert sum(array.nbytes for array in (kept.values, kept.before, kept.moves, *courses)) < 30_000


def test_what_cannot_be_drawn_is_left_out(a_run):
    alone = {figure.name for figure in drawable(Material(a_run()))}
    assert {"stages", "funnel", "loops"} <= alone
    assert not {"moved", "wall", "life-line"} & alone


@pytest.mark.parametrize(
    ("name", "words"), {"moved": "run and a baseline", "wall": "portrait", "life-line": "story"}.items()
)
def test_what_is_missing_is_said(name, words, a_run):
    with pytest.raises(BadValue, match=words):
        FIGURES[name].draw(a_run())


@pytest.mark.parametrize("name", FIGURES)
def test_a_picture_is_drawn_fast_enough_for_a_slider(name, everything):
    """CPU time of the best of five, of a run of five years; three times the limit, as other tests share the machine."""
    material, spent = everything(4, weeks=260), []
    for _ in range(5):
        began = time.process_time()
        FIGURES[name].picture(material)
        spent.append(time.process_time() - began)
    assert min(spent) <= 3 * MOST_SECONDS


@pytest.fixture(scope="module")
def charts():
    """Return a maker of charts of intervals: of plans against today, and of estimates by hand, at a width."""
    luck = np.random.default_rng(3)
    plans = tuple(replace(load("supported-workforce"), name=name) for name in ("a plan", HOSTILE, "医" * 60))
    values = luck.random((10, 4, len(MEASURES))) * 10.0 ** luck.integers(-6, 9, len(MEASURES))
    values[:, 3] = values[:, 0]
    values[:, 2, ::3] = np.nan
    arms = (load("today"), *plans)

    def make(theme, pairs):
        made = Comparison(
            arms, place("sandbox"), 3, tuple(range(pairs)), values[:pairs], np.zeros((pairs, 4, 5, 5)), ()
        )
        rows = [
            Row(
                HOSTILE * (1 + k % 2),
                size * mean,
                size * low,
                size * high,
                figures(size * mean, size * low, size * high, 4),
            )
            for size in (0.0, 1e-4, 1.0, 3e5)
            for k, (mean, low, high) in enumerate([(-1.0, -2.0, 0.5), (0.4, np.nan, np.nan), (np.nan, np.nan, np.nan)])
        ]
        panels = [Panel(HOSTILE, HOSTILE, tuple(rows[k : k + 3])) for k in range(0, 12, 3)]
        texts = Texts("A title", "a subtitle", (), (), "words")
        return intervals(made, "All", tuple(MEASURES), theme).svg, draw_intervals(panels, texts, theme)

    return make


@pytest.mark.parametrize("pairs", [1, 2, 10])
@pytest.mark.parametrize("width", WIDTHS)
def test_charts_of_intervals_stay_inside_and_their_text_apart_at_any_width(width, pairs, charts, check_text):
    for svg in charts(LIGHT.at(width), pairs):
        check_text(svg)
        root = ElementTree.fromstring(svg)
        ends = [(float(each.get("x1")), float(each.get("x2"))) for each in root.iter(f"{SVG}line")]
        assert ends and all(0 <= left <= right <= width for left, right in ends)
        dots = [float(each.get("cx")) for each in root.iter(f"{SVG}circle")]
        assert dots and all(0 <= x <= width for x in dots)
        assert "<script" not in svg
        assert pairs == 1 or max(right - left for left, right in ends) > width / 8


def test_a_chart_of_plans_fills_the_dots_of_what_is_clear_alone():
    values = np.full((10, 2, len(MEASURES)), 0.5)
    at = [list(MEASURES).index(measure) for measure in ("share_adequate_dose", "share_crisis")]
    values[:, 1, at[0]] += 0.1 + np.arange(10) / 1000
    values[:, 1, at[1]] += (-1.0) ** np.arange(10) / 10
    made = Comparison(
        (load("today"), load("horizon-3")), place("sandbox"), 3, tuple(range(10)), values, np.zeros((10, 2, 5, 5)), ()
    )
    svg = intervals(made, "Two", ("share_adequate_dose", "share_crisis"), LIGHT).svg
    fills = [each.get("fill") for each in ElementTree.fromstring(svg).iter(f"{SVG}circle")]
    assert fills == [LIGHT.arm, LIGHT.paper]


def test_a_chart_of_plans_puts_every_dot_where_its_figures_say(charts, monkeypatch):
    drawn = []
    monkeypatch.setattr(differences, "draw_intervals", lambda panels, *_: drawn.extend(panels) or "")
    charts(LIGHT, 10)
    rows = [row for panel in drawn for row in panel.rows if np.isfinite(row.mean)]
    assert len(rows) > len(MEASURES)
    for row in rows:
        figure = row.said.partition(" ")[0].replace(",", "").replace("−", "-")
        is_rounded_to_tens = (row.high - row.low) / 2 >= 10
        zeros = len(figure) - len(figure.rstrip("0")) if is_rounded_to_tens else 0
        rounding = 0.5 * 10.0 ** (-len(figure.partition(".")[2]) if "." in figure else zeros)
        assert float(figure) == pytest.approx(row.mean, abs=1.001 * rounding)
