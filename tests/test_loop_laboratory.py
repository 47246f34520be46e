"""The loop laboratory: shares, gains and tipping points of toys worked out by hand, and of a small place."""

import json
from dataclasses import replace

import numpy as np
import pytest

from sp_abm import kept
from sp_abm.cli import main
from sp_abm.cli.loops import _show
from sp_abm.cli.tables import screen
from sp_abm.comparison import TOO_FEW, Difference
from sp_abm.errors import BadValue, UnknownName
from sp_abm.kept import name_of
from sp_abm.loop_laboratory import laboratory
from sp_abm.loop_laboratory.gain import added, gain, pushed
from sp_abm.loop_laboratory.laboratory import study
from sp_abm.loop_laboratory.pieces import Piece
from sp_abm.loop_laboratory.runs import Runs
from sp_abm.loop_laboratory.shares import ALL, NO_CHANGE, batches, cuts, is_exact, measured, ratio_of_means, share
from sp_abm.loop_laboratory.tipping import EVERYWHERE, FOUND, NOWHERE, UNCLEAR, tipping_point, with_review, yearly_drift
from sp_abm.loop_laboratory.words import DAMPED, OPEN, RUNAWAY, gain_verdict, percent, said
from sp_abm.loops import LINKS, LOOPS
from sp_abm.places import place
from sp_abm.scenario import load
from sp_abm.viz.loop_shares import draw_loop_diagram, draw_loop_shares, panels

HAMLET = replace(place("sandbox"), key="hamlet", residents=900, n_pcns=2)
SUPPORT = load("today").with_changes({"support_level": 1.0, "staffing.share_support_delivered": 1.0})


def array(*values):
    return np.array(values, float)


def test_a_cut_that_leaves_half_of_every_pairs_change_carries_half_of_it():
    found = share(array(3, 4, 5), array(1.5, 2, 2.5))
    assert (found.mean, found.low, found.high) == pytest.approx((0.5, 0.5, 0.5))
    assert found.verdict == TOO_FEW


def test_a_cut_that_leaves_everything_carries_nothing_and_one_that_turns_it_round_carries_more_than_all():
    whole = array(2, 3, 4)
    assert share(whole, whole).mean == 0
    assert share(whole, -whole).mean == 2


def test_the_interval_of_a_share_is_that_of_a_ratio_of_means():
    """Changes 2 and 4, carried 2 and 2: share 4/6. Rests 2 - 4/3 and 2 - 8/3 have spread .943; t is 12.706, the mean
    3: 12.706 x .943 / (sqrt 2 x 3) = 2.82."""
    found = ratio_of_means(array(2, 2), array(2, 4))
    assert found.mean == pytest.approx(2 / 3)
    assert found.high - found.mean == pytest.approx(2.823, abs=1e-3)


def test_nothing_is_shared_out_where_the_change_is_no_more_than_luck():
    found = share(array(-1, 1, 2), array(0, 0, 0))
    assert np.isnan(found.mean)
    assert found.verdict == NO_CHANGE
    assert share(array(1), array(0)).verdict == TOO_FEW


def test_every_link_and_every_loop_is_cut_once_and_all_of_them_together():
    found = cuts()
    assert list(found) == [*LINKS, *LOOPS, ALL]
    assert found["R5"] == ("support->burnout", "peers->burnout")
    assert found[ALL] == tuple(LINKS)
    assert [name for batch in batches() for name in batch] == list(found)


def test_in_a_small_place_links_without_a_signal_carry_nothing_and_support_reaches_burnout_by_its_links_alone():
    """The toolkit is not used and money does not answer: to cut those links changes no bit. Burnout under full support
    with support->burnout and peers->burnout cut is within a tenth of the change of what it is today."""
    names = ["support->burnout", "toolkit->visible_impact", "investment->posts", "R5", ALL]
    left = measured(load("today"), SUPPORT, HAMLET, 1, 13, ["burnout_mean"], names)
    (whole,) = left["whole"]
    assert whole < 0
    assert left["toolkit->visible_impact"] == left["investment->posts"] == [whole]
    assert abs(left["R5"][0]) < 0.1 * abs(whole)
    assert left[ALL] == [0]
    assert whole < left["support->burnout"][0] <= 0


def test_only_links_that_work_on_citizens_move_a_run_in_which_they_are_frozen_at_its_own_signals():
    runs = Runs(load("today"), HAMLET, 1, 26)
    results, links = runs.reference()
    exact = [link for link in LINKS if is_exact([link])]
    assert "burnout->intention" in exact
    assert "recovery->consultations" not in exact
    frozen = runs.run(frozen=exact, at=links)
    np.testing.assert_array_equal(frozen.system, results.system)
    np.testing.assert_array_equal(frozen.people, results.people)


def test_what_a_push_adds_is_summed_over_the_weeks_with_somebody_in_post():
    assert added(array(0.4, np.nan, 0.4), array(0.5, 0.5, 0.45)) == pytest.approx(0.15)


