"""What was checked, ordered and given, beside the grid; one line where there is no room."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from core.model.ids import VisitId
from core.model.record import PatientRecord
from core.views import infusion_day
from core.views.infusion_day import Part
from ui import theme
from ui.widgets.basics import clear, label, show_only
from ui.widgets.responsive import Columns
from ui.words import tr

SIDE = 224  # px at the usual text size
LEAST = 860  # px of the side and the grid together: with less the side is one line


class DaySide(QWidget):
    """Read only: each part is entered in its own step."""

    def __init__(self) -> None:
        super().__init__()
        self.line = label("", "muted", wrap=True)
        self._whole = QWidget()
        self._parts = QVBoxLayout(self._whole)
        self._parts.setContentsMargins(0, 0, 0, 0)
        self._parts.setSpacing(6)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.line)
        layout.addWidget(self._whole)
        layout.addStretch(1)
        self.line.hide()

    def show_record(self, record: PatientRecord, visit_id: VisitId) -> None:
        self.line.setText(infusion_day.in_a_line(record, visit_id) or tr("Nothing given yet."))
        clear(self._parts)
        found = infusion_day.parts(record, visit_id)
        for part in found:
            self._show(part)
        if not found:
            words = tr("Product, donor and dose appear here as they are entered in their steps.")
            self._parts.addWidget(label(words, "muted", wrap=True))
        said, good = infusion_day.rate(record, visit_id)
        if said:
            self._parts.addWidget(label(said, "good" if good else "problem", wrap=True))
        self._parts.addStretch(1)

    def _show(self, part: Part) -> None:
        self._parts.addWidget(label(part.title, "heading"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(6)
        grid.setVerticalSpacing(1)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(3, 1)
        at, second = 0, False
        for line in part.lines:
            second = line.half and not second
            words = label(line.text, "" if line.good else "problem", wrap=True)
            title = label(line.title, "small", wrap=True)
            place = 2 if line.half and not second else 0
            at += 0 if place else 1
            grid.addWidget(title, at, place, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(words, at, place + 1, 1, 1 if line.half else 3)
            if line.remark:
                at += 1
                role = "good" if line.good else "problem"
                grid.addWidget(label(line.remark, role, wrap=True), at, 1, 1, 3)
        self._parts.addLayout(grid)

    def fold(self, *, folded: bool) -> None:
        show_only([self.line] if folded else [self._whole], (self.line, self._whole))


class DayColumns(Columns):
    """The side beside the grid; a line above it in a narrow window, and where something else is beside them."""

    def __init__(self, side: DaySide, rest: QWidget) -> None:
        self._side = side
        self._on_narrow_page = self._folded = False
        super().__init__(side, rest, fixed={0: SIDE}, spacing=16)

    def set_narrow(self, *, narrow: bool) -> None:
        self._on_narrow_page = narrow
        self._fold()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fold()

    def _fold(self) -> None:
        self._folded = self._on_narrow_page or self.width() < theme.px(LEAST)
        super().set_narrow(narrow=self._folded)
        self._side.fold(folded=self._folded)
