"""The right half of an event's page: its cause as a doctor judges it, what was done, and how it went."""

from collections.abc import Callable, Mapping

from PySide6.QtWidgets import QWidget

from core import clock
from core.entering import event_entry, records
from core.entering.event_form import JUDGED, EventForm, Judged
from core.entry import Problem
from core.forms import catalog
from core.labels import OUTCOME
from core.model import event_details
from core.model.adverse_event import Outcome
from core.model.event_details import JUDGEMENT
from core.views import event_banners
from core.views.events import linked
from core.words import instant
from ui.forms.event.course import CourseRows, StepLine
from ui.forms.event.inputs import Listed, OneOf
from ui.forms.event.section import Section, banner, choices, details, say, titled
from ui.widgets.basics import chip, clear, column, label, row
from ui.widgets.fields import ChoiceField, TextField
from ui.widgets.responsive import Flow
from ui.widgets.ticks import Ticks
from ui.words import tr

OFFERED = ("not_applicable", "interrupted", "withdrawn")  # the rest is in a list


class CauseSection(Section):
    """Cause to product and procedure, expectedness: entered by who may sign, and read by everybody."""

    def __init__(self, told: Callable[[str], None]) -> None:
        super().__init__(5, tr("Cause"), "WHO-UMC", told)
        for name, words in (("product", tr("Product")), ("procedure", tr("Procedure"))):
            field = OneOf("", choices(JUDGEMENT, name))
            field.setAccessibleName(words)
            self.add(f"{JUDGED}.{name}", field)
            self.body.addLayout(titled(words, field))
        expected = OneOf("", choices(JUDGEMENT, "expected"))
        document = TextField("", placeholder=tr("document and version"))
        document.line.setAccessibleName(tr("Safety document and version"))
        why = TextField("", placeholder=tr("why it is judged so"))
        why.line.setAccessibleName(tr("Why it is judged so"))
        for name, one in (("expected", expected), ("document", document), ("note", why)):
            self.add(f"{JUDGED}.{name}", one)
        line = titled(tr("Expected"), expected, document, why)
        line.setStretch(2, 1)
        line.setStretch(3, 1)
        self.body.addLayout(line)
        self.banner = banner("warn")
        self.by = label("", "small", wrap=True)
        self.body.addWidget(self.banner)
        self.body.addWidget(self.by)
        self.end()
        self._form: EventForm | None = None

    def show_form(self, form: EventForm) -> None:
        self._form = form
        super().show_form(form)

    def show_by(self, form: EventForm, names: dict[str, str], *, why_not: str) -> None:
        """Who judged it last and when; or why the person at the keyboard does not."""
        last = None if form.before is None else form.before.judgement
        said = []
        if last is not None:
            name = names.get(last.by, last.by)
            said.append(tr("Judged by {name}, {when}").format(name=name, when=instant(last.at)))
            count = len(form.before.judgements) if form.before is not None else 1
            if count > 1:
                said.append(tr("{n} judgements before it are kept").format(n=count - 1))
        if why_not:
            said.append(why_not)
        self.by.setText(" · ".join(said))

    def show_judged(self, judged: Judged, problems: Mapping[str, Problem]) -> None:
        super().show_judged(judged, problems)
        text = ""
        if self._form is not None and judged.entered is not None:
            after = judged.entered.within(self._form.record)
            known = event_details.details(after, judged.entered.event)
            text = event_banners.susar(after, known, clock.now())
        say(self.banner, text)


class Done(Section):
    """What was done: with the product, and for the patient."""

    def __init__(self, told: Callable[[str], None]) -> None:
        super().__init__(6, tr("What was done"), "", told)
        self.usual = OneOf("", details("action", OFFERED))
        rest = {n: w for n, w in details("action").items() if n not in OFFERED}
        self.rest = Listed(tr("Another action with the product"), tr("other"))
        self.rest.show_choices(rest)
        action = _Action(self.usual, self.rest)
        self.add("action", action)
        self.usual.chosen.connect(lambda: self._take(self.rest))
        self.rest.activated.connect(lambda _index: self._take(self.usual))
        self.body.addLayout(titled(tr("Product"), action))
        self.treatment = Ticks("", details("treatment"), columns=5)
        self.add("treatment", self.treatment)
        with_what = TextField("", placeholder=tr("what was given or done"))
        with_what.line.setAccessibleName(tr("What was given or done"))
        self.add("treated_with", with_what)
        self.body.addLayout(titled(tr("Treatment"), self.treatment))
        self.medicine = Listed(tr("Medicine in the record"), tr("no medicine linked"))
        self.stay = Listed(tr("Procedure or device in the record"), tr("no procedure linked"))
        self.add("medicine", self.medicine)
        self.add("stay", self.stay)
        line = titled("", with_what, self.medicine, self.stay)
        for at, share in ((1, 4), (2, 3), (3, 3)):
            line.setStretch(at, share)
        self.body.addLayout(line)
        self.end()

    @property
    def first(self) -> QWidget:
        return self.usual

    def show_form(self, form: EventForm) -> None:
        known = records.referred(form.record, catalog.newest()[event_details.FORM])
        self.medicine.show_choices(known.get("medicine", {}))
        self.stay.show_choices(known.get("device", {}))
        super().show_form(form)

    def _take(self, other: OneOf | Listed) -> None:
        """One action: choosing in the row takes the list's back, and the other way round."""
        if (self.rest if other is self.usual else self.usual).text:
            other.set_text("")
        self._told("action")


