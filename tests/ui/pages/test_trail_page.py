"""R13: the browser of the trail, the history of a patient, and their chart as it stood."""

import csv
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from shiboken6 import delete

from core import exports, reports
from core.acts import documents
from core.model.assessment import Answer
from core.model.document import About
from core.model.trail import Act
from core.model.user import Role
from core.session import Session, new_user
from tests.ui.conftest import words
from tests.ui.keyboard import settle
from ui.context import AppContext
from ui.documents import save_to
from ui.pages.trail_page import TrailPage

CSV = exports.named("audit-trail-csv")


@pytest.fixture
def page(context, due, show):
    return show(TrailPage(context))


def listed(view):
    """What the list says, the newest first, as a screen reader would read it."""
    model = view.model
    last = model.columnCount() - 1
    return [model.data(model.index(row, last)) for row in range(model.rowCount())]


def choose(combo, text):
    combo.setCurrentIndex(combo.findText(text))
    combo.activated.emit(combo.currentIndex())
    settle()


def corrected(session, patient, value=2):
    (visit,) = session.visits.of(patient.id)
    with session.write("asked again"):
        session.assessments.save_answer(
            visit.id, "alsfrs-r", "walking", Answer(item="walking", value=value)
        )


def test_r13_the_trail_is_listed_in_words_the_newest_first(page, session, due):
    corrected(session, due)
    page.show_entries()
    assert listed(page.list)[0] == "ALSFRS-R answer “walking” of visit Month 2: 3 → 2"
    assert page.list.model.rows[0].names.patient(page.list.model.rows[0].entry) == "12"
    assert len(listed(page.list)) == session.trail_head.sequence
    tips = [
        page.list.model.data(page.list.model.index(0, column), Qt.ItemDataRole.ToolTipRole)
        for column in (1, 3)
    ]
    assert tips[0] == f"Dr. Demo\n{page.list.model.rows[0].entry.workstation}"
    assert tips[1].endswith("of visit Month 2: 3 → 2\nbecause: asked again")


def test_r13_before_and_after_stand_beside_each_other(page, session, due):
    corrected(session, due)
    page.show_entries()
    page.list.table.selectRow(0)
    settle()
    said = words(page.list.details).split("\n")
    at = said.index("● value")
    assert said[at + 1 : at + 3] == ["3", "2"]
    assert "asked again" in said


def test_filters_by_patient_kind_person_and_time(page, session, due):
    everything = len(listed(page.list))
    page.patient.set_text("12")
    page.show_entries()
    of_patient = listed(page.list)
    assert 0 < len(of_patient) < everything
    choose(page.kind, "blow")
    assert len(listed(page.list)) == 3
    choose(page.kind, "everything")
    page.patient.set_text("99")
    page.show_entries()
    assert "No patient has this number." in words(page)
    page.patient.set_text("")
    page.since.set_text("2999-01-01")
    page.show_entries()
    assert listed(page.list) == [] and "No entry fits." in words(page)
    page.since.set_text("yesterday")
    page.show_entries()
    assert "“yesterday” is not a date" in words(page)
    page.since.set_text("")
    page.show_entries()
    assert len(listed(page.list)) == everything


def test_thousands_of_entries_are_read_as_they_are_scrolled_to(page, session, due):
    with session.write("many"):
        for number in range(450):
            session.patients.save(replace(due, note=f"note {number}"))
    page.show_entries()
    settle()
    assert page.list.model.rowCount() == 200
    assert "scroll down for more" in words(page)
    for _ in range(6):
        page.list.table.scrollToBottom()
        settle()
    assert page.list.model.rowCount() == session.trail_head.sequence
    assert f"{session.trail_head.sequence} entries" in words(page)


def test_r13_verify_now_says_whole_and_is_written_down(page, session):
    before = session.trail_head
    QTest.mouseClick(page.verify, Qt.MouseButton.LeftButton)
    assert page.verdict.text() == "whole"
    assert before.code in page.said.text()
    (last,) = session.trail.entries(limit=1)
    assert last.entity == Act.VERIFIED


