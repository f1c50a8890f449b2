"""What a rule of an alert may compare: named values, as they were known on the day of a visit."""

from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from gettext import NullTranslations

from core.forms import dictionaries
from core.instruments import catalog as instruments
from core.laboratory.grading import times_upper_limit
from core.model import measurement
from core.model.adverse_event import AdverseEvent, MilestoneKind
from core.model.gas_pressure import Scale
from core.model.ids import VisitId
from core.model.partial_date import partial_day
from core.model.patient import Sex
from core.model.record import PatientRecord
from core.model.spirometry import Position, Spirometry, TestType
from core.model.visit import Visit
from core.science import progression
from core.science.history import onset_span
from core.science.nutrition import bmi, weight_loss_percent
from core.science.progression import Slope, months_between, ols_slope
from core.science.spirometry import Result, vital_capacities
from core.words import N_, Words, _, day, language, number, within


@dataclass(frozen=True, slots=True)
class Reading:
    """A value on its day. ``visit_id`` is the visit that measured it; None for what holds anyway.

    ``doubt`` is the grade of a spirometry session that is not to be relied on.
    """

    value: float
    on: date
    visit_id: VisitId | None = None
    note: str = ""
    doubt: str = ""


Series = Sequence[Reading]
_MOST_DECIMALS = 6  # that tell a value from its limit
RUNNING: Mapping[MilestoneKind, str] = Words(
    {
        MilestoneKind.NIV: N_("NIV"),
        MilestoneKind.GASTROSTOMY: N_("gastrostomy"),
        MilestoneKind.NASOGASTRIC_TUBE: N_("nasogastric tube"),
        MilestoneKind.TRACHEOSTOMY: N_("tracheostomy"),
        MilestoneKind.COUGH_ASSIST: N_("cough assistance"),
    }
)


@dataclass(frozen=True, slots=True)
class Values:
    """Everything that the visits of a record measured, each series in the order of its days.

    ``totals`` are those of complete ALSFRS-R forms, ``items`` the answers by slot, of forms that are not
    complete too. ``percents`` are vital capacities (% predicted): FVC and SVC, seated and supine, are never one
    series. ``weights`` are in kg, ``measured`` the single measurements by kind. ``question_5b_on`` is the day of
    the first form that used the scale of question 5 for patients with gastrostomy.
    """

    record: PatientRecord
    totals: Series
    items: Mapping[str, Series]
    percents: Mapping[tuple[TestType, Position], Series]
    weights: Series
    measured: Mapping[str, Series]
    question_5b_on: date | None


def values_of(record: PatientRecord) -> Values:
    newest, total = instruments.alsfrs_r(), instruments.alsfrs_r_total()
    totals, items = [], defaultdict(list)
    question_5b_on = None
    for form in record.answered(newest.id):
        for slot, value in form.values.items():
            items[slot].append(Reading(value, form.date, form.visit_id))
        points = total.score(form.values) if newest.compares(form.version) else None
        if points is not None:
            totals.append(Reading(points, form.date, form.visit_id))
        answered_with = instruments.named(form.instrument, form.version)
        with_tube = {item.id for item in answered_with.items if item.requires}
        if question_5b_on is None and any(
            answer.item in with_tube and answer.value is not None
            for answer in form.answers.values()
        ):
            question_5b_on = form.date

    percents = defaultdict(list)
    capacities = vital_capacities(record)
    for session, result in capacities:
        if result.percent is not None:
            percents[session.test_type, session.position].append(
                Reading(
                    result.percent,
                    session.date,
                    session.visit_id,
                    note=_below_seated(session, result, capacities),
                    doubt="" if result.confident else result.grade_text,
                )
            )

    return Values(
        record=record,
        totals=totals,
        items=items,
        percents=percents,
        weights=[
            Reading(visit.weight_kg, visit.date, visit.id)
            for visit in record.visits
            if visit.weight_kg is not None
        ],
        measured=_measured(record),
        question_5b_on=question_5b_on,
    )


def _measured(record: PatientRecord) -> Mapping[str, Series]:
    """The single measurements by kind; ALT as a multiple of its upper limit also from the laboratory.

    A sample that was taken after its visit is one of that visit anyway.
    """
    days, measured = {visit.id: visit.date for visit in record.visits}, defaultdict(list)
    for one in record.measurements:
        if one.value is not None:
            measured[one.kind].append(Reading(one.value, days[one.visit_id], one.visit_id))
    for alt in record.results_of("alt"):
        times = times_upper_limit(alt)
        if times is not None:
            visit_day = alt.taken_on if alt.visit_id is None else days[alt.visit_id]
            reading = Reading(times, min(alt.taken_on, visit_day), alt.visit_id)
            insort(measured["alt_uln"], reading, key=_day)
    return measured


