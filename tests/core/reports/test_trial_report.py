"""The trial report says the paper's numbers, of how many each is, and nothing that was not done."""

import csv
import io
import re
import zipfile
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image, ImageChops, ImageStat

from core import resources
from core.acts import documents, trial_files
from core.cohort import fields, means
from core.commands import demonstration
from core.model.adverse_event import AdverseEvent, Grade, Outcome
from core.model.document import About, TrialAsked
from core.model.paper import PaperSize
from core.model.partial_date import PartialDate
from core.model.record import PatientRecord
from core.model.user import Clinic, Role
from core.model.visit import Mark, VisitMark
from core.reports import figure_files, named, trial
from core.reports.trial import CHAPTERS, Report
from core.reports.trial.chapters import baseline, repeated_measures
from core.reports.trial.content import Figure, Table, Words
from core.reports.trial.cut import cut
from core.reports.trial.study import NoStudy
from core.session import Session, new_user
from tests.core.cohort.made_up import cohort, patient
from tests.core.examples import a_patient, a_visit
from tests.core.findings.test_consent import TAKEN_BACK, act
from tests.core.reports import trial_study
from tests.pdf import line_of

GOLDEN = Path(__file__).resolve().parents[2] / "golden"
TODAY = date(2026, 6, 17)
REPORT = named("trial-report")
EVERYTHING = frozenset(one.id for one in CHAPTERS)


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    path = tmp_path_factory.mktemp("demo") / "demo.als"
    with closing(demonstration.create(path, TODAY)) as made:
        key = made._key
    with closing(Session(path, key, demonstration.LOGINS[Role.NEUROLOGIST])) as session:
        yield session


@pytest.fixture(scope="module")
def of_demo(demo):
    """``of_demo(coded=True, …)``: the report of the demonstration; the same asked twice is made once."""
    made = {}

    def ask(size=PaperSize.A4, **asked):
        key = (size, *sorted(asked.items()))
        if key not in made:
            wanted = TrialAsked(**{"until": TODAY, **asked})
            source = documents.source(demo, REPORT, About(trial=wanted), size)
            made[key] = Report(source)
        return made[key]

    return ask


@pytest.fixture(scope="module")
def paper(tmp_path_factory):
    """The report of the paper's trial."""
    path = tmp_path_factory.mktemp("paper") / "clinic.als"
    with closing(Session(path, bytes(range(32)), "dr.demo", create=True)) as session:
        with session.write("clinic file created"):
            session.clinics.save(Clinic(name="ALS clinic", protocol="royan-2021"))
            session.users.save(new_user("dr.demo", "Dr. Demo"))
        trial_study.fill(session)
        asked = TrialAsked(until=trial_study.UNTIL)
        return Report(documents.source(session, REPORT, About(trial=asked)))


def parts(report, kind):
    chapters = report.chapters(EVERYTHING)
    return [part for _one, made in chapters for part in made.parts if isinstance(part, kind)]


def table(report, number):
    return next(one for one in parts(report, Table) if one.number == number)


def figure(report, number):
    return next(one for one in parts(report, Figure) if one.number == number)


def pdf_line(report, chosen=None):
    return line_of(report.pdf(chosen))


# The paper's numbers.


def test_table_1_of_the_paper_has_its_summary_line(paper):
    one = table(paper, 1)
    assert one.notes[0] == (
        "Age 49.12 ± 13.32 SD years; duration 26.5 ± 19.8 SD months; ALSFRS-R 35.35 ± 4.89 SD points;"
        " FVC 41–111.3 % (mean 71.0 ± 26.6 SD); deltaFS 0.77 ± 0.62 SD points/month."
    )
    assert one.n == "n 17: the 17 patients who were treated"
    assert [row[0] for row in one.rows] == [str(n) for n in range(1, 18)], "2 before 10"
    (patient_9,) = (row for row in one.rows if row[0] == "9")
    assert patient_9[1:] == ("50", "female", "Bulbar onset", "8", "34", "54.41", "1.75")
    count, mean, median, span = one.foot
    assert count[1:4] == ("17", "7 female, 10 male", "5 Bulbar onset, 12 Limb onset")
    assert (mean[1], mean[4]) == ("49.12 ± 13.32 SD", "26.5 ± 19.8 SD")
    assert median[1] == "52.00" and span[6] == "41–111.3"
    assert "49.12 ± 13.32 SD" in pdf_line(paper)


