"""The conclusion at the review, through the real window."""

import pytest
from PySide6.QtWidgets import QDialog, QLabel

from core.acts import concluding
from core.model import conclusion
from core.session import Session
from tests.ui.keyboard import Key, in_dialog, press, settle, write
from tests.ui.widgets.test_sign_and_locks import (  # noqa: F401  fixtures
    PASSWORD,
    path,
    record_of,
    review,
    sign,
    signed_in,
)

WORDS = "Stable. See again in three months."


@pytest.fixture
def shell(signed_in):  # noqa: F811
    return signed_in("dr.demo")


def texts(form):
    return [one.text() for one in form.view.findChildren(QLabel) if one.isVisibleTo(form)]


def stored(shell, which=-1):
    record = record_of(shell)
    return conclusion.text_of(record.conclusion(record.visits[which].id))


def type_conclusion(form, words):
    form.conclusion.text.setFocus()
    settle()
    write(words)
    settle()


def test_it_is_typed_and_saved_at_the_review_of_a_finished_visit(shell):
    form = review(shell)
    assert form.conclusion.isVisibleTo(form) and not form.conclusion.save.isEnabled()
    type_conclusion(form, WORDS)
    assert stored(shell) == ""  # only the button saves it
    form.conclusion.save.click()
    settle()
    assert stored(shell) == WORDS
    assert form.conclusion._who.text().startswith("Dr. Demo, ")
    assert not form.conclusion.save.isEnabled()


def test_what_is_typed_survives_leaving_the_page_and_can_be_discarded(shell):
    type_conclusion(review(shell), "Half a sen")
    shell.show_page("today")
    settle()
    form = review(shell)
    assert form.conclusion.text.toPlainText() == "Half a sen"
    assert form.conclusion._kept.isVisibleTo(form)
    form.conclusion._kept.discard.click()
    settle()
    assert form.conclusion.text.toPlainText() == ""
    record = record_of(shell)
    assert concluding.typed(shell.context.session, record.visits[-1].id) is None


def test_what_is_typed_is_not_lost_when_the_review_is_shown_again(shell):
    form = review(shell)
    type_conclusion(form, "Half a sen")
    form.show_draft()
    assert form.conclusion.text.toPlainText() == "Half a sen"


def test_a_visit_is_not_signed_over_a_conclusion_that_is_not_saved(shell):
    form = review(shell)
    type_conclusion(form, WORDS)
    told = []
    shell.context.told.connect(told.append)
    form.sign.click()
    settle()
    assert told == ["The conclusion is not saved. Save it first, or discard it."]
    assert not record_of(shell).signatures
    assert form.conclusion.text.toPlainText() == WORDS


def test_a_change_of_what_was_concluded_asks_why(shell):
    form = review(shell)
    type_conclusion(form, WORDS)
    form.conclusion.save.click()
    settle()
    form.conclusion.text.setPlainText("Otherwise.")
    in_dialog(QDialog.reject)
    form.conclusion.save.click()
    settle()
    assert stored(shell) == WORDS
    assert form.conclusion.text.toPlainText() == "Otherwise."  # nothing typed is lost

    def give_reason(dialog):
        write("seen again")
        press(Key.Key_Return)

    in_dialog(give_reason)
    form.conclusion.save.click()
    settle()
    assert stored(shell) == "Otherwise."


def test_of_a_signed_visit_it_is_read(shell):
    form = review(shell)
    type_conclusion(form, WORDS)
    form.conclusion.save.click()
    settle()
    sign(shell)
    form = review(shell)
    assert not form.conclusion.isVisibleTo(form)
    assert WORDS in texts(form)


def test_a_nurse_reads_it_and_writes_none(path, signed_in):  # noqa: F811
    session = Session.open(path, "dr.demo", PASSWORD)
    (patient,) = session.patients.all()
    record = session.record(patient.id)
    concluding.save(session, record, record.visits[-1].id, WORDS)
    session.close()
    form = review(signed_in("nurse"))
    assert not form.conclusion.isVisibleTo(form)
    assert WORDS in texts(form)
