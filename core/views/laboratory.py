"""Laboratory results as a table: tests × samples, with flags, references, trends and proposed grades, in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from core.findings import consent
from core.findings.laboratory import AltOnRiluzole, EarlierRise, alt_on_riluzole
from core.labels import why_not
from core.laboratory import catalog
from core.laboratory.definition import Panel, Test
from core.laboratory.grading import FLAGS, Flag, Proposal, baseline_of, flag, proposals
from core.laboratory.ranges import Reference
from core.laboratory.reading import back
from core.model.laboratory import LabResult
from core.model.partial_date import partial_day
from core.model.record import PatientRecord
from core.model.visit import Visit
from core.protocols import catalog as protocols
from core.views.fact import Fact
from core.views.visit_words import visit_title
from core.words import _, day, month_of, number, plural

WEEK = 7
MOST_SAID = 8  # values out of range on a summary, the worst first: it is one page
DIGITS = 3  # of a value that is shown in a unit in which nobody typed it


@dataclass(frozen=True, slots=True)
class Head:
    """A sample: what it is called, and its day."""

    title: str
    on: str


@dataclass(frozen=True, slots=True)
class Cell:
    """A value of an earlier sample; ``said`` is what a screen reader and the tip say of it."""

    result: LabResult
    text: str
    flag: Flag
    said: str


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """``value`` is in the test's own unit; one that is not ``exact`` has "<" or ">" and is no number."""

    at: datetime
    value: float
    exact: bool
    flag: Flag


@dataclass(frozen=True, slots=True)
class Row:
    """One test of the sample that is entered. ``remark`` stands where a grade would be proposed."""

    test: Test
    unit: str
    before: tuple[Cell | None, ...]
    result: LabResult | None
    text: str  # as it stands in the field
    flag: Flag | None
    reference: str
    low: float | None
    high: float | None
    trend: tuple[TrendPoint, ...]
    proposal: Proposal | None
    remark: str

    @property
    def flag_words(self) -> str:
        shown = self.flag is not None and (self.flag.is_out or self.flag is Flag.NOT_DONE)
        return FLAGS[self.flag] if self.flag is not None and shown else ""

    @property
    def name(self) -> str:
        """What the field of the row is called."""
        unit = f" ({self.unit})" if self.unit else ""
        reference = _(", reference {range}").format(range=self.reference) if self.reference else ""
        last = next((cell for cell in reversed(self.before) if cell is not None), None)
        before = "" if last is None else _(", before: {value}").format(value=last.said)
        return f"{self.test.title}{unit}{reference}{before}"


@dataclass(frozen=True, slots=True)
class Table:
    """``since`` and ``until`` are the ends of the time that the trends show, ``reference_on`` the day of treatment."""

    before: tuple[Head, ...]
    now: Head
    groups: tuple[tuple[Panel, tuple[Row, ...]], ...]
    since: date
    until: date
    reference_on: date | None

    @property
    def rows(self) -> tuple[Row, ...]:
        return tuple(row for _panel, rows in self.groups for row in rows)


def table(
    record: PatientRecord,
    panels: Sequence[tuple[Panel, Sequence[Test]]],
    results: Mapping[str, LabResult],
    references: Mapping[str, Reference],
    head: tuple[date, time | None, str],
    units: Mapping[str, str],
) -> Table:
    """What is shown of the sample with these ``results``; ``head`` is its day, its time and what it is called.

    ``references`` are those of its laboratory, ``units`` the units that somebody wants to read a test in.
    """
    mine = {one.id for one in results.values()}
    on, at, title = head
    until_now = [one for one in record.laboratory if one.id not in mine]
    columns = _columns(record, [one for one in until_now if one.sample <= (on, at or time.max)])
    days = [one.taken_on for one in record.laboratory] + [on]
    groups = []
    for panel, tests in panels:
        rows = [
            _row(record, test, columns, results.get(test.id), references.get(test.id), units)
            for test in tests
        ]
        groups.append((panel, tuple(rows)))
    return Table(
        before=tuple(column.head for column in columns),
        now=Head(title, _day_and_time(on, at)),
        groups=tuple(groups),
        since=min(days),
        until=max(days),
        reference_on=record.patient.reference_on,
    )


@dataclass(frozen=True, slots=True)
class _Column:
    head: Head
    results: Mapping[str, LabResult]


def _columns(record: PatientRecord, results: Sequence[LabResult]) -> list[_Column]:
    """The samples in their order; all results of a visit are one."""
    visits = {visit.id: visit for visit in record.visits}
    found: dict[object, dict[str, LabResult]] = {}
    for one in results:
        found.setdefault(one.visit_id or one.sample, {})[one.test] = one
    columns = []
    for members in found.values():
        first = next(iter(members.values()))
        visit = None if first.visit_id is None else visits.get(first.visit_id)
        title = _of_no_visit(record, first) if visit is None else visit_title(record, visit)
        columns.append(_Column(Head(title, day(first.taken_on)), members))
    return columns


