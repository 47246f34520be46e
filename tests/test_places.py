"""Places: what ships, what a user's file may say, and what is answered when it says something wrong."""

import json

import pytest

from sp_abm.errors import BadFile, BadValue, UnknownName
from sp_abm.places import Place, place, places

FACTS = {
    "residents",
    "age_shares",
    "deprivation_shares",
    "gp_fte",
    "n_practices",
    "unemployment",
    "share_female",
}


def own(folder, text):
    """Return the place in a file with this text."""
    path = folder / "ours.toml"
    path.write_text(text, "utf-8")
    return place(path)


def refusal(folder, text, error=BadValue):
    """Return the message with which a file with this text is refused."""
    with pytest.raises(error) as caught:
        own(folder, 'name = "Ours"\nresidents = 9000\n' + text)
    return str(caught.value)


def test_four_places_are_shipped():
    assert list(places()) == ["tower-hamlets", "brent", "average-pcn", "sandbox"]


def test_tower_hamlets_has_its_published_numbers():
    borough = place("tower-hamlets")
    assert (borough.residents, borough.n_practices, borough.n_pcns, borough.gp_fte) == (310300, 36, 7, 186.6)
    assert borough.unemployment == pytest.approx(0.0591)
    assert borough.share_moving_per_year == pytest.approx(0.208)
    assert borough.mean_household_size == 2.57
    assert borough.n_organisations == 551
    assert borough.is_real


def test_published_deprivation_shares_that_sum_to_999_are_scaled_to_1():
    assert place("tower-hamlets").deprivation_shares[0] == pytest.approx(0.389 / 0.999)


def test_the_average_pcn_is_one_network_of_45200():
    average = place("average-pcn")
    assert (average.residents, average.n_practices, average.n_pcns, average.gp_fte) == (45200, 5, 1, 25.9)
    assert "age_shares" in average.filled


def test_the_sandbox_says_that_it_is_not_a_real_place():
    sandbox = place("sandbox")
    assert not sandbox.is_real
    assert sandbox.note.startswith("not a real place: about 27 times")
    assert (sandbox.residents, sandbox.n_practices, sandbox.gp_fte) == (5000, 2, 8)
    assert (sandbox.n_organisations, sandbox.places_per_organisation) == (20, 26)
    assert sandbox.posts_multiplier == pytest.approx(12 / 0.45)
    assert sandbox.referral_multiplier == pytest.approx(12 / 0.45)


@pytest.mark.parametrize("key", places())
def test_every_fact_of_a_shipped_place_has_a_source(key):
    shipped = place(key)
    assert set(shipped.sources) >= FACTS
    assert all(title for title, _, _ in shipped.sources.values())
    assert sum(shipped.age_shares) == pytest.approx(1)
    assert sum(shipped.deprivation_shares) == pytest.approx(1)


def test_what_shapes_a_population_is_json_and_leaves_out_names():
    content = place("brent").content()
    assert json.loads(json.dumps(content)) == content
    assert {"name", "key", "note", "sources"}.isdisjoint(content)


def test_a_place_of_ones_own_is_filled_from_england_and_says_so(tmp_path):
    ours = own(tmp_path, 'name = "New Town"\nresidents = 90400\nn_pcns = 2\nunemployment = 0.1\n')
    assert isinstance(ours, Place)
    assert (ours.key, ours.n_practices, ours.gp_fte) == ("new-town", 10, pytest.approx(51.8))
    assert ours.share_moving_per_year == 0.09
    assert "gp_fte" in ours.filled and "unemployment" not in ours.filled
    assert ours.sources["unemployment"][0] == "given in ours.toml"


def test_a_place_of_ones_own_may_name_its_sources(tmp_path):
    text = 'name = "Ours"\nresidents = 9000\nunemployment = 0.1\n[sources]\nunemployment = "our survey"\n'
    assert own(tmp_path, text).sources["unemployment"][0] == "our survey"


def test_sizes_of_pcns_tell_how_many_there_are(tmp_path):
    ours = own(tmp_path, 'name = "Ours"\nresidents = 9000\npcn_sizes = [1, 2]\nn_practices = 3\n')
    assert (ours.n_pcns, ours.pcn_sizes) == (2, (1.0, 2.0))