def test_the_survival_of_the_paper(paper):
    one = figure(paper, 3)
    assert one.n == "n 17: 12 died, 5 censored; the 17 patients who were treated"
    assert one.sentences[0] == "12 months: 82.4 % (95 % CI 54.7 to 93.9), 14 at risk."
    assert one.sentences[1].startswith("60 months: 29.4 % (95 % CI ")
    assert one.sentences[1].endswith("5 at risk.")
    steps = [round(row[4], 2) for row in table(paper, 4).rows[:3]]
    assert steps == [94.12, 88.24, 82.35]


def test_events_of_the_demonstration_are_counted_by_patients_and_events(of_demo):
    report = of_demo()
    rows = {row[0]: row[2:] for row in table(report, 2).rows}
    paper = {
        "Sinus tachycardia": ("3 (19 %)", 3, 2, 0),
        "Dyspnea": ("2 (12 %)", 2, 2, 0),
        "Non-cardiac chest pain": ("2 (12 %)", 2, 2, 0),
        "Thromboembolic event": ("2 (12 %)", 2, 5, 2),
        "Hypertension": ("1 (6 %)", 1, 3, 0),
        "Lung infection": ("1 (6 %)", 1, 3, 1),
        "Headache": ("1 (6 %)", 1, 1, 0),
        "Dizziness": ("1 (6 %)", 1, 1, 0),
    }
    assert {term: rows[term] for term in paper} == paper
    (any_row,) = table(report, 2).foot
    assert any_row[0] == "Any" and any_row[3] == sum(row[1] for row in rows.values()) == 22
    assert any_row[5] == sum(row[3] for row in rows.values()) == 7
    assert table(report, 2).notes[0] == "Any: 11 of 16 patients (69 %), 22 events, 7 serious."


# What a reader is told.


def test_no_number_without_its_n_and_no_bare_plus_minus(of_demo, paper):
    for report in (of_demo(), of_demo(spread="sd"), paper):
        for part in parts(report, Table | Figure):
            assert part.n.strip(), part.name
        for _chapter, made in report.chapters(EVERYTHING):
            assert made.n.strip()
        text = pdf_line(report, EVERYTHING)
        assert "±" in text
        said = [text[max(0, at.start() - 6) : at.end() + 14] for at in re.finditer("±", text)]
        named_ = re.compile(r"± (SD|SE)|± [\d.]+ (SD|SE)")
        assert [one for one in said if not named_.search(one)] == []


def test_no_effect_of_a_treatment_is_tested(of_demo):
    text = pdf_line(of_demo(), EVERYTHING)
    assert "there is nothing to compare with" in text
    assert "None is made." in text


def test_repeated_measures_are_asked_for_and_say_whom_they_drop(of_demo, paper):
    report = of_demo()
    assert "Repeated measures" not in [
        one.title for one in report.contents() if one.page is not None
    ]
    assert "Table 14" not in pdf_line(report)
    with_it = pdf_line(report, trial.USUAL | {"repeated-measures"})
    assert "who died or missed one visit is dropped" in with_it
    assert re.search(r"ALSFRS-R: (\d+ of \d+ patients are complete|Only \d+ patients?)", with_it)


