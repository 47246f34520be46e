"""Drawn: pictures tell how far they are, and drawing can be stopped between two of them."""

import pytest

from sp_abm.places import place
from sp_abm.scenario import load
from sp_abm.viz import drawn
from sp_abm.viz.asked import Asked
from sp_abm.viz.runs import Stopped, Store


@pytest.fixture(scope="module")
def material():
    arms = load("today"), Asked("today").with_lever("support_level", 0.8).resolved()
    return drawn.material_of(Store().comparison(arms, place("sandbox"), (1, 2), 1, lambda _: None))


def test_drawing_tells_how_far_it_is_and_stops_between_two_pictures(material):
    told = []

    def report(share):
        told.append(share)
        if len(told) == 3:
            raise Stopped

    with pytest.raises(Stopped):
        drawn.pictures(material, ["stages", "moved", "equity", "funnel"], report=report)
    assert told == [0, 0.25, 0.5]


def test_the_pictures_of_the_first_screen_come_first(material):
    assert tuple(drawn.names_of(material)[:4]) == drawn.FIRST
