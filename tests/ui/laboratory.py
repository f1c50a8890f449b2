"""A clinic with a laboratory, and a schedule whose visit asks for laboratory results."""

from datetime import date, timedelta

from core import clock
from core.acts import own_schedules
from core.entering.laboratory import Sample, Sheet
from core.entering.laboratory_ranges import add_laboratory
from core.laboratory import catalog
from core.model.laboratory import LabResult, ReferenceRange

RANGES = {
    "alt": (None, 41), "ast": (None, 40), "alp": (40, 129), "bilirubin": (None, 21), "albumin": (35, 52),
    "creatinine": (62, 106), "urea": (2.8, 8.1), "sodium": (136, 145), "potassium": (3.5, 5.1),
    "haemoglobin": (130, 170), "white_cells": (4, 10), "neutrophils": (1.8, 7.5), "platelets": (150, 400),
    "ck": (None, 190), "tsh": (0.4, 4.0),
}  # fmt: skip
SCHEDULE = """
id = "with-laboratory"
version = "1"
title = "A trial with a laboratory"
source = "Made up for the tests"
anchor = "reference"
reference = "Infusion"
unscheduled = ["laboratory", "adverse-events"]
tasks = [{ id = "eligibility", title = "Who may take part" }]

[[visits]]
code = "S"
title = "Screening"
offset = { value = -14, unit = "days" }
before = 10
after = 6
assessments = ["eligibility", "laboratory"]

[[visits]]
code = "M6"
title = "Month 6"
offset = { value = 6, unit = "months" }
before = 30
after = 30
assessments = ["laboratory", "measurements", "adverse-events"]
"""
FEW = SCHEDULE.replace(
    'assessments = ["laboratory", "measurements", "adverse-events"]',
    'assessments = ["laboratory", "adverse-events"]\npanels = ["muscle", "urine"]',
)


def add_schedule(session, tmp_path, text=SCHEDULE):
    path = tmp_path / "laboratory.toml"
    path.write_text(text, "utf-8")
    written, protocol = own_schedules.read(path)
    own_schedules.add(session, written, protocol)


def a_laboratory(session, name="University hospital", ranges=RANGES):
    """A laboratory that reports in the tests' own units, with these limits for everybody."""
    made = add_laboratory(session, name)
    with session.write("ranges"):
        for test, (low, high) in ranges.items():
            session.reference_ranges.save(
                ReferenceRange(
                    laboratory_id=made.id,
                    test=test,
                    valid_from=date(2020, 1, 1),
                    unit=catalog.tests()[test].unit,
                    low=low,
                    high=high,
                )
            )
    return made


def enter_results(session, patient, on, visit_id=None, laboratory=None, at=None, **texts):
    """Results of one sample, typed in the tests' own units; the laboratory is the first one of the clinic."""
    first = laboratory or next(iter(session.laboratories.all()), None)
    sample = Sample(visit_id=visit_id, taken_on=on, taken_at=at, laboratory=first)
    known = session.reference_ranges.all()
    sheet = Sheet(session.record(patient.id), sample, known, session.login)
    made = [sheet.result(catalog.tests()[test], text) for test, text in texts.items()]
    assert all(isinstance(one, LabResult) for one in made), made
    with session.write("results"):
        for one in made:
            session.lab_results.save(one)
    return made


def ago(days):
    return clock.today() - timedelta(days=days)
