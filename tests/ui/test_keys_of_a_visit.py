"""How many keys a routine visit costs beyond what it records, from Today to the printed page."""

from core import clock
from core.model.spirometry import Position, TestType
from core.model.visit import Mode, Respondent, VisitState
from tests.pdf import text_of
from tests.ui.conftest import words
from tests.ui.keyboard import CTRL, Key, press, write

LIMIT = 20
SCORES = (4, 4, 3, 3, 3, 3, 3, 3, 3, 4, 4, 4)  # one lower than at month 2: nothing is asked about
LITRES, WEIGHT = ("2.84", "2.88", "2.85"), "63"
GO_ON = (CTRL, Key.Key_Return)


class Keys:
    """Counts what is pressed. A key with Ctrl is one; what is typed as an answer is not counted."""

    def __init__(self):
        self.count = 0

    def press(self, *keys):
        self.count += len(keys)
        press(*keys)


def test_a_routine_visit_needs_20_keys_beyond_its_answers(shell, due, session, alsfrs_r, qtbot):
    """Answers are the digits of the questionnaire, of the volumes and of the weight.

    Counted is every other key from Today until the printed page is in front: those that open the visit, that go from
    field to field and from step to step, that finish and print it, and also those that choose (how the visit was
    held, who answered, that there is no event, that a task was done).
    """
    keys = Keys()
    keys.press(Key.Key_Return)  # the first row of Today
    visit = shell.page("visit")
    assert visit.current == "details"
    keys.press(Key.Key_Return, Key.Key_Return)  # in person, the patient
    write(WEIGHT)
    keys.press(GO_ON)
    keys.press(Key.Key_N, Key.Key_N, Key.Key_Return)  # nothing runs, no medicine, no device
    write("".join(map(str, SCORES)))
    keys.press(Key.Key_Return)  # the comparison asks nothing
    assert visit.current == "spirometry"
    for litres in LITRES:
        write(litres)
        keys.press(Key.Key_Return)
    keys.press(Key.Key_Return)  # the empty row
    keys.press(Key.Key_Right, GO_ON)  # nothing new
    assert visit.current == "tasks"
    keys.press(*[Key.Key_Return] * 3)  # done, each of the three
    assert visit.current == "note"
    keys.press(GO_ON)  # no note
    assert visit.current == "review" and "complete" in words(visit)
    keys.press(GO_ON, Key.Key_Return)  # finish, and print the summary

    assert keys.count <= LIMIT  # 20 when this was written
    page = shell.current
    assert page is shell.page("document")
    qtbot.waitUntil(lambda: page.pdf is not None)
    assert page.focusWidget() is page.print, "Enter prints it"
    printed = " ".join(text_of(page.pdf).split())
    assert f"{sum(SCORES)}/48" in printed and "2.88 L" in printed and "63.0 kg" in printed

    record = session.record(due.id)
    done = record.visits[-1]
    assert (done.date, done.state) == (clock.today(), VisitState.FINISHED)
    assert (done.mode, done.respondent) == (Mode.IN_PERSON, Respondent.PATIENT)
    assert (done.weight_kg, done.new_events) == (63, False)
    form = record.assessment(done.id, "alsfrs-r")
    assert tuple(form.answers[slot].value for slot in alsfrs_r.slots) == SCORES
    (blown,) = (one for one in record.spirometry if one.visit_id == done.id)
    assert [blow.volume_ml for blow in blown.blows] == [2840, 2880, 2850]
    assert (blown.test_type, blown.position) == (TestType.FVC, Position.SITTING)
    assert [task.done for task in record.tasks if task.visit_id == done.id] == [True] * 3