def test_a_push_of_ten_of_which_two_come_back_has_a_gain_of_a_fifth():
    found = gain(array(12, 12), array(10, 10))
    assert (found.mean, found.low, found.high) == pytest.approx((0.2, 0.2, 0.2))
    assert gain(array(8, 8), array(10, 10)).mean == pytest.approx(-0.2)


@pytest.mark.parametrize(
    ("low", "high", "words"), [(-0.2, 0.4, DAMPED), (1.1, 3.0, RUNAWAY), (0.5, 1.5, OPEN), (np.nan, np.nan, OPEN)]
)
def test_a_push_dies_out_or_grows_only_where_the_interval_says_so(low, high, words):
    assert gain_verdict(Difference((low + high) / 2, low, high, "")) == words


def test_a_push_raises_burnout_whether_or_not_the_circle_is_whole():
    found = pushed(load("today"), HAMLET, 1)
    assert found["cut"] > 0
    assert found["on"] > 0


def test_posts_that_fall_by_a_tenth_of_the_first_years_drift_by_minus_a_tenth():
    posts = np.repeat([10.0, 9.0, 8.0, 7.0], 52)
    assert yearly_drift(posts) == pytest.approx(-0.1)
    assert yearly_drift(np.zeros(104)) == 0


def test_the_tipping_point_lies_where_the_mean_drift_crosses_nothing():
    """Drifts of -.2 at 0, -.1 at .5 and +.1 at 1, no spread: halfway between .5 and 1."""
    found = tipping_point({0.0: [-0.2, -0.2], 0.5: [-0.1, -0.1], 1.0: [0.1, 0.1]})
    assert (found.level, found.low, found.high) == pytest.approx((0.75, 0.75, 0.75))
    assert found.verdict == FOUND


def test_the_interval_of_a_tipping_point_holds_the_levels_whose_drift_may_be_nothing():
    """At .5 the interval of the drift reaches above 0, at 1 below it: the point may lie below .5 and above 1."""
    found = tipping_point({0.0: [-0.3, -0.3], 0.5: [-0.02, -0.01, 0.0], 1.0: [-0.01, 0.01, 0.03]})
    assert found.low < 0.5 < found.level < 1
    assert np.isnan(found.high)


def test_there_may_be_no_tipping_point():
    falls = {level: [-0.1, -0.11, -0.1] for level in (0.0, 0.5, 1.0)}
    assert tipping_point(falls).verdict == NOWHERE
    assert tipping_point({level: [0.0, 0.0] for level in (0.0, 1.0)}).verdict == EVERYWHERE
    assert tipping_point({level: [-0.1, 0.1] for level in (0.0, 1.0)}).verdict == UNCLEAR
    assert np.isnan(tipping_point(falls).level)


