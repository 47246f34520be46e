"""Levers: what a scenario may set, by the week: what a commissioner chooses, and what the world outside decides.

A lever is a number, a choice among words (held as its place in the list) or a switch (1 or 0). A lever that follows
another has that one's value until it is set itself.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from sp_abm.declare import Fact, fact
from sp_abm.errors import BadValue, unknown
from sp_abm.vocabulary import (
    Channel,
    EquityRule,
    InvestmentRule,
    InvestmentSignal,
    OutreachChannel,
    OutreachTarget,
    Role,
)

_LEVER, _OUTSIDE = Role.LEVER, Role.UNCERTAINTY
SUPPORT_CHANNELS: Final = tuple(f"support_{channel.name.lower()}" for channel in Channel)


def _support(words: str, source: str) -> Fact:
    return fact(f"{words}; as support_level until it is set", "0 to 1", 0, 1, source, _LEVER)


def _number(meaning: str, unit: str, low: float, high: float, source: str) -> Fact:
    return fact(meaning, unit, low, high, source, _LEVER)


def _outside(meaning: str, unit: str, low: float, high: float, source: str) -> Fact:
    return fact(meaning, unit, low, high, source, _OUTSIDE)


def _choice(meaning: str, source: str, words: type[StrEnum], role: Role = _LEVER) -> Fact:
    return fact(meaning, "one of the words", 0, len(words) - 1, source, role)


def _switch(meaning: str, source: str) -> Fact:
    return fact(meaning, "on or off", 0, 1, source, _LEVER)


LEVERS: Final[Mapping[str, Fact]] = {
    "support_level": _number(
        "support asked for on all five channels; today's delivered level is .39", "0 to 1", 0, 1, "W042"
    ),
    "support_supervision": _support("protected time with a supervisor", "W042 W087"),
    "support_role_clarity": _support("the job found is the job expected", "W045 W046"),
    "support_integration": _support("a place in the practice team", "W069"),
    "support_peers": _support("time with other link workers", "W069"),
    "support_security": _support("funding that is known to go on", "W070"),
    "caseload_cap": _number("open cases allowed", "cases per full-time worker", 0, 500, "assumed; W025 W037"),
    "outreach_share": _number("link workers' direct time given to outreach", "share", 0, 1, "assumed"),
    "outreach_target": _choice("whom outreach looks for first", "assumed", OutreachTarget),
    "outreach_channel": _choice("how outreach meets people", "assumed", OutreachChannel),
    "toolkit": _switch("whether outreach uses the conversation toolkit", "assumed: no effect size is known"),
    "posts_per_10000": _number("full-time posts per 10,000 residents", "posts", 0, 50, "W011"),
    "self_referral": _switch("whether people may come of themselves", "EO014"),
    "awareness_campaign": _number("people of 16+ a campaign tells of the service", "share a year", 0, 1, "assumed"),
    "grants_multiplier": _number("places funded in the community, over today's", "ratio", 0, 10, "assumed"),
    "gp_engagement": _number("how present the service is to GPs, over today's", "ratio", 0, 5, "assumed"),
    "equity_rule": _choice("who goes first on the waiting list", "assumed", EquityRule),
    "share_pilot_pcns": _number(
        "networks (PCNs) that practise outreach from the start; the others may take it up", "share", 0, 1, "assumed"
    ),
    "investment_response": _number(
        "how strongly visible impact moves money at the yearly review", "exponent", 0, 3, "assumed: no evidence"
    ),
    "investment_signal": _choice(
        "which impact the review looks at", "assumed: no evidence", InvestmentSignal, _OUTSIDE
    ),
    "investment_rule": _choice("what the review starts from", "assumed: no evidence", InvestmentRule, _OUTSIDE),
    "reimbursement": _outside("posts the national scheme pays for, over those asked for", "ratio", 0, 2, "W007 W011"),
    "distress_shock": _outside(
        "how much an event of this week raises everybody's worsening, or eases it (below 0)",
        "log hazard",
        -5,
        5,
        "POP-003 POP-004",
    ),
    "hardship": _outside("life events and job loss, over today's", "ratio", 0, 5, "assumed"),
    "places_open": _outside("places in activities that may be filled", "share", 0, 1, "assumed"),
}
DEFAULTS: Final[Mapping[str, float]] = {
    "support_level": 0.39,
    **dict.fromkeys(SUPPORT_CHANNELS, 0.39),
    "caseload_cap": 75.0,
    "outreach_share": 0.0,
    "outreach_target": 0.0,
    "outreach_channel": 0.0,
    "toolkit": 0.0,
    "posts_per_10000": 0.45,
    "self_referral": 1.0,
    "awareness_campaign": 0.0,
    "grants_multiplier": 1.0,
    "gp_engagement": 1.0,
    "equity_rule": 0.0,
    "share_pilot_pcns": 1.0,
    "investment_response": 0.0,
    "investment_signal": 0.0,
    "investment_rule": 0.0,
    "reimbursement": 1.0,
    "distress_shock": 0.0,
    "hardship": 1.0,
    "places_open": 1.0,
}
FOLLOWS: Final[Mapping[str, str]] = dict.fromkeys(SUPPORT_CHANNELS, "support_level")
CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "outreach_target": tuple(OutreachTarget),
    "outreach_channel": tuple(OutreachChannel),
    "equity_rule": tuple(EquityRule),
    "investment_signal": tuple(InvestmentSignal),
    "investment_rule": tuple(InvestmentRule),
}
SWITCHES: Final = ("toolkit", "self_referral")


def lever_value(name: str, value: object, where: str) -> float:
    """Return a lever's value as a number: choices by their order, on and off as 1 and 0.

    Raises `UnknownName` for an unknown choice and `BadValue` for what is out of bounds or of the wrong type.
    """
    place = f"{name} ({where})"
    if name in CHOICES:
        words = CHOICES[name]
        if not isinstance(value, str) or value not in words:
            raise unknown(name.replace("_", " "), value, words, f"{name}, {where}")
        return float(words.index(value))
    if name in SWITCHES:
        if isinstance(value, bool):
            return float(value)
        if value not in ("on", "off"):
            raise BadValue(f"{place} = {value!r} must be 'on' or 'off'.")
        return float(value == "on")
    return LEVERS[name].checked(place, value)


def shown(name: str, value: float) -> float | str:
    """Return a lever's value as a person writes it."""
    if name in CHOICES:
        return str(CHOICES[name][int(value)])
    if name in SWITCHES:
        return "on" if value else "off"
    return value