@dataclass(frozen=True, slots=True)
class View:
    """What was known on one day: at a visit, or about an event that no visit reported."""

    values: Values
    on: date
    visit: Visit | None
    event: AdverseEvent | None = None

    @property
    def record(self) -> PatientRecord:
        return self.values.record

    def limit(self, threshold: str) -> float:
        return self.record.thresholds[threshold]

    def read(self, measure: str) -> Reading | None:
        """A measure by its name, without the noise of binary fractions (a loss of just 10 % is not above 10 %)."""
        found = measures()[measure].read(self)
        return None if found is None else replace(found, value=round(found.value, 9))

    def brought(self, reading: Reading) -> bool:
        """Whether the visit itself measured it."""
        return self.visit is not None and reading.visit_id == self.visit.id

    def until(self, series: Series) -> Series:
        """What was measured up to the day; this visit's own last, if several visits share it."""
        known = series[: bisect_right(series, self.on, key=_day)]
        of_the_day = bisect_left(known, self.on, key=_day)
        return [*known[:of_the_day], *sorted(known[of_the_day:], key=self.brought)]

    def last(self, series: Series) -> Reading | None:
        known = self.until(series)
        return known[-1] if known else None

    def change(self, series: Series) -> tuple[Series, Reading] | None:
        """What was measured on earlier days, and the last reading; None where there is nothing earlier."""
        known = self.until(series)
        if not known:
            return None
        earlier = known[: bisect_left(known, known[-1].on, key=_day)]
        return (earlier, known[-1]) if earlier else None


Read = Callable[[View], Reading | None]


@dataclass(frozen=True, slots=True)
class Measure:
    """A named number. What no visit measures (``at_visits``) can only accompany what a visit does.

    In a line it has the unit ``short_unit`` and ``short_decimals`` decimals where they differ; limits of a
    score ("3 of 4") are said without it, and a limit of one is said as ``one``. ``scale`` is how it is shown where that
    is not how it is compared.
    """

    title: str
    unit: str
    decimals: int
    read: Read
    at_visits: bool = True
    short_unit: str = ""
    short_decimals: int | None = None
    is_score: bool = False
    scale: Scale | None = None
    one: str = ""

    def said(self, value: float, limit: float | None = None) -> str:
        """The value in full, with as many decimals as tell it from the limit."""
        return f"{self.title}: {self._number(value, limit, self.decimals, self.unit)}"

    def brief(self, value: float, limit: float | None = None) -> str:
        """The value within a line: “FVC 47 %”."""
        text = self._number(value, limit, self.shown_decimals, self.short_unit or self.unit)
        return f"{self.title} {text}"

    def _number(self, value: float, limit: float | None, decimals: int, unit: str) -> str:
        if self.scale is None:
            return number(value, _telling(value, limit, decimals), unit)
        places = self.scale.decimals
        if limit is not None:
            places, _of_limit = _apart(self.scale, value, limit)
        return number(self.scale.shown(value), places, self.scale.unit)

    @property
    def shown_decimals(self) -> int:
        """How many decimals a line has at least, of the unit that is stored: a change below them is none."""
        return self.decimals if self.short_decimals is None else self.short_decimals

    def bound(self, limit: float, value: float | None = None) -> str:
        """A limit with its unit, beside a value: “50 %”, “1 point/month”."""
        if self.one and limit == 1:
            return self.one
        unit = self.short_unit or self.unit if self.scale is None else self.scale.unit
        said = self.limit(limit, value)
        return said if self.is_score else f"{said} {unit}"

    def limit(self, limit: float, value: float | None = None) -> str:
        """A limit as a bare number, beside a value; in another unit with one decimal, or as many as the value needs."""
        if self.scale is None:
            return f"{limit:g}"
        _of_value, places = _apart(self.scale, limit if value is None else value, limit)
        return f"{round(self.scale.shown(limit), places):g}"

    def quoted(self, reading: Reading) -> str:
        """The value within a sentence."""
        return self._number(reading.value, None, self.decimals, self.unit)