def test_a_review_pulls_its_three_levers():
    arm = with_review(load("today"), "compounding", "per_case")
    assert [arm.value(f"investment_{lever}", 0) for lever in ("response", "rule", "signal")] == [1, 1, 1]


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """Return a study of the shares in a small place, kept in a cache of its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SP_ABM_CACHE", str(tmp_path_factory.mktemp("cache")))
        found = study(SUPPORT_ARM, place=HAMLET, seeds=2, years=0.1, parts=["shares"], workers=1)
        patch.setattr(laboratory, "made", None)
        again = study(SUPPORT_ARM, place=HAMLET, seeds=2, years=0.1, parts=["shares"], workers=1)
    return found, again


SUPPORT_ARM = replace(SUPPORT, name="full support")


def test_a_study_that_was_finished_is_read_and_not_run_again(small):
    found, again = small
    assert json.dumps(found.as_dict()) == json.dumps(again.as_dict())


def test_a_kept_piece_is_another_when_the_model_or_a_source_of_its_room_is(tmp_path, monkeypatch):
    rooms = [tmp_path / "before", tmp_path / "after"]
    for room, line in zip(rooms, ("change = 1", "change = 2"), strict=True):
        room.mkdir()
        (room / "shares.py").write_text(line)
    before, after = (name_of(room, ["shares", 1]) for room in rooms)
    assert before != after and before != name_of(rooms[0], ["shares", 2])
    piece = Piece("tipping", SUPPORT, SUPPORT, HAMLET, 1, 0, (), (0.5,))
    name = piece.name
    monkeypatch.setattr(kept, "model_version", lambda: "another")
    assert name_of(rooms[0], ["shares", 1]) != before and piece.name != name


def test_pieces_that_are_kept_are_not_made_again_and_progress_counts_their_size(tmp_path):
    files = {size: tmp_path / f"{size}.json" for size in (1, 2, 3)}
    kept.keep(files[2], {"twice": 4})
    files[3].write_text('{"twice": ')
    made, told = [], []

    def twice(size):
        made.append(size)
        return {"twice": 2 * size}

    found = kept.gathered(twice, files, 1, lambda *counts: told.append(counts), size=int)
    assert found == {1: {"twice": 2}, 2: {"twice": 4}, 3: {"twice": 6}} and list(found) == [1, 2, 3]
    assert made == [1, 3] and told == [(2, 6), (3, 6), (6, 6)]
    assert kept.read(files[3]) == {"twice": 6} and len(list(tmp_path.iterdir())) == 3


def test_a_study_over_plausible_sets_says_so_and_finds_something_else(small, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("SP_ABM_CACHE", str(tmp_path))
    sets = ({"strain.rate_up_per_week": 0.06}, {"strain.rate_up_per_week": 0.11}, {"strain.rate_up_per_week": 0.2})
    found = study(SUPPORT_ARM, place=HAMLET, seeds=2, years=0.1, parts=["shares"], sets=sets, workers=1)
    assert found.changes["burnout_mean"] != small[0].changes["burnout_mean"]
    for each, n in ((found, 2), (small[0], 0)):
        _show(screen(), each)
        assert each.as_dict()["plausible_sets"] == n
        assert ("over seeds and 2 plausible parameter sets" in " ".join(capsys.readouterr().out.split())) == bool(n)


@pytest.fixture
def known(small):
    """Return the study with shares put in by hand: one link carries .8, its loop .9, the others nothing."""

    def difference(mean, half):
        return Difference(mean, mean - half, mean + half, "clear")

    shares = {name: {"burnout_mean": difference(0.0, 0.1)} for name in cuts()}
    shares["support->burnout"] = {"burnout_mean": difference(0.8, 0.1)}
    shares["R5"] = {"burnout_mean": difference(0.9, 0.1)}
    return replace(small[0], changes={"burnout_mean": difference(-0.05, 0.01)}, shares=shares)


def test_a_share_is_told_in_per_cent_and_nothing_has_no_sign():
    assert percent(Difference(-0.001, -0.304, 0.004, TOO_FEW)) == "0% (-30 to 0)"
    assert percent(Difference(0.5, np.nan, np.nan, TOO_FEW)) == "50%"
    assert percent(Difference(np.nan, np.nan, np.nan, TOO_FEW)) == "-"


def test_sentences_say_what_carries_most_and_that_luck_has_nothing_to_share_out(small, known):
    assert said(known) == [
        "Burnout of link workers: full support changes it by -0.0500 (-0.0600 to -0.0400), "
        "carried most by support->burnout 80% (70 to 90); R5 peer support 90% (80 to 100)."
    ]
    nothing = replace(known, shares={name: {"burnout_mean": share(array(-1, 1), array(0, 0))} for name in cuts()})
    assert "no more than luck: there is nothing to share out" in said(nothing)[0]
    assert len(said(small[0])) == 3


def test_strengths_are_of_links_only_and_the_picture_shows_those_that_carry_something(known):
    assert list(known.strengths()) == list(LINKS)
    assert known.strengths()["support->burnout"] == pytest.approx((0.8, 0.7, 0.9))
    (panel,) = panels(known)
    assert [row.label for row in panel.rows] == ["R5 peer support", "support->burnout"]
    svg = draw_loop_shares(known)
    assert svg == draw_loop_shares(known)
    assert "What carries the effect of full support" in svg
    assert "nothing to share out" in draw_loop_shares(replace(known, changes={}))
    assert "Strongest: support → burnout" in draw_loop_diagram(known, "burnout_mean")


@pytest.mark.parametrize(
    ("is_shared", "words"), [(True, "The study and its figures are in"), (False, "The study is in")]
)
def test_figures_are_said_to_be_in_the_folder_only_where_they_are(
    small, monkeypatch, tmp_path, capsys, is_shared, words
):
    found = small[0] if is_shared else replace(small[0], shares={}, changes={})
    monkeypatch.setattr(laboratory, "study", lambda *_, **__: found)
    with pytest.raises(SystemExit):
        main(("loops", "--out", str(tmp_path / "out")))
    assert words in " ".join(capsys.readouterr().out.split())
    assert (tmp_path / "out" / "diagram.svg").exists() == is_shared


def test_wrong_names_and_a_plan_that_changes_nothing_are_told():
    with pytest.raises(UnknownName, match="Did you mean tipping"):
        study(place=HAMLET, parts=["tiping"])
    with pytest.raises(UnknownName, match="Did you mean burnout_mean"):
        study(place=HAMLET, measures=["burnout_men"])
    with pytest.raises(BadValue, match="there is no change to share out"):
        study("today", place=HAMLET)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("loops", "supported-worforce"), "Did you mean supported-workforce"),
        (("loops", "--place", "sandbx"), "Did you mean sandbox"),
        (("loops", "--seeds", "0"), "--seeds 0 must be from 1 to 1000"),
        (("loops", "--part", "gains"), "Did you mean gain"),
        (("loops", "--workers", "0"), "--workers 0 must be at least 1"),
    ],
)
def test_a_mistake_is_told_in_one_line_and_nothing_runs(capsys, arguments, words):
    with pytest.raises(SystemExit) as end:
        main(arguments)
    said_ = capsys.readouterr()
    assert end.value.code == 2
    assert not said_.out
    assert words in said_.err.replace("\n", " ")
