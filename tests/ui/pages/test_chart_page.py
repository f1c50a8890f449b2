import re
from dataclasses import replace
from datetime import date, timedelta

import pytest

from core import clock, resources
from core.acts import importing
from core.imports import patients_csv
from core.model.adverse_event import Grade, MilestoneKind, Outcome
from core.model.ids import EventId
from core.model.visit import ClinicalStage, Mark, VisitState
from core.protocols import catalog as protocols
from core.views import chart, trends
from core.views.stack import geometry
from core.views.stack.shapes import Marker, Path
from core.views.trends import Axis
from tests.core.examples import a_routine_patient
from tests.ui.conftest import words
from tests.ui.keyboard import ALT, CTRL, Key, answer_dialogs, focused, press, settle, tab_to, write
from ui.widgets.fields import ChoiceField


@pytest.fixture
def open_chart(demo_shell, numbered):
    def open_it(number):
        demo_shell.open_chart(numbered(number).id)
        settle()
        return demo_shell.page("chart")

    return open_it


@pytest.fixture
def sized_small(shell):
    shell.window().resize(683, 364)
    settle()


def select(table, row):
    table.setFocus()
    table.selectRow(row)


def lines(page):
    return {line.title: (line.status, line.action) for line in page.tab("visits").model.rows}


def chart_of(page):
    return page.tab("overview").trends.chart


def drawn(page, role):
    """The points of a series as they are painted (px), from left to right."""
    chart = chart_of(page)
    axis = geometry.time_axis(chart.stack, chart._sheet(), chart.scale)
    markers = (shape for shape in chart.drawing.shapes if isinstance(shape, Marker))
    found = [(one.x, one.y) for one in markers if one.colour == role and one.x >= axis.left]
    return sorted(found)


def places(page, days):
    chart = chart_of(page)
    axis = geometry.time_axis(chart.stack, chart._sheet(), chart.scale)
    return [axis.x(day) for day in days]


@pytest.mark.parametrize("number", ["A-001", "A-003", "A-010", "A-014", "A-015"])
def test_figures_and_timeline_say_what_core_says(open_chart, demo, numbered, number):
    page = open_chart(number)
    record = demo.record(numbered(number).id)
    shown = words(page)
    figures = [one for one in chart.figures(record, clock.today()) if "MiToS" not in one.title]
    assert len(figures) == 5
    for figure in figures:  # the stages are bands: tests/ui/test_twenty_seconds.py
        assert figure.text in shown
        for said in (figure.dated, *figure.lines) if figure.lines else (figure.beside,):
            assert said in shown
    for happening in chart.timeline(record):
        assert happening.title in shown
        if happening.detail:
            assert happening.detail in shown
    assert f"Adverse events ({len(record.events)})" == page.tabs.tabText(2)


def test_the_axis_switches_between_months_dates_and_onset(open_chart, demo, numbered):
    page = open_chart("A-003")
    record = demo.record(numbered("A-003").id)
    points = trends.total(record, chart.instruments.alsfrs_r()).series[0].points
    seen, ticks = {}, {}
    scales = trends.time_scales(record)
    chart_of(page).setFocus()
    for scale in scales:
        assert chart_of(page).scale == scale
        assert scale.title in words(page)
        found = drawn(page, "total")
        assert [x for x, _y in found] == pytest.approx(places(page, [one.day for one in points]))
        frame = chart_of(page).drawing.frames[0]
        assert [y for _x, y in found] == pytest.approx([frame.y(one.value) for one in points])
        seen[scale.axis] = [round(x) for x, _y in found]
        ticks[scale.axis] = chart_of(page).said
        write("m")
    assert chart_of(page).scale == scales[0], "after the last comes the first"
    assert set(seen) == set(Axis)
    assert any(re.fullmatch(r"\w{3} 20\d\d", text) for text in ticks[Axis.DATE])
    assert not any(re.fullmatch(r"\w{3} 20\d\d", text) for text in ticks[Axis.ONSET])


def test_stated_values_without_a_date_are_told_and_not_drawn(shell, session):
    protocol = protocols.shipped()["royan-2021"]
    preview = patients_csv.read(
        resources.path("demo", "table1.csv"), set(), protocol, clock.today()
    )
    importing.import_patients(session, preview)
    patient = next(p for p in session.patients.all() if p.record_number == "12")
    shell.open_chart(patient.id)
    settle()
    page = shell.page("chart")
    shown = words(page)
    assert "36 / 48" in shown and "stated, items unknown, date unknown" in shown
    assert "57.7 %" in shown and "stated, equation unknown" in shown
    assert "36/48 stated · FVC 57.7 % stated" in shown
    assert "baseline, date unknown" in shown
    for row in chart_of(page).stack.rows[:3]:
        assert not row.plot.days
    assert chart_of(page).said.count("Nothing to draw yet: no value has a date.") >= 3


