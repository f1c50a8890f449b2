"""The visits of a casebook: all that was entered at each of them."""

from collections.abc import Iterator, Sequence

from core.findings import alerts
from core.forms import catalog, wording
from core.instruments import catalog as instruments
from core.labels import (
    BLOW_QUALITY,
    CLINICAL_STAGE,
    INTERFACE,
    MARK,
    MODE,
    RESPONDENT,
    SINCE,
)
from core.model.appointment import Appointment
from core.model.assessment import Assessment
from core.model.nouns import ADVERSE_EVENTS, MEASUREMENTS, SINCE_LAST_TIME, SPIROMETRY
from core.model.record import PatientRecord
from core.model.signature import SignatureState
from core.model.spirometry import Spirometry
from core.model.visit import Visit, VisitState
from core.protocols import catalog as protocols
from core.reports.chapters import laboratory
from core.reports.chapters.chapter import (
    Chapter,
    Names,
    Part,
    Printed,
    in_order,
    records,
    table,
    told,
)
from core.reports.table_report import Section
from core.views.appointments import when
from core.views.events import event_row, no_events
from core.views.fact import Fact
from core.views.measurements import measurement_facts
from core.views.questionnaire import form_summary
from core.views.sheet.definition import field_title
from core.views.signed import lock_text, locks_of, signature_row
from core.views.spirometry import device_percent_text, spirometry_summary
from core.views.visit_words import STEP_TITLES, form_title, named, transcribed_text, visit_title
from core.words import MISSING, N_, Words, _, day, instant, number

STATE = Words(
    {VisitState.DRAFT: N_("in progress, not finished"), VisitState.FINISHED: N_("finished")}
)


def chapters(
    record: PatientRecord, names: Names, signed: Sequence[SignatureState], printed: Printed
) -> Iterator[Chapter]:
    """One a visit, and one for those that did not take place."""
    for visit in record.visits:
        known = record.known_at(visit)
        parts = tuple(_parts(record, known, visit, names, signed, printed))
        title = f"{visit_title(record, visit)}, {day(visit.date)}"
        draft = _("This visit is in progress: what is printed is not final.")
        yield Chapter(title, parts, STATE[visit.state], opens=True, note=draft * visit.is_draft)
    if record.marks:
        rows = [[_planned(record, one.code), MARK[one.mark], one.reason] for one in record.marks]
        heads = ((3, _("Visit")), (2, _("What was decided")), (5, _("Why")))
        part = Part(_("Decisions"), (table("", heads, rows),))
        yield Chapter(_("Visits that did not take place"), (part,), str(len(rows)))
    if record.appointments:
        made = [_appointment(record, one, names) for one in record.appointments]
        titles = ((3, _("Visit")), (2, _("When")), (4, _("Note")), (3, _("Entered")))
        part = Part(_("Appointments"), (table("", titles, made),))
        yield Chapter(_("Appointments"), (part,), str(len(made)))


def _appointment(record: PatientRecord, one: Appointment, names: Names) -> list[str]:
    entered = f"{named(names, one.entered_by)}, {instant(one.entered_at)}"
    return [_planned(record, one.code), when(one), one.note, entered]


def _planned(record: PatientRecord, code: str) -> str:
    return protocols.of(record.patient).visit_title(code)


def _parts(
    record: PatientRecord,
    known: PatientRecord,
    visit: Visit,
    names: Names,
    signed: Sequence[SignatureState],
    printed: Printed,
) -> Iterator[Part]:
    yield Part(_("The visit"), (_visit(visit, names),))
    yield from _since_last(record, visit)
    for form in record.assessments:
        if form.visit_id == visit.id:
            yield _questionnaire(known, visit, form, names)
    for session in record.spirometry:
        if session.visit_id == visit.id:
            yield _spirometry(known, session)
    measured = measurement_facts(known, visit)
    if measured:
        yield Part(STEP_TITLES[MEASUREMENTS], (told(*measured),))
    yield _events(known, visit)
    yield from _forms(record, visit, names, printed)
    results = [one for one in record.laboratory if one.visit_id == visit.id]
    if results:
        yield Part(_("Laboratory"), (laboratory.results(results, names),))
    yield from _tasks(record, visit)
    missing = _not_entered(record, visit)
    if missing:
        text = "; ".join(missing)
        yield Part(_("Planned and not entered"), (Section(paragraph=text),))
    found = [action.line for action in alerts.evaluate(known, visit)]
    if found:
        rows = [[line] for line in found]
        yield Part(_("What the visit showed"), (table("", ((1, _("Alert")),), rows),))
    yield from _sheet(record, visit, names)
    yield _signatures(record, visit, names, signed)


