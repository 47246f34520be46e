"""Populations: quotas met, households with adults, ties as surveys count them, and luck."""

from functools import cache

import numpy as np
import pytest

from sp_abm.declare import columns_of
from sp_abm.errors import BadValue
from sp_abm.parameters.people import Population
from sp_abm.places import place
from sp_abm.population import build, load_or_build
from sp_abm.population.quotas import dealt, largest_remainder
from sp_abm.vocabulary import WARM_UP_WEEKS, Stage, TieKind

DEFAULTS = Population()
KEYS = ("sandbox", "average-pcn", "tower-hamlets")
CLOSE_GROUPS = [(0, 0), (1, 1), (2, 3), (4, 5), (6, 99)]
CLOSE_SHARES = np.array([7, 12, 41, 21, 16]) / 97


@cache
def town(seed=0, key="sandbox"):
    """Return a population of a shipped place; tests do not change it."""
    return build(place(key), DEFAULTS, seed)


def are_equal(one, other):
    """Say whether two populations are the same in every bit."""
    return all(np.array_equal(a, b) for t, u in zip(one, other, strict=True) for a, b in zip(t, u, strict=True))


def tie_rows(ties):
    """Return the row that each directed tie belongs to."""
    return np.repeat(np.arange(ties.start.shape[0] - 1), np.diff(ties.start))


def adults_ties(start, kind):
    """Return how many ties of a kind each adult has."""
    rows = tie_rows(start.ties)[start.ties.kind == kind]
    return np.bincount(rows, minlength=start.citizens.id.shape[0])[start.citizens.age >= 16]


def clustering(start, kind):
    """Return the share of pairs of a person's ties of a kind that are tied themselves."""
    rows, ties = tie_rows(start.ties), start.ties
    is_kind = ties.kind == kind
    friends = {}
    for row, other in zip(rows[is_kind].tolist(), ties.other[is_kind].tolist(), strict=True):
        friends.setdefault(row, set()).add(other)
    closed = sum(len(mine & friends[other]) for mine in friends.values() for other in mine)
    return closed / sum(len(mine) * (len(mine) - 1) for mine in friends.values())


def test_the_largest_remainders_get_the_last_units():
    """Shares .5, .3, .2 of 7 are 3.5, 2.1, 1.4: whole parts 3, 2, 1, and the last unit goes to .5."""
    assert largest_remainder([0.5, 0.3, 0.2], 7).tolist() == [4, 2, 1]
    assert largest_remainder([9, 1, 0], 10, least=1).tolist() == [8, 1, 1]


def test_dealing_spreads_each_group_along_the_line():
    assert dealt(np.array([4, 2])).tolist() == [0, 1, 0, 0, 1, 0]


@pytest.mark.parametrize("key", KEYS)
def test_a_person_is_a_row_and_rows_stand_by_practice_and_household(key):
    citizens = town(0, key).citizens
    assert citizens.id.tolist() == list(range(place(key).residents))
    assert (np.diff(citizens.practice) >= 0).all()
    assert set(np.diff(citizens.household).tolist()) == {0, 1}


@pytest.mark.parametrize("key", KEYS)
def test_every_household_has_an_adult_first_one_practice_and_one_fifth(key):
    citizens = town(0, key).citizens
    first = np.flatnonzero(np.diff(citizens.household, prepend=-1))
    assert citizens.age[first].min() >= 16
    for column in (citizens.practice, citizens.fifth, citizens.gp):
        assert (column == column[first][citizens.household]).all()


@pytest.mark.parametrize("key", KEYS)
def test_age_bands_are_met_to_the_person(key):
    here = place(key)
    bands = np.histogram(town(0, key).citizens.age, [0, 16, 25, 45, 65, 75, 96])[0]
    assert np.abs(bands - np.array(here.age_shares) * here.residents).max() < 1