def test_enter_in_the_visits_starts_opens_and_resumes(open_chart, demo_shell):
    page = open_chart("A-003")
    visit_page = demo_shell.page("visit")
    page.tabs.setCurrentIndex(1)
    assert lines(page)["Month 2"] == ("done", "Open")
    assert lines(page)["Month 4"][1] == "Start"
    assert lines(page)["Month 12"] == ("upcoming", "")
    titles = list(lines(page))
    select(page.tab("visits").table, titles.index("Month 12"))
    press(Key.Key_Return)
    assert demo_shell.current is page, "a visit that is not due is not begun by mistake"
    select(page.tab("visits").table, titles.index("Month 2"))
    press(Key.Key_Return)
    assert demo_shell.current is visit_page
    assert visit_page.current == "review"
    assert not visit_page.forms["review"].finish.isVisible()
    press(Key.Key_Escape)
    page.tabs.setCurrentIndex(1)
    select(page.tab("visits").table, titles.index("Month 4"))
    press(Key.Key_Return)
    assert visit_page.current == "details"
    press(Key.Key_Space)
    press(Key.Key_Escape)
    page.tabs.setCurrentIndex(1)
    assert lines(page)["Month 4"] == ("in progress", "Resume")
    assert page.start.text() == "Resume Month 4"
    select(page.tab("visits").table, titles.index("Month 4"))
    press(Key.Key_Return)
    assert visit_page.draft.visit.code == "M4"
    assert visit_page.forms["details"].mode.value is not None


def test_an_unscheduled_visit_left_untouched_leaves_no_trace(
    open_chart, demo_shell, demo, numbered
):
    page = open_chart("A-003")
    before = demo.record(numbered("A-003").id)
    page.acts.unscheduled.trigger()
    settle()
    assert demo_shell.current is demo_shell.page("visit")
    assert "Unscheduled visit" in words(demo_shell.current)
    press(Key.Key_Escape)
    assert demo_shell.current is page
    assert demo.record(numbered("A-003").id) == before
    page.acts.unscheduled.trigger()
    settle()
    press(Key.Key_Space)  # this time, in person
    press(Key.Key_Escape)
    visit = demo.record(numbered("A-003").id).visits[-1]
    assert (visit.code, visit.is_draft) == (None, True)
    assert page.start.text() == "Resume Unscheduled visit"


def test_a_death_takes_the_patient_off_the_worklist(open_chart, demo_shell, demo, numbered):
    today = demo_shell.page("today")
    assert "A-003" in [item.patient.record_number for item in today.model.rows]
    page = open_chart("A-003")
    page.show_tab("milestones")
    form = page.tab("milestones").form
    form.kind.setFocus()
    press(Key.Key_End)
    assert form.kind.currentText() == "Death"
    tab_to("When? (2012, 2012-09 or 2012-09-15)")
    write(str(clock.today() + timedelta(days=1)))
    tab_to("Record milestone")
    press(Key.Key_Space)
    assert "This date is in the future." in words(page)
    assert demo.record(numbered("A-003").id).died is None
    form.when.setFocus()
    write(str(clock.today()))
    tab_to("Record milestone")
    press(Key.Key_Space)
    assert demo.record(numbered("A-003").id).milestone(MilestoneKind.DEATH)
    assert "Died " in words(page)
    assert not page.start.isVisible() and not page.acts.unscheduled.isVisible()
    demo_shell.show_page("today")
    settle()
    assert "A-003" not in [item.patient.record_number for item in today.model.rows]


def test_a_finished_visit_is_reopened_with_a_reason_that_the_audit_trail_keeps(
    open_chart, demo_shell, demo, unlocked
):
    unlocked("A-003")
    page = open_chart("A-003")
    page.tabs.setCurrentIndex(1)
    titles = list(lines(page))
    select(page.tab("visits").table, titles.index("Month 12"))
    assert not page.tab("visits").correct.isEnabled()
    assert page.tab("visits").correct.toolTip() == "Select a finished visit to correct."
    select(page.tab("visits").table, titles.index("Month 2"))
    answer_dialogs("   ")
    page.tab("visits").correct.click()
    assert demo_shell.current is page, "without a reason nothing is reopened"
    answer_dialogs("weight was of another patient")
    page.tab("visits").correct.click()
    settle()
    assert demo_shell.current is demo_shell.page("visit")
    visit = demo_shell.current.draft.visit
    assert (visit.code, visit.state) == ("M2", VisitState.DRAFT)
    audit = next(iter(demo._db.query("SELECT * FROM audit ORDER BY id DESC LIMIT 1")))
    assert audit["reason"] == "weight was of another patient"
    assert audit["actor"] == "demo"