def _sheet(record: PatientRecord, visit: Visit, names: Names) -> Iterator[Part]:
    """What was written for the patient instead of the program's words."""
    rows = [
        [
            field_title(one.field),
            one.text or _("left empty"),
            _("{name}, {instant}").format(
                name=named(names, one.edited_by), instant=instant(one.edited_at)
            ),
        ]
        for one in record.sheet_texts
        if one.visit_id == visit.id
    ]
    if rows:
        heads = ((2, _("Part of the sheet")), (5, _("Words")), (2, _("Written by")))
        yield Part(_("Patient sheet"), (table("", heads, rows),))


def _visit(visit: Visit, names: Names) -> Section:
    facts = [
        Fact(_("Date"), day(visit.date)),
        Fact(_("State"), STATE[visit.state]),
        Fact(_("How"), MODE[visit.mode] if visit.mode else MISSING),
        Fact(_("Answered by"), RESPONDENT[visit.respondent] if visit.respondent else MISSING),
        Fact(_("Rater"), named(names, visit.rater)),
        Fact(_("Weight"), number(visit.weight_kg, 1, "kg")),
        Fact(_("Begun"), instant(visit.started_at)),
        Fact(_("Finished"), MISSING if visit.finished_at is None else instant(visit.finished_at)),
    ]
    if visit.clinical_stage is not None:
        stage = CLINICAL_STAGE[visit.clinical_stage]
        facts.append(Fact(_("King's stage, as judged by a clinician"), stage))
    if paper := transcribed_text(visit, names):
        facts.append(Fact(_("Paper"), paper))
    facts.append(Fact(_("Note"), visit.note))
    return told(*facts)


def _since_last(record: PatientRecord, visit: Visit) -> Iterator[Part]:
    rows = []
    for one in record.checks:
        if one.visit_id != visit.id:
            continue
        form = catalog.newest().get(one.form)
        about = record.form_record(one.record_id) if one.record_id else None  # type: ignore[arg-type]
        version = None if about is None else catalog.find(about.form, about.version)
        what = _("a record that was removed") if one.record_id else _("another one")
        if about is not None and version is not None:
            what = wording.called(version, wording.of_record(version, about))
        title = one.form if form is None else form.title
        rows.append([title, what, SINCE[one.answer]])
    if rows:
        heads = ((2, _("Form")), (5, _("What was asked about")), (2, _("Answer")))
        yield Part(STEP_TITLES[SINCE_LAST_TIME], (table("", heads, rows),))


def _questionnaire(known: PatientRecord, visit: Visit, form: Assessment, names: Names) -> Part:
    """Every question with its answer, then the scores."""
    said = form_summary(known, visit, form, names)
    version = _("{how} Version {version}.").format(how=said.how, version=form.version).strip()
    if said.not_done and not said.items:
        return Part(said.title, (Section(paragraph=said.not_done, note=version),))
    rows = [
        [
            one.number,
            one.title,
            one.answer,
            one.score,
            "; ".join(filter(None, (one.note, _corrected(one.corrected)))),
        ]
        for one in said.items
    ]
    heads = (
        *((0.6, _("No.")), (3, _("Question")), (4, _("Answer"))),
        *((0.8, _("Score")), (3, _("Note"))),
    )
    answers = table("", heads, rows, note=version)
    scores = tuple(Fact(one.title, one.score) for one in said.scales)
    kept = tuple(Fact(_("Kept"), text) for text in said.kept)
    sections = (
        Section(paragraph=said.not_done),
        answers,
        told(*scores),
        Section(facts=kept),
    )
    return Part(
        said.title, tuple(one for one in sections if one.columns or one.facts or one.paragraph)
    )


def _corrected(why: str) -> str:
    return _("corrected after the comparison: {why}").format(why=why) if why else ""