@pytest.mark.parametrize("key", KEYS)
def test_deprivation_household_size_and_sex_are_those_of_the_place(key):
    here, citizens = place(key), town(0, key).citizens
    sizes = np.bincount(citizens.household)
    first = np.flatnonzero(np.diff(citizens.household, prepend=-1))
    of_households = np.bincount(citizens.fifth[first], minlength=5)
    assert of_households / sizes.shape[0] == pytest.approx(np.array(here.deprivation_shares), abs=1 / sizes.shape[0])
    assert np.bincount(citizens.fifth, minlength=5) / here.residents == pytest.approx(
        np.array(here.deprivation_shares), abs=0.001
    )
    assert sizes.mean() == pytest.approx(here.mean_household_size, abs=0.001)
    assert sizes.max() <= 6
    assert citizens.female.mean() == pytest.approx(here.share_female, abs=1 / here.residents)


def test_uk_household_sizes_come_out_where_the_mean_is_the_uks():
    """POP-079: 27, 36, 16, 15, 4 and 2% of households; their mean is 2.39, the sandbox's 2.41."""
    sizes = np.bincount(np.bincount(town().citizens.household))[1:]
    assert sizes / sizes.sum() == pytest.approx(np.array([7452, 9936, 4416, 4140, 1104, 552]) / 27600, abs=0.01)


def test_practices_of_a_pcn_are_alike_in_size_and_pcns_as_large_as_said():
    borough = town(0, "tower-hamlets")
    assert np.ptp(borough.pcns.residents) <= 6
    assert borough.pcns.residents.sum() == borough.practices.residents.sum() == 310300
    for pcn in range(7):
        assert np.ptp(borough.practices.residents[borough.practices.pcn == pcn]) <= 6


def test_adults_of_a_household_are_alike_in_age_and_parents_are_not_old():
    citizens = town(0, "average-pcn").citizens
    is_adult = citizens.age >= 16
    n_adults = np.bincount(citizens.household, is_adult)
    has_child = np.bincount(citizens.household, ~is_adult) > 0
    couples = np.flatnonzero(is_adult & ((n_adults == 2) & ~has_child)[citizens.household])
    gaps = np.abs(citizens.age[couples[::2]].astype(int) - citizens.age[couples[1::2]])
    assert np.median(gaps) < 6
    parents = citizens.age[is_adult & has_child[citizens.household]]
    assert np.percentile(parents, 5) >= 18 and np.percentile(parents, 95) <= 60


def test_vulnerability_follows_its_formula():
    """Worse = exp(.5 z) D^d: in the middle fifth (d = 0) its log is normal(0, .5); elsewhere shifted by d ln D."""
    citizens = town(0, "average-pcn").citizens
    logs = np.log(citizens.worse)
    for fifth, score in enumerate((1, 0.5, 0, -0.5, -1)):
        here = logs[citizens.fifth == fifth]
        assert here.mean() == pytest.approx(score * np.log(1.309), abs=0.03)
        assert here.std() == pytest.approx(0.5, abs=0.02)
    middle = citizens.fifth == 2
    assert np.log(citizens.better[middle]) == pytest.approx(-1.2 * logs[middle], abs=1e-5)


def test_frailty_and_contentment_have_their_spread():
    """45,200 people: standard errors are .004 for both means and about .01 for the variance of frailty."""
    citizens = town(0, "average-pcn").citizens
    assert citizens.frailty.mean() == pytest.approx(1, abs=0.02)
    assert citizens.frailty.var() == pytest.approx(1 / 1.3, abs=0.06)
    assert citizens.contentment.std() == pytest.approx(0.9, abs=0.02)


@pytest.mark.parametrize("share", [0.0, 0.35, 0.9, 1.0])
def test_the_share_of_adults_who_disclose_is_the_parameter(share):
    citizens = build(place("sandbox"), DEFAULTS._replace(share_discloses=share)).citizens
    assert citizens.discloses[citizens.age >= 16].mean() == pytest.approx(share, abs=0.03)


