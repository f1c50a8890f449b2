"""A line a record: patients, visits, questionnaires with their totals, spirometry with what is computed of it,
laboratory samples, and every form that is data. The columns follow from the definitions."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from core import labels
from core.exports.data.stored import is_planned
from core.exports.data.table import Column, Kind, Row, Table, not_done, of_field, rounded, shown
from core.findings.eligibility import completed_years
from core.forms import around, wording
from core.forms import catalog as forms
from core.forms.definition import Field, FieldType, Form, Identifies
from core.forms.reading import decimals_of, say
from core.instruments import catalog as instruments
from core.instruments.definition import Instrument
from core.laboratory import catalog as laboratory
from core.laboratory.definition import Test
from core.model import measurement
from core.model.adverse_event import MilestoneKind
from core.model.assessment import Assessment, NotDone
from core.model.form_record import FormRecord
from core.model.ids import VisitId
from core.model.laboratory import LabResult
from core.model.patient import OnsetRegion, Patient, Sex
from core.model.record import PatientRecord
from core.model.spirometry import Interface, Position, Spirometry, TestType
from core.model.stored import WIDE, Cell
from core.model.visit import ClinicalStage, Mode, Respondent, Visit, VisitState
from core.science import lung_function
from core.science.lung_function import Prediction
from core.science.spirometry import Result, evaluate, evaluate_fev1, evaluate_ratio
from core.science.spirometry_quality import Grade

NO = Identifies.NO


def tables(records: Sequence[PatientRecord]) -> list[Table]:
    """Every table of these records, in their order, also those without rows."""
    return [
        _patients(records),
        _visits(records),
        *(_scale(instrument, records) for instrument in instruments.shipped().values()),
        _spirometry(records),
        _laboratory(records),
        *(_form(form, records) for form in forms.newest().values()),
    ]


def reasons() -> Mapping[str, str]:
    """Why there is no value."""
    return {one.value: labels.NOT_DONE[one] for one in NotDone}


def _words(kind: Any) -> Mapping[str, str]:
    words = labels.OF.get(kind, {})
    return {str(one.value): words.get(one, str(one.value)) for one in kind}


def _key(name: str) -> Column:
    return Column(name=name, title=name.replace("_", " "), kind=Kind.KEY, identifies=NO)


def _code(name: str, title: str, kind: Any) -> Column:
    return Column(name=name, title=title, kind=Kind.CODE, codes=_words(kind), identifies=NO)


def _day(name: str, title: str) -> Column:
    return Column(name=name, title=title, kind=Kind.DAY, identifies=NO)


def _number(name: str, title: str, unit: str, decimals: int, **more: Any) -> Column:
    given = {"identifies": NO, **more}
    return Column(name=name, title=title, kind=Kind.NUMBER, unit=unit, decimals=decimals, **given)


def _whole(name: str, title: str, unit: str = "", **more: Any) -> Column:
    return Column(name=name, title=title, kind=Kind.INTEGER, unit=unit, identifies=NO, **more)


# Whose a line is, and of which visit.
_WHO = (_key("patient_id"), Column(name="record_number", title="record number"))
_AT = (
    _key("visit_id"),
    Column(
        name="visit_code",
        title="planned visit",
        kind=Kind.TERM,
        known=is_planned,
        identifies=NO,
    ),
    _day("visit_date", "day of the visit"),
    _whole("days", "days since the reference day"),
)


def _who(record: PatientRecord) -> tuple[Cell, ...]:
    return record.patient.id, record.patient.record_number


def _at(record: PatientRecord, visit: Visit | None) -> tuple[Cell, ...]:
    if visit is None:
        return None, None, None, None
    return visit.id, visit.code, visit.date.isoformat(), _days(record.patient, visit.date)


def _days(patient: Patient, on: date) -> int | None:
    return None if patient.reference_on is None else (on - patient.reference_on).days


def _visit(record: PatientRecord, id: VisitId | None) -> Visit | None:
    return None if id is None else record.visit(id)


def _table(name: str, title: str, columns: Iterable[Column], rows: list[Row]) -> Table:
    return Table(folder=WIDE, name=name, title=title, columns=tuple(columns), rows=rows)


# Patients ---------------------------------------------------------------------------------------


def _patients(records: Sequence[PatientRecord]) -> Table:
    columns = (
        *_WHO,
        _code("sex", "sex", Sex),
        Column(
            name="age_years",
            title="age on the reference day, else on that of the registration",
            kind=Kind.AGE,
            unit="years",
            identifies=NO,
        ),
        _code("onset_region", "region of onset", OnsetRegion),
        *(_day("onset", "onset"), _day("diagnosis", "diagnosis")),
        *(_day("reference_on", "reference day"), _day("registered_on", "registered")),
        _day("died_on", "died"),
        *(_day(kind.value, labels.MILESTONES[kind]) for kind in _MILESTONES),
        _whole("finished_visits", "finished visits"),
    )
    return _table("patients", "Patients", columns, [_patient(one) for one in records])


_MILESTONES = [kind for kind in MilestoneKind if kind is not MilestoneKind.DEATH]


def _patient(record: PatientRecord) -> Row:
    patient = record.patient
    turned = (record.milestone(kind) for kind in _MILESTONES)
    cells: tuple[Cell, ...] = (
        *_who(record),
        *(patient.sex.value, _age(patient), patient.onset_region.value),
        *(_text(patient.onset), _text(patient.diagnosis)),
        *(_iso(patient.reference_on), _iso(patient.registered_on), _text(record.died_on)),
        *(None if one is None else str(one.happened_on) for one in turned),
        len(record.finished_visits),
    )
    return Row(patient.id, cells)


def _age(patient: Patient) -> int | None:
    if patient.born is None:
        return patient.stated_age_years
    return completed_years(patient.born, patient.reference_on or patient.registered_on)


def _iso(on: date | None) -> str | None:
    return None if on is None else on.isoformat()


def _text(value: object) -> str | None:
    return None if value is None else str(value)


# Visits -----------------------------------------------------------------------------------------


def _visits(records: Sequence[PatientRecord]) -> Table:
    weight = _number("weight_kg", "weight", "kg", 1)
    columns = [
        *(*_WHO, *_AT),
        *(_code("state", "state", VisitState), _code("mode", "way", Mode)),
        _code("respondent", "answered by", Respondent),
        _code("clinical_stage", "King's stage as judged", ClinicalStage),
        *(weight, shown(weight)),
    ]
    for kind in measurement.kinds().values():
        value = _number(
            kind.id, kind.title, kind.unit, kind.decimals, missing=f"{kind.id}_not_done"
        )
        value = replace(value, range=f"{kind.low:g} to {kind.high:g}", of="measurements")
        columns += [value, shown(value), not_done(value, reasons())]
    totals = [one for one in instruments.shipped().values() if one.total is not None]
    columns += [_whole(f"{one.id}_total", f"{one.title}, total", of=one.id) for one in totals]
    rows = [
        Row(record.patient.id, _of_visit(record, visit, totals))
        for record in records
        for visit in record.visits
    ]
    return _table("visits", "Visits", columns, rows)


def _of_visit(
    record: PatientRecord, visit: Visit, totals: Sequence[Instrument]
) -> tuple[Cell, ...]:
    measured = {one.kind: one for one in record.measurements if one.visit_id == visit.id}
    cells: list[Cell] = [
        *(*_who(record), *_at(record, visit), visit.state.value, _value(visit.mode)),
        *(_value(visit.respondent), _value(visit.clinical_stage)),
        *(visit.weight_kg, rounded(visit.weight_kg, 1)),
    ]
    for kind in measurement.kinds().values():
        one = measured.get(kind.id)
        value = None if one is None else one.value
        cells += [
            value,
            rounded(value, kind.decimals),
            None if one is None else _value(one.not_done),
        ]
    for instrument in totals:
        form = record.assessment(visit.id, instrument.id)
        cells.append(None if form is None else _total(form))
    return tuple(cells)


def _total(form: Assessment) -> int | None:
    scale = instruments.named(form.instrument, form.version).total
    return None if scale is None else scale.score(form.values)


def _value(one: Any) -> str | None:
    return None if one is None else str(one.value)


# Questionnaires ---------------------------------------------------------------------------------


def _scale(newest: Instrument, records: Sequence[PatientRecord]) -> Table:
    """Every question with why it has no answer, every domain and the total; of all versions, the newest's first."""
    older = [one for one in instruments.versions().values() if one.id == newest.id]
    slots = dict.fromkeys(slot for one in (newest, *older) for slot in one.slots)
    scales = {scale.id: scale for one in (*older, newest) for scale in one.scales}
    source = f"{newest.id} {', '.join(sorted({one.version for one in (newest, *older)}))}"
    columns = [
        *(*_WHO, *_AT),
        Column(name="version", title="version", kind=Kind.TERM, known=str.isdigit, identifies=NO),
        *(_code("mode", "way", Mode), _code("respondent", "answered by", Respondent)),
        Column(
            name="not_done", title="why not done", kind=Kind.CODE, codes=reasons(), identifies=NO
        ),
    ]
    for slot in slots:
        columns += _question(
            slot, next(one for one in (newest, *older) if slot in one.slots), source
        )
    columns += [
        _whole(_scale_name(one.id), one.title, f"of {one.maximum}", of=source)
        for one in scales.values()
    ]
    rows = [
        Row(record.patient.id, _answered(record, form, list(slots), list(scales)))
        for record in records
        for form in record.answered(newest.id)
    ]
    return _table(f"questionnaire_{newest.id}", newest.title, columns, rows)


