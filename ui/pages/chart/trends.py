"""The course of one patient: the stack over one time axis, and its tools."""

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtGui import QAction, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from core import clock, exports
from core.acts import documents
from core.instruments import catalog as instruments
from core.instruments.definition import Instrument
from core.model.document import About, Document, OfPatient
from core.model.record import PatientRecord
from core.model.trail import Act
from core.model.user import Right
from core.views import trends
from core.views.stack import build, fields
from core.views.stack.rows import Stack
from core.views.trends import Axis
from core.words import DEMONSTRATION, day
from ui.context import AppContext
from ui.documents import let_out
from ui.pages.chart.axis_button import AxisButton
from ui.plots.trend_stack import TrendStack
from ui.widgets.basics import button, card, row
from ui.words import tr

FIRST_FIELDS = ("weight",)  # that are drawn until somebody chooses others
WHOLE, AHEAD, FIELDS = (
    "whole-scale",
    "projection",
    "fields",
)  # names of what is remembered


class TrendsPanel(QWidget):
    """The stack, copied as a picture, exported as numbers. What a person chooses is remembered for them."""

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self._context = context
        self._record: PatientRecord | None = None
        self._built: tuple[object, Stack] | None = None
        self.chart = TrendStack()
        self.axis = AxisButton(context)
        self.axis.turned.connect(self._draw)
        self.whole = button("", self._turn_whole)
        self.more = button(tr("Show"))
        self.more.setAccessibleName(tr("What the chart shows, and what can be taken along"))
        self._menu = QMenu(self.more)
        self._menu.setToolTipsVisible(True)
        self._menu.aboutToShow.connect(self._fill_menu)
        self.more.setMenu(self._menu)
        self.ahead = QAction(tr("Projection") + "\tP", self, checkable=True)
        self.ahead.setToolTip(
            tr(
                "The patient's own straight line carried forward, dashed, with its 95 % prediction"
                " interval; from six visits on."
            )
        )
        self.ahead.setChecked(self._remembered(AHEAD) != "no")
        self.ahead.toggled.connect(self._on_ahead)
        self._instrument: tuple[str, str] | None = None  # id and version; None is the ALSFRS-R
        copy = QShortcut(QKeySequence.StandardKey.Copy, self.chart, self.copy_picture)
        copy.setContext(copy.context().WidgetShortcut)
        self.tools = QWidget()  # of the tab, beside the tabs
        self.tools.setLayout(row(self.axis, self.whole, self.more, None, spacing=6))
        self._name_tools()
        frame = card(self.chart)
        if (body := frame.layout()) is not None:
            body.setContentsMargins(1, 4, 1, 1)
        self.setLayout(row(frame))

    def show_record(self, record: PatientRecord) -> None:
        if self._record is None or record.patient.id != self._record.patient.id:
            self._instrument = None
            self.chart.point_at(None)
        self._record = record
        self.axis.show_record(record)
        self._draw()

    def follow_axis(self) -> None:
        """Another tab may have chosen the axis."""
        if self._record is not None and self.chart.scale != self.axis.scale:
            self._draw()

    def take_key(self, key: str) -> bool:
        """M: the next time axis; Z: used range or whole scale; P: projection."""
        if key == "M":
            self.axis.turn()
        elif key == "Z":
            self._turn_whole()
        elif key == "P":
            self.ahead.toggle()
        else:
            return False
        return True

    def copy_picture(self) -> None:
        """The whole stack for a letter or a slide, white and sharp; it names nobody."""
        if self._record is None or not self._context.session.may(Right.EXPORT):
            return
        patient_id, details = self._record.patient.id, {"document": "picture of the trends"}
        if not self._context.write_down(Act.EXPORTED, patient_id=patient_id, details=details):
            return
        title = tr("The course to {day}").format(day=day(clock.today()))
        demonstration = self._context.session.clinic.demonstration
        picture = self.chart.picture(title, tr(DEMONSTRATION) if demonstration else "")
        QApplication.clipboard().setImage(picture)
        self._context.told.emit(tr("The picture is copied."))

    def ask_export(self) -> bool:
        """Ask where the results behind the chart are saved; False where nobody may, or there are none."""
        if self._record is None or not self._context.session.may(Right.EXPORT):
            return False
        self._let_out(exports.named("chart-data"))
        return True

    def _draw(self) -> None:
        record = self._record
        if record is None:
            return
        self._name_tools()
        chosen = self._fields()
        instrument = self._drawn(record)
        today = clock.today()
        drawn = instrument.id, instrument.version
        key = (record, today, drawn, tuple(chosen), self.ahead.isChecked())
        if self._built is None or self._built[0] != key:
            projected = self.ahead.isChecked()
            stack = build.build(
                record, today, instrument=instrument, fields=chosen, projected=projected
            )
            self._built = (key, stack)
        self.chart.show_stack(self._built[1], self.axis.scale, whole=self._is_whole)

    def _name_tools(self) -> None:
        """The buttons say what is shown, and the key that shows the next."""
        self.axis.name()
        whole = tr("Whole scale") if self._is_whole else tr("Used range")
        self.whole.setText(f"{whole}  Z")
        self.whole.setToolTip(tr("The part of each scale that is used, or the whole of it."))

    @property
    def _is_whole(self) -> bool:
        return self._remembered(WHOLE) == "yes"

    def _drawn(self, record: PatientRecord) -> Instrument:
        offered = self._questionnaires(record)
        return next(
            (one for one in offered if (one.id, one.version) == self._instrument), offered[0]
        )

    def _questionnaires(self, record: PatientRecord) -> list[Instrument]:
        """The ALSFRS-R, and each other one that this patient has answered, an older version by itself where it compares with none."""
        first, answered = instruments.alsfrs_r(), [one for one in record.assessments if one.values]
        return [
            one
            for one in trends.questionnaires(record)
            if one is first
            or any(form.instrument == one.id and one.compares(form.version) for form in answered)
        ]

    def _fill_menu(self) -> None:
        """What can be drawn for this patient, and what can be taken along; looked up when somebody asks."""
        self._menu.clear()
        record = self._record
        if record is None:
            return
        self._menu.addAction(self.ahead)
        offered = self._questionnaires(record)
        if len(offered) > 1:
            self._menu.addSeparator()
            for one in offered:
                chosen = one is self._drawn(record)
                choose = partial(self._on_instrument, (one.id, one.version))
                self._add(instruments.title(one), choose, chosen)
        plots = fields.plots(record)
        if plots:
            self._menu.addSeparator()
        for plot in plots:
            self._add(plot.title, partial(self._on_field, plot.id), plot.id in self._fields())
        if self._context.session.may(Right.EXPORT):
            self._menu.addSeparator()
            self._menu.addAction(tr("Copy picture") + "\tCtrl+C", self.copy_picture)
        for document in documents.offered(self._context.session, OfPatient):
            if documents.may_take(self._context.session, document):
                self._menu.addAction(tr(document.button), partial(self._let_out, document))

    def _add(self, title: str, act: Callable[[], None], chosen: bool) -> None:
        entry = self._menu.addAction(title, act)
        entry.setCheckable(True)
        entry.setChecked(chosen)

    def _fields(self) -> list[str]:
        """The ids of the numbers that are drawn below the vital capacity."""
        text = self._remembered(FIELDS)
        return list(FIRST_FIELDS) if not text else [one for one in text.split(",") if one != "none"]

    def show_axis(self, axis: Axis) -> None:
        """Draw on this time axis, where the patient has it."""
        self.axis.choose(axis)

    def _turn_whole(self) -> None:
        self._remember(WHOLE, "no" if self._is_whole else "yes")
        self._draw()

    def _on_ahead(self) -> None:
        self._remember(AHEAD, "yes" if self.ahead.isChecked() else "no")
        self._draw()

    def _on_instrument(self, instrument: tuple[str, str]) -> None:
        self._instrument = instrument
        self._draw()

    def _on_field(self, id: str) -> None:
        chosen = self._fields()
        chosen = [one for one in chosen if one != id] if id in chosen else [*chosen, id]
        self._remember(FIELDS, ",".join(chosen) or "none")
        self._draw()

    def _let_out(self, document: Document[Any]) -> None:
        if self._record is not None:
            about = About(patient_id=self._record.patient.id)
            let_out(self, self._context, document, about)

    def _remembered(self, what: str) -> str:
        return self._context.settings.chosen(self._context.session.login, what)

    def _remember(self, what: str, value: str) -> None:
        self._context.settings.set_chosen(self._context.session.login, what, value)
