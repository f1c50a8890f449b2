"""The look: colours by role, the font, and the style sheet made from them."""

import re
import string
import tomllib
from functools import cache

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication

from core import resources, words
from ui.settings import Appearance

FAMILIES = ["IBM Plex Sans Arabic", "Fira Sans"]


def start(app: QApplication, appearance: Appearance) -> None:
    """Load fonts and style; follow the system where that is asked for, also when it changes."""
    app.setStyle("Fusion")
    for path in resources.fonts().values():
        QFontDatabase.addApplicationFont(str(path))
    app.styleHints().colorSchemeChanged.connect(lambda _scheme: _follow_system(app))
    choose(app, appearance)
    follow_language(app)


def follow_language(app: QApplication) -> None:
    """Lay everything out in the direction in which the language is read."""
    way = Qt.LayoutDirection
    app.setLayoutDirection(way.RightToLeft if words.right_to_left() else way.LeftToRight)


def choose(app: QApplication, appearance: Appearance) -> None:
    """Change the appearance of the running program."""
    app.setProperty("appearance", appearance.value)
    if appearance is Appearance.SYSTEM:
        _follow_system(app)
    else:
        _apply(app, dark=appearance is Appearance.DARK)


def choose_text_size(app: QApplication, percent: int) -> None:
    """Make text, and the rows and fields that hold it, so many per cent of the usual size.

    What is already shown keeps its fixed widths: make it again.
    """
    app.setProperty("text_size", percent)
    _apply(app, dark=is_dark())


def px(usual: float) -> int:
    """So many pixels at the text size in use."""
    app = QApplication.instance()
    percent = app.property("text_size") if app else None
    return round(usual * (percent or 100) / 100)


def font(size: int = 13, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """The program's font, ``size`` px high at the usual text size, for what paints its own text."""
    made = QFont(FAMILIES)
    made.setPixelSize(px(size))
    made.setWeight(weight)
    # The same pixels on every machine, and even spacing at fractional scales.
    made.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return made


def is_dark() -> bool:
    app = QApplication.instance()
    return bool(app.property("dark")) if app else False


def colour(role: str) -> QColor:
    """The colour of a role ("ink", "accent" …) in the palette in use."""
    return QColor(_tokens()["dark" if is_dark() else "light"][role])


def token(role: str, *, dark: bool) -> QColor | None:
    """The colour of a role in one of the palettes; None for one that is no token."""
    found = _tokens()["dark" if dark else "light"].get(role)
    return None if found is None else QColor(found)


def _follow_system(app: QApplication) -> None:
    if app.property("appearance") == Appearance.SYSTEM.value:
        _apply(app, dark=app.styleHints().colorScheme() == Qt.ColorScheme.Dark)


def _apply(app: QApplication, *, dark: bool) -> None:
    app.setProperty("dark", dark)
    tokens = _tokens()["dark" if dark else "light"]
    palette = QPalette()
    for role, token in {
        QPalette.ColorRole.Window: "ground",
        QPalette.ColorRole.Base: "card",
        QPalette.ColorRole.AlternateBase: "ground",
        QPalette.ColorRole.Text: "ink",
        QPalette.ColorRole.WindowText: "ink",
        QPalette.ColorRole.Button: "card",
        QPalette.ColorRole.ButtonText: "ink",
        QPalette.ColorRole.Highlight: "accent",
        QPalette.ColorRole.HighlightedText: "on_accent",
        QPalette.ColorRole.PlaceholderText: "muted",
        QPalette.ColorRole.ToolTipBase: "card",
        QPalette.ColorRole.ToolTipText: "ink",
        QPalette.ColorRole.Link: "accent",
    }.items():
        palette.setColor(role, QColor(tokens[token]))
    app.setPalette(palette)
    app.setFont(font())
    template = string.Template(resources.path("styles", "app.qss").read_text("utf-8"))
    icons = resources.path("icons").as_posix()
    app.setStyleSheet(_at_text_size(template.substitute(tokens, icons=icons)))


def _at_text_size(sheet: str) -> str:
    """Lengths grow with the text; lines of 1 and 2 px stay as thin as they are."""

    def grown(found: re.Match[str]) -> str:
        usual = int(found[1])
        return f"{px(usual) if usual > 2 else usual}px"

    return re.sub(r"\b(\d+)px", grown, sheet)


@cache
def _tokens() -> dict[str, dict[str, str]]:
    return tomllib.loads(resources.path("styles", "tokens.toml").read_text("utf-8"))