def test_r13_verify_now_names_what_is_wrong(page, session):
    triggers = list(session._db.query("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"))
    for trigger in triggers:
        session._db.execute(f"DROP TRIGGER {trigger['name']}")
    session._db.execute("UPDATE answer SET value = 0 WHERE slot = 'walking'")
    for trigger in triggers:
        session._db.execute(trigger["sql"])
    QTest.mouseClick(page.verify, Qt.MouseButton.LeftButton)
    assert page.verdict.text() == "NOT WHOLE"
    assert "walking of “answer” is not what entry" in page.said.text()


def test_r13_what_is_filtered_is_exported_and_that_is_written_down(page, session, tmp_path, qtbot):
    choose(page.kind, "blow")
    page.export_to(tmp_path / "out.csv", CSV)
    qtbot.waitUntil(lambda: "saved" in page.said.text())
    text = (tmp_path / "out.csv").read_text("utf-8-sig")
    rows = list(csv.DictReader(text.splitlines()))
    assert [row["kind"] for row in rows] == ["blow"] * 3
    (last,) = session.trail.entries(limit=1)
    assert last.entity == Act.EXPORTED and '"entries": 3' in last.after
    page.export_to(tmp_path / "out.pdf", reports.named("audit-trail"))
    qtbot.waitUntil((tmp_path / "out.pdf").exists)
    assert (tmp_path / "out.pdf").read_bytes().startswith(b"%PDF")
    page.export_to(tmp_path / "missing" / "out.csv", CSV)
    qtbot.waitUntil(lambda: "could not be saved" in page.said.text())


def test_r16_an_administrator_sees_that_things_were_done_and_to_nobody(
    session, due, clinic_path, key, settings, show
):
    with session.write("an administrator"):
        session.users.save(new_user("admin", "A. Dmin", Role.ADMINISTRATOR))
    session.close()
    admin = Session(clinic_path, key, "admin")
    page = show(TrailPage(AppContext(admin, settings)))
    said = "\n".join(listed(page.list)) + words(page)
    assert "answer: clinical value" in said and "User admin entered" in said
    for secret in ("Karimi", "walking", "Month 2"):
        assert secret not in said
    assert not page.patient.isVisible()
    page.context.tasks.close()
    admin.close()


@pytest.mark.parametrize(
    ("role", "may"),
    [(Role.MONITOR, False), (Role.ADMINISTRATOR, True), (Role.NEUROLOGIST, True)],
)
def test_r16_entries_are_taken_along_by_who_may_export_or_sees_them_masked(
    session, due, clinic_path, key, settings, show, tmp_path, role, may, qtbot
):
    with session.write("somebody"):
        session.users.save(new_user("somebody", "S. Body", role))
    session.close()
    other = Session(clinic_path, key, "somebody")
    page = show(TrailPage(AppContext(other, settings)))
    assert [one.text() for one in page.exports] == ["Export as CSV…", "Export as PDF…"] * may
    refused = []
    page.context.refused.connect(refused.append)
    page.export_to(tmp_path / "out.csv", CSV)
    qtbot.waitUntil(lambda: bool(refused) or "are saved" in page.said.text())
    assert (tmp_path / "out.csv").exists() is may is bool(other.trail.entries(entity=Act.EXPORTED))
    page.context.tasks.close()
    other.close()


def test_a_lock_ends_a_search_that_is_still_going_on(shell, empty_window):
    shell.show_page("trail")
    model = shell.page("trail").list.model
    model._more.start()  # as where nothing of what was read fits yet
    empty_window.lock()
    assert not model._more.isActive()
    settle()


def test_the_smallest_window_has_room_for_it(shell, empty_window):
    shell.show_page("trail")
    settle()
    assert empty_window.minimumSizeHint().width() <= 1024


@pytest.fixture
def history(shell, due):
    shell.open_chart(due.id)
    chart = shell.page("chart")
    chart.show_tab("history")
    settle()
    return chart.tab("history").history


def test_r13_a_chart_that_is_opened_is_written_down_once(shell, session, due):
    shell.open_chart(due.id)
    with session.write():
        session.patients.save(replace(due, note="redrawn"))
    settle()
    viewed = session.trail.entries(entity=Act.VIEWED)
    assert [one.patient_id for one in viewed] == [due.id]
    shell.show_page("today")
    shell.open_chart(due.id)
    assert len(session.trail.entries(entity=Act.VIEWED)) == 2