def _scale_name(id: str) -> str:
    return f"score_{id}"


def _question(slot: str, instrument: Instrument, source: str) -> list[Column]:
    variants = instrument.variants(slot)
    words: dict[str, str] = {}
    for choice in (choice for item in variants for choice in item.choices if choice.text):
        score = str(choice.score)
        words[score] = f"{words[score]} / {choice.text}" if score in words else choice.text
    value = Column(
        name=slot,
        title=" / ".join(item.title for item in variants),
        kind=Kind.INTEGER,
        codes=words,
        identifies=NO,
        missing=f"{slot}_not_done",
        of=source,
    )
    asked = []
    if len(variants) > 1:
        codes = {item.id: f"{item.number}. {item.title}" for item in variants}
        title = f"{value.title}: which one was asked"
        named = {"name": f"{slot}_asked", "title": title, "kind": Kind.CODE}
        asked = [replace(value, **named, codes=codes, missing="")]  # type: ignore[arg-type]
    return [value, *asked, not_done(value, reasons())]


def _answered(
    record: PatientRecord, form: Assessment, slots: Sequence[str], scales: Sequence[str]
) -> tuple[Cell, ...]:
    instrument = instruments.named(form.instrument, form.version)
    cells: list[Cell] = [
        *(*_who(record), *_at(record, record.visit(form.visit_id)), form.version),
        *(_value(form.mode), _value(form.respondent), _value(form.not_done)),
    ]
    newest = instruments.shipped()[form.instrument]
    for slot in slots:
        answer = form.answers.get(slot)
        cells.append(None if answer is None else answer.value)
        if len((newest if slot in newest.slots else instrument).variants(slot)) > 1:
            cells.append(None if answer is None else answer.item)
        cells.append(None if answer is None else _value(answer.not_done))
    by_id = {scale.id: scale for scale in instrument.scales}
    cells += [by_id[one].score(form.values) if one in by_id else None for one in scales]
    return tuple(cells)


