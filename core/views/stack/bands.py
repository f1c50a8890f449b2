"""King's and MiToS stages along time."""

from collections.abc import Iterator
from datetime import date

from core.instruments import catalog as instruments
from core.model.assessment import Assessment
from core.model.partial_date import PartialDate, partial_day
from core.model.record import PatientRecord
from core.science.staging import Kings
from core.views import course
from core.views.course import Stages
from core.views.stack.rows import Band, Stretch
from core.words import _, day

_KINGS_LEVELS = {
    Kings.ONE: 1,
    Kings.TWO: 2,
    Kings.THREE: 3,
    Kings.FOUR_A: 4,
    Kings.FOUR_B: 4,
    Kings.FIVE: 5,
}


def bands(record: PatientRecord) -> tuple[Band, ...]:
    """What every ALSFRS-R with an answer says, from its day to that of the next one; a death is the last stage of both."""
    found = [course.stages(record, form) for form in _forms(record)]
    kings = [(one.on, *_kings(one)) for one in found]
    mitos = [(one.on, *_mitos(one)) for one in found]
    died = record.died_on
    if died is not None:
        for told in (kings, mitos):
            told.append((max([died.assumed, *(on for on, _text, _level in told)]), "5", 5))
    return (
        _band("kings", _("King's"), kings, died),
        _band("mitos", _("MiToS"), mitos, died),
    )


def _forms(record: PatientRecord) -> Iterator[Assessment]:
    """Those with an answer; what a visit in progress has half of says no stage yet, and takes none away."""
    entered = {visit.id for visit in record.visits if visit.is_draft}
    for form in record.answered(instruments.ALSFRS_R):
        slots = instruments.named(form.instrument, form.version).slots
        is_half = form.visit_id in entered and len(form.values) < len(slots)
        if form.values and not is_half:
            yield form


def _kings(one: Stages) -> tuple[str, int | None]:
    stage = one.kings.stage
    if stage is None:
        return "?", None
    return course.kings_short(one.kings), _KINGS_LEVELS.get(stage, 0)


def _mitos(one: Stages) -> tuple[str, int | None]:
    stage = one.mitos.stage
    return ("?", None) if stage is None else (str(stage), stage)


def _band(
    id: str, title: str, told: list[tuple[date, str, int | None]], died: PartialDate | None
) -> Band:
    """Equal stages after one another are one stretch; where a stage cannot be said the band has a gap.

    Where the last form cannot be staged, the stage of the one before is no stage of now: it says to which day it is.
    """
    stretches: list[Stretch] = []
    known = [one for one in told if one[2] is not None]
    for i, (on, text, level) in enumerate(told):
        ends = told[i + 1][0] if i + 1 < len(told) else on
        if level is None:
            continue
        last = stretches[-1] if stretches else None
        if last is not None and last.text == text and last.last == on:
            stretches[-1] = Stretch(last.first, ends, text, level)
        else:
            stretches.append(Stretch(on, ends, text, level))
    if not known:
        return Band(id, title, "", "", ())
    if died is not None:
        since = _("since {day}").format(day=partial_day(died))
    elif known[-1] is told[-1]:
        since = _("since {day}").format(day=day(stretches[-1].first))
    else:
        since = _("to {day}, now unknown").format(day=day(known[-1][0]))
    return Band(id, title, known[-1][1], since, tuple(stretches))
