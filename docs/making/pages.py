"""Every made page, by its path under `docs/`."""

from collections.abc import Callable, Mapping
from typing import Final

from making.assumptions import assumptions_page
from making.cards import cards_page
from making.columns import columns_page
from making.evidence import evidence_page
from making.glossary import glossary_page
from making.links import links_page
from making.measures import measures_page
from making.odd import odd_page, odd_summary_page
from making.parameters import parameters_page
from making.places import places_page
from making.scenarios import scenarios_page
from making.tests_map import tests_page
from making.week import week_page
from making.words import checking_page, design_page, plain_page, questions_page

PAGES: Final[Mapping[str, Callable[[], str]]] = {
    "model/odd.md": odd_page,
    "model/odd-summary.md": odd_summary_page,
    "model/week.md": week_page,
    "model/columns.md": columns_page,
    "model/measures.md": measures_page,
    "model/scenarios.md": scenarios_page,
    "model/links.md": links_page,
    "model/parameters.md": parameters_page,
    "model/evidence.md": evidence_page,
    "model/assumptions.md": assumptions_page,
    "model/places.md": places_page,
    "model/glossary.md": glossary_page,
    "model/design-work.md": design_page,
    "model/tests.md": tests_page,
    "model/verification-and-validation.md": checking_page,
    "workshop/cards.md": cards_page,
    "workshop/questions.md": questions_page,
    "plain-description.md": plain_page,
}
