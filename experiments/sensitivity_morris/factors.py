"""Which parameters the screening varies: every uncertain number that can act in its arms, written into the study files.

`python -m experiments.sensitivity_morris.factors` writes the [factors] of `study.toml` and `luck.toml` anew from the
registry.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from sp_abm.declare import Fact
from sp_abm.parameters import all_facts
from sp_abm.vocabulary import Grade, Role

STUDY: Final = Path(__file__).parent / "study.toml"
LUCK: Final = STUDY.with_name("luck.toml")
START: Final = "# From here on written by factors.py: every uncertain parameter that can act in these arms.\n"
READ_ONLY: Final = "a reading that none of the measures here is made of"
NO_TOOLKIT: Final = "of the toolkit, which these arms do not use"
NO_REVIEW: Final = "of the yearly review, which follows no impact in these arms"
LEFT_OUT: Final[Mapping[str, str]] = {
    "landscape.weeks_shock_fades": "of shocks, of which these arms have none",
    "funding.rate_adoption_per_year": "of pilots, and all PCNs here are",
    "funding.share_grants_nhs": "says who pays for grants, not how much",
    "outreach.hours_invitation": "of invitations, a way of outreach that these arms do not use",
    "outreach.p_met_invitation": "of invitations, a way of outreach that these arms do not use",
    "outreach.hours_beside_volunteers": "of volunteers, a way of outreach that these arms do not use",
    "outreach.approaches_per_volunteer_per_week": "of volunteers, a way of outreach that these arms do not use",
    "outreach.share_ties_well_connected": "of the well connected, whom these arms do not look for",
    **dict.fromkeys(
        (
            "outreach.hours_toolkit",
            "outreach.p_name_card",
            "outreach.trust_name_card",
            "outreach.p_conversation",
            "outreach.effect_conversation",
            "outreach.p_small_step",
            "outreach.p_follow_up",
            "outreach.trust_follow_up",
            "outreach.p_data",
            "outreach.p_volunteers_toolkit",
            "contact.effect_toolkit",
            "closure.p_recorded_toolkit",
        ),
        NO_TOOLKIT,
    ),
    **dict.fromkeys(
        (
            "funding.response_support",
            "funding.response_grants",
            "funding.least_factor",
            "funding.most_factor",
            "funding.least_step",
            "funding.most_step",
            "funding.most_compounded",
            "closure.value_contacts",
        ),
        NO_REVIEW,
    ),
    **dict.fromkeys(
        (
            "observation.sd_life_weekly",
            "observation.ghq_thriving",
            "observation.ghq_off_balance",
            "observation.ghq_pre_crisis",
            "observation.ghq_crisis",
            "observation.ghq_recovering",
            "observation.swemwbs_at_no_distress",
            "observation.swemwbs_lost_to_distress",
            "observation.swemwbs_of_contentment",
            "observation.sd_swemwbs_weekly",
            "observation.quality_thriving",
            "observation.quality_off_balance",
            "observation.quality_pre_crisis",
            "observation.quality_crisis",
            "observation.quality_recovering",
            "observation.cost_nurse_consultation_gbp",
            "observation.share_consultations_gp",
            "observation.cost_crisis_gbp",
            "observation.minutes_offer",
            "observation.hours_volunteer_per_week",
        ),
        READ_ONLY,
    ),
}
"""Uncertain parameters that cannot act here, and why; a test changes them all at once and finds the same bits."""


def uncertain() -> Iterator[tuple[str, Fact, float]]:
    """Yield every parameter whose value is not known from a measurement: graded derived, expert or assumed."""
    for name, declared, value in all_facts():
        if declared.role is Role.UNCERTAINTY and declared.grade is not Grade.MEASURED:
            yield name, declared, value


def factors() -> str:
    """Return the [factors] of the study, each over its plausible range."""
    entries = []
    for name, declared, value in uncertain():
        if name not in LEFT_OUT:
            low, high = declared.range(value)
            entries.append(f'\n[factors."{name}"]\nlow = {low:.6g}\nhigh = {high:.6g}\n')
    return "".join(entries)


def main() -> None:
    """Write them."""
    for file in (STUDY, LUCK):
        before = file.read_text("utf-8").partition(START)[0]
        file.write_text(before + START + factors(), "utf-8")


if __name__ == "__main__":
    main()
