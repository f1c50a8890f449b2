"""The results behind a chart as one long table: a line for every value, rounded as it is shown and as it is stored.

Adverse events, milestones and the records of forms have lines too, with their ends.
"""

from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass, replace

from core.exports import table_csv
from core.findings import consent
from core.findings.consent import Judged, OfSamples, OfStated
from core.forms import around, catalog, conditions, wording
from core.forms.definition import Field, FieldType, Form, Identifies
from core.forms.reading import decimals_of, say
from core.instruments import catalog as instruments
from core.labels import CAUSE, EXTERNAL, MILESTONES, OUTCOME, why_not
from core.laboratory import catalog as laboratory
from core.laboratory.grading import FLAGS, flag
from core.model import event_details, measurement
from core.model.document import OfPatient
from core.model.form_record import FormRecord, Stored
from core.model.patient import ExternalKind
from core.model.record import PatientRecord
from core.model.spirometry import Spirometry
from core.model.visit import Visit
from core.science import lung_function
from core.science.spirometry import Result, evaluate, evaluate_fev1, evaluate_ratio
from core.views import events
from core.views import laboratory as laboratory_words
from core.views.spirometry import spirometry_title
from core.views.visit_summary import without_value
from core.words import DEMONSTRATION, N_, Words, _

TITLES = (
    *(N_("date"), N_("visit"), N_("result"), N_("value"), N_("raw value"), N_("unit")),
    *(N_("quality"), N_("until"), N_("CTCAE grade"), N_("serious"), N_("outcome"), N_("remark")),
    *(N_("criteria"), N_("cause: product"), N_("cause: procedure"), N_("expected"), N_("action")),
)
# Of what an import or a letter states; the form behind it is not known.
_STATED_UNITS = Words({ExternalKind.ALSFRS_R_TOTAL: N_("of 48"), ExternalKind.FVC_PERCENT: N_("%")})
_NUMBERS = {FieldType.NUMBER, FieldType.INTEGER, FieldType.DERIVED}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """One line under `TITLES`. Days are ISO, as far as they are known; ``raw`` has every digit that is stored."""

    date: str
    visit: str = ""
    result: str
    value: str = ""
    raw: str = ""
    unit: str = ""
    quality: str = ""
    until: str = ""
    grade: str = ""
    serious: str = ""
    outcome: str = ""
    remark: str = ""
    criteria: str = ""
    product: str = ""
    procedure: str = ""
    expected: str = ""
    action: str = ""


def document(source: OfPatient) -> bytes:
    return render(source.record, _(DEMONSTRATION) if source.clinic.demonstration else "")


def render(record: PatientRecord, remark: str = "") -> bytes:
    """CSV (UTF-8 with a mark, as spreadsheets expect), a line for each result in order of days.

    Names no patient, and holds no note: somebody may be named there; of forms, only what their definition says
    gives nobody away. What was to be measured and has no value has a line, too, which says why. Of a visit that is
    still entered each line says so. Of a visit outside the consent, of a day of samples of no
    visit, and of a result that others stated, there is one line, which says that its results are left out.
    ``remark`` is true of all of it, in a column of its own.
    """
    record, gone = consent.for_export(record)
    lines = [
        *(_outside_consent(one) for one in gone),
        *_scores(record),
        *_volumes(record),
        *_measurements(record),
        *_laboratory(record),
        *_stated(record),
        *_happened(record),
        *_records(record),
        *(
            _Line(date=_day(visit), visit=_code(visit), result=_("no value"), remark=why)
            for visit in record.visits
            for why in without_value(record, visit)
        ),
    ]
    entered = {(_day(visit), _code(visit)) for visit in record.visits if visit.is_draft}
    lines = [
        replace(one, remark="; ".join(filter(None, (_("visit in progress"), one.remark))))
        if (one.date, one.visit) in entered
        else one
        for one in sorted(lines, key=lambda one: one.date)
    ]
    rows: list[Sequence[str]] = [astuple(line) for line in lines]
    titles = [_(title) for title in TITLES]
    if not remark:
        return table_csv.render(titles, rows)
    return table_csv.render([*titles, _("data")], [(*row, remark) for row in rows])


def _outside_consent(one: Judged) -> _Line:
    text = _("results left out: {why}; the neurologist has not decided that they are used")
    remark, result = text.format(why=one.why), _("outside consent")
    if isinstance(one, OfSamples):
        return _Line(date=one.on.isoformat(), result=result, remark=remark)
    if isinstance(one, OfStated):
        on = one.result.measured_on
        return _Line(date="" if on is None else on.isoformat(), result=result, remark=remark)
    return _Line(date=_day(one.visit), visit=_code(one.visit), result=result, remark=remark)


def _scores(record: PatientRecord) -> Iterator[_Line]:
    """The total and the domains of every form whose questions all have an answer."""
    for form in record.assessments:
        instrument = instruments.named(form.instrument, form.version)
        for scale in sorted(instrument.scales, key=lambda scale: not scale.total):
            score = scale.score(form.values)
            if score is not None:
                yield _Line(
                    date=form.date.isoformat(),
                    visit=_code(record.visit(form.visit_id)),
                    result=instrument.title
                    if scale.total
                    else f"{instrument.title}: {scale.title}",
                    value=str(score),
                    raw=str(score),
                    unit=_("of {most}").format(most=scale.maximum),
                )


