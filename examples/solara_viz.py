"""The model in Mesa's own SolaraViz: `solara run examples/solara_viz.py` (needs `pip install "mesa[viz]"`).

The dashboard of this package is `sp-abm dashboard`; this is for people who know Mesa's tools and want them.
"""

from typing import Any, Final

from mesa.visualization import Slider, SolaraViz, make_plot_component

from sp_abm import SocialPrescribingModel
from sp_abm.levers import LEVERS

STEP: Final = 0.05


class Town(SocialPrescribingModel):
    """The model with levers as `kwargs`, the one name by which Mesa's page lets a model take more than it lists."""

    def __init__(self, scenario: str = "today", place: str = "sandbox", **kwargs: Any) -> None:
        super().__init__(scenario, place, **kwargs)


def lever(name: str, value: float) -> Slider:
    """Return a slider for a lever, within its declared bounds."""
    fact = LEVERS[name]
    return Slider(name.replace("_", " "), value=value, min=fact.low, max=fact.high, step=STEP)


MODEL_PARAMS: Final = {
    "scenario": "today",
    "place": "sandbox",
    "support_level": lever("support_level", 0.39),
    "outreach_share": lever("outreach_share", 0.0),
}

page = SolaraViz(
    Town(),
    components=[
        make_plot_component(["share_distress", "share_lonely"]),
        make_plot_component("burnout_mean"),
        make_plot_component("n_waiting"),
    ],
    model_params=MODEL_PARAMS,
    name="Social prescribing",
)
