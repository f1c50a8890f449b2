"""The trends of a patient: a questionnaire and the vital capacity over one time axis."""

from dataclasses import replace
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QApplication, QCheckBox, QFrame, QWidget

from core import exports
from core.instruments import catalog as instruments
from core.instruments.definition import Instrument
from core.model.document import About, Document, OfPatient
from core.model.record import PatientRecord
from core.model.trail import Act
from core.model.user import Right
from core.views import trends
from core.views.trends import Axis, Plot
from core.words import DEMONSTRATION
from ui import theme
from ui.context import AppContext
from ui.documents import buttons, let_out
from ui.plots.series import SeriesName
from ui.plots.trend_plot import TrendPlot
from ui.widgets.basics import Combo, button, card, clear, column, label, row
from ui.widgets.fields import ChoiceField
from ui.widgets.responsive import Flow
from ui.words import tr


class TrendsPanel(QWidget):
    """Two plots below one another, which share their axis; copied as a picture, exported as numbers."""

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self._context = context
        self._record: PatientRecord | None = None
        self._axis = Axis.REFERENCE
        self.total_plot, self.capacity_plot = TrendPlot(), TrendPlot(names_marks=False)
        for plot in (self.total_plot, self.capacity_plot):
            plot.setMinimumHeight(theme.px(96))
        self.axis = ChoiceField(
            "",
            {
                Axis.REFERENCE: tr("Months"),
                Axis.DATE: tr("Dates"),
                Axis.ONSET: tr("Since onset"),
            },
        )
        self.axis.chosen.connect(self._on_axis)
        self.tools = QWidget()  # of the tab, beside the tabs
        self.tools.setLayout(row(self.axis))
        self.ahead = QCheckBox(tr("Projection"))
        self.ahead.setToolTip(
            tr(
                "The patient's own straight line carried forward, dashed, with its 95 % prediction"
                " interval; from three visits on."
            )
        )
        self.ahead.setChecked(True)
        self.ahead.toggled.connect(lambda _on: self._on_axis())
        self.questionnaire = Combo()
        self.questionnaire.setAccessibleName(tr("Questionnaire drawn"))
        self.questionnaire.activated.connect(lambda _index: self._on_axis())
        self._legend, self._capacity_legend = Flow(spacing=12), Flow(spacing=12)
        self._total_title, self._capacity_title = label("", "heading"), label("", "heading")
        self._axis_title = label("", "small")  # one for both plots
        plots = column(spacing=10)
        plots.addWidget(self._total_card(), 3)
        plots.addWidget(self._capacity_card(), 2)
        self.setLayout(plots)

    def _total_card(self) -> QFrame:
        copied = button(tr("Copy picture"), self.copy_picture, link=True)
        leaving = buttons(self._context, OfPatient, self._let_out, link=True)
        if not self._context.session.may(Right.EXPORT):
            copied.hide()
        tools = row(self._total_title, self.questionnaire)
        tools.addLayout(Flow(copied, *leaving, self.ahead, right=True), 1)
        return card(tools, self._legend, self.total_plot, spacing=4)

    def _capacity_card(self) -> QFrame:
        feet = row(None, self._axis_title, None)
        return card(
            self._capacity_title, self._capacity_legend, self.capacity_plot, feet, spacing=4
        )

    def show_record(self, record: PatientRecord) -> None:
        self._record = record
        scales = {scale.axis: scale for scale in trends.time_scales(record)}
        self.axis.allow(set(scales))
        scale = scales.get(self._axis) or next(iter(scales.values()))
        self.axis.set_value(scale.axis)
        instrument = self._chosen_questionnaire(record)
        total = trends.scores(record, instrument, projected=True)
        capacity = trends.vital_capacity(record, projected=True)
        asked = (total, capacity)
        self.ahead.setVisible(any(plot.forecasts or plot.no_forecast for plot in asked))
        if not self.ahead.isChecked():
            total, capacity = (replace(plot, forecasts=(), no_forecast="") for plot in asked)
        both = total
        if instrument.total is not None and instrument.domains:
            both = _joined(total, trends.domains(record, instrument))
        days = both.days + capacity.days
        self.total_plot.show_plot(both, scale, days)
        self.capacity_plot.show_plot(capacity, scale, days)
        self._total_title.setText(instruments.title(instrument))
        self._capacity_title.setText(capacity.title)
        self._axis_title.setText(scale.title)
        why_not = _no_projection(total, capacity)
        _show_legend(self._legend, both, why_not[0])
        _show_legend(self._capacity_legend, capacity, why_not[1])

    def _chosen_questionnaire(self, record: PatientRecord) -> Instrument:
        """The one to draw; it can be chosen only where this patient has answered another one too."""
        first = instruments.alsfrs_r()
        answered = {form.instrument for form in record.assessments if form.values}
        offered = [one for one in trends.questionnaires(record) if one.id in answered | {first.id}]
        before = self.questionnaire.currentText()
        self.questionnaire.clear()
        for one in offered:
            self.questionnaire.addItem(instruments.title(one))
        index = max(0, self.questionnaire.findText(before))
        self.questionnaire.setCurrentIndex(index)
        self.questionnaire.setVisible(len(offered) > 1)
        self._total_title.setVisible(len(offered) == 1)
        return offered[index]

    def _on_axis(self) -> None:
        self._axis = self.axis.value or Axis.REFERENCE
        if self._record is not None:
            self.show_record(self._record)

    def copy_picture(self) -> None:
        """The trend as it is on screen, for a letter or a slide; it names nobody."""
        if self._record is None:
            return
        patient_id, details = self._record.patient.id, {"document": "picture of the trends"}
        if not self._context.write_down(Act.EXPORTED, patient_id=patient_id, details=details):
            return
        picture = self.total_plot.grab()
        if self._context.session.clinic.demonstration:
            painter = QPainter(picture)
            painter.setPen(theme.colour("warn"))
            corner = self.total_plot.rect().adjusted(0, 0, -8, -30)
            align = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom
            painter.drawText(corner, align, tr(DEMONSTRATION))
            painter.end()
        QApplication.clipboard().setPixmap(picture)

    def ask_export(self) -> bool:
        """Ask where the results behind the chart are saved; False where nobody may, or there are none."""
        if self._record is None or not self._context.session.may(Right.EXPORT):
            return False
        self._let_out(exports.named("chart-data"))
        return True

    def _let_out(self, document: Document[Any]) -> None:
        if self._record is not None:
            about = About(patient_id=self._record.patient.id)
            let_out(self, self._context, document, about)


def _joined(total: Plot, domains: Plot) -> Plot:
    """Total and domains in one plot: the total's range holds both."""
    return replace(total, series=(*total.series, *domains.series))


def _no_projection(total: Plot, capacity: Plot) -> tuple[str, str]:
    """Why nothing is carried forward in either plot; one reason of both stands once."""
    if total.no_forecast and total.no_forecast == capacity.no_forecast:
        return tr("No projection in either plot. {why}").format(why=total.no_forecast), ""
    words = tr("No projection. {why}")
    first, second = (
        words.format(why=plot.no_forecast) if plot.no_forecast else "" for plot in (total, capacity)
    )
    return first, second


def _show_legend(layout: Flow, plot: Plot, no_projection: str) -> None:
    """The names of the series with their markers; why none of them is carried forward."""
    clear(layout)
    for series in plot.series:
        layout.addWidget(SeriesName(series.role, series.title))
    for title, how in dict.fromkeys((one.title, one.how) for one in plot.forecasts):
        entry = label(f"┄ {title}", "small")
        entry.setToolTip(how)
        layout.addWidget(entry)
    if no_projection:
        layout.addWidget(label(no_projection, "small"))