# Spirometry -------------------------------------------------------------------------------------


def _spirometry(records: Sequence[PatientRecord]) -> Table:
    columns = [
        *(*_WHO, *_AT, _key("session_id")),
        *(_code("test_type", "test", TestType), _code("position", "position", Position)),
        _code("interface", "interface", Interface),
        Column(name="device", title="device"),
        Column(
            name="equation",
            title="reference equation",
            kind=Kind.TERM,
            known=lambda text: lung_function.find(text) is not None,
            identifies=NO,
        ),
        Column(name="age_years", title="age", kind=Kind.AGE, unit="years", identifies=NO),
        _number("height_cm", "height", "cm", 1),
        Column(
            name="not_done", title="why not done", kind=Kind.CODE, codes=reasons(), identifies=NO
        ),
        _whole("repeatability_ml", "repeatability", "mL"),
        _code("grade", "ATS/ERS grade", Grade),
        Column(name="why_not", title="why there is no % predicted"),
    ]
    for name, title in _MEASURED.items():
        columns += _of_volume(name, title)
    ratio = _number("ratio", "FEV1/FVC", "", 2)
    ratio_z = _number("ratio_z", "FEV1/FVC, z-score", "", 2, by_age=True)
    device = _number("device_percent", "% predicted by the device", "%", 1, by_age=True)
    for one in (ratio, ratio_z, device):
        columns += [one, shown(one)]
    rows = [
        Row(record.patient.id, _session(record, session))
        for record in records
        for session in record.spirometry
    ]
    return _table("spirometry", "Spirometry sessions", columns, rows)


