"""Declarations: every number confesses its meaning and source, every state variable has a sentence and an owner."""

import ast
from importlib.resources import files

import numpy as np
import pytest

from sp_abm.agents.citizens import Citizens
from sp_abm.agents.commissioner import Commissioner
from sp_abm.agents.community import Organisations
from sp_abm.agents.gps import Gps, Practices
from sp_abm.agents.link_workers import Knowledge, LinkWorkers, Pcns
from sp_abm.cases import Cases
from sp_abm.declare import GRADES, Column, Fact, column, columns_of, copied, fact, facts_of, grown, new_array, new_table
from sp_abm.errors import BadValue, UnknownName
from sp_abm.evidence import evidence, ids_in, is_held_up, targets
from sp_abm.levers import DEFAULTS, LEVERS
from sp_abm.network import Ties
from sp_abm.parameters import Parameters, all_facts, changed, group_type
from sp_abm.places import Place
from sp_abm.schedule import NAMES
from sp_abm.uses import uses
from sp_abm.vocabulary import Grade, Role
from sp_abm.world import TABLES

KINDS = (Citizens, Ties, Cases, LinkWorkers, Knowledge, Pcns, Gps, Practices, Organisations, Commissioner)
COLUMNS = [(table, name, spec) for table in KINDS for name, spec in columns_of(table).items()]
PARAMETERS = list(all_facts())
LEVER_FACTS = [(name, declared, DEFAULTS[name]) for name, declared in LEVERS.items()]
NOT_EVIDENCE = (*GRADES, "places", "given")
OTHER_GROUPS = {"population", "observation"}


def named(entries):
    """Return test ids for a list of (name, ...)."""
    return [entry[0] for entry in entries]


@pytest.mark.parametrize(("name", "declared", "default"), PARAMETERS + LEVER_FACTS, ids=named(PARAMETERS + LEVER_FACTS))
def test_a_parameter_says_what_it_means_and_how_far_it_may_go(name, declared, default):
    assert len(declared.meaning) > 4 and declared.unit
    assert declared.meaning[0].islower() or declared.meaning.split()[0].isupper() or declared.meaning.startswith("UK ")
    assert np.isfinite([declared.low, declared.high]).all() and declared.low < declared.high
    assert declared.low <= default <= declared.high
    assert isinstance(default, float) and declared.role in Role


@pytest.mark.parametrize(("name", "declared", "default"), PARAMETERS + LEVER_FACTS, ids=named(PARAMETERS + LEVER_FACTS))
def test_a_parameter_names_its_evidence_or_says_that_there_is_none(name, declared, default):
    """Every id named anywhere in a source exists; a source without a word of doubt begins with an id."""
    named_ids = ids_in(declared.source)
    assert set(named_ids) <= {*evidence(), *targets()}
    assert declared.source.startswith((*NOT_EVIDENCE, *named_ids[:1]))
    assert declared.source.startswith(NOT_EVIDENCE) or named_ids


@pytest.mark.parametrize(("name", "declared", "default"), PARAMETERS, ids=named(PARAMETERS))
def test_a_parameter_is_graded_no_better_than_its_evidence_and_has_a_range_to_draw_from(name, declared, default):
    """What rests on no row that was held against its source is assumed; a fact of a place has a source of its own."""
    assert declared.grade in Grade
    if declared.grade is not Grade.ASSUMED and not declared.source.startswith("places"):
        assert is_held_up(declared.source), declared.source
    low, high = declared.range(default)
    assert declared.low <= low <= default <= high <= declared.high
    is_constant = declared.role is Role.CONSTANT
    assert (low == high) == is_constant == (declared.distribution == "fixed")
    assert declared.distribution in ("fixed", "triangular", "uniform")


@pytest.mark.parametrize("name", [name for name, _, _ in PARAMETERS])
def test_a_parameter_is_read_somewhere(name):
    assert uses()[name]


def test_places_declare_their_facts_too():
    for name, declared in facts_of(Place).items():
        assert declared.meaning and declared.unit and declared.low < declared.high, name
        assert declared.source.startswith(NOT_EVIDENCE), name


def test_every_field_of_every_group_is_declared_and_every_group_is_named_after_a_submodel():
    for group in Parameters._fields:
        assert set(facts_of(group_type(group))) == set(group_type(group)._fields), group
        assert group in NAMES or group in OTHER_GROUPS


