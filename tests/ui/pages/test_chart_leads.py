"""Where a mark in the lanes of a chart leads: the tab that shows it, with the keyboard on its line."""

from core import clock
from core.model.adverse_event import Milestone, MilestoneKind
from core.model.partial_date import PartialDate
from core.views.stack.lanes import lanes
from tests.ui.keyboard import focused, settle


def marks(session, patient):
    record = session.record(patient.id)
    return [mark for lane in lanes(record, clock.today()) for mark in lane.marks if mark.tab]


def chosen(table):
    (index,) = table.selectionModel().selectedRows()
    return table.model().row(index)


def test_every_mark_leads_to_its_line(demo_shell, demo, numbered):
    patient = numbered("A-004")
    with demo.write():
        for kind in (MilestoneKind.WHEELCHAIR, MilestoneKind.COUGH_ASSIST):
            demo.milestones.save(
                Milestone(patient_id=patient.id, kind=kind, happened_on=PartialDate(2026, 1))
            )
    demo_shell.open_chart(patient.id)
    page = demo_shell.page("chart")
    found = marks(demo, patient)
    assert {mark.tab for mark in found} == {"visits", "events", "milestones", "form.medicine"}
    for mark in found:
        page.show_tab("overview")
        page.show_tab(mark.tab, mark.what)
        settle()
        tab = page.tab(mark.tab)
        assert page.front == ("treatments" if mark.tab == "form.medicine" else mark.tab)
        if mark.tab.startswith("form."):
            assert tab.view.looked_at[0].id == mark.what
        else:
            assert focused() is tab.table
            row = chosen(tab.table)
            assert (row.visit if mark.tab == "visits" else row).id == mark.what


def test_a_visit_is_led_to_too(demo_shell, demo, numbered):
    patient = numbered("A-004")
    visit = demo.record(patient.id).visits[1]
    demo_shell.open_chart(patient.id)
    page = demo_shell.page("chart")
    page.show_tab("visits", visit.id)
    settle()
    table = page.tab("visits").table
    assert chosen(table).visit.id == visit.id
