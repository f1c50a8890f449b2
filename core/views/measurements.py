"""Single measurements in words, and what weight and height say."""

from collections.abc import Sequence
from datetime import date

from core.labels import why_not
from core.model.assessment import NotDone
from core.model.measurement import Measurement, kinds
from core.model.nouns import MEASUREMENTS
from core.model.record import PatientRecord
from core.model.visit import Visit
from core.science.nutrition import bmi, first_weight, highest_weight, weight_loss_percent
from core.views.fact import Fact
from core.words import MISSING, _, day, number, signed


def measurement_text(kind: str, value: float) -> str:
    """The value in the unit in which it is shown; the bare number where this program does not know the kind."""
    known = kinds().get(kind)
    if known is None:
        return f"{value:g}"
    scale = known.scale
    return number(scale.shown(value), scale.decimals, scale.unit)


def measurement_before(record: PatientRecord, kind: str, on: date) -> tuple[date, float] | None:
    """The last value of one kind of measurement before a day."""
    earlier = [found for found in record.measured(kind) if found[0] < on]
    return earlier[-1] if earlier else None


def nutrition_facts(record: PatientRecord, visit: Visit) -> tuple[Fact, ...]:
    """Body mass index, and the change since the first weight and the highest; nothing without a weight at this visit."""
    if visit.weight_kg is None:
        return ()
    index = bmi(visit.weight_kg, record.patient.height_cm)
    unknown = _("needs the height")
    text = unknown if index is None else number(index, 1, "kg/m²")
    facts = [Fact(_("BMI"), text, known=index is not None, figure="bmi")]
    first = first_weight(record, visit.date)
    if first is not None:
        lost = weight_loss_percent(first[1], visit.weight_kg)
        change = signed(None if lost is None else -lost, 1, "%")
        text = _("{change} since {day} ({weight})")
        weight = number(first[1], 1, "kg")
        words = text.format(change=change, day=day(first[0]), weight=weight)
        facts.append(Fact(_("Weight change"), words, figure="weight"))
    highest = highest_weight(record, visit.date)
    if first is not None and highest is not None and highest[1] > max(first[1], visit.weight_kg):
        lost = weight_loss_percent(highest[1], visit.weight_kg)
        below = _("{lost} below {weight}, {day}").format(
            lost=number(lost, 1, "%"), weight=number(highest[1], 1, "kg"), day=day(highest[0])
        )
        facts.append(Fact(_("Highest weight"), below, figure="weight"))
    return tuple(facts)


def measurement_facts(record: PatientRecord, visit: Visit) -> tuple[Fact, ...]:
    """What was measured at the visit, in the order in which it is asked, and what weight and height say."""
    mine = [m for m in record.measurements if m.visit_id == visit.id]
    mine.sort(key=lambda m: [*kinds(), m.kind].index(m.kind))
    remote = [m for m in mine if m.not_done is NotDone.REMOTE and not m.note]
    each = [_measurement(record, visit, m) for m in mine if m not in remote]
    return (*each, *_remote(remote, alone=not each), *nutrition_facts(record, visit))


def _remote(remote: Sequence[Measurement], *, alone: bool) -> tuple[Fact, ...]:
    """What a visit by telephone or video could not measure, in one line of all of them."""
    if not remote:
        return ()
    names = (m.kind if (known := kinds().get(m.kind)) is None else known.short for m in remote)
    text = f"{why_not(NotDone.REMOTE)} ({', '.join(names)})"
    title = _("Measurements") if alone else _("Other measurements")
    return (Fact(title, text, f"{MEASUREMENTS}/measurement.value.{remote[0].kind}"),)


def _measurement(record: PatientRecord, visit: Visit, measurement: Measurement) -> Fact:
    known = kinds().get(measurement.kind)
    value = measurement.value
    text = MISSING if value is None else measurement_text(measurement.kind, value)
    if measurement.not_done is not None:
        text = why_not(measurement.not_done)
    before = measurement_before(record, measurement.kind, visit.date)
    if before is not None:
        was = measurement_text(measurement.kind, before[1])
        text += _(" (before: {value}, {day})").format(value=was, day=day(before[0]))
    if measurement.note:
        text += f": {measurement.note}"
    name = measurement.kind if known is None else known.short
    return Fact(name, text, f"{MEASUREMENTS}/measurement.value.{measurement.kind}")