@dataclass(frozen=True, slots=True)
class Question:
    """What is yes (1) or no (0) of the patient, with the words for both; no visit measures it."""

    no: str
    yes: str
    read: Read
    at_visits: bool = False
    shown_decimals: int = 0

    def said(self, value: float, _limit: float | None = None) -> str:
        return self.yes if value else self.no

    def brief(self, value: float, limit: float | None = None) -> str:
        return self.said(value, limit)

    def bound(self, _limit: float, _value: float | None = None) -> str:
        return ""

    def limit(self, limit: float, _value: float | None = None) -> str:
        return f"{limit:g}"

    def quoted(self, reading: Reading) -> str:
        """Since when, within a sentence."""
        return reading.note


def measures() -> Mapping[str, Measure | Question]:
    """Everything that a rule may compare, by name; each kind of measurement is one of them."""
    return _measures(language())


@cache
def _measures(_language: NullTranslations) -> Mapping[str, Measure | Question]:
    found: dict[str, Measure | Question] = {**_of_breath(), **_of_the_course(), **_questions()}
    for kind in measurement.kinds().values():
        found[kind.id] = Measure(
            kind.short,
            kind.unit,
            kind.decimals,
            _measurement(kind.id),
            scale=kind.scale if kind.gas else None,
        )
    alsfrs_r = instruments.alsfrs_r()
    for place, slot in enumerate(alsfrs_r.slots, start=1):
        item = alsfrs_r.variants(slot)[0]
        highest = _("of {most}").format(most=max(choice.score for choice in item.choices))
        found[f"item_{place}"] = Measure(within(item.title), highest, 0, _item(slot), is_score=True)
    return found


def _of_breath() -> dict[str, Measure | Question]:
    fvc, svc, predicted = TestType.FVC, TestType.SVC, _("% predicted")
    of_fvc, points = _("% of predicted FVC"), _("points of % predicted")
    per_month, supine = _("points of % predicted per month"), Position.SUPINE

    def percent(title: str, unit: str, read: Read) -> Measure:
        return Measure(title, unit, 1, read, short_unit="%", short_decimals=0)

    def loss(title: str, read: Read) -> Measure:
        brief = _("points/month")
        return Measure(
            title, per_month, 2, read, short_unit=brief, short_decimals=1, one=_("1 point/month")
        )

    def drop(title: str, read: Read) -> Measure:
        return Measure(
            title, points, 1, read, short_unit=_("points"), short_decimals=0, one=_("1 point")
        )

    return {
        "fvc_percent": percent(_("FVC"), predicted, _percent(fvc)),
        "svc_percent": percent(_("SVC"), of_fvc, _percent(svc)),
        "fvc_supine_percent": percent(_("FVC supine"), predicted, _percent(fvc, supine)),
        "svc_supine_percent": percent(_("SVC supine"), of_fvc, _percent(svc, supine)),
        "vc_percent": percent(_("Vital capacity"), predicted, _vital_capacity),
        "fvc_loss": loss(_("FVC lost"), _loss(fvc)),
        "svc_loss": loss(_("SVC lost"), _loss(svc)),
        "fvc_drop": drop(_("FVC drop"), _drop(fvc)),
        "svc_drop": drop(_("SVC drop"), _drop(svc)),
        "snip_fall": Measure(_("SNIP fall"), "cmH2O", 1, _pressure_fall("snip")),
        "mip_fall": Measure(_("MIP fall"), "cmH2O", 1, _pressure_fall("mip")),
        "snip_beside": Measure(_("SNIP of that day"), "cmH2O", 0, _beside("mip", "snip")),
        "mip_beside": Measure(_("MIP of that day"), "cmH2O", 0, _beside("snip", "mip")),
    }


def _of_the_course() -> dict[str, Measure | Question]:
    points, one = _("points/month"), _("1 point/month")
    return {
        "delta_fs": Measure(_("deltaFS"), points, 2, _delta_fs, one=one),
        "alsfrs_r_loss": Measure(_("ALSFRS-R lost"), points, 2, _alsfrs_r_loss, one=one),
        "alsfrs_r_fall": Measure(
            _("ALSFRS-R fall"), _("points"), 0, _alsfrs_r_fall, one=_("1 point")
        ),
        "weight_loss": Measure(_("Weight loss"), "%", 1, _weight_loss),
        "weight_below_highest": Measure(_("Weight loss"), "%", 1, _weight_below_highest),
        "weight_lost": Measure(_("Weight loss"), "%", 1, _weight_lost),
        "bmi": Measure(_("BMI"), "kg/m²", 1, _bmi),
        "days_since_reference": Measure(
            _("Days since day 0"), _("days"), 0, _days_since_reference, at_visits=False
        ),
    }


