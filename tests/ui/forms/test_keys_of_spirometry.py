"""Whatever keys somebody presses at the blows, the file holds what each of them meant."""

import re
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt

from core import clock
from core.entering.visit import beginning
from core.entering.visit.draft import Draft
from core.model.assessment import NotDone
from core.model.spirometry import BlowQuality, Position, TestType
from tests.ui.keyboard import CTRL, Key, press, settle, write
from ui.forms.spirometry_form import SpirometryForm

MOST_ROWS, FIRST_ROWS = 8, 3
VOLUME, FEV1, QUALITY, REMARK = "volume", "fev1", "quality", "remark"
TYPED_IN = (VOLUME, FEV1, REMARK)
HEIGHT, PERCENT = "height", "percent"
BOUNDS = {HEIGHT: (50, 250), PERCENT: (1, 249)}
QUALITIES, REASONS = tuple(BlowQuality), (None, *NotDone)
ONE_OF = {TestType: tuple(TestType), Position: tuple(Position)}

CELLS = st.tuples(st.integers(1, 4), st.sampled_from([VOLUME, FEV1, QUALITY, REMARK]))
VOLUMES = st.sampled_from(["2.61", "2,4", "3", "1.985", ".5", "0.01", "31", "2.x"])
KEYS = st.lists(
    st.one_of(
        st.tuples(st.just("type"), VOLUMES),
        st.tuples(st.just("type"), VOLUMES),
        st.sampled_from(["enter", "tab", "tab", "up", "down", "back", "erase"]),
        st.tuples(st.just("go"), CELLS),
        st.tuples(st.just("not done"), st.integers(-1, 2)),
        st.tuples(
            st.just("choose"), st.sampled_from([TestType, Position]), st.sampled_from([-1, 1])
        ),
        st.tuples(st.sampled_from([HEIGHT, PERCENT]), st.sampled_from(["171", "80", "9", "x"])),
        st.just("add"),
        st.tuples(st.just("turn"), st.integers(0, 3)),
        st.sampled_from(["leave", "kill"]),
    ),
    min_size=12,
    max_size=30,
)


def litres(text):
    """Whole millilitres, None for an empty text, the text itself where it is no volume."""
    if not text:
        return None
    if re.fullmatch(r"\d+([.,]\d*)?|[.,]\d+", text) is None:
        return text
    value = round(float(text.replace(",", ".")) * 1000)
    return value if 50 <= value <= 12_000 else text


@dataclass
class Blows:
    """What one session holds, as the nurse sees it."""

    test: TestType = TestType.FVC
    position: Position = Position.SITTING
    texts: dict = field(default_factory=dict)  # of a cell, or of a field: as typed
    numbers: dict = field(default_factory=dict)  # of a field, the last that could be read
    quality: dict = field(default_factory=dict)  # of a row
    reason: NotDone | None = None

    @property
    def which(self):
        return list(TestType).index(self.test), list(Position).index(self.position)

    def text(self, place):
        return self.texts.get(place, "")

    def is_empty(self, row):
        judged = self.quality.get(row, BlowQuality.ACCEPTABLE) is not BlowQuality.ACCEPTABLE
        return not (judged or any(self.text((row, name)) for name in TYPED_IN))

    @property
    def rows(self):
        """How many stand there: an empty one after the last that was filled, three at least."""
        filled = [row for row in range(1, MOST_ROWS + 1) if not self.is_empty(row)]
        return min(MOST_ROWS, max([FIRST_ROWS, *(row + 1 for row in filled)]))

    @property
    def has_fev1(self):
        return self.test is TestType.FVC or any(self.text((row, FEV1)) for row in range(1, 9))

    def blows(self):
        """What is a value: row, volume, FEV1, quality and remark."""
        found = []
        for row in range(1, MOST_ROWS + 1):
            volume, fev1 = (litres(self.text((row, name))) for name in (VOLUME, FEV1))
            if isinstance(volume, int):
                fits = isinstance(fev1, int) and fev1 <= volume and self.test is TestType.FVC
                quality = self.quality.get(row, BlowQuality.ACCEPTABLE)
                fev1 = fev1 if fits else None
                found.append((row, volume, fev1, quality, self.text((row, REMARK))))
        return found

    def seen(self):
        """Every cell that is not empty, by what it says."""
        read = {VOLUME: litres, FEV1: litres, REMARK: str}
        found = {
            (row, name): read[name](self.text((row, name)))
            for row in range(1, MOST_ROWS + 1)
            for name in TYPED_IN
            if self.text((row, name))
        }
        return found | {(row, QUALITY): q for row, q in self.quality.items() if q != QUALITIES[0]}


