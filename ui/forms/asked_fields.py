"""The fields of a visit's steps on screen: which one has the keyboard, and marking those that were asked about."""

from collections.abc import Collection, Iterator, Mapping

from PySide6.QtWidgets import QWidget

from core.acts import data_queries, record_queries
from core.acts.data_queries import Place
from core.entering.visit.draft import Draft
from core.entering.visit.steps import REVIEW
from core.entering.visit.unsaved import typed_in
from core.model.data_query import DataQuery
from core.views.monitoring import FIELDS
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
from ui.widgets.fields import mark_asked


def offered(draft: Draft, step: str) -> dict[str, Place]:
    """What can be asked about on a step, by the names that its form has for its fields; on the review all of the visit.

    A form about the patient has the records that are saved: a question about them is about no visit.
    """
    if (asked := draft.patient_forms.form(step)) is not None:
        return {one.field: one for one in record_queries.places_on_form(draft.record, asked)}
    every = data_queries.places(draft)
    if step == REVIEW:
        return {f"{one.step}/{one.field}": one for one in every}
    return {one.field: one for one in every if one.step == step}


def place_of(places: Mapping[str, Place], field: str) -> Place | None:
    """The place of a field; of a session whose fields are summed up in one line its first."""
    names = (one for one in places if one == field or one.startswith(f"{field}."))
    return places.get(next(names, "")) if field else None


def every_place(draft: Draft) -> tuple[Place, ...]:
    """Whatever can be asked about on any step of a visit."""
    of_patient = (
        place
        for form in draft.patient_forms.asked
        for place in record_queries.places_on_form(draft.record, form)
    )
    return (*data_queries.places(draft), *of_patient)


def on_step(draft: Draft, step: str) -> tuple[DataQuery, ...]:
    """The questions on a step: those of this visit, and on a form about the patient those on its records."""
    if (asked := draft.patient_forms.form(step)) is not None:
        return record_queries.on_form(draft.record, asked)
    mine = data_queries.of_visit(draft.record, draft.visit.id)
    return tuple(query for query in mine if step in (REVIEW, query.step))


def field_of(form: StepForm, widget: QWidget | None) -> str:
    """The field that a widget belongs to, as the draft names it; empty where it is none.

    On the review it is "step/field", on a questionnaire the question in front.
    """
    if isinstance(form, QuestionnaireForm):
        return form.slot_of(widget)
    if isinstance(form, PatientFormStep):
        return form.field_of(widget)
    return shown_at(form, widget)[0]


def shown_at(form: StepForm, widget: QWidget | None) -> tuple[str, tuple[QWidget, ...]]:
    """The same, with the widgets that show the field; of a questionnaire always the question in front."""
    if isinstance(form, QuestionnaireForm):
        title = form.head.title
        return (form.slot, (title,)) if title.isVisible() else ("", ())
    if isinstance(form, ReviewForm):
        field = form.view.field_of(widget)
        return (field, (widget,)) if widget is not None and field else ("", ())
    if isinstance(form, SinceForm) and widget is form:
        return _line_in_front(form)  # its lines have the keyboard together
    for field, places in _places(form):
        if widget is not None and any(p is widget or p.isAncestorOf(widget) for p in places):
            return field, places
    return "", ()


def _line_in_front(form: SinceForm) -> tuple[str, tuple[QWidget, ...]]:
    found = (places for field, places in _places(form) if field == form.point)
    return form.point, next(found, ())


def mark(form: StepForm, queries: Collection[DataQuery]) -> None:
    """Show on the fields themselves which of them somebody asked about."""
    if isinstance(form, PatientFormStep):
        form.view.show_queries(tuple(queries))
        return
    fields = {query.field for query in queries}
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
        case LaboratoryForm():
            for test, row in form.sheet.rows.items():
                yield f"laboratory.value.{test}", (row,)
        case MonitoringForm():
            for cell in form.grid.cells.values():
                yield FIELDS[cell.sign][0], (cell,)
        case TasksForm():
            yield from form.fields.items()
        case NoteForm():
            yield "note", (form.note,)
            yield "stage", (form.stage,)
