"""A patient's casebook in the window: behind "More", for whoever may read the patient."""

import pytest

from core.model.user import Role
from core.session import Session, new_user
from tests.pdf import line_of
from tests.ui.keyboard import Key, press, settle


@pytest.fixture
def opened(qtbot):
    """Press "Casebook" behind "More" of a chart, by keyboard, and wait for its pages."""

    def open_it(shell, patient):
        shell.open_chart(patient.id)
        settle()
        more = shell.page("chart").acts.more
        more.setFocus()
        more.menu().setActiveAction(shell.page("chart").acts.casebook)
        shell.page("chart").acts.casebook.trigger()
        settle()
        page = shell.page("document")
        qtbot.waitUntil(lambda: page.pdf is not None)
        return page

    return open_it


def test_the_casebook_is_behind_more_and_can_be_saved(opened, demo_shell, numbered, tmp_path):
    page = opened(demo_shell, numbered("A-015"))
    text = line_of(page.pdf)
    assert "What is inside" in text and "Month 2" in text and "Pulmonary embolism" in text
    assert page.print.isVisible() and page.save.isVisible()
    page.save_to(tmp_path / "casebook.pdf")
    assert (tmp_path / "casebook.pdf").read_bytes() == page.pdf


def test_a_monitor_reads_it_too(opened, session, due, clinic_path, key, open_window):
    with session.write("people"):
        session.users.save(new_user("monitor", "Mona Tor", Role.MONITOR))
    session.close()
    shell = open_window(Session(clinic_path, key, "monitor"))
    page = opened(shell, due)
    assert "Month 2" in line_of(page.pdf)
    acts = shell.page("chart").acts
    assert [one.text() for one in acts.more.menu().actions() if one.isVisible() and one.text()] == [
        "Casebook",
        "Patient sheet…",
    ]
    press(Key.Key_Escape)