class Nurse:
    """What each key means to who presses it: nothing of the program is asked."""

    def __init__(self, height):
        self.sessions = [Blows(texts={HEIGHT: str(height)}, numbers={HEIGHT: height})]
        self.now = self.sessions[0]
        self.place, self.selected = (1, VOLUME), True

    def come_to(self, place):
        self.place, self.selected = place, True

    def type(self, text):
        now = self.now
        now.texts[self.place] = text if self.selected else now.text(self.place) + text
        self.selected = False
        if self.place[1] in (VOLUME, FEV1):
            now.reason = None  # who types a blow has measured it

    def back(self):
        text = self.now.text(self.place)
        self.now.texts[self.place] = "" if self.selected else text[:-1]
        self.selected = False

    def enter(self):
        row, name = self.place
        last = row == self.now.rows
        if name in (VOLUME, FEV1) and not self.now.is_empty(row) and not last:
            self.come_to((row + 1, VOLUME))

    def move(self, by):
        row, name = self.place
        if name in (VOLUME, FEV1) and 1 <= row + by <= self.now.rows:
            self.come_to((row + by, name))
        elif name == QUALITY:
            at = QUALITIES.index(self.now.quality.get(row, BlowQuality.ACCEPTABLE)) + by
            self.now.quality[row] = QUALITIES[min(max(at, 0), 2)]

    def tab(self):
        """Where it leads; None at the end of the table."""
        row, name = self.place
        names = [VOLUME, FEV1, QUALITY, REMARK]
        if not self.now.has_fev1 and name != FEV1:
            names.remove(FEV1)
        at = names.index(name) + 1
        if at < len(names):
            return (row, names[at])
        return (row + 1, VOLUME) if row < self.now.rows else None

    def can_be_at(self, place):
        row, name = place
        return row <= self.now.rows and (name != FEV1 or self.now.has_fev1)

    def not_done(self, by):
        at = REASONS.index(self.now.reason) + by
        reason = REASONS[min(max(at, 0), len(REASONS) - 1)]
        blows = not all(self.now.is_empty(row) for row in range(1, MOST_ROWS + 1))
        if not (by and reason and blows):  # else it is refused; a reason can always be taken back
            self.now.reason = reason

    def fill(self, name, text):
        low, high = BOUNDS[name]
        self.now.texts[name] = text
        if text.isdecimal() and low <= int(text) <= high:
            self.now.numbers[name] = int(text)
        elif name == PERCENT:
            self.now.numbers.pop(name, None)  # of the height the last that could be read stays

    def choose(self, kind, by):
        name = "test" if kind is TestType else "position"
        values, now = ONE_OF[kind], self.now
        before = getattr(now, name)
        setattr(now, name, values[min(max(values.index(before) + by, 0), 1)])
        if any(one is not now and one.which == now.which for one in self.sessions):
            setattr(now, name, before)  # refused

    def add(self):
        every = [(test, position) for test in TestType for position in Position]
        taken = [(one.test, one.position) for one in self.sessions]
        free = [one for one in every if one not in taken]
        if not free:
            return False
        height = self.now.numbers[HEIGHT]
        self.sessions.append(Blows(*free[0], {HEIGHT: str(height)}, {HEIGHT: height}))
        self.turn(self.sessions[-1])
        return True

    def turn(self, to):
        self.now = to
        empty = [row for row in range(1, to.rows + 1) if not to.text((row, VOLUME))]
        self.come_to((empty[0] if empty else to.rows, VOLUME))

    @property
    def in_order(self):
        return sorted(self.sessions, key=lambda one: one.which)


def widget_of(form, place):
    row, name = place
    return getattr(form.rows[row - 1], name)


def go(form, widget):
    """Come to a field from another one: what stands there is selected."""
    form.device.line.setFocus(Qt.FocusReason.TabFocusReason)
    widget.setFocus(Qt.FocusReason.TabFocusReason)
    settle()


def come_back(form, nurse):
    """To the cell that had the keyboard, or to its volume where that cell is hidden now."""
    row, name = nurse.place
    nurse.come_to(
        (row, name) if nurse.can_be_at((row, name)) else (min(row, nurse.now.rows), VOLUME)
    )
    go(form, widget_of(form, nurse.place))


def elsewhere(form, nurse, key):
    """What is entered beside the blows, and back to them."""
    match key:
        case ("not done", by):
            go(form, form.not_done)
            press(Key.Key_Down if by > 0 else Key.Key_Up, times=abs(by))
            for _ in range(abs(by)):
                nurse.not_done(1 if by > 0 else -1)
        case ("choose", kind, by):
            go(form, form.test_type if kind is TestType else form.position)
            press(Key.Key_Right if by > 0 else Key.Key_Left)
            nurse.choose(kind, by)
        case (name, text):
            go(form, form.height_cm.line if name == HEIGHT else form.device_percent.line)
            write(text)
            nurse.fill(name, text)
    come_back(form, nurse)


