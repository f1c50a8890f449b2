"""What the forms of a simulated visit hold: examinations, vital signs, the infusion day, laboratory; all invented.

What is always the same is in `resources/demo/visit_forms.csv`, with a mean and a spread where it is a number. What a
form needs beside that is answered as of somebody in whom nothing else is found.
"""

import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from core.commands.simulated import rows, rows_of
from core.entering.record_entry import SEVERAL, RecordEntry
from core.forms import around, reading
from core.forms import catalog as forms
from core.forms.definition import Field, FieldType, Form, Of
from core.forms.reading import Limits
from core.model.form_record import FormRecord, RecordCheck, Since
from core.model.patient import OnsetRegion, Patient
from core.model.record import PatientRecord
from core.model.visit import Visit
from core.session import Session

Texts = dict[str, str]
_START = time(10, 2)  # of the infusion
_PLANNED = ("before", "0", "5", "10", "15", "30", "60", "120", "180", "240", "300", "360")
_USUAL = ("normal", "absent", "negative", "no", "none", "not_tested", "not_examined")
_FIRST = {OnsetRegion.BULBAR: ("bulbar", "cervical"), OnsetRegion.LIMB: ("cervical", "lumbosacral")}
_WEAK = (  # muscles of the examination, from the one that weakens first
    "first_interosseous",
    "thumb_abduction",
    "ankle_dorsiflexion",
    "finger_extension",
    "hip_flexion",
    "shoulder_abduction",
    "elbow_flexion",
    "knee_extension",
)
_PULSE_DURING = {"0": 96, "5": 118, "10": 112, "15": 104}  # of who had a fast pulse
_FAST = 150


