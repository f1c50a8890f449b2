"""What an ALSFRS-R form makes one ask: rises, steep falls, answers against one another and against events.

Nothing here says that an answer is wrong. Asked is only once the whole form was answered: before that,
the form of the last visit must not steer the rater.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from core.instruments.catalog import ALSFRS_R
from core.instruments.definition import Instrument
from core.labels import MILESTONES
from core.model.adverse_event import MilestoneKind
from core.model.assessment import Assessment
from core.model.record import PatientRecord
from core.science.progression import ALSFRS_R_MAXIMUM, months_between
from core.words import _, day, number, plural

SWALLOWING, WALKING, STAIRS = "swallowing", "walking", "stairs"
DYSPNEA, RESPIRATORY_INSUFFICIENCY = "dyspnea", "respiratory_insufficiency"
VENTILATION = (MilestoneKind.NIV, MilestoneKind.TRACHEOSTOMY)
FEEDING_TUBES = (MilestoneKind.GASTROSTOMY, MilestoneKind.NASOGASTRIC_TUBE)


class Level(StrEnum):
    """A note is only shown; a query asks for a correction, or for the reason why the answer is kept."""

    NOTE = "note"
    QUERY = "query"


@dataclass(frozen=True, slots=True)
class Finding:
    """One plausibility question about a form.

    ``slot`` is the question it is about, empty for the whole form; ``found`` the scores that raised it,
    in digits and signs only: it changes when they do, and in no other language.
    """

    rule: str
    level: Level
    slot: str
    found: str
    message: str


def findings(
    record: PatientRecord, form: Assessment, instrument: Instrument
) -> tuple[Finding, ...]:
    """The plausibility questions P1 to P11 and P13 about one ALSFRS-R form, in the order of its questions.

    None while a question has neither a score nor the reason why it has none, and none for any other
    questionnaire. A question without a score raises nothing, nor does a total that is not known. The
    limits of P3, P4, P5 and P11 are the clinic's (`record.thresholds`); a milestone counts from the
    earliest day that it can mean.

    P3: Bedlack 2016, doi:10.1212/WNL.0000000000002251. P5: Young 2024,
    doi:10.1080/21678421.2024.2322539. DESIGN: everything else, and every level, is our choice, from
    no paper; so are that scores of 5a and 5b are not compared with one another, that a tracheostomy
    counts as ventilation in P6 and P8, and that an intubation, which has no milestone, does not.
    """
    if instrument.id != ALSFRS_R or not is_complete(form, instrument):
        return ()
    before = form_before(record, form, instrument)
    found = [*_against_events(record, form, instrument), *_against_each_other(form, instrument)]
    if before is not None:
        found += _changed_items(record, form, before, instrument)
    order = {slot: index for index, slot in enumerate(instrument.slots)}
    found.sort(key=lambda finding: order[finding.slot])
    if before is not None:
        found += _changed_total(record, form, before, instrument)
    found += _of_the_same_day(record, form, instrument)
    return tuple(found)


def is_complete(form: Assessment, instrument: Instrument) -> bool:
    """Whether every question has a score, or the reason why it has none."""
    return form.not_done is None and all(slot in form.answers for slot in instrument.slots)


def form_before(
    record: PatientRecord, form: Assessment, instrument: Instrument
) -> Assessment | None:
    """The last form of an earlier, finished visit that has all of its scores and is comparable."""
    finished = {visit.id for visit in record.finished_visits}
    earlier = [
        other
        for other in record.answered(form.instrument)
        if other.date < form.date
        and other.visit_id in finished
        and instrument.compares(other.version)
        and all(slot in other.values for slot in instrument.slots)
    ]
    return earlier[-1] if earlier else None


def _changed_items(
    record: PatientRecord, form: Assessment, before: Assessment, instrument: Instrument
) -> Iterator[Finding]:
    """P1, P2 and P4: questions answered on the same scale both times."""
    days = (form.date - before.date).days
    for slot in instrument.slots:
        earlier, answer = before.answers[slot], form.answers[slot]
        if earlier.value is None or answer.value is None or earlier.item != answer.item:
            continue
        rise = answer.value - earlier.value
        found = f"{earlier.value}→{answer.value}"
        values = {
            "item": _name(form, slot, instrument),
            "before": earlier.value,
            "now": answer.value,
            "since": _since(form, before),
        }
        rose = _("{item} rose from {before} to {now} {since}.").format(**values)
        if rise == 1:
            yield Finding("P1", Level.NOTE, slot, found, rose)
        elif rise >= 2:
            yield Finding("P2", Level.QUERY, slot, found, rose)
        elif -rise >= record.thresholds["p4_item_fall"] and days <= record.thresholds["p4_days"]:
            fell = _("{item} fell from {before} to {now} {since}.").format(**values)
            yield Finding("P4", Level.QUERY, slot, found, fell)


def _changed_total(
    record: PatientRecord, form: Assessment, before: Assessment, instrument: Instrument
) -> Iterator[Finding]:
    """P3, P5 and P11."""
    total = instrument.total
    earlier, now = (total.score(one.values) if total else None for one in (before, form))
    if earlier is None or now is None:
        return
    limits, found, since = record.thresholds, f"{earlier}→{now}", _since(form, before)
    if now - earlier >= limits["p3_total_rise"]:
        text = _("The total rose by {n} points, from {before} to {now}, {since}.")
        message = text.format(n=now - earlier, before=earlier, now=now, since=since)
        yield Finding("P3", Level.QUERY, "", found, message)
    fall = earlier - now
    per_month = fall / months_between(before.date, form.date)
    if fall > limits["p5_total_fall"] and per_month > limits["p5_per_month"]:
        text = _("The total fell by {n} points, from {before} to {now}, {since}: {pace}.")
        pace = number(per_month, 1, _("points/month"))
        message = text.format(n=fall, before=earlier, now=now, since=since, pace=pace)
        yield Finding("P5", Level.QUERY, "", found, message)
    if now == ALSFRS_R_MAXIMUM and earlier < limits["p11_before"]:
        text = _("The total rose from {before} to {now}, the highest possible, {since}.")
        message = text.format(now=now, before=earlier, since=since)
        yield Finding("P11", Level.QUERY, "", found, message)


def _of_the_same_day(
    record: PatientRecord, form: Assessment, instrument: Instrument
) -> Iterator[Finding]:
    """P13: another form of that day, of a finished visit, has another total: one of the two is wrong."""
    finished = {visit.id for visit in record.finished_visits}
    total = instrument.total
    now = total.score(form.values) if total else None
    for other in record.answered(form.instrument):
        twin = other.date == form.date and other.visit_id != form.visit_id
        if not (twin and other.visit_id in finished and instrument.compares(other.version)):
            continue
        theirs = total.score(other.values) if total else None
        if now is None or theirs is None or theirs == now:
            continue
        text = _(
            "The total is {now}, but another form of {day} has {theirs}: correct the one that is"
            " wrong, or say why they differ."
        )
        message = text.format(now=now, theirs=theirs, day=day(form.date))
        yield Finding("P13", Level.QUERY, "", f"{now}≠{theirs}", message)


def _against_events(
    record: PatientRecord, form: Assessment, instrument: Instrument
) -> Iterator[Finding]:
    """P6, P7 and P8: what the answers say of ventilation and feeding tubes, and the recorded milestones."""
    respiratory = form.values.get(RESPIRATORY_INSUFFICIENCY)
    if respiratory is not None:
        slot, found = RESPIRATORY_INSUFFICIENCY, str(respiratory)
        item = _name(form, slot, instrument)
        ventilated = [MILESTONES[kind] for kind in VENTILATION if record.had(kind, form.date)]
        if respiratory < 4 and not ventilated:
            text = _("{item} is {score}, but neither NIV nor a tracheostomy is recorded.")
            message = text.format(item=item, score=respiratory)
            yield Finding("P6", Level.QUERY, slot, found, message)
        elif respiratory == 4 and ventilated:
            text = _("{item} is {score}, but this is recorded: {events}.")
            message = text.format(item=item, score=respiratory, events=", ".join(ventilated))
            yield Finding("P6", Level.QUERY, slot, found, message)
        if respiratory == 0 and not record.had(MilestoneKind.TRACHEOSTOMY, form.date):
            text = _("{item} is {score}, but no tracheostomy is recorded.")
            message = text.format(item=item, score=respiratory)
            yield Finding("P8", Level.QUERY, slot, found, message)
    swallowing = form.values.get(SWALLOWING)
    fed = any(record.had(kind, form.date) for kind in FEEDING_TUBES)
    if swallowing is not None and swallowing <= 1 and not fed:
        text = _("{item} is {score}, but neither a gastrostomy nor a nasogastric tube is recorded.")
        message = text.format(item=_name(form, SWALLOWING, instrument), score=swallowing)
        yield Finding("P7", Level.QUERY, SWALLOWING, str(swallowing), message)


def _against_each_other(form: Assessment, instrument: Instrument) -> Iterator[Finding]:
    """P9 and P10: two answers that seldom go together."""
    values = form.values
    walking, stairs = values.get(WALKING), values.get(STAIRS)
    text = _("{one} is {first}, but {other} is {second}.")
    if walking is not None and stairs is not None:
        helpless, barely = walking == 0 and stairs > 1, walking <= 1 and stairs >= 3
        if helpless or barely:
            message = text.format(
                one=_name(form, WALKING, instrument),
                first=walking,
                other=_name(form, STAIRS, instrument),
                second=stairs,
            )
            yield Finding("P9", Level.QUERY, WALKING, f"{walking}/{stairs}", message)
    respiratory, dyspnea = values.get(RESPIRATORY_INSUFFICIENCY), values.get(DYSPNEA)
    if respiratory == 1 and dyspnea == 4:
        message = text.format(
            one=_name(form, RESPIRATORY_INSUFFICIENCY, instrument),
            first=respiratory,
            other=_name(form, DYSPNEA, instrument),
            second=dyspnea,
        )
        yield Finding("P10", Level.NOTE, DYSPNEA, f"{respiratory}/{dyspnea}", message)


def _name(form: Assessment, slot: str, instrument: Instrument) -> str:
    item = instrument.item(form.answers[slot].item)
    return f"{item.number} {item.title}"


def _since(form: Assessment, before: Assessment) -> str:
    days = plural((form.date - before.date).days, "1 day", "{n} days")
    return _("since {day} ({days})").format(day=day(before.date), days=days)