def _volumes(record: PatientRecord) -> Iterator[_Line]:
    """Every session: its best volumes in litres, what they are of the predicted ones, z-scores and lower limits."""
    for session in record.spirometry:
        if not session.measured:
            continue
        code, name = _code(record.visit(session.visit_id)), spirometry_title(session)
        yield from _volume(session, code, name, evaluate(session))
        fev1 = evaluate_fev1(session)
        if fev1 is not None:
            yield from _volume(session, code, _("FEV1, {name}").format(name=name), fev1)
        yield from _ratio(session, code, _("FEV1/FVC, {name}").format(name=name))
        if session.device_percent is not None:
            yield _of_session(
                session,
                code,
                _("{name}, % predicted by the device").format(name=name),
                (session.device_percent, 1, _("%")),
                remark=_("its own equation"),
            )


def _volume(session: Spirometry, code: str, name: str, found: Result) -> Iterator[_Line]:
    percent = _("{name}, % predicted").format(name=name)
    prediction = found.prediction
    values = [
        (name, (found.best_l, 2, _("L")), ""),
        (percent, (found.percent, 1, _("%")), _equation(session)),
        (_("{name}, z-score").format(name=name), (found.z, 2, ""), _equation(session)),
        (
            _("{name}, lower limit of normal").format(name=name),
            (None if prediction is None else prediction.lln, 2, _("L")),
            _equation(session),
        ),
    ]
    for title, value, remark in values:
        if value[0] is not None:
            yield _of_session(session, code, title, value, quality=found.grade_text, remark=remark)
    if found.best_l is not None and found.percent is None:
        yield _of_session(session, code, percent, (None, 1, _("%")), remark=found.why_not)


def _ratio(session: Spirometry, code: str, name: str) -> Iterator[_Line]:
    ratio = evaluate_ratio(session)
    if ratio is None:
        return
    lln = None if ratio.prediction is None else ratio.prediction.lln
    yield _of_session(session, code, name, (ratio.value, 2, ""))
    for title, value in (
        (_("{name}, z-score").format(name=name), ratio.z),
        (_("{name}, lower limit of normal").format(name=name), lln),
    ):
        if value is not None:
            yield _of_session(session, code, title, (value, 2, ""), remark=_equation(session))


def _of_session(
    session: Spirometry,
    code: str,
    result: str,
    value: tuple[float | None, int, str],
    *,
    quality: str = "",
    remark: str = "",
) -> _Line:
    """``value`` with its decimals and its unit."""
    number, decimals, unit = value
    return _Line(
        date=session.date.isoformat(),
        visit=code,
        result=result,
        value=_rounded(number, decimals),
        raw=_raw(number),
        unit=unit,
        quality=quality,
        remark=remark,
    )


def _equation(session: Spirometry) -> str:
    equation = lung_function.find(session.equation)
    return session.equation if equation is None else equation.title


def _measurements(record: PatientRecord) -> Iterator[_Line]:
    for visit in record.visits:
        if visit.weight_kg is not None:
            yield _Line(
                date=_day(visit),
                visit=_code(visit),
                result=_("weight"),
                value=_rounded(visit.weight_kg, 1),
                raw=_raw(visit.weight_kg),
                unit=_("kg"),
            )
    for one in record.measurements:
        kind = measurement.kinds().get(one.kind)
        if kind is not None:
            visit = record.visit(one.visit_id)
            yield _Line(
                date=_day(visit),
                visit=_code(visit),
                result=kind.title,
                value=_rounded(one.value, kind.decimals),
                raw=_raw(one.value),
                unit=kind.unit,
                remark="" if one.not_done is None else why_not(one.not_done),
            )


def _laboratory(record: PatientRecord) -> Iterator[_Line]:
    """Every result in its test's own unit, with what was typed where that was another; with "<" and ">" as they are.

    Neither the laboratory nor a comment: they may tell where somebody lives.
    """
    for one in record.laboratory:
        test = laboratory.tests().get(one.test)
        if test is None:
            continue
        sign = "" if one.comparator is None else one.comparator.value
        number = one.value is not None
        reference = laboratory_words.range_text(test, one.low, one.high, test.unit)
        remarks = [
            _("reference {range}").format(range=reference) if number and reference else "",
            _("typed as {value} {unit}").format(value=one.typed, unit=one.typed_unit)
            if one.typed_unit not in {"", test.unit}
            else "",
            "" if one.not_done is None else why_not(one.not_done),
        ]
        yield _Line(
            date=one.taken_on.isoformat(),
            visit="" if one.visit_id is None else _code(record.visit(one.visit_id)),
            result=_("Laboratory: {test}").format(test=test.title),
            value=laboratory_words.value_text(one, test.unit) if one.not_done is None else "",
            raw=f"{sign}{one.value}" if number else "",
            unit=test.unit if number else "",
            quality=FLAGS[flag(one)] if one.not_done is None else "",
            remark="; ".join(filter(None, remarks)),
        )


