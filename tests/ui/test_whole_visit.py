import pytest
from PySide6.QtWidgets import QScrollArea

from core import clock
from core.model.adverse_event import Grade, Outcome
from core.model.partial_date import PartialDate
from core.model.spirometry import BlowQuality, Position, TestType
from core.model.visit import Mode, Respondent, VisitState
from tests.pdf import text_of
from tests.ui.conftest import words
from tests.ui.keyboard import ALT, CTRL, Key, press, tab_to, write
from ui.forms.event_editor import criteria_words

SCORES = (3, 4, 3, 2, 3, 3, 2, 3, 1, 4, 3, 4)
REASONS = ("needs two people now", "carried up", "seen in the clinic")  # bed, stairs, total
NOTE = "Uses a stick outdoors. Sleeps with 2 pillows."


def go_on():
    press((CTRL, Key.Key_Return))


@pytest.fixture
def today():
    return clock.today()


def test_the_whole_visit_by_keyboard_alone(shell, due, today, alsfrs_r, qtbot, reopened):
    visit_page = shell.page("visit")

    def in_front(step):
        return shell.current is visit_page and visit_page.current == step

    assert shell.page("today").model.rows[0].patient.record_number == "12"
    press(Key.Key_Return)

    assert in_front("details")
    press(Key.Key_Space)  # in person
    press(Key.Key_Tab, Key.Key_Right, Key.Key_Space)  # patient, relayed by carer
    press(Key.Key_Tab)
    write("61,4")
    go_on()

    assert in_front("since-last-time")
    press(Key.Key_N, Key.Key_Down, Key.Key_N)  # no medicine, no device
    go_on()

    assert in_front("alsfrs-r")
    write("".join(str(score) for score in SCORES))
    assert in_front("alsfrs-r"), "the comparison with month 2 comes first"
    press(Key.Key_Return)
    for reason in REASONS:
        write(reason)
        press(Key.Key_Return)
    press(Key.Key_Return)

    assert in_front("spirometry")
    for litres in ("2.61", "2,68", "2.66"):
        write(litres)
        press(Key.Key_Return)
    press(Key.Key_Return)  # an empty row ends the table

    assert in_front("adverse-events")
    press(Key.Key_Space)  # yes, something new
    write("Fall")
    press(Key.Key_Tab)
    write(f"{today:%Y-%m}")
    tab_to("Grade (CTCAE): 1 mild")
    write("1")
    tab_to(next(iter(criteria_words().values())))  # why it is serious: nothing is ticked
    press(Key.Key_Space, Key.Key_Space)  # ticked, and taken away
    tab_to("Outcome: recovered")
    press(Key.Key_Space)
    tab_to("Add event")
    press(Key.Key_Space)
    go_on()

    assert in_front("tasks")
    press(Key.Key_Space)  # medical history: done
    press(Key.Key_Tab, Key.Key_Tab, Key.Key_Space)  # physical examination: done
    press(Key.Key_Tab, Key.Key_Tab, Key.Key_Right, Key.Key_Space)  # laboratory: not done
    write("tube broken")
    go_on()

    assert in_front("note")
    write(NOTE)
    go_on()

    assert in_front("review")
    assert "complete" in words(visit_page)
    go_on()
    assert "finished" in words(visit_page)
    area = visit_page.forms["review"].findChild(QScrollArea)
    assert area.verticalScrollBar().value() == 0, "the review is read from its head"
    press(Key.Key_Space)  # print summary

    summary = shell.current
    assert summary is shell.page("document")
    qtbot.waitUntil(lambda: summary.pdf is not None)
    assert "Month 4" in words(summary)
    assert summary.pages.count() >= 1
    printed = " ".join(text_of(summary.pdf).split())
    for said in (
        "Visit summary",
        f"{sum(SCORES)}/48",
        "2.68 L",
        "Fall",
        "tube",  # its note, in two lines of a column
        "broken",
        "61.4 kg",
        *REASONS,
    ):
        assert said in printed

    shell.window().close()
    record = reopened().record(due.id)
    visit = record.visits[-1]
    assert (visit.code, visit.date, visit.state) == ("M4", today, VisitState.FINISHED)
    assert (visit.mode, visit.respondent) == (Mode.IN_PERSON, Respondent.PATIENT_VIA_CAREGIVER)
    assert (visit.weight_kg, visit.new_events, visit.note) == (61.4, True, NOTE)
    assert visit.rater == "dr.demo"
    form = record.assessment(visit.id, "alsfrs-r")
    assert tuple(form.answers[slot].value for slot in alsfrs_r.slots) == SCORES
    assert form.answers["cutting"].item == "cutting_without_gastrostomy"
    assert not any(answer.note for answer in form.answers.values())
    assert [(one.rule, one.subject, one.reason) for one in record.reconciliations] == [
        ("P4", "turning", REASONS[0]),
        ("P4", "stairs", REASONS[1]),
        ("P5", "", REASONS[2]),
    ]
    (session,) = (s for s in record.spirometry if s.visit_id == visit.id)
    assert [blow.volume_ml for blow in session.blows] == [2610, 2680, 2660]
    assert {blow.quality for blow in session.blows} == {BlowQuality.ACCEPTABLE}
    assert (session.test_type, session.position) == (TestType.FVC, Position.SITTING)
    assert session.height_cm == 164
    (event,) = record.events
    assert (event.term, event.coded_term, event.visit_id) == ("Fall", "Fall", visit.id)
    assert event.onset == PartialDate(today.year, today.month)
    assert (event.grade, event.serious, event.outcome) == (Grade.MILD, False, Outcome.RECOVERED)
    assert {t.task: (t.done, t.note) for t in record.tasks if t.visit_id == visit.id} == {
        "history": (True, ""),
        "examination": (True, ""),
        "laboratory": (False, "tube broken"),
    }


@pytest.mark.usefixtures("due")
def test_a_visit_is_left_and_resumed_by_keyboard(shell):
    """Escape keeps the draft; Enter on Today resumes at the first question without an answer."""
    press(Key.Key_Return)
    press(Key.Key_Space, Key.Key_Tab, Key.Key_Space)
    go_on()
    go_on()
    write("432")
    press(Key.Key_Escape)
    assert shell.current is shell.page("chart")
    assert shell.page("chart").start.text() == "Resume Month 4"
    press((CTRL, Key.Key_1))
    assert "1 draft to resume" in words(shell.page("today"))
    assert shell.page("today").model.rows[0].status == "draft, 3 answers"
    press(Key.Key_Return)
    assert shell.page("visit").current == "alsfrs-r"
    assert "4  Handwriting" in words(shell.page("visit"))
    assert shell.page("visit").hasFocus() or shell.page("visit").forms["alsfrs-r"].hasFocus()


@pytest.mark.usefixtures("due")
def test_a_visit_is_gone_back_through_by_keyboard(shell):
    page = shell.page("visit")
    press(Key.Key_Return)
    go_on()
    go_on()
    assert page.current == "alsfrs-r"
    press(Key.Key_Up)  # before the first question stands the step before
    assert page.current == "since-last-time"
    go_on()
    press(Key.Key_Right)
    press(Key.Key_Backspace)
    assert page.current == "alsfrs-r"
    press((ALT, Key.Key_Left), (ALT, Key.Key_Left))
    assert page.current == "details"
