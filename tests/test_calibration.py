"""Calibration: implausibility worked out by hand, a truth that is found again, and runs that are kept."""

import csv
import json
import runpy
from dataclasses import replace
from importlib.resources import files
from math import inf, nan, sqrt
from pathlib import Path

import numpy as np
import pytest

from sp_abm.calibration import calibrate, plan
from sp_abm.calibration import runs as trials_run
from sp_abm.calibration.blocks import BLOCKS, TOGETHER, Block, block_of, few_people, many_posts, not_fitted, two_pcns
from sp_abm.calibration.history import Tried, combined, match
from sp_abm.calibration.matching import CUTOFF, Space, implausibility, matched, row_emulator
from sp_abm.calibration.record import RECORD
from sp_abm.calibration.runs import Trial, observed, run, trials
from sp_abm.errors import BadValue, CannotWrite, UnknownName
from sp_abm.evidence import targets
from sp_abm.parameters import Parameters, all_facts, changed
from sp_abm.places import place
from sp_abm.plausible import TABLE, plausible_sets, read_sets
from sp_abm.validation.worlds import TODAY, Arm

FREE = ("transitions.rate_thriving_off_balance", "transitions.rate_off_balance_thriving")
TRUTH = (0.0080, 0.0150)
TOY = Block("stages", "a made-up block", few_people(), {TODAY: Arm(years=1)}, ("C01", "C05"), FREE)
"""Its rows are made up too: C01 follows the first parameter, C05 the second."""


def made_up(point):
    """Return rows that lie in the middle of their intervals at the truth, and an interval's width away from it at 25%.

    C01 is .197 +- .021, C05 .065 +- .025: each moves by .042 and .05 for each quarter of the parameter's true value.
    """
    off = [(point[name] / truth - 1) / 0.25 for name, truth in zip(FREE, TRUTH, strict=True)]
    return {"C01": 0.197 + 0.042 * off[0], "C05": 0.065 + 0.05 * off[1]}


def toy_match(n=40, noise=0.0):
    luck = np.random.default_rng(1)
    points = Space(TOY).first(n)
    values = [{row: value + noise * luck.normal() for row, value in made_up(point).items()} for point in points]
    return matched(TOY, points, values)


def share_of(matches, **point):
    """Return the largest implausibility of any row at a point."""
    shares = matches.space.shares([dict(zip(FREE, point["at"], strict=True))])
    return max(float(each.implausibility(shares)[0]) for each in matches.emulators.values())


def test_implausibility_is_distance_over_all_that_is_not_known():
    """C01 is .176 to .218: middle .197, half .021, so .0105 of evidence, .00525 of discrepancy, .01 given."""
    doubt = sqrt(0.01**2 + 0.0105**2 + 0.00525**2)
    assert implausibility(targets()["C01"], 0.25, 0.01**2) == pytest.approx((0.25 - 0.197) / doubt)
    assert implausibility(targets()["C01"], 0.144, 0.01**2) == pytest.approx((0.25 - 0.197) / doubt)
    assert implausibility(targets()["C01"], 0.197) == pytest.approx(0)


def test_a_bound_of_the_evidence_is_plausible_and_one_and_a_half_widths_away_is_not():
    """The bound is 1 / sqrt(.25 + .0625) = 1.79 deviations away; three half-widths from the middle are 5.4."""
    assert implausibility(targets()["C01"], 0.218) == pytest.approx(1 / sqrt(0.3125))
    assert implausibility(targets()["C01"], 0.197 + 3 * 0.021) == pytest.approx(3 / sqrt(0.3125))
    assert 1 / sqrt(0.3125) < CUTOFF < 3 / sqrt(0.3125)


@pytest.mark.parametrize("noise", [0.0, 0.004])
def test_a_truth_survives_and_what_is_false_in_either_parameter_is_ruled_out(noise):
    found = toy_match(noise=noise)
    assert share_of(found, at=TRUTH) < 1
    assert share_of(found, at=(0.0104, 0.0150)) > CUTOFF
    assert share_of(found, at=(0.0080, 0.0199)) > CUTOFF
    assert 0 < found.is_left.mean() < 1


