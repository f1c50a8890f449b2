"""What a rule of an alert may compare: named values, as they were known on the day of a visit."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache

from core.instruments import catalog as instruments
from core.model import measurement
from core.model.adverse_event import AdverseEvent, MilestoneKind
from core.model.ids import VisitId
from core.model.partial_date import partial_day
from core.model.patient import Sex
from core.model.record import PatientRecord
from core.model.spirometry import Position, TestType
from core.model.visit import Visit
from core.science import progression
from core.science.nutrition import bmi, weight_loss_percent
from core.science.progression import Slope, months_between, ols_slope
from core.trends import onset_day, vital_capacities
from core.words import _, day, number


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


@dataclass(frozen=True, slots=True)
class Values:
    """Everything that the visits of a record measured, each series in the order of its days.

    ``totals`` are those of complete ALSFRS-R forms, ``items`` the answers by slot, of forms that are not
    complete too. ``percents`` are seated vital capacities (% predicted): FVC and SVC are never one series.
    ``weights`` are in kg, ``measured`` the single measurements by kind. ``question_5b_on`` is the day of
    the first form that used the scale of question 5 for patients with gastrostomy.
    """

    record: PatientRecord
    totals: Series
    items: Mapping[str, Series]
    percents: Mapping[TestType, Series]
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
    for session, result in vital_capacities(record):
        if session.position is Position.SITTING and result.percent is not None:
            doubt = "" if result.confident else result.grade_text
            reading = Reading(result.percent, session.date, session.visit_id, doubt=doubt)
            percents[session.test_type].append(reading)

    days, measured = {visit.id: visit.date for visit in record.visits}, defaultdict(list)
    for one in record.measurements:
        if one.value is not None:
            measured[one.kind].append(Reading(one.value, days[one.visit_id], one.visit_id))

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
        measured=measured,
        question_5b_on=question_5b_on,
    )


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
    """A named number. What no visit measures (``at_visits``) can only accompany what a visit does."""

    title: str
    unit: str
    decimals: int
    read: Read
    at_visits: bool = True

    def said(self, value: float, limit: float | None = None) -> str:
        """The value in words, with as many decimals as tell it from the limit."""
        decimals = self.decimals
        while limit is not None and decimals < 6 and round(value, decimals) == limit != value:
            decimals += 1
        return f"{self.title}: {number(value, decimals, self.unit)}"

    def quoted(self, reading: Reading) -> str:
        """The value within a sentence."""
        return number(reading.value, self.decimals, self.unit)


@dataclass(frozen=True, slots=True)
class Question:
    """What is yes (1) or no (0) of the patient, with the words for both; no visit measures it."""

    no: str
    yes: str
    read: Read
    at_visits: bool = False

    def said(self, value: float, _limit: float | None = None) -> str:
        return self.yes if value else self.no

    def quoted(self, reading: Reading) -> str:
        """Since when, within a sentence."""
        return reading.note


@cache
def measures() -> Mapping[str, Measure | Question]:
    """Everything that a rule may compare, by name; each kind of measurement is one of them."""
    points, per_month = _("points/month"), _("% predicted per month")
    found: dict[str, Measure | Question] = {
        "fvc_percent": Measure(_("FVC"), _("% predicted"), 1, _percent(TestType.FVC)),
        "svc_percent": Measure(_("SVC"), _("% of predicted FVC"), 1, _percent(TestType.SVC)),
        "fvc_loss": Measure(_("FVC lost"), per_month, 2, _loss(TestType.FVC)),
        "svc_loss": Measure(_("SVC lost"), per_month, 2, _loss(TestType.SVC)),
        "fvc_drop": Measure(_("FVC drop"), _("% predicted"), 1, _drop(TestType.FVC)),
        "svc_drop": Measure(_("SVC drop"), _("% predicted"), 1, _drop(TestType.SVC)),
        "snip_fall": Measure(_("SNIP fall"), "cmH2O", 1, _pressure_fall("snip")),
        "mip_fall": Measure(_("MIP fall"), "cmH2O", 1, _pressure_fall("mip")),
        "delta_fs": Measure(_("deltaFS"), points, 2, _delta_fs),
        "alsfrs_r_loss": Measure(_("ALSFRS-R lost"), points, 2, _alsfrs_r_loss),
        "alsfrs_r_fall": Measure(_("ALSFRS-R fall"), _("points"), 0, _alsfrs_r_fall),
        "weight_loss": Measure(_("Weight loss"), "%", 1, _weight_loss),
        "bmi": Measure(_("BMI"), "kg/m²", 1, _bmi),
        "days_since_reference": Measure(
            _("Days since day 0"), _("days"), 0, _days_since_reference, at_visits=False
        ),
        "niv": Question(_("no NIV recorded"), _("NIV recorded"), _niv),
        "gastrostomy": Question(
            _("no gastrostomy recorded"), _("gastrostomy recorded"), _gastrostomy
        ),
        "male": Question(_("a woman"), _("a man"), _male),
    }
    for kind in measurement.kinds().values():
        found[kind.id] = Measure(kind.short, kind.unit, kind.decimals, _measurement(kind.id))
    alsfrs_r = instruments.alsfrs_r()
    for place, slot in enumerate(alsfrs_r.slots, start=1):
        title = _("Question {n} ({title})").format(
            n=place, title=alsfrs_r.variants(slot)[0].title.lower()
        )
        found[f"item_{place}"] = Measure(title, "", 0, _item(slot))
    return found


def doubts(readings: Iterable[Reading]) -> str:
    return ", ".join(dict.fromkeys(reading.doubt for reading in readings if reading.doubt))


def _percent(test_type: TestType) -> Read:
    return lambda view: view.last(view.values.percents.get(test_type, ()))


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
    return lambda view: _line(view, view.values.percents.get(test_type, ()))


def _drop(test_type: TestType) -> Read:
    """The largest drop (points of % predicted) from a session at most ``a12_days`` days before."""

    def read(view: View) -> Reading | None:
        change = view.change(view.values.percents.get(test_type, ()))
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
    """With an onset known to the year only, from the first day that it can mean: the lowest rate possible.

    DESIGN: so every possible day of onset agrees where it reaches a limit; from no paper.
    """
    patient, now = view.record.patient, view.last(view.values.totals)
    onset, note = onset_day(patient), ""
    if patient.onset is not None and patient.onset.month is None:
        onset, note = patient.onset.first, _("the lowest possible: only the year of onset is known")
    elif patient.onset is None or not patient.onset.exact:
        note = _("day of onset approximate")
    if now is None or onset is None:
        return None
    rate = progression.delta_fs(round(now.value), months_between(onset, now.on))
    return None if rate is None else replace(now, value=rate, note=note)


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
    if change is None:
        return None
    earlier, now = change
    first = earlier[0]
    loss = weight_loss_percent(first.value, now.value)
    return None if loss is None else replace(now, value=loss, note=_since(first, 1, "kg"))


def _bmi(view: View) -> Reading | None:
    now = view.last(view.values.weights)
    value = None if now is None else bmi(now.value, view.record.patient.height_cm)
    return None if now is None or value is None else replace(now, value=value)


def _days_since_reference(view: View) -> Reading | None:
    """From day 0 of the protocol to the event, else to the visit; None before day 0."""
    reference = view.record.patient.reference_on
    on = view.event.onset.assumed if view.event else view.on
    if reference is None or on < reference:
        return None
    return Reading((on - reference).days, view.on)


def _niv(view: View) -> Reading | None:
    """By a recorded milestone."""
    started = view.record.milestone(MilestoneKind.NIV)
    if started is None or started.happened_on.first > view.on:
        return Reading(0.0, view.on)
    return Reading(1.0, view.on, note=partial_day(started.happened_on))


def _gastrostomy(view: View) -> Reading | None:
    """By a recorded milestone, or by a form that used question 5b."""
    answered = view.values.question_5b_on
    fed = answered is not None and answered <= view.on
    return Reading(float(fed or view.record.had(MilestoneKind.GASTROSTOMY, view.on)), view.on)


def _male(view: View) -> Reading | None:
    sex = view.record.patient.sex
    return None if sex is Sex.UNKNOWN else Reading(float(sex is Sex.MALE), view.on)


def _since(earlier: Reading, decimals: int, unit: str = "") -> str:
    value = number(earlier.value, decimals, unit)
    return _("from {value} on {day}").format(value=value, day=day(earlier.on))


def _day(reading: Reading) -> date:
    return reading.on