def test_names_of_parameters_say_what_kind_of_number_they_are():
    """A probability runs from 0 to 1 and a share too; a weekly or yearly rate says so."""
    for full, declared, _ in PARAMETERS:
        name = full.split(".")[1]
        if name.startswith(("p_", "share_")) and declared.unit in ("probability", "share"):
            assert declared.low >= 0 and declared.high <= 5, full
        if name.endswith("_per_week"):
            assert "week" in declared.unit, full
        if name.endswith("_per_year"):
            assert "year" in declared.unit, full
        if name.startswith("weeks_") or "_weeks_" in name:
            assert declared.unit == "weeks", full


@pytest.mark.parametrize(("table", "name", "spec"), COLUMNS, ids=[f"{t.__name__}.{n}" for t, n, _ in COLUMNS])
def test_a_column_has_a_sentence_a_unit_and_owners(table, name, spec):
    assert len(spec.meaning) > 4 and spec.unit
    assert spec.written_by and set(spec.written_by) <= {*NAMES, "population"}
    assert len(set(spec.written_by)) == len(spec.written_by)
    assert new_array(spec, 2).dtype == np.dtype(spec.dtype)
    assert (new_array(spec, 2) == spec.default).all()


def test_every_column_of_every_table_is_declared():
    for table in KINDS:
        assert set(columns_of(table)) == set(table._fields), table.__name__


def test_every_table_of_a_world_is_checked_here(small_world):
    assert {type(getattr(small_world, name)) for name in TABLES} == set(KINDS)


def test_a_worlds_arrays_are_as_declared(small_world):
    for name in TABLES:
        table = getattr(small_world, name)
        for column_name, spec in columns_of(type(table)).items():
            assert getattr(table, column_name).dtype == np.dtype(spec.dtype), (name, column_name)


VARIABLES = {"citizens": Citizens, "cases": Cases, "workers": LinkWorkers, "organisations": Organisations}
VARIABLES |= {"gps": Gps, "practices": Practices, "pcns": Pcns, "knowledge": Knowledge, "link_workers": LinkWorkers}
VARIABLES |= {"books": Commissioner, "commissioner": Commissioner, "ties": Ties}


def columns_written(tree):
    """Yield (table, column) for each assignment to an element, such as `citizens.trust[i] = 0` or `+= 1`."""
    for node in ast.walk(tree):
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        for target in targets:
            for part in target.elts if isinstance(target, ast.Tuple) else [target]:
                place = part.value if isinstance(part, ast.Subscript) else None
                if isinstance(place, ast.Attribute):
                    owner = getattr(place.value, "id", getattr(place.value, "attr", ""))
                    if owner in VARIABLES:
                        yield VARIABLES[owner], place.attr


@pytest.mark.parametrize("submodel", NAMES)
def test_a_submodel_writes_only_columns_that_name_it(submodel):
    """What is written through an alias or a verb escapes this reading; it catches the plain case at its line."""
    source = (files("sp_abm") / "submodels" / f"{submodel}.py").read_text("utf-8")
    for table, name in columns_written(ast.parse(source)):
        assert submodel in columns_of(table)[name].written_by, f"{table.__name__}.{name}"


def test_the_reading_of_assignments_sees_them():
    source = "citizens.trust[i] = 0\nworkers.fte[a], cases.plan[b] = 1, 2\nworld.gps.feedback[:] += 1\nx[0] = 1"
    written = [(Citizens, "trust"), (LinkWorkers, "fte"), (Cases, "plan"), (Gps, "feedback")]
    assert list(columns_written(ast.parse(source))) == written


def test_every_submodel_owns_a_column():
    owners = {writer for _, _, spec in COLUMNS for writer in spec.written_by}
    assert set(NAMES) <= owners


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (-5, "strain.sd_trait = -5 is below its lower bound of 0 (allowed: 0 to 2 log ratio)."),
        (2.5, "strain.sd_trait = 2.5 is above its upper bound of 2 (allowed: 0 to 2 log ratio)."),
        (10**400, "strain.sd_trait = inf is above its upper bound of 2 (allowed: 0 to 2 log ratio)."),
        (float("nan"), "strain.sd_trait = nan is not a number (allowed: 0 to 2 log ratio)."),
        ("high", "strain.sd_trait = 'high' is not a number (allowed: 0 to 2 log ratio)."),
        (True, "strain.sd_trait = True is not a number (allowed: 0 to 2 log ratio)."),
        (None, "strain.sd_trait = None is not a number (allowed: 0 to 2 log ratio)."),
        ([1], "strain.sd_trait = [1] is not a number (allowed: 0 to 2 log ratio)."),
    ],
)
def test_a_value_out_of_bounds_is_refused_with_what_was_allowed(value, message):
    with pytest.raises(BadValue) as caught:
        facts_of(group_type("strain"))["sd_trait"].checked("strain.sd_trait", value)
    assert str(caught.value) == message


