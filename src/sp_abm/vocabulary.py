"""The words of the model: stages, routes, states of a case, and the groups people are counted in."""

from enum import IntEnum, StrEnum
from typing import Final

WEEKS_PER_YEAR: Final = 52
WARM_UP_WEEKS: Final = 208
LONGEST_YEARS: Final = 50
NONE: Final = -1
ADULT_AGE: Final = 16
N_KINDS: Final = 6


class Stage(IntEnum):
    """Health stages of a person of 16 or over."""

    THRIVING = 0
    OFF_BALANCE = 1
    PRE_CRISIS = 2
    CRISIS = 3
    RECOVERING = 4

    @property
    def word(self) -> str:
        """Return the stage's name as used in measures, such as ``off_balance``."""
        return self.name.lower()

    @property
    def label(self) -> str:
        """Return the stage's name as a person writes it, such as ``off balance``."""
        return "pre-crisis" if self is Stage.PRE_CRISIS else self.word.replace("_", " ")


TRANSITIONS: Final[tuple[tuple[Stage, Stage], ...]] = (
    (Stage.THRIVING, Stage.OFF_BALANCE),
    (Stage.THRIVING, Stage.PRE_CRISIS),
    (Stage.OFF_BALANCE, Stage.THRIVING),
    (Stage.OFF_BALANCE, Stage.PRE_CRISIS),
    (Stage.PRE_CRISIS, Stage.RECOVERING),
    (Stage.PRE_CRISIS, Stage.CRISIS),
    (Stage.CRISIS, Stage.RECOVERING),
    (Stage.CRISIS, Stage.PRE_CRISIS),
    (Stage.RECOVERING, Stage.THRIVING),
    (Stage.RECOVERING, Stage.OFF_BALANCE),
    (Stage.RECOVERING, Stage.PRE_CRISIS),
    (Stage.RECOVERING, Stage.CRISIS),
)
IMPROVING: Final[tuple[tuple[Stage, Stage], ...]] = (
    (Stage.OFF_BALANCE, Stage.THRIVING),
    (Stage.PRE_CRISIS, Stage.RECOVERING),
    (Stage.CRISIS, Stage.RECOVERING),
    (Stage.CRISIS, Stage.PRE_CRISIS),
    (Stage.RECOVERING, Stage.THRIVING),
    (Stage.RECOVERING, Stage.OFF_BALANCE),
)
"""The transitions for the better; every other one is for the worse."""


class Route(IntEnum):
    """How a person came to social prescribing."""

    GP = 0
    SELF = 1
    OUTREACH = 2
    PRACTICE_STAFF = 3
    COMMUNITY = 4

    @property
    def is_medical(self) -> bool:
        """Say whether the route leads through general practice."""
        return self in (Route.GP, Route.PRACTICE_STAFF)

    @property
    def word(self) -> str:
        """Return the route's name as used in measures, such as ``outreach``."""
        return self.name.lower()


class Horizon(StrEnum):
    """Of which of the three horizons a first contact is: after things went wrong, before, or in between."""

    REACTIVE = "reactive"
    MIXED = "mixed"
    PROACTIVE = "proactive"


class CaseState(IntEnum):
    """The pathway of a case, in order; a closed case also carries an `Outcome`."""

    WAITING = 0
    ALLOCATED = 1
    IN_CONTACT = 2
    CONNECTED = 3
    CLOSED = 4


PATHWAY: Final[dict[CaseState, tuple[CaseState, ...]]] = {
    CaseState.WAITING: (CaseState.ALLOCATED, CaseState.IN_CONTACT, CaseState.CONNECTED, CaseState.CLOSED),
    CaseState.ALLOCATED: (CaseState.WAITING, CaseState.IN_CONTACT, CaseState.CONNECTED, CaseState.CLOSED),
    CaseState.IN_CONTACT: (CaseState.WAITING, CaseState.CONNECTED, CaseState.CLOSED),
    CaseState.CONNECTED: (CaseState.WAITING, CaseState.CLOSED),
    CaseState.CLOSED: (),
}
"""The moves a case may make: back to WAITING when its link worker leaves, and on from there with the next one."""


