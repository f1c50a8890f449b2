"""What the numbers become while a visit is entered: of a questionnaire its scores and stages so far, of spirometry the trend."""

from dataclasses import replace
from functools import cached_property

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy, QStyle, QVBoxLayout, QWidget

from core.entering.visit.draft import Draft
from core.findings.plausibility import form_before
from core.instruments.definition import Instrument, Scale
from core.model.assessment import Assessment
from core.model.nouns import SPIROMETRY
from core.model.record import PatientRecord
from core.model.spirometry import Spirometry
from core.science.spirometry import evaluate
from core.views import trends
from core.views.progression import crossing_fact
from core.views.questionnaire import total_before
from core.views.so_far import Reach, Said, reach, said_so_far, total_text
from core.views.spirometry import percent_before
from core.words import day, number, plural, signed, unbroken
from ui import theme
from ui.plots.so_far import DomainsSoFar, TotalsSoFar
from ui.plots.trend_plot import TrendPlot
from ui.widgets.basics import chip, column, label, row, rule, set_chip, show_only
from ui.widgets.figures import FigureMark, mark
from ui.words import tr

# The figures that it shows.
OF_TOTAL = ("so-far", "total", "change", "domains", "kings", "mitos", "delta-fs", "slope")
OF_SCALES = ("questionnaire", "change")


class LivePanel(QFrame):
    """Moves with every keystroke; it never draws a partial sum, only the range still possible."""

    def __init__(self, draft: Draft) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self._draft = draft
        self.answers = AnswersSoFar(draft)
        self._body = QVBoxLayout(self)
        self._body.setContentsMargins(14, 12, 10, 10)
        self._body.addWidget(self.answers)
        self.answers.hide()  # until a step says that it needs it

    @cached_property
    def capacity(self) -> "CapacityPanel":
        """Made when spirometry is first in front: a plot takes its time."""
        made = CapacityPanel(self._draft)
        made.hide()
        self._body.addWidget(made)
        return made

    def show_step(self, step: str) -> None:
        """Show what belongs to a step: its questionnaire, vital capacity, or else the first questionnaire."""
        asked = self._draft.questionnaires.instruments
        shown = next((one for one in asked if one.id == step), asked[0] if asked else None)
        if step == SPIROMETRY or shown is None:
            show_only([self.capacity], [self.answers, self.capacity])
            self.show_capacity(self._draft.spirometry.entered)
        else:
            self.answers.show_form(shown)
            hidden = [self.capacity] if "capacity" in self.__dict__ else []
            show_only([self.answers], [self.answers, *hidden])

    def show_capacity(self, session: Spirometry) -> None:
        """Vital capacity with this session as it is typed."""
        self.capacity.show_session(session)


