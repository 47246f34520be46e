"""The very numbers: for each picture a case made by hand, with the sum worked out."""

from dataclasses import replace
from datetime import date
from xml.etree import ElementTree

import numpy as np
import pytest

from sp_abm.errors import BadValue
from sp_abm.measures import MEASURES
from sp_abm.recorder import PEOPLE_TALLIES, SYSTEM_TALLIES
from sp_abm.story.telling import Told
from sp_abm.viz.axes import Box
from sp_abm.viz.figures import FIGURES
from sp_abm.viz.loop_diagram import loop_diagram, shown
from sp_abm.viz.loop_layout import COUNTED, PLACES
from sp_abm.viz.material import Material, Strength
from sp_abm.viz.pictures.acquaintances import laid_out
from sp_abm.viz.pictures.equity import equity
from sp_abm.viz.pictures.fans import fans
from sp_abm.viz.pictures.gp_workload import gp_workload
from sp_abm.viz.pictures.horizons import horizons
from sp_abm.viz.pictures.life_line import life_line
from sp_abm.viz.pictures.moved import moved
from sp_abm.viz.pictures.pathway import pathway
from sp_abm.viz.pictures.professionals import team_of
from sp_abm.viz.pictures.roles import role_mix
from sp_abm.viz.pictures.spread import networks_of
from sp_abm.viz.pictures.stage_map import stage_map
from sp_abm.viz.pictures.theory import SHOWN, Leaf, change_words, theory_of_change
from sp_abm.viz.pictures.toolkit import toolkit
from sp_abm.viz.pictures.wall import Post, posts_of
from sp_abm.vocabulary import Horizon, Stage

NEVER = -9999
OUTREACH = {"levers": {"outreach_share": ((0, 0.2),)}}


def set_system(run, **tallies):
    for tally, value in tallies.items():
        run.system[:, SYSTEM_TALLIES.index(tally)] = value


def test_the_pathway_follows_each_person_from_block_to_block(a_run):
    """Of 100 people 90 were reached; 30 of them had a third contact, and all of those and 8 more an activity."""
    view = pathway(a_run(), a_run(name="today"))
    people = {key: n for key, n in view.people.items() if n}
    of_the_reached = {"reached": 90, "three": 30, "one": 60, "both": 30, "activity": 8, "none": 52}
    assert people == {"gp": 50, "self": 50, "not_reached": 10, **of_the_reached}
    ways = {(way.source, way.target): (way.people, way.before) for way in view.ways}
    assert ways["one", "activity"] == (8, 8) and ways["self", "not_reached"] == (10, 10)
    assert ("three", "none") not in ways


def test_everybody_of_a_block_leaves_it_or_stays_at_the_end(a_run_of_chance):
    for seed in range(5):
        view = pathway(a_run_of_chance(seed, "a plan", 130))
        for key in ("reached", "three", "one"):
            assert sum(way.people for way in view.ways if way.source == key) == view.people[key]


def test_who_moved_is_counted_by_the_same_person_in_both_worlds(a_run):
    """Of 100 people, 20 a stage, two in crisis are thriving here, one thriving is off balance, one has gone."""
    here, base = a_run(), a_run(name="today")
    here.final["stage"] = here.final["stage"].copy()
    here.final["stage"][[60, 61]], here.final["stage"][0] = Stage.THRIVING, Stage.OFF_BALANCE
    here.final["holder"] = here.final["holder"].copy()
    here.final["holder"][99] = 1
    view = moved(Material(here, base))
    found = {(move.before, move.after): (move.people.mean, move.is_better) for move in view.moves}
    assert found == {(Stage.CRISIS, Stage.THRIVING): (2, True), (Stage.THRIVING, Stage.OFF_BALANCE): (1, False)}
    assert view.stayed == 96
    assert view.texts.title.startswith("2 people are better off") and "1 worse off" in view.texts.title


def test_distress_by_fifth_has_each_fifths_people_as_its_denominator(a_run):
    """All 1,000 people are in the most deprived fifth, 150 of them in distress; the other fifths are empty."""
    view = equity(Material(a_run(), a_run(name="today")))
    assert view.panels[0].values[0] == pytest.approx(0.15) and np.isnan(view.panels[0].values[1:]).all()
    assert view.people == (1000, 0, 0, 0, 0)
    assert view.table.rows[0][:4] == ("1 most deprived", 1000, 15.0, 15.0) and view.table.rows[1][2] is None


def test_horizons_are_shares_of_people_first_seen(a_run):
    run = a_run()
    set_system(run, first_contacts=8, helped_reactive=4, helped_mixed=2, helped_proactive=2)
    view = horizons(run)
    assert [label.share for label in view.labels] == ["50.0%", "25.0%", "25.0%"]
    assert view.shares[Horizon.REACTIVE][[0, -1]].tolist() == [0.5, 0.5]
    assert "25.0% of help was proactive" in view.texts.title