def test_what_is_left_lies_around_the_truth_and_within_the_ranges():
    left = toy_match().left
    for name, truth in zip(FREE, TRUTH, strict=True):
        factor = next(each for each in TOY.factors if each.name == name)
        values = [point[name] for point in left]
        assert factor.low <= min(values) < truth < max(values) <= factor.high
        assert max(values) < factor.high * 0.99 or min(values) > factor.low * 1.01


def test_a_row_of_pure_luck_is_not_emulated_and_rules_nothing_out():
    luck = np.random.default_rng(2)
    shares = luck.random((40, 2))
    found = row_emulator("C01", shares, 0.5 + 0.1 * luck.normal(size=40))
    assert not found.is_useful
    assert not found.implausibility(shares).any()
    assert found.noise == pytest.approx(0.01, rel=0.6)


def test_the_emulator_tells_the_mean_from_the_luck_of_a_run():
    """A straight line through luck of .02: 60 runs say the mean to about .02 * sqrt(2 / 60), not to .02."""
    luck = np.random.default_rng(3)
    shares = luck.random((60, 1))
    found = row_emulator("C01", shares, 0.1 + 0.2 * shares[:, 0] + 0.02 * luck.normal(size=60))
    assert sqrt(found.noise) == pytest.approx(0.02, rel=0.3)
    sure = float(implausibility(targets()["C01"], 0.2, 0.006**2))
    assert float(found.implausibility(np.array([[0.5]]))[0]) == pytest.approx(sure, abs=0.8)


def test_too_few_points_are_refused_by_number():
    with pytest.raises(BadValue, match="Row C01 has values at 19 points; an emulator needs at least 20"):
        row_emulator("C01", np.zeros((20, 1)), np.array([nan, *range(19)], np.float64))


def test_rows_that_cannot_all_hold_are_named():
    points = Space(TOY).first(40)
    with pytest.raises(BadValue, match=r"Block stages: no point is left\. .* ruled out by C05"):
        _ = matched(TOY, points, [{**made_up(point), "C05": 0.3 + made_up(point)["C05"]} for point in points]).left


def test_blocks_are_fitted_to_calibration_rows_by_uncertain_parameters_and_no_two_share_any():
    rows = [row for block in BLOCKS.values() for row in block.rows]
    free = [name for block in BLOCKS.values() for name in block.free]
    assert len(set(rows)) == len(rows) and len(set(free)) == len(free)
    assert {targets()[row].kind for row in rows} == {"calibration"}
    assert not_fitted() == ("C32", "C34")
    assert sorted(rows) == sorted(row for block in TOGETHER.values() for row in block.rows)
    for factor in (factor for block in BLOCKS.values() for factor in block.factors):
        default = next(value for name, _, value in all_facts() if name == factor.name)
        assert factor.low < default < factor.high and factor.kind == "uncertainty"


def test_small_places_keep_what_rows_depend_on_for_each_person_or_post():
    """Two of seven PCNs are 2/7 of everything; many posts are 3 x 4.5 for each 10,000 of all its people."""
    whole, part, posts = place("tower-hamlets"), two_pcns(), many_posts()
    assert part.residents / part.gp_fte == pytest.approx(whole.residents / whole.gp_fte, rel=1e-3)
    assert part.residents / part.n_pcns == pytest.approx(whole.residents / whole.n_pcns, rel=1e-3)
    assert posts.residents * posts.posts_multiplier == pytest.approx(3 * whole.residents, rel=1e-3)
    assert posts.n_organisations == pytest.approx(3 * whole.n_organisations, rel=1e-2)
    assert posts.referral_multiplier == posts.posts_multiplier
    assert few_people().deprivation_shares == place("average-pcn").deprivation_shares


def fake(trial):
    """Return rows that a straight sum of the parameters moves, in the middle of the evidence at the defaults."""
    block = block_of(trial.block)
    facts = {name: (fact.range(value), value) for name, fact, value in all_facts()}
    point = dict(trial.point)
    luck = np.random.default_rng([trial.seed, len(trial.block)])
    rows = {}
    for row in block.rows:
        owner = next(each for each in BLOCKS.values() if row in each.rows)
        name = owner.free[owner.rows.index(row) % len(owner.free)]
        (low, high), default = facts[name]
        half = (targets()[row].high - targets()[row].low) / 2
        off = (point.get(name, default) - default) / (high - low)
        rows[row] = targets()[row].low + half * (1 + 3 * off + 0.05 * luck.normal())
    return {**rows, "processor seconds": 1.0}