def test_women_the_older_and_the_deprived_disclose_more_often():
    citizens = town(0, "tower-hamlets").citizens
    is_adult = citizens.age >= 16
    told = citizens.discloses
    assert told[is_adult & citizens.female].mean() > told[is_adult & ~citizens.female].mean()
    assert told[citizens.age >= 35].mean() > told[is_adult & (citizens.age < 35)].mean()
    assert told[is_adult & (citizens.fifth == 0)].mean() > told[is_adult & (citizens.fifth == 4)].mean()


def test_the_young_are_thriving_and_adults_near_the_rough_first_shares():
    citizens = town(0, "average-pcn").citizens
    is_adult = citizens.age >= 16
    assert (citizens.stage[~is_adult] == Stage.THRIVING).all()
    for column in (citizens.unemployed, citizens.lonely, citizens.aware):
        assert not column[~is_adult].any()
    shares = np.bincount(citizens.stage[is_adult], minlength=5) / is_adult.sum()
    assert shares == pytest.approx([0.50, 0.25, 0.18, 0.01, 0.06], abs=0.01)
    is_distressed = np.isin(citizens.stage, (Stage.PRE_CRISIS, Stage.CRISIS))
    assert not citizens.weeks_in_distress[~is_distressed].any()
    assert 0 < citizens.weeks_in_distress.max() < 26
    is_worker = is_adult & (citizens.age < 66)
    assert not citizens.unemployed[~is_worker].any()
    assert citizens.unemployed[is_worker].mean() == pytest.approx(0.045, abs=0.005)


def test_everybody_arrived_after_birth_and_before_the_warm_up():
    citizens = town(0, "tower-hamlets").citizens
    weeks = -WARM_UP_WEEKS - citizens.arrived.astype(int)
    assert weeks.min() >= 0
    assert (weeks <= (citizens.age.astype(int) + 1) * 52).all()
    assert (weeks <= 52)[citizens.age > 0].mean() == pytest.approx(0.208, abs=0.005)


def test_gps_work_where_their_patients_are_registered():
    start = town(0, "tower-hamlets")
    assert (start.gps.practice[start.citizens.gp] == start.citizens.practice).all()
    assert start.gps.fte.sum() == pytest.approx(186.6)
    assert set(start.gps.practice.tolist()) == set(range(36))
    assert start.gps.id.shape[0] == 187
    assert (start.practices.pcn[start.citizens.practice] == start.citizens.pcn).all()
    assert start.practices.usual_consultations.sum() == pytest.approx(310300 * 5.2 / 52)


def test_organisations_cover_every_kind_in_every_pcn_with_the_right_number_of_places():
    organisations = town(0, "tower-hamlets").organisations
    assert {(int(p), int(k)) for p, k in zip(organisations.pcn, organisations.kind, strict=True)} == {
        (pcn, kind) for pcn in range(7) for kind in range(6)
    }
    assert set(organisations.places.tolist()) == {2, 3}
    assert organisations.places.mean() == pytest.approx(2.2, abs=0.002)
    assert set(town().organisations.places.tolist()) == {26}


def test_mean_places_can_be_given():
    start = build(place("average-pcn"), DEFAULTS, mean_places=4.0)
    assert set(start.organisations.places.tolist()) == {4}


@pytest.mark.parametrize("key", KEYS)
def test_close_ties_are_spread_as_the_survey_found(key):
    """POP-067, POP-068: of 97, 7 have none, 12 one, 41 two or three, 21 four or five, 16 six or more."""
    numbers = adults_ties(town(0, key), TieKind.CLOSE)
    shares = [((numbers >= low) & (numbers <= high)).mean() for low, high in CLOSE_GROUPS]
    assert shares == pytest.approx(CLOSE_SHARES, abs=0.01)


@pytest.mark.parametrize("key", KEYS)
def test_weak_ties_have_their_mean_and_spread(key):
    numbers = adults_ties(town(0, key), TieKind.WEAK)
    assert numbers.mean() == pytest.approx(6, abs=0.05)
    assert numbers.std() == pytest.approx(5, abs=0.1)


