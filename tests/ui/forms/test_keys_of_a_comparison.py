"""Whatever keys somebody presses at the comparison, the file holds what each of them meant."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.entering.visit.draft import Draft
from core.findings.plausibility import Level
from core.instruments import catalog
from tests.ui.keyboard import Key, focused, press, settle, write

FORM = "alsfrs-r"
SLOTS = catalog.alsfrs_r().slots
BEFORE = (4, 4, 3, 3, 3, 3, 4, 3, 3, 4, 4, 4)  # what conftest's ``due`` had at month 2
NOW = (4, 4, 3, 3, 3, 3, 2, 3, 1, 4, 4, 4)  # turning and stairs have fallen by two: two queries
ASKED = ("turning", "stairs")
CARD = "card"
KEYS = st.lists(
    st.one_of(
        st.sampled_from(["enter", "enter", "escape", "tab back"]),
        st.tuples(st.just("write"), st.text("abc 3", min_size=1, max_size=5)),
        st.tuples(st.just("correct"), st.sampled_from(["slip", "asked again", ""])),
    ),
    max_size=14,
)


class Nurse:
    """What each key means to who presses it: nothing of the program is asked."""

    def __init__(self):
        self.values = dict(zip(SLOTS, NOW, strict=True))
        self.before = dict(zip(SLOTS, BEFORE, strict=True))
        self.corrected = {}
        self.kept = {}  # why, by question
        self.lines = dict.fromkeys(ASKED, "")  # what stands in the line of a query
        self.used = {slot: {self.values[slot]} for slot in ASKED}
        self.at = CARD
        self.selected = False

    @property
    def rows(self):
        return [slot for slot in ASKED if self.before[slot] - self.values[slot] >= 2]

    def go(self, place):
        self.at, self.selected = place, place != CARD

    def next(self):
        waiting = [slot for slot in self.rows if slot not in self.kept]
        self.go(waiting[0] if waiting else CARD)

    def enter(self):
        if self.at == CARD:
            if any(slot not in self.kept for slot in self.rows):
                self.next()  # else the form goes on, and nothing is changed
            return
        reason = self.lines[self.at].strip()
        if reason:
            self.kept[self.at] = self.lines[self.at] = reason
            self.next()

    def escape(self):
        if self.at != CARD:
            self.lines[self.at] = self.kept.get(self.at, "")
            self.go(CARD)

    def write(self, text):
        if self.at != CARD:  # at the card no letter and no digit means anything
            self.lines[self.at] = text if self.selected else self.lines[self.at] + text
            self.selected = False

    def correct(self, slot, score, reason):
        self.values[slot], self.corrected[slot] = score, reason
        self.used[slot].add(score)
        given = self.kept.pop(slot, "")  # it was a reason for the score of before
        if self.lines[slot].strip() == given:
            self.lines[slot] = ""  # what was only typed stays, to be given or not
        self.go(CARD)


def do(form, nurse, key):
    """One key, or the few of a correction, on the real form, and what it means to the nurse."""
    match key:
        case "enter":
            press(Key.Key_Return)
            nurse.enter()
        case "escape":
            if nurse.at != CARD:  # else it belongs to the page
                press(Key.Key_Escape)
                nurse.escape()
        case "tab back":
            if nurse.at != CARD:
                press(Key.Key_Tab, Key.Key_Backtab)
                nurse.selected = True
        case ("write", text):
            write(text)
            nurse.write(text)
        case ("correct", reason):
            slot = nurse.at
            free = [one for one in (1, 2, 3, 4) if slot != CARD and one not in nurse.used[slot]]
            if not free:
                return
            press(Key.Key_Tab, Key.Key_Return)  # its button
            write(str(free[0]))
            if reason:
                write(reason)
                press(Key.Key_Return)
                nurse.correct(slot, free[0], reason)
            else:
                press(Key.Key_Return)  # a reason is missing: nothing is corrected
                press(Key.Key_Escape)
                press(*[Key.Key_Down] * (len(SLOTS) - SLOTS.index(slot)))
                nurse.go(CARD)


def where(form):
    """Where the keyboard is, in the nurse's words."""
    lines = {row.line: row.question.finding.slot for row in form._comparison.rows}
    return lines.get(focused(), CARD if focused() is form._comparison else "elsewhere")


def told(session, patient_id, visit_id):
    """What the file says: every answer, the corrections, and by question why it is kept and what is only typed."""
    draft = Draft(session, patient_id, visit_id)
    answers = draft.questionnaires.form(FORM).answers
    queries = [q for q in draft.comparisons.questions(FORM) if q.finding.level is Level.QUERY]
    return (
        {slot: answer.value for slot, answer in answers.items()},
        {slot: answer.corrected for slot, answer in answers.items() if answer.corrected},
        {q.finding.slot: q.kept.reason for q in queries if q.kept is not None},
        {
            q.finding.slot: text
            for q in queries
            if (text := draft.comparisons.typed_reason(FORM, q.finding))
        },
        [q.finding.slot for q in queries],
    )


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(keys=KEYS)
def test_the_file_holds_what_each_key_meant(rating, session, due, keys):
    form, visit_id = rating((760, 900))
    write("".join(map(str, NOW)))
    settle()
    nurse = Nurse()
    assert where(form) == CARD
    for key in keys:
        do(form, nurse, key)
        assert where(form) == nurse.at, (key, keys)
    form.commit()
    settle()
    typed = {
        slot: nurse.lines[slot].strip()
        for slot in nurse.rows
        if nurse.lines[slot].strip() and nurse.lines[slot].strip() != nurse.kept.get(slot)
    }
    kept = {slot: why for slot, why in nurse.kept.items() if slot in nurse.rows}
    assert told(session, due.id, visit_id) == (
        nurse.values,
        nurse.corrected,
        kept,
        typed,
        nurse.rows,
    )
    form.close()
    with session.write("the next example"):  # two forms of one day ask about one another
        session.visits.remove(visit_id)
