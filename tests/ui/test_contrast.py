"""Whatever is read or aimed at can be seen: computed from the tokens and the style sheet, in both palettes."""

import re

import pytest

from core import resources
from core.views import plot_style
from tests.contrast import EDGE, PALETTES, TEXT, contrast
from ui import theme
from ui.plots import series
from ui.settings import Appearance
from ui.widgets.fields import Line

TEXTS = ("ink", "muted", "accent", "good", "warn", "bad")
GROUNDS = (
    "card",
    "ground",
    *(f"{kind}_ground" for kind in ("accent", "good", "warn", "bad", "neutral")),
)
# What only divides or frames: nothing is told by it, and nothing is pressed there.
DIVIDES = (
    'QFrame[role="since"]',
    'QFrame[role="chapter"]', 'QFrame[role="card"]', 'QFrame[role="sidebar"]', 'QFrame[role="topbar"]', "QTableView::item",
    "QHeaderView::section", "QPushButton:disabled", 'QPushButton[primary="true"]:disabled',
)  # fmt: skip


def rules():
    """Selector and declarations of every rule of the style sheet."""
    sheet = resources.path("styles", "app.qss").read_text("utf-8")
    for selectors, body in re.findall(r"([^{}]+)\{([^{}]*)\}", sheet):
        said = dict(part.split(":", 1) for part in map(str.strip, body.split(";")) if ":" in part)
        for selector in selectors.split(","):
            yield selector.strip(), {key.strip(): value.strip() for key, value in said.items()}


def token(value):
    found = re.search(r"\$(\w+)", value or "")
    return found[1] if found else None


def test_contrast_is_that_of_the_standard():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.478, abs=0.001)
    assert contrast("#ffffff", "#777777") == contrast("#777777", "#ffffff")


@pytest.mark.parametrize("palette", PALETTES)
def test_every_text_is_read_on_every_ground(palette):
    colours = PALETTES[palette]
    pairs = [(text, ground) for text in TEXTS for ground in GROUNDS]
    pairs += [("on_accent", "accent"), ("on_accent", "accent_hover")]
    faint = {pair: contrast(colours[pair[0]], colours[pair[1]]) for pair in pairs}
    assert {pair: found for pair, found in faint.items() if found < TEXT} == {}


def test_the_style_sheet_writes_in_nothing_else():
    written = {token(said["color"]) for _, said in rules() if "color" in said}
    other = ("selection-color", "placeholder-text-color")
    written |= {token(said[key]) for _, said in rules() for key in other if key in said}
    assert written == {*TEXTS, "on_accent"}
    stood_on = {token(said.get("background")) for _, said in rules()} - {None}
    # What is pale and has no words on it: rules and scroll bars.
    assert stood_on - {*GROUNDS, "accent", "accent_hover"} == {"line", "strong_line"}


@pytest.mark.parametrize("palette", PALETTES)
def test_the_edge_of_whatever_is_pressed_or_typed_into_is_seen(palette):
    colours, faint, seen = PALETTES[palette], {}, 0
    for selector, said in rules():
        for key, value in said.items():
            edge = token(value) if key.startswith("border") else None
            if edge is None or selector in DIVIDES:
                continue
            seen += 1
            for ground in ("card", "ground"):
                if (found := contrast(colours[edge], colours[ground])) < EDGE:
                    faint[f"{selector} {edge} on {ground}"] = found
    assert seen > 20
    assert faint == {}


@pytest.mark.parametrize("appearance", [Appearance.LIGHT, Appearance.DARK])
def test_the_name_of_a_series_is_ink_beside_its_coloured_marker(app, show, appearance):
    theme.choose(app, appearance)
    try:
        name = show(series.SeriesName("fine_motor", "Fine motor"), (200, 30))
        picture = name.grab().toImage()
        half = name.contentsMargins().left()
        found = [set(), set()]
        for x in range(picture.width()):
            for y in range(picture.height()):
                found[x >= half * picture.devicePixelRatio()].add(picture.pixelColor(x, y).name())
        style = plot_style.of("fine_motor")
        colour = style.dark if appearance is Appearance.DARK else style.light
        assert colour.lower() in found[False]
        assert colour.lower() not in found[True]
        assert PALETTES[appearance.value]["ink"] in found[True]
        assert name.text() == "Fine motor"
    finally:
        theme.choose(app, Appearance.LIGHT)


def test_what_a_field_asks_for_is_read_before_something_is_typed(app, show):
    """Qt would write it in the field's colour at half its strength."""
    field = Line()
    field.setPlaceholderText("MMMM")
    picture = show(field, (160, 40)).grab().toImage()
    inside = {
        picture.pixelColor(x, y).name()
        for x in range(12, picture.width() - 12)
        for y in range(8, picture.height() - 8)
    }
    darkest = max(contrast(one, PALETTES["light"]["card"]) for one in inside)
    assert darkest >= TEXT
