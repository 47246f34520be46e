"""Luck: the published generator, keyed by name, and no other chance anywhere."""

import ast
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import chi2

import sp_abm
from sp_abm.errors import BadValue
from sp_abm.kernels import (
    WEEK_OFFSET,
    chance,
    compiled,
    fill_first_luck,
    fill_luck,
    fill_luck_of,
    happens,
    listed,
    p_happens,
    philox,
    uniform,
    uniforms,
    uniforms_table,
    unit,
)
from sp_abm.population.luck import QUESTIONS as POPULATION_QUESTIONS
from sp_abm.randomness import MAX_SEED, QUESTIONS, Luck, checked_seed

SOURCES = sorted(Path(sp_abm.__file__).parent.rglob("*.py"))
FULL = 0xFFFFFFFF
FORBIDDEN = {"random", "numpy.random", "secrets"}
DRAWING = {"default_rng", "rvs", "urandom", "uuid4"}


@pytest.mark.parametrize(
    ("counter", "key", "words"),
    [
        ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
        ((FULL, FULL, FULL, FULL), (FULL, FULL), (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
        (
            (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
            (0xA4093822, 0x299F31D0),
            (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
        ),
    ],
)
def test_the_generator_gives_the_published_known_answers(counter, key, words):
    """Random123's kat_vectors for philox4x32 of 10 rounds: all zeros, all ones, and the digits of pi."""
    arguments = [np.uint32(value) for value in (*counter, *key)]
    assert tuple(int(word) for word in philox(*arguments)) == words


def test_the_four_parts_of_a_draw_are_the_counter_and_the_question_is_in_the_key():
    """Entity 5, holder 2, week 9, sub 1 under seed 3, question 4: counter (5, 2, 9 + 208, 1), key (3, 4)."""
    key = np.array([3, 4], np.uint32)
    words = philox(*(np.uint32(value) for value in (5, 2, 9 + 208, 1, 3, 4)))
    assert WEEK_OFFSET == 208
    assert uniforms(key, np.uint32(5), np.uint32(2), 9, 1) == tuple((int(word) + 0.5) / 2**32 for word in words)
    assert uniform(key, np.uint32(5), np.uint32(2), 9, 1) == (int(words[0]) + 0.5) / 2**32


def test_luck_filled_for_some_people_or_with_first_words_alone_is_the_same_luck():
    key = np.array([77, 4], np.uint32)
    entities = np.arange(1000, 2300, dtype=np.uint32)
    holders = (entities % 7).astype(np.uint16)
    first, some, rows = np.zeros(512, np.uint32), np.zeros((4, 512), np.uint32), np.array([3, 4, 900, 1299])
    fill_first_luck(first, key, entities, holders, -5, 700, 800)
    fill_luck_of(some, key, entities, holders, -5, rows, 4)
    table = uniforms_table(key, entities, holders.astype(np.uint32), -5, 0)
    for k, i in enumerate(rows):
        assert tuple(table[i]) == uniforms(key, entities[i], holders[i], -5, 0)
        assert tuple(unit(some[w, k]) for w in range(4)) == tuple(table[i])
    assert [unit(word) for word in first[:100]] == table[700:800, 0].tolist()


def test_what_happens_by_a_hazard_happens_below_its_chance_to_the_last_bit():
    """Just below, at and just above the chance, where a rounding would tell."""
    for hazard in (0.0, 1e-12, 0.003, 0.5, 1.0, 40.0, np.inf):
        edge = p_happens(hazard)
        for u in (np.nextafter(edge, -1), edge, np.nextafter(edge, 2), edge / 2, 0.999):
            assert happens(u, hazard) == (u < edge)


def test_those_marked_are_listed_in_order():
    rows = np.zeros(6, np.int64)
    count = listed(np.array([0, 1, 1, 0, 0, 1], np.int8), 6, 100, rows)
    assert rows[:count].tolist() == [101, 102, 105]


def test_a_rule_called_with_other_kinds_of_arguments_is_compiled_for_them():
    half = compiled(lambda number: number / 2)

    assert [half(3), half(5), half(3.5), half(7), half(1.5)] == [1.5, 2.5, 1.75, 3.5, 0.75]
    assert [half(np.array([3.0]))[0], half(9)] == [1.5, 4.5]


def test_a_rule_reads_no_array_as_if_it_were_of_another_type_or_layout():
    """Machine code made for one kind of numbers would read another kind as nonsense."""

    @compiled
    def added(numbers):
        total = 0.0
        for k in range(numbers.shape[0]):
            total += numbers[k]
        return total

    plain = np.arange(8.0)
    arrays = (plain, plain.astype(np.int64), plain[::2], plain.astype(np.float32), plain.astype(np.uint8), plain)
    for array in arrays:
        assert added(plain) == plain.sum() and added(array) == array.sum()


def test_luck_filled_by_the_block_equals_luck_drawn_one_by_one():
    """Blocks of 512, of 1, and the short one at the end; weeks of the warm-up too."""
    key = np.array([77, 4], np.uint32)
    entities = np.arange(1000, 2300, dtype=np.uint32)
    holders = (entities % 7).astype(np.uint16)
    for week in (-208, -1, 0, 2600):
        for low, high in [(0, 512), (512, 1024), (1024, 1300), (3, 4), (9, 9)]:
            luck = np.zeros((4, 512), np.uint32)
            fill_luck(luck, key, entities, holders, week, low, high)
            for i in range(low, high):
                single = uniforms(key, entities[i], holders[i], week, 0)
                assert tuple(unit(luck[w, i - low]) for w in range(4)) == single
            assert not luck[:, high - low :].any()


def test_luck_for_the_few_equals_luck_for_the_many():
    luck = Luck(12)
    entities, holders = np.arange(50, dtype=np.uint32), np.arange(50, dtype=np.uint32) % 3
    table = luck.uniforms("hiring", 40, entities, holders, 2)
    for i in range(50):
        assert tuple(table[i]) == uniforms(luck.key("hiring"), entities[i], holders[i], 40, 2)


def test_a_uniform_is_never_0_and_never_1():
    """The smallest word gives .5 / 2^32, the largest 1 - .5 / 2^32."""
    assert unit(np.uint32(0)) == 0.5 / 2**32 > 0
    assert unit(np.uint32(FULL)) == 1 - 0.5 / 2**32 < 1


def test_happens_is_exactly_a_uniform_below_the_chance():
    """The short cut (a chance is below its hazard) may save time and change nothing."""
    grid = np.concatenate([(np.arange(2000) + 0.5) / 2000, [0.5 / 2**32, 1 - 0.5 / 2**32]])
    for hazard in (0.0, 1e-12, 1e-6, 0.0006, 0.01, 0.059, 0.5, 1.0, 3.0, 50.0):
        p = -np.expm1(-hazard)
        assert chance(hazard) == p
        edges = np.clip([np.nextafter(p, 0), p, np.nextafter(p, 1), hazard], 0.5 / 2**32, 1 - 0.5 / 2**32)
        for u in np.concatenate([grid, edges]):
            assert happens(u, hazard) == (u < p), (u, hazard)


def test_every_question_has_a_number_of_its_own():
    """Those of a population too: one seed may serve both, and no two questions may share their luck."""
    numbers = [*QUESTIONS.values(), *POPULATION_QUESTIONS.values()]
    assert len(set(numbers)) == len(numbers)
    assert all(0 < number <= FULL for number in numbers)


def test_a_change_of_any_part_of_the_key_gives_other_luck():
    """Six draws that differ in one part each: seed, question, entity, holder, week, sub-index."""
    draws = [(1, 1, 1, 1, 1, 1), *(tuple(1 + (part == k) for part in range(6)) for k in range(6))]
    found = {
        uniform(np.array([seed, question], np.uint32), np.uint32(entity), np.uint32(holder), week, sub)
        for seed, question, entity, holder, week, sub in draws
    }
    assert len(found) == 7


@pytest.mark.parametrize("varied", ["entity", "week", "question", "seed"])
def test_uniforms_are_even_whatever_is_counted_up(varied):
    """65,536 draws of four uniforms into 256 equal bins: chi-square with 255 degrees of freedom for each of them.

    Each is tested at 1 in 10,000 on both sides; with 4 uniforms and 4 cases the false-alarm rate for a fresh seed is
    3 in 1,000. Pairs of neighbouring draws go into 16 x 16 bins at the same level. The seed is fixed.
    """
    n, low, high = 65536, *chi2.ppf([5e-5, 1 - 5e-5], 255)
    key = np.array([20250106, 4], np.uint32)
    counting, zero = np.arange(n, dtype=np.uint32), np.zeros(n, np.uint32)
    if varied == "entity":
        luck = uniforms_table(key, counting, zero, 0, 0)
    else:
        keys = {"week": [(20250106, 4)] * n, "question": [(1, k) for k in range(n)], "seed": [(k, 4) for k in range(n)]}
        weeks = range(n) if varied == "week" else [0] * n
        one = np.zeros(1, np.uint32)
        luck = np.concatenate(
            [
                uniforms_table(np.array(pair, np.uint32), one, one, week, 0)
                for pair, week in zip(keys[varied], weeks, strict=True)
            ]
        )
    for each in luck.T:
        bins = np.bincount((256 * each).astype(int), minlength=256)
        assert low < ((bins - n / 256) ** 2 / (n / 256)).sum() < high
    coarse = (16 * luck[:, 0]).astype(int)
    pairs = np.bincount(coarse[:-1] * 16 + coarse[1:], minlength=256)
    expected = (n - 1) / 256
    assert low < ((pairs - expected) ** 2 / expected).sum() < high


def test_uniforms_of_one_draw_do_not_go_together():
    """Correlations of 65,536 pairs have a standard deviation of .0039; six pairs, four standard deviations."""
    luck = uniforms_table(
        np.array([8, 4], np.uint32), np.arange(65536, dtype=np.uint32), np.zeros(65536, np.uint32), 3, 0
    )
    correlations = np.corrcoef(luck.T)[np.triu_indices(4, 1)]
    assert np.abs(correlations).max() < 4 / 256


@pytest.mark.parametrize("seed", [0, 1, MAX_SEED, np.int64(7), np.uint32(9)])
def test_a_whole_number_in_range_is_a_seed(seed):
    assert checked_seed(seed) == int(seed)
    assert type(checked_seed(seed)) is int


@pytest.mark.parametrize("seed", [-1, MAX_SEED + 1, 1.0, "7", None, True])
def test_anything_else_is_refused_with_what_is_allowed(seed):
    with pytest.raises(BadValue) as caught:
        checked_seed(seed)
    assert str(caught.value) == f"seed = {seed!r} must be a whole number from 0 to 4294967295."


def test_an_unnamed_question_has_no_luck():
    with pytest.raises(KeyError):
        Luck(1).key("weather")


def modules_used(tree):
    """Yield every module a syntax tree imports or reaches into by attribute, in full."""
    names = {"np": "numpy"}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                names[alias.asname or alias.name] = alias.name
                yield alias.name
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield f"{names.get(node.value.id, node.value.id)}.{node.attr}"
        if isinstance(node, ast.Attribute) and node.attr in DRAWING:
            yield f"random.{node.attr}"


def is_forbidden(module):
    """Say whether a module is one of chance, or inside one."""
    return any(module == bad or module.startswith(f"{bad}.") for bad in FORBIDDEN)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_no_source_draws_chance_from_anywhere_else(path):
    found = [module for module in modules_used(ast.parse(path.read_text("utf-8"))) if is_forbidden(module)]
    assert not found


@pytest.mark.parametrize(
    "source",
    [
        "import random",
        "from random import choice",
        "import numpy.random as nr",
        "from numpy import random",
        "import numpy as np\nnp.random.rand()",
        "import numpy\nnumpy.random.seed(1)",
        "def f():\n    import numpy as n\n    return n.random.default_rng()",
        "from numpy.random import default_rng",
        "import secrets",
        "from scipy.stats import norm\nnorm.rvs()",
    ],
)
def test_the_search_for_other_chance_would_find_it(source):
    assert any(is_forbidden(module) for module in modules_used(ast.parse(source)))


def test_there_are_sources_to_search():
    assert len(SOURCES) > 50
