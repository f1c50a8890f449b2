# ruff: noqa: F811  fixtures of the windows are imported by name
"""R17: nothing entered is ever lost by leaving, in whichever way; and it is there for its author alone."""

import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget

from core import clock
from core.entering import typed_texts
from core.entering.visit import beginning
from core.entering.visit.draft import Draft
from core.entering.visit.unsaved import step_of
from core.model.ids import PatientId
from core.protocols import catalog as protocols
from core.session import Session, new_user
from core.store import keys
from tests.ui.conftest import app, due, empty_window, settings, words  # noqa: F401
from tests.ui.keyboard import CTRL, SHIFT, Key, press, settle, write
from ui.forms.keep_timer import KEEP_AFTER_MS

ROOT = Path(__file__).parents[2]
NURSE, OTHER, PASSWORD = "dr.demo", "other", "a long password"


@dataclass(frozen=True, slots=True)
class Form:
    """A field of a form that is typed into: how one gets there, and what is typed."""

    name: str
    open: Callable[..., QWidget]  # the shell and the patient; answers the field
    text: str
    note: bool = False


def _at_step(step, field):
    """The field of a step; who ``stays`` goes there from the step in front, if it is of that visit."""

    def opened(shell, patient, *, stays=False):
        session = shell.context.session
        code: str | None = "M4"
        if step == "measurements":  # the trial has none
            patient = next(p for p in session.patients.all() if p.protocol == "routine")
            code = None
        begun = [v.id for v in session.visits.of(patient.id) if v.is_draft and v.code == code]
        visit_id = (
            begun[0] if begun else beginning.start_visit(session, patient.id, code, clock.today())
        )
        page = shell.page("visit")
        if not (stays and shell.current is page and page.shown.get("visit") == visit_id):
            shell.open_visit(patient.id, visit_id)
        page.show_step(step)
        return field(page.forms[step])

    return opened


def _answer_note(form):
    if form.draft.questionnaires.form("alsfrs-r").answers.get("speech") is None:
        form.setFocus()
        write("3")
    if form.slot != "speech":
        form.focus_field("speech")
    form.note.setFocus()
    return form.note


def _event(form):
    if not form.draft.visit.new_events:
        form.asked.set_value(True)
        form._on_asked()
    return form.editor.term.line


def _on_chart(field):
    def opened(shell, patient, *, stays=False):
        shell.open_chart(patient.id)
        page = shell.page("chart")
        page.show_tab("events" if field == "event" else "milestones")
        front = page.tab(page.front)
        return (front.editor.term if field == "event" else front.form.note).line

    return opened


def _in_patient_form(new):
    def opened(shell, patient, *, stays=False):
        shell.edit_patient(None if new else patient.id)
        return shell.page("patient").fields["note"].line

    return opened


def _settings(shell, patient, *, stays=False):
    shell.show_page("settings")
    return shell.page("settings").name.line


FORMS = {
    one.name: one
    for one in (
        Form("details", _at_step("details", lambda f: f.weight.line), "61 kilos"),
        Form("half a volume", _at_step("spirometry", lambda f: f.rows[0].volume), "2.6x"),
        Form("device", _at_step("spirometry", lambda f: f.device.line), "Spirobank 7"),
        Form(
            "measurement",
            _at_step("measurements", lambda f: next(iter(f.rows.values())).value),
            "4o",
        ),
        Form(
            "measurement note",
            _at_step("measurements", lambda f: next(iter(f.rows.values())).note),
            "leak",
        ),
        Form("task", _at_step("tasks", lambda f: f.fields["laboratory"][1].line), "ask the ward"),
        Form("note", _at_step("note", lambda f: f.note), "two pillows", note=True),
        Form("event", _at_step("adverse-events", _event), "Fell in the bath"),
        Form("answer's note", _at_step("alsfrs-r", _answer_note), "slurred when tired"),
        Form("event on the chart", _on_chart("event"), "Choked on tea"),
        Form("milestone", _on_chart("milestone"), "since the spring"),
        Form("new patient", _in_patient_form(new=True), "sister of record 3"),
        Form("patient", _in_patient_form(new=False), "moved house"),
        Form("settings", _settings, "Clinic of neurology"),
    )
}
QUICK = {"half a volume", "new patient", "event on the chart"}
KILLED = [
    pytest.param(one, id=name, marks=[] if name in QUICK else pytest.mark.slow)
    for name, one in FORMS.items()
]


