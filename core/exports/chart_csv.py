"""The results behind a chart as a table: one line for every value, with its day, its unit and its quality."""

from collections.abc import Iterator

from core.exports import table_csv
from core.instruments import catalog as instruments
from core.labels import EXTERNAL, GRADE, MILESTONES
from core.model import measurement
from core.model.document import OfPatient
from core.model.patient import ExternalKind
from core.model.record import PatientRecord
from core.model.visit import Visit
from core.science import lung_function
from core.science.spirometry import evaluate
from core.views.spirometry import spirometry_title
from core.views.visit_summary import without_value
from core.words import DEMONSTRATION, N_, Words, _

TITLES = (N_("date"), N_("visit"), N_("result"), N_("value"), N_("unit"), N_("remark"))
# Of what an import or a letter states; the form behind it is not known.
_STATED_UNITS = Words({ExternalKind.ALSFRS_R_TOTAL: N_("of 48"), ExternalKind.FVC_PERCENT: N_("%")})

# date (as far as it is known, ISO), visit, result, value, unit, remark
_Row = tuple[str, str, str, str, str, str]


def document(source: OfPatient) -> bytes:
    return render(source.record, _(DEMONSTRATION) if source.clinic.demonstration else "")


def render(record: PatientRecord, remark: str = "") -> bytes:
    """CSV (UTF-8 with a mark, as spreadsheets expect), a line for each result in order of days.

    Names no patient, and holds no note: somebody may be named there. What was to be measured and has no
    value has a line, too, which says why. ``remark`` is true of all of it, in a column of its own.
    """
    rows = [
        *_scores(record),
        *_volumes(record),
        *_measurements(record),
        *_stated(record),
        *_happened(record),
        *(
            (visit.date.isoformat(), _code(visit), _("no value"), "", "", why)
            for visit in record.visits
            for why in without_value(record, visit)
        ),
    ]
    rows.sort(key=lambda row: row[0])
    titles = [_(title) for title in TITLES]
    if not remark:
        return table_csv.render(titles, rows)
    return table_csv.render([*titles, _("data")], [(*row, remark) for row in rows])


def _scores(record: PatientRecord) -> Iterator[_Row]:
    """The total and the domains of every form whose questions all have an answer."""
    for form in record.assessments:
        instrument = instruments.named(form.instrument, form.version)
        for scale in sorted(instrument.scales, key=lambda scale: not scale.total):
            score = scale.score(form.values)
            if score is not None:
                name = instrument.title if scale.total else f"{instrument.title}: {scale.title}"
                unit = _("of {most}").format(most=scale.maximum)
                code = _code(record.visit(form.visit_id))
                yield form.date.isoformat(), code, name, str(score), unit, ""


def _volumes(record: PatientRecord) -> Iterator[_Row]:
    """The best volume of every session in litres, what it is of the predicted one, and its z-score."""
    for session in record.spirometry:
        if not session.measured:
            continue
        found, visit = evaluate(session), record.visit(session.visit_id)
        name = spirometry_title(session)
        equation = lung_function.find(session.equation)
        by = session.equation if equation is None else equation.title
        values = [
            (name, found.best_l, 2, _("L"), found.grade_text),
            (_("{name}, % predicted").format(name=name), found.percent, 1, _("%"), by),
            (_("{name}, z-score").format(name=name), found.z, 2, "", by),
            (
                _("{name}, % predicted by the device").format(name=name),
                session.device_percent,
                1,
                _("%"),
                _("its own equation"),
            ),
        ]
        for title, value, decimals, unit, remark in values:
            if value is not None:
                text = f"{value:z.{decimals}f}"
                yield session.date.isoformat(), _code(visit), title, text, unit, remark
        if found.best_l is not None and found.percent is None:
            title, unit = _("{name}, % predicted").format(name=name), _("%")
            yield session.date.isoformat(), _code(visit), title, "", unit, found.why_not


def _measurements(record: PatientRecord) -> Iterator[_Row]:
    for visit in record.visits:
        if visit.weight_kg is not None:
            on, weight = visit.date.isoformat(), f"{visit.weight_kg:.1f}"
            yield on, _code(visit), _("weight"), weight, _("kg"), ""
    for one in record.measurements:
        kind = measurement.kinds().get(one.kind)
        if kind is not None and one.value is not None:
            visit = record.visit(one.visit_id)
            text = f"{one.value:z.{kind.decimals}f}"
            yield visit.date.isoformat(), _code(visit), kind.title, text, kind.unit, ""


def _stated(record: PatientRecord) -> Iterator[_Row]:
    """What others stated, without the form or the volumes behind it."""
    for one in record.external:
        on = "" if one.measured_on is None else one.measured_on.isoformat()
        name, unit = EXTERNAL[one.kind], _STATED_UNITS[one.kind]
        yield on, "", name, f"{one.value:.4g}", unit, ""


def _happened(record: PatientRecord) -> Iterator[_Row]:
    """Adverse events and milestones, with as much of their day as is known."""
    for event in record.events:
        about = [GRADE[event.grade]]
        about += [_("serious")] if event.serious else []
        about += [_("ended {day}").format(day=event.ended)] if event.ended else []
        yield str(event.onset), "", _("adverse event"), event.term, "", ", ".join(about)
    for milestone in record.turning_points:
        on, what = str(milestone.happened_on), MILESTONES[milestone.kind]
        yield on, "", _("milestone"), what, "", ""


def _code(visit: Visit) -> str:
    return _("unscheduled") if visit.code is None else visit.code
