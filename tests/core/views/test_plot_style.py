import re
import tomllib

import pytest

from core import resources
from core.instruments import catalog
from core.model.spirometry import Position, TestType
from core.views import plot_style
from tests.contrast import EDGE, PALETTES, TEXT, contrast

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


ALL_ROLES = tomllib.loads(resources.path("styles", "series.toml").read_text("utf-8"))


@pytest.mark.parametrize("role", ALL_ROLES)
def test_every_marker_and_line_is_seen_on_the_ground_of_its_plot(role):
    style = plot_style.of(role)
    for ground in ("#ffffff", PALETTES["light"]["card"], PALETTES["light"]["ground"]):
        assert contrast(style.light, ground) >= EDGE
    for ground in (PALETTES["dark"]["card"], PALETTES["dark"]["ground"]):
        assert contrast(style.dark, ground) >= EDGE


@pytest.mark.parametrize(
    "role", [role for role in ALL_ROLES if plot_style.of(role).marker == "line"]
)
def test_what_is_written_beside_a_mark_in_its_colour_is_read(role):
    style = plot_style.of(role)
    assert contrast(style.light, PALETTES["light"]["card"]) >= TEXT
    assert contrast(style.dark, PALETTES["dark"]["card"]) >= TEXT


FILLS = tomllib.loads(resources.path("styles", "fills.toml").read_text("utf-8"))


@pytest.mark.parametrize("role", FILLS)
def test_the_words_inside_a_bar_or_a_square_are_read(role):
    for style in (plot_style.fill(role).light, plot_style.fill(role).dark):
        assert contrast(style.ink, style.fill) >= TEXT


@pytest.mark.parametrize("grade", range(1, 6))
def test_the_square_of_a_grade_is_seen_by_its_fill_or_its_edge(grade):
    style = plot_style.fill(f"grade_{grade}")
    for one, palette in ((style.light, "light"), (style.dark, "dark")):
        ground = PALETTES[palette]["card"]
        assert max(contrast(one.fill, ground), contrast(one.edge, ground)) >= EDGE


def test_a_bar_without_a_fill_of_its_own_looks_like_any_other():
    assert plot_style.fill("of a clinic's own form") == plot_style.fill("bar")