@pytest.fixture
def clinic(session, due, patient, clinic_path, key):
    """A clinic file with two people, closed: both have their passwords."""
    ring = keys.new_ring()
    routine = protocols.shipped()["routine"]
    with session.write("people"):
        session.patients.save(
            replace(
                due,
                id=PatientId("13"),
                record_number="13",
                protocol=routine.id,
                protocol_version=routine.version,
            )
        )
        session.users.save(new_user(OTHER, "Other"))
    for login in (NURSE, OTHER):
        ring = keys.with_password(ring, key, login, PASSWORD)
    keys.write(clinic_path, ring)
    session.close()
    return clinic_path


@pytest.fixture
def window(empty_window, clinic, key):
    empty_window.open_session(Session(clinic, key, NURSE))
    empty_window.activateWindow()
    settle()
    return empty_window


def begin_typing(form, window, patient):
    field = form.open(window.shell, patient)
    field.setFocus()
    field.selectAll()
    return field


def type_into(form, window, patient):
    field = begin_typing(form, window, patient)
    write(form.text)
    return field


def steady(form):
    """What somebody types into it who makes no pause: three seconds of it."""
    return (form.text * 24)[:24]


def stands(form, field):
    return field.toPlainText() if form.note else field.text()


def another_page(window, patient, other):
    window.shell.show_page("patients")


def another_patient(window, patient, other):
    window.shell.open_chart(other.id)
    window.shell.edit_patient(other.id)


def another_visit(window, patient, other):
    session = window.shell.context.session
    begun = [v.id for v in session.visits.of(other.id)]
    visit = begun[0] if begun else beginning.start_visit(session, other.id, "M1", clock.today())
    window.shell.open_visit(other.id, visit)


def lock(window, patient, other):
    press((CTRL, Key.Key_L))
    assert window.shell is None
    window.lock_page.password.set_text(PASSWORD)
    window.lock_page.unlock()


def sign_out(window, patient, other):
    press((CTRL | SHIFT, Key.Key_L))
    assert window.shell is None


def close(window, patient, other):
    window.close()
    assert window.shell is None


OFTEN = {another_page, lock, close}
WAYS = [
    pytest.param(way, id=way.__name__, marks=[] if way in OFTEN else pytest.mark.slow)
    for way in (another_page, another_patient, another_visit, lock, sign_out, close)
]


@pytest.mark.timeout(300)  # fourteen forms
@pytest.mark.parametrize("leave", WAYS)
def test_r17_what_was_typed_is_there_for_its_author_and_for_nobody_else(
    leave, window, clinic, key, due, patient
):
    def sign_in(login):
        window.close_session()
        window.show()
        window.activateWindow()
        window.open_session(Session(clinic, key, login))
        settle()

    def shown(form):
        field = form.open(window.shell, due, stays=True)
        settle()
        return stands(form, field)

    for form in FORMS.values():
        type_into(form, window, due)
        leave(window, due, patient)
        settle()
        if window.shell is None:
            sign_in(NURSE)
    sign_in(OTHER)
    values = {"note", "device", "answer's note"}  # free words are, as soon as they are left
    seen = [f.name for f in FORMS.values() if shown(f) == f.text and f.name not in values]
    assert seen == [], "seen by somebody else"
    sign_in(NURSE)
    lost = [f.name for f in FORMS.values() if shown(f) != f.text]
    assert lost == []


def killed_while_typing(form, clinic, key, *options):
    """Types steadily in a program of its own, killed at the last key; when each key was about to be typed, and was."""
    command = [
        *(sys.executable, "-m", "tests.reliability.typing_nurse"),
        *(str(clinic), key.hex(), form.name, *options),
    ]
    keys_typed = []
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as nurse:
        while len(keys_typed) < len(steady(form)):
            about, typed = map(float, nurse.stdout.readline().split())
            keys_typed.append((about, typed))
        nurse.send_signal(signal.SIGKILL)
    return keys_typed


@pytest.mark.parametrize("form", KILLED)
def test_r17_a_kill_without_a_pause_takes_the_last_second_of_it_at_most(
    form, clinic, key, due, window
):
    window.close_session()
    keys_typed = killed_while_typing(form, clinic, key)
    window.open_session(Session(clinic, key, NURSE))
    field = form.open(window.shell, due)
    settle()
    # What the nurse's program had to do by then it has done before it typed the last key.
    last, _typed = keys_typed[-1]
    owed = sum(typed <= last - 1 for _about, typed in keys_typed)
    stood = stands(form, field)
    assert owed > len(keys_typed) / 3, "it types for more than a second"
    assert steady(form).startswith(stood)
    assert len(stood) >= owed


