"""What all pictures are drawn with: numbers as words, coordinates, wrapped text, ticks, lines, tables, themes."""

from xml.etree import ElementTree

import font_source_sans_pro as font
import numpy as np
import pytest
from PIL import ImageFont

from sp_abm.errors import BadValue, UnknownName
from sp_abm.viz.axes import Box, Scale, kept_apart, points, round_ticks, stretches, thinned, time_ticks, x_axis, y_axis
from sp_abm.viz.bands import stacked
from sp_abm.viz.figures import FIGURES
from sp_abm.viz.legend import Key, legend
from sp_abm.viz.material import Material
from sp_abm.viz.panels import mean_words, tick_words
from sp_abm.viz.svg import balanced, number, shortened, text_width, wrapped
from sp_abm.viz.table import in_percent, table
from sp_abm.viz.theme import DARK, LIGHT, NARROW, STRONG_WEIGHT, checked_theme
from sp_abm.viz.words import percent, signed
from sp_abm.viz.years import ratio_in_year, rolling_mean, rolling_sum, year_ends

FACES = {True: "Semibold", False: ""}


def test_numbers_are_written_as_people_read_them():
    assert [percent(share) for share in (0.1234, 0.0057, 0.0, float("nan"))] == [
        "12.3%",
        "0.57%",
        "0.0%",
        "no value",
    ]
    assert [signed(change, 1) for change in (0.34, -1234.5, 0.04)] == ["+0.3", "−1,234.5", "±0.0"]
    assert [mean_words(mean, 1) for mean in (9.96, 12_345, 2_500_000)] == ["10.0", "12.3k", "2.5m"]
    assert [tick_words(tick) for tick in (0.25, 5000, 20_000, 1_500_000)] == ["0.25", "5,000", "20k", "1.5m"]


def test_coordinates_are_short_and_never_missing():
    assert [number(value) for value in (1.0, 0.126, -0.001, 1e6)] == ["1", "0.13", "0", "1000000"]
    with pytest.raises(ValueError, match="nan"):
        number(float("nan"))


def test_long_words_are_wrapped_balanced_and_shortened():
    assert wrapped("one two three", 40, 10) == ["one two", "three"]
    assert text_width(shortened("W" * 99, 100, 10), 10) <= 100
    assert shortened("abc", 0, 10) == "…"
    lines = balanced("of one hundred people some were reached and x", 200, 10)
    assert len(lines) == 2 and len(lines[1]) > 10


def test_text_is_never_wider_than_it_is_taken_to_be(a_run, a_run_of_chance):
    """The estimate, by which boxes are checked, against the true widths of the bundled font."""
    files = font.font_files_ttf
    faces = {strong: ImageFont.truetype(files[f"SourceSansPro{face}"], 100) for strong, face in FACES.items()}
    said = set()
    for figure in FIGURES.values():
        for material in (Material(a_run()), Material(a_run_of_chance(2, "a plan", 60))):
            if figure.can_draw(material):
                texts = ElementTree.fromstring(figure.picture(material).svg).iter("{http://www.w3.org/2000/svg}text")
                said |= {(text.text or "", text.get("font-weight") == str(STRONG_WEIGHT)) for text in texts}
    assert len(said) > 200
    for words, is_strong in said:
        assert faces[is_strong].getlength(words) <= text_width(words, 100, is_strong), words


def test_ticks_are_round_and_reach_the_highest_value():
    assert round_ticks(5, 6) == [0, 1, 2, 3, 4, 5]
    assert round_ticks(134, 5) == [0, 50, 100, 150]
    assert round_ticks(0, 5) == [0, 1]


def test_an_axis_counts_years_of_a_long_run_and_whole_weeks_of_a_short_one(a_run, words):
    assert time_ticks(260, 6) == ([0, 1, 2, 3, 4, 5], 52, "years")
    assert time_ticks(52, 5) == ([0, 20, 40], 1, "weeks")
    assert time_ticks(1, 5) == ([0, 1], 1, "weeks")
    shown = words(FIGURES["stages"].draw(a_run(weeks=3)))
    assert "weeks from the start" in shown and "| last 3 weeks |" in shown


def test_a_run_of_two_years_has_an_axis_of_years():
    assert [time_ticks(weeks, 5)[2] for weeks in (103, 104)] == ["weeks", "years"]


def test_a_scale_leads_from_values_to_pixels_upside_down_too():
    """From 2 to 6 over 80 pixels up: a quarter of the way is 20 pixels."""
    up = Scale(2, 6, 100, 20)
    assert [up(value) for value in (2, 3, 6)] == [100, 80, 20]


def drawn(marks, tag):
    """Return the elements with a tag: attributes by name, numbers as such, and the content."""
    found = [mark for mark in marks if mark.tag == tag]
    return [({name: float(v) for name, v in mark.attributes if name[:1] in "xy"}, mark.content) for mark in found]


def test_an_axis_of_time_is_marked_and_numbered_where_its_years_end():
    """Two years over 520 pixels from 50 on: at 50, 310 and 570; what they count stands below their middle."""
    marks = x_axis(104, Box(50, 10, 520, 200), LIGHT, 3)
    base, *ticks = drawn(marks, "line")
    assert base[0] == {"x1": 50, "y1": 210, "x2": 570, "y2": 210}
    assert [(at["x1"], at["x2"], at["y1"]) for at, _ in ticks] == [(x, x, 210) for x in (50, 310, 570)]
    *numbers, unit = drawn(marks, "text")
    assert [(at["x"], words) for at, words in numbers] == [(50, "0"), (310, "1"), (570, "2")]
    assert (unit[0]["x"], unit[1]) == (310, "years from the start") and unit[0]["y"] > numbers[0][0]["y"] + 10