def test_gp_capacity_is_what_practices_give_today(a_run):
    """1,200 residents x 5.2 a year / 52 = 120 consultations a week; the run has 100."""
    view = gp_workload(a_run())
    limit, ours = view.panels[0].lines
    assert limit.mean == pytest.approx(120) and ours.mean == pytest.approx(100)
    assert "100 consultations a week, 20 below" in view.texts.title


def test_roles_are_shares_of_all_hours(a_run):
    run = a_run()
    set_system(run, hours_connecting=60, hours_outreach=20, hours_building=10, hours_voice=10)
    view = role_mix(run)
    assert view.bands.edges[-1] == pytest.approx([0.6, 0.8, 0.9, 1.0])
    assert view.table.rows[-1][2:] == (60.0, 20.0, 10.0, 10.0)


def test_the_toolkit_counts_a_year_of_people_met(a_run):
    run = a_run()
    set_system(run, met=10, conversations=7, small_steps=4)
    steps = {label: bars[0] for label, bars in toolkit(run, a_run(name="today")).steps}
    assert (steps["Met"].people, steps["Had a conversation"].share) == (520, pytest.approx(0.7))
    assert len(toolkit(run, a_run(name="today")).arms) == 1  # nobody was met in the baseline


def test_the_stage_map_counts_those_first_seen_by_their_stage_at_referral(a_run):
    rows = {row.stage: row for row in stage_map(a_run(), a_run(name="today")).rows}
    assert rows[Stage.PRE_CRISIS].seen == rows[Stage.PRE_CRISIS].seen_before == 90
    assert rows[Stage.THRIVING].seen == 0 and rows[Stage.THRIVING].people == pytest.approx(550)


def test_the_fans_band_is_the_lowest_and_highest_of_few_runs(a_run):
    """Burnout .3, .4 and .5: mean .4, band .3 to .5."""
    view = fans(Material.of_pairs([(a_run(burnout=burnout), None) for burnout in (0.3, 0.4, 0.5)]))
    (line,) = view.panels[1].lines
    assert line.mean == pytest.approx(0.4)
    assert [edge[-1] for edge in line.band] == pytest.approx([0.3, 0.5])
    assert "lowest to highest" in view.texts.notes[0]


def test_the_theory_of_change_has_every_measure_at_its_place_and_draws_some(a_run):
    view = theory_of_change(Material(a_run(burnout=0.3), a_run(name="today")))
    leaves = {leaf.measure.name: leaf for leaf in view.leaves}
    assert leaves["burnout_mean"].value == pytest.approx(0.3) and leaves["burnout_mean"].change == pytest.approx(-0.1)
    assert all(leaves[name].measure.theory is place for place, names in SHOWN.items() for name in names)


def test_a_change_is_said_with_its_interval():
    """A share of people is told in people of 1,000."""
    assert MEASURES["share_distress"].unit.startswith("share of people")
    assert change_words(Leaf(MEASURES["share_distress"], 0.2, -0.012, -0.02, -0.004)) == "−12 (−20 to −4)"


def portrait():
    """Return one PCN with two posts, one vacant, three organisations and a second PCN with nothing."""
    return {
        "posts": {"id": np.array([1, 0, 2]), "pcn": np.array([0, 0, 0]), "fte": np.array([1.0, 0.5, 0.0]),
                  "in_post": np.array([True, False, False]), "open_cases": np.array([40, 0, 0]),
                  "limit": np.array([75, 0, 0]), "burnout": np.array([0.6, 0.0, 0.0]),
                  "intends": np.array([True, False, False]), "weeks_in_post": np.array([9, 0, 0])},
        "pcns": {"residents": np.array([600, 600]), "week_proactive": np.array([NEVER, 52])},
        "practices": {"pcn": np.array([0, 1])},
        "gps": {"practice": np.array([0, 1, 0]), "awareness": np.array([0.2, 0.9, 0.7])},
        "organisations": {"pcn": np.array([0, 0, 0, 1]), "kind": np.zeros(4, int), "places": np.array([2, 2, 2, 2]),
                          "occupied": np.array([2, 0, 0, 0])},
        "knows": {"post": np.array([0, 0, 0, 1]), "organisation": np.array([0, 2, 3, 1])},
    }  # fmt: skip


def test_the_wall_has_the_funded_posts_with_what_is_inside(a_run, words):
    run = a_run(portrait=portrait())
    assert posts_of(run) == (Post(0, 0, 0.5, False, 0, 0, 0.0, False), Post(1, 0, 1.0, True, 40, 75, 0.6, True))
    shown_words = words(FIGURES["wall"].draw(run))
    assert "1 of 2 posts are filled, and 1 of 1 link workers are burnt out" in shown_words.replace(" | ", " ")
    assert "| 40 |" in shown_words and "stroke-dasharray" in FIGURES["wall"].draw(run)


