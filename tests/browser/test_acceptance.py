"""The dashboard's limits, as many changes and sessions as `make acceptance` takes; times may be three times as long."""

from statistics import median

import pytest
from benchmarks import dashboard as times

pytestmark = pytest.mark.slow


def test_the_start_is_quick_enough(server):
    """This server may have had to compile and to settle a town first; a second one has not."""
    with times.serving() as second:
        assert times.LIMITS["start"].holds(second.seconds, times.FACTOR)


def test_a_first_visit_sees_the_headline_soon(chromium, server):
    assert times.LIMITS["cold_page"].holds(times.cold_page(chromium, server), times.FACTOR)


def test_a_lever_is_answered_soon_by_a_real_run_and_its_range_follows(visit):
    watched = visit()
    watched.go("/explore?scenario=today")
    watched.headline()
    found = times.lever_times(watched)
    assert len(found) == 30 and times.LIMITS["lever"].holds(times.percentile_95(found), times.FACTOR), found
    found = times.band_times(watched)
    assert len(found) == 5 and times.LIMITS["band"].holds(median(found), times.FACTOR), found


def test_a_run_in_a_real_place_stops_soon(chromium, server):
    assert times.LIMITS["cancel"].holds(times.cancel_time(chromium, server), times.FACTOR)


def test_each_of_thirty_sessions_is_small(chromium, server):
    assert times.LIMITS["memory"].holds(times.session_memory(chromium, server))


def test_ten_sessions_play_almost_every_frame(chromium, server):
    assert times.LIMITS["player"].holds(times.player_share(chromium, server))