@pytest.fixture
def faked(monkeypatch):
    """Have two blocks of two rows each, and every trial of them faked and counted."""
    done = []
    for table, blocks in ((BLOCKS, dict(BLOCKS)), (TOGETHER, dict(TOGETHER))):
        for name, block in blocks.items():
            if name.endswith(("pathway", "workforce")):
                monkeypatch.setitem(table, name, replace(block, rows=block.rows[:2], free=block.free[:3]))
            else:
                monkeypatch.delitem(table, name)

    def counted(trial):
        done.append(trial)
        return fake(trial)

    monkeypatch.setattr(trials_run, "observed", counted)
    return done


SMALL = {"points": 24, "sets": 5}


def test_a_calibration_keeps_sets_and_says_where_they_are_from(faked, tmp_path):
    found = calibrate(plan(**SMALL), tmp_path / "out", workers=1)
    assert len(found.kept) >= 5
    record = json.loads((tmp_path / "out" / RECORD).read_text("utf-8"))
    assert record["together"]["kept"] == len(found.kept)
    assert record["together"]["rows"]["C19"]["default"]["implausibility"] < 1
    assert record["processor_seconds"] == len(faked) == 2 * (24 + len(found.tried) + 4)
    with (tmp_path / "out" / TABLE).open(encoding="utf-8") as stream:
        sets = read_sets(csv.DictReader(stream), TABLE)
    assert [dict(each) for each in sets] == [dict(each.point) for each in found.kept]


def test_a_calibration_that_was_stopped_goes_on_and_leaves_the_same_record(faked, tmp_path, monkeypatch):
    calibrate(plan(**SMALL), tmp_path / "whole", workers=1)
    n = len(faked)

    def killed(trial):
        if len(faked) == n + 30:
            raise KeyboardInterrupt
        faked.append(trial)
        return fake(trial)

    monkeypatch.setattr(trials_run, "observed", killed)
    with pytest.raises(KeyboardInterrupt):
        calibrate(plan(**SMALL), tmp_path / "stopped", workers=1)
    kept = sorted((tmp_path / "stopped" / "runs").iterdir())
    assert len(kept) == 30 and not (tmp_path / "stopped" / RECORD).exists()
    kept[0].write_text(kept[0].read_text("utf-8")[:20], "utf-8")
    monkeypatch.setattr(trials_run, "observed", lambda trial: (faked.append(trial), fake(trial))[1])
    calibrate(plan(**SMALL), tmp_path / "stopped", workers=1)
    assert len(faked) == 2 * n + 1
    for name in (RECORD, TABLE):
        assert (tmp_path / "stopped" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


def test_a_second_wave_runs_only_points_that_the_first_left(faked, tmp_path):
    block = BLOCKS["workforce"]
    first = match(block, tmp_path, waves=1, points=24, workers=1)
    both = match(block, tmp_path, waves=2, points=24, workers=1)
    assert len(faked) == 48
    assert both.waves[1].points == first.matched.left[:24]
    assert all(first.matched.emulators[row].implausibility(Space(block).shares(both.waves[1].points)).max() < CUTOFF
               for row in block.rows)  # fmt: skip
    assert {trial.seed for trial in faked[24:]} == set(range(2001, 2025))


def test_combinations_take_every_blocks_parameters(faked, tmp_path):
    histories = [match(block, tmp_path, points=24, workers=1) for block in BLOCKS.values()]
    points = combined(histories, 3)
    assert len(points) == 3 and all(len(point) == sum(len(block.free) for block in BLOCKS.values()) for point in points)
    assert points[0] != points[1]


def test_a_set_with_one_implausible_row_or_one_without_a_value_is_not_kept():
    assert Tried({}, {}, {"C01": 2.99, "C02": 0.1}).is_kept
    assert not Tried({}, {}, {"C01": 3.0, "C02": 0.1}).is_kept
    lost = Tried({}, {}, {"C01": 0.1, "C02": inf})
    assert not lost.is_kept and lost.worst == "C02"


def test_only_some_blocks_leave_a_record_but_no_sets(faked, tmp_path):
    calibrate(plan(["workforce"], points=24), tmp_path / "out", workers=1)
    assert not (tmp_path / "out" / TABLE).exists()
    assert list(json.loads((tmp_path / "out" / RECORD).read_text("utf-8"))["blocks"]) == ["workforce"]


def test_a_run_has_another_name_with_another_seed_point_or_block():
    names = {Trial("stages", 1, ()).name, Trial("stages", 2, ()).name, Trial("pathway", 1, ()).name}
    names |= {trial.name for trial in trials("stages", 1, [{FREE[0]: 0.008}, {FREE[0]: 0.009}])}
    assert len(names) == 5


def test_a_row_without_a_value_is_kept_as_missing(tmp_path, monkeypatch):
    monkeypatch.setattr(trials_run, "observed", lambda trial: {"C27": nan, "C28": 0.5})
    for _ in range(2):
        (rows,) = run([Trial("workforce", 1, ())], tmp_path, "workforce", 1)
        assert np.isnan(rows["C27"]) and rows["C28"] == 0.5


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"waves": 0}, "waves = 0 must be at least 1"),
        ({"points": 19}, "points = 19 must be at least 20"),
        ({"sets": 0}, "sets = 0 must be at least 1"),
    ],
)
def test_a_plan_that_cannot_be_run_is_refused(options, words):
    with pytest.raises(BadValue, match=words):
        plan(**options)