def test_r13_the_history_of_a_patient_is_theirs_alone(history, session, due):
    entries = [row.entry for row in history.list.model.rows]
    assert entries[0].entity == Act.VIEWED
    assert {one.patient_id for one in entries} == {due.id}
    corrected(session, due)
    settle()
    assert listed(history.list)[0].endswith("3 → 2")


def test_r13_the_chart_before_an_entry_is_as_it_was_and_says_so(shell, history, session, due):
    corrected(session, due, value=0)
    chart = shell.page("chart")
    chart.show_tab("overview")
    settle()
    now = words(chart)
    chart.show_tab("history")
    settle()
    history.list.table.selectRow(0)
    QTest.mouseClick(history.list.before_it, Qt.MouseButton.LeftButton)
    settle()
    past = shell.current
    assert "not today's data" in past.banner.text() and past.banner.isVisible()
    assert "42 / 48" in words(past) and "39 / 48" in now
    assert "42 / 48" not in now
    past.tabs.setCurrentIndex(1)
    settle()
    assert past.banner.isVisible()
    QTest.mouseClick(past.back, Qt.MouseButton.LeftButton)
    settle()
    assert shell.current is chart
    chart.show_tab("overview")
    settle()
    assert "39 / 48" in words(chart)


def test_the_moment_is_typed_with_day_and_time(shell, history, due):
    for text, said in (
        ("", "Type a day"),
        ("31.13.2026", "31.13.2026"),
        ("2026-01-02 25:00", "is not a time"),
        ("2999-01-01", "not past yet"),
    ):
        history.moment.set_text(text)
        history.show_moment.click()
        assert said in words(history)
    history.moment.set_text("2001-01-01 8:05")
    history.show_moment.click()
    settle()
    assert shell.current is shell.page("chart")
    assert "not registered yet" in words(shell)


def test_the_past_offers_nothing_to_change(shell, history, session, due):
    history.list.table.selectRow(0)
    history.list.before_it.click()
    settle()
    (last,) = session.trail.entries(limit=1)
    assert last.entity == Act.VIEWED and "as_of" in last.after
    from PySide6.QtWidgets import QLineEdit, QPushButton

    past = shell.current
    assert past.findChildren(QLineEdit) == []
    assert [one.text() for one in past.findChildren(QPushButton)] == ["Back to today's chart"]


def test_r13_summary_picture_and_values_that_leave_are_written_down(
    shell, session, due, tmp_path, qtbot
):
    shell.open_chart(due.id)
    chart = shell.page("chart")
    chart.tab("overview").trends.copy_picture()
    values, about = exports.named("chart-data"), About(patient_id=due.id)
    made_of = documents.source(session, values, about)
    save_to(tmp_path / "values.csv", shell.context, values, made_of)
    qtbot.waitUntil((tmp_path / "values.csv").exists)
    (visit,) = session.visits.of(due.id)
    shell.open_document("visit-summary", About(patient_id=due.id, visit_id=visit.id))
    summary = shell.page("document")
    qtbot.waitUntil(lambda: summary.pdf is not None)
    summary.save_to(tmp_path / "summary.pdf")
    left = session.trail.entries(entity=Act.EXPORTED)
    assert [one.patient_id for one in left] == [due.id] * 3
    told = " ".join(one.after for one in left)
    for document in ("visit summary", "results behind the chart", "picture of the trends"):
        assert document in told


def test_an_export_comes_to_its_end_without_the_page_that_asked_for_it(
    context, due, tmp_path, qtbot
):
    """A page is made anew when the clinic writes days in another way; the table is written and told."""
    page = TrailPage(context)
    page.refresh_if_stale()
    with qtbot.waitSignal(context.written) as told:
        page.export_to(tmp_path / "out.csv", CSV)
        delete(page)
    assert told.args == [tmp_path / "out.csv", ""]
    assert (tmp_path / "out.csv").stat().st_size > 0
