"""The consent of a patient: its records, what holds today, and what is outside it, about which the neurologist decides."""

from functools import partial

from PySide6.QtWidgets import QVBoxLayout, QWidget

from core import clock
from core.findings import consent
from core.findings.consent import Judged, OfSamples, OfStated
from core.forms import catalog, wording
from core.labels import CHOICE, EXTERNAL
from core.model.decision import Choice
from core.model.record import PatientRecord
from core.model.user import Right
from core.views.visit_words import named, visit_title
from core.words import day
from ui.pages.chart.forms import FormTab
from ui.pages.chart.tab import ChartRecord
from ui.widgets import ask
from ui.widgets.basics import button, card, clear, column, label
from ui.widgets.locks import explained
from ui.widgets.responsive import Flow
from ui.words import tr


class ConsentPart(FormTab):
    """Above the records what they mean together."""

    def above(self) -> tuple[QWidget, ...]:
        self.holds = label("", wrap=True)
        self._lines: QVBoxLayout = column(spacing=8)
        self.card = card(self.holds, self._lines)
        return (self.card,)

    def draw(self, now: ChartRecord) -> None:
        super().draw(now)
        clear(self._lines)
        self.holds.setText(_holds(now))
        found = consent.every_outside(now.record)
        if found:
            text = tr("Outside the consent. The results are kept; they leave with no export.")
            self._lines.addWidget(label(text, "question-note", wrap=True))
        for one in found:
            self._lines.addWidget(self._line(now.record, one))

    def _line(self, record: PatientRecord, one: Judged) -> QWidget:
        said = _said(record, one)
        parts: list[QWidget] = [
            label(said, wrap=True),
            label(self._decided(one), "small", wrap=True),
        ]
        if self.context.session.may(Right.SIGN):
            parts.append(self._choices(one, said))
        line = QWidget()
        line.setLayout(column(*parts, spacing=3))
        return line

    def _choices(self, one: Judged, said: str) -> QWidget:
        choices = {Choice.USED: tr("Use the results…"), Choice.LEFT_OUT: tr("Leave them out…")}
        made = [
            button(words, partial(self._decide, one, choice)) for choice, words in choices.items()
        ]
        for each in made:
            each.setAccessibleName(tr("{act} {visit}").format(act=each.text(), visit=said))
        box = QWidget()
        box.setLayout(Flow(*made))
        return box

    def _decided(self, one: Judged) -> str:
        decision = one.decided
        if decision is None:
            return tr("Not decided. The neurologist decides whether the results are used.")
        text = tr("{decision}: {why} ({who}, {day})")
        return text.format(
            decision=CHOICE[decision.choice],
            why=decision.reason,
            who=named(self.context.session.users.names(), decision.by),
            day=day(decision.at.astimezone().date()),
        )

    def _decide(self, one: Judged, choice: Choice) -> None:
        record, session = self.record, self.context.session
        if record is None or explained(self.context, record.locks_on()):
            return
        why = ask.reason(self, CHOICE[choice], tr("Why?"))
        if why is None:
            return
        decision = consent.decide(one, choice, why, by=session.user.login, at=clock.now())
        with self.context.saving(), session.write(why):
            session.decisions.save(decision)


def _said(record: PatientRecord, one: Judged) -> str:
    """What is outside the consent, and why."""
    if isinstance(one, OfSamples):
        text = tr("Laboratory between visits, {day}: {why}")
        return text.format(day=day(one.on), why=one.why)
    if isinstance(one, OfStated):
        stated = EXTERNAL[one.result.kind]
        on = one.result.measured_on
        if on is None:
            return tr("{result}: {why}").format(result=stated, why=one.why)
        text = tr("{result}, {day}: {why}")
        return text.format(result=stated, day=day(on), why=one.why)
    text = tr("{visit}, {day}: {why}")
    title = visit_title(record, one.visit)
    return text.format(visit=title, day=day(one.visit.date), why=one.why)


def _holds(now: ChartRecord) -> str:
    """What holds today, in one sentence."""
    one = consent.holding(now.record, now.today)
    form = catalog.newest()[consent.FORM]
    if one is None:
        return tr("No consent holds today.")
    known = wording.of_record(catalog.find(one.form, one.version) or form, one)
    text = tr("The consent form “{version}”, signed {day}, holds today. Allowed then: {allowed}.")
    return text.format(
        version=known["version"] or "?",
        day=wording.told(form, form.field("day"), known),
        allowed=wording.told(form, form.field("allows"), known),
    )