def _questions() -> dict[str, Measure | Question]:
    return {
        "communication_aid": Question(
            _("no communication aid recorded"),
            _("communication aid recorded"),
            _communication_aid,
        ),
        "riluzole": Question(_("no riluzole recorded"), _("riluzole recorded"), _riluzole),
        "male": Question(_("a woman"), _("a man"), _male),
        "niv": Question(_("no NIV recorded"), _("NIV recorded"), _niv),
        "invasive_ventilation": Question(
            _("no invasive ventilation recorded"), _("invasive ventilation recorded"), _invasive
        ),
        "cough_assist": Question(
            _("no cough assist recorded"),
            _("cough assist recorded"),
            _milestone(MilestoneKind.COUGH_ASSIST),
        ),
        "gastrostomy": Question(
            _("no gastrostomy recorded"), _("gastrostomy recorded"), _gastrostomy
        ),
        "feeding_tube": Question(
            _("no feeding tube recorded"), _("feeding tube recorded"), _feeding_tube
        ),
        "fed_by_tube_alone": Question(
            _("not fed by tube alone"), _("fed by tube alone"), _fed_by_tube_alone
        ),
    }


def doubts(readings: Iterable[Reading]) -> str:
    return ", ".join(dict.fromkeys(reading.doubt for reading in readings if reading.doubt))


def _telling(value: float, limit: float | None, decimals: int) -> int:
    """As many decimals as tell a value from the limit, and no fewer than these."""
    while (
        limit is not None and decimals < _MOST_DECIMALS and round(value, decimals) == limit != value
    ):
        decimals += 1
    return decimals


def _apart(scale: Scale, value: float, limit: float) -> tuple[int, int]:
    """With how many decimals a stored value and its limit are shown in another unit.

    A limit that was set in mmHg is 6.7 kPa. It has more decimals where the value would seem to be on its other side:
    6.68 kPa is above 6.67 kPa.
    """
    shown, bound = scale.shown(value), scale.shown(limit)
    for places in range(scale.decimals, _MOST_DECIMALS):
        for of_limit in range(1, places + 1):
            if _side(round(shown, places), round(bound, of_limit)) == _side(value, limit):
                return places, of_limit
    return _MOST_DECIMALS, _MOST_DECIMALS


def _side(value: float, limit: float) -> int:
    """Whether a value is above (1), at (0) or below (-1) a limit."""
    return (value > limit) - (value < limit)


def _below_seated(
    supine: Spirometry, result: Result, capacities: Sequence[tuple[Spirometry, Result]]
) -> str:
    """How much less a supine volume is than the seated one of the same visit; empty where neither is there."""
    if supine.position is not Position.SUPINE or result.best_ml is None:
        return ""
    for seated, other in capacities:
        same = (seated.visit_id, seated.test_type) == (supine.visit_id, supine.test_type)
        if same and seated.position is Position.SITTING and other.best_ml and other.best_l:
            fall = 100 * (other.best_ml - result.best_ml) / other.best_ml
            text = _("{fall} below the seated {volume}")
            return text.format(fall=number(fall, 0, "%"), volume=number(other.best_l, 2, "L"))
    return ""


def _percent(test_type: TestType, position: Position = Position.SITTING) -> Read:
    return lambda view: view.last(view.values.percents.get((test_type, position), ()))


def _vital_capacity(view: View) -> Reading | None:
    """The latest seated one; of one day the FVC."""
    found = [one for kind in (TestType.FVC, TestType.SVC) if (one := _percent(kind)(view))]
    return max(found, key=_day, default=None)  # max keeps the first of equals


def _beside(lead: str, other: str) -> Read:
    """Another measurement of the day of the last one."""

    def read(view: View) -> Reading | None:
        now = _measurement(lead)(view)
        if now is None:
            return None
        of_the_day = [one for one in view.values.measured.get(other, ()) if one.on == now.on]
        return of_the_day[-1] if of_the_day else None

    return read


def _measurement(kind: str) -> Read:
    return lambda view: view.last(view.values.measured.get(kind, ()))


def _item(slot: str) -> Read:
    return lambda view: view.last(view.values.items.get(slot, ()))