@pytest.mark.parametrize("key", KEYS)
def test_ties_are_mutual_unique_and_never_with_oneself(key):
    start = town(0, key)
    rows, others = tie_rows(start.ties), start.ties.other.astype(np.int64)
    n = start.citizens.id.shape[0]
    there, back = (a * n * 4 + b * 4 + start.ties.kind for a, b in ((rows, others), (others, rows)))
    assert np.array_equal(np.sort(there), np.sort(back))
    assert np.unique(there // 4).shape == there.shape
    assert (rows != others).all()
    assert (start.ties.strength == 1).all()


def test_household_entries_come_first_then_close_then_weak():
    start = town()
    is_same_row = np.diff(tie_rows(start.ties)) == 0
    assert (np.diff(start.ties.kind.astype(int))[is_same_row] >= 0).all()


def test_household_ties_join_all_of_a_household_and_nobody_else():
    start = town()
    household = start.citizens.household
    rows, is_home = tie_rows(start.ties), start.ties.kind == TieKind.HOUSEHOLD
    assert np.array_equal(household[rows] == household[start.ties.other], is_home)
    sizes = np.bincount(household)
    assert is_home.sum() == (sizes * (sizes - 1)).sum()


def test_live_ties_count_all_ties_and_friends_are_both_grown_up_or_both_young():
    start = town()
    assert np.array_equal(start.citizens.n_live_ties, np.diff(start.ties.start))
    is_young = start.citizens.age < 16
    is_friend = start.ties.kind != TieKind.HOUSEHOLD
    one, other = is_young[tie_rows(start.ties)], is_young[start.ties.other]
    assert np.array_equal(one[is_friend], other[is_friend])
    assert is_friend[one].any()


def test_close_ties_cluster_more_than_weak_ones():
    start = town(0, "average-pcn")
    assert clustering(start, TieKind.CLOSE) > 10 * clustering(start, TieKind.WEAK)
    assert clustering(start, TieKind.CLOSE) > 0.05


def test_with_no_ties_kept_none_are_left_not_even_at_home():
    start = build(place("sandbox"), DEFAULTS._replace(share_ties=0.0))
    assert start.ties.other.shape == (0,)
    assert not start.citizens.n_live_ties.any()


def test_half_the_ties_are_half_of_the_same_ties():
    half = build(place("sandbox"), DEFAULTS._replace(share_ties=0.5))
    n = place("sandbox").residents
    some, every = (
        {
            (row, other, kind)
            for row, other, kind in zip(tie_rows(t).tolist(), t.other.tolist(), t.kind.tolist(), strict=True)
        }
        for t in (half.ties, town().ties)
    )
    assert some < every
    lost = len(every - some) / sum(kind != TieKind.HOUSEHOLD for _, _, kind in every)
    assert lost == pytest.approx(0.5, abs=0.02)
    assert {tie for tie in every if tie[2] == TieKind.HOUSEHOLD} <= some
    assert np.diff(half.ties.start).shape == (n,)


def test_the_same_seed_gives_the_same_bits_and_another_seed_another_town():
    again, other = build(place("sandbox"), DEFAULTS, 0), town(1)
    assert are_equal(town(), again)
    assert not np.array_equal(town().citizens.worse, other.citizens.worse)
    assert not np.array_equal(town().ties.other, other.ties.other)


def test_every_column_has_its_declared_type():
    for table in town():
        for name, spec in columns_of(type(table)).items():
            assert getattr(table, name).dtype == spec.dtype, name


@pytest.mark.parametrize("residents", [200, 201, 350])
def test_the_smallest_places_hold_together(tmp_path, residents):
    path = tmp_path / "hamlet.toml"
    path.write_text(f'name = "Hamlet"\nresidents = {residents}\nn_pcns = 2\nn_practices = 5\n', "utf-8")
    start = build(place(path), DEFAULTS)
    assert start.citizens.id.shape == (residents,)
    assert np.bincount(start.citizens.fifth, minlength=5) / residents == pytest.approx([0.2] * 5, abs=0.02)
    assert start.practices.residents.min() > 0


def test_a_seed_out_of_range_is_refused():
    with pytest.raises(BadValue, match="seed = -1"):
        load_or_build(place("sandbox"), DEFAULTS, -1)