class AnswersSoFar(QWidget):
    """What the answers of a form say so far.

    It leads nobody: earlier scores of a domain, and what will be asked, are shown once the complete form
    was compared with the one before, and until then no word depends on them. Earlier totals are shown,
    unless a total is the answer of a single question.
    """

    def __init__(self, draft: Draft) -> None:
        super().__init__()
        self._draft = draft
        self.score = ScoreSoFar()
        self.totals = TotalsSoFar()
        self.domains = DomainsSoFar()
        self.said = SaidSoFar()
        self._title = label("", "heading", wrap=True)
        self._legend = label(tr("bar: still possible"), "small")
        self._hidden = label(
            tr("Answers of earlier visits stay hidden until every question is answered."),
            "small",
            wrap=True,
        )
        self._titled = QWidget()
        titled = row(self._title, self._legend)
        titled.setStretch(0, 1)
        self._titled.setLayout(titled)
        self._rule = rule()
        layout = column(
            FigureMark("so-far", tr("What these answers say"), "heading"),
            self.score,
            self.totals,
            self._titled,
            self.domains,
            self._rule,
            self.said,
            self._hidden,
            spacing=6,
        )
        layout.addStretch(0)
        layout.setStretchFactor(self.totals, 4)
        layout.setStretchFactor(self.domains, 6)
        layout.setContentsMargins(0, 0, 0, 0)
        self.domains.setMaximumHeight(theme.px(320))
        self.totals.setMaximumHeight(theme.px(320))
        self.setLayout(layout)

    def show_form(self, instrument: Instrument) -> None:
        form = self._draft.questionnaires.form(instrument.id)
        record = self._draft.record.with_assessment(form)  # also before its first answer
        seen = self._draft.comparisons.shows_previous(instrument.id)
        before = form_before(record, form, instrument)
        alone = replace(record, assessments=(form,))
        live = self._draft.visit.id
        total = instrument.total
        mark(self, *(OF_TOTAL if total is not None else OF_SCALES))
        told = record if seen or total is None or len(total.slots) > 1 else alone
        self._show_score(told, instrument, form, before if seen else None)
        if total is not None:
            self.totals.show_plot(trends.total(told, instrument, live), form.date)
        if instrument.domains:
            plot = trends.domains(record if seen else alone, instrument, live)
            scales = [(one, reach(instrument, one, form.values)) for one in instrument.domains]
            waits = before is not None and not seen
            self.domains.show_domains(scales, plot, form.date, waits=waits)
            _set(self._title, _domains_title(instrument) or plot.title)
        lines = said_so_far(told, instrument, form)
        self.said.show_lines((*lines, Said(tr("Will be asked"), self._asked(instrument, form))))
        shown: list[QWidget] = [self.totals] if total is not None else []
        shown += [self.domains, self._titled, self._rule] if instrument.domains else []
        shown += [self._hidden] if before is not None and not seen else []
        every = (self.totals, self.domains, self._titled, self._rule, self._hidden)
        show_only(shown, every)

    def _show_score(
        self,
        record: PatientRecord,
        instrument: Instrument,
        form: Assessment,
        seen: Assessment | None,
    ) -> None:
        """``seen`` is the form before where its answers may be seen."""
        total = instrument.total
        if total is None:
            answered, asked = len(form.answers), len(instrument.slots)
            said = tr("{n} of {all} answered").format(n=answered, all=asked)
            since = tr("compared with {day}").format(day=day(seen.date)) if seen else ""
            self.score.show_score("", said, since)
            return
        found = reach(instrument, total, form.values)
        n, rest = _points(found)
        self.score.show_score(n, rest, total_text(found) or self._change(record, instrument, form))

    def _change(self, record: PatientRecord, instrument: Instrument, form: Assessment) -> str:
        """Of a complete form, since the total before."""
        before, total = total_before(record, instrument, form.date), instrument.total
        score = total.score(form.values) if isinstance(total, Scale) else None
        if before is None or score is None:
            return tr("first form")
        change = signed(score - before[1], 0)
        return tr("{change} since {day}").format(change=change, day=day(before[0]))

    def _asked(self, instrument: Instrument, form: Assessment) -> str:
        """How many plausibility questions wait; not before the form was compared: one alone would lead."""
        if form.compared_at is None:
            return tr("nothing yet")
        waiting = [one for one in self._draft.comparisons.questions(instrument.id) if one.waits]
        return plural(len(waiting), "1 question", "{n} questions") if waiting else tr("nothing")


class ScoreSoFar(QWidget):
    """``13 of 20 so far``, and below it between which ends the total will be."""

    def __init__(self) -> None:
        super().__init__()
        self.number = self.beside = self.below = ""
        self.setFixedHeight(theme.px(50))

    def show_score(self, number: str, beside: str, below: str) -> None:
        if (number, beside, below) == (self.number, self.beside, self.below):
            return
        self.number, self.beside, self.below = number, beside, below
        self.setAccessibleName(self.text())
        self.setToolTip(self.text())
        self.update()

    def text(self) -> str:
        """All of it, as a screen reader says it."""
        first = " ".join(filter(None, (self.number, self.beside)))
        return ", ".join(filter(None, (first, self.below)))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        line, small = theme.px(30), self.height() - theme.px(30)
        wide = 0
        if self.number:
            large = theme.font(26, QFont.Weight.DemiBold)
            wide = QFontMetrics(large).horizontalAdvance(self.number) + theme.px(6)
            self._words(painter, QRect(0, 0, wide, line), self.number, large, "ink")
        rest = QRect(wide, theme.px(5), self.width() - wide, line - theme.px(5))
        self._words(painter, rest, self.beside, theme.font(13), "muted")
        below = QRect(0, line, self.width(), small)
        self._words(painter, below, self.below, theme.font(13), "ink")
        painter.end()

    def _words(self, painter: QPainter, area: QRect, words: str, font: QFont, colour: str) -> None:
        """One line from the side where lines begin; what has no room is in the tip."""
        way = self.layoutDirection()
        place = QStyle.visualRect(way, self.rect(), area)
        begin = QStyle.visualAlignment(way, Qt.AlignmentFlag.AlignLeft)
        painter.setFont(font)
        painter.setPen(theme.colour(colour))
        fits = QFontMetrics(font).elidedText(words, Qt.TextElideMode.ElideRight, area.width())
        painter.drawText(place, begin | Qt.AlignmentFlag.AlignVCenter, fits)