def _stated(record: PatientRecord) -> Iterator[_Line]:
    """What others stated, without the form or the volumes behind it."""
    for one in record.external:
        yield _Line(
            date="" if one.measured_on is None else one.measured_on.isoformat(),
            result=EXTERNAL[one.kind],
            value=f"{one.value:.4g}",
            raw=_raw(one.value),
            unit=_STATED_UNITS[one.kind],
        )


def _happened(record: PatientRecord) -> Iterator[_Line]:
    """Adverse events and milestones, with as much of their day as is known."""
    for event in record.events:
        coded = event.coded_term if event.coded_term != event.term else ""
        known = event_details.details(record, event)
        judged = known.judgement
        expected = None if judged is None else judged.expected
        yield _Line(
            date=str(event.onset),
            result=_("adverse event"),
            value=event.term,
            until="" if event.ended is None else str(event.ended),
            grade=str(event.grade.value),
            serious=_("yes") if event.serious else _("no"),
            outcome=OUTCOME[event.outcome],
            remark=_("CTCAE term: {term}").format(term=coded) if coded else "",
            criteria=events.why(known),
            product="" if judged is None or judged.product is None else CAUSE[judged.product],
            procedure="" if judged is None or judged.procedure is None else CAUSE[judged.procedure],
            expected="" if expected is None else _("expected") if expected else _("unexpected"),
            action=events.action(known),
        )
    for one in record.turning_points:
        yield _Line(date=str(one.happened_on), result=_("milestone"), value=MILESTONES[one.kind])


def _records(record: PatientRecord) -> Iterator[_Line]:
    """Medicines, devices and every other form: a line for each record, and one for each number of it."""
    for form in catalog.newest().values():
        if form.own_page:
            continue  # what it says of an event is beside the event
        for one in record.of_form(form.id):
            yield from _record(record, one)


def _record(record: PatientRecord, one: FormRecord) -> Iterator[_Line]:
    form = catalog.find(one.form, one.version)
    when, code = _when(record, one)
    if form is None:
        missing = _("version {version}, which this program does not have")
        remark = missing.format(version=one.version)
        yield _Line(date=when, visit=code, result=one.form, remark=remark)
        return
    every = wording.of_record(form, one, around.of_visit(record, one.visit_id))
    plain = [field for field in form.fields if field.identifies is Identifies.NO]
    known = {**dict.fromkeys(every), **{field.id: every[field.id] for field in plain}}
    text, until = wording.worded(form, form.row, known), "" if one.ended is None else str(one.ended)
    yield _Line(
        date=when,
        visit=code,
        result=form.title,
        value=text,
        until=until,
        remark=_how_far(record, form, one),
    )
    of = wording.label_of(form, known) or form.title
    for field in conditions.shown(form, every):
        item = one.items.get(field.id)
        unmeasured = None if item is None else item.not_done
        has_line = field in plain and field.type in _NUMBERS
        if has_line and (known[field.id] is not None or unmeasured is not None):
            yield _Line(
                date=when,
                visit=code,
                result=_("{record}: {field}").format(record=of, field=field.title),
                value=_shown(field, known[field.id]),
                raw=_raw(known[field.id]),
                unit=_unit(form, field, known.get(field.unit_from)),
                until=until,
                remark="" if unmeasured is None else why_not(unmeasured),
            )


def _when(record: PatientRecord, one: FormRecord) -> tuple[str, str]:
    """From when a record holds, and the code of its visit; no day where neither it nor what it is part of says one."""
    visit = None if one.visit_id is None else record.visit(one.visit_id)
    code = "" if visit is None else _code(visit)
    if one.course is not None and one.day(one.course.start) is not None:
        return str(one.began), code
    parent = None if one.within is None else record.form_record(one.within)
    if parent is not None:
        return _when(record, parent)
    return ("" if visit is None else _day(visit)), code


def _how_far(record: PatientRecord, form: Form, one: FormRecord) -> str:
    """Why there is no end; empty where there is one, or where a death is it."""
    if one.not_done is not None:
        return why_not(one.not_done)
    if form.course is None or not form.course.end or one.ended is not None:
        return ""
    if one.runs:
        return "" if record.dead else _("goes on")
    return _("ended, day not entered")


def _unit(form: Form, field: Field, chosen: Stored | None) -> str:
    return field.unit if chosen is None else say(form.field(field.unit_from), chosen)


def _shown(field: Field, value: Stored | None) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return _rounded(value, decimals_of(field, value))


def _rounded(value: float | None, decimals: int) -> str:
    return "" if value is None else f"{value:z.{decimals}f}"


def _raw(value: Stored | None) -> str:
    return "" if value is None else str(value)


def _day(visit: Visit) -> str:
    return visit.date.isoformat()


def _code(visit: Visit) -> str:
    return _("unscheduled") if visit.code is None else visit.code
