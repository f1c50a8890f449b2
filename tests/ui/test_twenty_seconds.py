"""The neurologist's twenty seconds: what a screen reader finds in a chart that was just opened.

How fast, which stage, what happened, what is decided and what is open, what runs, which visit comes next.
"""

import re

import pytest
from PySide6.QtGui import QAccessible

from core import clock
from core.findings import alerts
from core.forms import catalog, wording
from core.labels import MILESTONES
from core.model.partial_date import partial_day
from core.protocols import catalog as protocols
from core.protocols.schedule import next_visit
from core.science.progression import Slope
from core.views import course
from core.views.now import decided_text
from core.views.visit_words import visit_title
from core.words import day
from tests.ui.keyboard import settle, write

READ = (QAccessible.Text.Name, QAccessible.Text.Description, QAccessible.Text.Value)


def heard(one):
    """Every text of an interface and of what is below it, as far as it is not hidden."""
    if one.state().invisible:
        return []
    said = [text for what in READ if (text := one.text(what))]
    children = (one.child(index) for index in range(one.childCount()))
    return said + [text for child in children if child is not None for text in heard(child)]


@pytest.fixture
def read(demo_shell):
    """``read(patient)`` opens a chart and answers with what is heard of it, a text a line."""

    def open_it(patient):
        demo_shell.open_chart(patient.id)
        settle()
        page = demo_shell.page("chart")
        return "\n".join(heard(QAccessible.queryAccessibleInterface(page)))

    return open_it


@pytest.fixture
def each(demo, read):
    """Every patient of the demonstration: the record, and what is heard of the chart."""
    return lambda: ((demo.record(one.id), read(one)) for one in demo.patients.all())


def lines_with(text, *parts):
    """The lines that have all of these words."""
    return [line for line in text.splitlines() if all(part in line for part in parts)]


def test_how_fast_is_heard_with_unit_and_day(each):
    seen = 0
    for record, text in each():
        rate = course.delta_fs(record)
        if rate is not None:
            seen += 1
            assert course.delta_fs_rate_text(rate, "/month") in text
            assert rate.on is None or day(rate.on) in text
            assert course.delta_fs_basis_text(rate) in text
        for slope in course.slopes(record)[:1]:
            if isinstance(slope.result, Slope):
                assert re.search(r"(loses|gains|no change:) \d+\.\d\d /month", text)
                assert day(slope.result.last) in text
    assert seen > 10


def test_which_stage_is_heard(each):
    seen = 0
    for record, text in each():
        found = course.last_stages(record)
        if found is None or record.dead or found.kings.stage is None or found.mitos.stage is None:
            continue
        seen += 1
        assert re.search(rf"King's\W+{re.escape(course.kings_text(found.kings))}", text)
        assert re.search(rf"MiToS\W+{found.mitos.stage}", text)
    assert seen > 8


def test_what_happened_is_heard_with_its_day(each):
    seen = 0
    for record, text in each():
        for event in record.events:
            seen += 1
            assert lines_with(text, event.term)
            assert partial_day(event.onset) in text
        for milestone in record.turning_points:
            assert MILESTONES[milestone.kind] in text
            assert partial_day(milestone.happened_on) in text
        if record.died_on is not None:
            assert re.search(rf"Died {partial_day(record.died_on)}", text)
    assert seen > 10


def test_what_is_open_and_what_is_decided_is_heard_with_its_facts(each):
    opened = decided = 0
    for record, text in each():
        still_open, settled = alerts.open_and_decided(record, clock.today())
        for action in still_open:
            opened += 1
            assert lines_with(text, action.title, action.found)
            assert action.consider in text
        for action in settled:
            decided += 1
            assert decided_text(action) in text.splitlines()
    assert opened >= 3 and decided >= 3


def test_what_runs_is_heard_with_its_dose_and_day(each):
    seen = 0
    for record, text in each():
        if record.dead:
            continue
        for form in catalog.newest().values():
            if form.course is None or not form.course.end:
                continue
            for one in record.running(form.id, clock.today()):
                seen += 1
                assert lines_with(text, wording.line(form, one), partial_day(one.began))
    assert seen > 20


def test_the_next_visit_is_heard_with_its_window(each):
    seen = 0
    for record, text in each():
        for visit in record.visits:
            if visit.is_draft:
                assert lines_with(text, visit_title(record, visit), "in progress")
        coming = next_visit(record, protocols.of(record.patient), clock.today())
        if coming is None:
            assert lines_with(text, "None: ") or record.participation_ended is None
        elif not coming.in_progress:
            seen += 1
            window = coming.window
            days = map(day, (window.target, window.open, window.close))
            assert lines_with(text, coming.title, *days)
    assert seen > 8


def test_what_is_folded_away_is_not_heard(demo_shell, read, numbered):
    text = read(numbered("A-010"))
    assert "What runs" in text and "Close now, since last time and timeline" in text
    write("t")
    page = demo_shell.page("chart")
    text = "\n".join(heard(QAccessible.queryAccessibleInterface(page)))
    assert "What runs" not in text
    assert "Open now, since last time and timeline" in text


def test_it_is_heard_in_the_order_in_which_it_is_seen(read, numbered):
    text = read(numbered("A-010")).splitlines()
    headings = ("Now", "What runs", "Next visit", "Timeline", "Figures in full")
    found = [next(i for i, line in enumerate(text) if line.startswith(one)) for one in headings]
    since = next(i for i, line in enumerate(text) if line.startswith("Since "))
    assert found == sorted(found) and found[2] < since < found[3]
    dots = [i for i, line in enumerate(text) if line.startswith(("visit: ", "adverse event: "))]
    assert dots and found[3] < min(dots) and max(dots) < found[4]
