"""The chart as it stood: a slider over its moments, and in amber what is another value today."""

from dataclasses import replace

import pytest

from core import clock
from core.entering.visit.draft import Draft
from core.model.measurement import Measurement
from core.model.trail import Act
from core.views.stack import geometry, overlay
from tests.ui.conftest import words
from tests.ui.keyboard import Key, press, settle


@pytest.fixture
def past(shell, session, due, qtbot):
    """The chart of before a weight and a height were corrected."""
    head = session.trail_head.sequence
    visit = session.record(due.id).visits[0]
    draft = Draft(session, due.id, visit.id)
    draft.reopen("misread")
    with session.write("misread"):
        session.visits.save(replace(visit, weight_kg=61.0))  # and finished once more
        session.patients.save(replace(due, height_cm=160))
    shell.open_past_chart(due.id, head, clock.now())
    settle()
    page = shell.page("past")
    assert shell.current is page
    return page


def test_what_is_different_today_is_listed_and_ringed(past):
    said = words(past)
    assert "Different today (2)" in said
    assert "Month 2, weight: 63.5 kg then, 61.0 kg today" in said
    assert "Height: 164 cm then, 160 cm today" in said
    ((role, _on),) = past.plots.ringed
    assert role == "weight"
    past.tabs.setCurrentIndex(1)
    settle()
    model = past.visits.model()
    assert [model.index(0, at).data() for at in range(model.columnCount())][-1] == "1 different"


def test_a_single_measurement_that_was_corrected_is_drawn_and_ringed(shell, session, due):
    """It has a plot of its own there, and a ring: no other plot has one."""
    visit = session.record(due.id).visits[0]
    with session.write("measured"):
        session.measurements.save(Measurement(visit_id=visit.id, kind="snip", value=44.0))
    head = session.trail_head.sequence
    Draft(session, due.id, visit.id).reopen("misread")
    with session.write("misread"):
        session.measurements.save(Measurement(visit_id=visit.id, kind="snip", value=40.0))
        session.visits.save(visit)  # finished once more
    shell.open_past_chart(due.id, head, clock.now())
    settle()
    page = shell.page("past")
    assert "SNIP: 44 cmH2O then, 40 cmH2O today" in words(page)
    plots = page.plots
    assert [row.plot.id for row in plots.stack.rows][-1] == "measurement.snip"
    axis = geometry.time_axis(plots.stack, plots._sheet(), plots.scale)
    rings = overlay.changed(plots.stack, plots.drawing, axis, plots.ringed).shapes
    (ring,) = rings
    top, end = plots.drawing.areas[-1]
    assert top <= ring.y <= ring.y + ring.height <= end


def test_a_ring_changes_the_picture(past):
    ringed = past.plots.grab().toImage()
    past.plots.ringed = frozenset()
    past.plots.update()
    assert past.plots.grab().toImage() != ringed


def test_arrows_go_from_moment_to_moment(past, session, due, qtbot):
    moments = session.trail.moments(due.id)
    assert past.slider.maximum() == len(moments) - 1
    past.slider.setFocus()
    press(Key.Key_End)
    qtbot.waitUntil(lambda: f"Entry {moments[-1].sequence:,} was" in past.banner.text())
    settle()
    said = words(past)
    assert "Every value of then is the same today" in said
    assert past.moment.text().startswith(f"{len(moments)} of {len(moments)}: ")
    assert "not today's data" in past.banner.text()
    assert past.plots.ringed == frozenset()
    press(Key.Key_Home)
    first = f"1 of {len(moments)}: Registered, "
    qtbot.waitUntil(lambda: past.moment.text().startswith(first))
    assert f"Entry {moments[0].sequence:,} was" in past.banner.text()
    seen = [one.after for one in session.trail.entries(entity=Act.VIEWED)]
    assert sum("as_of" in one for one in seen) == 3, "each moment that was shown is in the trail"


def test_what_is_shown_is_the_record_of_that_moment(past, session, due):
    for at, moment in enumerate(session.trail.moments(due.id)):
        past.slider.setValue(at)
        past._soon.stop()
        past._show_moment()
        record = session.record_as_of(due.id, moment.sequence)
        assert [one.visit for one in past._visit_model.rows] == list(record.visits)
