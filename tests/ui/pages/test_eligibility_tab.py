from dataclasses import replace
from datetime import timedelta

import pytest

from core import clock, resources
from core.entering.visit import beginning
from core.findings import eligibility
from core.findings.eligibility import Fulfilment, evaluate
from core.imports import patients_csv
from core.protocols import catalog as protocols
from tests.core.examples import a_patient, a_routine_patient, enter_visit
from tests.ui.conftest import words
from tests.ui.keyboard import Key, focused, in_dialog, press, settle, tab_to, write
from ui.widgets.ask import AskDialog

ROYAN = protocols.shipped()["royan-2021"]


@pytest.fixture
def candidate(session):
    """70 years old, and screened two weeks ago."""
    today = clock.today()
    patient = a_patient(
        record_number="31",
        protocol_version=ROYAN.version,
        born=today.replace(day=1) - timedelta(days=70 * 366),
        reference_on=today + timedelta(days=14),
        registered_on=today,
    )
    with session.write("registered"):
        session.patients.save(patient)
    enter_visit(session, patient, today - timedelta(days=14), "SCR")
    return patient


@pytest.fixture
def tab(shell, candidate):
    """The tab of that patient, with the keyboard on its first answer."""
    shell.open_chart(candidate.id)
    page = shell.page("chart")
    page.show_tab("eligibility")
    page.tabs.tabBar().setFocus()
    settle()
    return page


@pytest.fixture
def type_reason():
    """``type_reason("because")`` types this into the question that comes next; None cancels it."""

    def later(text):
        def type_it(dialog):
            asked.append(dialog.question)
            if text is None:
                dialog.reject()
            else:
                write(text)
                press(Key.Key_Return)

        asked = []
        in_dialog(type_it, kind=AskDialog)
        return asked

    return later


def press_space(page):
    """Press it; a question that it asked has been answered, and the window is in front again."""
    press(Key.Key_Space)
    page.window().activateWindow()
    settle()


def states(session, patient):
    return {one.criterion.id: one for one in evaluate(session.record(patient.id), ROYAN)}


def trail(session):
    rows = session._db.query("SELECT * FROM audit WHERE entity = 'criterion_result' ORDER BY id")
    return [(row["actor"], row["reason"]) for row in rows]


def test_every_criterion_is_told_with_its_value_and_state(tab, session, candidate):
    shown = words(tab)
    assert "Age at screening: 18 to 65 years" in shown
    assert "ALSFRS-R total: ≥ 24 points" in shown
    assert "article “≥\u00a024”, web abstract “<\u00a024”" in shown
    assert "1 of 8 not fulfilled, 7 unknown" in shown
    assert "The date of the diagnosis is not known: enter it." in shown
    assert tab.title_of("eligibility") == "Eligibility (1 not fulfilled)"
    age = states(session, candidate)["age"]
    assert age.value in shown and age.origin in shown
    view = tab.tab("eligibility").view
    assert {name: row.state.text() for name, row in view.rows.items()}["age"] == "not fulfilled"
    assert view.rows["consent"].state.text() == "unknown"


def test_what_is_asked_is_answered_by_keyboard(tab, session, candidate):
    tab_to("Sporadic ALS confirmed: Unknown")
    press(Key.Key_Left, Key.Key_Left, Key.Key_Space)
    assert focused().accessibleName() == "Sporadic ALS confirmed: Yes", "the keyboard stays"
    assert states(session, candidate)["sporadic"].state is Fulfilment.MET
    disease = "Other neurological, psychiatric or systemic disease"
    tab_to(f"{disease}: Unknown")
    press(Key.Key_Left, Key.Key_Space)
    assert focused().accessibleName() == f"{disease}: Present"
    assert states(session, candidate)["other-disease"].state is Fulfilment.NOT_MET
    assert tab.tab("eligibility").view.rows["other-disease"].state.text() == "not fulfilled"
    assert tab.tab("eligibility").view.headline.text() == "2 of 8 not fulfilled, 5 unknown"
    assert tab.title_of("eligibility") == "Eligibility (2 not fulfilled)"
    assert {reason for _actor, reason in trail(session)} == {""}


def test_an_answer_of_a_finished_screening_changes_only_with_a_reason(
    tab, session, candidate, type_reason
):
    tab_to("Informed consent given: Unknown")
    press(Key.Key_Left, Key.Key_Left, Key.Key_Space)
    given = states(session, candidate)["consent"].said
    assert given.met is True
    yes, no = (
        tab.tab("eligibility").view.rows["consent"].answer._group.button(index)
        for index in range(2)
    )
    asked = type_reason(None)
    no.setFocus()
    press_space(tab)
    (question,) = asked
    assert question.startswith("Screening was finished with another answer. Why is it changed?")
    assert yes.isChecked() and not no.isChecked(), "what is shown is what is in the file"
    assert states(session, candidate)["consent"].said == given
    type_reason("the form was not signed")
    no.setFocus()
    press_space(tab)
    assert states(session, candidate)["consent"].state is Fulfilment.NOT_MET
    assert no.isChecked()
    assert trail(session)[-1] == ("dr.demo", "the form was not signed")


