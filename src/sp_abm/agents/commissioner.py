"""The commissioner: sets posts and support, pays, and sees only totals. One row."""

from typing import Annotated, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sp_abm.declare import column

F64: TypeAlias = NDArray[np.float64]
f8 = np.float64


class Commissioner(NamedTuple):
    """This week's lever values, and the books of the week in pounds."""

    support_level: Annotated[F64, column(f8, "support asked for", "0 to 1", "landscape")]
    caseload_cap: Annotated[F64, column(f8, "open cases allowed", "cases per full-time worker", "landscape")]
    outreach_share: Annotated[F64, column(f8, "link workers' direct time given to outreach", "0 to 1", "landscape")]
    outreach_target: Annotated[F64, column(f8, "whom outreach looks for first", "OutreachTarget, in order", "landscape")]
    posts_per_10000: Annotated[F64, column(f8, "posts asked for", "full-time posts per 10,000 residents", "landscape")]
    self_referral: Annotated[F64, column(f8, "whether people may come of themselves", "1 or 0", "landscape")]
    income_reimbursement: Annotated[F64, column(f8, "money in: reimbursement of posts", "GBP this week", "funding")]
    income_grants: Annotated[F64, column(f8, "money in: grants to organisations", "GBP this week", "funding")]
    spent_posts: Annotated[F64, column(f8, "money out: link workers in post", "GBP this week", "funding")]
    spent_outreach: Annotated[F64, column(f8, "money out: outreach approaches", "GBP this week", "funding")]
    spent_grants: Annotated[F64, column(f8, "money out: grants spent", "GBP this week", "funding")]
    underspent: Annotated[F64, column(f8, "money out: not spent, mostly vacancies", "GBP this week", "funding")]