def _of_no_visit(record: PatientRecord, one: LabResult) -> str:
    """What a sample between visits is called; one outside the consent says so."""
    protocol = protocols.find(record.patient)
    if protocol is not None and consent.of_samples(record, protocol, one.taken_on).left_out:
        return _("Outside consent")
    return _("Sample")


def _row(
    record: PatientRecord,
    test: Test,
    columns: Sequence[_Column],
    result: LabResult | None,
    reference: Reference | None,
    units: Mapping[str, str],
) -> Row:
    unit = units.get(test.id) or _usual_unit(test, result, reference)
    low, high = _limits(result, reference)
    cells = []
    for column in columns:
        one = column.results.get(test.id)
        cells.append(None if one is None else cell(one, unit))
    found, remark = None, ""
    if result is not None:
        found, remark = remarked(record, result)
    return Row(
        test=test,
        unit=unit,
        before=tuple(cells),
        result=result,
        text="" if result is None else value_text(result, unit),
        flag=None if result is None else flag(result),
        reference=range_text(test, low, high, unit),
        low=low,
        high=high,
        trend=trend(record, test),
        proposal=found,
        remark=remark,
    )


def _usual_unit(test: Test, result: LabResult | None, reference: Reference | None) -> str:
    """The unit in which the sample's laboratory reports, else that in which it was typed."""
    if result is not None and result.typed_unit:
        return result.typed_unit
    return test.unit if reference is None or not reference.unit else reference.unit


def _limits(
    result: LabResult | None, reference: Reference | None
) -> tuple[float | None, float | None]:
    """What was stored with a value; where there is none yet, what will be."""
    if result is not None and result.value is not None:
        return result.low, result.high
    return (None, None) if reference is None else (reference.low, reference.high)


def remarked(record: PatientRecord, result: LabResult) -> tuple[Proposal | None, str]:
    """The grade that a result proposes, the worst of its terms, and in words why there is none."""
    reference_on = record.patient.reference_on
    baseline = baseline_of(record.laboratory, result, reference_on)
    found = max(proposals(result, baseline), key=lambda one: one.grade, default=None)
    known, test = flag(result), catalog.tests().get(result.test)
    if found is not None:
        return found, found.reason
    if known is Flag.NOT_DONE and result.not_done is not None:
        return None, why_not(result.not_done)
    if known is Flag.LOW and test is not None and test.when_low:
        return None, _("low: {why}").format(why=test.when_low)
    if known is Flag.WITHIN:
        return None, "" if result.choice else FLAGS[known]
    if known is Flag.UNKNOWN:
        stored = result.low is not None or result.high is not None
        return None, _("cannot be judged: {value}").format(
            value=value_text(result)
        ) if stored else FLAGS[known]
    return None, ""


def trend(record: PatientRecord, test: Test) -> tuple[TrendPoint, ...]:
    return tuple(
        TrendPoint(datetime.combine(*one.sample), one.value, one.comparator is None, flag(one))
        for one in record.results_of(test.id)
        if one.value is not None
    )


def cell(result: LabResult, unit: str) -> Cell:
    text = value_text(result, unit)
    known = flag(result)
    words = f", {FLAGS[known]}" if known.is_out else ""
    return Cell(result, text, known, f"{text}{words}, {day(result.taken_on)}")


def value_text(result: LabResult, unit: str = "") -> str:
    """The value in a unit (empty: as it was typed), an answer, or that it was not done; without the unit."""
    test = catalog.tests().get(result.test)
    if result.not_done is not None:
        return _("not done")
    if result.value is None:
        chosen = None if test is None else catalog.answer(test, result.choice)
        return result.choice if chosen is None else chosen.title
    sign = "" if result.comparator is None else f"{result.comparator.value} "
    if not unit or unit == result.typed_unit or test is None:
        return sign + result.typed.lstrip("<>").replace(",", ".")
    return sign + in_unit(test, result.value, unit)


def in_unit(test: Test, value: float, unit: str) -> str:
    """A value of the test's own unit in another one: the test's decimals in its own, else three digits."""
    found = test.in_unit(unit)
    if found is None or found.unit == test.unit:
        return number(value, test.decimals)
    return f"{float(f'{back(value, found):.{DIGITS}g}'):g}"


def full_text(result: LabResult) -> str:
    """The value as it was typed with its unit: "132 U/L", "< 0.5 mg/dL", "positive"."""
    text = value_text(result)
    return f"{text} {result.typed_unit}" if result.value is not None else text


def range_text(test: Test, low: float | None, high: float | None, unit: str) -> str:
    """A reference range in a unit, without the unit; empty where there is none."""

    def said(limit: float) -> str:
        found = test.in_unit(unit)
        value = limit if found is None or found.unit == test.unit else back(limit, found)
        return f"{float(f'{value:.4g}'):g}"

    if low is None:
        return "" if high is None else f"≤ {said(high)}"
    return f"≥ {said(low)}" if high is None else f"{said(low)} – {said(high)}"


def reference_text(result: LabResult) -> str:
    """The reference stored with a result, with whose it is: "reference ≤ 41, University hospital"."""
    test = catalog.tests().get(result.test)
    if test is None:
        return ""
    unit = result.typed_unit or test.unit
    found = range_text(test, result.low, result.high, unit)
    parts = [_("reference {range}").format(range=found) if found else _("no reference stored")]
    return ", ".join([*parts, *filter(None, (result.laboratory,))])


