"""Consent in the chart: what is outside it is marked everywhere, decided by the neurologist, and left out of exports."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtWidgets import QPushButton

from core import clock, exports
from core.acts import documents
from core.commands import demonstration
from core.entering import records
from core.entering.visit.draft import Draft
from core.findings import consent
from core.forms import catalog
from core.labels import ROLE
from core.model.document import About
from core.model.form_record import FormRecord, Item
from core.model.laboratory import LabResult
from core.model.patient import ExternalKind, ExternalResult
from core.model.user import Role
from core.views import visit_summary
from core.views.trail_tables import TABLES
from core.views.trail_words import what
from tests.core.examples import enter_visit
from tests.ui.conftest import words
from tests.ui.keyboard import answer_dialogs, settle

FULL = (4, 4, 3, 3, 3, 3, 4, 3, 3, 4, 4, 4)


def saved(session, patient, form, **values):
    definition = catalog.newest()[form]
    one = FormRecord(
        patient_id=patient.id, form=form, version=definition.version, entered_by=session.login,
        entered_at=datetime.now(UTC), course=definition.course,
        items={name: Item(value=value) for name, value in values.items()},
    )  # fmt: skip
    records.save(session, definition, one)
    return one


@pytest.fixture
def visits(session, due):
    """The visit of month 2 was before the consent, today's draft after it."""
    (before,) = session.record(due.id).visits
    signed = before.date + timedelta(days=10)
    saved(session, due, "consent", kind="signed", day=signed.isoformat(), version="2.1",
          allows="study\ndata", signed_by="patient")  # fmt: skip
    draft = enter_visit(session, due, clock.today(), "M4", scores=FULL, finished=False)
    return before, draft


@pytest.fixture
def page(visits, shell, due):
    shell.open_chart(due.id)
    settle()
    return shell.page("chart")


def table(session, patient):
    about = About(patient_id=patient.id)
    made = documents.export(session, exports.named("chart-data"), about).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(made)))


def test_what_is_outside_is_marked_and_leaves_with_no_export(page, visits, session, due):
    before, draft = visits
    assert "1 visit outside consent" in words(page)
    page.show_tab("visits")
    marks = {line.visit.id: line.mark for line in page.tab("visits").model.rows if line.visit}
    assert marks[before.id].startswith("outside consent: before the consent of")
    assert marks[draft.id] == ""
    rows = table(session, due)
    gone = [row for row in rows if row["visit"] == "M2"]
    assert [row["result"] for row in gone] == ["outside consent"]
    assert "before the consent" in gone[0]["remark"]
    assert any(row["visit"] == "M4" for row in rows)
    summary = visit_summary.build(session.record(due.id), before.id, {})
    assert any(fact.label == "Consent" and "outside" in fact.text for fact in summary.visit)


def test_whoever_signs_decides_with_a_reason(page, visits, session, due):
    page.show_tab("form.consent")
    settle()
    part = page.tab("form.consent")
    assert "The consent form “2.1" in part.holds.text()
    use = next(one for one in part.card.findChildren(QPushButton) if one.text().startswith("Use"))
    answer_dialogs("signed on paper before")
    use.click()
    settle()
    record = session.record(due.id)
    (found,) = consent.outside(record)
    assert (found.decided.reason, found.left_out) == ("signed on paper before", False)
    assert [row["result"] for row in table(session, due) if row["visit"] == "M2"] != [
        "outside consent"
    ]
    assert "signed on paper before" in words(part)
    assert "1 visit outside consent" not in words(page)
    (entry,) = [e for e in session.trail.entries(patient_id=due.id) if e.entity == "decision"]
    assert TABLES["decision"].title and entry.reason == "signed on paper before"


def test_a_sample_of_no_visit_is_marked_left_out_and_decided_about(visits, shell, session, due):
    before, _draft = visits
    on = before.date - timedelta(days=3)
    sample = LabResult(
        patient_id=due.id, test="alt", taken_on=on, value=30.0, unit="U/L", typed="30",
        typed_unit="U/L", entered_by=session.login, entered_at=datetime.now(UTC),
    )  # fmt: skip
    with session.write():
        session.lab_results.save(sample)
    shell.open_chart(due.id)
    settle()
    page = shell.page("chart")
    assert "1 sample outside consent" in words(page)
    page.show_tab("laboratory")
    settle()
    tab = page.tab("laboratory")
    (at,) = [n for n in range(tab.choice.count()) if "Sample of" in tab.choice.itemText(n)]
    tab.choice.setCurrentIndex(at)
    tab.choice.activated.emit(at)
    settle()
    assert tab.outside.isVisible() and "before the consent of" in tab.outside.text()
    rows = [row for row in table(session, due) if row["date"] == str(on)]
    assert [row["result"] for row in rows] == ["outside consent"]
    page.show_tab("form.consent")
    settle()
    part = page.tab("form.consent")
    use = [one for one in part.card.findChildren(QPushButton) if one.text().startswith("Use")][-1]
    assert "Laboratory between visits" in use.accessibleName()
    answer_dialogs("signed on paper before")
    use.click()
    settle()
    rows = [row for row in table(session, due) if row["date"] == str(on)]
    assert [row["result"] for row in rows] == ["Laboratory: ALT"]
    assert "1 sample outside consent" not in words(page)
    (entry,) = [e for e in session.trail.entries(patient_id=due.id) if e.entity == "decision"]
    assert "laboratory of" in what(entry, session.trail.names([entry]))


