from dataclasses import replace

import pytest

from core.session import Changes
from ui.pages.page import Page


class Counted(Page):
    shows = frozenset({"visit", "answer"})

    def __init__(self, context):
        super().__init__(context)
        self.refreshed = 0

    def refresh(self):
        self.refreshed += 1


@pytest.fixture
def page(context, qtbot):
    page = Counted(context)
    qtbot.addWidget(page)
    return page


def changed(page, *entities):
    page.context.changed.emit(Changes(frozenset(entities)))


def test_a_page_is_made_fresh_when_it_is_first_seen_and_not_before(page):
    changed(page, "visit")
    assert page.refreshed == 0
    page.show()
    assert page.refreshed == 1


def test_a_visible_page_refreshes_only_when_what_it_shows_has_changed(page):
    page.show()
    changed(page, "clinic", "user")
    assert page.refreshed == 1
    changed(page, "answer", "clinic")
    assert page.refreshed == 2


def test_a_hidden_page_waits_until_it_is_seen_again(page):
    page.show()
    page.hide()
    changed(page, "visit")
    changed(page, "answer")
    assert page.refreshed == 1
    page.show()
    assert page.refreshed == 2
    page.hide()
    page.show()
    assert page.refreshed == 2, "nothing had changed"


def test_a_write_reaches_the_page_by_way_of_the_audit_trail(page, session, due):
    page.show()
    with session.write("nothing of its concern"):
        session.patients.save(replace(due, note="came by bus"))
    assert page.refreshed == 1
    with session.write():
        session.visits.remove(session.visits.of(due.id)[0].id)
    assert page.refreshed == 2