def event_texts(result: LabResult, proposal: Proposal) -> dict[str, str]:
    """What an adverse event begins with that somebody is to judge: its texts as the form has them."""
    test = catalog.tests()[result.test]
    text = _("{test} {value} ({reason}; {reference}), sample of {when}")
    note = text.format(
        test=test.title,
        value=full_text(result),
        reason=proposal.reason,
        reference=reference_text(result),
        when=_day_and_time(result.taken_on, result.taken_at),
    )
    return {
        "term": proposal.term,
        "onset": result.taken_on.isoformat(),
        "grade": str(proposal.grade.value),
        "note": note,
    }


@dataclass(frozen=True, slots=True)
class Reasoning:
    """What a value says beside other rows: the sentence that matters, and its history."""

    headline: str
    text: str
    urgent: bool


def reasoning(record: PatientRecord, results: Mapping[str, LabResult]) -> tuple[Reasoning, ...]:
    """What is said below the table about the sample."""
    found = []
    for result in results.values():
        alt = alt_on_riluzole(record, result)
        if alt is not None:
            found.append(_alt(alt))
    return tuple(found)


def _alt(found: AltOnRiluzole) -> Reasoning:
    limit = found.limit if found.above_limit else found.watch
    dose = f" {found.per_day}" if found.per_day else ""
    text = _("ALT is above {limit:g} × ULN while on riluzole{dose}.")
    if found.per_day:
        text = _("ALT is above {limit:g} × ULN while on riluzole{dose}/day.")
    headline = text.format(limit=limit, dose=dose)
    parts = []
    if found.before is not None:
        parts.append(_earlier(found.before))
    upper = found.result.high
    if upper is not None:
        stop = _("Label: stop above {limit:g} × ULN ({value:g} U/L), A18.")
        parts.append(stop.format(limit=found.limit, value=round(found.limit * upper, 1)))
    return Reasoning(headline, " ".join(parts), urgent=found.above_limit)


def _earlier(before: EarlierRise) -> str:
    """The rise before this one, and what became of the riluzole."""
    peak, fell, stopped = before.peak, before.fell_to, before.stopped
    times = number((peak.value or 0.0) / (peak.high or 1.0), 1)
    weeks = round((fell.taken_on - peak.taken_on).days / WEEK)
    names = {
        "value": full_text(peak),
        "times": times,
        "month": month_of(peak.taken_on),
        "fell": full_text(fell),
        "weeks": plural(weeks, "{n} week", "{n} weeks"),
    }
    if stopped is None or stopped.ended is None:
        text = _(
            "Second rise: it was {value} ({times} × ULN) in {month} and fell to {fell} in {weeks}."
        )
        return text.format(**names)
    text = _(
        "Second rise: riluzole was ended or changed ({day}) at {value} ({times} × ULN, {month}), and it fell"
        " to {fell} in {weeks}."
    )
    return text.format(day=partial_day(stopped.ended), **names)


def visit_facts(record: PatientRecord, visit: Visit) -> tuple[Fact, ...]:
    """What a visit's summary says of its laboratory: how much there is, and in short what is out of range."""
    mine = [one for one in record.laboratory if one.visit_id == visit.id]
    if not mine:
        return ()
    measured = [one for one in mine if one.not_done is None]
    out = [one for one in measured if flag(one).is_out]
    taken = _day_and_time(mine[0].taken_on, mine[0].taken_at)
    where = ", ".join(filter(None, (taken, mine[0].laboratory)))
    counted = _("{out} of {all} out of range ({where})").format(
        out=len(out), all=len(measured), where=where
    )
    if not measured:
        counted = _("{n} tests not done").format(n=len(mine))
    worst = sorted(out, key=lambda one: -_grade(record, one))
    said = [_in_short(record, one) for one in worst[:MOST_SAID]]
    if more := len(worst) - len(said):
        said.append(plural(more, "{n} more", "{n} more"))
    text = ": ".join(filter(None, (counted, "; ".join(said))))
    return (Fact(_("Laboratory"), text, f"laboratory/laboratory.value.{(out or mine)[0].test}"),)


def _grade(record: PatientRecord, result: LabResult) -> int:
    """The grade that is proposed, 0 where there is none."""
    proposal, _remark = remarked(record, result)
    return 0 if proposal is None else proposal.grade.value


def _in_short(record: PatientRecord, result: LabResult) -> str:
    """A value out of range within a line: "ALT 132 U/L high (3.2 × ULN, CTCAE 2)"."""
    test = catalog.tests().get(result.test)
    proposal, _remark = remarked(record, result)
    title = result.test if test is None else test.title
    text = f"{title} {full_text(result)} {FLAGS[flag(result)]}"
    if proposal is not None:
        text += _(" ({reason}, CTCAE {grade})").format(
            reason=proposal.reason, grade=proposal.grade.value
        )
    return text


def _day_and_time(on: date, at: time | None) -> str:
    return day(on) if at is None else f"{day(on)}, {at:%H:%M}"