class SaidSoFar(QWidget):
    """Lines of two parts: what it is about, and what is said of it. It grows with its words, and never shrinks while one types."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: tuple[Said, ...] = ()
        self._heights: list[int] = []
        self._about: tuple[str, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_lines(self, lines: tuple[Said, ...]) -> None:
        if lines == self.lines:
            return
        self.lines = lines
        self.setAccessibleName("; ".join(f"{one.about}: {one.text}" for one in lines))
        self._fit()
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._about = ()
        self._fit()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(theme.font(12))
        way, left, y = self.layoutDirection(), self._left(), 0
        begin = QStyle.visualAlignment(way, Qt.AlignmentFlag.AlignLeft)
        flags = begin | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
        for one, height in zip(self.lines, self._heights, strict=True):
            about = QRect(0, y, left - theme.px(8), height)
            text = QRect(left, y, self.width() - left, height)
            painter.setPen(theme.colour("muted"))
            painter.drawText(QStyle.visualRect(way, self.rect(), about), flags, one.about)
            painter.setPen(theme.colour("ink"))
            painter.drawText(QStyle.visualRect(way, self.rect(), text), flags, unbroken(one.text))
            y += height + theme.px(5)
        painter.end()

    def _left(self) -> int:
        """Where the second part begins."""
        metrics = QFontMetrics(theme.font(12))
        widest = max((metrics.horizontalAdvance(one.about) for one in self.lines), default=0)
        return min(widest + theme.px(12), self.width() * 2 // 5)

    def _fit(self) -> None:
        metrics, left = QFontMetrics(theme.font(12)), self._left()
        wrap = Qt.TextFlag.TextWordWrap
        sides = (left - theme.px(8), self.width() - left)
        self._heights = [
            max(
                metrics.boundingRect(
                    QRect(0, 0, max(side, 40), 10_000), wrap, unbroken(words)
                ).height()
                for side, words in zip(sides, (one.about, one.text), strict=True)
            )
            for one in self.lines
        ]
        needed = sum(self._heights) + theme.px(5) * max(0, len(self.lines) - 1)
        about = tuple(one.about for one in self.lines)
        if about != self._about or needed > self.height():
            self._about = about
            self.setFixedHeight(needed)


class CapacityPanel(QWidget):
    """Vital capacity: the session that is typed, the trend, the change since last time."""

    def __init__(self, draft: Draft) -> None:
        super().__init__()
        self._draft = draft
        self.score = chip("", "accent")
        self.change = label("", "muted", wrap=True)
        self.plot = TrendPlot()
        self.plot.setMinimumHeight(theme.px(110))
        self.plot.setMaximumHeight(340)
        self.axis = label("", "small", wrap=True)  # what the plot's ticks count
        self.axis.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.crossing = label("", "muted", wrap=True)
        legend = label(
            tr("Open symbols: stated by others, or grade D, E or U."), "muted", wrap=True
        )
        layout = column(
            row(FigureMark("vital-capacity", tr("Live"), "heading"), None, self.score),
            self.change,
            self.plot,
            self.axis,
            self.crossing,
            legend,
            None,
            spacing=6,
        )
        mark(self, "vital-capacity", "change", "crossing")
        layout.setStretchFactor(self.plot, 3)
        layout.setContentsMargins(0, 0, 0, 0)
        self.setLayout(layout)

    def show_session(self, session: Spirometry) -> None:
        record: PatientRecord = self._draft.record
        result = evaluate(session)
        if session.measured:
            record = record.with_spirometry(session)
        plot = trends.vital_capacity(record)
        axis = trends.time_scales(record)[0]
        self.axis.setText(axis.title)
        self.plot.show_plot(plot, axis, [session.date])
        crossing = crossing_fact(record)
        said = "" if crossing is None else f"{crossing.label}: {crossing.text}"
        _set(self.crossing, said)
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


def _points(found: Reach) -> tuple[str, str]:
    """The points so far, and of how many."""
    if found.final:
        return str(found.points), tr("of {maximum}").format(maximum=found.maximum)
    answered = tr("{n} of {all} answered").format(n=found.answered, all=found.asked)
    if not found.answered:
        return "", answered
    so_far = tr("of {max} so far").format(max=found.given)
    return str(found.points), f"{so_far} · {answered}"


def _domains_title(instrument: Instrument) -> str:
    """Beside a total; empty where there is none."""
    if instrument.total is None:
        return ""
    maxima = {scale.maximum for scale in instrument.domains}
    return (
        tr("Domains, of {maximum}").format(maximum=max(maxima))
        if len(maxima) == 1
        else tr("Domains")
    )


def _set(one: QLabel, text: str) -> None:
    if one.text() != text:
        one.setText(text)
