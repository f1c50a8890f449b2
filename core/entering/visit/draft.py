"""A visit being entered: its parts, its steps, what is still open, and its end.

No widgets: the visit page shows what a Draft says, and a test can enter a whole visit through it.
"""

from dataclasses import replace
from datetime import date

from core import clock
from core.entering import event_saving, recomputing
from core.entering.visit.beginning import reopened
from core.entering.visit.comparisons import Comparisons
from core.entering.visit.details import DetailsStep, NoteStep
from core.entering.visit.events import EventsStep, VisitEvents
from core.entering.visit.finishing import Finishing, ReviewStep
from core.entering.visit.laboratory import LaboratoryStep, VisitLaboratory
from core.entering.visit.measurements import Measurements, MeasurementsStep
from core.entering.visit.monitoring import Monitoring, MonitoringStep
from core.entering.visit.patient_forms import PatientForms, PatientFormStep
from core.entering.visit.questionnaire_step import QuestionnaireStep
from core.entering.visit.questionnaires import Questionnaires
from core.entering.visit.remote import RemoteVisit
from core.entering.visit.since import SinceLastTime, SinceStep
from core.entering.visit.spirometry import SpirometrySessions, SpirometryStep
from core.entering.visit.steps import REVIEW, OpenPoint, Step, StepState, VisitStep
from core.entering.visit.tasks import TasksStep, VisitTasks
from core.entering.visit.unsaved import Unsaved
from core.entering.visit.visit_forms import FormStep, VisitForms
from core.entering.visit.working_copy import PLACE, WorkingCopy
from core.errors import StorageError
from core.forms.definition import Form
from core.model.adverse_event import Milestone
from core.model.assessment import Answer
from core.model.ids import PatientId, VisitId
from core.model.record import PatientRecord
from core.model.user import Right
from core.model.visit import ClinicalStage, Mode, Respondent, Visit, VisitState
from core.protocols import catalog as protocols
from core.session import Session
from core.views.monitoring import FORM as MONITORING
from core.words import N_, _


