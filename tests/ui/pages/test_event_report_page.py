"""The reports of a serious event: the narrative is begun from the record, and what was sent stops its clock."""

import pytest

from core.model import event_details
from tests.ui.keyboard import answer_dialogs, settle
from tests.ui.pages.test_safety_page import clinic, enter  # noqa: F401  the fixture


@pytest.fixture
def page(clinic, shell):  # noqa: F811
    shell.show_page("safety")
    settle()
    safety = shell.page("safety")
    safety.table.selectRow(0)
    safety.prepare_report()
    settle()
    assert shell.current is shell.page("event_report")
    return shell.page("event_report")


def details(page):
    session = page.context.session
    record = session.record(page._patient_id)
    event = next(one for one in record.events if one.id == page._event_id)
    return event_details.details(record, event)


def test_a_new_report_begins_from_what_is_recorded(page):
    assert page._title.text() == "Reports: A-1, Respiratory failure, grade 4, life-threatening"
    assert page._number.text() == "Initial report"
    assert page.to.value == "sponsor"
    assert "Serious because: life-threatening at the time." in page.text.toPlainText()
    assert "Sponsor, 24 h: " in page._clocks.text()


def test_a_report_is_saved_sent_and_followed_up(page, qtbot):
    page.text.setPlainText("Told by a person.")
    assert page.save_report()
    assert [one.narrative for one in details(page).reports] == ["Told by a person."]
    assert details(page).reports[0].sent_at is None
    page.sent_now()
    assert not page.save_report()  # nobody said how
    assert "Choose how it was sent." in page.how._problem.text()
    page.how.set_value("email")
    assert page.save_report()
    (sent,) = details(page).reports
    assert sent.sent_at is not None
    assert (sent.how, sent.sent_by, sent.number) == (
        "email",
        page.context.session.user.full_name,
        1,
    )
    assert "Sponsor, 24 h: sent after 2" in page._clocks.text()
    page.new_report()
    assert page._number.text() == "Follow-up report 1"
    assert page.save_report()
    assert [one.number for one in details(page).reports] == [1, 2]
    page.to.set_value("authority")
    page.new_report()
    page.to.set_value("authority")
    page._on_typed()
    assert page._number.text() == "Initial report"  # each chain counts by itself


def test_what_was_sent_changes_with_a_reason_only(page):
    page.sent_now()
    page.how.set_value("portal")
    assert page.save_report()
    page.text.setPlainText("Corrected.")
    answer_dialogs("a wrong word")
    assert page.save_report()
    assert details(page).reports[0].narrative == "Corrected."


def test_what_is_typed_and_not_saved_is_kept_for_its_author(page, shell):
    page.text.setPlainText("Half a sen")
    shell.show_page("today")
    page.context.open_report.emit(page._patient_id, page._event_id)
    settle()
    assert page.text.toPlainText() == "Half a sen"
    page.save_report()
    assert page.context.session.typed.of("form.event_report", page._patient_id) == {}


def test_an_event_of_before_its_forms_can_be_reported(page, shell, clinic):  # noqa: F811
    session = page.context.session
    record = session.record(clinic[1].id)
    old = next(one for one in record.events if one.term == "Old embolism")
    page.context.open_report.emit(old.patient_id, old.id)
    settle()
    assert "the criterion is not recorded" in page.text.toPlainText()
    assert page.save_report()
    assert len(details(page).reports) == 1
    assert details(page).criterion_missing  # nothing is inferred


def test_the_report_is_previewed_as_a_document(page, shell, qtbot):
    page.preview()
    document = shell.page("document")
    assert shell.current is document
    qtbot.waitUntil(lambda: document.pdf is not None, timeout=20_000)
    assert document.what.count() == 2
