"""Whatever keys somebody presses, the file holds what each of them meant."""

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from core.instruments import catalog
from tests.ui.keyboard import CTRL, Key, press, settle, write

SLOTS = catalog.alsfrs_r().slots
UP, DOWN, NOTE, UNDO, ALL = "up", "down", "note", "undo", "all"
# A form is never completed here: what comes then is the comparison's, with tests of its own.
KEYS = st.lists(
    st.one_of(
        st.sampled_from("01234"),
        st.sampled_from([UP, DOWN, UNDO, ALL]),
        st.tuples(st.just(NOTE), st.text("abc 3", min_size=1, max_size=4), st.booleans()),
    ),
    max_size=22,
)


class Nurse:
    """What each key means to who presses it: nothing of the program is asked."""

    def __init__(self):
        self.at = 0
        self.answers = {}  # the score and the note of each question
        self.done = []  # what Ctrl+Z undoes: a question, and what it was before
        self.just_answered = None

    def completes(self, key):
        return key in set("01234") and len(self.answers) == 11 and self.at not in self.answers

    def step(self, by):
        self.at = min(max(self.at + by, 0), len(SLOTS) - 1)
        self.just_answered = None

    def answer(self, value):
        at = self.at
        before = self.answers.get(at)
        self.write(at, (value, before[1] if before else ""))
        self.go_to_open()
        self.just_answered = at

    def opens_note(self):
        if self.at not in self.answers and self.just_answered is not None:
            self.at = self.just_answered
        self.just_answered = None
        return self.at in self.answers

    def note(self, text):
        value, before = self.answers[self.at]
        if text.strip() != before:
            self.write(self.at, (value, text.strip()))
        self.go_to_open()

    def write(self, at, now):
        self.done.append((at, self.answers.get(at)))
        self.answers[at] = now

    def undo(self):
        if not self.done:
            return
        self.just_answered = None
        self.at, before = self.done.pop()
        if before is None:
            del self.answers[self.at]
        else:
            self.answers[self.at] = before
            self.go_to_open()

    def go_to_open(self):
        later = (*range(self.at + 1, len(SLOTS)), *range(self.at + 1))
        self.at = next(at for at in later if at not in self.answers)


def do(form, nurse, key):
    """One key on the real form, and what it means to the nurse."""
    match key:
        case "up":
            press(Key.Key_Up)
            nurse.step(-1)
        case "down":
            press(Key.Key_Down)
            nurse.step(1)
        case "undo":
            press((CTRL, Key.Key_Z))
            nurse.undo()
        case "all":  # on one page, or one at a time: no key means anything else there
            press(Key.Key_L)
        case (_, text, enter):
            press(Key.Key_N)
            if nurse.opens_note():
                write(text)
                press(Key.Key_Return if enter else Key.Key_Escape)
                nurse.note(text)
        case digit:
            write(digit)
            nurse.answer(int(digit))


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@example(keys=["0", ("note", "3", False), "up", "undo"])  # the note in sight is the one undone
@example(keys=["0", ("note", "3", True), "up", "undo"])
@example(keys=["all", "0", "1", "up", ("note", "a", True), "all", "undo", "4"])
@given(keys=KEYS)
def test_the_file_holds_what_each_key_meant(rating, session, due, keys):
    form, visit_id = rating()
    nurse = Nurse()
    for key in keys:
        if nurse.completes(key):
            break
        do(form, nurse, key)
        assert form.slot == SLOTS[nurse.at], (key, keys)
    form.commit()
    settle()
    record = session.record(due.id)
    stored = next((a for a in record.assessments if a.visit_id == visit_id), None)
    found = {slot: (a.value, a.note) for slot, a in stored.answers.items()} if stored else {}
    assert found == {SLOTS[at]: given for at, given in nurse.answers.items()}
    form.close()
