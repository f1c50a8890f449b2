"""What the numbers become while a visit is entered: scores, the trend, the change since last time."""

from PySide6.QtWidgets import QFrame, QGridLayout, QVBoxLayout

from core import trends
from core.drafts import Draft
from core.instruments.definition import Instrument
from core.model.record import PatientRecord
from core.model.spirometry import Spirometry
from core.protocols.definition import SPIROMETRY
from core.science.spirometry import evaluate
from core.summary import percent_before, scale_row, slope_text, total_before
from core.words import day, number, signed
from ui.plots import series
from ui.plots.trend_plot import TrendPlot
from ui.widgets.basics import chip, label, row, set_chip, show_only
from ui.words import tr


class LivePanel(QFrame):
    """Moves with every keystroke; it never draws a partial sum, only the range still possible."""

    def __init__(self, draft: Draft) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self._draft = draft
        self.score = chip("", "accent")
        self.change = label("", "muted", wrap=True)
        self.slope = label("", "muted", wrap=True)
        self.total_plot = TrendPlot()
        self.domain_plot = TrendPlot()
        self.capacity_plot = TrendPlot()
        self.capacity_plot.setMaximumHeight(340)
        self.domains = {}
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(2)
        for instrument in draft.instruments:
            for index, scale in enumerate(instrument.domains):
                value = label("", "muted")
                name = series.name(scale.id, scale.title)
                grid.addWidget(name, index // 2, (index % 2) * 2)
                grid.addWidget(value, index // 2, (index % 2) * 2 + 1)
                self.domains[scale.id] = value
        self._domain_grid = QFrame()
        grid.setContentsMargins(0, 0, 0, 0)
        self._domain_grid.setLayout(grid)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 12, 10, 10)
        layout.setSpacing(6)
        layout.addLayout(row(label(tr("Live"), "heading"), None, self.score))
        layout.addWidget(self.change)
        layout.addWidget(self.total_plot, 3)
        layout.addWidget(self._domain_grid)
        layout.addWidget(self.domain_plot, 3)
        layout.addWidget(self.capacity_plot, 3)
        layout.addWidget(self.slope)
        layout.addStretch(1)
        for plot in (self.total_plot, self.domain_plot, self.capacity_plot):
            plot.setMinimumHeight(110)
            plot.hide()  # until a step says which of them it needs

    def show_step(self, step: str) -> None:
        """Show what belongs to a step: the questionnaire's trends, or vital capacity."""
        breathing = step == SPIROMETRY
        forms = bool(self._draft.instruments)
        scores = (self.total_plot, self.domain_plot, self._domain_grid)
        capacity = (self.capacity_plot,)
        show_only(capacity if breathing or not forms else scores, (*scores, *capacity))
        if breathing or not forms:
            self.show_capacity(self._draft.spirometry)
        else:
            self.show_form(self._draft.instruments[0])

    def show_form(self, instrument: Instrument) -> None:
        draft = self._draft
        form = draft.form(instrument.id)
        record = draft.record.with_assessment(form)  # also before its first answer
        total = instrument.total
        score, values = total.score(form.values), form.values
        if score is not None:
            set_chip(self.score, f"{score} / {total.maximum}", "accent")
        else:
            highest = sum(max(instrument.variants(s)[0].scores) for s in values)
            text = tr("{sum} of {max} so far · {n}/{all} answered").format(
                sum=total.partial(values), max=highest, n=len(values), all=len(total.slots)
            )
            set_chip(self.score, text, "neutral")
        before = total_before(record, instrument, draft.visit.date)
        if before is not None and score is not None:
            text = tr("{change} since {day}")
            self.change.setText(
                text.format(change=signed(score - before[1], 0), day=day(before[0]))
            )
        elif before is not None:
            text = tr("last total {n:g}, {day}; the bar shows what is still possible")
            self.change.setText(text.format(n=before[1], day=day(before[0])))
        else:
            self.change.setText(tr("first form; the bar shows what is still possible"))
        for scale in instrument.domains:
            said = scale_row(instrument, scale, values, None)
            short = (
                said.score if said.complete else f"{scale.answered(values)} of {len(scale.slots)}"
            )
            self.domains[scale.id].setText(short)
        axis = trends.time_scales(record)[0]
        live = draft.visit.id
        total_trend = trends.total(record, instrument, live)
        domain_trend = trends.domains(record, instrument, live)
        days = total_trend.days + domain_trend.days
        self.total_plot.show_plot(total_trend, axis, days)
        self.domain_plot.show_plot(domain_trend, axis, days)
        self.slope.setText(
            tr("Slope: {text}").format(text=slope_text(trends.slope(record, instrument)))
        )

    def show_capacity(self, session: Spirometry) -> None:
        """Vital capacity with this session as it is typed."""
        record: PatientRecord = self._draft.record
        result = evaluate(session, record.patient)
        if session.measured:
            record = record.with_spirometry(session)
        plot = trends.vital_capacity(record)
        self.capacity_plot.show_plot(plot, trends.time_scales(record)[0], [session.date])
        percent = result.percent if session.measured else None
        if percent is None:
            set_chip(self.score, tr("no value yet"), "neutral")
        else:
            set_chip(self.score, number(percent, 1, "%"), "accent")
        if (earlier := percent_before(record, session)) is not None:
            on, before = earlier
            change = signed(None if percent is None else percent - before, 1, "%")
            text = tr("{change} since {day} ({before})")
            self.change.setText(
                text.format(change=change, day=day(on), before=number(before, 1, "%"))
            )
        else:
            self.change.setText(tr("no earlier value of this kind"))
        self.slope.setText(tr("Open symbols: stated by others, or grade D, E or U."))
