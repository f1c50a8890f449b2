"""The left half of an event's page, what the nurse knows: what, how severe, serious, when."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSizePolicy, QWidget

from core import clock
from core.entering import event_entry
from core.entering.event_form import EARLIER, EventForm, Judged
from core.entry import Problem
from core.findings.event_questions import Question
from core.model import event_details, terms
from core.model.partial_date import partial_day
from core.views import event_banners, event_times
from ui.forms.event.grades import GradeList
from ui.forms.event.inputs import DayLine
from ui.forms.event.section import Section, banner, details, say
from ui.forms.event_editor import offer_terms
from ui.widgets.basics import button, clear, column, label, row
from ui.widgets.fields import TextField
from ui.widgets.responsive import Columns, Flow
from ui.widgets.ticks import Ticks
from ui.words import tr

MOST_OFFERED = 4


class What(Section):
    """What happened: as it was said, and the term of CTCAE for it."""

    def __init__(self, told: Callable[[str], None]) -> None:
        super().__init__(1, tr("What happened"), tr("as said, then the coded term"), told)
        self._form: EventForm | None = None
        term = TextField("", placeholder=tr("as the patient or the family says it"))
        term.line.setAccessibleName(tr("What happened, as said"))
        coded = TextField("", placeholder=tr("CTCAE term"))
        coded.line.setAccessibleName(tr("CTCAE term"))
        offer_terms(coded.line).activated.connect(lambda _text: told("coded"))
        self.term, self.coded = term, coded
        self.add("term", term)
        self.add("coded", coded)
        both = row(term, coded, top=True)
        both.setStretch(0, 1)
        both.setStretch(1, 1)
        self.body.addLayout(both)
        self._offered = Flow(spacing=2)
        self._offer = QWidget()
        self._offer.setLayout(self._offered)
        self.coded_as = label("", "small", wrap=True)
        self.body.addWidget(self._offer)
        self.body.addWidget(self.coded_as)
        self._names: tuple[str, ...] | None = None
        self.was = label("", "muted", wrap=True)
        self.was.hide()
        self.body.addWidget(self.was)
        self.revise = button(tr("Revised diagnosis…"), self._on_revise, link=True)
        self.head.insertWidget(2, self.revise)
        until = DayLine("", tr("Revised on"), width=118)
        why = TextField("", placeholder=tr("why it was revised"))
        why.line.setAccessibleName(tr("Why the diagnosis was revised"))
        self.add(f"{EARLIER}.until", until)
        self.add(f"{EARLIER}.why", why)
        self._earlier = QWidget()
        self._earlier_words = label("", wrap=True)
        fields = row(until, why, top=True)
        fields.setStretch(1, 1)
        self._earlier.setLayout(column(self._earlier_words, fields, spacing=2))
        self._earlier.hide()
        self.body.addWidget(self._earlier)
        self.end()

    def show_form(self, form: EventForm) -> None:
        self._form = form
        super().show_form(form)
        own = terms.find(form.text("term"))
        placeholder = tr("CTCAE term") if own is None else own.name
        self.coded.line.setPlaceholderText(placeholder)
        revised = form.is_revised
        self.revise.setText(tr("Not revised") if revised else tr("Revised diagnosis…"))
        _show(self.revise, form.event is not None)
        known = form.before
        past = () if known is None else known.diagnoses
        said = [
            tr("{term} until {day}").format(term=one.term, day=partial_day(one.until))
            for one in past
        ]
        self.was.setText(tr("Called before: {terms}").format(terms="; ".join(said)))
        _show(self.was, bool(said))
        text = tr("It was called “{term}”: that stays. Enter the new diagnosis above.")
        self._earlier_words.setText(text.format(term=form.text(f"{EARLIER}.term")))
        _show(self._earlier, revised)
        self._show_offers(form)

    def _show_offers(self, form: EventForm) -> None:
        """Terms that what was said may mean, one click each; none where one is chosen."""
        chosen = event_entry.coded_of(form.texts)
        found = () if chosen is not None else terms.proposals(form.text("term"))[:MOST_OFFERED]
        names = tuple(one.name for one in found)
        said = tr("CTCAE 5.0: type on to search {n} terms").format(n=len(terms.ctcae()))
        if chosen is not None:
            said = f"CTCAE 5.0: {chosen.name} · {chosen.organ_class}"
        self.coded_as.setText(said)
        _show(self.coded_as, not names)
        _show(self._offer, bool(names))
        if names == self._names:
            return
        self._names = names
        clear(self._offered)
        self._offered.addWidget(label(tr("CTCAE 5.0 offers:"), "small"))
        for name in names:
            one = button(name, partial(self._take, name), link=True)
            one.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            self._offered.addWidget(one)

    def _take(self, name: str) -> None:
        self.coded.set_text(name)
        self.coded.line.setFocus(Qt.FocusReason.OtherFocusReason)
        self._told("coded")

    def _on_revise(self) -> None:
        if self._form is None:
            return
        if self._form.is_revised:
            self._form.keep_diagnosis()
        else:
            self._form.revise()
        for name in ("term", "coded"):
            self.inputs[name].set_text(self._form.text(name))
        self._told("")
        self.term.setFocus()


class Severity(Section):
    """How severe: the grades of the term, in its words."""

    def __init__(self, told: Callable[[str], None]) -> None:
        super().__init__(2, tr("How severe"), tr("keys 1 to 5"), told)
        self.grades = GradeList()
        self.add("grade", self.grades)
        self.body.addWidget(self.grades)
        hint = tr("Grade what the event changed, not what the disease had taken before.")
        self.body.addWidget(label(hint, "small", wrap=True))
        self.end()

    def show_form(self, form: EventForm) -> None:
        super().show_form(form)
        self.grades.show_words(terms.words_of(event_entry.coded_of(form.texts)))


class Serious(Section):
    """Serious is never asked: it is the ticks."""

    def __init__(self, told: Callable[[str], None]) -> None:
        hint = tr("any tick makes it serious, none makes it not serious")
        super().__init__(3, tr("Serious?"), hint, told)
        self.ticks = Ticks("", details("criteria"))
        self.add("criteria", self.ticks)
        self.body.addWidget(self.ticks)
        self.banner = banner("bad")
        self.was_not = button(tr("It was not serious"), self._deny, link=True)
        self.was_not.setCheckable(True)
        self.was_not.hide()
        self._form: EventForm | None = None
        self.body.addLayout(row(self.banner, self.was_not))
        self.end()

    def show_form(self, form: EventForm) -> None:
        self._form = form
        super().show_form(form)
        old = event_entry.stays_serious(form.before) and not form.text("criteria")
        denied = form.text(event_entry.NOT_SERIOUS) == event_entry.YES
        self.was_not.setText(tr("It was serious") if denied else tr("It was not serious"))
        _show(self.was_not, old)

    def show_judged(self, judged: Judged, problems: Mapping[str, Problem]) -> None:
        super().show_judged(judged, problems)
        text, form = "", self._form
        if form is not None and judged.entered is not None:
            after = judged.entered.within(form.record)
            known = event_details.details(after, judged.entered.event)
            text = event_banners.serious(after, known, clock.now())
        elif form is not None and form.text("criteria"):
            text = tr("Serious.")
        say(self.banner, text)

    def _deny(self) -> None:
        form = self._form
        if form is not None:
            denied = form.text(event_entry.NOT_SERIOUS) == event_entry.YES
            form.texts[event_entry.NOT_SERIOUS] = "" if denied else event_entry.YES
            self._told("")

    def is_about(self, question: Question) -> bool:
        return question.rule != "criterion-missing" and super().is_about(question)


class When(Section):
    """When it began and ended, when the clinic knew, the stay in hospital; and what follows from that."""

    def __init__(self, told: Callable[[str], None]) -> None:
        hint = tr("a day, a month or a year; a time after it; T is today")
        super().__init__(4, tr("When"), hint, told)
        self._form: EventForm | None = None
        fields = (
            ("onset", DayLine(tr("Began"), tr("Began on"))),
            ("ended", DayLine(tr("Ended"), tr("Ended on, if it has"))),
            ("aware_at", DayLine(tr("Clinic knew"), tr("When the clinic knew of it"), now=True)),
            ("admitted", DayLine(tr("Hospital"), tr("In hospital from"))),
            ("discharged", DayLine(tr("until"), tr("In hospital until"))),
        )
        for name, field in fields:
            self.add(name, field)
        known, stay = self._days(fields[:3], (9, 9, 12)), self._days(fields[3:], (9, 9))
        self.body.addWidget(Columns(known, stay, fixed={}, spacing=6, shares={0: 30, 1: 18}))
        said = TextField("", placeholder=tr("as it was said, “three weeks after”"))
        said.line.setAccessibleName(tr("Onset as it was said"))
        self.add("onset_said", said)
        self.computed = label("", wrap=True)
        self.computed.setAccessibleName(tr("Computed from the dates"))
        line = row(self.computed, said, spacing=10)
        line.setStretch(0, 3)
        line.setStretch(1, 2)
        self.body.addLayout(line)
        self.end()

    @staticmethod
    def _days(fields: Sequence[tuple[str, DayLine]], shares: Sequence[int]) -> QWidget:
        """Some days side by side; the shares say how wide they are, not what they would like."""
        days = row(*(field for _name, field in fields), spacing=6, top=True)
        for at, ((_name, field), share) in enumerate(zip(fields, shares, strict=True)):
            days.setStretch(at, share)
            field.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        held = QWidget()
        held.setLayout(days)
        held.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        return held

    def show_form(self, form: EventForm) -> None:
        self._form = form
        super().show_form(form)

    def show_judged(self, judged: Judged, problems: Mapping[str, Problem]) -> None:
        super().show_judged(judged, problems)
        text = tr("Day, length and whether it came after the treatment are computed.")
        if self._form is not None and judged.entered is not None:
            after = judged.entered.within(self._form.record)
            known = event_details.details(after, judged.entered.event)
            text = event_times.said(after, known) or text
        self.computed.setText(text)


def _show(one: QWidget, shown: bool) -> None:
    if one.isHidden() == shown:
        one.setVisible(shown)
