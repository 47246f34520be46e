"""Pictures of studies: valid, named and described, text that fits, right numbers, the same bytes for the same store."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest

from sp_abm.analysis.emulator import emulate
from sp_abm.analysis.heat_map import heat_map
from sp_abm.analysis.search import search
from sp_abm.analysis.sensitivity import morris, sobol
from sp_abm.analysis.tornado import tornado
from sp_abm.viz.axes import Scale
from sp_abm.viz.png import to_png
from sp_abm.viz.studies.emulator_check import draw_emulator, emulator_texts
from sp_abm.viz.studies.factor_bars import draw_sobol, draw_tornado, noise_words, tornado_texts
from sp_abm.viz.studies.heat_map import draw_heat_map
from sp_abm.viz.studies.morris import draw_morris, morris_texts
from sp_abm.viz.studies.pareto import best_row, draw_pareto
from sp_abm.viz.studies.plane import axis, tick_numbers
from sp_abm.viz.studies.words import factor_words, in_unit, number_words, value_words
from sp_abm.viz.theme import DARK, LIGHT, NARROW, STRONG_WEIGHT, WIDE

WIDTHS = (320, NARROW, 639, 640, WIDE, 1366)
SVG = "{http://www.w3.org/2000/svg}"
OUT = '[outputs]\nmeasures = ["burnout_mean"]\n[replications]\nn = '
GRID = "[factors.support_level]\nlevels = [0.2, 0.4, 0.8]\n[factors.caseload_cap]\nlevels = [50, 100]\n"
WORDS = '[factors.equity_rule]\nlevels = ["none", "need_first", "deprived_first"]\n'
LONG = "[factors.word_of_mouth.rate_awareness_forgotten_per_week]\nlow = 0.1\nhigh = 0.2\n"
TWO = "[factors.support_level]\nlow = 0\nhigh = 1\n[factors.outreach_share]\nlow = 0\nhigh = 1\n"
LHS, MORRIS = "[design]\nkind = 'lhs'\nn = ", "[design]\nkind = 'morris'\nn = 4\n"
STEPS = [round(k / 24, 3) for k in range(25)]
FINE = f"[factors.support_level]\nlevels = {STEPS}\n[factors.outreach_share]\nlevels = {STEPS}\n"
MANY = "".join(
    f"[factors.{name}]\nlow = 0.3\nhigh = 0.8\n"
    for name in (
        "support_level", "support_supervision", "support_role_clarity", "support_integration", "support_peers",
        "support_security", "outreach_share", "awareness_campaign", "grants_multiplier", "gp_engagement",
        "share_pilot_pcns", "investment_response", "reimbursement", "hardship", "places_open", "posts_per_10000",
        "distress_shock", "strain.sd_trait", "outreach.p_accepts", "staffing.share_support_delivered",
        "contact.p_attends", "turnover.threshold_burnt_out",
    )
)  # fmt: skip


def total(point):
    return sum(value for value in point.values() if not isinstance(value, str))


def made_heat_map(quantity_of, scale=1.0):
    rng = np.random.default_rng(1)
    found = quantity_of(GRID + OUT + "12", lambda p, _s: scale * (p["support_level"] - 0.5 + 0.1 * rng.normal()))
    return heat_map(found, threshold=0.0)


def made(quantity_of, store_of):
    """Return every kind of picture, plain and awkward, by name: what draws it and, once asked for, what it is of."""
    rng = np.random.default_rng(2)

    def noisy(point, _seed):
        return total(point) + 0.1 * rng.normal()

    def of(text, value=noisy):
        return quantity_of(text, value)

    def store():
        return store_of(
            TWO + LHS + "30\n[replications]\nn = 1\n[outputs]\nmeasures = ['share_crisis', 'cost_total_gbp']",
            lambda point, *_: {"share_crisis": 1 - point["support_level"], "cost_total_gbp": 1e6 * total(point)},
        )

    words = GRID + WORDS + OUT + "2"
    ofat = GRID + WORDS + '[design]\nkind = "ofat"\n' + OUT + "12"
    few, many = TWO + LONG + MORRIS + OUT + "1", MANY + MORRIS + OUT + "2"
    return {
        "heat map": (draw_heat_map, lambda: made_heat_map(quantity_of)),
        "tiny numbers": (draw_heat_map, lambda: made_heat_map(quantity_of, 1e-6)),
        "huge numbers": (draw_heat_map, lambda: made_heat_map(quantity_of, 1e9)),
        "level": (draw_heat_map, lambda: heat_map(of(words), "equity_rule", "support_level")),
        "words upwards": (draw_heat_map, lambda: heat_map(of(words), "support_level", "equity_rule")),
        "many values": (draw_heat_map, lambda: heat_map(of(FINE + OUT + "2"))),
        "nothing": (draw_heat_map, lambda: heat_map(of(GRID + OUT + "2", lambda *_: 0.0), threshold=0.0)),
        "tornado": (draw_tornado, lambda: tornado(of(ofat))),
        "tornado of huge numbers": (draw_tornado, lambda: tornado(of(ofat, lambda *of: -1e9 * noisy(*of)))),
        "morris": (draw_morris, lambda: morris(of(few))),
        "morris of many": (draw_morris, lambda: morris(of(many))),
        "sobol": (draw_sobol, lambda: sobol(of(TWO + LONG + "[design]\nkind = 'sobol'\nn = 16\n" + OUT + "2"))),
        "emulator": (draw_emulator, lambda: emulate(of(TWO + LHS + "40\n" + OUT + "1"))),
        "search": (draw_pareto, lambda: search(store(), {"share_crisis": "less"}, budget=1e6)),
    }


NAMES = (
    "heat map", "tiny numbers", "huge numbers", "level", "words upwards", "many values", "nothing", "tornado",
    "tornado of huge numbers", "morris", "morris of many", "sobol", "emulator", "search",
)  # fmt: skip


def texts(svg):
    return list(ElementTree.fromstring(svg).iter(f"{SVG}text"))


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_is_valid_named_described_fits_at_any_width_and_differs_in_colours_only(
    name, quantity_of, store_of, words, check_text
):
    draw, analysed = made(quantity_of, store_of)[name]
    found = analysed()
    for width in WIDTHS:
        check_text(draw(found, LIGHT.at(width)))
    svg, dark = draw(found, LIGHT), draw(found, DARK)
    root = ElementTree.fromstring(svg)
    assert root.get("role") == "img"
    assert [child.tag for child in root[:2]] == [f"{SVG}title", f"{SVG}desc"] and all(child.text for child in root[:2])
    assert not re.search(r"nan|inf[^o]|None|e[-−+]\d", svg)
    shown = words(svg)
    for part in ("Illustrative model, not a forecast", "Sandbox", "study made up", "5 years", "Not a real place"):
        assert part in shown
    assert words(dark) == shown and DARK.paper in dark and LIGHT.paper not in dark


def test_a_picture_of_a_study_becomes_pixels(quantity_of):
    pixels = to_png(draw_heat_map(made_heat_map(quantity_of)))
    assert pixels.startswith(b"\x89PNG") and len(pixels) > 10_000


def test_the_same_results_give_the_same_bytes(quantity_of):
    assert draw_heat_map(made_heat_map(quantity_of)) == draw_heat_map(made_heat_map(quantity_of))


def test_a_heat_map_shows_every_value_its_sign_in_bold_where_clear_and_its_contour(quantity_of, words):
    svg = draw_heat_map(made_heat_map(quantity_of))
    bold = [element.text for element in texts(svg) if element.get("font-weight") == str(STRONG_WEIGHT)]
    assert sum(content.startswith(("+", "−")) for content in bold) == 6
    assert svg.count('stroke-dasharray="5 4"') >= 2 and ">The value changes sign, and this is more than noise" in svg
    none = draw_heat_map(heat_map(quantity_of(GRID + OUT + "12", lambda *_: 1.0), threshold=0.0))
    assert "No tipping point" in words(none) and "stroke-dasharray" not in none


def test_a_tornado_names_the_factor_that_moves_most_and_pales_what_is_not_clear(quantity_of):
    """Support moves the value by .6 from end to end (.2 to .8), the cap by 50 / 1,000 = .05, and noise is .001."""
    rng = np.random.default_rng(3)
    text = GRID + WORDS + '[design]\nkind = "ofat"\n' + OUT + "12"
    found = tornado(
        quantity_of(
            text,
            lambda p, _s: p.get("support_level", 0.4) + p.get("caseload_cap", 75) / 1000 + 0.001 * rng.normal(),
        )
    )
    assert tornado_texts(found).title == "Support level moves it most: by 0.60 from end to end"
    assert draw_tornado(found).count("fill-opacity") >= 3


def test_morris_says_what_is_no_more_than_luck(quantity_of):
    rng = np.random.default_rng(3)
    text = "".join(f"[factors.{name}]\nlow = 0\nhigh = 1\n" for name in ("support_level", "outreach_share"))
    found = morris(
        quantity_of(
            text + "[design]\nkind = 'morris'\nn = 10\n" + OUT + "3",
            lambda p, _s: p["support_level"] + rng.normal() / 99,
        )
    )
    assert morris_texts(found).title == "Support level moves it most, then outreach share"
    assert "Shaded: what luck alone would give" in morris_texts(found).notes[1]
    assert "nothing is known" in noise_words(float("nan")) and "25.0%" in noise_words(0.25)


def test_on_narrow_paper_morris_gives_ranks_and_lists_their_names_below(quantity_of, words):
    found = morris(quantity_of(TWO + MORRIS + OUT + "2", lambda point, _s: point["support_level"]))
    assert "1 | support level | 2 | outreach share" in words(draw_morris(found, LIGHT.at(NARROW)))
    assert "| 2 | outreach share" not in words(draw_morris(found))


def test_numbers_of_an_axis_stay_apart_inside_and_around_0(words):
    across = axis([-4e8, 4e8])
    shown = [mark.content for mark in tick_numbers(across, Scale(across.low, across.high, 20, 370), 0, LIGHT.at(390))]
    assert len(across.ticks) > len(shown) == 3 and shown[1] == "0"


def test_an_emulator_that_is_no_use_says_so_in_its_title(quantity_of):
    rng = np.random.default_rng(4)
    text = "[factors.support_level]\nlow = 0\nhigh = 1\n[design]\nkind = 'lhs'\nn = 30\n" + OUT + "1"
    assert "no better than the mean" in emulator_texts(emulate(quantity_of(text, lambda *_: rng.normal()))).title


def test_the_best_mix_stands_in_the_title_and_is_one_of_the_equally_good(store_of, words):
    store = store_of(
        "[factors.support_level]\nlow = 0\nhigh = 1\n[design]\nkind = 'lhs'\nn = 30\n[replications]\nn = 1\n"
        "[outputs]\nmeasures = ['share_crisis', 'cost_total_gbp']",
        lambda p, *_: {"share_crisis": 1 - p["support_level"], "cost_total_gbp": 1e6 * p["support_level"]},
    )
    found = search(store, {"share_crisis": "less"}, budget=5e5)
    assert best_row(found)["support_level"] == found.best["support_level"] == pytest.approx(0.5, abs=0.02)
    shown = words(draw_pareto(found))
    assert "The best mix for at most 500,000: support level 0.5" in shown and "less is better" in shown


def test_axes_hold_what_they_are_given_with_round_ticks():
    """From 3.1 to 3.9 in at most 5 steps: steps of .2, one decimal; a single value has an axis of width 1."""
    found = axis([3.1, 3.9], most=5)
    assert found.ticks == pytest.approx((3.2, 3.4, 3.6, 3.8)) and found.decimals == 1
    assert found.low < 3.1 and found.high > 3.9
    assert axis([0.0, 8.0], has_zero=True).low == 0 and axis([-1.0, 8.0], has_zero=True).low < -1
    assert axis([2.0]).low < 2 < axis([2.0]).high and axis([float("nan")]).ticks
    assert axis([-3e-7, 1e-6], most=5).shown(-2e-7) == "−0.0000002"


def test_names_values_and_units_are_written_as_people_read_them():
    assert [factor_words(name) for name in ("strain.sd_trait", "gp_engagement", "share_pilot_pcns")] == [
        "sd trait", "GP engagement", "share pilot PCNs",
    ]  # fmt: skip
    assert [value_words(value) for value in (True, "need_first", 0.25, 75, 1234567.8, -0.5)] == [
        "on", "need first", "0.25", "75", "1,234,568", "−0.5",
    ]  # fmt: skip
    assert [in_unit(unit) for unit in ("0 to 1", "share of people", "people")] == [
        "on a scale of 0 to 1", "as a share of people", "in people",
    ]  # fmt: skip
    assert [number_words(value) for value in (0.00012345, -0.0000634)] == ["0.000123", "−0.0000634"]
