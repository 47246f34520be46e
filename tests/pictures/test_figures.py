"""Figures: right numbers, valid and safe SVG, same bytes for same results, text that fits, real PNGs."""

import re
import struct
import zlib
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest

from sp_abm.errors import BadValue, CannotWrite, UnknownName
from sp_abm.recorder import SYSTEM_TALLIES
from sp_abm.viz.figures import ALSO_AS_PNG, FIGURES, drawable, figure, write
from sp_abm.viz.material import Material
from sp_abm.viz.pictures.funnel import funnel
from sp_abm.viz.pictures.stages import stage_stream
from sp_abm.viz.pictures.workforce import workforce
from sp_abm.viz.png import ZOOM, to_png
from sp_abm.viz.theme import STACK
from sp_abm.vocabulary import Stage

NEVER = -9999


def test_a_real_place_is_not_called_unreal(a_run, words):
    assert "Not a real place" not in words(FIGURES["stages"].draw(a_run(place_is_real=True)))


def test_outreach_is_said_to_rest_on_an_assumption(a_run, words):
    content = {"levers": {"outreach_share": ((0, 0.2),)}}
    assert "nothing is known" in words(FIGURES["funnel"].draw(a_run(scenario_content=content)))
    assert "nothing is known" not in words(FIGURES["funnel"].draw(a_run()))


def test_the_stage_stream_stacks_the_shares_and_labels_them(a_run):
    """Thriving .55, off balance .25, recovering .05, pre-crisis .13, crisis .02: edges .55 .80 .85 .98 1."""
    stream = stage_stream(a_run(), a_run(name="today"))
    assert stream.bands.edges[0] == pytest.approx([0.55, 0.80, 0.85, 0.98, 1.0])
    assert [label.share for label in stream.bands.labels] == ["55.0%", "25.0%", "5.0%", "13.0%", "2.0%"]
    assert {label.change for label in stream.bands.labels} == {"±0.0"}
    assert "15.0% of people were in distress, as in ‘today’" in stream.texts.title
    assert set(STACK) == set(Stage)


def test_weeks_without_anybody_are_a_gap_in_the_stream(a_run, words):
    run = a_run(weeks=10)
    run.people[4] = 0
    svg = FIGURES["stages"].draw(run)
    assert "left blank" in words(svg)
    assert svg.count("<path") > FIGURES["stages"].draw(a_run(weeks=10)).count("<path")


def test_the_workforce_shows_last_years_means(a_run, words):
    view = workforce(a_run(burnout=0.35), a_run(name="today"))
    burnout, posts, _ = view.panels
    assert [line.mean for line in burnout.lines] == pytest.approx([0.4, 0.35])
    assert [line.mean for line in posts.lines] == pytest.approx([6, 5, 5])
    assert "averaged 0.35, against 0.40 in ‘today’" in view.texts.title
    shown = words(FIGURES["workforce"].draw(a_run(burnout=0.35), a_run(name="today")))
    for part in ("0.35", "0.40", "6.0", "5.0", "40"):
        assert f" {part} " in shown


def test_burnout_without_workers_is_a_gap_and_a_note_not_a_zero(a_run, words):
    run = a_run(weeks=60)
    for tally in ("n_workers", "sum_burnout"):
        run.system[20:30, SYSTEM_TALLIES.index(tally)] = 0
    lines = workforce(run).panels[0].lines
    assert np.isnan(lines[0].values[20:30]).all() and np.isfinite(lines[0].values[30:]).all()
    assert "No link worker was in post in 10 of 60 weeks" in words(FIGURES["workforce"].draw(run))
    nobody = FIGURES["workforce"].draw(a_run(workers=0.0))
    assert "no link worker was in post" in words(nobody) and "nobody in post" in words(nobody)


def test_the_funnel_counts_people_and_shares_them_by_those_referred(a_run, words):
    view = funnel(a_run(), a_run(name="today"))
    assert [bars[0].people for _, bars in view.steps] == [100, 90, 30, 38]
    assert [bars[0].share for _, bars in view.steps] == [1.0, 0.9, 0.3, 0.38]
    assert view.texts.title == (
        "Of 100 people referred, 90 were reached and 38 started an activity; in ‘today’ 90 and 38"
    )
    assert "weeks 182 to 233 of 260" in view.texts.subtitle
    assert "38.0% · 38 people" in words(FIGURES["funnel"].draw(a_run()))


def test_a_funnel_of_nobody_says_so(a_run, words):
    run = a_run()
    run.cases["week_referred"][:] = NEVER
    shown = words(FIGURES["funnel"].draw(run, a_run(name="today")))
    assert "Nobody was referred" in shown and "nobody referred" in shown


def test_a_short_run_says_that_the_funnel_reaches_into_the_warm_up(a_run, words):
    assert "belong to the warm-up" in words(FIGURES["funnel"].draw(a_run(weeks=52)))


@pytest.mark.parametrize("change", [{"seed": 8}, {"place": "brent"}, {"weeks": 261}])
def test_a_baseline_of_another_place_seed_or_length_is_refused(change, a_run):
    baseline = a_run()
    baseline = replace(baseline, provenance=baseline.provenance | change)
    with pytest.raises(BadValue, match=next(iter(change))):
        FIGURES["stages"].draw(a_run(), baseline)


def test_an_unknown_figure_names_the_nearest():
    with pytest.raises(UnknownName, match="funnel"):
        figure("funel")


def test_every_figure_is_written_as_svg_and_some_as_png(tmp_path, a_run):
    files = write(a_run(), tmp_path / "pictures", a_run(name="today"))
    drawn = [figure.name for figure in drawable(Material(a_run(), a_run(name="today")))]
    assert "moved" in drawn and "life-line" not in drawn
    assert {path.name for path in files} == {f"{name}.svg" for name in drawn} | {f"{name}.png" for name in ALSO_AS_PNG}
    assert all(path.stat().st_size > 1000 for path in files)
    with pytest.raises(CannotWrite, match=r"stages\.svg"):
        write(a_run(), files[0])


def pixels(png: bytes) -> tuple[int, int, set[bytes]]:
    """Return width, height and the different rows of a PNG: enough to see whether something is drawn."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", png[16:24])
    body, at = b"", 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        if png[at + 4 : at + 8] == b"IDAT":
            body += png[at + 8 : at + 8 + length]
        at += 12 + length
    rows = zlib.decompress(body)
    step = len(rows) // height
    return width, height, {rows[k * step : (k + 1) * step] for k in range(height)}


def test_a_png_has_the_pictures_size_and_its_text_is_really_drawn(a_run):
    svg = FIGURES["funnel"].draw(a_run())
    width, height, rows = pixels(to_png(svg))
    viewed = [float(side) for side in ElementTree.fromstring(svg).get("viewBox").split()[2:]]
    assert (width, height) == pytest.approx([side * ZOOM for side in viewed], abs=1)
    _, _, mute = pixels(to_png(re.sub(r"<text.*?</text>", "", svg)))
    assert len(rows) > len(mute) + 100


def test_the_longest_shipped_name_fits_a_legend_with_its_levers_moved(a_run, words):
    shown = words(FIGURES["funnel"].draw(a_run(name="outreach-without-support, changed"), a_run(name="today")))
    assert "outreach without support, changed" in shown
