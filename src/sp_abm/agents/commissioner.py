"""The commissioner: sets posts, support and grants, pays, and sees only totals. One row."""

from typing import Annotated, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sp_abm.declare import column

F64: TypeAlias = NDArray[np.float64]
f8 = np.float64


class Commissioner(NamedTuple):
    """This week's lever values, what the yearly review saw and decided, and the books of the week in pounds."""

    support_level: Annotated[F64, column(f8, "support asked for", "0 to 1", "landscape")]
    support_supervision: Annotated[F64, column(f8, "supervision asked for", "0 to 1", "landscape")]
    support_role_clarity: Annotated[F64, column(f8, "role clarity asked for", "0 to 1", "landscape")]
    support_integration: Annotated[F64, column(f8, "integration asked for", "0 to 1", "landscape")]
    support_peers: Annotated[F64, column(f8, "peer support asked for", "0 to 1", "landscape")]
    support_security: Annotated[F64, column(f8, "security of funding asked for", "0 to 1", "landscape")]
    caseload_cap: Annotated[F64, column(f8, "open cases allowed", "cases per full-time worker", "landscape")]
    outreach_share: Annotated[F64, column(f8, "link workers' direct time given to outreach", "0 to 1", "landscape")]
    outreach_target: Annotated[F64, column(f8, "whom outreach looks for first", "OutreachTarget, in order", "landscape")]
    outreach_channel: Annotated[F64, column(f8, "how outreach meets people", "OutreachChannel, in order", "landscape")]
    toolkit: Annotated[F64, column(f8, "whether outreach uses the conversation toolkit", "1 or 0", "landscape")]
    posts_per_10000: Annotated[F64, column(f8, "posts asked for", "full-time posts per 10,000 residents", "landscape")]
    self_referral: Annotated[F64, column(f8, "whether people may come of themselves", "1 or 0", "landscape")]
    awareness_campaign: Annotated[F64, column(f8, "people a campaign tells of the service", "share a year", "landscape")]
    grants_multiplier: Annotated[F64, column(f8, "places funded, over today's", "ratio", "landscape", default=1)]
    gp_engagement: Annotated[F64, column(f8, "how present the service is to GPs, over today's", "ratio", "landscape", default=1)]
    equity_rule: Annotated[F64, column(f8, "who goes first on the waiting list", "EquityRule, in order", "landscape")]
    share_pilot_pcns: Annotated[F64, column(f8, "PCNs that practise outreach from the start", "0 to 1", "landscape")]
    investment_response: Annotated[F64, column(f8, "how strongly visible impact moves money", "exponent", "landscape")]
    investment_signal: Annotated[F64, column(f8, "which impact the review looks at", "InvestmentSignal, in order", "landscape")]
    investment_rule: Annotated[F64, column(f8, "what the review starts from", "InvestmentRule, in order", "landscape")]
    reimbursement: Annotated[F64, column(f8, "posts the national scheme pays for, over those asked for", "ratio", "landscape", default=1)]
    distress_shock: Annotated[F64, column(f8, "how much this week's event raises worsening, or eases it", "log hazard", "landscape")]
    hardship: Annotated[F64, column(f8, "life events and job loss, over today's", "ratio", "landscape", default=1)]
    places_open: Annotated[F64, column(f8, "places in activities that may be filled", "0 to 1", "landscape", default=1)]
    shock_strain: Annotated[F64, column(f8, "how much past events still raise everybody's worsening, or ease it", "log hazard", "landscape")]
    impact_last_year: Annotated[F64, column(f8, "visible impact of the year reviewed last, by InvestmentSignal", "value", "funding", width=3)]
    impact_reference: Annotated[F64, column(f8, "visible impact before week 0, by InvestmentSignal", "value", "funding", width=3)]
    spent_this_year: Annotated[F64, column(f8, "money out since the last review", "GBP", "funding")]
    posts_factor: Annotated[F64, column(f8, "posts after the reviews, over those asked for", "ratio", "funding", default=1)]
    support_factor: Annotated[F64, column(f8, "support after the reviews, over that asked for", "ratio", "funding", default=1)]
    grants_factor: Annotated[F64, column(f8, "grants after the reviews, over those asked for", "ratio", "funding", default=1)]
    income_reimbursement: Annotated[F64, column(f8, "money in: reimbursement of posts", "GBP this week", "funding")]
    income_grants_nhs: Annotated[F64, column(f8, "money in: grants to organisations from the NHS", "GBP this week", "funding")]
    income_grants_council: Annotated[F64, column(f8, "money in: grants to organisations from the council", "GBP this week", "funding")]
    spent_posts: Annotated[F64, column(f8, "money out: link workers in post", "GBP this week", "funding")]
    spent_outreach: Annotated[F64, column(f8, "money out: outreach approaches", "GBP this week", "funding")]
    spent_grants: Annotated[F64, column(f8, "money out: grants spent", "GBP this week", "funding")]
    underspent: Annotated[F64, column(f8, "money out: not spent, mostly vacancies", "GBP this week", "funding")]