class Draft:
    """One visit, kept in step with the file. Each part of it has one job, and all share one copy of the record."""

    def __init__(self, session: Session, patient_id: PatientId, visit_id: VisitId) -> None:
        self._session = session
        self._copy = copy = WorkingCopy(session, patient_id, visit_id)
        self.protocol = protocols.of_visit(self.record, self.visit)
        self.assessments = assessments = self.protocol.assessments_of(self.visit.code)
        tasks = (self.protocol.task(name) for name in assessments)
        self.unsaved = unsaved = Unsaved(copy)
        self.questionnaires = Questionnaires(copy, assessments)
        self.comparisons = Comparisons(copy, unsaved, self.questionnaires)
        self.spirometry = SpirometrySessions(copy, unsaved)
        self.measurements = Measurements(copy)
        self.laboratory = VisitLaboratory(copy, unsaved, self.protocol)
        self.events = VisitEvents(copy, unsaved)
        self.since = SinceLastTime(copy)
        defined = self.protocol.without_tasks(assessments)
        self.forms = VisitForms(copy, defined)
        self.patient_forms = PatientForms(copy, defined)
        self.monitoring = Monitoring(copy, self.forms)
        self.remote = RemoteVisit(
            copy, unsaved, self.forms, self.spirometry, self.measurements, assessments
        )
        self.tasks = VisitTasks(copy, tuple(task for task in tasks if task is not None))
        # Every kind of step that there is, in the order of a visit.
        self._kinds: tuple[VisitStep, ...] = (
            DetailsStep(copy, unsaved),
            SinceStep(self.since, unsaved, assessments),
            *(
                QuestionnaireStep(one, self.questionnaires, self.comparisons, unsaved)
                for one in self.questionnaires.instruments
            ),
            SpirometryStep(self.spirometry, unsaved, assessments),
            MeasurementsStep(self.measurements, unsaved, assessments),
            *(PatientFormStep(one, self.patient_forms) for one in self.patient_forms.asked),
            LaboratoryStep(self.laboratory, unsaved),
            *(self._form_step(one) for one in self.forms.asked),
            EventsStep(copy, self.events, unsaved, assessments),
            TasksStep(self.tasks),
            NoteStep(copy),
            ReviewStep(copy),
        )

    def _form_step(self, form: Form) -> VisitStep:
        if form.id == MONITORING:
            return MonitoringStep(self._copy, form, self.forms, self.unsaved)
        return FormStep(form, self.forms, self.unsaved)

    @property
    def record(self) -> PatientRecord:
        return self._copy.record

    @property
    def visit(self) -> Visit:
        return self._copy.visit

    @property
    def rater(self) -> str:
        """The login of the person at the keyboard."""
        return self._copy.rater

    @property
    def takes_entries(self) -> bool:
        """Whether the person at the keyboard may enter this visit: else they read it, at its review."""
        locked = self.record.locks_on(self.visit.id)
        return self.visit.is_draft and not locked and self._session.may(Right.ENTER)

    def asks(self, step: str) -> bool:
        """Whether this visit has a step of this id."""
        return any(one.id == step for one in self._steps)

    # What the steps and the review say.

    def steps(self) -> tuple[Step, ...]:
        """The steps of this visit in the protocol's order, each with how far it is."""
        points = self.open_points()
        return tuple(
            step.state([point for point in points if point.step == step.id]) for step in self._steps
        )

    @property
    def step_ids(self) -> tuple[str, ...]:
        """The same steps by their ids alone: how far each is takes time to find out."""
        return tuple(step.id for step in self._steps)

    def first_open_step(self) -> str:
        """Where to go on after an interruption."""
        waiting = (step for step in self.steps() if step.state is not StepState.DONE)
        return next((step.id for step in waiting if not step.optional), REVIEW)

    def open_points(self) -> tuple[OpenPoint, ...]:
        """Everything that blocks finishing or asks for a second look, in the order of the steps."""
        of_steps = (point for step in self._steps for point in step.open_points())
        return (*of_steps, *self.unsaved.open_points())

    def unfinished(self, step: str) -> OpenPoint | None:
        """The first text of a step that is no value yet, with the reason."""
        points = (p for one in self._steps if one.id == step for p in one.unsaved_points())
        return next(points, None)

    @property
    def _steps(self) -> tuple[VisitStep, ...]:
        return tuple(step for step in self._kinds if step.asked)

    # Saving what is of the visit itself, or of more than one part: it is in the file on return.

    def save_details(
        self,
        *,
        on: date,
        mode: Mode | None,
        respondent: Respondent | None,
        weight_kg: float | None,
    ) -> None:
        moved = on != self.visit.date
        self._save_visit(
            replace(self.visit, date=on, mode=mode, respondent=respondent, weight_kg=weight_kg)
        )
        for session in self.spirometry.saved if moved else ():
            self.spirometry.save(session)  # its age is that of the new day

    def save_paper(self, *, paper_on: date | None, paper_by: str) -> None:
        """When and by whom the paper form was filled in that is transcribed here; None where there is none."""
        self._save_visit(replace(self.visit, paper_on=paper_on, paper_by=paper_by))

    def save_note(self, note: str) -> None:
        self._save_visit(replace(self.visit, note=note))

    def save_clinical_stage(self, stage: ClinicalStage | None) -> None:
        """King's stage as a clinician judges it; the estimate from the form stands beside it."""
        self._save_visit(replace(self.visit, clinical_stage=stage))

    def save_new_events(self, asked: bool | None) -> None:
        self._save_visit(replace(self.visit, new_events=asked))

    def answer(
        self, instrument: str, slot: str, answer: Answer, *, completes: bool = False
    ) -> None:
        """Save the answer to one question; its variants exclude one another.

        After the comparison another answer is a correction, and ``answer.corrected`` its reason; a
        ValueError without it. The reason also answers the plausibility questions that are gone by it.
        One that ``completes`` the answer just given to this question is undone together with it.
        """
        if self.comparisons.is_correction(instrument, slot, answer):
            self.comparisons.correct(instrument, slot, answer)
        else:
            self.questionnaires.answer(instrument, slot, answer, completes=completes)

    def save_milestone(self, milestone: Milestone) -> None:
        with self._copy.saving():
            self._session.milestones.save(milestone)

    def save_height(self, height_cm: float) -> None:
        """The patient's height, where this visit is the first to measure it."""
        with self._copy.saving():
            recomputing.save_patient(
                self._session, replace(self.record.patient, height_cm=height_cm)
            )

    def _save_visit(self, visit: Visit) -> None:
        if visit != self.visit:
            with self._copy.saving():
                self._session.visits.save(visit)

    # Finishing, reopening, discarding.

    def finish(self) -> None:
        """Close the visit, and store what the rules asked about it. Raises ValueError while something blocks it."""
        points = self.open_points()
        if any(point.blocks for point in points):
            raise ValueError("the visit is not complete")
        finished = replace(self.visit, state=VisitState.FINISHED, finished_at=clock.now())
        finishing = Finishing(self._copy, self.questionnaires, self.comparisons)
        with self._copy.saving(N_("visit finished")):
            self._session.visits.save(finished)
            finishing.store_questions(self.steps(), points)

    def reopen(self, reason: str) -> None:
        """Open a finished visit for a correction; the reason goes into the audit trail."""
        with self._session.write(reason):
            self._session.visits.save(replace(self.visit, state=VisitState.DRAFT, finished_at=None))
        self.reload()

    def discard(self, reason: str) -> None:
        """Take a visit that was begun by mistake out of the chart; the audit trail keeps all of it.

        Adverse events reported at it stay with the patient. A visit that was ever finished is part of the
        chart and cannot be discarded: raises StorageError.
        """
        if not self.visit.is_draft:
            raise ValueError("only a visit in progress can be discarded")
        if self.was_finished:
            raise StorageError(
                _("This visit was finished before and stays in the chart. Correct and finish it.")
            )
        with self._session.write(reason):
            for event in self.events.reported:
                self._session.events.save(replace(event, visit_id=None))
                for one in event_saving.of_no_visit(self.record, event):
                    self._session.forms.save(one)
            self._session.visits.remove(self.visit.id)

    @property
    def was_finished(self) -> bool:
        """Whether this visit in progress was finished before, or signed."""
        signed = any(one.visit_id == self.visit.id for one in self.record.signatures)
        return signed or reopened(self._session, self.visit) is not None

    @property
    def untouched(self) -> bool:
        """Whether nothing was entered yet: leaving such a visit needs no trace of it."""
        return (
            all(step.untouched for step in self._kinds)
            and not self.unsaved.texts
            and not self.unsaved.waiting(mine=False)
            and self.record.conclusion(self.visit.id) is None
            and not self._session.typed.waiting(PLACE, self.visit.id)
            and all(query.visit_id != self.visit.id for query in self.record.queries)
            and not self.was_finished
        )

    @property
    def is_there(self) -> bool:
        """Whether the visit is in the file: one that was discarded is not."""
        return any(visit.id == self._copy.visit_id for visit in self.record.visits)

    def reload(self) -> None:
        """Take what the file has now: somebody else, or another page, may have saved."""
        self._copy.read()
