"""What a questionnaire says before its last answer: between which ends each score, stage and rate still is.

Every range holds whatever the open questions may be answered with, and each of its ends is that of some
answers. A question that was not done is open, too. Nothing here looks at an earlier answer of a single
question; an earlier total is looked at in the slope alone.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from core.instruments import catalog as instruments
from core.instruments.definition import Instrument, Item, Scale
from core.labels import MILESTONES
from core.model.adverse_event import MilestoneKind
from core.model.assessment import Assessment
from core.model.record import PatientRecord
from core.science.history import onset_span
from core.science.progression import NoSlope, delta_fs_range
from core.science.staging import REGIONS, Kings, Region, kings_possible, mitos, mitos_possible
from core.views import course
from core.views.progression import slope_text
from core.views.trends import line, totals
from core.words import MISSING, N_, Words, _, number, signed, within

REGION = Words(
    {
        Region.BULBAR: N_("bulbar"),
        Region.UPPER_LIMB: N_("upper limb"),
        Region.LOWER_LIMB: N_("lower limb"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """A sum before its last answer (points): ``points`` of ``given`` so far, in the end from ``low`` to ``high``.

    ``given`` is the most that the answered questions could have given, ``maximum`` that of all of them.
    """

    low: int
    high: int
    points: int
    given: int
    maximum: int
    answered: int
    asked: int

    @property
    def final(self) -> bool:
        return self.answered == self.asked


@dataclass(frozen=True, slots=True)
class Said:
    """One line: what it is about, and what can be said of it so far."""

    about: str
    text: str


def reach(instrument: Instrument, scale: Scale, values: Mapping[str, int]) -> Reach:
    """Of one scale, by the answers given so far."""
    low, high = instrument.range_of(scale, values)
    answered = [instrument.variants(slot)[0] for slot in scale.slots if slot in values]
    return Reach(
        low=low,
        high=high,
        points=scale.partial(values),
        given=sum(item.ends[1].score for item in answered),
        maximum=scale.maximum,
        answered=len(answered),
        asked=len(scale.slots),
    )


def total_text(of: Reach) -> str:
    """Between which ends the total will be; empty where it is known."""
    if of.final:
        return ""
    return _("the total will be between {low} and {high}").format(low=of.low, high=of.high)


def scale_text(of: Reach) -> str:
    """``10, final``, ``3 to 7``, or that none of its questions is answered yet."""
    if of.final:
        return _("{n}, final").format(n=of.low)
    if not of.answered:
        return _("to come")
    return _("{low} to {high}").format(low=of.low, high=of.high)


def sum_text(of: Reach) -> str:
    """``3 of 8``: the points of what is answered; a dash where nothing is."""
    if not of.answered:
        return MISSING
    return _("{sum} of {max}").format(sum=of.points, max=of.given)


def said_so_far(
    record: PatientRecord, instrument: Instrument, form: Assessment
) -> tuple[Said, ...]:
    """Stages, deltaFS and slope as far as the form goes; nothing of a questionnaire that has none of them.

    ``record`` is that of the visit; whether it holds the form already makes no difference.
    """
    total = instrument.total
    if total is None:
        return ()
    lines = []
    ends = reach(instrument, total, form.values)
    if instrument.id == instruments.ALSFRS_R:
        lines += [
            Said(_("King's"), kings_so_far(record, instrument, form)),
            Said(_("MiToS"), mitos_so_far(form, instrument)),
            Said(_("deltaFS"), _delta_fs_text(delta_fs_ends(record, ends, form.date))),
        ]
    lines.append(Said(_("Slope"), slope_so_far(record, instrument, form, ends)))
    return tuple(lines)


def kings_so_far(record: PatientRecord, instrument: Instrument, form: Assessment) -> str:
    """``at least 2: bulbar (2, 3), upper limb (4, 5a)``: the stages that are possible, and by which answers."""
    possible = kings_stages(record, instrument, form)
    lowest, highest = possible[0], possible[-1]
    if lowest is highest:
        text = course.kings_text(course.stages(record, form).kings)
    elif lowest is Kings.NOT_STAGEABLE:
        text = _("up to {high}").format(high=highest.value)
    elif highest is Kings.FOUR_B:
        text = _("at least {low}").format(low=lowest.value)
    else:
        text = _("{low} to {high}").format(low=lowest.value, high=highest.value)
    return _because(text, _why(record, instrument, form))


def kings_stages(
    record: PatientRecord, instrument: Instrument, form: Assessment
) -> tuple[Kings, ...]:
    """Every King's stage that the form can still have, the lightest first."""
    return kings_possible(
        _by_number(instrument, form),
        item5b=course.on_gastrostomy_scale(instrument, form),
        gastrostomy=record.had(MilestoneKind.GASTROSTOMY, form.date),
    )