def test_repeated_measures_agree_with_the_vectors():
    """`stats_vectors.csv`: F(4, 16) = 10.6369 of the 5 complete of 10 patients."""
    codes = {"0": "SCR", "2": "M2", "4": "M4", "6": "M6", "12": "M12"}
    given = {}
    with resources.path("validation", "stats_vectors.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            values = given.setdefault(row["patient"], {})
            if row["alsfrsr"]:
                values[codes[row["month"]]] = float(row["alsfrsr"])
    group = cohort(*(patient(who, values) for who, values in given.items()))
    found = repeated_measures.fit(means.means(group, fields.number_fields()[fields.TOTAL]))
    assert (found.n, found.dropped, found.visits) == (5, 5, 5)
    assert (found.time.degrees, found.time.error_degrees) == (4, 16)
    assert round(found.time.f, 4) == 10.6369 and round(found.time.p, 4) == 0.0002


@pytest.fixture(scope="module")
def finished_report(finished_read):
    asked = TrialAsked(until=TODAY)
    return Report(documents.source(finished_read, REPORT, About(trial=asked)))


def test_who_left_and_died_later_is_in_both_lists_and_counted_once(finished_report):
    died = {row[0] for row in table(finished_report, 11).rows}
    left = {row[0]: row[1] for row in table(finished_report, 12).rows}
    both = {who: what for who, what in left.items() if who in died}
    assert len(died) == 12 and sorted(both.values()) == ["lost to follow-up", "withdrawn"]
    assert list(left.values()).count("refused to take part") == 3
    summary = next(one for one in parts(finished_report, Words) if one.title == "Summary")
    assert (
        "of the enrolled 5 completed, 12 died (1 of them after withdrawing, 1 of them after being lost"
        " to follow-up)." in summary.paragraphs[0]
    )


def test_who_takes_everything_back_is_counted_and_none_of_their_results_is_told(finished_trial):
    """Not missed, not undocumented: left out, and the report says so wherever something is missing."""

    def report():
        return Report(
            documents.source(finished_trial, REPORT, About(trial=TrialAsked(until=TODAY)))
        )

    numbers = {one.record_number: one for one in finished_trial.patients.all()}
    me = finished_trial.user.login
    before = report()
    given = {row[0] for row in table(before, 9).rows}
    who = next(row[0] for row in table(before, 1).rows if row[0] in given and all(row[4:7]))
    missed = [row for row in table(before, 6).rows if row[0] == who]
    with finished_trial.write("taken back"):
        for one in (act("signed", "2010-01-01"), TAKEN_BACK):
            finished_trial.forms.save(replace(one, patient_id=numbers[who].id, entered_by=me))
    after = report()
    row = next(row for row in table(after, 1).rows if row[0] == who)
    assert row[1:4] != ("", "", "") and row[5:] == ("", "", ""), "no total, capacity or slope"
    assert len(table(after, 1).rows) == 17
    assert who not in {row[0] for row in table(after, 9).rows}
    assert "The infusion of 1 patient is left out: the consent does not cover it." in (
        table(after, 9).notes
    )
    assert not any("known by its day only" in note for note in table(after, 9).notes)
    lines = [row for row in table(after, 6).rows if row[0] == who]
    left_out = [row for row in lines if row[4] == "left out: the consent does not cover it"]
    assert left_out and [row for row in lines if row not in left_out] == [
        row for row in missed if row[3] == "the whole visit"
    ]
    assert figure(after, 1).n == figure(before, 1).n, "the patient is still counted"
    assert "left out by the consent" in [one.title for one in table(after, 5).columns]
    assert not any("seen without" in row[-1] for row in table(after, 3).rows)
    earlier = TrialAsked(until=date(2020, 1, 1))
    cut_before = Report(documents.source(finished_trial, REPORT, About(trial=earlier)))
    row = next(row for row in table(cut_before, 1).rows if row[0] == who)
    assert row[5:] == ("", "", ""), (
        "it was taken back after the day of the cut: it still may not be used"
    )


def test_why_somebody_left_is_typed_text_and_in_no_coded_report(finished_read):
    asked = TrialAsked(until=TODAY, coded=True)
    coded = Report(documents.source(finished_read, REPORT, About(trial=asked)))
    rows = table(coded, 12).rows
    assert len(rows) == 5 and {row[-1] for row in rows} == {"(typed text left out)"}
    assert "Simulated" not in pdf_line(coded)


def test_a_visit_that_asks_for_no_capacity_is_named(finished_report):
    course = figure(finished_report, 2)
    assert "FVC: the schedule asks for none at Year 5." in course.sentences


def test_a_chapter_is_a_switch_and_numbers_stay(of_demo):
    report = of_demo()
    lines = {one.id: one for one in report.contents(frozenset({"baseline", "survival"}))}
    assert [one.id for one in lines.values()] == [one.id for one in CHAPTERS]
    assert lines["baseline"].page == 1 and lines["flow"].page is None
    text = pdf_line(report, frozenset({"baseline", "survival"}))
    assert "Table 1." in text and "Figure 3." in text and "Table 4." in text
    assert "Figure 1." not in text and "Open questions" not in text


def test_contents_lead_to_their_pages(of_demo):
    report = of_demo()
    lines = report.contents()
    with closing(pypdfium2.PdfDocument(report.pdf())) as document:
        for one in lines:
            if one.page is not None:
                text = document[one.page - 1].get_textpage().get_text_range()
                assert one.title in text
    course = next(one for one in lines if one.id == "course")
    assert course.n == "n " + ", ".join(str(one.n) for one in _means(report))
    assert course.warning == "n changes between visits: a mean can rise while every patient falls."


def _means(report):
    return means.means(report.study.group, fields.number_fields()[fields.TOTAL]).at


@pytest.mark.parametrize("size", PaperSize)
def test_every_page_has_the_cut_the_entry_and_the_warning(of_demo, size):
    report = of_demo(size=size)
    head = report.source.as_of
    with closing(pypdfium2.PdfDocument(report.pdf())) as document:
        wide = document[0].get_width()
        assert round(wide) == (612 if size is PaperSize.LETTER else 595)
        for page in document:
            text = " ".join(page.get_textpage().get_text_range().split())
            assert f"Data to 17 Jun 2026, as of entry {head.sequence:,} of the audit trail" in text
            assert "Demonstration data, follow-up simulated" in text
            assert head.code in text
            assert "Printed" not in text and "Neurologist (demonstration)" not in text


def test_a_long_table_goes_on_under_its_head(of_demo):
    report = of_demo()
    with closing(pypdfium2.PdfDocument(report.pdf())) as document:
        pages = [page.get_textpage().get_text_range() for page in document]
    whose = [page for page in pages if re.search(r"^A-0\d\d ", page, re.MULTILINE)]
    assert len(whose) > 1
    assert all("Patient" in page for page in whose)


# Coded numbers, days only.


def test_a_coded_report_has_no_record_number_no_lot_and_nothing_typed(of_demo):
    clear, coded = pdf_line(of_demo()), pdf_line(of_demo(coded=True))
    lots = {row[3] for row in table(of_demo(), 9).rows}
    assert lots and all(lot in clear for lot in lots)
    assert not any(lot in coded for lot in lots)
    assert "A-001" in clear and "A-0" not in coded
    assert "Does not want to be given cells" in clear
    assert "Does not want to be given cells" not in coded and "typed text left out" in coded
    assert "Coded, not anonymous" in coded
    assert [row[0] for row in table(of_demo(coded=True), 1).rows][:2] == ["001", "002"]


def test_an_age_over_89_is_told_as_90_or_over_in_a_coded_report():
    group = cohort(patient("001", age=93), patient("002", age=89), patient("003", age=40))
    for coded, said, span in ((True, "90 or over", "40–90 or over"), (False, "93", "40–93")):
        age, *_rest = baseline.numbers(group, coded=coded)
        assert [age.said(0), age.said(1), age.span] == [said, "89", span]


def test_what_was_planted_is_in_no_file_of_a_coded_report(demo, of_demo):
    """Record numbers, names, lots, and every text that somebody typed into the study's patients."""
    files = trial_files.files(of_demo(coded=True, days_only=True))
    planted = {user.full_name for user in demo.users.all()}
    for one in of_demo().study.subjects:
        known = one.record
        planted |= {known.patient.record_number, known.patient.family_name, known.patient.note}
        planted |= {event.note for event in known.events} | {said.waiver for said in known.criteria}
        planted |= {visit.note for visit in known.visits} | {text.note for text in known.tasks}
        planted |= {
            str(form.value(name) or "")
            for form in known.of_form("infusion") + known.of_form("product")
            for name in ("lot", "given_by", "second_checker", "checked_by", "product")
        }
        planted |= {str(form.value("reason") or "") for form in known.of_form("participation")}
    planted = {text for text in planted if len(text) > 3}
    assert len(planted) >= 50
    text = "\n".join([*files, *(readable(name, content) for name, content in files.items())])
    assert "Coded, not anonymous" in text and "Sinus tachycardia" in text
    assert {one for one in planted if one in text} == set()


def readable(name, content):
    """What a file of the folder says."""
    if name.endswith(".pdf"):
        return line_of(content)
    if name.endswith(".xlsx"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return "\n".join(archive.read(one).decode() for one in archive.namelist())
    return "" if name.endswith(".png") else content.decode()


def test_days_only_tells_no_date_of_a_patient(of_demo):
    report = of_demo(days_only=True)
    year = re.compile(r"\b20\d\d\b")
    for one in parts(report, Table):
        said = [cell for row in one.rows for cell in row if isinstance(cell, str)]
        assert [cell for cell in said if year.search(cell)] == [], one.name
    infused = {row[0]: row[1] for row in table(report, 9).rows}
    assert set(infused.values()) == {"day 0"}


# The data cut.


def test_what_came_after_the_cut_is_not_known():
    patient = a_patient(reference_on=date(2026, 1, 1), registered_on=date(2025, 12, 1))
    event = AdverseEvent(
        patient_id=patient.id,
        term="embolus",
        onset=PartialDate(2026, 2, 1),
        ended=PartialDate(2026, 6, 1),
        grade=Grade.DEATH,
        serious=True,
        outcome=Outcome.FATAL,
    )
    marks = tuple(
        VisitMark(patient_id=patient.id, code=code, mark=Mark.MISSED, reason="away")
        for code in ("M2", "M6")
    )
    record = PatientRecord(
        patient=patient,
        visits=(
            a_visit(patient, date(2026, 1, 1), "INF"),
            a_visit(patient, date(2026, 5, 1), "M4"),
        ),
        events=(event,),
        marks=marks,
    )
    known = cut(record, date(2026, 4, 1))
    assert [one.code for one in known.visits] == ["INF"]
    (one,) = known.events
    assert (one.ended, one.outcome, one.grade) == (
        None,
        Outcome.NOT_RECOVERED,
        Grade.LIFE_THREATENING,
    )
    assert known.died_on is None and record.died_on is not None
    assert [one.code for one in known.marks] == ["M2"]


def test_an_earlier_cut_has_fewer_patients_and_another_report(of_demo):
    now, before = of_demo(), of_demo(until=date(2026, 1, 15))
    assert before.study.group.n < now.study.group.n
    assert before.pdf() != now.pdf()


def test_a_cut_before_anybody_came_says_so(demo):
    asked = TrialAsked(until=date(2001, 1, 1))
    with pytest.raises(NoStudy, match=r"No patient was on the schedule .* on 1 Jan 2001\."):
        trial.contents(documents.source(demo, REPORT, About(trial=asked)))


def test_a_study_in_which_nobody_was_treated_shows_who_is_there(session):
    patient = replace(a_patient(), reference_on=None)
    with session.write("registered"):
        session.patients.save(patient)
    asked = TrialAsked(until=date(2026, 5, 1))
    report = Report(documents.source(session, REPORT, About(trial=asked)))
    assert table(report, 1).n == "n 1: the 1 patient of the schedule, nobody is enrolled yet"
    text = pdf_line(report, EVERYTHING)
    assert "No infusion is recorded with its dose." in text
    assert "No patient has this value." in text


# The figures.


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_the_figures_look_as_they_were_approved(paper, of_demo, tmp_path, number):
    """Look at a changed figure before it becomes golden."""
    one = figure(paper if number == 3 else of_demo(), number)
    made = tmp_path / f"trial_{one.file_name}.png"
    made.write_bytes(figure_files.png(one.drawing, one.title))
    with Image.open(made) as opened:
        picture = opened.convert("L").reduce(3)
    picture.quantize(32).save(made, optimize=True)
    golden = GOLDEN / made.name
    with Image.open(made) as first, Image.open(golden) as second:
        picture, approved = first.convert("L"), second.convert("L")
    assert picture.size == approved.size
    difference = ImageStat.Stat(ImageChops.difference(picture, approved)).mean[0]
    assert difference < 0.3, f"compare {made} with {golden}, copy it there if right"
