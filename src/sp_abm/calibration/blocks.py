"""Blocks: what is fitted to what. Each has free parameters, rows of the targets, and the worlds they are read in.

The rows are read by the validation's own statistics, so that the two can never disagree about what a row means. The
worlds are smaller and shorter, one seed for each point: the emulators average over many points, as the validation does
over seeds. Blocks go from what depends on least to what depends on most: how people are; how they consult; what becomes
of those referred; what the work does to link workers.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from sp_abm.evidence import targets
from sp_abm.factors import Factor, registered_kind
from sp_abm.parameters import all_facts
from sp_abm.places import Place, place
from sp_abm.validation.watches import Histories, LastYear, Tellers
from sp_abm.validation.worlds import NO_SERVICE, TODAY, Arm

_TWO_FIFTHS: Final = 2 / 5
_TWO_PCNS: Final = 2
_PEOPLE_LESS, _POSTS_MORE = 7, 3


def few_people() -> Place:
    """Return two fifths of an average PCN: people enough for shares of everybody."""
    whole = place("average-pcn")
    return replace(
        whole,
        key="two fifths of an average PCN",
        residents=round(whole.residents * _TWO_FIFTHS),
        n_practices=round(whole.n_practices * _TWO_FIFTHS),
        gp_fte=whole.gp_fte * _TWO_FIFTHS,
    )


def two_pcns() -> Place:
    """Return two of the PCNs of Tower Hamlets, with their people, practices and posts."""
    whole = place("tower-hamlets")
    part = _TWO_PCNS / whole.n_pcns
    return replace(
        whole,
        key="two PCNs of Tower Hamlets",
        residents=round(whole.residents * part),
        n_pcns=_TWO_PCNS,
        pcn_sizes=whole.pcn_sizes[:_TWO_PCNS],
        n_practices=round(whole.n_practices * part),
        gp_fte=whole.gp_fte * part,
    )


def many_posts() -> Place:
    """Return three times the link workers of Tower Hamlets for a seventh of its people, referred 21 times as often.

    Link workers have about as much to do as there, and nobody looks at the people: 42 posts for the price of two.
    """
    whole = place("tower-hamlets")
    often = _PEOPLE_LESS * _POSTS_MORE
    return replace(
        whole,
        key="three times the link workers of Tower Hamlets",
        residents=round(whole.residents / _PEOPLE_LESS),
        n_pcns=whole.n_pcns * _POSTS_MORE,
        pcn_sizes=whole.pcn_sizes * _POSTS_MORE,
        n_practices=whole.n_practices * _POSTS_MORE,
        gp_fte=whole.gp_fte / _PEOPLE_LESS,
        organisations_per_10000=whole.organisations_per_10000 * often,
        posts_multiplier=whole.posts_multiplier * often,
        referral_multiplier=whole.referral_multiplier * often,
    )


@dataclass(frozen=True)
class Block:
    """Free parameters (full names), the rows they are fitted to, and the worlds in which the rows are read.

    `points` is how many are run in a wave unless somebody asks for another number.
    """

    name: str
    words: str
    place: Place
    arms: Mapping[str, Arm]
    rows: tuple[str, ...]
    free: tuple[str, ...] = ()
    points: int = 0

    @property
    def factors(self) -> tuple[Factor, ...]:
        """Return the free parameters, each evenly over its plausible range."""
        facts = {name: declared.range(value) for name, declared, value in all_facts()}
        return tuple(Factor(name, (), *facts[name], kind=registered_kind(name)) for name in self.free)


_STAGES: Final = (*(f"C{row:02d}" for row in range(1, 15)), "C33")
_CONSULTING: Final = ("C15", "C16", "C17", "C18", "C37")
_PATHWAY: Final = ("C19", "C20", "C22", "C23", "C24", "C25", "C35")
_WORKFORCE: Final = ("C27", "C28", "C29", "C30", "C31")
_COUNTED: Final = Arm(years=3, watches=(LastYear, Tellers))
_SPELLS: Final = Arm(NO_SERVICE, years=4, watches=(Histories,))
_REFERRED: Final = {TODAY: Arm(years=1.5)}
_EMPLOYED: Final = {TODAY: Arm(years=3)}


def _by_name(*blocks: Block) -> Mapping[str, Block]:
    return {block.name: block for block in blocks}


BLOCKS: Final = _by_name(
    Block(
        "stages",
        "how people are: health stages, spells of distress, loneliness",
        few_people(),
        {TODAY: Arm(years=2), NO_SERVICE: _SPELLS},
        _STAGES,
        (
            "population.ratio_deprivation",
            "transitions.rate_thriving_off_balance",
            "transitions.rate_off_balance_thriving",
            "transitions.rate_off_balance_pre_crisis",
            "transitions.rate_pre_crisis_recovering",
            "transitions.rate_pre_crisis_crisis",
            "transitions.rate_recovering_thriving",
            "transitions.share_duration_floor",
            "transitions.weeks_duration",
            "influence.rate_lonely_per_week",
        ),
        points=70,
    ),
    Block(
        "consulting",
        "what people do: consult a GP, tell one, come because they were told",
        few_people(),
        {TODAY: _COUNTED},
        _CONSULTING,
        (
            "population.shape_frailty",
            "population.share_discloses",
            "life_events.rate_illness_per_week",
            "help_seeking.rate_consultation_per_year",
            "help_seeking.ratio_distress",
            "help_seeking.ratio_ill",
            "referral.rate_told_per_week",
        ),
        points=40,
    ),
    Block(
        "pathway",
        "what becomes of need: referral, contact, connection, closure",
        two_pcns(),
        _REFERRED,
        _PATHWAY,
        (
            "referral.p_identified",
            "referral.rate_self_per_week",
            "allocation.rate_gives_up_per_week",
            "contact.minutes_contact",
            "contact.p_willing",
            "contact.share_ready",
            "closure.rate_disengages_per_week",
            "word_of_mouth.share_aware_from_media",
        ),
        points=50,
    ),
    Block(
        "workforce",
        "what the work does to link workers: burnout, intention, leaving, vacancies",
        many_posts(),
        _EMPLOYED,
        _WORKFORCE,
        (
            "strain.rate_up_per_week",
            "strain.rate_down_per_week",
            "strain.sd_condition",
            "turnover.intercept_intention",
            "turnover.rate_leaves_intending_per_week",
            "turnover.rate_leaves_otherwise_per_week",
            "staffing.min_weeks_to_fill",
            "staffing.max_weeks_to_fill",
        ),
        points=60,
    ),
)
TOGETHER: Final = _by_name(
    Block(
        "together: people",
        "all rows of people",
        few_people(),
        {TODAY: _COUNTED, NO_SERVICE: _SPELLS},
        (*_STAGES, *_CONSULTING),
    ),
    Block("together: pathway", "all rows of the pathway", two_pcns(), _REFERRED, _PATHWAY),
    Block("together: workforce", "all rows of link workers", many_posts(), _EMPLOYED, _WORKFORCE),
)
"""What combinations of the blocks' survivors are judged by: every row of every block, in worlds of all parameters."""


def block_of(name: str) -> Block:
    """Return the block of a name, one that is fitted or one of all rows together."""
    return BLOCKS[name] if name in BLOCKS else TOGETHER[name]


def not_fitted() -> tuple[str, ...]:
    """Return the calibration rows that no block is fitted to."""
    fitted = {row for block in BLOCKS.values() for row in block.rows}
    return tuple(row for row, target in targets().items() if target.kind == "calibration" and row not in fitted)