@pytest.mark.slow
def test_r17_a_kill_takes_all_of_it_where_every_key_puts_the_keeping_off(clinic, key, due, window):
    """The harness sees text that is lost: somebody who types steadily makes no pause."""
    form = FORMS["new patient"]
    window.close_session()
    killed_while_typing(form, clinic, key, "--at-pauses")
    window.open_session(Session(clinic, key, NURSE))
    assert stands(form, form.open(window.shell, due)) == ""


def test_r17_it_says_whose_text_it_is_and_from_when_and_can_be_discarded(window, due):
    type_into(FORMS["half a volume"], window, due)
    lock(window, due, None)
    settle()
    page = window.shell.page("visit")
    assert "Typed on " in words(page) and ", not yet valid: finish it, or discard it." in words(
        page
    )
    bar = page.forms["spirometry"]._kept
    bar.discard.click()
    settle()
    assert not bar.isVisible()
    assert page.forms["spirometry"].rows[0].volume.text() == ""
    assert window.shell.context.session.typed.of("visit", page.draft.visit.id) == {}


def test_r17_a_visit_waits_for_the_text_of_somebody_else_or_for_a_reason(session, due):
    visit_id = beginning.start_visit(session, due.id, "M4", clock.today())
    with session.write():
        session.users.save(new_user(OTHER, "N. Urse"))
    session.typed._author = OTHER  # as if the other had typed it
    with session.write():
        session.typed.save("visit", visit_id, "typing.spirometry.x", "2.6")
    session.typed._author = session.login
    draft = Draft(session, due.id, visit_id)
    (waiting,) = draft.unsaved.waiting(mine=False)
    assert (waiting.name, waiting.step) == ("N. Urse", "spirometry")
    said = [p.problem.message for p in draft.open_points() if p.step == "spirometry"]
    assert any(text.startswith("Unsaved text of N. Urse from ") for text in said)
    assert not any("2.6" in text for text in said)
    assert not draft.untouched
    draft.unsaved.set_aside(waiting, "left the clinic")
    assert draft.unsaved.waiting(mine=False) == ()
    last = session.trail.entries()[0]
    assert last.reason == "left the clinic" and "2.6" in last.before
    assert not any("N. Urse" in p.problem.message for p in draft.open_points())


def test_r17_text_that_was_never_saved_keeps_a_visit_from_being_finished(session, due):
    draft = Draft(session, due.id, beginning.start_visit(session, due.id, "M4", clock.today()))
    draft.unsaved.keep_typing("details", {"details.weight": "63"})
    (point,) = [p for p in draft.open_points() if "not yet valid" in p.problem.message]
    assert (point.step, point.field, point.blocks) == ("details", "details.weight", True)
    draft.unsaved.keep_typing("details", {"details.weight": ""})
    assert not any("not yet valid" in p.problem.message for p in draft.open_points())


def test_r17_a_new_patient_stays_while_another_one_is_edited(window, due):
    shell = window.shell
    shell.edit_patient(None)
    page = shell.page("patient")
    page.fields["family_name"].setFocus()
    write("Novak")
    shell.edit_patient(due.id)
    assert page.fields["family_name"].text == "Karimi"
    shell.show_page("today")
    assert "You typed a new patient on " in "\n".join(
        one.accessibleName() for one in shell.page("today").findChildren(QWidget)
    )
    shell.edit_patient(None)
    assert page.fields["family_name"].text == "Novak"
    assert page.kept.isVisible()


def test_r17_today_says_whose_draft_it_is_and_since_when(window, due):
    type_into(FORMS["details"], window, due)
    window.shell.show_page("today")
    (item, *_rest) = window.shell.page("today").model.rows
    assert item.begun.startswith("since ") and item.begun.endswith(", Dr. Demo")


def test_r17_every_name_of_a_kept_text_leads_to_its_step():
    for field, step in (
        ("details.weight", "details"),
        ("spirometry.17.blow.1", "spirometry"),
        ("measurement.value.snip", "measurements"),
        ("event.term", "adverse-events"),
        ("task.mri.note", "tasks"),
        ("reason.alsfrs-r.P4.turning", "alsfrs-r"),
        ("typing.alsfrs-r.speech.note", "alsfrs-r"),
    ):
        assert step_of(field) == step


def test_r17_without_its_timer_a_kill_takes_what_was_typed(window, clinic, key, due):
    """The harness sees a text that is lost."""
    form = FORMS["half a volume"]
    type_into(form, window, due)
    page = window.shell.page("visit")
    page.forms["spirometry"]._keep_soon.stop()
    session = window.shell.context.session
    assert session.typed.of("visit", page.draft.visit.id) == {}
    assert typed_texts.since(session, "visit", page.draft.visit.id) is None
    assert KEEP_AFTER_MS < 1000