def test_few_practices_in_a_large_place_mean_few_pcns(tmp_path):
    assert own(tmp_path, 'name = "Ours"\nresidents = 900000\nn_practices = 3\n').n_pcns == 3


def test_an_unknown_name_is_answered_with_the_nearest():
    with pytest.raises(UnknownName, match=r"'tower_hamlet' is not a place .* Did you mean tower-hamlets\?"):
        place("tower_hamlet")


def test_a_missing_file_is_named():
    with pytest.raises(BadFile, match=r"nowhere\.toml cannot be read as a place: .*No such file"):
        place("nowhere.toml")


def test_broken_toml_is_answered_with_its_line(tmp_path):
    assert "not valid TOML" in (said := refusal(tmp_path, "n_pcns = = 2\n", BadFile)) and "line 3" in said


def test_a_file_that_is_not_text_is_refused(tmp_path):
    (tmp_path / "ours.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadFile, match="cannot be read as a place"):
        place(tmp_path / "ours.toml")


def test_an_unknown_field_is_answered_with_the_nearest(tmp_path):
    said = refusal(tmp_path, "share_females = 0.5\n", UnknownName)
    assert "'share_females' is not a field of a place" in said and "Did you mean share_female?" in said


def test_a_source_of_something_else_is_refused(tmp_path):
    assert "Did you mean gp_fte?" in refusal(tmp_path, '[sources]\ngp_ft = "x"\n', UnknownName)


def test_name_and_residents_are_required(tmp_path):
    with pytest.raises(BadValue, match=r"residents is missing .* at least name and residents"):
        own(tmp_path, 'name = "Ours"\n')


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("share_female = 51\n", "looks like a percentage: write it as a share, 0.51"),
        ("age_shares = [20, 10, 30, 20, 10, 10]\n", "age_shares[0] = 20"),
        ("share_female = -0.1\n", "below its lower bound of 0"),
        ("share_female = nan\n", "not a number"),
        ("share_female = true\n", "True is not a number (allowed: 0 to 1 share)"),
        ('gp_fte = "many"\n', "'many' is not a number"),
        ("gp_fte = 0\n", "gp_fte ("),
        ("gp_fte = -3\n", "below its lower bound"),
        ("n_pcns = 1.5\n", "n_pcns = 1.5"),
        ("n_pcns = 1" + "0" * 400 + "\n", "above its upper bound"),
        ("age_shares = [0.2, 0.8]\n", "has 2 shares; it needs 6: 0-15, 16-24"),
        ("age_shares = 0.2\n", "must be a list of numbers"),
        ("age_shares = [0.2, 0.1, 0.2, 0.2, 0.1, 0.1]\n", "sum to 0.9; they must sum to 1 (within 0.01)"),
        ("deprivation_shares = [0.2, 0.2, 0.2, 0.2]\n", "it needs 5: 1 most deprived"),
        ("n_practices = 2\nn_pcns = 3\n", "n_practices = 2"),
        ("n_practices = 2000\n", "too many for 9000 residents; a practice needs at least 20"),
        ("n_pcns = 2\npcn_sizes = [1.0, 2.0, 3.0]\n", "has 3 sizes for n_pcns = 2 networks"),
        ("mean_household_size = 1.0\n", "leaves homes without an adult"),
        ("note = 3\n", "note = 3"),
        ('is_real = "yes"\n', "must be true or false"),
        ("sources = 3\n", "must be a table"),
    ],
)
def test_a_value_that_cannot_be_is_refused_by_name_and_place(tmp_path, text, said):
    message = refusal(tmp_path, text)
    assert said in message and "ours.toml" in message


@pytest.mark.parametrize("residents", [199, 5_000_001])
def test_residents_run_from_200_to_5_million(tmp_path, residents):
    with pytest.raises(BadValue, match=r"residents .* bound of"):
        own(tmp_path, f'name = "Ours"\nresidents = {residents}\n')


def test_shares_that_nearly_sum_to_1_are_scaled(tmp_path):
    shares = own(
        tmp_path, 'name = "Ours"\nresidents = 9000\ndeprivation_shares = [0.2, 0.2, 0.2, 0.2, 0.205]\n'
    ).deprivation_shares
    assert sum(shares) == pytest.approx(1)
