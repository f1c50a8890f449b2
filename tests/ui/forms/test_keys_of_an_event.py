"""Whatever keys somebody presses at the adverse events, the file holds what each of them meant."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPushButton, QVBoxLayout, QWidget

from core import clock
from core.entering.visit import beginning
from core.entering.visit.draft import Draft
from core.model import event_details
from core.model.adverse_event import AdverseEvent, Grade, Outcome
from core.model.ids import PatientId, new_id
from core.model.partial_date import PartialDate
from tests.ui.keyboard import CTRL, Key, press, settle, write
from ui.forms.events_form import EventsForm

FIELDS = ("term", "onset", "grade", "criteria", "outcome", "ended", "note")
CRITERIA = ("death", "hospital", "important")  # in the order of the form
LINES = ("term", "onset", "ended", "note")
OUTCOMES = (
    "recovered",
    "recovered_with_sequelae",
    "recovering",
    "not_recovered",
    "fatal",
    "unknown",
)
ENDED = ("recovered", "recovered_with_sequelae", "fatal")
GRADES = {
    "alopecia": "12",
    "cardiac arrest": "45",
    "headache": "123",
}  # of CTCAE; a term of nobody's has all five
TODAY = clock.today()
LATELY, LONG_AGO = TODAY - timedelta(days=10), TODAY - timedelta(days=100)
MONTH = LONG_AGO.replace(day=1)
DATES = {  # what is typed: its stored form, the first and the last day that it can mean
    str(TODAY): (str(TODAY), TODAY, TODAY),
    f"{LATELY:%d.%m.%Y}": (str(LATELY), LATELY, LATELY),
    f"{MONTH:%Y-%m}": (
        f"{MONTH:%Y-%m}",
        MONTH,
        (MONTH + timedelta(days=31)).replace(day=1) - timedelta(days=1),
    ),
}
DATES |= {stored: (stored, first, last) for stored, first, last in DATES.values()}
NO_DATES = (str(TODAY + timedelta(days=1)), "yesterday", "1905")
TEXTS = {
    "term": st.sampled_from(["Fell twice", "alopecia", "Cardiac arrest", "fa"]),
    "onset": st.sampled_from([*DATES, *DATES, *NO_DATES]),
    "ended": st.sampled_from([*DATES, *NO_DATES]),
    "note": st.sampled_from(["at home", "3"]),
}
FILLS = [
    st.tuples(st.just("fill"), st.just(name), texts, st.sampled_from([Key.Key_Tab, Key.Key_Return]))
    for name, texts in TEXTS.items()
]
CHOICES = [
    st.tuples(st.just("grade"), st.sampled_from("12345")),
    st.tuples(st.just("tick"), st.sampled_from(CRITERIA)),
    st.tuples(st.just("outcome"), st.sampled_from([Key.Key_Left, Key.Key_Right, Key.Key_Down])),
    st.tuples(st.just("died"), st.sampled_from([Key.Key_Left, Key.Key_Right])),
    st.tuples(st.just("asked"), st.sampled_from([Key.Key_Left, Key.Key_Left, Key.Key_Right])),
]
# Nobody types a whole event by chance: several keys that belong together are one draw.
FATAL = st.tuples(
    st.just("whole"), st.sampled_from(["Cardiac arrest", "Stroke"]), st.just("5"), st.just("fatal")
)
WHOLE = st.tuples(
    st.just("whole"),
    st.sampled_from(["Fell twice", "alopecia"]),
    st.sampled_from("12"),
    st.sampled_from(["recovered", "recovering"]),
)
KEYS = st.lists(
    st.one_of(
        *FILLS,
        *CHOICES,
        WHOLE,
        WHOLE,
        FATAL,
        st.tuples(st.just("add"), st.sampled_from([Key.Key_Return, Key.Key_Space])),
        st.sampled_from(["more", "erase", "enter", "clear", "leave", "kill", "go on", "go on"]),
        st.tuples(st.just("change"), st.integers(0, 2)),
        st.tuples(st.just("add"), st.just(Key.Key_Return)),
    ),
    min_size=6,
    max_size=18,
)


def first_day(text):
    return DATES[text][1]


def last_day(text):
    return DATES[text][2]


@dataclass
class Event:
    """One event as it stands in the file, by what was typed of it."""

    fields: dict
    reported: bool = True  # at this visit
    id: str = ""


@dataclass
class Nurse:
    """What each key means to who presses it: nothing of the program is asked."""

    events: list
    asked: bool | None = None
    fields: dict = field(default_factory=dict)  # of the event in the form
    changing: Event | None = None
    died: bool | None = None  # whether the death is to be recorded with the event
    death: str = ""  # the day that was typed of it
    sure: dict | None = None  # a second fatal event that was asked about
    sees_the_form: bool = False  # which nobody takes away while keys are pressed in it

    def text(self, name):
        return self.fields.get(name, "").strip()

    def texts(self):
        return {name: self.text(name) for name in FIELDS}

    @property
    def typed(self):
        """Whether the form holds something that the file does not."""
        if self.changing is not None and self.texts() == self.changing.fields:
            return False
        return any(self.texts().values())

    def look(self):
        self.sees_the_form = bool(self.asked) or self.typed or self.changing is not None

    @property
    def asks_death(self):
        return self.text("outcome") == "fatal" and not self.death

    def come_back(self):
        """To the step: what was typed is there again, what was only looked at is not."""
        if not self.typed:
            self.fields, self.changing = {}, None
        self.died = self.sure = None
        self.look()

    def fill(self, name, text):
        changed = self.text(name) != text
        self.fields[name] = text
        if name == "outcome" and text != "fatal":
            self.died = None
        if name in ("outcome", "grade") and changed:
            fatal = self.text("outcome") == "fatal" or self.text("grade") == "5"
            self.tick("death", fatal)

    def tick(self, criterion, ticked):
        others = [one for one in self.text("criteria").split() if one != criterion]
        now = {*others, criterion} if ticked else set(others)
        self.fields["criteria"] = "\n".join(one for one in CRITERIA if one in now)

    def choose_grade(self, digit):
        if digit in GRADES.get(self.text("term").lower(), "12345"):
            self.fill("grade", digit)

    def lacks(self):
        """The fields in the way of adding the event, as they stand on the page."""
        term, grade, outcome = self.text("term"), self.text("grade"), self.text("outcome")
        onset, ended = self.text("onset"), self.text("ended")
        wrong = {name for name in ("term", "grade", "outcome") if not self.text(name)}
        if onset not in DATES:
            wrong.add("onset")
        if grade and grade not in GRADES.get(term.lower(), "12345"):
            wrong.add("grade")
        died = "death" in self.text("criteria").split()
        fatal = outcome == "fatal" or grade == "5"
        if (fatal and not died) or (died and not fatal and outcome and grade):
            wrong.add("criteria")
        if grade and outcome and (grade == "5") != (outcome == "fatal"):
            wrong.add("outcome")
        if ended:
            open_still = outcome and outcome not in ENDED
            before = ended in DATES and onset in DATES and last_day(ended) < first_day(onset)
            if ended not in DATES or open_still or before:
                wrong.add("ended")
        return [name for name in FIELDS if name in wrong]

    def doubts(self):
        """A second death, which is asked about once."""
        if self.text("outcome") != "fatal":
            return False
        others = [one for one in self.events if one is not self.changing]
        end = self.text("ended") or self.text("onset")
        if any(one.fields["outcome"] == "fatal" for one in others):
            return True
        if not self.death:
            return False
        after = first_day(end) > last_day(self.death)
        return after or (bool(self.text("ended")) and last_day(end) < first_day(self.death))

    def add(self):
        """Whether the event was saved, else what has the keyboard."""
        if lacks := self.lacks():
            return lacks[0]
        if self.doubts() and self.sure != self.texts():
            self.sure = self.texts()
            return "outcome"
        if self.asks_death and self.died is None:
            return "died"
        if self.asks_death and self.died:
            self.death = self.text("ended") or self.text("onset")
        event = self.changing
        if event is None:
            event = Event({})
            self.events.append(event)
        event.fields = self.texts()
        for name in ("onset", "ended"):
            event.fields[name] = DATES[self.text(name)][0] if self.text(name) else ""
        if event.reported:
            self.asked = True
        self.clear()
        return True

    def clear(self):
        self.fields, self.changing, self.died, self.sure = {}, None, None, None
        self.look()

    def change(self, event):
        if self.typed and event is not self.changing:
            self.look()
            return  # what stands in the form comes first
        if not self.typed:
            self.fields = dict(event.fields)
        self.changing, self.died, self.sure = event, None, None
        self.look()


def go(widget):
    """Come to a field from another one: what stands there is selected."""
    if (before := QApplication.focusWidget()) is not None:
        before.clearFocus()
    widget.setFocus(Qt.FocusReason.TabFocusReason)
    settle()


def fill(form, nurse, name, text, last):
    go(getattr(form.editor, name).line)
    write(text)
    press(last)
    nurse.fill(name, text)


def choose(form, nurse, name, value, key=Key.Key_Space):
    """Press one of a row of choices."""
    choices = getattr(form.editor, name)
    go(choices._group.button(choices._values.index(value)))
    press(key)


def step(values, now, key, columns=0):
    """Where an arrow leads in a row of choices: it chooses, and stays where nothing is beside it."""
    by = {Key.Key_Left: -1, Key.Key_Right: 1, Key.Key_Down: columns}[key]
    at = values.index(now) if now in values else 0
    return values[at + by] if 0 <= at + by < len(values) else values[at]


def whole(form, nurse, term, grade, outcome):
    """A whole event, as somebody types it who knows what is asked."""
    if not nurse.sees_the_form or nurse.typed or nurse.changing:
        return
    fill(form, nurse, "term", term, Key.Key_Tab)
    fill(form, nurse, "onset", str(TODAY), Key.Key_Tab)
    go(form.editor.grade)
    write(grade)
    nurse.choose_grade(grade)
    choose(form, nurse, "outcome", Outcome(outcome))
    nurse.fill("outcome", outcome)


def in_the_form(form, nurse, key):
    """A key in the fields of the event, which are in sight."""
    editor, place = form.editor, QApplication.focusWidget()
    line = next((name for name in LINES if getattr(editor, name).line is place), None)
    match key:
        case ("fill", name, text, last):
            fill(form, nurse, name, text, last)
        case "more" if line is not None:
            selected = place.hasSelectedText()
            write("s")
            press(Key.Key_Tab)
            nurse.fields[line] = "s" if selected else nurse.fields.get(line, "") + "s"
        case "erase" if line is not None:
            press((CTRL, Key.Key_A), Key.Key_Delete, Key.Key_Tab)
            nurse.fields[line] = ""
        case "enter" if line is not None:
            press(Key.Key_Return)
        case ("grade", digit):
            go(editor.grade)
            write(digit)
            nurse.choose_grade(digit)
        case ("tick", criterion):
            go(editor.criteria.boxes[criterion])
            press(Key.Key_Space)
            nurse.tick(criterion, criterion not in nurse.text("criteria").split())
        case ("outcome", arrow):
            go(editor.outcome)
            press(arrow)
            nurse.fill("outcome", step(OUTCOMES, nurse.text("outcome"), arrow, columns=3))
        case ("died", arrow) if nurse.asks_death:
            go(editor.died)
            press(arrow)
            nurse.died = step((True, False), nurse.died, arrow)
        case ("add", press_it):
            go(editor.add)
            press(press_it)
            after_adding(form, nurse, nurse.add())
        case "clear":
            go(editor.clear)
            press(Key.Key_Space)
            nurse.clear()


def after_adding(form, nurse, done):
    if done is True:
        if nurse.sees_the_form:
            assert form.editor.term.line.hasFocus(), "the next event"
    else:
        assert getattr(form.editor, done).isAncestorOf(QApplication.focusWidget()), done


def do(form, nurse, key):
    """One key on the real form, and what it means to the nurse."""
    match key:
        case ("asked", arrow):
            go(form.asked)
            press(arrow)
            nurse.asked = step((True, False), nurse.asked, arrow)
            nurse.come_back()
        case ("change", at):
            if listed := changes(form):
                chosen, button = listed[at % len(listed)]
                go(button)
                press(Key.Key_Space)
                nurse.change(next(one for one in nurse.events if one.id == chosen))
        case "leave":
            assert form.committed()
            form.show_draft()
            nurse.come_back()
        case "kill":
            form.keep_typed()
            open_again(form)
            nurse.come_back()
        case "go on":
            if nurse.typed:
                done = nurse.add()
                if form.may_go_on() or done is True:
                    form.show_draft()
                    nurse.come_back()
        case ("whole", *event):
            whole(form, nurse, *event)
        case _ if nurse.sees_the_form:
            in_the_form(form, nurse, key)
    for event, one in zip(nurse.events, by_entry(form), strict=True):
        event.id = one.id


def changes(form):
    """The events that can be changed here and the button for it, in the order of the page."""
    draft = form.draft
    listed = (*draft.events.reported, *draft.events.logged, *draft.events.earlier_open)
    buttons = [
        layout.itemAt(place).widget().findChild(QPushButton)
        for layout in (form._reported, form._earlier)
        for place in range(layout.count())
    ]
    made = [button for button in buttons if button is not None]
    return list(zip((event.id for event in listed), made, strict=True))


def by_entry(form):
    """The events of the file, in the order in which they were entered."""
    known = form.order
    events = form.context.session.record(form.draft.record.patient.id).events
    known += [event.id for event in events if event.id not in known]
    return sorted(events, key=lambda event: known.index(event.id))


def open_again(form):
    """Read everything from the file anew."""
    before = form.draft
    form.draft = Draft(form.context.session, before.record.patient.id, before.visit.id)
    form.show_draft()
    form.focus_first()


def assert_the_file_is(form, nurse):
    record = form.context.session.record(form.draft.record.patient.id)
    assert record.visits[-1].new_events == nurse.asked
    stored = [
        {
            "term": one.term,
            "onset": str(one.onset),
            "grade": str(one.grade.value),
            "criteria": "\n".join(sorted(event_details.details(record, one).criteria)),
            "outcome": one.outcome.value,
            "ended": str(one.ended) if one.ended else "",
            "note": one.note,
        }
        for one in by_entry(form)
    ]
    assert stored == [one.fields for one in nurse.events]
    assert all(
        one.serious == bool(said["criteria"])
        for one, said in zip(by_entry(form), stored, strict=True)
    )
    assert [one.visit_id is not None for one in by_entry(form)] == [
        one.reported for one in nurse.events
    ]
    death = DATES[nurse.death][0] if nurse.death else None
    assert (str(record.died.happened_on) if record.died else None) == death
    assert form.editor.texts == nurse.texts(), "what was typed and not added is there again"
    assert form.editor.event_id == (nurse.changing.id if nurse.changing else None)


@pytest.fixture
def begun(session, due):
    """Another patient with one event on the chart, and a visit of theirs."""
    numbers = count(1)

    def begin():
        patient = replace(due, id=PatientId(new_id()), record_number=f"K{next(numbers)}")
        event = AdverseEvent(
            patient_id=patient.id,
            term="Headache",
            onset=PartialDate.of(LATELY),
            grade=Grade.MODERATE,
            serious=False,
            outcome=Outcome.NOT_RECOVERED,
        )
        with session.write("registered"):
            session.patients.save(patient)
            session.events.save(event)
        fields = {
            "term": "Headache",
            "onset": str(LATELY),
            "grade": "2",
            "criteria": "",
            "outcome": "not_recovered",
            "ended": "",
            "note": "",
        }
        draft = Draft(session, patient.id, beginning.start_visit(session, patient.id, None, TODAY))
        return draft, Event(fields, reported=False, id=event.id)

    return begin


@pytest.fixture
def form(context, begun, show):
    """The form with the buttons below it; each example puts a visit of its own into it."""
    made, holder = EventsForm(context, begun()[0]), QWidget()
    layout = QVBoxLayout(holder)
    layout.addWidget(made)
    layout.addLayout(made.feet())
    show(holder, (760, 620))
    return made


@settings(
    max_examples=70,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(keys=KEYS)
def test_the_file_holds_what_each_key_meant(form, begun, keys):
    form.draft, logged = begun()
    form.order = [logged.id]
    form.show_draft()
    form.focus_first()
    nurse = Nurse([logged])
    for key in keys:
        do(form, nurse, key)
        assert form.editor.isVisible() is nurse.sees_the_form, (key, keys)
        if nurse.sees_the_form:
            assert form.editor.texts == nurse.texts(), (key, keys)
    assert form.committed()
    open_again(form)
    nurse.come_back()
    assert_the_file_is(form, nurse)