_MEASURED = {"capacity": "vital capacity (FVC or SVC)", "fev1": "FEV1"}


def _of_volume(name: str, title: str) -> list[Column]:
    """The best volume, and what it is of the predicted one; by the latter and the height an age can be reckoned."""
    stays = {"identifies": Identifies.YES}
    found: list[Column] = [_whole(f"{name}_ml", title, "mL")]
    for one in (
        _number(f"{name}_l", title, "L", 2),
        _number(f"{name}_percent", f"{title}, % predicted", "%", 1, by_age=True),
        _number(f"{name}_z", f"{title}, z-score", "", 2, by_age=True),
        _number(f"{name}_predicted_l", f"{title}, predicted", "L", 2, **stays),
        _number(f"{name}_lower_limit_l", f"{title}, lower limit of normal", "L", 2, **stays),
    ):
        found += [one, shown(one)]
    return found


def _session(record: PatientRecord, session: Spirometry) -> tuple[Cell, ...]:
    found = evaluate(session) if session.measured else None
    fev1 = evaluate_fev1(session) if session.measured else None
    ratio = evaluate_ratio(session) if session.measured else None
    ratio_value = None if ratio is None else ratio.value
    ratio_z = None if ratio is None else ratio.z
    return (
        *(*_who(record), *_at(record, record.visit(session.visit_id)), session.id),
        *(session.test_type.value, session.position.value, _value(session.interface)),
        *(session.device or None, session.equation, session.age_years, session.height_cm),
        *(_value(session.not_done), None if found is None else found.repeatability_ml),
        None if found is None or found.best_ml is None else found.grade.value,
        None if found is None or found.percent is not None else found.why_not,
        *(*_volume(found), *_volume(fev1)),
        *(ratio_value, rounded(ratio_value, 2), ratio_z, rounded(ratio_z, 2)),
        *(session.device_percent, rounded(session.device_percent, 1)),
    )


def _volume(found: Result | None) -> Iterator[Cell]:
    prediction: Prediction | None = None if found is None else found.prediction
    numbers: tuple[tuple[float | None, int], ...] = (
        (None if found is None else found.best_l, 2),
        (None if found is None else found.percent, 1),
        (None if found is None else found.z, 2),
        (None if prediction is None else prediction.predicted, 2),
        (None if prediction is None else prediction.lln, 2),
    )
    yield None if found is None else found.best_ml
    for value, decimals in numbers:
        yield value
        yield rounded(value, decimals)


# Laboratory -------------------------------------------------------------------------------------


def _laboratory(records: Sequence[PatientRecord]) -> Table:
    """A line a sample, with the tests that were done in any of them, each in its own unit."""
    done = {one.test for record in records for one in record.laboratory}
    tests = [test for test in laboratory.tests().values() if test.id in done]
    columns = [*_WHO, *_AT, _day("taken_on", "sample of")]
    columns.append(Column(name="taken_at", title="sample at", kind=Kind.TIME))
    for test in tests:
        columns += _of_test(test)
    rows = [
        Row(record.patient.id, _sample(record, results, tests))
        for record in records
        for results in _samples(record)
    ]
    return _table("laboratory", "Laboratory samples", columns, rows)


def _of_test(test: Test) -> list[Column]:
    reason = f"{test.id}_not_done"
    if not test.is_number:
        codes = {one.id: one.title for one in laboratory.answers_of(test)}
        value = Column(
            name=test.id,
            title=test.title,
            kind=Kind.CODE,
            codes=codes,
            identifies=NO,
            missing=reason,
            of="laboratory tests",
        )
        return [value, not_done(value, reasons())]
    value = _number(test.id, test.title, test.unit, test.decimals, missing=reason)
    value = replace(value, of="laboratory tests")
    sign = Column(
        name=f"{test.id}_sign",
        title=f"{test.title}: below (<) or above (>) the value",
        kind=Kind.CODE,
        codes={"<": "below", ">": "above"},
        identifies=NO,
    )
    return [sign, value, shown(value), not_done(value, reasons())]