def test_what_others_stated_is_marked_left_out_and_decided_about(visits, shell, session, due):
    before, _draft = visits
    on = before.date - timedelta(days=30)
    stated = ExternalResult(
        patient_id=due.id,
        kind=ExternalKind.FVC_PERCENT,
        value=71.0,
        measured_on=on,
        source="letter",
    )
    with session.write():
        session.external.save(stated)

    def of_the_letter():
        return [row["result"] for row in table(session, due) if row["date"] == str(on)]

    (told,) = of_the_letter()
    assert told != "outside consent", "history is covered by the first signature"
    saved(session, due, "consent", kind="withdrawn", day=clock.today().isoformat(), withdrawn="everything",
          kept="not_to_be_used")  # fmt: skip
    assert of_the_letter() == ["outside consent"]
    shell.open_chart(due.id)
    settle()
    page = shell.page("chart")
    assert "1 stated result outside consent" in words(page)
    page.show_tab("form.consent")
    settle()
    part = page.tab("form.consent")
    assert "FVC % predicted, stated" in words(part)
    use = [one for one in part.card.findChildren(QPushButton) if one.text().startswith("Use")][-1]
    assert "stated" in use.accessibleName()
    answer_dialogs("the patient agreed to this one")
    use.click()
    settle()
    assert of_the_letter() == [told]
    assert "1 stated result outside consent" not in words(page)
    (entry,) = [e for e in session.trail.entries(patient_id=due.id) if e.entity == "decision"]
    assert "a result that others stated" in what(entry, session.trail.names([entry]))


def test_the_visit_asks_and_can_be_finished(session, due, visits):
    before, _draft = visits
    draft = Draft(session, due.id, before.id)
    asked = [point for point in draft.open_points() if point.rule == "consent"]
    assert len(asked) == 1 and not asked[0].blocks
    assert "outside the consent: before the consent of" in asked[0].problem.message


def test_the_nurse_sees_it_and_decides_nothing(demo_shell, demo, numbered):
    assert ROLE[demo.user.role] == ROLE[Role.NURSE] and demo.login == demonstration.LOGIN
    patient = numbered("A-018")  # the routine schedule's, of whom no consent is entered
    late = clock.today().isoformat()
    saved(demo, patient, "consent", kind="signed", day=late, version="1", allows="study\ndata",
          signed_by="patient")  # fmt: skip
    demo_shell.open_chart(patient.id)
    page = demo_shell.page("chart")
    page.show_tab("form.consent")
    settle()
    part = page.tab("form.consent")
    assert "before the consent of" in words(part)
    assert not [one for one in part.card.findChildren(QPushButton) if one.text().startswith("Use")]


def test_what_is_missing_at_a_visit_in_progress_is_in_the_list_of_visits(
    page, visits, session, due, shell
):
    _before, draft = visits
    page.show_tab("visits")
    settle()
    card = page.tab("visits").missing
    points = Draft(session, due.id, draft.id).open_points()
    assert card.isVisible() and f"{len(points)} points are open" in words(card)
    named = [one.accessibleName() for one in card.findChildren(QPushButton)]
    assert named == [point.problem.message for point in points[: len(named)]]
    card.findChildren(QPushButton)[0].click()
    settle()
    assert shell.current is shell.page("visit")


def test_another_size_of_the_text_keeps_the_record_in_front(page, shell):
    """The chart is made anew: its tab is asked for a record before it is drawn."""
    page.show_tab("form.consent")
    settle()
    window = shell.window()
    try:
        window.change_text_size(1)
        settle()
        chart = window.shell.page("chart")
        assert window.shell.current is chart
        assert "The consent form" in chart.tab("form.consent").holds.text()
    finally:
        window.change_text_size(0)