def _line(view: View, series: Series) -> Reading | None:
    """What the least-squares line through every reading loses per month."""
    known = view.until(series)
    points = [(one.on, one.value) for one in known]
    line = ols_slope(points, minimum_span_days=round(view.limit("slope_minimum_days")))
    if not isinstance(line, Slope):
        return None
    note = _("{n} results over {days} days").format(n=line.n, days=line.span_days)
    return replace(known[-1], value=-line.per_month, note=note, doubt=doubts(known))


def _loss(test_type: TestType) -> Read:
    return lambda view: _line(view, view.values.percents.get((test_type, Position.SITTING), ()))


def _drop(test_type: TestType) -> Read:
    """The largest drop (points of % predicted) from a session at most ``a12_days`` days before."""

    def read(view: View) -> Reading | None:
        change = view.change(view.values.percents.get((test_type, Position.SITTING), ()))
        if change is None:
            return None
        earlier, now = change
        longest = view.limit("a12_days")
        within = [one for one in earlier if (now.on - one.on).days <= longest]
        if not within:
            return None
        highest = max(within, key=lambda one: one.value)
        note = _since(highest, 1, "%")
        doubt = doubts([highest, now])
        return replace(now, value=highest.value - now.value, note=note, doubt=doubt)

    return read


def _pressure_fall(kind: str) -> Read:
    """The largest fall (cmH2O) in ``a5_fall_months`` months; one over a longer time is scaled to that time.

    DESIGN: the scaling is our choice, so that visits 92 days apart are not missed. A fall over a shorter
    time is not scaled up.
    """

    def read(view: View) -> Reading | None:
        change = view.change(view.values.measured.get(kind, ()))
        if change is None:
            return None
        earlier, now = change
        months = view.limit("a5_fall_months")

        def fall(one: Reading) -> float:
            return (one.value - now.value) * min(1.0, months / months_between(one.on, now.on))

        largest = max(earlier, key=fall)
        since = _since(largest, 0, "cmH2O")
        note = _("per {months:g} months; {since}").format(months=months, since=since)
        return replace(now, value=fall(largest), note=note)

    return read


def _delta_fs(view: View) -> Reading | None:
    """With an onset not known to the day, from the first day that it can mean: the lowest rate possible.

    DESIGN: so every possible day of onset agrees where it reaches a limit; from no paper.
    """
    patient, now = view.record.patient, view.last(view.values.totals)
    span, note = onset_span(patient), ""
    if now is None or span is None:
        return None
    if patient.onset is None:
        note = _("the lowest possible: only the duration is known, as stated")
    elif not patient.onset.exact:
        known = _("year") if patient.onset.month is None else _("month")
        note = _("the lowest possible: only the {known} of onset is known").format(known=known)
    rates = progression.delta_fs_range(round(now.value), *span, now.on)
    return None if rates is None else replace(now, value=rates[0], note=note)


def _alsfrs_r_loss(view: View) -> Reading | None:
    return _line(view, view.values.totals)


def _alsfrs_r_fall(view: View) -> Reading | None:
    """Points lost since the complete form before."""
    change = view.change(view.values.totals)
    if change is None:
        return None
    earlier, now = change
    before = earlier[-1]
    return replace(now, value=before.value - now.value, note=_since(before, 0))


def _weight_loss(view: View) -> Reading | None:
    """From the first recorded weight (%)."""
    change = view.change(view.values.weights)
    return None if change is None else _lost_since(change[0][0], change[1])


def _weight_below_highest(view: View) -> Reading | None:
    """From the highest earlier weight (%), where that is not the first one.

    DESIGN: a weight that rose first would hide what was lost since; from no paper.
    """
    change = view.change(view.values.weights)
    if change is None:
        return None
    earlier, now = change
    highest = max(earlier, key=lambda one: one.value)
    return None if highest.value == earlier[0].value else _lost_since(highest, now)


def _weight_lost(view: View) -> Reading | None:
    """The larger of the two losses."""
    found = [one for one in (_weight_loss(view), _weight_below_highest(view)) if one is not None]
    return max(found, key=lambda one: one.value, default=None)


def _lost_since(earlier: Reading, now: Reading) -> Reading | None:
    loss = weight_loss_percent(earlier.value, now.value)
    return None if loss is None else replace(now, value=loss, note=_since(earlier, 1, "kg"))


def _bmi(view: View) -> Reading | None:
    now = view.last(view.values.weights)
    value = None if now is None else bmi(now.value, view.record.patient.height_cm)
    return None if now is None or value is None else replace(now, value=value)