def do(form, nurse, key):
    """One key on the real form, and what it means to the nurse."""
    name = nurse.place[1]
    match key:
        case ("type", text):
            write(text)
            if name in TYPED_IN:
                nurse.type(text)
        case "back" if name in TYPED_IN:
            press(Key.Key_Backspace)
            nurse.back()
        case "erase" if name in TYPED_IN:
            press((CTRL, Key.Key_A), Key.Key_Delete)
            nurse.selected = True
            nurse.back()
        case "enter":
            press(Key.Key_Return)
            nurse.enter()
        case "up" | "down":
            press(Key.Key_Up if key == "up" else Key.Key_Down)
            nurse.move(-1 if key == "up" else 1)
        case "tab":
            if (to := nurse.tab()) is not None:
                press(Key.Key_Tab)
                nurse.come_to(to)
        case ("go", place):
            if nurse.can_be_at(place):
                go(form, widget_of(form, place))
                nurse.come_to(place)
        case "add":
            if nurse.add():
                go(form, form.add_session)
                press(Key.Key_Space)
        case ("turn", at):
            if len(nurse.sessions) > 1:
                to = nurse.in_order[at % len(nurse.sessions)]
                go(form, form.sessions)
                here = nurse.in_order.index(nurse.now)
                by = nurse.in_order.index(to) - here
                press(Key.Key_Right if by > 0 else Key.Key_Left, times=abs(by))
                press(Key.Key_Space)
                nurse.turn(to)
        case "leave":
            assert form.committed()
            form.show_draft()
            come_back(form, nurse)
        case "kill":
            form.keep_typed()
            open_again(form)
            come_back(form, nurse)
        case ("not done" | "choose" | "height" | "percent", *_):
            elsewhere(form, nurse, key)


def open_again(form):
    """Read everything from the file anew, and show the session that was in front."""
    point, before = form.point, form.draft
    form.draft = Draft(form.context.session, before.record.patient.id, before.visit.id)
    form.show_draft()
    if point:
        form.focus_point(point)


def seen(form):
    """What the cells say, of the session in front."""
    read = {VOLUME: litres, FEV1: litres, REMARK: str}
    found = {
        (row, name): read[name](widget_of(form, (row, name)).text())
        for row in range(1, MOST_ROWS + 1)
        for name in TYPED_IN
    }
    found |= {(one.index, QUALITY): one.quality.currentData() for one in form.rows}
    return {place: value for place, value in found.items() if value not in ("", None, QUALITIES[0])}


def assert_the_file_is(form, nurse, visit_id):
    record = form.context.session.record(form.draft.record.patient.id)
    stored = {
        (one.test_type, one.position): (
            [(b.number, b.volume_ml, b.fev1_ml, b.quality, b.remark) for b in one.blows],
            one.not_done,
            {HEIGHT: one.height_cm, PERCENT: one.device_percent},
        )
        for one in record.spirometry
        if one.visit_id == visit_id
    }
    meant = {
        (one.test, one.position): (
            one.blows(),
            one.reason,
            {PERCENT: None, **one.numbers},
        )
        for one in nurse.sessions
    }
    untouched = Blows(numbers={HEIGHT: 164})
    if not stored and len(nurse.sessions) == 1:  # nothing was entered: nothing need be there
        stored = {(untouched.test, untouched.position): ([], None, {HEIGHT: 164, PERCENT: None})}
    assert stored == meant
    for one in nurse.in_order:
        if len(nurse.sessions) > 1:
            saved = next(
                s
                for s in form.draft.spirometry.all
                if (s.test_type, s.position) == (one.test, one.position)
            )
            form.draft.spirometry.turn_to(saved.id)
            form.show_draft()
        assert seen(form) == one.seen()
        assert form.height_cm.text == one.text(HEIGHT)
        assert form.device_percent.text == one.text(PERCENT)


@pytest.fixture
def form(context, due, show):
    """The form alone, on a visit of its own; ``begin`` puts another one in its place."""
    first = begin(context.session, due)
    made = SpirometryForm(context, first)
    made.show_draft()
    return show(made, (760, 620))


def begin(session, patient):
    visit_id = beginning.start_visit(session, patient.id, None, clock.today())
    return Draft(session, patient.id, visit_id)


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(keys=KEYS)
def test_the_file_holds_what_each_key_meant(form, session, due, keys):
    form.draft = begin(session, due)
    form.show_draft()
    form.focus_first()
    settle()
    nurse = Nurse(height=164)
    for key in keys:
        do(form, nurse, key)
        assert widget_of(form, nurse.place).hasFocus(), (key, keys)
    assert form.committed()
    open_again(form)
    assert_the_file_is(form, nurse, form.draft.visit.id)
    form.draft.discard("another example comes")
