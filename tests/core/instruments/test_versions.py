"""A questionnaire that changed: every form is shown with the version it was answered with."""

from datetime import date

import pytest

from core import resources
from core.entering.visit.beginning import start_visit
from core.entering.visit.draft import Draft
from core.errors import InvalidInstrument
from core.instruments import catalog
from core.model.assessment import Answer
from core.views import chart, trends, visit_summary
from tests.core.examples import a_form, a_patient, a_record, a_visit, summing_to
from tests.files.beside import beside_the_shipped

FIRST = resources.path("instruments", "alsfrs_r.toml").read_text("utf-8")
PATIENT = a_patient()
BEFORE = a_visit(PATIENT, date(2026, 4, 23), "SCR")
AFTER = a_visit(PATIENT, date(2026, 7, 21), "M2")


@pytest.fixture(params=["comparable", "its own series"])
def comparable(request):
    return request.param == "comparable"


@pytest.fixture
def second(tmp_path, comparable):
    """Version 2 beside version 1: the same questions, one of them in other words."""
    keys = 'version = "2"\n' + ('comparable_with = ["1"]\n' if comparable else "")
    text = FIRST.replace('version = "1"\n', keys).replace(
        'of BiPAP during the night"', 'of NIV at night"'
    )
    folder = tmp_path / "instruments"
    folder.mkdir()
    file = folder / "alsfrs_r_v2.toml"
    file.write_text(text, "utf-8")
    with beside_the_shipped(tmp_path / "resources", file):
        yield catalog.alsfrs_r()


@pytest.fixture
def record(second):
    return a_record(
        PATIENT,
        BEFORE,
        AFTER,
        assessments=(
            a_form(BEFORE, (*summing_to(40)[:11], 2)),
            a_form(AFTER, (*summing_to(36)[:11], 2), version="2"),
        ),
    )


def shown(record, visit):
    (form,) = visit_summary.build(record, visit.id, {"dr.demo": "Dr. Demo"}).forms
    return form


def test_the_newest_is_asked_and_the_older_one_stays_known(second):
    assert second.version == "2"
    assert catalog.named("alsfrs-r", "1").version == "1"
    assert catalog.title(second) == "ALSFRS-R"
    assert catalog.title(catalog.named("alsfrs-r", "1")) == "ALSFRS-R, version 1"
    assert set(catalog.shipped()) == {"alsfrs-r", "nrs-pain-fatigue"}


def test_a_form_is_shown_in_the_words_it_was_answered_in(record):
    before, after = shown(record, BEFORE), shown(record, AFTER)
    assert before.title == "ALSFRS-R, version 1"
    assert before.items[-1].answer == "Continuous use of BiPAP during the night"
    assert after.title == "ALSFRS-R"
    assert after.items[-1].answer == "Continuous use of NIV at night"


def test_only_comparable_versions_share_a_series(record, second, comparable):
    points = [point.value for point in trends.totals(record, second)]
    assert points == ([42, 38] if comparable else [38])
    assert [point.value for point in trends.totals(record, catalog.named("alsfrs-r", "1"))] == [42]
    titles = [trends.scores(record, one).title for one in trends.questionnaires(record)]
    wanted = ["ALSFRS-R total", "Pain and fatigue (higher is worse)"]
    assert titles == (wanted if comparable else [*wanted, "ALSFRS-R, version 1 total"])


def test_only_comparable_versions_are_compared(record, comparable):
    after = shown(record, AFTER)
    assert after.previous_on == ("23 Apr 2026" if comparable else "")
    assert after.scales[0].change == ("−4" if comparable else "–")
    assert {item.previous for item in after.items} != {"–"} or not comparable


def test_the_timeline_has_the_total_of_every_version(record):
    details = [one.detail for one in chart.timeline(record) if one.kind == "visit"]
    assert details == ["38/48", "42/48"]


def test_a_visit_that_was_begun_goes_on_in_its_version(session, patient, tmp_path):
    visit_id = start_visit(session, patient.id, "M2", AFTER.date)
    begun = Draft(session, patient.id, visit_id)
    begun.answer("alsfrs-r", "speech", Answer(item="speech", value=3))
    folder = tmp_path / "instruments"
    folder.mkdir()
    file = folder / "alsfrs_r_v2.toml"
    file.write_text(FIRST.replace('version = "1"', 'version = "2"'), "utf-8")
    with beside_the_shipped(tmp_path / "resources", file):
        (instrument,) = Draft(session, patient.id, visit_id).questionnaires.instruments
        assert instrument.version == "1"
        another = start_visit(session, patient.id, None, AFTER.date)
        draft = Draft(session, patient.id, another)
        (instrument,) = draft.questionnaires.instruments
        assert instrument.version == "2"
        draft.answer("alsfrs-r", "speech", Answer(item="speech", value=3))
        assert draft.record.assessments[-1].version == "2"
    with pytest.raises(InvalidInstrument, match="named “alsfrs-r” of version 2: add its file"):
        Draft(session, patient.id, another).steps()