class Outcome(IntEnum):
    """Why a case closed; NOT_YET while it is open."""

    NOT_YET = 0
    COMPLETED = 1
    TIMED_OUT = 2
    DISENGAGED = 3
    GAVE_UP = 4
    MOVED = 5
    DROPPED = 6
    SERVICE_ENDED = 7


class Attempt(IntEnum):
    """What came of a case's latest attempt to find an activity; NOT_YET before the first."""

    NOT_YET = 0
    NOT_KNOWN = 1
    NO_PLACE = 2
    REFUSED = 3
    STARTED = 4


class EventKind(IntEnum):
    """What can happen to a case, a person in an activity, a resident or a post: the kinds of event of a log."""

    REFERRED = 0
    DECLINED = 1
    ALLOCATED = 2
    FIRST_CONTACT = 3
    CONTACT = 4
    ATTEMPT_FAILED = 5
    CONNECTED = 6
    HANDED_ON = 7
    GAVE_UP = 8
    DROPPED = 9
    CLOSED = 10
    LEFT_ACTIVITY = 11
    COMPLETED_ACTIVITY = 12
    VOLUNTEERED = 13
    STOPPED_VOLUNTEERING = 14
    MOVED = 15
    DIED = 16
    POST_OPENED = 17
    POST_CLOSED = 18
    HIRED = 19
    LEFT_POST = 20

    @property
    def label(self) -> str:
        """Return the kind as a person writes it, such as ``first contact``."""
        return self.name.lower().replace("_", " ")


class OutreachTarget(StrEnum):
    """Who outreach looks for first."""

    EVERYONE = "everyone"
    OFF_BALANCE = "off_balance"
    ISOLATED = "isolated"
    DEPRIVED_FIRST = "deprived_first"
    WELL_CONNECTED = "well_connected"


class OutreachChannel(StrEnum):
    """How outreach meets people."""

    PLACES = "places"
    INVITATION = "invitation"
    VOLUNTEERS = "volunteers"


class EquityRule(StrEnum):
    """Who goes first on the waiting list, beyond priority."""

    NONE = "none"
    DEPRIVED_FIRST = "deprived_first"
    NEED_FIRST = "need_first"


class InvestmentSignal(StrEnum):
    """Which visible impact the yearly review looks at."""

    TOTAL = "total"
    PER_CASE = "per_case"
    PER_POUND = "per_pound"


class InvestmentRule(StrEnum):
    """What the yearly review starts from: the first year's posts, or last year's."""

    ANCHORED = "anchored"
    COMPOUNDING = "compounding"


class Channel(IntEnum):
    """The five channels of support a link worker can receive."""

    SUPERVISION = 0
    ROLE_CLARITY = 1
    INTEGRATION = 2
    PEERS = 3
    SECURITY = 4


class TieKind(IntEnum):
    """Kinds of tie between citizens that last (group ties are shared activities)."""

    HOUSEHOLD = 0
    CLOSE = 1
    WEAK = 2


class Grade(StrEnum):
    """How good the evidence for a number is: read off, worked out from some, judged in the light of some, or none."""

    MEASURED = "measured"
    DERIVED = "derived"
    EXPERT = "expert"
    ASSUMED = "assumed"


class Role(StrEnum):
    """What a number is to an experimenter."""

    LEVER = "lever"
    UNCERTAINTY = "uncertainty"
    CONSTANT = "constant"


AGE_BANDS: Final = ("0-15", "16-24", "25-44", "45-64", "65-74", "75+")
AGE_BAND_STARTS: Final = (0, 16, 25, 45, 65, 75)
OLDEST_AGE: Final = 95
DEPRIVATION_FIFTHS: Final = ("1 most deprived", "2", "3", "4", "5 least deprived")
DEPRIVATION_SCORES: Final = (1.0, 0.5, 0.0, -0.5, -1.0)
"""Score of each fifth, most deprived first; a ratio of the most deprived over the middle acts as ratio ** score."""
SEXES: Final = ("female", "male")
