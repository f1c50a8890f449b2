"""How the stack of a chart looks in a window: a picture for each size, light and dark."""

from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat
from PySide6.QtWidgets import QApplication

from tests.ui.keyboard import settle
from tests.ui.plots.test_trend_stack import a_stack
from ui import theme
from ui.settings import Appearance

__all__ = ["a_stack"]
GOLDEN = Path(__file__).resolve().parents[2] / "golden"
# Of the stack: what a window of that size leaves for it, at that size of text.
SIZES = {
    "1366x768": ((914, 628), 100),
    "1280x720": ((828, 602), 100),
    "1920x1080": ((1468, 940), 100),
    "200_percent": ((651, 1500), 200),
}


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_the_stack_looks_as_it_was_approved(a_stack, tmp_path, size, dark):
    """Look at a changed picture before it becomes golden. Compared at half of its size, so that a hair is no fault."""
    app, ((wide, high), percent) = QApplication.instance(), SIZES[size]
    theme.choose_text_size(app, percent)
    theme.choose(app, Appearance.DARK if dark else Appearance.LIGHT)
    try:
        chart = a_stack((wide, high))
        chart.clearFocus()
        chart.resize(wide, high)
        settle()
        made = tmp_path / f"stack_{size}_{'dark' if dark else 'light'}.png"
        chart.grab().save(str(made))
    finally:
        theme.choose(app, Appearance.LIGHT)
        theme.choose_text_size(app, 100)
    golden = GOLDEN / made.name
    with Image.open(made) as opened:
        picture = opened.convert("L").reduce(2)
    picture.quantize(32).save(made, optimize=True)
    picture = Image.open(made).convert("L")
    with Image.open(golden) as opened:
        approved = opened.convert("L")
    assert picture.size == approved.size
    difference = ImageStat.Stat(ImageChops.difference(picture, approved)).mean[0]
    assert difference < 0.3, f"compare {made} with {golden}, copy it there if right"
