"""The neurologist signs what waits, one visit after the other; several of a patient with one password."""

from datetime import timedelta

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton

from core import clock
from core.acts import signing
from core.model.signature import Meaning
from core.model.user import Clinic
from core.session import Session, new_user
from tests.core.examples import a_patient, enter_visit, summing_to
from tests.ui.conftest import words
from tests.ui.keyboard import Key, in_dialog, press, settle, tab_to
from ui.widgets.sign import SignDialog

PASSWORD = "winter garden 48"


@pytest.fixture
def session(tmp_path):
    """A file with passwords: a signature asks for one."""
    user = new_user("dr.demo", "Dr. Demo")
    made = Session.create(
        tmp_path / "clinic.als", Clinic(name="ALS clinic", protocol="royan-2021"), user, PASSWORD
    )
    yield made
    made.close()


@pytest.fixture
def waiting(session, shell, qtbot):
    """Two patients with three and two finished visits that nobody signed; Today shows them."""
    ids = []
    for number, totals in (("1", (40, 38, 35)), ("2", (30, 28))):
        patient = a_patient(record_number=number)
        with session.write("entered"):
            session.patients.save(patient)
        for n, total in enumerate(totals):
            day = clock.today() - timedelta(days=40 - 10 * n)
            ids.append(enter_visit(session, patient, day, scores=summing_to(total)).id)
    shell.show_page("today")
    settle()
    page = shell.page("today")
    qtbot.waitUntil(lambda: not page.signatures.busy)
    settle()
    return ids


def test_the_visits_to_sign_are_above_the_alerts(waiting, shell):
    page = shell.page("today")
    buttons = [one.text() for one in page.signatures.findChildren(QPushButton)]
    assert "Review and sign one after the other" in buttons
    places = [one.y() for one in (page.clocks, page.to_judge, page.signatures, page.alerts)]
    assert places == sorted(places), "what cannot wait stays first"
    assert page.signatures.y() + page.signatures.height() <= page.alerts.y()


@pytest.fixture
def begin(waiting, shell):
    tab_to("Review and sign one after the other")
    press(Key.Key_Space)
    settle()
    return shell.page("visit")


def review(page):
    return page.forms["review"]


def in_front(page):
    return page.draft.record.patient.record_number, page.draft.visit.id


def sign(page, *, meaning=True):
    """Press the button that has the keyboard, and give the password."""

    def act(_dialog):
        if meaning:
            press(Key.Key_Space)
            tab_to("Your password, once more")
        QTest.keyClicks(QApplication.focusWidget(), PASSWORD)
        press(Key.Key_Return)

    in_dialog(act, kind=SignDialog)
    QTest.keyClick(review(page).sign, Key.Key_Return)
    settle()


def signatures(session):
    return [one for p in session.patients.all() for one in session.record(p.id).signatures]


def test_each_is_shown_and_signed_and_the_next_one_comes(session, shell, begin, waiting):
    seen = []
    for n in range(5):
        assert f"{n + 1} of 5 that wait for a signature" in words(review(begin))
        assert begin.focusWidget() is review(begin).sign, "Enter signs it"
        seen.append(in_front(begin)[1])
        sign(
            begin, meaning=n == 0
        )  # the last meaning is proposed, and the password has the keyboard
    assert sorted(seen) == sorted(waiting)
    given = signatures(session)
    assert {one.visit_id for one in given} == set(waiting)
    assert {one.meaning for one in given} == {Meaning.REVIEWED}
    assert len({one.data_hash for one in given}) == 5
    assert all(
        one.valid
        for p in session.patients.all()
        for one in signing.states(session, session.record(p.id))
    )


def test_visits_of_one_patient_are_signed_with_one_password_each_with_its_own_signature(
    session, begin, qtbot
):
    page, first = begin, in_front(begin)[0]
    shown = []
    while review(page).mark.isVisible():
        shown.append(in_front(page)[1])
        review(page).mark.click()
        settle()
        assert in_front(page)[0] == first, "only visits of one patient are signed together"
    shown.append(in_front(page)[1])
    assert signatures(session) == [], "nothing is signed before the password"
    assert review(page).sign.text() == f"Sign {len(shown)} visits…"
    sign(page)
    given = signatures(session)
    assert sorted(one.visit_id for one in given) == sorted(shown)
    assert len({one.shown_hash for one in given}) == len(shown)
    assert in_front(page)[0] != first, "the next patient's visit is in front"
    entries = session.trail.entries(entity="signature")
    assert len(entries) == len(shown)


def test_what_changed_after_it_was_marked_is_not_signed_and_neither_are_the_others(session, begin):
    page = begin
    marked = page.draft.visit
    review(page).mark.click()
    settle()
    with session.write("entered elsewhere"):
        session.visits.save(
            type(marked)(
                **{**_fields(session.record(marked.patient_id).visit(marked.id)), "note": "later"}
            )
        )
    said = []

    def act(dialog):
        dialog.meaning.set_value(Meaning.APPROVED)
        dialog.password.set_text(PASSWORD)
        dialog.sign.click()
        said.append(words(dialog))
        dialog.reject()

    in_dialog(act, kind=SignDialog)
    review(page).sign.click()
    assert "was changed meanwhile: nothing was signed" in said[0]
    assert signatures(session) == []


def _fields(visit):
    return {name: getattr(visit, name) for name in visit.__dataclass_fields__}


def test_a_skipped_visit_comes_again_at_the_end(session, begin, waiting):
    page, first = begin, in_front(begin)[1]
    review(page).skip.click()
    settle()
    for n in range(4):
        assert in_front(page)[1] != first
        sign(page, meaning=n == 0)
    assert in_front(page)[1] == first
    assert "5 of 5 that wait" in words(review(page))


def test_marks_do_not_reach_another_patient(session, begin):
    page, first = begin, in_front(begin)[0]
    review(page).mark.click()
    settle()
    while in_front(page)[0] == first:
        review(page).skip.click()
        settle()
    assert review(page).sign.text() == "Sign and next…"


def test_a_visit_outside_the_round_shows_nothing_of_it(session, shell, begin, waiting):
    shell.context.signing.end()
    page = begin
    page.show_step("review")
    settle()
    assert not review(page).skip.isVisible()
    assert not review(page).mark.isVisible()
    assert review(page).sign.text() == "Sign…"


def test_a_visit_opened_outside_of_the_round_is_signed_alone(session, shell, begin):
    """What was marked waits for the round to go on: the password on another visit of the patient does not sign it."""
    page = begin
    patient_id, marked = page.draft.record.patient.id, page.draft.visit.id
    page.forms["review"].mark.click()
    settle()
    patient = session.record(patient_id).patient
    other = enter_visit(session, patient, clock.today(), scores=summing_to(33))
    shell.open_visit(patient_id, other.id)
    settle()
    assert review(page).sign.text() == "Sign…"
    sign(page)
    assert [one.visit_id for one in signatures(session)] == [other.id]
    waits = next(one for one in shell.context.signing.marked)
    assert waits.visit_id == marked, "it is still marked"