def test_an_unknown_block_is_told_with_the_nearest():
    with pytest.raises(UnknownName, match=r"'workfroce' is not a block of the calibration. Did you mean workforce"):
        plan(["workfroce"])


def test_a_folder_of_something_else_is_left_alone(tmp_path):
    (tmp_path / "thesis.txt").write_text("mine", "utf-8")
    with pytest.raises(CannotWrite, match="holds other files, not a calibration"):
        calibrate(plan(**SMALL), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


@pytest.mark.slow
def test_a_real_trial_gives_every_row_of_its_block():
    rows = observed(Trial("workforce", 1, (("strain.rate_up_per_week", 0.1),)))
    assert set(BLOCKS["workforce"].rows) < set(rows) and all(np.isfinite(value) for value in rows.values())


def test_every_shipped_set_is_within_bounds_and_gives_every_free_parameter():
    free = {name for block in BLOCKS.values() for name in block.free}
    assert len(plausible_sets()) >= 20
    ranges = {factor.name: factor for block in BLOCKS.values() for factor in block.factors}
    for each in plausible_sets():
        changed(Parameters(), each)
        assert set(each) == free
        assert all(ranges[name].low <= value <= ranges[name].high for name, value in each.items())
    assert len({tuple(each.values()) for each in plausible_sets()}) == len(plausible_sets())


def test_the_page_says_what_the_shipped_record_says():
    made = runpy.run_path(str(Path(__file__).parents[1] / "docs" / "make_calibration.py"))
    record = json.loads(files("sp_abm").joinpath("data", RECORD).read_text("utf-8"))
    page = (Path(__file__).parents[1] / "docs" / "model" / "calibration.md").read_text("utf-8")
    assert page == made["page"](record, record["when"])
    assert record["together"]["kept"] == len(plausible_sets())
    assert set(made["NOT_FITTED"]) == set(not_fitted()) == set(record["not_fitted"])


def test_the_sets_that_were_kept_met_every_row_of_the_record():
    """The mean over the sets lies nearer to the middle of the evidence than what rules a single set out."""
    record = json.loads(files("sp_abm").joinpath("data", RECORD).read_text("utf-8"))
    for row, entry in record["together"]["rows"].items():
        assert entry["kept"]["implausibility"] < CUTOFF, row
        assert entry["evidence"]["low"] == targets()[row].low and entry["evidence"]["high"] == targets()[row].high