def _spirometry(known: PatientRecord, session: Spirometry) -> Part:
    """What it means, then every blow."""
    said = spirometry_summary(known, session)
    facts = [
        Fact(_("Best value") if session.measured else _("Not done"), said.headline),
        *said.facts,
        Fact(_("Device"), session.device),
        Fact(_("Height"), number(session.height_cm, 0, "cm")),
    ]
    if session.interface is not None:
        facts.append(Fact(_("Interface"), INTERFACE[session.interface]))
    if session.device_percent is not None:
        facts.append(Fact(_("By the device"), device_percent_text(session.device_percent)))
    if said.equation:
        facts.append(Fact(_("Equation"), f"{said.equation} {session.equation_version}".strip()))
    if said.why_not:
        facts.append(Fact(_("No % predicted"), said.why_not))
    rows = [
        [
            str(blow.number),
            number(blow.volume_ml, 0, _("mL")),
            number(blow.fev1_ml, 0, _("mL")),
            BLOW_QUALITY[blow.quality],
            blow.remark,
        ]
        for blow in session.blows
    ]
    heads = (
        *((0.6, _("Blow")), (1.2, _("Volume")), (1.2, _("FEV1"))),
        *((1.8, _("Quality")), (3, _("Remark"))),
    )
    unique = tuple({fact.label: fact for fact in facts}.values())
    blows = (table("", heads, rows),) if rows else ()
    title = f"{STEP_TITLES[SPIROMETRY]}: {said.title}"
    return Part(title, (told(*unique), *blows))


def _events(known: PatientRecord, visit: Visit) -> Part:
    """Those that belong to the visit, in a line each; the chapter of adverse events has all of each."""
    mine = known.events_of(visit)
    title = STEP_TITLES[ADVERSE_EVENTS]
    if not mine:
        return Part(title, (Section(paragraph=no_events(visit)),))
    rows = []
    for event in mine:
        said = event_row(event, unsure=known.may_belong(event, visit))
        rows.append([said.term, said.onset, said.grade, said.serious, said.outcome, said.unsure])
    heads = (
        *((3, _("Event")), (1.6, _("Began")), (1.6, _("Grade"))),
        *((1, _("Serious")), (2.4, _("Outcome")), (2, _("Note"))),
    )
    return Part(title, (table("", heads, rows),))


def _forms(record: PatientRecord, visit: Visit, names: Names, printed: Printed) -> Iterator[Part]:
    """A part for each form of which something was entered at this visit, in the order of the forms."""
    mine = [one for one in record.forms if one.visit_id == visit.id and one.within is None]
    for form in dict.fromkeys([*catalog.newest(), *(one.form for one in mine)]):
        of_form = in_order([one for one in mine if one.form == form])
        known = catalog.newest().get(form)
        if of_form and not (known is not None and known.own_page):  # it is with the events
            title = form if known is None else known.title
            yield Part(title, tuple(records(record, of_form, names, printed)))


def _tasks(record: PatientRecord, visit: Visit) -> Iterator[Part]:
    protocol = protocols.of_visit(record, visit)
    results = {one.task: one for one in record.tasks if one.visit_id == visit.id}
    asked = [name for name in protocol.assessments_of(visit.code) if protocol.task(name)]
    rows = []
    for name in dict.fromkeys([*asked, *results]):
        task, result = protocol.task(name), results.get(name)
        state = _("not entered") if result is None else _("done") if result.done else _("not done")
        note = "" if result is None else result.note
        rows.append([name if task is None else task.title, state, note])
    if rows:
        heads = ((4, _("Assessment")), (1.5, _("State")), (4, _("Note")))
        yield Part(STEP_TITLES["tasks"], (table("", heads, rows),))


def _not_entered(record: PatientRecord, visit: Visit) -> list[str]:
    """Questionnaires, forms and measurements that the schedule plans for this visit and that have nothing."""
    protocol, found = protocols.of_visit(record, visit), []
    forms = {one.form for one in record.forms if one.visit_id == visit.id}
    for name in protocol.without_tasks(protocol.assessments_of(visit.code)):
        known = catalog.newest().get(name)
        if name in instruments.shipped():
            missing = record.assessment(visit.id, name) is None
        elif name == SPIROMETRY:
            missing = all(one.visit_id != visit.id for one in record.spirometry)
        elif name == MEASUREMENTS:
            missing = all(one.visit_id != visit.id for one in record.measurements)
        else:
            missing = known is not None and known.of == "visit" and name not in forms
        if missing:
            found.append(form_title(name) if known is None else known.title)
    return found


def _signatures(
    record: PatientRecord, visit: Visit, names: Names, signed: Sequence[SignatureState]
) -> Part:
    """Every signature with its state, what was changed since, and what is locked."""
    rows = []
    for state in signed:
        if state.signature.visit_id == visit.id:
            said = signature_row(state)
            holds = _("holds") if said.valid else _("void")
            rows.append([said.text, holds, "\n".join(said.changes)])
    heads = ((6, _("Signature")), (1, _("State")), (4, _("Changed since")))
    signatures = table("", heads, rows) if rows else Section(paragraph=_("Not signed."))
    locks = [[lock_text(lock, names)] for lock in locks_of(record, visit)]
    held = (table("", ((1, _("Locked")),), locks),) if locks else ()
    return Part(_("Signatures"), (signatures, *held))
