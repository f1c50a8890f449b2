"""What was measured at two visits and what lies between them: numbers, stages, treatments and events."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from core.instruments import catalog as instruments
from core.labels import POSITION, TEST_TYPE, why_not
from core.model import device
from core.model.adverse_event import MilestoneKind
from core.model.assessment import Assessment
from core.model.form_record import FormRecord
from core.model.measurement import MeasurementKind, kinds
from core.model.record import PatientRecord
from core.model.spirometry import Position, Spirometry, TestType
from core.model.visit import Visit
from core.science import lung_function
from core.science.nutrition import bmi, first_weight, weight_loss_percent
from core.science.spirometry import Result, evaluate, vital_capacities
from core.science.staging import Kings, kings_items, mitos_items
from core.views import course, treatments
from core.views.comparison import Side
from core.views.now import Line
from core.views.since_last import Span, happened
from core.views.stack import fields
from core.views.visit_words import visit_title
from core.words import MISSING, _, number, signed

SIX = 6  # visits of a spark
Points = tuple[tuple[date, float], ...]
Values = Sequence[tuple[float | None, str]]  # of each visit, with why there is none


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A number then, now, and at any further visit; ``note`` is the small line below its title.

    ``change`` is now less then (in ``unit``), None where one has no value or the two are not comparable.
    ``series`` are the last six values up to the later visit; ``role`` is their colour. ``tone`` is that of the note.
    """

    id: str
    title: str
    unit: str
    sides: tuple[Side, ...]
    decimals: int = 0
    change: float | None = None
    worse: bool | None = None
    note: str = ""
    tone: str = ""
    series: Points = ()
    role: str = "field"

    @property
    def change_text(self) -> str:
        return MISSING if self.change is None else signed(self.change, self.decimals)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a stage was, or how a treatment stood, on the day of each visit; ``why`` is what makes it so now."""

    title: str
    then: str
    now: str
    why: str = ""


def measures(record: PatientRecord, visits: Sequence[Visit]) -> tuple[Measure, ...]:
    """What the first two visits measured, or one of them: what was not done keeps its reason."""
    return (
        *_capacities(record, visits),
        *_weights(record, visits),
        *_measured(record, visits),
        *_of_forms(record, visits),
    )


def _change(sides: Sequence[Side], decimals: int) -> float | None:
    """Of the numbers as they are shown, so that the three of a row add up."""
    then, now = (None if one.value is None else round(one.value, decimals) for one in sides[:2])
    return None if then is None or now is None else round(now - then, decimals)


def _six(points: Sequence[tuple[date, float]], visits: Sequence[Visit]) -> Points:
    return tuple([one for one in points if one[0] <= visits[1].date][-SIX:])


# Vital capacity.


def _capacities(record: PatientRecord, visits: Sequence[Visit]) -> Iterator[Measure]:
    every = vital_capacities(record)
    for test_type in TestType:
        for position in Position:
            mine = [_session(record, visit, test_type, position) for visit in visits]
            if any(one is not None for one in mine[:2]):
                same = [
                    found
                    for found in every
                    if (found[0].test_type, found[0].position) == (test_type, position)
                ]
                yield from _capacity(record, visits, mine, same)


def _session(
    record: PatientRecord, visit: Visit, test_type: TestType, position: Position
) -> Spirometry | None:
    """The session of a visit; one that was measured before one that was not done."""
    found = [
        one
        for one in record.spirometry
        if (one.visit_id, one.test_type, one.position) == (visit.id, test_type, position)
        and (one.blows or one.not_done is not None)
    ]
    return max(found, key=lambda one: one.measured, default=None)


def _capacity(
    record: PatientRecord,
    visits: Sequence[Visit],
    mine: Sequence[Spirometry | None],
    every: Sequence[tuple[Spirometry, Result]],
) -> Iterator[Measure]:
    """% predicted, litres and z-score of one test in one position."""
    some = next(one for one in mine if one is not None)
    role = f"{some.test_type.value}_{some.position.value}"
    results = [evaluate(one) if one is not None and one.measured else None for one in mine]
    why = [_no_result(one, result) for one, result in zip(mine, results, strict=True)]
    equations = _equations(mine[:2])
    percents = [None if one is None else one.percent for one in results]
    yield _measure(
        f"{role}.percent",
        f"{TEST_TYPE[some.test_type]}, {POSITION[some.position]}",
        "%",
        1,
        list(zip(percents, why, strict=True)),
        compared=not equations,
        note=equations or _limit(record, some, percents[:2]),
        tone="warn",
        series=_six([(s.date, r.percent) for s, r in every if r.percent is not None], visits),
        role=role,
        falls=True,
    )
    litres = [None if one is None else one.best_l for one in results]
    yield _measure(
        f"{role}.litres",
        _("Best blow"),
        "L",
        2,
        list(zip(litres, why, strict=True)),
        note=_grades(mine[:2], results),
        series=_six([(s.date, r.best_l) for s, r in every if r.best_l is not None], visits),
        role=role,
        falls=True,
    )
    scores = [None if one is None else one.z for one in results]
    if any(one is not None for one in scores[:2]):
        found = next((r.prediction for r in reversed(results[:2]) if r and r.prediction), None)
        lln = number(None if found is None else found.lln, 2, "L")
        yield _measure(
            f"{role}.z",
            _("z-score"),
            "",
            2,
            list(zip(scores, why, strict=True)),
            compared=not equations,
            note=_("LLN {n}").format(n=lln),
            role=role,
        )


def _measure(
    id: str,
    title: str,
    unit: str,
    decimals: int,
    values: Values,
    *,
    compared: bool = True,
    note: str = "",
    tone: str = "",
    series: Points = (),
    role: str = "field",
    falls: bool = False,
) -> Measure:
    """``values`` come each with why there is none; ``falls`` says that less is worse."""
    sides = tuple(
        Side(value=value, text=number(value, decimals), words=why if value is None else "")
        for value, why in values
    )
    change = _change(sides, decimals) if compared else None
    return Measure(
        id=id,
        title=title,
        unit=unit,
        sides=sides,
        decimals=decimals,
        change=change,
        worse=change < 0 if falls and change else None,
        note="; ".join(filter(None, (_not_there(sides), note))),
        tone=tone,
        series=series,
        role=role,
    )


def _not_there(sides: Sequence[Side]) -> str:
    """Why one of the two has no value."""
    then, now = sides[:2]
    if now.value is None and now.words:
        return now.words if then.value is not None else _("now: {why}").format(why=now.words)
    if then.value is None and then.words:
        return _("then: {why}").format(why=then.words)
    return ""


def _no_result(session: Spirometry | None, result: Result | None) -> str:
    if session is None:
        return _("not measured")
    if session.not_done is not None:
        return why_not(session.not_done)
    if result is None or result.best_ml is None:
        return _("no blow counts")
    return result.why_not


def _equations(mine: Sequence[Spirometry | None]) -> str:
    """That the two are set against different equations; empty where they are not."""
    used = [one.equation for one in mine if one is not None and one.measured]
    if len(set(used)) < 2:
        return ""
    return _("{then} then, {now} now: not compared").format(
        then=_equation(used[0]), now=_equation(used[1])
    )


def _equation(id: str) -> str:
    found = lung_function.find(id)
    return id if found is None else found.title


def _limit(record: PatientRecord, session: Spirometry, percents: Sequence[float | None]) -> str:
    """Whether it is below the limit for ventilation, which is one of a seated test."""
    limit = record.thresholds["a1_vc_percent"]
    below = [one is not None and one < limit for one in percents]
    if session.position is not Position.SITTING or not any(below):
        return ""
    texts = {
        (True, True): _("below {n:g} % at both visits"),
        (True, False): _("below {n:g} % then"),
        (False, True): _("below {n:g} % now"),
    }
    return texts[below[0], below[1]].format(n=limit)


def _grades(mine: Sequence[Spirometry | None], results: Sequence[Result | None]) -> str:
    """The grades of both, and the equation of the later one."""
    grades = [one.grade_text for one in results[:2] if one is not None]
    last = next((one for one in reversed(mine) if one is not None and one.measured), None)
    said = " → ".join(dict.fromkeys(grades))
    return said if last is None else f"{said} · {_equation(last.equation)}"


# Weight, and the single numbers.


def _weights(record: PatientRecord, visits: Sequence[Visit]) -> Iterator[Measure]:
    weights = [visit.weight_kg for visit in visits]
    if all(one is None for one in weights[:2]):
        return
    why = _("not entered")
    series = [(one.date, one.weight_kg) for one in record.visits if one.weight_kg is not None]
    yield _measure(
        fields.WEIGHT,
        _("Weight"),
        _("kg"),
        1,
        [(one, why) for one in weights],
        note=_since_first(record, visits[1]),
        series=_six(series, visits),
        role=fields.WEIGHT,
    )
    indices = [bmi(one, record.patient.height_cm) for one in weights]
    if any(one is not None for one in indices[:2]):
        why = _("no weight")
        values = [(one, why) for one in indices]
        yield _measure("bmi", _("BMI"), "kg/m²", 1, values, role=fields.WEIGHT)


def _since_first(record: PatientRecord, visit: Visit) -> str:
    """What the weight has changed since the first one."""
    first = first_weight(record, visit.date)
    lost = None if first is None else weight_loss_percent(first[1], visit.weight_kg)
    if first is None or lost is None:
        return ""
    at = next(one for one in record.visits if one.date == first[0])
    change = signed(-lost, 1, "%")
    return _("{change} since {visit}").format(change=change, visit=visit_title(record, at))


def _measured(record: PatientRecord, visits: Sequence[Visit]) -> Iterator[Measure]:
    found = {(one.visit_id, one.kind): one for one in record.measurements}
    known = [one.kind for one in record.measurements]
    for kind in dict.fromkeys([*kinds(), *known]):
        mine = [found.get((visit.id, kind)) for visit in visits]
        if all(one is None for one in mine[:2]):
            continue
        values = [
            (None, _("not measured"))
            if one is None
            else (one.value, "" if one.not_done is None else why_not(one.not_done))
            for one in mine
        ]
        said = kinds().get(kind, MeasurementKind(kind, kind, kind, "", 0, 1, 1))
        yield _measure(
            f"measurement.{kind}",
            said.short,
            said.unit,
            said.decimals,
            values,
            series=_six(record.measured(kind), visits),
        )


def _of_forms(record: PatientRecord, visits: Sequence[Visit]) -> Iterator[Measure]:
    """The numbers of a visit's own forms that a chart draws: the pulse among the vital signs, say."""
    for plot in fields.plots(record):
        form = plot.id.partition(".")[0]
        of_visits = {one.visit_id for one in record.of_form(form)}
        if not any(visit.id in of_visits for visit in visits[:2]):
            continue
        points = [(point.day, point.value) for one in plot.series for point in one.points]
        values = [dict(points).get(visit.date) for visit in visits]
        if all(one is None for one in values[:2]):
            continue
        decimals = 0 if all(value == round(value) for _on, value in points) else 1
        yield _measure(
            plot.id,
            plot.series[0].title,
            plot.unit,
            decimals,
            [(one, _("not entered")) for one in values],
            series=_six(points, visits),
        )


