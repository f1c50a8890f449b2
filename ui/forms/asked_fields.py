"""The fields of a visit's steps on screen: which one has the keyboard, and marking those that were asked about."""

from collections.abc import Collection, Iterator

from PySide6.QtWidgets import QWidget

from core.entering.visit.unsaved import typed_in
from ui.forms.details_form import DetailsForm
from ui.forms.events_form import EventsForm
from ui.forms.measurements_form import MeasurementsForm
from ui.forms.other_forms import NoteForm, TasksForm
from ui.forms.questionnaire_form import QuestionnaireForm
from ui.forms.review_form import ReviewForm
from ui.forms.since.form import SinceForm
from ui.forms.spirometry_form import SpirometryForm
from ui.forms.step_form import StepForm
from ui.forms.visit_form import VisitFormStep
from ui.widgets.fields import mark_asked


def field_of(form: StepForm, widget: QWidget | None) -> str:
    """The field that a widget belongs to, as the draft names it; empty where it is none.

    On the review it is "step/field", on a questionnaire the question in front.
    """
    if isinstance(form, QuestionnaireForm):
        return form.slot_of(widget)
    if isinstance(form, ReviewForm):
        return form.view.field_of(widget)
    if isinstance(form, SinceForm) and widget is form:
        return form.point  # its lines have the keyboard together
    for field, places in _places(form):
        if widget is not None and any(p is widget or p.isAncestorOf(widget) for p in places):
            return field
    return ""


def mark(form: StepForm, fields: Collection[str]) -> None:
    """Show on the fields themselves which of them somebody asked about."""
    if isinstance(form, QuestionnaireForm):
        for slot, tile in form.tiles.items():
            mark_asked(tile, asked=slot in fields)
        return
    if isinstance(form, ReviewForm):
        form.mark_queries()
        return
    for field, places in _places(form):
        for place in places:
            mark_asked(place, asked=field in fields)


def _places(form: StepForm) -> Iterator[tuple[str, tuple[QWidget, ...]]]:
    match form:
        case DetailsForm():
            yield "date", (form.date,)
            yield "mode", (form.mode,)
            yield "respondent", (form.respondent,)
            yield "details.weight", (form.weight,)
            yield "details.paper_on", (form.paper,)
        case SpirometryForm():
            session = form.draft.spirometry.entered
            for one in form.rows:
                yield typed_in(session, f"blow.{one.index}"), one.widgets
            yield typed_in(session, "height"), (form.height_cm,)
            yield typed_in(session, "device_percent"), (form.device_percent,)
        case MeasurementsForm():
            for kind, line in form.rows.items():
                yield (
                    f"measurement.value.{kind}",
                    (line.title, line.value, line.not_done, line.note),
                )
        case SinceForm():
            for (name, record), shown in form.rows.items():
                yield record or name, (shown,)
        case VisitFormStep():
            for name, frame in form.editor.frames.items():
                yield name, (frame,)
        case EventsForm():
            yield "asked", (form.asked,)
        case TasksForm():
            yield from form.fields.items()
        case NoteForm():
            yield "note", (form.note,)
            yield "stage", (form.stage,)
