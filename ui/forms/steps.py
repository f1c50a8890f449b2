"""The form on screen of every step of a visit."""

from collections.abc import Mapping

from core.entering.visit.draft import Draft
from core.entering.visit.steps import DETAILS, NOTE, REVIEW, TASKS
from core.model.nouns import (
    ADVERSE_EVENTS,
    LABORATORY,
    MEASUREMENTS,
    SINCE_LAST_TIME,
    SPIROMETRY,
)
from core.views.monitoring import FORM as MONITORING
from ui.context import AppContext
from ui.forms.details_form import DetailsForm
from ui.forms.events_form import EventsForm
from ui.forms.infusion.monitoring_form import MonitoringForm
from ui.forms.laboratory.form import LaboratoryForm
from ui.forms.measurements_form import MeasurementsForm
from ui.forms.other_forms import NoteForm, TasksForm
from ui.forms.patient_form_step import PatientFormStep
from ui.forms.questionnaire_form import QuestionnaireForm
from ui.forms.review_form import ReviewForm
from ui.forms.since.form import SinceForm
from ui.forms.spirometry_form import SpirometryForm
from ui.forms.step_form import StepForm
from ui.forms.visit_form import VisitFormStep

# Those that there is one of; a questionnaire and a form that is data are steps of their own names.
STEPS: Mapping[str, type[StepForm]] = {
    DETAILS: DetailsForm,
    SINCE_LAST_TIME: SinceForm,
    SPIROMETRY: SpirometryForm,
    MEASUREMENTS: MeasurementsForm,
    LABORATORY: LaboratoryForm,
    ADVERSE_EVENTS: EventsForm,
    TASKS: TasksForm,
    NOTE: NoteForm,
    REVIEW: ReviewForm,
}


def form_of(context: AppContext, draft: Draft, step: str) -> StepForm:
    """The form of a step; it is shown by ``show_draft``."""
    if step in STEPS:
        return STEPS[step](context, draft)
    if (defined := draft.forms.form(step)) is not None:
        kind = MonitoringForm if defined.id == MONITORING else VisitFormStep
        return kind(context, draft, defined)
    if (about := draft.patient_forms.form(step)) is not None:
        return PatientFormStep(context, draft, about)
    instrument = next(one for one in draft.questionnaires.instruments if one.id == step)
    return QuestionnaireForm(context, draft, instrument)
