"""Adverse events of the group, by patients and by events."""

from functools import partial

from PySide6.QtCore import QPoint, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QCursor, QPainter
from PySide6.QtWidgets import (
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from core.cohort.events import Counted, EventTable, event_table
from core.labels import GRADE
from core.model.adverse_event import Grade
from core.words import N_, n_events, n_patients, number, plural
from ui import theme
from ui.context import AppContext
from ui.forms.event.grades import SQUARE, paint_grade
from ui.models.table import ROW_ROLE, Column, TableModel
from ui.pages.cohort.group_card import GroupCard
from ui.pages.cohort.means_card import numbers
from ui.widgets.basics import Combo, PressButton, label, row, show_only
from ui.widgets.figures import FigureMark
from ui.widgets.responsive import Flow
from ui.widgets.table import PAD, Index, Table, ground
from ui.words import tr

ROW, SEEN, MOST_PATIENTS = 28, 9, 40  # px of a row; rows before the table scrolls; of a menu


class EventsCard(GroupCard):
    """Enter on a line lists its patients; one of them is opened."""

    opened = Signal(int)  # the place of a patient

    def __init__(self, context: AppContext) -> None:
        super().__init__(context)
        self._menu: QMenu | None = None
        self.found: EventTable | None = None
        self.what = label("", "muted", wrap=True)
        self.related = PressButton(tr("Related only"))
        self.related.setCheckable(True)
        self.related.setProperty("segment", "true")
        self.related.setProperty("dense", "true")
        self.related.setToolTip(
            tr(
                "Events that product or procedure may have caused. What nobody judged counts as one."
            )
        )
        self.least = Combo()
        self.least.setAccessibleName(tr("Least grade"))
        for grade in Grade:
            words = tr("all grades") if grade is Grade.MILD else tr("grade {n} and over")
            self.least.addItem(words.format(n=grade.value), grade.value)
        self.related.toggled.connect(lambda _on: self._compute())
        self.least.activated.connect(lambda _at: self._compute())
        columns: tuple[Column[Counted], ...] = (
            Column(N_("Adverse event"), lambda one: one.term, tip=lambda one: one.term),
            Column(N_("Patients"), _patients, right=True),
            Column(N_("Events"), lambda one: str(one.events), right=True),
            Column(N_("Worst grade"), _worst),
            Column(N_("Serious"), lambda one: str(one.serious), right=True),
        )
        self.model = TableModel(columns)
        self.table = Table(self.model, row_height=ROW)
        self.table.passes_letters = True
        self.table.setItemDelegateForColumn(3, _WorstCell(self.table))
        self.table.fix_widths({1: 108, 2: 66, 3: 96, 4: 70}, tight={1: 96, 2: 60, 3: 60, 4: 66})
        self.table.setAccessibleName(tr("Adverse events by patients and by events"))
        self.table.opened.connect(self.list_patients)
        self.none = label(tr("No adverse event is like that."), "muted")
        self.any = label("", "strong", wrap=True)
        head = row(label(tr("Adverse events"), "heading"), FigureMark("event-table"), None)
        tools = QWidget()
        tools.setProperty("role", "tools")
        tools.setLayout(Flow(self.related, self.least, spacing=6))
        parts = (self.what, self.table, self.none, self.any)
        self._lay_out(head, tools, *parts, None)

    def list_patients(self, line: Counted) -> None:
        """The patients of a line, to open one of them."""
        if self._group is None or not line.who:
            return
        named, menu = numbers(self._group), QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for at in line.who[:MOST_PATIENTS]:
            menu.addAction(named[at], partial(self.opened.emit, at))
        hidden = len(line.who) - MOST_PATIENTS
        if hidden > 0:
            menu.addAction(tr("{n} more").format(n=hidden)).setEnabled(False)
        menu.popup(QCursor.pos() if self.table.underMouse() else self._below_line())
        menu.setActiveAction(menu.actions()[0])
        self._menu = menu

    def _below_line(self) -> QPoint:
        rect = self.table.visualRect(self.table.currentIndex())
        return self.table.viewport().mapToGlobal(rect.bottomLeft())

    def _compute(self) -> None:
        group, related = self._group, self.related.isChecked()
        least = int(self.least.currentData())
        if group is not None:
            self._asking.ask(
                lambda: event_table(group, related_only=related, least_grade=least), self._show
            )

    def _show(self, found: EventTable) -> None:
        self.found = found
        self.model.show_rows(found.lines)
        self.table.fit_height(SEEN)
        self.any.setText(_any(found.any_))
        parts = (self.table, self.any) if found.lines else (self.none,)
        show_only(parts, (self.table, self.none, self.any))
        self.what.setText(_what(found))


def _what(found: EventTable) -> str:
    """Who is counted, and what is not."""
    of = found.any_.of
    if not found.treated_only:
        return tr("All events of {patients}: nobody was infused.").format(patients=n_patients(of))
    text = tr("Since the infusion, of {n} infused patients.").format(n=of)
    if found.not_counted:
        left = plural(
            found.not_counted,
            "1 event began before it and is not counted.",
            "{n} events began before it and are not counted.",
        )
        text = f"{text} {left}"
    return text


def _any(one: Counted) -> str:
    return tr("Any: {n} of {of} patients ({percent} %), {events}, {serious} serious").format(
        n=one.patients,
        of=one.of,
        percent=number(100 * one.share, 0),
        events=n_events(one.events),
        serious=one.serious,
    )


def _patients(one: Counted) -> str:
    """“3 (18 %)”, of the patients that the line above the table names."""
    return f"{one.patients} ({number(100 * one.share, 0)} %)"


def _worst(one: Counted) -> str:
    return GRADE[Grade(one.worst)]


class _WorstCell(QStyledItemDelegate):
    """The worst grade in its square."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        ground(painter, option)
        side = theme.px(SQUARE)
        area = option.rect
        top = area.y() + (area.height() - side) // 2
        place = QStyle.visualRect(option.direction, area, QRect(area.x() + PAD, top, side, side))
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_grade(painter, QRectF(place), Grade(index.data(ROW_ROLE).worst))
        painter.restore()