# Stages, and what is between the two days.


def stages(record: PatientRecord, visits: Sequence[Visit]) -> tuple[Standing, ...]:
    """King's and MiToS as the two forms stand for, with the questions that make them now; the clinician's own."""
    forms = [record.assessment(visit.id, instruments.ALSFRS_R) for visit in visits[:2]]
    found = []
    if any(form is not None and form.values for form in forms):
        said = [course.stages(record, form) if form and form.values else None for form in forms]
        kings = [MISSING if one is None else course.kings_short(one.kings) for one in said]
        mitos = [
            MISSING if one is None or one.mitos.stage is None else str(one.mitos.stage)
            for one in said
        ]
        last = said[1]
        why = ("", "") if last is None or forms[1] is None else _why(record, last, forms[1])
        found = [
            Standing(title=_("King's (estimated)"), then=kings[0], now=kings[1], why=why[0]),
            Standing(title=_("MiToS (estimated)"), then=mitos[0], now=mitos[1], why=why[1]),
        ]
    judged = [one.clinical_stage for one in visits[:2]]
    if any(judged):
        then, now = (MISSING if one is None else one.value for one in judged)
        found.append(Standing(title=_("Clinical King's"), then=then, now=now))
    return tuple(found)


def _why(record: PatientRecord, said: course.Stages, form: Assessment) -> tuple[str, str]:
    """Which questions make the stages of one form."""
    instrument = instruments.named(form.instrument, form.version)
    slots = enumerate(instrument.slots, start=1)
    items = {number_: form.values.get(slot) for number_, slot in slots}
    kings = said.kings
    numbers = kings_items(items)
    if kings.stage is None:
        why = course.kings_text(kings)
    elif kings.stage is Kings.FOUR_B:
        why = _("respiratory: {items}").format(items=_limits(items, numbers))
    elif kings.stage is Kings.FOUR_A:
        had = record.had(MilestoneKind.GASTROSTOMY, form.date)
        why = _("gastrostomy") if had else _("question 5 as with gastrostomy")
    elif numbers:
        why = _("below 4: items {items}").format(items=", ".join(map(str, numbers)))
    else:
        why = ""
    lost = [
        f"{course.MITOS[domain]}: {_limits(items, found)}"
        for domain, found in mitos_items(items).items()
    ]
    if said.mitos.stage is None:
        lost = [course.mitos_text(said.mitos)]
    return why, "; ".join(lost)