def test_a_unit_that_is_a_range_is_not_said_twice():
    with pytest.raises(BadValue) as caught:
        fact("a share", "0 to 1", 0, 1, "assumed").checked("x", 2)
    assert str(caught.value) == "x = 2 is above its upper bound of 1 (allowed: 0 to 1)."


def test_both_bounds_and_numpy_numbers_are_allowed():
    declared = Fact("a share", "share", 0, 1, "assumed")
    for value in (0, 1, 0.5, np.float32(0.5), np.int64(1)):
        assert declared.checked("x", value) == float(value)
        assert type(declared.checked("x", value)) is float


def test_a_change_makes_a_new_set_and_leaves_the_old_one():
    old = Parameters()
    new = changed(old, {"strain.sd_trait": 1, "contact.p_attends": 0.5})
    assert (new.strain.sd_trait, new.contact.p_attends) == (1.0, 0.5)
    assert old == Parameters() and new._replace(strain=old.strain, contact=old.contact) == old
    with pytest.raises(AttributeError):
        new.strain.sd_trait = 2


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("strain.sd_trai", "strain.sd_trait"),
        ("contact.p_atends", "contact.p_attends"),
        ("strian.sd_trait", "strain.sd_trait"),
        ("transitions.rate_pre_crisis_recovring", "transitions.rate_pre_crisis_recovering"),
    ],
)
def test_an_unknown_parameter_is_refused_with_the_nearest_name(name, nearest):
    with pytest.raises(UnknownName) as caught:
        changed(Parameters(), {name: 1}, "scenario 'mine'")
    assert str(caught.value) == f"{name!r} is not a parameter (scenario 'mine'). Did you mean {nearest}?"
    assert isinstance(caught.value, KeyError)


@pytest.mark.parametrize("name", ["", ".", "strain", "strain.", ".sd_trait", "strain.sd_trait.more", "strain._fields"])
def test_half_a_name_is_no_parameter(name):
    with pytest.raises(UnknownName):
        changed(Parameters(), {name: 1})


def test_a_changed_value_is_checked_and_its_place_named():
    with pytest.raises(BadValue) as caught:
        changed(Parameters(), {"outreach.p_accepts": 0.9}, "scenario 'mine'")
    place, allowed = "outreach.p_accepts (scenario 'mine')", "(allowed: 0.2 to 0.85 probability)"
    assert str(caught.value) == f"{place} = 0.9 is above its upper bound of 0.85 {allowed}."


def test_the_shortest_time_to_fill_a_post_is_not_the_longest():
    with pytest.raises(BadValue, match=r"staffing.min_weeks_to_fill = 40 weeks is above .*max_weeks_to_fill = 30"):
        changed(Parameters(), {"staffing.min_weeks_to_fill": 40})
    assert changed(Parameters(), {"staffing.min_weeks_to_fill": 30}).staffing.min_weeks_to_fill == 30


def test_tables_grow_and_copy_without_losing_or_sharing_a_value():
    table = new_table(LinkWorkers, 2)
    table.burnout[:], table.trait[:] = [0.1, 0.2], [3, 4]
    bigger, other = grown(table, 4), copied(table)
    assert bigger.burnout.tolist() == [0.1, 0.2, 0, 0] and bigger.trait.tolist() == [3, 4, 1, 1]
    other.burnout[0] = 9
    bigger.burnout[1] = 9
    assert table.burnout.tolist() == [0.1, 0.2]


def test_a_column_may_be_a_vector():
    spec = column(np.float64, "support by channel", "0 to 1", "staffing", default=0.5, width=5)
    assert isinstance(spec, Column) and new_array(spec, 3).shape == (3, 5) and (new_array(spec, 3) == 0.5).all()
