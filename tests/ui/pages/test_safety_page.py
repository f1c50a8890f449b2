"""Safety: what runs is seen first, every event of the clinic is in the list, and the keyboard filters it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from core import clock
from core.labels import GRADE
from core.model import event_details
from core.model.adverse_event import AdverseEvent, Grade, Outcome
from core.model.form_record import FormRecord, Item
from core.model.partial_date import PartialDate
from tests.core.examples import a_patient
from tests.ui.keyboard import settle
from ui.shell import Shell
from ui.widgets.clock_badge import ClockBadge


def enter(session, patient, term, *, aware=None, criteria="", judged=None, sent=None, **changes):
    """An event with what its forms say; times are hours before now."""
    now = clock.now()
    given = {
        "coded_term": "",
        "onset": PartialDate.of(clock.today() - timedelta(days=2)),
        "grade": Grade.MILD,
        "serious": bool(criteria),
        "outcome": Outcome.RECOVERED,
    }
    event = AdverseEvent(patient_id=patient.id, term=term, **given | changes)

    def part(form, **values):
        return FormRecord(
            patient_id=patient.id,
            within=event_details.record_id(event.id),
            form=form,
            version="1",
            entered_by=session.user.login,
            entered_at=now,
            items={name: Item(value=value) for name, value in values.items()},
        )

    values = {"criteria": criteria} if criteria else {}
    if aware is not None:
        values["aware_at"] = (now - timedelta(hours=aware)).isoformat()
    details = replace(
        part(event_details.FORM, **values), within=None, id=event_details.record_id(event.id)
    )
    with session.write("entered"):
        session.events.save(event)
        if values or judged:
            session.forms.save(details)
        if judged:
            session.forms.save(part(event_details.JUDGEMENT, **judged))
        if sent is not None:
            at = (now - timedelta(hours=sent)).isoformat()
            report = {"to": "sponsor", "number": 1, "sent_at": at, "how": "email"}
            session.forms.save(part(event_details.REPORT, **report))
    return event


@pytest.fixture
def clinic(session):
    """Two patients: a life-threatening event of 22 hours ago, one reported, one of before the forms, two mild ones."""
    day_0 = clock.today() - timedelta(days=100)
    first = a_patient(record_number="A-1", reference_on=day_0)
    second = a_patient(record_number="A-2", reference_on=day_0)
    with session.write("registered"):
        session.patients.save(first)
        session.patients.save(second)
    enter(
        session,
        first,
        "Respiratory failure",
        aware=22,
        criteria="life_threatening",
        grade=Grade.LIFE_THREATENING,
        outcome=Outcome.NOT_RECOVERED,
    )
    enter(
        session,
        second,
        "Pneumonia",
        coded_term="Lung infection",
        aware=240,
        sent=232,
        criteria="hospital",
        judged={"product": "unlikely", "expected": "unexpected"},
        grade=Grade.SEVERE,
        outcome=Outcome.RECOVERING,
        onset=PartialDate.of(clock.today() - timedelta(days=11)),
    )
    enter(
        session,
        second,
        "Old embolism",
        serious=True,
        grade=Grade.SEVERE,
        onset=PartialDate.of(clock.today() - timedelta(days=60)),
    )
    enter(session, first, "Headache", judged={"product": "not_related"})
    enter(session, first, "Fall", grade=Grade.MODERATE, onset=PartialDate(clock.today().year - 2))
    return first, second


@pytest.fixture
def page(clinic, shell):
    shell.show_page("safety")
    settle()
    return shell.page("safety")


def terms(page):
    return [line.listed.event.term for line in page.model.rows]


def text(model, row, column):
    return model.index(row, column).data()


def test_serious_events_are_first_and_the_newest_before_others(page):
    assert terms(page) == ["Respiratory failure", "Pneumonia", "Old embolism", "Headache", "Fall"]
    assert page._head.text().startswith("5 events in 2 of 2 infused patients · data to ")
    assert text(page.model, 0, 5) == "98"  # days since the infusion


def test_a_clock_that_runs_is_seen_with_what_is_left_and_why(page):
    assert [line.listed.event.term for line in page.clocks.model.rows] == ["Respiratory failure"]
    model = page.clocks.model
    assert text(model, 0, 1) == "Respiratory failure, grade 4, life-threatening"
    assert text(model, 0, 2) in ("2 h 00 left", "1 h 59 left")
    assert "cause and expectedness not assessed yet, count as related" in model.index(0, 1).data(
        Qt.ItemDataRole.UserRole + 1
    )
    assert "A-2: 24 h report sent after 8 h 00, follow-up report open" in page.clocks.sent.text()


def test_each_line_says_what_is_to_do_next(page):
    said = {
        line.listed.event.term: text(page.model, row, 9) for row, line in enumerate(page.model.rows)
    }
    assert said == {
        "Respiratory failure": "24 h report due",
        "Pneumonia": "follow-up report open",
        "Old embolism": "criterion not recorded",
        "Headache": "",
        "Fall": "",
    }
    assert "A-2 Old embolism" in page.clocks.uncounted.text()


def test_the_number_in_the_side_bar_counts_what_is_due_within_a_day(page, shell, session, clinic):
    badge = shell.findChild(ClockBadge)
    badge.look()
    assert badge.isVisible()
    assert badge.text() == "1"
    event = page.model.rows[0].listed.event
    report = FormRecord(
        patient_id=event.patient_id,
        within=event_details.record_id(event.id),
        form=event_details.REPORT,
        version="1",
        entered_by=session.user.login,
        entered_at=clock.now(),
        items={
            "to": Item(value="sponsor"),
            "number": Item(value=1),
            "sent_at": Item(value=clock.now().isoformat()),
        },
    )
    with session.write("sent"):
        session.forms.save(report)
    badge.look()
    assert not badge.isVisible()
    assert page.clocks.model.index(0, 2).data().startswith("sent after 2")


def test_today_counts_the_clocks_and_leads_to_safety(clinic, shell):
    shell.show_page("today")
    settle()
    today = shell.page("today")
    (line,) = today.clocks.findChildren(type(today.clocks._lines.itemAt(0).widget()))
    assert line.accessibleName() == (
        "3 reporting clocks of serious events run, 1 with less than 24 hours left"
    )
    line.click()
    assert shell.current is shell.page("safety")


def test_digits_and_letters_filter_and_escape_shows_all(page, qtbot):
    page.table.setFocus()
    QTest.keyClicks(page.table, "3")
    assert terms(page) == ["Pneumonia", "Old embolism"]
    assert page.grades[Grade.SEVERE].isChecked()
    QTest.keyClicks(page.table, "o")
    assert terms(page) == ["Pneumonia"]
    assert page.filter.isVisible()
    QTest.keyClick(page.table, Qt.Key.Key_Escape)
    assert len(terms(page)) == 5
    QTest.keyClicks(page.table, "s")
    assert terms(page) == ["Respiratory failure", "Pneumonia", "Old embolism"]
    QTest.keyClicks(page.table, "s")
    assert len(terms(page)) == 5


def test_the_counts_by_grade_are_the_filter(page):
    grade = page.grades[Grade.SEVERE]
    assert grade.accessibleName() == f"Grade {GRADE[Grade.SEVERE]}: 2 events, 2 of them serious"
    grade.click()
    assert terms(page) == ["Pneumonia", "Old embolism"]
    grade.click()
    assert len(terms(page)) == 5


def test_text_patient_time_and_cause_filter_together(page):
    QTest.keyClicks(page.table, "/")
    assert page.text.hasFocus()
    QTest.keyClicks(page.text, "lung")
    assert terms(page) == ["Pneumonia"]
    page.text.clear()
    page.show_wanted()
    page.patient.setCurrentIndex(page.patient.findData("A-1"))
    page.show_wanted()
    assert terms(page) == ["Respiratory failure", "Headache", "Fall"]
    page.which.choose(type(page.which.value)("related"))
    assert terms(page) == ["Respiratory failure", "Fall"]  # not judged counts as related
    page.period.choose(type(page.period.value)("month"))
    assert terms(page) == ["Respiratory failure"]
    page.text.setText("nothing like it")
    page.show_wanted()
    assert terms(page) == []
    assert page._none.text() == "No event is like that. Esc shows all of them."


def test_the_selected_event_stays_selected_while_time_goes_on(page):
    page.table.selectRow(3)
    page.look_at_the_clock()
    assert page.selected.event.term == "Headache"


def test_enter_opens_the_event(page, shell, clinic):
    opened = []
    page.context.open_event.connect(lambda *what: opened.append(what))
    page.table.setFocus()
    page.table.selectRow(1)
    QTest.keyClick(page.table, Qt.Key.Key_Return)
    event = opened[0]
    assert event[0] == clinic[1].id
    assert shell.current is not page


def test_only_a_serious_event_has_a_report_to_prepare(page):
    page.table.selectRow(0)
    assert page.report.isEnabled()
    page.table.selectRow(3)
    assert not page.report.isEnabled()
    assert page.report.toolTip() == "Select a serious event to prepare its report."


def test_a_clinic_without_events_says_so(shell):
    shell.show_page("safety")
    settle()
    page = shell.page("safety")
    assert page._none.text() == "No adverse event was recorded yet."
    assert not page.log.isEnabled()
    assert isinstance(shell, Shell)
