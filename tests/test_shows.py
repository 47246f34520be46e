"""What the model must show with effects of the size of the evidence, in a town with enough link workers to see it.

The statistics are those of `sp-abm validate`; the town is dense with link workers and keeps today's load on each.
"""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from sp_abm.places import place
from sp_abm.validation import STATISTICS
from sp_abm.validation.pooling import odds_ratio, one, pooled
from sp_abm.validation.watches import Histories, Workers
from sp_abm.validation.workforce import burnt_out, chances_of_leaving, crew, four_fold
from sp_abm.validation.worlds import NO_SERVICE, NO_SUPERVISION, STUDIES, SUPERVISION, TODAY, Arm, Study, live_all

pytestmark = pytest.mark.slow
SEEDS = (1, 2)
ARMS = {
    TODAY: Arm(watches=(Histories, Workers)),
    NO_SERVICE: Arm(NO_SERVICE, watches=(Histories,)),
    SUPERVISION: STUDIES["link-workers"].arms[SUPERVISION],
    NO_SUPERVISION: STUDIES["link-workers"].arms[NO_SUPERVISION],
}


@cache
def lived():
    """Return the worlds of each seed in a town of 40,000 people and 48 posts."""
    sandbox = place("sandbox")
    size = {"residents": 40_000, "n_pcns": 6, "pcn_sizes": (1.0,) * 6, "n_practices": 16, "gp_fte": 64.0}
    town = replace(sandbox, key="town", name="Town", **size)
    study = Study("town", town, len(SEEDS), ARMS)
    return [live_all(study, seed) for seed in SEEDS]


def value(row):
    """Return a statistic of the targets in the town."""
    statistic = STATISTICS[row]
    return pooled(statistic.value, [statistic.seen(worlds) for worlds in lived()]).mean


def test_burnout_moves_intention_strongly_and_leaving_weakly():
    """Over the whole run: its last year alone (P18) says little of 48 posts. Eight seeds gave 1.8 and 1.4.

    Leaving is by its chances, week by week: who happens to leave in a town this small says little.
    """
    found = np.zeros(4)
    for worlds in lived():
        is_in, is_burnt_out = burnt_out(crew(worlds))
        found += four_fold(is_burnt_out, crew(worlds).column("intends") > 0, is_in)[0]
    chances = np.sum([chances_of_leaving(worlds, TODAY) for worlds in lived()], axis=0)
    intention, leaving = odds_ratio(one(*found)), odds_ratio(one(*chances))
    assert intention > 1.7
    assert 1 < leaving < 0.8 * intention


def test_supervision_alone_moves_burnout_more_than_leaving():
    burnout, leaving = value("P24"), value("P25")
    assert -0.55 < burnout < -0.1
    assert burnout < leaving < 0


def test_only_people_with_three_or_more_contacts_and_an_activity_gain():
    assert value("P06") < -0.12
    assert value("P06") < 2 * value("P07")


def test_distress_without_a_service_stays_within_a_point_for_ten_years():
    study = replace(STUDIES["average-pcn"], arms={NO_SERVICE: Arm(NO_SERVICE, years=10)})
    assert STATISTICS["P39"].seen(live_all(study, 1)).item() < 0.01