class _Action(QWidget):
    """The usual actions as buttons, the rest in a list: one text."""

    def __init__(self, usual: OneOf, rest: Listed) -> None:
        super().__init__()
        self._usual, self._rest = usual, rest
        self.setLayout(Flow(usual, rest, spacing=6))
        self.setFocusProxy(usual)

    @property
    def text(self) -> str:
        return self._usual.text or self._rest.text

    def set_text(self, text: str) -> None:
        self._usual.set_text(text if text in OFFERED else "")
        self._rest.set_text("" if text in OFFERED else text)

    def show_problem(self, problem: Problem | None) -> None:
        self._usual.show_problem(problem)


class Went(Section):
    """How it went: changes of grade, outcome, what it is linked to, notes."""

    def __init__(self, told: Callable[[str], None]) -> None:
        super().__init__(7, tr("How it went"), tr("a row for every change of grade"), told)
        self.rows, self.steps = CourseRows(), StepLine()
        course = row(self.rows, self.steps, spacing=10, top=True)
        course.setStretch(0, 3)
        course.setStretch(1, 2)
        self.body.addLayout(course)
        words = {one.value: words for one, words in OUTCOME.items()}
        words[Outcome.RECOVERED_WITH_SEQUELAE.value] = tr("sequelae")  # all of them in one line
        self.outcome = OneOf("", words)
        self.add("outcome", self.outcome)
        self.body.addLayout(titled(tr("Outcome"), self.outcome))
        self.died = ChoiceField("", {True: tr("yes"), False: tr("no, it is recorded elsewhere")})
        self.died.setAccessibleName(tr("Record the death as well"))
        question = label(tr("Record the death as well, on the day on which it ended?"), wrap=True)
        self._death = QWidget()
        self._death.setLayout(column(question, self.died, spacing=2))
        self._death.hide()
        self.body.addWidget(self._death)
        self._links = Flow(spacing=6)
        self._linked: tuple[str, ...] | None = None
        self.body.addLayout(titled(tr("Linked to"), self._links))
        note = TextField("", placeholder=tr("note"))
        note.line.setAccessibleName(tr("Note"))
        evidence = TextField("", placeholder=tr("how it is known: CT, laboratory …"))
        evidence.line.setAccessibleName(tr("How it is known"))
        self.add("note", note)
        self.add("evidence", evidence)
        line = titled(tr("Note"), note, evidence)
        line.setStretch(1, 1)
        line.setStretch(2, 1)
        self.body.addLayout(line)
        self.end()
        self._form: EventForm | None = None

    @property
    def first(self) -> QWidget:
        return next(iter(self.rows.lines.values()))

    @property
    def marked(self) -> Mapping[str, object]:
        return {**self.inputs, **self.rows.lines}

    @property
    def lines(self) -> list[TextField]:
        return [*super().lines, *self.rows.lines.values()]

    def show_form(self, form: EventForm) -> None:
        self._form = form
        self.rows.show_form(form)
        super().show_form(form)
        asks = event_entry.asks_death(form.record, form.texts)
        if self._death.isHidden() == asks:
            self._death.setVisible(asks)
        if not asks:
            self.died.set_value(None)

    @property
    def asks_death(self) -> bool:
        """Whether it is not said yet if a death is to be recorded."""
        return not self._death.isHidden() and self.died.value is None

    def show_judged(self, judged: Judged, problems: Mapping[str, Problem]) -> None:
        super().show_judged(judged, problems)
        self.rows.show_problems(problems)
        form = self._form
        if form is None:
            return
        known = form.before
        record = form.record
        if judged.entered is not None:
            record = judged.entered.within(record)
            known = event_details.details(record, judged.entered.event)
        self.steps.show_event(known, clock.today())
        said = linked(record, known, fatal=form.text("outcome") == Outcome.FATAL.value)
        if said != self._linked:
            self._linked = said
            clear(self._links)
            for words in said:
                self._links.addWidget(chip(words, "accent"))
            if not said:
                self._links.addWidget(label(tr("nothing in the record"), "muted"))