def test_a_failure_is_waived_and_the_waiver_withdrawn_by_keyboard(
    tab, session, candidate, type_reason, reopened
):
    tab_to("Accept as a deviation… Age at screening")
    type_reason("   ")
    press_space(tab)
    assert not states(session, candidate)["age"].waived, "without a reason nothing is waived"
    type_reason("fit for his age, agreed on 3 May")
    press_space(tab)
    age = states(session, candidate)["age"]
    assert (age.state, age.said.waiver) == (
        Fulfilment.NOT_MET,
        "fit for his age, agreed on 3 May",
    )
    assert age.said.waived_by == "dr.demo"
    shown = words(tab)
    assert (
        "Deviation accepted by Dr. Demo, " in shown and "fit for his age, agreed on 3 May" in shown
    )
    assert "1 of 8 not fulfilled, 1 of them accepted as deviations, 7 unknown" in shown
    assert tab.tab("eligibility").view.rows["age"].state.text() == "not fulfilled"
    assert tab.title_of("eligibility") == "Eligibility"
    assert focused().accessibleName() == "Withdraw… Age at screening"
    type_reason("the committee refused")
    press_space(tab)
    assert not states(session, candidate)["age"].waived
    assert "accepted by" not in words(tab)
    assert [reason for _actor, reason in trail(session)] == [
        "fit for his age, agreed on 3 May",
        "the committee refused",
    ]
    assert states(reopened(), candidate)["age"].fails


def test_tab_comes_by_every_answer_and_waiver(tab):
    wanted = {
        "Accept as a deviation… Age at screening",
        "Accept as a deviation… Time since diagnosis",
    }
    for name, row in tab.tab("eligibility").view.rows.items():
        if row.answer is not None:
            wanted.add(f"{tab.tab('eligibility').view.states[name].criterion.title}: Unknown")
    reached = set()
    for _ in range(40):
        reached.add(focused().accessibleName())
        press(Key.Key_Tab)
    assert wanted - reached == set()


def test_the_review_of_the_screening_visit_tells_it(shell, session, candidate):
    (visit,) = session.record(candidate.id).visits
    shell.open_visit(candidate.id, visit.id)
    settle()
    shown = words(shell.current)
    assert "1 of 8 not fulfilled, 7 unknown" in shown
    assert "Age at screening: 18 to 65 years; here 70 years (born " in shown


def test_the_tab_is_there_only_where_the_protocol_has_criteria(shell, session, candidate):
    routine = a_routine_patient(record_number="32")
    with session.write("registered"):
        session.patients.save(routine)
    page = shell.page("chart")
    for patient, there in ((routine, False), (candidate, True), (routine, False)):
        shell.open_chart(patient.id)
        settle()
        at = page.tabs.indexOf(page._holders["eligibility"])
        assert page.tabs.isTabVisible(at) is there
        assert page.tabs.currentIndex() == 0


def test_a_patient_who_fails_is_hidden_nowhere_and_stopped_by_nothing(shell, session, candidate):
    shell.show_page("patients")
    settle()
    assert "31" in [row.record.patient.record_number for row in shell.current.model.rows]
    shell.open_chart(candidate.id)
    settle()
    page = shell.page("chart")
    assert page.acts.unscheduled.isEnabled() and page.acts.unscheduled.isVisible()


def test_the_answers_of_one_patient_never_stand_under_another(shell, session, candidate):
    other = replace(candidate, id="other", record_number="33")
    with session.write("registered"):
        session.patients.save(other)
        consent = states(session, candidate)["consent"].said
        session.criteria.save(replace(consent, met=True))
    page = shell.page("chart")
    for patient, met in ((candidate, True), (other, None), (candidate, True)):
        shell.open_chart(patient.id)
        page.show_tab("eligibility")
        settle()
        assert page.tab("eligibility").view.rows["consent"].answer.value is met


def test_what_the_import_shows_flags_who_fails_and_imports_them_all_the_same(shell, session):
    shell.show_page("import")
    page = shell.page("import")
    page.open_file(resources.path("demo", "table1.csv"))
    settle()
    notes = {row.record_number: row.notes for row in page.model.rows if row.notes}
    assert notes == {
        "12": ("Age at screening: 18 to 65 years; here 67 years: not fulfilled.",),
        "15": (
            "Age at screening: 18 to 65 years; here 71 years: not fulfilled.",
            "Time since diagnosis: > 6 months; here 4 months: not fulfilled.",
        ),
    }
    assert not page.table.isColumnHidden(3)
    page.focus_first()
    press(Key.Key_Space)
    assert len(session.patients.all()) == 17
    found = patients_csv.read(
        resources.path("demo", "table1.csv"), (), protocols.shipped()["routine"], clock.today()
    )
    page._show(found)
    assert not any(row.notes for row in page.model.rows), "the routine clinic has no criteria"


def test_an_infusion_outside_the_criteria_says_so_before_anything_else(shell, session, candidate):
    visit_id = beginning.start_visit(session, candidate.id, "INF", clock.today())
    shell.open_visit(candidate.id, visit_id)
    settle()
    said = "Not eligible, and the investigator has not decided: Age at screening: 18 to 65 years."
    assert said in words(shell.current)
    shell.current.draft.save_new_events(asked=False)  # or leaving would discard an empty visit
    at = clock.now()
    age = states(session, candidate)["age"].said
    with session.write("decided"):
        session.criteria.save(eligibility.waive(age, "committee agreed", "dr.demo", at))
    shell.open_visit(candidate.id, visit_id)
    settle()
    assert "the investigator has not decided" not in words(shell.current)


def test_today_tells_the_investigator_what_to_decide_before_an_infusion(shell, session, candidate):
    said = "31: not eligible, to be decided before the infusion: Age at screening: 18 to 65 years"
    shell.show_page("today")
    settle()
    page = shell.page("today")
    assert said in words(page)
    at = clock.now()
    age = states(session, candidate)["age"].said
    with session.write("decided"):
        session.criteria.save(eligibility.waive(age, "committee agreed", "dr.demo", at))
    settle()
    assert "to be decided before the infusion" not in words(page)
