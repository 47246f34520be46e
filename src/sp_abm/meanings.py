"""Meanings: what the columns of a panel and of an event log say, and their units, for whoever is sent the tables."""

from collections.abc import Mapping
from typing import Final

_DWELLING: Final = "number of the dwelling, alike in all runs of a place"
_HOLDER: Final = "which of the holders of that dwelling this person is"

MEANINGS: Final[Mapping[str, Mapping[str, tuple[str, str]]]] = {
    "panel": {
        "person": (_DWELLING, "number"),
        "holder": (_HOLDER, "number"),
        "age": ("age", "years"),
        "sex": ("sex", "text"),
        "deprivation": ("fifth of deprivation of the dwelling", "text"),
        "stage": ("stage of health", "text"),
        "distress": ("reading of distress, as by the GHQ-12", "score"),
        "life_satisfaction": ("reading of life satisfaction", "0 to 10"),
        "swemwbs": ("reading of wellbeing, as by the short Warwick-Edinburgh scale", "7 to 35"),
        "lonely": ("whether the person is lonely", "true or false"),
        "consultations": ("consultations of a GP in this week", "number"),
        "case_state": ("state of the latest case, if any", "text"),
        "route": ("route by which the latest case came, if any", "text"),
        "contacts": ("contacts with a link worker in the latest case", "number"),
        "activity": ("number of the organisation whose activity the person takes part in, if any", "number"),
        "exit": ("how the person left the place, if so: moved or died", "text"),
    },
    "events": {
        "event": ("number of the event in its run", "number"),
        "week": ("week of the run; below 0 is before it", "week"),
        "submodel": ("submodel in which it came about", "text"),
        "kind": ("what happened", "text"),
        "citizen": (f"{_DWELLING}; -1 is none", "number"),
        "holder": (f"{_HOLDER}; -1 is none", "number"),
        "case": ("row of the case; -1 is none", "number"),
        "post": ("number of the link worker's post; -1 is none", "number"),
        "post_holder": ("which of the holders of that post the link worker is; -1 is none", "number"),
        "organisation": ("number of the organisation; -1 is none", "number"),
        "gp": ("number of the GP; -1 is none", "number"),
        "practice": ("number of the practice; -1 is none", "number"),
        "reason": ("route of a referral, outcome of an attempt or of a case; missing if there is none", "text"),
        "number": ("contacts so far (of a contact), changes of link worker (of an allocation); -1 is none", "number"),
        "cause": ("earlier event that led to it; -1 is none", "number"),
    },
}