def _samples(record: PatientRecord) -> list[dict[str, LabResult]]:
    """The results by test, of one moment and one visit; a test that was done twice then begins another line."""
    found: dict[tuple[Any, ...], list[dict[str, LabResult]]] = {}
    for one in record.laboratory:
        lines = found.setdefault((one.taken_on, one.taken_at, one.visit_id), [])
        line = next((line for line in lines if one.test not in line), None)
        if line is None:
            line = {}
            lines.append(line)
        line[one.test] = one
    return [line for lines in found.values() for line in lines]


def _sample(
    record: PatientRecord, results: Mapping[str, LabResult], tests: Sequence[Test]
) -> tuple[Cell, ...]:
    first = next(iter(results.values()))
    at = None if first.taken_at is None else first.taken_at.isoformat("minutes")
    visit = _visit(record, first.visit_id)
    cells: list[Cell] = [*_who(record), *_at(record, visit), first.taken_on.isoformat(), at]
    for test in tests:
        one = results.get(test.id)
        reason = None if one is None else _value(one.not_done)
        if test.is_number:
            value = None if one is None else one.value
            sign = None if one is None else _value(one.comparator)
            cells += [sign, value, rounded(value, test.decimals), reason]
        else:
            cells += [None if one is None else one.choice or None, reason]
    return tuple(cells)


# Forms that are data ----------------------------------------------------------------------------

_NUMBERS = {FieldType.NUMBER, FieldType.DERIVED}


def _form(newest: Form, records: Sequence[PatientRecord]) -> Table:
    """Every field with why it has no value; of all versions, the newest's first."""
    versions = [one for one in forms.versions().values() if one.id == newest.id]
    fields = {one.id: one for form in (*versions, newest) for one in form.fields}
    ordered = [*newest.fields, *(one for one in fields.values() if newest.find(one.id) is None)]
    source = f"{newest.id} {', '.join(sorted({one.version for one in versions}))}"
    columns = [
        *(*_WHO, *_AT, _key("record_id"), _key("within")),
        Column(name="version", title="version", kind=Kind.TERM, known=str.isdigit, identifies=NO),
        Column(name="entered_by", title="entered by"),
        Column(name="entered_at", title="entered", kind=Kind.INSTANT),
        Column(
            name="not_done", title="why not done", kind=Kind.CODE, codes=reasons(), identifies=NO
        ),
    ]
    for one in ordered:
        value = replace(of_field(one, source), missing=f"{one.id}_not_done")
        columns.append(value)
        if one.type in _NUMBERS:
            columns.append(shown(value))
        columns.append(not_done(value, reasons()))
    if newest.of_others:
        columns = [replace(one, identifies=Identifies.YES) for one in columns]
    rows = [
        Row(record.patient.id, _record(record, one, ordered))
        for record in records
        for one in record.of_form(newest.id)
    ]
    return _table(f"form_{newest.id}", newest.plural, columns, rows)


def _record(record: PatientRecord, one: FormRecord, fields: Sequence[Field]) -> tuple[Cell, ...]:
    form = forms.find(one.form, one.version)
    known: Mapping[str, Cell] = {}
    if form is not None:
        known = wording.of_record(form, one, around.of_visit(record, one.visit_id))
    cells: list[Cell] = [
        *(*_who(record), *_at(record, _visit(record, one.visit_id)), one.id, one.within),
        *(one.version, one.entered_by, one.entered_at.isoformat(), _value(one.not_done)),
    ]
    for field in fields:
        value = known.get(field.id)
        if field.type is FieldType.FILE and value is not None:
            value = say(field, value)
        cells.append(value)
        if field.type in _NUMBERS:
            is_number = isinstance(value, int | float)
            cells.append(rounded(value, decimals_of(field, value)) if is_number else None)  # type: ignore[arg-type]
        item = one.items.get(field.id)
        cells.append(None if item is None else _value(item.not_done))
    return tuple(cells)