def test_a_grid_line_lies_at_its_value_and_its_number_left_of_it():
    marks = y_axis([0, 5], Scale(0, 10, 210, 10), Box(50, 10, 520, 200), LIGHT, "{:g} people".format)
    assert [at for at, _ in drawn(marks, "line")] == [{"x1": 50, "y1": y, "x2": 570, "y2": y} for y in (210, 110)]
    numbers = drawn(marks, "text")
    assert [words for _, words in numbers] == ["0 people", "5 people"]
    assert all(at["x"] < 50 and abs(at["y"] - y) < 8 for (at, _), y in zip(numbers, (210, 110), strict=True))


def test_a_value_is_drawn_at_the_end_of_its_week():
    values, weeks = np.array([1.0, 2.0, 4.0]), np.array([0, 2])
    assert points(values, weeks, Scale(0, 3, 0, 30), Scale(0, 4, 40, 0)) == [(10, 30), (30, 0)]


def test_labels_are_kept_apart_inside_their_room():
    placed = kept_apart([5, 6, 99, 99], 10, 0, 100)
    assert min(np.diff(placed)) >= 10 and placed[0] >= 0 and placed[-1] <= 100
    assert kept_apart([95, 96, 97], 10, 0, 100) == [80, 90, 100] and kept_apart([-5, 30], 10, 0, 100) == [0, 30]


def test_a_line_is_broken_where_values_are_missing_and_always_ends_with_the_last_week():
    values = np.array([1.0, np.nan, 1.0, 1.0])
    assert [part.tolist() for part in stretches(values, np.arange(4))] == [[0], [2, 3]]
    assert thinned(2600)[-1] == 2599 and max(thinned(weeks).size for weeks in (2600, 521)) <= 520


def test_a_rolling_mean_uses_the_weeks_there_are():
    """Of 2, 4, missing, 6 the two-week means are 2, 3, missing, 6."""
    assert rolling_mean(np.array([2.0, 4.0, np.nan, 6.0]), 2) == pytest.approx([2, 3, np.nan, 6], nan_ok=True)


def test_a_rolling_sum_reaches_back_as_far_as_there_is_something():
    assert rolling_sum(np.array([1.0, 2.0, 4.0, 8.0]), 2).tolist() == [1, 3, 6, 12]


def test_a_year_ends_every_52_weeks_and_with_the_run(a_run):
    """Of weeks 0 to 59 the year to week 52 has 52 weeks, the year to week 60 weeks 8 to 59."""
    run = a_run(weeks=60)
    assert year_ends(run) == [52, 60] and year_ends(a_run(weeks=3)) == [3]
    run.people[:8] = 0
    assert ratio_in_year(run, "n_thriving", "weeks", 60) == pytest.approx(550)
    assert ratio_in_year(run, "n_thriving", "weeks", 52) == pytest.approx(550 * 44 / 52)
    run.people[:] = 0
    assert np.isnan(ratio_in_year(run, "n_thriving", "n_adults"))


def test_parts_are_stacked_as_shares_and_nothing_is_a_gap():
    edges = stacked([np.array([1.0, 0.0]), np.array([3.0, 0.0])])
    assert edges[0].tolist() == [0.25, 1.0] and np.isnan(edges[1]).all()


def test_a_legend_goes_to_the_next_row_when_it_is_full():
    keys = [Key("a rather long name", "#000000") for _ in range(3)]
    wide, narrow = (legend(keys, Box(0, 0, width, 0), LIGHT)[1] for width in (600, 200))
    assert narrow == pytest.approx(3 * (wide - 6) + 6)
    assert legend([], Box(0, 0, 100, 0), LIGHT) == ([], 0)


def test_a_table_is_shown_for_people_written_for_spreadsheets_and_given_to_machines():
    rows = table(["name", "people"], [["=1+1", 1234.5], ["nobody", float("nan")]])
    assert rows.shown() == (("=1+1", "1,234.5"), ("nobody", "no value"))
    assert rows.csv() == "name,people\n'=1+1,1234.5\nnobody,\n"
    assert rows.records()[1] == {"name": "nobody", "people": None}
    assert in_percent(0.12345) == 12.3


def test_a_theme_is_found_by_name_at_a_width_within_reason():
    assert checked_theme("dark") == DARK and checked_theme("light", NARROW).is_narrow and not LIGHT.is_narrow
    with pytest.raises(UnknownName, match="light"):
        checked_theme("ligth")
    with pytest.raises(BadValue, match="320 to 2000"):
        checked_theme("light", 10)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_colours_stand_out_from_the_paper(theme):
    """Text by 4.5 to 1, shapes by nearly 3 to 1, parts of a whole from each other (WCAG 1.4.3, 1.4.11)."""
    for ink in (theme.ink, theme.quiet_ink):
        assert contrast(ink, theme.paper) >= 4.5 and contrast(ink, theme.shade) >= 4.5
    shapes = (theme.arm, theme.baseline, theme.better, theme.worse, *theme.stages.values())
    assert [shape for shape in shapes if contrast(shape, theme.paper) < 2.9] == []
    neighbours = zip(theme.parts, theme.parts[1:], strict=False)
    assert all(contrast(one, other) > 1.3 for one, other in neighbours)


def contrast(one, other):
    """Return the contrast ratio of two colours as WCAG defines it."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour):
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