class Clinical:
    """The forms of one patient's visits."""

    def __init__(self, session: Session, patient: Patient, number: int, by: str) -> None:
        self._session, self._patient, self._number = session, patient, number
        self._by = by
        self._chance = random.Random(number)
        self._known: set[str] = set()  # the forms about the patient in which something is entered

    def save(
        self, visit: Visit, asked: tuple[str, ...], lost: float, *, fast: bool = False
    ) -> None:
        """Everything that the forms among ``asked`` hold. ``lost`` is how many points the ALSFRS-R has fallen by.

        ``fast`` says that the pulse was fast during the infusion.
        """
        record = PatientRecord(patient=self._patient, visits=(visit,))
        for form in forms.asked_for(asked):
            if form.of is Of.PATIENT:
                self._ask(form, visit)
                continue
            for index, texts in enumerate(self._texts(form, visit, lost, fast=fast)):
                made = self._filled(form, texts, visit, record, minutes=index)
                self._session.forms.save(made)
                record = replace(record, forms=(*record.forms, made))

    def _ask(self, form: Form, visit: Visit) -> None:
        """A form about the patient that a visit asks for: where there is nothing, that is said."""
        if form.id not in self._known:
            check = RecordCheck(visit_id=visit.id, form=form.id, answer=Since.NOTHING_NEW)
            self._session.checks.save(check)

    def of_patient(self, on: date) -> None:
        """What is known of the patient beside the visits, on the day of the screening."""
        for row in rows_of("medical_history.csv", self._number):
            since = on - timedelta(days=30 * int(row["since_months"]))
            texts = {name: row[name] for name in ("condition", "system", "severity", "treatment")}
            self._about("medical_history", {**texts, "since": f"{since:%Y}", "ongoing": "yes"}, on)

    def consented(self, on: date) -> None:
        texts = {
            "kind": "signed",
            "day": str(on),
            "at": "08:30",
            "version": "2, 14 Oct 2013",
            "allows": SEVERAL.join(("study", "data", "sharing", "samples", "contact")),
            "signed_by": "patient",
            "copy": "yes",
        }
        self._about("consent", texts, on)

    def became(self, state: str, on: date, **texts: str) -> None:
        """A step of the participation: screened, enrolled, treated, died. A text "day" is of one not known to its day."""
        self._about("participation", {"state": state, "day": str(on), **texts}, on)

    def _about(self, form: str, texts: Mapping[str, str], on: date) -> None:
        at = datetime.combine(on, time(9), UTC)
        entry = RecordEntry(
            forms.newest()[form],
            self._patient.id,
            self._by,
            Limits(latest=on, born=self._patient.born),
            texts={name: text for name, text in texts.items() if text},
            at=at,
        )
        self._session.forms.save(_made(entry))
        self._known.add(form)

    def _texts(self, form: Form, visit: Visit, lost: float, *, fast: bool) -> Iterator[Texts]:
        usual = self._usual(form)
        on = visit.date.isoformat()
        match form.id:
            case "monitoring":
                yield from self._monitoring(usual, visit, fast=fast)
            case "infusion":
                start, end = self._at(visit, 0), self._at(visit, 5)
                weight = visit.weight_kg or 70.0
                given = f"{weight * 2:.1f}"
                yield usual | {
                    "weight": f"{weight}",
                    "lot": self._lot,
                    "start": start,
                    "end": end,
                    "given": given,
                }
            case "product":
                yield usual | {
                    "lot": self._lot,
                    "cells": f"{(visit.weight_kg or 70) * 2 + 10:.0f}",
                    "use_by": f"{on} 14:00",
                }
            case "donor":
                age = int(self._patient.stated_age_years or 50) - 6
                sex = self._chance.choice(("female", "male"))
                yield usual | {"code": f"D-{self._number:03}", "age": str(age), "sex": sex}
            case "discharge":
                yield usual | {"at": self._at(visit, 365)}
            case "neurological_examination":
                yield usual | self._signs("_umn", "_lmn") | self._strength(lost)
            case "emg":
                yield usual | {"done_on": on} | self._signs("_active", "_chronic")
            case "mri":
                yield usual | {"done_on": on}
            case "vital_status":
                yield usual | {"last_alive": on}
            case _:
                yield usual

    def _usual(self, form: Form) -> Texts:
        """What the table says of a form."""
        found: Texts = {}
        for row in rows("visit_forms.csv"):
            if row["form"] != form.id:
                continue
            field = form.field(row["field"])
            if row["mean"]:
                value = self._chance.gauss(float(row["mean"]), float(row["spread"]))
                found[field.id] = f"{value:.{field.decimals}f}"
            else:
                several = field.type is FieldType.CHOICES
                found[field.id] = row["text"].replace(" ", SEVERAL) if several else row["text"]
        return found

    def _monitoring(self, usual: Texts, visit: Visit, *, fast: bool) -> Iterator[Texts]:
        for planned in _PLANNED:
            minutes = -22 if planned == "before" else int(planned)
            pulse = _PULSE_DURING.get(planned, 0)
            texts = usual | {"planned": planned, "at": self._at(visit, minutes)}
            texts["pulse"] = str(int(float(usual["pulse"])) + self._chance.randint(-3, 3))
            if fast and pulse:
                texts["pulse"] = str(_FAST if planned == "5" else pulse)
            yield texts

    def _signs(self, *kinds: str) -> Texts:
        """Signs of the motor neurons in the regions where the disease began, and one beside them."""
        regions = _FIRST.get(self._patient.onset_region, ("cervical", "lumbosacral"))
        return {f"{region}{kind}": "present" for region in regions for kind in kinds}

    def _strength(self, lost: float) -> Texts:
        """The strength of named muscles, 0 to 5: the first of them weaken first."""
        found: Texts = {}
        for place, muscle in enumerate(_WEAK):
            grade = max(1, min(5, round(5 - lost / 8 + place / 3)))
            found[f"{muscle}_left"] = found[f"{muscle}_right"] = str(grade)
        return found

    @property
    def _lot(self) -> str:
        return f"{440 + self._number:04}-B"

    def _at(self, visit: Visit, minutes: int) -> str:
        at = datetime.combine(visit.date, _START) + timedelta(minutes=minutes)
        return f"{at:%Y-%m-%d %H:%M}"

    def _filled(
        self, form: Form, texts: Texts, visit: Visit, record: PatientRecord, *, minutes: int
    ) -> FormRecord:
        entry = RecordEntry(
            form,
            self._patient.id,
            self._by,
            Limits(latest=visit.date, born=self._patient.born),
            visit_id=visit.id,
            texts=texts,
            at=visit.started_at + timedelta(minutes=15, seconds=minutes),
            around=around.of_visit(record, visit.id),
            thresholds=record.thresholds,
        )
        return _made(entry)


def _made(entry: RecordEntry) -> FormRecord:
    """The record, what it needs beside its texts answered as usual. Raises ValueError where it cannot be one."""
    for field in entry.form.fields:
        if field.required and not (field.group or entry.texts.get(field.id)):
            entry.type(field.id, _answer(field))
    record = entry.record
    while record is None:
        found = entry.judge().found
        missing = [one.field for one in found if not entry.texts.get(one.field)]
        if not missing:
            wrong = "; ".join(f"{one.field}: {one.problem.message}" for one in found)
            raise ValueError(f"{dict(entry.texts)} is no record of {entry.form.id}: {wrong}")
        for name in missing:
            entry.type(name, _answer(entry.form.field(name)))
        record = entry.record
    return record


def _answer(field: Field) -> str:
    """What is answered where nothing was found."""
    if field.type in {FieldType.CHOICE, FieldType.CHOICES}:
        known = [choice.id for choice in field.choices]
        return next((name for name in _USUAL if name in known), known[0])
    if field.type is FieldType.YES_NO:
        return reading.NO
    return "as before"
