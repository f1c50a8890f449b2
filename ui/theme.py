"""The look: colours by role, the font, and the style sheet made from them."""

import string
import tomllib
from functools import cache

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication

from core import resources

FAMILIES = ["IBM Plex Sans Arabic", "Fira Sans"]


def start(app: QApplication, dark: bool | None) -> None:
    """Load fonts and style. ``dark`` None follows the system, also when it changes."""
    app.setStyle("Fusion")
    for path in resources.fonts().values():
        QFontDatabase.addApplicationFont(str(path))
    font = QFont(FAMILIES)
    font.setPixelSize(13)
    # The same pixels on every machine, and even spacing at fractional scales.
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    app.setFont(font)
    hints = app.styleHints()
    if dark is None:
        _apply(app, hints.colorScheme() == Qt.ColorScheme.Dark)
        hints.colorSchemeChanged.connect(lambda scheme: _apply(app, scheme == Qt.ColorScheme.Dark))
    else:
        _apply(app, dark)


def is_dark() -> bool:
    app = QApplication.instance()
    return bool(app.property("dark")) if app else False


def colour(role: str) -> QColor:
    """The colour of a role ("ink", "accent" …) in the palette in use."""
    return QColor(_tokens()["dark" if is_dark() else "light"][role])


def _apply(app: QApplication, dark: bool) -> None:
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
    app.setStyleSheet(template.substitute(tokens))


@cache
def _tokens() -> dict[str, dict[str, str]]:
    return tomllib.loads(resources.path("styles", "tokens.toml").read_text("utf-8"))
