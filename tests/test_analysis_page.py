"""The page on analysis: its study is one, its names exist, and its counts are right."""

import re
from pathlib import Path

from sp_abm.cli.analyse import ANALYSES
from sp_abm.designs import KINDS
from sp_abm.factors import SHAPES
from sp_abm.study import study_from

PAGE = (Path(__file__).parents[1] / "docs" / "analysis.md").read_text("utf-8")


def test_the_study_on_the_page_is_one_and_has_as_many_points_as_it_says():
    """Two factors with second order: 64 x (2 x 2 + 2) = 384 points."""
    text = 'schema_version = 1\nname = "page"\n' + PAGE.split("```toml")[1].split("```")[0]
    study = study_from(text, "analysis.md")
    assert study.design.size(study.factors) == 384 and study.hours == 10
    assert [factor.kind for factor in study.factors] == ["lever", "uncertainty"]


def test_a_method_of_salib_that_we_do_not_offer_reads_a_sweep_as_the_page_says(store_of, tmp_path, monkeypatch):
    """Of two factors only support moves burnout: PAWN finds it, and of outreach what luck leaves among 200 points."""
    factors = "".join(f"[factors.{name}]\nlow = 0\nhigh = 1\n" for name in ("outreach_share", "support_level"))
    text = factors + '[design]\nkind = "lhs"\nn = 200\n[replications]\nn = 1\n[outputs]\nmeasures = ["burnout_mean"]\n'
    store_of(text, lambda point, *_: {"burnout_mean": 0.5 - 0.2 * point["support_level"]}, name="sweep")
    monkeypatch.chdir(tmp_path)
    block = next(each for each in PAGE.split("```python")[1:] if "import pawn" in each).split("```")[0]
    names = {}
    exec(block, names)
    found = names["indices"]["median"]
    assert found["support_level"] > 3 * found["outreach_share"] > 0


def test_the_page_names_every_analysis_design_and_distribution():
    for name in ANALYSES:
        assert f"**{name}**" in PAGE
    assert set(re.findall(r"\| `(\w+)`[^|]*\|[^|]*\| `[\w-]+` \|", PAGE)) == set(KINDS) - {"list"}
    assert all(name in PAGE for name in SHAPES)