def mitos_so_far(form: Assessment, instrument: Instrument) -> str:
    """``1 to 3: swallowing``: the stages that are possible, and which functions are lost for sure."""
    items = _by_number(instrument, form)
    low, high = mitos_possible(items)
    found = mitos(items, dead=False)
    if low == high:
        return course.mitos_text(found)
    lost = [course.MITOS[one] for one, gone in found.lost.items() if gone]
    return _because(_("{low} to {high}").format(low=low, high=high), lost)


def delta_fs_ends(record: PatientRecord, ends: Reach, on: date) -> tuple[float, float] | None:
    """The lowest and the highest deltaFS (points/month) over every total, and every day the onset can mean.

    The highest is infinite where the onset can be the day of the form; None where it is not known, or not
    before the form.
    """
    span = onset_span(record.patient)
    if span is None:
        return None
    best, worst = (delta_fs_range(total, *span, on) for total in (ends.high, ends.low))
    return None if best is None or worst is None else (best[0], worst[1])


def slope_ends(
    record: PatientRecord, instrument: Instrument, form: Assessment, ends: Reach
) -> tuple[float, float] | NoSlope:
    """The lowest and the highest slope (points/month) of all complete forms with this one.

    A line's slope grows or falls evenly with one of its values, so that its ends are those of the total.
    """
    others = tuple(
        one
        for one in record.assessments
        if (one.visit_id, one.instrument) != (form.visit_id, form.instrument)
    )
    before = [(p.day, p.value) for p in totals(replace(record, assessments=others), instrument)]
    slopes = []
    for value in (ends.low, ends.high):
        found = line(record, [*before, (form.date, float(value))])
        if isinstance(found, NoSlope):
            return found
        slopes.append(found.per_month)
    return min(slopes), max(slopes)


def slope_so_far(
    record: PatientRecord, instrument: Instrument, form: Assessment, ends: Reach
) -> str:
    """Between which ends the slope will be; of a complete form the slope itself."""
    if ends.final:
        whole = record.with_assessment(form)
        points = [(point.day, point.value) for point in totals(whole, instrument)]
        return slope_text(line(whole, points))
    found = slope_ends(record, instrument, form, ends)
    if isinstance(found, NoSlope):
        return found.reason
    low, high = (signed(end, 2) for end in found)
    return _("between {low} and {high} points/month").format(low=low, high=high)


def _delta_fs_text(ends: tuple[float, float] | None) -> str:
    if ends is None:
        return _("no day of onset before this form")
    low, high = (number(end, 2) for end in ends)
    if math.isinf(ends[1]):
        return _("at least {low} points/month").format(low=low)
    if low == high:
        return number(ends[0], 2, _("points/month"))
    return _("between {low} and {high} points/month").format(low=low, high=high)


def _because(text: str, reasons: list[str]) -> str:
    if not reasons:
        return text
    return _("{stage}: {reasons}").format(stage=text, reasons=", ".join(reasons))


def _why(record: PatientRecord, instrument: Instrument, form: Assessment) -> list[str]:
    """What makes King's stage at least what it is: a failure, else the involved regions, with their questions."""
    found = course.stages(record, form).kings
    if found.respiratory_failure:
        name, limits = _("respiratory"), {10: 0, 12: 3}
        return [_with_questions(name, _at_most(instrument, form, limits))]
    if found.nutritional_failure:
        return [within(MILESTONES[MilestoneKind.GASTROSTOMY])]
    regions = [
        (REGION[region], _at_most(instrument, form, dict.fromkeys(questions, 3)))
        for region, questions in REGIONS.items()
    ]
    return [_with_questions(name, numbers) for name, numbers in regions if numbers]


def _with_questions(name: str, numbers: list[str]) -> str:
    return f"{name} ({', '.join(numbers)})"


def _at_most(instrument: Instrument, form: Assessment, limits: Mapping[int, int]) -> list[str]:
    """The numbers of the questions that were answered with no more than their limit."""
    items = _by_number(instrument, form)
    below = [
        one for one, limit in limits.items() if (score := items[one]) is not None and score <= limit
    ]
    return [_asked(instrument, form, one).number for one in below]


def _asked(instrument: Instrument, form: Assessment, number: int) -> Item:
    """The question in the variant that was answered."""
    return instrument.item(form.answers[instrument.slots[number - 1]].item)


def _by_number(instrument: Instrument, form: Assessment) -> dict[int, int | None]:
    values = form.values
    return {number: values.get(slot) for number, slot in enumerate(instrument.slots, start=1)}
