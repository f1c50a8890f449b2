"""R16 on screen: each role sees its own pages and controls; what it lacks is absent, or says why."""

import pytest
from PySide6.QtGui import QShortcut
from PySide6.QtWidgets import QAbstractButton, QApplication

from core import clock
from core.entering.visit import beginning
from core.errors import NotAllowed
from core.model.user import RIGHTS, Right, Role
from core.session import Session
from core.store.patients import Patients
from tests.core.clinic_of_four import copied
from tests.ui.conftest import words
from tests.ui.keyboard import CTRL, Key, entries_of, press, settle
from ui.actions import ACTIONS
from ui.forms.review_form import ReviewForm

LOGINS = {
    Role.NURSE: "demo",
    Role.NEUROLOGIST: "neuro",
    Role.MONITOR: "monitor",
    Role.ADMINISTRATOR: "admin",
}
PAGES = {  # in the sidebar
    Role.NURSE: {"today", "patients", "safety", "registers", "settings"},
    Role.NEUROLOGIST: {"today", "patients", "safety", "cohort", "registers", "trail", "settings"},
    Role.MONITOR: {"today", "patients", "safety", "cohort", "registers", "trail", "settings"},
    Role.ADMINISTRATOR: {"people", "backups", "trail", "settings"},
}
ENTERING = (  # words on controls that change what was recorded of patients
    "New patient", "Import from CSV", "Start", "Resume", "Unscheduled visit", "Edit",
    "Correct a finished visit", "Mark as missed", "Add event", "Record", "Remove", "Accept as a deviation", "Propose a deviation",
    "Decide", "Finish visit", "Discard visit", "Save patient", "Lock", "Unlock", "Sign visit",
)  # fmt: skip


@pytest.fixture
def shell_of(demonstration_template, tmp_path, empty_window, open_window):
    """``shell_of(role)`` signs the role's person of the demonstration in, and whoever was before out."""
    template, key = demonstration_template
    path = copied(template, tmp_path)

    def sign_in(role):
        empty_window.close_session()
        return open_window(Session(path, key, LOGINS[role]))

    return sign_in


def offered(widget):
    """The words on every control that can be used now."""
    return [
        one.text() or one.accessibleName()
        for one in widget.findChildren(QAbstractButton)
        if one.isVisible() and one.isEnabled()
    ]


def a_patient(shell, number="A-010"):
    patients = shell.context.session.patients.all()
    return next(one for one in patients if one.record_number == number)


@pytest.mark.parametrize("role", Role)
def test_r16_the_sidebar_and_the_shortcuts_are_the_roles(shell_of, role):
    shell = shell_of(role)
    assert set(shell.nav_buttons) == PAGES[role]
    assert shell.search.isVisible() == (role is not Role.ADMINISTRATOR)
    known = {shortcut.key().toString() for shortcut in shell.findChildren(QShortcut)}
    for action in ACTIONS:
        allowed = action.right is None or shell.context.session.may(action.right)
        assert (action.shortcut in known) == allowed, action.id


def test_r16_an_administrator_sees_no_patient(shell_of):
    shell = shell_of(Role.ADMINISTRATOR)
    session = shell.context.session
    with pytest.raises(NotAllowed):
        session.patients.all()
    patient = Patients(session._db).all()[0]
    assert shell.current is shell.page("people")
    for key in (Key.Key_1, Key.Key_2, Key.Key_K, Key.Key_N, Key.Key_I):
        press((CTRL, key))
        assert shell.current is shell.page("people")
    for leave in (
        lambda: shell.show_page("today"),
        lambda: shell.open_chart(patient.id),
        lambda: shell.edit_patient(patient.id),
    ):
        leave()
        settle()
        assert shell.current is shell.page("people")
        assert "Your role does not have this page." in words(shell)
    shell.show_page("settings")
    settle()
    assert "Change my password" in words(shell) and "Reference equation" not in words(shell)


def test_r16_a_monitor_reads_every_page_and_changes_nothing(shell_of):
    shell = shell_of(Role.MONITOR)
    session, patient = shell.context.session, a_patient(shell)
    draft, finished = (
        next(v for v in reversed(session.visits.of(patient.id)) if v.is_draft == state)
        for state in (True, False)
    )
    seen = []
    for name in ("today", "patients"):
        shell.show_page(name)
        settle()
        seen.append((name, offered(shell.current)))
    shell.open_chart(patient.id)
    chart = shell.page("chart")
    for index in range(chart.tabs.count()):
        chart.tabs.setCurrentIndex(index)
        settle()
        seen.append((chart.tabs.tabText(index), offered(chart)))
    for visit in (draft, finished):
        shell.open_visit(patient.id, visit.id)
        settle()
        page = shell.page("visit")
        assert isinstance(page.forms[page.current], ReviewForm)
        seen.append((visit.code, offered(page)))
    for place, controls in seen:
        wrong = [text for text in controls for word in ENTERING if text.startswith(word)]
        assert not wrong, (place, wrong)


def test_r16_a_monitor_who_opens_a_draft_does_not_throw_it_away(shell_of):
    """An untouched visit is discarded when who began it leaves; a reader leaves it alone."""
    nurse = shell_of(Role.NURSE)
    patient = a_patient(nurse, "A-003")
    visit_id = beginning.start_visit(nurse.context.session, patient.id, None, clock.today())
    monitor = shell_of(Role.MONITOR)
    monitor.open_visit(patient.id, visit_id)
    monitor.show_page("today")
    settle()
    session = monitor.context.session
    assert visit_id in {visit.id for visit in session.visits.of(patient.id)}
    assert "Your role does not allow this" not in words(monitor)


def test_r16_a_monitor_opens_the_worklist_to_read_it(shell_of):
    shell = shell_of(Role.MONITOR)
    before = len(shell.context.session.visits.all())
    today = shell.page("today")
    for item in today.model.rows:
        shell.show_page("today")
        today.table.selectRow(today.model.line_of(item))
        today.table.setFocus()
        press(Key.Key_Return)
        assert shell.current in {shell.page("chart"), shell.page("visit")}
    assert len(shell.context.session.visits.all()) == before


def test_r16_a_nurse_reads_the_settings_of_the_clinic(shell_of):
    shell = shell_of(Role.NURSE)
    shell.show_page("settings")
    settle()
    page = shell.page("settings")
    page.choose("clinic")
    assert "A neurologist can change the settings of the clinic." in words(page)
    assert page.name.isVisible() and not page.name.isEnabled() and not page.save.isEnabled()
    assert not any(field.isEnabled() for field in page.thresholds.values())
    assert not page.change.isEnabled()
    assert page.appearance.isEnabled()


@pytest.mark.parametrize("role", [Role.NURSE, Role.MONITOR])
def test_r16_a_picture_of_a_chart_is_copied_only_by_who_may_take_data_along(shell_of, role):
    QApplication.clipboard().clear()
    shell = shell_of(role)
    shell.open_chart(a_patient(shell).id)
    settle()
    panel = shell.page("chart").tab("overview").trends
    may = Right.EXPORT in RIGHTS[role]
    panel.chart.setFocus()
    press((CTRL, Key.Key_C))
    assert QApplication.clipboard().image().isNull() != may
    assert any(one.text().startswith("Copy picture") for one in entries_of(panel.more)) == may
