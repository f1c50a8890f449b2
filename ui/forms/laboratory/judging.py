"""A grade that a laboratory value proposes, on its way to the page of an adverse event."""

from core.entering import typed_texts
from core.laboratory.grading import Proposal
from core.model.ids import PatientId, VisitId
from core.model.laboratory import LabResult
from core.views.laboratory import event_texts
from ui.context import AppContext
from ui.words import tr


def begin_event(
    context: AppContext,
    patient_id: PatientId,
    visit_id: VisitId | None,
    result: LabResult,
    proposal: Proposal,
) -> None:
    """Type what is known as a new event, and show it: nothing is saved by that, somebody judges it there.

    ``visit_id`` is the visit in progress that it comes from. What stands on that page already stays.
    """
    session, before = context.session, context.failures
    subject = typed_texts.new_event(patient_id)
    with context.saving():
        if any(session.typed.of(typed_texts.EVENT, subject).values()):
            text = tr("An event is typed on its own page already. Save or discard that one first.")
            context.told.emit(text)
        else:
            texts = event_texts(result, proposal)
            typed_texts.keep(session, typed_texts.EVENT, subject, texts)
    if context.failures == before:
        context.open_event.emit(patient_id, "", visit_id or "")
