import re

import pytest

from core import plot_style
from core.instruments import catalog
from core.model.spirometry import Position, TestType

ROLES = [
    *(scale.id for scale in catalog.alsfrs_r().scales),
    *(f"{kind.value}_{position.value}" for kind in TestType for position in Position),
    *("fvc_stated", "reference", "event", "serious", "milestone", "threshold"),
]


@pytest.mark.parametrize("role", ROLES)
def test_every_role_has_a_style_of_its_own(role):
    style = plot_style.of(role)
    assert re.fullmatch("#[0-9a-fA-F]{6}", style.light)
    assert re.fullmatch("#[0-9a-fA-F]{6}", style.dark)
    assert style.marker in {"circle", "square", "triangle", "diamond", "cross", "line"}
    assert role == "total" or style != plot_style.of("total")


def test_series_of_one_plot_differ_in_colour_and_in_marker():
    """So that they can be told apart in a black-and-white print too."""
    domains = [plot_style.of(scale.id) for scale in catalog.alsfrs_r().domains]
    assert len({style.light for style in domains}) == len({style.marker for style in domains}) == 4


def test_the_scale_of_a_new_questionnaire_looks_like_the_total():
    assert plot_style.of("bone_conduction") == plot_style.of("total")