BURNOUTS = {0.0: "rested", 0.24: "rested", 0.25: "strained", 0.5: "strained", 0.51: "burnt out"}


@pytest.mark.parametrize(("burnout", "state"), BURNOUTS.items())
def test_burnout_bands_have_their_borders_where_the_measures_have(burnout, state):
    assert Post(0, 0, 1.0, True, 1, 75, burnout, False).state == state


def test_results_without_a_portrait_say_so(a_run):
    for read in (posts_of, networks_of, team_of):
        with pytest.raises(BadValue, match="no portrait"):
            read(a_run())


def test_networks_are_in_the_order_of_adoption_and_none_is_proactive_without_outreach(a_run):
    with_outreach = networks_of(a_run(portrait=portrait(), scenario_content=OUTREACH))
    assert [(each.number, each.since) for each in with_outreach] == [(2, 52), (1, None)]
    assert [each.since for each in networks_of(a_run(portrait=portrait()))] == [None, None]


def test_a_team_is_of_the_pcn_with_the_most_posts_filled_and_only_holders_know_anybody(a_run):
    team = team_of(a_run(portrait=portrait()))
    assert (team.pcn, team.practices, team.gps) == (0, (0,), ((0, 0.2), (0, 0.7)))
    assert team.posts == ((0, True), (1, False)) and team.organisations == ((0, 2, 2), (1, 2, 0), (2, 2, 0))
    assert team.known == ((0, 0), (0, 2))  # organisation 3 is elsewhere, post 1 is vacant


def test_people_are_laid_out_in_rings_by_ties_from_the_first():
    """0 knows 1, 1 knows 2; 3 knows nobody and stands on the last ring."""
    places = laid_out(4, [(0, 1, 0), (1, 2, 0)], Box(0, 0, 200, 200))
    radii = [np.hypot(x - 100, y - 100) for x, y in places]
    assert radii[0] == 0 and radii[1] < radii[2] < radii[3] <= 100


def test_every_end_of_a_link_has_a_place_of_its_own_and_no_other_is_drawn():
    diagram = loop_diagram(Material())
    ends = {end for arrow in diagram.arrows for end in (arrow.link.source, arrow.link.target)}
    assert ends == set(PLACES) and len(set(PLACES.values())) == len(PLACES)
    assert {end for pair in COUNTED for end in pair} <= ends
    assert shown("gp_awareness") == "GP awareness"


def test_loops_show_strengths_intervals_and_cuts(a_run, words):
    content = {"levers": {}, "cut": {"burnout->intention": "frozen"}}
    strengths = {"support->burnout": Strength(-0.4, -0.6, -0.2)}
    material = Material(a_run(scenario_content=content), strengths=strengths, strengths_of="share")
    picture = FIGURES["loops"].picture(material)
    assert "Strongest: support → burnout" in picture.title
    assert "−0.40 (−0.60 to −0.20)" in words(picture.svg)
    rows = {(row["from"], row["to"]): row for row in picture.table.records()}
    assert rows["burnout", "intention"]["cut"] == "yes" and rows["support", "burnout"]["strength"] == -0.4
    assert picture.svg.count("data-link=") == len(rows)
    assert rows["load", "burnout"]["strength"] is None


def test_a_life_line_tells_every_happening_and_where_the_worlds_part(a_story, words):
    view = life_line(Material(story=a_story(n=30)))
    assert len(view.table.rows) == 60 and view.parting == 130
    shown_words = words(FIGURES["life-line"].picture(Material(story=a_story(n=30))).svg)
    assert "They part in week 130: something differs" in shown_words and "12 more, which the table has" in shown_words


def test_a_life_that_ends_is_drawn_to_its_end_only(a_story):
    """The track's last entry, in week 259, is empty: nothing is drawn beyond it."""
    story = a_story(n=0)
    track = ((0, story.worlds[0].track[0][1]), (130, {}))
    short = Told("today", date(2025, 1, 6), "", "died", (), track)
    whole, cut = (
        FIGURES["life-line"].picture(Material(story=each)).svg
        for each in (story, replace(story, worlds=(short, story.worlds[1])))
    )
    assert _first_band(cut) < _first_band(whole)


def _first_band(svg):
    rects = ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}rect")
    bands = [float(rect.get("width")) for rect in rects if rect.get("height") == "24"]
    return bands[0]


def test_a_missing_number_stays_missing(a_run):
    run = a_run()
    run.people[:, :, PEOPLE_TALLIES.index("n_adults")] = 0
    assert all(cell is None for cell in FIGURES["stages"].picture(Material(run)).table.rows[-1][2:])
