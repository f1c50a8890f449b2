"""A key figure of a patient in a tile: its name, the number, and what it is made from."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame

from core.views.chart import Figure
from ui.widgets.basics import card, label, row


def figure_tile(figure: Figure) -> QFrame:
    """Names and numbers of tiles side by side stand on the same lines, however long the words below are.

    The unit of a rate is small, so that the number never makes one tile wider than the others.
    """
    words, _space, last = figure.text.rpartition(" ")
    is_rate = bool(words) and last.startswith("/") and last != "/"
    value = label(words if is_rate else figure.text, "number", wrap=True)
    number = row(value, spacing=4)
    if is_rate:
        unit = label(last, "muted")
        unit.setContentsMargins(0, 0, 0, 3)  # on the number's base line
        number.addWidget(unit, 0, Qt.AlignmentFlag.AlignBottom)
    number.addStretch(1)
    tile = card(
        label(figure.title, "muted"),
        number,
        label(figure.beside, "small", wrap=True),
        None,
        spacing=0,
    )
    if (body := tile.layout()) is not None:
        body.setContentsMargins(14, 8, 10, 8)
    tile.setToolTip(figure.tip)
    tile.setAccessibleName(f"{figure.title}: {figure.text}, {figure.beside}")
    return tile
