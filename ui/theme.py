"""The look: colours by role, the font, and the style sheet made from them."""

import string
import tomllib
from functools import cache

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication

from core import resources
from ui.settings import Appearance

FAMILIES = ["IBM Plex Sans Arabic", "Fira Sans"]


def start(app: QApplication, appearance: Appearance) -> None:
    """Load fonts and style; follow the system where that is asked for, also when it changes."""
    app.setStyle("Fusion")
    for path in resources.fonts().values():
        QFontDatabase.addApplicationFont(str(path))
    app.setFont(font())
    app.styleHints().colorSchemeChanged.connect(lambda _scheme: _follow_system(app))
    choose(app, appearance)


def choose(app: QApplication, appearance: Appearance) -> None:
    """Change the appearance of the running program."""
    app.setProperty("appearance", appearance.value)
    if appearance is Appearance.SYSTEM:
        _follow_system(app)
    else:
        _apply(app, dark=appearance is Appearance.DARK)


def font(size: int = 13, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """The program's font, ``size`` px high, for what paints its own text."""
    made = QFont(FAMILIES)
    made.setPixelSize(size)
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
    template = string.Template(resources.path("styles", "app.qss").read_text("utf-8"))
    icons = resources.path("icons").as_posix()
    app.setStyleSheet(template.substitute(tokens, icons=icons))


@cache
def _tokens() -> dict[str, dict[str, str]]:
    return tomllib.loads(resources.path("styles", "tokens.toml").read_text("utf-8"))