def test_a_planned_visit_is_marked_as_missed_with_a_reason(open_chart, demo, numbered):
    page = open_chart("A-004")
    page.tabs.setCurrentIndex(1)
    select(page.tab("visits").table, list(lines(page)).index("Month 2"))
    answer_dialogs("missed", "was in hospital")
    page.tab("visits").mark.click()
    settle()
    (mark,) = demo.record(numbered("A-004").id).marks
    assert (mark.code, mark.mark, mark.reason) == ("M2", Mark.MISSED, "was in hospital")
    assert lines(page)["Month 2"] == ("missed", "Enter late")


def test_an_event_of_a_finished_visit_is_changed_on_the_chart_with_a_reason(
    open_chart, demo, numbered, unlocked
):
    unlocked("A-015")
    page = open_chart("A-015")
    page.tabs.setCurrentIndex(2)
    select(page.tab("events").table, 0)
    before, *others = page.tab("events").model.rows
    all_of_them = {before.id, *(one.id for one in others)}
    press(Key.Key_Return)
    assert f"Change: {before.term}" in words(page)
    tab_to("Note (optional)")
    write("seen again by the cardiologist")
    tab_to("Save changes")
    answer_dialogs("letter of the cardiologist")
    press(Key.Key_Space)
    settle()
    (row,) = demo._db.query("SELECT reason FROM audit ORDER BY id DESC LIMIT 1")
    assert row["reason"] == "letter of the cardiologist"
    events = {event.id: event for event in demo.record(numbered("A-015").id).events}
    assert events[before.id].note == "seen again by the cardiologist"
    assert set(events) == all_of_them


@pytest.mark.parametrize("answer", [True, False])
def test_after_a_change_the_keyboard_is_on_a_field_that_is_seen(
    open_chart, demo, numbered, unlocked, answer
):
    unlocked("A-001")
    page = open_chart("A-001")
    page.show_tab("events")
    tab = page.tab("events")
    select(tab.table, 0)
    press(Key.Key_Return)
    tab.editor.grade.set_value(Grade.DEATH)
    tab.editor.outcome.set_value(Outcome.FATAL)
    tab.editor.ended.set_text(str(clock.today()))
    tab.editor.outcome.chosen.emit()
    tab.editor.died.set_value(answer)
    tab.editor.died.setFocus()
    answer_dialogs("the letter of the hospital")
    press((CTRL, Key.Key_Return))
    settle()
    assert (demo.record(numbered("A-001").id).died is not None) is answer
    with_keyboard = page.window().focusWidget()
    assert with_keyboard.isVisible() and with_keyboard is tab.editor.term.line


def test_the_keyboard_goes_to_a_choice_that_can_be_chosen(show):
    field = show(ChoiceField("Grade", {1: "1 mild", 2: "2 moderate", 3: "3 severe"}), (400, 100))
    field.set_value(3)
    field.allow({1, 2})
    field.setFocus()
    assert focused().text() == "1 mild"
    field.allow({3})
    field.setFocus()
    assert focused().text() == "3 severe"


def test_a_tab_is_made_when_it_is_first_shown_and_drawn_only_in_front(open_chart, demo, numbered):
    page = open_chart("A-003")
    assert set(page.made) == {"overview"}
    page.show_tab("events")
    assert set(page.made) == {"overview", "events"}
    page.show_tab("overview")
    event, *_others = demo.record(numbered("A-015").id).events
    with demo.write("reported by telephone"):
        demo.events.save(
            replace(event, id=EventId("new"), patient_id=numbered("A-003").id, visit_id=None)
        )
    settle()
    assert page.title_of("events") == "Adverse events (1)"
    assert page.made["events"].model.rows == ()
    page.show_tab("events")
    assert [one.term for one in page.made["events"].model.rows] == [event.term]


