"""The model in Mesa's own page: it shows, steps, and starts anew with other levers."""

import importlib.util
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

EXAMPLE = Path(__file__).parents[1] / "examples" / "solara_viz.py"


@pytest.mark.filterwarnings("ignore")  # Mesa's page warns of hooks of its own
def test_the_model_shows_and_steps_in_the_page_of_mesa():
    pytest.importorskip("altair", reason='Mesa\'s page needs altair: pip install "mesa[viz]"')
    import solara

    spec = importlib.util.spec_from_file_location("solara_viz", EXAMPLE)
    example = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(example)
    model = example.page.args[0] if example.page.args else example.page.kwargs["model"]
    box, rendered = solara.render(example.page, handle_error=False)
    model.step()
    assert model.steps == 1 and len(model.datacollector.model_vars["n_waiting"]) == 1
    anew = type(model)(scenario="today", place="sandbox", support_level=0.9)
    assert anew.simulation.scenario.value("support_level", 0) == 0.9
    rendered.close()
    box.close()
