"""What the numbers become while a visit is entered: scores, the trend, the change since last time."""

from dataclasses import replace
from functools import cached_property

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QVBoxLayout, QWidget

from core.entering.visit.draft import Draft
from core.findings.plausibility import form_before
from core.instruments.definition import Instrument, Scale
from core.model.assessment import Assessment
from core.model.nouns import SPIROMETRY
from core.model.record import PatientRecord
from core.model.spirometry import Spirometry
from core.science.spirometry import evaluate
from core.views import trends
from core.views.progression import slope_text
from core.views.questionnaire import scale_row, total_before
from core.views.spirometry import percent_before
from core.words import day, number, signed
from ui import theme
from ui.plots.series import SeriesName
from ui.plots.trend_plot import TrendPlot
from ui.widgets.basics import chip, label, row, set_chip, show_only
from ui.widgets.figures import FigureMark, mark
from ui.words import tr

# The figures that it shows.
OF_TOTAL = ("so-far", "total", "change", "domains", "slope")
OF_SCALES, OF_CAPACITY = ("questionnaire", "change"), ("vital-capacity", "change")
NAME = 94  # px that the name of a scale may have, so that two of them stand in a line


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
        self._plots: list[TrendPlot] = []
        self.mark = FigureMark("so-far", tr("Live"), "heading")
        self.axis = label("", "small", wrap=True)  # what the plots' ticks count
        self.axis.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.domains: dict[str, dict[str, QLabel]] = {}  # by questionnaire and scale
        self._grids = {one.id: self._grid(one) for one in draft.questionnaires.instruments}
        self._body = layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 12, 10, 10)
        layout.setSpacing(6)
        layout.addLayout(row(self.mark, None, self.score))
        layout.addWidget(self.change)
        for grid in self._grids.values():
            layout.addWidget(grid)
        layout.addWidget(self.axis)
        layout.addWidget(self.slope)
        layout.addStretch(1)
        self._add(self.total_plot, above=next(iter(self._grids.values()), self.axis))
        self._add(self.domain_plot, above=self.axis)

    def _add(self, plot: TrendPlot, above: QWidget) -> None:
        plot.setMinimumHeight(theme.px(110))
        plot.hide()  # until a step says that it needs it
        self._body.insertWidget(self._body.indexOf(above), plot, 3)
        self._plots.append(plot)

    @cached_property
    def capacity_plot(self) -> TrendPlot:
        """Made when spirometry is first in front: a plot takes its time."""
        plot = TrendPlot()
        plot.setMaximumHeight(340)
        self._add(plot, above=self.axis)
        return plot

    def show_step(self, step: str) -> None:
        """Show what belongs to a step: its questionnaire, vital capacity, or else the first questionnaire."""
        asked = self._draft.questionnaires.instruments
        shown = next((one for one in asked if one.id == step), asked[0] if asked else None)
        if step == SPIROMETRY or shown is None:
            self._show_only(self.capacity_plot)
            self.show_capacity(self._draft.spirometry.entered)
        else:
            self.show_form(shown)

    def show_form(self, instrument: Instrument) -> None:
        has_total = instrument.total is not None
        mark(self, *(OF_TOTAL if has_total else OF_SCALES))
        self.mark.explain("so-far" if has_total else "questionnaire")
        form = self._draft.questionnaires.form(instrument.id)
        record = self._draft.record.with_assessment(form)  # also before its first answer
        live = self._draft.visit.id
        trends_of = []
        if instrument.total is not None:
            self._show_total(record, instrument, instrument.total, form)
            trends_of.append((self.total_plot, trends.total(record, instrument, live)))
        else:
            self._show_answered(record, instrument, form)
        if instrument.domains:
            told = replace(record, assessments=(form,)) if self._steers(instrument) else record
            self._show_domains(told, instrument, form)
            trends_of.append((self.domain_plot, trends.domains(told, instrument, live)))
        self._show_only(*(plot for plot, _ in trends_of), self._grids[instrument.id])
        axis = trends.time_scales(record)[0]
        self.axis.setText(axis.title)
        days = [on for _, trend in trends_of for on in trend.days]
        for plot, trend in trends_of:
            plot.show_plot(trend, axis, days)

    def _show_total(
        self, record: PatientRecord, instrument: Instrument, total: Scale, form: Assessment
    ) -> None:
        values = form.values
        score = total.score(values)
        if score is not None:
            set_chip(self.score, f"{score} / {total.maximum}", "accent")
        else:
            given = [instrument.variants(slot)[0] for slot in total.slots if slot in values]
            text = tr("{n}/{all} answered")
            if given:
                text = tr("{sum} of {max} so far · {n}/{all} answered")
            said = text.format(
                sum=total.partial(values),
                max=sum(item.ends[1].score for item in given),
                n=len(given),
                all=len(total.slots),
            )
            set_chip(self.score, said, "neutral")
        before = total_before(record, instrument, form.date)
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
        self.slope.setText(
            tr("Slope: {text}").format(text=slope_text(trends.slope(record, instrument)))
        )

    def _show_answered(
        self, record: PatientRecord, instrument: Instrument, form: Assessment
    ) -> None:
        """Where there is no total: how far it is."""
        answered, asked = len(form.answers), len(instrument.slots)
        text = tr("{n}/{all} answered").format(n=answered, all=asked)
        set_chip(self.score, text, "accent" if answered == asked else "neutral")
        before = form_before(record, form, instrument)
        if before is None:
            self.change.setText(tr("first form"))
        elif self._steers(instrument):
            self.change.setText(tr("earlier answers appear when every question is answered"))
        else:
            self.change.setText(tr("changes since {day}").format(day=day(before.date)))
        self.slope.setText("")

    def _show_domains(
        self, record: PatientRecord, instrument: Instrument, form: Assessment
    ) -> None:
        values = form.values
        before = form_before(record, form, instrument) if instrument.total is None else None
        for scale in instrument.domains:
            said = scale_row(instrument, scale, values, before.values if before else None)
            if not said.complete:
                text = tr("{n} of {all}").format(n=scale.answered(values), all=len(scale.slots))
            elif before is None:
                text = said.score
            else:
                text = f"{said.score} ({said.change})"
            self.domains[instrument.id][scale.id].setText(text)

    def _grid(self, instrument: Instrument) -> QFrame:
        """The legend of the domains, with their scores."""
        made = QFrame()
        grid = QGridLayout(made)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(2)
        values = {scale.id: label("", "muted") for scale in instrument.domains}
        names = {
            one.id: SeriesName(trends.role(instrument, one), one.title)
            for one in instrument.domains
        }
        widest = max((name.sizeHint().width() for name in names.values()), default=0)
        across = 2 if widest <= theme.px(NAME) else 1
        for index, scale in enumerate(instrument.domains):
            line, place = divmod(index, across)
            grid.addWidget(names[scale.id], line, 2 * place)
            grid.addWidget(values[scale.id], line, 2 * place + 1)
        self.domains[instrument.id] = values
        return made

    def _steers(self, instrument: Instrument) -> bool:
        """Whether the trend would tell the rater an earlier answer before this one is given.

        A score of a single question is that answer; a sum of several is not.
        """
        tells = any(len(scale.slots) == 1 for scale in instrument.domains)
        return tells and not self._draft.comparisons.shows_previous(instrument.id)

    def _show_only(self, *shown: QWidget) -> None:
        show_only(shown, (*self._plots, *self._grids.values()))

    def show_capacity(self, session: Spirometry) -> None:
        """Vital capacity with this session as it is typed."""
        mark(self, *OF_CAPACITY)
        self.mark.explain("vital-capacity")
        record: PatientRecord = self._draft.record
        result = evaluate(session)
        if session.measured:
            record = record.with_spirometry(session)
        plot = trends.vital_capacity(record)
        axis = trends.time_scales(record)[0]
        self.axis.setText(axis.title)
        self.capacity_plot.show_plot(plot, axis, [session.date])
        percent = result.percent if session.measured else None
        if percent is None:
            set_chip(self.score, tr("no value yet"), "neutral")
        else:
            set_chip(self.score, number(percent, 1, "%"), "accent")
        if (earlier := percent_before(record, session)) is not None:
            on, before = earlier
            last = tr("{before} on {day}").format(before=number(before, 1, "%"), day=day(on))
            if percent is not None:
                last = tr("{change} since {last}").format(
                    change=signed(percent - before, 1, tr("points")), last=last
                )
            self.change.setText(last)
        else:
            self.change.setText(tr("no earlier value of this kind"))
        self.slope.setText(tr("Open symbols: stated by others, or grade D, E or U."))