def test_in_a_small_window_only_the_tabs_of_this_patient_can_be_chosen(shell, session, sized_small):
    routine = a_routine_patient(record_number="32")
    with session.write("registered"):
        session.patients.save(routine)
    shell.open_chart(routine.id)
    settle()
    page = shell.page("chart")
    offered = [page.choice.itemText(at) for at in range(page.choice.count())]
    assert page.choice.isVisible() and "Eligibility" not in offered
    page.choice.activated.emit(offered.index("History"))
    assert page.front == "history"


def test_what_is_entered_shows_on_the_chart_at_once(open_chart, demo_shell):
    page = open_chart("A-003")
    before = drawn(page, "total")
    press(Key.Key_Space)  # start month 4
    demo_shell.page("visit").show_step("alsfrs-r")
    settle()
    write("222222222222")
    press((ALT, Key.Key_Left), Key.Key_Escape)
    points = chart_of(page).stack.rows[0].plot.series[0].points
    assert (len(drawn(page, "total")), points[-1].value) == (len(before) + 1, 24)
    assert "24 / 48" in words(page)
    assert focused() is page.start


def test_an_event_of_one_patient_never_stands_under_another(open_chart, unlocked):
    unlocked("A-015")
    page = open_chart("A-015")
    page.tabs.setCurrentIndex(2)
    select(page.tab("events").table, 1)
    press(Key.Key_Return)
    assert "Change: Pulmonary embolism" in words(page)
    page = open_chart("A-001")
    page.tabs.setCurrentIndex(2)
    settle()
    assert "Pulmonary embolism" not in words(page)
    assert page.tab("events").editor.texts["term"] == ""
    assert page.tab("events").editor.event_id is None


def test_a_milestone_recorded_by_mistake_is_removed_with_a_reason(open_chart, demo, numbered):
    page = open_chart("A-015")
    page.show_tab("milestones")
    rows = [milestone.kind for milestone in page.tab("milestones").model.rows]
    select(page.tab("milestones").table, rows.index(MilestoneKind.DEATH))
    answer_dialogs("was another patient")
    press(Key.Key_Return)
    settle()
    record = demo.record(numbered("A-015").id)
    assert record.died is None
    kinds = [milestone.kind for milestone in page.tab("milestones").model.rows]
    assert MilestoneKind.DEATH not in kinds
    assert "Died" in words(page), "a fatal event of the demonstration still says it"
    (row,) = demo._db.query("SELECT reason FROM audit ORDER BY id DESC LIMIT 1")
    assert row["reason"] == "was another patient"


def test_a_projection_is_drawn_named_and_can_be_switched_off(shell, patient, visit_day):
    for months, total in enumerate((44, 43, 42, 41, 40, 39)):  # six forms over five months
        visit_day(date(2026, 6 + months, 2), None, scores=(4,) * (total - 36) + (3,) * (48 - total))
    shell.open_chart(patient.id)
    settle()
    page = shell.page("chart")
    ahead = page.tab("overview").trends.ahead
    assert ahead.isChecked()
    dashed = [one for one in chart_of(page).drawing.shapes if isinstance(one, Path) and one.dash]
    line = next(one for one in dashed if one.colour == "total")
    last = drawn(page, "total")[-1][0]
    assert line.points[0][0] == pytest.approx(last) and line.points[-1][0] > last + 20
    assert "straight line through 6 results, 95 % prediction interval" in words(page)
    assert "Projection, 95 % interval: " in words(page)
    chart_of(page).setFocus()
    write("p")
    assert not ahead.isChecked()
    assert not [one for one in chart_of(page).drawing.shapes if isinstance(one, Path) and one.dash]
    assert "prediction interval" not in words(page)
    assert "Projection" not in words(page)


def test_too_few_forms_give_a_sentence_instead_of_a_projection(open_chart):
    page = open_chart("A-010")  # two forms, and one in progress
    assert not chart_of(page).stack.rows[0].plot.forecasts
    why = "A projection needs results on at least 6 different days; so far: 2."
    assert why in " ".join(chart_of(page).said)
    assert why in chart_of(page).accessibleDescription()
    chart_of(page).setFocus()
    write("p")
    assert why not in words(page)


def test_the_stage_is_called_an_estimate_and_the_clinical_one_stands_beside_it(
    demo, demo_shell, numbered, open_chart, unlocked
):
    unlocked("A-002")
    patient = numbered("A-002")
    page = open_chart("A-002")
    assert "estimated from ALSFRS-R" in words(page)
    assert "clinical King's" not in words(page)
    last = demo.record(patient.id).visits[-1]
    with demo.write("judged at the round"):
        demo.visits.save(replace(last, clinical_stage=ClinicalStage.THREE))
    settle()
    assert "clinical King's 3" in words(page)