def _days_since_reference(view: View) -> Reading | None:
    """From day 0 of the protocol to the event, else to the visit; None before day 0."""
    reference = view.record.patient.reference_on
    on = view.record.began(view.event) if view.event else view.on
    if reference is None or on < reference:
        return None
    return Reading((on - reference).days, view.on)


def _no(view: View) -> Reading:
    return Reading(0.0, view.on)


def _milestone(kind: MilestoneKind) -> Read:
    """Whether it was recorded, and may be in use then; with since when."""

    def read(view: View) -> Reading | None:
        found = view.record.milestone(kind)
        if found is None or not view.record.uses(kind, view.on):
            return _no(view)
        words = _("{what} since {when}")
        note = words.format(what=RUNNING[kind], when=partial_day(found.happened_on))
        return Reading(1.0, view.on, note=note)

    return read


def _answered(view: View, place: int, scores: Container[float]) -> Reading | None:
    """The last answer to a question where it is one of these, with its day."""
    slot = instruments.alsfrs_r().slots[place - 1]
    last = view.last(view.values.items.get(slot, ()))
    return last if last is not None and last.value in scores else None


def _niv(view: View) -> Reading | None:
    """By a recorded milestone, or by question 12 of the last form: 1, 2 or 3 is the use of NIV."""
    words = _("NIV by question 12, {day}")
    return _recorded_or_answered(view, MilestoneKind.NIV, (1, 2, 3), words)


def _invasive(view: View) -> Reading | None:
    """By a recorded tracheostomy, or by question 12 of the last form: 0 is invasive ventilation."""
    words = _("invasive ventilation by question 12, {day}")
    return _recorded_or_answered(view, MilestoneKind.TRACHEOSTOMY, (0,), words)


def _recorded_or_answered(
    view: View, kind: MilestoneKind, answers: tuple[int, ...], words: str
) -> Reading | None:
    """The milestone where it is recorded; else what question 12 says, in words with their day."""
    recorded = _milestone(kind)(view)
    if recorded is not None and recorded.value:
        return recorded
    last = _answered(view, 12, answers)
    return _no(view) if last is None else Reading(1.0, view.on, note=words.format(day=day(last.on)))


def _gastrostomy(view: View) -> Reading | None:
    """By a recorded milestone, or by a form that used question 5b."""
    recorded = _milestone(MilestoneKind.GASTROSTOMY)(view)
    if recorded is not None and recorded.value:
        return recorded
    answered = view.values.question_5b_on
    if answered is None or answered > view.on:
        return _no(view)
    return Reading(1.0, view.on, note=_("question 5b, {day}").format(day=day(answered)))


def _feeding_tube(view: View) -> Reading | None:
    """A gastrostomy or a nasogastric tube."""
    tubes = (_gastrostomy(view), _milestone(MilestoneKind.NASOGASTRIC_TUBE)(view))
    return next((one for one in tubes if one is not None and one.value), _no(view))


def _fed_by_tube_alone(view: View) -> Reading | None:
    """A tube, and question 3 at 1 or 0 in the last form: fed by tube, or nothing by mouth."""
    tube = _feeding_tube(view)
    if tube is None or not tube.value or _answered(view, 3, (0, 1)) is None:
        return _no(view)
    return tube


def _communication_aid(view: View) -> Reading | None:
    """By the devices and support."""
    found = (one for one in view.record.devices if one.kind == "communication_aid")
    used = next((one for one in found if one.used_on(view.on)), None)
    if used is None or view.record.died_before(view.on):
        return _no(view)
    words = _("communication aid since {when}")
    return Reading(1.0, view.on, note=words.format(when=partial_day(used.began)))


def _riluzole(view: View) -> Reading | None:
    """By the medicines: under any of its names, and running on the day."""
    for record in view.record.running("medicine", view.on):
        taken = str(record.value("substance") or "")
        if "riluzole" in dictionaries.meant("medicines", taken):
            words = _("{what} since {when}")
            note = words.format(what=taken, when=partial_day(record.began))
            return Reading(1.0, view.on, note=note)
    return _no(view)


def _male(view: View) -> Reading | None:
    sex = view.record.patient.sex
    return None if sex is Sex.UNKNOWN else Reading(float(sex is Sex.MALE), view.on)


def _since(earlier: Reading, decimals: int, unit: str = "") -> str:
    value = number(earlier.value, decimals, unit)
    return _("from {value} on {day}").format(value=value, day=day(earlier.on))


def _day(reading: Reading) -> date:
    return reading.on