def _limits(items: Mapping[int, int | None], numbers: Sequence[int]) -> str:
    """“item 12 at 3”"""
    text = _("item {n} at {score}")
    return ", ".join(text.format(n=one, score=items[one]) for one in numbers)


def standings(record: PatientRecord, visits: Sequence[Visit]) -> tuple[Standing, ...]:
    """How the treatments stood on both days: how many of each form, and each device with its setting."""
    found = []
    for form in treatments.forms():
        running = [record.running(form.id, visit.date) for visit in visits[:2]]
        if not any(running):
            continue
        if form.id != device.FORM:
            counts = [str(sum(map(treatments.runs, some))) for some in running]
            found.append(Standing(title=form.plural, then=counts[0], now=counts[1]))
            continue
        said = [_settings(some) for some in running]
        for name in dict.fromkeys([*said[0], *said[1]]):
            then, now = (one.get(name, MISSING) for one in said)
            found.append(Standing(title=name, then=then, now=now))
    return tuple(found)


def _settings(records: Sequence[FormRecord]) -> dict[str, str]:
    """Of each device how many hours a day, else how it stands."""
    lines = (treatments.line(one, {}) for one in records)
    return {one.name: one.dose or one.often or MISSING for one in lines}


def since(record: PatientRecord, visits: Sequence[Visit]) -> tuple[Line, ...]:
    """What began, changed or ended after the earlier day up to the later one."""
    then, now = visits[:2]
    return tuple(happened(record, Span(then.date, now.date), now))
