"""A clinic in which everything that a person can type, and everything that names somebody, is a word that is found again."""

import hashlib
import platform
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import count

from core.forms import catalog
from core.forms.definition import FieldType
from core.model.adverse_event import AdverseEvent, Grade, Milestone, MilestoneKind, Outcome
from core.model.appointment import Appointment
from core.model.assessment import Answer, NotDone
from core.model.attachment import Attachment, Media
from core.model.form_record import FormRecord, Item
from core.model.judgement import CriterionResult
from core.model.measurement import Measurement
from core.model.partial_date import PartialDate
from core.model.patient import ExternalKind, ExternalResult, Sex
from core.model.signature import Lock, LockLevel
from core.model.visit import Mark, TaskResult, VisitMark
from core.session import new_user
from tests.core.examples import a_patient, a_spirometry, a_visit
from tests.files import sample_clinic as sample

NOON = datetime(2026, 6, 2, 12, tzinfo=UTC)
BORN = date(1961, 2, 3)
_TYPED = {FieldType.TEXT, FieldType.LONG_TEXT, FieldType.TERM}


class Planted:
    """``words`` are all that must not leave without names; ``patient`` is whose they are."""

    def __init__(self, session):
        self.words = [platform.node(), session.path.name, BORN.isoformat()]
        self._numbers = count(1)
        self.session = session
        with session.write("planted"):
            self._fill()

    def plant(self, what):
        word = f"Plant{what}{next(self._numbers):03}x"
        self.words.append(word)
        return word

    def _fill(self):
        s, plant = self.session, self.plant
        s.clinics.save(replace(s.clinic, name=plant("clinic"), letterhead=plant("letterhead")))
        login = plant("login")
        s.users.save(new_user(login, plant("user")))
        self.patient = patient = a_patient(
            record_number=plant("number"),
            family_name=plant("family"),
            given_name=plant("given"),
            born=BORN,
            sex=Sex.FEMALE,
            height_cm=166.0,
            onset=PartialDate(2025, 3),
            reference_group=plant("group"),
            note=plant("note"),
        )
        s.patients.save(patient)
        self.visit = visit = a_visit(
            patient,
            date(2026, 6, 2),
            "M2",
            rater=login,
            note=plant("note"),
            paper_by=plant("paper"),
        )
        s.visits.save(visit)
        self._patients_own(login)
        s.assessments.open(visit.id, "alsfrs-r", "1", login)
        answer = Answer(item="walking", value=3, note=plant("note"), corrected=plant("why"))
        s.assessments.save_answer(visit.id, "alsfrs-r", "walking", answer)
        test = a_spirometry(visit, 3200, device=plant("device"))
        (blow,) = test.blows
        s.spirometry.save(replace(test, blows=(replace(blow, remark=plant("remark")),)))
        s.measurements.save(
            Measurement(
                visit_id=visit.id, kind="snip", not_done=NotDone.REFUSED, note=plant("note")
            )
        )
        s.tasks.save(TaskResult(visit_id=visit.id, task="mri", done=False, note=plant("note")))
        self._decided(login)
        self._forms(login)
        self._clinics_own(login)

    def _patients_own(self, login):
        s, plant, who = self.session, self.plant, self.patient.id
        stated = ExternalResult(
            patient_id=who, kind=ExternalKind.FVC_PERCENT, value=57.7, source=plant("source")
        )
        s.external.save(stated)
        s.marks.save(VisitMark(patient_id=who, code="M4", mark=Mark.MISSED, reason=plant("reason")))
        s.appointments.save(
            Appointment(
                patient_id=who,
                code="M6",
                day=date(2026, 11, 21),
                note=plant("note"),
                entered_by=login,
                entered_at=NOON,
            )
        )
        s.events.save(
            AdverseEvent(
                patient_id=who,
                visit_id=self.visit.id,
                term=plant("term"),
                coded_term=plant("coded"),
                onset=PartialDate(2026, 5, 30),
                grade=Grade.MILD,
                serious=False,
                outcome=Outcome.UNKNOWN,
                note=plant("note"),
            )
        )
        s.milestones.save(
            Milestone(
                patient_id=who,
                kind=MilestoneKind.NIV,
                happened_on=PartialDate(2026, 5),
                note=plant("note"),
            )
        )
        s.lab_results.save(
            replace(
                sample.LAB_RESULT,
                patient_id=who,
                visit_id=self.visit.id,
                typed=plant("typed"),
                laboratory=plant("laboratory"),
                note=plant("note"),
                entered_by=login,
            )
        )

    def _decided(self, login):
        s, plant, who, visit = self.session, self.plant, self.patient.id, self.visit.id
        s.reconciliations.save(
            replace(
                sample.RECONCILIATION,
                visit_id=visit,
                found=plant("found"),
                reason=plant("reason"),
                by=login,
            )
        )
        s.decisions.save(
            replace(
                sample.DECIDED, patient_id=who, visit_id=visit, reason=plant("reason"), by=login
            )
        )
        s.criteria.save(
            CriterionResult(
                patient_id=who,
                protocol="royan-2021",
                version="1",
                criterion="age",
                note=plant("note"),
                waiver=plant("waiver"),
                waived_by=login,
                waived_at=NOON,
            )
        )
        s.sheet_texts.save(
            replace(
                sample.SHEET_TEXT,
                patient_id=who,
                visit_id=visit,
                text=plant("sheet"),
                instead_of=plant("instead"),
                edited_by=login,
            )
        )
        asked = replace(
            sample.QUERY,
            patient_id=who,
            visit_id=visit,
            label=plant("label"),
            text=plant("question"),
            opened_by=login,
        )
        s.queries.save(asked)
        s.queries.reply(replace(sample.REPLY, text=plant("reply"), by=login))
        s.signatures.save(
            replace(
                sample.SIGNATURE,
                visit_id=visit,
                signed_by=login,
                printed_name=plant("name"),
                shown=f'"{plant("shown")}"',
            )
        )
        s.locks.save(
            Lock(
                level=LockLevel.PATIENT,
                subject=who,
                patient_id=who,
                locked_by=login,
                locked_at=NOON,
                reason=plant("reason"),
                unlocked_by=login,
                unlocked_at=NOON,
                unlock_reason=plant("reason"),
            )
        )

    def _forms(self, login):
        """A record of every form with every text of it, a file, and a note and a reason beside each."""
        for form in catalog.newest().values():
            items = {
                one.id: Item(
                    value=self.plant(form.id), note=self.plant("note"), kept=self.plant("kept")
                )
                for one in form.stored
                if one.type in _TYPED
            }
            for one in form.stored:
                if one.type is FieldType.FILE:
                    items[one.id] = Item(value=self._attached(login))
            if form.id == "consent":  # or nothing else would leave
                signed = {"kind": "signed", "day": "2026-01-05", "allows": "study\ndata"}
                items |= {name: Item(value=value) for name, value in signed.items()}
            self.session.forms.save(
                FormRecord(
                    patient_id=self.patient.id,
                    visit_id=self.visit.id,
                    form=form.id,
                    version=form.version,
                    entered_by=login,
                    entered_at=NOON,
                    items=items,
                )
            )

    def _attached(self, login):
        content = self.plant("scan").encode()
        one = Attachment(
            patient_id=self.patient.id,
            name=f"{self.plant('file')}.pdf",
            media=Media.PDF,
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            added_by=login,
            added_at=NOON,
        )
        self.session.attachments.add(one, content)
        return one.reference

    def _clinics_own(self, login):
        s, plant = self.session, self.plant
        s.trainings.save(
            replace(
                sample.TRAINING,
                person=login,
                trained_by=plant("trainer"),
                certificate=plant("certificate"),
                note=plant("note"),
                entered_by=login,
            )
        )
        s.calibrations.save(
            replace(
                sample.CALIBRATION, device=plant("device"), note=plant("note"), entered_by=login
            )
        )
        s.laboratories.save(
            replace(sample.LABORATORY, name=plant("laboratory"), note=plant("note"))
        )
        s.synonyms.save(replace(sample.SYNONYM, text=plant("synonym"), added_by=login))
        s.typed.save("patient", self.patient.id, "note", plant("unsaved"))
